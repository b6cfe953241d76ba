"""Sets the rates of an optimizer's parameter groups, which keep their ratios."""

from __future__ import annotations

import math
from typing import List

from torch import Tensor
from torch.optim import Optimizer


class GroupRates:
    """The rate of an optimizer: that of its first group with a rate above 0; the other groups follow in their ratios.

    A group that is added later keeps the ratio of its rate to the rate that the optimizer began with. A rate that is a
    tensor is changed in place, so that a compiled step is not compiled again.

    Raises ValueError where no group has a positive rate.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        rates = self.of_groups()
        positive = [rate for rate in rates if rate > 0 and math.isfinite(rate)]
        if not positive or not all(rate >= 0 and math.isfinite(rate) for rate in rates):
            raise ValueError(f"the optimizer's rates are {rates}; expected numbers of at least 0, one of them above")
        self.initial = positive[0]
        self.ratios = [rate / self.initial for rate in rates]

    def of_groups(self) -> List[float]:
        """The rates in force, one a group."""
        return [float(group["lr"]) for group in self._optimizer.param_groups]

    def set(self, rate: float) -> None:
        """Sets the rate of all groups."""
        for group in self._optimizer.param_groups[len(self.ratios) :]:
            self.ratios.append(float(group["lr"]) / self.initial)
        for group, ratio in zip(self._optimizer.param_groups, self.ratios):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate * ratio)
            else:
                group["lr"] = rate * ratio
