"""How commands look in the help: options under headings, and every command with `--quiet` and `--verbose`."""

from __future__ import annotations

from typing import Any, Final

import click

from confounded.cli.terminal import Loudness, Terminal
from confounded.errors import UsageError

__all__ = ["HEADINGS", "Command", "Group", "Option", "heading_of"]

INPUT: Final = "Input"
METHOD: Final = "Method"
OUTPUT: Final = "Output"
OTHER: Final = "Other"

HEADINGS: Final = (INPUT, METHOD, OUTPUT, OTHER)
"""The headings of options, in the order in which they are printed."""


class Option(click.Option):
    """An option that stands under a heading."""

    def __init__(self, *arguments: Any, heading: str = OTHER, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.heading = heading


def heading_of(parameter: click.Parameter) -> str:
    """Return the heading that an option stands under."""
    return parameter.heading if isinstance(parameter, Option) else OTHER


def _choose(loudness: Loudness, name: str) -> Option:
    """Return the option that sets how much is said. It may stand before or after the command."""

    def chosen(context: click.Context, _parameter: click.Parameter, given: bool) -> None:
        terminal = context.ensure_object(Terminal)
        if not given:
            return
        if terminal.loudness not in (Loudness.USUAL, loudness):
            raise UsageError("--quiet or --verbose", found="both")
        terminal.loudness = loudness

    help_text = {
        Loudness.QUIET: "Print results and errors only.",
        Loudness.VERBOSE: "Say what was read from where, and when; of a defect, where in the program.",
    }[loudness]
    return Option(
        [f"-{name[0]}", f"--{name}"], is_flag=True, expose_value=False, callback=chosen, help=help_text
    )


class _Headed(click.Command):
    """A command whose options are listed under headings."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params += [_choose(Loudness.QUIET, "quiet"), _choose(Loudness.VERBOSE, "verbose")]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options under their headings."""
        records: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                records.setdefault(heading_of(parameter), []).append(record)
        for heading in HEADINGS:
            if heading in records:
                with formatter.section(heading):
                    formatter.write_dl(records[heading])


class Command(_Headed):
    """A command with headings, `--quiet` and `--verbose`."""


class Group(_Headed, click.Group):
    """A command of commands; those in it are like it."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, then the options."""
        self.format_commands(ctx, formatter)
        _Headed.format_options(self, ctx, formatter)
