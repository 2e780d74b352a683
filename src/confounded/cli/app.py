"""The `confounded` command: its group, its errors, and its exit codes."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final

import click

from confounded.cli.commands import COMMANDS, GROUPS
from confounded.cli.help import Group
from confounded.cli.signals import INTERRUPTED, TERMINATED, let_signals_unwind
from confounded.cli.terminal import Terminal
from confounded.errors import ConfoundedError, UnknownError, UnsettledError

__all__ = ["EXIT_CODES", "confounded", "main"]

BAD_INPUT: Final = 2
DEFECT: Final = 70
"""EX_SOFTWARE of sysexits.h: the program is wrong, not what it was given. No other error has this code."""

EXIT_CODES: Final = (
    (0, "done"),
    (1, "a check failed: a verdict of --fail-on was met, a figure differs"),
    (BAD_INPUT, "bad input or usage; nothing was written"),
    (DEFECT, "a defect of the program"),
    (INTERRUPTED, "interrupted (Ctrl-C)"),
    (TERMINATED, "terminated"),
)
"""Every exit code and what it means."""

MOST_FURTHER: Final = 20
"""Places of one error that are told of; the rest are counted."""


class LazyGroup(Group):
    """A group that imports a command when it is run, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return [one.name for one in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = getattr(import_module(f"confounded.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in their groups without importing them."""
        present = COMMANDS
        widest = max(len(one.name) for one in present)
        for group in GROUPS:
            rows = [(one.name.ljust(widest), one.help) for one in present if one.group == group]
            if rows:
                with formatter.section(group):
                    formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<4} {what}" for code, what in EXIT_CODES),
)
@click.version_option(package_name="confounded", message="%(prog)s %(version)s")
def confounded() -> None:
    """Is your safety benchmark confounded with capability?

    A table of models × benchmarks goes in; for each safety benchmark, how much of it is capability comes out.

    \b
    Examples:
      confounded check scores.csv --higher-is-safer
      confounded report                      # the shipped scores of 53 models
      confounded report scores.csv -o out    # your own scores
      confounded plan --for wmdp --population chat
      confounded reproduce                   # the paper's figures, recomputed
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code, one of `EXIT_CODES`.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    let_signals_unwind()
    terminal = Terminal()
    try:
        code = confounded.main(arguments, prog_name="confounded", standalone_mode=False, obj=terminal)
        return code if isinstance(code, int) else 0
    except click.ClickException as problem:
        terminal.error(_with_help(problem))
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        terminal.warn("confounded: interrupted; nothing half-written was left")
        return INTERRUPTED
    except ConfoundedError as problem:
        terminal.error(str(problem))
        for line in _further(problem):
            terminal.warn(line, hang=4)
        for line in _remedies(problem, sys.argv[1:] if arguments is None else arguments):
            terminal.verbatim(line)
        return BAD_INPUT
    except BrokenPipeError:
        return _reader_has_gone()
    except SystemExit as stop:
        # No command exits: click does, with 1, where the reader of our output has gone, and so does termination.
        return TERMINATED if stop.code == TERMINATED else _reader_has_gone()
    except OSError as problem:
        with suppress(OSError):
            terminal.error(f"{problem.strerror or problem}: {problem.filename or 'output'}")
        _let_go_of_output()
        return BAD_INPUT
    except Exception as problem:
        _tell_of_defect(terminal, problem)
        return DEFECT


def _with_help(problem: click.ClickException) -> str:
    """Return what is wrong with the line that was typed, and where the right one stands."""
    said = problem.format_message().rstrip()
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    return said if context is None else f"{said} See: {context.command_path} --help"


def _further(problem: ConfoundedError) -> list[str]:
    """Return the other places that an error is about, a line each."""
    places = problem.further if isinstance(problem, UnsettledError) else ()
    told = [" ".join(place.split()) for place in places[:MOST_FURTHER]]
    rest = len(places) - len(told)
    return [f"  also {place}" for place in told] + ([f"  and {rest} more"] if rest else [])


def _remedies(problem: ConfoundedError, arguments: Sequence[str]) -> list[str]:
    """Return the exact command, and the exact lines of a file, that settle what is not known."""
    if not isinstance(problem, UnknownError):
        return []
    told = []
    if problem.options:
        again = shlex.join(["confounded", *arguments, *problem.options])
        told += [f"  run again{f' (or {problem.others})' if problem.others else ''}:", f"    {again}"]
    if problem.lines:
        file, *lines = problem.lines
        told += [f"  or add to {file} beside the scores:", *(f"    {line}" for line in lines)]
    return told


def _tell_of_defect(terminal: Terminal, problem: Exception) -> None:
    """Say that the program itself is wrong, and with `--verbose` where."""
    if terminal.verbose:
        import traceback

        for line in "".join(traceback.format_exception(problem)).splitlines():
            terminal.warn(line)
    wanted = "with the lines above" if terminal.verbose else "with what the same command says under --verbose"
    said = " ".join(f"{type(problem).__name__}: {problem}".split()).rstrip(".")
    terminal.error(
        f"{said}. This is a defect of confounded; please report it, {wanted}.", kind="unexpected error"
    )


def _reader_has_gone() -> int:
    """End without a complaint where the reader of our output has gone, as in `| head`: that is not an error."""
    _let_go_of_output()
    return 0


def _let_go_of_output() -> None:
    """Throw away what standard output still holds, lest its end complain again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
