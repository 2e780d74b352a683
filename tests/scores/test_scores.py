"""A table holds what files say, a matrix the same in one order and one direction."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from confounded.errors import ContentError
from confounded.scores import Issue, ScoreTable, score_matrix


def scores(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["model", "benchmark", "score"], orient="row")


def test_a_table_fills_in_its_schema_and_its_models() -> None:
    table = ScoreTable(scores(("b", "x", 1.0), ("a", "x", 2.0)))
    assert table.scores.columns == ["model", "benchmark", "metric", "score", "stderr", "n_items", "source"]
    assert table.models["model"].to_list() == ["a", "b"]
    assert table.benchmarks["direction"].to_list() == [None]


def test_columns_that_are_not_in_the_schema_are_refused() -> None:
    with pytest.raises(ContentError, match="colour"):
        ScoreTable(scores(("a", "x", 1.0)).with_columns(colour=pl.lit("red")))


def test_joining_keeps_scores_facts_and_issues_of_both() -> None:
    left = ScoreTable(scores(("a", "x", 1.0)), issues=(Issue("left"),))
    facts = pl.DataFrame({"model": ["a"], "family": ["f"]})
    right = ScoreTable(scores(("a", "y", 2.0)), models=facts, issues=(Issue("right"),))
    both = left.joined_with(right)
    assert both.scores["score"].to_list() == [1.0, 2.0]
    assert both.models["family"].to_list() == ["f"]
    assert [issue.what for issue in both.issues] == ["left", "right"]


def test_a_matrix_stands_in_the_order_of_names_and_turns_what_is_lower() -> None:
    table = ScoreTable(scores(("b", "y", 1.0), ("a", "y", 2.0), ("b", "x", 3.0)))
    matrix = score_matrix(
        table, models=["b", "a"], families={"a": "f", "b": "g"}, directions={"x": "higher", "y": "lower"}
    )
    assert (matrix.models, matrix.benchmarks, matrix.families) == (("a", "b"), ("x", "y"), ("f", "g"))
    np.testing.assert_array_equal(matrix.scores, [[np.nan, -2.0], [3.0, -1.0]])
    with pytest.raises(ContentError, match="z"):
        matrix.column("z")
    with pytest.raises(ValueError, match="read-only"):
        matrix.scores[0, 0] = 0.0


def test_two_scores_of_one_model_are_refused_whatever_their_metric() -> None:
    doubled = scores(("a", "x", 1.0), ("a", "x", 2.0)).with_columns(metric=pl.Series(["acc", "f1"]))
    with pytest.raises(ContentError, match="2 for model 'a' on benchmark 'x'"):
        score_matrix(ScoreTable(doubled), models=["a"], families={"a": "f"}, directions={"x": "higher"})


def test_a_score_given_twice_with_another_last_digit_is_one_score() -> None:
    from confounded.scores.settling import without_repeats

    frame = pl.DataFrame(
        {
            "model": ["m", "m", "n", "n"],
            "benchmark": ["b"] * 4,
            "score": [0.2711798101137326, 0.27117981011373266, 0.5, 0.51],
            "source": ["x", "y", "x", "y"],
        }
    )
    found, issues = without_repeats(frame)
    assert found.filter(pl.col("model") == "m")["score"].to_list() == [0.2711798101137326]
    assert [issue.stops for issue in issues] == [True, False]
