"""A pool of threads for work that lets go of Python's lock, such as the compiled kernel."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

__all__ = ["run_pieces", "usable_cores"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_pieces(
    function: Callable[[Piece], Result],
    pieces: Sequence[Piece],
    *,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Apply a function to pieces of work, several at a time.

    Parameters
    ----------
    function : callable
        Must be safe to run in several threads; its result must depend on its piece alone.
    pieces : sequence
    threads : int, optional
        By default as many as there are usable cores.
    progress : callable, optional
        Called with the number of pieces done and of all pieces, after each.

    Returns
    -------
    list
        The results in the order of the pieces, however they were scheduled.

    Raises
    ------
    Exception
        Whatever the function raises first; pieces that have not begun are then not begun.
    """
    workers = min(threads or usable_cores(), len(pieces))
    if workers <= 1:
        results = []
        for done, piece in enumerate(pieces, start=1):
            results.append(function(piece))
            if progress:
                progress(done, len(pieces))
        return results
    pool = ThreadPoolExecutor(workers)
    try:
        futures = [pool.submit(function, piece) for piece in pieces]
        for done, future in enumerate(as_completed(futures), start=1):
            future.result()
            if progress:
                progress(done, len(pieces))
        return [future.result() for future in futures]
    finally:
        # Also on Ctrl-C: the pieces under way end, the others never begin.
        pool.shutdown(wait=True, cancel_futures=True)
