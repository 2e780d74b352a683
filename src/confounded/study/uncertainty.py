"""How sure each correlation is: the default interval, and others beside it for comparison.

The default is the family jackknife with Student's t on Fisher's z. It never falls back on an interval that takes
models to be independent: where it cannot be had, none is given, and the reason is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.stats.grouping import MOST_GROUPS, jackknife_groups
from confounded.stats.imputation_variance import Imputations
from confounded.stats.intervals import (
    FEWEST_FAMILIES,
    Intervals,
    Jackknife,
    bonett_wright_intervals,
    effective_families,
    family_jackknife,
    jackknife_intervals,
    percentile_intervals,
)
from confounded.stats.resampling import (
    PIECE,
    Replicates,
    ResamplingProblem,
    prepare,
    replicate_bootstrap,
    replicate_counts,
    replicate_left_out,
)
from confounded.study.result import Interval
from confounded.study.settings import Settings

__all__ = [
    "DEFAULT_METHOD",
    "EFFECTIVE_METHOD",
    "KIN_METHOD",
    "Progress",
    "Resampled",
    "Target",
    "family_groups",
    "named_intervals",
    "resample",
]

DEFAULT_METHOD = "family jackknife t"
EFFECTIVE_METHOD = "family jackknife t, effective families"
KIN_METHOD = "family jackknife t, likely kin together"
CASE_METHOD = "case bootstrap percentile"
FAMILY_METHOD = "family bootstrap percentile"
BONETT_WRIGHT_METHOD = "Bonett-Wright"

MOST_FAMILIES_IN_PAIRS = 60
"""Families up to which a study is done again without each: it takes a replicate for every pair of them."""

LARGEST_FAMILIES = 10
"""With more families than that, only without the largest ones: no small one can turn a verdict of so many."""

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many pieces of it are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Target:
    """A correlation to be resampled: a column of (M,) scores, and what it is correlated with (None: the score)."""

    values: FloatArray = field(repr=False)
    reference: FloatArray | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Resampled:
    """What resampling says of B correlations.

    Parameters
    ----------
    rho : ndarray of shape (B,)
        The correlations of the full sample.
    jackknife : Jackknife
        Leaving out each family once.
    left_out : ndarray of shape (F, B)
        The correlations without each family, NaN where degenerate.
    degenerate, present : ndarray of shape (F, B)
        Which of these are degenerate; which families stand behind which correlation.
    units : ndarray of shape (M,)
        The family of each model, from 0 to F - 1.
    families : tuple of F str
        Which family each row leaves out. Where there are too many, some are left out together (`family_groups`), and
        such a group counts as a family here.
    effective : ndarray of shape (B,)
        The effective numbers of families.
    redone : tuple of R int
        The rows of the families without which the whole study is done again.
    pair_rho, pair_degenerate : ndarray of shape (R, F, B)
        The correlations without one of these and another family, and which are degenerate.
    intervals : tuple of B lists of Interval
        The default interval first.
    imputations : Imputations or None
        What imputation makes of them, where the suite has holes: its variance is in `jackknife` already, but not in
        what is made of `left_out` anew.
    """

    rho: FloatArray = field(repr=False)
    jackknife: Jackknife = field(repr=False)
    left_out: FloatArray = field(repr=False)
    degenerate: NDArray[np.bool_] = field(repr=False)
    present: NDArray[np.bool_] = field(repr=False)
    units: NDArray[np.intp] = field(repr=False)
    families: tuple[str, ...]
    effective: FloatArray = field(repr=False)
    redone: tuple[int, ...]
    pair_rho: FloatArray = field(repr=False)
    pair_degenerate: NDArray[np.bool_] = field(repr=False)
    intervals: tuple[list[Interval], ...] = field(repr=False)
    imputations: Imputations | None = field(default=None, repr=False)


def resample(
    suite: FloatArray | None,
    targets: Sequence[Target],
    families: Sequence[str],
    settings: Settings,
    *,
    groups: Mapping[str, str] | None = None,
    kin: Sequence[str] | None = None,
    bootstrap: bool = True,
    engine: Engine = ALL_CORES,
    progress: Callable[[int, int], None] | None = None,
) -> Resampled:
    """Resample some correlations over the same models.

    Parameters
    ----------
    suite : ndarray of shape (M, C) or None
        The scores on the capability benchmarks; None where no target is correlated with the score.
    targets : sequence of B Target
    families : sequence of M str
    settings : Settings
        Level, number of resamples, seed.
    groups : mapping of str to str, optional
        What each family is left out with by the jackknife (`family_groups`); by default each alone.
    kin : sequence of M str, optional
        Their families with those of unknown family among their likely kin, for an interval beside the others.
    bootstrap : bool
        Whether to bootstrap too, for comparison, and to do the study again without each family.
    engine : Engine, optional
    progress : callable, optional

    Returns
    -------
    Resampled
    """
    columns = np.column_stack([target.values for target in targets])
    problem = prepare(suite, columns, [target.reference for target in targets])
    _, family_of = np.unique(np.asarray(families, dtype=object).astype(str), return_inverse=True)
    left_together = [groups.get(family, family) for family in families] if groups else list(families)
    names, unit_of = np.unique(np.asarray(left_together, dtype=object).astype(str), return_inverse=True)
    present = _present(targets, unit_of, names.size)
    whole = replicate_counts(problem, np.ones((1, problem.n_models)))
    left_out = _left_out(problem, unit_of, np.arange(names.size)[:, None], engine)
    # A correlation that only stands beside a headline needs neither bootstrap nor studies without each family.
    redone = _families_to_redo(unit_of) if bootstrap else ()
    pairs = [(family, other) for family in redone for other in range(names.size)]
    without_pairs = _left_out(problem, unit_of, np.array(pairs, dtype=np.int64).reshape(-1, 2), engine)
    jackknife = family_jackknife(whole.rho[0], left_out.rho, left_out.status > 0, present)
    effective = np.array([_effective(target, family_of) for target in targets])
    found = [
        named_intervals(
            DEFAULT_METHOD,
            jackknife_intervals(jackknife, settings.level),
            degrees_of_freedom=np.asarray(jackknife.n_families - 1, dtype=np.float64),
            n_replicates=jackknife.n_families,
            n_degenerate=(present & (left_out.status > 0)).sum(axis=0),
        ),
        named_intervals(
            EFFECTIVE_METHOD,
            jackknife_intervals(jackknife, settings.level, effective - 1.0),
            degrees_of_freedom=effective - 1.0,
        ),
    ]
    if kin is not None:
        found.append(_with_kin_together(problem, targets, whole.rho[0], kin, settings, engine))
    if bootstrap and settings.resamples:
        found += _bootstraps(problem, family_of, settings, engine, progress)
    n_models = np.array([_both(target).sum() for target in targets])
    found.append(
        named_intervals(BONETT_WRIGHT_METHOD, bonett_wright_intervals(whole.rho[0], n_models, settings.level))
    )
    return Resampled(
        rho=whole.rho[0],
        jackknife=jackknife,
        left_out=left_out.rho,
        degenerate=left_out.status > 0,
        present=present,
        units=unit_of,
        families=tuple(map(str, names)),
        effective=effective,
        redone=redone,
        pair_rho=without_pairs.rho.reshape(len(redone), names.size, len(targets)),
        pair_degenerate=without_pairs.status.reshape(len(redone), names.size, len(targets)) > 0,
        intervals=tuple([method[b] for method in found] for b in range(len(targets))),
    )


def _with_kin_together(
    problem: ResamplingProblem,
    targets: Sequence[Target],
    rho: FloatArray,
    kin: Sequence[str],
    settings: Settings,
    engine: Engine,
) -> list[Interval]:
    """Return the intervals of the jackknife that leaves likely kin out together."""
    groups = family_groups(kin, settings.seed)
    names, unit_of = np.unique(np.asarray([groups[one] for one in kin], dtype=object), return_inverse=True)
    present = _present(targets, unit_of, names.size)
    left_out = _left_out(problem, unit_of, np.arange(names.size)[:, None], engine)
    jackknife = family_jackknife(rho, left_out.rho, left_out.status > 0, present)
    return named_intervals(
        KIN_METHOD,
        jackknife_intervals(jackknife, settings.level),
        degrees_of_freedom=np.asarray(jackknife.n_families - 1, dtype=np.float64),
        n_replicates=jackknife.n_families,
        n_degenerate=(present & (left_out.status > 0)).sum(axis=0),
    )


def _left_out(
    problem: ResamplingProblem,
    unit_of: NDArray[np.intp],
    left_out: NDArray[np.int64],
    engine: Engine,
) -> Replicates:
    """Compute the replicates that leave out some units, a number of them at a time."""
    pieces = [left_out[start : start + PIECE] for start in range(0, max(len(left_out), 1), PIECE)]
    parts = engine.map(partial(replicate_left_out, problem, unit_of), pieces)
    return Replicates(
        np.concatenate([part.rho for part in parts]), np.concatenate([part.status for part in parts])
    )


def family_groups(families: Sequence[str], seed: int, most: int = MOST_GROUPS) -> dict[str, str]:
    """Return with which others each family of a population is left out by the jackknife.

    Parameters
    ----------
    families : sequence of M str
        The family of each model of the population.
    seed : int
    most : int, optional
        Groups that there may be.

    Returns
    -------
    dict of str to str
        The name of each family's group: its own where it is alone in it, which all are unless there are more than
        `most` of them.
    """
    names, family_of = np.unique(np.asarray(families, dtype=object).astype(str), return_inverse=True)
    group_of = np.zeros(names.size, dtype=np.int64)
    group_of[family_of] = jackknife_groups(family_of, most, seed)
    members: dict[int, list[str]] = {}
    for name, group in zip(names, group_of.tolist(), strict=True):
        members.setdefault(group, []).append(str(name))
    called = {
        group: own[0] if len(own) == 1 else f"{own[0]} and {len(own) - 1} other small families"
        for group, own in members.items()
    }
    return {name: called[group] for group, own in members.items() for name in own}


def _families_to_redo(family_of: NDArray[np.intp]) -> tuple[int, ...]:
    """Return the families without which the study is done again: all, or the largest where there are very many."""
    sizes = np.bincount(family_of)
    if sizes.size <= FEWEST_FAMILIES:
        return ()
    if sizes.size <= MOST_FAMILIES_IN_PAIRS:
        return tuple(range(sizes.size))
    return tuple(sorted(np.argsort(-sizes, kind="stable")[:LARGEST_FAMILIES].tolist()))


def _bootstraps(
    problem: ResamplingProblem,
    family_of: NDArray[np.intp],
    settings: Settings,
    engine: Engine,
    progress: Callable[[int, int], None] | None,
) -> list[list[Interval]]:
    """Return the percentile intervals of the case and of the family bootstrap."""
    schemes = {CASE_METHOD: np.arange(problem.n_models), FAMILY_METHOD: family_of}
    starts = range(0, settings.resamples, PIECE)
    pieces = [
        (method, start, min(start + PIECE, settings.resamples)) for method in schemes for start in starts
    ]
    parts = engine.map(partial(_replicated, problem, schemes, settings.seed), pieces, progress=progress)
    found = []
    for number, method in enumerate(schemes):
        own = parts[number * len(starts) : (number + 1) * len(starts)]
        replicates = Replicates(
            np.concatenate([part.rho for part in own]), np.concatenate([part.status for part in own])
        )
        found.append(
            named_intervals(
                method,
                percentile_intervals(replicates.rho, settings.level),
                n_replicates=np.full(problem.positions.size, settings.resamples),
                n_degenerate=replicates.degenerate(),
            )
        )
    return found


def _replicated(
    problem: ResamplingProblem,
    schemes: Mapping[str, NDArray[np.intp]],
    seed: int,
    piece: tuple[str, int, int],
) -> Replicates:
    """Compute some of the replicates of one scheme."""
    method, start, stop = piece
    return replicate_bootstrap(problem, schemes[method], start, stop, seed)


def named_intervals(
    method: str,
    intervals: Intervals,
    *,
    degrees_of_freedom: FloatArray | None = None,
    n_replicates: NDArray[np.int64] | None = None,
    n_degenerate: NDArray[np.int64] | None = None,
) -> list[Interval]:
    """Return arrays of limits as records, one a correlation.

    Parameters
    ----------
    method : str
    intervals : Intervals
        Of B correlations.
    degrees_of_freedom, n_replicates, n_degenerate : ndarray of shape (B,), optional

    Returns
    -------
    list of B Interval
    """

    def limit(value: float) -> float | None:
        return None if math.isnan(value) else float(value)

    return [
        Interval(
            method=method,
            level=intervals.level,
            low=limit(intervals.low[b]),
            high=limit(intervals.high[b]),
            degrees_of_freedom=None if degrees_of_freedom is None else float(degrees_of_freedom[b]),
            n_replicates=None if n_replicates is None else int(n_replicates[b]),
            n_degenerate=None if n_degenerate is None else int(n_degenerate[b]),
            reason=intervals.reasons[b],
        )
        for b in range(intervals.low.size)
    ]


def _both(target: Target) -> NDArray[np.bool_]:
    """Return which models have both sides of a correlation."""
    known = ~np.isnan(target.values)
    return known if target.reference is None else known & ~np.isnan(target.reference)


def _present(targets: Sequence[Target], family_of: NDArray[np.intp], n_families: int) -> NDArray[np.bool_]:
    """Return the (F, B) table of which families stand behind which correlation."""
    return np.column_stack(
        [np.bincount(family_of[_both(target)], minlength=n_families) > 0 for target in targets]
    )


def _effective(target: Target, family_of: NDArray[np.intp]) -> float:
    return effective_families(np.bincount(family_of[_both(target)]))
