"""The lines of lm-evaluation-harness's ``samples_<task>_<time>.jsonl``, each one document under one filter of answers.

`confounded.readers.lm_evaluation_samples` makes item scores of them. A file is read line by line, so that one of half
a gigabyte, most of which is documents and answers, needs the memory of its scores only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from confounded.errors import UnreadableError
from confounded.readers.files import check_size, parse
from confounded.readers.lm_evaluation_harness import NOT_METRICS

__all__ = ["FIELDS", "LONGEST_LINE", "ROW", "is_lm_evaluation_samples", "rows_of"]

FIELDS: Final = frozenset(
    {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
    | {"doc_hash", "prompt_hash", "target_hash"}
)
"""Fields of a line that are the engine's own; any other is a metric."""

MARKS: Final = frozenset({"doc_id", "target", "resps", "filtered_resps"})
"""Fields by which a line is known: every version since 0.4.0 writes them."""

LONGEST_LINE: Final = 64 * 2**20
"""Bytes of a line above which a file is refused: it is held in memory whole. The longest seen, with the text of a
whole book as its document, have a few MB."""

HASH_DIGITS: Final = 12
"""Hexadecimal digits of a document's hash that are kept: 48 bits tell a million documents apart."""

ROW: Final = {
    "item": pl.String,
    "hash": pl.String,
    "metric": pl.String,
    "filter": pl.String,
    "pass": pl.Int64,
    "score": pl.Float64,
}
"""Columns of what is read: a row is one metric on one line. ``filter`` is null where the line names none; ``pass`` then
counts how often the item stood in the file before. ``score`` is null where it is no finite number."""


def is_lm_evaluation_samples(fields: Mapping[str, object]) -> bool:
    """Return whether a line of a ``.jsonl`` file is one of lm-evaluation-harness's samples, as far as its fields tell.

    Parameters
    ----------
    fields : mapping
        The fields of the first line; their values are not looked at.
    """
    return fields.keys() >= MARKS


def rows_of(path: Path) -> tuple[pl.DataFrame, set[str]]:
    """Return what stands in a file of samples.

    Parameters
    ----------
    path : Path

    Returns
    -------
    rows : polars.DataFrame
        One row a metric and line, with the columns of `ROW`.
    more_than_numbers : set of str
        Metrics whose value is a list, an object or text on some line.

    Raises
    ------
    UnreadableError
        If it cannot be opened, or a line is not one of samples; the message names the line.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ROW}
    add = [columns[name].append for name in ROW]
    passes: dict[tuple[str, str], int] = {}
    listy: set[str] = set()
    has_lines = False
    for where, line in _lines(path):
        has_lines = True
        fields = _fields(line, where)
        if not is_lm_evaluation_samples(fields):
            raise UnreadableError(
                f"a line of samples with the fields {', '.join(sorted(MARKS))}",
                found=", ".join(map(repr, list(fields)[:5])) or "none",
                where=where,
            )
        item = _doc_id(fields["doc_id"], where)
        digest = _text(fields.get("doc_hash"))
        chosen = _text(fields.get("filter"))
        for metric in _metric_names(fields, where):
            score = _number(fields.get(metric))
            if score is _MORE_THAN_A_NUMBER:
                listy.add(metric)
                score = None
            number = 0
            if chosen is None:
                number = passes.get((item, metric), 0)
                passes[item, metric] = number + 1
            row = (item, digest[:HASH_DIGITS] if digest else None, metric, chosen, number, score)
            for append, value in zip(add, row, strict=True):
                append(value)
    if not has_lines:
        raise UnreadableError("lines of samples", found="none", where=str(path))
    return pl.DataFrame(columns, schema=ROW), listy


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the lines of a file with their places; only one is held at a time."""
    check_size(path)
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                where = f"{path}, line {number}"
                if len(line) > LONGEST_LINE:
                    raise UnreadableError(
                        f"a line of at most {LONGEST_LINE // 2**20} MiB", found="a longer one", where=where
                    )
                if line.strip():
                    yield where, line
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem


def _fields(line: bytes, where: str) -> Mapping[str, Any]:
    """Return the fields of a line, those that are read not yet decoded where that is possible."""
    try:
        line.decode()  # fields are decoded one by one, and one that is not read would hide what is wrong
        # Documents and answers are most of a line: to skip over them is much faster than to decode them.
        return msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = parse(line, Path(where))  # a path that ends in its line is only ever printed
    if not isinstance(whole, dict):
        raise UnreadableError("an object with fields", found=type(whole).__name__, where=where)
    return whole


def _plain(value: Any) -> Any:
    """Return the value of a field, decoded; text where it is deeper than can be read."""
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return ""


def _doc_id(value: Any, where: str) -> str:
    """Return the name of an item."""
    found = _plain(value)
    if isinstance(found, int | str) and not isinstance(found, bool) and str(found).strip():
        return str(found)
    raise UnreadableError("a number or text as doc_id", found=type(found).__name__, where=where)


def _text(value: Any) -> str | None:
    """Return a field that is text, None for any other."""
    found = _plain(value)
    return found if isinstance(found, str) and found else None


def _metric_names(fields: Mapping[str, Any], where: str) -> list[str]:
    """Return the names of what was measured on a line."""
    if "metrics" not in fields:
        return [name for name in fields if name not in FIELDS and name not in NOT_METRICS]
    names = _plain(fields["metrics"])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnreadableError("a list of names as metrics", found=type(names).__name__, where=where)
    return [name for name in dict.fromkeys(names) if name not in NOT_METRICS]


class _More:
    """The type of `_MORE_THAN_A_NUMBER`."""


_MORE_THAN_A_NUMBER: Final = _More()


def _number(value: Any) -> Any:
    """Return the score on an item, None where there is none, and a mark where it is a list, an object or text."""
    found = _plain(value)
    if found is None:
        return None
    if not isinstance(found, int | float):  # true and false are numbers here: right and wrong
        return _MORE_THAN_A_NUMBER
    try:
        number = float(found)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None
