"""Which reader reads what: a file by its ending and, where that leaves several, by its content; a folder by its files.

Tables (CSV, TSV, Parquet, JSON records, JSON lines) are read from a folder itself, documents of runs (Every Eval
Ever, lm-evaluation-harness, Inspect AI) from any depth below it. A file in a folder that might hold scores and is
read by nobody is named in an issue; hidden files are passed over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec
import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.collected import listed
from confounded.readers.delimited import read_delimited
from confounded.readers.every_eval_ever import read_every_eval_ever
from confounded.readers.files import parse, read_bytes
from confounded.readers.frames import is_frame, read_frame, read_parquet
from confounded.readers.inspect_logs import read_inspect_logs
from confounded.readers.lm_evaluation_harness import read_lm_evaluation_harness
from confounded.readers.records import holds_scores, read_json_lines, read_json_records
from confounded.scores import Issue, ScoreTable
from confounded.scores.table import refuse_repeated_scores

__all__ = ["FORMATS", "ArrowStream", "Format", "read_scores", "score_files", "stated_format"]

MOST_FILES: Final = 100_000
"""Files of a folder above which it is taken for the wrong one; the largest collection seen has 5,325."""


class ArrowStream(Protocol):
    """A data frame that hands its columns over by the Arrow PyCapsule interface: pandas, pyarrow and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the columns as a stream."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read.

    Parameters
    ----------
    name : str
        What it is called in messages.
    endings : tuple of str
        The endings of its files.
    read : callable
        Reads some files of it as one score table.
    is_document : bool
        Whether a file describes runs, so that it is looked for at any depth of a folder.
    """

    name: str
    endings: tuple[str, ...]
    read: Callable[[Sequence[Path]], ScoreTable] = field(repr=False)
    is_document: bool = False


def _each(read: Callable[[Path], ScoreTable]) -> Callable[[Sequence[Path]], ScoreTable]:
    """Return a reader of many files from a reader of one."""

    def read_all(paths: Sequence[Path]) -> ScoreTable:
        return _joined([read(path) for path in paths])

    return read_all


DELIMITED: Final = Format("CSV and TSV", (".csv", ".tsv"), _each(read_delimited))
PARQUET: Final = Format("Parquet", (".parquet",), _each(read_parquet))
JSON_LINES: Final = Format("JSON lines", (".jsonl", ".ndjson"), _each(read_json_lines))
JSON_RECORDS: Final = Format("JSON records", (".json",), _each(read_json_records))
EVERY_EVAL_EVER: Final = Format("Every Eval Ever", (".json",), read_every_eval_ever, is_document=True)
HARNESS: Final = Format("lm-evaluation-harness", (".json",), read_lm_evaluation_harness, is_document=True)
INSPECT: Final = Format("Inspect AI", (".eval", ".json"), read_inspect_logs, is_document=True)

FORMATS: Final = (DELIMITED, PARQUET, JSON_LINES, JSON_RECORDS, EVERY_EVAL_EVER, HARNESS, INSPECT)
"""Every format that can be read."""

_ENDINGS: Final = frozenset(ending for one in FORMATS for ending in one.endings)


def read_scores(source: str | Path | pl.DataFrame | pl.LazyFrame | ArrowStream) -> ScoreTable:
    """Read a file, every score file of a folder, or a data frame, as one score table.

    Parameters
    ----------
    source : str, Path or data frame
        A table (CSV, TSV, Parquet, JSON records, JSON lines), wide (a column ``model`` and one column a benchmark)
        or long (columns ``model``, ``benchmark``, ``score``); a document of Every Eval Ever, a result file of
        lm-evaluation-harness or a log of Inspect AI; a folder of such files; or a data frame of polars or of any
        library with the Arrow PyCapsule interface, wide or long.

    Returns
    -------
    ScoreTable

    Raises
    ------
    UnreadableError
        If there is no such file, or none that a reader knows.
    ContentError
        If the content cannot be used: a cell that is no number, a score given twice, no score at all.
    """
    if not isinstance(source, str | os.PathLike):
        if not is_frame(source):
            raise UnreadableError(
                "a path, or a data frame with the Arrow PyCapsule interface", found=type(source).__name__
            )
        return read_frame(source)
    path = Path(source)
    chosen, issues = _chosen(path)
    tables = [one.read([file for kind, file in chosen if kind is one]) for one in _formats(chosen)]
    table = _joined(tables)
    # One model has one score on a benchmark, whatever metrics its files name.
    refuse_repeated_scores(table.scores.with_columns(metric=pl.lit("")))
    issues = [*table.issues, *issues]
    if table.scores.is_empty():
        raise ContentError(
            "at least one score",
            found="none" + "".join(f"; {one.what}" for one in issues[:1]),
            where=str(path),
        )
    return ScoreTable(table.scores, table.models, table.benchmarks, tuple(issues))


def score_files(source: Path) -> list[Path]:
    """Return the score files that a path stands for, in the order of their names.

    Raises
    ------
    UnreadableError
        If there is no such file or folder, or no reader for it.
    """
    return [path for _, path in _chosen(source)[0]]


def stated_format(path: Path) -> str | None:
    """Return what the field ``format`` of a JSON file says, None where there is no such text.

    Raises
    ------
    UnreadableError
        If the file cannot be opened or is no JSON.
    """
    stated = (_fields(path) or {}).get("format")
    return stated if isinstance(stated, str) else None


def _formats(chosen: Sequence[tuple[Format, Path]]) -> list[Format]:
    """Return the formats of some files, each once, in a fixed order."""
    met = {kind.name for kind, _ in chosen}
    return [one for one in FORMATS if one.name in met]


def _joined(tables: Sequence[ScoreTable]) -> ScoreTable:
    """Return one table of several."""
    joined, *others = tables
    for table in others:
        joined = joined.joined_with(table)
    return joined


def _chosen(source: Path) -> tuple[list[tuple[Format, Path]], list[Issue]]:
    """Return the files to read with their formats, and an issue where others were passed over."""
    try:
        is_folder, exists = source.is_dir(), source.exists()
    except OSError as problem:
        raise UnreadableError(
            "a file or folder that may be looked at",
            found=problem.strerror or str(problem),
            where=str(source)[:200],
        ) from problem
    if is_folder:
        return _in_folder(source)
    if not exists:
        raise UnreadableError(
            "a file or folder of scores",
            found="nothing of that name",
            where=str(source),
            remedy="Check the path; without a SOURCE the shipped scores are studied.",
        )
    kind = _format(source)
    if kind is None:
        is_json = source.suffix.lower() == ".json"
        found = "JSON of none of them" if is_json else source.suffix or "no ending"
        raise UnreadableError(f"scores in one of the formats {_known()}", found=found, where=str(source))
    return [(kind, source)], []


def _in_folder(folder: Path) -> tuple[list[tuple[Format, Path]], list[Issue]]:
    """Return the files of a folder that are read, and an issue where others were passed over."""
    chosen, passed_over = [], []
    for path in _candidates(folder):
        kind = _format(path)
        if kind is not None and (kind.is_document or path.parent == folder) and _may_hold_scores(kind, path):
            chosen.append((kind, path))
        else:
            passed_over.append(path.relative_to(folder).as_posix())
    if not chosen:
        raise UnreadableError(
            f"a folder with files in one of the formats {_known()}",
            found=f"none, only {listed(passed_over)}" if passed_over else "none",
            where=str(folder),
        )
    if not passed_over:
        return chosen, []
    what = f"{len(passed_over)} file(s) of no known format, or tables in subfolders, were not read"
    return chosen, [Issue(f"{what}: {listed(passed_over)}", where=str(folder.name))]


def _candidates(folder: Path) -> list[Path]:
    """Return the files at any depth whose ending some format has, in the order of their names."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += (
            Path(place, name)
            for name in names
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in _ENDINGS  # noqa: PTH122
        )
        if len(found) > MOST_FILES:
            raise UnreadableError(f"a folder of at most {MOST_FILES} files", found="more", where=str(folder))
    return sorted(found)


def _format(path: Path) -> Format | None:
    """Return the format of a file, None where it is none that is known."""
    ending = path.suffix.lower()
    if ending != ".json":
        return next((one for one in FORMATS if ending in one.endings), None)
    fields = _fields(path)
    if fields is None:
        return JSON_RECORDS  # whose reader says so if it is no list
    if {"evaluation_results", "model_info"} <= fields.keys():
        return EVERY_EVAL_EVER
    if {"eval", "status"} <= fields.keys():
        return INSPECT
    # Without `config_general`: lighteval writes that and the other three, with other things in them.
    if {"results", "versions", "configs"} <= fields.keys() and "config_general" not in fields:
        return HARNESS
    return None


def _may_hold_scores(kind: Format, path: Path) -> bool:
    """Return False for JSON lines of another kind, which engines leave beside their results, one an item."""
    return kind is not JSON_LINES or holds_scores(path)


def _fields(path: Path) -> Mapping[str, object] | None:
    """Return the fields of a JSON object, those of text decoded; None where it holds no object."""
    raw = read_bytes(path)
    try:
        # To skip over values is much faster than to decode them, and every file of a folder comes this way.
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        return {name: _text(value) for name, value in fields.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = parse(raw, path)
        return whole if isinstance(whole, dict) else None


def _text(raw: msgspec.Raw) -> str | msgspec.Raw:
    """Return a value decoded if it is text, and as it is if not."""
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return raw


def _known() -> str:
    """Return the known formats, to be printed."""
    return ", ".join(f"{one.name} ({' '.join(one.endings)})" for one in FORMATS)
