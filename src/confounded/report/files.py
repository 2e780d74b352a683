"""Putting a report into a folder: all of it or nothing, and nothing else in the folder touched.

The files are written into a hidden folder beside their places, then renamed into them. What they replace is kept
there until all are in place, and goes back if anything fails or the program is interrupted.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confounded.errors import OutputError

__all__ = ["GENERATOR", "PAGE", "RESULT", "Marks", "replace_files", "replace_report"]

PAGE: Final = "report.html"
RESULT: Final = "result.json"

GENERATOR: Final = '<meta name="generator" content="confounded '
"""Stands near the top of every page of ours, and tells it from a report.html of somebody else."""
RESULT_FORMAT: Final = b'"format": "confounded-study"'
"""Stands near the top of every result of ours."""
MARK_WITHIN: Final = 2048
"""Bytes from the top of a file in which its mark must stand."""

REMEDY: Final = "Choose another folder with -o."


@dataclass(frozen=True, slots=True)
class Marks:
    """The two files by which ours are told from somebody else's, and what stands near the top of each.

    Parameters
    ----------
    what : str
        What the files are together, for messages.
    page, result : str
        Their names.
    of_page, of_result : bytes
        What they bear.
    """

    what: str
    page: str
    of_page: bytes
    result: str
    of_result: bytes


REPORT: Final = Marks("report", PAGE, GENERATOR.encode(), RESULT, RESULT_FORMAT)


def replace_report(folder: Path, ours: Collection[str], make: Callable[[], Mapping[str, bytes]]) -> None:
    """Write a report into a folder, replacing an earlier one (`replace_files`)."""
    replace_files(folder, ours, make, REPORT)


def replace_files(
    folder: Path, ours: Collection[str], make: Callable[[], Mapping[str, bytes]], marks: Marks
) -> None:
    """Write files into a folder, replacing earlier ones of the same kind.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    ours : collection of str
        Every path that such files may have, relative to the folder. Earlier ones that the new ones lack are removed.
    make : callable
        Returns the content of each file by its relative path. Called once it is certain that the folder can be
        written to, since it may take long.
    marks : Marks
        By which earlier files of ours are known.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or holds files of somebody else where ours would go. The folder is
        as before then.
    """
    try:
        with _made(folder), _staging(folder) as staging:
            _refuse_strangers(folder, ours, marks)
            contents = make()
            for name, content in contents.items():
                target = staging / "new" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            # The page last: until then an earlier page, which needs none of the other files, can be read.
            names = sorted(contents, key=lambda name: name == marks.page)
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


def _refuse_strangers(folder: Path, ours: Collection[str], marks: Marks) -> None:
    """Stop if a file that would be replaced is not one of ours."""
    present = [name for name in ours if (folder / name).exists() or (folder / name).is_symlink()]
    marked = {name for name in present if _is_marked(folder / name, marks)}
    # Tables and figures bear no mark. They are ours where a page or a result of ours stands above them.
    strangers = [
        name for name in present if name not in marked and (name in (marks.page, marks.result) or not marked)
    ]
    strangers += sorted(
        parent
        for parent in {str(Path(name).parent) for name in ours} - {"."}
        if (folder / parent).exists() and not (folder / parent).is_dir()
    )
    if strangers:
        raise OutputError(
            f"a folder in which a {marks.what} replaces nothing but an earlier {marks.what}",
            found=f"a {strangers[0]} that is not from one",
            where=str(folder),
            remedy="Choose another folder with -o, or move that file away.",
        )


def _is_marked(path: Path, marks: Marks) -> bool:
    if path.name not in (marks.page, marks.result) or not path.is_file():
        return False
    with path.open("rb") as stream:
        top = stream.read(MARK_WITHIN)
    return (marks.of_page if path.name == marks.page else marks.of_result) in top


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
