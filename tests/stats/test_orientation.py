"""Verdicts on the released scores are those of an independent script (issue 3), with the default interval."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from confounded.stats.component import first_component
from confounded.stats.intervals import Intervals, effective_families, family_jackknife, jackknife_intervals
from confounded.stats.resampling import jackknife_counts, prepare, replicate_counts

PAPER = Path(__file__).resolve().parents[3] / "shared" / "paper"
SUITE = [
    "logiqa",
    "piqa",
    "hellaswag",
    "winogrande",
    "superglue_copa",
    "medqa_4options",
    "arc_challenge",
    "mmlu",
    "minerva_math",
    "lambada_openai",
    "gsm8k",
    "bbh",
]
NOT_BENCHMARKS = {"model", "FLOP", "model_size", "name", "type"}
MARGIN = 0.4

pytestmark = pytest.mark.skipif(not PAPER.is_dir(), reason="the released files are not beside the repository")


def read(population: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the suite, the complete columns outside it that vary, and the family of each model."""
    with (PAPER / f"benchmarks_{population}_models.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (PAPER / "families.csv").open(encoding="utf-8", newline="") as file:
        family_of = {(row["models"], row["model"]): row["family"] for row in csv.DictReader(file)}

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row[name] or "nan") for row in rows])

    names = [name for name in rows[0] if name not in NOT_BENCHMARKS and name not in SUITE]
    columns = [column(name) for name in names]
    usable = [one for one in columns if not np.isnan(one).any() and np.ptp(one) > 0]
    families = np.unique([family_of[population, row["model"]] for row in rows], return_inverse=True)[1]
    return np.column_stack([column(name) for name in SUITE]), np.column_stack(usable), families


def decided(intervals: Intervals) -> tuple[int, int, int, int]:
    """Count what is surely above the margin, surely below it, surely within, and undecided."""
    above = int((intervals.low > MARGIN).sum())
    below = int((intervals.high < -MARGIN).sum())
    within = int(((intervals.low > -MARGIN) & (intervals.high < MARGIN)).sum())
    return above, below, within, intervals.low.size - above - below - within


@pytest.mark.parametrize(
    ("population", "share", "expected", "surviving"),
    [("chat", 0.708, (15, 7, 0, 143), (12, 6, 0)), ("base", 0.783, (23, 13, 2, 125), (22, 12, 0))],
)
def test_the_released_scores_are_decided_as_by_an_independent_script(
    population: str, share: float, expected: tuple[int, ...], surviving: tuple[int, ...]
) -> None:
    suite, columns, families = read(population)
    assert first_component(suite).explained_share == pytest.approx(share, abs=0.0005)
    problem = prepare(suite, columns)
    full = replicate_counts(problem, np.ones((1, len(suite))))
    left_out = replicate_counts(problem, jackknife_counts(families))
    jackknife = family_jackknife(full.rho[0], left_out.rho, left_out.status > 0)
    assert decided(jackknife_intervals(jackknife, 0.95)) == expected
    effective = effective_families(np.bincount(families))
    wider = jackknife_intervals(jackknife, 0.95, np.full(columns.shape[1], effective - 1.0))
    assert decided(wider)[:3] == surviving
