"""Copies of a training's state, to go back to."""

from __future__ import annotations

from typing import Any, Callable, Optional

import torch
from torch import Tensor
from torch.optim import Optimizer


class Copies:
    """The newest copies of model and optimizer, oldest first, in memory or by the job's own functions.

    device: where the numbers are kept, such as "cpu"; None for where they are.
    save, load: the job's own functions, for sharded models or copies on a disk: `save()` returns anything by which
        `load(it)` finds the state again.
    count: how many are kept.
    """

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: Optimizer,
        save: Optional[Callable[[], Any]] = None,
        load: Optional[Callable[[Any], None]] = None,
        device: Optional[str] = None,
        count: int = 1,
    ) -> None:
        if (save is None) != (load is None):
            raise ValueError("save= and load= belong together; give both")
        if save is None and model is None:
            raise ValueError("going back needs model=, or save= and load=")
        self._model, self._optimizer, self._device, self._count = model, optimizer, device, count
        self._save, self._load = save or self._state, load or self._put_back
        self._copies: list = []

    def __len__(self) -> int:
        return len(self._copies)

    def take(self, label: Any = None) -> None:
        """Keeps a copy; the oldest goes where there are too many."""
        self._copies.append((label, self._save()))
        del self._copies[: -self._count]

    def go_back(self, until: Callable[[Any], bool] = lambda label: True) -> Any:
        """Puts the newest copy back whose label is accepted, else the oldest, and returns its label."""
        while len(self._copies) > 1 and not until(self._copies[-1][0]):
            self._copies.pop()
        label, state = self._copies[-1]
        self._load(state)
        return label

    def clear(self) -> None:
        """Forgets all copies."""
        self._copies.clear()

    def _state(self) -> Any:
        assert self._model is not None
        return self._copied({"model": self._model.state_dict(), "optimizer": self._optimizer.state_dict()})

    def _put_back(self, state: Any) -> None:
        assert self._model is not None
        rates = [group["lr"] for group in self._optimizer.param_groups]
        self._model.load_state_dict(state["model"])
        # load_state_dict of an optimizer takes some tensors as they are: the copy must stay what it is.
        self._optimizer.load_state_dict(self._copied(state["optimizer"]))
        for group, rate in zip(self._optimizer.param_groups, rates):
            group["lr"] = rate

    def _copied(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return value.detach().to(self._device, copy=True) if self._device else value.detach().clone()
        if isinstance(value, dict):
            return {key: self._copied(item) for key, item in value.items()}
        return [self._copied(item) for item in value] if isinstance(value, (list, tuple)) else value
