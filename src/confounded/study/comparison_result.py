"""The result of a comparison, as data. Versioned JSON, as `confounded.study.result` is of a study.

Safety is turned so that higher is safer. Null stands for what is not known or cannot be computed; a reason stands
beside it.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from confounded.errors import UsageError
from confounded.stats.frozen_line import Slope
from confounded.study.result import LeftOut, Notice, Source, SuiteMember
from confounded.study.settings import LEVEL, SMALLEST_SUITE
from confounded.study.written import written

__all__ = [
    "ANSWERS",
    "Answer",
    "BenchmarkComparison",
    "Comparison",
    "ComparisonProvenance",
    "ComparisonSettings",
    "Difference",
    "ExcludedModel",
    "ModelComparison",
    "OtherSlope",
    "ReferenceLine",
    "ReferencePopulation",
    "Unpaired",
]

FORMAT: Final = "confounded-comparison"
VERSION: Final = 1

Answer = Literal["more", "less", "cannot tell"]
ANSWERS: Final[tuple[Answer, ...]] = ("more", "less", "cannot tell")


class ComparisonSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a comparison is asked to do.

    Parameters
    ----------
    safety : tuple of str
        The safety benchmarks. By default every benchmark in both tables that is no capability.
    suite : tuple of str, optional
        The capability benchmarks. By default those of the paper's twelve that are in the tables.
    reference : {'base', 'chat'}, optional
        Which of the shipped populations is the reference. By default the one that the compared models belong to.
    population : {'base', 'chat', 'mixed'}, optional
        Which population of a reference of one's own, and what its models are where nothing says it.
    slope : {'within', 'pooled'}, optional
        Which slope predicts. By default that within families, and that over all models where some model became one
        of another family.
    level : float
        Nominal coverage of the intervals.
    directions : dict of str to {'higher', 'lower'}
        As of `Settings`.
    units : dict of str to {'fraction', 'percent'}
        The unit of a benchmark in the compared tables; ``*`` stands for all. Scores are brought to the unit of the
        reference.
    same_metric : tuple of str
        Benchmarks of which different names of metrics mean the same.
    unknown_families_apart : bool
        Whether compared models of unknown family count as families of one. Otherwise they count as one family.
        In a reference of one's own, as of `Settings`.
    lenient : bool
        As of `Settings`.
    """

    safety: tuple[str, ...] = ()
    suite: tuple[str, ...] | None = None
    reference: Literal["base", "chat"] | None = None
    population: Literal["base", "chat", "mixed"] | None = None
    slope: Slope | None = None
    level: float = LEVEL
    directions: dict[str, Literal["higher", "lower"]] = {}
    units: dict[str, Literal["fraction", "percent"]] = {}
    same_metric: tuple[str, ...] = ()
    unknown_families_apart: bool = False
    lenient: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise UsageError("a level between 0 and 1, such as 0.95", found=str(self.level), where="--level")
        if self.suite is not None and len(set(self.suite)) < SMALLEST_SUITE:
            raise UsageError(
                f"at least {SMALLEST_SUITE} different benchmarks in the suite",
                found=", ".join(self.suite) or "none",
                where="--suite",
            )
        both = sorted(set(self.safety) & set(self.suite or ()))
        if both:
            raise UsageError("safety benchmarks that are not in the suite", found=", ".join(both))


class ComparisonProvenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader needs to make the same comparison again. `sources` are of BEFORE, AFTER and the reference."""

    program: str
    program_version: str
    sources: list[Source]
    settings: ComparisonSettings


class ExcludedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model of the reference that is left out of it because it is compared, and the compared model it is."""

    model: str
    compared: str


class ReferencePopulation(msgspec.Struct, frozen=True, kw_only=True):
    """Where b comes from. `score_low` and `score_high` are the least and greatest capabilities score in it."""

    name: str
    population: str
    models: list[str]
    n_families: int
    excluded: list[ExcludedModel]
    left_out: list[LeftOut]
    suite: list[SuiteMember]
    explained_share: float
    score_low: float
    score_high: float


class Unpaired(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is compared with none, and why."""

    model: str
    table: Literal["before", "after"]
    reason: str


class ReferenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a benchmark on the capabilities score in the reference.

    `slope` is b, in units of the benchmark for one of the score, with its family-jackknife error. `sibling_scatter` is
    the standard deviation of a change between two siblings about the line, `unrelated_scatter` of one between models of
    any two families; both with the errors of the reference's scores in them. `reason` says why nothing can be held
    against it.
    """

    kind: Slope
    slope: float | None
    slope_error: float | None
    sibling_scatter: float | None
    unrelated_scatter: float | None
    n_models: int
    n_families: int
    n_sibling_families: int
    largest_sibling_change: float | None
    reason: str | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How much more safety changed than capability predicts, of one model or on average.

    `difference` is D = `change` - `predicted`, `predicted` being b times `score_change`. The variances add up to the
    square of `standard_error`. `reason` says why there is no interval, or why no answer is taken from it.
    """

    answer: Answer
    change: float
    score_change: float
    predicted: float
    difference: float
    low: float | None
    high: float | None
    p: float | None
    df: float | None
    standard_error: float
    prediction_variance: float
    scatter_variance: float
    error_variance: float
    reason: str | None = None


class ModelComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One model before and after. `found` is null where it is refused, and `refused` says why."""

    before: str
    after: str
    family_before: str | None
    family_after: str | None
    siblings: bool
    safety_before: float | None
    safety_after: float | None
    score_before: float | None
    score_after: float | None
    found: Difference | None
    refused: str | None = None
    cautions: list[str] = []


class OtherSlope(msgspec.Struct, frozen=True, kw_only=True):
    """What the slope that was not taken says: of all models together, or of the only one."""

    kind: Slope
    slope: float | None
    slope_error: float | None
    found: Difference | None
    reason: str | None


class BenchmarkComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is found on one safety benchmark.

    `sentence` says it in words. `pooled` is the mean over the models, null where only one can be compared.
    """

    benchmark: str
    name: str
    metric: str | None
    unit: str | None
    direction: Literal["higher", "lower"]
    safety_errors: str
    score_errors: str
    sentence: str
    line: ReferenceLine
    models: list[ModelComparison]
    n_compared: int
    n_groups: int
    pooled: Difference | None
    other_slope: OtherSlope

    @property
    def headline(self) -> Difference:
        """What is found of all models together, or of the only one."""
        return self.pooled or next(one.found for one in self.models if one.found is not None)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Whether safety changed more than the change in capability predicts."""

    format: Literal["confounded-comparison"] = FORMAT
    version: int = VERSION
    provenance: ComparisonProvenance
    reference: ReferencePopulation
    benchmarks: list[BenchmarkComparison]
    unpaired: list[Unpaired]
    assumptions: list[str]
    notices: list[Notice]

    def to_json(self) -> bytes:
        """Return the result as JSON, indented, the same bytes for the same result."""
        return written(self)
