"""The help is grouped, whole, fast, and its examples are lines that the program takes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from confounded.cli import main
from confounded.cli.commands import COMMANDS, GROUPS
from confounded.cli.help import HEADINGS, Command, Group, Option
from tests.cli.tree import commands

SOURCE = Path(__file__).parents[2] / "src"
HEAVY = ("numpy", "polars", "numba", "scipy", "vl_convert", "rich", "msgspec", "jinja2")
TREE = dict(commands())
every_command = pytest.mark.parametrize("words", TREE, ids=" ".join)


def help_of(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*words, "--help"]) == 0
    return capsys.readouterr().out


def test_the_commands_stand_in_groups_as_people_think(capsys: pytest.CaptureFixture[str]) -> None:
    lines = help_of((), capsys).splitlines()
    headings = [line[:-1] for line in lines if line[:-1] in GROUPS]
    assert headings == [group for group in GROUPS if any(one.group == group for one in COMMANDS)]
    for entry in COMMANDS:
        (place,) = [number for number, line in enumerate(lines) if line.startswith(f"  {entry.name} ")]
        assert [line[:-1] for line in lines[:place] if line[:-1] in GROUPS][-1] == entry.group
        assert entry.help in lines[place]


def test_a_command_whose_module_is_not_there_is_not_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = COMMANDS[0]._replace(name="no_such_command", help="Do nothing.")
    monkeypatch.setattr("confounded.cli.commands.COMMANDS", (*COMMANDS, absent))
    assert "no_such_command" not in help_of((), capsys)
    assert main(["no_such_command"]) == 2


@every_command
def test_every_command_has_a_text_and_examples_and_its_options_stand_under_headings(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    command = TREE[words]
    assert isinstance(command, Command | Group)
    said = help_of(words, capsys)
    assert "Examples:" in said
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert isinstance(option, Option), f"{option.name} has no heading: declare it with options.option"
            assert option.heading in HEADINGS


@every_command
def test_no_line_of_the_help_is_wider_than_80_columns(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert [line for line in help_of(words, capsys).splitlines() if len(line) > 80] == []


def examples(command: click.Command) -> list[str]:
    block = (command.help or "").partition("Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in block.splitlines() if line.strip()]


@every_command
def test_every_example_is_a_line_that_the_program_takes(words: tuple[str, ...]) -> None:
    found = examples(TREE[words])
    assert found
    for line in found:
        for inner in re.findall(r"\$\((.*?)\)", line):
            parsed(shlex.split(inner))
        parsed(shlex.split(re.split(r" [|>] ", line)[0], comments=True))


def parsed(typed: list[str]) -> None:
    """Parse a line as the program would, without running the command."""
    if typed[0] == "eval":  # what it evaluates was parsed before
        return
    assert typed.pop(0) == "confounded"
    words = tuple(typed[:2]) if tuple(typed[:2]) in TREE else tuple(typed[:1])
    # A folder that must be there is one that is.
    given = ["." if one.startswith("/media/") else one for one in typed[len(words) :]]
    TREE[words].make_context(" ".join(words), given)


def test_what_is_loaded_for_a_help_text_is_light() -> None:
    lines = [f"main({[*words, '--help']!r})" for words in [(), *TREE]]
    seen = f"print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    code = "\n".join(["import sys", "from confounded.cli import main", *lines, seen])
    done = run_python(code)
    assert done.splitlines()[-1] == "loaded:"


def run_python(code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_listing_of_commands_imports_none() -> None:
    code = (
        "import sys\nfrom confounded.cli import main\nmain(['--help'])\n"
        "print(*(name for name in sys.modules if name.startswith('confounded.cli.')))"
    )
    loaded = run_python(code).splitlines()[-1].split()
    assert not {f"confounded.cli.{one.name}" for one in COMMANDS} & set(loaded)
