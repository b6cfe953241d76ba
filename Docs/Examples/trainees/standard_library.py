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


class SoftmaxRegression:
    def hello(self, worker):
        return {
            "name": "softmax regression", "capabilities": ["evaluate", "snapshot"], "dataset": "three centres",
            "splitSizes": [len(TRAIN), len(VALIDATION), len(TEST)], "model": "softmax regression",
            "optimizer": "sgd", "batchSize": BATCH,
        }

    def reset(self, seed, step_budget, learning_rate):
        self.generator = random.Random(seed)
        self.weights = [
            [self.generator.gauss(0, 0.5) for _ in range(FEATURES + 1)] for _ in range(CLASSES)
        ]
        self.predictions = None
        return self.read(train_loss=None)

    def train(self, learning_rates):
        total = 0.0
        for rate in learning_rates:
            batch = self.generator.choices(TRAIN, k=BATCH)
            gradient = [[0.0] * (FEATURES + 1) for _ in range(CLASSES)]
            for point, label in batch:
                probabilities = self.predict(point)
                total -= math.log(max(probabilities[label], 1e-12)) / BATCH
                for row in range(CLASSES):
                    error = probabilities[row] - (row == label)
                    for column in range(FEATURES + 1):
                        gradient[row][column] += error * point[column] / BATCH
            for row in range(CLASSES):
                for column in range(FEATURES + 1):
                    self.weights[row][column] -= rate * gradient[row][column]
        return self.read(train_loss=total / len(learning_rates))

    def evaluate(self):
        predictions = [self.predict(point) for point, _ in TEST]
        right = sum(p.index(max(p)) == label for p, (_, label) in zip(predictions, TEST))
        return self.loss(predictions, TEST), right / len(TEST)

    def snapshot(self):
        version, internal, gauss = self.generator.getstate()
        return json.dumps([self.weights, self.predictions, [version, internal, gauss]])

    def restore(self, snapshot):
        self.weights, self.predictions, (version, internal, gauss) = json.loads(snapshot)
        self.generator.setstate((version, tuple(internal), gauss))

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

    def read(self, train_loss):
        predictions = [self.predict(point) for point, _ in VALIDATION]
        now = [number for row in predictions for number in row]
        change = [a - b for a, b in zip(now, self.predictions)] if self.predictions else [0.0]
        self.predictions = now
        loss = self.loss(predictions, VALIDATION)
        weights = [weight for row in self.weights for weight in row[:-1]]
        return {
            "trainLoss": loss if train_loss is None else train_loss, "validationLoss": loss,
            "predictionVariance": variance(now), "predictionChangeVariance": variance(change),
            "weightMean": sum(weights) / len(weights), "weightVariance": variance(weights),
        }


def variance(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)


if __name__ == "__main__":
    metalr_trainee.serve(SoftmaxRegression())
