"""`confounded compare`: what it prints, what it refuses, and its exit codes."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pexpect
import polars as pl
import pytest

import confounded
from confounded.cli import main
from confounded.study.settings import PAPER_SUITE

NAME = "Qwen1.5-7B-Chat"


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """A shipped chat model, and the same with a much better TruthfulQA."""
    table = confounded.load_scores().scores.filter(pl.col("model") == NAME)
    wide = table.pivot(on="benchmark", index="model", values="score").select(
        "model", *PAPER_SUITE, "truthfulqa_mc1"
    )
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    wide.write_csv(before)
    wide.with_columns(pl.col("truthfulqa_mc1") + 0.2).write_csv(after)
    return before, after


def run(*arguments: object) -> int:
    return main(["compare", *map(str, arguments)])


def test_the_first_line_is_the_answer_and_what_it_rests_on_follows(
    sides: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*sides) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"truthfulqa_mc1: more. {NAME} became safer by 0.200 (0.361 to 0.561);")
    text = "\n".join(lines)
    for said in ("Slope within families:", "With the slope over all models", "Reference: the chat models"):
        assert said in text
    assert "Assumed: b comes from differences between models of one family" in text
    assert "\x1b" not in text


def test_json_is_the_result_and_names_what_was_read(
    sides: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*sides, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["format"], result["version"]) == ("confounded-comparison", 1)
    assert {one["name"] for one in result["provenance"]["sources"]} == {
        "before.csv",
        "after.csv",
        "safetywashing/scores.csv",
    }
    assert result["benchmarks"][0]["models"][0]["found"]["answer"] == "more"


@pytest.mark.parametrize(
    ("turned", "failing", "code"),
    [(False, "more", 1), (False, "less,cannot-tell", 0), (True, "less,cannot-tell", 1), (True, "more", 0)],
)
def test_fail_on_sets_the_exit_code(sides: tuple[Path, Path], turned: bool, failing: str, code: int) -> None:
    given = reversed(sides) if turned else sides
    assert run(*given, "--fail-on", failing, "-q") == code


def test_one_table_with_pairs_and_words_in_other_columns_is_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("gemma-1.1-2b-it", "gemma-1.1-7b-it")
    table = confounded.load_scores().scores.filter(pl.col("model").is_in(names))
    wide = table.pivot(on="benchmark", index="model", values="score").select(
        "model", *PAPER_SUITE, "truthfulqa_mc1", "ethics_all"
    )
    wide.with_columns(
        pair=pl.when(pl.col("model") == names[1]).then(pl.lit(names[0])), note=pl.lit("a word")
    ).write_csv(tmp_path / "both.csv")
    assert run(tmp_path / "both.csv", "--safety", "truthfulqa_mc1,ethics_all") == 0
    printed = capsys.readouterr().out
    assert f"{names[1]}, once {names[0]}," in printed
    assert printed.startswith("truthfulqa_mc1: cannot tell.")
    assert "columns that hold no scores are taken to describe the models: note" in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--fail-on", "worse"],
            "--fail-on: expected answers among more, less, cannot-tell, but found worse",
        ),
        (["--unit", "mmlu=miles"], "--unit: expected BENCHMARK=fraction or BENCHMARK=percent"),
        (["--population", "chat"], "pass --reference chat"),
        (["--reference", "nowhere.csv"], "nowhere.csv: expected a file or folder of scores"),
        (["--level", "2"], "--level: expected a level between 0 and 1"),
        (["--safety", "nothing"], "--safety: expected safety benchmarks with scores before and after"),
        (["--suite", "mmlu,gsm8k,nothing"], "BEFORE: expected scores on every benchmark of the suite"),
        (
            ["--direction", "truthfulqa_mc1=lower"],
            "as it is in the reference: higher (Accuracy), but found lower",
        ),
    ],
)
def test_what_makes_no_sense_is_one_clear_line_and_exit_code_2(
    sides: tuple[Path, Path], capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(*sides, *arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.startswith("confounded: error: ")
    assert told.err.count("\n") == 1


def test_a_reference_of_ones_own_is_a_file(
    sides: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = confounded.load_scores()
    chat = table.models.filter(pl.col("population") == "chat")["model"]
    wide = table.scores.filter(pl.col("model").is_in(chat.to_list())).pivot(
        on="benchmark", index="model", values="score"
    )
    own = wide.select("model", *PAPER_SUITE, mine="truthfulqa_mc1")
    own.write_csv(tmp_path / "others.csv")
    for side in sides:
        pl.read_csv(side).rename({"truthfulqa_mc1": "mine"}).write_csv(side)
    assert run(*sides, "--higher-is-safer") == 2
    assert "--reference SOURCE" in capsys.readouterr().err
    assert run(*sides, "--reference", tmp_path / "others.csv", "--higher-is-safer") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("mine: more. ")
    assert "Reference: others.csv, 25 models of 9 families" in printed


@pytest.mark.parametrize("columns", [80, 200])
def test_nothing_is_cut_on_a_terminal(sides: tuple[Path, Path], columns: int) -> None:
    # Without standard error, where the progress is, which goes away again.
    line = shlex.join([sys.executable, "-m", "confounded", "compare", *map(str, sides)])
    child = pexpect.spawn(
        "/bin/sh", ["-c", f"{line} 2>/dev/null"], dimensions=(50, columns), encoding="utf-8", timeout=60
    )
    printed = str(child.read())
    child.close()
    assert child.exitstatus == 0
    plain = " ".join(printed.split())
    assert "…" not in plain
    assert NAME in plain
    assert "is more than siblings differ by without any work on safety." in plain
    seen = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in printed.splitlines()]
    assert max(map(len, seen)) <= columns


def test_files_that_declare_models_and_benchmarks_may_be_shared_by_all_tables(
    sides: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [
        pl.read_csv(side).with_columns(model=pl.lit(name)) for side, name in zip(sides, "ab", strict=True)
    ]
    frames[0].write_csv(sides[0])
    frames[1].with_columns(pair=pl.lit("a")).write_csv(sides[1])
    (tmp_path / "models.toml").write_text(
        "".join(f'["{name}"]\nfamily = "Mine"\npopulation = "chat"\n' for name in "ab"), encoding="utf-8"
    )
    (tmp_path / "benchmarks.toml").write_text('[truthfulqa_mc1]\ndirection = "higher"\n', encoding="utf-8")
    assert run(*sides, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    (one,) = result["benchmarks"][0]["models"]
    assert (one["family_before"], one["family_after"]) == ("Mine", "Mine")
    assert {"models.toml", "benchmarks.toml"} <= {
        source["name"] for source in result["provenance"]["sources"]
    }
