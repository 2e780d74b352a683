"""The ways to part models into strata, each by a stated rule.

What every study tries is never cut at quantiles of the data at hand. A column of numbers, dates or sizes that only the
file knows has no such rule: it is cut at its own thirds, which are stated.

Words: a *scope* is the models that are parted (a population, or all together), a *split* a way to part them, a
*stratum* one of its parts. A model of which the fact in question is not known is in no stratum.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.scores.dates import day_number, span
from confounded.stats.intervals import FEWEST_FAMILIES_FOR_VERDICT
from confounded.study.columns import BY, CHANCE, column_named
from confounded.study.population import ModelFacts, Population
from confounded.study.quantities import quantity_of
from confounded.study.result import BenchmarkFacts
from confounded.study.settings import Settings

__all__ = [
    "BY",
    "CHANCE",
    "DEFAULT_SPLITS",
    "FEWEST_FAMILIES_IN_STRATUM",
    "FEWEST_IN_STRATUM",
    "UNKNOWN",
    "Parting",
    "asked_for",
    "by_of",
    "covariates",
    "has_large",
    "one_stratum",
    "splits_of",
]

FloatArray = NDArray[np.float64]

DEFAULT_SPLITS: Final = ("class", "size", CHANCE)
"""What every study tries, few so that Holm's adjustment stays mild: the kind of model (base or chat), its size, and
whether it is above guessing on a benchmark that makes capability. Of several such benchmarks it is the one that parts
the models most evenly, which does not depend on any benchmark under test."""

FEWEST_IN_STRATUM: Final = 30
"""Models a stratum needs for an alarm: of fewer, a rank correlation of 0 has a standard error above .18."""

FEWEST_FAMILIES_IN_STRATUM: Final = FEWEST_FAMILIES_FOR_VERDICT

MOST_VALUES: Final = 6
"""Different numbers in a column up to which each is a stratum: such as a version, a generation or yes and no."""

BANDS: Final = 3
"""Bands that a column of more numbers, or of dates, is cut into: more would seldom have the models for an alarm."""

CUT_BY: Final[Mapping[str, str]] = {"size": "--size-bands", "released": "--release-periods"}
"""The options that say where models are cut."""

LEAVE_OUT: Final = "Leave the option out."
SAY_IT: Final = "Say it of them in a column of the scores, or leave the option out."

BILLION: Final = 1e9
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Parting:
    """A split of the M models of a scope.

    Parameters
    ----------
    by : str
        Of `BY`, by closeness to chance with the benchmark behind a colon; or the name of a column of the file.
    rule : str
        How models are parted, in words.
    strata : tuple of str
    of : ndarray of int of shape (M,)
        The position of each model's stratum, -1 where it is not known.
    asked : bool
        Whether it was asked for.
    is_chance : bool
        Whether it is by closeness to chance.
    """

    by: str
    rule: str
    strata: tuple[str, ...]
    of: NDArray[np.intp] = field(repr=False)
    asked: bool
    is_chance: bool = False


def splits_of(
    population: Population, facts: Mapping[str, BenchmarkFacts], suite: Sequence[str], settings: Settings
) -> list[Parting]:
    """Return the splits of a scope: those asked for, then those that every study tries.

    Parameters
    ----------
    population : Population
    facts : mapping of str to BenchmarkFacts
    suite : sequence of str
        What the capabilities score was made from.
    settings : Settings

    Returns
    -------
    list of Parting
        Those that part the models into two strata or more; of those that were not asked for, the ones with a stratum
        that is large enough for an alarm.
    """
    asked = asked_for(population, settings)
    found = [_by_column(population, name) for name in asked if name in population.columns]
    for name in dict.fromkeys([*(one for one in asked if one not in population.columns), *DEFAULT_SPLITS]):
        is_asked = name in asked and name not in population.columns
        if name == CHANCE:
            by_chance = _by_chance(population, facts, suite, settings, is_asked)
            found += by_chance if is_asked else _most_even(by_chance)
        else:
            found.append(_by_fact(population, name, settings, is_asked))
    return [
        one
        for one in found
        if np.unique(one.of[one.of != UNKNOWN]).size > 1
        and (one.asked or has_large(one, population.matrix.families))
    ]


def asked_for(population: Population, settings: Settings) -> list[str]:
    """Return what models are to be parted by: columns of the table, and names of `BY`."""
    names = [column_named(name, list(population.columns)) for name in settings.by]
    return list(dict.fromkeys(name for name in names if name is not None))


def one_stratum(population: Population, name: str, settings: Settings) -> tuple[str, str]:
    """Say why models cannot be parted by something (not known of any, or all are in one stratum), and the remedy."""
    if name == CHANCE:
        return "no benchmark of the suite whose chance level is known parts them", SAY_IT
    parting = (
        _by_column(population, name)
        if name in population.columns
        else _by_fact(population, name, settings, asked=True)
    )
    known = parting.of[parting.of != UNKNOWN]
    if not known.size:
        return "it is known of none of them", SAY_IT
    alone = f"all {known.size} of which it is known are in one part, {parting.strata[known[0]]}"
    option = None if name in population.columns else CUT_BY.get(name)
    return alone, f"Cut elsewhere with {option}." if option else LEAVE_OUT


def by_of(name: str) -> str:
    """Return the name of the split by a column: its own, unless a split that every study tries is called so."""
    return f"{name} (column)" if name in BY else name


def _most_even(partings: Sequence[Parting]) -> list[Parting]:
    """Return the one whose smaller stratum has the most models, the first of several."""
    return sorted(partings, key=lambda one: -min((one.of == 0).sum(), (one.of == 1).sum()))[:1]


def has_large(parting: Parting, families: Sequence[str]) -> bool:
    """Return whether a stratum has enough models and families for an alarm."""
    for place in range(len(parting.strata)):
        members = np.flatnonzero(parting.of == place).tolist()
        if (
            len(members) >= FEWEST_IN_STRATUM
            and len({families[row] for row in members}) >= FEWEST_FAMILIES_IN_STRATUM
        ):
            return True
    return False


def covariates(population: Population) -> dict[str, FloatArray]:
    """Return what a correlation is given: compute, size, day of release, columns asked for; NaN where not known."""
    read: dict[str, Callable[[ModelFacts], float | None]] = {
        # Nobody trains with nothing: 0 stands in some tables for what is not known.
        "compute": lambda one: one.training_flop if (one.training_flop or 0.0) > 0.0 else None,
        "size": lambda one: one.parameters if (one.parameters or 0.0) > 0.0 else None,
        "released": lambda one: day_number(one.released),
    }
    found = {
        name: np.array([np.nan if (value := of(one)) is None else value for one in population.models])
        for name, of in read.items()
    }
    for name, cells in population.columns.items():
        quantity = quantity_of(cells)
        if quantity is not None:
            found[by_of(name)] = quantity.values
    return found


def _by_fact(population: Population, by: str, settings: Settings, asked: bool) -> Parting:
    """Part models by what is known of them."""
    if by == "size":
        return _banded(
            "size",
            covariates(population)["size"],
            settings.size_bands,
            [f"{cut / BILLION:g}" for cut in settings.size_bands],
            "billion parameters",
            asked,
        )
    if by == "compute":
        flop = np.log10(covariates(population)["compute"])
        known = flop[~np.isnan(flop)]
        cuts = list(range(int(np.floor(known.min())) + 1, int(np.ceil(known.max())))) if known.size else []
        return _banded("compute", flop, cuts, [f"1e{cut}" for cut in cuts], "training FLOP", asked)
    if by == "released":
        return _by_release(population, settings, asked)
    read: dict[str, Callable[[ModelFacts], str | None]] = {
        "class": lambda one: one.population,
        "family": lambda one: one.family,
        "organisation": lambda one: one.organisation,
        "base_model": lambda one: one.base_model,
    }
    word = by.replace("_", " ")
    return _by_value(by, f"by {word}", [read[by](one) for one in population.models], asked)


def _by_release(population: Population, settings: Settings, asked: bool) -> Parting:
    """Part models by the period in which they were released; of a year alone, all of it must lie in one."""
    periods = settings.release_periods
    cuts = [float(date.fromisoformat(cut).toordinal()) for cut in periods]
    spans = [span(one.released) if one.released else None for one in population.models]
    first, last = (
        np.array([np.nan if one is None else float(one[end].toordinal()) for one in spans]) for end in (0, 1)
    )
    parting = _banded("released", first, cuts, periods, "(day of release)", asked, below="before")
    by_last = _banded("released", last, cuts, periods, "(day of release)", asked, below="before")
    return replace(parting, of=np.where(parting.of == by_last.of, parting.of, UNKNOWN))


def _by_value(by: str, rule: str, values: Sequence[str | None], asked: bool) -> Parting:
    """Part models by what is said of them, each value a stratum."""
    strata = tuple(sorted({value for value in values if value}))
    place = {value: k for k, value in enumerate(strata)}
    of = np.array([place[value] if value else UNKNOWN for value in values], dtype=np.intp)
    return Parting(by, rule, strata, of, asked)


def _by_column(population: Population, name: str) -> Parting:
    """Part models by a column of the table: words as they stand; numbers, dates and sizes in bands, unless few."""
    cells = population.columns[name]
    by = by_of(name)
    rule = f"by the column {name!r} of the scores"
    quantity = quantity_of(cells)
    if quantity is None:
        return _by_value(
            by, f"{rule}, each value a stratum", [cell and f"{name}: {cell}" for cell in cells], True
        )
    values, shown = quantity.values, quantity.shown
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if different.size <= MOST_VALUES:
        strata = tuple(f"{name}: {shown(value)}" for value in different)
        place = np.searchsorted(different, values).astype(np.intp)
        of = np.where(np.isnan(values), UNKNOWN, place)
        return Parting(by, f"{rule}, each value a stratum", strata, of, True)
    # Cuts are values that models have, so that the bands can be told from the scores.
    cuts = np.unique(np.quantile(known, [k / BANDS for k in range(1, BANDS)], method="higher"))
    # Where most models have the least value, it is one band, and all others are the next.
    cuts = cuts[cuts > known.min()] if (cuts > known.min()).any() else different[1:2]
    named = [shown(cut) for cut in cuts]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(named)]
    strata = tuple(f"{name}: {one}" for one in (f"below {named[0]}", *between, f"from {named[-1]}"))
    band = np.searchsorted(cuts, values, side="right").astype(np.intp)
    of = np.where(np.isnan(values), UNKNOWN, band)
    whole = f"{rule}, cut at the {'thirds' if BANDS == 3 else 'quantiles'} of the {known.size} models that have one"
    return Parting(by, f"{whole}: {', '.join(named)}", strata, of, True)


def _banded(
    by: str,
    values: FloatArray,
    cuts: Sequence[float],
    named: Sequence[str],
    unit: str,
    asked: bool,
    *,
    below: str = "below",
) -> Parting:
    """Part models at cut points; a model on a cut point is above it."""
    strata = [f"all {unit}"]
    if named:
        strata = [f"{below} {named[0]} {unit}"]
        strata += [f"{low} to {high} {unit}" for low, high in itertools.pairwise(named)]
        strata.append(f"from {named[-1]} {unit}")
    band = np.searchsorted(np.asarray(cuts, dtype=np.float64), values, side="right").astype(np.intp)
    of = np.where(np.isnan(values), UNKNOWN, band)
    return Parting(by, f"by {by}, cut at {', '.join(named)} {unit}", tuple(strata), of, asked)


def _by_chance(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    suite: Sequence[str],
    settings: Settings,
    asked: bool,
) -> list[Parting]:
    """Part models by whether they are hardly above guessing, once by each benchmark of the suite of known chance.

    Where nothing says what a fixed score was made from, every capability benchmark counts as if it were in the suite.
    """
    found = []
    for name in population.matrix.benchmarks:
        fact = facts[name]
        makes_capability = name in suite if suite else fact.kind == "capability"
        if not makes_capability or fact.chance is None or fact.ceiling is None or fact.direction == "lower":
            continue
        values = population.matrix.column(name)
        if np.nanmax(values) > fact.ceiling:
            continue  # in another unit than what is known of the benchmark
        cut = fact.chance + settings.near_chance * (fact.ceiling - fact.chance)
        found.append(
            Parting(
                f"{CHANCE}:{name}",
                f"by {fact.name}: whether a score is above guessing ({fact.chance:g}) by {settings.near_chance:.0%} "
                f"of what lies between guessing and {fact.ceiling:g}",
                (f"{fact.name} near chance (below {cut:.4g})", f"{fact.name} above chance (from {cut:.4g})"),
                np.where(np.isnan(values), UNKNOWN, (values >= cut).astype(np.intp)),
                asked,
                is_chance=True,
            )
        )
    return found
