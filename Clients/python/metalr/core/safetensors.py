"""Reads safetensors files, as Docs/Checkpoint-format.md describes them."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, Mapping, NamedTuple

import numpy

_TYPES: Dict[str, Any] = {"F32": numpy.dtype("<f4"), "F64": numpy.dtype("<f8")}
_FNV_OFFSET, _FNV_PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


class Safetensors(NamedTuple):
    """Named tensors and texts."""

    tensors: Dict[str, numpy.ndarray]
    metadata: Dict[str, str]


def decode(data: bytes, path: str) -> Safetensors:
    """Reads the bytes of a file; raises ValueError for one that is not whole and undamaged."""

    def damaged(problem: str) -> ValueError:
        return ValueError(f"'{path}' {problem}. Copy or make the file again.")

    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise damaged("is truncated, or is not a safetensors file")
    try:
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        places = sorted((entry["data_offsets"], name, entry) for name, entry in header.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        raise damaged("is not a safetensors file (its header is not the JSON that the format asks for)") from None
    numbers, end, tensors = data[8 + length :], 0, {}
    for offsets, name, entry in places:
        kind = _TYPES.get(entry["dtype"])
        if kind is None:
            raise damaged(f"holds '{name}' as {entry['dtype']}; metalr reads F32 and F64")
        count = math.prod(entry["shape"])
        if offsets[0] != end or offsets[1] - end != count * kind.itemsize or offsets[1] > len(numbers):
            raise damaged(f"is truncated or damaged (the numbers of '{name}' are not all there)")
        tensors[name] = numpy.frombuffer(numbers, kind, count, end).reshape(entry["shape"])
        end = offsets[1]
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
