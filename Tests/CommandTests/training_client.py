"""Begins a training at a service, or waits for its end: training_client.py PORT begin|wait."""

import json
import sys
import time
import urllib.request

address = f"http://127.0.0.1:{sys.argv[1]}/v1/trainings"


def call(body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


if sys.argv[2] == "begin":
    call({"name": "quadratic", "trainee": "quadratic", "episodes": 60, "steps": 40, "seed": 5})
else:
    while (training := call()["trainings"][0])["status"] in ("queued", "running"):
        time.sleep(0.1)
    sys.exit(training["failure"] if training["status"] != "finished" else 0)
