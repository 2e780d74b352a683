"""Capability references that ship with the package: one score a model, higher is more capable.

``data/references.toml`` says what each is; its scores are in the folder of files that the entry names, whose
README says where they come from. A reference is *fitted* (its score is the first component of a suite over all
models of the source) or *published* (the source itself published the score). Either way the score is held fixed:
it does not change with the models that are studied.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.datasets._files import read_verified
from confounded.errors import DatasetError, UnknownError

__all__ = ["Reference", "ReferenceEntry", "load_reference", "reference_entries", "reference_ids"]

FloatArray = NDArray[np.float64]

ENTRIES: Final = "references.toml"
SCORES: Final = "scores.csv"
ALIASES: Final = "aliases.csv"
PERCENT: Final = 100.0


class ReferenceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a reference in ``references.toml``.

    Parameters
    ----------
    id, title : str
        Its name in commands, lower case with hyphens, and its heading.
    kind : {"fitted", "published"}
        Whether its score is the first component of the suite, or was published by the source.
    dataset : str
        The folder of its files, below ``datasets/data``.
    models : int
        How many models it has.
    source, licence, citation, retrieved : str
        Where the scores come from, under which licence, the work to cite, and when they were taken.
    suite : tuple of str
        The benchmarks that the score was made from, as the source calls them: of a fitted one, its columns.
    also_called : tuple of str
        Other names that benchmarks of the suite, or what they are part of, go by in score tables.
    name_columns : tuple of str
        The columns that name a model of a published reference.
    score_column : str
        The column that holds a published score.
    items : int, optional
        How many items worth 0 or 1 a published score in percent is the mean of: its standard errors follow.
    has_aliases : bool
        Whether the source gives other spellings of its models.
    population : str, optional
        ``base`` or ``chat``, for the paper's.
    made_from, note : str
        How a published score came about; what else is to be known of a fitted one.
    """

    id: str
    title: str
    kind: Literal["fitted", "published"]
    dataset: str
    models: int
    source: str
    licence: str
    citation: str
    retrieved: str
    suite: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    name_columns: tuple[str, ...] = ("model",)
    score_column: str = ""
    items: int | None = None
    has_aliases: bool = False
    population: Literal["base", "chat"] | None = None
    made_from: str = ""
    note: str = ""


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reference: tuple[ReferenceEntry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A capability score of many models, held fixed.

    Parameters
    ----------
    id, title : str
        Its name in commands, lower case with hyphens, and its heading.
    models : tuple of str of length M
        Names as the source spells them, sorted.
    scores : ndarray of shape (M,)
        Higher is more capable. Units of its own: only the order and the distances mean something.
    stderr : ndarray of shape (M,)
        Standard errors of the scores; NaN where the source publishes none, nor how many items are behind a score.
    suite : tuple of str
        The benchmarks the score was made from, as far as the source names them.
    also_called : tuple of str
        Other names that these, or what they are part of, go by in score tables.
    made_from : str
        One sentence that says how the score came about.
    explained_share : float or None
        The first eigenvalue over the sum of all, of a fitted score.
    population : str or None
        ``base`` or ``chat`` for the paper's, else None.
    source, licence, citation, retrieved : str
        Where the scores come from, under which licence, the work to cite, and when they were taken.
    aliases : mapping of str to str
        Other spellings that the source itself gives, each to its name in `models`.
    """

    id: str
    title: str
    models: tuple[str, ...] = field(repr=False)
    scores: FloatArray = field(repr=False)
    stderr: FloatArray = field(repr=False)
    suite: tuple[str, ...]
    also_called: tuple[str, ...] = field(repr=False)
    made_from: str
    explained_share: float | None
    population: str | None
    source: str
    licence: str
    citation: str
    retrieved: str
    aliases: Mapping[str, str] = field(repr=False)


def reference_ids() -> tuple[str, ...]:
    """Return the ids of the references that ship."""
    return tuple(reference_entries())


@cache
def reference_entries() -> Mapping[str, ReferenceEntry]:
    """Return what is said of every reference, by id, without reading any scores.

    Raises
    ------
    DatasetError
        If the installation lacks the file.
    """
    try:
        raw = (resources.files("confounded.datasets") / "data" / ENTRIES).read_bytes()
        entries = msgspec.toml.decode(raw, type=_Entries)
    except (OSError, msgspec.MsgspecError) as problem:
        raise DatasetError(
            f"the file {ENTRIES}", found=str(problem), remedy="Install the package again."
        ) from problem
    return MappingProxyType({entry.id: entry for entry in entries.reference})


@cache
def load_reference(id: str) -> Reference:
    """Load a reference.

    Parameters
    ----------
    id : str
        One of `reference_ids`.

    Returns
    -------
    Reference
        The same object each time; its arrays are read-only.

    Raises
    ------
    UnknownError
        If there is no such reference; the message lists those there are.
    DatasetError
        If a shipped file is not the one that was released.
    """
    entries = reference_entries()
    if id not in entries:
        raise UnknownError(
            "the id of a capability reference that ships",
            found=repr(id),
            remedy=f"There are: {', '.join(entries)}.",
        )
    entry = entries[id]
    return _fitted(entry) if entry.kind == "fitted" else _published(entry)


def _fitted(entry: ReferenceEntry) -> Reference:
    """Fit the first component of the suite over the models that have all of its scores."""
    from confounded.stats.component import first_component

    cells = _suite_of_paper(entry) if entry.population else _suite_of_rows(entry)
    complete = {
        model: [float(row[name]) for name in entry.suite]
        for model, row in sorted(cells.items())
        if all(row.get(name) for name in entry.suite)
    }
    fit = first_component(list(complete.values()), reference=np.ones(len(entry.suite)))
    incomplete = len(cells) - len(complete)
    made_from = (
        f"first component of {len(entry.suite)} benchmarks over {len(complete):,} "
        f"{f'{entry.population} ' if entry.population else ''}models, fitted once and held fixed"
    )
    if incomplete:
        made_from += f"; {incomplete:,} models with missing scores are left out"
    if entry.note:
        made_from += f"; {entry.note}"
    unknown = np.full(len(complete), np.nan)
    return _reference(entry, tuple(complete), fit.scores, unknown, made_from, fit.explained_share, {})


def _published(entry: ReferenceEntry) -> Reference:
    """Take the score as published, and its standard errors where the number of items behind it is."""
    scores = {_name(entry.name_columns, row): float(row[entry.score_column]) for row in _rows(entry, SCORES)}
    models = tuple(sorted(scores))
    aliases = {row["alias"]: row["model"] for row in _rows(entry, ALIASES)} if entry.has_aliases else {}
    ordered = np.array([scores[model] for model in models])
    stderr = np.full(len(models), np.nan)
    if entry.items is not None:
        from confounded.stats.reliability import binomial_error_variance

        variance = binomial_error_variance(ordered[:, None] / PERCENT, [entry.items])[:, 0]
        stderr = PERCENT * np.sqrt(variance)
    return _reference(entry, models, ordered, stderr, entry.made_from, None, aliases)


def _reference(
    entry: ReferenceEntry,
    models: tuple[str, ...],
    scores: FloatArray,
    stderr: FloatArray,
    made_from: str,
    explained_share: float | None,
    aliases: Mapping[str, str],
) -> Reference:
    for array in (scores, stderr):
        array.flags.writeable = False
    return Reference(
        id=entry.id,
        title=entry.title,
        models=models,
        scores=scores,
        stderr=stderr,
        suite=entry.suite,
        also_called=entry.also_called,
        made_from=made_from,
        explained_share=explained_share,
        population=entry.population,
        source=entry.source,
        licence=entry.licence,
        citation=entry.citation,
        retrieved=entry.retrieved,
        aliases=MappingProxyType(dict(aliases)),
    )


def _suite_of_rows(entry: ReferenceEntry) -> dict[str, dict[str, str]]:
    """Return the cells of a wide file, by model."""
    return {row["model"]: row for row in _rows(entry, SCORES)}


def _suite_of_paper(entry: ReferenceEntry) -> dict[str, dict[str, str]]:
    """Return the cells of one population of the paper's long file, by model.

    Read as text and not through `load_scores`, which would import the frame library for some 300 cells.
    """
    cells: dict[str, dict[str, str]] = {}
    for row in _rows(entry, SCORES):
        if row["population"] == entry.population:
            cells.setdefault(row["model"], {})[row["benchmark"]] = row["score"]
    return cells


def _rows(entry: ReferenceEntry, name: str) -> list[dict[str, str]]:
    """Return the rows of a shipped CSV file, its checksum compared."""
    return list(csv.DictReader(io.StringIO(read_verified(entry.dataset, name).decode("utf-8"))))


def _name(columns: Sequence[str], row: Mapping[str, str]) -> str:
    """Return the name of a model: one column, or those that tell one evaluation of it from another.

    Spelled as the reader of timm's result files spells it, so that the two are joined by the same name.
    """
    if len(columns) == 1:
        return row[columns[0]]
    model, size, crop = (row[column] for column in columns)
    return f"{model}@{float(size):g}px-crop{float(crop):g}"
