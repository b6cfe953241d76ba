"""A training run in numbers alone, for loops of any framework."""

from __future__ import annotations

import math
from typing import Dict, List, Mapping, Optional, Union

from .controller import Controller
from .decision import Decision, LocalDecider
from .guardian import Guardian
from .measures import Observation, check_values
from .plan import Plan
from .unfamiliar import unfamiliar

DEFAULT_DECISIONS = 50


def plan_for(
    controller: Controller, total_steps: int, interval: Optional[int], decisions: Optional[int]
) -> Plan:
    """The plan that was asked for, or else that of the controller's training."""
    if interval is None and decisions is None:
        own = controller.default_interval
        interval, decisions = (own, None) if own is not None else (None, DEFAULT_DECISIONS)
    return Plan(total_steps, interval, decisions)


class Run:
    """The rates of one run of any training loop, from its losses.

        run = metalr.Run(total_steps=10_000, learning_rate=1e-3)
        for batch in batches:
            loss = train(batch, learning_rate=run.learning_rate)
            run.step(loss)

    total_steps: optimizer steps of the whole run.
    learning_rate: the rate to begin with.
    controller: the name of a controller inside the package, the path of a checkpoint, or a Controller.
    interval, decisions: steps between two decisions, or decisions of the run; by default as the controller was trained.
    facts: measures that stay the same, such as ``batchSize=128``.

    Raises ValueError for a mistake at once. What the controller was not trained with is in `unfamiliar`.
    """

    def __init__(
        self,
        total_steps: int,
        learning_rate: float,
        controller: Union[str, Controller] = "universal",
        interval: Optional[int] = None,
        decisions: Optional[int] = None,
        guardian: Optional[Guardian] = None,
        **facts: float,
    ) -> None:
        if not 0 < learning_rate < math.inf:
            raise ValueError(f"learning_rate is {learning_rate}; expected a positive number")
        chosen = controller if isinstance(controller, Controller) else Controller(controller)
        self._decider = LocalDecider(chosen, guardian)
        self._plan = plan_for(chosen, total_steps, interval, decisions)
        self._facts = check_values(facts)
        #: How the run differs from the controller's training, as far as this is known: "batch size 64, trained with 1000".
        self.unfamiliar = unfamiliar(
            chosen.card, None, self._facts.get("batchSize"), self._plan.total_steps, self._plan.interval)
        self._reported: Dict[str, float] = {}
        self._losses: List[float] = []
        self._next = 0
        #: Optimizer steps done.
        self.steps = 0
        #: The rate of the next step.
        self.learning_rate = float(learning_rate)
        #: "continue", "rollback", "stop" or "complete", as of the latest decision; "stop" stays.
        self.verdict = "continue"
        #: Who decides: "controller".
        self.deciding = self._decider.deciding

    def report(self, **measures: float) -> None:
        """Adds measures to the next observation, such as ``validationLoss=0.5``."""
        self._reported.update(check_values(measures))

    def step(self, loss: float, **measures: float) -> float:
        """Counts an optimizer step with the loss of its batch before it, and returns the rate of the next step."""
        self.report(**measures)
        loss = float(loss)
        if self._next == 0:
            # The first loss is that before training.
            self._decide(0, [loss])
        self._losses.append(loss)
        self.steps += 1
        if self.steps >= self._next or not math.isfinite(loss):
            self._decide(self.steps, self._losses)
        return self.learning_rate

    def _decide(self, step: int, losses: List[float]) -> None:
        self._next = self._plan.next_after(step)
        if self.verdict in ("stop", "complete"):
            return
        mean = sum(losses) / len(losses)
        values = {**self._facts, **self._reported, "trainLoss": mean}
        if step > 0:
            values["trainLossDeviation"] = math.sqrt(sum((loss - mean) ** 2 for loss in losses) / len(losses))
            self._losses, self._reported = [], {}
        observation = Observation(step, self._plan.total_steps, self.learning_rate, values)
        decision = self._decider.decide(observation)
        assert isinstance(decision, Decision)
        self.learning_rate, self.verdict = decision.learning_rate, decision.verdict

    def state_dict(self) -> dict:
        """Everything that is needed to go on from here."""
        return {
            "decider": self._decider.state(),
            "steps": self.steps,
            "next": self._next,
            "losses": list(self._losses),
            "reported": dict(self._reported),
            "learningRate": self.learning_rate,
            "verdict": self.verdict,
        }

    def load_state_dict(self, state: Mapping) -> None:
        """Goes on where the state was taken; raises ValueError where it is of another controller."""
        self._decider.load_state(state["decider"])
        self.steps, self._next = state["steps"], state["next"]
        self._losses, self._reported = list(state["losses"]), dict(state["reported"])
        self.learning_rate, self.verdict = state["learningRate"], state["verdict"]
