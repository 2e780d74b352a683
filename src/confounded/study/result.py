"""The result of a study, as data: the one door between what is computed and what is shown.

A `StudyResult` is written to and read from versioned JSON. It holds everything a report needs, at full
precision, and nothing of when, where or how fast it was made, so the same input gives the same bytes.
Null stands for what is not known or cannot be computed; a reason stands beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from confounded.errors import UnreadableError
from confounded.study.components_result import CapabilityComponents
from confounded.study.missing_result import Imputed, MissingCells
from confounded.study.planning_result import PlannedCorrelation, PlanningCurve
from confounded.study.settings import Settings
from confounded.study.strata_result import BenchmarkStrata, Scope
from confounded.study.written import written

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "AdjustedScores",
    "AreaExpectation",
    "AreaFacts",
    "AreaPrediction",
    "AreaSection",
    "AreaSummary",
    "BenchmarkFacts",
    "BenchmarkStrata",
    "CapabilityComponents",
    "CapabilityCorrelations",
    "Caution",
    "ComputeCorrelation",
    "Correlation",
    "Criterion",
    "Description",
    "FittedCurve",
    "Interval",
    "Intuition",
    "KindContrast",
    "KindSummary",
    "LeftOut",
    "MarginP",
    "ModelResult",
    "Notice",
    "PlannedCorrelation",
    "PlanningCurve",
    "PointCounts",
    "Pooled",
    "PopulationResult",
    "PopulationSummary",
    "Provenance",
    "Published",
    "RandomEffects",
    "Range",
    "RankIntervals",
    "Reliability",
    "Robustness",
    "SafetyTrend",
    "Scope",
    "ScoreWithCompute",
    "Shape",
    "Source",
    "Specification",
    "StudyPower",
    "StudyResult",
    "SuiteMember",
    "UncorrectedTrend",
    "VerdictCounts",
    "WithoutFamily",
    "read_result",
]

FORMAT: Final = "confounded-study"
VERDICTS: Final = ("entangled", "inverse", "separable", "undecided", "unreliable")
VERSION: Final = 1


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read: its name without folders, and the SHA-256 of its bytes.

    Of a folder the checksum is that of the sorted list of its files, a line each as ``sha256sum`` writes it, and
    `files` is how many were read.
    """

    name: str
    sha256: str
    files: int = 1


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader needs to make the same result again."""

    program: str
    program_version: str
    sources: list[Source]
    settings: Settings
    shipped_scores: bool


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader of the result must know: what, where, and the flag or line that settles it.

    `lenient` marks what left something to guess, and was taken so because that was asked for; `not_studied` is the
    population that is not studied at all for this reason, while others are, and `not_parted` what its models were to be
    parted by and cannot.
    """

    what: str
    where: str = ""
    remedy: str = ""
    lenient: bool = False
    not_studied: str | None = None
    not_parted: str | None = None


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """One model of a population. `capabilities_score` is null for a model left out of the fit.

    `score_low` and `score_high` are the interval of the capabilities score: how far it would move with another suite of
    the same kind (each capability benchmark left out once), and between imputations where that is imputed, or by the
    standard errors that its source publishes. Null where neither is known.

    `catalogue_model` is the entry of the catalogue that its name was found to stand for, and `family_from` says what
    told its family: the scores themselves, the catalogue, or a rule.
    """

    model: str
    name: str
    family: str
    organisation: str | None
    parameters: float | None
    training_flop: float | None
    capabilities_score: float | None
    score_low: float | None = None
    score_high: float | None = None
    catalogue_model: str | None = None
    family_from: str | None = None
    released: str | None = None


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A model without a capabilities score, and the benchmarks of the suite it has no score on."""

    model: str
    missing: list[str]


class SuiteMember(msgspec.Struct, frozen=True, kw_only=True):
    """A capability benchmark and its weight in the first component (unit vector)."""

    benchmark: str
    loading: float


class JoinedName(msgspec.Struct, frozen=True, kw_only=True):
    """How a model's name was joined with that of a reference.

    `how` is ``exact``, ``rule`` (by the stated `rules`), ``review`` (not joined: `candidates` are for a person to
    look at) or ``unmatched``.
    """

    model: str
    match: str | None
    how: Literal["exact", "rule", "review", "unmatched"]
    rules: list[str] = []
    candidates: list[str] = []


class CapabilitiesSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where the capabilities scores of a population come from.

    `kind` is ``suite`` (fitted to these models), ``reference``, ``column`` or ``compute``; all but the first are held
    fixed. `benchmarks` are those it was made from; `names` says of every model how it was found in a reference.
    """

    kind: Literal["suite", "reference", "column", "compute"]
    id: str
    title: str
    made_from: str
    benchmarks: list[str] = []
    citation: str | None = None
    licence: str | None = None
    names: list[JoinedName] = []
    has_standard_errors: bool = False


class CapabilityCorrelations(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlations between the capability benchmarks, and their mean and spread.

    `mean` and `standard_deviation` (population, ddof = 0) are over the distinct pairs.
    """

    benchmarks: list[str]
    rho: list[list[float]]
    mean: float
    standard_deviation: float


class BenchmarkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a benchmark: from the catalogue, or from the file where the catalogue lacks it.

    `measures`, `format`, `criticisms` and `sources` are of the catalogue's description, which is of the whole only.
    """

    benchmark: str
    name: str
    area: str | None
    kind: str | None
    metric: str | None
    direction: Literal["higher", "lower"]
    correlated_with: str
    part_of: str | None = None
    placed_by: str | None = None
    note: str | None = None
    unit: str | None = None
    kin_to_suite: list[str] = []
    kin_reason: str | None = None
    n_items: int | None = None
    n_items_source: str | None = None
    item_type: str | None = None
    judged: bool | None = None
    chance: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    reference: str | None = None
    measures: str | None = None
    format: str | None = None
    criticisms: list[str] = []
    sources: list[str] = []


class AreaSection(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what the catalogue says of an area: its heading, and its text, an empty line between paragraphs."""

    heading: str
    text: str


class AreaExpectation(msgspec.Struct, frozen=True, kw_only=True):
    """What those who argue for or against working on an area lead one to expect of it, and their reason."""

    side: str
    predicted: str
    why: str


class AreaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An area of research, as the catalogue describes it.

    `settled_by` says what data an area without scores waits for.
    """

    area: str
    title: str
    description: str
    finding: str
    placed_by: str
    goal: str = ""
    threat: str = ""
    sections: list[AreaSection] = []
    expectations: list[AreaExpectation] = []
    references: list[str] = []
    settled_by: str = ""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What the paper prints: the table and the figure, in percent."""

    table: int
    percent: float


class ComputeCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlation with training compute (FLOP), over the models whose compute is known."""

    rho: float | None
    n_models: int
    published: Published | None = None


class ScoreWithCompute(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlation of the capabilities score with training compute, over the models whose compute is known.

    `low` and `high` are its default interval at `level`; where they are null, `reason` says why.
    """

    rho: float | None
    low: float | None
    high: float | None
    level: float
    n_models: int
    n_families: int
    reason: str | None = None


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """An interval for a correlation. Where `low` and `high` are null, `reason` says why.

    `method` is one of

    - ``family jackknife t``: the default; leaves out each family once, Student's t with F - 1 degrees of freedom;
    - ``family jackknife t, effective families``: the same with G - 1 degrees of freedom;
    - ``family jackknife t, likely kin together``: the default with each model of unknown family in the family that
      most models of its architecture and size are of, if a column of the scores says these;
    - ``case bootstrap percentile``: takes models to be independent;
    - ``family bootstrap percentile``: draws whole families;
    - ``Bonett-Wright``: takes models to be independent and the score to be fixed.

    `n_replicates` and `n_degenerate` count the resamples behind it and those from which nothing could be computed.
    """

    method: str
    level: float
    low: float | None
    high: float | None
    degrees_of_freedom: float | None = None
    n_replicates: int | None = None
    n_degenerate: int | None = None
    reason: str | None = None


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """A reason to be careful with a verdict: its name (a word list is in `confounded.study.cautions`) and the facts."""

    caution: str
    what: str


class MarginP(msgspec.Struct, frozen=True, kw_only=True):
    """The p-values of a correlation against the margin, and what becomes of the verdict among many.

    `entangled`, `inverse` and `separable` are one-sided, against rho ≤ m, rho ≥ -m and |rho| ≥ m. `p` is min(1, 2 · the
    smallest): at most 1 - level exactly where there is a verdict. `q_bh` and `q_by` are `p` adjusted over the declared
    set of benchmarks of the population (Benjamini-Hochberg; Benjamini-Yekutieli, whatever the dependence), null
    for a benchmark outside that set; `verdict_bh` and `verdict_by` are the verdicts that are held under them.
    """

    entangled: float | None
    inverse: float | None
    separable: float | None
    p: float | None
    q_bh: float | None = None
    q_by: float | None = None
    verdict_bh: str | None = None
    verdict_by: str | None = None


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """The share of the variance between models that is not measurement error, and the correlation without that error.

    `method` is ``KR-21`` (means of single 0/1 items), ``standard errors`` or null where nothing is known. `rho`, `low`
    and `high` are the disattenuated correlation and its default interval, never clipped. `reason` says what is not
    known or refused.
    """

    method: str | None
    value: float | None
    rho: float | None
    low: float | None
    high: float | None
    reason: str | None = None


class AdjustedScores(msgspec.Struct, frozen=True, kw_only=True):
    """Capability-adjusted safety: each model's score against what its capability predicts, in the order of the models.

    The line is fitted without the model's whole family. `residual` is score less prediction; `low` and `high` are the
    prediction interval of the score. Null for a model without a score or a capabilities score. `against` says what
    stands for capability: the capabilities score, for a benchmark of the suite one refitted without it.
    """

    against: str

    predicted: list[float | None]
    residual: list[float | None]
    low: list[float | None]
    high: list[float | None]


class RankIntervals(msgspec.Struct, frozen=True, kw_only=True):
    """The ranks that the data allow each model, all at once at the level, in the order of the models; 1 is best.

    Where no standard error is known `best` and `worst` are empty, and `reason` says "not known" and why.
    """

    best: list[int | None]
    worst: list[int | None]
    reason: str | None = None


class WithoutFamily(msgspec.Struct, frozen=True, kw_only=True):
    """The correlation without one family, and the verdict that would then be taken (null where not computed).

    Of more than a hundred families only the largest and those that move the correlation most are listed; of more than
    500, small ones are left out several at a time. A notice says so.
    """

    family: str
    rho: float | None
    verdict: str | None


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """How far leaving one out moves a correlation: the extremes, and the one that moves it most."""

    lowest: float
    highest: float
    moved_most_by: str
    then: float
    n_undefined: int = 0


class Specification(msgspec.Struct, frozen=True, kw_only=True):
    """The correlation by another composite for capability, or another measure of association, on its own scale."""

    composite: str
    association: str
    value: float | None


class Robustness(msgspec.Struct, frozen=True, kw_only=True):
    """What other choices would have said.

    `families`, `models` and `suite` are the ranges when one of them is left out. `agreeing_share` is the share of
    `n_specifications` points (each family, model and capability benchmark left out, each other composite and
    association, the score without the benchmark itself) that agree with the verdict; `disagreeing` names the others.
    Of more than 500 models only those are left out that move the correlation most, and of families those are counted
    that are listed.
    """

    families: Range | None
    models: Range | None
    suite: Range | None
    specifications: list[Specification]
    n_specifications: int
    agreeing_share: float | None
    disagreeing: list[str]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a correlation hides, in the benchmark's own units, turned so that higher is better or safer.

    `slope` is by one standard deviation of the score, `slope_of_scale` its share of the way from the lowest to the
    highest possible score (null where these are not known); `explained_variance` is that line's share;
    `standard_deviation` is between models (ddof = 0). Shares are of models: at the floor or ceiling of the scale (null
    where that is not known), tied with another, within two standard errors of chance.
    """

    slope: float | None
    explained_variance: float | None
    standard_deviation: float | None
    floor_share: float | None
    ceiling_share: float | None
    tied_share: float | None
    near_chance_share: float | None
    slope_of_scale: float | None = None


class FittedCurve(msgspec.Struct, frozen=True, kw_only=True):
    """A curve of the benchmark on what it is correlated with, at some places, with a band for each (`stats.curves`).

    It is for the eye: no other figure rests on it. The band takes families to be independent; null where undefined.
    """

    x: list[float]
    y: list[float]
    low: list[float | None]
    high: list[float | None]
    is_straight: bool


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Is the relation monotone? `label` is ``not monotone``, ``flat``, ``monotone`` or ``unclear`` (two-lines test)."""

    label: str
    slope_low: float | None
    slope_high: float | None
    p_low: float | None
    p_high: float | None
    break_at: float | None


class ScoreCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """A correlation with a capabilities score that is not the headline of its benchmark.

    `interval` is the default interval, `effective` that of G - 1 degrees of freedom, each with its verdict (measurement
    error aside).
    """

    rho: float | None
    n_models: int
    interval: Interval | None = None
    effective: Interval | None = None
    verdict: str = "undecided"
    verdict_effective: str = "undecided"


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """How one benchmark goes with capability, in one population.

    `rho` is the Spearman correlation with what `correlated_with` names: the capabilities score, or for a
    calibration metric the accuracy on the same data set. It is over `n_models` models of `n_families` families,
    those that have both; their effective number, G = n² / Σ n_f², is `effective_families`. Where rho is null, `reason`
    says why. `association_p` answers only "is there any association at all", by permuting models as if they were
    independent. `interval` is the default interval, `intervals` the others, for comparison. `verdict` is ``entangled``,
    ``inverse``, ``separable``, ``undecided`` or ``unreliable``; `rule` says which rule gave it. `verdict_effective` is
    the verdict by the interval of G - 1 degrees of freedom, `verdict_kin` that with likely kin together, null where
    there are none. `without_itself` is the correlation with a score refitted without the benchmark, if it is in the
    suite, and without those that share items with it; `against_score`, for a calibration metric, is the correlation
    with the capabilities score. `imputed` is null unless the suite was imputed; then `rho` is the mean over the
    imputations (of Fisher z), and the intervals hold what differs between them.
    """

    population: str
    benchmark: str
    correlated_with: str
    rho: float | None
    n_models: int
    n_families: int
    effective_families: float
    in_suite: bool
    reason: str | None = None
    imputed: Imputed | None = None
    verdict: str = "undecided"
    verdict_effective: str = "undecided"
    verdict_kin: str | None = None
    rule: str = ""
    cautions: list[Caution] = []
    interval: Interval | None = None
    intervals: list[Interval] = []
    tests: MarginP | None = None
    reliability: Reliability | None = None
    without_family: list[WithoutFamily] = []
    robustness: Robustness | None = None
    description: Description | None = None
    shape: Shape | None = None
    association_p: float | None = None
    curve: FittedCurve | None = None
    adjusted: AdjustedScores | None = None
    ranks: RankIntervals | None = None
    published: Published | None = None
    without_itself: ScoreCorrelation | None = None
    against_score: ScoreCorrelation | None = None
    compute: ComputeCorrelation | None = None


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


class PopulationResult(msgspec.Struct, frozen=True, kw_only=True):
    """The models studied together, their capabilities scores, and the fit behind these.

    `scores` has, for each benchmark, a score per model in the order of `models`, higher being better or safer;
    holes are null there even where they were imputed. `n_dated` counts models whose release is known to the month
    at least (`released` of a model has as much of its date as is known). `missing` is null unless the suite was
    imputed. `n_families_of_kin` counts families where models of unknown family are with their likely kin, null where
    none are. `score_with_compute` is null where no model's training compute is known, or compute itself
    stands for capability.
    """

    population: str
    models: list[ModelResult]
    n_models: int
    n_families: int
    n_families_of_kin: int | None = None
    n_dated: int = 0
    left_out: list[LeftOut]
    capabilities: CapabilitiesSource
    suite: list[SuiteMember]
    eigenvalues: list[float]
    explained_share: float | None
    capability_correlations: CapabilityCorrelations | None
    missing: MissingCells | None = None
    score_with_compute: ScoreWithCompute | None = None
    scores: dict[str, list[float | None]]


class StudyResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a study found. See the classes of its fields."""

    format: Literal["confounded-study"] = FORMAT
    version: Literal[1] = VERSION
    provenance: Provenance
    populations: list[PopulationResult]
    benchmarks: list[BenchmarkFacts]
    areas: list[AreaFacts]
    correlations: list[Correlation]
    population_summaries: list[PopulationSummary]
    area_summaries: list[AreaSummary]
    kind_summaries: list[KindSummary]
    kind_contrasts: list[KindContrast]
    area_predictions: list[AreaPrediction] = []
    intuition: list[Intuition] = []
    trends: list[SafetyTrend] = []
    components: list[CapabilityComponents] = []
    scopes: list[Scope] = []
    strata: list[BenchmarkStrata] = []
    notices: list[Notice]

    def to_json(self) -> bytes:
        """Return the result as JSON, indented, the same bytes for the same result."""
        return written(self)

    def correlations_frame(self) -> pl.DataFrame:
        """Return the correlations as a frame, one a row.

        Returns
        -------
        polars.DataFrame
            Columns: population, benchmark, name, area, kind, correlated_with, verdict, rho, low, high, n_models,
            n_families, effective_families, in_suite, rho_compute, n_models_compute, published_percent.
        """
        import polars as pl

        facts = {fact.benchmark: fact for fact in self.benchmarks}
        return pl.DataFrame(
            [
                {
                    "population": one.population,
                    "benchmark": one.benchmark,
                    "name": facts[one.benchmark].name,
                    "area": facts[one.benchmark].area,
                    "kind": facts[one.benchmark].kind,
                    "correlated_with": one.correlated_with,
                    "verdict": one.verdict,
                    "rho": one.rho,
                    "low": one.interval.low if one.interval else None,
                    "high": one.interval.high if one.interval else None,
                    "n_models": one.n_models,
                    "n_families": one.n_families,
                    "effective_families": one.effective_families,
                    "in_suite": one.in_suite,
                    "rho_compute": one.compute.rho if one.compute else None,
                    "n_models_compute": one.compute.n_models if one.compute else None,
                    "published_percent": one.published.percent if one.published else None,
                }
                for one in self.correlations
            ],
            infer_schema_length=None,
        )


class _Header(msgspec.Struct):
    """The first words of a result, enough to tell what it is."""

    format: str = ""
    version: int = 0


def read_result(path: Path) -> StudyResult:
    """Read a result that `StudyResult.to_json` wrote.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, is no JSON, no result of a study, or of a version this program does not know.
    """
    remedy = "Give the result.json of a report, or a file of scores."
    try:
        raw = path.read_bytes()
        header = msgspec.json.decode(raw, type=_Header)
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnreadableError("JSON", found=str(problem), where=str(path), remedy=remedy) from problem
    if header.format != FORMAT:
        raise UnreadableError(
            f"a study result (format {FORMAT!r})", found="other JSON", where=str(path), remedy=remedy
        )
    if header.version != VERSION:
        raise UnreadableError(
            f"a study result of version {VERSION}",
            found=f"version {header.version}",
            where=str(path),
            remedy="Run `confounded report` on the scores again.",
        )
    try:
        result = msgspec.json.decode(raw, type=StudyResult)
    except msgspec.DecodeError as problem:
        raise UnreadableError(
            "a whole study result", found=str(problem), where=str(path), remedy="Make it again."
        ) from problem
    problem_found = _inconsistency(result)
    if problem_found:
        raise UnreadableError(
            "a study result as it was written", found=problem_found, where=str(path), remedy="Make it again."
        )
    return result


def _inconsistency(result: StudyResult) -> str | None:
    """Return what in a result contradicts the rest of it, as editing by hand does; None where nothing does."""
    sizes = {one.population: len(one.models) for one in result.populations}
    if not sizes:
        return "no population"
    for one in result.populations:
        lengths = {len(column) for column in one.scores.values()}
        if lengths - {len(one.models)} or one.n_models != len(one.models):
            return f"another number of scores than of models in the {one.population} population"
        between = one.capability_correlations
        if (between is None) != (not one.suite) or (one.explained_share is None) != (not one.suite):
            return f"a suite of the {one.population} population without its fit"
        width = len(one.suite)
        if between and ({len(row) for row in between.rho} - {width} or width != len(between.benchmarks)):
            return f"capability correlations of the {one.population} population that are no square"
    facts = {fact.benchmark for fact in result.benchmarks}
    for found in result.correlations:
        name = f"{found.benchmark} of the {found.population} models"
        population = next((one for one in result.populations if one.population == found.population), None)
        if population is None or found.benchmark not in facts or found.benchmark not in population.scores:
            return f"a correlation of {name} and no scores of it"
        if {found.verdict, found.verdict_effective} - set(VERDICTS):
            return f"the verdict {found.verdict!r} on {name}"
        if found.rho is not None and abs(found.rho) > 1:
            return f"a correlation of {found.rho} of {name}"
        if found.adjusted is not None and len(found.adjusted.residual) != sizes[found.population]:
            return f"another number of adjusted scores than of models on {name}"
    return None
