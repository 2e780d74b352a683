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
from confounded.study.settings import Settings

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "AreaFacts",
    "AreaSummary",
    "BenchmarkFacts",
    "CapabilityCorrelations",
    "ComputeCorrelation",
    "Correlation",
    "Interval",
    "LeftOut",
    "ModelResult",
    "Notice",
    "PointCounts",
    "PopulationResult",
    "PopulationSummary",
    "Provenance",
    "Published",
    "Source",
    "StudyResult",
    "SuiteMember",
    "read_result",
]

FORMAT: Final = "confounded-study"
VERSION: Final = 1


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was read: its name without folders, and the SHA-256 of its bytes."""

    name: str
    sha256: str


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader needs to make the same result again."""

    program: str
    program_version: str
    sources: list[Source]
    settings: Settings
    shipped_scores: bool


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader of the result must know: what, where, and the flag or line that settles it."""

    what: str
    where: str = ""
    remedy: str = ""


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """One model of a population. `capabilities_score` is null for a model left out of the fit."""

    model: str
    name: str
    family: str
    organisation: str | None
    parameters: float | None
    training_flop: float | None
    capabilities_score: float | None


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A model without a capabilities score, and the benchmarks of the suite it has no score on."""

    model: str
    missing: list[str]


class SuiteMember(msgspec.Struct, frozen=True, kw_only=True):
    """A capability benchmark and its weight in the first component (unit vector)."""

    benchmark: str
    loading: float


class CapabilityCorrelations(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlations between the capability benchmarks, and their mean and spread.

    `mean` and `standard_deviation` (population, ddof = 0) are over the distinct pairs.
    """

    benchmarks: list[str]
    rho: list[list[float]]
    mean: float
    standard_deviation: float


class BenchmarkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a benchmark: from the catalogue, or from the file where the catalogue lacks it."""

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


class AreaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An area of research, as the catalogue describes it."""

    area: str
    title: str
    description: str
    finding: str
    placed_by: str


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


class ScoreCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """A correlation with a capabilities score that is not the headline of its benchmark, and its default interval."""

    rho: float | None
    n_models: int
    interval: Interval | None = None


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """How one benchmark goes with capability, in one population.

    `rho` is the Spearman correlation with what `correlated_with` names: the capabilities score, or for a
    calibration metric the accuracy on the same data set. It is over `n_models` models of `n_families` families,
    those that have both; their effective number, G = n² / Σ n_f², is `effective_families`. Where rho is null, `reason`
    says why. `interval` is the default interval, `intervals` the others, for comparison. `without_itself`, for a benchmark of
    the suite, is the correlation with a score refitted without it; `against_score`, for a calibration metric,
    is the correlation with the capabilities score.
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
    interval: Interval | None = None
    intervals: list[Interval] = []
    published: Published | None = None
    without_itself: ScoreCorrelation | None = None
    against_score: ScoreCorrelation | None = None
    compute: ComputeCorrelation | None = None


class PointCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many point estimates lie above +margin, below -margin, and within; no more than a count of points."""

    above: int
    below: int
    within: int


class PopulationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The benchmarks of a population outside the suite, counted by where their point estimates lie."""

    population: str
    n_benchmarks: int
    points: PointCounts


class AreaSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The correlations of an area's benchmarks in one population: how many, middle, smallest and largest.

    Benchmarks of the suite and parts of an aggregate that is there itself are left out of the `median`, so that
    nothing counts twice; `members` names those that are in.
    """

    population: str
    area: str
    n_benchmarks: int
    points: PointCounts
    members: list[str]
    median: float | None
    lowest: float | None
    highest: float | None


class PopulationResult(msgspec.Struct, frozen=True, kw_only=True):
    """The models studied together, their capabilities scores, and the fit behind these.

    `scores` has, for each benchmark, a score per model in the order of `models`, higher being better or safer.
    """

    population: str
    models: list[ModelResult]
    n_models: int
    n_families: int
    left_out: list[LeftOut]
    suite: list[SuiteMember]
    eigenvalues: list[float]
    explained_share: float
    capability_correlations: CapabilityCorrelations
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
    notices: list[Notice]

    def to_json(self) -> bytes:
        """Return the result as JSON, indented, the same bytes for the same result."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    def correlations_frame(self) -> pl.DataFrame:
        """Return the correlations as a frame, one a row.

        Returns
        -------
        polars.DataFrame
            Columns: population, benchmark, name, area, kind, correlated_with, rho, low, high, n_models, n_families,
            effective_families, in_suite, rho_compute, n_models_compute, published_percent.
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
        return msgspec.json.decode(raw, type=StudyResult)
    except msgspec.DecodeError as problem:
        raise UnreadableError(
            "a whole study result", found=str(problem), where=str(path), remedy="Make it again."
        ) from problem
