"""Small arithmetic that several modules share."""

from __future__ import annotations

import math
from typing import Collection, Optional

is_finite = math.isfinite


def safe_log(value: float) -> float:
    """The natural logarithm, of at least 1e-12; NaN and infinity stay what they are."""
    if math.isnan(value):
        return math.nan
    return math.log(max(value, 1e-12)) if value != math.inf else math.inf


def difference(value: Optional[float], base: Optional[float]) -> Optional[float]:
    """value - base, None where one of them is absent."""
    return None if value is None or base is None else value - base


def clamp(value: float, low: float, high: float) -> float:
    """The number in [low, high] that is nearest to value."""
    return min(max(value, low), high)


def median(values: Collection[float]) -> float:
    """The middle of the values, or the mean of the middle two."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
