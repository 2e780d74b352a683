"""The score table: one score a row, whatever file it came from.

A *score* is a number that a *model* got on a *benchmark*, by one *metric*, on the scale the file states.
Beside the scores a table carries what the file itself declares of its models and benchmarks: a reader
never adds what it believes to know of them, that is the catalogue's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from confounded.errors import ContentError
from confounded.scores.dates import read_date

__all__ = [
    "ACCURACY_ON",
    "BENCHMARK_SCHEMA",
    "COLUMN_SCHEMA",
    "MODEL_SCHEMA",
    "SCORE_SCHEMA",
    "Issue",
    "ScoreTable",
    "accuracy_data_set",
    "agreed",
    "conformed",
]

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
    "base_model": pl.String,
    "released": pl.String,
    "pair": pl.String,
}
COLUMN_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "model": pl.String,
    "column": pl.String,
    "value": pl.String,
}
"""What a file says of models beyond `MODEL_SCHEMA`, in columns of its own: models can be parted by any of them."""

ACCURACY_ON: Final = "accuracy on "
"""How ``correlated_with`` names the accuracy on a data set, whose id follows."""

LARGEST: Final = 1e100
"""No score is larger in magnitude: squares of such numbers are still finite, so that no statistic overflows."""

DECISIVE: Final = frozenset({"direction", "unit", "family", "population", "correlated_with"})
"""What is said of a model or benchmark that would change a result; of the rest only words would change."""

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
    "engine": pl.String,
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
    stops : bool
        Whether a wrong guess here would change a result. The table has what is cautious (a cell left out, say);
        reading goes on with it only where that was asked for (`--lenient`).
    """

    what: str
    where: str = ""
    remedy: str = ""
    stops: bool = False


def conformed(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]], what: str) -> pl.DataFrame:
    """Return `frame` with exactly the columns of `schema`, absent ones null.

    Raises
    ------
    ContentError
        If it has other columns.
    """
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
        One model a row: model, name, population (``base``, ``chat`` or ``mixed``), family, organisation, parameters,
        training_flop, base_model (what it was made from), released (``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``), pair
        (the row that this one came from, where before and after are compared). Null is "the file does not say".
    benchmarks : polars.DataFrame, optional
        One benchmark a row: benchmark, name, area, kind, unit (``fraction`` or ``percent``), direction (``higher`` or
        ``lower`` is better or safer), correlated_with, part_of, kin_to_suite (names, with commas or lines between),
        item_type (``binary mean`` or ``other``), items, chance, floor, ceiling, engine (what ran it). Null is "the
        file does not say".
    issues : tuple of Issue
        What was met on the way in.
    columns : polars.DataFrame, optional
        What the file says of models in further columns, one cell a row: model, column, value. Values are text as they
        stand; an empty cell is a row that is not there, and rows that contradict each other may stand side by side.

    Raises
    ------
    ContentError
        If a frame has columns that are not in its schema, or content that could not be worked with.
    """

    scores: pl.DataFrame = field(repr=False)
    models: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    benchmarks: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    issues: tuple[Issue, ...] = ()
    columns: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        set_once(self, "scores", conformed(self.scores, SCORE_SCHEMA, "scores"))
        models = self.models if self.models.width else self.scores.select("model").unique()
        set_once(self, "models", conformed(models, MODEL_SCHEMA, "models").sort("model"))
        _check_scores(self.scores)
        _check_releases(self.models)
        benchmarks = self.benchmarks if self.benchmarks.width else self.scores.select("benchmark").unique()
        set_once(self, "benchmarks", conformed(benchmarks, BENCHMARK_SCHEMA, "benchmarks").sort("benchmark"))
        columns = self.columns if self.columns.width else pl.DataFrame(schema=dict(COLUMN_SCHEMA))
        set_once(self, "columns", conformed(columns, COLUMN_SCHEMA, "columns of models"))
        _check_benchmarks(self.benchmarks, self.scores)

    def joined_with(self, *others: ScoreTable) -> ScoreTable:
        """Return one table of the scores of all, in which a score may stand twice.

        Where they say different things of a model or a benchmark, nothing is taken, and an issue says so.
        """
        tables = (self, *others)
        models, of_models = agreed(pl.concat([one.models for one in tables]), "model")
        benchmarks, of_benchmarks = agreed(pl.concat([one.benchmarks for one in tables]), "benchmark")
        return ScoreTable(
            scores=pl.concat([one.scores for one in tables]),
            models=models,
            benchmarks=benchmarks,
            issues=(*(issue for one in tables for issue in one.issues), *of_models, *of_benchmarks),
            columns=pl.concat([one.columns for one in tables]),
        )

    def with_issues(self, *issues: Issue) -> ScoreTable:
        """Return the table with more met on the way in."""
        return replace(self, issues=(*self.issues, *issues))

    def with_declared(self, declared: pl.DataFrame, key: str, where: str) -> ScoreTable:
        """Return the table with more said of its benchmarks or models.

        Parameters
        ----------
        declared : polars.DataFrame
            One benchmark or model a row, columns as of `benchmarks` or `models`.
        key : {'benchmark', 'model'}
        where : str
            The file that says it, for messages.

        Raises
        ------
        ContentError
            If it names one without scores, or contradicts what is said already.
        """
        strangers = sorted(set(declared[key]) - set(self.scores[key]))
        if strangers:
            raise ContentError(
                f"{key}s that have scores", found=f"none on {', '.join(strangers[:8])}", where=where
            )
        facts = {"benchmark": self.benchmarks, "model": self.models}
        said, contrary = agreed(pl.concat([facts[key], declared]), key)
        if contrary:
            raise ContentError(
                "what the scores' own files say",
                found=contrary[0].what,
                where=where,
                remedy="Correct the one that is wrong.",
            )
        if key == "benchmark":
            _check_benchmarks(said, self.scores, where)
        facts[key] = said
        return replace(self, models=facts["model"], benchmarks=facts["benchmark"])


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


def _check_releases(models: pl.DataFrame) -> None:
    """Raise where a release is no date as `read_date` tells it."""
    for model, released in models.select("model", "released").drop_nulls().iter_rows():
        if read_date(released) != released:
            raise ContentError(
                f"YYYY-MM-DD, YYYY-MM or YYYY as the release of model {model!r}", found=repr(released)
            )


def _check_benchmarks(benchmarks: pl.DataFrame, scores: pl.DataFrame, where: str = "") -> None:
    """Raise where a benchmark is declared to be what makes no sense, in `where` or else in the files of its scores."""
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
            & ~pl.col("correlated_with").str.starts_with(ACCURACY_ON),
            "correlated_with",
            "'capabilities score' or 'accuracy on BENCHMARK'",
        ),
    ]
    for wrong, column, expected in senseless:
        bad = benchmarks.filter(wrong)
        if bad.height:
            first = bad.row(0, named=True)
            sources = scores.filter(pl.col("benchmark") == first["benchmark"])["source"].drop_nulls()
            raise ContentError(
                f"{expected} as the {column} of benchmark {first['benchmark']!r}",
                found=repr(first[column]),
                where=where or next(iter(sources), ""),
                remedy="Correct what is declared of it.",
            )


def accuracy_data_set(correlated_with: str) -> str | None:
    """Return the id of the data set whose accuracy something is correlated with, if it is an accuracy."""
    return correlated_with.removeprefix(ACCURACY_ON) if correlated_with.startswith(ACCURACY_ON) else None


def agreed(said: pl.DataFrame, key: str, place: str | None = None) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one row a model or benchmark, and null with an issue wherever different things are said of it.

    Parameters
    ----------
    said : polars.DataFrame
        What is said: `key` and further columns; null is "nothing is said".
    key : str
        ``model`` or ``benchmark``.
    place : str, optional
        Where it is said, for the issues.

    Returns
    -------
    frame : polars.DataFrame
    issues : list of Issue
        One a column; it stops where the column is in `DECISIVE`.
    """
    columns = [name for name in said.columns if name != key]
    grouped = said.group_by(key, maintain_order=True).agg(
        pl.col(name).drop_nulls().unique().sort() for name in columns
    )
    issues = []
    for name in columns:
        contrary = grouped.filter(pl.col(name).list.len() > 1).sort(key)
        if not contrary.height:
            continue
        subject, values = contrary.select(key, name).row(0)
        more = f" (and of {contrary.height - 1} more)" if contrary.height > 1 else ""
        issues.append(
            Issue(
                f"different things are said of the {name.replace('_', ' ')} of {key} {subject!r}{more}: "
                f"{' and '.join(repr(value) for value in values[:3])}; none is taken",
                where=place or "",
                remedy="Correct the one that is wrong.",
                stops=name in DECISIVE,
            )
        )
    lone = [
        pl.when(pl.col(name).list.len() == 1).then(pl.col(name).list.first()).alias(name) for name in columns
    ]
    return grouped.select(key, *lone), issues
