"""What a study says of one benchmark in one population: its correlation, and what it rests on."""

from __future__ import annotations

import msgspec

from confounded.study.missing_result import Imputed

__all__ = [
    "AdjustedScores",
    "Caution",
    "ComputeCorrelation",
    "Correlation",
    "Description",
    "FittedCurve",
    "Interval",
    "MarginP",
    "Published",
    "Range",
    "RankIntervals",
    "Reliability",
    "Robustness",
    "ScoreCorrelation",
    "Shape",
    "Specification",
    "WithoutFamily",
]


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What the paper prints: the table and the figure, in percent."""

    table: int
    percent: float


class ComputeCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlation with training compute (FLOP), over the models whose compute is known."""

    rho: float | None
    n_models: int
    published: Published | None = None


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
