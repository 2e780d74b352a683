"""Which row became which, and whether two tables and a reference speak of the same scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from confounded.catalog import benchmarks
from confounded.catalog.families import kin_of
from confounded.catalog.names import find_model
from confounded.errors import ContentError, UsageError
from confounded.scores import ScoreTable
from confounded.study.comparison_result import ComparisonSettings, Unpaired
from confounded.study.result import Notice
from confounded.study.units import PER_FRACTION

__all__ = ["CompareTables", "Pair", "benchmarks_of", "in_units_of", "kept", "pair_rows", "same_metrics"]

AFTER: Final = "AFTER"
BEFORE: Final = "BEFORE"
LARGEST_FRACTION: Final = 1.0
LOOKS_LIKE: Final = {"numbers up to 1": "fraction", "numbers above 1": "percent"}
"""What scores of no stated unit are taken for where it is said that those compared with them are to be converted."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A model before and after.

    Parameters
    ----------
    before, after : str
    family_before, family_after : str or None
        As the tables, the catalogue or a rule say; None where nothing does.
    populations : frozenset of str
        ``base``, ``chat``, ``mixed``: of both, as far as known.
    """

    before: str
    after: str
    family_before: str | None
    family_after: str | None
    populations: frozenset[str] = field(repr=False)

    @property
    def siblings(self) -> bool:
        """Whether the two are of one family, as far as is known: which became which is the tables' own claim."""
        if self.before == self.after or None in (self.family_before, self.family_after):
            return True
        return self.family_before == self.family_after


@dataclass(frozen=True, slots=True)
class CompareTables:
    """The rows that are compared.

    Parameters
    ----------
    before, after : ScoreTable
        The rows of the pairs alone; the same table where there is one.
    pairs : tuple of Pair
        In the order of the names after.
    unpaired : tuple of Unpaired
    """

    before: ScoreTable
    after: ScoreTable
    pairs: tuple[Pair, ...]
    unpaired: tuple[Unpaired, ...]


def pair_rows(before: ScoreTable, after: ScoreTable | None) -> CompareTables:
    """Find which row became which.

    In one table a row whose column ``pair`` names another came from that one. In two tables a row of the second came
    from the row of the first that it names, or else from the one of its own name.

    Raises
    ------
    UsageError
        If nothing says which row became which.
    ContentError
        If a row came from one that is not there, or from itself.
    """
    there = {
        row["model"]: row for row in before.models.iter_rows(named=True) if _scored(before, row["model"])
    }
    later = before if after is None else after
    rows = [row for row in later.models.iter_rows(named=True) if _scored(later, row["model"])]
    if after is None and not any(row["pair"] for row in rows):
        raise UsageError(
            "two tables, or one with a column 'pair'",
            found="one table without it",
            remedy="Give BEFORE and AFTER, or name in a column 'pair' of each row the row that it came from.",
        )
    if after is not None and any(row["pair"] for row in there.values()):
        raise UsageError(
            "the column 'pair' in the second table alone, naming a row of the first",
            found="one in the first",
            where=BEFORE,
        )
    pairs, unpaired = [], []
    for row in rows:
        origin = row["pair"] or (row["model"] if after is not None else None)
        if origin is None:
            continue
        if origin not in there and not row["pair"]:
            unpaired.append(Unpaired(model=row["model"], table="after", reason="no row of its name before"))
        elif origin not in there or (after is None and origin == row["model"]):
            raise ContentError(
                f"another row with scores as the pair of model {row['model']!r}",
                found=repr(origin),
                where="column 'pair'",
            )
        else:
            pairs.append(_pair(there[origin], row))
    if not pairs:
        raise ContentError(
            "models that are in both tables",
            found=f"none: {_listed(sorted(there))} before, {_listed([row['model'] for row in rows])} after",
            remedy="Write their names alike, or name in a column 'pair' of AFTER the row that each came from.",
        )
    used = {pair.before for pair in pairs} | ({pair.after for pair in pairs} if after is None else set())
    unpaired += [
        Unpaired(model=name, table="before", reason="no row after came from it")
        for name in there
        if name not in used
    ]
    return CompareTables(
        before=kept(before, models=[pair.before for pair in pairs]),
        after=kept(later, models=[pair.after for pair in pairs]),
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.after, pair.before))),
        unpaired=tuple(unpaired),
    )


def _scored(table: ScoreTable, model: str) -> bool:
    return model in set(table.scores["model"])


def _pair(before: Mapping[str, Any], after: Mapping[str, Any]) -> Pair:
    families, populations = [], set()
    for row in (before, after):
        entry, kin = find_model(row["model"]), kin_of(row["model"], row["base_model"])
        families.append(row["family"] or (kin.family if kin else None))
        told = row["population"] or (entry.population if entry else None) or (kin.population if kin else None)
        populations |= {str(told).lower()} if told else set()
    return Pair(before["model"], after["model"], families[0], families[1], frozenset(populations))


def kept(
    table: ScoreTable, *, models: Sequence[str] | None = None, benchmarks: Sequence[str] | None = None
) -> ScoreTable:
    """Return the scores of some models on some benchmarks."""
    scores, of_models, of_benchmarks = table.scores, table.models, table.benchmarks
    if models is not None:
        scores = scores.filter(pl.col("model").is_in(list(models)))
        of_models = of_models.filter(pl.col("model").is_in(list(models)))
    if benchmarks is not None:
        scores = scores.filter(pl.col("benchmark").is_in(list(benchmarks)))
    of_benchmarks = of_benchmarks.filter(pl.col("benchmark").is_in(scores["benchmark"].unique().to_list()))
    return replace(table, scores=scores, models=of_models, benchmarks=of_benchmarks)


def benchmarks_of(table: ScoreTable) -> frozenset[str]:
    """Return the benchmarks that a table has scores on."""
    return frozenset(table.scores["benchmark"])


def in_units_of(
    table: ScoreTable, reference: ScoreTable, called: str, settings: ComparisonSettings
) -> tuple[ScoreTable, list[Notice]]:
    """Bring scores to the unit they have in the reference, where the settings say what theirs is.

    Parameters
    ----------
    table, reference : ScoreTable
    called : str
        What the table is called in messages.
    settings : ComparisonSettings

    Raises
    ------
    ContentError
        If a benchmark is in another unit, and no setting says so.
    """
    factors: dict[str, float] = {}
    for name in sorted(benchmarks_of(table) & benchmarks_of(reference)):
        theirs, ours = _unit(reference, name, _catalogue_unit(name)), _unit(table, name, None)
        share = LOOKS_LIKE.get(theirs, theirs)
        stated = settings.units.get(name) or (settings.units.get("*") if share in PER_FRACTION else None)
        if stated in PER_FRACTION and share in PER_FRACTION:
            if stated != share:
                factors[name] = PER_FRACTION[share] / PER_FRACTION[stated]
            continue
        if stated is None and _alike(ours, theirs):
            continue
        seen = "percent" if ours in ("percent", "numbers above 1") else "fraction"
        raise ContentError(
            f"{name!r} in the unit of the reference, {theirs}",
            found=stated or ours,
            where=called,
            remedy=f"Pass --unit {name}={seen} to have it converted, if that is what it is, or correct the scores."
            if share in PER_FRACTION
            else "Give the scores in that unit.",
        )
    if not factors:
        return table, []
    factor = pl.col("benchmark").replace_strict(factors, default=1.0, return_dtype=pl.Float64)
    scores = table.scores.with_columns(pl.col("score") * factor, pl.col("stderr") * factor)
    said = ", ".join(f"{name} (times {factor:g})" for name, factor in factors.items())
    return replace(table, scores=scores), [
        Notice(what=f"Scores of {called} were brought to the unit of the reference: {said}.")
    ]


def _catalogue_unit(name: str) -> str | None:
    entry = benchmarks().get(name)
    return entry.unit if entry else None


def _unit(table: ScoreTable, name: str, known: str | None) -> str:
    """Return the unit of a benchmark in a table: as declared, as known, or what the scores look like."""
    declared = table.benchmarks.filter(pl.col("benchmark") == name)["unit"].drop_nulls().to_list()
    scores = table.scores.filter(pl.col("benchmark") == name)["score"].to_numpy()
    if declared:
        return str(declared[0])
    return _appearance(scores) if known is None or _belies(scores, known) else known


def _belies(scores: NDArray[np.float64], unit: str) -> bool:
    return unit == "fraction" and bool(np.abs(scores).max(initial=0.0) > LARGEST_FRACTION)


def _appearance(scores: NDArray[np.float64]) -> str:
    """Return what scores of which nothing says the unit look like."""
    return "numbers above 1" if np.abs(scores).max(initial=0.0) > LARGEST_FRACTION else "numbers up to 1"


def _alike(ours: str, theirs: str) -> bool:
    """Return whether two units are the same, or look like it."""
    looks = {"numbers up to 1": {"fraction"}, "numbers above 1": {"percent", "points", "rating"}}
    return ours == theirs or theirs in looks.get(ours, set()) or ours in looks.get(theirs, set())


def same_metrics(
    tables: Mapping[str, ScoreTable], names: Sequence[str], settings: ComparisonSettings
) -> list[Notice]:
    """Refuse metrics that differ between tables, and say where one of them is not stated.

    Raises
    ------
    ContentError
        If two tables state different metrics of a benchmark.
    """
    silent: list[str] = []
    for name in names:
        stated = {called: _metrics(table, name) for called, table in tables.items()}
        said = {called: metrics for called, metrics in stated.items() if metrics}
        differing = {metric.lower() for metrics in said.values() for metric in metrics}
        if len(differing) > 1 and name not in settings.same_metric:
            raise ContentError(
                f"one metric of {name!r}",
                found="; ".join(
                    f"{', '.join(sorted(metrics))} in {called}" for called, metrics in said.items()
                ),
                remedy=f"Give scores of one metric, or pass --same-metric {name} if these are the same.",
            )
        if len(said) < len(stated):
            entry = benchmarks().get(name)
            silent.append(f"{name} ({entry.metric})" if entry and entry.metric else name)
    if not silent:
        return []
    return [
        Notice(
            what="Not every table says by which metric it scores; they are taken to be the same, for the reference "
            f"as given, of {', '.join(silent)}.",
            remedy="Check it, or say it in a column 'metric'.",
        )
    ]


def _metrics(table: ScoreTable, name: str) -> frozenset[str]:
    return frozenset(table.scores.filter(pl.col("benchmark") == name)["metric"].drop_nulls())


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
