"""Simulate how often the alarm *sign reversal* is right and wrong; write it into this folder's README.md.

Run in the project's root: ``python validation/strata/rates.py`` (about five minutes of processor time).
The exit code is 1 if the alarm is raised too often where nothing turns round.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from confounded.engine import Threads, processor
from confounded.scores import ScoreMatrix
from confounded.study.capability import capabilities_of
from confounded.study.population import ModelFacts, Population
from confounded.study.result import BenchmarkFacts
from confounded.study.reversals import READINGS, with_reversals
from confounded.study.settings import Settings
from confounded.study.strata import part_models
from confounded.study.strata_result import BenchmarkStrata

HERE = Path(__file__).parent
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

SUITE: Final = ("mmlu", "s2", "s3", "s4", "s5", "s6")
LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ABILITY, SAFETY = 0.3, 0.5
"""Shares of the variance of ability and of the rest of safety that lie between families (`validation/README.md`)."""

BILLION: Final = 1e9
ALPHA: Final = 0.05


@dataclass(frozen=True)
class Case:
    """A way in which the world may be.

    `slopes`: the correlation of safety with ability in each stratum; `size`: models in each; `family`: models in a
    family; `spread`: how far the mean abilities of the strata lie apart, in standard deviations within them.
    """

    name: str
    slopes: tuple[float, ...]
    size: int = 30
    family: int = 3
    benchmarks: int = 1
    spread: float = 0.0


NULL: Final = (
    Case("no relation anywhere", (0.0,) * 5),
    Case("the same weak relation (.1) in all five", (0.1,) * 5),
    Case("the same weak relation (.1), no siblings", (0.1,) * 5, family=1),
    Case("the same relation (.3) in all five", (0.3,) * 5),
    Case("the same relation (.3), larger families", (0.3,) * 5, family=5),
    Case("strata are bands of ability (they restrict its range)", (0.4,) * 5, spread=1.0),
    Case("strong in four, none in the fifth", (0.7, 0.7, 0.7, 0.7, 0.0)),
    Case("strong in four, weak (.1) in the fifth", (0.7, 0.7, 0.7, 0.7, 0.1)),
    Case("ten benchmarks, the same weak relation (.1)", (0.1,) * 5, benchmarks=10),
    Case("ten benchmarks, strong in four, none in the fifth", (0.7, 0.7, 0.7, 0.7, 0.0), benchmarks=10),
    Case("strong in four, none in the fifth, strata of 100", (0.7, 0.7, 0.7, 0.7, 0.0), size=100),
)

PLANTED: Final = tuple(
    Case(
        f"{size} models a stratum, {own:+.1f} in one of five, +0.7 in the others",
        (0.7,) * 4 + (own,),
        size=size,
    )
    for size in (30, 60, 150)
    for own in (-0.3, -0.5, -0.8)
)


CANCELLING: Final = (
    Case("60 models a stratum, two at +0.7, one at 0 and two at −0.7", (0.7, 0.7, 0.0, -0.7, -0.7), size=60),
    Case(
        "150 models a stratum, two at +0.7, one at 0 and two at −0.7", (0.7, 0.7, 0.0, -0.7, -0.7), size=150
    ),
)


def models(case: Case, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Draw abilities, safety scores, families and strata; every family is in one stratum."""
    stratum = np.repeat(np.arange(len(case.slopes)), case.size)
    n = stratum.size
    family = np.arange(n) // case.family

    def clustered(share: float, width: int) -> FloatArray:
        between = rng.normal(size=(family[-1] + 1, width))[family]
        return share**0.5 * between + (1 - share) ** 0.5 * rng.normal(size=(n, width))

    ability = clustered(ABILITY, 1)
    slope = np.array(case.slopes)[stratum, None]
    safety = slope * ability + (1 - slope**2) ** 0.5 * clustered(SAFETY, case.benchmarks)
    if case.spread:
        # What a stratum has more of ability it has more of safety too: one relation over all.
        centre = case.spread * (stratum - stratum.mean())[:, None]
        ability, safety = ability + centre, safety + slope * centre
    return ability[:, 0], safety, family, stratum


def studied(
    ability: FloatArray,
    safety: FloatArray,
    family: IntArray,
    stratum: IntArray,
    rng: np.random.Generator,
    chance: float | None = None,
) -> list[BenchmarkStrata]:
    """Make the study of such models as the program does; strata are bands of size."""
    n = ability.size
    suite = LOADING * ability[:, None] / ability.std() + (1 - LOADING**2) ** 0.5 * rng.normal(
        size=(n, len(SUITE))
    )
    if chance is not None:
        suite[:, 0] = np.maximum(ability - chance, 0.0) + 0.02 * rng.normal(size=n)
    names = (*SUITE, *(f"b{number}" for number in range(safety.shape[1])))
    scores = np.column_stack([suite, safety])
    unknown = np.full(scores.shape, np.nan)
    matrix = ScoreMatrix(
        tuple(f"m{i:04}" for i in range(n)),
        names,
        scores,
        tuple(f"f{own:04}" for own in family),
        unknown,
        unknown,
    )
    facts_of = tuple(
        ModelFacts(name, name, own, None, (place + 0.5) * BILLION, None, population="chat")
        for name, own, place in zip(matrix.models, matrix.families, stratum.tolist(), strict=True)
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
            chance=0.0 if name == "mmlu" and chance is not None else None,
            ceiling=100.0 if name == "mmlu" and chance is not None else None,
        )
        for name in names
    }
    settings = Settings(
        suite=SUITE,
        size_bands=tuple((place + 1) * BILLION for place in range(int(stratum.max()))),
        near_chance=0.001,
    )
    population = Population("chat", matrix, facts_of)
    score, _ = capabilities_of(population, settings, facts)
    _, strata, scoped = part_models([population], [score], facts, settings, engine=Threads(1))
    return with_reversals(strata, scoped, settings)


def verdicts(found: Sequence[BenchmarkStrata]) -> tuple[bool, bool, bool, bool]:
    """Say whether a study raises the alarm, would without Holm, would by a sign alone, and calls strata opposite."""
    pairs = [
        (one.overall, stratum)
        for one in found
        for split in one.splits
        for stratum in split.strata
        if stratum.rho is not None
    ]
    alarm = any(one.reversals for one in found)
    pointwise = any(s.reversal_p is not None and s.reversal_p <= ALPHA for _, s in pairs)
    naive = any((whole.rho or 0.0) * (s.rho or 0.0) < 0 for whole, s in pairs)
    return alarm, pointwise, naive, any(one.oppositions for one in found)


def rates(case: Case, n: int, seed: int) -> FloatArray:
    """Return how often, in percent: the alarm, without Holm, by signs alone, and the caution of opposite strata."""
    counts = np.zeros(4)
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        counts += verdicts(studied(*models(case, rng), rng))
    return 100 * counts / n


SHAPES: Final = (
    "sign goes with size",
    "falls near chance, rises above",
    "U without chance",
    "small and large models fall, both together rise",
)


def shaped(shape: str, rng: np.random.Generator) -> list[BenchmarkStrata]:
    """Make a study of 240 models in 80 families, a third of them small, in which something turns round."""
    family = np.arange(240) // 3
    small = family % 3 == 0
    if shape == SHAPES[0]:
        ability = rng.normal(size=240)
        safety = np.where(small, -0.8, 0.9) * ability
    elif shape == SHAPES[3]:
        # Large models are abler and safer, and overlap with small ones in ability.
        kind = np.where(small, -1.4, 0.7)
        ability = kind + rng.normal(size=240)
        safety = 3.5 * kind - ability
    else:
        # Small models are weak ones, but some large ones are as weak.
        ability = np.where(small, rng.uniform(-2.5, -0.8, 240), rng.uniform(-1.6, 3.0, 240))
        safety = np.where(ability < -1.0, -1.5 * (ability + 1.0), ability + 1.0)
    safety = safety + 0.4 * rng.normal(size=240)
    chance = -1.0 if shape == SHAPES[1] else None
    return studied(ability, safety[:, None], family, np.where(small, 0, 1).astype(np.intp), rng, chance)


def readings(shape: str, n: int, seed: int) -> tuple[float, dict[str, float]]:
    """Return how often the alarm is raised for the split by size, and what it is then read as, in percent."""
    raised, read = 0, Counter[str]()
    for number in range(n):
        found = shaped(shape, np.random.default_rng([seed, number]))
        own = {one.reading for item in found for one in item.reversals if one.by == "size"}
        raised += bool(own)
        read.update(own)
    return 100 * raised / n, {name: 100 * read[name] / max(raised, 1) for name in READINGS}


SMALL: Final = (36, 60, 120)
NEAR: Final = (0.3, 0.5, 0.7)
"""Models of the smaller stratum, and their share that is near chance."""


def near_chance(truth: str, small: int, share: float, rng: np.random.Generator) -> list[BenchmarkStrata]:
    """Make a study in which part of the small models are near chance: each fourth family is of small models.

    Either the sign goes with size, near chance and above; or one relation falls near chance and rises above it, and
    large models are abler.
    """
    family = np.arange(4 * small) // 3
    is_small = family % 4 == 0
    chance = float(ndtri(share))
    ability = rng.normal(size=family.size)
    if truth == SHAPES[0]:
        safety = np.where(is_small, -0.8, 0.9) * ability
    else:
        ability = ability + np.where(is_small, 0.0, 1.5 + chance)
        safety = np.where(ability < chance, -2.5, 0.9) * (ability - chance)
    safety = safety + 0.4 * rng.normal(size=family.size)
    return studied(ability, safety[:, None], family, np.where(is_small, 0, 1).astype(np.intp), rng, chance)


def readings_near_chance(truth: str, small: int, share: float, n: int, seed: int) -> tuple[int, Counter[str]]:
    """Return how many studies of n raise an alarm by size or find it opposite, and what the first is read as."""
    read = Counter[str]()
    for number in range(n):
        found = near_chance(truth, small, share, np.random.default_rng([seed, number]))
        alarms = [own for one in found for own in (*one.reversals, *one.oppositions) if own.by == "size"]
        read.update(own.reading for own in alarms[:1])
    return sum(read.values()), read


TEXT = """# How often the alarm *sign reversal* is right and wrong

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} simulated studies a row; the standard error of 5 % is {error:.1f} points. Level .95, seed {seed}.

Six capability benchmarks of one factor (correlation .675 between two), families of three models unless said otherwise
(.3 of the variance of ability and .5 of that of the rest of safety lie between them), five strata of whole families, of
30 models each unless said otherwise. Every study goes through the program's own path: score refitted without each
family, jackknife-t, Holm. "Without Holm" is both intervals excluding 0 on opposite sides, unadjusted; "signs alone" is
any stratum whose point estimate has the other sign than that over all models.

## What to take from it

- **Signs alone are worth nothing**: where one and the same correlation of .1 holds in all five strata, they cry
  reversal in {naive:.0f} % of studies. The alarm does in {same:.1f} %.
- **It is seldom false**: at most {worst:.1f} % of studies over all rows below, where nothing turns round, also where
  the relation is merely weaker in a stratum or gone.
- **It is blunt in small strata**: of 30 models in ten families that go at −.5 where the others go at +.7, it is raised
  in {hit_small:.0f} % of studies; of 60 in {hit_middle:.0f} %, of 150 in {hit_large:.0f} %. Silence is not evidence.
- **Shape comes first**: of alarms by size that come of a relation that turns near chance, {read_chance:.0f} % are read
  as *near chance* and {read_bent:.0f} % as *not monotone*, which is of
  shape too; of those that come of a bend, {read_bend:.0f} % as *not monotone*; of those where the sign goes with
  size, {read_confounding:.0f} % as *confounding*, and of those where both sizes fall and rise together (Simpson's
  paradox) {read_simpson:.0f} %.
- **Too few models are no evidence of chance**: where the sign goes with size and 30 to 70 % of 36 to 120 small models
  are near chance, at most {wrong:.0f} % of alarms are read as *near chance*; where it does come of chance, at least
  {found:.0f} % (of rows with an alarm in half of the studies).

The caution *opposite strata* (two strata established on opposite sides of 0 while the correlation over all is not) is
given by mistake in {opposed:.1f} % of studies at most. In the last two planted rows the strata cancel out: it is given
in {cancel:.0f} % and {cancel_large:.0f} %.

## Where nothing turns round: false alarms, % of studies

Rows fail where the alarm is above {gate:.1f} % (5 % and three standard errors), or the caution *opposite strata* is.

| case | alarm | without Holm | signs alone | opposite strata |
|---|---|---|---|---|
{null}

## Where one stratum turns round: alarms, % of studies

*Opposite strata* is given only where there is no alarm: the correlation over all is then not established.

| case | alarm | without Holm | opposite strata |
|---|---|---|---|
{planted}

## What an alarm by size is read as

240 models in 80 families, a third of them small; {n_read} studies a row.

| truth | alarm by size | read as near chance | as not monotone | as confounding | as unclear |
|---|---|---|---|---|---|
{read}

## Small strata of which a part is near chance

A quarter of the models are small, and of these a share is near chance. That the sign is not established without them
may come of chance or of too few models: it is read as *near chance* only where those above are shown to go another way.
Alarms and *opposite strata* of {n_near} studies a row.

| truth | small models | near chance | raised | read as near chance | as not monotone | as confounding | as unclear |
|---|---|---|---|---|---|---|---|
{near}
"""


def main() -> int:
    """Simulate, write, and say whether the default holds what it promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, began = given.simulations, process_time()
    error = 100 * (ALPHA * (1 - ALPHA) / n) ** 0.5
    gate = 100 * ALPHA + 3 * error
    null = {}
    for case in NULL:
        null[case.name] = rates(case, n, given.seed)
        print(case.name, null[case.name], flush=True)
    planted = {}
    for case in PLANTED:
        planted[case.size, case.slopes[-1]] = rates(case, n // 2, given.seed)
        print(case.name, planted[case.size, case.slopes[-1]], flush=True)
    cancelling = [rates(case, n // 2, given.seed) for case in CANCELLING]
    read = {shape: readings(shape, n // 2, given.seed) for shape in SHAPES}
    near = {
        (truth, small, share): readings_near_chance(truth, small, share, n // 4, given.seed)
        for truth in SHAPES[:2]
        for small in SMALL
        for share in NEAR
    }
    text = TEXT.format(
        command=f"`python validation/strata/rates.py --simulations {n} --seed {given.seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        seconds=process_time() - began,
        n=n,
        n_read=n // 2,
        n_near=n // 4,
        near="\n".join(
            f"| {truth} | {small} | {share:.0%} | {raised} | "
            + " | ".join(str(read[name]) for name in READINGS)
            + " |"
            for (truth, small, share), (raised, read) in near.items()
        ),
        wrong=max(
            100 * read["near chance"] / max(raised, 1)
            for (truth, *_), (raised, read) in near.items()
            if truth == SHAPES[0]
        ),
        found=min(
            100 * read["near chance"] / raised
            for (truth, *_), (raised, read) in near.items()
            if truth == SHAPES[1] and raised >= n // 8
        ),
        error=error,
        gate=gate,
        seed=given.seed,
        naive=null[NULL[1].name][2],
        same=null[NULL[1].name][0],
        opposed=max(row[3] for row in null.values()),
        cancel=cancelling[0][3],
        cancel_large=cancelling[1][3],
        worst=max(row[0] for row in null.values()),
        hit_small=planted[30, -0.5][0],
        hit_middle=planted[60, -0.5][0],
        hit_large=planted[150, -0.5][0],
        read_confounding=read[SHAPES[0]][1]["confounding"],
        read_chance=read[SHAPES[1]][1]["near chance"],
        read_bent=read[SHAPES[1]][1]["not monotone"],
        read_simpson=read[SHAPES[3]][1]["confounding"],
        read_bend=read[SHAPES[2]][1]["not monotone"],
        null="\n".join(
            f"| {name} | {a:.1f} | {p:.1f} | {s:.1f} | {o:.1f} |" for name, (a, p, s, o) in null.items()
        ),
        planted="\n".join(
            f"| {case.name} | {a:.1f} | {p:.1f} | {o:.1f} |"
            for case, (a, p, _, o) in [
                *((case, planted[case.size, case.slopes[-1]]) for case in PLANTED),
                *zip(CANCELLING, cancelling, strict=True),
            ]
        ),
        read="\n".join(
            f"| {shape} | {raised:.0f} | " + " | ".join(f"{share:.0f}" for share in shares.values()) + " |"
            for shape, (raised, shares) in read.items()
        ),
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    failed = [name for name, row in null.items() if max(row[0], row[3]) > gate]
    for name in failed:
        print(f"too often alarmed: {name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
