"""The score table: one score a row, whatever file it came from.

A *score* is a number that a *model* got on a *benchmark*, by one *metric*, on the scale the file states.
Beside the scores a table carries what the file itself declares of its models and benchmarks: a reader
never adds what it believes to know of them, that is the catalogue's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from confounded.errors import ContentError

__all__ = ["BENCHMARK_SCHEMA", "MODEL_SCHEMA", "SCORE_SCHEMA", "Issue", "ScoreTable"]

SCORE_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "model": pl.String,
    "benchmark": pl.String,
    "metric": pl.String,
    "score": pl.Float64,
    "stderr": pl.Float64,
    "n_items": pl.Int64,
    "source": pl.String,
}
MODEL_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "model": pl.String,
    "name": pl.String,
    "population": pl.String,
    "family": pl.String,
    "organisation": pl.String,
    "parameters": pl.Float64,
    "training_flop": pl.Float64,
}
LARGEST: Final = 1e100
"""No score is larger in magnitude: squares of such numbers are still finite, so that no statistic overflows."""

CONTROL_CHARACTERS: Final = r"[\x00-\x1f\x7f]"
"""What has no place in a name; a NUL byte ends the program that draws."""

BENCHMARK_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "benchmark": pl.String,
    "name": pl.String,
    "area": pl.String,
    "kind": pl.String,
    "unit": pl.String,
    "direction": pl.String,
    "correlated_with": pl.String,
    "part_of": pl.String,
    "kin_to_suite": pl.String,
    "item_type": pl.String,
    "items": pl.Int64,
    "chance": pl.Float64,
    "floor": pl.Float64,
    "ceiling": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Issue:
    """Something met on the way in that a reader of the result must know.

    Parameters
    ----------
    what : str
        What was met, and what it means for the result.
    where : str
        File, row and column, as far as they are known.
    remedy : str
        The flag or line of metadata that settles it; empty where nothing has to be done.
    """

    what: str
    where: str = ""
    remedy: str = ""


def _conformed(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]], what: str) -> pl.DataFrame:
    """Return `frame` with exactly the columns of `schema`, absent ones null."""
    unknown = [name for name in frame.columns if name not in schema]
    if unknown:
        raise ContentError(
            f"only the columns {', '.join(schema)} in the {what} of a score table",
            found=f"also {', '.join(unknown)}",
        )
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scores in long form, with what their file declares of models and benchmarks.

    Parameters
    ----------
    scores : polars.DataFrame
        One score a row: model, benchmark, metric, score, stderr, n_items, source. A missing score is
        a row that is not there.
    models : polars.DataFrame, optional
        One model a row: model, name, population (``base`` or ``chat``), family, organisation, parameters,
        training_flop. Null is "the file does not say".
    benchmarks : polars.DataFrame, optional
        One benchmark a row: benchmark, name, area, kind, unit (``fraction`` or ``percent``), direction (``higher`` or
        ``lower`` is better or safer), correlated_with, part_of, kin_to_suite (names, with commas or lines between),
        item_type (``binary mean`` or ``other``), items, chance, floor, ceiling. Null is "the file does not say".
    issues : tuple of Issue
        What was met on the way in.

    Raises
    ------
    ContentError
        If a frame has columns that are not in its schema.
    """

    scores: pl.DataFrame = field(repr=False)
    models: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    benchmarks: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    issues: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        set_once(self, "scores", _conformed(self.scores, SCORE_SCHEMA, "scores"))
        models = self.models if self.models.width else self.scores.select("model").unique()
        set_once(self, "models", _conformed(models, MODEL_SCHEMA, "models").sort("model"))
        _check_scores(self.scores)
        benchmarks = self.benchmarks if self.benchmarks.width else self.scores.select("benchmark").unique()
        set_once(self, "benchmarks", _conformed(benchmarks, BENCHMARK_SCHEMA, "benchmarks").sort("benchmark"))

        _check_benchmarks(self.benchmarks)

    def joined_with(self, other: ScoreTable) -> ScoreTable:
        """Return one table of the scores of both, in which nothing may stand twice.

        Raises
        ------
        ContentError
            If the two tables give the same model a score on the same benchmark and metric, or say different
            things of one model or benchmark.
        """
        scores = pl.concat([self.scores, other.scores])
        refuse_repeated_scores(scores)
        return ScoreTable(
            scores=scores,
            models=_united(self.models, other.models, "model"),
            benchmarks=_united(self.benchmarks, other.benchmarks, "benchmark"),
            issues=self.issues + other.issues,
        )

    def with_benchmarks(self, declared: pl.DataFrame, where: str) -> ScoreTable:
        """Return the table with more said of its benchmarks.

        Parameters
        ----------
        declared : polars.DataFrame
            One benchmark a row, columns as of `benchmarks`.
        where : str
            The file that says it, for messages.

        Raises
        ------
        ContentError
            If it names a benchmark without scores, or contradicts what is said already.
        """
        strangers = sorted(set(declared["benchmark"]) - set(self.scores["benchmark"]))
        if strangers:
            raise ContentError(
                "benchmarks that have scores", found=f"none on {', '.join(strangers)}", where=where
            )
        benchmarks = _united(self.benchmarks, declared, "benchmark")
        return ScoreTable(self.scores, self.models, benchmarks, self.issues)


def _check_scores(scores: pl.DataFrame) -> None:
    """Raise where a name or number could not be worked with, whatever file it came from."""
    for key in ("model", "benchmark"):
        odd = scores.filter(pl.col(key).str.contains(CONTROL_CHARACTERS))[key]
        if odd.len():
            raise ContentError(
                f"{key} names of printable characters",
                found=repr(odd[0]),
                where=str(scores["source"][0] or ""),
                remedy="Rename it.",
            )
    limits = {
        "score": (pl.col("score").abs() > LARGEST, f"scores of at most {LARGEST:g} in magnitude"),
        "stderr": (
            (pl.col("stderr") < 0) | (pl.col("stderr") > LARGEST),
            "standard errors of at least 0",
        ),
    }
    for column, (beyond, expected) in limits.items():
        bad = scores.filter(beyond)
        if bad.height:
            first = bad.row(0, named=True)
            raise ContentError(
                expected,
                found=f"{first[column]:g} for model {first['model']!r} on benchmark {first['benchmark']!r}",
                where=first["source"] or "",
                remedy="Correct it.",
            )


def _check_benchmarks(benchmarks: pl.DataFrame) -> None:
    """Raise where a benchmark is declared to be what makes no sense."""
    words = {"direction": ("higher", "lower"), "item_type": ("binary mean", "other")}
    senseless = [
        *(
            (pl.col(name).is_in(allowed).not_(), name, " or ".join(allowed))
            for name, allowed in words.items()
        ),
        (pl.col("part_of") == pl.col("benchmark"), "part_of", "another benchmark"),
        (pl.col("items") < 1, "items", "1 or more"),
        (pl.col("floor") >= pl.col("ceiling"), "ceiling", "more than the floor"),
        (
            (pl.col("chance") < pl.col("floor")) | (pl.col("chance") > pl.col("ceiling")),
            "chance",
            "between floor and ceiling",
        ),
        (
            (pl.col("correlated_with") != "capabilities score")
            & ~pl.col("correlated_with").str.starts_with("accuracy on "),
            "correlated_with",
            "'capabilities score' or 'accuracy on BENCHMARK'",
        ),
    ]
    for wrong, column, expected in senseless:
        bad = benchmarks.filter(wrong)
        if bad.height:
            first = bad.row(0, named=True)
            raise ContentError(
                f"{expected} as the {column} of benchmark {first['benchmark']!r}",
                found=repr(first[column]),
                remedy="Correct what is declared of it.",
            )


def refuse_repeated_scores(scores: pl.DataFrame) -> None:
    """Raise where one model has two scores on one benchmark and metric.

    Raises
    ------
    ContentError
        Naming the first such model, benchmark and the sources of its scores.
    """
    key = ["model", "benchmark", "metric"]
    repeated = scores.filter(scores.select(key).is_duplicated()).sort(key)
    if repeated.height:
        first = repeated.row(0, named=True)
        same = repeated.filter(
            (pl.col("model") == first["model"]) & (pl.col("benchmark") == first["benchmark"])
        )
        raise ContentError(
            "one score of each model on each benchmark",
            found=f"{same.height} for model {first['model']!r} on benchmark {first['benchmark']!r}",
            where=", ".join(sorted(set(same["source"].drop_nulls()))),
            remedy="Keep the one that counts, or give the runs different model names.",
        )


def _united(left: pl.DataFrame, right: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return what two tables declare of the same things, refusing contradictions."""
    both = pl.concat([left, right])
    columns = [name for name in both.columns if name != key]
    said = both.group_by(key).agg(pl.col(name).drop_nulls().unique().sort() for name in columns)
    for name in columns:
        contrary = said.filter(pl.col(name).list.len() > 1).sort(key)
        if contrary.height:
            subject, values = contrary.select(key, name).row(0)
            raise ContentError(
                f"one {name.replace('_', ' ')} of {key} {subject!r} in all sources",
                found=" and ".join(map(repr, values)),
                remedy="Correct the source that is wrong.",
            )
    return said.select(key, *(pl.col(name).list.first().alias(name) for name in columns))
