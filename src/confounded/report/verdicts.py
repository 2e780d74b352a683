"""The verdicts as they are shown: a word, a sign that needs no colour, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["VERDICTS", "VerdictMark", "decided", "mark_of", "role_of"]


@dataclass(frozen=True, slots=True)
class VerdictMark:
    """How a verdict is shown. `role` names its colour (`confounded.report.figures.theme.ROLES`)."""

    word: str
    sign: str
    role: str
    meaning: str


VERDICTS: Final[Mapping[str, VerdictMark]] = {
    "entangled": VerdictMark(
        "entangled", "▲", "entangled", "rises with capability: the interval lies above the margin"
    ),
    "separable": VerdictMark(
        "separable", "■", "separable", "hardly related: the interval lies within the margin"
    ),
    "inverse": VerdictMark(
        "inverse", "▼", "inverse", "falls as capability rises: the interval lies below the margin"
    ),
    "mixed": VerdictMark("mixed", "◆", "muted", "an area whose benchmarks go different ways"),
    "unreliable": VerdictMark(
        "unreliable", "?", "unreliable", "low, but so noisy that a relation could hide in the noise"
    ),
    "undecided": VerdictMark("undecided", "", "undecided", "the interval reaches over a bound of the margin"),
    "": VerdictMark("", "", "plain", "no verdict is taken"),
    "no data": VerdictMark("no data", "", "undecided", "no benchmark with a correlation"),
}

DECIDED: Final = frozenset({"entangled", "separable", "inverse"})


def mark_of(verdict: str) -> VerdictMark:
    """Return how a verdict is shown; a word that is not known here is shown as it stands."""
    return VERDICTS.get(verdict) or VerdictMark(verdict, "", "undecided", "")


def role_of(verdict: str) -> str:
    """Return the role of a verdict's colour."""
    return mark_of(verdict).role


def decided(verdict: str) -> bool:
    """Tell whether a verdict settles on which side of the margin a correlation lies."""
    return verdict in DECIDED
