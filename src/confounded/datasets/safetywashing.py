"""The scores of Ren et al. 2024 (arXiv 2407.21792), and the figures the paper prints.

The files are in ``data/safetywashing``; their README says where they come from and ``columns.csv`` what stands
in each column. Every file is compared with its checksum each time it is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import polars as pl

from confounded.datasets._files import read_verified
from confounded.scores import ScoreTable

__all__ = [
    "gpt4o_scores",
    "load_scores",
    "published_correlations",
    "published_scores",
    "published_summaries",
    "scores_checksum",
]

DATASET: Final = "safetywashing"

_SCORES: Final = {"population": pl.String, "model": pl.String, "benchmark": pl.String, "score": pl.Float64}
_PUBLISHED_CORRELATIONS: Final = {
    "table": pl.Int64,
    "area": pl.String,
    "benchmark": pl.String,
    "population": pl.String,
    "correlated_with": pl.String,
    "percent": pl.Float64,
}
_PUBLISHED_SUMMARIES: Final = {
    "source": pl.String,
    "population": pl.String,
    "quantity": pl.String,
    "percent": pl.Float64,
}
_PUBLISHED_SCORES: Final = {
    "source": pl.String,
    "population": pl.String,
    "model": pl.String,
    "capabilities_score": pl.Float64,
    "tolerance": pl.Float64,
    "suite_without": pl.String,
}


def load_scores() -> ScoreTable:
    """Load the released scores: 27 base models on 176 benchmarks, 26 chat models on 178.

    Returns
    -------
    ScoreTable
        Scores as released, oriented by their authors so that higher is better or safer. Of the models it says
        only the population. Seven cells have no score and no row.

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    rows = _read("scores.csv", _SCORES)
    return ScoreTable(
        scores=rows.select("model", "benchmark", "score", source=pl.lit(f"{DATASET}/scores.csv")),
        models=rows.select("model", "population").unique(),
    )


def scores_checksum() -> str:
    """Return the SHA-256 of the file that `load_scores` reads.

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    return hashlib.sha256(read_verified(DATASET, "scores.csv")).hexdigest()


def published_correlations() -> pl.DataFrame:
    """Load the 271 correlations the paper prints.

    Returns
    -------
    polars.DataFrame
        Columns: table, area (an id), benchmark, population, correlated_with (``capabilities score``,
        ``training compute`` or ``accuracy on`` a benchmark), percent (the Spearman correlation times 100).

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    return _read("published_correlations.csv", _PUBLISHED_CORRELATIONS)


def published_scores() -> pl.DataFrame:
    """Load the capabilities scores the paper gives: the 53 of table 9 and the 27 of figure 17.

    Returns
    -------
    polars.DataFrame
        Columns: source (``table 9`` or ``figure 17``), population, model, capabilities_score, tolerance (how far
        a recomputed score may be off), suite_without (list of the benchmarks left out of the suite for the fit).

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    rows = _read("published_scores.csv", _PUBLISHED_SCORES)
    names = pl.col("suite_without").fill_null("").str.extract_all(r"\S+")
    return rows.with_columns(suite_without=names)


def published_summaries() -> pl.DataFrame:
    """Load the explained shares, means and standard deviations that stand in the paper's text.

    Returns
    -------
    polars.DataFrame
        Columns: source, population, quantity, percent.

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    return _read("published_summaries.csv", _PUBLISHED_SUMMARIES)


def gpt4o_scores() -> pl.DataFrame:
    """Load GPT-4o's ten scores (table 23).

    Returns
    -------
    polars.DataFrame
        Columns: population, model, benchmark, score. Scores are fractions, like those of `load_scores` on
        the same benchmarks; the paper prints percentages.

    Raises
    ------
    DatasetError
        If the shipped file is not the one that was released.
    """
    return _read("gpt4o.csv", _SCORES)


def _read(name: str, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.read_csv(read_verified(DATASET, name), schema=dict(schema))
