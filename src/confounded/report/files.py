"""Putting a report into a folder: all of it or nothing, and nothing else in the folder touched.

The files are written into a hidden folder beside their places, then renamed into them. What they replace is kept
there until all are in place, and goes back if anything fails or the program is interrupted.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from confounded.errors import OutputError

__all__ = ["GENERATOR", "PAGE", "RESULT", "replace_report"]

PAGE: Final = "report.html"
RESULT: Final = "result.json"

GENERATOR: Final = '<meta name="generator" content="confounded '
"""Stands near the top of every page of ours, and tells it from a report.html of somebody else."""
RESULT_FORMAT: Final = b'"format": "confounded-study"'
"""Stands near the top of every result of ours."""
MARK_WITHIN: Final = 2048
"""Bytes from the top of a file in which its mark must stand."""

REMEDY: Final = "Choose another folder with -o."


def replace_report(folder: Path, ours: Collection[str], make: Callable[[], Mapping[str, bytes]]) -> None:
    """Write a report into a folder, replacing an earlier one.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    ours : collection of str
        Every path that a report may have, relative to the folder. Those of an earlier report that the new one lacks
        are removed.
    make : callable
        Returns the content of each file by its relative path. Called once it is certain that the folder can be
        written to, since it may take long.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or holds files of somebody else where a report's would go. The folder is
        as before then.
    """
    try:
        with _made(folder), _staging(folder) as staging:
            _refuse_strangers(folder, ours)
            contents = make()
            for name, content in contents.items():
                target = staging / "new" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            # The page last: until then an earlier page, which needs none of the other files, can be read.
            names = sorted(contents, key=lambda name: name == PAGE)
            _swap(folder, staging, names, stale=[name for name in ours if name not in contents])
    except OSError as problem:
        raise OutputError(
            "a folder that can be written to",
            found=problem.strerror or str(problem),
            where=str(folder),
            remedy=REMEDY,
        ) from problem


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; remove again what was made if the work in it fails."""
    if folder.exists() and not folder.is_dir():
        raise OutputError("a folder", found="a file", where=str(folder), remedy=REMEDY)
    absent = [path for path in (folder, *folder.parents) if not path.exists()]
    made: list[Path] = []
    try:
        for path in reversed(absent):
            path.mkdir()
            made.append(path)
        yield
    except BaseException:
        for path in reversed(made):
            if not any(path.iterdir()):
                path.rmdir()
        raise


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same file system, so that files can be renamed out of it."""
    staging = Path(tempfile.mkdtemp(prefix=".confounded-", dir=folder))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_strangers(folder: Path, ours: Collection[str]) -> None:
    """Stop if a file that a report would replace is not from a report."""
    present = [name for name in ours if (folder / name).exists() or (folder / name).is_symlink()]
    marked = {name for name in present if _is_marked(folder / name)}
    # Tables and figures bear no mark. They are ours where a page or a result of ours stands above them.
    strangers = [name for name in present if name not in marked and (name in (PAGE, RESULT) or not marked)]
    strangers += sorted(
        parent
        for parent in {str(Path(name).parent) for name in ours} - {"."}
        if (folder / parent).exists() and not (folder / parent).is_dir()
    )
    if strangers:
        raise OutputError(
            "a folder in which a report replaces nothing but an earlier report",
            found=f"a {strangers[0]} that is not from one",
            where=str(folder),
            remedy="Choose another folder with -o, or move that file away.",
        )


def _is_marked(path: Path) -> bool:
    if path.name not in (PAGE, RESULT) or not path.is_file():
        return False
    with path.open("rb") as stream:
        top = stream.read(MARK_WITHIN)
    return (GENERATOR.encode() if path.name == PAGE else RESULT_FORMAT) in top


def _keep(place: Path, kept: Path, *, replaced: bool) -> None:
    """Keep an old file for an undo; by a second link where a new one comes, so that its place is never empty."""
    if not replaced:
        place.replace(kept)
        return
    try:
        kept.hardlink_to(place)
    except OSError:
        # A file system without hard links, or a link that points nowhere.
        shutil.copy2(place, kept, follow_symlinks=False)


def _swap(folder: Path, staging: Path, names: Collection[str], stale: Collection[str]) -> None:
    """Rename new files into place and old ones out of it; on any failure undo what was done."""
    undo: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for name in (*names, *stale):
            place, kept, new = folder / name, staging / "old" / name, staging / "new" / name
            if not place.parent.exists() and name in names:
                place.parent.mkdir()
                made.append(place.parent)
            if place.exists() or place.is_symlink():
                kept.parent.mkdir(parents=True, exist_ok=True)
                # Noted before it is done: an interruption between the two must not lose the old file.
                undo.append((kept, place))
                _keep(place, kept, replaced=name in names)
            else:
                undo.append((new, place))
            if name in names:
                new.replace(place)
    except BaseException:
        for source, place in reversed(undo):
            if source.parent.is_relative_to(staging / "old"):
                if source.exists() or source.is_symlink():
                    source.replace(place)
            elif not source.exists():
                place.unlink(missing_ok=True)
        for path in reversed(made):
            path.rmdir()
        raise
    for parent in {(folder / name).parent for name in stale}:
        if parent != folder and parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()
