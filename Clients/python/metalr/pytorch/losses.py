"""Training losses, kept on their device until somebody wants to know."""

from __future__ import annotations

import math
from typing import List, Tuple, Union

import torch
from torch import Tensor

from .arrivals import Arrivals
from .sampling import wide

Loss = Union[float, Tensor]


class Losses:
    """The losses since the last observation: the sums of them, of their squares, and their count.

    At most a thousand tensors are kept; then they are summed up where they are.
    """

    _MOST = 1000

    def __init__(self) -> None:
        self._waiting: List[Loss] = []
        self._sums: List[Tensor] = []
        self.count = 0

    def add(self, loss: Loss) -> None:
        """Adds one loss, a number or a tensor of one number."""
        if isinstance(loss, Tensor):
            if loss.numel() != 1:
                raise ValueError(f"the loss has {loss.numel()} numbers; give their mean")
            loss = loss.detach().reshape(())
            if loss.is_cuda:
                # A compiled step with CUDA graphs computes the next loss in the same memory.
                loss = loss.to(torch.float32, copy=True)
        self._waiting.append(loss)
        self.count += 1
        if len(self._waiting) >= self._MOST:
            self._fold()

    def sums(self) -> Tuple[float, float, int]:
        """The sum of the losses, of their squares, and how many there are."""
        self._fold()
        total, squares = torch.stack([part.cpu().double() for part in self._sums]).sum(0).tolist() if self._sums else (0.0, 0.0)
        return total, squares, self.count

    def clear(self) -> None:
        """Forgets them."""
        self._waiting, self._sums, self.count = [], [], 0

    def _fold(self) -> None:
        if not self._waiting:
            return
        tensors = [loss for loss in self._waiting if isinstance(loss, Tensor)]
        numbers = torch.tensor([loss for loss in self._waiting if not isinstance(loss, Tensor)], dtype=torch.float64)
        if tensors:
            stacked = torch.stack(tensors)
            numbers = torch.cat([numbers.to(stacked.device, wide(stacked.device)), stacked.to(wide(stacked.device))])
        self._sums.append(torch.stack([numbers.sum(), numbers.square().sum()]))
        self._waiting = []

    def state(self) -> List[float]:
        """The sums, as a list."""
        return [float(value) for value in self.sums()]

    def load_state(self, state: List[float]) -> None:
        """Goes on with the sums of a state."""
        self.clear()
        self._sums = [torch.tensor(state[:2], dtype=torch.float64)]
        self.count = int(state[2])


class Tripwire:
    """Notices a loss that is not finite without waiting for the device: on a GPU, a step or two later."""

    def __init__(self) -> None:
        self._arrivals = Arrivals()

    def has_tripped(self, loss: Loss) -> bool:
        """Whether this loss or an earlier one is known not to be finite."""
        self._arrivals.send(loss)
        if all(math.isfinite(number) for _, number in self._arrivals.receive()):
            return False
        self._arrivals.clear()
        return True
