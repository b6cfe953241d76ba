"""Reads safetensors files, as Docs/Checkpoint-format.md describes them."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, Mapping, NamedTuple, Tuple

import numpy

_TYPES: Dict[str, Any] = {"F32": numpy.dtype("<f4"), "F64": numpy.dtype("<f8")}
_FNV_OFFSET, _FNV_PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


# JSON takes many times as much memory while it is read.
_LONGEST_HEADER = 2 << 20


class Safetensors(NamedTuple):
    """Named tensors and texts."""

    tensors: Dict[str, numpy.ndarray]
    metadata: Dict[str, str]


class _Entry(NamedTuple):
    """A tensor's place among the numbers, and its shape; sorted by place."""

    begin: int
    end: int
    dtype: str
    shape: Tuple[int, ...]

    @staticmethod
    def of(entry: Mapping[str, Any]) -> "_Entry":
        """The entry of a header; raises ValueError, TypeError or KeyError for one that is none."""
        begin, end = entry["data_offsets"]
        shape = tuple(entry["shape"])
        # True is an int as well.
        if not all(type(number) is int and number >= 0 for number in (begin, end, *shape)):
            raise ValueError("offsets and lengths are whole numbers")
        if not isinstance(entry["dtype"], str):
            raise TypeError("a type is a name")
        return _Entry(begin, end, entry["dtype"], shape)


def decode(data: bytes, path: str) -> Safetensors:
    """Reads the bytes of a file; raises ValueError for one that is not whole and undamaged."""

    def damaged(problem: str) -> ValueError:
        return ValueError(f"'{path}' {problem}. Copy or make the file again.")

    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise damaged("is truncated, or is not a safetensors file")
    if length > _LONGEST_HEADER:
        raise damaged(f"has a header of {length} bytes; metalr reads headers of up to {_LONGEST_HEADER}")
    try:
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        entries = sorted((_Entry.of(entry), name) for name, entry in header.items())
        if not all(isinstance(text, str) for text in metadata.values()):
            raise TypeError("metadata are texts")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged("is not a safetensors file (its header is not the JSON that the format asks for)") from None
    numbers, end, tensors = data[8 + length :], 0, {}
    for entry, name in entries:
        kind = _TYPES.get(entry.dtype)
        if kind is None:
            raise damaged(f"holds '{name}' as {entry.dtype}; metalr reads F32 and F64")
        count = math.prod(entry.shape)
        if entry.begin != end or entry.end - end != count * kind.itemsize or entry.end > len(numbers):
            raise damaged(f"is truncated or damaged (the numbers of '{name}' are not all there)")
        try:
            tensors[name] = numpy.frombuffer(numbers, kind, count, end).reshape(entry.shape)
        except ValueError:
            # A shape of more axes than numpy has, or, without numbers, of longer ones.
            raise damaged(f"holds '{name}' of an impossible shape") from None
        end = entry.end
    if end != len(numbers):
        raise damaged(f"is damaged ({len(numbers) - end} bytes belong to no tensor)")
    written = metadata.pop("checksum", None)
    if written is not None and written != checksum(metadata, numbers):
        raise damaged("is damaged (its checksum does not match)")
    return Safetensors(tensors, metadata)


def checksum(metadata: Mapping[str, str], numbers: bytes) -> str:
    """64-bit FNV-1a over the metadata (name, zero, text, zero; sorted by name) and the numbers, in hexadecimal."""
    value = _FNV_OFFSET
    texts = b"".join(f"{name}\0{text}\0".encode() for name, text in sorted(metadata.items()))
    for byte in texts + numbers:
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return f"{value:016x}"


def encode(tensors: Mapping[str, numpy.ndarray], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file with these tensors (float32 and float64) and texts."""
    names = {kind: name for name, kind in _TYPES.items()}
    header: Dict[str, object] = {}
    numbers = b""
    for name, tensor in sorted(tensors.items()):
        kind = numpy.dtype(tensor.dtype).newbyteorder("<")
        data = numpy.ascontiguousarray(tensor, kind).tobytes()
        header[name] = {
            "dtype": names[kind],
            "shape": list(tensor.shape),
            "data_offsets": [len(numbers), len(numbers) + len(data)],
        }
        numbers += data
    header["__metadata__"] = {**metadata, "checksum": checksum(metadata, numbers)}
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + numbers
