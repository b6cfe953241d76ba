"""Makes short runs of a service that say they may be learned from: served_runs.py URL COUNT."""

import json
import sys
import urllib.request


def post(path, body):
    request = urllib.request.Request(sys.argv[1] + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


for number in range(int(sys.argv[2])):
    body = {"controller": "universal", "initialLearningRate": 0.02, "totalSteps": 50 + number, "interval": 10, "learn": True}
    run = "/v1/runs/" + post("/v1/runs", body)["id"]
    for step in (0, 10, 20):
        facts = {"batchSize": 16, "classCount": 0, "isAdaptive": 0, "momentum": 0, "usualLearningRate": 0.2}
        post(run + "/observations", {"step": step, "trainLoss": 1 / (1 + step), **facts})
    post(run + "/finish", {})
