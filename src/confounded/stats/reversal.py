"""Has a correlation the opposite sign in a part of the models, beyond chance?

A *reversal* is claimed where the correlation over all models and that of a stratum both differ from 0, on opposite
sides: the intersection-union test (Berger 1982), whose p is the larger of the two. A correlation that is merely weaker
in a stratum has the same sign, and p = 1: strata restrict the range, which alone makes correlations weaker.

Looking at the signs alone would be of no use: of five strata of 30 models without any relation, one at least has the
opposite sign of an overall correlation of .1 most of the time (`validation/strata/README.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Jackknife

__all__ = ["reversal_p", "two_sided_p"]

FloatArray = NDArray[np.float64]


def two_sided_p(jackknife: Jackknife) -> FloatArray:
    """Return the two-sided p of "the correlation is 0", from the t of the default interval.

    Parameters
    ----------
    jackknife : Jackknife
        Of B correlations.

    Returns
    -------
    ndarray of shape (B,)
        Below α exactly where the interval of level 1 - α excludes 0; NaN where the standard error is undefined.
    """
    freedom = np.where(jackknife.freedom > 0, jackknife.freedom, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        # No error at all and a correlation of exactly 0: nothing speaks against 0.
        t = np.where(jackknife.z == 0.0, 0.0, np.abs(jackknife.z) / jackknife.standard_error)
    t = np.where(np.isnan(jackknife.standard_error), np.nan, t)
    return read_only(2.0 * stdtr(freedom, -t))


def reversal_p(overall: Jackknife, strata: Jackknife) -> FloatArray:
    """Return the p of "the correlation of this stratum has not the opposite sign of the overall one".

    Parameters
    ----------
    overall : Jackknife
        Of one correlation, over all models.
    strata : Jackknife
        Of S correlations, one a stratum.

    Returns
    -------
    ndarray of shape (S,)
        The larger of both two-sided p-values where the signs are opposite, 1 where they are not; NaN where one of them
        is undefined.

    Raises
    ------
    StatisticsError
        If `overall` is of several correlations.
    """
    if overall.z.size != 1:
        raise StatisticsError("one overall correlation", found=str(overall.z.size))
    whole, own = two_sided_p(overall)[0], two_sided_p(strata)
    opposite = np.sign(overall.z[0]) * np.sign(strata.z) < 0
    p = np.where(opposite, np.maximum(whole, own), 1.0)
    return read_only(np.where(np.isnan(own) | np.isnan(whole), np.nan, p))
