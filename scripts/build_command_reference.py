"""Write `docs/commands.md`, the reference of the command line, from the commands themselves.

Usage: python scripts/build_command_reference.py [--check]

With --check nothing is written, and the exit code is 1 where the page is not what it would be.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from confounded.cli.app import EXIT_CODES, confounded
from confounded.cli.commands import COMMANDS, GROUPS
from confounded.cli.help import HEADINGS, heading_of

PAGE: Final = Path(__file__).parent.parent / "docs" / "commands.md"

COMMON: Final = frozenset({"--quiet", "--verbose", "--help"})
"""Options that every command has; they are told of once."""

TOP: Final = """\
<!-- Generated from the commands by scripts/build_command_reference.py (`make docs-reference`). Do not edit. -->

# Commands

`confounded COMMAND --help` prints the same. Results go to standard output, and with `--json` nothing but JSON does;
messages, errors and progress go to standard error. Colour and progress are for terminals only, and `NO_COLOR` is
respected. On a terminal lines are broken at its width, in a pipe never.
"""


def reference() -> str:
    """Return the page."""
    parts = [TOP, _every_command(), _exit_codes()]
    context = click.Context(confounded, info_name="confounded")
    for group in GROUPS:
        entries = [one for one in COMMANDS if one.group == group]
        if entries:
            parts.append(f"## {group}\n")
        for entry in entries:
            command = confounded.get_command(context, entry.name)
            if command is None:
                raise SystemExit(f"confounded.cli.{entry.name} has no command {entry.name}")
            parts += _sections(command, click.Context(command, info_name=entry.name, parent=context), "###")
    return "\n".join(parts).rstrip() + "\n"


def described_options(command: click.Command) -> list[click.Option]:
    """Return the options of a command that its section tells of."""
    return [one for one in command.params if isinstance(one, click.Option) and not COMMON & {*one.opts}]


def _every_command() -> str:
    """Return what every command takes."""
    context = click.Context(confounded, info_name="confounded", help_option_names=["-h", "--help"])
    lines = [_option(one, context) for one in confounded.get_params(context) if COMMON & {*one.opts}]
    return "Every command takes, before or after its name:\n\n" + "\n".join(lines) + "\n"


def _exit_codes() -> str:
    rows = [f"| {code} | {what} |" for code, what in EXIT_CODES]
    return "\n".join(["| exit code | |", "|---|---|", *rows]) + "\n"


def _sections(command: click.Command, context: click.Context, marks: str) -> Iterator[str]:
    """Yield the section of a command, then those of the commands in it."""
    usage = " ".join(command.get_usage(context).removeprefix("Usage:").split())
    yield f"{marks} {context.command_path}\n"
    yield f"```\n{usage}\n```\n"
    yield from _help(command)
    for heading in HEADINGS:
        options = [one for one in described_options(command) if heading_of(one) == heading]
        if options:
            yield f"**{heading}**\n"
            yield "\n".join(_option(one, context) for one in options) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _sections(inner, click.Context(inner, info_name=name, parent=context), marks + "#")


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a help text; what keeps its line breaks becomes a block of code."""
    text = inspect.cleandoc(command.help or "")
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            title, *lines = paragraph.removeprefix("\b\n").splitlines()
            code = inspect.cleandoc("\n".join(["", *lines]))
            yield f"{title}\n\n```sh\n{code}\n```\n"
        else:
            yield _escaped(" ".join(paragraph.split())) + "\n"


def _option(option: click.Parameter, context: click.Context) -> str:
    """Return an option as an item of a list."""
    record = option.get_help_record(context)
    if record is None:
        return ""
    names, help_text = record
    return f"- `{names}`: {_escaped(' '.join(help_text.split()))}"


def _escaped(text: str) -> str:
    """Return text in which nothing but `code` means something to Markdown."""
    return "".join(
        part if part.startswith("`") else re.sub(r"([*<])", r"\\\1", part)
        for part in re.split(r"(`[^`]*`)", text)
    )


def main() -> int:
    """Write the page, or compare it."""
    text = reference()
    if "--check" in sys.argv[1:]:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
