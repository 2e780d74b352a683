"""Columns of sizes in other people's tables: which are taken, what is read, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from confounded.readers import read_scores
from confounded.scores import ScoreTable


def read(tmp_path: Path, name: str, *cells: str) -> ScoreTable:
    rows = [f"m{i},0.{5 + i},{cell}" for i, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join([f"model,mmlu,{name}", *rows]) + "\n")
    return read_scores(tmp_path)


def sizes(table: ScoreTable) -> list[float | None]:
    return table.models.sort("model")["parameters"].to_list()


def said(table: ScoreTable) -> str:
    return " / ".join(issue.what for issue in table.issues)


@pytest.mark.parametrize("name", ["parameters", "Params", "Model size", "#params", "num_parameters", "Size"])
def test_sizes_with_their_unit_are_read_from_a_column_of_any_usual_name(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, name, "7B", "350M", "")
    assert sizes(table) == [7e9, 350e6, None]
    assert table.scores["benchmark"].unique().to_list() == ["mmlu"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("params_b", 1e9), ("#Params (B)", 1e9), ("Model Size (M)", 1e6), ("Size in billions", 1e9)],
)
def test_a_column_whose_name_says_what_it_counts_holds_plain_numbers(
    name: str, unit: float, tmp_path: Path
) -> None:
    assert sizes(read(tmp_path, name, "7", "1.5")) == [7 * unit, 1.5 * unit]


def test_small_numbers_in_a_column_that_does_not_say_what_it_counts_are_not_taken(tmp_path: Path) -> None:
    table = read(tmp_path, "parameters", "7", "13")
    assert sizes(table) == [None, None]
    assert "2 number(s) of parameters are below 10,000 and do not say what they count, such as '7'" in said(
        table
    )


def test_experts_are_left_out_with_the_reason(tmp_path: Path) -> None:
    table = read(tmp_path, "params", "7B", "8x7B", "many")
    assert sizes(table) == [7e9, None, None]
    assert "1 number(s) of parameters say how large each of several experts is" in said(table)
    assert "1 number(s) of parameters are none that can be read, such as 'many'" in said(table)


def test_sizes_under_another_name_describe_the_models_and_are_no_scores(tmp_path: Path) -> None:
    table = read(tmp_path, "Scale", "7B", "8x7B")
    assert table.scores["benchmark"].unique().to_list() == ["mmlu"]
    assert table.columns["value"].sort().to_list() == ["7B", "8x7B"]


def test_a_column_called_size_that_holds_no_sizes_is_no_size_and_no_score(tmp_path: Path) -> None:
    table = read(tmp_path, "size", "big", "small")
    assert sizes(table) == [None, None]
    assert table.columns["value"].sort().to_list() == ["big", "small"]
