"""Tests against a margin from one jackknife-t, and the adjustment of their p-values for many benchmarks at once.

Words: *m* is the margin; a correlation is *entangled* above +m, *inverse* below -m, *separable* inside ±m. Each is
claimed by rejecting its opposite: rho ≤ m, rho ≥ -m and |rho| ≥ m.

All three use the t of the default interval, so that a verdict and its p-value cannot disagree: p is at most α exactly
where the interval of level 1 - α gives a verdict. A wrong verdict means that this interval misses rho, so its
probability is at most α whatever rho is, the margin itself included, where the coverage holds. The 2 in
p = min(1, 2 · min(p_E, p_I, p_S)) is there because the interval may miss rho on either side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Jackknife

__all__ = [
    "CLAIMS",
    "MarginTests",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "holm",
    "margin_tests",
]

FloatArray = NDArray[np.float64]

CLAIMS: Final = ("entangled", "inverse", "separable")
"""What the three tests can claim, in the order in which a tie between their p-values is broken."""

TWO_TAILS: Final = 2.0
"""One 95 % interval has 2.5 % in each tail, and each claim is made from one tail (separable from both, each at 2.5 %:
the intersection-union test of Berger 1982, Schuirmann 1987)."""


@dataclass(frozen=True, slots=True)
class MarginTests:
    """The tests of B correlations against a margin.

    Parameters
    ----------
    entangled, inverse, separable : ndarray of shape (B,)
        One-sided p-values of "rho ≤ m", "rho ≥ -m" and "|rho| ≥ m"; NaN where the standard error is undefined.
    p : ndarray of shape (B,)
        min(1, 2 · the smallest of the three).
    claims : tuple of B (str or None)
        Which of the three is smallest; None where nothing was tested. It is a verdict only where p is at most α.
    margin : float
    """

    entangled: FloatArray = field(repr=False)
    inverse: FloatArray = field(repr=False)
    separable: FloatArray = field(repr=False)
    p: FloatArray = field(repr=False)
    claims: tuple[str | None, ...] = field(repr=False)
    margin: float


def margin_tests(
    jackknife: Jackknife,
    margin: float,
    *,
    degrees_of_freedom: ArrayLike | None = None,
    disattenuated: Jackknife | None = None,
    scale: ArrayLike | None = None,
) -> MarginTests:
    """Test correlations against a margin, by the jackknife-t on the Fisher z scale.

    Parameters
    ----------
    jackknife : Jackknife
        Of B correlations.
    margin : float
        Between 0 and 1, neither included.
    degrees_of_freedom : array_like of shape (B,), optional
        Of Student's t; F - 1 by default. Need not be whole.
    disattenuated : Jackknife, optional
        Of the same correlations corrected for measurement error (`reliability.disattenuated_jackknife`). Where its
        standard error is known, separable must hold for both: its p-value is the larger one.
    scale : array_like of shape (B,), optional
        The scale of `disattenuated`; needed with it.

    Returns
    -------
    MarginTests

    Raises
    ------
    StatisticsError
        If the margin is not between 0 and 1, or `disattenuated` comes without its scale.
    """
    if not 0.0 < margin < 1.0:
        raise StatisticsError("a margin between 0 and 1", found=str(margin))
    if (disattenuated is None) != (scale is None):
        raise StatisticsError("a disattenuated jackknife together with its scale", found="one of the two")
    above = _p_above(jackknife, np.arctanh(margin), degrees_of_freedom)
    below = _p_below(jackknife, -np.arctanh(margin), degrees_of_freedom)
    inside = _p_inside(jackknife, np.arctanh(margin), degrees_of_freedom)
    if disattenuated is not None:
        corrected = _p_inside(
            disattenuated, _bound(margin, np.asarray(scale, dtype=np.float64)), degrees_of_freedom
        )
        # An unknown reliability asks for nothing more; that it is unknown is a caution of its own.
        inside = np.where(np.isnan(corrected), inside, np.maximum(inside, corrected))
    each = np.array([above, below, inside])
    p = np.minimum(1.0, TWO_TAILS * each.min(axis=0))
    claims = tuple(None if np.isnan(three).any() else CLAIMS[int(np.argmin(three))] for three in each.T)
    return MarginTests(
        read_only(above), read_only(below), read_only(inside), read_only(p), claims, float(margin)
    )


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """Adjust p-values so that the false discovery rate is held (Benjamini & Hochberg 1995, step-up).

    It holds under independence and under positive regression dependence (Benjamini & Yekutieli 2001).

    Parameters
    ----------
    p : array_like of shape (B,)
        NaN: not tested, and not counted among the tests.

    Returns
    -------
    ndarray of shape (B,)
        At most q exactly where the hypothesis is rejected at a false discovery rate of q; NaN where p is.

    Raises
    ------
    StatisticsError
        If a p-value lies outside 0 to 1.
    """
    return _step_up(p, lambda _: 1.0)


def benjamini_yekutieli(p: ArrayLike) -> FloatArray:
    """Adjust p-values so that the false discovery rate is held whatever their dependence.

    Benjamini & Yekutieli 2001, theorem 1.3: the adjustment of Benjamini & Hochberg times 1 + 1/2 + ... + 1/n.

    Parameters
    ----------
    p : array_like of shape (B,)
        NaN: not tested, and not counted among the tests.

    Returns
    -------
    ndarray of shape (B,)
        As of `benjamini_hochberg`.

    Raises
    ------
    StatisticsError
        If a p-value lies outside 0 to 1.
    """
    return _step_up(p, lambda n: float((1.0 / np.arange(1, n + 1)).sum()))


def holm(p: ArrayLike) -> FloatArray:
    """Adjust p-values so that the chance of any wrong rejection is held, whatever their dependence (Holm 1979).

    Parameters
    ----------
    p : array_like of shape (B,)
        NaN: not tested, and not counted among the tests.

    Returns
    -------
    ndarray of shape (B,)
        At most α exactly where the hypothesis is rejected at a family-wise error rate of α; NaN where p is.

    Raises
    ------
    StatisticsError
        If a p-value lies outside 0 to 1.
    """
    given, tested, order = _ordered(p)
    n = order.size
    steps = given[tested][order] * (n - np.arange(n))
    adjusted = np.full(given.shape, np.nan)
    back = np.empty(n)
    back[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    adjusted[tested] = back
    return read_only(adjusted)


def _ordered(p: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.intp]]:
    """Return checked p-values, which of them were tested, and the order of these."""
    given = np.asarray(p, dtype=np.float64)
    tested = ~np.isnan(given)
    values = given[tested]
    if given.ndim != 1 or (values < 0.0).any() or (values > 1.0).any():
        raise StatisticsError("p-values between 0 and 1 in one row", found=f"others, of shape {given.shape}")
    return given, tested, np.argsort(values, kind="stable")


def _bound(margin: float, scale: FloatArray) -> FloatArray:
    """Return the margin on the Fisher scale of a correlation that was multiplied by `scale`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.arctanh(margin / scale), dtype=np.float64)


def _p_above(jackknife: Jackknife, bound: ArrayLike, df: ArrayLike | None) -> FloatArray:
    """Return the p-value of "z is at most the bound"."""
    freedom = jackknife.freedom if df is None else np.asarray(df, dtype=np.float64)
    difference = jackknife.z - np.asarray(bound, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(difference == 0.0, 0.0, difference / jackknife.standard_error)
    t = np.where(np.isnan(jackknife.standard_error), np.nan, t)
    return np.asarray(stdtr(np.where(freedom > 0, freedom, np.nan), -t), dtype=np.float64)


def _p_below(jackknife: Jackknife, bound: ArrayLike, df: ArrayLike | None) -> FloatArray:
    """Return the p-value of "z is at least the bound"."""
    mirrored = replace(jackknife, z=-jackknife.z)
    return _p_above(mirrored, -np.asarray(bound, dtype=np.float64), df)


def _p_inside(jackknife: Jackknife, bound: ArrayLike, df: ArrayLike | None) -> FloatArray:
    """Return the p-value of "z is at least the bound in magnitude", by two one-sided tests."""
    return np.maximum(
        _p_above(jackknife, -np.asarray(bound, dtype=np.float64), df), _p_below(jackknife, bound, df)
    )


def _step_up(p: ArrayLike, penalty: Callable[[int], float]) -> FloatArray:
    given, tested, order = _ordered(p)
    values, n = given[tested], order.size
    adjusted = np.full(given.shape, np.nan)
    steps = values[order] * n / np.arange(1, n + 1) * penalty(n)
    # From the largest downwards, so that a smaller p never gets a larger adjusted value; equal ones get the same.
    held = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    back = np.empty(n)
    back[order] = held
    adjusted[tested] = back
    return read_only(adjusted)
