"""Scores on single items in logs of Inspect AI: from the reductions, and never other than the header's mean."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import UnreadableError, UnsettledError
from confounded.readers import read_items
from confounded.readers.inspect_items import VALUES, read_inspect_items

DATA = Path(__file__).parent / "data" / "inspect"
HEADLINE = {"item-1": 0.5, "item-2": 0.5, "item-3": 0.5, "item-4": 0.0}


def log(**changes: Any) -> dict[str, Any]:
    return json.loads((DATA / "tiny_refusal.json").read_bytes()) | changes


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def items(path: Path, benchmark: str = "tiny_refusal") -> list[float]:
    return read_items(path).items.filter(benchmark=benchmark)["score"].to_list()


def one_scorer(values: list[Any], mean: float | None) -> dict[str, Any]:
    """A log of one scorer, the mean of which is what its header says."""
    content = log()
    content["reductions"] = [
        {"scorer": "match", "samples": [{"value": value, "sample_id": n} for n, value in enumerate(values)]}
    ]
    score = content["results"]["scores"][0]
    score["metrics"] = {"accuracy": {"name": "accuracy", "value": mean, "params": {}}}
    content["results"]["scores"] = [score]
    return content


def test_items_are_called_as_the_header_calls_their_mean() -> None:
    table = read_items(DATA / "tiny_refusal.json")
    assert set(table.items["benchmark"]) == {"tiny_refusal", "tiny_refusal:includes/accuracy"}
    headline = table.items.filter(benchmark="tiny_refusal")
    assert dict(headline.select("item", "score").iter_rows()) == HEADLINE
    assert set(table.items["model"]) == {"mockllm/model"}


@pytest.mark.skipif(
    importlib.util.find_spec("zstandard") is None, reason="the extra 'inspect' is not installed"
)
def test_an_archive_says_the_same() -> None:
    columns = ["model", "benchmark", "metric", "item", "score"]
    archive, document = (
        read_items(DATA / f"tiny_refusal{ending}").items.select(columns) for ending in (".eval", ".json")
    )
    assert archive.equals(document)


def test_letters_and_words_count_as_the_engine_counts_them(tmp_path: Path) -> None:
    values = [*VALUES, "yes", "No", True, "0.25"]
    expected = [1.0, 0.5, 0.0, 0.0, 1.0, 0.0, 1.0, 0.25]
    path = written(tmp_path / "a.json", one_scorer(values, sum(expected) / len(expected)))
    assert items(path) == expected


def test_a_missing_score_is_left_out_and_text_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", one_scorer([1, None, float("nan"), "maybe", 0], 0.5))
    assert items(path) == [1.0, 0.0]
    assert any("text that is no number (match)" in issue.what for issue in read_items(path).issues)


@pytest.mark.parametrize("value", [1e300, float("inf")])
def test_an_infinite_or_huge_score_is_told(tmp_path: Path, value: float) -> None:
    table = read_items(written(tmp_path / "a.json", one_scorer([1, 0, value], 0.5)))
    assert table.items["score"].to_list() == [1.0, 0.0]
    assert any("infinite or too large" in issue.what for issue in table.issues)


def test_a_mean_that_is_not_the_headers_stops(tmp_path: Path) -> None:
    content = log()
    content["reductions"][0]["samples"][0]["value"] = 1.0
    path = written(tmp_path / "a.json", content)
    with pytest.raises(
        UnsettledError, match=r"a\.json.*mean of 4 items.*0\.5, but the header of the log says 0\.375"
    ):
        read_items(path)
    assert set(read_items(path, lenient=True).items["benchmark"]) == {"tiny_refusal:includes/accuracy"}


def test_a_dictionary_is_a_benchmark_a_key(tmp_path: Path) -> None:
    content = one_scorer([{"a": 1, "b": 0}, {"a": 0, "b": 0}], None)
    content["results"]["scores"] = [
        {"name": key, "scorer": "match", "metrics": {"accuracy": {"name": "accuracy", "value": value}}}
        for key, value in (("a", 0.5), ("b", 0.0))
    ]
    table = read_items(written(tmp_path / "d.json", content))
    assert {name: rows["score"].to_list() for (name,), rows in table.items.group_by("benchmark")} == {
        "tiny_refusal": [1.0, 0.0],
        "tiny_refusal:b/accuracy": [0.0, 0.0],
    }


def test_without_reductions_samples_are_averaged_over_epochs(tmp_path: Path) -> None:
    content = one_scorer([], 0.75)
    content["reductions"] = None
    content["samples"] = [
        {"id": number, "epoch": epoch, "scores": {"match": {"value": value}}}
        for number, values in ((1, "CI"), (2, "CC"))
        for epoch, value in enumerate(values)
    ]
    assert items(written(tmp_path / "a.json", content)) == [0.5, 1.0]


def test_two_logs_with_other_scores_on_an_item_stop(tmp_path: Path) -> None:
    written(tmp_path / "a.json", one_scorer([1, 0], 0.5))
    written(tmp_path / "b.json", one_scorer([1, 1], 1.0))
    with pytest.raises(UnsettledError, match=r"2 items of model 'mockllm/model'.*1 of them different"):
        read_items(tmp_path)
    assert read_items(tmp_path, lenient=True).items["score"].to_list() == [1.0, 0.5]


def test_the_manifests_that_the_engine_leaves_are_not_read(tmp_path: Path) -> None:
    written(tmp_path / "a.json", log())
    for name in ("logs.json", "eval-set.json", "listing.json"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    assert read_items(tmp_path).items.height == 8


@pytest.mark.parametrize("status", ["started", "error", "cancelled"])
def test_a_run_that_did_not_end_well_has_no_items(tmp_path: Path, status: str) -> None:
    path = written(tmp_path / "a.json", log(status=status))
    with pytest.raises(UnreadableError, match=f"its status is '{status}'"):
        read_items(path)
    assert read_inspect_items([path]).items.is_empty()
