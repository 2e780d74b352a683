"""Logs of Inspect AI: the header's scores arrive, and a run that did not end well has none.

``data/inspect/tiny_refusal`` are logs of Inspect AI: 4 samples × 2 epochs of a mock model, two
scorers, written by the engine itself.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnreadableError, UnsettledError
from confounded.readers import inspect_archive, read_scores

DATA = Path(__file__).parent / "data"
LOG = DATA / "inspect" / "tiny_refusal.json"
ARCHIVE = DATA / "inspect" / "tiny_refusal.eval"
ROWS = [
    ("mockllm/model", "tiny_refusal", 0.375, 0.125, 4),
    ("mockllm/model", "tiny_refusal:includes/accuracy", 0.625, 0.125, 4),
]
NEEDS_ZSTANDARD = pytest.mark.skipif(
    importlib.util.find_spec("zstandard") is None, reason="the extra 'inspect' is not installed"
)


def rows(path: Path) -> list[tuple[Any, ...]]:
    scores = read_scores(path).scores.sort("benchmark")
    return scores.select("model", "benchmark", "score", "stderr", "n_items").rows()


def log(**changes: Any) -> dict[str, Any]:
    return json.loads(LOG.read_bytes()) | changes


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_json_log_gives_its_scores_by_every_scorer() -> None:
    assert rows(LOG) == ROWS
    table = read_scores(LOG)
    assert table.benchmarks.select("direction", "part_of").rows() == [(None, None), (None, "tiny_refusal")]
    assert "tiny_refusal:includes/accuracy" in table.issues[0].what


@NEEDS_ZSTANDARD
def test_an_archive_says_the_same_as_the_json_log() -> None:
    assert rows(ARCHIVE) == ROWS


def test_an_archive_of_an_older_engine_needs_no_extra(tmp_path: Path) -> None:
    assert rows(zipped(tmp_path / "old.eval", {"header.json": LOG.read_bytes()})) == ROWS


def test_a_missing_extra_is_a_hint_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UnreadableError) as caught:
        read_scores(ARCHIVE)
    assert "pip install 'confounded[inspect]'" in str(caught.value)


@pytest.mark.parametrize("status", ["started", "error", "cancelled"])
def test_a_run_that_did_not_succeed_has_no_score_even_if_it_has_numbers(tmp_path: Path, status: str) -> None:
    written(tmp_path / "bad.json", log(status=status))
    with pytest.raises(ContentError, match=f"its status is '{status}'"):
        read_scores(tmp_path / "bad.json")
    good = log()
    good["eval"]["model"] = "mockllm/other"
    written(tmp_path / "good.json", good)
    table = read_scores(tmp_path)
    assert set(table.scores["model"]) == {"mockllm/other"}
    assert [issue.where.rpartition("/")[2] for issue in table.issues if status in issue.what] == ["bad.json"]


def test_an_archive_of_a_run_that_is_not_finished_is_stated(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.eval", {"_journal/start.json": b"{}"})
    with pytest.raises(ContentError, match="not finished"):
        read_scores(path)


def test_an_invalidated_log_has_no_score(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="invalidated"):
        read_scores(written(tmp_path / "a.json", log(invalidated=True)))


def test_samples_that_are_missing_are_stated(tmp_path: Path) -> None:
    content = log()
    content["results"]["completed_samples"] = 5
    table = read_scores(written(tmp_path / "a.json", content))
    assert any("only 5 of 8 samples" in issue.what for issue in table.issues)


def test_without_a_stated_headline_the_first_score_stands_for_the_task(tmp_path: Path) -> None:
    content = log()
    del content["results"]["headline"]
    assert rows(written(tmp_path / "a.json", content)) == ROWS
    content["results"]["headline"] = {"score": "includes", "metric": "accuracy"}
    found = dict(row[1:3] for row in rows(written(tmp_path / "a.json", content)))
    assert found == {"tiny_refusal": 0.625, "tiny_refusal:match/accuracy": 0.375}


def test_two_reducers_of_one_scorer_are_two_benchmarks(tmp_path: Path) -> None:
    content = log()
    content["results"]["scores"][1] = content["results"]["scores"][0] | {"reducer": "at_least_1"}
    names = [row[1] for row in rows(written(tmp_path / "a.json", content))]
    assert names == ["tiny_refusal", "tiny_refusal:match/accuracy,at_least_1"]


def test_different_arguments_of_one_task_are_stated(tmp_path: Path) -> None:
    for name, arguments in (("a", {"subset": 1}), ("b", {})):
        content = log()
        content["eval"] |= {"model": name, "task_args_passed": arguments}
        written(tmp_path / f"{name}.json", content)
    assert any("different arguments: tiny_refusal" in issue.what for issue in read_scores(tmp_path).issues)


def test_two_logs_of_one_model_and_task_with_other_scores_stop(tmp_path: Path) -> None:
    for name, value in (("a", 0.375), ("b", 0.5)):
        content = log()
        content["results"]["scores"][0]["metrics"]["accuracy"]["value"] = value
        written(tmp_path / f"{name}.json", content)
    with pytest.raises(UnsettledError, match=r"2 scores of model 'mockllm/model'.*0\.375, 0\.5") as caught:
        read_scores(tmp_path)
    assert "a.json" in str(caught.value)
    assert "b.json" in str(caught.value)
    went_on = read_scores(tmp_path, lenient=True)
    assert 0.4375 in went_on.scores["score"].to_list()
    assert any(issue.stops for issue in went_on.issues)


def test_the_same_log_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path / f"{name}.json", log())
    table = read_scores(tmp_path)
    assert not table.scores.select("model", "benchmark").is_duplicated().any()
    assert any("more than once with the same value" in issue.what for issue in table.issues)


def test_a_metric_without_a_number_is_told(tmp_path: Path) -> None:
    content = log()
    content["results"]["scores"][0]["metrics"]["accuracy"]["value"] = float("nan")
    table = read_scores(written(tmp_path / "a.json", content))
    assert any("without a finite number" in issue.what for issue in table.issues)


@pytest.mark.parametrize("cut", [0, 10, 500, 1900])
def test_a_cut_archive_is_one_clear_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.eval"
    path.write_bytes(ARCHIVE.read_bytes()[:cut])
    with pytest.raises(UnreadableError, match=r"cut\.eval"):
        read_scores(path)


@NEEDS_ZSTANDARD
def test_a_flipped_byte_in_the_header_is_no_silent_number(tmp_path: Path) -> None:
    with zipfile.ZipFile(ARCHIVE) as archive:
        begin = archive.getinfo("header.json").header_offset + 60
    for offset in range(begin, begin + 400, 40):
        content = bytearray(ARCHIVE.read_bytes())
        content[offset] ^= 0xFF
        path = tmp_path / "flipped.eval"
        path.write_bytes(content)
        with pytest.raises(UnreadableError, match=r"flipped\.eval"):
            read_scores(path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="another zip archive"):
        read_scores(zipped(tmp_path / "a.eval", {"word/document.xml": b"<a/>"}))


def test_a_header_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(inspect_archive.LARGEST_MEMBER, "header.json", 1000)
    with pytest.raises(UnreadableError, match=r"header\.json of at most"):
        read_scores(zipped(tmp_path / "bomb.eval", {"header.json": b" " * 100_000}))
