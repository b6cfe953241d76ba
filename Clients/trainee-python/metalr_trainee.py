"""Serves a trainee to metalr over standard input and output (Docs/Trainee-protocol.md, version 2).

The standard library alone is needed. A trainee is any object with these methods:

    hello(worker) -> {"name": ..., "capabilities": ["evaluate", "snapshot", "look"], ...}
    reset(seed, step_budget, learning_rate) -> measures
    look(learning_rate) -> measures         with the capability "look": a trial step on the first batch, undone
    train(learning_rates) -> measures
    evaluate() -> (loss, accuracy)          with the capability "evaluate"
    snapshot() -> str                       with the capability "snapshot", like the next two
    restore(snapshot)
    discard(snapshot)

Measures are a dictionary by the names of `MEASURES`. Only trainLoss is required; what is not measured is left out, or None.
Step and learningRate are filled in here. `StepMeter` measures gradients and updates of weights in a flat list.
"""

import json
import math
import os
import sys

VERSION = 2

# Tests/MetaLRTests/GoldenListTests.swift writes the entries.
MEASURES = (
    "trainLoss",
    "trainLossDeviation",
    "validationLoss",
    "lossBeforeTrial",
    "predictionVariance",
    "predictionChangeVariance",
    "weightMean",
    "weightVariance",
    "gradientNorm",
    "gradientCosine",
    "updateCosine",
    "halfBatchCosine",
    "updateNorm",
    "predictedDecrease",
    "weightNorm",
    "intervalDistance",
    "initialDistance",
    "chanceLoss",
    "usualLearningRate",
    "isAdaptive",
    "momentum",
    "averagesWeights",
    "batchSize",
    "exampleCount",
    "parameterCount",
    "classCount",
)


def serve(trainee):
    """Answers requests until `close`, or until standard input ends."""
    # Whatever else prints to standard output would be taken for an answer: it goes to standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    conversation = Conversation(trainee)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = conversation.answer(request)
        except Exception as error:  # a failed request is reported, and the process can go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["id"] = request["id"]
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()
        if request["request"] == "close":
            return


class Conversation:
    """The protocol without the pipes: a request in, an answer out."""

    def __init__(self, trainee):
        self.trainee = trainee
        self.step = 0

    def answer(self, request):
        name = request["request"]
        if name == "hello":
            # A metalr of version 1 is answered in version 1; it ignores what it does not know.
            version = min(VERSION, request.get("protocol", 1))
            return {"protocol": version, **self.trainee.hello(request.get("worker", 0))}
        if name == "reset":
            self.step = 0
            rate = request["learningRate"]
            measures = self.trainee.reset(request["seed"], request["stepBudget"], rate)
            return {"observation": self.observation(measures, rate)}
        if name == "look":
            if self.step > 0:
                raise ValueError("look was asked for after a step; it belongs between reset and train")
            rate = request["learningRate"]
            return {"observation": self.observation(self.trainee.look(rate), rate)}
        if name == "train":
            rates = request["learningRates"]
            measures = self.trainee.train(rates)
            self.step += len(rates)
            return {"observation": self.observation(measures, rates[-1])}
        if name == "evaluate":
            loss, accuracy = self.trainee.evaluate()
            return {"evaluation": {"loss": _number(loss), "accuracy": accuracy}}
        if name == "snapshot":
            return {"snapshot": self.trainee.snapshot()}
        if name == "restore":
            self.trainee.restore(request["snapshot"])
            self.step = request["step"]
            return {}
        if name == "discard":
            self.trainee.discard(request["snapshot"])
            return {}
        if name == "close":
            return {}
        raise ValueError(f"unknown request '{name}'")

    def observation(self, measures, rate):
        unknown = [name for name in measures if name not in MEASURES]
        if unknown:
            raise ValueError(f"'{unknown[0]}' is no measure; the measures are {', '.join(MEASURES)}")
        if measures.get("trainLoss") is None:
            raise ValueError("an observation needs 'trainLoss'; all other measures may be left out")
        numbers = {name: _number(value) for name, value in measures.items() if value is not None}
        return {"step": self.step, "learningRate": rate, **numbers}


def _number(value):
    """The number as JSON has it: null for one that is not finite."""
    value = float(value)
    return value if math.isfinite(value) else None


class StepMeter:
    """Measures losses, gradients and updates of weights in flat lists of numbers.

        meter = StepMeter(weights)                        # after reset
        meter.begin_interval(weights)                     # before the steps of a request
        meter.step(loss, gradient, before, after)         # for each step
        measures = meter.measures(weights)
    """

    def __init__(self, weights):
        self.start, self.last = list(weights), None
        self.begin_interval(weights)

    def begin_interval(self, weights):
        self.interval_start, self.rows = list(weights), []

    def step(self, loss, gradient, before, after):
        gradient, update = list(gradient), [b - a for a, b in zip(before, after)]
        cosines = None
        if self.last is not None:
            cosines = cosine(gradient, self.last[0]), cosine(update, self.last[1])
        self.last = gradient, update
        self.rows.append((loss, norm(gradient), norm(update), -dot(gradient, update), cosines))

    def measures(self, weights):
        values = {"weightNorm": norm(weights)}
        if not self.rows:
            return values
        losses, gradients, updates, decreases, _ = zip(*self.rows)
        mean = sum(losses) / len(losses)
        values.update(
            trainLoss=mean, trainLossDeviation=math.sqrt(sum((loss - mean) ** 2 for loss in losses) / len(losses)),
            gradientNorm=math.exp(sum(math.log(max(g, 1e-30)) for g in gradients) / len(losses)),
            updateNorm=math.sqrt(sum(u * u for u in updates) / len(losses)),
            predictedDecrease=sum(decreases) / len(losses),
            intervalDistance=distance(weights, self.interval_start), initialDistance=distance(weights, self.start))
        pairs = [row[4] for row in self.rows if row[4] is not None]
        if pairs:
            values["gradientCosine"] = sum(pair[0] for pair in pairs) / len(pairs)
            values["updateCosine"] = sum(pair[1] for pair in pairs) / len(pairs)
        return values

    def state(self):
        """What a snapshot keeps, in JSON's types."""
        return [self.start, self.last]

    def restore(self, state, weights):
        self.start, self.last = state
        self.begin_interval(weights)


def dot(one, other):
    return sum(a * b for a, b in zip(one, other))


def norm(values):
    return math.sqrt(dot(values, values))


def cosine(one, other):
    return max(-1.0, min(1.0, dot(one, other) / (norm(one) * norm(other) + 1e-30)))


def distance(one, other):
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(one, other)))
