"""Correlations in parts of the models: is one number for all of them the answer in each part?

Every study parts its models in a few ways by itself (`study.splits.DEFAULT_SPLITS`), each population and all
populations together. An alarm is given only where the correlation over all and that of a stratum are established on
opposite sides of 0, after Holm over everything that was tested in the study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.errors import ContentError
from confounded.stats.curves import fitted_curve
from confounded.stats.intervals import Jackknife, jackknife_intervals
from confounded.stats.multiplicity import holm
from confounded.stats.reversal import reversal_p, two_sided_p
from confounded.stats.shape import shapes
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore
from confounded.study.capability import capabilities_of
from confounded.study.columns import CHANCE
from confounded.study.correlations import MOSTLY_IMPUTED, correlation, own_accuracy, too_many_imputed
from confounded.study.known import listed, number
from confounded.study.population import Population, together
from confounded.study.result import BenchmarkFacts, Notice
from confounded.study.settings import Settings
from confounded.study.splits import (
    FEWEST_FAMILIES_IN_STRATUM,
    FEWEST_IN_STRATUM,
    UNKNOWN,
    Parting,
    asked_for,
    by_of,
    covariates,
    has_large,
    one_stratum,
    splits_of,
)
from confounded.study.strata_jackknife import Batch, Jackknifed, jackknifed_groups, jackknifed_partial
from confounded.study.strata_result import (
    TOGETHER,
    BenchmarkStrata,
    GivenCorrelation,
    GroupParts,
    Scope,
    Split,
    SplitCorrelations,
    StratumCorrelation,
    Trend,
)
from confounded.study.yardstick import Yardstick

__all__ = ["Scoped", "not_parted", "part_models", "trend"]

ALL: Final = "all"

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scoped:
    """The models that are parted, with what they are held against.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    partings : tuple of Parting
    references : mapping of str to ndarray or None
        For each benchmark outside the suite what it is correlated with; None is the capabilities score.
    yardstick : Yardstick
        The score in every replicate.
    """

    population: Population
    score: CapabilitiesScore
    partings: tuple[Parting, ...]
    references: Mapping[str, FloatArray | None] = field(repr=False)
    yardstick: Yardstick = field(repr=False)

    def against(self, benchmark: str) -> FloatArray:
        """Return the (M,) values that a benchmark is correlated with."""
        reference = self.references[benchmark]
        return self.score.of_population(self.population) if reference is None else reference

    def masked(self, benchmark: str, mask: Mask) -> FloatArray:
        """Return the (M,) scores on a benchmark, NaN outside a part of the models."""
        return np.where(mask, self.population.matrix.column(benchmark), np.nan)


def part_models(
    split: Sequence[Population],
    scores: Sequence[CapabilitiesScore],
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
    *,
    engine: Engine = ALL_CORES,
) -> tuple[list[Scope], list[BenchmarkStrata], list[Scoped]]:
    """Correlate every benchmark outside the suite with capability in the strata of each population and of all together.

    Parameters
    ----------
    split : sequence of Population
    scores : sequence of CapabilitiesScore
        One a population.
    facts : mapping of str to BenchmarkFacts
    settings : Settings
    engine : Engine, optional

    Returns
    -------
    scopes : list of Scope
    strata : list of BenchmarkStrata
        Without alarms: see `study.reversals`.
    scoped : list of Scoped
        What each scope is made from, in the same order.
    """
    scoped = [
        _scoped(population, score, facts, settings, engine)
        for population, score in zip(split, scores, strict=True)
    ]
    if len(split) > 1:
        everyone = together(split)
        try:
            score, _ = capabilities_of(everyone, settings, facts)
        except ContentError:
            pass  # the populations have no score in common
        else:
            scoped.append(_scoped(everyone, score, facts, settings, engine))
    found = [own for one in scoped for own in _of_scope(one, settings)]
    scopes = [_scope(one, is_together=place >= len(split)) for place, one in enumerate(scoped)]
    return scopes, _adjusted(found), scoped


def not_parted(scoped: Sequence[Scoped], settings: Settings) -> list[Notice]:
    """Say where models cannot be parted as was asked for, and where no stratum is large enough for an alarm."""
    apart = [one for one in scoped if one.population.name != TOGETHER]
    return [
        notice
        for one in apart
        for notice in _not_parted(one.population, one.partings, settings)
        # Of several populations each is of one class; all together are parted by it.
        if len(apart) == 1 or notice.not_parted != "class"
    ]


def _not_parted(population: Population, partings: Sequence[Parting], settings: Settings) -> list[Notice]:
    who = f"{population.name} models"
    notices = []
    for name in asked_for(population, settings):
        by = by_of(name) if name in population.columns else name
        own = [one for one in partings if one.asked and (one.by == by or (name == CHANCE and one.is_chance))]
        if not own:
            alone, remedy = one_stratum(population, name, settings)
            what = f"The {who} cannot be parted by {by}: {alone}."
            notices.append(Notice(what=what, remedy=remedy, not_parted=by))
            continue
        notices += [notice for one in own for notice in _alike(one, who, by)]
        if not any(has_large(one, population.matrix.families) for one in own):
            notices.append(
                Notice(
                    what=f"No stratum of the {who} by {by} has {FEWEST_IN_STRATUM} models of "
                    f"{FEWEST_FAMILIES_IN_STRATUM} families, so that none could raise the alarm of a sign reversal."
                )
            )
    return notices


def _alike(parting: Parting, who: str, by: str) -> list[Notice]:
    """Say which parts are called the same but for case and signs, which may be one."""
    spelled: dict[str, list[str]] = {}
    for place, name in enumerate(parting.strata):
        if (parting.of == place).any():
            spelled.setdefault("".join(filter(str.isalnum, name.casefold())), []).append(name)
    same = [" and ".join(repr(name) for name in names) for names in spelled.values() if len(names) > 1]
    if parting.is_chance or not same:
        return []
    return [
        Notice(
            what=f"Parts of the {who} by {by} differ in case or signs alone, and are taken apart: {listed(same)}.",
            remedy="Write what is one in one way.",
        )
    ]


def _scoped(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
    engine: Engine,
) -> Scoped:
    outside = [
        name
        for name in facts
        if name in population.matrix.benchmarks
        and name not in score.suite
        and not (score.source.kind == "column" and name == score.source.id)
    ]
    return Scoped(
        population,
        score,
        tuple(splits_of(population, facts, score.suite, settings)),
        {name: own_accuracy(population, facts[name]) for name in outside},
        Yardstick(population, score, settings.seed, engine),
    )


def _scope(one: Scoped, *, is_together: bool) -> Scope:
    """Record the models of a scope and how they are parted."""
    return Scope(
        population=one.population.name,
        n_models=len(one.population.models),
        n_families=len(set(one.population.matrix.families)),
        splits=[
            Split(
                by=own.by,
                rule=own.rule,
                strata=list(own.strata),
                stratum_of=[None if place == UNKNOWN else int(place) for place in own.of],
                n_unknown=int((own.of == UNKNOWN).sum()),
                asked=own.asked,
            )
            for own in one.partings
        ],
        models=list(one.population.matrix.models) if is_together else [],
        capabilities_scores=[number(value) for value in one.score.of_population(one.population)]
        if is_together
        else [],
    )


def _of_scope(one: Scoped, settings: Settings) -> list[BenchmarkStrata]:
    """Correlate all benchmarks of a scope in all strata, in one jackknife."""
    batch = Batch(one.yardstick)
    families = one.yardstick.families
    # Of all models together only the strata are of interest: a population says more given size or compute.
    given = covariates(one.population) if one.population.name != TOGETHER else {}
    plans = []
    for benchmark, reference in one.references.items():
        values, against = one.population.matrix.column(benchmark), one.against(benchmark)
        measured = correlation(values, against)
        if measured.rho is None or (reference is None and too_many_imputed(one.score, values)):
            continue
        parts = [("", ALL, measured.both)]
        parts += [
            (own.by, name, measured.both & (own.of == place))
            for own in one.partings
            for place, name in enumerate(own.strata)
        ]
        kept = [part for part in parts if part[2].sum() >= FEWEST_MODELS]
        placed = [(*part, batch.add(one.masked(benchmark, part[2]), reference, benchmark)) for part in kept]
        conditional = {}
        for name, third in given.items():
            if name == benchmark:
                continue
            mask = measured.both & ~np.isnan(third)
            if mask.sum() >= FEWEST_MODELS:
                conditional[name] = (
                    mask,
                    batch.add(one.masked(benchmark, mask), reference, benchmark),
                    batch.add(np.where(mask, third, np.nan), reference, benchmark),
                    batch.add(one.masked(benchmark, mask), third, benchmark),
                )
        if not one.partings and not conditional:
            continue
        small = {own.by: 0 for own in one.partings}
        for by, _, mask in parts:
            small[by] = small.get(by, 0) + (0 < mask.sum() < FEWEST_MODELS)
        plans.append((benchmark, placed, conditional, small))
    if not plans:
        return []
    found = batch.run()
    overall_of = {plan[0]: found.of(plan[1][0][3], is_headline=True) for plan in plans}
    groups = _parts_of(one, overall_of, settings)
    results = []
    for benchmark, placed, conditional, small in plans:
        overall = overall_of[benchmark]
        correlations: dict[str, list[StratumCorrelation]] = {}
        for by, name, mask, place in placed:
            own = found.of(place) if by else overall
            rho = found.rho[place] if one.yardstick.is_imputed else None
            made = _stratum(one, benchmark, by or ALL, name, mask, own, rho, settings.level)
            if by and made.p is not None and _is_large(made) and mask.sum() < placed[0][2].sum():
                made = msgspec.structs.replace(made, reversal_p=number(reversal_p(overall, own)[0]))
            correlations.setdefault(by, []).append(made)
        results.append(
            BenchmarkStrata(
                population=one.population.name,
                benchmark=benchmark,
                overall=correlations[""][0],
                splits=[
                    SplitCorrelations(
                        by=own.by,
                        strata=correlations.get(own.by, []),
                        n_small=int(small[own.by]),
                        parts=groups.get((own.by, benchmark)),
                    )
                    for own in one.partings
                ],
                given=[
                    _given(name, mask, found, places, families, settings.level)
                    for name, (mask, *places) in conditional.items()
                ],
            )
        )
    return results


def _is_large(stratum: StratumCorrelation) -> bool:
    return stratum.n_models >= FEWEST_IN_STRATUM and stratum.n_families >= FEWEST_FAMILIES_IN_STRATUM


def _stratum(
    one: Scoped,
    benchmark: str,
    by: str,
    name: str,
    mask: Mask,
    jackknife: Jackknife,
    imputed: float | None,
    level: float,
) -> StratumCorrelation:
    """Record the correlation in one part of the models; `imputed` is that over all imputations, where there are any."""
    families = one.yardstick.families
    values, against = one.masked(benchmark, mask), one.against(benchmark)
    measured = correlation(values, against)
    if one.references[benchmark] is None and too_many_imputed(one.score, values):
        return StratumCorrelation(
            by=by,
            stratum=name,
            rho=None,
            low=None,
            high=None,
            p=None,
            n_models=int(mask.sum()),
            n_families=int(np.unique(families[mask]).size),
            reason=MOSTLY_IMPUTED,
        )
    is_told = by == ALL or mask.sum() >= FEWEST_IN_STRATUM
    interval = jackknife_intervals(jackknife, level)
    shape = shapes(against[mask], values[mask, None], families=families[mask]).label[0] if is_told else None
    return StratumCorrelation(
        by=by,
        stratum=name,
        rho=measured.rho if imputed is None or measured.rho is None else number(imputed),
        low=number(interval.low[0]),
        high=number(interval.high[0]),
        p=number(two_sided_p(jackknife)[0]),
        n_models=int(mask.sum()),
        n_families=int(np.unique(families[mask]).size),
        reason=measured.reason or interval.reasons[0],
        shape=None if measured.rho is None else shape,
    )


def trend(one: Scoped, benchmark: str, mask: Mask, families: NDArray[np.intp]) -> Trend | None:
    """Return the curve of a benchmark over a part of the models."""
    found = fitted_curve(one.against(benchmark)[mask], one.masked(benchmark, mask)[mask], families[mask])
    return None if found is None else Trend(x=found.x.tolist(), y=found.y.tolist())


def _given(
    name: str,
    mask: Mask,
    found: Jackknifed,
    places: Sequence[int],
    families: NDArray[np.intp],
    level: float,
) -> GivenCorrelation:
    """Record the correlation given a third column."""
    partial = jackknifed_partial(found, *places)
    jackknife = partial.of(0)
    interval = jackknife_intervals(jackknife, level)
    value = number(partial.rho[0])
    return GivenCorrelation(
        given=name,
        rho=number(found.rho[places[0]]),
        partial=value,
        low=number(interval.low[0]),
        high=number(interval.high[0]),
        n_models=int(mask.sum()),
        n_families=int(np.unique(families[mask]).size),
        reason=interval.reasons[0]
        if value is not None
        else f"nothing varies among these models once {name} is allowed for",
    )


def _parts_of(
    one: Scoped, overall_of: Mapping[str, Jackknife], settings: Settings
) -> dict[tuple[str, str], GroupParts]:
    """Correlate within groups and between them, by each split that was asked for."""
    asked = [(name, one.references[name]) for name in overall_of]
    found = {}
    for own in one.partings:
        if not own.asked:
            continue
        groups = [None if place == UNKNOWN else own.strata[place] for place in own.of]
        jackknifed = jackknifed_groups(one.yardstick, asked, groups)
        for benchmark, (whole, within, between) in zip(overall_of, jackknifed, strict=True):
            inner = jackknife_intervals(within, settings.level)
            outer = jackknife_intervals(between, settings.level)
            found[own.by, benchmark] = GroupParts(
                within=number(whole.within),
                within_low=number(inner.low[0]),
                within_high=number(inner.high[0]),
                within_reason=inner.reasons[0],
                n_within=whole.n_within,
                groups_within=whole.groups_within,
                between=number(whole.between),
                between_low=number(outer.low[0]),
                between_high=number(outer.high[0]),
                between_reason=outer.reasons[0],
                groups=whole.groups,
                reversal_p=number(reversal_p(overall_of[benchmark], within)[0]),
            )
    return found


def _adjusted(found: Sequence[BenchmarkStrata]) -> list[BenchmarkStrata]:
    """Adjust all tests of a study together, by Holm."""
    strata = [stratum for one in found for split in one.splits for stratum in split.strata]
    tested = [np.nan if own.reversal_p is None else own.reversal_p for own in strata]
    signs = [np.nan if own.reversal_p is None or own.p is None else own.p for own in strata]
    adjusted, adjusted_signs = iter(holm(tested).tolist()), iter(holm(signs).tolist())
    within = [split.parts.reversal_p for one in found for split in one.splits if split.parts is not None]
    # Each split by groups is one more question of a benchmark, and another than that of any stratum by itself.
    adjusted_within = iter(holm([np.nan if p is None else p for p in within]).tolist())
    return [
        msgspec.structs.replace(
            one,
            splits=[
                msgspec.structs.replace(
                    split,
                    strata=[
                        msgspec.structs.replace(
                            stratum,
                            reversal_holm=number(next(adjusted)),
                            p_holm=number(next(adjusted_signs)),
                        )
                        for stratum in split.strata
                    ],
                    parts=split.parts
                    and msgspec.structs.replace(split.parts, reversal_holm=number(next(adjusted_within))),
                )
                for split in one.splits
            ],
        )
        for one in found
    ]
