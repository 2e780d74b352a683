"""From arrays, in which what is not known is NaN, to records, in which it is None."""

from __future__ import annotations

import math

__all__ = ["number"]


def number(value: float) -> float | None:
    """Return a number, or None where it is not known."""
    return None if math.isnan(value) else float(value)
