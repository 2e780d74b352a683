"""Does the interval cover where the score is held fixed, and does that of the correlation within families?

    python validation/other_intervals.py [--simulations 2000] [--within 600] [--seed 0] [--write]

The studies are those of `interval_coverage.py`. In the first table capability comes from elsewhere: it is ability with
an error of its own, and is not refitted. In the second the score is refitted, and the correlation is that within
families (`stats/within.py`), whose truth is that of a very large sample with families of the same sizes. With `--write`
the tables are put into other_intervals.md beside this file. The seed is fixed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from interval_coverage import CLUSTERING, CORRELATIONS, FAMILIES, LEVEL, Cell, draw, pearson_of_score
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.component import first_component
from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.resampling import jackknife_counts, prepare, replicate_counts
from confounded.stats.strata import group_correlations
from confounded.stats.within import within_jackknife

FloatArray = NDArray[np.float64]
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"

LOADING: Final = 0.9
"""Of the fixed score on ability: .81 of its variance is ability."""

LARGE: Final = 200_000
"""Models of the sample that the truth within families is taken from."""


def cells() -> list[Cell]:
    """Return every cell."""
    return [
        Cell(name, sizes, rho, clustering)
        for name, sizes in FAMILIES.items()
        for clustering in CLUSTERING
        for rho in CORRELATIONS
    ]


def fixed(cell: Cell, random: np.random.Generator) -> tuple[float, float]:
    """Return the interval of one study with a score that is held fixed."""
    suite, benchmark, ability = draw(cell, cell.sizes, random)
    score = LOADING * ability + np.sqrt(1 - LOADING**2) * random.normal(size=len(suite))
    units = np.repeat(np.arange(len(cell.sizes)), cell.sizes)
    counts = np.vstack([np.ones(units.size), jackknife_counts(units)])
    found = replicate_counts(prepare(None, benchmark[:, None], [score]), counts)
    jackknife = family_jackknife(found.rho[0], found.rho[1:], found.status[1:] > 0)
    interval = jackknife_intervals(jackknife, LEVEL)
    return float(interval.low[0]), float(interval.high[0])


def truth_fixed(cell: Cell) -> float:
    """Return the Spearman correlation of normal data with that score, exactly."""
    slope = 2 * np.sin(np.pi * cell.rho / 6) / pearson_of_score()
    return float(6 / np.pi * np.arcsin(LOADING * slope / 2))


def within(cell: Cell, random: np.random.Generator) -> tuple[float, float]:
    """Return the interval of the correlation within families of one study."""
    suite, benchmark, _ = draw(cell, cell.sizes, random)
    families = [str(number) for number in np.repeat(np.arange(len(cell.sizes)), cell.sizes)]
    reference = first_component(suite).eigenvector

    def scored(kept: NDArray[np.bool_]) -> FloatArray | None:
        scores = np.full(len(suite), np.nan)
        try:
            scores[kept] = first_component(suite[kept], reference=reference).scores
        except StatisticsError:
            return None
        return scores

    _, jackknife = within_jackknife(benchmark, families, scored)
    interval = jackknife_intervals(jackknife, LEVEL)
    return float(interval.low[0]), float(interval.high[0])


def truth_within(cell: Cell) -> float:
    """Return the correlation within families of a very large sample with families of the same sizes."""
    sizes = cell.sizes * (LARGE // sum(cell.sizes))
    suite, benchmark, _ = draw(cell, sizes, np.random.default_rng(20240731))
    families = np.repeat(np.arange(len(sizes)), sizes).tolist()
    return group_correlations(first_component(suite).scores, benchmark, families).within


Study = Callable[[Cell, np.random.Generator], tuple[float, float]]


def rows(study: Study, truth: Callable[[Cell], float], simulations: int, seed: int) -> Iterator[str]:
    """Yield the rows of a table."""
    yield (
        "| models in families | intra-family correlation (ability / residual) | ρ | coverage | half width "
        "| undefined |"
    )
    yield "|---|---|---|---|---|---|"
    for number, cell in enumerate(cells()):
        target, held, widths = truth(cell), 0, []
        for simulation in range(simulations):
            low, high = study(cell, np.random.default_rng([seed, number, simulation]))
            if np.isnan(low):
                continue
            held += low <= target <= high
            widths.append(high - low)
        yield (
            f"| {cell.families} | {cell.clustering} | {round(target, 2) + 0.0:.2f} | {held / len(widths):.3f} "
            f"| {np.mean(widths) / 2:.2f} | {simulations - len(widths)} |"
        )


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description="Coverage with a fixed score, and within families.")
    parser.add_argument("--simulations", type=int, default=2000, help="studies a cell of the first table")
    parser.add_argument("--within", type=int, default=600, help="studies a cell of the second")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    begun, lines = time.process_time(), []
    for title, study, truth, simulations in (
        ("A score held fixed", fixed, truth_fixed, given.simulations),
        ("Within families", within, truth_within, given.within),
    ):
        lines += [f"## {title}", "", f"{simulations} studies a row.", ""]
        for line in rows(study, truth, simulations, given.seed):
            print(line, flush=True)
            lines.append(line)
        lines.append("")
    head = f"{date.today().isoformat()}: {time.process_time() - begun:.0f} s of processor time."
    print(head)
    if given.write:
        page = Path(__file__).with_suffix(".md")
        text = page.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        page.write_text(f"{before}{BEGIN}\n\n{head}\n\n" + "\n".join(lines) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
