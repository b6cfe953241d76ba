"""A trainee that behaves, or misbehaves in one named way, for the tests of ProcessTrainee.

Arguments: the way, the request at which it shows, and optionally a file: the way is taken only while the
file does not exist, so that a second process behaves.
"""

import json
import os
import signal
import subprocess
import sys
import time

way, where = sys.argv[1], sys.argv[2]
once = sys.argv[3] if len(sys.argv) > 3 else None
if once and os.path.exists(once):
    way = "behaves"
elif once:
    open(once, "w").close()
step = 0
seed = 0


def out(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def observation(rate):
    return {
        "step": step, "learningRate": rate, "trainLoss": 1.0, "validationLoss": 1.0 / (1 + step) + seed * 1e-6,
        "predictionVariance": 0.1, "predictionChangeVariance": 0.0, "weightMean": 0.0, "weightVariance": 1.0,
    }


def misbehave(request, answer):
    """Takes the way; false when the right answer, perhaps changed, is still to be written."""
    reading = answer.get("observation", {})
    if way == "exits":
        sys.stderr.write("cannot go on: no such device\n")
        sys.exit(3)
    elif way == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif way == "hangs":
        time.sleep(600)
    elif way == "hangs deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    elif way == "closes output":
        os.close(1)
        time.sleep(600)
    elif way == "leaves a child":
        subprocess.Popen(["sleep", "600"])
        os._exit(4)
    elif way == "leaves a session":
        subprocess.Popen(["sleep", "5"], start_new_session=True)
        os._exit(4)
    elif way == "floods a line":
        while True:
            out("x" * 65536)
    elif way == "floods lines":
        while True:
            out("nonsense\n" * 8192)
    elif way == "floods errors":
        while True:
            sys.stderr.write("warning: " + "y" * 80 + "\n")
    elif way == "says nonsense":
        out("Epoch 1/10 done\n")
    elif way == "says half":
        out(json.dumps(answer)[:-5] + "\n")
    elif way == "says bytes":
        sys.stdout.buffer.write(b"\xff\xfe\x00\x1b[31m{\n")
        sys.stdout.flush()
    elif way == "says a list":
        out("[1, 2]\n")
    elif way == "says nothing of it":
        out(json.dumps({"id": answer["id"]}) + "\n")
    elif way == "says deep":
        out("[" * 100000 + "\n")
    elif way == "says twice":
        out(json.dumps(answer) + "\n" + json.dumps(answer) + "\n")
    elif way == "fails":
        out(json.dumps({"id": answer["id"], "error": "CUDA out of memory"}) + "\n")
    elif way == "other protocol":
        out(json.dumps({**answer, "protocol": 7}) + "\n")
    else:
        if way == "says NaN":
            reading["trainLoss"] = float("nan")
        elif way == "says infinity":
            reading["validationLoss"] = float("-inf")
        elif way == "diverges":
            reading["validationLoss"] = None
        elif way == "negative variance":
            reading["weightVariance"] = -1
        elif way == "text for a number":
            reading["trainLoss"] = "1.0"
        elif way == "lacks a number":
            reading.pop("trainLoss", None)
        elif way == "other step":
            reading["step"] += 1
        elif way == "other rate":
            reading["learningRate"] *= 2
        elif way == "other id":
            answer["id"] += 1
        elif way == "impossible accuracy":
            answer["evaluation"]["accuracy"] = 1.5
        elif way == "cannot evaluate":
            answer["capabilities"] = []
        elif way == "slowly":
            for character in json.dumps(answer):
                out(character)
            out("\n")
            return True
        elif way == "chats":
            sys.stderr.write("loading\tdata\x1b[31m\nhalf a line")
            sys.stderr.flush()
        elif way == "long":
            answer["padding"] = "z" * 900000
        return False
    return True


for line in sys.stdin:
    request = json.loads(line)
    name = request["request"]
    answer = {"id": request["id"]}
    if name == "hello":
        answer.update(protocol=1, name="test", capabilities=["evaluate", "snapshot", "unheard-of"])
    elif name == "reset":
        step, seed = 0, request["seed"] % 1000
        answer["observation"] = observation(request["learningRate"])
    elif name == "train":
        step += len(request["learningRates"])
        answer["observation"] = observation(request["learningRates"][-1])
    elif name == "evaluate":
        answer["evaluation"] = {"loss": 0.5, "accuracy": 0.75}
    elif name == "snapshot":
        answer["snapshot"] = f"step {step}"
    elif name == "restore":
        step = int(request["snapshot"].split()[1])
    if name == where and misbehave(request, answer):
        continue
    out(json.dumps(answer) + "\n")
    if name == "close":
        break
