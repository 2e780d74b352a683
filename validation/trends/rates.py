"""Simulate how often a trend at fixed capability is found where there is none; write it into this folder's README.md.

Run in the project's root: ``python validation/trends/rates.py`` (about half a minute of processor time).
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np

from confounded.engine import processor
from confounded.stats.component import first_component
from confounded.stats.trend import adjusted_trends

HERE = Path(__file__).parent

LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ABILITY: Final = 0.3
"""Share of the variance of ability, given the date, that lies between families (`validation/README.md`)."""

SLOPE: Final = 0.8
"""Correlation of safety with ability, which is all that safety depends on here."""

PER_FAMILY: Final = 4
LEVEL: Final = 0.95
FAMILIES: Final = (30, 60)
WITH_DATE: Final = (0.0, 0.6, 0.8)
BENCHMARKS: Final = (6, 12)


def found(
    n_families: int, with_date: float, benchmarks: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the lower limit and the trend of safety that follows ability alone, families being released together."""
    family = np.repeat(np.arange(n_families), PER_FAMILY)
    n = family.size
    date = rng.normal(size=n_families)[family]
    own = ABILITY**0.5 * rng.normal(size=n_families)[family] + (1 - ABILITY) ** 0.5 * rng.normal(size=n)
    ability = with_date * date + (1 - with_date**2) ** 0.5 * own
    suite = LOADING * ability[:, None] + (1 - LOADING**2) ** 0.5 * rng.normal(size=(n, benchmarks))
    safety = SLOPE * ability + (1 - SLOPE**2) ** 0.5 * rng.normal(size=n)
    score = first_component(suite).scores
    trends = adjusted_trends(score, date, safety[:, None], family, np.ones((1, 1), dtype=np.bool_), LEVEL)
    return float(trends.low[0]), float(trends.per_year[0])


TEXT = """# How often a trend at fixed capability is found where there is none

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} simulated studies a row; the standard error of 2.5 % is {error:.1f} points. Level .95, seed {seed}.

Safety follows ability alone (correlation .8), families of four models are released together, and capability benchmarks
correlate .675 with each other. *Improves* is the share of studies in which the interval of the trend lies above 0,
which should be 2.5 %; the mean trend is in standard deviations of safety over a standard deviation of the date.

- Where ability does not go with the date, the trend is right.
- Where it does, a suite holds ability with some error, and the date stands in for what the suite misses: up to
  {worst:.0f} % of studies say that safety improves. More models only make that surer; more benchmarks in the suite make
  it rarer.

| models | benchmarks in the suite | correlation of ability and date | improves, % | mean trend |
|---|---|---|---|---|
{rows}
"""


def main() -> int:
    """Simulate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, began = given.simulations, process_time()
    rows, worst = [], 0.0
    for n_families in FAMILIES:
        for benchmarks in BENCHMARKS:
            for with_date in WITH_DATE:
                each = [
                    found(n_families, with_date, benchmarks, np.random.default_rng([given.seed, number]))
                    for number in range(n)
                ]
                improves = 100 * float(np.mean([low > 0 for low, _ in each]))
                worst = max(worst, improves)
                mean = float(np.mean([trend for _, trend in each]))
                rows.append(
                    f"| {n_families * PER_FAMILY} | {benchmarks} | {with_date:g} | {improves:.1f} | {mean:+.2f} |"
                )
    text = TEXT.format(
        command=f"`python validation/trends/rates.py --simulations {n} --seed {given.seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        seconds=process_time() - began,
        n=n,
        error=100 * (0.025 * 0.975 / n) ** 0.5,
        seed=given.seed,
        worst=worst,
        rows="\n".join(rows),
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
