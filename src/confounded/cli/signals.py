"""Requests to stop, which unwind the program wherever they meet it."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["INTERRUPTED", "TERMINATED", "let_signals_unwind"]

INTERRUPTED: Final = 130
TERMINATED: Final = 143

SECONDS_UNTIL_AGAIN: Final = 0.02
"""Long enough for a callback to return into the library that called it."""


def let_signals_unwind() -> None:
    """Let Ctrl-C and a request to terminate unwind the program, so that nothing half-written is left.

    Both arrive as an exception in whatever Python code runs then. Where a compiled library called that code (as
    the compiler of the kernel does), Python prints the exception and drops it, and the program would go on as if
    nobody had asked. Such a request is made again as soon as the library has its answer.
    """
    with suppress(ValueError):  # only the main thread may do this
        signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _ask_again


def _terminate(_signal: int, _frame: object) -> None:
    raise SystemExit(TERMINATED)


def _ask_again(dropped: UnraisableHookArgs) -> None:
    """Make a dropped request to stop again; leave any other dropped exception to Python."""
    asked = _signal_of(dropped.exc_value)
    if asked is None:
        sys.__unraisablehook__(dropped)
        return
    again = threading.Timer(SECONDS_UNTIL_AGAIN, _ask_main_thread, [asked])
    again.daemon = True
    again.start()


def _ask_main_thread(asked: signal.Signals) -> None:
    """Send a signal to the thread that handles it, which wakes it even where it waits for others."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, asked)
    else:
        signal.raise_signal(asked)


def _signal_of(exception: BaseException | None) -> signal.Signals | None:
    """Return the signal that an exception came from, if any."""
    if isinstance(exception, KeyboardInterrupt):
        return signal.SIGINT
    if isinstance(exception, SystemExit) and exception.code == TERMINATED:
        return signal.SIGTERM
    return None
