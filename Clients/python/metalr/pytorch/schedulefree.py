"""Schedule-free AdamW, which the controller "universal-sf" drives."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Optional, Tuple

import torch
from torch.optim import Optimizer


class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682, algorithm 1).

        v = beta2 v + (1 - beta2) g²               g is taken at y, the trained weights
        z -= lr (g / (√(v / (1 - beta2^t)) + eps) + weight_decay y)
        x += c (z - x)                             the weights to evaluate
        y = (1 - beta1) z + beta1 x

    with c = w / Σ w and w = t^power (the largest rate so far)², as in Sources/NeuralNet. The defaults are what "universal-sf"
    was trained on; those of the paper are betas (0.9, 0.999) and power 0.

    The parameters are y while training: call `eval()` before an evaluation or a checkpoint, which puts x in their place,
    and `train()` after it. Memory: z and v, as much as Adam.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        betas: Tuple[float, float] = (0.8, 0.99),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        power: float = 1.0,
    ) -> None:
        if not (lr >= 0 and 0 < betas[0] < 1 and 0 <= betas[1] < 1 and eps > 0 and weight_decay >= 0 and power >= 0):
            raise ValueError(
                "expected lr >= 0, betas in (0, 1), eps > 0, weight_decay >= 0 and power >= 0, got "
                f"{lr}, {betas}, {eps}, {weight_decay} and {power}"
            )
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "power": power}
        super().__init__(params, {**defaults, "k": 0, "lr_max": 0.0, "weight_sum": 0.0, "train_mode": True})

    @torch.no_grad()
    def eval(self) -> None:
        """Puts the weights to evaluate, x, in place of the trained ones; nothing where they are there."""
        self._switch(False)

    @torch.no_grad()
    def train(self) -> None:
        """Puts the trained weights, y, back; nothing where they are there."""
        self._switch(True)

    def _switch(self, to_train: bool) -> None:
        for group in self.param_groups:
            if group["train_mode"] == to_train:
                continue
            beta = group["betas"][0]
            for parameter in group["params"]:
                z = self.state[parameter].get("z")
                if z is not None:
                    # y = (1 - beta) z + beta x, either way.
                    parameter.lerp_(z, 1 - beta if to_train else 1 - 1 / beta)
            group["train_mode"] = to_train

    @torch.no_grad()
    def step(self, closure: Optional[Callable[[], float]] = None) -> Optional[float]:  # type: ignore[override]
        """Takes a step; raises RuntimeError while the weights to evaluate are in place."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            if not group["train_mode"]:
                raise RuntimeError("the weights to evaluate are in place: call optimizer.train() before training on")
            self._step_group(group)
        return loss

    def _step_group(self, group: dict) -> None:
        rate, (beta, beta2) = group["lr"], group["betas"]
        number = float(rate)
        group["k"] += 1
        group["lr_max"] = max(group["lr_max"], number)
        weight = group["k"] ** group.get("power", 0.0) * group["lr_max"] ** 2
        group["weight_sum"] += weight
        # Until a rate is above 0, z does not move and any share gives the same average.
        share = weight / group["weight_sum"] if group["weight_sum"] > 0 else 0.0
        parameters = [parameter for parameter in group["params"] if parameter.grad is not None]
        if not parameters:
            return
        for parameter in parameters:
            state = self.state[parameter]
            if not state:
                state["z"] = parameter.detach().clone(memory_format=torch.preserve_format)
                state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        gradients = [parameter.grad for parameter in parameters]
        z = [self.state[parameter]["z"] for parameter in parameters]
        squares = [self.state[parameter]["exp_avg_sq"] for parameter in parameters]
        torch._foreach_mul_(squares, beta2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - beta2)
        denominator = torch._foreach_div(squares, 1 - beta2 ** group["k"])
        torch._foreach_sqrt_(denominator)
        torch._foreach_add_(denominator, group["eps"])
        direction = torch._foreach_div(gradients, denominator)
        if group["weight_decay"]:
            torch._foreach_add_(direction, parameters, alpha=group["weight_decay"])
        # x = (y - (1 - beta) z) / beta, then x += share (z' - x) and y = (1 - beta) z' + beta x; all in y:
        # y += beta share (z' - x) + (1 - beta) (z' - z).
        average = torch._foreach_lerp(parameters, z, 1 - 1 / beta)
        torch._foreach_mul_(direction, number)
        torch._foreach_sub_(z, direction)
        torch._foreach_lerp_(average, z, share)
        torch._foreach_copy_(parameters, average)
        torch._foreach_lerp_(parameters, z, 1 - beta)
