"""What a study of given families would find, by formula: how wide its interval is, how often it reaches a verdict.

The simulation of `stats.planning` is what a study should be planned with; this is its shape in a millisecond, for every
size at once. It extends the formula of `formula_power` by what the verdict rule adds to it:

- Families whose members resemble each other tell less than as many strangers. Let x be the capabilities score, e the
  rest of the benchmark, both normal, with intra-family correlations a and b; A and B their correlation matrices, and M
  the matrix that takes the mean off. What a sample tells of a correlation ρ = 0 is x'Me, whose variance over what
  standardises it is v(a, b) = tr(MAMB) / (tr(MA) · tr(MB)), and 1 / (n - 1) for n strangers. Of any other ρ it is

      ρ²/2 · (v(a, a) + v(b, b)) + (1 - ρ²) · v(a, b)

  times (1 - ρ²)², so that the models are worth 1 + 1 / that many strangers. The traces follow from the sums of the
  family sizes, their squares and their cubes.
- The standard error is estimated from F families, so that the limits are those of Student's t with F - 1 degrees of
  freedom, and a lucky estimate of it is averaged over.

`validation/plan/curve.md` holds it against the simulation: nearly everywhere within a few points, and too low where a
few families have most of the models. It knows neither ties nor a suite that is refitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import gammaincinv, ndtr, stdtrit

from confounded.errors import StatisticsError
from confounded.stats.intervals import BONETT_WRIGHT, FEWEST_FAMILIES_FOR_VERDICT

__all__ = ["Foreseen", "foresee", "independent_models"]

NODES = 200
"""Equally likely values of the estimated standard error that the power is averaged over."""

FEWEST_MODELS = 3.0
"""Independent models that Fisher's z uses up."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a study would find.

    Parameters
    ----------
    power : float
        Share of studies with the right verdict: beyond the margin where the correlation is, else inside.
    low, high : float or None
        The interval of a study that finds the correlation as it is. None where so few models have none.
    """

    power: float
    low: float | None
    high: float | None


def independent_models(sizes: Sequence[int], rho: float, ability: float, residual: float) -> float:
    """Return how many independent models the models of some families are worth.

    Parameters
    ----------
    sizes : sequence of int
        Models in each family.
    rho : float
        The correlation that is looked for.
    ability, residual : float
        Intra-family correlations of ability and of the rest of the benchmark.

    Returns
    -------
    float
        The number of models where none resemble each other, and at the most that of families where they are copies.
        0 for a single family.
    """
    if len(sizes) < 2:
        return 0.0
    n, square, cube = _power_sums(tuple(sizes))
    # With Z the membership of models in families: tr(MZZ') and tr(MZZ'MZZ').
    once = n - square / n
    twice = square - 2.0 * cube / n + (square / n) ** 2

    def spread(share: float) -> float:
        return (1.0 - share) * (n - 1.0) + share * once

    def variance(one: float, other: float) -> float:
        trace = (1.0 - one) * (1.0 - other) * (n - 1.0)
        trace += (one + other - 2.0 * one * other) * once + one * other * twice
        return trace / (spread(one) * spread(other))

    own = variance(ability, ability) + variance(residual, residual)
    return 1.0 + 1.0 / (rho**2 / 2.0 * own + (1.0 - rho**2) * variance(ability, residual))


@lru_cache(maxsize=8)
def _power_sums(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    """Return the sums of sizes, of their squares and of their cubes: a curve asks for them hundreds of times."""
    return sum(sizes), sum(size**2 for size in sizes), sum(size**3 for size in sizes)


def foresee(
    sizes: Sequence[int],
    rho: float,
    *,
    n_families: int | None = None,
    ability: float = 0.0,
    residual: float = 0.0,
    margin: float = 0.40,
    level: float = 0.95,
) -> Foreseen:
    """Foresee the interval and the verdict of a study.

    Parameters
    ----------
    sizes : sequence of int
        Models in each family.
    rho : float
        The true correlation, between -1 and 1, free of measurement error.
    n_families : int, optional
        Of another study, in which each size is as frequent among the families as here: its models are worth as many
        more or fewer independent ones as it has more or fewer families.
    ability, residual : float
        Intra-family correlations of ability and of the rest of the benchmark, 0 to 1.
    margin, level : float
        Of the verdict, between 0 and 1.

    Returns
    -------
    Foreseen

    Raises
    ------
    StatisticsError
        If an argument is out of its range.
    """
    shares = (ability, residual)
    if not -1.0 < rho < 1.0 or not 0.0 < margin < 1.0 or not 0.0 < level < 1.0:
        raise StatisticsError(
            "a correlation between -1 and 1, a margin and a level between 0 and 1",
            found=f"{rho}, {margin} and {level}",
        )
    if any(not 0.0 <= share <= 1.0 for share in shares) or not sizes or min(sizes) < 1:
        raise StatisticsError(
            "families of one model or more, and intra-family correlations between 0 and 1",
            found=f"{tuple(sizes)}, {ability} and {residual}",
        )
    families = len(sizes) if n_families is None else n_families
    worth = independent_models(sizes, rho, ability, residual) * families / len(sizes) - FEWEST_MODELS
    freedom = families - 1
    if worth <= 0.0 or freedom < 1:
        return Foreseen(0.0, None, None)
    error = np.sqrt((1.0 + rho**2 / BONETT_WRIGHT) / worth)
    quantile = stdtrit(freedom, 0.5 + level / 2.0)
    z, bound = np.arctanh(rho), np.arctanh(margin)
    low, high = np.tanh(z - quantile * error), np.tanh(z + quantile * error)
    if families < FEWEST_FAMILIES_FOR_VERDICT:
        return Foreseen(0.0, float(low), float(high))
    shares_below = (np.arange(NODES) + 0.5) / NODES
    # Quantiles of χ² by its incomplete gamma function, without what scipy.stats checks in every call.
    limits = quantile * np.sqrt(2.0 * gammaincinv(freedom / 2.0, shares_below) / freedom)
    if abs(z) > bound:
        reached = ndtr((abs(z) - bound) / error - limits)
    else:
        both = ndtr((bound - z) / error - limits) + ndtr((bound + z) / error - limits) - 1.0
        reached = np.maximum(0.0, both)
    return Foreseen(float(reached.mean()), float(low), float(high))
