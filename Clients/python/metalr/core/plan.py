"""At which steps of a run its rate is decided."""

from __future__ import annotations

import math
from typing import Optional


class Plan:
    """The steps of a run at which it is observed.

    total_steps: optimizer steps of the whole run.
    interval: steps between two observations.
    decisions: observations of a run, spread evenly, in place of an interval: number k is after floor(k total / decisions).
    """

    def __init__(self, total_steps: int, interval: Optional[int] = None, decisions: Optional[int] = None) -> None:
        for name, value in (("total_steps", total_steps), ("interval", interval), ("decisions", decisions)):
            if value is not None and (isinstance(value, bool) or int(value) != value or value < 1):
                raise ValueError(f"{name} is {value}; expected a whole number of at least 1")
        if (interval is None) == (decisions is None):
            raise ValueError("give either an interval or a number of decisions")
        self.total_steps, self.interval, self.decisions = int(total_steps), interval, decisions

    def next_after(self, step: int) -> int:
        """The step of the first observation after this step; the last of the run where none is left."""
        if self.interval is not None:
            return min(step // self.interval * self.interval + self.interval, self.total_steps)
        assert self.decisions is not None
        decision = step * self.decisions // self.total_steps + 1
        while decision * self.total_steps // self.decisions <= step:
            decision += 1
        return min(decision * self.total_steps // self.decisions, self.total_steps)


def fallback_scale(name: str, step: int, before: int, total_steps: int) -> float:
    """The factor by which a fallback schedule changes between two decisions; 1 where it gives nothing usable.

    name: "cosine", which falls to 0 at the last step, or "constant".
    """
    if name == "constant" or step == 0 or step >= total_steps:
        return 1.0
    scale = _cosine(step, total_steps) / _cosine(before, total_steps)
    return scale if math.isfinite(scale) and scale > 0 else 1.0


def _cosine(step: int, total_steps: int) -> float:
    return 1 + math.cos(math.pi * step / total_steps)
