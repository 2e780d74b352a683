"""How often are verdicts wrong? One at a time, in a whole study of dependent benchmarks, and pooled over an area.

Usage::

    python validation/verdict_rates.py [--simulations 2000] [--processes 2]

A verdict is wrong where it says entangled and ρ ≤ m, inverse and ρ ≥ -m, or separable and |ρ| ≥ m, for the population
value ρ of the correlation with the first-component score. The data are those of `interval_coverage.py`: one factor,
twelve capability benchmarks, families that resemble each other. In a whole study 165 benchmarks share, besides ability,
a residual factor each with eleven others, so that they are dependent beyond ability; a third has ρ = 0, a third lies on
the margin or at half of it, and the others lie well beyond it, on both sides.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import numpy as np
from interval_coverage import CLUSTERING, FAMILIES, LEVEL, LOADINGS, MARGIN, slope_for
from numpy.typing import NDArray

from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli, margin_tests
from confounded.stats.pooling import linear_jackknife, pooling_weights
from confounded.stats.resampling import jackknife_counts, prepare, replicate_counts

FloatArray = NDArray[np.float64]

DESIGNS: Final = ("27 in 9, unequal", "60 in 12, equal", "200 in 30, skewed")
SINGLE: Final = (0.0, 0.2, 0.39, 0.4, 0.41, 0.6, 0.8)
STUDY: Final = np.array([0.0] * 55 + [0.2] * 20 + [0.4] * 20 + [-0.4] * 15 + [0.7] * 35 + [-0.7] * 20)
FACTOR_SIZE: Final = 12
FACTOR_SHARE: Final = 0.4
"""Share of a benchmark's residual variance that it has in common with the others of its residual factor."""

AREA: Final = np.array([0.0, 0.1, 0.2, 0.3, -0.1, 0.0, 0.4, 0.5])
FALSE_DISCOVERY_RATE: Final = 1 - LEVEL


def draw(
    rho: FloatArray, sizes: Sequence[int], clustering: str, random: np.random.Generator
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Draw the suite (n, 12) and dependent benchmarks (n, B) of one study, and the family of each model."""
    family = np.repeat(np.arange(len(sizes)), sizes)
    ability_icc, residual_icc = CLUSTERING[clustering]

    def clustered(icc: float, width: int) -> FloatArray:
        between, within = random.normal(size=(len(sizes), width)), random.normal(size=(family.size, width))
        return np.sqrt(icc) * between[family] + np.sqrt(1 - icc) * within

    ability = clustered(ability_icc, 1)
    suite = ability * LOADINGS + random.normal(size=(family.size, LOADINGS.size)) * np.sqrt(1 - LOADINGS**2)
    slopes = np.array([slope_for(one) for one in rho])
    # Benchmarks are dealt out to the residual factors, so that each factor has some of every ρ.
    n_factors = -(-rho.size // FACTOR_SIZE)
    common = clustered(residual_icc, n_factors)[:, np.arange(rho.size) % n_factors]
    residual = np.sqrt(FACTOR_SHARE) * common + np.sqrt(1 - FACTOR_SHARE) * clustered(residual_icc, rho.size)
    return suite, ability * slopes + residual * np.sqrt(1 - slopes**2), family


def wrong(verdict: NDArray[np.int64], rho: FloatArray) -> NDArray[np.bool_]:
    """Return which verdicts (1 entangled, -1 inverse, 0 separable, 9 none) are wrong."""
    return (
        ((verdict == 1) & (rho <= MARGIN))
        | ((verdict == -1) & (rho >= -MARGIN))
        | ((verdict == 0) & (np.abs(rho) >= MARGIN))
    )


def verdicts(low: FloatArray, high: FloatArray) -> NDArray[np.int64]:
    """Return the verdicts of intervals."""
    found = np.full(low.shape, 9)
    found[low > MARGIN] = 1
    found[high < -MARGIN] = -1
    found[(low > -MARGIN) & (high < MARGIN)] = 0
    return found


def simulate(design: str, clustering: str, simulations: int, seed: int) -> dict[str, object]:
    """Simulate one design: single benchmarks, a whole study, an area."""
    sizes = FAMILIES[design]
    rho = np.concatenate([np.array(SINGLE), STUDY, AREA])
    single, study = slice(0, len(SINGLE)), slice(len(SINGLE), len(SINGLE) + STUDY.size)
    area = slice(len(SINGLE) + STUDY.size, rho.size)
    truth = np.tanh(np.arctanh(AREA).mean())
    wrong_single = np.zeros(len(SINGLE))
    found_single = np.zeros(len(SINGLE))
    discovery: dict[str, list[float]] = {"none": [], "BH": [], "BY": []}
    made: dict[str, list[int]] = {"none": [], "BH": [], "BY": []}
    covered = defined = 0
    for number in range(simulations):
        suite, columns, family = draw(rho, sizes, clustering, np.random.default_rng([seed, number]))
        resamples = np.vstack([np.ones(family.size), jackknife_counts(family)])
        replicates = replicate_counts(prepare(suite, columns), resamples)
        full, left_out, bad = replicates.rho[0], replicates.rho[1:], replicates.status[1:] > 0
        jackknife = family_jackknife(full, left_out, bad)
        interval = jackknife_intervals(jackknife, LEVEL)
        verdict = verdicts(interval.low, interval.high)
        wrong_single += wrong(verdict[single], rho[single])
        found_single += verdict[single] != 9
        p = margin_tests(jackknife, MARGIN).p[study]
        kept = {
            "none": verdict[study] != 9,
            "BH": benjamini_hochberg(p) <= FALSE_DISCOVERY_RATE,
            "BY": benjamini_yekutieli(p) <= FALSE_DISCOVERY_RATE,
        }
        mistaken = wrong(verdict[study], rho[study])
        for name, held in kept.items():
            made[name].append(int(held.sum()))
            discovery[name].append(float((mistaken & held).sum() / max(held.sum(), 1)))
        pooled = linear_jackknife(
            full[area], left_out[:, area], bad[:, area], pooling_weights(np.ones((1, AREA.size), dtype=bool))
        )
        limits = jackknife_intervals(pooled, LEVEL)
        if not np.isnan(limits.low[0]):
            defined += 1
            covered += limits.low[0] <= truth <= limits.high[0]
    return {
        "design": design,
        "clustering": clustering,
        "wrong": wrong_single / simulations,
        "found": found_single / simulations,
        "discovery": {name: float(np.mean(values)) for name, values in discovery.items()},
        "made": {name: float(np.mean(values)) for name, values in made.items()},
        "area": covered / defined,
    }


def main() -> int:
    """Run every design and print the tables."""
    parser = argparse.ArgumentParser(description="Rates of wrong verdicts.")
    parser.add_argument("--simulations", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    cells = [(design, clustering) for design in DESIGNS for clustering in CLUSTERING]
    with ProcessPoolExecutor(options.processes) as pool:
        work = [
            pool.submit(simulate, *cell, options.simulations, number) for number, cell in enumerate(cells)
        ]
        results = []
        for future in work:
            results.append(future.result())
            print(
                f"{len(results)} of {len(work)}, {time.monotonic() - began:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    print("## One benchmark: share of wrong verdicts (and of any verdict) by true ρ\n")
    print(
        "| models in families | intra-family correlation | "
        + " | ".join(f"ρ = {one}" for one in SINGLE)
        + " |"
    )
    print("|---|---|" + "---|" * len(SINGLE))
    for one in results:
        pairs = zip(one["wrong"], one["found"], strict=True)  # type: ignore[call-overload]
        cells_of = " | ".join(f"{bad:.3f} ({any_:.2f})" for bad, any_ in pairs)
        print(f"| {one['design']} | {one['clustering']} | {cells_of} |")
    print("\n## A study of 165 dependent benchmarks: false discovery rate (and verdicts taken)\n")
    print(
        "| models in families | intra-family correlation | each at 95 % | Benjamini-Hochberg | Benjamini-Yekutieli |"
    )
    print("|---|---|---|---|---|")
    for one in results:
        rates = " | ".join(
            f"{one['discovery'][name]:.3f} ({one['made'][name]:.1f})"  # type: ignore[index]
            for name in ("none", "BH", "BY")
        )
        print(f"| {one['design']} | {one['clustering']} | {rates} |")
    print("\n## An area of eight dependent benchmarks: coverage of the pooled interval\n")
    print("| models in families | intra-family correlation | coverage |")
    print("|---|---|---|")
    for one in results:
        print(f"| {one['design']} | {one['clustering']} | {one['area']:.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
