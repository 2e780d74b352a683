"""Which reader reads what: a file by its ending and, where that leaves several, by its content; a folder by its files.

Tables are read from a folder itself, documents of runs from any depth below it. A file in a folder that might hold
scores and is read by nobody is named in an issue; hidden files are passed over.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

import polars as pl

from confounded.errors import ConfoundedError, ContentError, UnreadableError, UnsettledError
from confounded.readers.collected import listed
from confounded.readers.declarations import BENCHMARKS_FILE, MODELS_FILE, read_benchmarks, read_models
from confounded.readers.formats import FORMATS, Format
from confounded.readers.frames import is_frame, read_frame
from confounded.readers.glance import Glance, glance
from confounded.scores import Issue, ItemTable, ScoreTable, settled

__all__ = ["ArrowStream", "Reading", "read_items", "read_scores", "read_sources", "stated_format"]

_LOGGER: Final = logging.getLogger(__name__)

MOST_FILES: Final = 100_000
"""Files of a folder above which it is taken for the wrong one; the largest collection seen has 5,325."""

_ENDINGS: Final = frozenset(ending for one in FORMATS for ending in one.endings)


class ArrowStream(Protocol):
    """A data frame that hands its columns over by the Arrow PyCapsule interface: pandas, pyarrow and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the columns as a stream."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A score table and the files it was read from.

    Parameters
    ----------
    table : ScoreTable
    files : tuple of (Path, tuple of Path)
        Each source that was asked for with the files that were read from it, those that declare benchmarks last.
    """

    table: ScoreTable
    files: tuple[tuple[Path, tuple[Path, ...]], ...] = field(repr=False)


def read_scores(
    source: str | Path | pl.DataFrame | pl.LazyFrame | ArrowStream, *, lenient: bool = False
) -> ScoreTable:
    """Read a file, every score file of a folder, or a data frame, as one score table.

    Parameters
    ----------
    source : str, Path or data frame
        A table (CSV, TSV, Excel, Parquet, JSON records, JSON lines), wide (a column ``model`` and one column a
        benchmark) or long (columns ``model``, ``benchmark``, ``score``); files of any of the engines and
        leaderboards in `confounded.readers.formats.FORMATS`; a folder of such files; or a data frame of polars or
        of any library with the Arrow PyCapsule interface, wide or long.
    lenient : bool, optional
        Whether to go on where a guess would be needed that could change a result. What is taken then is said in
        the issues of the table.

    Returns
    -------
    ScoreTable
        One score of each model on each benchmark.

    Raises
    ------
    UnreadableError
        If there is no such file, or none that a reader knows.
    ContentError
        If the content cannot be used.
    UnsettledError
        If the content leaves something to guess, unless `lenient`.
    """
    if not isinstance(source, str | os.PathLike):
        if not is_frame(source):
            raise UnreadableError(
                "a path, or a data frame with the Arrow PyCapsule interface", found=type(source).__name__
            )
        return _usable(settled(read_frame(source)), lenient, "the data frame")
    return read_sources([Path(source)], lenient=lenient).table


def read_sources(
    sources: Sequence[Path],
    *,
    benchmarks: Path | None = None,
    models: Path | None = None,
    declared: bool = True,
    shared: bool = False,
    lenient: bool = False,
) -> Reading:
    """Read some files and folders as one score table, with what is declared of benchmarks and models beside them.

    Parameters
    ----------
    sources : sequence of Path
    benchmarks : Path, optional
        A file that declares benchmarks; without it any ``benchmarks.toml`` beside the scores.
    models : Path, optional
        A file that declares models; without it any ``models.toml`` beside the scores.
    declared : bool, optional
        Whether such files are read at all.
    shared : bool, optional
        Whether such files may also declare benchmarks and models that have no scores here, because other scores stand
        beside the same files. Otherwise that is an error.
    lenient : bool, optional
        As of `read_scores`.

    Returns
    -------
    Reading

    Raises
    ------
    UnreadableError, ContentError, UnsettledError
        As of `read_scores`.
    """
    tables, files = [], []
    for source in sources:
        chosen, issues = _chosen(source)
        first, *others = _read_chosen(chosen, lenient)
        tables += [first.with_issues(*issues), *others]
        files.append((source, tuple(path for _, path in chosen)))
    table = tables[0].joined_with(*tables[1:])
    for path in _declarations(sources, benchmarks, BENCHMARKS_FILE) if declared else ():
        _LOGGER.info("Reading %s, which declares benchmarks", path)
        table = _with_declared(table, read_benchmarks(path), "benchmark", path, shared)
        files.append((path, (path,)))
    for path in _declarations(sources, models, MODELS_FILE) if declared else ():
        _LOGGER.info("Reading %s, which declares models", path)
        table = _with_declared(table, read_models(path), "model", path, shared)
        files.append((path, (path,)))
    table = _usable(settled(table), lenient, ", ".join(map(str, sources)))
    return Reading(table, tuple(files))


def _with_declared(
    table: ScoreTable, said: pl.DataFrame, key: Literal["benchmark", "model"], path: Path, shared: bool
) -> ScoreTable:
    """Return a table with what a file declares, where it is shared only of what has scores."""
    if shared:
        said = said.filter(pl.col(key).is_in(table.scores[key].unique().to_list()))
    return table.with_declared(said, key, str(path))


def read_items(source: str | Path, *, lenient: bool = False) -> ItemTable:
    """Read what each model got on each item, from the formats that say it.

    Parameters
    ----------
    source : str or Path
        A file or a folder.
    lenient : bool, optional
        As of `read_scores`.

    Returns
    -------
    ItemTable

    Raises
    ------
    UnreadableError
        If there is no such file, or none with item scores that a reader knows.
    ContentError, UnsettledError
        As of `read_scores`.
    """
    path = Path(source)
    chosen = [(kind, file) for kind, file in _chosen(path, items=True)[0] if kind.read_items is not None]
    tables = [
        one.read_items([file for kind, file in chosen if kind is one])
        for one in FORMATS
        if one.read_items is not None and any(kind is one for kind, _ in chosen)
    ]
    _refuse_unsettled([issue for table in tables for issue in table.issues], lenient)
    if not tables or all(table.items.is_empty() for table in tables):
        said = [issue.what for table in tables for issue in table.issues]
        raise UnreadableError(
            "scores of single items",
            found="none" + "".join(f"; {what}" for what in said[:1]),
            where=str(path),
        )
    first, *others = tables
    return first.joined_with(*others)


def stated_format(path: Path) -> str | None:
    """Return what the field ``format`` of a JSON file says, None where there is no such text.

    Raises
    ------
    UnreadableError
        If the file cannot be opened or is no JSON.
    """
    stated = (glance(path).fields or {}).get("format")
    return stated if isinstance(stated, str) else None


def _usable(table: ScoreTable, lenient: bool, where: str) -> ScoreTable:
    """Return a table that has scores and leaves nothing to guess."""
    _refuse_unsettled(table.issues, lenient)
    if table.scores.is_empty():
        raise ContentError(
            "at least one score",
            found="none" + "".join(f"; {one.what}" for one in table.issues[:1]),
            where=where,
        )
    return table


def _refuse_unsettled(issues: Iterable[Issue], lenient: bool) -> None:
    """Raise where an issue stops, unless reading is to go on."""
    stopping = [issue for issue in issues if issue.stops]
    if lenient or not stopping:
        return
    first, *others = stopping
    raise UnsettledError(
        "content that leaves nothing to guess",
        found=first.what,
        where=first.where,
        remedy=f"{first.remedy} Or pass --lenient to go on so and have it said in the result."
        + (f" There are {len(others)} more such issues." if others else ""),
        further=[f"{one.where}: {one.what}. {one.remedy}" for one in others],
    )


def _read_chosen(chosen: Sequence[tuple[Format, Path]], lenient: bool) -> list[ScoreTable]:
    """Read the files of a source, format by format."""
    tables = []
    for one in FORMATS:
        paths = [path for kind, path in chosen if kind is one]
        if not paths:
            continue
        _LOGGER.info("Reading %s as %s", listed([str(path) for path in paths]), one.name)
        try:
            tables.append(_read(one, paths))
        except ConfoundedError:
            if not lenient or len(paths) == 1:
                raise
            tables += _readable(one, paths)
    return tables


def _read(kind: Format, paths: Sequence[Path]) -> ScoreTable:
    """Read files of one format; an error always says of which files it is."""
    try:
        return kind.read(paths)
    except ConfoundedError as problem:
        if problem.where:
            raise
        raise type(problem)(
            problem.expected, found=problem.found, where=listed(map(str, paths)), remedy=problem.remedy
        ) from problem


def _readable(kind: Format, paths: Sequence[Path]) -> list[ScoreTable]:
    """Read the files that can be read, one by one, and make issues of the others."""
    tables, issues = [], []
    for path in paths:
        try:
            tables.append(_read(kind, [path]))
        except ConfoundedError as problem:
            issues.append(
                Issue(f"a file that cannot be read was left out: {problem}", where=path.name, stops=True)
            )
    if not tables:
        raise UnreadableError(
            f"files in the format {kind.name}", found="none that can be read", where=str(paths[0])
        )
    return [tables[0].with_issues(*issues), *tables[1:]]


def _declarations(sources: Sequence[Path], named: Path | None, usual: str) -> list[Path]:
    """Return the files that declare benchmarks or models: the one that was named, or those beside the scores."""
    if named is not None:
        return [named]
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in sources)
    return [folder / usual for folder in folders if (folder / usual).is_file()]


def _chosen(source: Path, *, items: bool = False) -> tuple[list[tuple[Format, Path]], list[Issue]]:
    """Return the files to read with their formats, and an issue where others were passed over."""
    try:
        is_folder, exists = source.is_dir(), source.exists()
        is_file = source.is_file()
    except (OSError, ValueError) as problem:
        raise UnreadableError(
            "a file or folder that may be looked at",
            found=getattr(problem, "strerror", None) or str(problem),
            where=str(source)[:200],
        ) from problem
    if is_folder:
        return _in_folder(source, items=items)
    if not exists:
        raise UnreadableError(
            "a file or folder of scores",
            found="nothing of that name",
            where=str(source),
            remedy="Check the path, or name a source: `confounded datasets` lists them.",
        )
    if not is_file:
        raise UnreadableError("a plain file or a folder", found="a device or a pipe", where=str(source))
    kind = _format(source)
    if kind is None:
        is_json = source.suffix.lower() in (".json", ".jsonl", ".ndjson")
        found = "JSON of none of them" if is_json else source.suffix or "no ending"
        raise UnreadableError(
            f"scores in one of the formats {_known()}",
            found=found,
            where=str(source),
            remedy="" if is_json else "If it is a table, give its name the ending .csv or .tsv.",
        )
    return [(kind, source)], []


def _in_folder(folder: Path, *, items: bool) -> tuple[list[tuple[Format, Path]], list[Issue]]:
    """Return the files of a folder that are read, and an issue where others were passed over."""
    chosen, passed_over = [], []
    for path in _candidates(folder):
        kind = _format(path)
        if kind is None or not (kind.is_document or path.parent == folder):
            passed_over.append(path.relative_to(folder).as_posix())
        elif items or not _is_covered(kind, path):
            chosen.append((kind, path))
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


def _is_covered(kind: Format, path: Path) -> bool:
    """Return whether the scores of a file stand in another one that can be read: one that cannot says so itself."""
    try:
        return kind.is_covered(path)
    except ConfoundedError:
        return False


def _candidates(folder: Path) -> list[Path]:
    """Return the files at any depth whose ending some format has, in the order of their names."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        beside = {
            name for one in FORMATS if one.main_file in names for name in one.companions
        } | _ALWAYS_BESIDE
        for one in FORMATS:
            if not one.beside_runs.isdisjoint((*folders, *names)) and _holds_runs(
                place, folders, one.main_file
            ):
                beside |= one.beside_runs
        folders[:] = [name for name in folders if not name.startswith(".") and name not in beside]
        found += (
            Path(place, name)
            for name in names
            if not name.startswith(".")
            and name not in beside
            and os.path.splitext(name)[1].lower() in _ENDINGS  # noqa: PTH122
        )
        if len(found) > MOST_FILES:
            raise UnreadableError(f"a folder of at most {MOST_FILES} files", found="more", where=str(folder))
    return sorted(found, key=str)  # paths themselves compare ten times more slowly


def _holds_runs(place: str, folders: Iterable[str], main_file: str) -> bool:
    """Return whether one of the folders in a place is that of a run."""
    return any(Path(place, folder, main_file).is_file() for folder in folders)


_ALWAYS_BESIDE: Final = frozenset(name for one in FORMATS if not one.main_file for name in one.companions)
"""Files that engines leave in their folders and that hold no scores."""


def _format(path: Path) -> Format | None:
    """Return the format of a file, None where it is none that is known."""
    ending = path.suffix.lower()
    candidates = [one for one in FORMATS if ending in one.endings]
    if not candidates:
        return None
    look: Glance = glance(path)
    return next((one for one in candidates if one.recognises(look)), None)


def _known() -> str:
    """Return the known formats, to be printed."""
    return ", ".join(f"{one.name} ({' '.join(one.endings)})" for one in FORMATS)
