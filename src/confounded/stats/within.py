"""The correlation within families of models, jackknifed: each family of two models or more is left out once.

A family of one model says nothing of the correlation within, so that leaving it out is no replicate; it keeps its place
in the ranks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.intervals import Jackknife, family_jackknife
from confounded.stats.strata import GroupCorrelations, group_correlations

__all__ = ["within_jackknife"]

FloatArray = NDArray[np.float64]


def within_jackknife(
    values: ArrayLike, families: Sequence[str], score: Callable[[NDArray[np.bool_]], FloatArray | None]
) -> tuple[GroupCorrelations, Jackknife]:
    """Correlate scores with capability within families and between them, and again without each family.

    Parameters
    ----------
    values : array_like of shape (M,)
        NaN for models without a score.
    families : sequence of M str
    score : callable
        From which models are kept (M,), their capabilities scores (M,), NaN elsewhere; None where these cannot be had.

    Returns
    -------
    GroupCorrelations
        Of all models that have both.
    Jackknife
        Of the correlation within.

    Raises
    ------
    StatisticsError
        If there are no capabilities scores of all models.
    """
    column = np.asarray(values, dtype=np.float64)
    family_of = np.asarray(families, dtype=object)
    scores = score(np.ones(column.size, dtype=np.bool_))
    if scores is None:
        raise StatisticsError("capabilities scores of all models", found="none")
    whole = group_correlations(scores, column, family_of.tolist())
    both = ~(np.isnan(column) | np.isnan(scores))
    several = [name for name, size in Counter(family_of[both]).items() if size > 1]
    left_out = np.full((len(several), 1), np.nan)
    for place, family in enumerate(several):
        kept = family_of != family
        again = score(kept)
        if again is not None:
            one = group_correlations(again, np.where(kept, column, np.nan), family_of.tolist())
            left_out[place] = one.within
    return whole, family_jackknife([whole.within], left_out, np.isnan(left_out))
