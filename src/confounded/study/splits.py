"""The ways to part models into strata, each by a stated rule and never by quantiles of the data at hand.

Words: a *scope* is the models that are parted (a population, or all together), a *split* a way to part them, a
*stratum* one of its parts. A model of which the fact in question is not known is in no stratum.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.errors import UsageError
from confounded.stats.intervals import FEWEST_FAMILIES_FOR_VERDICT
from confounded.study.population import ModelFacts, Population
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
    "covariates",
    "splits_of",
]

FloatArray = NDArray[np.float64]

CHANCE: Final = "chance"

DEFAULT_SPLITS: Final = ("class", "size", CHANCE)
"""What every study tries, few so that Holm's adjustment stays mild: the kind of model (base or chat), its size, and
whether it is above guessing on a benchmark that makes capability. Of several such benchmarks it is the one that parts
the models most evenly, which does not depend on any benchmark under test."""

FEWEST_IN_STRATUM: Final = 30
"""Models a stratum needs for an alarm: of fewer, a rank correlation of 0 has a standard error above .18."""

FEWEST_FAMILIES_IN_STRATUM: Final = FEWEST_FAMILIES_FOR_VERDICT

ALIASES: Final[Mapping[str, str]] = {
    "population": "class",
    "parameters": "size",
    "release": "released",
    "training_flop": "compute",
}
"""Columns of a table of models that are known by another word."""

BY: Final = ("class", "family", "organisation", "size", "released", "compute", "base_model", CHANCE)
"""All that models can be parted by."""

BILLION: Final = 1e9
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Parting:
    """A split of the M models of a scope.

    Parameters
    ----------
    by : str
        Of `BY`; by closeness to chance, with the benchmark behind a colon.
    rule : str
        How models are parted, in words.
    strata : tuple of str
    of : ndarray of int of shape (M,)
        The position of each model's stratum, -1 where it is not known.
    asked : bool
        Whether it was asked for.
    """

    by: str
    rule: str
    strata: tuple[str, ...]
    of: NDArray[np.intp] = field(repr=False)
    asked: bool


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

    Raises
    ------
    UsageError
        If models cannot be parted by what was asked for.
    """
    asked = [ALIASES.get(name, name) for name in settings.by]
    strange = [name for name in asked if name not in BY]
    if strange:
        raise UsageError(f"--by one of {', '.join(BY)}", found=", ".join(strange), where="--by")
    found: list[Parting] = []
    for name in dict.fromkeys([*asked, *DEFAULT_SPLITS]):
        if name == CHANCE:
            by_chance = _by_chance(population, facts, suite, settings, name in asked)
            found += by_chance if name in asked else _most_even(by_chance)
        else:
            found.append(_by_fact(population, name, settings, name in asked))
    return [
        one
        for one in found
        if np.unique(one.of[one.of != UNKNOWN]).size > 1
        and (one.asked or _has_large(one, population.matrix.families))
    ]


def _most_even(partings: Sequence[Parting]) -> list[Parting]:
    """Return the one whose smaller stratum has the most models, the first of several."""
    return sorted(partings, key=lambda one: -min((one.of == 0).sum(), (one.of == 1).sum()))[:1]


def _has_large(parting: Parting, families: Sequence[str]) -> bool:
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
    """Return what a correlation is given: training compute, size and day of release of each model, NaN if not known."""
    read: dict[str, Callable[[ModelFacts], float | None]] = {
        # Nobody trains with nothing: 0 stands in some tables for what is not known.
        "compute": lambda one: one.training_flop if (one.training_flop or 0.0) > 0.0 else None,
        "size": lambda one: one.parameters if (one.parameters or 0.0) > 0.0 else None,
        "released": lambda one: _day(one.released),
    }
    return {
        name: np.array([np.nan if (value := of(one)) is None else value for one in population.models])
        for name, of in read.items()
    }


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
        days = [float(date.fromisoformat(cut).toordinal()) for cut in settings.release_periods]
        return _banded(
            "released",
            covariates(population)["released"],
            days,
            settings.release_periods,
            "(day of release)",
            asked,
        )
    read: dict[str, Callable[[ModelFacts], str | None]] = {
        "class": lambda one: one.population,
        "family": lambda one: one.family,
        "organisation": lambda one: one.organisation,
        "base_model": lambda one: one.base_model,
    }
    values = [read[by](one) for one in population.models]
    strata = tuple(sorted({value for value in values if value}))
    place = {value: k for k, value in enumerate(strata)}
    of = np.array([place[value] if value else UNKNOWN for value in values], dtype=np.intp)
    word = by.replace("_", " ")
    return Parting(by, f"by {word}", strata, of, asked)


def _banded(
    by: str, values: FloatArray, cuts: Sequence[float], named: Sequence[str], unit: str, asked: bool
) -> Parting:
    """Part models at cut points; a model on a cut point is above it."""
    strata = [f"all {unit}"]
    if named:
        strata = [f"below {named[0]} {unit}"]
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
            )
        )
    return found


def _day(released: str | None) -> float | None:
    """Return a day of release as a number of days; of a month or a year, its first."""
    if not released:
        return None
    try:
        return float(date.fromisoformat(released[:10] + "-01-01"[: max(0, 10 - len(released))]).toordinal())
    except ValueError:
        return None
