"""Fits a cubic to noisy points by gradient descent: the trainee of the tutorial."""

import json
import random

import metalr_trainee


def points(count, generator):
    """Pairs of x in [-1, 1] and a noisy x³ - x / 2."""
    xs = [generator.uniform(-1, 1) for _ in range(count)]
    return [(x, x**3 - x / 2 + generator.gauss(0, 0.05)) for x in xs]


DATA = random.Random(0)
TRAINING, VALIDATION, TEST = points(200, DATA), points(100, DATA), points(100, DATA)


class Cubic:
    def hello(self, worker):
        return {"name": "cubic", "capabilities": ["evaluate", "snapshot"], "optimizer": "sgd", "batchSize": 8}

    def reset(self, seed, step_budget, learning_rate):
        self.random = random.Random(seed)
        self.weights = [self.random.gauss(0, 1) for _ in range(4)]
        self.meter = metalr_trainee.StepMeter(self.weights)
        return self.measures()

    def train(self, learning_rates):
        self.meter.begin_interval(self.weights)
        for rate in learning_rates:
            loss, gradient = self.loss_and_gradient(self.random.sample(TRAINING, 8))
            before = self.weights
            self.weights = [w - rate * g for w, g in zip(before, gradient)]
            self.meter.step(loss, gradient, before, self.weights)
        return self.measures()

    def measures(self):
        loss, _ = self.loss_and_gradient(VALIDATION)
        facts = {"usualLearningRate": 0.2, "isAdaptive": 0, "batchSize": 8, "exampleCount": len(TRAINING)}
        return {"trainLoss": loss, **facts, **self.meter.measures(self.weights), "validationLoss": loss}

    def loss_and_gradient(self, batch):
        """Half the mean squared error and its gradient."""
        loss, gradient = 0.0, [0.0] * 4
        for x, y in batch:
            error = sum(w * x**power for power, w in enumerate(self.weights)) - y
            loss += error * error / 2 / len(batch)
            gradient = [g + error * x**power / len(batch) for power, g in enumerate(gradient)]
        return loss, gradient

    def evaluate(self):
        loss, _ = self.loss_and_gradient(TEST)
        return loss, max(0.0, 1 - loss / 0.03)  # in place of an accuracy: 1 is perfect

    def snapshot(self):
        version, numbers, gauss = self.random.getstate()
        return json.dumps([self.weights, [version, numbers, gauss], self.meter.state()])

    def restore(self, snapshot):
        self.weights, (version, numbers, gauss), meter = json.loads(snapshot)
        self.random.setstate((version, tuple(numbers), gauss))
        self.meter.restore(meter, self.weights)

    def discard(self, snapshot):
        pass


if __name__ == "__main__":
    metalr_trainee.serve(Cubic())
