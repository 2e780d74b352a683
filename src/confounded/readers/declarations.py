"""What a `benchmarks.toml` and a `models.toml` beside scores say of them: one table a benchmark or model.

::

    [my_benchmark]                 # in benchmarks.toml
    direction = "lower"            # lower scores are safer
    unit = "percent"
    area = "honesty"
    kin_to_suite = ["mmlu"]        # shares items with it
    item_type = "binary mean"      # each score is a plain mean of single items worth 0 or 1
    items = 400

    ["my-lab/my-model"]            # in models.toml
    family = "My family"
    population = "chat"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.files import check_size
from confounded.scores.dates import read_date
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA

__all__ = ["BENCHMARKS_FILE", "MODELS_FILE", "read_benchmarks", "read_models"]

BENCHMARKS_FILE: Final = "benchmarks.toml"
MODELS_FILE: Final = "models.toml"
"""The names under which such files are found beside score files."""

_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "direction": frozenset({"higher", "lower"}),
    "unit": frozenset({"fraction", "percent", "points", "rating"}),
    "item_type": frozenset({"binary mean", "other"}),
    "population": frozenset({"base", "chat", "mixed"}),
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
    return _read(path, "benchmark", BENCHMARK_SCHEMA)


def read_models(path: Path) -> pl.DataFrame:
    """Read what a file declares of models.

    Parameters
    ----------
    path : Path
        A TOML file with a table for each model.

    Returns
    -------
    polars.DataFrame
        One model a row, columns as of `ScoreTable.models`; null is "the file does not say".

    Raises
    ------
    UnreadableError, ContentError
        As of `read_benchmarks`.
    """
    return _read(path, "model", MODEL_SCHEMA)


def _read(path: Path, subject: str, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Read one table a benchmark or model."""
    check_size(path)
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnreadableError("a TOML file", found=str(problem), where=str(path)) from problem
    rows = [_row(name, entry, subject, schema, path) for name, entry in declared.items()]
    return pl.DataFrame(rows, schema=dict(schema))


def _row(
    name: str, entry: object, subject: str, schema: Mapping[str, type[pl.DataType]], path: Path
) -> dict[str, Any]:
    """Return one entry as a row."""
    where = f"{path}, table {name!r}"
    if not isinstance(entry, dict):
        raise ContentError(f"a table for each {subject}", found=f"{name} = {entry!r}", where=str(path))
    unknown = sorted(set(entry) - (set(schema) - {subject}))
    if unknown:
        known = ", ".join(key for key in schema if key != subject)
        raise ContentError(f"keys among {known}", found=", ".join(unknown), where=where)
    return {subject: name} | {key: _value(key, value, schema[key], where) for key, value in entry.items()}


def _value(key: str, value: object, kind: type[pl.DataType], where: str) -> str | int | float:
    """Return one value in the form of its column."""
    where = f"{where}, key {key!r}"
    if key == "released":
        return _date(value, where)
    if key == "kin_to_suite" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join([*value, ""])
    if kind == pl.String and isinstance(value, str):
        if not value.strip():
            allowed = " or ".join(sorted(_ALLOWED.get(key, ())))
            raise ContentError(
                allowed or "some text", found="nothing", where=where, remedy="Fill it in, or remove the line."
            )
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


def _date(value: object, where: str) -> str:
    """Return a date of TOML, or one that is written as text, as far as it is told."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    told = read_date(value) if isinstance(value, str) else None
    if told is None:
        raise ContentError('a date such as "2024-05-31" or "2024-05"', found=repr(value), where=where)
    return told
