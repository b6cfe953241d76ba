#!/usr/bin/env python3
"""Two trainees of the site's demo, in numpy: the next character of a text, and a badly scaled linear regression.

    metalr check-trainee -- python3 Scripts/demo/trainee.py characters --optimizer adam
"""

import argparse
import copy
import math
import os
import pathlib
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one worker of metalr, one core
import numpy  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(ROOT / "Clients" / "trainee-python")]
import metalr_trainee  # noqa: E402
import optimizers  # noqa: E402


class Characters:
    """The last four characters of the licence as indicators; the target is the next one."""

    name, batch, hidden = "characters", 32, 64

    def __init__(self):
        text = " ".join((ROOT / "LICENSE").read_text().lower().split())
        alphabet = sorted(set(text))
        codes = numpy.array([alphabet.index(character) for character in text])
        indicators = numpy.eye(len(alphabet))
        self.inputs = numpy.hstack([indicators[codes[shift : len(codes) - 4 + shift]] for shift in range(4)])
        self.targets = indicators[codes[4:]]
        self.chance, self.classes = math.log(len(alphabet)), len(alphabet)

    def loss_and_errors(self, outputs, targets):
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        logs = shifted - numpy.log(numpy.exp(shifted).sum(axis=1, keepdims=True))
        return -float((logs * targets).sum(axis=1).mean()), numpy.exp(logs) - targets

    def predictions(self, outputs):
        powers = numpy.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def accuracy(self, outputs, targets):
        return float((outputs.argmax(axis=1) == targets.argmax(axis=1)).mean())


class Regression:
    """20 inputs whose scales span three decades; the target is linear in them, with noise of deviation 0.5."""

    name, batch, hidden = "regression", 16, 0

    def __init__(self):
        generator = numpy.random.default_rng(0)
        scales = numpy.logspace(0.5, -2.5, 20)
        self.inputs = generator.normal(size=(2000, 20)) * scales
        true = generator.normal(size=(20, 1)) / numpy.sqrt(scales)[:, None]
        self.targets = self.inputs @ true + 0.5 * generator.normal(size=(2000, 1))
        self.chance, self.classes = float(self.targets.var()) / 2, 0

    def loss_and_errors(self, outputs, targets):
        errors = outputs - targets
        return float((errors**2).sum(axis=1).mean()) / 2, errors

    def predictions(self, outputs):
        return outputs

    def accuracy(self, outputs, targets):
        """The share of the targets' variance that is explained, at least 0."""
        return max(0.0, 1 - float(((outputs - targets) ** 2).mean() / targets.var()))


class Network:
    """One hidden layer of tanh, or none, over one flat vector of weights."""

    def __init__(self, inputs, hidden, outputs):
        self.shapes = [(inputs, hidden), (hidden, outputs)] if hidden else [(inputs, outputs)]
        self.count = sum((rows + 1) * columns for rows, columns in self.shapes)

    def initial(self, generator):
        """Normal with variance 1 / inputs; biases are 0."""
        return numpy.concatenate([
            numpy.vstack([generator.normal(size=shape) / math.sqrt(shape[0]), numpy.zeros((1, shape[1]))]).ravel()
            for shape in self.shapes])

    def layers(self, vector):
        place = 0
        for rows, columns in self.shapes:
            yield vector[place : place + (rows + 1) * columns].reshape(rows + 1, columns)
            place += (rows + 1) * columns

    def forward(self, vector, inputs):
        """What enters each layer, and the outputs."""
        entering = []
        for index, layer in enumerate(self.layers(vector)):
            inputs = inputs if index == 0 else numpy.tanh(inputs)
            entering.append(inputs)
            inputs = inputs @ layer[:-1] + layer[-1]
        return entering, inputs

    def gradient(self, vector, entering, errors):
        parts, errors = [], errors / len(errors)
        for layer, inputs in reversed(list(zip(self.layers(vector), entering))):
            parts.insert(0, numpy.vstack([inputs.T @ errors, errors.sum(axis=0)]).ravel())
            errors = errors @ layer[:-1].T * (1 - inputs**2)
        return numpy.concatenate(parts)


def cosine(one, other):
    return float(one @ other / (numpy.linalg.norm(one) * numpy.linalg.norm(other) + 1e-30))


class ArrayMeter(metalr_trainee.StepMeter):
    """The meter of Clients/trainee-python, over arrays: lists of ten thousand weights would cost more than training."""

    def __init__(self, weights):
        self.start, self.last = weights, None
        self.begin_interval(weights)

    def begin_interval(self, weights):
        self.interval_start, self.rows = weights, []

    def step(self, loss, gradient, before, after):
        update, cosines = after - before, None
        if self.last is not None:
            cosines = cosine(gradient, self.last[0]), cosine(update, self.last[1])
        self.last = gradient, update
        norms = float(numpy.linalg.norm(gradient)), float(numpy.linalg.norm(update))
        self.rows.append((loss, *norms, -float(gradient @ update), cosines))

    def measures(self, weights):
        values = super().measures([])  # all but what depends on the weights
        values["weightNorm"] = float(numpy.linalg.norm(weights))
        if self.rows:
            values["intervalDistance"] = float(numpy.linalg.norm(weights - self.interval_start))
            values["initialDistance"] = float(numpy.linalg.norm(weights - self.start))
        return values


class Trainee:
    def __init__(self, problem, optimizer):
        self.problem, self.optimizer_name = problem, optimizer
        order = numpy.random.default_rng(1).permutation(len(problem.inputs))
        places = numpy.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])
        self.training, self.validation, self.test = [(problem.inputs[p], problem.targets[p]) for p in places]
        self.network = Network(problem.inputs.shape[1], problem.hidden, problem.targets.shape[1])
        self.facts = {
            **optimizers.named(optimizer).facts, "chanceLoss": problem.chance, "batchSize": problem.batch,
            "exampleCount": len(places[0]), "parameterCount": self.network.count, "classCount": problem.classes,
        }

    def hello(self, worker):
        return {
            "name": self.problem.name, "capabilities": ["evaluate", "snapshot", "look"], "dataset": self.problem.name,
            "splitSizes": [len(split[0]) for split in (self.training, self.validation, self.test)],
            "model": f"{len(self.network.shapes)} dense", "optimizer": self.optimizer_name,
            "batchSize": self.problem.batch,
        }

    def reset(self, seed, step_budget, learning_rate):
        self.generator = numpy.random.default_rng(seed)
        self.weights = self.network.initial(self.generator)
        self.optimizer = optimizers.named(self.optimizer_name)(self.weights)
        self.meter, self.before, self.half_cosine = ArrayMeter(self.weights), None, None
        self.snapshots, self.taken = {}, 0
        return self.read()

    def look(self, learning_rate):
        kept = self.state()
        self.meter = ArrayMeter(self.weights)
        batch = self.next_batch()
        loss = self.take_step(batch, learning_rate)
        measures = self.meter.measures(self.weights)
        after = self.loss_and_gradient(batch)[0]
        half = self.half_cosine_of(batch, self.meter.start)
        self.set(kept)
        names = ("gradientNorm", "updateNorm", "predictedDecrease")
        return {
            **self.facts, **{name: measures[name] for name in names}, "trainLoss": after, "lossBeforeTrial": loss,
            "weightNorm": float(numpy.linalg.norm(self.weights)), "halfBatchCosine": half,
        }

    def train(self, learning_rates):
        self.meter.begin_interval(self.weights)
        for index, rate in enumerate(learning_rates):
            batch = self.next_batch()
            if index == len(learning_rates) - 1:
                self.half_cosine = self.half_cosine_of(batch, self.weights)
            self.take_step(batch, rate)
        return self.read()

    def next_batch(self):
        places = self.generator.integers(len(self.training[0]), size=self.problem.batch)
        return self.training[0][places], self.training[1][places]

    def take_step(self, batch, rate):
        loss, gradient = self.loss_and_gradient(batch)
        before = self.weights
        self.weights = self.optimizer.step(before, gradient, rate)
        self.meter.step(loss, gradient, before, self.weights)
        return loss

    def loss_and_gradient(self, batch, weights=None):
        weights = self.weights if weights is None else weights
        entering, outputs = self.network.forward(weights, batch[0])
        loss, errors = self.problem.loss_and_errors(outputs, batch[1])
        return loss, self.network.gradient(weights, entering, errors)

    def half_cosine_of(self, batch, weights):
        middle = self.problem.batch // 2
        halves = [[part[:middle] for part in batch], [part[middle:] for part in batch]]
        return cosine(*(self.loss_and_gradient(half, weights)[1] for half in halves))

    def read(self):
        _, outputs = self.network.forward(self.optimizer.evaluated(self.weights), self.validation[0])
        predictions = self.problem.predictions(outputs)
        change = 0.0 if self.before is None else float((predictions - self.before).var())
        self.before = predictions
        loss = self.problem.loss_and_errors(outputs, self.validation[1])[0]
        last = list(self.network.layers(self.weights))[-1][:-1]
        measured = {**self.meter.measures(self.weights), "validationLoss": loss}
        if self.half_cosine is not None:
            measured["halfBatchCosine"] = self.half_cosine
        return {
            "trainLoss": loss, **self.facts, **measured, "predictionVariance": float(predictions.var()),
            "predictionChangeVariance": change, "weightMean": float(last.mean()), "weightVariance": float(last.var()),
        }

    def evaluate(self):
        _, outputs = self.network.forward(self.optimizer.evaluated(self.weights), self.test[0])
        loss = self.problem.loss_and_errors(outputs, self.test[1])[0]
        return loss, self.problem.accuracy(outputs, self.test[1])

    def state(self):
        return copy.deepcopy((self.weights, self.optimizer, self.generator, self.meter, self.before, self.half_cosine))

    def set(self, state):
        (self.weights, self.optimizer, self.generator, self.meter, self.before, self.half_cosine) = state

    # A snapshot is a name: encoding weights and predictions would cost more than training.

    def snapshot(self):
        self.taken += 1
        name = str(self.taken)
        self.snapshots[name] = self.state()
        return name

    def restore(self, snapshot):
        self.set(copy.deepcopy(self.snapshots[snapshot]))

    def discard(self, snapshot):
        self.snapshots.pop(snapshot, None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", choices=["characters", "regression"])
    parser.add_argument("--optimizer", default="adam", help=", ".join(optimizers.BY_NAME))
    arguments = parser.parse_args()
    try:
        optimizers.named(arguments.optimizer)
    except ValueError as error:
        parser.error(str(error))
    numpy.seterr(all="ignore")  # a diverged run is an outcome, which its numbers tell
    problem = Characters() if arguments.problem == "characters" else Regression()
    metalr_trainee.serve(Trainee(problem, arguments.optimizer))
