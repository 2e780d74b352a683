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
from confounded.study.correlation_result import (
    AdjustedScores,
    Caution,
    ComputeCorrelation,
    Correlation,
    Description,
    FittedCurve,
    Interval,
    MarginP,
    Published,
    Range,
    RankIntervals,
    Reliability,
    Robustness,
    ScoreCorrelation,
    Shape,
    Specification,
    WithoutFamily,
)
from confounded.study.missing_result import Imputed, MissingCells
from confounded.study.planning_result import PlannedCorrelation, PlanningCurve
from confounded.study.settings import Settings
from confounded.study.strata_result import BenchmarkStrata, Scope
from confounded.study.summary_result import (
    AreaPrediction,
    AreaSummary,
    Criterion,
    Intuition,
    KindContrast,
    KindSummary,
    PointCounts,
    Pooled,
    PopulationSummary,
    RandomEffects,
    SafetyTrend,
    StudyPower,
    UncorrectedTrend,
    VerdictCounts,
)
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
    "Imputed",
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
    "ScoreCorrelation",
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
