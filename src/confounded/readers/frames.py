"""Tables that need no parsing: Parquet files, and data frames that are in memory already."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers import _parquet_child
from confounded.readers.cells import Cells
from confounded.readers.files import check_size
from confounded.readers.tabular import model_column, read_cells
from confounded.scores import ScoreTable

__all__ = ["MOST_CELLS", "is_frame", "parquet_cells", "read_frame", "read_parquet"]

MOST_CELLS: Final = 50_000_000
"""Cells of a Parquet file, by its own count, above which it is not unpacked: its compression has no bound of
its own, and this many numbers take 400 MB."""

IN_MEMORY: Final = "the data frame"


def read_parquet(path: Path) -> ScoreTable:
    """Read a Parquet file of scores, wide or long.

    Returns
    -------
    ScoreTable
        Scores as they stand in the file.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, is no Parquet or holds too much.
    ContentError
        If a column is missing, a cell is no finite number, or a score stands twice.
    """
    return read_cells(parquet_cells(path))


def parquet_cells(path: Path) -> Cells:
    """Return the cells of a Parquet file.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, is no Parquet or holds too much.
    """
    check_size(path)
    program = Path(_parquet_child.__file__)
    done = subprocess.run(
        [sys.executable, "-P", str(program), str(path), str(MOST_CELLS)], capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        # A panic tells of itself before the last line, which is the program's own; a process that was ended
        # by a signal (a negative code) says nothing that a reader could use.
        told = said[-1] if said and done.returncode > 0 else ""
        if done.returncode == _parquet_child.TOO_LARGE:
            raise UnreadableError(
                f"a Parquet file of at most {MOST_CELLS:,} cells",
                found=told,
                where=str(path),
                remedy="Keep the columns and rows that are needed.",
            )
        raise UnreadableError(
            "a whole Parquet file",
            found=f"a damaged one, or a file of another kind ({told})"
            if told
            else "damaged content, or more than fits into memory",
            where=str(path),
            remedy="Copy or write the file again.",
        )
    frame = _with_dates_as_text(pl.read_ipc(done.stdout))
    return Cells(frame, where=str(path), source=path.name)


def is_frame(source: object) -> bool:
    """Return whether something is a data frame that can be read as it is."""
    return isinstance(source, pl.DataFrame | pl.LazyFrame) or hasattr(source, "__arrow_c_stream__")


def read_frame(source: Any) -> ScoreTable:
    """Read a data frame of scores, wide or long.

    Parameters
    ----------
    source : polars.DataFrame, polars.LazyFrame or object with the Arrow PyCapsule interface
        pandas (2.2 and later), pyarrow and others have ``__arrow_c_stream__``.

    Returns
    -------
    ScoreTable
        Scores as they stand in the frame.

    Raises
    ------
    ContentError
        If a column is missing, a cell is no finite number, or a score stands twice.
    """
    return read_cells(Cells(_with_dates_as_text(_collected(source)), where=IN_MEMORY, source=IN_MEMORY))


def _collected(source: Any) -> pl.DataFrame:
    """Return a frame of any library as one of polars."""
    try:
        if isinstance(source, pl.DataFrame):
            return source
        if isinstance(source, pl.LazyFrame):
            return source.collect()
        return pl.DataFrame(_with_index(source))
    except ImportError as problem:
        raise UnreadableError(
            "the package pyarrow, which frames of this library need",
            found="it is not installed",
            where=IN_MEMORY,
            remedy="Run `pip install pyarrow`, or pass a polars frame.",
        ) from problem
    # pyarrow's errors are of these types too.
    except (pl.exceptions.PolarsError, ValueError, TypeError, NotImplementedError) as problem:
        said = next(iter(str(problem).splitlines()), type(problem).__name__)
        raise ContentError(
            "columns with one name and one type each", found=said[:200], where=IN_MEMORY
        ) from problem


def _with_index(frame: Any) -> Any:
    """Return a frame with its index among the columns, where it is one of pandas and its index says something."""
    index = getattr(frame, "index", None)
    if index is None or not hasattr(frame, "reset_index"):
        return frame
    if any(name is not None for name in index.names):
        return frame.reset_index()
    if index.dtype.kind not in "iu" and model_column([str(name) for name in frame.columns]) is None:
        raise ContentError(
            "a column 'model'",
            found="an index without a name",
            where=IN_MEMORY,
            remedy='Pass frame.rename_axis("model"), if the index holds the names of models.',
        )
    return frame


def _with_dates_as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose dates, moments and truths are text, as they are in every other table."""
    text = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Datetime):
            is_midnight = (frame[name].dt.time() == datetime.time()).all()
            text.append((pl.col(name).dt.date() if is_midnight else pl.col(name)).cast(pl.String))
        elif kind in (pl.Date, pl.Boolean):
            text.append(pl.col(name).cast(pl.String))
    return frame.with_columns(text)
