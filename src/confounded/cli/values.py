"""What a shell offers for the values of options and arguments.

A shell asks each time a key is pressed, so the files of the package are read as they are, with the standard library:
no room that imports NumPy or Polars is entered. What cannot be read is offered as nothing, never as an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import click

__all__ = [
    "BY",
    "complete_areas",
    "complete_benchmarks",
    "complete_by",
    "complete_capabilities",
    "complete_columns",
    "complete_data_ids",
    "complete_direction",
    "complete_names",
    "complete_sources",
    "complete_survey",
    "complete_verdicts",
]

VERDICTS: Final = ("entangled", "inverse", "separable", "undecided", "unreliable")
BY: Final = ("class", "family", "organisation", "size", "released", "compute", "base_model", "chance")
"""`study.columns.BY`, which would take long to import."""
OTHER_CAPABILITIES: Final = ("training-compute",)
STRUCTURE: Final = frozenset(
    {
        "model",
        "benchmark",
        "score",
        "family",
        "population",
        "parameters",
        "training_flop",
        "stderr",
        "n_items",
    }
)
"""Columns of a table of scores that are no benchmarks."""
MOST_OF_FILE: Final = 1 << 16
"""Bytes of a table within which its first line must end."""

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def references() -> list[str]:
    """Return the ids of the capability references."""
    return _ids("datasets/data/references.toml", "reference")


def sources() -> list[str]:
    """Return the ids of the score sets of other projects."""
    return _ids("datasets/data/sources.toml", "source")


def areas() -> list[str]:
    """Return the ids of the areas: the names of their files."""
    from importlib import resources

    try:
        names = [one.name for one in (resources.files("confounded") / "catalog/data/areas").iterdir()]
    except OSError:
        return []
    return sorted(name.removesuffix(".md") for name in names if name.endswith(".md"))


def without_scores() -> list[str]:
    """Return the benchmarks of the survey that have no shipped scores: no line of their file names a column."""
    from importlib import resources

    try:
        files = list((resources.files("confounded") / "catalog/data/benchmarks").iterdir())
        texts = {one.name: one.read_text(encoding="utf-8") for one in files if one.name.endswith(".toml")}
    except (OSError, UnicodeDecodeError):
        return []
    return sorted(name.removesuffix(".toml") for name, text in texts.items() if "\nreleased = [" not in text)


def shipped_benchmarks() -> list[str]:
    """Return the names of the benchmarks of the catalogue."""
    import csv
    import io

    rows = csv.DictReader(io.StringIO(_text("catalog/data/benchmarks.csv")))
    return list(dict.fromkeys(row["benchmark"] for row in rows if row.get("benchmark")))


def columns_of(paths: Iterable[Path]) -> list[str]:
    """Return the benchmarks that stand in the first line of wide tables, and those of a result.json."""
    found: list[str] = []
    for path in paths:
        try:
            if path.suffix.lower() in (".csv", ".tsv"):
                found += _first_line(path)
            elif path.suffix.lower() == ".json":
                found += _studied(path)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return list(dict.fromkeys(found))


def _first_line(path: Path) -> list[str]:
    import csv

    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        line = stream.read(MOST_OF_FILE).partition("\n")[0]
    delimiter = "\t" if "\t" in line else ";" if line.count(";") > line.count(",") else ","
    header = next(csv.reader([line], delimiter=delimiter), [])
    return [name for name in header if name and name.lower() not in STRUCTURE]


def _studied(path: Path) -> list[str]:
    import json

    fields = json.loads(path.read_bytes())
    return [one["benchmark"] for one in fields["correlations"]]


def _text(name: str) -> str:
    from importlib import resources

    return (resources.files("confounded") / name).read_text(encoding="utf-8")


def _toml(name: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(_text(name))
    except (OSError, ValueError):
        return {}


def _ids(name: str, kind: str) -> list[str]:
    return [one["id"] for one in _toml(name).get(kind, ()) if "id" in one]


def _given(context: click.Context) -> list[Path]:
    """Return the files that stand on the line already."""
    given = context.params.get("source") or context.params.get("scores") or ()
    # While an option still lacks its value, click sorts nothing, and leaves the words where they were.
    unsorted = [one for one in context.args if not one.startswith("-")]
    return [Path(one) for one in (*(given if isinstance(given, tuple) else (given,)), *unsorted)]


def _known(context: click.Context) -> list[str]:
    """Return the benchmarks of the files on the line, else those of the catalogue."""
    return columns_of(_given(context)) or shipped_benchmarks()


def _offering(found: Callable[[click.Context], Iterable[str]], *, several: bool = False) -> Complete:
    """Return what offers values that begin as the word does; of several with commas, for the last of them."""

    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",") if several else ("", "", incomplete)
        taken = set(before.split(","))
        return [
            f"{before}{comma}{name}"
            for name in found(context)
            if name.lower().startswith(last.lower()) and name not in taken
        ]

    return complete


complete_areas: Final = _offering(lambda _context: areas())
complete_survey: Final = _offering(
    lambda _context: list(dict.fromkeys([*areas(), *shipped_benchmarks(), *without_scores()]))
)
complete_by: Final = _offering(lambda context: [*BY, *columns_of(_given(context))])
complete_benchmarks: Final = _offering(_known, several=True)
complete_columns: Final = _offering(lambda context: columns_of(_given(context)), several=True)
complete_data_ids: Final = _offering(lambda _context: dict.fromkeys([*sources(), *references()]))
complete_names: Final = _offering(_known)
complete_sources: Final = _offering(lambda _context: sources())
complete_verdicts: Final = _offering(lambda _context: VERDICTS, several=True)
complete_capabilities: Final = _offering(
    lambda context: [*references(), *OTHER_CAPABILITIES, *columns_of(_given(context))]
)
complete_direction: Final = _offering(
    lambda context: [
        f"{name}={way}" for name in ("*", *columns_of(_given(context))) for way in ("higher", "lower")
    ]
)
