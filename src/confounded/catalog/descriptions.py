"""What each benchmark measures, how it is run, and what is held against it: one TOML file a benchmark.

A file of ``data/benchmarks`` describes a benchmark with its parts: the columns of the released scores that are parts
of one another, and the tasks under which engines run it today. `data/README.md` says what stands in each field. The
files are decoded strictly: an unknown field, a missing one, or one of another type is an error that names the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from confounded.catalog.benchmarks import Direction, ItemType, Kind, ReadsAs, benchmarks
from confounded.catalog.references import Reference
from confounded.errors import DatasetError

__all__ = [
    "Criticism",
    "Description",
    "Engine",
    "Format",
    "Run",
    "RunScore",
    "description_from",
    "description_of",
    "descriptions",
]

Engine = Literal["lm-evaluation-harness", "Inspect AI"]
"""Programs that run benchmarks, as the readers of their files call them."""

Format = Literal[
    "choice by likelihood",
    "choice in text",
    "sentence likelihood",
    "answer probabilities",
    "checked answer",
    "judged text",
    "classified text",
    "rated by people",
    "agent episodes",
    "conversation of models",
    "text games",
]
"""What a model is asked for, and who says what it is worth."""

Unit = Literal["fraction", "percent", "points", "rating", "count", "log odds", "log likelihood"]


class Criticism(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is held against a benchmark.

    Parameters
    ----------
    text : str
    source : str
        The number of the reference that says it; empty where it is the project's own reading.
    """

    text: str
    source: str = ""


class RunScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score that an engine gives on a task, of which the direction is certain.

    Parameters
    ----------
    metric : str
        As the reader of the engine's files names it.
    direction : {'higher', 'lower'}
        Which end is better or safer.
    released : str or None
        The column of the released scores that is the same metric on the same scale: what is known of that holds here.
    engine_says : {'higher', 'lower'} or None
        What the engine writes of the metric where it means success at the task and not safety.
    kind, area : str or None
        Where they are not those of the description.
    reads_as : {'better', 'safer'}
    part_of : str or None
        The task whose score is put together from this and others.
    unit, n_items, item_type, judged, chance, floor, ceiling
        As of `Benchmark`, on the scale of this score.
    note : str or None
        What a reader of the score should know.
    """

    metric: str
    direction: Direction
    released: str | None = None
    engine_says: Direction | None = None
    kind: Kind | None = None
    area: str | None = None
    reads_as: ReadsAs = "safer"
    part_of: str | None = None
    unit: Unit | None = None
    n_items: int | None = None
    item_type: ItemType | None = None
    judged: bool | None = None
    chance: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        """Refuse numbers out of order, and facts beside a column that has them."""
        low, chance, high = (self.floor, self.chance, self.ceiling)
        ordered = [one for one in (low, chance, high) if one is not None]
        if ordered != sorted(set(ordered)):
            raise ValueError(f"floor, chance and ceiling of {self.metric!r} that do not rise")
        if self.n_items is not None and self.n_items < 1:
            raise ValueError(f"{self.n_items} items of {self.metric!r}")
        if self.released and self.unit:
            raise ValueError(f"facts of {self.metric!r} beside those of the column {self.released!r}")
        if self.engine_says == self.direction:
            raise ValueError(f"an engine that says of {self.metric!r} what is said anyhow")


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an engine runs a benchmark.

    Parameters
    ----------
    engine : str
    tasks : tuple of str
        The names of its tasks there.
    scores : tuple of RunScore
        Those whose direction is certain, the same for each task.
    unregistered : str
        Where there are none, why.
    """

    engine: Engine
    tasks: tuple[str, ...]
    scores: tuple[RunScore, ...] = ()
    unregistered: str = ""

    def __post_init__(self) -> None:
        """Refuse a run without tasks, and one that has neither scores nor a reason or both."""
        if not self.tasks:
            raise ValueError("a run without tasks")
        if bool(self.scores) == bool(self.unregistered):
            raise ValueError(f"a run of {self.tasks[0]!r} without either `scores` or `unregistered`")


class Description(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be known of a benchmark before its scores are believed.

    Parameters
    ----------
    description : str
        Its id: the name of its file.
    title : str
    area : str
        The area it stands for.
    further_areas : tuple of str
        Areas for which only some of its parts stand.
    kinds : tuple of str
        What it and its parts measure.
    released : tuple of str
        Columns of the released scores that it describes; their parts inherit it.
    measures : str
        What it measures, in one or two sentences.
    format : str
        What a model is asked for, and who says what it is worth.
    items : int or None
        How many items the whole has.
    metric : str
        What the score is.
    direction : {'higher', 'lower', 'neither'}
        Which end of the usual metric is better or safer.
    chance, ceiling : float or None
        What guessing scores and the greatest score, on the scale of the usual metric.
    criticisms : tuple of Criticism
    runs : tuple of Run
    sources : tuple of Reference
        Where it was published first, then what else is cited.
    """

    description: str
    title: str
    area: str
    further_areas: tuple[str, ...] = ()
    kinds: tuple[Kind, ...]
    released: tuple[str, ...] = ()
    measures: str
    format: Format
    items: int | None = None
    metric: str
    direction: Literal["higher", "lower", "neither"]
    chance: float | None = None
    ceiling: float | None = None
    criticisms: tuple[Criticism, ...]
    runs: tuple[Run, ...] = ()
    sources: tuple[Reference, ...]

    def __post_init__(self) -> None:
        """Refuse a description without words or sources, and criticisms by nobody who is named."""
        if not (self.title and self.measures and self.metric):
            raise ValueError("a description without a title, a measure or a metric")
        if not self.sources or not self.kinds:
            raise ValueError("a description without sources or kinds")
        if self.items is not None and self.items < 1:
            raise ValueError(f"{self.items} items")
        if self.chance is not None and self.ceiling is not None and not self.chance < self.ceiling:
            raise ValueError("a chance level that is not below the ceiling")
        numbers = {one.number for one in self.sources}
        for one in self.criticisms:
            if one.source and one.source not in numbers:
                raise ValueError(f"a criticism by {one.source!r}, which is none of the sources")


def description_from(name: str, text: str) -> Description:
    """Return the description in a file.

    Parameters
    ----------
    name : str
        The id of the description.
    text : str
        The content of its file.

    Returns
    -------
    Description

    Raises
    ------
    DatasetError
        If it is no TOML, or a field is not as it should be; it names the file and the field.
    """
    try:
        fields: dict[str, Any] = tomllib.loads(text)
        if "description" in fields:
            raise ValueError("`description`, which is the name of the file")
        return msgspec.convert(fields | {"description": name}, Description)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as problem:
        raise _damaged(name, "the fields of a description", str(problem)) from problem


@cache
def descriptions() -> Mapping[str, Description]:
    """Return every description by id, in alphabetical order.

    Raises
    ------
    DatasetError
        If a file of the catalogue is missing or damaged, or two describe one column.
    """
    folder = resources.files("confounded.catalog") / "data" / "benchmarks"
    try:
        texts = {
            file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
            for file in folder.iterdir()
            if file.name.endswith(".toml")
        }
    except (OSError, UnicodeDecodeError) as problem:
        raise DatasetError(
            "the catalogue's descriptions of benchmarks",
            found=str(problem),
            remedy="Install the package again.",
        ) from problem
    read = {name: description_from(name, text) for name, text in sorted(texts.items())}
    _by_column(read.values())
    return MappingProxyType(read)


def description_of(benchmark: str) -> Description | None:
    """Return the description of a column of the released scores: its own, or that of the whole it is part of.

    Parameters
    ----------
    benchmark : str
        The id of a benchmark of `benchmarks`.

    Returns
    -------
    Description or None
        None where the catalogue does not know the benchmark.
    """
    columns = _columns()
    entry = benchmarks().get(benchmark)
    whole = entry.part_of if entry else None
    return columns.get(benchmark) or (columns.get(whole) if whole else None)


@cache
def _columns() -> Mapping[str, Description]:
    return _by_column(descriptions().values())


def _by_column(read: Iterable[Description]) -> Mapping[str, Description]:
    """Return descriptions by the columns they name, and refuse two of one column."""
    found: dict[str, Description] = {}
    for one in read:
        for column in one.released:
            if column in found:
                raise _damaged(
                    one.description,
                    "columns that no other file describes",
                    f"{column!r}, also in {found[column].description}",
                )
            found[column] = one
    return found


def _damaged(name: str, expected: str, found: str) -> DatasetError:
    return DatasetError(
        expected,
        found=found,
        where=f"benchmarks/{name}.toml",
        remedy="Correct the file, or install the package again.",
    )
