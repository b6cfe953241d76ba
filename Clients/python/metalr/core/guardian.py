"""Bounds the rate, and notices a run that fails: the rules of Sources/MetaLR/Guardian."""

from __future__ import annotations

import math
from typing import List, Mapping, Optional, Tuple

from .measures import Observation
from .numbers import clamp, is_finite, median

WINDOW = 10
FEWEST_FOR_MEDIAN = 3
SPIKE_NOISE = 10.0
SPIKE_SHARE = 0.5
RECOVERY = 10


def is_spike(loss: float, recent: List[float], ratio: float, first: Optional[float] = None) -> bool:
    """Whether a loss is far above the recent ones.

    It is above ``median + (ratio - 1) |median|``, above ``median + 10 MAD`` and above ``median + 0.5 (first - median)``, where
    `first` is the first loss of the run. Of fewer than three the highest stands for the median, and the second bound asks nothing.
    """
    if not recent:
        return False
    is_beginning = len(recent) < FEWEST_FOR_MEDIAN
    middle = max(recent) if is_beginning else median(recent)
    noise = 0.0 if is_beginning else median([abs(value - middle) for value in recent])
    gain = 0.0 if first is None else first - middle
    return all(loss > middle + bound for bound in ((ratio - 1) * abs(middle), SPIKE_NOISE * noise, SPIKE_SHARE * gain))


class Guardian:
    """Watches over one run.

    spike_ratio: how many times the median of the recent losses counts as a spike.
    rollback_scale: what the rate is multiplied with after a failure; after the n-th in a row with its n-th power.
    rollbacks: failures in a row that are answered with a rollback; the next one stops the run.
    maximum_change: the largest factor between one rate and the next.
    """

    def __init__(
        self,
        spike_ratio: float = 3.0,
        rollback_scale: float = 0.5,
        rollbacks: int = 6,
        maximum_change: float = 10.0,
        minimum: float = 1e-6,
        maximum: float = 1.0,
    ) -> None:
        if not (spike_ratio > 1 and 0 < rollback_scale < 1 and rollbacks >= 0 and maximum_change > 1):
            raise ValueError(
                "expected spike_ratio > 1, 0 < rollback_scale < 1, rollbacks >= 0 and maximum_change > 1, got "
                f"{spike_ratio}, {rollback_scale}, {rollbacks} and {maximum_change}"
            )
        self.spike_ratio, self.rollback_scale, self.rollbacks = spike_ratio, rollback_scale, rollbacks
        self.maximum_change, self.minimum, self.maximum = maximum_change, minimum, maximum
        self.losses: List[float] = []
        self.first: Optional[float] = None
        self.failures = self.good_observations = 0
        self.ceiling: Optional[float] = None

    def is_failure(self, observation: Observation) -> bool:
        """Whether an observation has a number that is not finite, or a loss far above the recent ones."""
        if not observation.is_finite:
            return True
        return is_spike(observation.validation_loss, self.losses, self.spike_ratio, self.first)

    def accept(self, observation: Observation) -> None:
        """Takes a good observation into account."""
        if not self.losses:
            self.first = observation.validation_loss
        self.losses = (self.losses + [observation.validation_loss])[-WINDOW:]
        self.good_observations += 1
        if self.good_observations % RECOVERY:
            return
        self.failures = 0
        # The ceiling rises slowly: whoever follows a schedule would go straight back to the rate that failed.
        higher = math.inf if self.ceiling is None else self.ceiling / self.rollback_scale
        self.ceiling = higher if higher < self.maximum else None

    def fail(self, rate: float) -> Tuple[float, str]:
        """The next rate and the verdict after a failure at this rate."""
        self.good_observations = 0
        self.failures += 1
        if self.failures > self.rollbacks:
            return rate, "stop"
        lower = clamp(rate * self.rollback_scale**self.failures, min(self.minimum, rate), self.maximum)
        self.ceiling = lower
        return lower, "rollback"

    def bounded(self, rate: float, previous: float) -> float:
        """A proposed rate within the bounds of the rate and of its change."""
        proposed = rate if is_finite(rate) and rate > 0 else previous
        if self.ceiling is not None:
            proposed = min(proposed, self.ceiling)
        gradual = clamp(proposed, previous / self.maximum_change, previous * self.maximum_change)
        return clamp(gradual, self.minimum, self.maximum)

    def state(self) -> dict:
        """What is remembered of the run."""
        return {
            "validationLosses": list(self.losses),
            "firstValidationLoss": self.first,
            "failures": self.failures,
            "goodObservations": self.good_observations,
            "ceiling": self.ceiling,
        }

    def load_state(self, state: Mapping) -> None:
        """Goes on with a run whose state was kept."""
        # States of 0.2 have losses by kind, and no first one.
        self.losses = list(state["validationLosses"] if "validationLosses" in state else state["losses"]["validation"])
        self.first = state.get("firstValidationLoss")
        self.failures, self.good_observations = state["failures"], state["goodObservations"]
        self.ceiling = state["ceiling"]
