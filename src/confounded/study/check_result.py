"""The result of checking a benchmark, as data: what a card shows, and the whole study behind it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from confounded.study.result import JoinedName, Notice, StudyResult
from confounded.study.written import written

__all__ = [
    "FORMAT",
    "Advice",
    "BenchmarkCheck",
    "CaseMember",
    "CheckResult",
    "ChosenCapability",
    "Coverage",
    "FamiliesNeeded",
    "Standing",
    "WithinFamilies",
    "WorkedCase",
]

FORMAT: Final = "confounded-card"
VERSION: Final = 1


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the models a capability reference has a score of."""

    reference: str
    n_models: int


class ChosenCapability(msgspec.Struct, frozen=True, kw_only=True):
    """Where capability comes from, and why from there.

    `how` is ``asked`` (a setting named it), ``suite`` (the scores hold enough capability benchmarks) or ``coverage``
    (the reference that has most of the models). `not_found` are the models that are left out because the reference
    has no score of them; `coverage` says of every reference how many models it has.
    """

    how: Literal["asked", "suite", "coverage"]
    id: str
    title: str
    n_models: int
    n_found: int
    coverage: list[Coverage] = []
    not_found: list[JoinedName] = []


class WithinFamilies(msgspec.Struct, frozen=True, kw_only=True):
    """The correlation between models of one family, and that between families (`stats.strata`).

    `low` and `high` leave out each family of two models or more once; null with a `reason` where that is undefined.
    """

    within: float | None
    low: float | None
    high: float | None
    n_within: int
    families_within: int
    between: float | None
    families: int
    reason: str | None = None


class CaseMember(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped benchmark with its correlation: beside the one that is checked, or in a worked case."""

    benchmark: str
    name: str
    rho: float
    low: float | None
    high: float | None
    verdict: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a benchmark stands among the shipped ones of its area, or among all outside the suite.

    `area` is null where the area of the benchmark is not known. `members` are ordered by correlation, the lowest
    first; `n_lower` of them have a lower one, and `n_nearer` one that is nearer to 0.
    """

    population: str
    area: str | None
    title: str
    members: list[CaseMember]
    n_lower: int
    n_nearer: int


class FamiliesNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """How many families would decide, were the true correlation the one that is seen.

    `claim` is the verdict it would deserve; `n_families` and `n_models` of a study that reaches it with the `power`
    that was asked for, `more_families` and `more_models` how many that is above those at hand. Null where even
    `most_families` would not, which do with `power_then`; or with a `reason` where the question makes no sense.
    """

    claim: str | None = None
    assumed_rho: float | None = None
    power: float | None = None
    n_families: int | None = None
    n_models: int | None = None
    more_families: int | None = None
    more_models: int | None = None
    most_families: int | None = None
    power_then: float | None = None
    simulations: int | None = None
    reason: str | None = None


class WorkedCase(msgspec.Struct, frozen=True, kw_only=True):
    """Two ways of measuring one thing, measured themselves: what a change of design does to the correlation."""

    case: str
    title: str
    lesson: str
    population: str
    first: CaseMember
    second: CaseMember


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about it: the advice, the fact it follows from, and the worked cases that show it."""

    advice: str
    what: str
    because: str
    cases: list[str] = []


class BenchmarkCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says of one benchmark in one population, beside its correlation in the study."""

    benchmark: str
    population: str
    within: WithinFamilies
    standing: Standing | None
    needed: FamiliesNeeded
    advice: list[Advice]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a card shows."""

    format: Literal["confounded-card"] = FORMAT
    version: Literal[1] = VERSION
    capability: ChosenCapability
    checks: list[BenchmarkCheck]
    worked_cases: list[WorkedCase]
    notices: list[Notice]
    study: StudyResult

    def to_json(self) -> bytes:
        """Return the result as JSON, indented, the same bytes for the same result."""
        return written(self)
