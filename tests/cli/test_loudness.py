"""How much is said and where: --quiet, --verbose, --json, and what names from files may not do to a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from confounded.cli import main
from confounded.cli.terminal import Loudness, Terminal, printable
from confounded.cli.values import VERDICTS
from tests.cli.tree import tiny

REPORT = ("--higher-is-safer", "--resamples", "0")


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    return tiny(tmp_path / "tiny.csv")


def report(scores: Path, *more: str) -> int:
    return main(["report", str(scores), *REPORT, "-o", str(scores.parent / "out"), *more])


def test_what_was_written_is_said_and_quiet_says_nothing(
    scores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(scores) == 0
    said = capsys.readouterr()
    assert said.out.startswith("report.html and ")
    assert said.err == ""
    assert report(scores, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_quiet_still_prints_a_verdict_that_was_to_fail(
    scores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(scores, "-q", "--fail-on", ",".join(VERDICTS)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "truthfulqa_mc1 of the chat models is " in said.err


def test_with_json_standard_output_is_json_alone(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(scores, "--json", "--verbose") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["format"] == "confounded-study"
    assert "report.html and " in said.err


@pytest.mark.parametrize("place", ["before", "after"])
def test_verbose_says_what_was_read_from_where_and_when(
    scores: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    line = ["report", str(scores), *REPORT, "-o", str(scores.parent / "out")]
    assert main(["-v", *line] if place == "before" else [*line, "-v"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert all(line.startswith("[") and " s] " in line for line in told)
    (reading,) = [line for line in told if "Reading" in line]
    assert str(scores) in reading
    assert any("14 chat models on 6 benchmarks" in line for line in told)
    times = [float(line[1:].partition(" s]")[0]) for line in told]
    assert times == sorted(times)


def test_verbose_leaves_no_listener_behind(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(scores, "-v") == 0
    capsys.readouterr()
    assert report(scores) == 0
    assert capsys.readouterr().err == ""


def test_quiet_and_verbose_together_make_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "datasets", "-v"]) == 2
    assert "--quiet or --verbose" in capsys.readouterr().err


def test_a_group_and_the_command_in_it_take_them_too(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["datasets", "-q", "list"], ["datasets", "list", "-q"], ["-q", "datasets", "list"]):
        assert main(line) == 0
        assert "safetywashing" in capsys.readouterr().out


@pytest.mark.parametrize("verbose", [False, True])
def test_a_defect_asks_to_be_reported_and_shows_where_under_verbose_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verbose: bool
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("no such\nnumber")

    monkeypatch.setattr("confounded.study.reproduce", broken)
    assert main(["reproduce", *(["-v"] if verbose else [])]) == 70
    said = capsys.readouterr().err
    last = said.splitlines()[-1]
    assert last.startswith("confounded: unexpected error: ZeroDivisionError: no such number. ")
    assert "please report it" in last
    assert ("Traceback" in said) == verbose
    assert verbose or said.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("ρ = 0.31 [−0.22, 0.70] ±\N{NO-BREAK SPACE}5\N{THIN SPACE}%", None),
        ("模型-1", None),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("two\nlines", "two\\nlines"),
        ("a\tb\r", "a\\tb\\r"),
        ("\x9b31m", "\\x9b31m"),
        ("ab\u202edc", "ab\\u202edc"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_steers_a_terminal_is_shown_and_not_sent(text: str, shown: str | None) -> None:
    assert printable(text) == (text if shown is None else shown)


def test_a_benchmark_with_an_escape_code_does_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("model,\x1b[31mevil\nA,0.5\nB,0.6\n", encoding="utf-8")
    for line in (
        ["report", str(path), "-o", str(tmp_path / "out")],
        ["init", str(path), "-o", str(tmp_path)],
    ):
        main(line)
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err


def test_a_usage_error_is_one_line_with_the_way_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "describe"]) == 2
    said = capsys.readouterr().err
    assert said == "confounded: error: Missing argument 'ID'. See: confounded datasets describe --help\n"


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        (["--higher-is-safer"], 0),
        (["--lower-is-safer", "--direction", "sycophancy=higher"], 0),
        (["--lower-is-safer"], 2),  # the catalogue says the other of sycophancy
        (["--direction", "*=higher"], 0),
        (["--higher-is-safer", "--direction", "*=higher"], 0),
        (["--higher-is-safer", "--lower-is-safer"], 2),
        (["--higher-is-safer", "--direction", "*=lower"], 2),
        (["--direction", "mine=higher", "--direction", "mine=lower"], 2),
        ([], 2),
    ],
)
def test_the_direction_of_what_nothing_else_says_can_be_given_by_a_flag(
    tmp_path: Path, options: list[str], outcome: int
) -> None:
    path = tiny(tmp_path / "tiny.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("bbq_amb", "mine"), encoding="utf-8")
    line = ["report", str(path), "--resamples", "0", "-o", str(tmp_path / "out"), *options]
    assert main(line) == outcome
    if outcome == 0:
        result = json.loads((tmp_path / "out" / "result.json").read_bytes())
        (mine,) = [one for one in result["benchmarks"] if one["benchmark"] == "mine"]
        assert mine["direction"] == ("lower" if "--lower-is-safer" in options else "higher")


def test_without_a_command_running_there_is_a_usual_terminal() -> None:
    from confounded.cli.terminal import current_terminal

    assert current_terminal().loudness is Loudness.USUAL
    assert not Terminal().as_json
