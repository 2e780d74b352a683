"""What the benchmarks of an area, or of a kind of measurement, say together.

An area is separable only if its pooled interval lies inside the margin, none of its members is entangled or inverse,
and none turns round with capability or goes opposite ways in two strata; it is mixed where members or the pooled figure
contradict each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.imputation_variance import Imputations, imputation_variance, with_imputations
from confounded.stats.intervals import Jackknife, jackknife_intervals
from confounded.stats.pooling import (
    RANDOM_EFFECTS_LABEL,
    contrast_intervals,
    contrast_p,
    contrast_weights,
    linear_jackknife,
    pooling_weights,
    random_effects,
)
from confounded.study.correlations import Evidence
from confounded.study.criterion import empirical_criterion
from confounded.study.known import number
from confounded.study.result import (
    AreaSummary,
    BenchmarkFacts,
    Correlation,
    KindContrast,
    KindSummary,
    Pooled,
    RandomEffects,
)
from confounded.study.settings import Settings
from confounded.study.shapes import is_turning
from confounded.study.summaries import point_counts, verdict_counts
from confounded.study.uncertainty import Resampled
from confounded.study.verdicts import verdict_of, without_nesting

__all__ = ["CONTRASTS", "area_summaries", "area_verdict", "kind_contrasts", "kind_summaries"]

CONTRASTS: Final = (("propensity", "knowledge"), ("dynamic attack", "static attack"))
"""The paper's one regularity is by kind: propensities lower than knowledge, dynamic attacks lower than static ones."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stack:
    """Resampled correlations of B benchmarks, brought to one list of F families.

    `imputations` is None where nothing is imputed for any of them.
    """

    benchmarks: tuple[str, ...]
    families: tuple[str, ...]
    rho: FloatArray = field(repr=False)
    left_out: FloatArray = field(repr=False)
    degenerate: NDArray[np.bool_] = field(repr=False)
    present: NDArray[np.bool_] = field(repr=False)
    standard_error: FloatArray = field(repr=False)
    imputations: Imputations | None = field(default=None, repr=False)

    def jackknife(self, weights: FloatArray) -> Jackknife:
        """Leave out each family through weighted sums of Fisher z, and add what imputation does to the sums."""
        plain = self.without_imputation(weights)
        if self.imputations is None:
            return plain
        return with_imputations(plain, imputation_variance(self.imputations, weights))

    def without_imputation(self, weights: FloatArray) -> Jackknife:
        """Return the same, as if what was imputed were known."""
        return linear_jackknife(self.rho, self.left_out, self.degenerate, weights, self.present)

    def times(self, scale: FloatArray) -> Stack:
        """Return the correlations multiplied, as where they are corrected for measurement error."""
        left_out = self.left_out * scale
        return replace(
            self,
            rho=self.rho * scale,
            left_out=left_out,
            degenerate=self.degenerate | (np.abs(left_out) >= 1),
            imputations=None if self.imputations is None else self.imputations.times(scale),
        )

    def is_any_of(self, benchmarks: Sequence[str]) -> NDArray[np.bool_]:
        """Return which of the benchmarks are among those named."""
        chosen = set(benchmarks)
        return np.array([name in chosen for name in self.benchmarks], dtype=np.bool_)


def stack(evidence: Evidence, benchmarks: Sequence[str]) -> Stack:
    """Bring the headline correlations of some benchmarks together.

    The correlations with the score and those with an accuracy may rest on different models, and so on different
    families; a family that is not behind one of them counts there as not present.
    """
    found = {name: evidence.headline(name) for name in benchmarks}
    places = {name: place for name, place in found.items() if place is not None}
    families = sorted({family for source, _ in places.values() for family in source.families})
    row_of = {family: row for row, family in enumerate(families)}
    shape = (len(families), len(places))
    left_out, degenerate = np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_)
    present = np.zeros(shape, dtype=np.bool_)
    rho, error = np.full(len(places), np.nan), np.full(len(places), np.nan)
    for b, (source, position) in enumerate(places.values()):
        rows = [row_of[family] for family in source.families]
        rho[b] = source.rho[position]
        error[b] = source.jackknife.standard_error[position]
        left_out[:, b] = source.rho[position]
        left_out[rows, b] = source.left_out[:, position]
        degenerate[rows, b] = source.degenerate[:, position]
        present[rows, b] = source.present[:, position]
    imputations = _imputations(list(places.values()), rho)
    return Stack(tuple(places), tuple(families), rho, left_out, degenerate, present, error, imputations)


def _imputations(places: Sequence[tuple[Resampled, int]], rho: FloatArray) -> Imputations | None:
    """Bring together what imputation does; a correlation that rests on no imputed suite stays where it is."""
    imputed = [source.imputations for source, _ in places]
    some = next((one for one in imputed if one is not None), None)
    if some is None:
        return None
    drawn, hidden = np.tile(rho, (len(some.drawn), 1)), np.tile(rho, (len(some.hidden), 1))
    for b, (one, (_, position)) in enumerate(zip(imputed, places, strict=True)):
        if one is not None:
            drawn[:, b], hidden[:, b] = one.drawn[:, position], one.hidden[:, position]
    return Imputations(rho, drawn, hidden, some.per_hidden)


def area_summaries(
    correlations: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    evidence: Evidence,
    settings: Settings,
    opposed: Collection[str] = (),
) -> list[AreaSummary]:
    """Summarise the areas of one population, in the order of their benchmarks.

    Parameters
    ----------
    correlations : sequence of Correlation
        Those of the population, judged.
    facts : mapping of str to BenchmarkFacts
    evidence : Evidence
    settings : Settings
    opposed : collection of str, optional
        Benchmarks that are shown to go opposite ways in two strata (`study.reversals`).

    Returns
    -------
    list of AreaSummary
        Also for areas of which only benchmarks of the suite are there: these have no data.
    """
    by_area: dict[str, list[Correlation]] = {}
    for one in correlations:
        area = facts[one.benchmark].area
        if area is not None:
            by_area.setdefault(area, []).append(one)
    return [_area_summary(area, ones, facts, evidence, settings, opposed) for area, ones in by_area.items()]


def _area_summary(
    area: str,
    ones: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    evidence: Evidence,
    settings: Settings,
    opposed: Collection[str],
) -> AreaSummary:
    members = _members(ones, facts)
    values = [one.rho for one in members if one.rho is not None]
    names = [one.benchmark for one in members]
    together = stack(evidence, names)
    pooled = _pooled(members, together, settings)
    verdict, rule = area_verdict(
        [one.verdict for one in members],
        pooled,
        settings.margin,
        turning=sum(map(is_turning, members)),
        opposed=sum(name in opposed for name in names),
    )
    beyond = sum(abs(value) > settings.margin for value in values)
    if verdict == "separable" and beyond:
        # A mean near 0 of members that lie far apart says nothing of any one of them.
        rule += f", though {beyond} of its {len(values)} benchmarks lie beyond it as single numbers"
    unreliable = sum(one.verdict == "unreliable" for one in members)
    if verdict == "separable" and unreliable:
        rule += f"; and {unreliable} of them are unreliable, so that a low correlation may be noise"
    return AreaSummary(
        population=ones[0].population,
        area=area,
        n_benchmarks=len(members),
        points=point_counts(values, settings.margin),
        verdicts=verdict_counts(one.verdict for one in members),
        members=names,
        median=median(values) if values else None,
        lowest=min(values, default=None),
        highest=max(values, default=None),
        pooled=pooled,
        verdict=verdict,
        rule=rule,
        random_effects=_random_effects(together, settings),
        criterion=empirical_criterion(verdict, rule, members, together, settings),
    )


def area_verdict(
    verdicts: Sequence[str], pooled: Pooled, margin: float, *, turning: int = 0, opposed: int = 0
) -> tuple[str, str]:
    """Return what may be said of an area, and why.

    Parameters
    ----------
    verdicts : sequence of str
        Those of its members.
    pooled : Pooled
    margin : float
    turning : int, optional
        How many members are shown to turn round, so that a mean of low rank correlations says nothing of them.
    opposed : int, optional
        How many are shown to go opposite ways in two strata, of which it says nothing either.

    Returns
    -------
    verdict : str
        ``entangled``, ``inverse``, ``separable``, ``undecided``, ``mixed`` or ``no data``.
    rule : str
    """
    if not verdicts:
        return "no data", "no benchmark of this area outside the suite has a correlation"
    against = {"entangled": "inverse", "inverse": "entangled"}
    verdict, rule = verdict_of(pooled.low, pooled.high, margin, pooled.n_families)
    rule = f"pooled: {pooled.reason or rule}"
    if "entangled" in verdicts and "inverse" in verdicts:
        return "mixed", "some of its benchmarks are entangled, others inverse"
    if verdict == "separable" and ("entangled" in verdicts or "inverse" in verdicts):
        return "mixed", f"{rule}, but some of its benchmarks are entangled or inverse"
    if against.get(verdict) in verdicts:
        return "mixed", f"{rule}, but some of its benchmarks are {against[verdict]}"
    if verdict == "separable" and turning:
        return (
            "undecided",
            f"{rule}, but {turning} of its {len(verdicts)} benchmarks turn round with capability",
        )
    if verdict == "separable" and opposed:
        return (
            "undecided",
            f"{rule}, but {opposed} of its {len(verdicts)} benchmarks go opposite ways in two strata of the models",
        )
    return verdict, rule


def kind_summaries(
    correlations: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    evidence: Evidence,
    settings: Settings,
) -> list[KindSummary]:
    """Pool the correlations of each kind of measurement in one population."""
    return [
        KindSummary(
            population=ones[0].population,
            kind=kind,
            members=[one.benchmark for one in ones],
            pooled=_pooled(ones, stack(evidence, [one.benchmark for one in ones]), settings),
        )
        for kind, ones in _by_kind(correlations, facts).items()
    ]


def kind_contrasts(
    correlations: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    evidence: Evidence,
    settings: Settings,
) -> list[KindContrast]:
    """Compare kinds of measurement in one population, where both are there."""
    by_kind = _by_kind(correlations, facts)
    contrasts = []
    for first, second in CONTRASTS:
        if first not in by_kind or second not in by_kind:
            continue
        sides = [[one.benchmark for one in by_kind[kind]] for kind in (first, second)]
        together = stack(evidence, sides[0] + sides[1])
        weights = contrast_weights(together.is_any_of(sides[0]), together.is_any_of(sides[1]))
        jackknife = together.jackknife(weights)
        interval = contrast_intervals(jackknife, settings.level)
        contrasts.append(
            KindContrast(
                population=by_kind[first][0].population,
                first=first,
                second=second,
                difference=number(jackknife.z[0]),
                low=number(interval.low[0]),
                high=number(interval.high[0]),
                p=number(contrast_p(jackknife)[0]),
                reason=interval.reasons[0],
            )
        )
    return contrasts


def _by_kind(
    correlations: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts]
) -> dict[str, list[Correlation]]:
    by_kind: dict[str, list[Correlation]] = {}
    for one in _members(correlations, facts):
        kind = facts[one.benchmark].kind
        if kind is not None:
            by_kind.setdefault(kind, []).append(one)
    return by_kind


def _members(ones: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts]) -> list[Correlation]:
    """Return the benchmarks that are pooled: outside the suite, with a correlation, aggregates out for their parts."""
    usable = {one.benchmark for one in ones if one.rho is not None and not one.in_suite}
    kept = without_nesting(usable, facts, "subscales")
    return [one for one in ones if one.benchmark in kept]


def _pooled(members: Sequence[Correlation], together: Stack, settings: Settings) -> Pooled:
    """Pool benchmarks with equal weights."""
    if not together.benchmarks:
        return Pooled(rho=None, low=None, high=None, n_families=0, reason="no benchmarks")
    weights = pooling_weights(np.ones((1, len(together.benchmarks)), dtype=np.bool_))
    jackknife = together.jackknife(weights)
    interval = jackknife_intervals(jackknife, settings.level)
    found = Pooled(
        rho=number(np.tanh(jackknife.z[0])),
        low=number(interval.low[0]),
        high=number(interval.high[0]),
        n_families=int(jackknife.n_families[0]),
        reason=interval.reasons[0],
    )
    if together.imputations is None:
        return found
    known = together.without_imputation(weights).standard_error[0]
    return msgspec.structs.replace(
        found,
        imputed_share=fmean(0.0 if one.imputed is None else one.imputed.share for one in members),
        imputation_share=number(1.0 - known**2 / jackknife.standard_error[0] ** 2),
    )


def _random_effects(together: Stack, settings: Settings) -> RandomEffects | None:
    """Return the random-effects view, where there are members with a standard error."""
    with np.errstate(divide="ignore"):
        z = np.arctanh(together.rho)
    usable = np.isfinite(z) & (together.standard_error > 0)
    if usable.sum() < 2:
        return None
    found = random_effects(z[usable], together.standard_error[usable] ** 2, settings.level)
    return RandomEffects(
        label=RANDOM_EFFECTS_LABEL,
        rho=float(np.tanh(found.estimate)),
        low=float(np.tanh(found.low)),
        high=float(np.tanh(found.high)),
        prediction_low=float(np.tanh(found.prediction_low)),
        prediction_high=float(np.tanh(found.prediction_high)),
        tau2=found.tau2,
        i2=found.i2,
        n_members=int(usable.sum()),
        without_standard_error=[
            name for name, has in zip(together.benchmarks, usable, strict=True) if not has
        ],
    )
