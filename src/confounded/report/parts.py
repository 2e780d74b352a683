"""What strata that were asked for say of each benchmark, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from confounded.report.cards.content import strata_lines
from confounded.study.result import StudyResult

__all__ = ["MOST_SHOWN", "lines_of_parts"]

MOST_SHOWN: Final = 12
"""Benchmarks of a population whose strata are said; those of the others are in the tables."""


def lines_of_parts(result: StudyResult) -> Iterator[str]:
    """Yield how the correlation of each benchmark is in the parts that were asked for.

    Parameters
    ----------
    result : StudyResult

    Yields
    ------
    str
        A line a benchmark and split, and one that counts what is not said.
    """
    for population in result.populations:
        own = [
            one
            for one in result.strata
            if one.population == population.population and any(s.parts for s in one.splits)
        ]
        for one in own[:MOST_SHOWN]:
            for line in strata_lines([one]):
                yield f"{one.benchmark}, {one.population} models. {line.term}: {line.text}"
        if len(own) > MOST_SHOWN:
            yield f"{len(own) - MOST_SHOWN} more benchmarks of the {population.population} models: see the tables."
