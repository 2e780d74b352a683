"""What strata say of correlations, as data: part of a study's result."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = [
    "TOGETHER",
    "BenchmarkStrata",
    "GivenCorrelation",
    "GroupParts",
    "Opposition",
    "Reversal",
    "Scope",
    "Split",
    "SplitCorrelations",
    "StratumCorrelation",
    "Trend",
]

TOGETHER: Final = "together"
"""The name of all models taken together, where a population's would stand."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A way to part the models of a scope. Its name is `by`, with a benchmark behind a colon where it is by chance.

    `rule` says in words how models are parted; `stratum_of` has for each model the position of its stratum in `strata`,
    null where it is not known (`n_unknown` of them). `asked` tells a split that was asked for from those that every
    study tries.
    """

    by: str
    rule: str
    strata: list[str]
    stratum_of: list[int | None]
    n_unknown: int
    asked: bool


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The models that are parted: one population, or ``together``, all of them.

    Of all together, `models` are in the order of the populations of the result, one after the other, and
    `capabilities_scores` are of a score fitted to all of them; both are empty for one population, where they stand in
    its `PopulationResult`.
    """

    population: str
    n_models: int
    n_families: int
    splits: list[Split]
    models: list[str] = []
    capabilities_scores: list[float | None] = []


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A curve of the benchmark on what it is correlated with (`stats.curves`), for the eye."""

    x: list[float]
    y: list[float]


class StratumCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """The correlation in a stratum of the split `by` (``all`` for all models), with the scope's capabilities score.

    `low`, `high` and the two-sided `p` against 0 are of the family jackknife, in which the score is refitted to the
    whole scope without each family; null with a `reason` where they are undefined. `reversal_p` is that of "this is not
    the opposite sign of the correlation over all", `reversal_holm` the same after Holm over all that were tested in the
    study: null where the stratum is too small to be tested. `p_holm` is `p` after Holm over the same.
    `shape` is that of `Shape.label`, null for a small stratum. `trend` is there for what an alarm is about, so that a
    figure can show it.
    """

    by: str
    stratum: str
    rho: float | None
    low: float | None
    high: float | None
    p: float | None
    n_models: int
    n_families: int
    reason: str | None = None
    shape: str | None = None
    reversal_p: float | None = None
    reversal_holm: float | None = None
    p_holm: float | None = None
    trend: Trend | None = None


class GroupParts(msgspec.Struct, frozen=True, kw_only=True):
    """The correlation within groups and between them (`stats.strata`), each with its family-jackknife interval.

    `reversal_p` is that of "within groups it is not the opposite sign of the correlation over all", `reversal_holm` the
    same after Holm over all benchmarks and splits that were asked for.
    """

    within: float | None
    within_low: float | None
    within_high: float | None
    within_reason: str | None
    n_within: int
    groups_within: int
    between: float | None
    between_low: float | None
    between_high: float | None
    between_reason: str | None
    groups: int
    reversal_p: float | None = None
    reversal_holm: float | None = None


class SplitCorrelations(msgspec.Struct, frozen=True, kw_only=True):
    """The correlations of one benchmark in the strata of one split; `parts` only of a split that was asked for.

    Strata of fewer than four models are counted in `n_small` and not listed.
    """

    by: str
    strata: list[StratumCorrelation]
    n_small: int = 0
    parts: GroupParts | None = None


class GivenCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """The partial rank correlation given training compute, size or date of release (`stats.partial`).

    `rho` is the plain correlation over the same models, those of which the third is known.
    """

    given: str
    rho: float | None
    partial: float | None
    low: float | None
    high: float | None
    n_models: int
    n_families: int
    reason: str | None = None


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm: the correlation over all models and that of a stratum are established on opposite sides of 0.

    `reading` is ``near chance``, ``not monotone`` or ``confounding``, in this order: only what neither chance nor a
    bend explains is called confounding. `because` says what the reading follows from; `what` is the whole, in words.
    """

    by: str
    stratum: str
    reading: str
    because: str
    reversal_holm: float
    n_tests: int
    what: str


class Opposition(msgspec.Struct, frozen=True, kw_only=True):
    """Two strata of one split in which a correlation is established on opposite sides of 0, without a sign reversal.

    `rising` and `falling` are the surest strata of each sign, `p_holm` the larger p of the two after Holm. `reading`
    and `because` are as of `Reversal`.
    """

    by: str
    rising: str
    falling: str
    reading: str
    because: str
    p_holm: float
    n_tests: int
    what: str


class BenchmarkStrata(msgspec.Struct, frozen=True, kw_only=True):
    """What the strata of a scope say of one benchmark."""

    population: str
    benchmark: str
    overall: StratumCorrelation
    splits: list[SplitCorrelations]
    given: list[GivenCorrelation] = []
    reversals: list[Reversal] = []
    oppositions: list[Opposition] = []
