"""Colours, marks and type that all figures and the page share.

Every colour has one role and two values, for light and for dark surroundings. A drawn figure carries the light
one; inside the page a style rule per colour swaps it (`style_rules`), so no figure is drawn twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confounded.study.result import PopulationResult

__all__ = [
    "FAMILY_MARKS",
    "FONT",
    "OTHER_FAMILIES",
    "POPULATION_SHAPES",
    "ROLES",
    "STROKE_SHAPE",
    "SUM_SHAPE",
    "VERDICT_SHAPES",
    "VERDICT_SYMBOLS",
    "FamilyMark",
    "config",
    "family_marks",
    "style_rules",
]

FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The drawing program brings Liberation Sans along; the others have the same widths, so labels stay in place."""

ROLES: Final[Mapping[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#15181d"),
    "ink": ("#1d242d", "#e4e7eb"),
    "muted": ("#566170", "#a3adba"),
    "rule": ("#cfd5dc", "#3a424d"),
    "faint": ("#e6e9ed", "#2a3038"),
    "band": ("#eceff2", "#23282f"),
    "link": ("#1c5a96", "#78b4ee"),
    "entangled": ("#b8430b", "#f29158"),
    "separable": ("#0b7a5c", "#4ecba2"),
    "inverse": ("#73369b", "#c79bea"),
    "unreliable": ("#7d6312", "#d6b750"),
    "undecided": ("#6b7683", "#939eab"),
}
"""Role to (light, dark). All but rule, faint and band reach WCAG AA (4.5 : 1) on paper."""

POPULATION_SHAPES: Final = {"base": "circle", "chat": "diamond", "mixed": "square"}
"""Colour is for verdicts, so populations differ by shape and by place."""


SUM_SHAPE: Final = "M0,-1L1.6,0L0,1L-1.6,0Z"
"""Of what sums up the rows around it."""
STROKE_SHAPE: Final = "M-.12,-1H.12V1H-.12Z"
"""Of what a mark is compared with on its own row."""


@dataclass(frozen=True, slots=True)
class FamilyMark:
    """How the models of a family are drawn: colour and shape say the same, for readers who see only one."""

    role: str
    light: str
    dark: str
    path: str


# Shapes on the square from -1 to 1, as Vega takes them and as the legend draws them.
_CIRCLE = "M-.85,0A.85,.85,0,1,1,.85,0A.85,.85,0,1,1,-.85,0Z"
_SQUARE = "M-.76,-.76H.76V.76H-.76Z"
_DIAMOND = "M0,-1.1L.95,0L0,1.1L-.95,0Z"
_UP = "M0,-1L1,.8H-1Z"
_DOWN = "M0,1L1,-.8H-1Z"
_RIGHT = "M1,0L-.8,1V-1Z"
_LEFT = "M-1,0L.8,1V-1Z"
_PLUS = "M-.36,-1H.36V-.36H1V.36H.36V1H-.36V.36H-1V-.36H-.36Z"
_STAR = "M0,-1.15L.29,-.36L1.09,-.36L.45,.14L.68,.95L0,.46L-.68,.95L-.45,.14L-1.09,-.36L-.29,-.36Z"

VERDICT_SHAPES: Final[Mapping[str, str]] = {
    "entangled": _UP,
    "inverse": _DOWN,
    "separable": _SQUARE,
    "mixed": _DIAMOND,
    "unreliable": _DIAMOND,
    "undecided": _CIRCLE,
    "no data": _CIRCLE,
}
"""A verdict's mark can be told without its colour; `unreliable` and `undecided` are drawn hollow."""

VERDICT_SYMBOLS: Final[Mapping[str, str]] = {
    "entangled": "triangle-up",
    "inverse": "triangle-down",
    "separable": "square",
    "mixed": "diamond",
    "unreliable": "diamond",
    "undecided": "circle",
    "no data": "circle",
}
"""The same by the names that Vega has for them, which make smaller drawings."""

FAMILY_MARKS: Final = (
    FamilyMark("f1", "#332288", "#9c92f0", _CIRCLE),
    FamilyMark("f2", "#c3505f", "#ef93a1", _SQUARE),
    FamilyMark("f3", "#117733", "#5cc580", _UP),
    FamilyMark("f4", "#b88a0b", "#e2c260", _DIAMOND),
    FamilyMark("f5", "#2e8fc4", "#86cbf0", _DOWN),
    FamilyMark("f6", "#882255", "#dc76a6", _PLUS),
    FamilyMark("f7", "#24907f", "#62d0bd", _RIGHT),
    FamilyMark("f8", "#aa4499", "#dd92d1", _LEFT),
    FamilyMark("f9", "#7d7d15", "#c9c964", _STAR),
)
"""Nine hues after Paul Tol's "muted" scheme, which readers of any colour vision can tell apart; the light ones
are darkened so that each stands out from paper at 3 : 1."""

OTHER_FAMILIES: Final = FamilyMark("f0", "#7b8591", "#8d97a3", _CIRCLE)
"""More families than marks: the rest shares this one."""


def family_marks(populations: Iterable[PopulationResult]) -> dict[str, FamilyMark]:
    """Give every family its mark, the same in all populations and figures.

    The families with the most models come first; beyond nine, a family gets the mark of the others.

    Returns
    -------
    dict of str to FamilyMark
        In the order of a legend.
    """
    sizes = Counter(model.family for population in populations for model in population.models)
    ordered = sorted(sizes, key=lambda family: (-sizes[family], family))
    return {
        family: FAMILY_MARKS[place] if place < len(FAMILY_MARKS) else OTHER_FAMILIES
        for place, family in enumerate(ordered)
    }


def config(size: float = 11) -> dict[str, Any]:
    """Return the Vega-Lite configuration of all static figures."""
    ink, muted = ROLES["ink"][0], ROLES["muted"][0]
    return {
        "background": ROLES["paper"][0],
        "font": FONT,
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            "labelColor": muted,
            "titleColor": ink,
            "labelFontSize": size,
            "titleFontSize": size,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "gridColor": ROLES["faint"][0],
            "domainColor": ROLES["rule"][0],
            "tickColor": ROLES["rule"][0],
        },
        "text": {"fontSize": size, "fill": ink},
    }


def style_rules() -> str:
    """Return the style sheet of the colours: variables for both surroundings, and rules that use them in figures."""
    roles = dict(ROLES)
    roles |= {mark.role: (mark.light, mark.dark) for mark in (*FAMILY_MARKS, OTHER_FAMILIES)}
    light = "".join(f"--{role}:{pair[0]};" for role, pair in roles.items())
    dark = "".join(f"--{role}:{pair[1]};" for role, pair in roles.items())
    swaps = "".join(
        f'.drawn [fill="{pair[0]}"]{{fill:var(--{role})}}.drawn [stroke="{pair[0]}"]{{stroke:var(--{role})}}\n'
        for role, pair in roles.items()
    )
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{swaps}"
