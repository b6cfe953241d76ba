#!/usr/bin/env python3
"""Whether a controller that goes on from served runs does better on the next ones: learn_from_runs.py --metalr PROGRAM.

Users train small regression networks by plain SGD, in numpy, and ask a service for their rates over HTTP, with the controller
`universal`. `metalr train-controller --from-runs` goes on from their runs. Then new users, with problems that nobody has seen,
train by either controller from the same weights, batches and initial rates.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Clients/python"))
import metalr  # noqa: E402
from metalr.core.decision import LocalDecider  # noqa: E402
from metalr.service import ServiceDecider  # noqa: E402

DECISIONS, USUAL = 50, 0.2
TRAIN, HELD, BATCH = 1000, 500, 8


class User:
    """A regression of 5 to 20 inputs by a network of one or two tanh layers; the number decides all of it."""

    def __init__(self, number):
        self.random = numpy.random.default_rng(number)
        inputs, self.steps = self.random.integers(5, 21), int(self.random.integers(200, 801))
        widths = [int(self.random.integers(8, 49))] * int(self.random.integers(1, 3))
        self.initial = USUAL * 10 ** self.random.uniform(-1.5, 0.5)
        self.inputs = self.random.normal(size=(TRAIN + 2 * HELD, inputs)) * numpy.exp(self.random.normal(size=inputs) / 2)
        hidden = numpy.tanh(self.inputs @ self.random.normal(size=(inputs, 10)) / numpy.sqrt(inputs))
        targets = hidden @ self.random.normal(size=10)
        targets = (targets - targets.mean()) / targets.std() + 0.2 * self.random.normal(size=len(targets))
        self.targets = targets[:, None]
        sizes = [inputs, *widths, 1]
        self.weights = [
            part for a, b in zip(sizes, sizes[1:])
            for part in (self.random.normal(size=(a, b)) / numpy.sqrt(a), numpy.zeros(b))]
        targets = self.targets[:TRAIN]
        self.facts = {
            "batchSize": BATCH, "exampleCount": TRAIN, "classCount": 0, "isAdaptive": 0, "momentum": 0, "averagesWeights": 0,
            "usualLearningRate": USUAL, "parameterCount": sum(part.size for part in self.weights),
            "chanceLoss": float(targets.var() / 2)}

    def outputs(self, weights, rows):
        layers = [rows]
        for place in range(0, len(weights), 2):
            sums = layers[-1] @ weights[place] + weights[place + 1]
            layers.append(numpy.tanh(sums) if place + 2 < len(weights) else sums)
        return layers

    def loss(self, weights, rows):
        error = self.outputs(weights, self.inputs[rows])[-1] - self.targets[rows]
        return float((error * error).mean() / 2)

    def gradient(self, weights, rows):
        layers = self.outputs(weights, self.inputs[rows])
        error = layers[-1] - self.targets[rows]
        loss, delta, parts = float((error * error).mean() / 2), error / len(error), []
        for place in range(len(weights) - 2, -1, -2):
            below = layers[place // 2]
            parts = [below.T @ delta, delta.sum(0), *parts]
            delta = (delta @ weights[place].T) * (1 - below * below)
        return loss, parts

    def run(self, decider):
        """Trains by the rates of `decider`; returns the test loss at the weights of the lowest validation loss."""
        weights, random = [part.copy() for part in self.weights], numpy.random.default_rng(self.random.integers(1 << 62))
        first = flat(weights)
        held = slice(TRAIN, TRAIN + HELD)
        best, test = numpy.inf, slice(TRAIN + HELD, None)
        batch = random.integers(0, TRAIN, BATCH)

        def observation(step, rate, measures):
            return metalr.Observation(step, self.steps, rate, {**self.facts, "weightNorm": norm(flat(weights)), **measures})

        def look(rate):
            before, gradient = self.gradient(weights, batch)
            after = self.gradient([part - rate * g for part, g in zip(weights, gradient)], batch)[0]
            size = norm(flat(gradient))
            return observation(0, rate, {
                "trainLoss": after, "lossBeforeTrial": before, "gradientNorm": size, "updateNorm": rate * size,
                "predictedDecrease": rate * size * size})

        loss = self.loss(weights, held)
        measures = {"trainLoss": loss, "validationLoss": loss}
        rate = decider.look(observation(0, self.initial, measures), look)
        step, interval = 0, -(-self.steps // DECISIONS)
        with numpy.errstate(all="ignore"):
            while step < self.steps:
                decision = decider.decide(observation(step, rate, measures))
                if decision.verdict == "stop":
                    break
                rate = decision.learning_rate
                start, last, losses, norms, cosines, halves = flat(weights), None, [], [], [], 0.0
                for _ in range(min(interval, self.steps - step)):
                    batch = random.integers(0, TRAIN, BATCH)
                    loss, gradient = self.gradient(weights, batch)
                    line = flat(gradient)
                    losses.append(loss)
                    norms.append(norm(line))
                    if last is not None:
                        cosines.append(cosine(line, last))
                    last = line
                    halves = cosine(*(flat(self.gradient(weights, half)[1]) for half in (batch[::2], batch[1::2])))
                    weights = [part - rate * g for part, g in zip(weights, gradient)]
                    step += 1
                loss = self.loss(weights, held)
                if not numpy.isfinite(loss):
                    break
                if loss < best:
                    best, result = loss, self.loss(weights, test)
                mean = float(numpy.mean(cosines)) if cosines else 0.0
                measures = {
                    "trainLoss": float(numpy.mean(losses)), "trainLossDeviation": float(numpy.std(losses)),
                    "validationLoss": loss, "gradientNorm": float(numpy.exp(numpy.mean(numpy.log(numpy.maximum(norms, 1e-12))))),
                    "gradientCosine": mean, "updateCosine": mean, "halfBatchCosine": halves,
                    "updateNorm": rate * float(numpy.sqrt(numpy.mean(numpy.square(norms)))),
                    "predictedDecrease": rate * float(numpy.mean(numpy.square(norms))),
                    "intervalDistance": norm(flat(weights) - start), "initialDistance": norm(flat(weights) - first)}
            decider.decide(observation(step, rate, measures))
            decider.finish()
        return result if numpy.isfinite(best) else self.loss(self.weights, test)


def flat(parts):
    return numpy.concatenate([part.ravel() for part in parts])


def norm(values):
    return float(numpy.sqrt(values @ values))


def cosine(a, b):
    return float(a @ b / max(norm(a) * norm(b), 1e-12))


def serve(program, folder, count):
    """The database of a service that `count` users asked."""
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir()
    (checkpoints / "universal.ckpt").write_bytes((ROOT / "checkpoints/universal.ckpt").read_bytes())
    log = folder / "log"
    with log.open("w") as output:
        service = subprocess.Popen(
            [program, "serve", "--checkpoints", checkpoints, "--database", folder / "runs.sqlite", "--listen", "127.0.0.1:0",
             "--learn-from-runs", "--maximum-rate", "100", "--log-format", "json"], stderr=output)
    try:
        while not (found := re.search(r'"port":"(\d+)"', log.read_text())):
            if service.poll() is not None:
                sys.exit(log.read_text())
            time.sleep(0.1)
        client = metalr.Client(f"http://127.0.0.1:{found.group(1)}")
        for number in range(count):
            user = User(number)
            user.run(ServiceDecider(client, {
                "controller": "universal", "initial_learning_rate": user.initial, "total_steps": user.steps,
                "interval": -(-user.steps // DECISIONS)}, deadline=60))
    finally:
        service.terminate()
        service.wait()
    return folder / "runs.sqlite"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metalr", required=True, help="the program")
    parser.add_argument("--runs", type=int, default=40, help="runs that are served")
    parser.add_argument("--users", type=int, default=100, help="new users afterwards")
    parser.add_argument("--folder", type=pathlib.Path, help="keep what is made here; an empty folder")
    parser.add_argument("--database", type=pathlib.Path, help="take this database in place of serving runs")
    parser.add_argument("--controller", type=pathlib.Path, help="take this controller in place of a training")
    parser.add_argument("options", nargs="*", help="of train-controller, behind --")
    arguments = parser.parse_args()
    folder = arguments.folder or pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    new = arguments.controller
    if new is None:
        database = arguments.database or serve(arguments.metalr, folder, arguments.runs)
        output = folder / "ours.ckpt"
        subprocess.run(
            [arguments.metalr, "train-controller", "--from-runs", database, "--output", output, *arguments.options], check=False)
        new = output if output.exists() else folder / "ours.candidate.ckpt"
    losses = []
    for path in (ROOT / "checkpoints/universal.ckpt", new):
        controller = metalr.Controller(str(path))
        losses.append([User(1_000_000 + number).run(LocalDecider(controller)) for number in range(arguments.users)])
    chance = numpy.array([User(1_000_000 + number).facts["chanceLoss"] for number in range(arguments.users)])
    old, new = (numpy.array(each) for each in losses)
    difference = numpy.log((new + 0.01 * chance) / (old + 0.01 * chance))
    random = numpy.random.default_rng(0)
    means = [difference[random.integers(0, len(difference), len(difference))].mean() for _ in range(2000)]
    print(json.dumps({
        "users": len(difference), "better": int((difference < 0).sum()), "worse": int((difference > 0).sum()),
        "difference": round(100 * float(difference.mean()), 2),
        "interval": [round(100 * float(end), 2) for end in numpy.quantile(means, (0.025, 0.975))],
        "median": round(100 * float(numpy.median(difference)), 2),
        "medianLossOverChance": [round(float(numpy.median(each / chance)), 4) for each in (old, new)]}))


main()
