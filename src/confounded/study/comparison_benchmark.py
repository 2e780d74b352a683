"""One safety benchmark of a comparison: each model that became another, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.errors import ContentError
from confounded.stats.differential import DifferentialProgress, Pairs, differential_progress
from confounded.stats.frozen_line import FrozenLine, Refits, Slope, frozen_line
from confounded.stats.intervals import FEWEST_FAMILIES_FOR_VERDICT
from confounded.study.comparison_reference import FrozenReference
from confounded.study.comparison_result import (
    Answer,
    BenchmarkComparison,
    ComparisonSettings,
    Difference,
    ModelComparison,
    OtherSlope,
    ReferenceLine,
)
from confounded.study.comparison_words import answer_sentence
from confounded.study.known import number
from confounded.study.measurement import KR21, Errors, error_variances
from confounded.study.pairing import Pair
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts

__all__ = ["Measured", "compare_on", "rows_of"]

FloatArray = NDArray[np.float64]

NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Measured:
    """The compared rows, before and after.

    Parameters
    ----------
    sides : (Population, Population)
        Scores turned so that higher is better or safer.
    suite_variance : ndarray of shape (P, C)
        Error variances of the changes on the suite, pair by pair; NaN where not known.
    facts : mapping of str to BenchmarkFacts
    """

    sides: tuple[Population, Population] = field(repr=False)
    suite_variance: FloatArray = field(repr=False)
    facts: Mapping[str, BenchmarkFacts] = field(repr=False)


def rows_of(population: Population, values: FloatArray, models: Sequence[str]) -> FloatArray:
    """Return the values of some models of a population, in their order."""
    place = {name: row for row, name in enumerate(population.matrix.models)}
    return np.asarray(values[[place[name] for name in models]])


def compare_on(
    name: str,
    suite: Sequence[str],
    pairs: Sequence[Pair],
    measured: Measured,
    frozen: FrozenReference,
    refits: Refits,
    settings: ComparisonSettings,
) -> tuple[BenchmarkComparison, FrozenLine]:
    """Compare the models on one safety benchmark.

    Parameters
    ----------
    name : str
    suite : sequence of str
    pairs : sequence of Pair
    measured : Measured
    frozen : FrozenReference
    refits : Refits
        Of the suite of the reference.
    settings : ComparisonSettings

    Raises
    ------
    ContentError
        If no model can be compared on it.
    """
    siblings = np.array([pair.siblings for pair in pairs], dtype=np.bool_)
    kind: Slope = settings.slope or ("within" if siblings.all() else "pooled")
    other: Slope = "pooled" if kind == "within" else "within"
    column = frozen.models.matrix.column(name)
    line, beside = (frozen_line(refits, column, one) for one in (kind, other))
    safety, suites = (
        [
            rows_of(side, side.matrix.columns(columns), [getattr(pair, when) for pair in pairs])
            for side, when in zip(measured.sides, ("before", "after"), strict=True)
        ]
        for columns in ([name], list(suite))
    )
    safety = [column[:, 0] for column in safety]
    scores = [line.score(one) for one in suites]
    refused = _refusals(safety, suites, scores, [*suite, name], _range(line, frozen, name))
    usable = np.array([one is None for one in refused])
    if not usable.any():
        raise ContentError(
            f"a model that can be compared on {name}",
            found="; ".join(
                f"{pair.after}: {why}" for pair, why in list(zip(pairs, refused, strict=True))[:3]
            ),
            remedy="Fill the missing scores, or give a --reference with models as capable as these.",
        )
    own = [error_variances(side, name, measured.facts[name]) for side in measured.sides]
    groups = _groups(pairs, settings.unknown_families_apart)
    compared = Pairs(
        suite_before=np.where(usable[:, None], suites[0], np.nan),
        suite_after=suites[1],
        safety_before=safety[0],
        safety_after=safety[1],
        suite_variance=measured.suite_variance,
        safety_variance=rows_of(measured.sides[0], own[0].variance, [pair.before for pair in pairs])
        + rows_of(measured.sides[1], own[1].variance, [pair.after for pair in pairs]),
        siblings=siblings,
        groups=groups,
        rows=_linked([{("before", pair.before), ("after", pair.after)} for pair in pairs]),
    )
    progress, second = (
        differential_progress(
            one,
            compared,
            suite_variance=np.column_stack(
                [error_variances(frozen.models, column, frozen.facts[column]).variance for column in suite]
            ),
            safety_variance=error_variances(frozen.models, name, frozen.facts[name]).variance,
            level=settings.level,
        )
        for one in (line, beside)
    )
    fact = frozen.facts[name]
    found = [_difference(progress, line, place) if usable[place] else None for place in range(len(pairs))]
    records = [
        ModelComparison(
            before=pair.before,
            after=pair.after,
            family_before=pair.family_before,
            family_after=pair.family_after,
            siblings=pair.siblings,
            safety_before=number(safety[0][place]),
            safety_after=number(safety[1][place]),
            score_before=number(scores[0][place]),
            score_after=number(scores[1][place]),
            found=found[place],
            refused=refused[place],
            cautions=_cautions(found[place], float(safety[0][place]), pair, line, fact),
        )
        for place, pair in enumerate(pairs)
    ]
    pooled = _difference(progress, line, -1) if usable.sum() > 1 else None
    n_groups = int(np.unique(groups[usable]).size)
    headline = pooled or next(one for one in found if one is not None)
    n_known = int((~np.isnan(measured.suite_variance[usable])).all(axis=0).sum())
    return BenchmarkComparison(
        benchmark=name,
        name=fact.name,
        metric=fact.metric,
        unit=fact.unit,
        direction=fact.direction,
        safety_errors=_known_errors(name, own, measured.sides, measured.facts),
        score_errors=f"known of {n_known} of {len(suite)} benchmarks of the suite",
        sentence=answer_sentence(fact, headline, records, n_groups),
        line=_line_record(line, kind),
        models=records,
        n_compared=int(usable.sum()),
        n_groups=n_groups,
        pooled=pooled,
        other_slope=OtherSlope(
            kind=other,
            slope=number(beside.slope),
            slope_error=number(beside.slope_error),
            found=None if beside.reason else _difference(second, beside, -1),
            reason=beside.reason,
        ),
    ), line


def _groups(pairs: Sequence[Pair], apart: bool) -> NDArray[np.int64]:
    """Return a number for each pair, the same for those that share a family, be it before or after."""
    unknown = [(str(place) if apart else "", "not known") for place in range(len(pairs))]
    return _linked(
        [
            {(one, "family") for one in (pair.family_before, pair.family_after) if one is not None}
            or {nothing}
            for pair, nothing in zip(pairs, unknown, strict=True)
        ]
    )


def _linked(keys: Sequence[set[tuple[str, str]]]) -> NDArray[np.int64]:
    """Return a number for each set of keys, the same for those that share one, be it by way of others."""
    number_of: dict[tuple[str, str], int] = {}
    groups = list(range(len(keys)))
    for place, own in enumerate(keys):
        for key in own:
            old, new = number_of.setdefault(key, groups[place]), groups[place]
            groups = [old if group == new else group for group in groups]
            number_of = {one: old if group == new else group for one, group in number_of.items()}
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _range(line: FrozenLine, frozen: FrozenReference, name: str) -> tuple[float, float]:
    """Return the least and greatest score of the models that the line is fitted to."""
    scores = line.scores[~np.isnan(frozen.models.matrix.column(name))]
    return (float(scores.min()), float(scores.max())) if scores.size else (np.nan, np.nan)


def _refusals(
    safety: Sequence[FloatArray],
    suites: Sequence[FloatArray],
    scores: Sequence[FloatArray],
    names: Sequence[str],
    bounds: tuple[float, float],
) -> list[str | None]:
    """Return for each pair why it is not compared: a missing score, or a line that would have to be extended."""
    low, high = bounds
    told = []
    for place in range(len(scores[0])):
        reason = None
        for when, side in (("before", 0), ("after", 1)):
            own = [*suites[side][place], safety[side][place]]
            missing = [name for name, value in zip(names, own, strict=True) if np.isnan(value)]
            score = float(scores[side][place])
            if missing:
                reason = reason or f"no score {when} on {', '.join(missing)}"
            elif not low <= score <= high:
                beyond, end, bound = (
                    (score - high, "above the highest", high)
                    if score > high
                    else (low - score, "below the lowest", low)
                )
                reason = reason or (
                    f"its capabilities score {when}, {score:.2f}, lies {beyond:.2f} {end} of the reference, "
                    f"{bound:.2f}, and the line is not known there"
                )
        told.append(reason)
    return told


def _difference(progress: DifferentialProgress, line: FrozenLine, place: int) -> Difference:
    """Return one entry of the arrays, with its answer."""
    low, high = number(progress.low[place]), number(progress.high[place])
    reason = line.reason
    if reason is None and low is None:
        reason = "safety does not scatter about the line of the reference at all"
    if reason is None and line.n_families < FEWEST_FAMILIES_FOR_VERDICT:
        reason = (
            f"the reference has {line.n_families} families, and no answer is taken from fewer than "
            f"{FEWEST_FAMILIES_FOR_VERDICT}"
        )
    answer: Answer = "cannot tell"
    if reason is None and low is not None and high is not None:
        answer = "more" if low > 0 else "less" if high < 0 else "cannot tell"
    return Difference(
        answer=answer,
        change=float(progress.change[place]),
        score_change=float(progress.score_change[place]),
        predicted=float(progress.predicted[place]),
        difference=float(progress.difference[place]),
        low=low,
        high=high,
        p=number(progress.p[place]),
        df=number(progress.df[place]),
        standard_error=float(progress.standard_error[place]),
        prediction_variance=float(progress.prediction_variance[place]),
        scatter_variance=float(progress.scatter_variance[place]),
        error_variance=float(progress.error_variance[place]),
        reason=reason,
    )


def _cautions(
    found: Difference | None, safety: float, pair: Pair, line: FrozenLine, fact: BenchmarkFacts
) -> list[str]:
    """Return what makes a comparison less sure than its interval says."""
    if found is None:
        return []
    told = []
    if pair.siblings and abs(found.score_change) > line.largest_sibling_change:
        told.append(
            f"its capabilities score moved by {abs(found.score_change):.2f}, and no two siblings of the reference "
            f"differ by more than {line.largest_sibling_change:.2f}"
        )
    # Turned round where lower is safer, so is the range.
    floor, ceiling = (
        (fact.floor, fact.ceiling)
        if fact.direction == "higher"
        else tuple(None if end is None else -end for end in (fact.ceiling, fact.floor))
    )
    if ceiling is not None and safety + found.predicted > ceiling:
        told.append(
            "what is predicted of it lies beyond the best possible score: it could not become that safe"
        )
    if floor is not None and safety + found.predicted < floor:
        told.append(
            "what is predicted of it lies beyond the worst possible score: it could not become that unsafe"
        )
    return told


def _known_errors(
    name: str, errors: Sequence[Errors], sides: Sequence[Population], facts: Mapping[str, BenchmarkFacts]
) -> str:
    """Return what is known of the errors of the safety scores before and after, in words."""
    told = []
    for one, side in zip(errors, sides, strict=True):
        given = side.matrix.n_items[:, side.matrix.benchmarks.index(name)]
        if one.method == KR21 and np.isnan(given).all():
            told.append(f"counts of items ({facts[name].n_items:,}, as is known of the benchmark)")
        else:
            told.append({KR21: "counts of items", None: NOTHING}.get(one.method, one.method or NOTHING))
    told = list(dict.fromkeys(told))
    if told == [NOTHING]:
        return "not known; those of the reference's scores, which its scatter holds, stand for them"
    if NOTHING in told:
        return "not known on both sides; those of the reference's scores, which its scatter holds, stand for them"
    return "from " + " and ".join(told)


def _line_record(line: FrozenLine, kind: Slope) -> ReferenceLine:
    return ReferenceLine(
        kind=kind,
        slope=number(line.slope),
        slope_error=number(line.slope_error),
        sibling_scatter=number(np.sqrt(2 * line.siblings.variance)),
        unrelated_scatter=number(np.sqrt(2 * line.unrelated.variance)),
        n_models=line.n_models,
        n_families=line.n_families,
        n_sibling_families=line.n_sibling_families,
        largest_sibling_change=number(line.largest_sibling_change),
        reason=line.reason,
    )
