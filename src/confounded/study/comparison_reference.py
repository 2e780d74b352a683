"""The reference population of a comparison: where the slope comes from, without the models that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.catalog.names import find_model, match_names
from confounded.datasets import safetywashing
from confounded.errors import ContentError, StatisticsError, UnknownError, UsageError
from confounded.scores import ScoreMatrix, ScoreTable
from confounded.stats.frozen_line import Refits, family_refits
from confounded.study.comparison_result import ComparisonSettings, ExcludedModel
from confounded.study.pairing import CompareTables, kept
from confounded.study.population import Population, benchmark_facts, populations
from confounded.study.result import BenchmarkFacts, LeftOut, Notice
from confounded.study.settings import Settings

__all__ = ["FrozenReference", "frozen_reference", "reference_refits", "reference_table", "shipped_population"]

OWN: Final = "the reference given"
SHIPPED_NAME: Final = "the {} models of the shipped scores"
SHIPPED: Final = frozenset(SHIPPED_NAME.format(one) for one in ("base", "chat"))
JOINED: Final = ("exact", "rule")
MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class FrozenReference:
    """The reference population without the models that are compared.

    Parameters
    ----------
    name, population : str
    models : Population
        Those that have the whole suite.
    facts : mapping of str to BenchmarkFacts
    excluded : tuple of ExcludedModel
    left_out : tuple of LeftOut
        The models that lack a score of the suite.
    families : ndarray of int of shape (N,)
    """

    name: str
    population: str
    models: Population
    facts: Mapping[str, BenchmarkFacts] = field(repr=False)
    excluded: tuple[ExcludedModel, ...]
    left_out: tuple[LeftOut, ...]
    families: NDArray[np.int64] = field(repr=False)


def shipped_population(tables: CompareTables, settings: ComparisonSettings) -> tuple[str, list[Notice]]:
    """Return which of the shipped populations the compared models belong to.

    Raises
    ------
    UnknownError
        If nothing says it, or they belong to several, and no setting does.
    """
    known = sorted({one for pair in tables.pairs for one in pair.populations})
    if settings.reference is not None:
        other = [one for one in known if one != settings.reference]
        if not other:
            return settings.reference, []
        return settings.reference, [
            Notice(
                what=f"The reference is of {settings.reference} models, and some compared models are known as "
                f"{' and '.join(other)} models: what capability predicts may differ between these."
            )
        ]
    if len(known) == 1 and known[0] != "mixed":
        return known[0], []
    raise UnknownError(
        "to know which population the compared models belong to",
        found=f"{' and '.join(known)} models" if known else "nothing of it",
        remedy="Pass --reference base or --reference chat, or the file of a reference population of your own; or add "
        "a column 'population'.",
    )


def reference_table(population: str) -> tuple[str, ScoreTable]:
    """Return the name and the scores of a shipped population."""
    table = safetywashing.load_scores()
    own = table.models.filter(table.models["population"] == population)["model"].to_list()
    # Base and chat models have different names in it, so that a name is enough.
    return SHIPPED_NAME.format(population), kept(table, models=own)


def frozen_reference(
    name: str,
    table: ScoreTable,
    suite: Sequence[str],
    safety: Sequence[str],
    tables: CompareTables,
    settings: ComparisonSettings,
) -> tuple[FrozenReference, list[Notice]]:
    """Return the reference population for some benchmarks.

    Raises
    ------
    UnknownError
        If population, family or direction of something is not known.
    UsageError
        If the reference has several populations and none was chosen.
    """
    used = kept(table, benchmarks=[*suite, *safety])
    compared = sorted({one for pair in tables.pairs for one in (pair.before, pair.after)})
    excluded, notices = _excluded(compared, used)
    others = set(used.models["model"]) - {one.model for one in excluded}
    used = kept(used, models=sorted(others & set(used.scores["model"])))
    if used.scores.is_empty():
        raise ContentError("a reference of other models than those compared", found="none", where=name)
    # What is said of directions is said of the compared tables and of a reference of one's own; those of the shipped
    # scores are known.
    directions = {} if name in SHIPPED else settings.directions
    directions = {key: way for key, way in directions.items() if key == "*" or key in [*suite, *safety]}
    asked = Settings(
        population=settings.population,
        unknown_families_apart=settings.unknown_families_apart,
        directions=directions,
    )
    facts = benchmark_facts(used, asked)
    split, remarks = populations(used, facts, asked)
    chosen = [one for one in split if settings.population in (None, one.name)] if len(split) > 1 else split
    if len(chosen) != 1:
        raise UsageError(
            "one population as the reference",
            found=", ".join(one.name for one in split),
            where=name,
            remedy="Choose one with --population.",
        )
    return _complete(name, chosen[0], suite, facts, excluded), [*notices, *remarks]


def reference_refits(
    frozen: FrozenReference, suite: Sequence[str], progress: Callable[[str, int, int], None] | None = None
) -> Refits:
    """Fit the suite of the reference, and again without each of its families.

    Raises
    ------
    ContentError
        If too few models have the whole suite, or a capability benchmark does not tell models apart.
    """
    told = None if progress is None else partial(progress, "Leaving out families of the reference")
    try:
        return family_refits(frozen.models.matrix.columns(list(suite)), frozen.families, told)
    except StatisticsError as problem:
        raise ContentError(
            "a reference whose suite a first component can be fitted to",
            found=f"{len(frozen.models.models)} models with scores on all of it; {problem}",
            where=frozen.name,
            remedy="Choose another --suite or --reference.",
        ) from problem


def _complete(
    name: str,
    population: Population,
    suite: Sequence[str],
    facts: Mapping[str, BenchmarkFacts],
    excluded: Sequence[ExcludedModel],
) -> FrozenReference:
    """Return the models of a population that have scores on the whole suite."""
    matrix = population.matrix
    absent = np.isnan(matrix.columns(list(suite)))
    rows = np.flatnonzero(~absent.any(axis=1)).tolist()
    _, families = np.unique(np.array(matrix.families, dtype=str)[rows], return_inverse=True)
    complete = ScoreMatrix(
        models=tuple(matrix.models[row] for row in rows),
        benchmarks=matrix.benchmarks,
        scores=matrix.scores[rows],
        families=tuple(matrix.families[row] for row in rows),
        stderr=matrix.stderr[rows],
        n_items=matrix.n_items[rows],
    )
    return FrozenReference(
        name=name,
        population=population.name,
        models=Population(population.name, complete, tuple(population.models[row] for row in rows)),
        facts=facts,
        excluded=tuple(excluded),
        left_out=tuple(
            LeftOut(
                model=matrix.models[row],
                missing=[suite[column] for column in np.flatnonzero(absent[row]).tolist()],
            )
            for row in np.flatnonzero(absent.any(axis=1)).tolist()
        ),
        families=families.astype(np.int64),
    )


def _excluded(compared: Sequence[str], table: ScoreTable) -> tuple[list[ExcludedModel], list[Notice]]:
    """Return the models of a reference that are compared, under whatever usual spelling."""
    known = table.models["model"].to_list()
    entries = {name: find_model(name) for name in known}
    found: dict[str, str] = {}
    doubtful: dict[str, str] = {}
    for one in match_names(compared, known):
        entry = find_model(one.name)
        same = [name for name in known if entry is not None and entries[name] == entry]
        if one.how in JOINED and one.match is not None:
            same.append(one.match)
        found.update(dict.fromkeys(same, one.name))
        doubtful.update({} if same else {name: one.name for name in one.candidates if name in entries})
    doubtful = {name: own for name, own in doubtful.items() if name not in found}
    notices = []
    if doubtful:
        pairs = [f"{own} ({name} of the reference)" for name, own in sorted(doubtful.items())]
        shown = ", ".join(pairs[:MOST_NAMED]) + (
            f" and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
        )
        notices.append(
            Notice(
                what=f"Some compared models have names like models of the reference, which stay in it: {shown}.",
                remedy="If they are the same, write their names as the reference has them.",
            )
        )
    return [ExcludedModel(model=name, compared=found[name]) for name in sorted(found)], notices
