"""Tables of the Open LLM Leaderboard say what they say, in every form in which they are downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from confounded.errors import ContentError, UnsettledError
from confounded.readers import read_scores
from tests.readers.samples import LEADERBOARD, delimited, parquet, records

VERSION_2 = tuple(
    {
        "fullname": f"org/{name}",
        "Model": f'<a target="_blank" href="https://huggingface.co/org/{name}">org/{name}</a>',
        "T": "x",
        "Type": kind,
        "Average ⬆️": 30.25,
        "IFEval": ifeval,
        "IFEval Raw": ifeval / 100,
        "BBH": 41.5,
        "GPQA": 0.0,
        "Flagged": flagged,
        "#Params (B)": size,
        "Base Model": base,
        "Upload To Hub Date": "2024-06-12",
        "Submission Date": "2024-07-01",
    }
    for name, kind, ifeval, flagged, size, base in (
        ("ada", "🟢 pretrained", 12.75, False, 7.616, "org/ada"),
        ("ada-chat", "💬 chat models (RLHF, DPO, IFT, ...)", 55.5, True, -1, "org/ada (Merge)"),
        ("ada-tuned", "🔶 fine-tuned on domain-specific datasets", 44.25, False, 7.616, "removed"),
    )
)


def changed(row: int, **values: Any) -> list[dict[str, Any]]:
    return [{**one, **values} if number == row else dict(one) for number, one in enumerate(LEADERBOARD)]


def file(folder: Path, content: bytes, name: str = "old.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


FORMS = {
    "t.csv": delimited,
    "t.json": records,
    "t.jsonl": lambda rows: b"\n".join(json.dumps(row).encode() for row in rows),
    "t.parquet": parquet,
    "page.json": lambda rows: json.dumps(
        {"features": [], "rows": [{"row_idx": 0, "row": r} for r in rows]}
    ).encode(),
}


@pytest.mark.parametrize("name", FORMS)
def test_version_1_says_the_same_in_every_form(tmp_path: Path, name: str) -> None:
    table = read_scores(file(tmp_path, FORMS[name](LEADERBOARD), name))
    scores = {(m, b): s for m, b, s in table.scores.select("model", "benchmark", "score").iter_rows()}
    assert len(scores) == 24
    assert scores["org/ada-7b", "arc_challenge"] == 48.21
    assert scores["org/bert-30b", "truthfulqa_mc2"] == 47.53
    assert set(table.benchmarks["unit"]) == {"percent"}
    assert set(table.benchmarks["direction"]) == {"higher"}
    said = dict(table.models.select("model", "population").iter_rows())
    assert said["org/ada-7b"] == "chat"
    assert said["org/ada-70b"] == "base"
    assert dict(table.models.select("model", "parameters").iter_rows())["org/bert-3b"] == 3e9


def test_version_2_is_read_on_the_scale_that_it_ranks_by(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, delimited(VERSION_2)))
    scores = {(m, b): s for m, b, s in table.scores.select("model", "benchmark", "score").iter_rows()}
    assert scores["org/ada-chat", "ifeval"] == 55.5
    assert set(table.scores["benchmark"]) == {"ifeval", "bbh", "gpqa"}
    models = {row["model"]: row for row in table.models.iter_rows(named=True)}
    assert [models[f"org/{name}"]["population"] for name in ("ada", "ada-chat", "ada-tuned")] == [
        "base",
        "chat",
        None,
    ]
    assert models["org/ada-chat"]["parameters"] is None
    assert models["org/ada-chat"]["base_model"] == "org/ada"
    assert models["org/ada"]["base_model"] is None
    assert models["org/ada"]["released"] == "2024-06-12"
    told = " ".join(issue.what for issue in table.issues)
    assert "normalised" in told
    assert "1 model(s) that the leaderboard has flagged" in told


def test_two_submissions_of_one_model_stop_and_are_told_apart(tmp_path: Path) -> None:
    again = {**LEADERBOARD[0], "Precision": "float16", "ARC": 48.9}
    path = file(tmp_path, delimited([*LEADERBOARD, again]))
    with pytest.raises(UnsettledError, match=r"2 scores of model 'org/ada-7b'.*48\.21, 48\.9") as caught:
        read_scores(path)
    assert "bfloat16" in str(caught.value)
    assert "float16" in str(caught.value)
    assert "--lenient" in str(caught.value)
    went_on = read_scores(path, lenient=True)
    (score,) = went_on.scores.filter(model="org/ada-7b", benchmark="arc_challenge")["score"]
    assert score == pytest.approx(48.555)
    assert any(issue.stops for issue in went_on.issues)


@pytest.mark.parametrize("cell", ["high", "inf", "48,21", "#N/A"])
def test_a_cell_that_is_no_number_stops_with_its_place(tmp_path: Path, cell: str) -> None:
    path = file(tmp_path, delimited(changed(1, ARC=cell)))
    with pytest.raises(UnsettledError, match=r"old\.csv, line 3 \(model 'org/ada-70b'\), column 'ARC'"):
        read_scores(path)
    assert read_scores(path, lenient=True).scores.height == 23


def test_a_share_among_percent_stops(tmp_path: Path) -> None:
    path = file(tmp_path, delimited(changed(1, ARC=148.21)))
    with pytest.raises(UnsettledError, match="outside the range"):
        read_scores(path)


def test_columns_that_somebody_added_are_not_lost_in_silence(tmp_path: Path) -> None:
    rows = [{**row, "my_safety": 0.5} for row in LEADERBOARD]
    table = read_scores(file(tmp_path, delimited(rows)))
    assert any("my_safety" in issue.what for issue in table.issues)


def test_contrary_populations_name_the_file(tmp_path: Path) -> None:
    again = {**LEADERBOARD[0], "Type": "pretrained", "T": "?"}
    with pytest.raises(UnsettledError, match=r"old\.csv: .*population of model 'org/ada-7b'"):
        read_scores(file(tmp_path, delimited([*LEADERBOARD, again])))


def test_a_row_without_a_model_is_told(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, delimited(changed(2, Model=""))))
    assert any("1 row(s) without a model" in issue.what for issue in table.issues)
    assert table.scores["model"].n_unique() == 5


def test_a_table_without_scores_of_the_leaderboard_is_refused(tmp_path: Path) -> None:
    from confounded.readers.open_llm_leaderboard import read_open_llm_leaderboard

    with pytest.raises(ContentError, match="columns of scores of the Open LLM Leaderboard"):
        read_open_llm_leaderboard([file(tmp_path, b"Model,T\nA,x\n")])


def test_the_average_is_no_benchmark(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, delimited(LEADERBOARD)))
    assert table.scores.filter(pl.col("benchmark").str.to_lowercase().str.contains("average")).is_empty()
