"""Whether a table with holes hangs together: which columns are linked by models that have both.

Two columns are *linked* where enough models have cells in both. Where the columns fall into parts without a link, no
data say how a model of one part compares with a model of another: whatever is imputed there comes from the model alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

__all__ = ["FEWEST_SHARED", "anchors", "linked_parts", "sole_links"]

FEWEST_SHARED: Final = 4
"""Models that must have both of two columns: of three, even a perfect rank correlation has p = 1/3."""


def linked_parts(observed: ArrayLike, fewest: int = FEWEST_SHARED) -> list[list[int]]:
    """Return the parts into which columns fall.

    Parameters
    ----------
    observed : array_like of shape (N, C)
        True where a cell is there.
    fewest : int
        Models that link two columns.

    Returns
    -------
    list of list of int
        The columns of each part, the largest part first; one part where the table hangs together.
    """
    shared = _shared(observed) >= fewest
    n_parts, part_of = connected_components(shared, directed=False)
    parts = [np.flatnonzero(part_of == part).tolist() for part in range(n_parts)]
    return sorted(parts, key=lambda part: (-len(part), part))


def sole_links(observed: ArrayLike, fewest: int = FEWEST_SHARED) -> list[int]:
    """Return the columns without which the others would not hang together.

    Parameters
    ----------
    observed : array_like of shape (N, C)
        Of a table in one part.
    fewest : int

    Returns
    -------
    list of int
    """
    there = np.asarray(observed, dtype=np.bool_)
    columns = np.arange(there.shape[1])
    return [
        int(column)
        for column in columns
        if there.shape[1] > 2 and len(linked_parts(there[:, columns != column], fewest)) > 1
    ]


def anchors(observed: ArrayLike, later: ArrayLike, fewest: int = FEWEST_SHARED) -> list[int]:
    """Return the columns that enough models of either of two groups have, by which the groups can be compared.

    Parameters
    ----------
    observed : array_like of shape (N, C)
    later : array_like of shape (N,)
        True for the models of the second group.
    fewest : int

    Returns
    -------
    list of int
    """
    there, second = np.asarray(observed, dtype=np.bool_), np.asarray(later, dtype=np.bool_)
    both = (there[second].sum(axis=0) >= fewest) & (there[~second].sum(axis=0) >= fewest)
    return [int(column) for column in np.flatnonzero(both)]


def _shared(observed: ArrayLike) -> NDArray[np.int64]:
    """Return the (C, C) numbers of models that have both columns."""
    there = np.asarray(observed, dtype=np.int64)
    return np.asarray(there.T @ there, dtype=np.int64)
