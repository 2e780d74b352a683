"""Of how many models it is known when they were released, and why the others are in no trend."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from confounded.scores.dates import day_number
from confounded.study.known import counted, listed
from confounded.study.population import ModelFacts, Population
from confounded.study.result import Notice
from confounded.study.trends import FEWEST_DATED

__all__ = ["n_dated", "release_notices"]

MOST_NAMED = 8


def n_dated(population: Population) -> int:
    """Return of how many models the release is known to the month at least, as trends need it."""
    return sum(not isnan(day_number(one.released)) for one in population.models)


def release_notices(split: Sequence[Population]) -> list[Notice]:
    """Say of each population of how many models the release is known, where it is not known to the day of all.

    Parameters
    ----------
    split : sequence of Population
    """
    said = [text for population in split if (text := _said(population))]
    complete = all(n_dated(population) == len(population.models) for population in split)
    remedy = "Say it in a column 'released' or in a models.toml: 2024-05-31, or 2024-05."
    return [Notice(what=" ".join(said), remedy="" if complete else remedy)] if said else []


def _said(population: Population) -> str | None:
    """Return what is to be said of one population, None where the day is known of every model."""
    of = population.models
    dated = n_dated(population)
    by_year = [one for one in of if one.released and isnan(day_number(one.released))]
    without = [one for one in of if not one.released]
    to_month = sum(len(one.released or "") == len("YYYY-MM") for one in of)
    if not (by_year or without or to_month):
        return None
    kind = counted(len(of), f"{population.name} model")
    if not dated and not by_year:
        return f"The date of release is known of none of the {kind}: there is no trend over time."
    parts = [
        f"of {to_month} to the month, which counts as its middle" if to_month else "",
        f"of {len(by_year)} the year alone, which a trend leaves out ({_names(by_year)})" if by_year else "",
        f"of {len(without)} no date ({_names(without)})" if without else "",
        f"fewer than the {FEWEST_DATED} that a trend needs" if dated < FEWEST_DATED else "",
    ]
    return f"The date of release is known of {dated} of the {kind}; {'; '.join(filter(None, parts))}."


def _names(models: Sequence[ModelFacts]) -> str:
    return listed([one.name for one in models], most=MOST_NAMED)
