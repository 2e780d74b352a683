"""The same correlation by other routes, and what a correlation hides.

A *specification* is a choice of three things: which member of the suite is left out (or none), the composite that
stands for capability, and the measure of association. The published method is one of them: none left out, the first
component, Spearman (Ren et al. 2024, arXiv 2407.21792, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.component import first_component, standardise
from confounded.stats.ranks import midranks

__all__ = [
    "ASSOCIATIONS",
    "COMPOSITES",
    "Description",
    "Specifications",
    "associations",
    "composites",
    "describe",
    "most_moving",
    "specifications",
]

FloatArray = NDArray[np.float64]

COMPOSITES: Final = ("first component", "mean z-score", "rank average")
"""What stands for capability: the published score; the plain mean of standardised columns; the mean of ranks."""

ASSOCIATIONS: Final = ("spearman", "kendall", "pearson")
"""How two columns are compared; Kendall's is tau-b (Kendall 1945), which allows for ties."""

NONE_LEFT_OUT: Final = -1
"""Stands where a specification keeps the whole suite."""

MOST_IN_PAIRS: Final = 500
"""Models up to which Kendall's tau is counted pair by pair for all columns at once; with more, sorting is faster."""

SAME_SCORE: Final = 1e-9
"""Scores nearer than this share of the floor-to-ceiling range are one score: sums in another order differ by less."""


@dataclass(frozen=True, slots=True)
class Specifications:
    """B correlations by S specifications.

    Parameters
    ----------
    rho : ndarray of shape (S, B)
        NaN where either side is constant or has fewer than two models.
    left_out : ndarray of shape (S,)
        Position of the suite member left out, -1 for none.
    composite : tuple of S str
        Of `COMPOSITES`.
    association : tuple of S str
        Of `ASSOCIATIONS`.
    """

    rho: FloatArray = field(repr=False)
    left_out: NDArray[np.int64] = field(repr=False)
    composite: tuple[str, ...] = field(repr=False)
    association: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Description:
    """What the correlations of B benchmarks hide.

    Parameters
    ----------
    slope : ndarray of shape (B,)
        Change of the benchmark, in its own units, by one standard deviation of the score (least squares).
    explained : ndarray of shape (B,)
        Share of the benchmark's variance that this line explains (R²).
    deviation : ndarray of shape (B,)
        Standard deviation between models (ddof = 0, as wherever scores are standardised), in the benchmark's units.
    floor_share, ceiling_share : ndarray of shape (B,)
        Share of models at the floor and at the ceiling.
    floor_given, ceiling_given : ndarray of bool of shape (B,)
        False where no floor (ceiling) is known and the least (greatest) score observed stands in for it: at least
        one model always has that one.
    tied_share : ndarray of shape (B,)
        Share of models whose score another model has too.
    n_models : ndarray of int of shape (B,)
    """

    slope: FloatArray = field(repr=False)
    explained: FloatArray = field(repr=False)
    deviation: FloatArray = field(repr=False)
    floor_share: FloatArray = field(repr=False)
    ceiling_share: FloatArray = field(repr=False)
    floor_given: NDArray[np.bool_] = field(repr=False)
    ceiling_given: NDArray[np.bool_] = field(repr=False)
    tied_share: FloatArray = field(repr=False)
    n_models: NDArray[np.int64] = field(repr=False)


def composites(suite: ArrayLike, reference: ArrayLike | None = None) -> FloatArray:
    """Return one number a model, by each way of `COMPOSITES`.

    Parameters
    ----------
    suite : array_like of shape (M, C)
        Complete scores, higher is better; no column constant.
    reference : array_like of shape (C,), optional
        What the first component's sign is aligned to, by inner product; its largest loading by default.

    Returns
    -------
    ndarray of shape (M, 3)

    Raises
    ------
    StatisticsError
        If a value is missing or a column is constant.
    """
    X = np.asarray(suite, dtype=np.float64)
    fit = first_component(X, reference)
    return np.column_stack([fit.scores, standardise(X).mean(axis=1), midranks(X).mean(axis=1)])


def associations(scores: ArrayLike, columns: ArrayLike, measures: Sequence[str] = ASSOCIATIONS) -> FloatArray:
    """Return the association of every score with every column, by each measure of `ASSOCIATIONS`.

    Parameters
    ----------
    scores : array_like of shape (M, K)
        Complete.
    columns : array_like of shape (M, B)
        NaN where a model has no score; the association is over the others.
    measures : sequence of str, optional
        Of `ASSOCIATIONS`; by default all three.

    Returns
    -------
    ndarray of shape (len(measures), K, B)
        NaN where either side is constant over those models or there are fewer than two.

    Raises
    ------
    StatisticsError
        If lengths differ or a score is missing.
    """
    S, Y = np.asarray(scores, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    if S.ndim != 2 or Y.ndim != 2 or S.shape[0] != Y.shape[0]:
        raise StatisticsError("scores (M, K) and columns (M, B)", found=f"{S.shape} and {Y.shape}")
    if np.isnan(S).any():
        raise StatisticsError("scores without missing values", found=f"{np.isnan(S).sum()} missing")
    by_name: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = dict(
        zip(ASSOCIATIONS, (_spearman, _kendall, _pearson), strict=True)
    )
    found = np.full((len(measures), S.shape[1], Y.shape[1]), np.nan)
    for rows, chosen in _by_models_present(Y):
        if rows.size >= 2:
            for position, measure in enumerate(measures):
                found[position][:, chosen] = by_name[measure](S[rows], Y[np.ix_(rows, chosen)])
    return found


def specifications(suite: ArrayLike, columns: ArrayLike) -> Specifications:
    """Correlate benchmarks with capability by every specification.

    Parameters
    ----------
    suite : array_like of shape (M, C)
        Complete scores on C ≥ 2 capability benchmarks, higher is better; no column constant.
    columns : array_like of shape (M, B)
        NaN where a model has no score.

    Returns
    -------
    Specifications
        3 · 3 of the whole suite, of which the first is the published one, and the published one without each of the
        C members. A column that is itself in the suite should be read from the specification that leaves it out.

    Raises
    ------
    StatisticsError
        If the suite has missing or constant columns or fewer than two, or lengths differ.
    """
    X = np.asarray(suite, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] < 2:
        raise StatisticsError("a suite of shape (M, C) with C of 2 or more", found=str(X.shape))
    loadings = first_component(X).eigenvector
    whole = associations(composites(X, loadings), columns)  # (association, composite, B)
    fewer = [
        first_component(np.delete(X, j, axis=1), np.delete(loadings, j)).scores for j in range(X.shape[1])
    ]
    without = associations(np.column_stack(fewer), columns, ASSOCIATIONS[:1])[0]
    n_whole, n_without = len(COMPOSITES) * len(ASSOCIATIONS), X.shape[1]
    return Specifications(
        rho=read_only(np.concatenate([whole.transpose(1, 0, 2).reshape(n_whole, -1), without])),
        left_out=np.array([NONE_LEFT_OUT] * n_whole + list(range(n_without)), dtype=np.int64),
        composite=tuple(c for c in COMPOSITES for _ in ASSOCIATIONS) + COMPOSITES[:1] * n_without,
        association=ASSOCIATIONS * len(COMPOSITES) + ASSOCIATIONS[:1] * n_without,
    )


def describe(
    score: ArrayLike, columns: ArrayLike, floor: ArrayLike | None = None, ceiling: ArrayLike | None = None
) -> Description:
    """Say in a benchmark's own units what its correlation with the score means.

    Parameters
    ----------
    score : array_like of shape (M,)
        Complete.
    columns : array_like of shape (M, B)
        Scores in their own units; NaN where a model has none.
    floor, ceiling : array_like of shape (B,), optional
        The least (or what guessing gets) and greatest possible score; NaN where not known.

    Returns
    -------
    Description
        NaN where the figure needs two models, or a spread, that are not there.

    Raises
    ------
    StatisticsError
        If lengths differ or a score is missing.
    """
    x, Y = np.asarray(score, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    if x.ndim != 1 or Y.ndim != 2 or x.size != Y.shape[0] or np.isnan(x).any():
        raise StatisticsError("complete scores (M,) and columns (M, B)", found=f"{x.shape} and {Y.shape}")
    lowest, highest = _limits(floor, Y.shape[1]), _limits(ceiling, Y.shape[1])
    figures = np.full((6, Y.shape[1]), np.nan)
    n_models = (~np.isnan(Y)).sum(axis=0)
    for b in np.flatnonzero(n_models):
        present = ~np.isnan(Y[:, b])
        y = Y[present, b]
        low = y.min() if np.isnan(lowest[b]) else lowest[b]
        high = y.max() if np.isnan(highest[b]) else highest[b]
        near = SAME_SCORE * abs(high - low)
        figures[:3, b] = _line(x[present], y)
        figures[3:, b] = (y <= low + near).mean(), (y >= high - near).mean(), _tied(y)
    slope, explained, deviation, at_floor, at_ceiling, tied = (read_only(row.copy()) for row in figures)
    return Description(
        slope=slope,
        explained=explained,
        deviation=deviation,
        floor_share=at_floor,
        ceiling_share=at_ceiling,
        floor_given=~np.isnan(lowest),
        ceiling_given=~np.isnan(highest),
        tied_share=tied,
        n_models=n_models.astype(np.int64),
    )


def most_moving(x: ArrayLike, y: ArrayLike, n: int) -> NDArray[np.intp]:
    """Return the pairs without which a Spearman correlation changes most, half of them up and half of them down.

    What leaving a pair out does to the sum of products of ranks is computed for every pair at once, up to terms that
    are smaller by the number of pairs: its own product goes, and every rank above its own becomes one less.

    Parameters
    ----------
    x, y : array_like of shape (N,)
        Complete.
    n : int
        Pairs to return, at most.

    Returns
    -------
    ndarray of shape (min(n, N),)
        Their positions, in order.
    """
    a, b = (midranks(side) - (np.size(side) + 1) / 2.0 for side in (x, y))
    if a.size <= n:
        return np.arange(a.size)
    change = -a * b - _sum_above(a, b) - _sum_above(b, a)
    order = np.argsort(change, kind="stable")
    return np.sort(np.concatenate([order[: n // 2], order[a.size - (n - n // 2) :]]))


def _sum_above(key: FloatArray, values: FloatArray) -> FloatArray:
    """Return for each place the sum of the values whose key is greater, and half of those whose key is the same."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    below = np.concatenate([[0.0], np.cumsum(values[order])])
    first = np.searchsorted(ordered, key, side="left")
    stop = np.searchsorted(ordered, key, side="right")
    return np.asarray(below[-1] - below[stop] + (below[stop] - below[first]) / 2.0, dtype=np.float64)


def _by_models_present(Y: FloatArray) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Put together the columns that have scores of the same models: (rows, columns)."""
    groups: dict[bytes, list[int]] = {}
    present = ~np.isnan(Y)
    for b in range(Y.shape[1]):
        groups.setdefault(present[:, b].tobytes(), []).append(b)
    return [(np.flatnonzero(present[:, own[0]]), np.array(own, dtype=np.intp)) for own in groups.values()]


def _pearson(S: FloatArray, Y: FloatArray) -> FloatArray:
    # A constant column less its mean may leave rounding errors, which would correlate with something.
    A, B = (np.where(np.ptp(V, axis=0) > 0, V - V.mean(axis=0), 0.0) for V in (S, Y))
    return _cosines(A, B)


def _spearman(S: FloatArray, Y: FloatArray) -> FloatArray:
    # Half-integers: the sums are exact, and a constant column is exactly 0.
    middle = (S.shape[0] + 1) / 2.0
    return _cosines(midranks(S) - middle, midranks(Y) - middle)


def _kendall(S: FloatArray, Y: FloatArray) -> FloatArray:
    if S.shape[0] > MOST_IN_PAIRS:
        return _kendall_by_sorting(S, Y)
    products = np.zeros((S.shape[1], Y.shape[1]))
    untied_s, untied_y = np.zeros(S.shape[1]), np.zeros(Y.shape[1])
    # One model against all after it at a time: the signs of all pairs at once would be models² × columns. Single
    # precision holds these whole numbers exactly, and takes half the time.
    for i in range(S.shape[0] - 1):
        a = np.sign(S[i + 1 :] - S[i]).astype(np.float32)
        b = np.sign(Y[i + 1 :] - Y[i]).astype(np.float32)
        products += a.T @ b
        untied_s += np.count_nonzero(a, axis=0)
        untied_y += np.count_nonzero(b, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(products / np.sqrt(np.outer(untied_s, untied_y)), dtype=np.float64)


def _kendall_by_sorting(S: FloatArray, Y: FloatArray) -> FloatArray:
    """Return what `_kendall` does, in time that grows with n log n and not with n² (Knight 1966)."""
    return np.array(
        [[kendalltau(s, y, method="asymptotic").statistic for y in Y.T] for s in S.T], dtype=np.float64
    ).reshape(S.shape[1], Y.shape[1])


def _cosines(A: FloatArray, B: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = A.T @ B / np.sqrt(np.outer((A * A).sum(axis=0), (B * B).sum(axis=0)))
    # Rounding alone could put Pearson's correlation past 1, by one unit of the last digit.
    return np.asarray(np.clip(found, -1.0, 1.0), dtype=np.float64)


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float, float]:
    """Return slope per standard deviation of x, share of variance explained, and standard deviation of y."""
    spread = float(y.std()) if np.ptp(y) > 0 else 0.0
    if np.ptp(x) == 0:
        return float("nan"), float("nan"), spread
    slope = float((x - x.mean()) @ (y - y.mean()) / x.size / x.std())
    return slope, slope**2 / spread**2 if spread > 0 else float("nan"), spread


def _tied(y: FloatArray) -> float:
    _, where, number = np.unique(y, return_inverse=True, return_counts=True)
    return float((number[where] > 1).mean())


def _limits(given: ArrayLike | None, n: int) -> FloatArray:
    limits = np.full(n, np.nan) if given is None else np.asarray(given, dtype=np.float64)
    if limits.shape != (n,):
        raise StatisticsError(f"{n} floors or ceilings, one a column", found=str(limits.shape))
    return limits
