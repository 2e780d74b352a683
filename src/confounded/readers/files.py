"""Bytes of untrusted files: how large one may be, and JSON that is broken, too deep or not JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from confounded.errors import UnreadableError

__all__ = ["LARGEST_FILE", "check_size", "decode", "parse", "read_bytes", "source_of"]

LARGEST_FILE: Final = 512 * 2**20
"""Bytes; a larger file is refused before it is opened. The largest files seen are logs of 130 MB; a decoded
document takes a few times its size, so that this still fits in the memory of a laptop."""

_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")

T = TypeVar("T")


def check_size(path: Path) -> None:
    """Raise where a file is larger than any score file is.

    Raises
    ------
    UnreadableError
        Naming the file and its size.
    """
    try:
        size = path.stat().st_size
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    if size > LARGEST_FILE:
        raise UnreadableError(
            f"a file of at most {LARGEST_FILE // 2**20} MiB", found=f"{size / 2**20:.0f} MiB", where=str(path)
        )


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file of bearable size.

    Raises
    ------
    UnreadableError
        If it cannot be opened or is too large.
    """
    check_size(path)
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem


def decode(raw: bytes, kind: type[T], path: Path, what: str) -> T:
    """Decode JSON into a type, and tolerate the NaN and Infinity that Python's own JSON writes.

    Parameters
    ----------
    raw : bytes
    kind : type
        What `msgspec` decodes into; unknown fields are passed over.
    path : Path
        For messages.
    what : str
        What the file should be, for messages.

    Raises
    ------
    UnreadableError
        If it is no JSON, too deeply nested, or lacks what `kind` asks for.
    """
    try:
        try:
            return msgspec.json.decode(raw, type=kind)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return msgspec.convert(parse(raw, path), type=kind)
    except msgspec.ValidationError as problem:
        raise UnreadableError(what, found=str(problem), where=str(path)) from problem
    except (UnicodeDecodeError, RecursionError) as problem:
        raise UnreadableError("JSON", found=_short(problem), where=str(path)) from problem


def parse(raw: bytes, path: Path) -> Any:
    """Return JSON as plain values, NaN and Infinity included, and no field of an object twice.

    Raises
    ------
    UnreadableError
        If it is no JSON, too deeply nested, an object names a field twice, or text has half of a surrogate pair.
    """
    if not raw.strip():
        raise UnreadableError("JSON", found="an empty file", where=str(path))
    try:
        value = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_fields)
        if _ESCAPED_SURROGATE.search(raw):
            # A half of a pair is no character: no frame can hold it and no page can show it.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError) as problem:
        raise UnreadableError("JSON", found=_short(problem), where=str(path)) from problem


def source_of(path: Path) -> str:
    """Return the name under which a document's scores name it: its folder and its own."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's fields, refusing a doubled one: which of the two counts would be a guess."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ValueError(f"the field {name!r} twice in one object")
        fields[name] = value
    return fields


def _short(problem: Exception) -> str:
    """Return what went wrong, without the content that a decoding error carries."""
    if isinstance(problem, UnicodeDecodeError):
        return f"bytes that are no UTF-8 at position {problem.start}"
    if isinstance(problem, UnicodeEncodeError):
        return "text with half of a surrogate pair, which is no character"
    if isinstance(problem, RecursionError):
        return "nesting too deep to read"
    return str(problem)
