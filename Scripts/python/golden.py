#!/usr/bin/env python3
"""Writes golden decisions of checkpoints that need six measures alone, as `metalr serve` makes them.

    Scripts/python/golden.py .build/release/metalr checkpoints/*.ckpt

Clients/python/tests/golden/README.md describes the files. Only standard library; the runs are made up, with a fixed seed.
"""

import hashlib
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Clients/python/tests/golden"


def made_up_run(seed, steps, interval):
    """Smooth observations of a run, without rates."""
    generator = random.Random(seed)
    floor, speed = generator.uniform(0.01, 0.6), generator.uniform(2, 8)
    for step in [*range(0, steps, interval), steps]:
        progress = step / steps
        loss = floor + (2.3 - floor) * math.exp(-speed * progress)
        noise = [math.exp(0.05 * generator.gauss(0, 1)) for _ in range(5)]
        yield {
            "step": step,
            "trainLoss": loss * noise[0],
            "validationLoss": (loss + 0.3 * floor * progress) * noise[1],
            "predictionVariance": 0.08 * (1 - math.exp(-6 * progress)) * noise[2] + 2e-4,
            "predictionChangeVariance": 0.02 * math.exp(-4 * progress) * noise[3] if step else 0.0,
            "weightMean": 0.001 * generator.gauss(0, 1),
            "weightVariance": (0.004 + 0.01 * progress) * noise[4],
        }


def ask(base, path, body):
    request = urllib.request.Request(
        base + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def record(base, checkpoint, lines):
    name = checkpoint.stem
    lines.append({
        "format": "metalr golden decisions", "formatVersion": 1, "controller": name,
        "sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest()})
    for seed, (steps, interval, rate) in enumerate([(1000, 10, 0.001), (300, 10, 0.03), (70, 7, 1e-4)]):
        lines.append({"run": {"stepBudget": steps, "hidden": []}})
        run = ask(base, "/v1/runs", {
            "controller": name, "initialLearningRate": rate, "totalSteps": steps, "interval": interval})["id"]
        for observation in made_up_run(seed, steps, interval):
            decision = ask(base, f"/v1/runs/{run}/observations", observation)
            if observation["step"] < steps:
                assert decision["source"] == "controller" and decision["verdict"] == "continue", decision
                lines.append({
                    "observation": {**observation, "learningRate": rate}, "nextLearningRate": decision["learningRate"]})
            rate = decision["learningRate"]


def main():
    program, checkpoints = sys.argv[1], [pathlib.Path(path) for path in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        served = pathlib.Path(folder) / "checkpoints"
        served.mkdir()
        for checkpoint in checkpoints:
            shutil.copy(checkpoint, served)
        port = random.SystemRandom().randrange(20_000, 30_000)
        with subprocess.Popen([
            program, "serve", "--checkpoints", str(served), "--database", f"{folder}/runs.sqlite", "--listen",
            f"127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            try:
                wait_until_ready(server, f"http://127.0.0.1:{port}")
                for checkpoint in checkpoints:
                    lines = []
                    record(f"http://127.0.0.1:{port}", checkpoint, lines)
                    text = "".join(json.dumps(line) + "\n" for line in lines)
                    (GOLDEN / f"{checkpoint.stem}.jsonl").write_text(text)
                    print(f"{checkpoint.stem}: {sum('observation' in line for line in lines)} decisions")
            finally:
                server.terminate()


def wait_until_ready(server, base):
    for _ in range(100):
        if server.poll() is not None:
            raise SystemExit(server.stdout.read())
        try:
            urllib.request.urlopen(base + "/readyz")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The service does not get ready.")


if __name__ == "__main__":
    main()
