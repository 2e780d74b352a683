"""What is known of a benchmark is in the unit of its scores: percent and fractions have one and the same result."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from confounded import Settings, StudyResult, run_study
from confounded.scores import ScoreTable
from confounded.study.units import in_unit
from tests.study.tables import table

N = 60


def shares(factor: float = 1.0, unit: str | None = None) -> ScoreTable:
    """Return scores of which a third is near chance on MMLU, and a tenth at the ceiling of a safety benchmark."""
    random = np.random.default_rng(3)
    ability = np.linspace(0.0, 1.0, N)
    right = np.clip(ability - 0.35, 0.0, None)
    columns = {
        "mmlu": np.where(right > 0, 0.3 + right, 0.25 + 0.02 * random.random(N)),
        "gsm8k": 0.02 + 0.9 * ability + 0.02 * random.random(N),
        "hellaswag": 0.3 + 0.6 * ability + 0.02 * random.random(N),
        "bbq": np.clip(0.4 + 0.7 * random.permutation(ability), 0.0, 1.0),
    }
    made = table({name: (column * factor).tolist() for name, column in columns.items()})
    return replace(made, benchmarks=made.benchmarks.with_columns(unit=pl.lit(unit, dtype=pl.String)))


def studied(scores: ScoreTable) -> StudyResult:
    return run_study(scores, Settings(resamples=50))


def said_by(result: StudyResult) -> list[object]:
    """Return what a study says that has no unit."""
    return [
        [
            (
                one.benchmark,
                one.verdict,
                [own.caution for own in one.cautions],
                one.description.ceiling_share,
                one.description.floor_share,
                one.description.near_chance_share,
                one.reliability.method,
            )
            for one in result.correlations
        ],
        [(split.by, [own.n_models for own in split.strata]) for one in result.strata for split in one.splits],
    ]


@pytest.mark.parametrize("unit", ["percent", None])
def test_percent_and_fractions_say_the_same(unit: str | None) -> None:
    fractions, percent = studied(shares()), studied(shares(100.0, unit))
    assert said_by(percent) == said_by(fractions)
    splits = [split.by for one in fractions.strata for split in one.splits]
    assert "chance:mmlu" in splits
    bbq = next(one for one in percent.correlations if one.benchmark == "bbq")
    at_ceiling = (shares().scores.filter(pl.col("benchmark") == "bbq")["score"] == 1.0).mean()
    assert bbq.description.ceiling_share == pytest.approx(at_ceiling)
    assert 0.0 < (bbq.description.ceiling_share or 0.0) < 0.5
    for one in percent.correlations:
        same = next(own for own in fractions.correlations if own.benchmark == one.benchmark)
        assert one.reliability.value == pytest.approx(same.reliability.value)
        assert one.description.slope_of_scale == pytest.approx(same.description.slope_of_scale)


def test_what_is_taken_for_percent_is_said_and_what_is_declared_is_not() -> None:
    def told(result: StudyResult) -> list[str]:
        return [one.what for one in result.notices if "taken to be in percent" in one.what]

    (said,) = told(studied(shares(100.0)))
    assert said.startswith("Scores above 1 on bbq, gsm8k, hellaswag, mmlu are")
    assert not told(studied(shares(100.0, "percent")))
    assert not told(studied(shares()))


@pytest.mark.parametrize(("factor", "unit"), [(100.0, "points"), (1000.0, None), (-1.0, "points")])
def test_of_scores_in_a_unit_that_is_no_share_no_end_of_the_scale_is_known(
    factor: float, unit: str | None
) -> None:
    result = studied(shares(factor, unit))
    assert {(own.chance, own.floor, own.ceiling) for own in result.benchmarks} == {(None, None, None)}
    assert {one.description.ceiling_share for one in result.correlations} == {None}


def test_a_unit_is_turned_into_another_only_where_both_are_shares() -> None:
    assert in_unit(0.25, "fraction", "percent") == 25.0
    assert math.isclose(in_unit(25.0, "percent", "fraction") or 0.0, 0.25)
    assert in_unit(0.25, "fraction", None) is None
    assert in_unit(7.0, "points", "points") == 7.0
    assert in_unit(7.0, "points", "percent") is None
