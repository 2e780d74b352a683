"""Responses of models to items: read as such only where that is said, and their means are the scores."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnsettledError
from confounded.readers import read_items, read_scores
from tests.readers.samples import ITEMS, LONG_RESPONSES, MODELS, RESPONSES, delimited


def wide(folder: Path, rows: Any = RESPONSES, items: Any = ITEMS) -> Path:
    (folder / "responses.csv").write_bytes(delimited(rows))
    if items:
        (folder / "items.csv").write_bytes(delimited(items))
    return folder / "responses.csv"


def long(folder: Path, rows: Any = LONG_RESPONSES) -> Path:
    path = folder / "responses.csv"
    path.write_bytes(delimited(rows))
    return path


def test_a_score_is_the_mean_over_the_items_of_a_benchmark(tmp_path: Path) -> None:
    table = read_scores(wide(tmp_path))
    assert table.scores.height == 2 * len(MODELS)
    for row in table.scores.iter_rows(named=True):
        own = [
            one["score"]
            for one in LONG_RESPONSES
            if (one["model"], one["benchmark"]) == (row["model"], row["benchmark"])
        ]
        assert row["score"] == pytest.approx(statistics.mean(own))
        assert row["stderr"] == pytest.approx(statistics.stdev(own) / len(own) ** 0.5)
        assert row["n_items"] == len(own)
    said = {row["benchmark"]: row for row in table.benchmarks.iter_rows(named=True)}
    assert (said["safe"]["items"], said["sound"]["items"]) == (3, 4)
    assert said["safe"]["item_type"] == "binary mean"
    assert said["safe"]["direction"] is None


def test_wide_and_long_and_a_folder_say_the_same(tmp_path: Path) -> None:
    forms = {name: tmp_path / name for name in ("wide", "long")}
    for folder in forms.values():
        folder.mkdir()
    sources = [wide(forms["wide"]), forms["wide"], long(forms["long"])]
    tables = [read_scores(source).scores.drop("source").sort("model", "benchmark") for source in sources]
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])
    items = [read_items(source).items.drop("source").sort("model", "item") for source in sources]
    assert items[0].height == 7 * len(MODELS)
    assert items[0].equals(items[1])
    assert items[0].equals(items[2])


def test_without_a_list_of_items_a_wide_table_is_one_of_benchmarks(tmp_path: Path) -> None:
    assert set(read_scores(wide(tmp_path, items=None)).scores["benchmark"]) == {f"q{n}" for n in range(1, 8)}


def test_another_table_beside_a_list_of_items_is_one_of_benchmarks(tmp_path: Path) -> None:
    wide(tmp_path)
    (tmp_path / "scores.csv").write_text("model,mmlu\nada-7b,0.5\n", encoding="utf-8")
    assert set(read_scores(tmp_path).scores["benchmark"]) == {"safe", "sound", "mmlu"}


def test_an_item_that_the_list_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="also q7"):
        read_scores(wide(tmp_path, items=ITEMS[:6]))


def test_missing_responses_are_counted_and_take_no_other_with_them(tmp_path: Path) -> None:
    rows = [dict(row) for row in RESPONSES]
    rows[0]["q1"] = ""
    table = read_scores(wide(tmp_path, rows))
    assert any("1 of 42 responses are missing, of 1 of 6 models" in issue.what for issue in table.issues)
    (n_items,) = table.scores.filter(model=MODELS[0], benchmark="safe")["n_items"]
    assert n_items == 2


@pytest.mark.parametrize("form", [wide, long])
@pytest.mark.parametrize("cell", ["yes", "inf", "0,5"])
def test_a_cell_that_is_no_number_stops_with_its_place(tmp_path: Path, form: Any, cell: str) -> None:
    given = RESPONSES if form is wide else LONG_RESPONSES
    column = "q1" if form is wide else "score"
    rows = [{**row, column: cell} if number == 1 else dict(row) for number, row in enumerate(given)]
    path = form(tmp_path, rows)
    with pytest.raises(UnsettledError, match=r"responses\.csv, line 3 \(model"):
        read_scores(path)
    assert read_items(path, lenient=True).items.height == 41


def test_two_responses_of_a_model_to_an_item_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="one response of a model to an item"):
        read_scores(long(tmp_path, [*LONG_RESPONSES, LONG_RESPONSES[0]]))
    with pytest.raises(ContentError, match="one row a model"):
        read_scores(wide(tmp_path, [*RESPONSES, RESPONSES[0]]))


def test_items_worth_more_than_right_or_wrong_are_not_called_binary(tmp_path: Path) -> None:
    rows = [{**row, "score": row["score"] * 0.5} for row in LONG_RESPONSES]
    table = read_scores(long(tmp_path, rows))
    assert table.benchmarks["item_type"].to_list() == [None, None]


def test_a_list_of_items_alone_holds_no_scores(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_bytes(delimited(ITEMS))
    with pytest.raises(ContentError, match="only a list of items"):
        read_scores(tmp_path / "items.csv")
