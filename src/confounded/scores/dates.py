"""Dates as people write them in tables, and how exactly they tell a day.

A date is kept as far as it is told: ``2024-05-01``, ``2024-05`` or ``2024``. What may be read in two ways is never
read in one of them: ``01/05/2024`` is a date only where other cells of its column say which number is the day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

__all__ = ["LONGEST_SPAN", "Dates", "day_number", "looks_like_date", "read_date", "read_dates", "span"]

LONGEST_SPAN: Final = 31
"""Days within which a date must be known to stand for a day: a month counts as its middle, which is off by 15 days at
the most. A year alone would be off by half a year, as long as many a set of models is wide."""

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Years that a model may be from."""

_NAMES: Final = (
    *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august"),
    *("sep sept september", "oct october", "nov november", "dec december"),
)
_MONTHS: Final = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}

_MONTH: Final = "(?P<word>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_TIME: Final = (
    r"(?:[t ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[-+]\d{2}:?\d{2})?)?"
)
_WEEKDAY: Final = r"(?:(?:mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?\.?,? )?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4})"

_TOLD: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){_TIME}",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:\.0)?",
        rf"{_YEAR}[-/](?P<month>\d{{1,2}})",
        rf"(?P<month>\d{{1,2}})[-/]{_YEAR}",
        rf"{_YEAR}(?:\.0)?",
        rf"{_WEEKDAY}{_MONTH}[ -]{_DAY}(?:, ?|[ -]){_YEAR}{_TIME}",
        rf"{_WEEKDAY}{_DAY}[ -](?:of )?{_MONTH},?[ -]{_YEAR}{_TIME}",
        rf"{_YEAR}[ -]{_MONTH}[ -]{_DAY}",
        rf"{_MONTH},?[ -]{_YEAR}",
        rf"{_YEAR}[ -]{_MONTH}",
    )
)
"""How dates are written that can be read in one way, in lower case."""

_YEAR_LAST: Final = re.compile(rf"(?P<one>\d{{1,2}})(?P<sign>[-/.])(?P<two>\d{{1,2}})(?P=sign){_YEAR}{_TIME}")
"""Day and month before the year, in either order."""

_TWO_DIGITS: Final = re.compile(
    rf"(\d{{1,2}})([-/.])\d{{1,2}}\2\d{{2}}{_TIME}|{_MONTH}[- ]'?\d{{2}}|\d{{2}}[- ]"
    + _MONTH.replace("word", "again")
)
"""What may be a date with a year of two digits: which of its numbers that is does not show."""

_SINCE_1970: Final = re.compile(r"(?P<seconds>[1-4]\d{9})(?P<thousandths>\d{3})?(?:\.0)?")
"""Seconds or milliseconds since 1970, as programs write moments: from 2001 on."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a column of dates says.

    Parameters
    ----------
    values : tuple of (str or None)
        ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``; None where a cell is empty or was not read.
    twofold : tuple of int
        Places of the cells that may be read in two ways and were not read.
    strange : tuple of int
        Places of the cells that are no date.
    settled : tuple of (int, int) or None
        The first cell that might have been read in two ways and was read, and the one that settled how.
    """

    values: tuple[str | None, ...]
    twofold: tuple[int, ...] = ()
    strange: tuple[int, ...] = ()
    settled: tuple[int, int] | None = None


def read_date(cell: str) -> str | None:
    """Return a date as far as it is told; None where it is none, or may be read in two ways.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str or None
        ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``. Of a moment, the day that is written.

    Examples
    --------
    >>> [read_date(cell) for cell in ("2024-05-01T00:00:00Z", "May 2024", "2024", "01/05/2024")]
    ['2024-05-01', '2024-05', '2024', None]
    """
    text = _plain(cell)
    for pattern in _TOLD:
        if found := pattern.fullmatch(text):
            said = found.groupdict()
            month = _MONTHS[said["word"]] if said.get("word") else said.get("month")
            return _date(said["year"], month, said.get("day"))
    if found := _SINCE_1970.fullmatch(text):
        return datetime.fromtimestamp(int(found["seconds"]), UTC).date().isoformat()
    if found := _YEAR_LAST.fullmatch(text):
        readings = _readings(found)
        return next(iter(readings)) if len(readings) == 1 else None
    return None


def read_dates(cells: Sequence[str | None]) -> Dates:
    """Read a column of dates; those that may be read in two ways are read as the others of the column must be.

    Parameters
    ----------
    cells : sequence of (str or None)
        None where a cell is empty.
    """
    values = [None if cell is None else read_date(cell) for cell in cells]
    unread = [place for place, cell in enumerate(cells) if cell is not None and values[place] is None]
    twofold = [place for place in unread if _may_be_two(str(cells[place]))]
    strange = tuple(place for place in unread if place not in set(twofold))
    settling = _settling(cells)
    of_order = {place: _in_order(str(cells[place]), settling[0]) for place in twofold} if settling else {}
    read = [place for place in twofold if of_order.get(place)]
    for place in read:
        values[place] = of_order[place]
    left = tuple(place for place in twofold if place not in set(read))
    settled = (read[0], settling[1]) if settling and read else None
    return Dates(tuple(values), left, strange, settled)


def looks_like_date(cell: str) -> bool:
    """Return whether a cell is a date, or may be read as two."""
    return read_date(cell) is not None or _may_be_two(cell)


def span(told: str) -> tuple[date, date]:
    """Return the first and the last day that a date as of `read_date` may stand for.

    Examples
    --------
    >>> [day.isoformat() for day in span("2024-02")]
    ['2024-02-01', '2024-02-29']
    """
    if len(told) == len("YYYY-MM-DD"):
        return date.fromisoformat(told), date.fromisoformat(told)
    year, _, month = told.partition("-")
    first, last = int(month or 1), int(month or 12)
    return date(int(year), first, 1), date(int(year), last, calendar.monthrange(int(year), last)[1])


def day_number(told: str | None) -> float:
    """Return a date as a number of days: of a month its middle, of a year alone NaN.

    Parameters
    ----------
    told : str or None
        As of `read_date`.

    Returns
    -------
    float
        The proleptic Gregorian ordinal of the day, NaN where it is not known to `LONGEST_SPAN` days.
    """
    if told is None:
        return float("nan")
    first, last = span(told)
    if (last - first).days >= LONGEST_SPAN:
        return float("nan")
    return (first.toordinal() + last.toordinal()) / 2


def _plain(cell: str) -> str:
    """Return a cell in lower case with single blanks."""
    return " ".join(cell.split()).lower()


def _date(year: str, month: str | int | None, day: str | None) -> str | None:
    """Return a date as far as it is told, None where there is no such day."""
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        whole = date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole[: 10 if day else 7 if month else 4]


def _readings(found: re.Match[str]) -> Mapping[str, str]:
    """Return the dates that a cell with the year last may be read as, and which number comes first in each."""
    one, two, year = found["one"], found["two"], found["year"]
    orders = {"day": (two, one), "month": (one, two)}
    return {day: first for first, order in orders.items() if (day := _date(year, *order)) is not None}


def _may_be_two(cell: str) -> bool:
    """Return whether a cell may be read as more than one date."""
    text = _plain(cell)
    found = _YEAR_LAST.fullmatch(text)
    return len(_readings(found)) > 1 if found else _TWO_DIGITS.fullmatch(text) is not None


def _in_order(cell: str, first: str) -> str | None:
    """Return the date of a cell with the year last if this number comes first."""
    found = _YEAR_LAST.fullmatch(_plain(cell))
    return next((day for day, order in _readings(found).items() if order == first), None) if found else None


def _settling(cells: Iterable[str | None]) -> tuple[str, int] | None:
    """Return which number comes first in all cells that can be read in one order only, and the first such cell."""
    met: dict[str, int] = {}
    for place, cell in enumerate(cells):
        found = _YEAR_LAST.fullmatch(_plain(cell)) if cell is not None else None
        if found and found["one"] != found["two"] and len(readings := _readings(found)) == 1:
            met.setdefault(next(iter(readings.values())), place)
    return next(iter(met.items())) if len(met) == 1 else None
