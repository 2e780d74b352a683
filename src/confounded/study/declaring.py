"""What could be found out of the benchmarks and models of a score table, and what is left for a person to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from confounded.catalog import areas
from confounded.catalog.families import kin_of
from confounded.catalog.names import find_model
from confounded.scores import ScoreTable
from confounded.study.entries import Entry, entries_of

__all__ = ["Declarations", "declarations"]

BENCHMARKS_HEAD: Final = """\
# What is known of the benchmarks in {source}. Fill in what is empty ("") and uncomment what you want to say.
#   direction     "higher" or "lower": which scores are better or safer. Every benchmark needs it.
#   unit          "fraction", "percent", "points" or "rating"
#   area          one of {areas}
#   item_type     "binary mean" if each score is a plain mean of items worth 0 or 1; items = how many
#   kin_to_suite  capability benchmarks it shares items with, such as ["mmlu"]
"""

MODELS_HEAD: Final = """\
# What nothing says of the models in {source}. Fill in what is empty ("").
#   family        the line of models of one maker, such as "Llama-3": kin are not independent evidence
#   population    "base", "chat" or "mixed"
"""


@dataclass(frozen=True, slots=True)
class Declarations:
    """The two files to fill in.

    Parameters
    ----------
    benchmarks, models : str
        TOML; that of models is empty where everything is known of them.
    undirected : tuple of str
        The benchmarks of which nothing says which way is better or safer.
    without_family, without_population : tuple of str
        The models of which nothing says these.
    """

    benchmarks: str = field(repr=False)
    models: str = field(repr=False)
    undirected: tuple[str, ...]
    without_family: tuple[str, ...]
    without_population: tuple[str, ...]


def declarations(table: ScoreTable, source: str) -> Declarations:
    """Return what is to be filled in before a table can be studied, with what could be found out.

    Parameters
    ----------
    table : ScoreTable
    source : str
        What the table was read from, for the heads of the files.

    Returns
    -------
    Declarations
    """
    declared = {row["benchmark"]: row for row in table.benchmarks.iter_rows(named=True)}
    spans = {
        row["benchmark"]: row
        for row in table.scores.group_by("benchmark")
        .agg(pl.len().alias("n"), pl.col("score").min().alias("low"), pl.col("score").max().alias("high"))
        .iter_rows(named=True)
    }
    known = entries_of(table)
    undirected = [name for name in sorted(spans) if name not in known and not declared[name]["direction"]]
    head = BENCHMARKS_HEAD.format(source=_comment(source), areas=", ".join(areas()))
    entries = (
        "\n".join(_benchmark(name, declared[name], spans[name], known.get(name))) for name in sorted(spans)
    )
    family, population = [], []
    for row in table.models.iter_rows(named=True):
        kin = kin_of(row["model"], row["base_model"])
        entry = find_model(row["model"])
        if not row["family"] and kin is None:
            family.append(row["model"])
        if not (row["population"] or (entry and entry.population) or (kin and kin.population)):
            population.append(row["model"])
    return Declarations(
        benchmarks="\n".join([head, *entries]),
        models=_models(source, family, population),
        undirected=tuple(undirected),
        without_family=tuple(family),
        without_population=tuple(population),
    )


def _benchmark(
    name: str, said: Mapping[str, Any], span: Mapping[str, Any], known: Entry | None
) -> Iterator[str]:
    """Yield the lines of one benchmark."""
    entry = known.benchmark if known else None
    what = f"; in the catalogue: {_comment(entry.name)}, {_comment(entry.metric or '')}" if entry else ""
    yield f"[{_quoted(name)}]  # {span['n']} models, from {span['low']:g} to {span['high']:g}{what}"
    if known and (known.registered or not said["direction"]):
        taken = known.direction(said["direction"])
        why = (
            "known by engine, task and metric"
            if known.registered
            else "as in the scores released with the paper: check yours"
        )
        yield f"# direction = {_quoted(taken)}  # {why}"
    elif said["direction"]:
        yield f"# direction = {_quoted(said['direction'])}  # the scores' own files say so"
    else:
        yield 'direction = ""'
    unit = said["unit"] or ("fraction" if span["low"] >= 0 and span["high"] <= 1 else None)
    if unit:
        yield f"# unit = {_quoted(unit)}"
    if not entry and not said["area"]:
        yield '# area = ""'
    yield ""


def _models(source: str, family: list[str], population: list[str]) -> str:
    """Return the file of the models of which something is not known, nothing where everything is."""
    if not family and not population:
        return ""
    lines = [MODELS_HEAD.format(source=_comment(source))]
    for name in sorted({*family, *population}):
        lines.append(f"[{_quoted(name)}]")
        lines += ['family = ""'] if name in set(family) else []
        lines += ['population = ""'] if name in set(population) else []
        lines.append("")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return a basic string of TOML; names have no control characters (`ScoreTable` refuses them)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _comment(text: str) -> str:
    """Return text that ends no comment and holds nothing that TOML refuses in one."""
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))
