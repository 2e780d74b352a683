"""Many correlations over parts of the same models, each with what leaving out each family makes of it.

The capabilities score is one for the whole scope: it is refitted without each family, but not in each stratum. So all
strata are held against the same yardstick, and a sign cannot turn because another component was fitted.

Where there are very many families, small ones are left out together, the same ones as for the headline correlations
(`stats.grouping`): what is said of a family here then goes for such a group.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.errors import StatisticsError
from confounded.stats.component import first_component
from confounded.stats.grouping import jackknife_groups
from confounded.stats.intervals import Jackknife, family_jackknife
from confounded.stats.partial import partial_correlation
from confounded.stats.resampling import PIECE, prepare, replicate_counts, replicate_left_out
from confounded.stats.strata import GroupCorrelations, group_correlations
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.population import Population

__all__ = ["Batch", "Jackknifed", "families_of", "jackknifed_groups", "jackknifed_partial"]

FloatArray = NDArray[np.float64]
Families = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Jackknifed:
    """K correlations, and the same without each of F families.

    Parameters
    ----------
    rho : ndarray of shape (K,)
    left_out : ndarray of shape (F, K)
        NaN where degenerate.
    present : ndarray of shape (F, K)
        Whether the family has a model behind the correlation.
    """

    rho: FloatArray = field(repr=False)
    left_out: FloatArray = field(repr=False)
    present: NDArray[np.bool_] = field(repr=False)

    def of(self, place: int) -> Jackknife:
        """Return the jackknife of one correlation."""
        own = slice(place, place + 1)
        return family_jackknife(
            self.rho[own], self.left_out[:, own], np.isnan(self.left_out[:, own]), self.present[:, own]
        )


class Batch:
    """Correlations that are to be jackknifed together.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
        Refitted without each family, unless it is held fixed.
    seed : int
        Of the groups that small families are put in where there are very many.
    engine : Engine, optional
    """

    def __init__(
        self, population: Population, score: CapabilitiesScore, seed: int, engine: Engine = ALL_CORES
    ) -> None:
        self._score = score
        self._fixed = score.of_population(population)
        self._engine = engine
        self._columns: list[FloatArray] = []
        self._references: list[FloatArray | None] = []
        self.families = families_of(population)
        self._left_together = jackknife_groups(self.families, seed=seed)

    def add(self, values: FloatArray, reference: FloatArray | None = None) -> int:
        """Add the correlation of (M,) values with others, or with the capabilities score; return its place."""
        self._columns.append(values)
        self._references.append(reference)
        return len(self._columns) - 1

    def run(self) -> Jackknifed:
        """Compute all that were added."""
        n_families, n = int(self._left_together.max(initial=-1)) + 1, len(self._columns)
        rho, left_out = np.full(n, np.nan), np.full((n_families, n), np.nan)
        present = np.zeros((n_families, n), dtype=np.bool_)
        refitted = [
            k for k, one in enumerate(self._references) if one is None and self._score.columns is not None
        ]
        rest = [k for k in range(n) if k not in set(refitted)]
        everyone = np.arange(self.families.size)
        for places, suite, rows in (
            (refitted, self._score.columns, self._score.rows),
            (rest, None, everyone),
        ):
            if not places:
                continue
            columns = np.column_stack([self._columns[k] for k in places])[rows]
            references = [
                None if suite is not None else self._fixed if own is None else own
                for own in (self._references[k] for k in places)
            ]
            problem = prepare(suite, columns, references)
            own_families = self._left_together[rows]
            rho[places] = replicate_counts(problem, np.ones((1, rows.size))).rho[0]
            pieces = [np.arange(k, min(k + PIECE, n_families)) for k in range(0, n_families, PIECE)]
            parts = self._engine.map(partial(replicate_left_out, problem, own_families), pieces)
            left_out[:, places] = np.vstack([part.rho for part in parts])
            for k, column, reference in zip(places, columns.T, references, strict=True):
                there = ~np.isnan(column) if reference is None else ~np.isnan(column) & ~np.isnan(reference)
                present[:, k] = np.bincount(own_families[there], minlength=n_families) > 0
        return Jackknifed(rho, left_out, present)


def families_of(population: Population) -> Families:
    """Return the family of each model as a number from 0 up."""
    _, numbers = np.unique(np.asarray(population.matrix.families, dtype=str), return_inverse=True)
    return np.asarray(numbers, dtype=np.int64)


def jackknifed_partial(found: Jackknifed, xy: int, xz: int, yz: int) -> Jackknifed:
    """Return the partial correlation of x and y given z from three correlations over the same models."""
    return Jackknifed(
        np.atleast_1d(partial_correlation(found.rho[xy], found.rho[xz], found.rho[yz])),
        partial_correlation(found.left_out[:, xy], found.left_out[:, xz], found.left_out[:, yz])[:, None],
        found.present[:, [xy]],
    )


FAMILIES_A_PIECE: Final = 32


def jackknifed_groups(
    population: Population,
    score: CapabilitiesScore,
    pairs: Sequence[tuple[FloatArray, FloatArray | None]],
    groups: Sequence[object],
    seed: int,
    engine: Engine = ALL_CORES,
) -> list[tuple[GroupCorrelations, Jackknife, Jackknife]]:
    """Correlate within groups and between them, and again without each family.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    pairs : sequence of (values, reference)
        Each of shape (M,); a reference of None is the capabilities score.
    groups : sequence of M
        None where a model's group is not known; it is then left out.
    seed : int
        As of `Batch`.
    engine : Engine, optional

    Returns
    -------
    list of (GroupCorrelations, Jackknife, Jackknife)
        For each pair: the correlations, and the jackknives of that within and that between.
    """
    families = jackknife_groups(families_of(population), seed=seed)
    known = np.array([group is not None for group in groups], dtype=np.bool_)
    names = {group: k for k, group in enumerate(dict.fromkeys(groups))}
    group_of = np.array([names[group] for group in groups], dtype=np.intp)
    n_families = int(families.max(initial=-1)) + 1

    grouped = _Grouped(
        families=families,
        known=known,
        group_of=group_of,
        pairs=tuple(pairs),
        rows=score.rows,
        scores=score.scores,
        columns=score.columns,
        eigenvector=None if score.fit is None else score.fit.eigenvector,
    )
    whole = _correlated(grouped, np.ones(families.size, dtype=np.bool_))
    pieces = [
        range(start, min(start + FAMILIES_A_PIECE, n_families))
        for start in range(0, n_families, FAMILIES_A_PIECE)
    ]
    parts = engine.map(partial(_correlated_without_each, grouped), pieces)
    without = [one for part in parts for one in part]
    fixed = score.of_population(population)
    results = []
    for place, (values, reference) in enumerate(pairs):
        against = fixed if reference is None else reference
        there = known & ~(np.isnan(values) | np.isnan(against))
        several = np.isin(group_of, np.flatnonzero(np.bincount(group_of[there], minlength=len(names)) > 1))
        jackknives = []
        for part, counted in (("within", there & several), ("between", there)):
            present = np.bincount(families[counted], minlength=n_families) > 0
            left_out = np.array([[getattr(one[place], part)] for one in without])
            jackknives.append(
                family_jackknife(
                    [getattr(whole[place], part)], left_out, np.isnan(left_out), present[:, None]
                )
            )
        results.append((whole[place], jackknives[0], jackknives[1]))
    return results


@dataclass(frozen=True, slots=True)
class _Grouped:
    """The arrays behind correlations within and between groups."""

    families: Families
    known: NDArray[np.bool_]
    group_of: NDArray[np.intp]
    pairs: tuple[tuple[FloatArray, FloatArray | None], ...]
    rows: NDArray[np.intp]
    scores: FloatArray
    columns: FloatArray | None
    eigenvector: FloatArray | None


def _correlated_without_each(grouped: _Grouped, left: range) -> list[list[GroupCorrelations]]:
    """Correlate within and between groups without each of some families."""
    return [_correlated(grouped, grouped.families != family) for family in left]


def _correlated(grouped: _Grouped, kept: NDArray[np.bool_]) -> list[GroupCorrelations]:
    """Correlate within and between groups of some models."""
    fitted = _refitted(grouped, kept)
    found = []
    for values, reference in grouped.pairs:
        against = fitted if reference is None else reference
        rows = kept & grouped.known & ~np.isnan(values)
        found.append(group_correlations(against[rows], values[rows], grouped.group_of[rows].tolist()))
    return found


def _refitted(grouped: _Grouped, kept: NDArray[np.bool_]) -> FloatArray:
    """Return the (M,) capabilities scores without some models, NaN where they cannot be had."""
    scores = np.full(grouped.families.size, np.nan)
    rows = grouped.rows
    own = kept[rows]
    if grouped.columns is None or grouped.eigenvector is None:
        scores[rows[own]] = grouped.scores[own]
        return scores
    with contextlib.suppress(StatisticsError):
        scores[rows[own]] = first_component(grouped.columns[own], reference=grouped.eigenvector).scores
    return scores
