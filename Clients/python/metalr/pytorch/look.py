"""Trial steps before the first step of a run, all of which are undone."""

from __future__ import annotations

import contextlib
import copy
import math
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch
from torch import Tensor
from torch.optim import Optimizer

from .meter import trained_parameters
from .sampling import local, squared_norm, wide

Closure = Callable[[], Any]

#: What a trial step that ruins the network is said to cost.
LARGEST_LOSS = 1e9


class TrialSteps:
    """Steps on one batch, each undone: weights, optimizer, gradients, buffers and random generators are as before.

        with TrialSteps(optimizer, closure) as trial:
            trial.loss              # of the batch at the initial weights
            trial.step(set_rates)   # the loss after a step at the rates that set_rates sets, and sums of the step

    closure: computes the loss of the batch; it may call backward itself, as closures of `Optimizer.step` do.

    While it lasts it keeps a copy of the parameters; it takes one gradient, and a forward pass a step.
    """

    def __init__(self, optimizer: Optimizer, closure: Closure) -> None:
        self._optimizer, self._closure = optimizer, closure
        self._parameters = trained_parameters(optimizer)
        self._buffers: Dict[int, Tuple[Tensor, Tensor]] = {}
        self._devices = sorted({p.device.index for p in self._parameters if p.is_cuda})
        self._clones_gradients = False
        #: The loss of the batch at the initial weights.
        self.loss = math.nan

    def __enter__(self) -> TrialSteps:
        optimizer = self._optimizer
        self._weights = [local(parameter).detach().clone() for parameter in self._parameters]
        self._own_gradients = [parameter.grad for parameter in self._parameters]
        self._state = {key: copy.deepcopy(value) for key, value in optimizer.state.items()}
        self._groups = [_kept(group) for group in optimizer.param_groups]
        try:
            self._take_gradient()
        except BaseException:
            self.__exit__()
            raise
        return self

    def step(self, set_rates: Callable[[], None]) -> Tuple[float, List[float]]:
        """The loss after a trial step, and the sums ‖g‖², ‖u‖², g·u, ‖w‖² of it."""
        versions = [-1 if gradient is None else gradient._version for gradient in self._gradients]
        for parameter, gradient in zip(self._parameters, self._gradients):
            is_cloned = self._clones_gradients and gradient is not None
            parameter.grad = gradient.clone() if is_cloned and gradient is not None else gradient
        set_rates()
        self._optimizer.step()
        changed = any(g is not None and g._version != v for g, v in zip(self._gradients, versions))
        if changed and not self._clones_gradients:
            # This optimizer works in the gradients (SGD with Nesterov's momentum does): it gets copies from now on.
            self._clones_gradients = True
            self._undo()
            self._take_gradient()
            return self.step(set_rates)
        sums = self._sums()
        loss = self._forward(with_gradient=self._calls_backward)
        self._undo()
        return float(loss.detach() if isinstance(loss, Tensor) else loss), sums

    def _sums(self) -> List[float]:
        device = self._weights[0].device
        total = torch.zeros(4, dtype=wide(device), device=device)
        for parameter, before, gradient in zip(self._parameters, self._weights, self._gradients):
            update = local(parameter).detach() - before
            row = [torch.zeros((), dtype=wide(update.device), device=update.device)] * 4
            row[1], row[3] = squared_norm([update], update.device), squared_norm([before], update.device)
            if gradient is not None and not gradient.is_sparse:
                own = local(gradient).detach()
                row[0] = squared_norm([own], update.device)
                row[2] = torch.sum(own.float() * update.float()).to(wide(update.device))
            total += torch.stack(row).to(device)
        return total.tolist()

    def _take_gradient(self) -> None:
        for parameter in self._parameters:
            parameter.grad = None
        loss = self._forward(with_gradient=True)
        self._calls_backward = any(parameter.grad is not None for parameter in self._parameters)
        if not self._calls_backward:
            if not isinstance(loss, Tensor):
                raise ValueError("closure= must return the loss as a tensor, or call backward itself")
            loss.backward()
        self.loss = float(loss.detach() if isinstance(loss, Tensor) else loss)
        self._put_back_buffers()
        self._gradients = [parameter.grad for parameter in self._parameters]

    def _forward(self, with_gradient: bool) -> Any:
        for parameter in self._parameters:
            parameter.grad = None
        # Every pass sees the same random numbers, so that the losses differ by the weights alone.
        with self._keeping_buffers(), torch.random.fork_rng(self._devices), torch.set_grad_enabled(with_gradient):
            return self._closure()

    def _undo(self) -> None:
        self._put_back_buffers()
        with torch.no_grad():
            for parameter, weights in zip(self._parameters, self._weights):
                local(parameter).copy_(weights)
        state = self._optimizer.state
        state.clear()
        state.update({key: copy.deepcopy(value) for key, value in self._state.items()})
        for group, kept in zip(self._optimizer.param_groups, self._groups):
            _put_back(group, kept)

    def _put_back_buffers(self) -> None:
        with torch.no_grad():
            for buffer, kept in self._buffers.values():
                buffer.copy_(kept)

    def __exit__(self, *_: Any) -> None:
        self._undo()
        for parameter, gradient in zip(self._parameters, self._own_gradients):
            parameter.grad = gradient

    @contextlib.contextmanager
    def _keeping_buffers(self) -> Iterator[None]:
        """Keeps the buffers (batch norm's statistics) of every module that a forward pass goes through."""

        def note(module: torch.nn.Module, _: Any) -> None:
            for buffer in module.buffers():
                if id(buffer) not in self._buffers:
                    self._buffers[id(buffer)] = (buffer, buffer.detach().clone())

        handle = torch.nn.modules.module.register_module_forward_pre_hook(note)
        try:
            yield
        finally:
            handle.remove()


def _kept(group: Dict[str, Any]) -> Dict[str, Any]:
    return {
        name: value.clone() if isinstance(value, Tensor) else copy.copy(value)
        for name, value in group.items()
        if name != "params"
    }


def _put_back(group: Dict[str, Any], kept: Dict[str, Any]) -> None:
    for name in [name for name in group if name not in kept and name != "params"]:
        del group[name]
    for name, value in kept.items():
        if isinstance(value, Tensor) and isinstance(group.get(name), Tensor):
            group[name].copy_(value)
        else:
            group[name] = copy.copy(value)


def look_measures(loss: float, before: float, sums: Optional[List[float]]) -> Dict[str, float]:
    """The measures of a look, with the sums of its step or without."""
    values = {"trainLoss": loss if loss < LARGEST_LOSS else LARGEST_LOSS, "lossBeforeTrial": before}
    if sums is not None:
        gradient, update, product, weights = sums
        values.update(
            gradientNorm=math.sqrt(gradient),
            updateNorm=math.sqrt(update),
            predictedDecrease=-product,
            weightNorm=math.sqrt(weights),
        )
    return {name: value for name, value in values.items() if math.isfinite(value)}
