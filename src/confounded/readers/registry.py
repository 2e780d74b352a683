"""Which reader reads what: a file by its ending, a folder by its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from confounded.errors import UnreadableError
from confounded.readers.delimited import read_delimited
from confounded.scores import ScoreTable

__all__ = ["READERS", "read_scores", "score_files"]

READERS: Final[Mapping[str, Callable[[Path], ScoreTable]]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
}
"""The reader of each file ending."""


def read_scores(source: str | Path) -> ScoreTable:
    """Read one file, or every score file of a folder, as one score table.

    Parameters
    ----------
    source : str or Path
        A ``.csv`` or ``.tsv`` file, wide (a column ``model`` and one column a benchmark) or long (columns
        ``model``, ``benchmark``, ``score``), or a folder of such files.

    Returns
    -------
    ScoreTable

    Raises
    ------
    UnreadableError
        If there is no such file, or none that a reader knows.
    ContentError
        If the content cannot be used: a cell that is no number, a score given twice.
    """
    tables = [READERS[path.suffix.lower()](path) for path in score_files(Path(source))]
    joined, *others = tables
    for table in others:
        joined = joined.joined_with(table)
    return joined


def score_files(source: Path) -> list[Path]:
    """Return the score files that a path stands for, in the order of their names.

    Raises
    ------
    UnreadableError
        If there is no such file or folder, or no reader for it.
    """
    endings = " or ".join(READERS)
    if source.is_dir():
        files = sorted(path for path in source.iterdir() if path.suffix.lower() in READERS)
        if not files:
            raise UnreadableError(f"a folder with {endings} files", found="none", where=str(source))
        return files
    if not source.exists():
        raise UnreadableError(
            "a file or folder of scores",
            found="nothing of that name",
            where=str(source),
            remedy="Check the path; without a SOURCE the shipped scores are studied.",
        )
    if source.suffix.lower() not in READERS:
        raise UnreadableError(
            f"a score file ending in {endings}", found=f"{source.suffix or 'no ending'}", where=str(source)
        )
    return [source]
