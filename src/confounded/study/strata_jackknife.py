"""Many correlations over parts of the same models, each with what leaving out each family makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.completed import completed_correlations
from confounded.stats.component import first_component
from confounded.stats.imputation_variance import imputation_variance, with_imputations
from confounded.stats.imputed_replicates import Replicates
from confounded.stats.intervals import Jackknife, family_jackknife
from confounded.stats.partial import partial_correlation
from confounded.stats.pooling import linear_jackknife
from confounded.stats.resampling import PIECE, prepare, replicate_counts, replicate_left_out
from confounded.stats.strata import GroupCorrelations, group_correlations
from confounded.study.yardstick import Yardstick, imputed_jackknife

__all__ = ["Batch", "Jackknifed", "jackknifed_groups", "jackknifed_partial"]

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
    drawn : ndarray of shape (P, M, K), optional
        Of an imputed suite: the correlations in every replicate and imputation, of which the others are made.
    replicates : Replicates, optional
        Those in which it is imputed.
    is_anew : ndarray of shape (K,), optional
        Which correlations are with its score; in the others nothing is imputed.
    """

    rho: FloatArray = field(repr=False)
    left_out: FloatArray = field(repr=False)
    present: NDArray[np.bool_] = field(repr=False)
    drawn: FloatArray | None = field(default=None, repr=False)
    replicates: Replicates | None = field(default=None, repr=False)
    is_anew: NDArray[np.bool_] | None = field(default=None, repr=False)

    def of(self, place: int, *, is_headline: bool = False) -> Jackknife:
        """Return the jackknife of one correlation; that over all models has the interval of the headline."""
        own = slice(place, place + 1)
        if (
            self.replicates is not None
            and self.drawn is not None
            and self.is_anew is not None
            and self.is_anew[place]
        ):
            drawn, present = self.drawn[:, :, own], self.present[:, own]
            return imputed_jackknife(drawn, self.replicates, present, by_lack=not is_headline)[1]
        return family_jackknife(
            self.rho[own], self.left_out[:, own], np.isnan(self.left_out[:, own]), self.present[:, own]
        )

    def difference(self, first: int, second: int) -> Jackknife:
        """Return the jackknife of the difference of the Fisher z of two correlations."""
        own, weights = [first, second], np.array([[1.0, -1.0]])
        left_out = self.left_out[:, own]
        found = linear_jackknife(self.rho[own], left_out, np.isnan(left_out), weights, self.present[:, own])
        if (
            self.replicates is None
            or self.drawn is None
            or self.is_anew is None
            or not self.is_anew[own].all()
        ):
            return found
        imputations = self.replicates.together(self.drawn[:, :, own], by_lack=True).imputations
        return with_imputations(found, imputation_variance(imputations, weights))


class Batch:
    """Correlations that are to be jackknifed together.

    Parameters
    ----------
    yardstick : Yardstick
        The capabilities score of the scope.
    """

    def __init__(self, yardstick: Yardstick) -> None:
        self._yardstick = yardstick
        self._columns: list[FloatArray] = []
        self._references: list[FloatArray | None] = []
        self._beside: list[str] = []

    def add(self, values: FloatArray, reference: FloatArray | None, beside: str) -> int:
        """Add the correlation of (M,) values with others, or with the capabilities score; return its place.

        `beside` is the benchmark in question, which is in the imputation model beside a suite that has holes.
        """
        self._columns.append(values)
        self._references.append(reference)
        self._beside.append(beside)
        return len(self._columns) - 1

    def run(self) -> Jackknifed:
        """Compute all that were added."""
        yardstick = self._yardstick
        n_families, n = yardstick.n_units, len(self._columns)
        rho, left_out = np.full(n, np.nan), np.full((n_families, n), np.nan)
        present = np.zeros((n_families, n), dtype=np.bool_)
        score = yardstick.score
        fixed = score.of_population(yardstick.population)
        refitted = [k for k, one in enumerate(self._references) if one is None and score.columns is not None]
        rest = [k for k in range(n) if k not in set(refitted)]
        everyone = np.arange(yardstick.families.size)
        for places, suite, rows in (
            (refitted, score.columns, score.rows),
            (rest, None, everyone),
        ):
            if not places:
                continue
            columns = np.column_stack([self._columns[k] for k in places])[rows]
            references = [
                None if suite is not None else fixed if own is None else own
                for own in (self._references[k] for k in places)
            ]
            own_families = yardstick.left_together[rows]
            for k, column, reference in zip(places, columns.T, references, strict=True):
                there = ~np.isnan(column) if reference is None else ~np.isnan(column) & ~np.isnan(reference)
                present[:, k] = np.bincount(own_families[there], minlength=n_families) > 0
            if suite is not None and yardstick.is_imputed:
                continue
            problem = prepare(suite, columns, references)
            rho[places] = replicate_counts(problem, np.ones((1, rows.size))).rho[0]
            pieces = [np.arange(k, min(k + PIECE, n_families)) for k in range(0, n_families, PIECE)]
            parts = yardstick.engine.map(partial(replicate_left_out, problem, own_families), pieces)
            left_out[:, places] = np.vstack([part.rho for part in parts])
        if not yardstick.is_imputed:
            return Jackknifed(rho, left_out, present)
        return self._imputed(rho, left_out, present, refitted)

    def _imputed(
        self, rho: FloatArray, left_out: FloatArray, present: NDArray[np.bool_], refitted: Sequence[int]
    ) -> Jackknifed:
        """Put in what is correlated with the score of an imputed suite; of the rest nothing is imputed."""
        yardstick = self._yardstick
        replicates = yardstick.replicates
        hidden = np.repeat(rho[None], replicates.n_hidings, axis=0)
        plain = np.vstack([rho[None], left_out, hidden])
        drawn = np.repeat(plain[:, None, :], replicates.noise.n_imputations, axis=1)
        for benchmark in dict.fromkeys(self._beside[k] for k in refitted):
            places = [k for k in refitted if self._beside[k] == benchmark]
            columns = np.column_stack([self._columns[k] for k in places])
            work = partial(_columns_with_scores, columns)
            drawn[:, :, places] = yardstick.engine.map(work, list(yardstick.imputed(benchmark)))
        found = replicates.together(drawn)
        is_anew = np.isin(np.arange(rho.size), refitted)
        return Jackknifed(found.rho, found.left_out, present, drawn, replicates, is_anew)


def _columns_with_scores(columns: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the (M, K) correlations of columns with M sets of scores of a replicate."""
    scored = ~np.isnan(scores).any(axis=0)
    return np.column_stack(
        [completed_correlations(scores[:, scored], column[scored]) for column in columns.T]
    )


def jackknifed_partial(found: Jackknifed, xy: int, xz: int, yz: int) -> Jackknifed:
    """Return the partial correlation of x and y given z from three correlations over the same models."""
    present = found.present[:, [xy]]
    if found.drawn is not None and found.replicates is not None:
        drawn = partial_correlation(*(found.drawn[:, :, [place]] for place in (xy, xz, yz)))
        combined = found.replicates.together(drawn)
        is_anew = None if found.is_anew is None else found.is_anew[[xy]]
        return Jackknifed(combined.rho, combined.left_out, present, drawn, found.replicates, is_anew)
    return Jackknifed(
        np.atleast_1d(partial_correlation(found.rho[xy], found.rho[xz], found.rho[yz])),
        partial_correlation(found.left_out[:, xy], found.left_out[:, xz], found.left_out[:, yz])[:, None],
        present,
    )


FAMILIES_A_PIECE: Final = 32
PARTS: Final = ("within", "between")


def jackknifed_groups(
    yardstick: Yardstick,
    references: Sequence[tuple[str, FloatArray | None]],
    groups: Sequence[object],
) -> list[tuple[GroupCorrelations, Jackknife, Jackknife]]:
    """Correlate within groups and between them, and again without each family.

    Parameters
    ----------
    yardstick : Yardstick
    references : sequence of (benchmark, reference)
        References of shape (M,); None is the capabilities score.
    groups : sequence of M
        None where a model's group is not known; it is then left out.

    Returns
    -------
    list of (GroupCorrelations, Jackknife, Jackknife)
        For each benchmark: the correlations, and the jackknives of that within and that between.
    """
    families, score, population = yardstick.left_together, yardstick.score, yardstick.population
    known = np.array([group is not None for group in groups], dtype=np.bool_)
    names = {group: k for k, group in enumerate(dict.fromkeys(groups))}
    group_of = np.array([names[group] for group in groups], dtype=np.intp)
    n_families = yardstick.n_units
    pairs = tuple((population.matrix.column(name), reference) for name, reference in references)
    grouped = _Grouped(
        families=families,
        known=known,
        group_of=group_of,
        pairs=pairs,
        rows=score.rows,
        scores=score.scores,
        columns=score.columns,
        eigenvector=None if score.fit is None else score.fit.eigenvector,
    )
    is_anew = [yardstick.is_imputed and reference is None for _, reference in pairs]
    whole = _correlated(grouped, np.ones(families.size, dtype=np.bool_))
    pieces = [
        range(start, min(start + FAMILIES_A_PIECE, n_families))
        for start in range(0, n_families, FAMILIES_A_PIECE)
    ]
    parts = [] if all(is_anew) else yardstick.engine.map(partial(_correlated_without_each, grouped), pieces)
    without = [one for part in parts for one in part]
    fixed = score.of_population(population)
    results = []
    for place, (values, reference) in enumerate(pairs):
        against = fixed if reference is None else reference
        there = known & ~(np.isnan(values) | np.isnan(against))
        several = np.isin(group_of, np.flatnonzero(np.bincount(group_of[there], minlength=len(names)) > 1))
        present = np.column_stack(
            [np.bincount(families[counted], minlength=n_families) > 0 for counted in (there & several, there)]
        )
        if is_anew[place]:
            results.append(_groups_imputed(yardstick, references[place][0], whole[place], grouped, present))
            continue
        jackknives = []
        for k, part in enumerate(PARTS):
            left_out = np.array([[getattr(one[place], part)] for one in without])
            jackknives.append(
                family_jackknife([getattr(whole[place], part)], left_out, np.isnan(left_out), present[:, [k]])
            )
        results.append((whole[place], jackknives[0], jackknives[1]))
    return results


def _groups_imputed(
    yardstick: Yardstick,
    benchmark: str,
    counted: GroupCorrelations,
    grouped: _Grouped,
    present: NDArray[np.bool_],
) -> tuple[GroupCorrelations, Jackknife, Jackknife]:
    """Correlate a benchmark within and between groups with the score of an imputed suite."""
    values = np.where(grouped.known, yardstick.population.matrix.column(benchmark), np.nan)
    work = partial(_groups_with_scores, values, grouped.group_of)
    drawn = np.array(yardstick.engine.map(work, list(yardstick.imputed(benchmark))))
    (within, between), _ = imputed_jackknife(drawn, yardstick.replicates, present)
    jackknives = [
        imputed_jackknife(drawn[:, :, [k]], yardstick.replicates, present[:, [k]])[1] for k in range(2)
    ]
    return replace(counted, within=float(within), between=float(between)), jackknives[0], jackknives[1]


def _groups_with_scores(values: FloatArray, group_of: NDArray[np.intp], scores: FloatArray) -> FloatArray:
    """Return the (M, 2) correlations within and between groups, with M sets of scores of a replicate."""
    rows = ~(np.isnan(values) | np.isnan(scores).any(axis=0))
    groups = group_of[rows].tolist()
    each = [group_correlations(one, values[rows], groups) for one in scores[:, rows]]
    return np.array([[one.within, one.between] for one in each])


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
