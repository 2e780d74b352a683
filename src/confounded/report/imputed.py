"""What of a suite was imputed, in lines for a terminal: how much, what that takes for granted, and of each result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from confounded.report.cards.content import number, span
from confounded.report.words import plural
from confounded.study.missing_result import Imputed, MissingCells
from confounded.study.result import Correlation, StudyResult

__all__ = ["MOST_SHOWN", "lines_of_imputed"]

MOST_SHOWN: Final = 12
"""Benchmarks of a population beside which the share is said, those of which most is imputed; all are in the tables."""

GAPS: Final = "gaps go with capability"
"""The caution of benchmarks that no random part of the models has; their limits are of that part alone."""


def lines_of_imputed(result: StudyResult) -> Iterator[tuple[int, str]]:
    """Yield what of each suite was imputed, and its share beside each correlation that rests on it.

    Parameters
    ----------
    result : StudyResult

    Yields
    ------
    (int, str)
        How far a line is indented, and the line: one a population, below it one a benchmark outside the suite.
    """
    for population in result.populations:
        missing = population.missing
        if missing is None or not missing.share:
            continue
        yield 0, _whole(population.population, missing, population.n_models - missing.n_models)
        own = [
            (one, one.imputed)
            for one in result.correlations
            if one.population == population.population and one.imputed is not None and not one.in_suite
        ]
        own.sort(key=lambda pair: -pair[1].share)
        yield from ((2, _beside(one, imputed)) for one, imputed in own[:MOST_SHOWN])
        if len(own) > MOST_SHOWN:
            yield 2, f"{plural(len(own) - MOST_SHOWN, 'more benchmark')}: see the tables."


def _whole(population: str, missing: MissingCells, n_without: int) -> str:
    random = (
        f"not missing at random: whether models have {', '.join(missing.by_age)} goes with when they were released"
        if missing.by_age
        else "taken to be missing at random given the others"
    )
    left_out = f"; {', '.join(missing.left_out)} left out of it" if missing.left_out else ""
    if n_without:
        left_out += f"; {plural(n_without, 'model')} with fewer than {missing.model_floor} of it left out"
    return (
        f"{100 * missing.share:.0f}% of the cells of the suite of {missing.n_models} {population} models are imputed, "
        f"{missing.imputations} times{left_out}. Cells are {random}."
    )


def _beside(one: Correlation, imputed: Imputed) -> str:
    interval = "" if one.interval is None else span(one.interval.low, one.interval.high)
    limits = span(imputed.complete_low, imputed.complete_high)
    gaps = [caution.what for caution in one.cautions if caution.caution == GAPS]
    return (
        f"{one.benchmark}: {one.verdict}, ρ = {number(one.rho)} {interval}".rstrip()
        + f" over {plural(one.n_models, 'model')}; "
        + f"{100 * imputed.share:.0f}% of the suite's cells imputed for its models"
        + (f", were they known ρ would lie in {limits}" if limits else "")
        + "."
        + "".join(f" {what}" for what in gaps)
    )
