"""Is a benchmark's relation to the capabilities score monotone? A rank correlation takes it to be.

A U (or its inverse) makes a rank correlation near 0 without any separability. The test is the two-lines test of
Simonsohn (2018, Advances in Methods and Practices in Psychological Science 1): one line on either side of a break,
and a U only where both slopes are significant and of opposite sign. A quadratic's significant square is not that: it
also comes from a curve that bends and never turns. Two departures, both because there are about 26 models: lines are
fitted to *ranks* on both sides, like the correlation in question, so that no outlier makes a slope; and the break is
sought around the turning point of a quadratic in rank, where the original has a spline.

Near chance a benchmark cannot fall with capability, and noise is all there is: `near_chance_share` is the other half
of this check.

A finding here is never a verdict, but it forbids one: where the relation turns round, a low rank correlation does not
show that a benchmark is separable (`study.verdicts`). So it has an error rate of its own, and takes families and not
models to be independent where they are given: how often a monotone relation is called a U by mistake, and a real U
found, stands in `validation/shape/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, stdtr

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.ranks import midranks, spearman

__all__ = ["SHAPES", "Shapes", "near_chance_share", "shapes"]

FloatArray = NDArray[np.float64]

SHAPES: Final = ("not monotone", "flat", "monotone", "unclear")
"""What a relation can be called, in the order of precedence.

- not monotone: both lines of the two-lines test are significant, with slopes of opposite sign;
- flat: the scores are constant, or spread no more than their standard errors explain (Cochran 1954);
- monotone: no U, and a significant Spearman correlation;
- unclear: neither: the data do not say."""

SIGNIFICANCE: Final = 0.05
"""Two-sided level of every test here; customary, and the level that Simonsohn (2018) uses."""

FEWEST_MODELS: Final = 10
"""With fewer, no break leaves both sides more than the four models that a line needs at least."""

FEWEST_A_SIDE: Final = 4
"""Models on either side of a break: a line through three has one degree of freedom."""

ROUNDING: Final = 1e-12
"""Stands in for a standard error of exactly 0: points that lie on their line are significant, and finite."""

NEAR: Final = 2.0
"""Binomial standard errors from chance within which a score counts as near it: a 95 % region, as is customary."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The relations of B benchmarks to the score.

    Parameters
    ----------
    label : tuple of B str
        Of `SHAPES`.
    slope_low, slope_high : ndarray of shape (B,)
        Slope below and above the break, in ranks a rank; NaN where the two-lines test cannot be made.
    p_low, p_high : ndarray of shape (B,)
        Their two-sided p-values.
    break_at : ndarray of shape (B,)
        The capabilities score at the break.
    rho : ndarray of shape (B,)
        Spearman's correlation.
    p_rho : ndarray of shape (B,)
        Its two-sided p-value, by t with n - 2 degrees of freedom (Kendall & Stuart 1973, 31.19).
    p_spread : ndarray of shape (B,)
        p-value of "all models have the same true score", by Cochran's Q; NaN without standard errors.
    """

    label: tuple[str, ...]
    slope_low: FloatArray = field(repr=False)
    slope_high: FloatArray = field(repr=False)
    p_low: FloatArray = field(repr=False)
    p_high: FloatArray = field(repr=False)
    break_at: FloatArray = field(repr=False)
    rho: FloatArray = field(repr=False)
    p_rho: FloatArray = field(repr=False)
    p_spread: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Line:
    """A fitted line: slope, slope over its standard error, degrees of freedom."""

    slope: float
    t: float
    freedom: int

    @property
    def p(self) -> float:
        return float(2.0 * stdtr(float(self.freedom), -abs(self.t)))


def shapes(
    score: ArrayLike,
    columns: ArrayLike,
    standard_errors: ArrayLike | None = None,
    families: ArrayLike | None = None,
) -> Shapes:
    """Say of each benchmark whether its relation to the score is monotone.

    Parameters
    ----------
    score : array_like of shape (M,)
        The capabilities score, complete.
    columns : array_like of shape (M, B)
        NaN where a model has no score.
    standard_errors : array_like of shape (M, B), optional
        Of the benchmark's scores; NaN where not known. Without them only a constant column is called flat.
    families : array_like of int of shape (M,), optional
        The family of each model, from 0 up. With them the lines take families, not models, to be independent.

    Returns
    -------
    Shapes

    Raises
    ------
    StatisticsError
        If lengths differ or a capabilities score is missing.
    """
    x, Y = np.asarray(score, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    if x.ndim != 1 or Y.ndim != 2 or x.size != Y.shape[0] or np.isnan(x).any():
        raise StatisticsError("complete scores (M,) and columns (M, B)", found=f"{x.shape} and {Y.shape}")
    E = np.full(Y.shape, np.nan) if standard_errors is None else np.asarray(standard_errors, dtype=np.float64)
    if E.shape != Y.shape:
        raise StatisticsError(f"standard errors of shape {Y.shape}", found=str(E.shape))
    F = None if families is None else np.asarray(families, dtype=np.intp)
    if F is not None and F.shape != x.shape:
        raise StatisticsError(f"families of shape {x.shape}", found=str(F.shape))
    figures = np.full((8, Y.shape[1]), np.nan)
    labels = []
    for b in range(Y.shape[1]):
        present = ~np.isnan(Y[:, b])
        own_x, own_y = x[present], Y[present, b]
        figures[:5, b] = _two_lines(own_x, own_y, None if F is None else F[present])
        figures[5, b] = spearman(own_x, own_y)
        figures[6, b] = _p_of_spearman(float(figures[5, b]), own_x.size)
        figures[7, b] = _p_of_spread(own_y, E[present, b])
        labels.append(_label(own_y, *figures[:4, b], p_rho=figures[6, b], p_spread=figures[7, b]))
    slope_low, slope_high, p_low, p_high, break_at, rho, p_rho, p_spread = (
        read_only(row.copy()) for row in figures
    )
    return Shapes(tuple(labels), slope_low, slope_high, p_low, p_high, break_at, rho, p_rho, p_spread)


def near_chance_share(columns: ArrayLike, chance: ArrayLike, n_items: ArrayLike) -> FloatArray:
    """Return the share of models whose score is within two binomial standard errors of chance, or below it.

    Parameters
    ----------
    columns : array_like of shape (M, B)
        Means of single items worth 0 or 1; NaN where a model has none.
    chance : array_like of shape (B,)
        What guessing scores, between 0 and 1; NaN where not known.
    n_items : array_like of shape (B,)
        Items behind each mean; NaN where not known.

    Returns
    -------
    ndarray of shape (B,)
        NaN where chance or items are not known, or there are no scores.

    Raises
    ------
    StatisticsError
        If lengths differ or a chance lies outside 0 to 1.
    """
    Y, c, k = (np.asarray(one, dtype=np.float64) for one in (columns, chance, n_items))
    if Y.ndim != 2 or not c.shape == k.shape == Y.shape[1:]:
        raise StatisticsError(
            "columns (M, B), chances (B,) and items (B,)", found=f"{Y.shape}, {c.shape} and {k.shape}"
        )
    if ((c < 0.0) | (c > 1.0)).any():
        raise StatisticsError("chances between 0 and 1", found=str(c[(c < 0.0) | (c > 1.0)][0]))
    present = ~np.isnan(Y)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = c + NEAR * np.sqrt(c * (1.0 - c) / k)
        share = (present & (reach >= Y)).sum(axis=0) / present.sum(axis=0)
    return read_only(np.where(np.isnan(reach), np.nan, share))


def _label(
    y: FloatArray,
    slope_low: float,
    slope_high: float,
    p_low: float,
    p_high: float,
    *,
    p_rho: float,
    p_spread: float,
) -> str:
    if slope_low * slope_high < 0.0 and max(p_low, p_high) <= SIGNIFICANCE:
        return "not monotone"
    if y.size and (np.ptp(y) == 0.0 or p_spread > SIGNIFICANCE):
        return "flat"
    return "monotone" if p_rho <= SIGNIFICANCE else "unclear"


def _two_lines(
    x: FloatArray, y: FloatArray, families: NDArray[np.intp] | None
) -> tuple[float, float, float, float, float]:
    """Make the two-lines test on ranks: slopes, p-values, and the score at the break."""
    nothing = (np.nan,) * 5
    n = x.size
    if n < FEWEST_MODELS or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return nothing
    u, v = midranks(x) - (n + 1) / 2.0, midranks(y) - (n + 1) / 2.0
    flat = _flat_region(u, v)
    first = _interrupted(u, v, float(np.median(flat)), families)
    if first is None:
        return nothing
    weights = [abs(line.t) for line in first]
    # Simonsohn's "Robin Hood": the break moves towards the side with the stronger line, so that the weaker gets
    # more of the models.
    share = weights[1] / sum(weights) if sum(weights) > 0.0 else 0.5
    at = float(np.quantile(flat, share))
    found = _interrupted(u, v, at, families)
    if found is None:
        found, at = first, float(np.median(flat))
    low, high = found
    order = np.argsort(u, kind="stable")
    return low.slope, high.slope, low.p, high.p, float(np.interp(at, u[order], x[order]))


def _flat_region(u: FloatArray, v: FloatArray) -> FloatArray:
    """Return the ranks at which a quadratic fit is within one standard error of its inner extremum."""
    order = np.argsort(u, kind="stable")
    inner = order[FEWEST_A_SIDE - 1 : u.size - FEWEST_A_SIDE + 1]
    X = np.column_stack([np.ones_like(u), u, u**2])
    inverse = np.linalg.pinv(X.T @ X)
    coefficients = inverse @ X.T @ v
    fitted = X @ coefficients
    variance = float(((v - fitted) ** 2).sum() / (u.size - 3))
    # A quadratic that opens upwards turns at its least value.
    direction = -1.0 if coefficients[2] > 0.0 else 1.0
    extremum = inner[int(np.argmax(direction * fitted[inner]))]
    error = np.sqrt(variance * np.einsum("ij,jk,ik->i", X, inverse, X))
    near = direction * (fitted[extremum] - fitted[inner]) <= error[extremum]
    return np.asarray(u[inner][near], dtype=np.float64)


def _interrupted(
    u: FloatArray, v: FloatArray, at: float, families: NDArray[np.intp] | None = None
) -> tuple[_Line, _Line] | None:
    """Fit a line on either side of a break, with a jump between them; None where a side is too short.

    The two lines share nothing, so each is fitted alone and has the degrees of freedom of its own side. Standard
    errors are HC3 (MacKinnon & White 1985), which hold up where there are few models and unequal spread (Long & Ervin
    2000); with families, those of leaving out each in turn, which is the same for clusters (Bell & McCaffrey 2002).
    """
    below = u <= at
    sides = []
    for side in (below, ~below):
        a, b = u[side], v[side]
        if a.size < FEWEST_A_SIDE or np.ptp(a) == 0.0:
            return None
        if families is not None:
            line = _clustered(a, b, families[side])
            if line is None:
                return None
            sides.append(line)
            continue
        da = a - a.mean()
        spread = float(da @ da)
        slope = float(da @ b / spread)
        leverage = 1.0 / a.size + da**2 / spread
        residual = (b - b.mean() - slope * da) / np.maximum(1.0 - leverage, ROUNDING)
        error = float(np.sqrt((da**2 * residual**2).sum()) / spread)
        sides.append(_Line(slope, slope / max(error, ROUNDING), a.size - 2))
    return sides[0], sides[1]


def _clustered(a: FloatArray, b: FloatArray, families: NDArray[np.intp]) -> _Line | None:
    """Fit a line whose error is that of leaving out each family; None where there are too few to leave out."""
    _, own = np.unique(families, return_inverse=True)
    n_families = int(own.max()) + 1
    if n_families < FEWEST_A_SIDE:
        return None
    sums = np.array([np.bincount(own, weights) for weights in (np.ones_like(a), a, b, a * a, a * b)])
    whole = sums.sum(axis=1)
    n, sum_a, sum_b, sum_aa, sum_ab = whole[:, None] - sums
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (n * sum_ab - sum_a * sum_b) / (n * sum_aa - sum_a**2)
    slope = (whole[0] * whole[4] - whole[1] * whole[2]) / (whole[0] * whole[3] - whole[1] ** 2)
    if not np.isfinite(without).all():
        return None
    error = np.sqrt((n_families - 1) / n_families * ((without - without.mean()) ** 2).sum())
    return _Line(float(slope), float(slope / max(error, ROUNDING)), n_families - 1)


def _p_of_spearman(rho: float, n: int) -> float:
    if np.isnan(rho) or n < 4:
        return float("nan")
    if abs(rho) >= 1.0:
        return 0.0
    return float(2.0 * stdtr(n - 2.0, -abs(rho) * np.sqrt((n - 2.0) / (1.0 - rho**2))))


def _p_of_spread(y: FloatArray, error: FloatArray) -> float:
    if y.size < 2 or not (error > 0.0).all():
        return float("nan")
    w = 1.0 / error**2
    return float(chdtrc(y.size - 1.0, w @ (y - w @ y / w.sum()) ** 2))
