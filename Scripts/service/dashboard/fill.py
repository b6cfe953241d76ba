"""Fills a service with runs of several controllers, labels and states."""

import http.client
import json
import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor

CONTROLLERS = ["fashion", "cifar", "resnet"]
JOBS = ["resnet", "vit", "bert", "tabular", "unet"]
#: Runs of each kind that come first; all others are short.
LONG, SICK, SILENT = 12, 3, 5
LONG_LABEL = "sweep-" + "0123456789abcdef" * 15


def labels(index):
    if index == 0:
        return {"job": LONG_LABEL, "dataset": "x" * 250, "commit": "f" * 256, "note": "an unbroken " + "w" * 200}
    return {"job": JOBS[index % 5], "seed": str(index % 40), "team": f"team-{index % 7}"}


def loss(index, share):
    """Falls from 2.3 to somewhere between 0.1 and 1.1, with some noise."""
    end = 0.1 + (index * 7919 % 1000) / 1000
    return end + (2.3 - end) * math.exp(-4 * share) + 0.02 * math.sin(40 * share + index)


class Filler:
    """One connection, and what it says on it."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def post(self, path, body=None):
        text = json.dumps(body) if body is not None else ""
        self.connection.request("POST", path, text, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        read = answer.read()
        assert answer.status < 300, f"{path}: {answer.status} {read[:300]}"
        return json.loads(read)

    def run(self, index):
        steps, interval = (3000, 10) if index < LONG else (100, 25)
        run = self.post("/v1/runs", {
            "controller": CONTROLLERS[index % 3], "initialLearningRate": 0.001 * (1 + index % 9), "totalSteps": steps,
            "interval": interval, "labels": labels(index)})
        path = f"/v1/runs/{run['id']}"
        if LONG + SICK <= index < LONG + SICK + SILENT:
            return run["id"]
        # Every third stays open, half way; every seventh is finished there.
        end = steps if index < LONG or index % 3 else steps // 2
        for step in range(0, end + 1, interval):
            value = loss(index, step / steps)
            sick = LONG <= index < LONG + SICK and step >= 50
            self.post(path + "/observations", {
                "step": step, "trainLoss": value * 0.9, "validationLoss": "NaN" if sick else value,
                "predictionVariance": 0.05, "predictionChangeVariance": 0.001 if step else 0, "weightMean": 0.01,
                "weightVariance": 0.02})
        if end < steps and index % 7 == 0:
            self.post(path + "/finish")
        return run["id"]


def fill(port, count, threads=4):
    """Opens the runs, in their order for the first ones; returns their ids."""
    first = Filler(port)
    few = min(count, LONG + SICK + SILENT)
    ids = [first.run(index) for index in range(few)]

    def part(number):
        filler = Filler(port)
        return [filler.run(index) for index in range(few + number, count, threads)]

    with ThreadPoolExecutor(threads) as pool:
        for part_of_ids in pool.map(part, range(threads)):
            ids += part_of_ids
    return ids


def age(database, ids, days=3):
    """Makes runs without decisions older; the service is not to run."""
    with sqlite3.connect(database) as connection:
        for run in ids:
            connection.execute(
                "UPDATE runs SET touched = touched - ?, created = strftime('%Y-%m-%dT%H:%M:%SZ', created, ?) WHERE id = ?",
                (days * 86_400_000, f"-{days} days", run))
    connection.close()
