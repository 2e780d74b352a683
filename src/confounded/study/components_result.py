"""How many capabilities a suite has, and which of them each benchmark follows, as data: part of a study's result."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["BenchmarkComponents", "CapabilityComponents", "ComponentCorrelation", "ComponentLoadings"]


class ComponentLoadings(msgspec.Struct, frozen=True, kw_only=True):
    """How much a capability benchmark hangs on each of two turned components (correlations by ranks)."""

    benchmark: str
    first: float
    second: float


class ComponentCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """The Spearman correlation of a benchmark with one component, with its family-jackknife interval and verdict.

    Measurement error is not part of the verdict.
    """

    rho: float | None
    low: float | None
    high: float | None
    verdict: str
    reason: str | None = None


class BenchmarkComponents(msgspec.Struct, frozen=True, kw_only=True):
    """How one benchmark goes with each component.

    `difference` is that of the Fisher z of both correlations, first less second, with its family-jackknife interval;
    both are turned round where the benchmark falls with the capabilities score. `follows` says which of them it goes
    with more, null where the interval holds 0 or is undefined.
    """

    benchmark: str
    n_models: int
    n_families: int
    first: ComponentCorrelation
    second: ComponentCorrelation
    difference: float | None
    low: float | None
    high: float | None
    follows: Literal["first", "second"] | None


class CapabilityComponents(msgspec.Struct, frozen=True, kw_only=True):
    """The dimensions of the suite of one population (`stats.parallel`, `stats.rotation`).

    `eigenvalues` stand beside `thresholds` of shuffled suites; `n_horn` is Horn's number of components.
    `second_threshold` and `second_p` are of the second eigenvalue given the first component; `n_components` is 2 where
    that p is at most 1 - level. Only then are there `loadings`, `first_led_by` and `second_led_by` (the capability
    benchmarks that hang more on one than on the other, the most first), `scores` of the models (in the order of the
    population, first and second) and `benchmarks`. Of an imputed suite these are means over the imputations; the p is
    the median.
    """

    population: str
    suite: list[str]
    eigenvalues: list[float]
    thresholds: list[float]
    n_horn: int
    second_threshold: float
    second_p: float
    n_draws: int
    n_components: int
    loadings: list[ComponentLoadings] = []
    first_led_by: list[str] = []
    second_led_by: list[str] = []
    scores: list[list[float | None]] = []
    benchmarks: list[BenchmarkComponents] = []
