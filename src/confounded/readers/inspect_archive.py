"""The archives of Inspect AI, ``.eval``: zip files of which a few members are read, and hundreds are not.

The directory at an archive's end is walked here and not by `zipfile`: that makes an object of every member (one a
sample), which takes most of the time that a header takes to read, and it refuses Zstandard before Python 3.14.
Nothing is extracted to a disk, so the names of members cannot lead anywhere.
"""

from __future__ import annotations

import importlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from confounded.errors import UnreadableError

__all__ = ["HEADER", "LARGEST_MEMBER", "REDUCTIONS", "START", "SUMMARIES", "Archive", "opened"]

HEADER: Final = "header.json"
REDUCTIONS: Final = "reductions.json"
SUMMARIES: Final = "summaries.json"
START: Final = "_journal/start.json"
"""What a log begins with; one without a header is a run that has not ended."""

LARGEST_MEMBER: Final[dict[str, int]] = {
    HEADER: 64 * 2**20,
    START: 64 * 2**20,
    REDUCTIONS: 256 * 2**20,
    SUMMARIES: 256 * 2**20,
}
"""Bytes of a member, unpacked, above which it is refused: a small archive can unpack to any size. Headers hold no
samples (those seen have 3 to 30 kB); reductions and summaries have some 100 to 2,000 bytes a sample."""

MOST_MEMBERS: Final = 2_000_000
LARGEST_DIRECTORY: Final = 256 * 2**20
"""Limits of an archive's directory: a million samples have some 70 MB of it, and the largest takes 2 s to walk."""

LARGEST_WINDOW: Final = 2**27
"""Bytes that a Zstandard frame may ask for to be unpacked; its own tools' limit too."""

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
ENCRYPTED: Final = 1

# The records of the zip format (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16).
_LOCAL: Final = struct.Struct("<4s5HLLLHH")
_CENTRAL: Final = struct.Struct("<4s6HLLL5HLL")
_END: Final = struct.Struct("<4s4HLLH")
_END_64_AT: Final = struct.Struct("<4sLQL")
_END_64: Final = struct.Struct("<4sQHHLLQQQQ")
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_SIZES_64: Final = 0x0001
_LONGEST_COMMENT: Final = 0xFFFF

_WANTED: Final[Mapping[bytes, str]] = {name.encode(): name for name in LARGEST_MEMBER}


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a member is, and what the directory says of it."""

    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    offset: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive, of which the members that scores are in can be read.

    Parameters
    ----------
    path : Path
        For messages.
    stream : BinaryIO
    members : mapping
        Those of `LARGEST_MEMBER` that are there.
    """

    path: Path
    stream: BinaryIO
    members: Mapping[str, _Member]

    def read(self, name: str) -> bytes | None:
        """Return a member, unpacked and checked against its checksum; None where there is none.

        Raises
        ------
        UnreadableError
            If it is damaged, encrypted or too large, or needs a package that is not installed.
        """
        member = self.members.get(name)
        if member is None:
            return None
        if member.flags & ENCRYPTED:
            raise self.unreadable(f"{name} in the clear", "an encrypted one")
        largest = LARGEST_MEMBER[name]
        if max(member.unpacked, member.packed) > largest:
            raise self.unreadable(f"{name} of at most {largest // 2**20} MiB", "a larger one")
        try:
            raw = self._unpacked(self._packed(name, member), member)
        except (OSError, OverflowError, zlib.error) as problem:
            raise self.unreadable("a whole log of Inspect AI", f"a damaged {name} ({problem})") from problem
        if len(raw) != member.unpacked or zlib.crc32(raw) != member.checksum:
            raise self.unreadable("a whole log of Inspect AI", f"a damaged {name}")
        return raw

    def unreadable(self, expected: str, found: str) -> UnreadableError:
        """Return an error that names the archive."""
        return UnreadableError(expected, found=found, where=str(self.path))

    def _packed(self, name: str, member: _Member) -> bytes:
        """Return the bytes of a member as they are in the file."""
        self.stream.seek(member.offset)
        local = self.stream.read(_LOCAL.size)
        if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
            raise self.unreadable("a whole log of Inspect AI", f"no {name} where the directory says it is")
        *_, length, extra = _LOCAL.unpack(local)
        if self.stream.read(length) != name.encode():
            raise self.unreadable("a whole log of Inspect AI", f"something else where {name} should be")
        self.stream.seek(extra, 1)
        return self.stream.read(member.packed)

    def _unpacked(self, packed: bytes, member: _Member) -> bytes:
        """Return the bytes of a member unpacked, one more than it should have at the most."""
        if member.method == STORED:
            return packed
        if member.method == DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.unpacked + 1)
        if member.method == ZSTANDARD:
            return self._from_zstandard(packed, member.unpacked + 1)
        raise self.unreadable("members packed by Zstandard or Deflate", f"method {member.method}")

    def _from_zstandard(self, packed: bytes, most: int) -> bytes:
        """Return bytes that Zstandard has packed, unpacked."""
        try:
            # By name, because an extra brings it: the program does not depend on it.
            zstandard = importlib.import_module("zstandard")
        except ModuleNotFoundError as problem:
            raise UnreadableError(
                "the package zstandard, which .eval logs need",
                found="it is not installed",
                where=str(self.path),
                remedy="Run `pip install 'confounded[inspect]'`.",
            ) from problem
        unpacker = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
        try:
            with unpacker.stream_reader(packed, read_across_frames=True) as reader:
                raw: bytes = reader.read(most)
        except (zstandard.ZstdError, MemoryError) as problem:
            raise self.unreadable("a whole log of Inspect AI", str(problem)) from problem
        return raw


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and find the members that scores are in.

    Parameters
    ----------
    path : Path
        A file of any size: no more than its directory is read.

    Yields
    ------
    Archive

    Raises
    ------
    UnreadableError
        If it cannot be opened, is no zip archive, or is damaged, or names a wanted member twice.
    """
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    with stream:
        try:
            members = _members(stream)
        except (OSError, ValueError, struct.error, OverflowError) as problem:
            raise UnreadableError("a log of Inspect AI", found=str(problem), where=str(path)) from problem
        yield Archive(path, stream, members)


def _members(stream: BinaryIO) -> dict[str, _Member]:
    """Return the members that are wanted; raise a ValueError that says what is wrong with the directory."""
    count, size, offset = _directory(stream)
    if count > MOST_MEMBERS or size > LARGEST_DIRECTORY:
        raise ValueError(f"an archive of {count} members; {MOST_MEMBERS} at most are read")
    stream.seek(offset)
    directory = stream.read(size)
    if len(directory) != size:
        raise ValueError("an archive that is cut off")
    found: dict[str, _Member] = {}
    position = met = 0
    # The loop runs once a sample of every log; only what is wanted is taken apart.
    unpack, fixed, wanted = _CENTRAL.unpack_from, _CENTRAL.size, _WANTED
    while position < size:
        fields = unpack(directory, position)
        if fields[0] != b"PK\x01\x02":
            raise ValueError("an archive whose directory is damaged")
        begin = position + fixed
        end = begin + fields[10]
        position = end + fields[11] + fields[12]
        met += 1
        name = wanted.get(directory[begin:end])
        if name is None:
            continue
        if name in found:
            raise ValueError(f"an archive with two members called {name}")
        found[name] = _member(fields, directory[end : end + fields[11]])
    if met != count or position != size:
        raise ValueError("an archive whose directory is damaged")
    return found


def _directory(stream: BinaryIO) -> tuple[int, int, int]:
    """Return the number of members, and the length and the place of the directory."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - _END.size - _LONGEST_COMMENT))
    tail = stream.read()
    at = _end(tail)
    if at < 0:
        raise ValueError("no zip archive, or one that is cut off" if length else "an empty file")
    _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
    end = length - len(tail) + at
    if count == _FULL_16 or size == _FULL_32 or offset == _FULL_32:
        end, count, size, offset = _directory_64(stream, end, (count, size, offset))
    if offset + size != end:
        raise ValueError("an archive whose directory is not where it should be")
    return count, size, offset


def _end(tail: bytes) -> int:
    """Return where the last record of an archive begins, -1 where there is none."""
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        # Signatures may also stand in a comment; that of the record is followed by a comment of the stated length.
        if at + _END.size <= len(tail) == at + _END.size + _END.unpack_from(tail, at)[7]:
            return at
    return -1


def _directory_64(stream: BinaryIO, end: int, plain: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Return where the directory ends, and what `_directory` does, for archives of more than 4 GB or 65,535 members."""
    stream.seek(max(0, end - _END_64_AT.size))
    locator = stream.read(_END_64_AT.size)
    if not locator.startswith(b"PK\x06\x07"):
        return end, *plain
    at = _END_64_AT.unpack(locator)[2]
    stream.seek(at)
    record = stream.read(_END_64.size)
    if not record.startswith(b"PK\x06\x06"):
        raise ValueError("an archive whose directory is not where it should be")
    *_, count, size, offset = _END_64.unpack(record)
    return at, count, size, offset


def _member(fields: tuple[int, ...], extra: bytes) -> _Member:
    """Return what a record of the directory says of a member."""
    flags, method, checksum, packed, unpacked, offset = (fields[at] for at in (3, 4, 7, 8, 9, 16))
    if _FULL_32 in (packed, unpacked, offset):
        wide = _wide(extra)
        unpacked, packed, offset = (
            next(wide, value) if value == _FULL_32 else value for value in (unpacked, packed, offset)
        )
    return _Member(flags, method, checksum, packed, unpacked, offset)


def _wide(extra: bytes) -> Iterator[int]:
    """Yield the sizes and offsets that need 64 bits, in their order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if kind == _SIZES_64:
            whole = extra[at : at + length]
            yield from (value for (value,) in struct.iter_unpack("<Q", whole[: len(whole) // 8 * 8]))
        at += length
