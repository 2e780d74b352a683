"""Simulate trends at fixed capability, with and without the error of the score; write this folder's README.md.

Run in the project's root: ``python validation/trends/rates.py`` (about three minutes of processor time).
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from time import process_time
from typing import Final
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from confounded.engine import processor
from confounded.stats import trend
from confounded.stats.component import first_component, standardise
from confounded.stats.trend import Trends, adjusted_trends

HERE = Path(__file__).parent

FloatArray = NDArray[np.float64]

ABILITY: Final = 0.3
"""Share of the variance of ability, given the date, that lies between families (`validation/README.md`)."""

SLOPE: Final = 0.8
"""Correlation of safety with ability, which is all that safety depends on where no trend is planted."""

PER_FAMILY: Final = 4
LEVEL: Final = 0.95
FAMILIES: Final = (10, 30, 75)
WITH_DATE: Final = (0.0, 0.4, 0.8)
BENCHMARKS: Final = (3, 6, 12)
CORRELATIONS: Final = (0.675, 0.4)
"""Between two capability benchmarks: the paper's mean of the chat models, and a suite that has much less in common."""

PLANTED: Final = 0.3
UNRELATED: Final = (0.05, 0.15, 0.3)
MOST_UNKNOWN: Final = 50
"""Share of the studies, in percent, above which what the others find is no picture of all."""

FLOORS: Final = (0.0, 0.5, 0.6)


@dataclass(frozen=True)
class World:
    """What is simulated; families of four models are released together.

    `with_date` is the correlation of ability with the date, `planted` the trend in standard deviations of safety over
    one of the date. Benchmarks correlate with each other by `correlation` on average, from `correlation - spread` to
    `correlation + spread` each with one as good as it. `shared` is how much of their errors the two halves of the suite
    share, `of_family` how much families do. Errors `drift` by as many standard deviations over one of the date, half of
    the benchmarks upwards and half not at all. Safety may follow ability in a bend (exponentially) or, with `own`, the
    score with all that it holds beside what benchmarks share. Dates may be `even` and not normal. `given_errors`: the
    score is held fixed and its error variance known.
    """

    families: int = 30
    benchmarks: int = 6
    correlation: float = 0.675
    with_date: float = 0.8
    planted: float = 0.0
    spread: float = 0.0
    shared: float = 0.0
    of_family: float = 0.0
    drift: float = 0.0
    bent: bool = False
    own: bool = False
    even: bool = False
    given_errors: bool = False


@dataclass(frozen=True)
class Study:
    """What one study finds: trend and limits in standard deviations of the population, and reliability."""

    corrected: tuple[float, float, float]
    uncorrected: tuple[float, float, float]
    reliability: float


def studied(world: World, rng: np.random.Generator) -> Study:
    """Return what one study of such a world finds."""
    family = np.repeat(np.arange(world.families), PER_FAMILY)
    n, k = family.size, world.benchmarks
    drawn = (
        rng.uniform(-(3**0.5), 3**0.5, size=world.families) if world.even else rng.normal(size=world.families)
    )
    date = drawn[family]
    own = ABILITY**0.5 * rng.normal(size=world.families)[family] + (1 - ABILITY) ** 0.5 * rng.normal(size=n)
    ability = world.with_date * date + (1 - world.with_date**2) ** 0.5 * own
    loading = np.sqrt(world.correlation + world.spread * np.linspace(-1, 1, k))
    suite = loading * ability[:, None] + np.sqrt(1 - loading**2) * _errors(world, family, rng)
    suite += world.drift * date[:, None] * (np.arange(k) % 2)
    fit = first_component(suite)
    error = (1 - world.correlation) / world.correlation / k
    fixed = ability + error**0.5 * rng.normal(size=n)
    followed = fit.scores / fit.scores.std() if world.own else ability
    if world.bent:
        followed = np.exp(0.7 * followed)
        followed = (followed - followed.mean()) / followed.std()
    safety = SLOPE * followed + world.planted * date + (1 - SLOPE**2) ** 0.5 * rng.normal(size=n)
    trends = adjusted_trends(
        fixed if world.given_errors else fit.scores,
        date,
        safety[:, None],
        family,
        np.ones((1, 1), dtype=np.bool_),
        LEVEL,
        parts=None if world.given_errors else standardise(suite) * fit.eigenvector,
        error_variance=np.full(n, error) if world.given_errors else None,
    )
    corrected, uncorrected = (_scaled(one, safety.std()) for one in (trends.corrected, trends.uncorrected))
    return Study(corrected, uncorrected, float(trends.reliability[0]))


def _scaled(one: Trends, deviation: float) -> tuple[float, float, float]:
    """Return trend and limits on the scale that a trend is planted on, and not in standard deviations of the sample."""
    return float(one.per_year[0] * deviation), float(one.low[0] * deviation), float(one.high[0] * deviation)


def _errors(world: World, family: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
    n, k = family.size, world.benchmarks
    errors = rng.normal(size=(n, k))
    of_half = rng.normal(size=(n, 2))[:, np.arange(k) % 2]
    of_family = rng.normal(size=(world.families, k))[family]
    alone = 1 - world.shared - world.of_family
    return np.asarray(alone**0.5 * errors + world.shared**0.5 * of_half + world.of_family**0.5 * of_family)


@dataclass(frozen=True)
class Found:
    """Trends and limits (N, 3) of N studies of a world, of one kind."""

    planted: float
    trends: FloatArray

    @property
    def improves(self) -> float:
        """Return the share of all studies, in percent, that say that safety improves."""
        return _percent(self.trends[:, 1] > 0)

    @property
    def worsens(self) -> float:
        """Return the share of all studies, in percent, that say that it worsens."""
        return _percent(self.trends[:, 2] < 0)

    @property
    def not_known(self) -> float:
        """Return the share of studies, in percent, without an interval."""
        return _percent(np.isnan(self.trends[:, 1]))

    @property
    def holds(self) -> float:
        """Return the share of intervals, in percent, that hold what was planted."""
        if self.not_known > MOST_UNKNOWN:
            return float("nan")
        _, low, high = self.trends[np.isfinite(self.trends[:, 1])].T
        return _percent((low <= self.planted) & (self.planted <= high))

    @property
    def strays(self) -> float:
        """Return the median trend, less what was planted; NaN where that of most studies is not known."""
        return _median(self.trends[:, 0]) - self.planted

    @property
    def half(self) -> float:
        """Return the median half of an interval."""
        return _median(self.trends[:, 2] - self.trends[:, 1]) / 2


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if 100 * (1 - known.size / values.size) <= MOST_UNKNOWN else float("nan")


def _percent(which: NDArray[np.bool_]) -> float:
    return 100 * float(np.mean(which))


def simulated(world: World, n: int, seed: int) -> tuple[Found, Found, FloatArray]:
    """Return what n studies of a world find: corrected, not corrected, and the reliabilities."""
    each = [studied(world, np.random.default_rng([seed, number])) for number in range(n)]
    corrected = np.array([one.corrected for one in each])
    uncorrected = np.array([one.uncorrected for one in each])
    reliability = np.array([one.reliability for one in each])
    return Found(world.planted, corrected), Found(world.planted, uncorrected), reliability


Null = tuple[int, int, float, float]
"""Families, benchmarks in the suite, the correlation between them, and that of ability and date."""

NEAR_THE_FLOOR: Final[Null] = (10, 3, 0.4, 0.8)


def nulls(n: int, seed: int) -> tuple[list[str], dict[Null, tuple[Found, Found]]]:
    """Return the rows of false findings, and what is found, corrected and not, where dates go with ability."""
    rows: list[str] = []
    dated: dict[Null, tuple[Found, Found]] = {}
    for correlation, benchmarks, families in product(CORRELATIONS, BENCHMARKS, FAMILIES):
        world = World(families, benchmarks, correlation)
        each = [simulated(replace(world, with_date=r), n, seed) for r in WITH_DATE]
        for with_date, (corrected, uncorrected, _) in zip(WITH_DATE[1:], each[1:], strict=True):
            dated[families, benchmarks, correlation, with_date] = corrected, uncorrected
        cells = [
            f"{families * PER_FAMILY}",
            f"{benchmarks}",
            f"{correlation:g}",
            f"{np.median(each[-1][2]):.2f}",
            " / ".join(f"{uncorrected.improves:.1f}" for _, uncorrected, _ in each),
            " / ".join(f"{corrected.improves:.1f}" for corrected, _, _ in each),
            " / ".join(f"{corrected.worsens:.1f}" for corrected, _, _ in each),
            " / ".join(f"{corrected.not_known:.0f}" for corrected, _, _ in each),
            f"{each[-1][1].strays:+.2f}",
            f"{each[-1][0].strays:+.2f}",
        ]
        rows.append(_row(cells))
    return rows, dated


PlantedStudies = tuple[float, float, Found, Found]
"""The correlation between benchmarks, that of ability and date, and what is found, corrected and not."""


def planted(n: int, seed: int) -> tuple[list[str], list[PlantedStudies]]:
    """Return the rows of trends that are there, and what they are made from."""
    rows, each = [], []
    for correlation, families, with_date, size in product(
        CORRELATIONS, FAMILIES, (0.4, 0.8), (PLANTED, -PLANTED)
    ):
        world = World(families, 6, correlation, with_date, planted=size)
        corrected, uncorrected, _ = simulated(world, n, seed)
        each.append((correlation, with_date, corrected, uncorrected))
        right = [one.improves if size > 0 else one.worsens for one in (uncorrected, corrected)]
        cells = [
            f"{families * PER_FAMILY}",
            f"{correlation:g}",
            f"{with_date:g}",
            f"{size:+g}",
            *(f"{one.holds:.1f}" for one in (uncorrected, corrected)),
            *(f"{share:.1f}" for share in right),
            *(f"{one.half:.2f}" for one in (uncorrected, corrected)),
            f"{corrected.not_known:.0f}",
        ]
        rows.append(_row(cells))
    return rows, each


def _of_those_that_know(found: Found) -> float:
    """Return the share of studies that say that safety improves, in percent of those that say something."""
    return 100 * found.improves / (100 - found.not_known)


def _wider(found: Sequence[PlantedStudies]) -> float:
    """Return by how much correction widens intervals on average, in percent, of the better suite and later models."""
    ratios = [
        corrected.half / uncorrected.half
        for between, with_date, corrected, uncorrected in found
        if between == max(CORRELATIONS) and with_date == max(WITH_DATE)
    ]
    return 100 * float(np.mean(ratios) - 1)


OTHERWISE: Final = {
    "as above": World(),
    "the error variance of a score held fixed is known": World(given_errors=True),
    "six families": World(families=6),
    "unequal benchmarks: correlations of .1 to .9, six": World(correlation=0.5, spread=0.4),
    "unequal benchmarks: correlations of .1 to .9, three": World(correlation=0.5, spread=0.4, benchmarks=3),
    "half of the benchmarks drift upwards by .3": World(drift=0.3),
    "families share 60 % of the errors": World(of_family=0.6),
    "dates spread evenly": World(even=True),
    "safety follows ability in a bend (exponential)": World(bent=True),
    "the same, dates spread evenly": World(bent=True, even=True),
    "halves of the suite share 40 % of the errors": World(shared=0.4),
    "safety follows the score, with what benchmarks do not share": World(own=True),
}
"""Worlds that differ from the one above, each with what it is."""


def otherwise(n: int, seed: int) -> list[str]:
    """Return the rows of worlds that meet the assumptions less well."""
    rows = []
    for text, world in OTHERWISE.items():
        corrected, uncorrected, _ = simulated(world, n, seed)
        cells = [
            text,
            *(f"{one:.1f}" for one in (uncorrected.improves, corrected.improves, corrected.worsens)),
            f"{corrected.not_known:.0f}",
            f"{uncorrected.strays:+.2f}",
            f"{corrected.strays:+.2f}",
        ]
        rows.append(_row(cells))
    return rows


def floors(n: int, seed: int) -> list[str]:
    """Return the rows of suites that have little or nothing in common, by what reliability is asked for."""
    rows = []
    for correlation, benchmarks, families in product(UNRELATED, BENCHMARKS, (6, 10, 30)):
        world = World(families, benchmarks, correlation)
        with patch.object(trend, "RELIABILITY_FLOOR", -np.inf):
            corrected, _, reliability = simulated(world, n, seed)
        above = corrected.trends[:, 1] > 0
        cells = [
            f"{families * PER_FAMILY}",
            f"{benchmarks}",
            f"{correlation:g}",
            f"{np.median(reliability):.2f}",
            *(f"{_percent(above & (reliability >= floor)):.1f}" for floor in FLOORS),
            f"{_percent(reliability < trend.RELIABILITY_FLOOR):.0f}",
        ]
        rows.append(_row(cells))
    return rows


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("+nan", "–").replace("nan", "–")


NULLS_HEAD: Final = (
    "models",
    "benchmarks in the suite",
    "correlation between them",
    "reliability at a date",
    "improves, not corrected, %",
    "improves, %",
    "worsens, %",
    "not known, %",
    "median trend, not corrected",
    "median trend",
)
PLANTED_HEAD: Final = (
    "models",
    "correlation between benchmarks",
    "correlation of ability and date",
    "planted",
    "holds, not corrected, %",
    "holds, %",
    "found, not corrected, %",
    "found, %",
    "half width, not corrected",
    "half width",
    "not known, %",
)
OTHERWISE_HEAD: Final = (
    "what is different",
    "improves, not corrected, %",
    "improves, %",
    "worsens, %",
    "not known, %",
    "median trend, not corrected",
    "median trend",
)
FLOORS_HEAD: Final = (
    "models",
    "benchmarks in the suite",
    "correlation between them",
    "median reliability",
    *(f"improves, floor {floor:g}, %" for floor in FLOORS),
    "not known with the floor, %",
)


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([_row(head), f"|{'---|' * len(head)}", *rows])


TEXT = """# How often a trend at fixed capability is found where there is none

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} simulated studies a row; the standard error of 2.5 % is {error:.1f} points. Level .95, seed {seed}.

Safety follows ability alone (correlation .8), and families of four models are released together. *Improves* is the
share of all studies in which the interval of the trend lies above 0, which should be 2.5 %; trends are in standard
deviations of safety over a standard deviation of the date. *Reliability* is that of the capabilities score among models
of the same date, as studies estimate it; below {floor:g} the corrected trend is *not known*.

- Left as it is, the error of the capabilities score makes safety seem to improve in up to {worst:.0f} % of studies.
  More models make that surer, more or better benchmarks in the suite rarer.
- Corrected, in {low:.1f} to {high:.1f} % ({mean:.1f} % on average), and safety seems to worsen in {worsens:.1f} % on
  average. So the corrected trend is the one that answers; the other stands beside it. Where nearly all studies do not
  know, the few that do are wrong more often: the reliability came out too high in these, and {rash:.0f} % of those with
  40 models and three benchmarks that correlate .4 say *improves* at a correlation with the date of .8.
- Corrected, intervals hold a planted trend in {holds_low:.1f} to {holds_high:.1f} % of the studies that give one; not
  corrected, in as little as {plain_holds:.1f} %.
- The price is width where the date tells much of ability: at a correlation of .8, with six benchmarks that correlate
  .675, an interval grows by {wider:.0f} %; with six that correlate .4, about half of the studies do not know.
- What the benchmarks of a suite share beside ability passes for ability, and the correction does not see it. It takes
  for error what one benchmark holds alone: where safety follows that too, it overshoots. And where benchmarks gain with
  the date what is no ability, that is taken for ability too, and safety that does not gain it seems to worsen.

## No trend is there

Correlations of ability with the date: 0 / .4 / .8. Reliability and median trend, which should be 0, at .8.

{nulls}

## A trend is there

Suites of six benchmarks. *Holds* is the share of intervals that hold the planted trend, of those that are known;
*found* the share of all studies that find it with its sign. The half width is a median. No figure where most studies
do not know.

{planted}

## The assumptions are met less well

No trend is there; 120 models, six benchmarks that correlate .675 with each other, ability .8 with the date, where
nothing else is said.

{otherwise}

## Why a reliability is asked for

A first component weighs benchmarks by what they seem to share, and of few models it finds something in benchmarks that
share next to nothing. What is corrected by that is not ability, and the date stands in for it. These are shares of all
studies that say that safety improves while no trend is there, ability .8 with the date, by the reliability that is
asked for; 0 is no floor. With .6, few errors are left where benchmarks share a little. Where they share nothing and
families are six to ten, twelve benchmarks still pass: of such a suite *How many capabilities?* has to be asked first.

{floors}
"""


def main() -> int:
    """Simulate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, seed, began = given.simulations, given.seed, process_time()
    none, dated = nulls(n, seed)
    corrected = [one for one, _ in dated.values()]
    there, found = planted(n, seed)
    text = TEXT.format(
        command=f"`python validation/trends/rates.py --simulations {n} --seed {seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        n=n,
        error=100 * (0.025 * 0.975 / n) ** 0.5,
        seed=seed,
        worst=max(uncorrected.improves for _, uncorrected in dated.values()),
        low=min(one.improves for one in corrected),
        high=max(one.improves for one in corrected),
        mean=np.mean([one.improves for one in corrected]),
        worsens=np.mean([one.worsens for one in corrected]),
        floor=trend.RELIABILITY_FLOOR,
        rash=_of_those_that_know(dated[NEAR_THE_FLOOR][0]),
        holds_low=np.nanmin([one.holds for _, _, one, _ in found]),
        holds_high=np.nanmax([one.holds for _, _, one, _ in found]),
        plain_holds=min(one.holds for _, _, _, one in found),
        wider=_wider(found),
        nulls=_table(NULLS_HEAD, none),
        planted=_table(PLANTED_HEAD, there),
        otherwise=_table(OTHERWISE_HEAD, otherwise(n, seed)),
        floors=_table(FLOORS_HEAD, floors(n, seed)),
        seconds=process_time() - began,
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
