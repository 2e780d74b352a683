"""How often the intervals of areas hold the answer where the suite is imputed.

    python validation/missing/areas.py [--repetitions 12] [--simulations 40] [--seed 1] [--write]

The pooled correlation of an area is held against that of the complete table, on the shipped scores from whose suites
cells are removed, and against the truth in made populations whose members share an error of their own. Beside the
intervals of the study stand those of the jackknife alone, which takes imputed cells for known. With `--write` the
tables are put into README.md beside this file. The seed is fixed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from measure import (
    IMPUTATIONS,
    LEVEL,
    LOADING,
    MECHANISMS,
    FloatArray,
    Source,
    applies,
    covered,
    held,
    rho_by_scores,
    shipped,
)
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.component import first_component
from confounded.stats.imputation_variance import complete_limits, imputation_variance, with_imputations
from confounded.stats.imputed_correlations import imputed_correlations
from confounded.stats.imputed_replicates import ImputedCorrelations
from confounded.stats.intervals import Jackknife, jackknife_intervals
from confounded.stats.pooling import linear_jackknife, pooling_weights
from confounded.stats.ranks import spearman
from confounded.study.imputed import FEWEST_OF_MODEL

SHARES = (0.1, 0.3, 0.6)
MEMBERS = 3


@dataclass
class Found:
    """Which intervals held the answer, and how wide those of the study were."""

    complete: list[bool] = field(default_factory=list)
    between_only: list[bool] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    jackknife_only: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)


def jackknifed(found: ImputedCorrelations, weights: FloatArray) -> Jackknife:
    """Leave out each family through weighted sums, without what imputation adds."""
    return linear_jackknife(found.rho, found.left_out, np.isnan(found.left_out), weights)


def note(
    into: Found,
    found: ImputedCorrelations,
    weights: FloatArray,
    complete: Sequence[float],
    population: Sequence[float],
) -> None:
    """Hold the intervals of areas against the answer of the complete table and of the population."""
    plain, added = jackknifed(found, weights), imputation_variance(found.imputations, weights)
    rho = np.tanh(plain.z)
    into.complete += held(*complete_limits(rho, added, LEVEL), complete)
    rubin = replace(added, misfit=np.zeros_like(added.misfit))
    into.between_only += held(*complete_limits(rho, rubin, LEVEL), complete)
    total = jackknife_intervals(with_imputations(plain, added), LEVEL)
    alone = jackknife_intervals(plain, LEVEL)
    into.whole += held(total.low, total.high, population)
    into.jackknife_only += held(alone.low, alone.high, population)
    into.widths += (total.high - total.low)[~np.isnan(total.low)].tolist()


def pooled(rho: Sequence[float], weights: FloatArray) -> list[float]:
    """Return tanh of weighted sums of Fisher z."""
    return np.tanh(weights @ np.arctanh(np.asarray(rho))).tolist()


def real(repetitions: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of shipped scores: four areas of three, from low to high correlations in each."""
    yield "| scores | removed | share | complete interval | between imputations | whole interval |"
    yield "|---|---|---|---|---|---|"
    for s, source in enumerate(shipped()):
        for m, (name, mechanism) in enumerate(MECHANISMS.items()):
            if not applies(source, name):
                continue
            for k, share in enumerate(SHARES):
                into = Found()
                for repetition in range(repetitions):
                    random = np.random.default_rng([seed, s, m, k, repetition])
                    removed = mechanism(source, share, random)
                    one_table(source, removed, seed + repetition, into)
                yield (
                    f"| {source.name} | {name} | {share:.0%} | {covered(into.complete)} | "
                    f"{covered(into.between_only)} | {covered(into.whole)} |"
                )


def one_table(source: Source, removed: NDArray[np.bool_], seed: int, into: Found) -> None:
    """Find the areas of one table, from what is left."""
    n = source.columns.shape[1]
    weights = pooling_weights([np.arange(n) % (n // MEMBERS) == area for area in range(n // MEMBERS)])
    holed = np.where(removed, np.nan, source.suite)
    some = (~np.isnan(holed)).sum(axis=1) >= FEWEST_OF_MODEL
    _, families = np.unique(source.families[some], return_inverse=True)
    try:
        found, _ = imputed_correlations(
            holed[some], source.columns[some], [False] * n, families, IMPUTATIONS, seed
        )
    except StatisticsError:
        return
    left = [rho_by_scores(source.suite[some], column[some]) for column in source.columns.T]
    everyone = [rho_by_scores(source.suite, column) for column in source.columns.T]
    note(into, found, weights, pooled(left, weights), pooled(everyone, weights))


def simulated(simulations: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of made populations, of which the pooled correlation is known."""
    yield (
        "| models in families | ρ of the members | missing | whole interval | jackknife alone | complete interval | "
        "half width | of complete scores |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    weights = pooling_weights([[True] * MEMBERS])
    for n_families, size in ((12, 5), (30, 3)):
        for strengths in ((0.0, 0.0, 0.0), (0.0, 0.4, 0.8)):
            members = _truth(strengths, seed)
            truth = pooled(members, weights)
            for share in SHARES:
                into, complete = Found(), Found()
                for number in range(simulations):
                    random = np.random.default_rng(
                        [seed, n_families, int(10 * sum(strengths)), int(10 * share), number]
                    )
                    suite, columns, families = made(n_families, size, strengths, random)
                    holed = np.where(random.random(suite.shape) < share, np.nan, suite)
                    some = (~np.isnan(holed)).sum(axis=1) >= FEWEST_OF_MODEL
                    _, own = np.unique(families[some], return_inverse=True)
                    inside = [False] * MEMBERS
                    found, _ = imputed_correlations(
                        holed[some], columns[some], inside, own, IMPUTATIONS, seed + number
                    )
                    left = [rho_by_scores(suite[some], column[some]) for column in columns.T]
                    note(into, found, weights, pooled(left, weights), truth)
                    whole, _ = imputed_correlations(suite, columns, inside, families, 2, seed)
                    note(complete, whole, weights, truth, truth)
                told = ", ".join(f"{round(rho, 2) + 0.0:.2f}" for rho in members)
                yield (
                    f"| {n_families * size} in {n_families} | {told} | {share:.0%} | {covered(into.whole)} | "
                    f"{covered(into.jackknife_only)} | {covered(into.complete)} | "
                    f"{np.mean(into.widths) / 2:.3f} | {np.mean(complete.widths) / 2:.3f} |"
                )


def made(
    n_families: int, size: int, strengths: Sequence[float], random: np.random.Generator
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Make twelve columns of one factor and some under test; half of what these have beside it, they share."""
    families = np.repeat(np.arange(n_families), size)
    n = families.size

    def clustered(within: float) -> FloatArray:
        between = random.standard_normal(n_families)[families]
        return np.sqrt(within) * between + np.sqrt(1 - within) * random.standard_normal(n)

    ability, shared = clustered(0.3), clustered(0.5)
    suite = LOADING * ability[:, None] + np.sqrt(1 - LOADING**2) * random.standard_normal((n, 12))
    columns = [
        strength * ability + np.sqrt((1 - strength**2) / 2) * (shared + clustered(0.5))
        for strength in strengths
    ]
    return suite, np.column_stack(columns), families


def _truth(strengths: Sequence[float], seed: int) -> list[float]:
    """Return the Spearman correlations with the score of a very large made population."""
    suite, columns, _ = made(100_000, 1, strengths, np.random.default_rng(seed))
    scores = first_component(suite).scores
    return [spearman(scores, column) for column in columns.T]


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=12, help="0 for none of the shipped scores")
    parser.add_argument("--simulations", type=int, default=40, help="0 for no made populations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    for name, number, title, measured in (
        ("areas", given.repetitions, "tables a row", real),
        ("areas in made populations", given.simulations, "populations a row", simulated),
    ):
        if not number:
            continue
        begun, lines = time.process_time(), []
        for line in measured(number, given.seed):
            print(line, flush=True)
            lines.append(line)
        seconds = time.process_time() - begun
        head = f"{date.today().isoformat()}: {number} {title}, {seconds:.0f} s of processor time."
        print(f"\n{head}\n")
        if given.write:
            write(name, [head, "", *lines])


def write(name: str, lines: Sequence[str]) -> None:
    """Put a table into its place in README.md."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    readme = Path(__file__).with_name("README.md")
    text = readme.read_text(encoding="utf-8")
    before, after = text.split(begin)[0], text.split(end)[1]
    readme.write_text(before + "\n\n".join([begin, "\n".join(lines), end]) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
