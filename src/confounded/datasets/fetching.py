"""Bringing the files of a source here: from their addresses, or from a mirror, every one compared with its checksum.

Files are gathered in ``.partial/<id>`` beside their place and moved there, one by one, when all of them are as
released. What was downloaded before an interruption stays in ``.partial`` and is gone on from.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final, Literal

from confounded.datasets._download import TIMEOUT, Progress, download
from confounded.datasets.sources import (
    Source,
    cache_folder,
    collected_files,
    first_problem,
    flaw_of_file,
    looks_present,
    mirror_remedy,
    place,
    source_path,
)
from confounded.errors import DatasetError, OutputError

__all__ = ["Fetched", "fetch", "partial_folder"]

PARTIAL: Final = ".partial"
LOCK: Final = ".lock"

DIGEST_IN_NAME: Final = 12
"""Digits of the checksum in the name of a part, so that one release is never gone on from with another."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a fetch.

    Parameters
    ----------
    source : Source
    path : Path
        As of `source_path`.
    how : {"already there", "downloaded", "copied"}
        What had to be done.
    """

    source: Source
    path: Path
    how: Literal["already there", "downloaded", "copied"]


def partial_folder(source: Source, to: Path | None = None) -> Path:
    """Return where the parts of a download are kept until it is whole."""
    return (to or cache_folder()) / PARTIAL / source.id


def fetch(
    source: Source,
    *,
    mirror: Path | None = None,
    to: Path | None = None,
    progress: Progress | None = None,
    loopback: bool = False,
    timeout: float = TIMEOUT,
) -> Fetched:
    """Bring the files of a source here, or do nothing but compare them where they are here already.

    Parameters
    ----------
    source : Source
    mirror : Path, optional
        A folder with one folder a source to copy from; without it the files are downloaded.
    to : Path, optional
        Where to put them, by default the cache. The folder can serve as a mirror afterwards. A file that is there
        and is another one is an error; in the cache it is replaced.
    progress : callable, optional
        Takes what is being done, and how many bytes of how many are done.
    loopback, timeout
        As of `download`; for tests.

    Raises
    ------
    DatasetError
        If the source has no address, cannot be had, or a file is not the one that was released.
    OutputError
        If the files cannot be written.
    """
    if source.ships:
        return Fetched(source, source_path(source.id), "already there")
    root = Path(to) if to is not None else cache_folder()
    folder = root / place(source)
    if folder.is_dir() and first_problem(source, folder) is None:
        return Fetched(source, folder, "already there")
    if mirror is None and not source.downloadable:
        raise _by_hand_only(source)
    mirrored = None if mirror is None else Path(mirror) / source.folder
    if mirrored is not None and not looks_present(source, mirrored):
        _refuse_mirror(source, mirrored)
    staged = partial_folder(source, root)
    report = progress or (lambda _what, _done, _total: None)
    try:
        with _alone(staged, source):
            if mirrored is not None:
                _copy(source, mirrored, staged, report)
            else:
                _download_all(source, staged, report, loopback, timeout)
            _move(source, staged, folder, replace=to is None)
    except OSError as refused:
        raise OutputError(
            "a place to write to",
            found=refused.strerror or str(refused),
            where=str(refused.filename or root),
            remedy="Give another one with --to DIR, or set $CONFOUNDED_CACHE.",
        ) from refused
    # Every file was compared before it was moved here. What may be wrong is that there are more: documents of another
    # release that were there before.
    if not looks_present(source, folder):
        problem = first_problem(source, folder)
        if problem:
            raise problem
    return Fetched(source, folder, "downloaded" if mirrored is None else "copied")


def _refuse_mirror(source: Source, mirrored: Path) -> None:
    """Say what is wrong with a mirror, if anything is."""
    problem = first_problem(source, mirrored, remedy=mirror_remedy(source))
    if problem:
        raise problem


def _by_hand_only(source: Source) -> DatasetError:
    by_hand = f" By hand it is at {source.by_hand}." if source.by_hand else ""
    return DatasetError(
        "a pinned address",
        found="none that is known for certain",
        where=f"source {source.id}",
        remedy=(
            f"It can only come from a mirror: {source.command}, where DIR has its files in {source.folder}/.{by_hand}"
        ),
    )


def _download_all(source: Source, staged: Path, report: Progress, loopback: bool, timeout: float) -> None:
    """Download every file into the staging folder, going on from what is there."""
    before = 0
    for file in source.files:
        whole = staged / file.path
        if flaw_of_file(file, whole) is not None:
            whole.parent.mkdir(parents=True, exist_ok=True)
            part = whole.with_name(f"{whole.name}.{file.sha256[:DIGEST_IN_NAME]}.part")
            download(
                file.url,
                part,
                size=file.size,
                sha256=file.sha256,
                where=f"source {source.id}, {file.path}",
                progress=partial(_report_part, report, source, before),
                loopback=loopback,
                timeout=timeout,
            )
            part.replace(whole)
        before += file.size
        report(source.title, before, source.size)


def _report_part(report: Progress, source: Source, before: int, done: int) -> None:
    report(source.title, before + done, source.size)


def _copy(source: Source, mirrored: Path, staged: Path, report: Progress) -> None:
    """Copy every file into the staging folder; a copy that turns out wrong leaves nothing behind."""
    try:
        done = 0
        for path, size in _mirrored_files(source, mirrored):
            target = staged / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(mirrored / path, target)
            done += size
            report(source.title, done, source.size)
        # The copies are compared and not the mirror too: reading thousands of documents once is slow enough.
        problem = first_problem(source, staged)
        if problem:
            _refuse_mirror(source, mirrored)
            raise problem
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _mirrored_files(source: Source, mirrored: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files to copy, below the folder, and their sizes."""
    if source.collection is None:
        yield from ((Path(file.path), file.size) for file in source.files)
    else:
        for path in collected_files(mirrored):
            yield path.relative_to(mirrored), path.stat().st_size


def _move(source: Source, staged: Path, folder: Path, *, replace: bool) -> None:
    """Move every file to its place, each in one step."""
    moves = [(staged / path, folder / path) for path, _size in _mirrored_files(source, staged)]
    if not replace:
        for path, target in moves:
            if target.exists() and not _same(path, target):
                raise OutputError(
                    "no file, or the same one",
                    found="another",
                    where=str(target),
                    remedy="Move it away, or give another folder with --to DIR.",
                )
    for path, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    _clear(staged)


def _same(one: Path, other: Path) -> bool:
    return (
        other.is_file()
        and one.stat().st_size == other.stat().st_size
        and one.read_bytes() == other.read_bytes()
    )


@contextmanager
def _alone(staged: Path, source: Source) -> Iterator[None]:
    """Hold a source for this process: two that write one part would spoil it for each other."""
    staged.mkdir(parents=True, exist_ok=True)
    lock = staged / LOCK
    with lock.open("a") as held:
        _hold(held, source)  # before the clearing up: one that is refused must not clear the other's folder
        try:
            yield
        finally:
            if all(path == lock or path.is_dir() for path in staged.rglob("*")):
                _clear(staged)


def _hold(held: IO[str], source: Source) -> None:
    """Lock an open file, where the system can; elsewhere a spoilt part is noticed by its checksum."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        raise OutputError(
            "no other fetch of it", found="one under way", where=f"source {source.id}", remedy="Wait for it."
        ) from problem


def _clear(staged: Path) -> None:
    """Remove a staging folder, and the one that holds them all where it was the last."""
    shutil.rmtree(staged, ignore_errors=True)
    with suppress(OSError):
        staged.parent.rmdir()
