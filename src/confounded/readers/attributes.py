"""Which columns of a table describe its models in a way that is known, and what their cells say.

A column is known by its name. Names of dates and sizes are many, and some tables have several of them: the first that
holds any is taken, and what was taken is said where its name is not one of the project's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from confounded.readers.cells import MISSING, Cells, as_text, names_listed
from confounded.scores import Issue
from confounded.scores.dates import looks_like_date, read_dates
from confounded.scores.sizes import FEWEST_PARAMETERS, is_number, is_of_experts, looks_like_size, read_size
from confounded.scores.table import MODEL_SCHEMA

__all__ = [
    "POPULATIONS",
    "Attributes",
    "attributes_of",
    "dates_of",
    "is_attribute",
    "populations_of",
    "sizes_of",
]

NAMES: Final[Mapping[str, str]] = {
    "model": "model",
    "name": "name",
    "population": "population",
    "type": "population",
    "family": "family",
    "model family": "family",
    "organisation": "organisation",
    "organization": "organisation",
    "training_flop": "training_flop",
    "flop": "training_flop",
    "flops (1e21)": "training_flop",
    "training compute (flop)": "training_flop",
    "base_model": "base_model",
    "pair": "pair",
}
"""Column names (in any case) that describe a model, and what they are called here."""

SCALES: Final[Mapping[str, float]] = {"flops (1e21)": 1e21}
"""What the numbers of such a column are multiplied by, where its name says in what they are counted."""

NOT_SCORES: Final = frozenset(
    {"pretraining data size t", "training tokens", "pretraining tokens", "tokens t", "tokens b"}
    | {"context", "context length", "context window", "context size", "max context", "max tokens"}
    | {"max position embeddings", "sequence length", "layers", "num layers", "hidden size", "vocab size"}
    | {"year", "release year", "year of release", "likes", "hub likes", "downloads", "hub downloads", "stars"}
)
"""Names of columns of numbers, with any signs between the words, that describe a model and are no scores: what a model
is made of, from when it is, how many like it."""

AS_NAMED: Final = frozenset({*MODEL_SCHEMA, "type", "organization", "release_date", "flop", "model_size"})
"""Column names (in lower case) of attributes that are known by these names; one with another name is also kept as it
stands, under that name."""

ASKED_FOR: Final = frozenset({"size", "release"})
"""Column names (in lower case) that are those of what models of any table are parted by: what such a column says is not
kept beside it, so that parting by size is the same for every table."""

RELEASE: Final = (
    *("released", "release date", "date of release", "released on", "released at", "release day"),
    *("model release date", "public release date", "initial release date", "initial release", "release"),
    *("publication date", "date of publication", "published date", "publish date", "published on"),
    *("published at", "published", "announcement date", "date announced", "announced on", "announced"),
    *("launch date", "launched", "launch", "upload to hub date", "upload date", "uploaded on", "uploaded at"),
    *("created at", "hub created at", "creation date", "date created"),
)
"""What columns of release dates are called, in any case and with any signs between the words; first wins. Days on which
a model was submitted, evaluated or changed are not among them: they may be years later."""

SIZE: Final = (
    *("parameters", "model size", "params", "number of parameters", "num parameters", "num params"),
    *("n parameters", "n params", "parameter count", "param count", "params count", "total parameters"),
    *("total params", "model parameters", "model params", "parameter size", "size"),
)
"""What columns of sizes are called, likewise, beside a unit (`UNIT`); first wins."""

UNIT: Final = re.compile(r"(?:\bin )?\b(?P<unit>b|bn|billions?|m|mn|millions?)$")
"""What ends the name of a column of sizes that are counted in millions or billions."""

POPULATIONS: Final = ("base", "chat", "mixed")
"""What a population column may say."""

POPULATION_WORDS: Final[Mapping[str, str]] = {
    **{word: word for word in POPULATIONS},
    **dict.fromkeys(("pretrained", "pre-trained", "base model", "pretrained base"), "base"),
    **dict.fromkeys(
        ("instruct", "instruction-tuned", "instruction tuned", "chat model", "chat-tuned"), "chat"
    ),
    **dict.fromkeys(("rlhf", "rl-tuned", "instruct/chat", "chat/instruct"), "chat"),
}
"""Words for a population, in lower case: they are taken where a column has no others. Of fine-tuned models it does not
show whether they were tuned to chat."""

LONGEST_SHOWN: Final = 40
BILLION, MILLION = 1e9, 1e6


@dataclass(frozen=True, slots=True)
class Attributes:
    """The columns of a table that describe its models.

    Parameters
    ----------
    meanings : mapping of str to str
        By their names, the columns of `ScoreTable.models` that they are.
    scales : mapping of str to float
        What the numbers of some are multiplied by.
    kept : tuple of str
        Those that are also kept as they stand, under their own names.
    unused : tuple of str
        Columns that describe a model in a way that nothing here needs.
    issues : tuple of Issue
        What was taken for what.
    """

    meanings: Mapping[str, str]
    scales: Mapping[str, float] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def attributes_of(cells: pl.DataFrame, where: str) -> Attributes:
    """Return the columns of a table that describe its models, by their names and by what they hold.

    A column ``type`` that holds other words than populations is one of the table's own.

    Parameters
    ----------
    cells : polars.DataFrame
        With a column ``model``.
    where : str
        The table, for messages.
    """
    meanings = {
        name: meaning
        for name in cells.columns
        if (meaning := NAMES.get(name.lower())) and (name.lower() != "type" or _says_populations(cells[name]))
    }
    scales = {name: SCALES[name.lower()] for name in meanings if name.lower() in SCALES}
    issues = []
    dates, sizes = _named(cells, RELEASE, looks_like_date), _named(cells, SIZE, _may_be_size)
    taken = (("released", "date of release", dates), ("parameters", "number of parameters", sizes))
    for meaning, what, found in taken:
        if found:
            meanings[found[0]] = meaning
            issues += _told(found, meaning, what, where)
    if sizes and (unit := _unit_of(sizes[0])):
        scales[sizes[0]] = unit
    if not dates:
        issues += _other_dates(cells, meanings, where)
    of_size = [name for name in cells.columns if _base_name(name) in SIZE]
    return Attributes(
        meanings=meanings,
        scales=scales,
        kept=tuple(name for name in meanings if name.lower() not in AS_NAMED | ASKED_FOR),
        unused=tuple(
            name
            for name in cells.columns
            if name not in meanings and (_words(name) in NOT_SCORES or name in of_size)
        ),
        issues=tuple(issues),
    )


def is_attribute(name: str) -> bool:
    """Return whether a column of this name may describe a model in a way that is known."""
    return name.lower() in NAMES or _words(name) in RELEASE or _base_name(name) in SIZE


def dates_of(cells: pl.DataFrame, column: str, table: Cells, issues: list[Issue]) -> pl.Series:
    """Return a column of dates as far as each is told, null where there is none, and add issues.

    Parameters
    ----------
    cells : polars.DataFrame
        With a column ``model``.
    column : str
    table : Cells
    issues : list of Issue
        To which one is added for each reason why cells were not read, or were read as others say.

    Returns
    -------
    polars.Series
        ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``.
    """
    said = _present(as_text(cells[column], table))
    read = read_dates(said)
    where = f"{table.where}, column {column!r}"

    def shown(place: int) -> str:
        return f"{_shown(said[place])} of model {_shown(cells['model'][place])}"

    if read.settled:
        one, by = read.settled
        issues.append(
            Issue(
                f"dates such as {_shown(said[one])} are read as {read.values[one]}, as {_shown(said[by])} must be",
                where=where,
                remedy="Write dates as in 2024-05-31 where that is wrong.",
            )
        )
    for places, what in (
        (read.twofold, "may be read in two ways, as {} can"),
        (read.strange, "are none that can be read, such as {}"),
    ):
        if places:
            issues.append(
                Issue(
                    f"{len(places)} date(s) of release {what.format(shown(places[0]))}; not taken",
                    where=where,
                    remedy="Write dates as in 2024-05-31, or 2024-05 where the day is not known.",
                )
            )
    return pl.Series("released", read.values, dtype=pl.String)


def populations_of(cells: pl.DataFrame, column: str, table: Cells, issues: list[Issue]) -> pl.Series:
    """Return a column of populations in the words that are used here, and add an issue of others that were taken.

    A column with a word that stands for none is returned as it is: its reader says so.

    Parameters
    ----------
    cells, column, table, issues
        As of `dates_of`.
    """
    said = pl.Series("population", _present(as_text(cells[column], table)), dtype=pl.String)
    words = said.str.to_lowercase()
    other = sorted(set(words.drop_nulls()) - set(POPULATIONS))
    if not other or not set(other) <= POPULATION_WORDS.keys():
        return said
    told = names_listed([f"{word} is {POPULATION_WORDS[word]}" for word in other])
    issues.append(
        Issue(
            f"words for the population of a model: {told}",
            where=f"{table.where}, column {column!r}",
            remedy="Write base, chat or mixed where that is wrong.",
        )
    )
    return words.replace_strict(POPULATION_WORDS, default=None, return_dtype=pl.String)


def sizes_of(
    cells: pl.DataFrame, column: str, unit: float | None, table: Cells, issues: list[Issue]
) -> pl.Series:
    """Return a column of sizes as numbers of parameters, null where there is none, and add issues.

    Parameters
    ----------
    cells, column, table, issues
        As of `dates_of`.
    unit : float or None
        What a plain number counts, where the column says it.

    Returns
    -------
    polars.Series
        Float64.
    """
    said = _present(as_text(cells[column], table))
    sizes = [None if cell is None else read_size(cell, unit) for cell in said]
    unread = [place for place, cell in enumerate(said) if cell is not None and sizes[place] is None]
    where = f"{table.where}, column {column!r}"
    experts = [place for place in unread if is_of_experts(str(said[place]))]
    small = [place for place in unread if is_number(str(said[place]))]
    kinds = {
        "say how large each of several experts is, and not how many parameters all of them have, such as": experts,
        f"are below {FEWEST_PARAMETERS:,.0f} and do not say what they count, such as": small,
        "are none that can be read, such as": [place for place in unread if place not in {*experts, *small}],
    }
    for what, places in kinds.items():
        if places:
            first = f"{_shown(said[places[0]])} of model {_shown(cells['model'][places[0]])}"
            issues.append(
                Issue(
                    f"{len(places)} number(s) of parameters {what} {first}; not taken",
                    where=where,
                    remedy="Write numbers of parameters as in 7000000000 or 7B, or name the column 'parameters (B)' "
                    "where its numbers count billions.",
                )
            )
    return pl.Series("parameters", sizes, dtype=pl.Float64)


def _words(name: str) -> str:
    """Return the words of a column's name, in lower case: ``createdAt`` and ``Created_at`` are the same two."""
    apart = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", apart).lower().split())


def _base_name(name: str) -> str:
    """Return the words of a column's name without the unit that ends it."""
    return UNIT.sub("", _words(name)).strip()


def _unit_of(name: str) -> float | None:
    """Return what the numbers of a column count by its name, None where it does not say so."""
    found = UNIT.search(_words(name))
    return None if found is None else MILLION if found["unit"].startswith("m") else BILLION


def _named(cells: pl.DataFrame, names: Sequence[str], holds: Callable[[str], bool]) -> list[str]:
    """Return the columns with one of these names that may be what it says, the first of the names first.

    One under a name of the project's own always is; any other has to hold some such thing, and one of each model.
    """
    found = []
    for name in cells.columns:
        known = next((one for one in (_words(name), _base_name(name)) if one in names), None)
        if known is None:
            continue
        some = any(map(holds, _different(cells[name])))
        if name.lower() in AS_NAMED or (some and _says_one_thing(cells, name)):
            found.append((not some, names.index(known), name))
    return [name for _, _, name in sorted(found)]


def _told(found: Sequence[str], meaning: str, what: str, where: str) -> list[Issue]:
    """Return the issue of a column that was taken for what describes a model, where that is not plain."""
    first, *others = found
    if not others and (first.lower() in AS_NAMED or _unit_of(first) is not None):
        return []
    instead = f", and not {names_listed(others)}" if others else ""
    return [
        Issue(
            f"the column {first!r} is taken to hold the {what} of each model{instead}",
            where=where,
            remedy=f"Call another column {meaning!r} if that is wrong.",
        )
    ]


def _other_dates(cells: pl.DataFrame, meanings: Mapping[str, str], where: str) -> list[Issue]:
    """Return the issue of columns of dates that may be of anything."""
    dated = [
        name
        for name in cells.columns
        if name not in meanings
        and cells[name].dtype == pl.String
        and (different := _different(cells[name]))
        and all(map(looks_like_date, different))
    ]
    if not dated:
        return []
    return [
        Issue(
            f"dates in {names_listed(dated)} are not taken as those of release, since the name does not say so",
            where=where,
            remedy="Call the column 'released' if the models were released then.",
        )
    ]


def _says_populations(cells: pl.Series) -> bool:
    """Return whether some words of a column are populations, or all are words for one."""
    words = {cell.lower() for cell in _different(cells)}
    return not words.isdisjoint(POPULATIONS) or bool(words and words <= POPULATION_WORDS.keys())


def _says_one_thing(cells: pl.DataFrame, name: str) -> bool:
    """Return whether a column says no more than one thing of each model."""
    said = cells.select("model", name).drop_nulls().unique()
    return not said["model"].is_duplicated().any()


def _different(cells: pl.Series) -> list[str]:
    """Return the different cells of a column that say something, as text."""
    return [cell for cell in _present(cells.cast(pl.String, strict=False).unique()) if cell is not None]


def _present(text: pl.Series) -> list[str | None]:
    """Return the cells of a column of text, None where one says nothing."""
    return [
        None if cell is None or cell.strip().lower() in MISSING else cell.strip() for cell in text.to_list()
    ]


def _may_be_size(cell: str) -> bool:
    """Return whether a cell can be a size."""
    return looks_like_size(cell) or is_number(cell)


def _shown(cell: object) -> str:
    """Return a cell as a message shows it."""
    text = repr(cell)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
