"""What in a table could be meant in two ways: a score given twice, two units in a column, a score out of range.

Each is taken in the way that says least, and an issue that stops says what was met, where, and what settles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from confounded.scores.table import Issue, ScoreTable
from confounded.stats.ranks import spearman

__all__ = ["MOST_LISTED", "first_issues", "settled", "without_repeats"]

MOST_LISTED: Final = 20
"""Issues of one kind that are told one by one; the rest are counted, so that a report stays readable."""

PLACE: Final = "source"
KEY: Final = ("model", "benchmark")

SAME: Final = 1e-9
"""Share of a score by which two of it may differ and be the same, written or computed in two ways."""

WIDE_GAP: Final = 10.0
"""Smallest score above 1 over the largest at or below 1 from which a column has two units. In the 40 real columns
of percentages with scores on both sides of 1 that were looked at, it is 6.3 at most."""

NARROW_GAP: Final = 3.0
LARGE_SHARE: Final = 0.2
"""Without other benchmarks to compare with, a column is asked about from a gap of 3, or where this share of its
scores lies at or below 1."""

CLEARER: Final = 0.05
"""How much better a column must go with the other benchmarks after a change of units to be asked about."""

FEWEST_TO_COMPARE: Final = 8
"""Models with other scores that such a comparison needs: with fewer, a rank correlation moves by .05 for any reason."""

FRACTION, PERCENT = 1.0, 100.0
LARGEST_OF_UNIT: Final = {"fraction": FRACTION, "percent": PERCENT}


def settled(table: ScoreTable) -> ScoreTable:
    """Return a table with one score of each model on each benchmark, in one unit and within its range.

    Parameters
    ----------
    table : ScoreTable

    Returns
    -------
    ScoreTable
        With an issue for everything that was left out or put together.
    """
    scores, beyond = _within_range(table)
    scores, repeats = without_repeats(scores)
    scores, mixed = _in_one_unit(scores, table.benchmarks)
    return replace(table, scores=scores, issues=(*table.issues, *beyond, *repeats, *mixed))


def without_repeats(
    scores: pl.DataFrame, place: str = PLACE, where: str = ""
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one score of each model on each benchmark: the mean where several are given.

    Parameters
    ----------
    scores : polars.DataFrame
        Columns model, benchmark and score at least.
    place : str, optional
        The column that says where a score stands.
    where : str, optional
        The file in which all of them stand.

    Returns
    -------
    scores : polars.DataFrame
        A mean has no standard error and no number of items: whether its scores rest on the same items is not known.
    issues : list of Issue
        Of scores that differ, which stop, and of scores that are equal, which do not.
    """
    repeated = scores.select(KEY).is_duplicated()
    if not repeated.any():
        return scores, []
    doubled = scores.filter(repeated)
    kept = [name for name in scores.columns if name not in (*KEY, "score")]
    by_key = doubled.group_by(KEY, maintain_order=True)
    merged = by_key.agg(
        pl.col("score").mean(),
        pl.col("score").min().alias("_least"),
        (pl.col("score").max() - pl.col("score").min()).alias("_span"),
        pl.col("score").unique().sort().alias("_values"),
        pl.col(place).unique(maintain_order=True).alias("_places"),
        pl.len().alias("_given"),
        *(pl.col(name).first() for name in kept),
    )
    differ = pl.col("_span") > SAME * pl.col("score").abs()
    merged = merged.with_columns(score=pl.when(differ).then("score").otherwise("_least"))
    lost = [pl.when(~differ).then(pl.col(name)).alias(name) for name in ("stderr", "n_items") if name in kept]
    one_each = pl.concat([scores.filter(~repeated), merged.with_columns(lost).select(scores.columns)])
    return one_each, [
        *first_issues(_contrary(merged.filter(differ), where)),
        *_equal(merged.filter(~differ), where),
    ]


def _contrary(merged: pl.DataFrame, where: str) -> Iterator[Issue]:
    """Yield an issue for each score that is given several times with different values."""
    for row in merged.iter_rows(named=True):
        values = ", ".join(_told_apart(row["_values"][:4]))
        places = ", ".join(str(one) for one in row["_places"][:4])
        yield Issue(
            f"{row['_given']} scores of model {row['model']!r} on benchmark {row['benchmark']!r} ({values}); "
            "their mean is taken",
            where=", ".join(part for part in (where, places) if part),
            remedy="Keep the one that counts, or give the runs different model names.",
            stops=True,
        )


def _told_apart(values: Sequence[float]) -> list[str]:
    """Return different numbers to be printed, with as many digits as it takes to tell them apart."""
    short = [f"{value:g}" for value in values]
    return short if len(set(short)) == len(values) else [repr(value) for value in values]


def _equal(merged: pl.DataFrame, where: str) -> list[Issue]:
    """Return an issue where scores are given several times with the same value."""
    if not merged.height:
        return []
    first = merged.row(0, named=True)
    return [
        Issue(
            f"{merged.height} score(s) are given more than once with the same value, such as that of model "
            f"{first['model']!r} on benchmark {first['benchmark']!r}; each counts once",
            where=where or ", ".join(str(one) for one in first["_places"][:4]),
        )
    ]


def first_issues(issues: Iterator[Issue]) -> list[Issue]:
    """Return the first issues, and one that counts the rest."""
    told = list(issues)
    if len(told) <= MOST_LISTED:
        return told
    rest = told[MOST_LISTED:]
    return [
        *told[:MOST_LISTED],
        Issue(
            f"{len(rest)} more of the same kind",
            where=rest[0].where,
            remedy=rest[0].remedy,
            stops=rest[0].stops,
        ),
    ]


def _within_range(table: ScoreTable) -> tuple[pl.DataFrame, list[Issue]]:
    """Leave out the scores that lie outside the range or above the unit that is declared of their benchmark."""
    unit = pl.col("unit").replace_strict(LARGEST_OF_UNIT, default=None, return_dtype=pl.Float64)
    limits = table.benchmarks.select(
        "benchmark", "floor", pl.min_horizontal("ceiling", unit).alias("ceiling")
    )
    beside = table.scores.select("benchmark", "score").join(
        limits, on="benchmark", how="left", maintain_order="left"
    )
    beyond = (pl.col("score") < pl.col("floor")) | (pl.col("score") > pl.col("ceiling"))
    is_beyond = beside.select(beyond.fill_null(value=False)).to_series()
    if not is_beyond.any():
        return table.scores, []
    out = table.scores.with_columns(beside["floor"], beside["ceiling"]).filter(is_beyond)

    def told() -> Iterator[Issue]:
        for (benchmark,), rows in out.group_by("benchmark", maintain_order=True):
            first = rows.row(0, named=True)
            low, high = (
                f"{first[end]:g}" if first[end] is not None else "any" for end in ("floor", "ceiling")
            )
            yield Issue(
                f"{rows.height} score(s) on benchmark {benchmark!r} lie outside the range that is declared of it "
                f"({low} to {high}), such as {first['score']:g} of model {first['model']!r}; they are left out",
                where=first[PLACE] or "",
                remedy="Correct the scores, or the floor, ceiling or unit of the benchmark; some may be in percent.",
                stops=True,
            )

    return table.scores.filter(~is_beyond), first_issues(told())


def _in_one_unit(scores: pl.DataFrame, benchmarks: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Leave out the fewer of the scores of a benchmark that seems to be in fractions and in percent."""
    score = pl.col("score")
    low = (score > 0) & (score <= FRACTION)
    declared = benchmarks.filter(pl.col("unit").is_not_null() | pl.col("ceiling").is_not_null())["benchmark"]
    suspects = (
        scores.group_by("benchmark")
        .agg(
            low.sum().alias("low"),
            (score > FRACTION).sum().alias("high"),
            score.min().alias("least"),
            score.max(),
        )
        .filter(pl.col("low") > 0, pl.col("high") > 0, pl.col("least") >= 0, score <= PERCENT)
        .filter(~pl.col("benchmark").is_in(declared.implode()))["benchmark"]
        .sort()
    )
    left_out = pl.Series([False]).new_from_index(0, scores.height)
    issues = []
    for benchmark in suspects:
        own = scores["benchmark"] == benchmark
        of_it = scores.filter(own)
        if not _is_mixed(of_it["score"].to_numpy(), _standing(scores, benchmark, of_it["model"])):
            continue
        lows = int(of_it.select(low.sum()).item())
        fewer_are_low = lows <= of_it.height - lows
        first = of_it.filter(low if fewer_are_low else score > FRACTION).row(0, named=True)
        left_out |= own & scores.select(low if fewer_are_low else score > FRACTION).to_series()
        issues.append(
            Issue(
                f"benchmark {benchmark!r} seems to have two units: {lows} score(s) up to 1 and "
                f"{of_it.height - lows} above; the fewer, such as {first['score']:g} of model {first['model']!r}, "
                "are left out",
                where=", ".join(part for part in (first[PLACE] or "", f"column {benchmark!r}") if part),
                remedy="Write all of them in one unit; or, if they are, say so in a benchmarks.toml beside the scores: "
                f'["{benchmark}"] unit = "percent" (or "fraction", "points").',
                stops=True,
            )
        )
    return (scores.filter(~left_out) if issues else scores), first_issues(iter(issues))


def _is_mixed(values: NDArray[np.float64], standing: NDArray[np.float64]) -> bool:
    """Return whether some scores seem to be fractions and some percent.

    Parameters
    ----------
    values : ndarray of shape (M,)
        From 0 to 100, on both sides of 1.
    standing : ndarray of shape (M,)
        How the models do on other benchmarks; NaN where not known.
    """
    low, high = values[(values > 0) & (values <= FRACTION)], values[values > FRACTION]
    middle = np.median(low) * PERCENT
    if not high.min() / 2 <= middle <= high.max() * 2:
        return False
    gap = high.min() / low.max()
    known = np.isfinite(standing)
    if gap >= WIDE_GAP:
        return True
    if known.sum() < FEWEST_TO_COMPARE:
        return bool(gap >= NARROW_GAP or low.size >= LARGE_SHARE * values.size)
    raised = np.where(values <= FRACTION, values * PERCENT, values)
    as_they_stand, in_percent = (
        abs(spearman(column[known], standing[known])) if np.ptp(column[known]) > 0 else 0.0
        for column in (values, raised)
    )
    return bool(in_percent > as_they_stand + CLEARER)


def _standing(scores: pl.DataFrame, benchmark: str, models: Sequence[str] | pl.Series) -> NDArray[np.float64]:
    """Return the mean of each model's relative ranks on the other benchmarks, NaN where it has no other score.

    Of benchmarks on which lower is better the ranks run the other way; where these are the minority the mean still
    orders models by capability, and where it does not, no comparison comes out clearer.
    """
    others = scores.filter(pl.col("benchmark") != benchmark)
    ranks = others.with_columns(
        (pl.col("score").rank().over("benchmark") / pl.len().over("benchmark")).alias("rank")
    )
    means = ranks.group_by("model").agg(pl.col("rank").mean())
    wanted = pl.DataFrame({"model": models}).join(means, on="model", how="left", maintain_order="left")
    standing: NDArray[np.float64] = wanted["rank"].to_numpy().astype(np.float64)
    return standing
