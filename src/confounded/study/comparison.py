"""Is the change in safety more than the change in capability predicts?

D = Δsafety - b · Δscore for each model that became another, with the reference population, its loadings and b frozen
and without the compared models. `docs/method.md` says what it is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

import confounded
from confounded.catalog import benchmarks as catalogue
from confounded.errors import ContentError, UsageError
from confounded.scores import ScoreTable, score_matrix
from confounded.stats.frozen_line import FrozenLine
from confounded.study.comparison_benchmark import Measured, compare_on, rows_of
from confounded.study.comparison_reference import (
    OWN,
    FrozenReference,
    frozen_reference,
    reference_refits,
    reference_table,
    shipped_population,
)
from confounded.study.comparison_result import (
    Comparison,
    ComparisonProvenance,
    ComparisonSettings,
    ReferencePopulation,
)
from confounded.study.comparison_words import assumptions
from confounded.study.directions import catalogue_directions
from confounded.study.measurement import error_variances
from confounded.study.pairing import (
    AFTER,
    BEFORE,
    CompareTables,
    Pair,
    benchmarks_of,
    in_units_of,
    kept,
    pair_rows,
    same_metrics,
)
from confounded.study.population import Population, benchmark_facts
from confounded.study.result import BenchmarkFacts, Notice, Source, SuiteMember
from confounded.study.settings import PAPER_SUITE, SMALLEST_SUITE, Settings

__all__ = ["compare"]

Told = Callable[[str, int, int], None]

NOT_SAFETY: Final = ("capabilities", "other-capabilities")
"""Areas of the catalogue whose benchmarks are no safety benchmarks unless they are named."""


def compare(
    before: ScoreTable,
    after: ScoreTable | None = None,
    settings: ComparisonSettings | None = None,
    *,
    reference: ScoreTable | None = None,
    reference_name: str = OWN,
    sources: Sequence[Source] = (),
    progress: Told | None = None,
) -> Comparison:
    """Say whether safety changed more than the change in capability predicts.

    Parameters
    ----------
    before : ScoreTable
        Scores on safety benchmarks and on the suite. With a column ``pair`` it can be the only table.
    after : ScoreTable, optional
        The same models later, or models whose column ``pair`` names a row of `before`.
    settings : ComparisonSettings, optional
    reference : ScoreTable, optional
        A reference population of one's own, with scores on the same benchmarks. By default the shipped base or chat
        models.
    reference_name : str, optional
        What it is called in the result.
    sources : sequence of Source, optional
        The files the scores were read from, for the record.
    progress : callable, optional
        Told what is being done, how many pieces of it are done, and how many there are.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError, UnknownError
        If it is not said which row became which, which population is the reference, or which way is safer.
    ContentError
        If the tables have other suites, units, metrics or directions than each other or the reference, or no model
        can be compared.

    Examples
    --------
    >>> import confounded
    >>> before = confounded.read_scores("before.csv")  # doctest: +SKIP
    >>> found = confounded.compare(before, confounded.read_scores("after.csv"))  # doctest: +SKIP
    >>> found.benchmarks[0].sentence  # doctest: +SKIP
    """
    settings = settings or ComparisonSettings()
    tables = pair_rows(before, after)
    notices = [
        Notice(what=issue.what, where=issue.where, remedy=issue.remedy, lenient=issue.stops)
        for table in (before, *((after,) if after else ()), *((reference,) if reference else ()))
        for issue in table.issues
    ]
    if reference is None:
        population, remarks = shipped_population(tables, settings)
        notices += remarks
        reference_name, reference = reference_table(population)
    suite, remarks = _suite(tables, reference, reference_name, settings)
    safety, more = _safety(tables, suite, reference, reference_name, settings)
    notices += remarks + more
    used = [*suite, *safety]
    there = kept(reference, benchmarks=used)
    sides = []
    for called, table in ((BEFORE, tables.before), (AFTER, tables.after)):
        side, remarks = in_units_of(kept(table, benchmarks=used), there, called, settings)
        sides.append(side)
        notices += remarks
    named = {BEFORE: sides[0], AFTER: sides[1], "the reference": there}
    same_metrics(named, suite, settings)
    notices += same_metrics(named, safety, settings)
    frozen, remarks = frozen_reference(reference_name, reference, suite, safety, tables, settings)
    measured, more = _measured(sides, tables.pairs, suite, frozen, settings)
    notices += remarks + more + _unknown_families(tables.pairs, settings)
    found, lines, problems = [], [], []
    refits = reference_refits(frozen, suite, progress)
    for name in safety:
        try:
            compared, line = compare_on(name, suite, tables.pairs, measured, frozen, refits, settings)
        except ContentError as problem:
            problems.append(problem)
            continue
        found.append(compared)
        lines.append(line)
    if not found:
        raise problems[0]
    notices += [Notice(what=f"Left out: {problem}") for problem in problems]
    return Comparison(
        provenance=ComparisonProvenance(
            program="confounded",
            program_version=confounded.__version__,
            sources=list(sources),
            settings=settings,
        ),
        reference=_reference_record(frozen, suite, lines[0]),
        benchmarks=found,
        unpaired=list(tables.unpaired),
        assumptions=assumptions(found, settings.level),
        notices=notices,
    )


def _suite(
    tables: CompareTables, reference: ScoreTable, reference_name: str, settings: ComparisonSettings
) -> tuple[tuple[str, ...], list[Notice]]:
    """Return the capability benchmarks, which must be the same before, after and in the reference."""
    sides = {
        BEFORE: benchmarks_of(tables.before),
        AFTER: benchmarks_of(tables.after),
        reference_name: benchmarks_of(reference),
    }
    if settings.suite is not None:
        for called, there in sides.items():
            absent = [name for name in settings.suite if name not in there]
            if absent:
                raise ContentError(
                    "scores on every benchmark of the suite",
                    found=f"none on {', '.join(absent)}",
                    where=called,
                )
        return settings.suite, []
    only = {
        called: [name for name in PAPER_SUITE if name in sides[called] and name not in sides[other]]
        for called, other in ((BEFORE, AFTER), (AFTER, BEFORE))
    }
    if any(only.values()):
        raise ContentError(
            "the same suite before and after",
            found="; ".join(
                f"only {called} has {', '.join(names)}" for called, names in only.items() if names
            ),
            remedy="Score the models on the same benchmarks, or name those to use with --suite A,B,C.",
        )
    suite = tuple(name for name in PAPER_SUITE if all(name in there for there in sides.values()))
    if len(suite) < SMALLEST_SUITE:
        raise ContentError(
            f"at least {SMALLEST_SUITE} capability benchmarks before, after and in the reference",
            found=", ".join(suite) or "none of the paper's",
            remedy=f"Add scores on some of {', '.join(PAPER_SUITE)}; or name others with --suite A,B,C and give a "
            "--reference that has them.",
        )
    if len(suite) == len(PAPER_SUITE):
        return suite, []
    return suite, [
        Notice(
            what=f"The suite has {len(suite)} of the paper's {len(PAPER_SUITE)} capability benchmarks: "
            f"{', '.join(suite)}. The score is refitted to these.",
            remedy="Name other capability benchmarks with --suite.",
        )
    ]


def _safety(
    tables: CompareTables,
    suite: Sequence[str],
    reference: ScoreTable,
    reference_name: str,
    settings: ComparisonSettings,
) -> tuple[list[str], list[Notice]]:
    """Return the safety benchmarks."""
    both = benchmarks_of(tables.before) & benchmarks_of(tables.after)
    there = benchmarks_of(reference)
    remedy = (
        "b comes from models with scores on the benchmark: give a file of them, with scores on the suite, as "
        "--reference SOURCE."
    )
    if settings.safety:
        absent = [name for name in settings.safety if name not in both]
        if absent:
            raise UsageError(
                "safety benchmarks with scores before and after",
                found=f"none on {', '.join(absent)}",
                where="--safety",
            )
        unknown = [name for name in settings.safety if name not in there]
        if unknown:
            raise ContentError(
                "scores of the reference on every safety benchmark",
                found=f"none on {', '.join(unknown)}",
                where=reference_name,
                remedy=remedy,
            )
        return list(settings.safety), []
    candidates = [name for name in sorted(both - set(suite)) if not _is_capability(name)]
    known = [name for name in candidates if name in there]
    if not known:
        raise ContentError(
            "a safety benchmark before, after and in the reference",
            found=f"{', '.join(candidates)}, on which the reference has no scores" if candidates else "none",
            where=reference_name,
            remedy=remedy if candidates else "Add the column, or name it with --safety.",
        )
    rest = [name for name in candidates if name not in there]
    if not rest:
        return known, []
    return known, [
        Notice(what=f"The reference has no scores on {', '.join(rest)}, which is left out.", remedy=remedy)
    ]


def _is_capability(name: str) -> bool:
    entry = catalogue().get(name)
    return entry is not None and (entry.area in NOT_SAFETY or entry.kind is None)


def _measured(
    sides: Sequence[ScoreTable],
    pairs: Sequence[Pair],
    suite: Sequence[str],
    frozen: FrozenReference,
    settings: ComparisonSettings,
) -> tuple[Measured, list[Notice]]:
    """Arrange the compared rows as matrices, and check that higher means the same in all three places."""
    names = ([pair.before for pair in pairs], [pair.after for pair in pairs])
    notices: list[Notice] = []
    populations, of_sides = [], []
    for called, table, models in zip((BEFORE, AFTER), sides, names, strict=True):
        present = benchmarks_of(table)
        asked = Settings(
            directions={n: way for n, way in settings.directions.items() if n == "*" or n in present}
        )
        facts = benchmark_facts(table, asked)
        _check_directions(facts, frozen.facts, called)
        notices = catalogue_directions(kept(table, benchmarks=sorted(present - set(suite))), asked) or notices
        matrix = score_matrix(
            table,
            models=models,
            families=dict.fromkeys(models, ""),
            directions={name: fact.direction for name, fact in facts.items()},
        )
        populations.append(Population(frozen.population, matrix, ()))
        of_sides.append(facts)
    errors = [
        np.column_stack(
            [rows_of(one, error_variances(one, name, facts[name]).variance, models) for name in suite]
        )
        for one, models, facts in zip(populations, names, of_sides, strict=True)
    ]
    return Measured(
        suite_variance=errors[0] + errors[1],
        facts=of_sides[1],
        sides=(populations[0], populations[1]),
    ), notices


def _check_directions(
    facts: Mapping[str, BenchmarkFacts], reference: Mapping[str, BenchmarkFacts], called: str
) -> None:
    """Raise where higher is safer in one place and lower in another: then they are not the same metric."""
    for name, fact in facts.items():
        there = reference.get(name)
        if there is not None and there.direction != fact.direction:
            metric = f" ({there.metric})" if there.metric else ""
            raise ContentError(
                f"{name!r} to be better or safer as it is in the reference: {there.direction}{metric}",
                found=fact.direction,
                where=called,
                remedy="Turn the scores round, such as 1 - score; or pass "
                f"--direction {name}={there.direction} if they are the same as the reference's already.",
            )


def _unknown_families(pairs: Sequence[Pair], settings: ComparisonSettings) -> list[Notice]:
    """Say what was taken of families of which nothing is known, where it changes a number."""
    unknown = sorted(
        {pair.after for pair in pairs if pair.family_before is None and pair.family_after is None}
    )
    if not unknown or len(pairs) < 2:
        return []
    taken = "families of one" if settings.unknown_families_apart else "one family"
    other = "a column 'family'" + (
        "" if settings.unknown_families_apart else ", or pass --unknown-families-apart"
    )
    return [
        Notice(
            what=f"The families of {', '.join(unknown)} are not known. They count as {taken} where models are taken "
            "together.",
            remedy=f"Add {other}.",
        )
    ]


def _reference_record(frozen: FrozenReference, suite: Sequence[str], line: FrozenLine) -> ReferencePopulation:
    return ReferencePopulation(
        name=frozen.name,
        population=frozen.population,
        models=list(frozen.models.matrix.models),
        n_families=int(np.unique(frozen.families).size),
        excluded=list(frozen.excluded),
        left_out=list(frozen.left_out),
        suite=[
            SuiteMember(benchmark=name, loading=float(loading))
            for name, loading in zip(suite, line.loadings, strict=True)
        ],
        explained_share=float(line.explained_share),
        score_low=float(line.scores.min()),
        score_high=float(line.scores.max()),
    )
