"""The service as what decides: asked in the background, so that no step of a training waits for it."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Callable, Dict, List, Mapping, Optional

from .client import Client, ServiceError, Unreachable
from .core.decision import Decision
from .core.measures import Observation

log = logging.getLogger("metalr")

#: Seconds that a decision may take; after them the fallback decides, and the answer counts when it comes.
DEADLINE = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class ServiceDecider:
    """A run of the service.

    Every observation is kept, so that a run can be told again to a service that was restored or lost it. A thread
    sends what was not sent, and tries again after a failure: after a second, then twice as long each time up to a minute, or
    after the service's Retry-After.

    Raises at construction what makes every decision impossible: an unknown controller, a token that is refused, too many
    runs, nobody at the address.
    """

    deciding = "service"

    def __init__(self, client: Client, request: Dict[str, Any], deadline: float = DEADLINE) -> None:
        self._client, self._request, self._deadline = client, request, deadline
        self._changed = threading.Condition()
        self._observations: List[Dict[str, Any]] = []
        self._sent = 0
        self._rewind_to: Optional[int] = None
        self._answer: Optional[Dict[str, Any]] = None
        #: What the trial steps before the first step saw, and whether the service is asked what comes next.
        self._seen: List[Dict[str, float]] = []
        self._question: Optional[Dict[str, Any]] = None
        self._trial: Optional[float] = None
        self._failing = self._closed = False
        self._missed = self._hung = self._mended = False
        #: The rate in force over the service's own, where the fallback has decided meanwhile.
        self._offset = 1.0
        opened = client.open_run(**request)
        self.run_id: Optional[str] = opened["id"]
        #: Looks before the first step that the controller asks for.
        self.looks = int(opened.get("looks", 0))
        #: What the run has that the controller was not trained with, in words.
        self.unfamiliar: List[str] = list(opened.get("unfamiliar") or [])
        self._thread = threading.Thread(target=self._work, name="metalr", daemon=True)
        self._thread.start()

    def look(self, observation: Observation, look: Callable[[float], Optional[Observation]]) -> float:
        """The rate to begin with, after trial steps at the rates that the service asks for.

        Without an answer the rate stays, as if there had been no look. Every look is taken, since other ranks take as many.
        """
        rate, left = observation.learning_rate, self._deadline
        seen: List[Dict[str, float]] = []
        for _ in range(self.looks if observation.is_finite else 0):
            trial = look(rate)
            if left <= 0 or trial is None:
                continue
            seen.append(dict(trial.values))
            begun = time.monotonic()
            answer = self._ask({"step": 0, **observation.values, "looks": seen}, left)
            left = 0.0 if answer is None else left - (time.monotonic() - begun)
            rate = observation.learning_rate if answer is None else answer
        self._seen = seen if left > 0 else []
        return rate if left > 0 else observation.learning_rate

    def _ask(self, question: Dict[str, Any], seconds: float) -> Optional[float]:
        """The rate that follows a question, None where no answer came."""
        with self._changed:
            self._question, self._trial = question, None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._trial is not None or self._failing, seconds)
            self._question = None
            self._hung = self._trial is None and not self._failing
            return self._trial

    def decide(self, observation: Observation) -> Optional[Decision]:
        """The service's decision; None where there is none within the deadline, or after a failure."""
        fields: Dict[str, Any] = {"step": observation.step, **observation.values}
        if observation.step == 0 and self._seen:
            fields["looks"] = self._seen
        with self._changed:
            self._observations.append(fields)
            self._answer = None
            self._changed.notify_all()
            # One that fails or hangs is waited for once, not at every interval.
            if not (self._failing or self._hung):
                self._changed.wait_for(lambda: self._answer is not None or self._failing, self._deadline)
                self._hung = self._answer is None and not self._failing
            if self._answer is None:
                self._missed = True
                return None
            return self._decision(observation.learning_rate)

    def late(self, rate: float) -> Optional[Decision]:
        """The decision about the latest observation, where it has come meanwhile; `rate` is the one in force."""
        with self._changed:
            return None if self._answer is None or not self._missed else self._decision(rate)

    def _decision(self, rate: float) -> Decision:
        answer = self._answer
        assert answer is not None
        self._answer = None
        if self._missed:
            # The fallback has moved the rate: only the change that the service decides counts, so that nothing jumps.
            self._offset = rate * answer["scale"] / answer["learningRate"]
            self._missed = False
        return Decision(answer["learningRate"] * self._offset, answer["verdict"], self.deciding)

    # The thread

    def _work(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._has_work)
                if self._closed:
                    break
            wait = self._try_once(pause)
            if wait is None:
                pause = _FIRST_PAUSE
                continue
            pause = min(2 * pause, _LONGEST_PAUSE)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, wait)
        self._client.close()

    @property
    def _has_work(self) -> bool:
        return self._sent < len(self._observations) or self._rewind_to is not None or self._question is not None

    def _try_once(self, pause: float) -> Optional[float]:
        """Sends one thing; None where that went well, else the seconds to wait."""
        try:
            self._send()
        except ServiceError as error:
            if self._mend(error):
                return None
            return self._note_failure(f"the service refuses: {error}", max(pause, error.retry_after or 0))
        except Unreachable as error:
            return self._note_failure(str(error), max(pause, min(error.retry_after or 0, _LONGEST_PAUSE)))
        return None

    def _note_failure(self, problem: str, wait: float) -> float:
        with self._changed:
            if not self._failing:
                log.warning("metalr: %s; the fallback decides until it serves again", problem)
            self._failing = True
            self._changed.notify_all()
        return wait

    def _send(self) -> None:
        if self.run_id is None:
            self.run_id = self._client.open_run(**self._request)["id"]
            self._sent = 0
        if self._rewind_to is not None:
            self._client.rewind(self.run_id, self._rewind_to)
            with self._changed:
                self._rewind_to = None
            return
        question = self._question
        if question is not None:
            rate = self._client.look(self.run_id, question)["learningRate"]
            with self._changed:
                if self._question is question:
                    self._question, self._trial = None, rate
                    self._changed.notify_all()
            return
        with self._changed:
            index = self._sent
            fields = self._observations[index]
        answer = self._client.observe(self.run_id, fields)
        self._mended = False
        with self._changed:
            if self._sent != index or self._observations[index] is not fields:
                return  # a state was loaded meanwhile
            self._sent = index + 1
            if self._sent == len(self._observations):
                if self._failing:
                    log.info("metalr: the service decides again")
                self._failing = self._hung = False
                self._answer = answer
                self._changed.notify_all()

    def _mend(self, error: ServiceError) -> bool:
        """Catches up with a service that was restored, or has lost the run; whether there is something to try at once."""
        if self._mended:
            return False  # what was mended did not last
        self._mended = True
        if error.code in ("unknown_run", "run_finished", "conflicting_observation", "step_not_decided"):
            log.warning("metalr: %s A new run is opened and told what was observed so far.", error)
            with self._changed:
                self.run_id, self._rewind_to, self._sent = None, None, 0
            return True
        if error.code == "step_out_of_order" and self.run_id is not None:
            try:
                expected = self._client.run(self.run_id)["nextStep"]
            except (ServiceError, Unreachable):
                return False
            steps = [fields["step"] for fields in self._observations]
            if expected in steps and steps.index(expected) != self._sent:
                with self._changed:
                    self._sent = steps.index(expected)
                return True
        return False

    # The end, and going on

    def finish(self) -> None:
        """Ends the run, after at most a deadline; what was not sent by then is lost."""
        with self._changed:
            if self._closed:
                return
            self._changed.wait_for(lambda: not self._has_work or self._failing, self._deadline)
            self._closed = True
            self._changed.notify_all()
        if self.run_id is None or self._failing:
            return
        finisher = threading.Thread(target=self._finish_run, args=(self.run_id,), daemon=True)
        finisher.start()
        finisher.join(self._deadline)

    def _finish_run(self, run: str) -> None:
        try:
            self._client.finish(run)
        except (ServiceError, Unreachable) as error:
            log.warning("metalr: the run %s could not be finished: %s", run, error)
        finally:
            self._client.close()

    def state(self) -> dict:
        """Everything that is needed to go on, also without the service."""
        with self._changed:
            return {
                "kind": "service",
                "controller": self._request["controller"],
                "run": self.run_id,
                "observations": [dict(fields) for fields in self._observations],
                "offset": self._offset,
                "missed": self._missed,
            }

    def load_state(self, state: Mapping) -> None:
        """Goes on from a state; the service's run is rewound to it, and the one of this decider deleted."""
        if state.get("kind") != "service" or state["controller"] != self._request["controller"]:
            raise ValueError(
                f"the state is of the controller '{state.get('controller')}', decided by {state.get('kind')}; in this "
                f"scheduler '{self._request['controller']}' of the service decides"
            )
        with self._changed:
            own, self.run_id = self.run_id, state["run"]
            self._observations = [dict(fields) for fields in state["observations"]]
            self._sent = len(self._observations)
            self._rewind_to = self._observations[-1]["step"] if self._observations else None
            self._offset, self._missed = state["offset"], state["missed"]
            self._answer, self._failing = None, False
            if own is not None and own != self.run_id:
                threading.Thread(target=self._delete, args=(own,), daemon=True).start()
            self._changed.notify_all()

    def _delete(self, run: str) -> None:
        try:
            self._client.delete(run)
        except (ServiceError, Unreachable) as error:
            log.warning("metalr: the run %s could not be deleted: %s", run, error)
        finally:
            self._client.close()

