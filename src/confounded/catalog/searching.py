"""Finding areas and benchmarks by words.

Every word must stand somewhere in what is said of an area or benchmark, in its case or another, with accents or
without, as the beginning of a word there: "seek" finds "seeking". Where a word stands decides the order of what is
found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from confounded.catalog._spelling import fold
from confounded.catalog.areas import Area, areas
from confounded.catalog.benchmarks import Benchmark, benchmarks
from confounded.catalog.descriptions import Description, description_of, descriptions

__all__ = ["Found", "find_page", "search_catalogue"]

NAME: Final = 8.0
SUMMARY: Final = 3.0
MEMBER: Final = 2.0
BODY: Final = 1.0
"""What a word counts in a name, in the one-sentence fields, in the names of an area's benchmarks, and elsewhere. Only
their order matters: a name before a summary, a summary before a mention."""

ENDING: Final = 2
"""Letters that a word may have more and still be the one that was asked for: a plural, mostly."""
BEGINNING: Final = 0.75
"""What the beginning of a longer word counts of the word itself; less, and still more than a lower place."""

TOKEN: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was found.

    Parameters
    ----------
    kind : {'area', 'benchmark'}
    id, title : str
        Its id and its heading or plain name. The id of a benchmark is that of a column of the released scores, or that
        of a description where it has none.
    score : float
        How well it fits; for the order only.
    """

    kind: Literal["area", "benchmark"]
    id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class _Page:
    kind: Literal["area", "benchmark"]
    id: str
    title: str
    tokens: tuple[tuple[float, frozenset[str]], ...]


def find_page(name: str) -> Found | None:
    """Return the area or benchmark of which this is the id or the name, in any case, with accents or without.

    An id as it stands goes before a name, and an area before a benchmark.
    """
    folded = fold(name)
    exact = (page for page in _pages() if page.id == name)
    alike = (page for page in _pages() if folded in (fold(page.id), fold(page.title)))
    page = next(exact, None) or next(alike, None)
    return None if page is None else Found(page.kind, page.id, page.title, NAME)


def search_catalogue(words: str) -> list[Found]:
    """Return the areas and benchmarks in which all words stand, the best first.

    Parameters
    ----------
    words : str
        Words with spaces between; punctuation separates words too.

    Returns
    -------
    list of Found
        Empty where nothing has them all, or there is no word. Equals are in the order of the catalogue, areas first.
    """
    asked = sorted(_tokens(words))
    if not asked:
        return []
    found = []
    for page in _pages():
        weights = [_weight(one, page) for one in asked]
        if all(weights):
            found.append(Found(page.kind, page.id, page.title, sum(weights)))
    return sorted(found, key=lambda one: -one.score)


def _weight(word: str, page: _Page) -> float:
    """Return the weight of the best place at which a word stands, or begins another; 0 for nowhere."""
    for weight, tokens in page.tokens:
        longer = [len(token) - len(word) for token in tokens if token.startswith(word)]
        if longer:
            return weight if min(longer) <= ENDING else weight * BEGINNING
    return 0.0


@cache
def _pages() -> tuple[_Page, ...]:
    without_scores = (one for one in descriptions().values() if not one.released)
    return (
        *map(_area, areas().values()),
        *map(_benchmark, benchmarks().values()),
        *map(_description, without_scores),
    )


def _area(one: Area) -> _Page:
    known = benchmarks()
    members = [f"{name} {known[name].name}" for name in one.benchmarks if name in known]
    members += [
        f"{name} {descriptions()[name].title}" for name in one.without_scores if name in descriptions()
    ]
    body = [section.text for section in one.sections] + [str(reference) for reference in one.references]
    places = (
        (NAME, [one.area, one.title]),
        (SUMMARY, [one.goal, one.description, one.threat, one.finding, one.settled_by, *one.kinds]),
        (MEMBER, members),
        (BODY, [*body, one.family]),
    )
    return _Page("area", one.area, one.title, tuple(_places(places)))


def _benchmark(one: Benchmark) -> _Page:
    # A part is found by what is said of it, and not by all that is said of its whole.
    description = description_of(one.benchmark)
    own = description if description and one.benchmark in description.released else None
    places = (
        (NAME, [one.benchmark, one.name]),
        (SUMMARY, [one.metric or "", one.kind or "", one.area]),
        (BODY, [one.note or "", one.reference or "", one.kin_reason or "", *(_words(own) if own else ())]),
    )
    return _Page("benchmark", one.benchmark, one.name, tuple(_places(places)))


def _description(one: Description) -> _Page:
    places = (
        (NAME, [one.description, one.title]),
        (SUMMARY, [one.metric, *one.kinds, one.area]),
        (BODY, _words(one)),
    )
    return _Page("benchmark", one.description, one.title, tuple(_places(places)))


def _words(one: Description) -> list[str]:
    """Return what is said of a benchmark, and the names under which engines run it."""
    return [
        one.measures,
        one.format,
        *(criticism.text for criticism in one.criticisms),
        *(task for run in one.runs for task in run.tasks),
        *(run.engine for run in one.runs),
        *map(str, one.sources),
    ]


def _places(places: Sequence[tuple[float, Sequence[str]]]) -> Iterator[tuple[float, frozenset[str]]]:
    for weight, texts in places:
        yield weight, frozenset(token for text in texts for token in _tokens(text))


def _tokens(text: str) -> set[str]:
    return set(TOKEN.findall(fold(text)))
