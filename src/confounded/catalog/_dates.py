"""Dates in the names of models: ``20240620``, ``2024-06-20``, ``0620``, ``(June 2024)``."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Date", "date_in_group", "dates_agree", "number_date", "word_date"]

Date = tuple[int | None, int | None, int | None]
"""Year, month and day, as far as a name gives them."""

_MONTHS: Final = {
    month: number
    for number, months in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for month in months.split()
}  # fmt: skip
_YEAR: Final = r"(20[12]\d)"
_FULL: Final = re.compile(
    r"(?<![\d.])" + _YEAR + r"[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?![\d.]*\d)(?![a-z])"
)
_YEAR_LAST: Final = re.compile(
    r"(?<![\d.])(0[1-9]|1[0-2])[-_](?:(0[1-9]|[12]\d|3[01])[-_])?" + _YEAR + r"(?!\d)(?![a-z])"
)
_YEAR_MONTH: Final = re.compile(r"(?<![\d.])" + _YEAR + r"[-_](0[1-9]|1[0-2])(?!\d)(?![a-z])")
_SIX: Final = re.compile(r"[-_ @](2[2-9])(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
_FOUR_YEAR: Final = re.compile(r"[-_ @](2[3-9])(0[1-9]|1[0-2])(?=$|-preview$)")
_FOUR_DAY: Final = re.compile(r"[-_ @](0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=$|-preview$)")
_TWO_TWO: Final = re.compile(r"[-_ ](0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
_WORDS: Final = re.compile(
    r"(?<![a-z])("
    + "|".join(sorted(_MONTHS, key=len, reverse=True))
    + r")\.? ?(?:(\d{1,2}),? )?"
    + _YEAR
    + r"(?!\d)"
)
_GROUP_DAY: Final = re.compile(r"^(\d\d)/(\d\d)$")


def dates_agree(one: Date, other: Date) -> bool:
    """Return whether two dates can be the same: something is given by both, and nothing differs."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return bool(pairs) and all(a == b for a, b in pairs)


def word_date(text: str) -> tuple[str, Date | None]:
    """Return a text without a date whose month is a word, and that date."""
    found = _WORDS.search(text)
    if not found:
        return text, None
    month, day, year = found.groups()
    return text[: found.start()] + " " + text[found.end() :], (
        int(year),
        _MONTHS[month],
        int(day) if day else None,
    )


def number_date(text: str) -> tuple[str, Date | None]:
    """Return a text without the first date in it, and that date."""
    for pattern, order in ((_FULL, "ymd"), (_YEAR_LAST, "mdy"), (_YEAR_MONTH, "ym")):
        found = pattern.search(text)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            return text[: found.start()].rstrip("-_ @") + text[found.end() :], _as_date(parts)
    for pattern, order in ((_SIX, "ymd"), (_FOUR_YEAR, "ym"), (_FOUR_DAY, "md"), (_TWO_TWO, "md")):
        found = pattern.search(text)
        if found and found.start() > 0:
            return text[: found.start()] + text[found.end() :], _as_date(
                dict(zip(order, found.groups(), strict=True))
            )
    return text, None


def _as_date(parts: dict[str, str | None]) -> Date:
    year, month, day = (int(part) if (part := parts.get(which)) else None for which in "ymd")
    return (year + 2000 if year is not None and year < 100 else year, month, day)


def date_in_group(inside: str) -> tuple[str, Date | None]:
    """Return a text from parentheses without the date in it, and that date."""
    rest, date = word_date(inside)
    if date is None:
        rest, date = number_date(" " + inside)
    by_day = _GROUP_DAY.match(inside)
    if date is None and by_day:
        return "", _day(by_day.group(1), by_day.group(2))
    return rest, date


def _day(first: str, second: str) -> Date | None:
    """Return month and day of ``05/28``, or year and month of ``25/07``; None where neither reads so."""
    one, two = int(first), int(second)
    if one > 12 and two <= 12:
        return (2000 + one, two, None)
    return (None, one, two) if one <= 12 and two <= 31 else None
