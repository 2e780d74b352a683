"""What larger studies of the same kind would find, as data: part of a study's result."""

from __future__ import annotations

import msgspec

__all__ = ["PlannedCorrelation", "PlanningCurve"]


class PlannedCorrelation(msgspec.Struct, frozen=True, kw_only=True):
    """A true correlation, and what studies of each size would find of it, in the order of the sizes of the curve.

    `claim` is the verdict that it deserves, `power` the share of studies that reach it; `low` and `high` are the
    interval of a study that finds the correlation as it is, null where so few models have none. `n_families_needed`
    and `n_models_needed` are the smallest study that reaches the verdict with `power_needed` of the curve, null where
    none of up to ten thousand families does.
    """

    rho: float
    claim: str
    power: list[float]
    low: list[float | None]
    high: list[float | None]
    n_families_needed: int | None
    n_models_needed: int | None


class PlanningCurve(msgspec.Struct, frozen=True, kw_only=True):
    """How wide the intervals of larger studies would be, and how often they would reach a verdict, by their size.

    By formula (`stats.planning_curve`), for benchmarks without measurement error. A study of `n_families` has
    about `n_models`: each size is as frequent among its families as in this study. Intra-family correlations are
    assumed, of ability and of the rest of the benchmark.
    """

    ability_clustering: float
    residual_clustering: float
    power_needed: float
    n_families: list[int]
    n_models: list[int]
    correlations: list[PlannedCorrelation]
