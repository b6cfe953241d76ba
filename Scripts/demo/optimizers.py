"""Optimizers over one vector of weights, in numpy, with the constants of those in Sources/NeuralNet/Optimizers."""

import numpy


class Momentum:
    """Momentum (Polyak, 1964): v = 0.9 v + g, w -= a v."""

    facts = {"usualLearningRate": 0.03, "isAdaptive": 0, "momentum": 0.9}

    def __init__(self, weights):
        self.v = numpy.zeros_like(weights)

    def step(self, weights, gradient, rate):
        self.v = 0.9 * self.v + gradient
        return weights - rate * self.v

    def evaluated(self, weights):
        """The weights that a run is judged at."""
        return weights


class Adam(Momentum):
    """Adam (Kingma and Ba, 2015, algorithm 1)."""

    facts = {"usualLearningRate": 0.003, "isAdaptive": 1, "momentum": 0.9}

    def __init__(self, weights):
        self.m, self.v, self.count = numpy.zeros_like(weights), numpy.zeros_like(weights), 0

    def step(self, weights, gradient, rate):
        self.count += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        self.v = 0.999 * self.v + 0.001 * gradient**2
        m, v = self.m / (1 - 0.9**self.count), self.v / (1 - 0.999**self.count)
        return weights - rate * m / (numpy.sqrt(v) + 1e-8)


class RMSProp(Momentum):
    """RMSProp (Tieleman and Hinton, 2012): s = 0.99 s + 0.01 g², w -= a g / (√s + epsilon)."""

    facts = {"usualLearningRate": 0.001, "isAdaptive": 1, "momentum": 0}

    def step(self, weights, gradient, rate):
        self.v = 0.99 * self.v + 0.01 * gradient**2
        return weights - rate * gradient / (numpy.sqrt(self.v) + 1e-8)


class ScheduleFreeAdamW:
    """Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682, algorithm 1), by default without decay."""

    decay, power, beta, beta2 = 0.0, 0.0, 0.9, 0.999
    facts = {"usualLearningRate": 0.01, "isAdaptive": 1, "momentum": 0.9}

    def __init__(self, weights):
        self.v, self.z, self.x = numpy.zeros_like(weights), weights, weights
        self.count, self.largest, self.total = 0, 0.0, 0.0

    def step(self, weights, gradient, rate):
        self.count += 1
        self.largest = max(self.largest, rate)
        weight = self.count**self.power * self.largest**2
        self.total += weight
        share = weight / self.total if self.total > 0 else 0.0
        self.v = self.beta2 * self.v + (1 - self.beta2) * gradient**2
        scaled = gradient / (numpy.sqrt(self.v / (1 - self.beta2**self.count)) + 1e-8)
        self.z = self.z - rate * (scaled + self.decay * weights)
        self.x = self.x + share * (self.z - self.x)
        return (1 - self.beta) * self.z + self.beta * self.x

    def evaluated(self, weights):
        return self.x


class Prodigy(Momentum):
    """Prodigy (Mishchenko and Defazio, 2023, arXiv 2306.06101, algorithm 4): Adam that estimates its rate d."""

    facts = {"usualLearningRate": 1, "isAdaptive": 1, "momentum": 0.9}

    def __init__(self, weights):
        self.m, self.v, self.s = (numpy.zeros_like(weights) for _ in range(3))
        self.initial, self.d, self.r = weights, 1e-6, 0.0

    def step(self, weights, gradient, rate):
        d, root = self.d, 0.999**0.5
        weight = d / 1e-6 * d * rate
        self.r = root * self.r + weight * float(gradient @ (self.initial - weights))
        self.s = root * self.s + weight * gradient
        self.m = 0.9 * self.m + 0.1 * d * gradient
        self.v = 0.999 * self.v + 0.001 * d * d * gradient**2
        norm = float(numpy.abs(self.s).sum())
        if norm > 0:
            self.d = max(d, self.r / norm)
        return weights - d * rate * self.m / (numpy.sqrt(self.v) + d * 1e-8)


BY_NAME = {
    "momentum": Momentum, "adam": Adam, "rmsprop": RMSProp, "schedule-free-adamw": ScheduleFreeAdamW,
    "prodigy": Prodigy,
}


def named(text):
    """The optimizer of a name with constants: schedule-free-adamw:beta=0.8,power=1."""
    name, _, given = text.partition(":")
    parts = (part.partition("=") for part in given.split(",") if part)
    constants = {constant: float(value) for constant, _, value in parts}
    if name not in BY_NAME:
        raise ValueError(f"There is no optimizer {name!r}; there are {', '.join(BY_NAME)}.")
    optimizer = BY_NAME[name]
    unknown = [constant for constant in constants if not isinstance(getattr(optimizer, constant, None), float)]
    if unknown:
        raise ValueError(f"{name} has no constant {unknown[0]}.")
    if "beta" in constants:
        constants["facts"] = {**optimizer.facts, "momentum": constants["beta"]}
    return type(optimizer.__name__, (optimizer,), constants) if constants else optimizer
