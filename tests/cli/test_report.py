"""The report from the command line: what it writes, what it refuses, and how it says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from confounded.cli import main
from confounded.datasets import safetywashing


def wide(path: Path, population: str, **changes: str) -> Path:
    """Write the shipped scores of a population as one row a model, rows and columns reversed."""
    table = safetywashing.load_scores()
    models = table.models.filter(table.models["population"] == population)["model"].to_list()
    frame = table.scores.filter(table.scores["model"].is_in(models)).pivot(
        on="benchmark", index="model", values="score"
    )
    frame.reverse().select("model", *sorted(frame.columns[1:], reverse=True)).write_csv(path)
    return path


def correlations(folder: Path) -> dict[tuple[str, str], float | None]:
    result = json.loads((folder / "result.json").read_bytes())
    return {(one["population"], one["benchmark"]): one["rho"] for one in result["correlations"]}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "out"
    assert main(["report", "-o", str(folder)]) == 0
    return folder


def test_the_shipped_study_is_written_whole(shipped: Path) -> None:
    assert {"report.html", "result.json", "tables", "figures"} <= {path.name for path in shipped.iterdir()}
    assert list((shipped / "tables").glob("*.csv"))
    assert list((shipped / "figures").glob("*.svg"))
    assert len(correlations(shipped)) == 354


def test_the_same_input_gives_the_same_bytes(shipped: Path, tmp_path: Path) -> None:
    assert main(["report", "-o", str(tmp_path / "again")]) == 0
    files = sorted(path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()
    )
    for file in files:
        assert (shipped / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_a_shuffled_copy_of_the_matrices_gives_the_same_correlations(shipped: Path, tmp_path: Path) -> None:
    sources = [str(wide(tmp_path / f"{name}.csv", name)) for name in ("chat", "base")]
    assert main(["report", *sources, "-o", str(tmp_path / "out")]) == 0
    expected, found = correlations(shipped), correlations(tmp_path / "out")
    assert found == expected


def test_a_folder_of_files_is_a_source(shipped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    folder.mkdir()
    wide(folder / "chat.csv", "chat")
    wide(folder / "base.csv", "base")
    assert main(["report", str(folder), "-o", str(tmp_path / "out")]) == 0
    assert correlations(tmp_path / "out") == correlations(shipped)


def test_json_records_are_scores_and_no_result(shipped: Path, tmp_path: Path) -> None:
    sources = []
    for name in ("chat", "base"):
        frame = pl.read_csv(wide(tmp_path / f"{name}.csv", name))
        frame.write_json(tmp_path / f"{name}.json")
        sources.append(str(tmp_path / f"{name}.json"))
    assert main(["report", *sources, "-o", str(tmp_path / "out")]) == 0
    assert correlations(tmp_path / "out") == correlations(shipped)


def test_a_result_is_shown_again_byte_for_byte(shipped: Path, tmp_path: Path) -> None:
    assert main(["report", str(shipped / "result.json"), "-o", str(tmp_path / "out")]) == 0
    for file in ("result.json", "report.html"):
        assert (tmp_path / "out" / file).read_bytes() == (shipped / file).read_bytes()


def test_json_goes_to_standard_output(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(shipped / "result.json"), "--json", "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.encode() == (shipped / "result.json").read_bytes()


def test_no_time_and_no_place_stand_in_the_result(shipped: Path) -> None:
    text = (shipped / "result.json").read_text(encoding="utf-8")
    assert str(shipped) not in text
    assert str(Path.cwd()) not in text
    assert "threads" not in json.loads(text)["provenance"]["settings"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.json", b'{"format": "confounded-study", '),
        ("other.json", b"[1, 2]"),
        ("deep.json", b"[" * 100_000),
        ("old.json", b'{"format": "confounded-study", "version": 0}'),
        ("cut.json", b'{"format": "confounded-study", "version": 1}'),
        ("latin.json", b'{"format": "\xe9"}'),
        ("empty.json", b""),
        ("empty.csv", b""),
        ("words.csv", b"model,mmlu\nA,high\n"),
        ("sheet.xlsx", b"PK\x03\x04"),
    ],
)
def test_bad_input_is_one_clear_line_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    assert main(["report", str(source), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("confounded: error: ")
    assert name in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_file_that_is_not_there_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "no-such-file.csv", "-o", str(tmp_path / "out")]) == 2
    assert "no-such-file.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_an_output_folder_that_cannot_be_is_one_clear_line(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    folder = taken if place == "a file" else taken / "out"
    assert main(["report", str(shipped / "result.json"), "-o", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "taken" in said
    assert said.count("\n") == 1
    assert taken.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(
    "options", [["--direction", "mmlu"], ["--direction", "mmlu=up"], ["--suite", "mmlu"], ["--missing", "no"]]
)
def test_options_that_make_no_sense_exit_with_2(tmp_path: Path, options: list[str]) -> None:
    assert main(["report", *options, "-o", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_two_sources_of_which_one_is_a_result_are_refused(shipped: Path, tmp_path: Path) -> None:
    source = wide(tmp_path / "chat.csv", "chat")
    sources = [str(source), str(shipped / "result.json")]
    assert main(["report", *sources, "-o", str(tmp_path / "out")]) == 2


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    source = Path(__file__).parents[2] / "src"
    return subprocess.run(
        [sys.executable, "-m", "confounded", *arguments],
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_colour_stays_on_terminals() -> None:
    done = run("report", "no-such-file.csv")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


def test_completion_prints_a_script() -> None:
    done = run("completion", "bash")
    assert done.returncode == 0
    assert "_CONFOUNDED_COMPLETE=bash_complete" in done.stdout


def test_every_command_has_a_help_text_with_an_example() -> None:
    from confounded.cli.commands import COMMANDS

    for command in (one.name for one in COMMANDS):
        done = run(command, "--help")
        assert done.returncode == 0
        assert "Examples:" in done.stdout


def test_a_sign_that_turns_in_a_part_of_the_models_is_said_on_the_terminal_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(1)
    ability, small = rng.normal(size=180), np.arange(180) // 3 % 4 == 0
    table = pl.DataFrame(
        {
            "model": [f"m{i:03}" for i in range(180)],
            "family": [f"f{i // 3}" for i in range(180)],
            "population": ["chat"] * 180,
            "parameters": np.where(small, 1e9, 70e9),
            **{name: ability + 0.3 * rng.normal(size=180) for name in ("mmlu", "gsm8k", "bbh", "plain")},
            "safe": np.where(small, -ability, ability) + 0.3 * rng.normal(size=180),
        }
    )
    table.write_csv(tmp_path / "s.csv")
    arguments = [
        str(tmp_path / "s.csv"),
        "--higher-is-safer",
        "--resamples",
        "0",
        "-o",
        str(tmp_path / "out"),
    ]
    assert main(["report", *arguments]) == 0
    said = " ".join("".join(capsys.readouterr()).split())
    assert "safe, chat models: " in said
    assert "Sign reversal: Over 180 chat models ρ is +0." in said
    assert "but −0." in said
    assert "models of 15 families in the stratum 'below 3 billion parameters'" in said
    assert "plain, chat" not in said
    assert main(["report", str(tmp_path / "out" / "result.json"), "-o", str(tmp_path / "again")]) == 0
    assert "Sign reversal: " in capsys.readouterr().out
    assert main(["--quiet", "report", *arguments]) == 0
    assert "Sign reversal" not in capsys.readouterr().out


def test_what_models_are_parted_by_is_said_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(1)
    ability = rng.normal(size=40)
    pl.DataFrame(
        {
            "model": [f"m{i:02}" for i in range(40)],
            "family": [f"f{i // 4}" for i in range(40)],
            "population": ["chat"] * 40,
            "lab": ["a", "b"] * 20,
            **{name: ability + 0.3 * rng.normal(size=40) for name in ("mmlu", "gsm8k", "bbh", "safe")},
        }
    ).write_csv(tmp_path / "s.csv")
    arguments = ["--by", "lab", "--higher-is-safer", "--resamples", "0", "-o", str(tmp_path / "out")]
    assert main(["report", str(tmp_path / "s.csv"), *arguments]) == 0
    said = " ".join("".join(capsys.readouterr()).split())
    assert "safe, chat models: " in said
    assert " over 40 models of 10 families. By lab: within groups" in said
    assert " a 0." in said.partition("By lab:")[2]
    assert main(["report", str(tmp_path / "s.csv"), *arguments[2:], "--by", "laboratory"]) == 2
    assert "lab" in capsys.readouterr().err
