"""What the ranks of a job agree on: losses are reduced before rank 0 decides, and its answer is broadcast."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

import torch
import torch.distributed as dist


class Ranks:
    """The processes that train one model together; one process where torch.distributed is not initialized.

    group: a process group; None for all processes.
    """

    def __init__(self, group: Optional[Any] = None) -> None:
        self._group = group
        is_distributed = dist.is_available() and dist.is_initialized()
        self.count = dist.get_world_size(group) if is_distributed else 1
        self.rank = dist.get_rank(group) if is_distributed else 0
        self._root = dist.get_global_rank(group, 0) if is_distributed and group is not None else 0
        self._device = torch.device("cpu")
        if self.count > 1 and "nccl" in str(dist.get_backend(group)):
            self._device = torch.device("cuda", torch.cuda.current_device())

    @property
    def is_first(self) -> bool:
        """Whether this process decides."""
        return self.rank == 0

    def sum(self, values: Sequence[float]) -> List[float]:
        """The sums of the values over all ranks; NaN where one rank has NaN."""
        if self.count == 1:
            return list(values)
        tensor = torch.tensor(list(values), dtype=torch.float64, device=self._device)
        dist.all_reduce(tensor, group=self._group)
        return tensor.tolist()

    def from_first(self, values: Optional[Sequence[float]], count: int) -> List[float]:
        """Rank 0's values, of which there are so many; other ranks give None."""
        if self.count == 1:
            assert values is not None
            return list(values)
        given = list(values) if values is not None else [0.0] * count
        tensor = torch.tensor(given, dtype=torch.float64, device=self._device)
        dist.broadcast(tensor, self._root, group=self._group)
        return tensor.tolist()

    def agree(self, problem: Optional[str]) -> Optional[str]:
        """A problem of rank 0's on every rank, so that all of them raise; None where there is none."""
        if self.count == 1:
            return problem
        box = [problem]
        dist.broadcast_object_list(box, self._root, group=self._group, device=self._device)
        return box[0]
