"""Serves a trainee to metalr over standard input and output (Docs/Trainee-protocol.md, version 1).

The standard library alone is needed. A trainee is any object with these methods:

    hello(worker) -> {"name": ..., "capabilities": ["evaluate", "snapshot"], ...}
    reset(seed, step_budget, learning_rate) -> reading
    train(learning_rates) -> reading
    evaluate() -> (loss, accuracy)          with the capability "evaluate"
    snapshot() -> str                       with the capability "snapshot", like the next two
    restore(snapshot)
    discard(snapshot)

A reading is a dictionary with trainLoss, validationLoss, predictionVariance, predictionChangeVariance,
weightMean and weightVariance; step and learningRate are filled in here.
"""

import json
import math
import os
import sys

VERSION = 1


def serve(trainee):
    """Answers requests until `close`, or until standard input ends."""
    # Whatever else prints to standard output would be taken for an answer: it goes to standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    conversation = _Conversation(trainee)
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


class _Conversation:
    def __init__(self, trainee):
        self.trainee = trainee
        self.step = 0

    def answer(self, request):
        name = request["request"]
        if name == "hello":
            return {"protocol": VERSION, **self.trainee.hello(request.get("worker", 0))}
        if name == "reset":
            self.step = 0
            rate = request["learningRate"]
            reading = self.trainee.reset(request["seed"], request["stepBudget"], rate)
            return {"observation": self.observation(reading, rate)}
        if name == "train":
            rates = request["learningRates"]
            reading = self.trainee.train(rates)
            self.step += len(rates)
            return {"observation": self.observation(reading, rates[-1])}
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

    def observation(self, reading, rate):
        numbers = {key: _number(value) for key, value in reading.items()}
        return {"step": self.step, "learningRate": rate, **numbers}


def _number(value):
    """The number as JSON has it: null for one that is not finite."""
    value = float(value)
    return value if math.isfinite(value) else None
