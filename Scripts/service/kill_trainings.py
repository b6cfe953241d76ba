"""Kills a service, its worker or both again and again during a training, then compares its controller with one that was
trained without a stop: not a byte different.

    kill_trainings.py --metalr .build/release/metalr [--episodes 400] [--pause 3] [--kills 3]
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

TRAINEE = f"python3 {Path(__file__).resolve().parents[2]}/Docs/Examples/trainees/standard_library.py"


class Service:
    def __init__(self, metalr, folder):
        self.metalr, self.folder, self.process = metalr, folder, None

    def start(self):
        log = self.folder / "log"
        self.process = subprocess.Popen(
            [self.metalr, "serve", "--checkpoints", "checkpoints", "--database", "runs.sqlite", "--trainings", "jobs",
             "--allow-trainee", f"example={TRAINEE}", "--listen", "127.0.0.1:0"],
            cwd=self.folder, stderr=log.open("w"))
        while not (match := re.search(r'listening .*port="(\d+)"', log.read_text())):
            assert self.process.poll() is None, log.read_text()
            time.sleep(0.05)
        self.address = f"http://127.0.0.1:{match[1]}/v1/trainings"

    def call(self, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def workers(self):
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--metalr", required=True)
    parser.add_argument("--episodes", type=int, default=400)
    parser.add_argument("--pause", type=float, default=3)
    parser.add_argument("--kills", type=int, help="then the training is left alone")
    options = parser.parse_args()
    metalr = str(Path(options.metalr).resolve())
    folder = Path(tempfile.mkdtemp())
    (folder / "checkpoints").mkdir()
    service, generator, kills = Service(metalr, folder), random.Random(1), {"service": 0, "worker": 0, "both": 0}
    service.start()
    service.call({"name": "made", "trainee": "example", "episodes": options.episodes, "seed": 1, "steps": 40})
    while (training := service.call()["trainings"][0])["status"] in ("queued", "running"):
        print(training["status"], training["episodes"], kills, flush=True)
        time.sleep(generator.uniform(0, options.pause))
        if options.kills is not None and sum(kills.values()) >= options.kills:
            continue
        victim = generator.choice(list(kills))
        workers = service.workers() if victim != "service" else []
        if victim != "worker":
            service.process.kill()
        for worker in workers:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass
        kills[victim] += 1
        if victim != "worker":
            service.process.wait()
            service.start()
    with urllib.request.urlopen(f"{service.address}/{training['id']}") as answer:
        curve = json.load(answer)["curve"]
    service.process.terminate()
    service.process.wait()
    subprocess.run(
        [metalr, "train-controller", "--quiet", "--trainee", TRAINEE, "--episodes", str(options.episodes), "--seed", "1",
         "--steps", "40", "--seeds", "0", "--output", "alone.ckpt"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    same = (folder / "alone.ckpt").read_bytes() == (folder / "checkpoints/made.ckpt").read_bytes()
    print(f"{training['status']}; kills {kills}; {len(curve)} updates told; {'the same bytes' if same else 'OTHER BYTES'}")
    sys.exit(0 if same and len(curve) == options.episodes // 4 else 1)


main()
