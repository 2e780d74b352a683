"""What the commands say, and where: the one place that knows of terminals, pipes, widths and colours.

Results go to standard output. What was done goes there too, but to standard error where `--json` makes standard
output JSON alone. Warnings, errors, progress and what `--verbose` tells go to standard error. Colour is for terminals
only, and not where ``NO_COLOR`` is set. On a terminal lines are broken between words at its width; in a pipe never.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Collection, Sequence
from enum import Enum
from typing import Final, TextIO

import click

__all__ = ["Loudness", "Terminal", "coloured", "current_terminal", "printable", "width_of"]

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what steers a terminal or the direction of text, and is not seen."""

NARROWEST: Final = 20
"""Columns below which lines are not broken further."""


class Loudness(Enum):
    """How much is said."""

    QUIET = "results and errors"
    USUAL = "also what was done"
    VERBOSE = "also what was read from where, and when"


class Terminal:
    """What a run of the command line says.

    Parameters
    ----------
    loudness : Loudness, optional
    as_json : bool, optional
        Whether standard output is for JSON alone.
    """

    def __init__(self, loudness: Loudness = Loudness.USUAL, as_json: bool = False) -> None:
        self.loudness = loudness
        self.as_json = as_json
        self._began = time.monotonic()

    @property
    def quiet(self) -> bool:
        """Whether only results and errors are to be said."""
        return self.loudness is Loudness.QUIET

    @property
    def verbose(self) -> bool:
        """Whether everything is to be said."""
        return self.loudness is Loudness.VERBOSE

    @property
    def seconds(self) -> float:
        """How long the command has been running."""
        return time.monotonic() - self._began

    def result(self, line: str = "", *, hang: int = 0) -> None:
        """Print one line of a result.

        Parameters
        ----------
        line : str
            What could steer a terminal, a line break included, is shown and not sent.
        hang : int, optional
            How far the further lines are indented where it has to be broken.
        """
        _write(line, sys.stdout, hang=hang)

    def heading(self, line: str) -> None:
        """Print the heading of what follows, bold where there are colours."""
        _write(line, sys.stdout, bold=True)

    def json(self, text: str) -> None:
        """Print a JSON document as it is, with a line break at its end."""
        click.echo(text, nl=not text.endswith("\n"))

    def say(self, line: str, *, hang: int = 0) -> None:
        """Say what was done; not where only results are wanted."""
        if not self.quiet:
            _write(line, sys.stderr if self.as_json else sys.stdout, hang=hang)

    def warn(self, line: str, *, hang: int = 0) -> None:
        """Say on standard error what must not be overlooked, however little is wanted."""
        _write(line, sys.stderr, hang=hang)

    def verbatim(self, line: str) -> None:
        """Say on standard error what is to be copied as it stands: it is never broken at the width of a terminal."""
        click.echo(printable(line), err=True)

    def tell(self, line: str) -> None:
        """Say on standard error what only ``--verbose`` asks for, with the time that has passed."""
        if self.verbose:
            _write(f"[{self.seconds:7.2f} s] {line}", sys.stderr, hang=12)

    def error(self, line: str, *, kind: str = "error") -> None:
        """Print an error, with the name of the program before it."""
        _write(line, sys.stderr, before=f"confounded: {kind}: ")

    def table(
        self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = ()
    ) -> None:
        """Print a table, on a terminal within its width. No cell is ever cut.

        Parameters
        ----------
        title : str
        header : sequence of str
        rows : sequence of sequence of str
            A cell for each column.
        right : collection of str, optional
            The columns that are set to the right: numbers.
        """
        from confounded.cli.tables import table_lines

        width = width_of(sys.stdout) if sys.stdout.isatty() else None
        cells = [[printable(cell) for cell in row] for row in rows]
        _write(title, sys.stdout, bold=True)
        for place, line in enumerate(table_lines(header, cells, right=right, width=width)):
            colour = coloured(sys.stdout)
            click.echo(
                click.style(line, bold=True) if colour and place == 0 and any(header) else line, color=colour
            )


def current_terminal() -> Terminal:
    """Return what the running command speaks through; outside a command, a usual one."""
    context = click.get_current_context(silent=True)
    found = context.find_root().obj if context is not None else None
    return found if isinstance(found, Terminal) else Terminal()


def printable(text: str) -> str:
    """Return text in which all that could steer a terminal is written out, as names from files may hold it."""
    if text.isascii() and text.isprintable():
        return text
    import unicodedata

    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in HIDDEN else one for one in text
    )


def coloured(stream: TextIO) -> bool:
    """Return whether a stream gets colours: a terminal that can show them, and nobody asked for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """Return how many columns a terminal has."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return max(columns or shutil.get_terminal_size().columns, NARROWEST)


def _write(line: str, stream: TextIO, *, hang: int = 0, before: str = "", bold: bool = False) -> None:
    """Print a line, on a terminal broken between words; a word wider than the terminal stays whole."""
    text = before + printable(line)
    if stream.isatty():
        text = _broken(text, width_of(stream), hang)
    if before and coloured(stream):
        text = click.style(before.rstrip(), fg="red", bold=True) + text.removeprefix(before.rstrip())
    click.echo(click.style(text, bold=True) if bold and coloured(stream) else text, file=stream)


def _broken(text: str, width: int, hang: int) -> str:
    if len(text) <= width:
        return text
    import textwrap

    return textwrap.fill(
        text,
        width,
        subsequent_indent=" " * min(hang, width // 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
