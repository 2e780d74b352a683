"""Resampled capabilities correlations: bootstrap and jackknife, by case and by family.

Source of the statistic: Ren et al. 2024 (arXiv 2407.21792), section 3; everything of it is done anew in every
resample: the Spearman matrix of the suite, its first eigenvector, the standardisation, the ranks. The eigenvector of
a replicate is aligned to that of the full sample by inner product.

A resample is a vector of counts over the M models, and all schemes share one kernel (`confounded.stats.kernel`):

- case bootstrap: M models drawn with replacement;
- family bootstrap: F families drawn with replacement, each with all its models (Cameron, Gelbach & Miller 2008);
- jackknife and family jackknife: each model, or each family, left out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.component import first_component

__all__ = [
    "DEGENERATE",
    "MOST_COUNTS",
    "PIECE",
    "Replicates",
    "ResamplingProblem",
    "jackknife_counts",
    "left_out_counts",
    "prepare",
    "replicate_bootstrap",
    "replicate_counts",
    "replicate_left_out",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)

PIECE: Final = 256
"""Replicates that are worth handing to a thread at a time: milliseconds for a small study, seconds for a huge one."""

MOST_COUNTS: Final = 1_000_000
"""Counts of models in resamples that are held at a time: 8 MB in each thread."""

MOST_DRAWN: Final = 2**30
"""Models in a resample at most, each as often as it stands there: twice their ranks are whole numbers of 32 bits."""

SEEDS: Final = 2**64
"""How many seeds there are: the state that a stream begins at has 64 bits."""

LANES: Final = 32
"""Resamples that the kernel works on together; pieces are whole numbers of them, so that no lane is idle."""

DEGENERATE: Final = {
    1: "fewer than four distinct models",
    2: "a constant column",
    3: "a constant capability benchmark",
    4: "another first component (congruence below .9)",
}
"""What each status other than 0 says of a replicate."""


@dataclass(frozen=True, slots=True)
class ResamplingProblem:
    """Everything about a study that resampling does not change, sorted once.

    Made by `prepare`; its fields are the kernel's arguments. Models stand in the `order` of their score. Columns
    stand group by group: those of a group are correlated with the same reference over the same models.
    """

    n_models: int
    order: NDArray[np.intp] = field(repr=False)
    positions: IntArray = field(repr=False)
    suite: FloatArray = field(repr=False)
    suite_order: NDArray[np.int32] = field(repr=False)
    suite_last: NDArray[np.bool_] = field(repr=False)
    eigenvector: FloatArray = field(repr=False)
    column_members: NDArray[np.int32] = field(repr=False)
    column_last: NDArray[np.bool_] = field(repr=False)
    column_offsets: IntArray = field(repr=False)
    group_columns: IntArray = field(repr=False)
    group_masks: NDArray[np.uint8] = field(repr=False)
    group_members: NDArray[np.int32] = field(repr=False)
    group_last: NDArray[np.bool_] = field(repr=False)
    group_offsets: IntArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicated correlations.

    Parameters
    ----------
    rho : ndarray of shape (R, B)
        The correlation of every column in every replicate; NaN where the replicate is degenerate.
    status : ndarray of shape (R, B)
        0, or why the replicate is degenerate (a key of `DEGENERATE`).
    """

    rho: FloatArray = field(repr=False)
    status: NDArray[np.uint8] = field(repr=False)

    def degenerate(self) -> IntArray:
        """Return the (B,) numbers of degenerate replicates."""
        return np.asarray(np.count_nonzero(self.status, axis=0), dtype=np.int64)


def prepare(
    suite: ArrayLike | None, columns: ArrayLike, references: Sequence[ArrayLike | None] | None = None
) -> ResamplingProblem:
    """Sort what resampling needs sorted.

    Parameters
    ----------
    suite : array_like of shape (M, C) or None
        The scores on the capability benchmarks, complete. None where no column is correlated with the capabilities
        score.
    columns : array_like of shape (M, B)
        The scores to correlate; NaN where a model has none, and the correlation is over the others.
    references : sequence of B (array_like of shape (M,) or None), optional
        What each column is correlated with: None is the capabilities score, which is refitted; an array is itself.

    Returns
    -------
    ResamplingProblem

    Raises
    ------
    StatisticsError
        If the suite has missing or infinite values or constant columns, or lengths differ.
    """
    Y = np.asarray(columns, dtype=np.float64)
    # The kernel always fits a suite; where nobody asks for the score, any column that varies will do.
    X = np.ascontiguousarray(np.arange(len(Y))[:, None] if suite is None else suite, dtype=np.float64)
    if X.ndim != 2 or Y.ndim != 2 or X.shape[0] != Y.shape[0]:
        raise StatisticsError(
            "a suite of shape (M, C) and columns of shape (M, B)", found=f"{X.shape} and {Y.shape}"
        )
    wanted: list[ArrayLike | None] = [None] * Y.shape[1] if references is None else list(references)
    if len(wanted) != Y.shape[1]:
        raise StatisticsError(f"{Y.shape[1]} references, one a column", found=str(len(wanted)))
    if suite is None and any(one is None for one in wanted):
        raise StatisticsError(
            "a suite where columns are correlated with the capabilities score", found="none"
        )
    for one in wanted:
        if one is not None and np.shape(one) != (len(Y),):
            raise StatisticsError(f"references of shape {(len(Y),)}", found=str(np.shape(one)))
    fit = first_component(X)
    # In the order of the score, models that are ranked one after the other also stand beside each other in memory.
    order = np.argsort(fit.scores, kind="stable")
    X, Y = np.ascontiguousarray(X[order]), Y[order]
    wanted = [None if one is None else np.asarray(one, dtype=np.float64)[order] for one in wanted]
    sorted_suite = [_sorted(column, np.arange(X.shape[0])) for column in X.T]
    groups = _grouped(Y, wanted)
    members = [_sorted(Y[:, b], np.flatnonzero(group.mask)) for group in groups for b in group.columns]
    references_sorted = [
        (np.empty(0, np.int32), np.empty(0, np.bool_))
        if group.reference is None
        else _sorted(group.reference, np.flatnonzero(group.mask))
        for group in groups
    ]
    return ResamplingProblem(
        n_models=X.shape[0],
        order=order,
        positions=np.array([b for group in groups for b in group.columns], dtype=np.int64),
        # Centred on medians: less the mean, all values beside one huge one would be the same but for rounding.
        suite=np.ascontiguousarray(((X - np.median(X, axis=0)) / X.std(axis=0)).T),
        suite_order=np.array([order for order, _ in sorted_suite], dtype=np.int32),
        suite_last=np.array([last for _, last in sorted_suite], dtype=np.bool_),
        eigenvector=np.array(fit.eigenvector),
        column_members=_joined([order for order, _ in members], np.int32),
        column_last=_joined([last for _, last in members], np.bool_),
        column_offsets=_offsets([order.size for order, _ in members]),
        group_columns=_offsets([len(group.columns) for group in groups]),
        group_masks=np.array([group.mask for group in groups], dtype=np.uint8).reshape(-1, X.shape[0]),
        group_members=_joined([order for order, _ in references_sorted], np.int32),
        group_last=_joined([last for _, last in references_sorted], np.bool_),
        group_offsets=_offsets([order.size for order, _ in references_sorted]),
    )


def replicate_counts(problem: ResamplingProblem, counts: ArrayLike) -> Replicates:
    """Compute the replicates of given resamples.

    Parameters
    ----------
    problem : ResamplingProblem
    counts : array_like of shape (R, M)
        How often each model stands in each resample; whole numbers of at least 0.

    Returns
    -------
    Replicates

    Raises
    ------
    StatisticsError
        If the counts are of another shape, negative or fractional, or a resample is empty.
    """
    given = np.asarray(counts)
    if given.ndim != 2 or given.shape[1] != problem.n_models:
        raise StatisticsError(f"counts of shape (R, {problem.n_models})", found=str(given.shape))
    if (given < 0).any() or (given != np.floor(given)).any() or (given.sum(axis=1) == 0).any():
        raise StatisticsError("resamples of whole counts, none of them empty", found="others")
    if given.sum(axis=1).max(initial=0) > MOST_DRAWN:
        raise StatisticsError(f"resamples of at most {MOST_DRAWN:,} models", found="larger ones")
    return _in_order(problem, _given(problem, given))


def replicate_bootstrap(
    problem: ResamplingProblem, units: ArrayLike, start: int, stop: int, seed: int
) -> Replicates:
    """Compute some of the replicates of a bootstrap.

    Replicate r depends on the seed and on r alone: pieces computed apart, in any order and by any number of threads,
    are the same as all of them computed at once.

    Parameters
    ----------
    problem : ResamplingProblem
    units : array_like of shape (M,)
        The unit that each model is drawn with, from 0 to U - 1: its own for the case bootstrap, its family's for the
        family bootstrap. U units are drawn with replacement.
    start, stop : int
        The numbers of the first replicate and of the one after the last.
    seed : int
        From 0 to 2**64 - 1.

    Returns
    -------
    Replicates
        Of shape (stop - start, B).

    Raises
    ------
    StatisticsError
        If the units are not numbered from 0 without a gap, the seed is out of range, or `stop` is before `start`.
    """
    unit = np.asarray(units, dtype=np.int32)
    n_units = int(unit.max(initial=-1)) + 1
    if unit.shape != (problem.n_models,) or set(unit.tolist()) != set(range(n_units)):
        raise StatisticsError(f"{problem.n_models} units numbered from 0 without a gap", found="others")
    if not 0 <= seed < SEEDS:
        raise StatisticsError("a seed from 0 to 2**64 - 1", found=str(seed))
    if not 0 <= start <= stop:
        raise StatisticsError("replicates from a number of at least 0 upwards", found=f"{start} to {stop}")
    replicates = _empty(problem, stop - start)
    if stop > start:
        none_given = np.empty((0, problem.n_models), dtype=np.int32)
        _run(problem, start, stop, none_given, unit[problem.order], n_units, seed, replicates)
    return _in_order(problem, replicates)


def replicate_left_out(problem: ResamplingProblem, units: ArrayLike, left_out: ArrayLike) -> Replicates:
    """Compute the replicates that leave out whole units.

    Parameters
    ----------
    problem : ResamplingProblem
    units : array_like of shape (M,)
        The unit of each model, from 0 upwards.
    left_out : array_like of shape (R,) or (R, K)
        The units that each resample leaves out.

    Returns
    -------
    Replicates
        Degenerate where no model is left. They are computed a few at a time: as many counts as there are models and
        resamples would not fit in memory among thousands of either.
    """
    chosen = np.asarray(left_out, dtype=np.int64)
    chosen = chosen.reshape(-1, 1) if chosen.ndim == 1 else chosen
    replicates = _empty(problem, len(chosen))
    replicates.rho.fill(np.nan)
    replicates.status.fill(1)
    piece = max(LANES, MOST_COUNTS // max(problem.n_models, 1) // LANES * LANES)
    for start in range(0, len(chosen), piece):
        counts = left_out_counts(units, chosen[start : start + piece])
        some = np.flatnonzero(counts.any(axis=1))
        found = _given(problem, counts[some])
        replicates.rho[start + some], replicates.status[start + some] = found.rho, found.status
    return _in_order(problem, replicates)


def left_out_counts(units: ArrayLike, left_out: ArrayLike) -> FloatArray:
    """Return the resamples that leave out one unit each, or several.

    Parameters
    ----------
    units : array_like of shape (M,)
    left_out : array_like of shape (R,) or (R, K)

    Returns
    -------
    ndarray of shape (R, M)
        0 for the models of the units left out, 1 for all others.
    """
    unit, chosen = np.asarray(units, dtype=np.int64), np.asarray(left_out, dtype=np.int64)
    chosen = chosen.reshape(-1, 1) if chosen.ndim == 1 else chosen
    counts = np.ones((len(chosen), unit.size))
    # Sorted once: to look for the models of a unit in every resample would take longer than the replicates do.
    order = np.argsort(unit, kind="stable")
    first, stop = (np.searchsorted(unit[order], chosen, side=side) for side in ("left", "right"))
    for own, begins, ends in zip(counts, first, stop, strict=True):
        for a, b in zip(begins, ends, strict=True):
            own[order[a:b]] = 0.0
    return counts


def jackknife_counts(units: ArrayLike) -> FloatArray:
    """Return the resamples that leave out each unit once.

    Parameters
    ----------
    units : array_like of shape (M,)
        The unit of each model, from 0 to U - 1.

    Returns
    -------
    ndarray of shape (U, M)
        0 for the models of the unit left out, 1 for all others.
    """
    unit = np.asarray(units, dtype=np.int64)
    return left_out_counts(unit, np.arange(unit.max(initial=-1) + 1))


@dataclass(frozen=True, slots=True)
class _Group:
    """Columns that share their reference and their models."""

    reference: FloatArray | None
    mask: NDArray[np.bool_]
    columns: list[int]


def _grouped(Y: FloatArray, references: Sequence[ArrayLike | None]) -> list[_Group]:
    """Put together the columns that are correlated with the same reference over the same models."""
    groups: dict[tuple[bytes | None, bytes], _Group] = {}
    for b, given in enumerate(references):
        reference = None if given is None else np.asarray(given, dtype=np.float64)
        mask = ~np.isnan(Y[:, b])
        if reference is not None:
            mask &= ~np.isnan(reference)
        key = (None if reference is None else reference.tobytes(), mask.tobytes())
        groups.setdefault(key, _Group(reference, mask, [])).columns.append(b)
    return list(groups.values())


def _sorted(
    values: FloatArray, rows: NDArray[np.intp] | IntArray
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return some rows in the order of their values, and which of them end a group of ties."""
    order = rows[np.argsort(values[rows], kind="stable")]
    ordered = values[order]
    last = np.ones(order.size, dtype=np.bool_)
    last[:-1] = ordered[1:] != ordered[:-1]
    return order.astype(np.int32), last


def _joined(arrays: Sequence[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.empty(0, dtype), *arrays])


def _offsets(sizes: Sequence[int]) -> IntArray:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def _empty(problem: ResamplingProblem, n: int) -> Replicates:
    shape = (n, problem.positions.size)
    return Replicates(np.empty(shape), np.empty(shape, dtype=np.uint8))


def _in_order(problem: ResamplingProblem, grouped: Replicates) -> Replicates:
    """Return the replicates with the columns in the caller's order, read-only."""
    back = np.argsort(problem.positions)
    rho, status = grouped.rho[:, back], grouped.status[:, back]
    rho.flags.writeable = status.flags.writeable = False
    return Replicates(rho, status)


def _given(problem: ResamplingProblem, counts: NDArray[Any]) -> Replicates:
    """Compute the replicates of given resamples, the columns group by group."""
    replicates = _empty(problem, len(counts))
    if len(counts):
        ordered = np.ascontiguousarray(counts[:, problem.order], dtype=np.int32)
        _run(problem, 0, len(counts), ordered, np.zeros(problem.n_models, np.int32), 1, 0, replicates)
    return replicates


def _run(
    problem: ResamplingProblem,
    start: int,
    stop: int,
    given: NDArray[np.int32],
    unit: NDArray[np.int32],
    n_units: int,
    seed: int,
    into: Replicates,
) -> None:
    """Call the compiled kernel."""
    from confounded.stats.kernel import kernel

    kernel()(
        start,
        stop,
        given,
        unit,
        n_units,
        np.uint64(seed),
        problem.suite,
        problem.suite_order,
        problem.suite_last,
        problem.eigenvector,
        problem.column_members,
        problem.column_last,
        problem.column_offsets,
        problem.group_columns,
        problem.group_masks,
        problem.group_members,
        problem.group_last,
        problem.group_offsets,
        into.rho,
        into.status,
    )
