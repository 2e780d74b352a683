"""A result, arranged for showing: areas in order, benchmarks under them, parts under their wholes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from confounded.report.plain import visible
from confounded.study.result import BenchmarkFacts, Correlation, StudyResult

__all__ = ["NOT_SAFETY", "Entry", "Group", "Index", "file_slug", "place"]

OTHER_TITLE: Final = "Other benchmarks"
OTHER_ID: Final = "other"
UNQUOTED: Final = "!'()*~"
"""What JavaScript's encodeURIComponent leaves as it is, letters, digits, ``-``, ``_`` and ``.`` apart."""
LONGEST_SLUG: Final = 60

NOT_SAFETY: Final = frozenset({"capabilities", "other-capabilities", "bookkeeping"})
"""Areas of the catalogue that claim nothing about safety; they stand in the tables and not in the headline."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A benchmark where it is shown: what is known of it, and its correlation in each population."""

    facts: BenchmarkFacts
    anchor: str
    depth: int
    in_suite: bool
    correlations: Mapping[str, Correlation] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """An area with its benchmarks, in the order in which they are shown."""

    area: str | None
    anchor: str
    title: str
    description: str
    finding: str
    placed_by: str
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def claims_safety(self) -> bool:
        """Whether its benchmarks claim to say something about safety, as far as is known, and are not the suite."""
        return self.area not in NOT_SAFETY and not all(entry.in_suite for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Index:
    """The result and the ways into it."""

    result: StudyResult = field(repr=False)
    populations: tuple[str, ...]
    population_slugs: tuple[str, ...]
    groups: tuple[Group, ...] = field(repr=False)
    _names: Mapping[str, str] = field(repr=False)
    _anchors: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, result: StudyResult) -> Index:
        """Arrange a result."""
        anchors = {fact.benchmark: place("benchmark", fact.benchmark) for fact in result.benchmarks}
        found: dict[str, dict[str, Correlation]] = {}
        for one in result.correlations:
            found.setdefault(one.benchmark, {})[one.population] = one
        titles = {area.area: area for area in result.areas}
        members: dict[str | None, list[BenchmarkFacts]] = {area: [] for area in titles}
        for fact in result.benchmarks:
            if fact.benchmark in found:
                members.setdefault(fact.area if fact.area in titles else None, []).append(fact)
        groups = []
        for area, facts in members.items():
            known = titles.get(area) if area is not None else None
            entries = tuple(
                Entry(
                    facts=fact,
                    anchor=anchors[fact.benchmark],
                    depth=depth,
                    in_suite=any(one.in_suite for one in found[fact.benchmark].values()),
                    correlations=found[fact.benchmark],
                )
                for fact, depth in _nested(facts)
            )
            if entries:
                groups.append(
                    Group(
                        area=area,
                        anchor=place("area", area if area is not None else OTHER_ID),
                        title=known.title if known else OTHER_TITLE if len(members) > 1 else "All benchmarks",
                        description=known.description if known else "",
                        finding=known.finding if known else "",
                        placed_by=known.placed_by if known else "",
                        entries=entries,
                    )
                )
        populations = tuple(population.population for population in result.populations)
        return cls(
            result=result,
            populations=populations,
            population_slugs=tuple(_slugs(populations)),
            groups=tuple(groups),
            _names={fact.benchmark: fact.name for fact in result.benchmarks},
            _anchors=anchors,
        )

    def name(self, benchmark: str) -> str:
        """Return the plain name of a benchmark."""
        return self._names.get(benchmark, benchmark)

    def anchor(self, benchmark: str) -> str | None:
        """Return what stands behind the # of a link to a benchmark, or None where it has no place."""
        return self._anchors.get(benchmark)

    def entries(self) -> list[Entry]:
        """Return all benchmarks in the order in which they are shown."""
        return [entry for group in self.groups for entry in group.entries]


def _nested(facts: list[BenchmarkFacts]) -> list[tuple[BenchmarkFacts, int]]:
    """Put the parts of a benchmark under it, and say how deep each stands."""
    here = {fact.benchmark for fact in facts}
    parts: dict[str | None, list[BenchmarkFacts]] = {}
    for fact in facts:
        parts.setdefault(fact.part_of if fact.part_of in here else None, []).append(fact)
    ordered: dict[str, tuple[BenchmarkFacts, int]] = {}

    def add(fact: BenchmarkFacts, depth: int) -> None:
        if fact.benchmark in ordered:
            return
        ordered[fact.benchmark] = (fact, depth)
        for part in parts.get(fact.benchmark, ()):
            add(part, depth + 1)

    for fact in parts.get(None, ()):
        add(fact, 0)
    # A file may say that two benchmarks are parts of each other; neither may vanish for it.
    for fact in facts:
        add(fact, 0)
    return list(ordered.values())


def place(view: str, name: str) -> str:
    """Return what stands behind the # of a link to something in the page, as the page's program writes it too."""
    return f"{view}/{quote(visible(name), safe=UNQUOTED)}"


def file_slug(name: str) -> str:
    """Return a name in plain letters and digits, as a part of the name of a file."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain[:LONGEST_SLUG]).strip("-") or "x"


def _slugs(names: Iterable[str]) -> list[str]:
    """Return a file name for each name: plain letters, none twice, the same for the same names."""
    slugs: list[str] = []
    for name in names:
        stem = file_slug(name)
        slug, number = stem, 2
        while slug in slugs:
            slug, number = f"{stem}-{number}", number + 1
        slugs.append(slug)
    return slugs
