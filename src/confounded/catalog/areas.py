"""The survey: the areas of research that benchmarks stand for, one Markdown file an area.

A file of ``data/areas`` has a header in TOML between two lines ``+++``, and a body with the sections of
:data:`SECTIONS`. `data/README.md` says what stands in each field. The header is decoded strictly: an unknown field, a
missing one, or one of another type is an error that names the file and the field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec

from confounded.catalog.benchmarks import Kind, PlacedBy
from confounded.catalog.references import Reference
from confounded.errors import DatasetError

__all__ = [
    "FAMILIES",
    "SECTIONS",
    "Area",
    "Expected",
    "Family",
    "Prediction",
    "Reference",
    "Section",
    "area_from",
    "areas",
]

Family = Literal["capabilities", "human values", "truthfulness", "security", "monitoring", "other"]
"""A family of areas. The paper has the second to the fourth; the others are the project's."""

FAMILIES: Final[tuple[Family, ...]] = (
    "capabilities",
    "human values",
    "truthfulness",
    "security",
    "monitoring",
    "other",
)
"""The families in the order of the tour."""

Expected = Literal["rises", "falls", "unrelated"]
"""How a score on which more is better or safer is expected to go with the capabilities score."""

SECTIONS: Final = (
    "What it is about",
    "What a good measure would show",
    "The case for",
    "The case against",
    "What the paper found",
    "What remains open",
)
"""The headings of every body, in this order."""

FENCE: Final = "+++"


class Prediction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one side of the argument leads one to expect of the correlation with capability.

    Parameters
    ----------
    predict : {'rises', 'falls', 'unrelated'}
        Of a score on which more is better or safer.
    why : str
        Its reason, in one sentence.
    """

    predict: Expected
    why: str


class Section(msgspec.Struct, frozen=True):
    """A part of the body: its heading, and its text, with an empty line between paragraphs."""

    heading: str
    text: str


class Area(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One area of research.

    Parameters
    ----------
    area : str
        Its id, lower case with hyphens: the name of its file.
    position : int
        Its place in a report; the numbers have gaps.
    title : str
        Its heading.
    family : str
        The family of areas it belongs to, one of :data:`FAMILIES`.
    placed_by : {'paper', 'project'}
        Who named the area.
    goal : str
        What the research tries to achieve, in one sentence.
    description : str
        What its measures are about, in one sentence.
    threat : str
        What is feared if the goal is missed.
    finding : str
        What the paper found; empty where the paper does not treat it.
    settled_by : str
        For an area without scores, the data that would settle its question; empty elsewhere.
    kinds : tuple of str
        The kinds of measurement of its benchmarks, or of those that would stand for it.
    benchmarks : tuple of str
        The ids of its benchmarks in the catalogue.
    without_scores : tuple of str
        The ids of descriptions of its benchmarks that have no column in the released scores.
    related : tuple of str
        The ids of areas to read next.
    advocates, critics : Prediction or None
        What those who argue for and against working on it lead one to expect; None where there is no dispute.
    references : tuple of Reference
    sections : tuple of Section
        The body, one for each heading of :data:`SECTIONS`.
    """

    area: str
    position: int
    title: str
    family: Family
    placed_by: PlacedBy
    goal: str
    description: str
    threat: str
    finding: str = ""
    settled_by: str = ""
    kinds: tuple[Kind, ...] = ()
    benchmarks: tuple[str, ...] = ()
    without_scores: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    advocates: Prediction | None = None
    critics: Prediction | None = None
    references: tuple[Reference, ...] = ()
    sections: tuple[Section, ...]


def area_from(name: str, text: str) -> Area:
    """Return the area that a file describes.

    Parameters
    ----------
    name : str
        The area's id.
    text : str
        The content of its file.

    Returns
    -------
    Area

    Raises
    ------
    DatasetError
        If the header or the headings are not as they should be; it names the file and the field.
    """
    parts = re.split(rf"^{re.escape(FENCE)}$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0]:
        raise _damaged(name, f"a header between two lines {FENCE!r}", "none")
    try:
        fields: dict[str, Any] = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as problem:
        raise _damaged(name, "a header in TOML", str(problem)) from problem
    for reserved in ("area", "sections"):
        if reserved in fields:
            raise _damaged(name, "no field that the rest of the file says", f"`{reserved}`")
    sections = [{"heading": one.heading, "text": one.text} for one in _sections(name, parts[2])]
    try:
        return msgspec.convert(fields | {"area": name, "sections": sections}, Area)
    except msgspec.ValidationError as problem:
        raise _damaged(name, "the fields of an area", str(problem)) from problem


@cache
def areas() -> Mapping[str, Area]:
    """Return every area by id, in the order of a report.

    Raises
    ------
    DatasetError
        If a file of the catalogue is missing or damaged.
    """
    folder = resources.files("confounded.catalog") / "data" / "areas"
    try:
        texts = {
            file.name.removesuffix(".md"): file.read_text(encoding="utf-8")
            for file in folder.iterdir()
            if file.name.endswith(".md")
        }
    except (OSError, UnicodeDecodeError) as problem:
        raise DatasetError(
            "the catalogue's areas", found=str(problem), remedy="Install the package again."
        ) from problem
    return _in_order(area_from(name, text) for name, text in sorted(texts.items()))


def _in_order(read: Iterable[Area]) -> Mapping[str, Area]:
    """Return areas by position, and refuse two at one place and names of areas that are not there."""
    ordered = sorted(read, key=lambda one: one.position)
    found = {one.area: one for one in ordered}
    for before, after in pairwise(ordered):
        if before.position == after.position:
            raise _damaged(after.area, "a `position` of its own", f"that of {before.area}, {after.position}")
    for one in ordered:
        for other in one.related:
            if other not in found or other == one.area:
                raise _damaged(one.area, "other areas in `related`", repr(other))
    return MappingProxyType(found)


def _sections(name: str, body: str) -> tuple[Section, ...]:
    """Return the parts of a body."""
    pieces = re.split(r"^## (.+)$", body, flags=re.MULTILINE)
    headings = tuple(pieces[1::2])
    if headings != SECTIONS or pieces[0].strip():
        raise _damaged(name, f"the headings {', '.join(SECTIONS)}, and no text before", ", ".join(headings))
    texts = [piece.strip() for piece in pieces[2::2]]
    if not all(texts):
        raise _damaged(name, "text under every heading", f"none under {SECTIONS[texts.index('')]!r}")
    return tuple(map(Section, SECTIONS, texts))


def _damaged(name: str, expected: str, found: str) -> DatasetError:
    return DatasetError(
        expected,
        found=found,
        where=f"areas/{name}.md of the catalogue",
        remedy="Correct the file, or install the package again.",
    )
