"""What a `benchmarks.toml` says of benchmarks: one table a benchmark, beside the scores that it is about.

::

    [my_benchmark]
    direction = "lower"            # lower scores are safer
    area = "honesty"
    kin_to_suite = ["mmlu"]        # shares items with it
    item_type = "binary mean"      # each score is a plain mean of single items worth 0 or 1
    items = 400
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.scores.table import BENCHMARK_SCHEMA

__all__ = ["FILE_NAME", "read_benchmarks"]

FILE_NAME: Final = "benchmarks.toml"
"""The name under which such a file is found beside score files."""

_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "direction": frozenset({"higher", "lower"}),
    "unit": frozenset({"fraction", "percent", "points", "rating"}),
    "item_type": frozenset({"binary mean", "other"}),
}


def read_benchmarks(path: Path) -> pl.DataFrame:
    """Read what a file declares of benchmarks.

    Parameters
    ----------
    path : Path
        A TOML file with a table for each benchmark.

    Returns
    -------
    polars.DataFrame
        One benchmark a row, columns as of `ScoreTable.benchmarks`; null is "the file does not say".

    Raises
    ------
    UnreadableError
        If the file cannot be opened or is no TOML.
    ContentError
        If a key is unknown, or a value is not of the form that is expected of it.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnreadableError("a TOML file", found=str(problem), where=str(path)) from problem
    rows = [_row(name, entry, path) for name, entry in declared.items()]
    return pl.DataFrame(rows, schema=dict(BENCHMARK_SCHEMA))


def _row(name: str, entry: object, path: Path) -> dict[str, Any]:
    """Return one benchmark's entry as a row."""
    where = f"{path}, table {name!r}"
    if not isinstance(entry, dict):
        raise ContentError("a table for each benchmark", found=f"{name} = {entry!r}", where=str(path))
    unknown = sorted(set(entry) - set(BENCHMARK_SCHEMA) | ({"benchmark"} & set(entry)))
    if unknown:
        known = ", ".join(key for key in BENCHMARK_SCHEMA if key != "benchmark")
        raise ContentError(f"keys among {known}", found=", ".join(unknown), where=where)
    return {"benchmark": name} | {key: _value(key, value, where) for key, value in entry.items()}


def _value(key: str, value: object, where: str) -> str | int | float:
    """Return one value in the form of its column."""
    where = f"{where}, key {key!r}"
    kind = BENCHMARK_SCHEMA[key]
    if key == "kin_to_suite" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join([*value, ""])
    if kind == pl.String and isinstance(value, str):
        if value not in _ALLOWED.get(key, {value}):
            raise ContentError(" or ".join(sorted(_ALLOWED[key])), found=repr(value), where=where)
        return value
    if kind == pl.Int64 and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return value
    if kind == pl.Float64 and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    expected = {pl.String: "text", pl.Int64: "a whole number"}.get(kind, "a number")
    raise ContentError(
        "a list of names" if key == "kin_to_suite" else expected, found=repr(value), where=where
    )
