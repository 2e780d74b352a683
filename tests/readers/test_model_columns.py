"""Readers keep what a file says of models beyond its scores, as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from confounded.readers import read_scores


def said(path: Path) -> dict[str, dict[str, str]]:
    """Return the columns of a file: for each, what it says of each model."""
    found: dict[str, dict[str, str]] = {}
    for model, column, value in read_scores(path, lenient=True).columns.iter_rows():
        found.setdefault(column, {})[model] = value
    return found


def test_words_dates_and_mixed_words_of_a_wide_table_are_kept_and_empty_cells_are_not(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "model,mmlu,Precision,seen,Model Size (B)\nA,0.5,4bit,2024-01-02,7\nB,0.6,bfloat16,n/a,13\nC,0.7, ,,\n"
    )
    assert said(path) == {
        "Precision": {"A": "4bit", "B": "bfloat16"},
        "seen": {"A": "2024-01-02"},
        "Model Size (B)": {"A": "7", "B": "13"},
    }


def test_a_type_that_is_no_population_describes_a_model_in_another_way(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("model,mmlu,type\nA,0.5,open\nB,0.6,closed\n")
    assert said(path) == {"type": {"A": "open", "B": "closed"}}
    assert read_scores(path).models["population"].to_list() == [None, None]


def test_a_long_table_keeps_what_says_one_thing_of_each_model(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("model,benchmark,score,Lab\nA,x,1,l1\nA,y,2,l1\nB,x,1,\nB,y,3,l2\n")
    assert said(path) == {"Lab": {"A": "l1", "B": "l2"}}


def test_parquet_with_truth_values_and_json_records_keep_them_as_words(tmp_path: Path) -> None:
    pl.DataFrame({"model": ["A", "B"], "mmlu": [0.5, 0.6], "open": [True, False]}).write_parquet(
        tmp_path / "t.parquet"
    )
    assert said(tmp_path / "t.parquet") == {"open": {"A": "true", "B": "false"}}
    (tmp_path / "t.json").write_text(json.dumps([{"model": "A", "mmlu": 0.5, "licence": "mit"}]))
    assert said(tmp_path / "t.json") == {"licence": {"A": "mit"}}


def test_the_leaderboards_columns_are_kept_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "T,Model,Average,ARC,HellaSwag,MMLU,TruthfulQA,Winogrande,GSM8K,Type,Architecture,Precision,Merged,Hub License,"
        "#Params (B),Model sha\n"
        "x,a/b,50,50,51,52,53,54,55,pretrained,LlamaForCausalLM,4bit,True,mit,7,abc\n"
    )
    found = said(path)
    assert found["Architecture"] == {"a/b": "LlamaForCausalLM"}
    assert found["Hub License"] == {"a/b": "mit"}
    assert found["#Params (B)"] == {"a/b": "7"}
    assert "Model sha" not in found
    assert "Average" not in found
