"""Trends over release dates, from a table to the result."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from confounded.scores import ScoreTable
from confounded.study import Settings, run_study
from confounded.study.trends import year_of
from tests.study.tables import one_factor, table


def dated(n: int = 30, slope: float = 0.0) -> ScoreTable:
    columns = one_factor(n, seed=4)
    days = [f"{2021 + i // 10}-{1 + i % 12:02d}-15" for i in range(n)]
    years = np.array([year_of(day) for day in days])
    columns["bbq_amb"] = (np.asarray(columns["bbq_amb"], dtype=float) + slope * (years - 2022)).tolist()
    made = table(columns, families=[f"f{i % 8}" for i in range(n)])
    released = pl.DataFrame({"model": [f"model-{i}" for i in range(n)], "day": days})
    models = made.models.join(released, on="model").with_columns(released="day").drop("day")
    return ScoreTable(made.scores, models, made.benchmarks)


@pytest.mark.parametrize(("slope", "answer"), [(3.0, "improves"), (-3.0, "worsens"), (0.0, "cannot tell")])
def test_a_planted_trend_reaches_the_result(slope: float, answer: str) -> None:
    study = run_study(dated(slope=slope), Settings(resamples=0))
    (one,) = [trend for trend in study.trends if trend.benchmark == "bbq_amb"]
    assert one.answer == answer
    assert (one.n_models, one.n_families) == (30, 8)


def test_areas_and_benchmarks_outside_the_suite_have_one_and_the_suite_has_none() -> None:
    study = run_study(dated(), Settings(resamples=0))
    assert {one.benchmark for one in study.trends if one.benchmark} == {
        "truthfulqa_mc1",
        "sycophancy",
        "bbq_amb",
    }
    assert {one.area for one in study.trends if one.area} == {
        one.area for one in study.area_summaries if one.members
    }


def test_without_dates_there_is_no_trend() -> None:
    columns = one_factor(20)
    study = run_study(table(columns, families=[f"f{i % 6}" for i in range(20)]), Settings(resamples=0))
    assert study.trends == []


def test_dates_are_years_with_a_fraction_and_what_is_none_is_not_known() -> None:
    assert year_of("2024-01-01") == 2024.0
    assert 2024.49 < year_of("2024-07-01") < 2024.51
    assert math.isnan(year_of("2024"))
    assert math.isnan(year_of(None))
