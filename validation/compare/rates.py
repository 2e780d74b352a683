"""Simulate how often `confounded compare` is wrong, and what it can see; write it into this folder's README.md.

Run in the project's root: ``python validation/compare/rates.py`` (about ten minutes of processor time).
The exit code is 1 if the default says "more" or "less" too often in a gated cell.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from confounded.engine import processor
from confounded.stats.differential import Pairs, differential_progress
from confounded.stats.frozen_line import FrozenLine, Slope, family_refits, frozen_line

HERE = Path(__file__).parent
FloatArray = NDArray[np.float64]

COLUMNS = 12
LOADING = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ABILITY, SAFETY = 0.3, 0.5
"""Shares of the variance of ability and of the rest of safety that lie between families (`validation/README.md`)."""

REFERENCES = {
    "12 models in 6 families, 3 of them with siblings": (4, 3, 2, 1, 1, 1),
    "26 models in 9 families": (8, 3, 3, 3, 2, 2, 2, 2, 1),
    "60 models in 12 families": (5,) * 12,
}
GROUPS = (0, 0, 1, 1, 2, 2)
"""Six compared models of three families; the first of them stands for one model alone."""


@dataclass(frozen=True)
class Case:
    """A way in which the world may be. Slopes are in units of safety for one standard deviation of ability.

    `within` and `between`: the slopes among siblings and among families; `slopes`: the standard deviation of the slope
    between families; `scatter`: that of the logarithm of the scatter between families; `items`: how many items of 0 or
    1 stand behind each safety score of the reference and of the compared, 0 for scores without error.
    """

    name: str
    within: float = 1.0
    between: float = 1.0
    slopes: float = 0.0
    scatter: float = 0.0
    items: tuple[int, int] = (0, 0)
    is_gated: bool = True


CASES = (
    Case("one slope"),
    Case("no slope", 0.0, 0.0),
    Case("families rank the other way", 1.0, -0.5),
    Case("families differ more", 1.0, 2.5),
    Case("scatter differs by family (log sd .5)", scatter=0.5),
    Case("errors of 200 items, compared with 50", items=(200, 50)),
    Case("slopes differ by family (sd .5)", slopes=0.5, is_gated=False),
)
UNIT = 0.1
"""Safety of one unit as a share of items: scores stay within 0 to 1."""


def study(
    random: np.random.Generator, sizes: Sequence[int], case: Case, rise: float, effect: float
) -> tuple[FloatArray, FloatArray, NDArray[np.int64], Pairs, FloatArray | None]:
    """Draw a reference population and six pairs of new families whose ability rises by so much."""
    family = np.repeat(np.arange(len(sizes)), sizes)
    groups = np.array(GROUPS)
    n, n_families, pairs = family.size, len(sizes), groups.size
    every = n_families + groups.max() + 1
    centre = random.normal(size=every) * ABILITY**0.5
    level = random.normal(size=every) * SAFETY**0.5
    slope = case.within + case.slopes * random.normal(size=every)
    spread = (1 - SAFETY) ** 0.5 * np.exp(case.scatter * random.normal(size=every) - case.scatter**2)

    def safety(own: NDArray[np.int64], inside: FloatArray, scatter: FloatArray) -> FloatArray:
        return case.between * centre[own] + slope[own] * inside + level[own] + spread[own] * scatter

    def suite(ability: FloatArray) -> FloatArray:
        noise = random.normal(size=(ability.size, COLUMNS)) * (1 - LOADING**2) ** 0.5
        return np.asarray(LOADING * ability[:, None] + noise)

    inside = random.normal(size=n) * (1 - ABILITY) ** 0.5
    X, y = suite(centre[family] + inside), safety(family, inside, random.normal(size=n))
    new = n_families + groups
    low = -rise / 2 + 0.3 * random.normal(size=pairs)
    # The scatter of a family's models is common to them: the harshest case for their mean.
    common = random.normal(size=(2, groups.max() + 1))
    before = safety(new, low, common[0][groups])
    after = safety(new, low + rise, common[1][groups]) + effect
    suites = suite(centre[new] + low), suite(centre[new] + low + rise)
    known, errors = None, np.full(pairs, np.nan)
    if case.items[0]:
        y, known = counted(random, y, case.items[0])
        (before, one), (after, two) = (counted(random, values, case.items[1]) for values in (before, after))
        errors = one + two
    nothing = np.full((pairs, COLUMNS), np.nan)
    compared = Pairs(
        *suites, before, after, nothing, errors, np.ones(pairs, np.bool_), groups, np.arange(pairs)
    )
    return X, y, family, compared, known


def counted(random: np.random.Generator, safety: FloatArray, items: int) -> tuple[FloatArray, FloatArray]:
    """Return safety as shares of items counted, and their error variances."""
    share = random.binomial(items, np.clip(0.5 + UNIT * safety, 0.02, 0.98)) / items
    return share, share * (1 - share) / (items - 1)


def by_models(line: FrozenLine, n_families: int, slope: Slope) -> FrozenLine:
    """Return the line with the degrees of freedom that models, not families, would give its scatter."""
    df = float(line.n_models - n_families - (slope == "within"))
    return replace(line, siblings=replace(line.siblings, df=df))


def rates(
    sizes: Sequence[int], case: Case, rise: float, effect: float, n: int, seed: int
) -> dict[str, FloatArray]:
    """Return the shares of "more" and "less", of one model and of the six together, by each rule."""
    random = np.random.default_rng(seed)
    found = {name: np.zeros(4) for name in ("within", "pooled", "by models")}
    usable = 0
    while usable < n:
        X, y, family, pairs, known = study(random, sizes, case, rise, effect)
        refits = family_refits(X, family)
        lines = {slope: frozen_line(refits, y, slope) for slope in ("within", "pooled")}
        if any(line.reason for line in lines.values()):
            continue
        usable += 1
        lines["by models"] = by_models(lines["within"], len(sizes), "within")
        for name, line in lines.items():
            one = differential_progress(line, pairs, safety_variance=known)
            found[name] += [one.low[0] > 0, one.high[0] < 0, one.low[-1] > 0, one.high[-1] < 0]
    return {name: counts / n for name, counts in found.items()}


def unrelated(sizes: Sequence[int], rise: float, n: int, seed: int) -> FloatArray:
    """Return the shares of "more" and "less" of a model that became one of another family, by the pooled slope."""
    random, found = np.random.default_rng(seed), np.zeros(2)
    for _ in range(n):
        family = np.repeat(np.arange(len(sizes)), sizes)
        centre = np.append(random.normal(size=len(sizes)) * ABILITY**0.5, [-rise / 2, rise / 2])
        every = np.append(family, [len(sizes), len(sizes) + 1])
        ability = centre[every] + random.normal(size=every.size) * (1 - ABILITY) ** 0.5 * (every < len(sizes))
        rest = random.normal(size=centre.size)[every] * SAFETY**0.5
        y = ability + rest + random.normal(size=every.size) * (1 - SAFETY) ** 0.5
        X = LOADING * ability[:, None] + random.normal(size=(every.size, COLUMNS)) * (1 - LOADING**2) ** 0.5
        line = frozen_line(family_refits(X[:-2], family), y[:-2], "pooled")
        nothing = np.full((1, COLUMNS), np.nan), np.array([np.nan])
        pair = Pairs(
            X[[-2]], X[[-1]], y[[-2]], y[[-1]], *nothing, np.array([False]), np.array([0]), np.array([0])
        )
        one = differential_progress(line, pair)
        found += [one.low[0] > 0, one.high[0] < 0]
    return found / n


def percent(values: FloatArray) -> str:
    """Return shares in percent, with strokes between."""
    return " / ".join(f"{100 * value:.1f}" for value in values)


TEXT = """# How often `confounded compare` is wrong, and what it can see

Written by `rates.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n:,} simulated comparisons a row; the standard error of 5 % is {error:.1f} points. Level .95, seed {seed}.

A suite of twelve columns of one factor (correlation .675 between two), families as in the other simulations (.3 of the
variance of ability and .5 of that of the rest of safety lie between them). Compared are six models of three families
that are not in the reference: the first stands for one model alone. Nobody worked on their safety: it changes by what
the change in ability gives their families, and by the scatter between siblings, which is one and the same for the two
models of a family. "Rise" is how much more able the models became, in standard deviations of ability. All the figures
of the first table are errors, in percent: "more" / "less" of one model; "more" / "less" of the six together. Nominally
both sides add up to 5.

## What to take from it

- **The slope within families is the default for siblings.** Where families rank otherwise than siblings do, the slope
  over all models calls the gain of a more able sibling progress: up to {worst_pooled:.1f} % of the time for six models
  that rise by two. The slope within families is wrong at most {worst_within:.1f} % of the time in any gated row.
- **Degrees of freedom by families.** Where families differ in their scatter, degrees of freedom by models are wrong
  up to {worst_models:.1f} % of the time, those by families {worst_scatter:.1f} %.
- **Slopes that differ by family are not allowed for** where a model rises by much: up to {worst_slopes:.1f} % are
  wrong. The line's error is that of the mean slope. A change in score larger than any between siblings of the
  reference has a caution.
- **With few families it is too careful**: where three families have siblings, one model alone is called more or less
  in {few:.1f} % if all scatter the same and there is one slope.
- **It is blunt.** With a reference like the paper's chat models (26 in 9 families), one model that became safer by
  three times what siblings usually differ by is told apart {three:.0f} % of the time, by four times {four:.0f} %; six
  models of three families by twice that {together:.0f} %.

## Errors where nothing was done for safety

Gated rows fail where the slope within families is wrong in more than {gate:.1f} % (5 % and three standard errors).

| reference | case | rise | slope within families (default) | slope over all models | within, df by models |
|---|---|---|---|---|---|
{errors}

## A model that became one of another family

The slope is that over all models, and the scatter that of all models about the line: "more" / "less" in percent.

| reference | rise 0 | rise 2 |
|---|---|---|
{strangers}

## Power

How often "more" is said where safety rose by so many times the standard deviation of a change between siblings, and
ability by one standard deviation (one slope, scores without error), in percent.

| reference | compared | {effects} |
|---|---|{dashes}|
{power}
"""


def main() -> int:
    """Simulate, write the README, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    n, began = given.simulations, process_time()
    gate = 5.0 + 300 * (0.05 * 0.95 / n) ** 0.5
    rows, failed, few = [], [], []
    worst = dict.fromkeys(("pooled", "within", "models", "scatter", "slopes"), 0.0)

    def raise_to(name: str, values: FloatArray) -> None:
        worst[name] = max(worst[name], 100 * values[:2].sum(), 100 * values[2:].sum())

    for reference, sizes in REFERENCES.items():
        for case in CASES:
            for rise in (0.0, 2.0):
                found = rates(sizes, case, rise, 0.0, n, given.seed)
                rows.append(
                    f"| {reference} | {case.name}{'' if case.is_gated else ' (not gated)'} | {rise:g} | "
                    + " | ".join(f"{percent(v[:2])}; {percent(v[2:])}" for v in found.values())
                    + " |"
                )
                print(rows[-1], flush=True)
                if case is CASES[0] and not few:
                    few.append(100 * float(found["within"][:2].sum()))
                raise_to("pooled", found["pooled"])
                raise_to("within" if case.is_gated else "slopes", found["within"])
                if case.scatter:
                    raise_to("models", found["by models"])
                    raise_to("scatter", found["within"])
                if case.is_gated and 100 * max(found["within"][:2].sum(), found["within"][2:].sum()) > gate:
                    failed.append(rows[-1])
    strangers = []
    for name, sizes in REFERENCES.items():
        still, risen = (percent(unrelated(sizes, rise, n, given.seed)) for rise in (0.0, 2.0))
        strangers.append(f"| {name} | {still} | {risen} |")
    effects = (1, 2, 3, 4, 5, 6)
    power, told = [], {}
    for name, sizes in REFERENCES.items():
        by_effect = [
            rates(sizes, CASES[0], 1.0, effect * (2 * (1 - SAFETY)) ** 0.5, n // 2, given.seed)["within"]
            for effect in effects
        ]
        told[name] = {effect: 100 * values for effect, values in zip(effects, by_effect, strict=True)}
        for what, place in (("one model", 0), ("six models of three families", 2)):
            power.append(
                f"| {name} | {what} | " + " | ".join(f"{100 * v[place]:.0f}" for v in by_effect) + " |"
            )
            print(power[-1], flush=True)
    like_chat = told["26 models in 9 families"]
    text = TEXT.format(
        few=few[0],
        three=like_chat[3][0],
        four=like_chat[4][0],
        together=like_chat[2][2],
        command=f"`python validation/compare/rates.py --simulations {n} --seed {given.seed}`",
        date=datetime.datetime.now(tz=datetime.UTC).date(),
        processor=processor(),
        cores=os.cpu_count(),
        seconds=process_time() - began,
        n=n,
        seed=given.seed,
        error=100 * (0.05 * 0.95 / n) ** 0.5,
        gate=gate,
        errors="\n".join(rows),
        strangers="\n".join(strangers),
        effects=" | ".join(map(str, effects)),
        dashes="|".join(["---"] * len(effects)),
        power="\n".join(power),
        **{f"worst_{name}": value for name, value in worst.items()},
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")
    for row in failed:
        print(f"too often wrong: {row}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
