"""Measures gradients and updates through an optimizer's hooks, without waiting for the device."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, Optional

import torch
from torch import Tensor
from torch.optim import Optimizer

from ..core.numbers import clamp
from .sampling import CoordinateSample, local, squared_norm, wide

#: Pairs of consecutive steps that are measured in one interval. Intervals of up to twice as many steps are measured whole.
PAIRS = 20

#: Stands in the row of a step that was skipped, in which no number is negative otherwise but scalar products.
_SKIPPED = -1.0


class Meter:
    """Measures of the steps since the last observation.

    g is the gradient that the optimizer gets, after clipping and averaging; u is what a step changes. Norms of gradients and
    weights are exact; all else is of a sample of coordinates (`CoordinateSample`), and exact where there are at most as many.

    limit: coordinates in the sample; by default as many that five of them, which the meter keeps, are no more than the
        gradients' numbers, at least 65,536 and at most 1,000,000.
    """

    def __init__(self, optimizer: Optimizer, limit: Optional[int] = None) -> None:
        self._optimizer = optimizer
        self._count = 0
        self._sample: Optional[CoordinateSample] = None
        total = sum(local(parameter).numel() for parameter in trained_parameters(optimizer))
        self._limit = limit or min(max(total // 5, 65_536), 1_000_000)
        self._start: Optional[Tensor] = None  # sampled weights at the beginning of the run
        self._interval_start: Optional[Tensor] = None
        self._before: Optional[Tensor] = None
        self._gradient: Optional[Tensor] = None
        self._last_gradient: Optional[Tensor] = None
        self._last_update: Optional[Tensor] = None
        self._half: Optional[Tensor] = None  # sampled gradient of the first half of a batch
        self._half_dots: List[Tensor] = []
        self._squared_norm: Optional[Tensor] = None  # of the whole gradient
        self._rows: List[Tensor] = []
        self._steps, self._interval = 0, 1
        self._weight_norm: Optional[Tensor] = None

    def begin_interval(self, steps: int) -> None:
        """Forgets the steps so far; so many follow before the next observation."""
        self._steps, self._interval, self._rows = 0, max(steps, 1), []
        self._interval_start, self._half_dots = None, []
        if self._interval > 2 * PAIRS:
            self._forget_last()

    def forget_step(self) -> None:
        """Takes the weights as they are now: somebody else has changed them, so that no step explains the change."""
        self._forget_last()
        self._interval_start = None
        self._rows = []

    @property
    def is_measuring(self) -> bool:
        """Whether the next step is measured: all of a short interval, evenly spread pairs of a long one."""
        if self._interval <= 2 * PAIRS:
            return True
        pair = self._steps * PAIRS // self._interval
        begins = (pair * self._interval // PAIRS, (pair + 1) * self._interval // PAIRS)
        return any(self._steps - begin in (0, 1) for begin in begins)

    def before_step(self, has_gradients: bool = True) -> None:
        """Called before an optimizer step; with a closure the gradients are not there yet."""
        is_beginning = self._start is None or self._interval_start is None
        if not (is_beginning or self.is_measuring):
            return
        sample = self._current_sample()
        if is_beginning:
            weights = sample.weights()
            if self._start is None:
                self._weight_norm = squared_norm(sample.parameters, sample.device)
                self._start = weights
            if self._interval_start is None:
                self._interval_start = weights
            self._before = weights
        else:
            self._before = sample.weights()
        if self.is_measuring and has_gradients:
            self._take_gradient(sample)

    def after_step(self, skipped: Optional[Tensor] = None) -> None:
        """Called after an optimizer step; `skipped` is above 0 where it was not taken, on its device."""
        if self.is_measuring:
            self._measure(self._current_sample(), skipped)
        self._before = self._gradient = self._half = None
        self._steps += 1
        if not self.is_measuring:
            self._forget_last()

    def take_half(self) -> None:
        """Called after the backward pass of each half of a batch: the gradients are those of the first, then of both."""
        sample = self._current_sample()
        gradient = sample.take([parameter.grad for parameter in sample.parameters])
        if self._half is None:
            self._half = gradient
            return
        first, second = self._half, gradient.sub_(self._half)
        self._half, self._half_dots = None, [_dot(first, first), _dot(first, second), _dot(second, second)]

    def _take_gradient(self, sample: CoordinateSample) -> None:
        gradients = [parameter.grad for parameter in sample.parameters]
        there = [gradient for gradient in gradients if gradient is not None]
        scale = getattr(self._optimizer, "grad_scale", None)
        self._gradient = sample.take(gradients)
        self._squared_norm = squared_norm(there, sample.device)
        if isinstance(scale, Tensor):  # a fused optimizer divides by the loss scale itself
            factor = 1 / scale.to(sample.device, wide(sample.device)).reshape(())
            self._gradient.mul_(factor.float())
            self._squared_norm *= factor * factor

    def _measure(self, sample: CoordinateSample, skipped: Optional[Tensor]) -> None:
        if self._gradient is None:
            self._take_gradient(sample)
        gradient = self._gradient
        assert gradient is not None and self._before is not None and self._squared_norm is not None
        update = sample.weights().sub_(self._before)
        dots = [torch.dot(gradient, gradient), torch.dot(update, update), torch.dot(gradient, update)]
        last_gradient, last_update = self._last_gradient, self._last_update
        if last_gradient is not None and last_update is not None:
            dots += [torch.dot(gradient, last_gradient), torch.dot(last_gradient, last_gradient)]
            dots += [torch.dot(update, last_update), torch.dot(last_update, last_update)]
        else:
            dots += [torch.full_like(dots[0], math.nan)] * 4
        self._last_gradient, self._last_update = gradient, update
        self._rows.append(torch.cat([self._squared_norm.reshape(1), torch.stack(dots).to(wide(sample.device))]))
        if skipped is not None:
            is_skipped = skipped.to(sample.device).reshape(()) > 0
            self._rows[-1].masked_fill_(is_skipped, _SKIPPED)
            gradient.masked_fill_(is_skipped, math.nan)

    def _forget_last(self) -> None:
        self._last_gradient = self._last_update = None

    def sums(self) -> Tensor:
        """Everything measured in the interval, on the CPU: (steps + 1, 8), the last row about the weights.

        A row of a step: ‖g‖², then of the sample ‖g‖², ‖u‖², g·u, g·g', ‖g'‖², u·u', ‖u'‖², with g' and u' of the step before (NaN
        where it was not measured); of a skipped step -1 throughout. The last row: ‖w‖², ‖w - w of the interval's beginning‖², ‖w - initial w‖², then of
        the gradients a and b of a batch's halves ‖a‖², a·b, ‖b‖² (0 where they were not measured).

        A sum over processes that each hold a part of every parameter is that of the whole.
        """
        sample = self._current_sample()
        weights = sample.weights()
        last = [squared_norm(sample.parameters, sample.device)]
        for base in (self._interval_start, self._start):
            last.append(_dot(weights - base, weights - base) if base is not None else torch.zeros_like(last[0]))
        last += self._half_dots
        last += [torch.zeros_like(last[0])] * (8 - len(last))
        return torch.stack([*self._rows, torch.stack(last)]).cpu().double()

    def initial_weight_norm(self) -> float:
        """‖w‖ before the first step."""
        if self._weight_norm is None:
            sample = self._current_sample()
            return math.sqrt(float(squared_norm(sample.parameters, sample.device)))
        return math.sqrt(float(self._weight_norm))

    def _current_sample(self) -> CoordinateSample:
        count = sum(len(group["params"]) for group in self._optimizer.param_groups)
        if self._sample is None:
            self._sample = CoordinateSample(trained_parameters(self._optimizer), self._limit)
        elif count > self._count or self._interval_start is None:
            known = {id(parameter) for parameter in self._sample.parameters}
            added = [parameter for parameter in trained_parameters(self._optimizer) if id(parameter) not in known]
            if added:
                self._add(self._sample, added)
        self._count = count
        return self._sample

    def _add(self, sample: CoordinateSample, parameters: List[Tensor]) -> None:
        """Parameters that the optimizer was given later begin where they are."""
        before = len(sample)
        sample.extend(parameters)
        weights = sample.weights()
        self._forget_last()
        for name in ("_start", "_interval_start"):
            kept = getattr(self, name)
            if kept is not None:
                setattr(self, name, torch.cat([kept, weights[before:]]))

    def state(self) -> Dict[str, Any]:
        """Everything that is remembered, with the sampled weights."""
        tensors = {
            "start": self._start,
            "intervalStart": self._interval_start,
            "lastGradient": self._last_gradient,
            "lastUpdate": self._last_update,
            "weightNorm": self._weight_norm,
            "rows": torch.stack(self._rows) if self._rows else None,
        }
        numbers = {"steps": self._steps, "interval": self._interval, "limit": self._limit}
        return {**numbers, **{name: None if t is None else t.detach().cpu().clone() for name, t in tensors.items()}}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state of a run of the same parameters; from other ones only counts are taken."""
        self._limit, self._sample = state["limit"], None
        sample = self._current_sample()
        self._steps, self._interval = state["steps"], state["interval"]
        start = state["start"]
        fits = start is None or start.numel() == len(sample)

        def kept(name: str) -> Optional[Tensor]:
            tensor = state[name]
            return None if tensor is None or not fits else tensor.clone().to(sample.device)

        self._start, self._interval_start = kept("start"), kept("intervalStart")
        self._last_gradient, self._last_update = kept("lastGradient"), kept("lastUpdate")
        self._weight_norm, rows = kept("weightNorm"), kept("rows")
        self._rows = [] if rows is None else list(rows.unbind())
        self._before = self._gradient = None


def trained_parameters(optimizer: Optimizer) -> List[Tensor]:
    """The parameters of an optimizer that have numbers and want gradients."""
    return [
        parameter
        for group in optimizer.param_groups
        for parameter in group["params"]
        if parameter.requires_grad and local(parameter).numel() > 0
    ]


def measures_of(sums: Tensor) -> Dict[str, float]:
    """The measures that the sums of `Meter.sums` stand for; without steps, those of the weights alone."""
    *rows, last = sums.tolist()
    rows = [row for row in rows if not row[0] < 0]
    values = {"weightNorm": math.sqrt(last[0])}
    if last[3] > 0 and last[5] > 0:
        values["halfBatchCosine"] = _cosine(last[4], last[3], last[5])
    if not rows:
        return values
    values["intervalDistance"], values["initialDistance"] = math.sqrt(last[1]), math.sqrt(last[2])
    values["gradientNorm"] = math.exp(_mean([0.5 * math.log(max(row[0], 1e-24)) for row in rows]))
    values["updateNorm"] = math.sqrt(_mean([row[2] for row in rows]))
    values["predictedDecrease"] = -_mean([row[3] for row in rows])
    pairs = [row for row in rows if not math.isnan(row[4])]
    if pairs:
        values["gradientCosine"] = _mean([_cosine(row[4], row[1], row[5]) for row in pairs])
        values["updateCosine"] = _mean([_cosine(row[6], row[2], row[7]) for row in pairs])
    return values


def _cosine(product: float, square: float, other: float) -> float:
    return clamp(product / (math.sqrt(square) * math.sqrt(other) + 1e-30), -1.0, 1.0)


def _mean(values: List[float]) -> float:
    return sum(values) / len(values)


def _dot(left: Tensor, right: Tensor) -> Tensor:
    return torch.dot(left, right).to(wide(left.device))
