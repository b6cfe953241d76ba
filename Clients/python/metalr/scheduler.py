"""A learning-rate scheduler for PyTorch whose rates the service decides."""

import copy
import logging
import math
import time

import torch

from .client import ServiceError, Unreachable

log = logging.getLogger("metalr")

LONGEST_PAUSE = 60.0


class MetaLRScheduler:
    """Sets the rate of every interval as the service decides, in the shape of torch.optim.lr_scheduler.

        scheduler = MetaLRScheduler(optimizer, model, probe, client, "fashion", total_steps=1000)
        for images, labels in loader:
            ...
            optimizer.step()
            scheduler.step(loss)

    optimizer: its learning rates are set; groups keep their rates' ratios.
    model: what is observed; called on the probe's inputs in evaluation mode.
    probe: a fixed batch (inputs, targets) that is not trained on.
    client: a Client.
    controller: the name of a controller of the service.
    total_steps: optimizer steps of the whole training.
    interval: steps between two decisions.
    loss: loss(outputs, targets) of the probe; cross-entropy by default.
    fallback: what the rate does while the service is unreachable: "cosine" or "constant".
    rollback: whether to keep a copy of model and optimizer at the last good observation, and to go back to it when
        the verdict says so.
    labels: shown in the service's lists and on its dashboard.

    After each step() `verdict` is "continue", "rollback", "stop" or "complete", and `decision` is the whole answer.
    """

    def __init__(
        self, optimizer, model, probe, client, controller, total_steps, interval=10, loss=None,
        fallback="cosine", rollback=False, labels=None,
    ):
        if fallback not in ("cosine", "constant"):
            raise ValueError(f"fallback is '{fallback}'; give 'cosine' or 'constant'")
        self.optimizer, self.model, self.client = optimizer, model, client
        self.total_steps, self.interval = total_steps, interval
        self.verdict, self.decision = "continue", None
        self._probe, self._fallback, self._keeps_copy = probe, fallback, rollback
        self._loss = loss or torch.nn.functional.cross_entropy
        self._rate = optimizer.param_groups[0]["lr"]
        self._ratios = [group["lr"] / self._rate for group in optimizer.param_groups]
        self._request = {
            "controller": controller, "initial_learning_rate": self._rate, "total_steps": total_steps,
            "interval": interval, "labels": labels,
        }
        self._run, self._step, self._decided, self._rewind = None, 0, None, None
        self._pending, self._predictions, self._copy = [], None, None
        self._sum, self._count = 0.0, 0
        self._pause, self._silent_until = 1.0, 0.0
        self._decide()

    @property
    def run_id(self):
        """The run's id; None while the service could not be reached."""
        return self._run

    def step(self, loss):
        """Counts an optimizer step and its training loss (a tensor or a number); decides after each interval."""
        # Summed on the loss's own device: no wait for the GPU but once an interval.
        self._sum = self._sum + (loss.detach() if torch.is_tensor(loss) else loss)
        self._count += 1
        self._step += 1
        if self._step <= self.total_steps and (
            self._step % self.interval == 0 or self._step == self.total_steps
        ):
            self._decide()

    def get_last_lr(self):
        """The rates in force, one a parameter group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """Everything needed to go on from here."""
        return {
            "run": self._run, "step": self._step, "decided": self._decided, "rate": self._rate,
            "ratios": list(self._ratios), "pending": list(self._pending), "predictions": self._predictions,
            "sum": float(self._sum), "count": self._count, "verdict": self.verdict,
        }

    def load_state_dict(self, state):
        """Goes on where `state` was taken; the service's run is rewound to it."""
        mine = self._run
        if mine is not None and mine != state["run"]:
            try:
                self.client.delete(mine)
            except (ServiceError, Unreachable) as error:
                log.warning("The run %s could not be deleted: %s", mine, error)
        self._step, self._decided = state["step"], state["decided"]
        # A run with no decision yet cannot be rewound: what waits is reported to a new one.
        self._run = state["run"] if self._decided is not None else None
        self._ratios, self._pending = list(state["ratios"]), list(state["pending"])
        self._predictions, self.verdict = state["predictions"], state["verdict"]
        self._sum, self._count = state["sum"], state["count"]
        self._rewind = self._decided
        self._copy, self._silent_until = None, 0.0
        self._set(state["rate"])
        self._try(self._catch_up)

    # Deciding

    def _decide(self):
        observation = self._observe()
        self._pending.append(observation)
        previous = self._rate
        decision = self._try(self._send)
        if decision is None:
            self.decision, self.verdict = None, "continue"
            self._set(previous * self._fallback_scale())
            return
        self.decision, self.verdict = decision, decision["verdict"]
        if self._keeps_copy:
            self._go_back_or_keep()
        self._set(decision["learningRate"])

    def _send(self):
        """Reports what was not reported yet, in order; the last answer counts."""
        self._catch_up()
        decision = None
        while self._pending:
            decision = self.client.observe(self._run, self._pending[0])
            self._decided = self._pending.pop(0)["step"]
        return decision

    def _catch_up(self):
        if self._run is None:
            self._run = self.client.open_run(**self._request)["id"]
        if self._rewind is not None:
            self.client.rewind(self._run, self._rewind)
            self._rewind = None

    def _try(self, work):
        """Does `work`; None when the service cannot be reached or refuses, for training goes on without it.

        An unreachable service is left alone for a second, then for twice as long each time, up to a minute: waiting for
        a machine that does not answer must not slow every interval of the training down.
        """
        if time.monotonic() < self._silent_until:
            return None
        try:
            answer = work()
            self._pause = 1.0
            return answer
        except Unreachable as error:
            log.warning("step %d: %s; following the %s fallback", self._step, error, self._fallback)
            self._silent_until = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        except ServiceError as error:
            log.warning("step %d: the service refused: %s; following the fallback", self._step, error)
        return None

    def _fallback_scale(self):
        if self._fallback == "constant" or self._step == 0 or self._step >= self.total_steps:
            return 1.0

        def cosine(step):
            return 1 + math.cos(math.pi * step / self.total_steps)

        return cosine(self._step) / cosine(max(self._step - self.interval, 0))

    def _set(self, rate):
        self._rate = rate
        for group, ratio in zip(self.optimizer.param_groups, self._ratios):
            group["lr"] = rate * ratio

    def _go_back_or_keep(self):
        if self.verdict == "rollback" and self._copy is not None:
            model, optimizer, self._predictions = self._copy
            self.model.load_state_dict(model)
            self.optimizer.load_state_dict(optimizer)
        elif self.verdict == "continue":
            self._copy = copy.deepcopy((self.model.state_dict(), self.optimizer.state_dict(), self._predictions))

    # Observing

    @torch.no_grad()
    def _observe(self):
        inputs, targets = self._probe
        was_training = self.model.training
        self.model.eval()
        try:
            outputs = self.model(inputs)
        finally:
            self.model.train(was_training)
        validation = float(self._loss(outputs, targets))
        predictions = torch.softmax(outputs.float(), dim=-1)
        change = 0.0
        if self._predictions is not None:
            change = float((predictions - self._predictions.to(predictions.device)).var(unbiased=False))
        weight = self._last_weight()
        train = float(self._sum) / self._count if self._count else validation
        self._predictions, self._sum, self._count = predictions, 0.0, 0
        return {
            "step": self._step, "trainLoss": train, "validationLoss": validation,
            "predictionVariance": float(predictions.var(unbiased=False)), "predictionChangeVariance": change,
            "weightMean": float(weight.mean()), "weightVariance": float(weight.var(unbiased=False)),
        }

    def _last_weight(self):
        layers = [module for module in self.model.modules() if isinstance(module, torch.nn.Linear)]
        if not layers:
            raise ValueError("the model has no torch.nn.Linear, whose weights the controller looks at")
        return layers[-1].weight.float()
