"""A learning-rate scheduler for PyTorch whose rates a trained controller decides."""

from __future__ import annotations

import logging
import math
import os
import weakref
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ..client import Client
from ..core.controller import Controller
from ..core.decision import Decision, LocalDecider
from ..core.guardian import Guardian
from ..core.logs import logs_for
from ..core.measures import Observation, check_values
from ..core.plan import Plan, fallback_scale
from ..core.run import DEFAULT_DECISIONS, plan_for
from ..core.unfamiliar import REMEDY, unfamiliar
from ..service import ServiceDecider
from .arrivals import Arrivals
from .copies import Copies
from .distributed import Ranks
from .facts import facts_of, optimizer_name
from .look import TrialSteps, look_measures
from .losses import Loss, Losses, Tripwire
from .meter import Meter, measures_of
from .rates import GroupRates
from .validation import Validate, Validation

log = logging.getLogger("metalr")

_VERDICTS = ("continue", "rollback", "stop", "complete")
_DECIDING = ("controller", "service", "fallback")


class Scheduler(LRScheduler):
    """Sets the rates that a controller decides.

        scheduler = metalr.Scheduler(optimizer, total_steps=10_000)
        for inputs, targets in loader:
            ...
            optimizer.step()
            scheduler.step(loss)

    It counts the optimizer's steps itself: steps that AMP skips do not count, and with gradient accumulation `step` may be
    called for each part. Parameter groups keep the ratios of their rates.

    optimizer: a torch.optim.Optimizer (or Accelerate's wrapper of one).
    total_steps: optimizer steps of the whole training.
    controller: the name of a controller inside the package, the path of a checkpoint, a Controller, or with `url` the name of
        one of the service's. By default "universal", or "universal-sf" for ScheduleFreeAdamW.
    closure: computes the loss of the first batch. With it the controller looks before the first step: it takes trial steps and
        undoes them. This costs about a gradient and three forward passes, and mends an initial rate that is far off.
    validate: what is not trained on: a callable that returns the loss, (loss, outputs) or measures by name; or a probe batch
        (inputs, targets) for `model`. Called at every observation. Works without.
    model: gives the last layer's statistics, is called on a probe batch, and is copied for `rollback`.
    loss: loss(outputs, targets) of a probe batch; cross-entropy by default.
    interval, decisions: steps between two decisions, or decisions of the run; by default as the controller was trained.
    loader: a DataLoader, for batch size and number of examples; or give `batch_size` (of all ranks together) and
        `example_count`. `class_count` (0 for a regression) and `chance_loss` help too.
    averages_weights: True where the model is judged by an average of its weights, such as an AveragedModel; known for
        schedule-free optimizers.
    measures: "sampled" (default) measures gradients and updates on at most a million coordinates, "off" does not.
    rollback: whether to keep a copy of model and optimizer at the last good observation, and go back to it after a failure.
    save, load: the job's own functions for that, for sharded models.
    fallback: what the rate does while the service cannot be reached: "cosine" or "constant".
    url, token, ca_file: the service; without `url` this process decides. A Client can be given as `url`.
    log: "auto" (runs of W&B and MLflow that the job has begun), a CSV file's path, a SummaryWriter, a list of these, None.
    group: the process group that trains together; all processes by default. Rank 0 decides.
    sharded: whether each rank holds a part of every parameter (FSDP); known for DTensors.
    labels: shown in the service's lists.
    learn: whether the service's controllers may be trained on problems like this run; None for what it was started with.

    Raises ValueError, ServiceError or Unreachable at construction for mistakes: it does not train on a fallback instead.
    """

    def __init__(
        self,
        optimizer: Any,
        total_steps: int,
        controller: Optional[Union[str, os.PathLike, Controller]] = None,
        *,
        closure: Optional[Callable[[], Any]] = None,
        validate: Optional[Validate] = None,
        model: Optional[torch.nn.Module] = None,
        loss: Optional[Callable[[Tensor, Tensor], Tensor]] = None,
        interval: Optional[int] = None,
        decisions: Optional[int] = None,
        loader: Optional[Any] = None,
        batch_size: Optional[int] = None,
        example_count: Optional[int] = None,
        class_count: Optional[int] = None,
        chance_loss: Optional[float] = None,
        usual_learning_rate: Optional[float] = None,
        averages_weights: Optional[bool] = None,
        measures: str = "sampled",
        guardian: Optional[Guardian] = None,
        rollback: bool = False,
        save: Optional[Callable[[], Any]] = None,
        load: Optional[Callable[[Any], None]] = None,
        fallback: str = "cosine",
        url: Optional[Union[str, Client]] = None,
        token: Optional[str] = None,
        ca_file: Optional[str] = None,
        labels: Optional[Mapping[str, str]] = None,
        learn: Optional[bool] = None,
        log: Any = "auto",
        group: Optional[Any] = None,
        sharded: Optional[bool] = None,
    ) -> None:
        self.optimizer = _unwrapped(optimizer)
        if fallback not in ("cosine", "constant"):
            raise ValueError(f"fallback is '{fallback}'; give 'cosine' or 'constant'")
        if measures not in ("sampled", "off"):
            raise ValueError(f"measures is '{measures}'; give 'sampled' or 'off'")
        if url is None and (token is not None or ca_file is not None):
            raise ValueError("token= and ca_file= belong to a service; give url= too")
        self._rates = GroupRates(self.optimizer)
        self._rate = self._rates.initial
        self._validation = Validation(validate, model, loss, self.optimizer)
        self._facts = facts_of(
            self.optimizer,
            loader,
            batchSize=batch_size,
            exampleCount=example_count,
            classCount=class_count,
            chanceLoss=chance_loss,
            usualLearningRate=usual_learning_rate,
            averagesWeights=averages_weights,
        )
        self._ranks = Ranks(group)
        parameters = [p for g in self.optimizer.param_groups for p in g["params"]]
        self._sharded = any(hasattr(p, "to_local") for p in parameters) if sharded is None else sharded
        self._meter = Meter(self.optimizer) if measures == "sampled" else None
        wants_copies = rollback or save is not None or load is not None
        self._copies = Copies(model, self.optimizer, save, load) if wants_copies else None
        self._copy_is_due = False
        self._fallback = fallback
        self._losses, self._tripwire, self._skips = Losses(), Tripwire(), Arrivals()
        self._reported: Dict[str, float] = {}
        self._first_loss: Optional[float] = None
        self._part: Optional[Loss] = None
        self._steps = self._seen = self._decided_at = 0
        self._first_is_due = True
        self._is_looking = False
        #: The measures of the latest observation, with rate, verdict and who decided.
        self.last_record: Dict[str, Any] = {}
        #: "continue", "rollback", "stop" or "complete", as of the latest decision; "stop" and "complete" stay.
        self.verdict = "continue"
        self._plan = self._make_decider(
            controller, total_steps, interval, decisions, guardian, url, token, ca_file, labels, learn
        )
        #: Who decides: "controller", "service" or "fallback".
        self.deciding = "service" if url is not None else "controller"
        self._next = self._plan.next_after(0)
        self._begin_lr_scheduler()
        self._logs = logs_for(log) if self._ranks.is_first else []
        self._handles = _register(self.optimizer, self)
        if self._meter is not None:
            self._meter.begin_interval(self._next)
        if self._validation.is_there or closure is not None:
            self.look(closure)

    # What LRScheduler has

    def _begin_lr_scheduler(self) -> None:
        for group in self.optimizer.param_groups:
            initial = group["lr"]
            group.setdefault("initial_lr", initial.clone() if isinstance(initial, Tensor) else initial)
        self.base_lrs = list(self._rates.of_groups())
        self.last_epoch, self._step_count = 0, 1
        self._last_lr: List[Any] = self.base_lrs
        # Some versions of PyTorch ask whether the optimizer's step was counted.
        self._get_lr_called_within_step = False

    def get_last_lr(self) -> List[Any]:
        """The rates in force, one a parameter group."""
        return self._rates.of_groups()

    def get_lr(self) -> List[Any]:
        """The rates in force, one a parameter group."""
        return self._rates.of_groups()

    # Beginning

    def _make_decider(
        self,
        controller: Optional[Union[str, os.PathLike, Controller]],
        total_steps: int,
        interval: Optional[int],
        decisions: Optional[int],
        guardian: Optional[Guardian],
        url: Optional[Union[str, Client]],
        token: Optional[str],
        ca_file: Optional[str],
        labels: Optional[Mapping[str, str]],
        learn: Optional[bool],
    ) -> Plan:
        self._decider: Optional[Union[LocalDecider, ServiceDecider]] = None
        if controller is None:
            controller = "universal-sf" if type(self.optimizer).__name__ == "ScheduleFreeAdamW" else "universal"
        if url is None:
            chosen = controller if isinstance(controller, Controller) else Controller(controller)
            if not chosen.needs_only_training_loss and not self._validation.is_there:
                raise ValueError(
                    f"the controller '{chosen.name}' needs a validation loss at every decision: give validate=, or "
                    "take the controller 'universal'"
                )
            plan = plan_for(chosen, total_steps, interval, decisions)
            if self._ranks.is_first:
                self._decider = LocalDecider(chosen, guardian)
                name, batch_size = optimizer_name(self.optimizer), self._facts.get("batchSize")
                _warn(chosen.name, unfamiliar(chosen.card, name, batch_size, plan.total_steps, plan.interval))
            return plan
        if isinstance(controller, Controller) or guardian is not None or decisions is not None:
            raise ValueError("with url= the service has the controller and the guardian, and decides every interval= steps")
        interval = interval or max(1, -(-total_steps // DEFAULT_DECISIONS))
        plan = Plan(total_steps, interval)
        client = url if isinstance(url, Client) else Client(url, token, retries=1, backoff=0.05, ca_file=ca_file)
        request = {
            "controller": os.fspath(controller),
            "initial_learning_rate": self._rate,
            "total_steps": plan.total_steps,
            "interval": interval,
            "labels": dict(labels or {}),
            "learn": learn,
            "trainee": {"optimizer": optimizer_name(self.optimizer), **self._batch_size()},
        }
        # A rank that cannot go on must not leave the others waiting.
        error: Optional[Exception] = None
        if self._ranks.is_first:
            try:
                self._decider = ServiceDecider(client, request)
                _warn(os.fspath(controller), self._decider.unfamiliar)
            except Exception as caught:
                error = caught
        problem = self._ranks.agree(None if error is None else str(error))
        if error is not None:
            raise error
        if problem is not None:
            raise RuntimeError(f"rank 0 could not begin: {problem}")
        return plan

    def _batch_size(self) -> Dict[str, int]:
        size = self._facts.get("batchSize", 0.0)
        return {"batchSize": int(size)} if size >= 1 else {}

    @property
    def run_id(self) -> Optional[str]:
        """The service's run; None in this process, and on other ranks than the first."""
        return None if self._decider is None else self._decider.run_id

    @property
    def step_budget(self) -> int:
        """Optimizer steps of the whole training; Accelerate takes a scheduler with `total_steps` for OneCycleLR."""
        return self._plan.total_steps

    @property
    def interval(self) -> int:
        """Steps from the latest decision to the next."""
        return self._next - self._decided_at

    def look(self, closure: Optional[Callable[[], Any]] = None) -> None:
        """Observes the training before its first step, with trial steps on the first batch where a closure is given."""
        if self._steps > 0 or not self._first_is_due:
            raise RuntimeError("look() belongs before the first step")
        values = self._reduced_validation()
        looks = int(self._ranks.from_first([self._decider.looks] if self._decider else None, 1)[0])
        if closure is None or looks == 0:
            if "validationLoss" in values:
                self._decide_first(values["validationLoss"], {**values, **self._norm()})
            return
        # Before the looks, which a service is told together with it.
        values = {**values, **self._norm()}
        self._is_looking = True
        try:
            with TrialSteps(self.optimizer, closure) as trial:
                self._decide_looking(trial, values)
        finally:
            self._is_looking = False
        self._rates.set(self._rate)

    def _decide_looking(self, trial: TrialSteps, values: Dict[str, float]) -> None:
        first_loss = self._mean(trial.loss)
        loss = values.get("validationLoss", first_loss)

        def look(rate: float) -> Optional[Observation]:
            rate = self._ranks.from_first([rate], 1)[0]
            after, sums = trial.step(lambda: self._rates.set(rate))
            after, sums = self._mean(after), self._ranks.sum(sums) if self._sharded else sums
            measures = look_measures(after, first_loss, sums if self._meter is not None else None)
            return Observation(0, self.step_budget, rate, {**self._facts, **measures})

        # Other ranks take as many trial steps, at the rates that rank 0 broadcasts.
        if self._decider is None:
            for _ in range(int(self._ranks.from_first(None, 1)[0])):
                look(0.0)
        else:
            observation = self._observation(0, {**values, "trainLoss": loss})
            self._ranks.from_first([self._decider.looks if observation.is_finite else 0], 1)
            self._rate = self._decider.look(observation, look)
        self._decide_first(loss, values)

    def _decide_first(self, loss: float, values: Mapping[str, float]) -> None:
        self._rate = self._ranks.from_first([self._rate] if self._ranks.is_first else None, 1)[0]
        self._first_is_due = False
        self._decide(0, {**values, "trainLoss": loss})

    def _norm(self) -> Dict[str, float]:
        """The norm of the weights before the first step."""
        if self._meter is None:
            return {}
        norm = self._meter.initial_weight_norm()
        return {"weightNorm": math.sqrt(self._ranks.sum([norm * norm])[0]) if self._sharded else norm}

    # Training

    def _before_step(self, has_gradients: bool) -> None:
        if self._is_looking:
            return
        if self._copy_is_due and self._copies is not None:
            # After a resume the weights are only certain to be there now.
            self._copy_is_due = False
            self._copies.take()
        if self._meter is not None:
            self._meter.before_step(has_gradients)

    def _after_step(self) -> None:
        if self._is_looking:
            return
        # AMP with a fused optimizer: above 0 where it has skipped the step, which only the device knows.
        found = getattr(self.optimizer, "found_inf", None)
        found = found if isinstance(found, Tensor) else None
        if self._meter is not None:
            self._meter.after_step(found)
        self._steps += 1
        if found is not None:
            self._skips.send(found)
        self._uncount_skipped_steps()

    def _uncount_skipped_steps(self, wait: bool = False) -> None:
        """Takes back the steps that are known to be skipped, or with `wait` all that were."""
        self._steps -= sum(number > 0 for _, number in self._skips.receive(wait))
        self._seen = min(self._seen, self._steps)

    def observe(self, loss: Loss, is_part: bool = False) -> None:
        """Adds the training loss of a batch, before or after its step; for loops that call `step` without it.

        is_part: whether it is only a part of the loss of a step with gradient accumulation: parts are added up.
        """
        if is_part:
            part = loss.detach() if isinstance(loss, Tensor) else loss
            self._part = part if self._part is None else self._part + part
            return
        self._losses.add(loss)
        if self._first_is_due and self._first_loss is None:
            self._first_loss = float(loss.detach() if isinstance(loss, Tensor) else loss)
        # Ranks decide together, and the service at its own steps: neither can begin to decide here.
        is_local = self._ranks.count == 1 and isinstance(self._decider, LocalDecider)
        if is_local and self._tripwire.has_tripped(loss):
            self._next = min(self._next, self._steps if self._steps > self._seen else self._steps + 1)

    def half(self) -> None:
        """Measures how much two halves of a batch agree: called after the backward pass of each, before gradients are clipped.

            for part in batch.chunk(2):
                loss_of(part).backward()
                scheduler.half()

        Only the last batch before a decision is measured; at others a call costs nothing.
        """
        if self._meter is None:
            raise RuntimeError("half() measures gradients, and measures= is 'off'")
        if self._steps + 1 >= self._next:
            self._meter.take_half()

    def report(self, **measures: float) -> None:
        """Adds measures to the next observation, such as ``validationLoss=0.5``."""
        self._reported.update(check_values(measures))

    def step(self, loss: Optional[Loss] = None) -> None:
        """Takes the loss of the step that was taken, and decides where a decision is due.

        Called more or less often than the optimizer's step it still counts right.
        """
        if loss is not None:
            self.observe(loss)
        if self._decider is not None and self._decider.run_id is not None:
            self._take_late_answer()
        if self._first_is_due or self._steps >= self._next:
            self._uncount_skipped_steps(wait=True)
        if self._steps == self._seen:
            return
        if self._part is not None:
            part, self._part = self._part, None
            self.observe(part)
        if self._losses.count == 0 and self._first_is_due:
            raise RuntimeError("the scheduler has got no training loss: call scheduler.step(loss), or scheduler.observe(loss)")
        self._seen = self._steps
        self.last_epoch, self._step_count = self._steps, self._steps + 1
        if self._first_is_due:
            self._decide_first(self._mean(self._first_loss if self._first_loss is not None else math.nan), self._norm())
        if self._steps >= self._next and self.verdict not in ("stop", "complete"):
            self._decide(self._steps, self._measure())

    def _take_late_answer(self) -> None:
        if self._ranks.count > 1 or self._decider is None:
            return  # other ranks hear of it at the next decision
        decision = self._decider.late(self._rate)
        if decision is not None:
            self._follow(decision)

    def _mean(self, value: float) -> float:
        return self._ranks.sum([value])[0] / self._ranks.count

    def _measure(self) -> Dict[str, float]:
        """What was measured since the last observation, the same on every rank."""
        total, squares, count = self._losses.sums()
        self._losses.clear()
        numbers = [total, squares, float(count)]
        sums = self._meter.sums() if self._meter is not None else torch.zeros(0, 8)
        if self._sharded:
            numbers = self._ranks.sum([*numbers, *sums.flatten().tolist()])
            sums = torch.tensor(numbers[3:], dtype=torch.float64).reshape(sums.shape)
        else:
            numbers = self._ranks.sum(numbers)
        total, squares, count = numbers[0], numbers[1], int(numbers[2])
        mean = total / count if count else math.nan
        values = {"trainLoss": mean, "trainLossDeviation": math.sqrt(max(squares / max(count, 1) - mean * mean, 0.0))}
        if self._meter is not None:
            values.update(measures_of(sums))
        values.update(self._reduced_validation())
        values.update(self._reported)
        self._reported = {}
        return values

    def _reduced_validation(self) -> Dict[str, float]:
        values = self._validation.measure()
        if "validationLoss" in values:
            values["validationLoss"] = self._mean(values["validationLoss"])
        return values

    def _observation(self, step: int, values: Mapping[str, float]) -> Observation:
        return Observation(step, self.step_budget, self._rate, {**self._facts, **values})

    def _decide(self, step: int, values: Mapping[str, float]) -> None:
        observation = self._observation(step, values)
        answer = None
        if self._decider is not None:
            decision = self._decider.decide(observation) or self._fall_back(step)
            answer = [decision.learning_rate, _VERDICTS.index(decision.verdict), _DECIDING.index(decision.deciding)]
        rate, verdict, deciding = self._ranks.from_first(answer, 3)
        self._follow(Decision(rate, _VERDICTS[int(verdict)], _DECIDING[int(deciding)]), observation)
        self._decided_at, self._next = step, self._plan.next_after(step)
        if self._meter is not None:
            self._meter.begin_interval(self._next - step)

    def _fall_back(self, step: int) -> Decision:
        scale = fallback_scale(self._fallback, step, self._decided_at, self.step_budget)
        verdict = "complete" if step >= self.step_budget else "continue"
        return Decision(self._rate * scale, verdict, "fallback")

    def _follow(self, decision: Decision, observation: Optional[Observation] = None) -> None:
        before = self._rate
        self._rate, self.verdict, self.deciding = decision
        self._rates.set(self._rate)
        self._last_lr = self._rates.of_groups()
        if observation is not None:
            self._write(observation, before)
        if self.verdict == "rollback":
            self._go_back()
        elif self.verdict == "continue" and self._copies is not None:
            self._copies.take()
        elif self.verdict == "stop":
            log.error("metalr: the training fails again and again at step %d; give it up", self._steps)
        if self.verdict in ("stop", "complete"):
            self.finish()

    def _go_back(self) -> None:
        if self._copies is None or not len(self._copies):
            log.warning("metalr: step %d failed; the rate is lowered to %g (there is no copy to go back to)",
                        self._steps, self._rate)
            return
        log.warning("metalr: step %d failed; going back to the last good weights, at the rate %g",
                    self._steps, self._rate)
        self._copies.go_back()
        self._rates.set(self._rate)
        if self._meter is not None:
            self._meter.forget_step()

    def _write(self, observation: Observation, before: float) -> None:
        self.last_record = {
            "step": observation.step,
            "learningRate": before,
            "nextLearningRate": self._rate,
            "deciding": self.deciding,
            "verdict": self.verdict,
            **observation.values,
        }
        for sink in self._logs:
            sink.write(self.last_record)

    # The end, and going on

    def finish(self) -> None:
        """Ends the run: the service's is closed, hooks are removed, logs are closed. Nothing is decided any more."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if self._decider is not None:
            self._decider.finish()
        for sink in self._logs:
            sink.close()
        self._logs = []

    def __enter__(self) -> Scheduler:
        return self

    def __exit__(self, *_: Any) -> None:
        self.finish()

    def state_dict(self) -> Dict[str, Any]:
        """Everything that is needed to go on from here, without a server too; goes into the job's checkpoint."""
        self._uncount_skipped_steps(wait=True)
        return {
            "formatVersion": 1,
            "decider": None if self._decider is None else self._decider.state(),
            "steps": self._steps,
            "seen": self._seen,
            "decidedAt": self._decided_at,
            "next": self._next,
            "firstIsDue": self._first_is_due,
            "firstLoss": self._first_loss,
            "rate": self._rate,
            "initialRate": self._rates.initial,
            "ratios": list(self._rates.ratios),
            "verdict": self.verdict,
            "deciding": self.deciding,
            "losses": self._losses.state(),
            "reported": dict(self._reported),
            "predictions": self._validation.predictions,
            "meter": None if self._meter is None else self._meter.state(),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Goes on where `state_dict` was taken; raises ValueError where that was with another controller."""
        state = state_dict
        self._skips.clear()
        if self._decider is not None and state["decider"] is not None:
            self._decider.load_state(state["decider"])
        self._steps, self._seen = state["steps"], state["seen"]
        self._decided_at, self._next = state["decidedAt"], state["next"]
        self._first_is_due, self._first_loss = state["firstIsDue"], state["firstLoss"]
        self._rates.initial, self._rates.ratios = state["initialRate"], list(state["ratios"])
        self.verdict, self.deciding = state["verdict"], state["deciding"]
        self._losses.load_state(state["losses"])
        self._reported, self._validation.predictions = dict(state["reported"]), state["predictions"]
        if self._meter is not None and state["meter"] is not None:
            self._meter.load_state(state["meter"])
        self.last_epoch, self._step_count = self._steps, self._steps + 1
        self._rate = state["rate"]
        self._rates.set(self._rate)
        self._last_lr = self._rates.of_groups()
        if self._copies is not None:
            self._copies.clear()
            self._copy_is_due = True


def _warn(controller: str, differences: Sequence[str]) -> None:
    """Tells of a controller that was trained for something else."""
    if differences:
        listed = "; ".join(differences)
        log.warning("metalr: the controller '%s' was not trained for this run: %s. %s", controller, listed, REMEDY)


def _unwrapped(optimizer: Any) -> Optimizer:
    inner = getattr(optimizer, "optimizer", None)
    found = inner if isinstance(inner, Optimizer) else optimizer
    if not isinstance(found, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is no torch.optim.Optimizer")
    return found


def _register(optimizer: Optimizer, scheduler: Scheduler) -> List[Any]:
    """Hooks that do not keep the scheduler alive."""
    owner = weakref.ref(scheduler)

    # A compiled step leaves these to Python: what they count would have it compiled again.
    @torch.compiler.disable
    def before(_: Optimizer, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        current = owner()
        if current is not None:
            has_closure = any(callable(argument) for argument in (*arguments, keywords.get("closure")))
            current._before_step(not has_closure)

    @torch.compiler.disable
    def after(*_: Any) -> None:
        current = owner()
        if current is not None:
            current._after_step()

    return [optimizer.register_step_pre_hook(before), optimizer.register_step_post_hook(after)]
