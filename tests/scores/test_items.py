"""Scores from single items."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from confounded.scores import ItemTable
from confounded.stats.reliability import reliability
from tests.stats.test_items import answers, kuder_richardson_20


def items(cells: np.ndarray, benchmark: str = "b") -> pl.DataFrame:  # type: ignore[type-arg]
    return pl.DataFrame(
        [
            {
                "model": f"m{m}",
                "benchmark": benchmark,
                "metric": "acc",
                "item": f"i{i}",
                "score": float(value),
            }
            for (m, i), value in np.ndenumerate(cells)
            if not np.isnan(value)
        ]
    )


def test_the_reliability_of_items_that_all_models_answered_is_formula_20() -> None:
    cells = answers(12, 30, 4)
    scores = ItemTable(items(cells)).scores().scores.sort("model")
    found = reliability(scores["score"].to_numpy()[:, None], scores["stderr"].to_numpy()[:, None] ** 2)
    assert found.value[0] == pytest.approx(kuder_richardson_20(cells), abs=1e-9)
    assert scores["n_items"].to_list() == [30] * 12


def test_it_is_said_that_items_were_put_together() -> None:
    (issue,) = ItemTable(items(answers(3, 5, 0))).scores().issues
    assert not issue.stops
    assert "Cronbach" in issue.what


def test_one_model_alone_has_the_error_of_independent_items() -> None:
    cells = answers(1, 20, 1)
    scores = ItemTable(items(cells)).scores()
    assert scores.scores["stderr"][0] == pytest.approx(cells.std(ddof=1) / np.sqrt(20))
    assert not scores.issues


def test_benchmarks_and_metrics_are_kept_apart() -> None:
    both = pl.concat([items(answers(4, 9, 1), "a"), items(answers(4, 7, 2), "b")])
    other = both.with_columns(metric=pl.lit("f1"), score=1 - pl.col("score"))
    scores = ItemTable(pl.concat([both, other])).scores().scores
    assert scores.height == 16
    assert scores.filter(pl.col("metric") == "acc").sort("model", "benchmark")[
        "stderr"
    ].to_list() == pytest.approx(
        scores.filter(pl.col("metric") == "f1").sort("model", "benchmark")["stderr"].to_list()
    )


def test_an_item_answered_twice_by_a_model_is_no_crossed_design() -> None:
    twice = pl.concat([items(answers(4, 9, 1)), items(answers(4, 9, 1)).head(1)])
    assert not ItemTable(twice).scores().issues
