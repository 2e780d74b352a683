"""The score matrix: models × benchmarks, oriented so that higher is better or safer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from confounded.errors import ContentError
from confounded.scores.table import ScoreTable

__all__ = ["Direction", "ScoreMatrix", "score_matrix"]

Direction = Literal["higher", "lower"]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoreMatrix:
    """Scores of M models on B benchmarks, in canonical order.

    Rows and columns stand in the order of their names, so that a shuffled file gives the same matrix and,
    to the last bit, the same results.

    Parameters
    ----------
    models : tuple of str
        The M models, sorted.
    benchmarks : tuple of str
        The B benchmarks, sorted.
    scores : ndarray of shape (M, B)
        Higher is better or safer. NaN where a model has no score.
    families : tuple of str
        The family of each of the M models.
    stderr : ndarray of shape (M, B)
        Standard errors on the scale of the scores; NaN where unknown.
    n_items : ndarray of shape (M, B)
        Items behind each score; NaN where unknown.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    scores: FloatArray = field(repr=False)
    families: tuple[str, ...] = field(repr=False)
    stderr: FloatArray = field(repr=False)
    n_items: FloatArray = field(repr=False)

    def column(self, benchmark: str) -> FloatArray:
        """Return the (M,) scores on one benchmark.

        Raises
        ------
        ContentError
            If the matrix has no such benchmark.
        """
        return self.columns([benchmark])[:, 0]

    def columns(self, benchmarks: Sequence[str]) -> FloatArray:
        """Return the (M, len(benchmarks)) scores on some benchmarks, in the order asked for.

        Raises
        ------
        ContentError
            If the matrix lacks one of them.
        """
        position = {name: index for index, name in enumerate(self.benchmarks)}
        absent = [name for name in benchmarks if name not in position]
        if absent:
            raise ContentError(
                f"scores on the benchmark{'s' if len(absent) > 1 else ''} {', '.join(absent)}", found="none"
            )
        return self.scores[:, [position[name] for name in benchmarks]]

    def of_models(self, rows: Sequence[int]) -> ScoreMatrix:
        """Return the matrix of some of the models, in the order of `rows`."""
        return ScoreMatrix(
            models=tuple(self.models[row] for row in rows),
            benchmarks=self.benchmarks,
            scores=self.scores[rows],
            families=tuple(self.families[row] for row in rows),
            stderr=self.stderr[rows],
            n_items=self.n_items[rows],
        )


def score_matrix(
    table: ScoreTable,
    *,
    models: Sequence[str],
    families: Mapping[str, str],
    directions: Mapping[str, Direction],
) -> ScoreMatrix:
    """Arrange some models' scores as a matrix in which higher is better or safer.

    Parameters
    ----------
    table : ScoreTable
        The scores.
    models : sequence of str
        The models to take; one without any score keeps a row of NaN.
    families : mapping of str to str
        The family of every one of them.
    directions : mapping of str to {'higher', 'lower'}
        For every benchmark, which way is better or safer. Benchmarks of ``lower`` are negated.

    Returns
    -------
    ScoreMatrix
        Of the models asked for and every benchmark on which at least one of them has a score.

    Raises
    ------
    ContentError
        If a model has two scores on one benchmark.
    """
    rows = sorted(set(models))
    scores = table.scores.filter(pl.col("model").is_in(rows))
    _refuse_repeats(scores)
    names = sorted(scores["benchmark"].unique())
    row = {name: index for index, name in enumerate(rows)}
    column = {name: index for index, name in enumerate(names)}
    at = (
        np.fromiter((row[name] for name in scores["model"]), dtype=np.intp, count=scores.height),
        np.fromiter((column[name] for name in scores["benchmark"]), dtype=np.intp, count=scores.height),
    )

    def filled(values: pl.Series) -> FloatArray:
        array = np.full((len(rows), len(names)), np.nan)
        array[at] = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return array

    oriented = filled(scores["score"])
    oriented[:, [directions[name] == "lower" for name in names]] *= -1.0
    stderr, n_items = filled(scores["stderr"]), filled(scores["n_items"])
    for array in (oriented, stderr, n_items):
        array.flags.writeable = False
    return ScoreMatrix(
        models=tuple(rows),
        benchmarks=tuple(names),
        scores=oriented,
        families=tuple(families[name] for name in rows),
        stderr=stderr,
        n_items=n_items,
    )


def _refuse_repeats(scores: pl.DataFrame) -> None:
    """Raise where one model has two scores on one benchmark, whatever their metrics."""
    key = ["model", "benchmark"]
    repeated = scores.filter(scores.select(key).is_duplicated()).sort(key)
    if repeated.height:
        model, benchmark = repeated.select(key).row(0)
        raise ContentError(
            "one score of each model on each benchmark",
            found=f"{repeated.filter(pl.col('model') == model, pl.col('benchmark') == benchmark).height} "
            f"for model {model!r} on benchmark {benchmark!r}",
            remedy="Keep the one that counts.",
        )
