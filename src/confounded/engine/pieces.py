"""What a piece of work is, and what an engine does with it.

A piece is done by a function of the module level, alone or with its first arguments bound by `functools.partial`, so
that it can be sent to another process. What it returns depends on these arguments and on the piece, and on nothing
else: not on the worker, not on the other pieces, and not on when it is done, or how often. Random numbers are drawn
from a seed and the piece's own number. Then every engine gives the same bytes, and a lost piece can be done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

__all__ = ["Engine", "Piece", "Result"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Engine(Protocol):
    """Where pieces of work run."""

    def map(
        self,
        function: Callable[[Piece], Result],
        pieces: Sequence[Piece],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Result]:
        """Apply a function to pieces of work, several at a time.

        Parameters
        ----------
        function : callable
            Of a module's level, its shared arguments bound by `functools.partial`. It may run in several threads or
            processes at a time, and more than once on the same piece.
        pieces : sequence
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
        ...
