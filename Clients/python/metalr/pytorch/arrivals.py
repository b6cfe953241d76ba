"""Numbers on their way from a GPU, read without waiting for it."""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, List, Optional, Tuple, Union

import torch
from torch import Tensor


class Arrivals:
    """Numbers in the order in which they were sent; those of a GPU arrive a step or two later, others at once."""

    def __init__(self) -> None:
        self._waiting: Deque[Tuple[Any, Union[float, Tensor], Optional[torch.cuda.Event]]] = deque()

    def send(self, number: Union[float, Tensor], label: Any = None) -> None:
        """Begins to copy a number, or a tensor of one; the label comes with it."""
        if not isinstance(number, Tensor):
            self._waiting.append((label, float(number), None))
            return
        number = number.detach().reshape(())
        if not number.is_cuda:
            self._waiting.append((label, float(number), None))
            return
        event = torch.cuda.Event()
        # The copy is to pinned memory: PyTorch sees to it for copies that do not block.
        copied = number.float().to("cpu", non_blocking=True)
        event.record(torch.cuda.current_stream(number.device))
        self._waiting.append((label, copied, event))

    def receive(self, wait: bool = False) -> List[Tuple[Any, float]]:
        """Labels and numbers that have arrived, or with `wait` all that were sent."""
        arrived = []
        while self._waiting:
            label, number, event = self._waiting[0]
            if event is not None:
                if wait:
                    event.synchronize()
                elif not event.query():
                    break
            self._waiting.popleft()
            arrived.append((label, float(number)))
        return arrived

    def clear(self) -> None:
        """Forgets what is on its way."""
        self._waiting.clear()
