"""Numbers and lists as readers see them. Nothing here goes back into a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from confounded.study.result import Interval

__all__ = [
    "NBSP",
    "NOTHING",
    "and_list",
    "bounds",
    "flop",
    "interval_percent",
    "interval_words",
    "level",
    "p_value",
    "parameters",
    "percent",
    "plain",
    "plural",
    "published",
    "score",
    "sentence",
    "share",
    "shortened",
    "signed_percent",
    "significant",
]

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
NOTHING: Final = "\u2013"

SMALL_P: Final = 0.001
"""p-values below it are written with an exponent."""


def percent(value: float | None) -> str:
    """Write a correlation in percent with one decimal, as the paper does, without the sign of percent."""
    return NOTHING if value is None else _fixed(100 * value, 1)


def published(value: float | None) -> str:
    """Write a figure that is in percent already."""
    return NOTHING if value is None else _fixed(value, 1)


def signed_percent(value: float | None) -> str:
    """Write a correlation in percent with its unit, for running text."""
    return NOTHING if value is None else f"{percent(value)}{NBSP}%"


def interval_percent(interval: Interval | None) -> str:
    """Write an interval in percent with one decimal, without the sign of percent; nothing where there is none."""
    return "" if interval is None else bounds(interval.low, interval.high)


def bounds(low: float | None, high: float | None) -> str:
    """Write two correlations as an interval, like `percent`; nothing where there is none."""
    return "" if low is None or high is None else f"{percent(low)} to {percent(high)}".replace(" ", NBSP)


def interval_words(interval: Interval | None, before: str = "") -> str:
    """Write an interval with its level and unit, for running text; nothing where there is none."""
    found = interval_percent(interval)
    return f"{before}{level(interval.level)} interval {found}{NBSP}%" if interval and found else ""


def level(value: float) -> str:
    """Write a level or a margin: a share that somebody chose, with no more decimals than were chosen."""
    return f"{100 * value:g}{NBSP}%"


def share(value: float, digits: int = 1) -> str:
    """Write a share, such as that of explained variance."""
    return f"{_fixed(100 * value, digits)}{NBSP}%"


def p_value(value: float | None) -> str:
    """Write a p-value; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.2g}".replace("e-0", "e-").replace("-", MINUS) if value < SMALL_P else f"{value:.3f}"


def significant(value: float | None, digits: int = 3) -> str:
    """Write a number with some significant digits; nothing where there is none."""
    return "" if value is None else f"{value:.{digits}g}".replace("-", MINUS)


def score(value: float | None) -> str:
    """Write a capabilities score."""
    return NOTHING if value is None else _fixed(value, 2)


def plain(value: float | None, digits: int = 3) -> str:
    """Write a number with a fixed number of decimals."""
    return NOTHING if value is None else _fixed(value, digits)


def parameters(value: float | None) -> str:
    """Write a number of parameters in billions."""
    if value is None:
        return NOTHING
    return f"{value / 1e9:.3g}{NBSP}B" if value < 1e12 else f"{value / 1e12:.3g}{NBSP}T"


def flop(value: float | None) -> str:
    """Write a number of floating-point operations with its power of ten."""
    if value is None or value <= 0:
        return NOTHING
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}{NBSP}×{NBSP}10{str(int(power)).translate(_RAISED)}"


def shortened(text: str, most: int = 60) -> str:
    """Cut a name that would not fit beside any figure; the drawing program is slow at it."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def sentence(text: str) -> str:
    """Begin a text with a capital, without touching the rest."""
    return text[:1].upper() + text[1:]


def plural(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun."""
    return f"{number:,}{NBSP}{one if number == 1 else many or one + 's'}"


def and_list(parts: Sequence[str]) -> str:
    """Join some words with commas and a last "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)
