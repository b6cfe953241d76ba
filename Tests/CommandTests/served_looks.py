"""Drives the same run by a controller in this process and by one of a service: served_looks.py URL CHECKPOINT CLIENT.

Prints the largest relative difference of their rates, and how many rates differ from the initial one.
"""

import sys

sys.path.insert(0, sys.argv[3])
import metalr  # noqa: E402
from metalr.core.decision import LocalDecider  # noqa: E402
from metalr.service import ServiceDecider  # noqa: E402

BUDGET, INITIAL = 1000, 0.003


def look(rate):
    loss = 2.3 - 40 * rate + 2000 * rate * rate
    measures = {
        "trainLoss": loss, "lossBeforeTrial": 2.3, "gradientNorm": 0.8, "updateNorm": 2 * rate, "predictedDecrease": 0.5 * rate,
        "weightNorm": 12.0, "batchSize": 64.0}
    return metalr.Observation(0, BUDGET, rate, measures)


def rates(decider):
    first = {"trainLoss": 2.3, "weightNorm": 12.0, "batchSize": 64.0}
    asked = []

    def trial(rate):
        asked.append(rate)
        return look(rate)

    rate = decider.look(metalr.Observation(0, BUDGET, INITIAL, first), trial)
    decided = [rate]
    for step in range(0, 400, 20):
        loss = 2.3 / (1 + step / 50) * (1.1 if step % 60 == 40 else 1.0)
        measures = first if step == 0 else {"trainLoss": loss, "gradientNorm": 0.8, "weightNorm": 12.0, "batchSize": 64.0}
        rate = decider.decide(metalr.Observation(step, BUDGET, rate, measures)).learning_rate
        decided.append(rate)
    decider.finish()
    return asked + decided


url, checkpoint, _ = sys.argv[1:]
guardian = metalr.Guardian(minimum=1e-6, maximum=1.0)
own = rates(LocalDecider(metalr.Controller(checkpoint), guardian))
request = {"controller": "universal", "initial_learning_rate": INITIAL, "total_steps": BUDGET, "interval": 20}
served = rates(ServiceDecider(metalr.Client(url), request, deadline=30))
assert len(own) == len(served) == 24
print(max(abs(a / b - 1) for a, b in zip(own, served)), sum(abs(rate / INITIAL - 1) > 0.01 for rate in own))
