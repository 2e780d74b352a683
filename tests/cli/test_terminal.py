"""In a scripted terminal and in a pipe: nothing is cut, nothing steers what is no terminal, nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pexpect
import pytest

from confounded.cli.commands import COMMANDS
from tests.cli.tree import tiny

# Python warns of a fork while threads of a library run. What is forked here becomes another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

SOURCE = Path(__file__).parents[2] / "src"
PATIENCE = 180
LINES = {
    "help": ["--help"],
    "check": ["check", "tiny.csv", "--higher-is-safer", "--no-plan", "-o", "card"],
    "compare": ["compare", "tiny.csv", "after.csv", "--reference", "chat", "--unit", "*=fraction"],
    "plan": ["plan", "--simulations", "20", "--most-families", "30"],
    "report": ["report", "tiny.csv", "--higher-is-safer", "--resamples", "0", "-o", "out"],
    "report -v": ["report", "tiny.csv", "--higher-is-safer", "--resamples", "0", "-o", "out", "-v"],
    "init": ["init", "tiny.csv", "--force", "-o", "declared"],  # not beside: other lines would read it
    "datasets": ["datasets"],
    "datasets describe": ["datasets", "describe", "timm"],
    "datasets path": ["datasets", "path", "safetywashing"],
    "survey": ["survey"],
    "survey of an area": ["survey", "machine-ethics"],
    "survey of a benchmark": ["survey", "machiavelli-power.Σ"],
    "reproduce": ["reproduce"],
    "completion": ["completion", "bash"],
    "an error": ["report", "tiny.csv", "--suite", "one,two,three,four,five,six,seven,eight"],
    "a usage error": ["report", "--no-such-option-at-all-whatever-the-width-of-the-terminal-may-be"],
}
FAILING = frozenset({"an error", "a usage error"})
SCRIPTS = frozenset({"completion"})
"""What is meant for a shell, and is printed as it is."""
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_])")

every_line = pytest.mark.parametrize("name", LINES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small table, and one for temporary files beside it."""
    (tmp_path / "work").mkdir()
    (tmp_path / "temporary").mkdir()
    return filled(tmp_path / "work")


GIVEN = frozenset({"tiny.csv", "after.csv"})


def filled(folder: Path) -> Path:
    tiny(folder / "tiny.csv")
    tiny(folder / "after.csv", better=0.02)
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
    }
    return kept | {
        "PYTHONPATH": str(SOURCE),
        "TERM": "xterm-256color",
        "TMPDIR": str(folder.parent / "temporary"),
        "CONFOUNDED_CACHE": str(folder.parent / "cache"),
        **more,
    }


def terminal(folder: Path, line: Sequence[str], columns: int, **more: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-m", "confounded", *line],
        cwd=str(folder),
        env=environment(folder, **more),
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=PATIENCE,
    )


def ended(child: pexpect.spawn) -> tuple[str, int | None]:
    """Wait for the end and return all that was shown, and the exit code."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before or "", child.exitstatus


def standing(shown: str) -> list[str]:
    """Return the lines that stay on the screen: what was drawn over or erased is not among them."""
    lines, row, column = [""], 0, 0
    for part in re.findall(rf"{ESCAPES.pattern}|[\r\n]|[^\x1b\r\n]+|\x1b", shown):
        if part == "\r":
            column = 0
        elif part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif up := re.fullmatch(r"\x1b\[(\d*)A", part):
            row = max(row - int(up[1] or 1), 0)
        elif not part.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
    return lines


def pipe(folder: Path, line: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "confounded", *line],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )


TIME = re.compile(r"\[ *[\d.]+ s\]")


def letters(text: str) -> list[str]:
    """Return the letters and digits of a text, whatever lines and columns they stand in."""
    return sorted(re.sub(r"[\W_]", "", text))


def test_every_command_is_tried() -> None:
    assert {one.name for one in COMMANDS} <= {line[0] for line in LINES.values()}


class Runs:
    """Each line run once in a terminal of each width, and once in a pipe."""

    def __init__(self, folder: Path) -> None:
        self.in_terminal = cache(lambda name, columns: ended(terminal(folder, LINES[name], columns)))
        self.in_pipe = cache(lambda name: pipe(folder, LINES[name]))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("runs") / "work"
    folder.mkdir()
    (folder.parent / "temporary").mkdir()
    return Runs(filled(folder))


@pytest.mark.parametrize("columns", [80, 200])
@every_line
def test_nothing_is_cut_in_a_terminal(runs: Runs, name: str, columns: int) -> None:
    shown, code = runs.in_terminal(name, columns)
    assert code == (2 if name in FAILING else 0), shown
    lines = standing(shown)
    assert [line for line in lines if "…" in line] == []
    if name in SCRIPTS:
        return
    too_long = [line for line in lines if len(line) > columns]
    # A word that is wider than the terminal, such as a path, stays whole so that it can be copied.
    assert [line for line in too_long if len(line.split()) > 1] == []


@every_line
def test_a_terminal_says_what_a_pipe_says(runs: Runs, name: str) -> None:
    piped = runs.in_pipe(name)
    lines = standing(runs.in_terminal(name, 80)[0])
    if name == "report -v":
        shown, said = (TIME.sub("", text) for text in ("\n".join(lines), piped.stderr + piped.stdout))
        assert letters(shown) == letters(said), f"{shown}\n--- and in a pipe:\n{said}"
    else:
        assert letters("".join(lines)) == letters(piped.stdout + piped.stderr)


@every_line
def test_a_narrow_terminal_is_no_error(runs: Runs, name: str) -> None:
    shown, code = runs.in_terminal(name, 40)
    assert code == (2 if name in FAILING else 0), shown


@every_line
def test_a_pipe_gets_no_escape_codes_and_no_progress(runs: Runs, name: str) -> None:
    done = runs.in_pipe(name)
    assert done.returncode == (2 if name in FAILING else 0), done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    if name in FAILING:
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
    elif name != "report -v":
        assert done.stderr == ""


@pytest.mark.parametrize(
    "name", ["check", "compare", "plan", "report", "init", "datasets", "datasets describe", "reproduce"]
)
def test_with_json_a_pipe_gets_one_document(folder: Path, name: str) -> None:
    line = ["datasets", "list"] if name == "datasets" else LINES[name]
    done = pipe(folder, [*line, "--json", "-v"])
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_no_color_is_respected_in_a_terminal(folder: Path) -> None:
    coloured, _ = ended(terminal(folder, LINES["an error"], 80))
    assert "\x1b[31m" in coloured
    for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain, _ = ended(terminal(folder, LINES["an error"], 80, **variable))
        assert re.search(r"\x1b\[[0-9;]*m", plain) is None


def test_progress_is_shown_in_a_terminal_and_not_when_quiet(folder: Path) -> None:
    shown, _ = ended(terminal(folder, LINES["report"], 80))
    assert "Drawing" in shown
    assert not any("Drawing" in line for line in standing(shown))
    quiet, code = ended(terminal(folder, [*LINES["report"], "--quiet"], 80))
    assert (quiet, code) == ("", 0)


STAGES = ("Reading", "Correlating", "Drawing")


def left_behind(folder: Path) -> list[str]:
    """Return every file and folder that was not there before."""
    places = (folder, folder.parent / "temporary")
    return sorted(path.name for place in places for path in place.rglob("*") if path.name not in GIVEN)


@pytest.mark.parametrize(
    ("name", "stage"), [*(("report", stage) for stage in STAGES), ("check", "Correlating")]
)
def test_ctrl_c_leaves_nothing_behind(folder: Path, name: str, stage: str) -> None:
    child = terminal(folder, [*LINES[name], "-v"], 80)
    child.expect_exact(stage)
    child.sendintr()
    shown, code = ended(child)
    assert code == 130, shown
    assert "interrupted; nothing half-written was left" in " ".join(shown.split())
    assert "Traceback" not in shown
    assert left_behind(folder) == []


def test_ctrl_c_during_long_work_ends_it_soon(folder: Path) -> None:
    child = terminal(folder, [*LINES["report -v"], "--resamples", "3000000"], 80)
    child.expect_exact("Resampling")
    time.sleep(1)
    pressed = time.monotonic()
    child.sendintr()
    shown, code = ended(child)
    assert code == 130, shown
    assert time.monotonic() - pressed < 30
    assert left_behind(folder) == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_request_to_terminate_leaves_nothing_behind(folder: Path, stage: str) -> None:
    child = terminal(folder, LINES["report -v"], 80)
    child.expect_exact(stage)
    child.kill(signal.SIGTERM)
    shown, code = ended(child)
    assert code == 143, shown
    assert "Traceback" not in shown
    assert left_behind(folder) == []


def test_an_interrupted_report_leaves_the_earlier_one_as_it_was(folder: Path) -> None:
    assert pipe(folder, LINES["report"]).returncode == 0
    before = {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    child = terminal(folder, [*LINES["report -v"], "--margin", "0.3"], 80)
    child.expect_exact("Writing")
    child.sendintr()
    _, code = ended(child)
    after = {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    # The key may come too late, when all is in place: then it is the new report, whole.
    assert code == 130 or len(after) == len(before)
    if code == 130:
        assert after == before


@pytest.mark.parametrize("name", ["help", "datasets", "reproduce", "completion"])
def test_a_reader_that_goes_away_is_no_error(folder: Path, name: str) -> None:
    command = [sys.executable, "-m", "confounded", *LINES[name]]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(1)
        child.stdout.close()
        complaint = child.stderr.read()
        assert child.wait(PATIENCE) == 0
    assert complaint == b""
