"""One test for every sentence of Docs/Service.md under "What is certain", each with a killed service in it."""

import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from load import observation
from service import Service, ServiceError


def refused(code, ask):
    try:
        ask()
    except ServiceError as error:
        assert error.code == code, f"{error.code} where {code} was expected"
        return
    raise AssertionError(f"it was answered where {code} was expected")


def begun(lab, service, count, **options):
    """A run with so many decisions: its client, its id, and every answer."""
    client = service.client()
    run = client.open_run(lab.controllers[0], 0.001, options.get("total_steps", 100_000))["id"]
    return client, run, [client.observe(run, observation(10 * index)) for index in range(count)]


def restarted(service, *options):
    """The same service after a crash."""
    service.kill()
    service.start(*options)
    return service.client()


def the_same_question(lab, service):
    """The same question gets the same answer, also after a crash, and from a retry whose first answer was lost."""
    client, run, answers = begun(lab, service, 20)
    data = json.dumps(observation(200)).encode()
    head = f"POST /v1/runs/{run}/observations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as lost:
        # Gone before the answer comes.
        lost.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
    answers.append(client.observe(run, observation(200)))
    client = restarted(service)
    assert [client.observe(run, observation(10 * index)) for index in range(21)] == answers


def opening(lab, service):
    """Opening a run is made safe to repeat by the header `Idempotency-Key`."""
    def open_run():
        body = {"controller": lab.controllers[0], "initialLearningRate": 0.001, "totalSteps": 100}
        headers = {"Content-Type": "application/json", "Idempotency-Key": "one"}
        request = urllib.request.Request(service.url + "/v1/runs", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["id"]

    first = open_run()
    client = restarted(service)
    assert open_run() == first and len(list(client.runs())) == 1


def another_observation(lab, service):
    """Another observation for a step that is decided is refused. A step out of order is refused."""
    _, run, answers = begun(lab, service, 3)
    client = restarted(service)
    refused("conflicting_observation", lambda: client.observe(run, {**observation(20), "trainLoss": 9.0}))
    refused("step_out_of_order", lambda: client.observe(run, observation(40)))
    assert client.observe(run, observation(20)) == answers[2]


def rewinding(lab, service):
    """A job restored from its own checkpoint rewinds: same rate, same answers again, open again; not to a `stop`."""
    client, run, answers = begun(lab, service, 30)
    client.finish(run)
    client = restarted(service)
    assert client.rewind(run, 100)["learningRate"] == answers[10]["learningRate"]
    assert client.run(run)["status"] == "open"
    client = restarted(service)
    assert [client.observe(run, observation(10 * index)) for index in range(11, 30)] == answers[11:]
    step = 300
    while client.observe(run, {**observation(step), "trainLoss": float("nan")})["verdict"] != "stop":
        step += 10
    refused("run_stopped", lambda: client.rewind(run, step))


def the_controller(lab, service):
    """The controller of a run never changes: its file may be replaced or deleted."""
    client, run, answers = begun(lab, service, 10)
    files = [service.checkpoints / f"{name}.ckpt" for name in lab.controllers]
    shutil.copy(files[1], files[0])
    client = restarted(service)
    client.rewind(run, 0)
    assert [client.observe(run, observation(10 * index)) for index in range(10)] == answers
    files[0].unlink()
    client = restarted(service)
    client.rewind(run, 50)
    assert [client.observe(run, observation(10 * index)) for index in range(10)] == answers


def the_guardian(lab, service):
    """The guardian of a run never changes: a restart with other options changes no answer."""
    def report(client, run):
        spiked = {**observation(100), "validationLoss": 10.0}
        return [client.observe(run, spiked if index == 10 else observation(10 * index)) for index in range(15)]

    client = service.client()
    run = client.open_run(lab.controllers[0], 0.001, 100_000)["id"]
    answers = report(client, run)
    assert answers[10]["verdict"] == "rollback"
    client = restarted(service, "--spike-ratio", "100", "--fallback", "cosine", "--maximum-rate", "0.5")
    client.rewind(run, 0)
    assert report(client, run) == answers


def a_training(lab, service):
    """A training that was answered is done, whatever is killed: with the same bytes as one without a stop."""
    script = Path(__file__).parents[1] / "kill_trainings.py"
    options = ["--episodes", 24 * lab.times, "--pause", 1, "--kills", 3 * lab.times]
    done = subprocess.run(
        [sys.executable, script, "--metalr", lab.metalr, *map(str, options)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def a_silent_run(lab, service):
    """A silent run loses nothing: it is abandoned, and its next observation opens it again."""
    client, run, answers = begun(lab, service, 10)
    # Silent for longer than a 30th of a second; a deletion has the service look at once.
    client = restarted(service, "--abandon-after", "0.00001")
    while client.run(run)["status"] != "abandoned":
        client.delete(client.open_run(lab.controllers[0], 0.001, 100)["id"])
    assert client.observe(run, observation(90)) == answers[9]
    client.observe(run, observation(100))
    assert client.run(run)["status"] == "open"
    assert [client.observe(run, observation(10 * index)) for index in range(10)] == answers


ALL = [
    the_same_question, opening, another_observation, rewinding, the_controller, the_guardian, a_silent_run, a_training]


def promise(work):
    """A test of the table from a sentence."""
    def test(lab):
        with lab.folder() as folder:
            checkpoints = folder / "checkpoints"
            checkpoints.mkdir()
            for name in lab.controllers:
                shutil.copy(lab.checkpoints / f"{name}.ckpt", checkpoints)
            service = Service(lab, folder, checkpoints=checkpoints).start()
            work(lab, service)
            service.stop()
        return None, work.__doc__

    test.__name__ = work.__name__
    return test
