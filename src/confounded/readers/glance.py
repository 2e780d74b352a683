"""What the beginning of a file tells of it, by which its format is recognised."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import UnreadableError
from confounded.readers.dialects import dialect_of
from confounded.readers.files import parse, read_bytes

__all__ = ["LONGEST_LINE", "Glance", "first_line", "glance", "object_fields"]

LONGEST_LINE: Final = 64 * 2**20
"""Bytes of a line above which a file is refused: lines of the longest transcripts seen have a few MB."""

JSON_LINES: Final = (".jsonl", ".ndjson")
TEXT_TABLES: Final = (".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Glance:
    """What the beginning of a file tells.

    Parameters
    ----------
    path : Path
    ending : str
        With its dot, in lower case.
    fields : mapping of str to object, optional
        The fields of a JSON object, or of that on the first line of JSON lines; values other than text are not
        decoded. None for anything else.
    header : tuple of str
        The names of the columns of a text table; the fields of the first of a list of JSON records, or of that on the
        first line of JSON lines; empty for anything else.
    """

    path: Path
    ending: str
    fields: Mapping[str, object] | None = field(default=None, repr=False)
    header: tuple[str, ...] = ()

    def has(self, *names: str) -> bool:
        """Return whether the file is a JSON object with all of these fields."""
        return self.fields is not None and all(name in self.fields for name in names)


def glance(path: Path) -> Glance:
    """Look at the beginning of a file.

    Raises
    ------
    UnreadableError
        If it cannot be opened, is too large, or is no JSON though its ending says so.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        raw = read_bytes(path).removeprefix(BOM_UTF8)
        fields = object_fields(raw, path)
        return Glance(path, ending, fields, _first_record(raw, path) if fields is None else ())
    if ending in JSON_LINES:
        fields = object_fields(first_line(path), Path(f"{path}, line 1"))
        return Glance(path, ending, fields, tuple(fields or ()))
    if ending in TEXT_TABLES:
        return Glance(path, ending, header=dialect_of(path).header)
    return Glance(path, ending)


def first_line(path: Path) -> bytes:
    """Return the first line of a file that is not blank, and nothing where there is none.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, or the line is longer than any that holds scores.
    """
    try:
        with path.open("rb") as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise UnreadableError(
                        f"lines of at most {LONGEST_LINE // 2**20} MiB", found="a longer one", where=str(path)
                    )
                if line.strip():
                    return line.removeprefix(BOM_UTF8)
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    return b""


def object_fields(raw: bytes, path: Path) -> Mapping[str, object] | None:
    """Return the fields of a JSON object, those of text decoded; None where there is other JSON, or nothing.

    Raises
    ------
    UnreadableError
        If it is no JSON.
    """
    if not raw.strip():
        return None
    try:
        # To skip over values is much faster than to decode them, and every file of a folder comes this way.
        fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        return {name: _text(value) for name, value in fields.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole: Any = parse(raw, path)
        return whole if isinstance(whole, dict) else None


def _text(raw: msgspec.Raw) -> str | msgspec.Raw:
    """Return a value decoded if it is text, and as it is if not."""
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw


def _first_record(raw: bytes, path: Path) -> tuple[str, ...]:
    """Return the fields of the first record of a JSON list, none where there is no such thing."""
    if not raw.lstrip().startswith(b"["):
        return ()
    whole = parse(raw, path)
    return tuple(whole[0]) if isinstance(whole, list) and whole and isinstance(whole[0], dict) else ()
