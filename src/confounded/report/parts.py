"""What parts of the models say of each benchmark, in lines for a terminal: alarms always, the rest where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from confounded.report.cards.content import number, span, strata_lines
from confounded.study.result import Correlation, StudyResult
from confounded.study.strata_result import TOGETHER, BenchmarkStrata

__all__ = ["MOST_SHOWN", "lines_of_parts"]

MOST_SHOWN: Final = 12
"""Benchmarks of a population whose parts are said; those of the others are in the tables."""

ALARMS: Final = ("sign reversal", "opposite strata", "reversal within groups", "hidden within groups")
"""The cautions of which a reader must know before any correlation over all models is read."""


def lines_of_parts(result: StudyResult) -> Iterator[tuple[int, str]]:
    """Yield where a sign turns in a part of the models, and how correlations are in the parts that were asked for.

    Parameters
    ----------
    result : StudyResult

    Yields
    ------
    (int, str)
        How far a line is indented, and the line: one a benchmark, below it one an alarm, split or third column; and one
        that counts what is not said.
    """
    found = {(one.population, one.benchmark): one for one in result.correlations}
    for population in [*(one.population for one in result.populations), TOGETHER]:
        own = [one for one in result.strata if one.population == population and _is_told(one)]
        own.sort(key=lambda one: not _has_alarm(one, found.get((population, one.benchmark))))
        who = "all" if population == TOGETHER else population
        for one in own[:MOST_SHOWN]:
            correlation = found.get((population, one.benchmark))
            yield 0, _headline(one, correlation, who)
            yield from ((2, what) for what in _alarms(one, correlation))
            if any(split.parts for split in one.splits):
                yield from ((2, f"{line.term}: {line.text}") for line in strata_lines([one]))
        if len(own) > MOST_SHOWN:
            yield 0, f"{len(own) - MOST_SHOWN} more benchmarks of {who} models: see the tables."


def _has_alarm(one: BenchmarkStrata, correlation: Correlation | None = None) -> bool:
    cautions = [] if correlation is None else correlation.cautions
    return bool(one.reversals or one.oppositions) or any(own.caution in ALARMS for own in cautions)


def _is_told(one: BenchmarkStrata) -> bool:
    return _has_alarm(one) or any(split.parts for split in one.splits)


def _headline(one: BenchmarkStrata, correlation: Correlation | None, who: str) -> str:
    """Say the correlation over all models, which that in a part is held against."""
    whole = one.overall
    verdict = f"{correlation.verdict}, " if correlation is not None else ""
    rho = f"ρ = {number(whole.rho)} {span(whole.low, whole.high)}".rstrip()
    families = f"{whole.n_families} {'family' if whole.n_families == 1 else 'families'}"
    return f"{one.benchmark}, {who} models: {verdict}{rho} over {whole.n_models} models of {families}."


def _alarms(one: BenchmarkStrata, correlation: Correlation | None) -> Iterator[str]:
    """Yield the alarms: of a population in the words of its cautions, of all together the surest."""
    if correlation is not None:
        for caution in correlation.cautions:
            if caution.caution in ALARMS:
                yield f"{caution.caution.capitalize()}: {caution.what}"
        return
    if one.reversals:
        yield f"{ALARMS[0].capitalize()}: {min(one.reversals, key=lambda own: own.reversal_holm).what}"
    elif one.oppositions:
        yield f"{ALARMS[1].capitalize()}: {min(one.oppositions, key=lambda own: own.p_holm).what}"
