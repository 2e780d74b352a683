"""What a study says of many benchmarks together: of populations, areas and kinds, and over time."""

from __future__ import annotations

import msgspec

from confounded.study.planning_result import PlanningCurve

__all__ = [
    "AreaPrediction",
    "AreaSummary",
    "Criterion",
    "Intuition",
    "KindContrast",
    "KindSummary",
    "PointCounts",
    "Pooled",
    "PopulationSummary",
    "RandomEffects",
    "SafetyTrend",
    "StudyPower",
    "UncorrectedTrend",
    "VerdictCounts",
]


class PointCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many point estimates lie above +margin, below -margin, and within; no more than a count of points."""

    above: int
    below: int
    within: int


class VerdictCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many benchmarks got each verdict."""

    entangled: int = 0
    inverse: int = 0
    separable: int = 0
    undecided: int = 0
    unreliable: int = 0


class StudyPower(msgspec.Struct, frozen=True, kw_only=True):
    """How often a study of this many models in families of these sizes would call a benchmark separable if it were.

    The true correlation is 0, the benchmark is measured without error. Intra-family correlations are assumed, of
    ability and of the rest of the benchmark; `separable` is a share of `simulations` simulated studies, null with a
    `reason` where they cannot be simulated.
    """

    ability_clustering: float
    residual_clustering: float
    separable: float | None
    simulations: int
    reason: str | None = None


class PopulationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The benchmarks of a population outside the suite, counted.

    `points` is what the point estimates alone would claim, `verdicts` what the intervals establish. `declared` are the
    non-nested benchmarks among which the false discovery rate is held, `verdicts_bh` and `verdicts_by` what is left of
    theirs. `complete_against_score` counts all benchmarks that every model has, calibration metrics too, by their
    correlation with the capabilities score. The fields that end in ``_effective`` count what survives the degrees of
    freedom of the effective number of families. `power` stands beside every count of separable benchmarks: where it is
    low, "none separable" says little. `planning` is what more families would change, for each assumption of how much
    they resemble each other.
    """

    population: str
    n_benchmarks: int
    points: PointCounts
    verdicts: VerdictCounts
    declared: list[str]
    verdicts_bh: VerdictCounts
    verdicts_by: VerdictCounts
    complete_against_score: VerdictCounts
    verdicts_effective: VerdictCounts
    complete_against_score_effective: VerdictCounts
    power: list[StudyPower]
    planning: list[PlanningCurve] = []


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """One correlation for several benchmarks: tanh of the plain mean of their Fisher z.

    The interval leaves out each family through the pooled figure, and is conditional on these benchmarks. Where the
    suite has holes, `imputed_share` is the mean over these benchmarks of the share of its cells that is imputed, and
    `imputation_share` the share of the variance of the interval that imputation adds, both null otherwise.
    """

    rho: float | None
    low: float | None
    high: float | None
    n_families: int
    reason: str | None = None
    imputed_share: float | None = None
    imputation_share: float | None = None


class RandomEffects(msgspec.Struct, frozen=True, kw_only=True):
    """A random-effects view (REML, Knapp-Hartung) of the same, with what it assumes in `label`.

    `rho`, `low`, `high`, and the interval of one more benchmark (`prediction_low`, `prediction_high`) are correlations;
    `tau2` is the variance between benchmarks on the Fisher z scale and `i2` its share. Members `without_standard_error`
    are not among its `n_members`.
    """

    label: str
    rho: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float
    tau2: float
    i2: float
    n_members: int
    without_standard_error: list[str] = []


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an area is empirically separable, by the criterion of `study.criterion`, and what that rests on.

    `verdict` is that of the area, or what is left of ``separable`` when it is held against the robustness set and
    against measurement error. `lowest` and `highest` are the extremes of the pooled correlation under
    `n_specifications` other choices, and `outside` names those under which it lies beyond the margin. `without_error`
    is the pooled correlation without measurement error, null where the reliability of a measure is not known
    (`reliability_unknown`). `disagreeing` are the measures that make an area ``mixed``.
    """

    verdict: str
    rule: str
    n_specifications: int
    lowest: float | None
    highest: float | None
    outside: list[str]
    without_error: Pooled | None
    reliability_unknown: list[str]
    disagreeing: list[str]


class AreaSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The correlations of an area's benchmarks in one population.

    `members` are its benchmarks outside the suite that have a correlation; an aggregate is out when its parts are in,
    so that nothing counts twice. `verdict` is that of a benchmark, ``mixed`` or ``no data``; `rule` gives the reason.
    `criterion` holds it against the robustness set and measurement error.
    """

    population: str
    area: str
    n_benchmarks: int
    points: PointCounts
    verdicts: VerdictCounts
    members: list[str]
    median: float | None
    lowest: float | None
    highest: float | None
    pooled: Pooled
    verdict: str
    rule: str
    random_effects: RandomEffects | None = None
    criterion: Criterion | None = None


class KindSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The correlations of one kind of measurement in one population, pooled."""

    population: str
    kind: str
    members: list[str]
    pooled: Pooled


class KindContrast(msgspec.Struct, frozen=True, kw_only=True):
    """Does one kind of measurement differ from another? The difference of their mean Fisher z, first less second.

    The interval leaves out each family through the difference; `p` is two-sided, against no difference.
    """

    population: str
    first: str
    second: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    reason: str | None = None


class UncorrectedTrend(msgspec.Struct, frozen=True, kw_only=True):
    """The same trend, had the capabilities score no error: for comparison, as no answer follows from it."""

    per_year: float | None
    low: float | None
    high: float | None
    reason: str | None = None


class SafetyTrend(msgspec.Struct, frozen=True, kw_only=True):
    """How safety changes over release dates among models of equal capability (`stats.trend`).

    Of an `area`, its pooled benchmarks taken together, or of one `benchmark`. `per_year` is in standard deviations
    between models a year, higher being safer, corrected for the error of the capabilities score; `answer` is
    ``improves``, ``worsens`` or ``cannot tell``, by the interval, which is not corrected for how many trends are looked
    at, or ``not known`` where the error is not known or too large. `reliability` is that of the capabilities score at a
    given date. Where something is undefined, `reason` says why.
    """

    population: str
    area: str | None = None
    benchmark: str | None = None
    per_year: float | None
    low: float | None
    high: float | None
    n_models: int
    n_families: int
    answer: str
    reliability: float | None = None
    uncorrected: UncorrectedTrend | None = None
    reason: str | None = None


class AreaPrediction(msgspec.Struct, frozen=True, kw_only=True):
    """What one side of the argument expects of an area, and what becomes of it (`study.intuition`).

    `side` is ``advocates`` or ``critics`` of working on the area; `predicted` is ``rises``, ``falls`` or ``unrelated``;
    `outcome` is ``borne out``, ``ruled out`` or ``open`` by the pooled interval and the criterion, or ``mixed``.
    """

    population: str
    area: str
    side: str
    predicted: str
    outcome: str


class Intuition(msgspec.Struct, frozen=True, kw_only=True):
    """How often one side was right in one population: of the predictions that the data settle, with an interval."""

    population: str
    side: str
    borne_out: int
    ruled_out: int
    open: int
    mixed: int
    share: float | None
    low: float | None
    high: float | None
