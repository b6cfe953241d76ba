"""What is compared: controllers, the schedules that the search tries, and what people use without a search."""

import dataclasses
import math
from typing import Callable, List, Optional

import metalr

#: Where controllers begin, in multiples of the usual rate, as in Sources/Experiments/Suites/SuiteInitialRates.swift.
GOOD, BAD = (1, 3.162, 10), (0.001, 0.0316, 56.2)
USUAL = {"adamw": 0.003, "momentum": 0.03, "schedule-free-adamw": 0.01}

#: A rate by step and budget.
Schedule = Callable[[int, int], float]


@dataclasses.dataclass
class Contender:
    """An optimizer and where its rates come from: a controller, a range test, or a schedule of step and budget.

    optimizer: None for the problem's own.
    initial_rates: where its runs begin, in multiples of the usual rate; a schedule ignores them.
    """

    name: str
    optimizer: Optional[str] = None
    schedule: Optional[Callable[[float], Schedule]] = None
    controller: Optional[metalr.Controller] = None
    tests_range: bool = False
    initial_rates: tuple = (1,)

    @property
    def version(self):
        return self.controller.digest[:12] if self.controller else ""


def constant(peak):
    return lambda step, budget: peak


def warmed(peak, share):
    return lambda step, budget: peak * min(1, (step + 1) / max(1, int(share * budget)))


def cosine(peak):
    return lambda step, budget: peak * (1 + math.cos(math.pi * step / budget)) / 2


def linear(peak):
    return lambda step, budget: peak * (1 - step / budget)


def warm_up_linear(peak):
    def rate(step, budget):
        warm_up = max(1, budget // 10)
        return peak * (step + 1) / warm_up if step < warm_up else peak * (budget - step) / (budget - warm_up)

    return rate


def one_cycle(peak):
    """A cosine up from a 25th over 30% of the steps and one down to nothing (PyTorch's OneCycleLR)."""
    def rate(step, budget):
        top = max(1, 0.3 * budget - 1)
        first, last = peak / 25, peak / 25e4
        if step <= top:
            return first + (peak - first) * (1 - math.cos(math.pi * step / top)) / 2
        return last + (peak - last) * (1 + math.cos(math.pi * (step - top) / max(1, budget - 1 - top))) / 2

    return rate


def steps(peak):
    """A tenth at half the run, a hundredth at three quarters."""
    return lambda step, budget: peak * (1 if step < budget // 2 else 0.1 if step < 3 * budget // 4 else 0.01)


def searched() -> List[Contender]:
    """Four shapes at ten peaks and step decays at eight, as in Sources/Experiments/Suites/SuiteComparison.swift."""
    peaks = [10 ** (-1 + k / 3) for k in range(10)]
    grid = [(shape, peak) for shape in (constant, cosine, linear, one_cycle) for peak in peaks]
    grid += [(steps, peak) for peak in peaks[1:9]]
    return [of_usual(shape, multiple, f"{shape.__name__} {multiple:.3g} x usual") for shape, multiple in grid]


def of_usual(shape, multiple, name):
    return Contender(name, schedule=lambda usual: shape(multiple * usual))


def at(shape, rate, name, optimizer=None):
    return Contender(name, optimizer, schedule=lambda usual: shape(rate))


def rivals(optimizer) -> List[Contender]:
    """What a user of this optimizer may do without a search, and optimizers that claim to need none."""
    default = 0.001 if optimizer == "adamw" else 0.1
    return [
        at(constant, default, "usual default, constant"),
        at(cosine, default, "usual default, cosine"),
        of_usual(one_cycle, 1, "one-cycle, usual rate"),
        of_usual(warm_up_linear, 3.162, "warm-up linear 3.162 x usual"),
        Contender("range test, one-cycle", tests_range=True),
        at(constant, 1, "prodigy", "prodigy"),
        at(cosine, 1, "prodigy, cosine", "prodigy"),
        *(schedule_free(rate) for rate in (0.0025, 0.01, 0.02, 0.04, 0.08)),
        at(lambda peak: warmed(peak, 0.05), 0.0025, "schedulefree's defaults, 0.0025", "schedulefree"),
    ]


def schedule_free(rate):
    return at(lambda peak: warmed(peak, 0.05), rate, f"schedule-free-adamw {rate}", "schedule-free-adamw")


def controllers(paths) -> List[Contender]:
    """Controllers by name or checkpoint; one that was trained on schedule-free AdamW brings it along."""
    found = []
    for path in paths:
        controller = metalr.Controller(path)
        optimizer = "schedule-free-adamw" if controller.name.startswith("universal-sf") else None
        found.append(Contender(controller.name, optimizer, controller=controller, initial_rates=GOOD + BAD))
    return found
