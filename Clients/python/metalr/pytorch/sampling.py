"""A fixed set of coordinates of all parameters, by which scalar products of gradients and updates are estimated."""

from __future__ import annotations

import math
from typing import Callable, List, Optional, Sequence, Tuple

import torch
from torch import Tensor

#: Tensors up to this size are taken whole: biases and scales cost nothing.
_WHOLE = 1024
_PLAIN = (Tensor, torch.nn.Parameter)


def local(tensor: Tensor) -> Tensor:
    """The part of a sharded tensor (DTensor) that this process holds; another tensor as it is."""
    return tensor.to_local() if type(tensor) not in _PLAIN and hasattr(tensor, "to_local") else tensor


def wide(device: torch.device) -> torch.dtype:
    """The type that sums are kept in: float64, which Apple's GPUs lack."""
    return torch.float32 if device.type == "mps" else torch.float64


class CoordinateSample:
    """Every k-th coordinate of each parameter, from a random one on, with k prime to the parameter's lengths.

    Over the random beginnings, ``dot(sample(a), sample(b))`` has the mean ``dot(a, b)``: every coordinate has the chance 1/k
    and counts k times. k is prime to the lengths, so that no row or column of a matrix is left out as a whole. Parameters of
    at most 1,024 numbers, and all where the limit is not reached, are taken whole: then nothing is estimated.

    limit: numbers in the sample, about.
    seed: decides the beginnings.
    """

    def __init__(self, parameters: Sequence[Tensor], limit: int, seed: int = 0) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._total = sum(local(parameter).numel() for parameter in parameters)
        self._limit = limit
        self.parameters: List[Tensor] = []
        self._places: List[Tuple[int, int, int]] = []
        self._strides: List[Optional[Tuple[int, ...]]] = []
        self._addresses: List[int] = []
        self._views: List[Tensor] = []
        self._roots: Optional[Tensor] = None
        self.extend(parameters)

    def extend(self, parameters: Sequence[Tensor]) -> None:
        """Takes coordinates of further parameters into the sample, behind those it has."""
        for parameter in parameters:
            part = local(parameter)
            stride = self._stride(part.shape, part.numel())
            offset = int(torch.randint(stride, (1,), generator=self._generator)) if stride > 1 else 0
            count = max(0, (part.numel() - offset + stride - 1) // stride)
            self.parameters.append(parameter)
            self._places.append((offset, stride, count))
            self._strides.append(part.stride() if _is_dense(part) else None)
        self._roots, self._addresses = None, []
        self._is_exact = all(stride == 1 for _, stride, _ in self._places)

    def _stride(self, shape: Sequence[int], count: int) -> int:
        if count <= _WHOLE or self._total <= self._limit:
            return 1
        stride = math.ceil(self._total / self._limit)
        while any(math.gcd(stride, length) > 1 for length in shape):
            stride += 1
        return stride

    def __len__(self) -> int:
        return sum(count for _, _, count in self._places)

    @property
    def is_exact(self) -> bool:
        """Whether every coordinate is in the sample."""
        return self._is_exact

    def take(self, tensors: Sequence[Optional[Tensor]]) -> Tensor:
        """The sampled coordinates of one tensor a parameter, in float32, each times the root of its weight; 0 for None."""
        return self._joined([self._part(index, tensor) for index, tensor in enumerate(tensors)])

    def weights(self) -> Tensor:
        """The sampled coordinates of the parameters, as `take` gives them; their views are kept while they stay where they are."""
        parts = [local(parameter) for parameter in self.parameters]
        addresses = [part.data_ptr() for part in parts]
        if addresses != self._addresses:
            self._views = [self._part(index, part.detach()) for index, part in enumerate(parts)]
            self._addresses = addresses
        return self._joined(self._views)

    def _part(self, index: int, tensor: Optional[Tensor]) -> Tensor:
        offset, stride, count = self._places[index]
        if tensor is None or tensor.is_sparse:
            return torch.zeros(count, device=self.device)
        own, parameter, strides = local(tensor), local(self.parameters[index]), self._strides[index]
        if strides is not None and own.stride() == strides and parameter.stride() == strides:
            # One call in place of three: there are hundreds of parameters, and a GPU waits for Python.
            return own.detach().as_strided((count,), (stride,), own.storage_offset() + offset)
        return _flat(own.detach(), parameter)[offset::stride]

    def _joined(self, parts: List[Tensor]) -> Tensor:
        device = self.device
        if any(part.dtype != torch.float32 or part.device != device for part in parts):
            parts = [part.to(device, torch.float32) for part in parts]
        sample = torch.cat(parts)
        return sample if self.is_exact else sample.mul_(self._root_weights())

    @property
    def device(self) -> torch.device:
        """Where samples are kept: with the first parameter."""
        return local(self.parameters[0]).device

    def _root_weights(self) -> Tensor:
        if self._roots is None or self._roots.device != self.device:
            weights = [math.sqrt(stride) for _, stride, _ in self._places]
            counts = torch.tensor([count for _, _, count in self._places])
            self._roots = torch.repeat_interleave(torch.tensor(weights), counts).to(self.device)
        return self._roots


def _is_dense(tensor: Tensor) -> bool:
    """Whether its numbers lie side by side in memory, in whatever order."""
    expected = 1
    for stride, length in sorted(zip(tensor.stride(), tensor.shape)):
        if length > 1 and stride != expected:
            return False
        expected *= length
    return tensor.layout == torch.strided


def _flat(tensor: Tensor, like: Tensor) -> Tensor:
    """All numbers in the order of the parameter's memory, without a copy where the tensor has the same layout."""
    if tensor.is_contiguous() and like.is_contiguous():
        return tensor.view(-1)
    order = sorted(range(like.dim()), key=like.stride, reverse=True)
    return tensor.permute(order).reshape(-1)


def _foreach_norms() -> Callable[[List[Tensor]], Sequence[Tensor]]:
    try:
        torch._foreach_norm([torch.zeros(1)], 2, dtype=torch.float32)
    except TypeError:  # PyTorch before 2.4 knows no dtype
        return lambda tensors: torch._foreach_norm([tensor.float() for tensor in tensors], 2)
    return lambda tensors: torch._foreach_norm(tensors, 2, dtype=torch.float32)


_norms = _foreach_norms()


def squared_norm(tensors: Sequence[Tensor], device: torch.device) -> Tensor:
    """The sum of squares of all numbers, on the device."""
    dense = [local(tensor).detach() for tensor in tensors if not tensor.is_sparse]
    norms = [norm if norm.device == device else norm.to(device) for norm in _norms(dense)] if dense else []
    total = torch.stack(norms) if norms else torch.zeros(0, device=device)
    squares = [total.to(wide(device)).square().sum()]
    for tensor in tensors:
        if tensor.is_sparse:
            squares.append(tensor.detach().coalesce().values().to(device, wide(device)).square().sum())
    return torch.stack(squares).sum()
