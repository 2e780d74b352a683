"""Trends over release dates, from a table to the result."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from confounded.scores import ScoreTable
from confounded.stats.trend import adjusted_trends
from confounded.study import Settings, run_study
from confounded.study.result import StudyResult
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
    assert 2024.45 < year_of("2024-06") < 2024.46
    assert math.isnan(year_of("2024"))
    assert math.isnan(year_of(None))


def with_releases(released: list[str | None]) -> ScoreTable:
    """Return a table of a model for each release."""
    n = len(released)
    made = table(one_factor(n, seed=4), families=[f"f{i % 6}" for i in range(n)])
    days = pl.DataFrame({"model": [f"model-{i}" for i in range(n)], "day": released})
    models = made.models.join(days, on="model").with_columns(released="day").drop("day")
    return ScoreTable(made.scores, models, made.benchmarks)


def test_a_study_says_of_how_many_models_the_release_is_known_and_why_the_others_drop_out() -> None:
    released = ["2023-01-05"] * 10 + ["2024-02"] * 5 + ["2024"] * 3 + [None] * 2
    study = run_study(with_releases(released), Settings(resamples=0))
    (population,) = study.populations
    assert population.n_dated == 15
    assert {one.n_models for one in study.trends} <= {0, 15}
    (said,) = [one for one in study.notices if "date of release" in one.what]
    assert f"known of 15 of the 20 {population.population} models" in said.what
    assert "of 5 to the month, which counts as its middle" in said.what
    assert "of 3 the year alone, which a trend leaves out" in said.what
    assert "of 2 no date (model-18, model-19)" in said.what


@pytest.mark.parametrize(
    ("released", "what"),
    [
        ([None] * 20, "known of none of the 20"),
        (["2024"] * 20, "known of 0 of the 20"),
        (["2024-01-01"] * 7 + [None] * 13, "fewer than the 8 that a trend needs"),
    ],
)
def test_where_there_is_no_trend_for_want_of_dates_the_study_says_so(
    released: list[str | None], what: str
) -> None:
    study = run_study(with_releases(released), Settings(resamples=0))
    assert study.trends == []
    assert any(what in one.what for one in study.notices)


def test_where_every_day_is_known_nothing_is_said() -> None:
    study = run_study(with_releases(["2023-01-05", "2024-02-03"] * 10), Settings(resamples=0))
    assert not [one for one in study.notices if "date of release" in one.what]


def test_a_year_alone_parts_models_where_all_of_it_lies_in_one_period() -> None:
    made = with_releases(["2022"] * 5 + ["2023"] * 5 + ["2023-06"] * 5 + ["2024-01-01"] * 5)
    study = run_study(made, Settings(resamples=0, by=("released",)))
    assert placed(study) == [5, 10, 5]
    study = run_study(
        made, Settings(resamples=0, by=("released",), release_periods=("2023-03-01", "2024-01-01"))
    )
    # The five of 2023 are in no period: it is not guessed in which.
    assert placed(study) == [5, 5, 5]


def placed(study: StudyResult) -> list[int]:
    """Return how many models are in each period of release."""
    (split,) = [one for one in study.scopes[0].splits if one.by == "released"]
    return [
        split.stratum_of.count(place) for place, _ in enumerate(split.strata) if place in split.stratum_of
    ]


def test_error_in_the_capabilities_score_is_taken_out_of_a_trend_and_the_other_stands_beside_it() -> None:
    study = run_study(dated(), Settings(resamples=0))
    one = next(trend for trend in study.trends if trend.benchmark == "bbq_amb")
    assert one.uncorrected is not None
    assert one.per_year != one.uncorrected.per_year
    assert one.reliability is not None
    assert 0.6 < one.reliability < 1


def test_a_trend_is_that_of_the_suite_as_it_stands_in_the_table() -> None:
    made = dated()
    study = run_study(made, Settings(resamples=0))
    (one,) = [trend for trend in study.trends if trend.benchmark == "bbq_amb"]
    (population,) = study.populations
    cells = {
        name: dict(zip(part["model"], part["score"], strict=True))
        for (name,), part in made.scores.partition_by("benchmark", as_dict=True).items()
    }
    models = made.models["model"].to_list()
    suite = np.array([[cells[member.benchmark][m] for member in population.suite] for m in models])
    weights = np.array([member.loading for member in population.suite])
    parts = (suite - suite.mean(axis=0)) / suite.std(axis=0) * weights
    _, own = np.unique(made.models["family"].to_list(), return_inverse=True)
    found = adjusted_trends(
        parts.sum(axis=1),
        [year_of(day) for day in made.models["released"]],
        np.array([[cells["bbq_amb"][m]] for m in models]),
        own,
        np.ones((1, 1), dtype=bool),
        parts=parts,
    )
    assert one.per_year == pytest.approx(found.corrected.per_year[0])
    assert one.low == pytest.approx(found.corrected.low[0])
    assert one.reliability == pytest.approx(found.reliability[0])


def test_of_a_score_held_fixed_without_errors_no_trend_is_known_but_the_uncorrected_one() -> None:
    study = run_study(dated(), Settings(resamples=0, capabilities="column:mmlu"))
    one = next(trend for trend in study.trends if trend.benchmark == "bbq_amb")
    assert (one.per_year, one.answer) == (None, "not known")
    assert "error of the capabilities score is not known" in (one.reason or "")
    assert one.uncorrected is not None
    assert one.uncorrected.low is not None
    assert one.n_models == 30


def test_models_with_imputed_cells_are_in_no_corrected_trend() -> None:
    made = dated()
    holed = made.scores.filter(
        ~((pl.col("benchmark") == "mmlu") & pl.col("model").is_in([f"model-{i}" for i in range(5)]))
    )
    study = run_study(
        ScoreTable(holed, made.models, made.benchmarks), Settings(resamples=0, missing="impute")
    )
    one = next(trend for trend in study.trends if trend.benchmark == "bbq_amb")
    assert one.per_year is not None
    assert one.n_models == 25
