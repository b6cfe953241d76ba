"""Tells a training that fails from one that is only noisy, by the loss of every batch."""

from __future__ import annotations

import math
from collections import deque
from typing import Deque, List, Optional

from .guardian import SPIKE_SHARE
from .numbers import median

#: Losses that the recent past is judged by.
WINDOW = 64
#: Losses before the first judgment.
FEWEST = 16
#: Latest losses, whose median is judged: a single hard batch is no failure.
LATEST = 5
#: Losses that a failure may be older than its alarm, at most.
LONGEST_DELAY = FEWEST + LATEST


class Alarm:
    """Judges the losses of batches one by one.

    A failure is
    - a loss that is not finite;
    - a spike: the median of the latest 5 losses is above ``median + (spike_ratio - 1) |median|``, above ``median + 10 MAD``
      and above ``median + 0.5 (first - median)`` of the 64 before them, where `first` is the first median of 16 losses;
    - a relapse: the median of the latest 5 and that of the latest 16 are above two thirds of the way back from the lowest median
      of 16 losses so far to the first one, and above the lowest by 6 MADs, its own or those of the 64 before.
    """

    def __init__(self, spike_ratio: float = 3.0, noise: float = 10.0) -> None:
        self.spike_ratio, self.noise = spike_ratio, noise
        self._past: Deque[float] = deque(maxlen=WINDOW)
        self._latest: Deque[float] = deque(maxlen=LATEST)
        self._recent: Deque[float] = deque(maxlen=FEWEST)
        self._first: Optional[float] = None
        self._lowest = math.inf
        self._lowest_noise = 0.0
        #: Losses that the failure of the latest alarm may be older than the alarm.
        self.delay = 0

    def reason(self, loss: float) -> Optional[str]:
        """Why the training fails, as of this loss; None where it does not."""
        self.delay = 2 * LATEST
        if not math.isfinite(loss):
            return f"the loss is {loss}"
        if len(self._latest) == LATEST:
            self._past.append(self._latest[0])
        self._latest.append(loss)
        self._recent.append(loss)
        if len(self._past) < FEWEST or len(self._latest) < LATEST:
            return None
        now = sorted(self._latest)[LATEST // 2]
        reason = self._spike(now) or self._relapse(now)
        if reason is None and len(self._recent) == FEWEST:
            self._note_lowest()
        return reason

    def _spike(self, now: float) -> Optional[str]:
        middle = median(self._past)
        if now <= middle + (self.spike_ratio - 1) * abs(middle):
            return None
        noise = median([abs(value - middle) for value in self._past])
        # Losses near 0 jump by large factors: a spike costs half of what the training has gained.
        gain = 0.0 if self._first is None else self._first - middle
        is_spike = now > middle + max(self.noise * noise, SPIKE_SHARE * gain)
        return f"the loss rose from {middle:.4g} to {now:.4g}" if is_spike else None

    def _relapse(self, now: float) -> Optional[str]:
        if self._first is None or self._first <= self._lowest:
            return None
        middle = median(self._past)
        noise = max(self._lowest_noise, median([abs(value - middle) for value in self._past]))
        bound = self._lowest + max(2 * (self._first - self._lowest) / 3, 6 * noise)
        if now > bound and median(self._recent) > bound:
            self.delay = LONGEST_DELAY
            return f"the loss is back at {now:.4g}, from {self._lowest:.4g}"
        return None

    @property
    def is_calm(self) -> bool:
        """Whether the latest losses, and the last of them, are as low as those before: within 3 MAD above the median."""
        if len(self._past) < FEWEST or not self._latest:
            return True
        middle = median(self._past)
        noise = median([abs(value - middle) for value in self._past])
        return max(median(self._latest), self._latest[-1]) <= middle + 3 * noise

    def _note_lowest(self) -> None:
        recent: List[float] = list(self._recent)
        middle = median(recent)
        if self._first is None:
            self._first = middle
        if middle < self._lowest:
            self._lowest, self._lowest_noise = middle, median([abs(value - middle) for value in recent])

    def forget(self) -> None:
        """Forgets the latest losses, which the training went back from."""
        self._latest.clear()
        self._recent.clear()

    def state(self) -> dict:
        """What is remembered."""
        return {
            "past": list(self._past),
            "latest": list(self._latest),
            "recent": list(self._recent),
            "first": self._first,
            "lowest": self._lowest,
            "lowestNoise": self._lowest_noise,
        }

    def load_state(self, state: dict) -> None:
        """Goes on from a state."""
        for deque_, name in ((self._past, "past"), (self._latest, "latest"), (self._recent, "recent")):
            deque_.clear()
            deque_.extend(state[name])
        self._first, self._lowest, self._lowest_noise = state["first"], state["lowest"], state["lowestNoise"]
