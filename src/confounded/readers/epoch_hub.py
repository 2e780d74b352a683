"""Epoch AI's benchmarking hub, as downloaded: single CSV files, the folder of them, or ``benchmark_data.zip``.

Each file holds one benchmark and names its score column differently; `COLUMNS` says which column it is, in what unit,
and where its standard error stands. Higher is better in all of them. A file that is not in that table is read by what
``benchmark_metadata.csv`` beside it says of it, else by the one column of it that can be the score (then nothing is
known of its unit and direction, unless it is ``mean_score``, which is always a share); where neither tells, the file
is not read, and an issue names it.

- The model is ``Model version``. Effort levels (``gpt-5-2025-08-07_high``) are separate models here: that they are
  one model at several settings is settled where names are joined, not by a reader.
- Rows without a model version are left out and counted in an issue: the hub itself could not say what ran.
- Several rows of one model (numbers of examples in the prompt, agents, reports of several authors) are returned as
  they are; each then says as its source which line it is from.
- What is said of a model's organisation, training compute and release is taken where all files agree.

Data of the hub: Epoch AI, 'AI Benchmarking Hub', CC BY.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import polars as pl

from confounded.errors import InputError, UnreadableError
from confounded.readers.cells import Cells
from confounded.readers.collected import Collected, listed
from confounded.readers.delimited import cells_of_stream, delimited_cells
from confounded.readers.downloaded import numbers, words
from confounded.readers.epoch_columns import COLUMNS, Z_90, HubColumn
from confounded.readers.files import check_size
from confounded.readers.model_columns import model_columns
from confounded.scores import Issue, ScoreTable
from confounded.scores.dates import read_date

__all__ = ["is_epoch_hub", "is_epoch_hub_zip", "read_epoch_hub"]

MODEL: Final = "Model version"
INDEX: Final = "epoch_capabilities_index"

INDEX_COLUMNS: Final = ("Model", "eci")
"""The header of ``eci_scores.csv``, in which downloads since summer 2026 hold the index, one row a model."""

METADATA_COLUMNS: Final = ("benchmark", "source_file", "score_column")
MODEL_METADATA_COLUMNS: Final = ("model_version", "model_group")
OWN_RUNS: Final = "mean_score"
"""The score column of every benchmark that Epoch runs itself: a share of items."""

SCORE_NAMES: Final = (
    OWN_RUNS,
    "Score",
    "Accuracy",
    "EM",
    "Correct",
    "Average",
    "Average score",
    "Mean score",
    "Overall score",
    "Overall accuracy",
    "Global average",
    "Percent correct",
    "Pass@1",
    "Pass@1 score",
    "% Score",
    "Main score",
    "Accuracy mean",
)
"""Names of score columns in the hub. In an unknown file exactly one of them must be there."""

UNITS_BY_SCALE: Final = {1.0: "fraction", 0.01: "percent"}
"""What ``scale`` of ``benchmark_metadata.csv`` means: what a score is multiplied by to be a share."""

MODEL_COLUMNS: Final = ("Country", "Model accessibility", "Confidence")
"""Columns that describe a model beside those that are read; the others describe a run."""

FLOP_DIGITS: Final = ".3e"
"""Digits of training compute that are kept: it is never known to more, and files differ in the sixteenth."""

COPY: Final = re.compile(r" ?\(\d+\)$")
"""What a browser puts behind the name of a file that it downloads again."""

MOST_MEMBERS: Final = 10_000
LARGEST_MEMBER: Final = 32 * 2**20
LARGEST_ARCHIVE: Final = 256 * 2**20
"""Members of an archive, and bytes of one and of all when unpacked: the hub's has 80, of 0.3 MB at most and 3 MB in
all, and a small archive can unpack to any size."""


def is_epoch_hub(names: Sequence[str]) -> bool:
    """Return whether a header is that of a file of the hub, with scores or about them."""
    have = set(names)
    return (
        (MODEL in have and not have.isdisjoint({"Release date", "Organization", "id"}))
        or have.issuperset(INDEX_COLUMNS)
        or have.issuperset(METADATA_COLUMNS)
        or have.issuperset(MODEL_METADATA_COLUMNS)
    )


def is_epoch_hub_zip(path: Path) -> bool:
    """Return whether a file is a zip archive with files that are called as those of the hub."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {PurePosixPath(name).stem for name in archive.namelist()[:MOST_MEMBERS]}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return not names.isdisjoint(COLUMNS)


def read_epoch_hub(paths: Sequence[Path]) -> ScoreTable:
    """Read files of the hub, folders of them, or its archive.

    Parameters
    ----------
    paths : sequence of Path
        ``.csv`` files, ``.zip`` archives, or folders.

    Returns
    -------
    ScoreTable
        Scores as they stand in the files; one model may have several on one benchmark.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no CSV or archive, or is larger than any file of the hub.
    """
    tables = [table for path in paths for table in _tables(path)]
    described = _metadata(tables)
    collected = Collected()
    nameless: dict[str, int] = {}
    not_read = []
    for name, table in tables:
        header = table.frame.columns
        column = _column(name, header, described)
        if column is not None:
            _add(table, column, collected, nameless)
        elif not _holds_no_scores(header):
            not_read.append(name)
    if nameless:
        what = f"{sum(nameless.values())} score(s) without a model version were left out: {listed(nameless)}"
        collected.issues.append(Issue(what))
    if not_read:
        what = (
            f"no score column was found in {len(not_read)} file(s), which were not read: {listed(not_read)}"
        )
        collected.issues.append(Issue(what, where=str(paths[0])))
    return collected.table(listed(path.name for path in paths))


def _holds_no_scores(header: Sequence[str]) -> bool:
    """Return whether a file of the hub is one about models or benchmarks."""
    have = set(header)
    return MODEL not in have and not have.issuperset(INDEX_COLUMNS)


def _tables(path: Path) -> Iterator[tuple[str, Cells]]:
    """Yield the tables that a path stands for, each with the name of its file."""
    if path.is_dir():
        for one in sorted(path.rglob("*.csv")):
            yield one.name, delimited_cells(one)
    elif path.suffix.lower() == ".zip":
        yield from _members(path)
    else:
        yield path.name, delimited_cells(path)


def _members(path: Path) -> Iterator[tuple[str, Cells]]:
    """Yield the tables of an archive; nothing of it is written to disk."""
    check_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, path)
            left = LARGEST_ARCHIVE
            for member in members:
                name = PurePosixPath(member.filename)
                if name.suffix.lower() != ".csv" or name.parts[0] == "__MACOSX" or name.name.startswith("."):
                    continue
                with archive.open(member) as stream:
                    raw = stream.read(min(LARGEST_MEMBER, left) + 1)
                left -= len(raw)
                if len(raw) > LARGEST_MEMBER or left < 0:
                    raise _too_large(path)
                text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
                yield name.name, cells_of_stream(text, f"{path}/{member.filename}", name.name)
    except InputError:
        raise
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
    ) as problem:
        raise UnreadableError("a readable zip archive", found=str(problem), where=str(path)) from problem


def _check_members(members: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """Raise where an archive is none that could be the hub's."""
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        raise _too_large(path)
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name):
            raise UnreadableError(
                "an archive whose files stay in its folder", found=f"the name {name[:80]!r}", where=str(path)
            )


def _too_large(path: Path) -> UnreadableError:
    return UnreadableError(
        f"an archive of at most {MOST_MEMBERS} files and {LARGEST_ARCHIVE // 2**20} MiB",
        found="more when unpacked",
        where=str(path),
    )


def _metadata(tables: Sequence[tuple[str, Cells]]) -> dict[str, HubColumn]:
    """Return what the hub's own list says of its files, by their stems."""
    said: dict[str, HubColumn] = {}
    for _, table in tables:
        if not set(table.frame.columns).issuperset(METADATA_COLUMNS):
            continue
        files, columns = words(table, "source_file"), words(table, "score_column")
        ignored: list[Issue] = []
        scales = numbers(table, "scale", files, ignored)
        guesses = numbers(table, "random_baseline", files, ignored)
        for file, column, scale, guess in zip(files, columns, scales, guesses, strict=True):
            if file is None or column is None:
                continue
            stem = file.removesuffix(".csv")
            unit = UNITS_BY_SCALE.get(scale) if scale is not None else None
            chance = guess / scale if guess and unit and scale else None
            # With a scale to shares and a score of guessing, more is better; of other columns that is not said.
            direction = "higher" if unit is not None else None
            said[stem] = HubColumn(_plain(stem), column, unit=unit, chance=chance, direction=direction)
    return said


def _plain(stem: str) -> str:
    """Return the name of a benchmark from that of its file."""
    return stem.removesuffix("_external")


def _column(name: str, header: Sequence[str], described: dict[str, HubColumn]) -> HubColumn | None:
    """Return which column of a file is read, None where that cannot be told."""
    stem = COPY.sub("", Path(name).stem)
    if set(header).issuperset(INDEX_COLUMNS):
        return HubColumn(INDEX, "eci", "points", model="Model", interval=("eci_ci_low", "eci_ci_high", Z_90))
    if MODEL not in header:
        return None
    known, said = COLUMNS.get(stem), described.get(stem)
    if known is not None:
        # To take another column for one that was renamed would be a guess.
        return _as_said(known, said) if known.score in header else None
    if OWN_RUNS in header:
        chance = said.chance if said is not None and said.unit == "fraction" else None
        return HubColumn(_plain(stem), OWN_RUNS, stderr="stderr", chance=chance)
    if said is not None and said.score in header:
        return said
    candidates = [one for one in SCORE_NAMES if one in header]
    if len(candidates) != 1:
        return None
    return HubColumn(_plain(stem), candidates[0], unit=None, direction=None)


def _as_said(known: HubColumn, said: HubColumn | None) -> HubColumn:
    """Return what is known of a column, in the unit that the hub's own list says where that is another."""
    if said is None or said.score != known.score or said.unit in (None, known.unit):
        return known
    return replace(known, unit=said.unit, chance=said.chance, ceiling=None, stderr="", interval=None)


def _add(table: Cells, column: HubColumn, collected: Collected, nameless: dict[str, int]) -> None:
    """Add what one file says."""
    models = words(table, column.model)
    issues = collected.issues
    issues += table.issues
    scores = numbers(table, column.score, models, issues)
    errors = _errors(table, column, models)
    lines = table.numbers
    several = models.is_duplicated()
    for model, score, error, line, again in zip(models, scores, errors, lines, several, strict=True):
        if score is None:
            continue
        if model is None:
            nameless[table.source] = nameless.get(table.source, 0) + 1
            continue
        collected.scores.append(
            {
                "model": model,
                "benchmark": column.benchmark,
                "metric": column.score,
                "score": score,
                "stderr": error,
                "source": f"{table.source}, line {line}" if again else table.source,
            }
        )
    collected.models += _described(table, models)
    kept = [name for name in MODEL_COLUMNS if name in table.frame.columns]
    collected.columns.append(model_columns(models, table.frame, kept))
    collected.benchmarks.append(
        {
            "benchmark": column.benchmark,
            "unit": column.unit,
            "direction": column.direction,
            "chance": column.chance,
            "floor": 0.0 if column.unit in ("fraction", "percent") else None,
            "ceiling": {"fraction": 1.0, "percent": 100.0}.get(column.unit or "", column.ceiling),
        }
    )
    if column.direction is None:
        what = f"nothing is known of benchmark {column.benchmark!r}; its scores are those of column {column.score!r}"
        issues.append(Issue(what, where=table.where, remedy="Say in a benchmarks.toml what it is."))


def _errors(table: Cells, column: HubColumn, models: pl.Series) -> pl.Series:
    """Return the standard errors of a file's scores on the scale of these, null where it gives none."""
    passed_over: list[
        Issue
    ] = []  # an error that is no number is none; the score beside it counts all the same
    if column.interval is not None:
        low_name, high_name, z = column.interval
        low, high = (numbers(table, name, models, passed_over) for name in (low_name, high_name))
        errors = (high - low) / (2 * z)
    else:
        errors = numbers(table, column.stderr, models, passed_over) * column.stderr_scale
    return pl.select(pl.when(errors >= 0).then(errors)).to_series()


def _described(table: Cells, models: pl.Series) -> list[dict[str, Any]]:
    """Return what a file says of its models."""
    passed_over: list[Issue] = []
    flop = numbers(table, "Training compute (FLOP)", models, passed_over)
    dates = words(table, "Release date" if "Release date" in table.frame.columns else "date")
    rows = zip(models, words(table, "Display name"), words(table, "Organization"), flop, dates, strict=True)
    return [
        {
            "model": model,
            "name": name,
            "organisation": organisation,
            "training_flop": float(f"{compute:{FLOP_DIGITS}}")
            if compute is not None and compute > 0
            else None,
            "released": read_date(date) if date else None,
        }
        for model, name, organisation, compute, date in rows
        if model is not None
    ]
