"""What is being done, while it is: on a terminal as a line that goes away again, with `--verbose` as lines that stay.

The rooms below say what they do through loggers below ``confounded``, at level INFO; here it is shown.
"""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import confounded
from confounded.cli.terminal import Terminal, coloured, current_terminal, printable, width_of

__all__ = ["Progress", "progress_bar"]

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how many pieces of it are done, and how many there are."""

LOGGER: Final = "confounded"
BAR_WIDTH: Final = 20
LONGEST: Final = 48
"""Characters of what is being done that are shown at most."""
REST: Final = 12
"""What the spinner, the time and the spaces between take."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show how far a piece of work is, on standard error if that is a terminal and nobody asked for quiet.

    Yields
    ------
    callable
        Takes what is being done, how many pieces of it are done, and how many there are.
    """
    terminal = current_terminal()
    if terminal.verbose:
        terminal.tell(f"confounded {confounded.__version__}, Python {platform.python_version()}")
        with _heard(terminal.tell):
            yield _teller(terminal)
        terminal.tell("done")
    elif terminal.quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
    else:
        with _drawn() as show:
            yield show


@contextmanager
def _heard(tell: Callable[[str], None]) -> Iterator[None]:
    """Hand on what the rooms below say that they do."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tell(record.getMessage())

    logger, handler = logging.getLogger(LOGGER), Handler(logging.INFO)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def _teller(terminal: Terminal) -> Progress:
    """Return what tells when a piece of work begins; the next line tells when it was done."""
    begun: set[str] = set()

    def tell(what: str, _done: int, _total: int) -> None:
        if what not in begun:
            begun.add(what)
            terminal.tell(what)

    return tell


@contextmanager
def _drawn() -> Iterator[Progress]:
    """Draw one line that says what is being done, how much of it is done where that is known, and for how long."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Line

    width = width_of(sys.stderr)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        *([BarColumn(bar_width=BAR_WIDTH)] if width >= LONGEST + BAR_WIDTH + REST else []),
        TimeElapsedColumn(),
    )
    console = Console(file=sys.stderr, width=width, no_color=not coloured(sys.stderr))
    with Line(*columns, console=console, transient=True) as line:
        task = line.add_task("Starting", total=None)

        def say(what: str) -> None:
            line.update(task, description=_shortened(what, width), total=None, completed=0)

        def show(what: str, done: int, total: int) -> None:
            line.update(task, description=_shortened(what, width), completed=done, total=total)

        with _heard(say):
            yield show


def _shortened(what: str, width: int) -> str:
    """Return what is being done as it fits into the line, which is gone in a moment."""
    text, longest = printable(what), min(LONGEST, max(width - REST, 1))
    return text if len(text) <= longest else text[: longest - 1] + "…"
