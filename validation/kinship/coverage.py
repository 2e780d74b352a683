"""Simulate what it costs to count fine-tunes of unknown family apart; write it into this folder's README.md.

Run in the project's root: ``python validation/kinship/coverage.py`` (about a minute of processor time).
"""

from __future__ import annotations

import argparse
import datetime
import os
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.engine import processor
from confounded.stats.component import first_component
from confounded.stats.ranks import spearman
from confounded.study import Settings
from confounded.study.kinship import likely_families
from confounded.study.uncertainty import DEFAULT_METHOD, KIN_METHOD, Target, resample

HERE = Path(__file__).parent

LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

ABILITY: Final = 0.3
RESIDUAL: Final = 0.5
"""Shares of the variances of ability, and of safety without it, that lie between families (`validation/README.md`)."""

MODELS: Final = 480
SUITE: Final = 6
UNKNOWN: Final = (0.3, 0.6, 0.9)
ARCHITECTURES: Final = {
    "one a family": 1,
    "one of two families": 2,
    "one of four families": 4,
    "two of one family": 0,
}
"""How finely architecture and size tell families apart: they may be shared, or part a family."""

RHO: Final = 0.4
FAMILIES: Final = 48
MANY: Final = 400_000


def made(n: int, n_families: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    """Return the family, the capabilities score and the safety of n models."""
    family = rng.permutation(np.arange(n) % n_families)
    ability = ABILITY**0.5 * rng.normal(size=n_families)[family] + (1 - ABILITY) ** 0.5 * rng.normal(size=n)
    rest = RESIDUAL**0.5 * rng.normal(size=n_families)[family] + (1 - RESIDUAL) ** 0.5 * rng.normal(size=n)
    suite = LOADING * ability[:, None] + (1 - LOADING**2) ** 0.5 * rng.normal(size=(n, SUITE))
    return family, suite, RHO * ability + (1 - RHO**2) ** 0.5 * rest


def held(unknown: float, shared: int, truth: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Return whether the default interval, and that with likely kin together, hold the truth."""
    family, suite, safety = made(MODELS, FAMILIES, rng)
    own = [f"family {one}" for one in family]
    hidden = rng.random(MODELS) < unknown
    apart = [f"model {row}" if hidden[row] else own[row] for row in range(MODELS)]
    alike = family // shared if shared else family * 2 + rng.integers(0, 2, MODELS)
    known = [(f"{alike[row]}", None, own[row]) for row in np.flatnonzero(~hidden)]
    likely = likely_families(known, [(f"{alike[row]}", None) for row in np.flatnonzero(hidden)])
    kin = [likely[f"{alike[row]}", None] if hidden[row] else own[row] for row in range(MODELS)]
    settings = Settings(resamples=0)
    found = resample(suite, [Target(safety)], apart, settings, kin=kin, bootstrap=False).intervals[0]
    by_method = {one.method: one for one in found}
    return tuple(
        by_method[name].low <= truth <= by_method[name].high for name in (DEFAULT_METHOD, KIN_METHOD)
    )


TEXT = """# What it costs to count models of unknown family apart

Written by `coverage.py`: {command}, {date}, {processor}, {cores} cores, {seconds:.0f} s of processor time.
{n} simulated studies a row; the standard error of .95 is {error:.3f}. Seed {seed}.

{models} models of {families} families, {suite} capability benchmarks, true ρ = {truth:.3f}; of the variance of ability
30 % lies between families, of that of safety without it 50 %. A share of the models is of unknown family, each counted
as a family of its own. Architecture and size tell a family, or two or four families share them, or a family has two.
How often the 95 % interval holds the true ρ:

{table}

The more models are counted apart from their kin, the less often the default interval holds: down to {worst:.3f}. With
likely kin together it is {low:.3f} to {high:.3f}, also where architecture and size are shared by families or part one.
It is somewhat below the level where many families share them, because models of unknown family then all count to one of
these. That interval stands beside the default, and a verdict that does not survive it carries the caution *families not
known*. Where no column tells the architecture there is none.
"""


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2024)
    asked = parser.parse_args()
    start = process_time()
    _, suite, safety = made(MANY, MANY // (MODELS // FAMILIES), np.random.default_rng([asked.seed, 0]))
    truth = spearman(first_component(suite).scores, safety)
    lines = ["| unknown | architecture and size | default | likely kin together |", "|---|---|---|---|"]
    shares = []
    for unknown in UNKNOWN:
        for says, shared in ARCHITECTURES.items():
            rng = np.random.default_rng([asked.seed, 1, int(100 * unknown), shared])
            share = np.mean([held(unknown, shared, truth, rng) for _ in range(asked.studies)], axis=0)
            shares.append(share)
            lines.append(f"| {100 * unknown:.0f} % | {says} | {share[0]:.3f} | {share[1]:.3f} |")
            print(lines[-1], flush=True)
    (HERE / "README.md").write_text(
        TEXT.format(
            command=f"`python validation/kinship/coverage.py --studies {asked.studies}`",
            date=f"{datetime.date.today():%-d %B %Y}",
            processor=processor(),
            cores=os.cpu_count(),
            seconds=process_time() - start,
            n=f"{asked.studies:,}",
            error=(0.95 * 0.05 / asked.studies) ** 0.5,
            seed=asked.seed,
            models=MODELS,
            families=FAMILIES,
            suite=SUITE,
            truth=truth,
            worst=min(default for default, _ in shares),
            low=min(together for _, together in shares),
            high=max(together for _, together in shares),
            table="\n".join(lines),
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
