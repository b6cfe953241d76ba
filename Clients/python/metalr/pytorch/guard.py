"""Goes back when a training fails, with any scheduler."""

from __future__ import annotations

import logging
import math
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import torch
from torch import Tensor
from torch.optim import Optimizer

from ..core.alarm import LONGEST_DELAY, Alarm
from .arrivals import Arrivals
from .copies import Copies
from .distributed import Ranks
from .losses import Loss
from .scheduler import _unwrapped

log = logging.getLogger("metalr")

#: Steps between two comparisons of the ranks' losses.
_STEPS_BETWEEN_RANKS = 10


class Guard:
    """Watches the training loss, and goes back to an earlier copy of the training when it fails.

        guard = metalr.Guard(model, optimizer)
        ...
        optimizer.step()
        scheduler.step()
        if guard.step(loss) == "stop":
            break

    A failure is a loss that is not finite, a spike or a relapse (`metalr.core.alarm`). The training then goes on from a copy
    that was made before the failure, with other batches. Most failures do not return then, so that the rate stays (Chowdhery
    et al., 2022, arXiv 2204.02311, section 5.1). Further failures within `recovery` good steps lower it, each more than the one
    before: by `rate_scale`, its square, its cube and so on. The optimizer takes its steps at the scheduler's rate times
    `factor`, which the scheduler does not see. After every `recovery` good steps `factor` rises by 1 / `rate_scale`, up to 1.

    every: steps between two copies of model and optimizer. Two are kept, and more where `every` is below 21, because a
        failure may be noticed 21 steps after it began. While the loss is raised no copy is made.
    save, load: the job's own functions in place of copies in memory: `save()` returns what `load(it)` goes back to.
    device: where copies are kept, such as "cpu"; by default beside the originals.
    rollbacks: failures in a row that are answered by going back; the next one stops the training.
    rate_scale: what the rate is multiplied with after a second failure in a row; after the n-th with the power n - 1. With the
        defaults this lowers the rate by 2,000,000 in all.
    group: the process group that trains together; the ranks' losses are compared every 10 steps.
    """

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: Any,
        every: int = 100,
        save: Optional[Callable[[], Any]] = None,
        load: Optional[Callable[[Any], None]] = None,
        device: Optional[str] = None,
        rollbacks: int = 7,
        rate_scale: float = 0.5,
        recovery: int = 200,
        spike_ratio: float = 3.0,
        group: Optional[Any] = None,
    ) -> None:
        if every < 1 or rollbacks < 0 or not 0 < rate_scale < 1 or recovery < 1 or not spike_ratio > 1:
            raise ValueError(
                "expected every >= 1, rollbacks >= 0, 0 < rate_scale < 1, recovery >= 1 and spike_ratio > 1, got "
                f"{every}, {rollbacks}, {rate_scale}, {recovery} and {spike_ratio}"
            )
        self._optimizer = _unwrapped(optimizer)
        # The newest may be of a training that has begun to fail.
        count = 1 + math.ceil(LONGEST_DELAY / every)
        self._copies = Copies(model, self._optimizer, save, load, device, count)
        self._every, self._rollbacks, self._rate_scale, self._recovery = every, rollbacks, rate_scale, recovery
        self._alarm = Alarm(spike_ratio)
        self._ranks = Ranks(group)
        self._steps = self._good_steps = self._failures = 0
        self._copied_at: Optional[int] = None
        self._arrivals = Arrivals()
        self._shared: List[Loss] = []
        self._kept_rates: List[Any] = []
        #: What the scheduler's rate is multiplied with.
        self.factor = 1.0
        #: How often the training went back.
        self.count = 0
        #: "continue", "rollback" or "stop", as of the latest step; "stop" stays.
        self.verdict = "continue"
        #: Why it went back the last time.
        self.reason: Optional[str] = None
        self._handles = [
            self._optimizer.register_step_pre_hook(self._lower_rates),
            self._optimizer.register_step_post_hook(self._put_rates_back),
        ]

    def step(self, loss: Loss) -> str:
        """Takes the loss of a step that was taken, and returns the verdict."""
        if self.verdict == "stop":
            return self.verdict
        self.verdict = "continue"
        self._steps += 1
        for step, number in self._known(loss):
            reason = self._alarm.reason(number)
            if reason is not None:
                self._fail(reason, step)
                return self.verdict
            self._good_steps += 1
            if self._good_steps % self._recovery == 0:
                self._failures, self.factor = 0, min(1.0, self.factor / self._rate_scale)
        if self._copied_at is None or (self._steps - self._copied_at >= self._every and self._alarm.is_calm):
            self._copies.take(self._steps)
            self._copied_at = self._steps
        return self.verdict

    def _known(self, loss: Loss) -> List[Tuple[int, float]]:
        """Steps and losses that are known now, without waiting for a GPU."""
        if self._ranks.count > 1:
            return self._known_to_all(loss)
        self._arrivals.send(loss, self._steps)
        return self._arrivals.receive()

    def _known_to_all(self, loss: Loss) -> List[Tuple[int, float]]:
        self._shared.append(loss.detach() if isinstance(loss, Tensor) else loss)
        if len(self._shared) < _STEPS_BETWEEN_RANKS:
            return []
        own = [float(value) for value in self._shared]
        self._shared = []
        means = [total / self._ranks.count for total in self._ranks.sum(own)]
        return list(enumerate(means, self._steps - len(means) + 1))

    def _fail(self, reason: str, step: int) -> None:
        self.reason, self._good_steps = reason, 0
        self._failures += 1
        self._arrivals.clear()
        self._shared = []
        if self._failures > self._rollbacks or not len(self._copies):
            self.verdict = "stop"
            log.error("metalr: step %d: %s; this is failure %d in a row, give the training up",
                      self._steps, reason, self._failures)
            return
        # What is judged is the median of some losses: the failure began before it was seen.
        safe = step - self._alarm.delay
        label = self._copies.go_back(lambda copied_at: copied_at <= safe)
        self._alarm.forget()
        if self._failures > 1:
            self.factor *= self._rate_scale ** (self._failures - 1)
        self.count += 1
        self._copied_at = self._steps
        self.verdict = "rollback"
        log.warning("metalr: step %d: %s; going back to the copy of step %d, at %g times the scheduler's rate",
                    self._steps, reason, label, self.factor)

    def _lower_rates(self, *_: Any) -> None:
        if self.factor == 1.0:
            return
        self._kept_rates = []
        for group in self._optimizer.param_groups:
            rate = group["lr"]
            if isinstance(rate, Tensor):
                self._kept_rates.append(rate.clone())
                rate.mul_(self.factor)
            else:
                self._kept_rates.append(rate)
                group["lr"] = rate * self.factor

    def _put_rates_back(self, *_: Any) -> None:
        for group, kept in zip(self._optimizer.param_groups, self._kept_rates):
            if isinstance(group["lr"], Tensor) and isinstance(kept, Tensor):
                group["lr"].copy_(kept)
            else:
                group["lr"] = kept
        self._kept_rates = []

    def finish(self) -> None:
        """Stops watching, and frees the copies."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._copies.clear()

    def state_dict(self) -> Dict[str, Any]:
        """What is remembered, without the copies: a resumed training makes new ones."""
        return {
            "alarm": self._alarm.state(),
            "steps": self._steps,
            "goodSteps": self._good_steps,
            "failures": self._failures,
            "factor": self.factor,
            "count": self.count,
            "verdict": self.verdict,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state."""
        self._alarm.load_state(state["alarm"])
        self._steps, self._good_steps, self._failures = state["steps"], state["goodSteps"], state["failures"]
        self.factor, self.count, self.verdict = state["factor"], state["count"], state["verdict"]
        self._copies.clear()
        self._copied_at = None
