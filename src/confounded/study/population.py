"""Scores joined with what is known of models and benchmarks: the populations that are studied apart.

Base and chat models are never mixed: one correlation over both can have the wrong sign. What the file declares
goes before the catalogue; what neither says is asked for, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confounded.catalog import Model, benchmarks, description_of
from confounded.catalog.families import Kin, kin_of
from confounded.catalog.names import find_model
from confounded.errors import UnknownError
from confounded.scores import ScoreMatrix, ScoreTable, score_matrix
from confounded.scores.matrix import Direction
from confounded.study.columns import asked_columns
from confounded.study.directions import direction_of, refuse_undirected
from confounded.study.entries import Entry, entries_of
from confounded.study.kinship import architectures, likely_families
from confounded.study.known import counted, first, in_toml, listed
from confounded.study.result import BenchmarkFacts, Notice
from confounded.study.settings import Settings
from confounded.study.strata_result import TOGETHER
from confounded.study.units import in_unit, units_of

__all__ = [
    "ModelFacts",
    "Population",
    "benchmark_facts",
    "populations",
    "together",
]

CAPABILITIES_SCORE = "capabilities score"
"""What a benchmark is correlated with unless the catalogue names the accuracy on its own data set."""

DECLARED = "declared with the scores"
"""The source of a fact that the file states itself."""

APART = "not known: a family of its own"
"""The source of the family of a model of which nothing says it."""

MOST_NAMED = 40
"""Models that a notice names; the rest are counted, and all of them stand in the table of models."""

POPULATION_ORDER = ("base", "chat", "mixed")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of one model of a population; None where nothing is.

    `kin` is the family that a model of unknown family is probably of, by its architecture and size (`study.kinship`).
    """

    model: str
    name: str
    family: str
    organisation: str | None
    parameters: float | None
    training_flop: float | None
    catalogue_model: str | None = None
    family_from: str = DECLARED
    population: str | None = None
    base_model: str | None = None
    released: str | None = None
    kin: str | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Models that are studied together.

    Parameters
    ----------
    name : str
        ``base``, ``chat`` or ``mixed``.
    matrix : ScoreMatrix
        Their scores, higher being better or safer.
    models : tuple of ModelFacts
        What is known of them, in the order of the matrix's rows.
    columns : mapping of str to tuple of (str or None)
        The columns of the table that models are to be parted by, in the same order.
    """

    name: str
    matrix: ScoreMatrix
    models: tuple[ModelFacts, ...]
    columns: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict, repr=False)

    @property
    def kin(self) -> tuple[str, ...] | None:
        """Return the family of each model with likely kin in one; None where there are none to put together."""
        kin = tuple(one.kin or one.family for one in self.models)
        return kin if len(set(kin)) < len(set(self.matrix.families)) else None

    def of_models(self, rows: Sequence[int]) -> Population:
        """Return the population of some of the models, in the order of `rows`."""
        return Population(
            self.name,
            self.matrix.of_models(rows),
            tuple(self.models[row] for row in rows),
            {name: tuple(cells[row] for row in rows) for name, cells in self.columns.items()},
        )


def populations(
    table: ScoreTable, facts: Mapping[str, BenchmarkFacts], settings: Settings
) -> tuple[list[Population], list[Notice]]:
    """Split a score table into the populations to be studied.

    Returns
    -------
    populations : list of Population
        Base before chat before mixed.
    notices : list of Notice
        What was assumed on the way: settings that stood in for facts.

    Raises
    ------
    UnknownError
        If the population or the family of a model is not known and no setting says what to do.
    """
    declared = {row["model"]: row for row in table.models.iter_rows(named=True)}
    of_model, notices = _population_of(declared, settings)
    directions: dict[str, Direction] = {name: fact.direction for name, fact in facts.items()}
    known, apart = _model_facts(declared, of_model, architectures(table), settings)
    if apart:
        notices.append(
            Notice(
                what=f"Each model of unknown family counts as a family of one ({len(apart)}): "
                f"{listed(apart, most=MOST_NAMED)}. Where some of them are kin, the families are counted too high.",
                remedy="Name their families in a column 'family'.",
            )
        )
    split = []
    for name in sorted(set(of_model.values()), key=POPULATION_ORDER.index):
        members = sorted(model for model, population in of_model.items() if population == name)
        matrix = score_matrix(
            table,
            models=members,
            families={model: known[model].family for model in members},
            directions=directions,
        )
        columns = asked_columns(table, settings, members)
        split.append(Population(name, matrix, tuple(known[model] for model in members), columns))
    return split, notices


def together(split: Sequence[Population]) -> Population:
    """Return all models as if they were one population, to see what mixing them would say.

    Parameters
    ----------
    split : sequence of Population

    Returns
    -------
    Population
        The models of the first population, then those of the next.
    """
    names = sorted({name for one in split for name in one.matrix.benchmarks})
    place = {name: k for k, name in enumerate(names)}

    def stacked(part: str) -> NDArray[np.float64]:
        whole = []
        for one in split:
            block = np.full((len(one.models), len(names)), np.nan)
            block[:, [place[name] for name in one.matrix.benchmarks]] = getattr(one.matrix, part)
            whole.append(block)
        return np.vstack(whole)

    matrix = ScoreMatrix(
        models=tuple(name for one in split for name in one.matrix.models),
        benchmarks=tuple(names),
        scores=stacked("scores"),
        families=tuple(name for one in split for name in one.matrix.families),
        stderr=stacked("stderr"),
        n_items=stacked("n_items"),
    )
    return Population(
        TOGETHER,
        matrix,
        tuple(facts for one in split for facts in one.models),
        {name: tuple(value for one in split for value in one.columns[name]) for name in split[0].columns},
    )


def _population_of(
    declared: Mapping[str, Mapping[str, Any]], settings: Settings
) -> tuple[dict[str, str], list[Notice]]:
    """Return the population of every model: as declared, of the catalogue, told by its name, or of the settings."""
    found: dict[str, str] = {}
    by_name: list[str] = []
    unknown: list[str] = []
    for model, row in declared.items():
        if row["population"]:
            found[model] = str(row["population"]).lower()
            continue
        entry = find_model(model)
        kin = None if entry is not None and entry.population else kin_of(model, row["base_model"])
        if entry is not None and entry.population:
            found[model] = entry.population
        elif kin is not None and kin.population and settings.population is None:
            found[model] = kin.population
            by_name.append(f"{model} ({kin.population})")
        else:
            unknown.append(model)
    if unknown and settings.population is None:
        raise UnknownError(
            "to know of every model whether it is a base or a chat model",
            found=f"nothing of {listed(unknown)}",
            remedy="Pass --population base|chat|mixed for these, or say it in a column 'population' or in a "
            "models.toml beside the scores (`confounded init` writes one to fill in).",
            options=["--population", "chat"],
            others="base or mixed, if they are that",
            lines=["models.toml", f'["{in_toml(unknown[0])}"]', 'population = "chat"'],
        )
    found.update(dict.fromkeys(unknown, settings.population or ""))
    notices = []
    if unknown:
        notices.append(
            Notice(
                what=f"{counted(len(unknown), 'model was', 'models were')} taken to be {settings.population}, "
                f"as asked for: {listed(unknown, most=MOST_NAMED)}."
            )
        )
    if by_name:
        notices.append(
            Notice(
                what=f"{counted(len(by_name), 'model was', 'models were')} taken to be what a word of the name says, "
                f"such as -instruct or -base: {listed(by_name, most=MOST_NAMED)}.",
                remedy="Add a column 'population' where that is wrong.",
            )
        )
    return found, notices


def _model_facts(
    declared: Mapping[str, Mapping[str, Any]],
    of_model: Mapping[str, str],
    architecture: Mapping[str, str],
    settings: Settings,
) -> tuple[dict[str, ModelFacts], list[str]]:
    """Return what is known of every model, and those whose family is not."""
    facts, unknown = {}, []
    for model, row in declared.items():
        entry = find_model(model, of_model[model]) or Model.unknown(of_model[model], model)
        kin = None if row["family"] else kin_of(model, row["base_model"])
        if not row["family"] and kin is None:
            unknown.append(model)
        facts[model] = _facts_of(model, of_model[model], row, entry, kin)
    if unknown and not settings.unknown_families_apart:
        raise UnknownError(
            "to know the family of every model, because kin are not independent evidence",
            found=f"nothing of {listed(unknown)}",
            remedy="Say it in a column 'family' or in a models.toml beside the scores (`confounded init` writes one to "
            "fill in), or pass --unknown-families-apart to count each as a family of one.",
            options=["--unknown-families-apart"],
            lines=["models.toml", f'["{in_toml(unknown[0])}"]', 'family = "..."'],
        )
    return _with_likely_kin(facts, architecture), unknown


def _with_likely_kin(
    facts: Mapping[str, ModelFacts], architecture: Mapping[str, str]
) -> dict[str, ModelFacts]:
    """Say with which family each model of unknown family is probably kin, where its architecture is known."""
    told = {model: (said, facts[model].parameters) for model, said in architecture.items() if model in facts}
    apart = {model for model in told if facts[model].family_from == APART}
    known = [(*alike, facts[model].family) for model, alike in told.items() if model not in apart]
    likely = likely_families(known, [told[model] for model in apart])
    return {
        model: replace(own, kin=likely[told[model]]) if model in apart else own
        for model, own in facts.items()
    }


def _facts_of(
    model: str, population: str, row: Mapping[str, Any], entry: Model, kin: Kin | None
) -> ModelFacts:
    """Join what the file says of a model with what the catalogue knows; the file goes first."""
    is_known = entry.family is not None or entry.organisation is not None
    return ModelFacts(
        model=model,
        name=str(row["name"] or (entry.name if is_known else model)),
        family=str(row["family"] or (kin.family if kin else model)),
        organisation=first(row["organisation"], entry.organisation) or _owner(model),
        parameters=first(row["parameters"], entry.parameters),
        training_flop=first(row["training_flop"], entry.training_flop),
        catalogue_model=entry.model if is_known else None,
        family_from=DECLARED if row["family"] else kin.rule if kin else APART,
        population=population,
        base_model=first(row["base_model"], entry.base_model),
        released=first(row["released"], entry.released),
    )


def _owner(model: str) -> str | None:
    """Return who published a model, where its name says it as names of repositories do: ``owner/name``."""
    owner, slash, rest = model.partition("/")
    return owner.strip() or None if slash and rest.strip() and "/" not in rest else None


def benchmark_facts(table: ScoreTable, settings: Settings) -> dict[str, BenchmarkFacts]:
    """Return what is known of every benchmark of a table, those of the catalogue first, in its order.

    Raises
    ------
    UnknownError
        If nothing says which way a benchmark is better or safer.
    """
    known = entries_of(table)
    declared = {row["benchmark"]: row for row in table.benchmarks.iter_rows(named=True)}
    order = [name for name in benchmarks() if name in declared]
    order += sorted(name for name in declared if name not in benchmarks())
    refuse_undirected(declared, known, order, settings)
    units = units_of(table, known)
    return {
        name: _benchmark_facts(name, declared[name], known.get(name), units[name], settings) for name in order
    }


def _benchmark_facts(
    name: str, row: Mapping[str, Any], entry: Entry | None, unit: str | None, settings: Settings
) -> BenchmarkFacts:
    """Join what the file says of a benchmark with what the catalogue knows; the file goes first.

    Its unit is that of the scores, and so is that of everything else that is known in a unit.
    """

    def fact(said: str, known: str | None = None) -> Any:
        catalogued = getattr(entry.benchmark, known or said) if entry else None
        return first(row.get(said), catalogued)

    def level(said: str) -> float | None:
        own: float | None = row.get(said)
        return (
            own
            if own is not None or entry is None
            else in_unit(getattr(entry.benchmark, said), entry.benchmark.unit, unit)
        )

    kin = row["kin_to_suite"]
    own_items = row["items"] is not None
    described = description_of(name) if entry else None
    if described is not None and name not in described.released:
        described = None
    return BenchmarkFacts(
        benchmark=name,
        name=fact("name") or name,
        area=fact("area"),
        kind=fact("kind"),
        metric=fact("metric"),
        direction="lower" if direction_of(name, row, entry, settings) == "lower" else "higher",
        correlated_with=fact("correlated_with") or CAPABILITIES_SCORE,
        part_of=fact("part_of"),
        placed_by=fact("placed_by"),
        note=fact("note"),
        unit=unit,
        kin_to_suite=_names(kin) if kin is not None else list(entry.benchmark.kin_to_suite) if entry else [],
        kin_reason=DECLARED if kin is not None else fact("kin_reason"),
        n_items=fact("items", "n_items"),
        n_items_source=DECLARED if own_items else fact("n_items_source"),
        item_type=fact("item_type"),
        judged=fact("judged"),
        chance=level("chance"),
        floor=level("floor"),
        ceiling=level("ceiling"),
        reference=fact("reference"),
        measures=described.measures if described else None,
        format=described.format if described else None,
        criticisms=[f"{one.text} ({one.source})" if one.source else one.text for one in described.criticisms]
        if described
        else [],
        sources=[str(one) for one in described.sources] if described else [],
    )


def _names(text: str) -> list[str]:
    """Return the names in a cell: a line each, or with commas, semicolons or spaces between."""
    parts = text.split("\n") if "\n" in text else re.split(r"[\s,;]+", text)
    return [part.strip() for part in parts if part.strip()]
