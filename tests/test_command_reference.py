"""The reference page of the command line says what the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from scripts.build_command_reference import PAGE, described_options, reference
from tests.cli.tree import commands

REMEDY = "run `make docs-reference`"


def test_the_page_is_the_one_that_the_commands_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), REMEDY


def test_every_command_and_every_option_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for words, command in commands():
        heading = f"# confounded {' '.join(words)}\n"
        assert heading in page, REMEDY
        section = page.partition(heading)[2].partition("\n#")[0]
        for option in described_options(command):
            item = re.search(rf"^- `[^`]*{option.opts[-1]}\b[^`]*`: (.+)$", section, flags=re.MULTILINE)
            assert item, f"{' '.join(words)} {option.opts[-1]}: {REMEDY}"


def test_a_new_option_would_make_the_page_stale() -> None:
    words, command = next(iter(commands()))
    added = click.Option(["--no-such-option"], help="Nothing.")
    command.params.append(added)
    try:
        assert "--no-such-option" in reference(), words
    finally:
        command.params.remove(added)


def test_the_page_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.chdir(Path("/"))
    narrow = reference()
    monkeypatch.setenv("COLUMNS", "200")
    assert reference() == narrow
