"""The `confounded` command: its group, its errors, and its exit codes.

Exit codes: 0 done, 1 a check failed, 2 bad input or usage, 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final

import click

from confounded.errors import ConfoundedError, UnsettledError

__all__ = ["main"]

COMMANDS: Final[Mapping[str, str]] = {
    "report": "Study scores and write the report.",
    "plan": "Say how many models would settle a benchmark.",
    "init": "Write a benchmarks.toml to fill in.",
    "reproduce": "Recompute the paper's published figures.",
    "datasets": "List, describe and fetch score sets and capability references.",
    "completion": "Print the completion script of a shell.",
}
"""Every command and its one-line help, so that listing them imports none."""

BAD_INPUT: Final = 2
MOST_FURTHER: Final = 20
"""Places of one error that are told of; the rest are counted."""

INTERRUPTED: Final = 130
TERMINATED: Final = 143


class LazyGroup(click.Group):
    """A group that imports a command when it is run, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"confounded.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a check failed, 2 bad input or usage.",
)
@click.version_option(package_name="confounded", message="%(prog)s %(version)s")
def confounded() -> None:
    """Is your safety benchmark confounded with capability?

    A table of models × benchmarks goes in; for each safety benchmark, how much of it is capability comes out.

    \b
    Examples:
      confounded report                     the shipped scores of 53 models
      confounded report scores.csv -o out   your own scores
      confounded plan --for wmdp --population chat
      confounded reproduce                  the paper's figures, recomputed
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    _let_termination_clean_up()
    try:
        code = confounded.main(arguments, prog_name="confounded", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return BAD_INPUT
    except click.Abort:
        click.echo("confounded: interrupted; nothing half-written was left", err=True)
        return INTERRUPTED
    except ConfoundedError as problem:
        click.echo(click.style("confounded: error: ", fg="red", bold=True) + str(problem), err=True)
        for line in _further(problem):
            click.echo(line, err=True)
        return BAD_INPUT
    except BrokenPipeError:
        return _reader_has_gone()
    except SystemExit as stop:
        # No command exits: click does, with 1, where the reader of our output has gone, and so does termination.
        return TERMINATED if stop.code == TERMINATED else _reader_has_gone()
    except OSError as problem:
        with suppress(OSError):
            click.echo(
                f"confounded: error: {problem.strerror or problem}: {problem.filename or 'output'}", err=True
            )
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    return code if isinstance(code, int) else 0


def _further(problem: ConfoundedError) -> list[str]:
    """Return the other places that an error is about, a line each."""
    places = problem.further if isinstance(problem, UnsettledError) else ()
    told = [" ".join(place.split()) for place in places[:MOST_FURTHER]]
    rest = len(places) - len(told)
    return [f"  also {place}" for place in told] + ([f"  and {rest} more"] if rest else [])


def _reader_has_gone() -> int:
    """End without a complaint where the reader of our output has gone, as in `| head`: that is not an error."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return 0


def _let_termination_clean_up() -> None:
    """Let a request to terminate unwind the program, so that nothing half-written is left."""

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(TERMINATED)

    with suppress(ValueError):  # only the main thread may do this
        signal.signal(signal.SIGTERM, stop)
