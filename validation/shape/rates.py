"""Simulate how often a relation is called *not monotone* by mistake and a U is found; write this folder's README.md.

Run in the project's root: ``python validation/shape/rates.py`` (about five minutes of processor time).
The exit code is 1 if a monotone relation is called that too often, or loses a verdict too often.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.engine import Threads, processor
from confounded.scores import ScoreMatrix
from confounded.study.capability import capabilities_of
from confounded.study.correlations import capabilities_correlations, gather_evidence
from confounded.study.population import ModelFacts, Population
from confounded.study.published import published_figures
from confounded.study.result import BenchmarkFacts
from confounded.study.settings import Settings
from confounded.study.shapes import is_turning
from confounded.study.verdicts import judge, verdict_of

HERE = Path(__file__).parent
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

SUITE: Final = tuple(f"s{number}" for number in range(6))
LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ABILITY, SAFETY = 0.3, 0.5
"""Shares of the variance of ability and of the rest of safety that lie between families (`validation/README.md`)."""

BENCHMARKS: Final = 20
"""In each study."""

GATE: Final = 5.0
"""Percent: the level of each test."""


@dataclass(frozen=True)
class Models:
    """How many models of how many families; skewed families have sizes that fall as 1, 1/2, 1/3 and so on."""

    n: int
    families: int
    skewed: bool = False

    def __str__(self) -> str:
        return f"{self.n} in {self.families}{', skewed' if self.skewed else ''}"

    def families_of(self) -> IntArray:
        """Return the family of each model."""
        if not self.skewed:
            return np.arange(self.n) % self.families
        share = 1.0 / np.arange(1, self.families + 1)
        own = np.repeat(
            np.arange(self.families), np.maximum(1, np.round(share / share.sum() * self.n).astype(int))
        )
        return np.concatenate([own, np.zeros(max(0, self.n - own.size), dtype=np.intp)])[: self.n]


DESIGNS: Final = (
    Models(27, 9),
    Models(60, 12, True),
    Models(200, 30, True),
    Models(240, 80),
    Models(1000, 60, True),
)

MONOTONE: Final = {
    "none": lambda a, e: 0.0 * a + e,
    "straight, weak (.2)": lambda a, e: 0.2 * a + 0.98 * e,
    "straight, middling (.5)": lambda a, e: 0.5 * a + 0.87 * e,
    "ends at a ceiling": lambda a, e: np.minimum(0.5 * a + 0.43 * e, 0.3),
    "a step": lambda a, e: (a > 0.3) + e,
}
WITHIN: Final = tuple(MONOTONE)[:2]
"""Those whose true correlation lies inside the margin: of the others no verdict of separable is right to begin with."""

TURNING: Final = {
    "U, noise as large as it": lambda a, e: a**2 / 2**0.5 + e,
    "U, half of the noise": lambda a, e: a**2 / 2**0.5 + 0.5 * e,
    "falls near chance, rises above": lambda a, e: np.where(a < -0.5, -1.5 * (a + 0.5), a + 0.5) + 0.5 * e,
}


def studied(models: Models, relation: str, rng: np.random.Generator) -> tuple[int, int, int]:
    """Make a study as the program does; count what turns, what would be separable, and what of that turns."""
    family = models.families_of()

    def clustered(share: float, width: int) -> FloatArray:
        between = rng.normal(size=(models.families, width))[family]
        return share**0.5 * between + (1 - share) ** 0.5 * rng.normal(size=(models.n, width))

    ability = clustered(ABILITY, 1)
    own = (MONOTONE | TURNING)[relation](ability, clustered(SAFETY, BENCHMARKS))
    suite = LOADING * ability + (1 - LOADING**2) ** 0.5 * rng.normal(size=(models.n, len(SUITE)))
    names = (*(f"b{number:02}" for number in range(BENCHMARKS)), *SUITE)
    scores = np.column_stack([own, suite])
    unknown = np.full(scores.shape, np.nan)
    matrix = ScoreMatrix(
        tuple(f"m{i:04}" for i in range(models.n)),
        names,
        scores,
        tuple(f"f{number:04}" for number in family),
        unknown,
        unknown,
    )
    facts_of = tuple(
        ModelFacts(name, name, kin, None, None, None, population="chat")
        for name, kin in zip(matrix.models, matrix.families, strict=True)
    )
    facts = {
        name: BenchmarkFacts(
            benchmark=name,
            name=name,
            area=None,
            kind=None,
            metric=None,
            direction="higher",
            correlated_with="capabilities score",
        )
        for name in names
    }
    settings = Settings(suite=SUITE, resamples=0)
    population = Population("chat", matrix, facts_of)
    score, _ = capabilities_of(population, settings, facts)
    evidence = gather_evidence(population, score, facts, settings, engine=Threads(1))
    found, _ = capabilities_correlations(population, score, facts, published_figures([]), evidence)
    outside = [one for one in judge(population, score, facts, evidence, found, settings) if not one.in_suite]
    low = [
        one
        for one in outside
        if one.interval is not None
        and verdict_of(one.interval.low, one.interval.high, settings.margin, one.n_families)[0] == "separable"
    ]
    return sum(map(is_turning, outside)), len(low), sum(one.verdict != "separable" for one in low)


def rates(models: Models, relation: str, n: int, seed: int) -> tuple[float, float, float | None]:
    """Return the percent that turns, that has a low interval, and of the latter that loses its verdict."""
    counts = np.zeros(3)
    for number in range(n):
        counts += studied(models, relation, np.random.default_rng([seed, number]))
    turning, low, lost = counts.tolist()
    total = n * BENCHMARKS / 100
    return turning / total, low / total, 100 * lost / low if low >= BENCHMARKS else None


TEXT = """# How often a relation is called *not monotone*, and what that costs

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} studies of {b} benchmarks a row, through the program's own path; level .95, seed {seed}. Six capability
benchmarks of one factor (correlation .675 between two); .3 of the variance of ability and .5 of that of the rest of
safety lie between families.

A benchmark whose relation to capability turns round cannot be separable: its verdict is *undecided*, whatever its
interval. *Called not monotone* is how often the two-lines test, with families left out in turn, finds a turn.
*Interval inside the margin* is how often the verdict would be separable by the interval alone, and *loses it* the
share of these that the shape takes the verdict from (where there are {b} or more).

## What to take from it

- **Seldom wrong**: of relations that are monotone, {worst:.1f} % at most are called anything else, and no more than
  {worst_lost:.1f} % of the separable verdicts are lost where the true correlation lies inside the margin.
- **It finds what matters**: of relations that turn round and whose interval lies inside the margin, the shape takes the
  verdict from {found_small:.0f} % or more with 60 models in 12 families, and from {found_large:.0f} % or more with
  200 in 30 and above.
- With 27 models in nine families it sees {seen_small:.0f} % of the clear turns. There, hardly anything is called
  separable anyway.

## Monotone relations

Rows fail where more than {gate:.0f} % (and three standard errors) are called not monotone; the first two also where as
many lose the verdict. The true correlation of the others lies beyond the margin, so that theirs was none to begin with.

| models in families | relation | called not monotone, % | interval inside the margin, % | loses it, % |
|---|---|---|---|---|
{monotone}

## Relations that turn round

| models in families | relation | called not monotone, % | interval inside the margin, % | loses it, % |
|---|---|---|---|---|
{turning}
"""


def main() -> int:
    """Simulate, write, and say whether the test holds its level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, began = given.simulations, process_time()
    found = {}
    for models in DESIGNS:
        for relation in (*MONOTONE, *TURNING):
            found[models, relation] = rates(models, relation, n, given.seed)
            print(models, relation, found[models, relation], flush=True)
    null = {key: row for key, row in found.items() if key[1] in MONOTONE}
    turns = {key: row for key, row in found.items() if key[1] in TURNING}

    def lines(rows: dict[tuple[Models, str], tuple[float, float, float | None]]) -> str:
        return "\n".join(
            f"| {models} | {relation} | {turning:.1f} | {low:.0f} | {'' if lost is None else f'{lost:.1f}'} |"
            for (models, relation), (turning, low, lost) in rows.items()
        )

    def taken(designs: tuple[Models, ...]) -> float:
        return min(
            (lost for (models, _), (_, _, lost) in turns.items() if models in designs and lost is not None),
            default=float("nan"),
        )

    text = TEXT.format(
        command=f"`python validation/shape/rates.py --simulations {n} --seed {given.seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        seconds=process_time() - began,
        n=n,
        b=BENCHMARKS,
        seed=given.seed,
        gate=GATE,
        worst=max(row[0] for row in null.values()),
        worst_lost=max(row[2] or 0.0 for (_, relation), row in null.items() if relation in WITHIN),
        found_small=taken(DESIGNS[1:2]),
        found_large=taken(DESIGNS[2:]),
        seen_small=turns[DESIGNS[0], "U, half of the noise"][0],
        monotone=lines(null),
        turning=lines(turns),
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    error = 3 * (GATE * (100 - GATE) / (n * BENCHMARKS)) ** 0.5
    failed = [
        f"{models}, {relation}"
        for (models, relation), (turning, _, lost) in null.items()
        if max(turning, lost or 0.0 if relation in WITHIN else 0.0) > GATE + error
    ]
    for name in failed:
        print(f"too often called not monotone: {name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
