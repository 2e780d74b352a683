"""What larger studies of the same kind would find, by formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from confounded.stats.intervals import FEWEST_FAMILIES_FOR_VERDICT
from confounded.stats.planning_curve import Foreseen, foresee
from confounded.study.planning_result import PlannedCorrelation, PlanningCurve
from confounded.study.settings import Settings

__all__ = ["CLUSTERING", "planning_curves"]

CLUSTERING: Final = ((0.0, 0.0), (0.3, 0.5))
"""Intra-family correlations (ability, residual) for which power is given: none, and those of `validation/README.md`."""

POWER_NEEDED: Final = 0.8
"""The customary power."""

SIZES: Final = (6, 8, 10, 12, 15, 19, 24, 30, 38, 48, 60, 76, 96, 120)
"""Numbers of families at which a curve is drawn, from the fewest that allow a verdict on; even on a log scale."""

STEP: Final = 1.26
"""From one number to the next, beyond those, for a study that has more families."""

MOST_FAMILIES: Final = 10_000
"""Where the search for a size gives up."""


def planning_curves(family_sizes: Sequence[int], settings: Settings) -> list[PlanningCurve]:
    """Foresee the studies of more and fewer families than this one has.

    Parameters
    ----------
    family_sizes : sequence of int
        Models with a capabilities score in each family.
    settings : Settings
        Their margin and level are used.

    Returns
    -------
    list of PlanningCurve
        One for each assumption of how much families resemble each other; none without a family.
    """
    if not family_sizes:
        return []
    family_sizes = tuple(family_sizes)
    numbers = _numbers(len(family_sizes))
    return [
        PlanningCurve(
            ability_clustering=ability,
            residual_clustering=residual,
            power_needed=POWER_NEEDED,
            n_families=numbers,
            n_models=[_models(family_sizes, number) for number in numbers],
            correlations=[
                _planned(
                    rho,
                    settings.margin,
                    family_sizes,
                    numbers,
                    partial(
                        foresee,
                        family_sizes,
                        rho,
                        ability=ability,
                        residual=residual,
                        margin=settings.margin,
                        level=settings.level,
                    ),
                )
                for rho in assumed_correlations(settings.margin)
            ],
        )
        for ability, residual in CLUSTERING
    ]


def _numbers(own: int) -> list[int]:
    """Return the numbers of families at which curves are drawn, that of the study among them."""
    numbers = {*SIZES, own} if own >= FEWEST_FAMILIES_FOR_VERDICT else {*SIZES}
    further = SIZES[-1] * STEP
    while further < own:
        numbers.add(round(further))
        further *= STEP
    return sorted(numbers)


def assumed_correlations(margin: float) -> tuple[float, ...]:
    """Return the true correlations that are foreseen: none, half the margin, and thirds of what is beyond it."""
    beyond = 1.0 - margin
    return (0.0, margin / 2.0, margin + beyond / 3.0, margin + 2.0 * beyond / 3.0)


def _planned(
    rho: float,
    margin: float,
    family_sizes: Sequence[int],
    numbers: Sequence[int],
    of: Callable[..., Foreseen],
) -> PlannedCorrelation:
    found = [of(n_families=number) for number in numbers]
    needed = _needed(of)
    return PlannedCorrelation(
        rho=rho,
        claim="separable" if rho < margin else "entangled",
        power=[one.power for one in found],
        low=[one.low for one in found],
        high=[one.high for one in found],
        n_families_needed=needed,
        n_models_needed=None if needed is None else _models(family_sizes, needed),
    )


def _models(family_sizes: Sequence[int], number: int) -> int:
    """Return about how many models so many families of such sizes have."""
    return round(number * sum(family_sizes) / len(family_sizes))


def _needed(of: Callable[..., Foreseen]) -> int | None:
    """Return the fewest families that suffice: power grows with their number."""

    def suffices(number: int) -> bool:
        return of(n_families=number).power >= POWER_NEEDED

    low = high = FEWEST_FAMILIES_FOR_VERDICT
    while not suffices(high):
        if high == MOST_FAMILIES:
            return None
        low, high = high + 1, min(2 * high, MOST_FAMILIES)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle + 1, high)
    return high
