"""What was missing and imputed, as data: part of a study's result."""

from __future__ import annotations

import msgspec

__all__ = ["Imputed", "MissingCells", "SuiteCoverage"]


class SuiteCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the models that can be scored have a capability benchmark, and their share."""

    benchmark: str
    n_models: int
    share: float


class MissingCells(msgspec.Struct, frozen=True, kw_only=True):
    """The holes of a suite that was imputed.

    `share` is the share of the suite's cells that are imputed, over the `n_models` with a capabilities score.
    `model_floor` is how many of the benchmarks a model needs, `benchmark_floor` what share of the models a benchmark;
    models below it are among those left out of the population, benchmarks below it are `left_out`. `sole_links` are
    benchmarks without which the others would have too few models in common. Of `n_dated` models the release is known;
    `anchors` are the benchmarks that enough of the older and of the newer half have (null where too few are dated), and
    `by_age` those whose holes go with the day of release: such holes are not random.
    """

    share: float
    n_models: int
    imputations: int
    coverage: list[SuiteCoverage]
    model_floor: int
    benchmark_floor: float
    left_out: list[str] = []
    sole_links: list[str] = []
    n_dated: int = 0
    anchors: list[str] | None = None
    by_age: list[str] = []


class Imputed(msgspec.Struct, frozen=True, kw_only=True):
    """What of a correlation was imputed, and what it would be otherwise.

    `share` is the share of imputed cells of the suite among the models of this correlation; scores on the benchmark
    itself are never imputed. `imputation_share` is the share of the variance of its interval that imputation adds (what
    lies between imputations, and how far correlations move where known cells are hidden), null where there is no
    interval. `complete_low` and `complete_high` are the limits, at the level of the interval, between which the
    correlation would be for these same models if no cell were missing; null where holes go with the age of models, for
    they take holes to be random. `rho_without`, `low_without` and `high_without` are the correlation and its default
    interval with the benchmark left out of the imputation model, which pulls them towards 0.
    """

    share: float
    imputations: int
    imputation_share: float | None
    rho_without: float | None
    complete_low: float | None = None
    complete_high: float | None = None
    low_without: float | None = None
    high_without: float | None = None
