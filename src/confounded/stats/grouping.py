"""Families taken together, so that a jackknife of thousands of them leaves out a bounded number of groups.

Leaving out each of F families once is F fits to nearly all models: with families in proportion to models the time
grows with their square. Where there are too many, small families are put together at random into groups that are then
left out whole (the delete-a-group jackknife; Kott 2001, Journal of Official Statistics 17). A family's part in the
variance is the square of what leaving it out does; that of a group of independent families is the square of their sum,
whose expected value is the sum of their squares. So the variance keeps its expected value, and is known with as many
degrees of freedom as there are groups, less one.
"""

from __future__ import annotations

import heapq
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError

__all__ = ["MOST_GROUPS", "jackknife_groups"]

MOST_GROUPS: Final = 500
"""Groups left out at most. The standard error from that many equal ones is known to 3 %: √(1 / 1,000)."""


def jackknife_groups(families: ArrayLike, most: int = MOST_GROUPS, seed: int = 0) -> NDArray[np.int64]:
    """Return the group of each model.

    Parameters
    ----------
    families : array_like of int of shape (M,)
        The family of each model, from 0 to F - 1.
    most : int
        Groups at most. With no more families than that, each is a group of its own.
    seed : int
        Of the order in which families of one size are dealt out.

    Returns
    -------
    ndarray of shape (M,)
        From 0 upwards. A family is never divided. The largest family that has no group yet goes to the group with the
        fewest models, so that large families stay alone and groups of small ones are of nearly one size.

    Raises
    ------
    StatisticsError
        If there is to be no group.
    """
    family = np.asarray(families, dtype=np.int64)
    if most < 1:
        raise StatisticsError("at least one group", found=str(most))
    sizes = np.bincount(family)
    if sizes.size <= most:
        return family
    dealt = np.random.default_rng([seed, sizes.size]).permutation(sizes.size)
    dealt = dealt[np.argsort(-sizes[dealt], kind="stable")]
    group_of = np.empty(sizes.size, dtype=np.int64)
    group_of[dealt[:most]] = np.arange(most)
    heap = [(int(sizes[one]), group) for group, one in enumerate(dealt[:most])]
    heapq.heapify(heap)
    for one in dealt[most:]:
        size, group = heap[0]
        group_of[one] = group
        heapq.heapreplace(heap, (size + int(sizes[one]), group))
    return group_of[family]
