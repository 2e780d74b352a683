"""Score sets of other projects that can be fetched: what they are, and where their files are on this machine.

``data/sources.toml`` describes them; ``data/source_files.csv`` holds size, checksum and address of each file. A
source of thousands of documents has one checksum: that of the lines ``<sha256>  <path>`` of all of them, sorted by
path. `confounded.datasets.fetching` brings the files here.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path, PureWindowsPath
from types import MappingProxyType
from typing import Final

import msgspec

from confounded.errors import DatasetError, UnknownError, UsageError

__all__ = [
    "Collection",
    "Flaw",
    "Source",
    "SourceFile",
    "cache_folder",
    "collected_files",
    "find_source",
    "first_problem",
    "flaw_of_file",
    "looks_present",
    "mirror_remedy",
    "place",
    "source_path",
    "sources",
]

ENTRIES: Final = "sources.toml"
FILES: Final = "source_files.csv"
SHIPPED_SCORES: Final = "scores.csv"

MANIFEST: Final = "manifest"
"""The path, in `FILES`, of a source whose files have one checksum together."""

DOCUMENTS: Final = ".json"
"""The ending of the files of such a source."""

CACHE_VARIABLE: Final = "CONFOUNDED_CACHE"

REINSTALL: Final = "Install the package again."


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source.

    Parameters
    ----------
    path : str
        Below the folder of the source, with forward slashes.
    size : int
        In bytes.
    sha256 : str
        Its checksum, in hexadecimal digits.
    url : str
        A pinned address, or nothing where none is known for certain.
    """

    path: str
    size: int
    sha256: str
    url: str = ""

    def __post_init__(self) -> None:
        parts = PureWindowsPath(
            self.path
        )  # it knows drives and both slashes, so it refuses what any system would follow
        if not self.path or parts.anchor or ".." in parts.parts or "\\" in self.path or "\0" in self.path:
            raise DatasetError(
                "a path below the folder of its source", found=repr(self.path), remedy=REINSTALL
            )


@dataclass(frozen=True, slots=True)
class Collection:
    """Many files with one checksum together.

    Parameters
    ----------
    n_files : int
        How many.
    size : int
        Of all together, in bytes.
    sha256 : str
        Of the lines ``<sha256>  <path>``, sorted by path.
    """

    n_files: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with files: where, what was expected, and what was found."""

    where: str
    expected: str
    found: str


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    what: str
    folder: str
    format: str
    licence: str
    citation: str
    trap: str
    by_hand: str = ""
    ships: bool = False


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A score set of another project.

    Parameters
    ----------
    id, title, what : str
        Its name in commands, lower case with hyphens, its heading, and what it holds.
    folder : str
        Where its files are below a mirror.
    format : str
        The format its files are read as.
    licence, citation : str
        What it is licensed under, and the work to cite.
    trap : str
        What is easily got wrong about it.
    by_hand : str
        Where to get it without this package; nothing where that is not known.
    ships : bool
        Whether it ships with the package, so that there is nothing to fetch.
    files : tuple of SourceFile
        Its files; empty for a collection, and where it ships.
    collection : Collection or None
        What its files are together, for a source of thousands of documents.
    """

    id: str
    title: str
    what: str
    folder: str
    format: str
    licence: str
    citation: str
    trap: str
    by_hand: str = ""
    ships: bool = False
    files: tuple[SourceFile, ...] = field(default=(), repr=False)
    collection: Collection | None = None

    @property
    def n_files(self) -> int:
        """How many files it has."""
        return self.collection.n_files if self.collection else len(self.files)

    @property
    def size(self) -> int:
        """What its files take, in bytes."""
        return self.collection.size if self.collection else sum(file.size for file in self.files)

    @property
    def downloadable(self) -> bool:
        """Whether every file has a pinned address."""
        return bool(self.files) and all(file.url for file in self.files)

    @property
    def command(self) -> str:
        """The command that fetches it."""
        return f"confounded datasets fetch {self.id}{'' if self.downloadable else ' --mirror DIR'}"


@cache
def sources() -> Mapping[str, Source]:
    """Return the sources, by id.

    Raises
    ------
    DatasetError
        If the installation lacks the files that describe them.
    """
    data = resources.files("confounded.datasets") / "data"
    try:
        entries = msgspec.toml.decode((data / ENTRIES).read_bytes(), type=_Entries).source
        rows = list(csv.DictReader(io.StringIO((data / FILES).read_text(encoding="utf-8"))))
        files: dict[str, list[SourceFile]] = {}
        collections: dict[str, Collection] = {}
        for row in rows:
            if row["path"] == MANIFEST:
                collections[row["source"]] = Collection(int(row["files"]), int(row["bytes"]), row["sha256"])
            else:
                file = SourceFile(row["path"], int(row["bytes"]), row["sha256"], row["url"])
                files.setdefault(row["source"], []).append(file)
    except (OSError, ValueError, KeyError, msgspec.MsgspecError) as problem:
        raise DatasetError(
            f"the files {ENTRIES} and {FILES}", found=str(problem), remedy=REINSTALL
        ) from problem
    return MappingProxyType(
        {
            entry.id: Source(
                **msgspec.structs.asdict(entry),
                files=tuple(files.get(entry.id, ())),
                collection=collections.get(entry.id),
            )
            for entry in entries
        }
    )


def find_source(id: str) -> Source:
    """Return a source.

    Raises
    ------
    UnknownError
        If there is none of that id; the message lists those there are.
    """
    try:
        return sources()[id]
    except KeyError:
        raise UnknownError(
            "the id of a source", found=repr(id), remedy=f"There are: {', '.join(sources())}."
        ) from None


def cache_folder() -> Path:
    """Return the folder that fetched sources are kept in.

    ``$CONFOUNDED_CACHE``, else ``$XDG_CACHE_HOME/confounded``, else ``~/.cache/confounded``.

    Raises
    ------
    UsageError
        If ``$CONFOUNDED_CACHE`` is no absolute path, or there is no home folder.
    """
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        if not Path(named).is_absolute():
            raise UsageError("an absolute path", found=repr(named), where=f"${CACHE_VARIABLE}")
        return Path(named)
    shared = os.environ.get("XDG_CACHE_HOME", "")
    if Path(shared).is_absolute():  # the specification of these folders says to ignore a relative one
        return Path(shared) / "confounded"
    try:
        return Path.home() / ".cache" / "confounded"
    except RuntimeError as problem:
        raise UsageError(
            "a home folder", found="none", remedy=f"Set ${CACHE_VARIABLE} to a folder."
        ) from problem


def source_path(id: str, mirror: Path | None = None) -> Path:
    """Return where the files of a source are, once every one was compared with its checksum.

    Parameters
    ----------
    id : str
    mirror : Path, optional
        A folder with one folder a source; without it, what was fetched into the cache.

    Returns
    -------
    Path
        The folder of the source. Of the one that ships, the file of its scores.

    Raises
    ------
    UnknownError
        If there is no such source.
    DatasetError
        If it is not there, with the command that fetches it, or a file is not the one that was released.
    """
    source = find_source(id)
    if source.ships:
        return Path(str(resources.files("confounded.datasets") / "data" / source.folder / SHIPPED_SCORES))
    if mirror is not None:
        folder = Path(mirror) / source.folder
        problem = first_problem(source, folder, remedy=mirror_remedy(source))
        if problem:
            raise problem
        return folder
    folder = cache_folder() / place(source)
    if not folder.is_dir():
        raise DatasetError(
            "it to be fetched before", found="nothing", where=f"source {id}", remedy=f"Run: {source.command}"
        )
    problem = first_problem(source, folder)
    if problem:
        raise problem
    return folder


def place(source: Source) -> Path:
    """Return where its files are put below a cache, without a step out of it."""
    folder = Path(source.folder)
    return Path(*(part for part in folder.parts if part not in ("..", folder.anchor)))


def first_problem(source: Source, folder: Path, *, remedy: str = "") -> DatasetError | None:
    """Return what is wrong with the files of a source in a folder, or None where all are as released.

    Parameters
    ----------
    source : Source
    folder : Path
    remedy : str, optional
        What to do about it; by default, to fetch the source again.
    """
    remedy = remedy or f"What is there is not what was released. To have it anew: {source.command}"
    try:
        if source.collection:
            found = _flaw_of_collection(source.collection, folder)
        else:
            flaws = (flaw_of_file(file, folder / file.path) for file in source.files)
            found = next(filter(None, flaws), None)
    except OSError as problem:
        found = Flaw(str(problem.filename or folder), "readable files", problem.strerror or str(problem))
    if found is None:
        return None
    where = f"source {source.id}, {found.where}"
    return DatasetError(found.expected, found=found.found, where=where, remedy=remedy)


def mirror_remedy(source: Source) -> str:
    """Return what to do about a mirror that lacks a file, or has another one."""
    return f"The files a mirror needs: confounded datasets describe {source.id}"


def flaw_of_file(file: SourceFile, path: Path) -> Flaw | None:
    """Return what is wrong with a file, or None where it is as released."""
    if not path.is_file():
        return Flaw(str(path), "a file", "none")
    size = path.stat().st_size
    if size != file.size:  # before reading: a file of any size may stand there
        return Flaw(str(path), f"{file.size} bytes", str(size))
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if found == file.sha256 else Flaw(str(path), f"SHA-256 {file.sha256}", found)


def collected_files(folder: Path) -> Iterator[Path]:
    """Yield the documents below a folder: a folder may be called like one."""
    return (path for path in folder.rglob(f"*{DOCUMENTS}") if path.is_file())


def looks_present(source: Source, folder: Path) -> bool:
    """Return whether files of the right sizes are there, without reading them."""
    try:
        if source.collection:
            return sum(1 for _ in collected_files(folder)) == source.n_files
        return all((folder / file.path).stat().st_size == file.size for file in source.files)
    except OSError:
        return False


def _flaw_of_collection(collection: Collection, folder: Path) -> Flaw | None:
    """Compare the lines of all documents, giving up where there are too many or too large ones."""
    if not folder.is_dir():
        return Flaw(str(folder), "a folder", "none")
    size = 0
    lines: list[tuple[str, str]] = []
    expected = f"{collection.n_files} documents of {collection.size} bytes together"
    for path in collected_files(folder):
        size += path.stat().st_size
        if len(lines) == collection.n_files or size > collection.size:
            return Flaw(str(folder), expected, "more")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append((path.relative_to(folder).as_posix(), digest))
    if len(lines) != collection.n_files or size != collection.size:
        return Flaw(str(folder), expected, f"{len(lines)} of {size} bytes")
    manifest = "".join(f"{digest}  {path}\n" for path, digest in sorted(lines))
    found = hashlib.sha256(manifest.encode(errors="surrogateescape")).hexdigest()
    if found == collection.sha256:
        return None
    return Flaw(str(folder), f"SHA-256 {collection.sha256} of all documents together", found)
