"""The alarm that a correlation has the other sign in a part of the models, and what it is to be read as.

Before the word confounding comes the shape. A relation that falls near chance and rises above it has the other sign
among weak models of any kind: their kind has nothing to do with it. So an alarm is read as, in this order,

1. *near chance*: the stratum is that of models near chance; or the other sign is not established without these, and
   it is shown that the models above chance go that way less (of the stratum, or if next to none are left, of all);
2. *not monotone*: the two-lines test finds a turn in the stratum;
3. *confounding*, where the strata taken together have the other sign within themselves, and none of them that of all
   models. No relation that all models share has one sign in every part of them and the opposite one over all;
4. *not monotone*: models of other strata that are as capable show the other sign too; or the test finds a turn over all
   models, and models as capable do not go the other way;
5. *unclear*, where the other sign is not established without the models near chance and none of this is shown: that
   too few are left to establish it is no evidence for chance, and not against it (models elsewhere are then compared
   that are as near chance);
6. *confounding*: what is left. The sign then goes with the split and not with where on the scale a model stands.

Two strata may also be established on opposite sides of 0 where the correlation over all is not established at all. That
is no reversal but an *opposition*: it is read in the same way, and a low correlation over all is then no evidence of
independence (`study.verdicts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.intervals import jackknife_intervals
from confounded.stats.pooling import contrast_intervals
from confounded.study.capabilities import FEWEST_MODELS
from confounded.study.known import listed, number, signed
from confounded.study.result import Caution, Correlation, Notice
from confounded.study.settings import Settings
from confounded.study.shapes import TURNING
from confounded.study.splits import UNKNOWN, Parting
from confounded.study.strata import Scoped, trend
from confounded.study.strata_jackknife import Batch, jackknifed_groups
from confounded.study.strata_result import (
    TOGETHER,
    BenchmarkStrata,
    GroupParts,
    Opposition,
    Reversal,
    SplitCorrelations,
    StratumCorrelation,
)

__all__ = [
    "CAUTION",
    "HIDDEN",
    "OPPOSED",
    "READINGS",
    "WITHIN",
    "opposed_benchmarks",
    "reversal_cautions",
    "reversal_notices",
    "with_reversals",
]

CAUTION: Final = "sign reversal"
OPPOSED: Final = "opposite strata"
WITHIN: Final = "reversal within groups"
HIDDEN: Final = "hidden within groups"

READINGS: Final = ("near chance", TURNING, "confounding", "unclear")
"""What an alarm can be read as, in the order of precedence."""

AS_CAPABLE: Final = (0.05, 0.95)
"""Quantiles of the stratum's capability between which models elsewhere count as being as capable."""

Mask = NDArray[np.bool_]


def with_reversals(
    strata: Sequence[BenchmarkStrata],
    scoped: Sequence[Scoped],
    settings: Settings,
) -> list[BenchmarkStrata]:
    """Add the alarms.

    Parameters
    ----------
    strata : sequence of BenchmarkStrata
    scoped : sequence of Scoped
    settings : Settings

    Returns
    -------
    list of BenchmarkStrata
        Where there is an alarm, the strata of that split have their trends, for a figure.
    """
    n_tests = sum(s.reversal_p is not None for one in strata for split in one.splits for s in split.strata)
    by_name = {one.population.name: one for one in scoped}
    return [_alarmed(one, by_name[one.population], n_tests, settings) for one in strata]


def _alarmed(one: BenchmarkStrata, scoped: Scoped, n_tests: int, settings: Settings) -> BenchmarkStrata:
    """Add the alarms of one benchmark in one scope."""
    alpha = 1.0 - settings.level
    reversals, splits = [], []
    for split, parting in zip(one.splits, scoped.partings, strict=True):
        alarming = [s for s in split.strata if s.reversal_holm is not None and s.reversal_holm <= alpha]
        for stratum in alarming:
            reading, because = _reading(one, stratum, parting, scoped, settings)
            reversals.append(
                Reversal(
                    by=split.by,
                    stratum=stratum.stratum,
                    reading=reading,
                    because=because,
                    reversal_holm=stratum.reversal_holm or 0.0,
                    n_tests=n_tests,
                    what=_words(one, stratum, reading, because, n_tests),
                )
            )
        splits.append(_with_trends(split, one.benchmark, parting, scoped) if alarming else split)
    oppositions = _oppositions(one, scoped, n_tests, settings) if not reversals else []
    if oppositions:
        shown = {own.by for own in oppositions}
        splits = [
            _with_trends(split, one.benchmark, parting, scoped) if split.by in shown else split
            for split, parting in zip(one.splits, scoped.partings, strict=True)
        ]
    elif not reversals:
        return one
    both = _both(scoped, one.benchmark)
    families = scoped.yardstick.families
    overall = msgspec.structs.replace(one.overall, trend=trend(scoped, one.benchmark, both, families))
    return msgspec.structs.replace(
        one, overall=overall, splits=splits, reversals=reversals, oppositions=oppositions
    )


def _oppositions(one: BenchmarkStrata, scoped: Scoped, n_tests: int, settings: Settings) -> list[Opposition]:
    """Return the splits of which two strata are established on opposite sides of 0."""
    found = []
    for split, parting in zip(one.splits, scoped.partings, strict=True):
        sure = [s for s in split.strata if s.p_holm is not None and s.p_holm <= 1.0 - settings.level]
        rising = min((s for s in sure if (s.rho or 0.0) > 0), key=lambda s: s.p_holm or 0.0, default=None)
        falling = min((s for s in sure if (s.rho or 0.0) < 0), key=lambda s: s.p_holm or 0.0, default=None)
        if rising is None or falling is None:
            continue
        readings = [
            _reading(one, own, parting, scoped, settings)
            for own in sorted((rising, falling), key=lambda s: s.n_models)
        ]
        # Of two strata either may have its sign from the models near chance alone; else the smaller is in question.
        reading, because = next((own for own in readings if own[0] == READINGS[0]), readings[0])
        p = max(rising.p_holm or 0.0, falling.p_holm or 0.0)
        found.append(
            Opposition(
                by=split.by,
                rising=rising.stratum,
                falling=falling.stratum,
                reading=reading,
                because=because,
                p_holm=p,
                n_tests=n_tests,
                what=_opposed_words(one, rising, falling, reading, because, p, n_tests),
            )
        )
    return found


def _opposed_words(
    one: BenchmarkStrata,
    rising: StratumCorrelation,
    falling: StratumCorrelation,
    reading: str,
    because: str,
    p: float,
    n_tests: int,
) -> str:
    """Say an opposition in words."""
    parts = " and ".join(
        f"{_figure(own)} over the {own.n_models} models of {own.n_families} families in the stratum '{own.stratum}'"
        for own in (rising, falling)
    )
    return (
        f"ρ is {parts} ({_adjusted(p, n_tests)}), while over all {one.overall.n_models} {_who(one)} it "
        f"is {_figure(one.overall)}: the strata cancel out. Read as {reading}: {because}. {MEANING[reading]}"
    )


def opposed_benchmarks(strata: Sequence[BenchmarkStrata]) -> dict[str, frozenset[str]]:
    """Return for each scope the benchmarks that go opposite ways in two strata."""
    found: dict[str, set[str]] = {}
    for one in strata:
        if one.oppositions:
            found.setdefault(one.population, set()).add(one.benchmark)
    return {population: frozenset(names) for population, names in found.items()}


def _with_trends(
    split: SplitCorrelations, benchmark: str, parting: Parting, scoped: Scoped
) -> SplitCorrelations:
    """Add to the strata of a split the curves that a figure shows."""
    families = scoped.yardstick.families
    both = _both(scoped, benchmark)
    strata = []
    for stratum in split.strata:
        mask = both & (parting.of == parting.strata.index(stratum.stratum))
        strata.append(msgspec.structs.replace(stratum, trend=trend(scoped, benchmark, mask, families)))
    return msgspec.structs.replace(split, strata=strata)


def _reading(
    one: BenchmarkStrata,
    stratum: StratumCorrelation,
    parting: Parting,
    scoped: Scoped,
    settings: Settings,
) -> tuple[str, str]:
    """Return what an alarm is to be read as, and why."""
    if parting.is_chance:
        return READINGS[0], "the models are parted by how far they are above guessing"
    own = f"'{stratum.stratum}'"
    mask = _both(scoped, one.benchmark) & (parting.of == parting.strata.index(stratum.stratum))
    able = np.ones(mask.size, dtype=np.bool_)
    for other in scoped.partings:
        if other.is_chance:
            able &= other.of != 0  # the first stratum is that near chance
    near, above = mask & ~able, mask & able
    is_in_doubt = bool(near.any()) and not _still_turned(one, scoped, above, stratum, settings)
    if is_in_doubt and _turns_above_chance(one, scoped, near, above, stratum, settings):
        return READINGS[
            0
        ], f"in {own} it is models near chance that go this way, and those above chance go it less"
    turns = "the relation turns round"
    if stratum.shape == TURNING:
        return READINGS[1], f"{turns} in {own}"
    if _turned_throughout(one, stratum, parting, scoped, settings):
        return READINGS[2], "within the strata it goes this way, and in none of them as over all models"
    against = scoped.against(one.benchmark)
    low, high = np.quantile(against[mask], AS_CAPABLE)
    elsewhere = _both(scoped, one.benchmark) & ~mask & (against >= low) & (against <= high)
    alike = "as capable"
    if is_in_doubt:
        # Of one relation that all models share, those above chance go the other way too: like with like.
        elsewhere, alike = elsewhere & ~able, "as capable, and near chance,"
    if _still_turned(one, scoped, elsewhere, stratum, settings):
        return READINGS[1], f"models of other strata that are {alike} as those in {own} go the same way"
    contrary = msgspec.structs.replace(stratum, rho=-(stratum.rho or 0.0))
    if _still_turned(one, scoped, elsewhere, contrary, settings):
        return READINGS[2], f"models of other strata that are {alike} as those in {own} go the other way"
    if one.overall.shape == TURNING:
        return READINGS[1], f"{turns} over all models"
    if is_in_doubt:
        return READINGS[3], (
            f"without the {near.sum()} of {mask.sum()} models in {own} that are near chance the sign is not "
            "established, and neither is that these go another way"
        )
    return READINGS[2], "neither closeness to chance nor a bend explains it"


def _turns_above_chance(
    one: BenchmarkStrata,
    scoped: Scoped,
    near: Mask,
    above: Mask,
    stratum: StratumCorrelation,
    settings: Settings,
) -> bool:
    """Return whether the models of a stratum above chance are shown to go less its way than those near chance.

    That its sign is not established without those near chance shows nothing: fewer models are left. Where next to none
    are left, all models of the scope are asked that are near chance, and all above.
    """
    if min(near.sum(), above.sum()) < FEWEST_MODELS:
        return _turns_at_chance(one, scoped, float(np.sign(stratum.rho or 0.0)))
    batch, reference = Batch(scoped.yardstick), scoped.references[one.benchmark]
    places = [
        batch.add(scoped.masked(one.benchmark, mask), reference, one.benchmark) for mask in (near, above)
    ]
    interval = contrast_intervals(batch.run().difference(*places), settings.level)
    return bool(interval.high[0] < 0 if (stratum.rho or 0.0) < 0 else interval.low[0] > 0)


def _turns_at_chance(one: BenchmarkStrata, scoped: Scoped, way: float) -> bool:
    """Return whether the models near chance are established to go one way, and those above the other."""
    for split, parting in zip(one.splits, scoped.partings, strict=True):
        if parting.is_chance:
            ways = {own.stratum: _sure_way(own.low, own.high) for own in split.strata}
            if [ways.get(name) for name in parting.strata] == [way, -way]:
                return True
    return False


def _turned_throughout(
    one: BenchmarkStrata,
    stratum: StratumCorrelation,
    parting: Parting,
    scoped: Scoped,
    settings: Settings,
) -> bool:
    """Return whether the strata of a split go together the way of one of them, and none the way of all models."""
    way = float(np.sign(stratum.rho or 0.0))
    if _sure_way(one.overall.low, one.overall.high) != -way:
        return False
    own = next(split for split in one.splits if split.by == parting.by)
    if any(_sure_way(other.low, other.high) == -way for other in own.strata):
        return False
    asked = [(one.benchmark, scoped.references[one.benchmark])]
    groups = [None if place == UNKNOWN else place for place in parting.of.tolist()]
    ((_, within, _),) = jackknifed_groups(scoped.yardstick, asked, groups)
    interval = jackknife_intervals(within, settings.level)
    return bool(_sure_way(number(interval.low[0]), number(interval.high[0])) == way)


def _sure_way(low: float | None, high: float | None) -> float:
    """Return the sign of a correlation whose interval excludes 0, else 0."""
    if low is None or high is None:
        return 0.0
    return 1.0 if low > 0 else -1.0 if high < 0 else 0.0


def _still_turned(
    one: BenchmarkStrata,
    scoped: Scoped,
    mask: Mask,
    stratum: StratumCorrelation,
    settings: Settings,
) -> bool:
    """Return whether the interval among some models excludes 0 on the side of the stratum."""
    if mask.sum() < FEWEST_MODELS:
        return False
    batch = Batch(scoped.yardstick)
    place = batch.add(scoped.masked(one.benchmark, mask), scoped.references[one.benchmark], one.benchmark)
    interval = jackknife_intervals(batch.run().of(place), settings.level)
    if (stratum.rho or 0.0) < 0:
        return bool(interval.high[0] < 0)
    return bool(interval.low[0] > 0)


def _both(scoped: Scoped, benchmark: str) -> Mask:
    """Return which models have both a score on a benchmark and what it is correlated with."""
    values = scoped.population.matrix.column(benchmark)
    return ~(np.isnan(values) | np.isnan(scoped.against(benchmark)))


MEANING: Final = {
    "near chance": "This is a matter of shape and not of confounding: near chance the order of models says little of "
    "ability. Study the models above chance by themselves.",
    "not monotone": "This is a matter of shape and not of confounding: one rank correlation does not describe a "
    "relation that turns round. Look at the scatter.",
    "confounding": "The correlation over all models is confounded with how they are mixed: study the strata apart.",
    "unclear": "Whether it is a matter of shape or of confounding cannot be told from so few models above chance: "
    "study more of them before either is said.",
}


def _words(
    one: BenchmarkStrata, stratum: StratumCorrelation, reading: str, because: str, n_tests: int
) -> str:
    """Say an alarm in words."""
    adjusted = _adjusted(stratum.reversal_holm or 0.0, n_tests)
    return (
        f"Over {one.overall.n_models} {_who(one)} ρ is {_figure(one.overall)}, but {_figure(stratum)} "
        f"over the {stratum.n_models} models of {stratum.n_families} families in the stratum '{stratum.stratum}' "
        f"({adjusted}). Read as {reading}: {because}. "
        f"{MEANING[reading]}"
    )


def _who(one: BenchmarkStrata) -> str:
    return "models of all populations" if one.population == TOGETHER else f"{one.population} models"


def _adjusted(p: float, n_tests: int) -> str:
    said = "p < .001" if p < 0.001 else f"p = {p:.3f}"
    return f"{said} after Holm over {n_tests} {'test' if n_tests == 1 else 'tests'}"


def _figure(one: StratumCorrelation) -> str:
    rho = signed(one.rho) if one.rho is not None else "undefined"
    return rho if one.low is None or one.high is None else f"{rho} [{signed(one.low)}, {signed(one.high)}]"


def reversal_cautions(
    correlations: Sequence[Correlation], strata: Sequence[BenchmarkStrata], settings: Settings
) -> list[Correlation]:
    """Add to each correlation a caution where there is an alarm in its own population."""
    parted = {(one.population, one.benchmark): one for one in strata}
    within = {
        place: what
        for place, one in parted.items()
        if (what := _within_words(one, 1.0 - settings.level)) is not None
    }
    alarms = {(one.population, one.benchmark): one.reversals for one in strata if one.reversals}
    opposed = {(one.population, one.benchmark): one.oppositions for one in strata if one.oppositions}
    found = []
    for one in correlations:
        place = (one.population, one.benchmark)
        more = [Caution(caution=CAUTION, what=_together(alarms[place]))] if place in alarms else []
        more += [Caution(caution=OPPOSED, what=_surest(opposed[place]).what)] if place in opposed else []
        more += [Caution(caution=WITHIN, what=within[place])] if place in within else []
        if one.verdict == "separable" and place in parted:
            hidden = _hidden_words(parted[place], settings.margin)
            more += [Caution(caution=HIDDEN, what=hidden)] if hidden is not None else []
        found.append(msgspec.structs.replace(one, cautions=[*one.cautions, *more]) if more else one)
    return found


def _within_words(one: BenchmarkStrata, alpha: float) -> str | None:
    """Say that a correlation turns within groups of which none alone raises the alarm; None where it does not.

    So it is with families: a stratum that is a family can never have the families for an alarm.
    """
    alarming = {own.by for own in one.reversals}
    turned = [
        (split.by, split.parts)
        for split in one.splits
        if split.parts is not None
        and split.by not in alarming
        and split.parts.reversal_holm is not None
        and split.parts.reversal_holm <= alpha
    ]
    if not turned:
        return None
    by, parts = min(turned, key=lambda own: own[1].reversal_holm or 0.0)
    also = listed([f"by {other}" for other, _ in turned if other != by])
    return (
        f"{_apart(one, by, parts)}, and over all it is the other way because of what the groups differ in."
        + (f" So it is within groups {also}." if also else "")
    )


def _hidden_words(one: BenchmarkStrata, margin: float) -> str | None:
    """Say that a separable benchmark goes with capability within groups; None where that is not shown.

    Shown is what lies beyond the margin with its whole interval, as for any other verdict.
    """
    beyond = [
        (split.by, split.parts)
        for split in one.splits
        if split.parts is not None
        and split.parts.within_low is not None
        and split.parts.within_high is not None
        and (split.parts.within_low > margin or split.parts.within_high < -margin)
    ]
    if not beyond:
        return None
    by, parts = max(beyond, key=lambda own: abs(own[1].within or 0.0))
    return (
        f"{_apart(one, by, parts)}, which what the groups differ in hides. It is separable from capability over these "
        "models as they are mixed, and not among models of one group."
    )


def _apart(one: BenchmarkStrata, by: str, parts: GroupParts) -> str:
    """Say how a correlation within groups is beside that over all models."""
    rho, low, high = (own or 0.0 for own in (parts.within, parts.within_low, parts.within_high))
    return (
        f"Over {one.overall.n_models} {_who(one)} ρ is {_figure(one.overall)}, but within groups by {by} "
        f"it is {signed(rho)} [{signed(low)}, {signed(high)}], over {parts.n_within} models of {parts.groups_within} "
        f"groups: of models of one group the more capable have the {'higher' if rho > 0 else 'lower'} scores"
    )


def _surest(oppositions: Sequence[Opposition]) -> Opposition:
    """Return the opposition of which there is least doubt, which stands for the others."""
    return min(oppositions, key=lambda one: one.p_holm)


def _together(reversals: Sequence[Reversal]) -> str:
    """Say the alarms of a benchmark as one: the surest in words, the others by name."""
    first, *others = sorted(reversals, key=lambda one: (one.reversal_holm, one.by, one.stratum))
    also = listed([f"'{one.stratum}' ({one.reading})" for one in others])
    return f"{first.what} It has the other sign in {also} too." if others else first.what


def reversal_notices(strata: Sequence[BenchmarkStrata]) -> list[Notice]:
    """Say which correlations would have the other sign in a part of the models, were all taken together."""
    return [
        Notice(
            what=f"{one.benchmark}: {_together(one.reversals) if one.reversals else _surest(one.oppositions).what}",
            remedy="No verdict rests on all models together; the populations are studied apart.",
        )
        for one in strata
        if one.population == TOGETHER and (one.reversals or one.oppositions)
    ]
