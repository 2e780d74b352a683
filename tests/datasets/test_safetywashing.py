"""The score set that ships: that it is whole, and that an edited file is noticed."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import polars as pl
import pytest

from confounded.datasets import available, safetywashing
from confounded.datasets._files import CHECKSUMS, read_verified
from confounded.errors import DatasetError

SHIPPED = Path(str(resources.files("confounded.datasets"))) / "data" / "safetywashing"

LOADERS: dict[str, Callable[[], object]] = {
    "scores.csv": safetywashing.load_scores,
    "published_correlations.csv": safetywashing.published_correlations,
    "published_scores.csv": safetywashing.published_scores,
    "published_summaries.csv": safetywashing.published_summaries,
    "gpt4o.csv": safetywashing.gpt4o_scores,
}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files that the package takes for its own."""
    folder = tmp_path / "data" / "safetywashing"
    shutil.copytree(SHIPPED, folder)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    return folder


def test_no_score_is_lost() -> None:
    table = safetywashing.load_scores()
    populations = dict(table.models.select("model", "population").iter_rows())
    assert sorted(populations.values()) == ["base"] * 27 + ["chat"] * 26
    cells = table.scores.with_columns(population=pl.col("model").replace_strict(populations))
    count = cells.group_by("population").agg(
        scores=pl.len(), models=pl.col("model").n_unique(), benchmarks=pl.col("benchmark").n_unique()
    )
    assert {row[0]: row[1:] for row in count.iter_rows()} == {
        "base": (27 * 176 - 1, 27, 176),
        "chat": (26 * 178 - 6, 26, 178),
    }
    assert table.scores["score"].is_finite().all()
    assert not table.scores.select("model", "benchmark").is_duplicated().any()
    assert table.scores["source"].unique().to_list() == ["safetywashing/scores.csv"]
    assert table.issues == ()


def test_the_missing_cells_are_the_seven_that_are_known() -> None:
    table = safetywashing.load_scores()
    all_cells = table.models.select("model", "population").join(
        table.scores.select("benchmark").unique(), how="cross"
    )
    absent = all_cells.join(table.scores, on=["model", "benchmark"], how="anti").filter(
        ~(
            (pl.col("population") == "base")
            & pl.col("benchmark").is_in(["LMSYS_Chatbot_Arena", "Alpaca-Eval_win-rate"])
        )
    )
    assert set(absent.select("model", "benchmark").iter_rows()) == {
        ("Yi-34B", "cyberseceval2_autocomplete"),
        *(
            (model, "LMSYS_Chatbot_Arena")
            for model in (
                "Qwen1.5-0.5B-Chat",
                "Qwen1.5-1.8B-Chat",
                "Yi-6B-Chat",
                "deepseek-llm-7b-chat",
                "falcon-40b-instruct",
                "falcon-7b-instruct",
            )
        ),
    }


def test_scores_are_read_to_the_last_bit() -> None:
    with (SHIPPED / "scores.csv").open(encoding="utf-8", newline="") as stream:
        text = {(row["model"], row["benchmark"]): row["score"] for row in csv.DictReader(stream)}
    read = safetywashing.load_scores().scores.select("model", "benchmark", "score").iter_rows()
    assert all(score == float(text[model, benchmark]) for model, benchmark, score in read)


def test_no_published_figure_is_lost() -> None:
    correlations = safetywashing.published_correlations()
    assert correlations.height == 271
    kind = pl.col("correlated_with").str.split(" ").list.first()
    assert dict(correlations.group_by(kind).len().iter_rows()) == {
        "capabilities": 227,
        "accuracy": 24,
        "training": 20,
    }
    assert correlations["percent"].is_between(-100, 100).all()
    assert not correlations.select("benchmark", "population", "correlated_with").is_duplicated().any()
    scores = safetywashing.published_scores()
    assert dict(scores.group_by("source").len().iter_rows()) == {"table 9": 53, "figure 17": 27}
    assert set(scores.select("source", "tolerance", pl.col("suite_without").list.join(" ")).iter_rows()) == {
        ("table 9", 0.01, ""),
        ("figure 17", 0.25, "bbh lambada_openai"),
    }


def test_published_figures_are_of_models_and_benchmarks_that_ship() -> None:
    table = safetywashing.load_scores()
    models, benchmarks = set(table.scores["model"]), set(table.scores["benchmark"])
    correlations = safetywashing.published_correlations()
    assert set(correlations["benchmark"]) <= benchmarks
    same_data = correlations["correlated_with"].str.strip_prefix("accuracy on ")
    assert set(same_data) - {"capabilities score", "training compute"} == {"mmlu", "piqa", "medqa_4options"}
    assert set(safetywashing.published_scores()["model"]) == models | {"gpt-4o"}


def test_gpt4o_is_on_the_scale_of_the_other_models() -> None:
    gpt4o = safetywashing.gpt4o_scores()
    assert gpt4o.height == 10
    assert set(gpt4o["model"]) == {"gpt-4o"}
    assert gpt4o["score"].is_between(0, 1).all()
    others = safetywashing.load_scores().scores
    for benchmark in gpt4o["benchmark"]:
        assert others.filter(pl.col("benchmark") == benchmark)["score"].is_between(0, 1).all(), benchmark


@pytest.mark.parametrize("name", LOADERS)
def test_an_edited_file_is_refused(copied: Path, name: str) -> None:
    file = copied / name
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(DatasetError) as caught:
        LOADERS[name]()
    message = str(caught.value)
    assert name in message
    assert "SHA-256" in message
    assert "Install the package again" in message


@pytest.mark.parametrize("name", ["scores.csv", CHECKSUMS])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(DatasetError, match=name):
        safetywashing.load_scores()


def test_a_file_without_a_checksum_is_refused(copied: Path) -> None:
    (copied / "extra.csv").write_text("a\n1\n")
    with pytest.raises(DatasetError, match="to be listed"):
        read_verified("safetywashing", "extra.csv")


def test_every_shipped_file_is_the_one_that_was_released() -> None:
    sums = (SHIPPED / CHECKSUMS).read_text(encoding="utf-8")
    listed = {line.split("  ")[1] for line in sums.splitlines()}
    assert listed | {CHECKSUMS} == {path.name for path in SHIPPED.iterdir()}
    for name in listed:
        assert read_verified("safetywashing", name)


def test_the_column_dictionary_has_every_column_and_no_other() -> None:
    described = pl.read_csv(SHIPPED / "columns.csv")
    assert set(described.select("file", "column").iter_rows()) == {
        (path.name, column) for path in SHIPPED.glob("*.csv") for column in pl.read_csv(path).columns
    }
    assert set(described["type"]) == {"text", "integer", "number"}


def test_the_licence_names_the_holder() -> None:
    text = (SHIPPED / "LICENSE").read_text(encoding="utf-8")
    assert "MIT License" in text
    assert "centerforaisafety" in text


def test_the_registry_says_what_the_set_holds() -> None:
    described = available()["safetywashing"]
    table = safetywashing.load_scores()
    assert described.n_models == table.scores["model"].n_unique()
    assert described.n_benchmarks == table.scores["benchmark"].n_unique()


def test_describing_the_sets_does_not_import_polars() -> None:
    code = "import sys, confounded.datasets as d; d.available(); sys.exit('polars' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(SHIPPED.parents[3])}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
