"""Correlation within groups of models and between them.

One correlation over models of several families mixes two questions: do more capable *families* score higher, and does
the more capable model *of a family* score higher? Ranks are taken over all models, so that both parts are about the
same order; then

- *within* is the correlation of what is left of the ranks when each group's mean rank is taken from them (the partial
  rank correlation given the group);
- *between* is the correlation of the groups' mean ranks, each group counting once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.ranks import midranks

__all__ = ["GroupCorrelations", "group_correlations"]

FloatArray = NDArray[np.float64]

ROUNDING = 1e-9
"""Ranks are halves and whole numbers: a spread of group residuals below this is rounding, not data."""


@dataclass(frozen=True, slots=True)
class GroupCorrelations:
    """The two parts of a rank correlation.

    Parameters
    ----------
    within, between : float
        NaN where nothing varies, within needs two models in some group and between needs four groups.
    n_within : int
        Models in groups of two or more, those that say something of the correlation within.
    groups_within, groups : int
        Groups of two or more models; all groups.
    """

    within: float
    between: float
    n_within: int
    groups_within: int
    groups: int


FEWEST_GROUPS = 4
"""As for models: a rank correlation of three is ±1 or ±.5, and mean ranks of three are hardly freer."""


def group_correlations(x: ArrayLike, y: ArrayLike, groups: Sequence[object]) -> GroupCorrelations:
    """Return the rank correlation within groups and between them.

    Parameters
    ----------
    x, y : array_like of shape (N,)
        NaN where a value is missing; such pairs are left out before ranking.
    groups : sequence of N
        The group of each pair, of any hashable kind.

    Returns
    -------
    GroupCorrelations

    Raises
    ------
    StatisticsError
        If the lengths differ.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(groups) != a.size:
        raise StatisticsError(
            "two vectors and groups of one length", found=f"{a.shape}, {b.shape} and {len(groups)} groups"
        )
    both = ~(np.isnan(a) | np.isnan(b))
    names = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    group = np.array([names[name] for name in groups], dtype=np.intp)[both]
    present, group = np.unique(group, return_inverse=True)
    if not group.size:
        return GroupCorrelations(float("nan"), float("nan"), 0, 0, 0)
    ranks = midranks(np.column_stack([a[both], b[both]]))
    sizes = np.bincount(group)
    means = np.column_stack([np.bincount(group, ranks[:, side]) / sizes for side in (0, 1)])
    several = sizes > 1
    return GroupCorrelations(
        within=_pearson(ranks - means[group]),
        between=_pearson(means - means.mean(axis=0)) if present.size >= FEWEST_GROUPS else float("nan"),
        n_within=int(sizes[several].sum()),
        groups_within=int(several.sum()),
        groups=int(present.size),
    )


def _pearson(centred: FloatArray) -> float:
    """Return the correlation of two centred columns, NaN where one does not vary."""
    spread = np.sqrt((centred**2).sum(axis=0))
    if (spread < ROUNDING).any():
        return float("nan")
    rho = float(centred[:, 0] @ centred[:, 1] / (spread[0] * spread[1]))
    return min(1.0, max(-1.0, rho))
