"""The form in which arrays are handed out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["read_only"]


def read_only(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as an array of float64 that cannot be changed by accident.

    Parameters
    ----------
    values : array_like
        An array of float64 is not copied: it becomes read-only itself.

    Returns
    -------
    ndarray
    """
    array = np.asarray(values, dtype=np.float64)
    array.flags.writeable = False
    return array
