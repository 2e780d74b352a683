"""Where the interval of a correlation lies against the margin. A comparison of numbers that the result holds.

- above: the whole default interval lies above +margin; the benchmark goes with capability.
- below: the whole interval lies below -margin; it goes against capability.
- within: the whole interval lies inside the margin; the benchmark is separable from capability.
- undecided: the interval reaches over one of these bounds, and nothing is established.
"""

from __future__ import annotations

from typing import Final, Literal

from confounded.study.result import Correlation

__all__ = ["FEWEST_FAMILIES", "STANDINGS", "Standing", "standing"]

Standing = Literal["above", "below", "within", "undecided"]

STANDINGS: Final[tuple[Standing, ...]] = ("above", "below", "within", "undecided")

FEWEST_FAMILIES: Final = 6
"""With fewer families than this the family jackknife has too few degrees of freedom to conclude anything from."""


def standing(one: Correlation, margin: float) -> Standing | None:
    """Return where the default interval of a correlation lies, or None where there is no correlation at all."""
    if one.rho is None:
        return None
    interval = one.interval
    if interval is None or interval.low is None or interval.high is None or one.n_families < FEWEST_FAMILIES:
        return "undecided"
    if interval.low > margin:
        return "above"
    if interval.high < -margin:
        return "below"
    return "within" if -margin < interval.low and interval.high < margin else "undecided"
