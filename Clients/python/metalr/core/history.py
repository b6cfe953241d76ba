"""What is remembered of a run for its features: the twin of Sources/MetaLR/Features/RunHistory.swift."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Tuple

from .measures import Observation
from .numbers import clamp, is_finite, safe_log

#: Readings looked back to: the longest change is over 16 decisions.
WINDOW = 17
AVERAGE_WEIGHT = 0.2

#: Groups that a run may lack.
ABSENT_GROUPS = ("validation", "predictions", "gradients", "budget", "sizes")


class RunHistory:
    """The first reading, the latest, and a bounded past; grows by readings and by actions in turn.

    hidden: groups of features that are taken as absent, whatever the trainee reports.
    """

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        self.hidden: FrozenSet[str] = frozenset(hidden)
        unknown = self.hidden - set(ABSENT_GROUPS)
        if unknown:
            raise ValueError(f"{sorted(unknown)} cannot be hidden; the groups are {', '.join(ABSENT_GROUPS)}")
        self.first: Optional[Observation] = None
        self.latest: Optional[Observation] = None
        self.is_look = False
        self.last_action = 0.0
        self.train_logs: List[float] = []
        self.validation_logs: List[float] = []
        self.lowest_validation_loss: Optional[float] = None
        self.averages: Dict[str, float] = {}
        #: ln of the gradient's norm at the first reading that has one, before the latest reading, and at it.
        self.gradient_logs: Optional[Tuple[float, float, float]] = None
        self.sum_of_squared_updates = 0.0
        self.interval_steps = 0

    @property
    def loss_scale(self) -> float:
        """The loss that losses are compared with where they near zero: chance's, or the first one."""
        chance = None if self.latest is None else self.latest.get("chanceLoss")
        if chance is not None:
            return chance
        return 1.0 if self.first is None else self.first.validation_loss

    def logarithm(self, loss: float) -> float:
        """ln(loss + 0.0001 scale), so that a loss near zero has a finite logarithm."""
        return safe_log(loss + 1e-4 * self.loss_scale)

    def add(self, observation: Observation) -> None:
        """Adds the reading before the first step, or one after an interval."""
        self.interval_steps = observation.step - (0 if self.latest is None else self.latest.step)
        self.latest = observation
        if self.first is None:
            self.first = observation
        self.train_logs = (self.train_logs + [self.logarithm(observation.train_loss)])[-WINDOW:]
        loss = observation.get("validationLoss")
        if loss is not None:
            self.validation_logs = (self.validation_logs + [self.logarithm(loss)])[-WINDOW:]
            lowest = self.lowest_validation_loss
            self.lowest_validation_loss = loss if lowest is None else min(lowest, loss)
        if len(self.train_logs) <= 1:
            return
        self._accumulate("trainChange", change(self.train_logs, 1), 0.0)
        self._accumulate("validationChange", change(self.validation_logs, 1), 0.0)
        for name in ("gradientCosine", "updateCosine", "halfBatchCosine"):
            self._accumulate(name, observation.get(name))
        self._note_gradient(observation.get("gradientNorm"))
        norm = observation.get("updateNorm")
        if norm is not None:
            self.sum_of_squared_updates += norm * norm * self.interval_steps

    def add_look(self, look: Observation) -> None:
        """Adds a look before the first step."""
        self.is_look = True
        self.latest = look
        if self.gradient_logs is None:
            self._note_gradient(look.get("gradientNorm"))

    def end_looks(self, observation: Observation) -> None:
        """Goes back to the reading before the first step once all looks are taken."""
        self.is_look = False
        self.latest = observation

    def add_action(self, action: float) -> None:
        """Adds what was decided after the latest reading."""
        self.last_action = clamp(action, -1.0, 1.0) if is_finite(action) else 0.0

    def _note_gradient(self, norm: Optional[float]) -> None:
        if norm is None:
            return
        log, before = safe_log(norm), self.gradient_logs
        self.gradient_logs = (log, log, log) if before is None else (before[0], before[2], log)

    def _accumulate(self, name: str, value: Optional[float], start: Optional[float] = None) -> None:
        if value is None:
            return
        before = self.averages.get(name, value if start is None else start)
        self.averages[name] = before + AVERAGE_WEIGHT * (value - before)

    def state(self) -> dict:
        """Everything that is remembered, as numbers, texts and lists alone."""
        return {
            "hidden": sorted(self.hidden),
            "first": None if self.first is None else self.first.state(),
            "latest": None if self.latest is None else self.latest.state(),
            "isLook": self.is_look,
            "lastAction": self.last_action,
            "trainLogs": list(self.train_logs),
            "validationLogs": list(self.validation_logs),
            "lowestValidationLoss": self.lowest_validation_loss,
            "averages": dict(self.averages),
            "gradientLogs": None if self.gradient_logs is None else list(self.gradient_logs),
            "sumOfSquaredUpdates": self.sum_of_squared_updates,
            "intervalSteps": self.interval_steps,
        }

    @classmethod
    def from_state(cls, state: Mapping) -> RunHistory:
        """The history of a state."""
        history = cls(state["hidden"])
        history.first = None if state["first"] is None else Observation.from_state(state["first"])
        history.latest = None if state["latest"] is None else Observation.from_state(state["latest"])
        history.is_look, history.last_action = state["isLook"], state["lastAction"]
        history.train_logs = list(state["trainLogs"])
        history.validation_logs = list(state["validationLogs"])
        history.lowest_validation_loss = state["lowestValidationLoss"]
        history.averages = dict(state["averages"])
        logs = state["gradientLogs"]
        history.gradient_logs = None if logs is None else (logs[0], logs[1], logs[2])
        history.sum_of_squared_updates = state["sumOfSquaredUpdates"]
        history.interval_steps = state["intervalSteps"]
        return history


def change(logs: List[float], count: int) -> Optional[float]:
    """The change of the latest of the logarithms from so many readings before, or from the first."""
    return logs[-1] - logs[max(0, len(logs) - 1 - count)] if logs else None
