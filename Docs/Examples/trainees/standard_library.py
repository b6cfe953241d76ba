"""A trainee of the standard library alone: softmax regression on points drawn around three centres.

    metalr check-trainee -- python3 Docs/Examples/trainees/standard_library.py
    metalr train-controller --trainee 'python3 Docs/Examples/trainees/standard_library.py'
"""

import json
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "Clients" / "trainee-python"))
import metalr_trainee  # noqa: E402

CLASSES, FEATURES, BATCH = 3, 4, 20


def draw(count, generator):
    """Points of classes 0, 1, 2 in turn, around centres that overlap."""
    points = []
    for index in range(count):
        label = index % CLASSES
        centre = [1.5 if feature == label else 0.0 for feature in range(FEATURES)]
        points.append(([generator.gauss(c, 1.0) for c in centre] + [1.0], label))
    return points


DATA = random.Random(0)
TRAIN, VALIDATION, TEST = draw(600, DATA), draw(150, DATA), draw(150, DATA)


# What is the same in every observation of a run.
FACTS = {
    "chanceLoss": math.log(CLASSES), "usualLearningRate": 0.2, "isAdaptive": 0, "momentum": 0, "batchSize": BATCH,
    "exampleCount": len(TRAIN), "parameterCount": CLASSES * (FEATURES + 1), "classCount": CLASSES,
}


class SoftmaxRegression:
    def hello(self, worker):
        return {
            "name": "softmax regression", "capabilities": ["evaluate", "snapshot", "look"], "dataset": "three centres",
            "splitSizes": [len(TRAIN), len(VALIDATION), len(TEST)], "model": "softmax regression",
            "optimizer": "sgd", "batchSize": BATCH,
        }

    def reset(self, seed, step_budget, learning_rate):
        self.generator = random.Random(seed)
        self.weights = [
            [self.generator.gauss(0, 0.5) for _ in range(FEATURES + 1)] for _ in range(CLASSES)
        ]
        self.predictions = None
        self.meter = metalr_trainee.StepMeter(flat(self.weights))
        return self.read()

    def look(self, learning_rate):
        """A trial step on the first batch, undone: weights, generator and meter are as before."""
        weights, state = [row[:] for row in self.weights], self.generator.getstate()
        batch = self.generator.choices(TRAIN, k=BATCH)
        meter = metalr_trainee.StepMeter(flat(self.weights))
        before = self.take_step(batch, learning_rate, meter)
        after, _ = self.loss_and_gradient(batch)
        measures = meter.measures(flat(weights))
        self.weights = weights
        self.generator.setstate(state)
        kept = {name: measures[name] for name in ("gradientNorm", "updateNorm", "predictedDecrease", "weightNorm")}
        return {**FACTS, **kept, "trainLoss": after, "lossBeforeTrial": before}

    def train(self, learning_rates):
        self.meter.begin_interval(flat(self.weights))
        for rate in learning_rates:
            self.take_step(self.generator.choices(TRAIN, k=BATCH), rate, self.meter)
        return self.read()

    def take_step(self, batch, rate, meter):
        loss, gradient = self.loss_and_gradient(batch)
        before = flat(self.weights)
        self.weights = [[w - rate * g for w, g in zip(*rows)] for rows in zip(self.weights, gradient)]
        meter.step(loss, flat(gradient), before, flat(self.weights))
        return loss

    def loss_and_gradient(self, batch):
        loss, gradient = 0.0, [[0.0] * (FEATURES + 1) for _ in range(CLASSES)]
        for point, label in batch:
            probabilities = self.predict(point)
            loss -= math.log(max(probabilities[label], 1e-12)) / BATCH
            for row in range(CLASSES):
                error = probabilities[row] - (row == label)
                for column in range(FEATURES + 1):
                    gradient[row][column] += error * point[column] / BATCH
        return loss, gradient

    def evaluate(self):
        predictions = [self.predict(point) for point, _ in TEST]
        right = sum(p.index(max(p)) == label for p, (_, label) in zip(predictions, TEST))
        return self.loss(predictions, TEST), right / len(TEST)

    def snapshot(self):
        version, internal, gauss = self.generator.getstate()
        return json.dumps([self.weights, self.predictions, [version, internal, gauss], self.meter.state()])

    def restore(self, snapshot):
        self.weights, self.predictions, (version, internal, gauss), meter = json.loads(snapshot)
        self.generator.setstate((version, tuple(internal), gauss))
        self.meter.restore(meter, flat(self.weights))

    def discard(self, snapshot):
        pass  # all of it is in the text

    def predict(self, point):
        scores = [sum(w * x for w, x in zip(row, point)) for row in self.weights]
        highest = max(scores)
        powers = [math.exp(max(score - highest, -700)) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def loss(self, predictions, points):
        return -sum(math.log(max(p[label], 1e-12)) for p, (_, label) in zip(predictions, points)) / len(points)

    def read(self):
        predictions = [self.predict(point) for point, _ in VALIDATION]
        now = [number for row in predictions for number in row]
        change = [a - b for a, b in zip(now, self.predictions)] if self.predictions else [0.0]
        self.predictions = now
        loss = self.loss(predictions, VALIDATION)
        weights = [weight for row in self.weights for weight in row[:-1]]
        return {
            "trainLoss": loss, **FACTS, **self.meter.measures(flat(self.weights)), "validationLoss": loss,
            "predictionVariance": variance(now), "predictionChangeVariance": variance(change),
            "weightMean": sum(weights) / len(weights), "weightVariance": variance(weights),
        }


def flat(rows):
    return [number for row in rows for number in row]


def variance(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)


if __name__ == "__main__":
    metalr_trainee.serve(SoftmaxRegression())
