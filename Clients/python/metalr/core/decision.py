"""Who decides the rates of a run, in this process or elsewhere."""

from __future__ import annotations

from typing import Callable, Mapping, NamedTuple, Optional

from .controller import Controller
from .guardian import Guardian
from .measures import Observation


class Decision(NamedTuple):
    """The answer to one observation.

    verdict: "continue", "rollback", "stop" or "complete".
    deciding: who decided: "controller", "service" or "fallback".
    """

    learning_rate: float
    verdict: str
    deciding: str


class LocalDecider:
    """A controller in this process, under a guardian: Sources/MetaLR/Guardian/GuardedController.swift."""

    deciding = "controller"
    run_id: Optional[str] = None

    def __init__(self, controller: Controller, guardian: Optional[Guardian] = None) -> None:
        self.controller = controller
        self.session = controller.session()
        self.guardian = guardian or Guardian(minimum=controller.action.minimum, maximum=controller.action.maximum)

    @property
    def looks(self) -> int:
        """Looks before the first step that the controller asks for."""
        return self.controller.action.looks

    def look(self, observation: Observation, look: Callable[[float], Optional[Observation]]) -> float:
        """The rate to begin with, see `ControllerSession.first_learning_rate`."""
        return self.session.first_learning_rate(observation, look)

    def decide(self, observation: Observation) -> Optional[Decision]:
        """The next rate, and what to do; None where nobody can decide now."""
        rate = observation.learning_rate
        if observation.step >= observation.step_budget:
            return Decision(rate, "complete", self.deciding)
        if self.guardian.is_failure(observation):
            return Decision(*self.guardian.fail(rate), self.deciding)
        self.guardian.accept(observation)
        proposed = self.session.next_learning_rate(observation)
        return Decision(self.guardian.bounded(proposed, rate), "continue", self.deciding)

    def late(self, rate: float) -> Optional[Decision]:
        """An answer to the latest observation that came after `decide` had returned None."""
        return None

    def finish(self) -> None:
        """Ends the run."""

    def state(self) -> dict:
        """Everything that is needed to go on."""
        return {
            "kind": "local",
            "controller": self.controller.name,
            "digest": self.controller.digest,
            "session": self.session.state(),
            "guardian": self.guardian.state(),
        }

    def load_state(self, state: Mapping) -> None:
        """Goes on from a state; raises ValueError where it is of another controller."""
        if state.get("kind") != "local" or state["digest"] != self.controller.digest:
            raise ValueError(
                f"the state is of the controller '{state.get('controller')}', in this scheduler '{self.controller.name}' "
                "decides; give the scheduler the controller that the run began with"
            )
        self.session.load_state(state["session"])
        self.guardian.load_state(state["guardian"])
