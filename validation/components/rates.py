"""Simulate how often a second component of capability is found; write it into this folder's README.md.

Run in the project's root: ``python validation/components/rates.py`` (about four minutes of processor time).
The exit code is 1 if a second component is found too often where there is one factor.
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
from numpy.typing import NDArray

from confounded.engine import processor
from confounded.stats.parallel import parallel_analysis

HERE = Path(__file__).parent
FloatArray = NDArray[np.float64]

WIDTH: Final = 12
LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ALPHA: Final = 0.05
CLUSTERING: Final = {"kin alike in all": (0.3, 0.5), "kin alike in ability only": (0.3, 0.0)}
"""Shares of the variance of the factors, and of what is a column's own, that lie between families."""

FAMILIES: Final = {
    "27 models in 9 families": (8, 3, 3, 3, 2, 2, 2, 2, 2),
    "60 models in 12 families": (5,) * 12,
    "200 models in 50 families": (4,) * 50,
}
SECOND: Final = (0.0, 0.2, 0.3, 0.45)
"""Loadings on a second factor, positive for half of the columns and negative for the others."""


def suite(
    sizes: tuple[int, ...], second: float, clustering: tuple[float, float], random: np.random.Generator
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Draw a suite of two factors, and its families."""
    family = np.repeat(np.arange(len(sizes)), sizes)

    def clustered(share: float) -> FloatArray:
        between = random.normal(size=len(sizes))[family]
        return share**0.5 * between + (1 - share) ** 0.5 * random.normal(size=family.size)

    general, other = clustered(clustering[0]), clustered(clustering[0])
    own = (1 - LOADING**2 - second**2) ** 0.5
    columns = [
        LOADING * general + second * (1 if j < WIDTH // 2 else -1) * other + own * clustered(clustering[1])
        for j in range(WIDTH)
    ]
    return np.column_stack(columns), family


def rates(
    sizes: tuple[int, ...], second: float, clustering: tuple[float, float], n: int, draws: int, seed: int
) -> tuple[float, float]:
    """Return how often two components are found, given the first and by Horn, in percent."""
    counts = np.zeros(2)
    for number in range(n):
        random = np.random.default_rng([seed, number])
        found = parallel_analysis(*suite(sizes, second, clustering, random), draws=draws, seed=number)
        counts += found.second_p <= ALPHA, found.n_horn >= 2
    first, horn = 100 * counts / n
    return float(first), float(horn)


TEXT = """# How often a second component of capability is found

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} simulated suites a row, {draws} shuffled ones for each; the standard error of 5 % is {error:.1f} points.

Twelve capability benchmarks with loadings of .82 on one factor, and of plus or minus the stated size on a second. Found
is the share of suites in which two components are earned: given the first (p ≤ .05, which is what decides), and by
Horn's analysis with the 95 % quantile. Kin: .3 of the variance of the factors lies between families, and .5 or none of
that of what is a benchmark's own.

- Where there is one factor alone, a second is found in at most {worst:.1f} % of suites (most often with few and unequal
  families, among which shuffling keeps kin together only about).
- A second factor of loadings .3 behind the first is found by Horn's analysis in {horn:.0f} % of suites at the most, and
  by the analysis given the first in {found:.0f} % at the least.

Rows fail where a second is found in more than {gate:.1f} % (5 % and three standard errors) without there being one.

| models | kin | second loading | given the first | Horn |
|---|---|---|---|---|
{rows}
"""


def main() -> int:
    """Simulate, write, and say whether the default holds what it promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--draws", type=int, default=99)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, began = given.simulations, process_time()
    found = {}
    for models, sizes in FAMILIES.items():
        for kin, clustering in CLUSTERING.items():
            for second in SECOND:
                found[models, kin, second] = rates(sizes, second, clustering, n, given.draws, given.seed)
                print(models, kin, second, found[models, kin, second], flush=True)
    error = 100 * (ALPHA * (1 - ALPHA) / n) ** 0.5
    gate = 100 * ALPHA + 3 * error
    text = TEXT.format(
        command=f"`python validation/components/rates.py --simulations {n} --draws {given.draws} --seed {given.seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        seconds=process_time() - began,
        n=n,
        draws=given.draws,
        error=error,
        gate=gate,
        worst=max(row[0] for (_, _, second), row in found.items() if second == 0),
        horn=max(row[1] for (_, _, second), row in found.items() if second == SECOND[2]),
        found=min(row[0] for (_, _, second), row in found.items() if second == SECOND[2]),
        rows="\n".join(
            f"| {models} | {kin} | {second:g} | {first:.1f} | {horn:.1f} |"
            for (models, kin, second), (first, horn) in found.items()
        ),
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    failed = [key for key, row in found.items() if key[2] == 0 and row[0] > gate]
    for key in failed:
        print(f"a second component too often: {key}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
