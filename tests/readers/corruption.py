"""Copies of files that are damaged in known ways, and what must hold of whatever is read from them.

A damaged copy may be refused, in one line that names the file. If it is read, every score and every name that comes
out must stand in the file itself, and a score that is gone must be told of. One thing cannot be seen by any reader:
a digit that became another digit. Then the score is the number that stands in the file now, and so the rule holds.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from confounded.errors import ConfoundedError
from confounded.readers import read_items, read_scores
from confounded.scores import ItemTable, ScoreTable

__all__ = [
    "LONGEST_MESSAGE",
    "Outcome",
    "bytes_damaged",
    "cut",
    "exchanged",
    "flipped",
    "items_outcome",
    "numbers_in",
    "outcome",
    "renamed",
    "words_in",
]

LONGEST_MESSAGE: Final = 4000
"""Characters of a refusal; a longer one is content of the file and no message. The known formats take up half."""

NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading a file: a table, or the message with which it was refused.

    Parameters
    ----------
    table : ScoreTable or None
    refusal : str
        Empty where there is a table.
    """

    table: ScoreTable | None = field(repr=False)
    refusal: str = ""

    @property
    def scores(self) -> dict[tuple[str, str], float]:
        """The score of each model on each benchmark; none where the file was refused."""
        if self.table is None:
            return {}
        rows = self.table.scores.select("model", "benchmark", "score").iter_rows()
        return {(model, benchmark): score for model, benchmark, score in rows}

    @property
    def told(self) -> frozenset[tuple[str, str]]:
        """The issues, by what they say and of where."""
        return (
            frozenset()
            if self.table is None
            else frozenset((one.what, one.where) for one in self.table.issues)
        )


def outcome(path: Path, target: Path, *, lenient: bool = False) -> Outcome:
    """Read a file or folder, and check what must hold whatever the bytes of `target` are.

    Parameters
    ----------
    path : Path
        What is read.
    target : Path
        The file, of `path` or `path` itself, whose content is doubtful.
    lenient : bool, optional

    Raises
    ------
    AssertionError
        If a refusal does not name the file or is not one line, or a score is no finite number or stands twice.
    """
    try:
        table = read_scores(path, lenient=lenient)
    except ConfoundedError as refusal:
        return Outcome(None, _checked(refusal, path, target))
    if not all(map(math.isfinite, table.scores["score"])):
        raise AssertionError(f"a score that is no number: {table.scores}")
    if table.scores.select("model", "benchmark").is_duplicated().any():
        raise AssertionError(f"a score stands twice: {table.scores}")
    if any(issue.stops for issue in table.issues) and not lenient:
        raise AssertionError("an issue that stops did not stop")
    return Outcome(table)


def items_outcome(path: Path, target: Path, *, lenient: bool = False) -> ItemTable | None:
    """Read scores on items, and check what must hold whatever the bytes of `target` are; None where they are refused.

    Raises
    ------
    AssertionError
        As of `outcome`.
    """
    try:
        table = read_items(path, lenient=lenient)
    except ConfoundedError as refusal:
        _checked(refusal, path, target)
        return None
    if not all(map(math.isfinite, table.items["score"])):
        raise AssertionError(f"a score that is no number: {table.items}")
    if any(issue.stops for issue in table.issues) and not lenient:
        raise AssertionError("an issue that stops did not stop")
    return table


def _checked(refusal: ConfoundedError, path: Path, target: Path) -> str:
    """Return the message of a refusal, which must be one line that names the file."""
    message = str(refusal)
    # Of a folder a message may name only that part of its path that tells files apart.
    if not any(name in message for name in (target.name, target.parent.name, path.name)):
        raise AssertionError(f"the file is not named: {message}") from refusal
    if len(message.splitlines()) != 1 or len(message) > LONGEST_MESSAGE:
        raise AssertionError(f"not one line that can be read: {message!r}") from refusal
    return message


def flipped(content: bytes, copies: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield copies with one bit flipped in one byte, every so many bytes."""
    chance = random.Random(seed)
    step = max(1, len(content) // copies)
    for place in range(chance.randrange(step), len(content), step):
        bit = 1 << chance.randrange(8)
        changed = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
        yield f"bit {bit} of byte {place} flipped", changed


def cut(content: bytes, copies: int) -> Iterator[tuple[str, bytes]]:
    """Yield copies that end too early, the last of which lack one, two and three bytes."""
    for length in sorted(
        {*range(0, len(content), max(1, len(content) // copies)), *range(len(content) - 3, len(content))}
    ):
        yield f"cut to {length} bytes", content[:length]


def bytes_damaged(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield copies that are damaged as a whole."""
    middle = len(content) // 2
    yield "doubled", content + content
    yield "NUL in the middle", content[:middle] + b"\x00" + content[middle:]
    yield "NUL in front", b"\x00" + content
    yield "NULs behind", content + b"\x00" * 100
    yield "NUL after each byte", b"".join(bytes([byte, 0]) for byte in content)
    yield "a byte that is no UTF-8 in the middle", content[:middle] + b"\xe9" + content[middle:]
    yield "a hole of zeros", content[:middle] + b"\x00" * min(64, middle) + content[middle + 64 :]
    yield "the second half twice", content + content[middle:]
    yield "the halves exchanged", content[middle:] + content[:middle]
    yield "old line ends", content.replace(b"\n", b"\r")


def exchanged(document: Any, value: object) -> Iterator[tuple[str, Any]]:
    """Yield copies of a JSON document with one of its numbers or texts exchanged for another value."""
    for path, leaf in _leaves(document):
        if leaf != value and not isinstance(leaf, bool) and leaf is not None:
            yield f"{_shown(path)} = {value!r}"[:80], _with(document, path, value)


def renamed(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies of a JSON document with one field of one of its objects under another name."""
    for path, _ in _fields(document):
        whole = json.loads(json.dumps(document))
        place = _at(whole, path[:-1])
        place[f"{path[-1]}x"] = place.pop(path[-1])
        yield f"{_shown(path)} renamed", whole


def numbers_in(text: str) -> frozenset[float]:
    """Return every number that stands somewhere in a text, written out or as part of a word."""
    return frozenset(float(found) for found in NUMBER.findall(text))


def words_in(text: str) -> str:
    """Return a text in which names can be looked up: without the escapes of JSON."""

    def plain(found: re.Match[str]) -> str:
        return json.loads(f'"{found[0]}"')

    return re.sub(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])", plain, text)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        yield path, value
        return
    for key, below in inner:
        yield from _leaves(below, (*path, key))


def _fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        if isinstance(value, dict):
            yield (*path, key), below
        yield from _fields(below, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(document: Any, path: tuple[Any, ...], value: object) -> Any:
    whole = json.loads(json.dumps(document))
    _at(whole, path[:-1])[path[-1]] = value
    return whole


def _shown(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))
