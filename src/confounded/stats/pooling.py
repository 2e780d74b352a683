"""One correlation for an area, contrasts between kinds, and a random-effects view beside them.

The pooled correlation of an area is tanh of the plain mean of its members' Fisher z. Members are measured on the same
models, so their errors are dependent: the interval comes from leaving out each family *through* the pooled statistic,
which carries that dependence along. A contrast between two kinds is jackknifed as a whole for the same reason. Both
are conditional on these members: they say nothing about benchmarks that were not studied.

The random-effects view takes members to be independent, which they are not; it is shown with `RANDOM_EFFECTS_LABEL`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Intervals, Jackknife, family_jackknife

__all__ = [
    "RANDOM_EFFECTS_LABEL",
    "RandomEffects",
    "contrast_intervals",
    "contrast_p",
    "contrast_weights",
    "linear_jackknife",
    "pooling_weights",
    "random_effects",
]

FloatArray = NDArray[np.float64]

RANDOM_EFFECTS_LABEL: Final = "assumes independent members, undercovers"
"""What stands beside every random-effects figure."""

GRID: Final = 64
"""Steps in which the likelihood of τ² is searched before it is refined: it can have more than one maximum."""

SMALLEST_STEP: Final = 1e-6
"""The least τ² tried, as a share of the largest: below it, it could not be told from 0."""


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """A random-effects meta-analysis of K effects on one scale (here Fisher z).

    Parameters
    ----------
    estimate : float
        The mean effect.
    standard_error : float
        With the adjustment of Knapp & Hartung (2003).
    low, high : float
        Interval of the mean effect, by t with K - 1 degrees of freedom.
    prediction_low, prediction_high : float
        Where the effect of one more member would lie (Higgins, Thompson & Spiegelhalter 2009), by the same t.
    tau2 : float
        Variance between members, by restricted maximum likelihood; 0 at least.
    i2 : float
        Share of the variance that is between members (Higgins & Thompson 2002), 0 to 1.
    n_members : int
    level : float
    reason : str or None
        Why nothing could be estimated; all figures are NaN then.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    n_members: int
    level: float
    reason: str | None = None


def pooling_weights(members: ArrayLike) -> FloatArray:
    """Return the weights of areas: 1 over their number for members, 0 for all others.

    Parameters
    ----------
    members : array_like of shape (K, B)
        True where benchmark b belongs to area k. Of nested benchmarks either the parts or the whole belong, not both.

    Returns
    -------
    ndarray of shape (K, B)
        NaN all along the row of an area without members.
    """
    chosen = np.asarray(members, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(chosen / chosen.sum(axis=1, keepdims=True), dtype=np.float64)


def contrast_weights(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Return the weights of the first kind's mean less the second's.

    Parameters
    ----------
    first, second : array_like of shape (B,)
        True for the members of either kind.

    Returns
    -------
    ndarray of shape (1, B)

    Raises
    ------
    StatisticsError
        If a benchmark is of both kinds or a kind has no member.
    """
    a, b = np.asarray(first, dtype=np.bool_), np.asarray(second, dtype=np.bool_)
    if a.shape != b.shape or a.ndim != 1 or not a.any() or not b.any() or (a & b).any():
        raise StatisticsError("two kinds with members and none in common", found=f"{a.sum()} and {b.sum()}")
    return pooling_weights(a[None]) - pooling_weights(b[None])


def linear_jackknife(
    rho: ArrayLike,
    left_out: ArrayLike,
    degenerate: ArrayLike,
    weights: ArrayLike,
    present: ArrayLike | None = None,
) -> Jackknife:
    """Leave out each family once through weighted sums of Fisher z.

    Parameters
    ----------
    rho : array_like of shape (B,)
        The correlations of the full sample.
    left_out : array_like of shape (F, B)
        The correlations without each family. Where a family has no scores on a member this is the member's own
        correlation, or nearly so (the capabilities score is refitted without it).
    degenerate : array_like of shape (F, B)
        True where such a replicate is degenerate.
    weights : array_like of shape (K, B)
        From `pooling_weights` or `contrast_weights`; members of weight 0 are not looked at.
    present : array_like of shape (F, B), optional
        False where a family has no model with scores on the member. A family is left out of a sum if it has scores
        on any of its members.

    Returns
    -------
    Jackknife
        Of K sums. `jackknife_intervals` gives the intervals of pooled correlations, `contrast_intervals` those of
        contrasts. Undefined, with a reason, where a member's correlation is undefined or ±1 or has a degenerate
        replicate: no member is dropped in silence.

    Raises
    ------
    StatisticsError
        If the shapes do not agree.
    """
    full, replicates = np.asarray(rho, dtype=np.float64), np.asarray(left_out, dtype=np.float64)
    bad, W = np.asarray(degenerate, dtype=np.bool_), np.asarray(weights, dtype=np.float64)
    there = np.ones(bad.shape, np.bool_) if present is None else np.asarray(present, dtype=np.bool_)
    if (
        full.ndim != 1
        or replicates.shape[1:] != full.shape
        or W.shape[1:] != full.shape
        or not replicates.shape == bad.shape == there.shape
    ):
        raise StatisticsError(
            "correlations (B,), replicates (F, B) and weights (K, B)",
            found=f"{full.shape}, {replicates.shape} and {W.shape}",
        )
    parts = [_one_sum(full, replicates, bad, row, there) for row in W]
    return Jackknife(
        read_only(np.array([part.z[0] for part in parts])),
        read_only(np.array([part.standard_error[0] for part in parts])),
        np.array([part.n_families[0] for part in parts], dtype=np.int64),
        tuple(part.reasons[0] for part in parts),
    )


def contrast_intervals(jackknife: Jackknife, level: float) -> Intervals:
    """Return intervals of contrasts, on the Fisher z scale on which they were taken.

    Parameters
    ----------
    jackknife : Jackknife
        Of contrasts, from `linear_jackknife`.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    Intervals
        z ± t · standard error, t with the degrees of freedom of the jackknife.

    Raises
    ------
    StatisticsError
        If the level is not between 0 and 1.
    """
    _check_level(level)
    half = stdtrit(_freedom(jackknife), (1.0 + level) / 2.0) * jackknife.standard_error
    low, high = read_only(jackknife.z - half), read_only(jackknife.z + half)
    return Intervals(low, high, level, jackknife.reasons)


def contrast_p(jackknife: Jackknife) -> FloatArray:
    """Return the two-sided p-values of "the contrast is 0", from the same t as `contrast_intervals`.

    Parameters
    ----------
    jackknife : Jackknife
        Of contrasts, from `linear_jackknife`.

    Returns
    -------
    ndarray of shape (K,)
        NaN where the standard error is undefined.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = jackknife.z / jackknife.standard_error
    return read_only(2.0 * stdtr(_freedom(jackknife), -np.abs(t)))


def random_effects(effects: ArrayLike, variances: ArrayLike, level: float = 0.95) -> RandomEffects:
    """Summarise independent effects: restricted maximum likelihood with the Knapp-Hartung adjustment.

    Parameters
    ----------
    effects : array_like of shape (K,)
        On a scale where they are about normal, such as Fisher z.
    variances : array_like of shape (K,)
        Their sampling variances, above 0.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    RandomEffects
        NaN, with a reason, for fewer than two members.

    Raises
    ------
    StatisticsError
        If lengths differ, a value is not finite, a variance is not above 0, or the level is not between 0 and 1.

    Notes
    -----
    τ² maximises the restricted likelihood over 0 and above. The adjustment is used as it is: where members agree
    better than their variances allow, the interval is narrower than the one without it (metafor's `test="knha"`).
    """
    _check_level(level)
    y, v = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise StatisticsError("effects and variances of one length", found=f"{y.shape} and {v.shape}")
    if not np.isfinite(y).all() or not np.isfinite(v).all() or (v <= 0.0).any():
        raise StatisticsError("finite effects with variances above 0", found="others")
    k = y.size
    if k < 2:
        nothing = (np.nan,) * 8
        return RandomEffects(*nothing, n_members=k, level=level, reason=f"{k} members; needs two")
    tau2 = _restricted_tau2(y, v)
    w = 1.0 / (v + tau2)
    mean = float(w @ y / w.sum())
    error = float(np.sqrt(w @ (y - mean) ** 2 / (k - 1) / w.sum()))
    t = float(stdtrit(k - 1, (1.0 + level) / 2.0))
    spread = t * float(np.sqrt(error**2 + tau2))
    fixed = 1.0 / v
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - fixed @ fixed)
    return RandomEffects(
        estimate=mean,
        standard_error=error,
        low=mean - t * error,
        high=mean + t * error,
        prediction_low=mean - spread,
        prediction_high=mean + spread,
        tau2=tau2,
        i2=float(tau2 / (tau2 + typical)),
        n_members=k,
        level=level,
    )


def _one_sum(
    full: FloatArray,
    replicates: FloatArray,
    bad: NDArray[np.bool_],
    weights: FloatArray,
    there: NDArray[np.bool_],
) -> Jackknife:
    """Jackknife one weighted sum, as a correlation whose Fisher z it is."""
    used = weights != 0.0
    if np.isnan(weights).any():
        return _undefined("no members")
    if np.isnan(full[used]).any() or (np.abs(full[used]) >= 1.0).any():
        return _undefined("the correlation of a member is undefined or exactly ±1")
    family = there[:, used].any(axis=1)
    lost = (bad | ~(np.abs(replicates) < 1.0))[:, used].any(axis=1) & family
    if lost.any():
        return _undefined(
            f"{lost.sum()} of {family.sum()} jackknife replicates are degenerate or ±1 in a member"
        )
    z = np.arctanh(full[used]) @ weights[used]
    each = np.arctanh(replicates[np.ix_(family, used)]) @ weights[used]
    n = each.size
    # The count rule is that of single correlations; a constant stand-in asks it without a second copy of the rule.
    rule = family_jackknife(np.zeros(1), np.zeros((n, 1)), np.zeros((n, 1), np.bool_))
    if rule.reasons[0] is not None:
        return _undefined(rule.reasons[0], n)
    error = np.sqrt((n - 1) / n * np.sum((each - each.mean()) ** 2))
    return Jackknife(np.array([z]), np.array([error]), np.array([n]), (None,))


def _undefined(reason: str, n_families: int = 0) -> Jackknife:
    nothing = np.array([np.nan])
    return Jackknife(nothing, nothing, np.array([n_families]), (reason,))


def _restricted_tau2(y: FloatArray, v: FloatArray) -> float:
    """Maximise the restricted likelihood: the best step of a grid, then the root of its slope."""
    largest = float(np.ptp(y) ** 2 + v.max())
    grid = np.concatenate([[0.0], np.geomspace(SMALLEST_STEP * largest, largest, GRID)])
    best = int(np.argmax([_restricted_likelihood(tau2, y, v) for tau2 in grid]))
    if _slope(grid[best], y, v) > 0.0:
        low, high = grid[best], grid[min(best + 1, GRID)]
    elif best > 0:
        low, high = grid[best - 1], grid[best]
    else:
        return 0.0
    if _slope(low, y, v) <= 0.0 or _slope(high, y, v) > 0.0:
        return float(grid[best])  # no change of sign beside it: the step itself is as near as a step comes
    return float(brentq(_slope, low, high, args=(y, v), xtol=1e-15))


def _restricted_likelihood(tau2: float, y: FloatArray, v: FloatArray) -> float:
    w = 1.0 / (v + tau2)
    residual = y - w @ y / w.sum()
    return float(0.5 * np.log(w).sum() - 0.5 * np.log(w.sum()) - 0.5 * w @ residual**2)


def _slope(tau2: float, y: FloatArray, v: FloatArray) -> float:
    """Return the derivative of the restricted likelihood by τ²."""
    w = 1.0 / (v + tau2)
    residual = y - w @ y / w.sum()
    return float(0.5 * (w**2 @ residual**2 - w.sum() + w @ w / w.sum()))


def _freedom(jackknife: Jackknife) -> FloatArray:
    df = jackknife.freedom
    return np.asarray(np.where(df > 0, df, np.nan), dtype=np.float64)


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
