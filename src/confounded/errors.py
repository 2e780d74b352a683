"""The one exception tree.

Every error this package raises on purpose is a `ConfoundedError`::

    ConfoundedError
    ├── UsageError            the call itself makes no sense (options, arguments, settings)
    ├── InputError            what was given to read cannot be used
    │   ├── UnreadableError   no such file, no permission, not the format it claims to be
    │   ├── ContentError      readable, but the content is unusable (cells, names, duplicates)
    │   │   └── UnsettledError    content that a guess would have to settle, and the guess would change a result
    │   └── UnknownError      a model or benchmark that nothing is known of, and a guess is refused
    ├── EngineError           the work cannot be done where it was asked to be
    ├── OutputError           a result cannot be written where it was asked for
    ├── DatasetError          a shipped or fetched data file is not the one that was released
    └── StatisticsError       an array from which the statistic cannot be computed (also a ValueError)

A message says what was expected, what came, where, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ConfoundedError",
    "ContentError",
    "DatasetError",
    "EngineError",
    "InputError",
    "OutputError",
    "StatisticsError",
    "UnknownError",
    "UnreadableError",
    "UnsettledError",
    "UsageError",
]


class ConfoundedError(Exception):
    """The root of every error raised on purpose.

    Parameters
    ----------
    expected : str
        What was expected, as words that read on from "expected" (``a column 'model'``), without a last period.
    found : str, optional
        What came instead.
    where : str, optional
        The file, row, column, option or argument.
    remedy : str, optional
        What the reader can do about it: the exact flag, line or command where there is one.
    """

    def __init__(self, expected: str, *, found: str = "", where: str = "", remedy: str = "") -> None:
        self.expected = expected
        self.found = found
        self.where = where
        self.remedy = remedy
        super().__init__(expected, found, where, remedy)

    def __str__(self) -> str:
        """Return the message as one line."""
        parts = [f"{self.where}: " if self.where else "", f"expected {self.expected}"]
        if self.found:
            parts.append(f", but found {self.found}")
        if self.remedy:
            parts.append(f". {self.remedy}")
        # One line whatever the input held: a line break smuggled in by a file must not fake a second message.
        return " ".join("".join(parts).split())

    def __reduce__(self) -> tuple[object, ...]:
        """Return how an error is made again that comes from another process."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[ConfoundedError], said: tuple[str, ...], fields: dict[str, object]) -> ConfoundedError:
    """Return an error with the fields of another one."""
    error = kind.__new__(kind, *said)
    error.__dict__.update(fields)
    return error


class UsageError(ConfoundedError):
    """The call makes no sense, whatever the data."""


class InputError(ConfoundedError):
    """What was given to read cannot be used."""


class UnreadableError(InputError):
    """No such file, no permission, or not the format it claims to be."""


class ContentError(InputError):
    """The file was read, and what it says cannot be used."""


class UnsettledError(ContentError):
    """The content can be read in more than one way, and which is right would change a result.

    Parameters
    ----------
    expected, found, where, remedy : str
        As of `ConfoundedError`, of the first such place.
    further : sequence of str, optional
        The other places, a line each.
    """

    def __init__(
        self,
        expected: str,
        *,
        found: str = "",
        where: str = "",
        remedy: str = "",
        further: Sequence[str] = (),
    ) -> None:
        super().__init__(expected, found=found, where=where, remedy=remedy)
        self.further = tuple(further)


class UnknownError(InputError):
    """Nothing is known of a model or benchmark, and a guess would change the result.

    Parameters
    ----------
    expected, found, where, remedy : str
        As of `ConfoundedError`.
    options : sequence of str, optional
        What to add to the same command line, where that settles it.
    others : str, optional
        What may stand in these options instead.
    lines : sequence of str, optional
        What to add to which file instead: its name, then the lines.
    """

    def __init__(
        self,
        expected: str,
        *,
        found: str = "",
        where: str = "",
        remedy: str = "",
        options: Sequence[str] = (),
        others: str = "",
        lines: Sequence[str] = (),
    ) -> None:
        super().__init__(expected, found=found, where=where, remedy=remedy)
        self.options = tuple(options)
        self.others = others
        self.lines = tuple(lines)


class EngineError(ConfoundedError):
    """The work cannot be done where it was asked to be."""


class OutputError(ConfoundedError):
    """A result cannot be written where it was asked for."""


class DatasetError(ConfoundedError):
    """A data file is not the one that was released."""


class StatisticsError(ConfoundedError, ValueError):
    """The statistic cannot be computed from these arrays."""
