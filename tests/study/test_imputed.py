"""An imputed study says what was imputed, refuses what cannot be, and is the published one without holes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy.special import stdtrit

import confounded
from confounded.engine import Threads
from confounded.errors import ContentError
from confounded.scores import ScoreTable
from confounded.stats.component import first_component, score_errors
from confounded.stats.imputed_replicates import imputed_fit
from confounded.study import Settings, StudyResult, run_study
from confounded.study.imputed import imputations_for
from confounded.study.result import Correlation

SUITE = tuple(f"suite_{number}" for number in range(6))
N, SIZE = 48, 4
IMPUTE = Settings(suite=SUITE, missing="impute", resamples=0)


def cells(seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    """Draw a suite of six and two benchmarks under test, of 48 models in twelve families."""
    random = np.random.default_rng(seed)
    ability = 0.5 * random.normal(size=N // SIZE)[np.arange(N) // SIZE] + 0.9 * random.normal(size=N)
    columns = {name: ability + 0.6 * random.normal(size=N) for name in SUITE}
    columns["entangled"] = ability + 0.4 * random.normal(size=N)
    columns["apart"] = random.normal(size=N)
    return columns


def with_holes(columns: dict[str, np.ndarray[Any, Any]], share: float, seed: int = 1) -> Any:
    random = np.random.default_rng(seed)
    return {
        name: np.where(random.random(N) < share, np.nan, column) if name in SUITE else column
        for name, column in columns.items()
    }


def table(columns: Any, released: list[str] | None = None) -> ScoreTable:
    names = [f"model-{i:02d}" for i in range(N)]
    scores = pl.DataFrame(
        [
            {"model": name, "benchmark": benchmark, "score": float(value)}
            for benchmark, column in columns.items()
            for name, value in zip(names, column, strict=True)
            if not np.isnan(value)
        ]
    )
    models = pl.DataFrame(
        {
            "model": names,
            "family": [f"family-{i // SIZE:02d}" for i in range(N)],
            "population": ["chat"] * N,
            "released": released or [None] * N,
        },
        schema=dict.fromkeys(("model", "family", "population", "released"), pl.String),
    )
    benchmarks = pl.DataFrame({"benchmark": list(columns), "direction": ["higher"] * len(columns)})
    return ScoreTable(scores=scores, models=models, benchmarks=benchmarks)


def found(result: StudyResult, benchmark: str) -> Correlation:
    (one,) = [c for c in result.correlations if c.benchmark == benchmark]
    return one


@pytest.fixture(scope="module")
def holed() -> StudyResult:
    return run_study(table(with_holes(cells(), 0.3)), IMPUTE, engine=Threads(2))


def test_without_a_hole_the_study_is_the_published_one_to_the_last_bit() -> None:
    scores = confounded.load_scores()
    plain = run_study(scores, Settings(resamples=0))
    imputed = run_study(scores, Settings(missing="impute", resamples=0))
    settings = msgspec.structs.replace(imputed.provenance, settings=plain.provenance.settings)
    assert msgspec.structs.replace(imputed, provenance=settings).to_json() == plain.to_json()


def test_the_interval_of_a_capabilities_score_is_wider_the_more_of_the_model_is_imputed(
    holed: StudyResult,
) -> None:
    columns = with_holes(cells(), 0.3)
    names = sorted(SUITE)
    suite = np.column_stack([columns[name] for name in names])
    fit = imputed_fit(suite, 20, IMPUTE.seed)
    completed = fit.completed.mean(axis=0)
    whole = first_component(completed, reference=fit.eigenvector)
    known = score_errors(completed, replace(whole, scores=fit.scores)).standard_error
    added = 1.05 * fit.each.scores.var(axis=0, ddof=1)
    (population,) = holed.populations
    halves = np.array(
        [(one.score_high or np.nan) - (one.capabilities_score or np.nan) for one in population.models]
    )
    np.testing.assert_allclose(halves, stdtrit(5.0, 0.975) * np.sqrt(known**2 + added), rtol=1e-6)
    holes = np.isnan(suite).sum(axis=1)
    assert added[holes >= 3].mean() > 4 * added[holes == 0].mean()


def test_a_model_that_lacks_cells_keeps_its_place_and_the_answer_stays_near(holed: StudyResult) -> None:
    whole = run_study(table(cells()), Settings(suite=SUITE, resamples=0))
    (population,) = holed.populations
    assert population.left_out == []
    assert all(model.capabilities_score is not None for model in population.models)
    for name in ("entangled", "apart"):
        one, truth = found(holed, name), found(whole, name)
        assert one.n_models == N
        assert one.rho == pytest.approx(truth.rho, abs=0.08)
        assert one.rho != truth.rho
        assert one.verdict == truth.verdict


def test_the_share_of_imputed_cells_stands_beside_the_result(holed: StudyResult) -> None:
    columns = with_holes(cells(), 0.3)
    share = np.isnan(np.column_stack([columns[name] for name in SUITE])).mean()
    (population,) = holed.populations
    assert population.missing is not None
    assert population.missing.share == pytest.approx(share)
    assert population.missing.imputations == 20
    one = found(holed, "entangled")
    assert one.imputed is not None
    assert one.imputed.share == pytest.approx(share)
    assert one.imputed.rho_without is not None
    assert one.rho is not None
    assert one.imputed.rho_without < one.rho
    assert one.imputed.imputation_share is not None
    assert 0 < one.imputed.imputation_share < 1
    assert one.interval is not None
    assert one.interval.degrees_of_freedom is not None
    assert one.interval.degrees_of_freedom <= 11
    assert one.imputed.complete_low is not None
    assert one.imputed.complete_high is not None
    assert one.imputed.complete_low < one.rho < one.imputed.complete_high
    assert one.interval.low is not None
    assert one.interval.low < one.imputed.complete_low
    said = {caution.caution: caution.what for caution in one.cautions}
    assert f"{100 * share:.0f} %" in said["imputed"]
    assert f"would be +{one.imputed.complete_low:.2f} to +{one.imputed.complete_high:.2f}" in said["imputed"]
    assert "left out of the imputation model" in said["imputed"]
    assert any("taken for granted" in notice.what for notice in holed.notices)


def test_holes_of_the_benchmark_itself_are_not_filled() -> None:
    columns = with_holes(cells(), 0.3)
    columns["entangled"] = np.where(np.arange(N) < 10, np.nan, columns["entangled"])
    one = found(run_study(table(columns), IMPUTE), "entangled")
    assert one.n_models == N - 10
    own = np.column_stack([columns[name] for name in SUITE])[10:]
    assert one.imputed is not None
    assert one.imputed.share == pytest.approx(np.isnan(own).mean())


def test_a_benchmark_that_the_least_able_models_lack_is_said_to_be_of_no_random_part_of_them() -> None:
    columns = with_holes(cells(), 0.3)
    score = np.argsort(np.argsort(cells()["entangled"]))
    columns["entangled"] = np.where(score < 16, np.nan, columns["entangled"])
    columns["apart"] = np.where(np.arange(N) % 3 == 0, np.nan, columns["apart"])
    result = run_study(table(columns), IMPUTE)
    said = {c.caution: c.what for c in found(result, "entangled").cautions}
    assert "16 of 48 models have no score on it, and they are less capable" in said["gaps go with capability"]
    # The limits are of the suite's cells, and of the models that have the benchmark.
    assert "over these 32 (the other 16 have no score on it)" in said["imputed"]
    assert "gaps go with capability" not in {c.caution for c in found(result, "apart").cautions}


def test_holes_of_the_benchmark_alone_leave_the_answer_that_is_given_without_imputing() -> None:
    columns = cells()
    columns["entangled"] = np.where(np.arange(N) % 3 == 0, np.nan, columns["entangled"])
    plain = run_study(table(columns), Settings(suite=SUITE, resamples=0))
    imputed = run_study(table(columns), IMPUTE)
    assert found(imputed, "entangled") == found(plain, "entangled")
    assert found(imputed, "entangled").n_models == N - 16


def test_the_answer_of_the_complete_table_lies_in_the_limits_that_are_given_for_it() -> None:
    whole = run_study(table(cells()), Settings(suite=SUITE, resamples=0))
    held = []
    for seed in range(6):
        result = run_study(table(with_holes(cells(), 0.3, seed)), IMPUTE)
        for name in ("entangled", "apart"):
            one, truth = found(result, name), found(whole, name).rho
            assert one.imputed is not None
            assert one.imputed.complete_low is not None
            assert one.imputed.complete_high is not None
            assert truth is not None
            held.append(one.imputed.complete_low <= truth <= one.imputed.complete_high)
    assert sum(held) >= 10


def test_a_benchmark_whose_models_have_little_of_the_suite_gets_no_correlation_and_says_why() -> None:
    columns, random = cells(), np.random.default_rng(4)
    suite = (*SUITE, "suite_6", "suite_7")
    few = np.arange(N) < 16
    for name in suite[6:]:
        columns[name] = columns["suite_0"] + 0.6 * random.normal(size=N)
    for place, name in enumerate(suite):
        columns[name] = np.where(few & (np.arange(N) % 4 != place % 4), np.nan, columns[name])
    columns["entangled"] = np.where(few, columns["entangled"], np.nan)
    result = run_study(table(columns), replace_suite(suite))
    one = found(result, "entangled")
    assert one.rho is None
    assert one.interval is None
    assert one.verdict == "undecided"
    assert one.reason == "more than 67% of the suite would be imputed for the models that have it"
    assert found(result, "apart").rho is not None


def test_a_benchmark_of_the_suite_is_compared_with_a_suite_imputed_without_it(holed: StudyResult) -> None:
    one = found(holed, "suite_0")
    assert one.in_suite
    assert one.imputed is not None
    assert one.imputed.rho_without == one.rho
    assert one.without_itself is not None
    assert one.without_itself.rho is not None
    assert one.rho is not None
    assert one.without_itself.rho < one.rho
    assert one.without_itself.interval is not None
    assert one.without_itself.interval.low is not None


def test_no_interval_is_given_that_does_not_impute_in_its_resamples(holed: StudyResult) -> None:
    methods = {interval.method for one in holed.correlations for interval in one.intervals}
    assert methods == {"family jackknife t, effective families"}
    assert all(left.verdict is None for one in holed.correlations for left in one.without_family)
    (said,) = [notice.what for notice in holed.notices if "are imputed" in notice.what]
    assert "There are no bootstrap intervals, for every one" in said
    assert "nor verdicts without each family" in said


def test_neither_threads_nor_order_change_a_byte(holed: StudyResult) -> None:
    scores = table(with_holes(cells(), 0.3))
    shuffled = ScoreTable(
        scores=scores.scores.sample(fraction=1.0, shuffle=True, seed=3),
        models=scores.models.reverse(),
        benchmarks=scores.benchmarks.reverse(),
    )
    backwards = msgspec.structs.replace(IMPUTE, suite=SUITE[::-1])
    again = run_study(shuffled, backwards, engine=Threads(1))
    assert [(c.rho, c.interval, c.imputed) for c in again.correlations] == [
        (c.rho, c.interval, c.imputed) for c in holed.correlations
    ]


def test_another_seed_draws_other_cells(holed: StudyResult) -> None:
    other = run_study(table(with_holes(cells(), 0.3)), msgspec.structs.replace(IMPUTE, seed=5))
    assert found(other, "entangled").rho != found(holed, "entangled").rho
    assert found(other, "entangled").rho == pytest.approx(found(holed, "entangled").rho, abs=0.03)


def test_a_model_with_one_cell_is_left_out_by_name() -> None:
    columns = with_holes(cells(), 0.2)
    for name in SUITE[1:]:
        columns[name][7] = np.nan
    result = run_study(table(columns), IMPUTE)
    (population,) = result.populations
    assert [one.model for one in population.left_out] == ["model-07"]
    assert any("model-07" in notice.what for notice in result.notices)
    assert found(result, "entangled").n_models == N - 1


def test_a_benchmark_that_few_models_have_leaves_the_suite() -> None:
    columns = with_holes(cells(), 0.2)
    columns["suite_5"][6:] = np.nan
    (population,) = run_study(table(columns), IMPUTE).populations
    assert [member.benchmark for member in population.suite] == list(SUITE[:5])
    assert population.missing is not None
    assert population.missing.left_out == ["suite_5"]


def test_too_many_holes_are_refused() -> None:
    columns = cells()
    random = np.random.default_rng(0)
    for i in range(N):
        for place in random.permutation(6)[:4]:
            columns[SUITE[place]][i] = np.nan
    columns["suite_0"][:] = np.where(random.random(N) < 0.3, np.nan, columns["suite_0"])
    with pytest.raises(ContentError, match="cells to be imputed"):
        run_study(table(columns), IMPUTE)


def test_models_that_share_no_benchmark_are_refused_by_name() -> None:
    columns = cells()
    for place, name in enumerate(SUITE):
        columns[name][: N // 2] = columns[name][: N // 2] if place < 3 else np.nan
        columns[name][N // 2 :] = columns[name][N // 2 :] if place >= 3 else np.nan
    with pytest.raises(ContentError, match="2 parts without a link: suite_0, suite_1, suite_2; suite_3"):
        run_study(table(columns), IMPUTE)


def aged(shared: int) -> tuple[Any, list[str]]:
    """Return scores of which older models lack the last benchmarks and newer ones the first, but for some shared."""
    columns = cells()
    free = (6 - shared) // 2
    for name in SUITE[:free]:
        columns[name][N // 2 :] = np.nan
    for name in SUITE[6 - free :]:
        columns[name][: N // 2] = np.nan
    return columns, [f"20{22 + i // (N // 2)}-01-{1 + i % 24:02d}" for i in range(N)]


def test_a_refusal_says_of_which_models_and_benchmarks_it_is() -> None:
    columns = cells()
    for place, name in enumerate(SUITE):
        columns[name][: N // 2] = columns[name][: N // 2] if place < 3 else np.nan
        columns[name][N // 2 :] = columns[name][N // 2 :] if place >= 3 else np.nan
    for name in SUITE[1:]:
        columns[name][0] = np.nan
    columns["suite_5"][6 + N // 2 :] = np.nan
    with pytest.raises(ContentError, match="without a link") as refused:
        run_study(table(columns), IMPUTE)
    assert "(among the 47 of 48 models that have at least 2 of the suite; without suite_5" in str(
        refused.value
    )


def test_old_and_new_models_with_one_benchmark_in_common_are_refused() -> None:
    columns, released = aged(2)
    columns["suite_3"][: N // 2] = np.nan
    with pytest.raises(ContentError, match="suite_2"):
        run_study(table(columns, released), IMPUTE)


def test_holes_that_go_with_age_are_not_called_random() -> None:
    columns, released = aged(2)
    result = run_study(table(columns, released), IMPUTE)
    (population,) = result.populations
    assert population.missing is not None
    assert population.missing.anchors == ["suite_2", "suite_3"]
    assert population.missing.by_age == ["suite_0", "suite_1", "suite_4", "suite_5"]
    (notice,) = [notice.what for notice in result.notices if "are imputed" in notice.what]
    assert "They are not missing at random: the release of models goes with" in notice
    assert "taken for granted" not in notice
    one = found(result, "entangled")
    (said,) = [c.what for c in one.cautions if c.caution == "imputed"]
    assert "Cells are not missing at random" in said
    assert "goes with when they were released" in said
    assert "taken to be missing at random" not in said
    # The limits take holes to be random, so none are given.
    assert one.imputed is not None
    assert one.imputed.complete_low is None
    assert "were they known" not in said


def test_holes_at_random_are_not_said_to_go_with_age() -> None:
    released = [f"2022-01-{1 + i % 24:02d}" for i in range(N)]
    (population,) = run_study(table(with_holes(cells(), 0.3), released), IMPUTE).populations
    assert population.missing is not None
    assert population.missing.by_age == []
    assert population.missing.n_dated == N


def test_one_benchmark_that_alone_links_others_is_a_caution() -> None:
    columns = cells()
    for name in SUITE[:2]:
        columns[name][N // 2 :] = np.nan
    for name in SUITE[3:5]:
        columns[name][: N // 2] = np.nan
    four = SUITE[:5]
    result = run_study(table(columns), replace_suite(four))
    assert result.populations[0].missing is not None
    assert result.populations[0].missing.sole_links == ["suite_2"]
    assert "weakly linked" in {c.caution for c in found(result, "entangled").cautions}


def replace_suite(suite: tuple[str, ...]) -> Settings:
    return msgspec.structs.replace(IMPUTE, suite=suite)


def test_too_few_models_are_refused() -> None:
    columns = {name: np.where(np.arange(N) < 7, column, np.nan) for name, column in cells().items()}
    scores = table(columns)
    few = replace(scores, models=scores.models.head(7))
    with pytest.raises(ContentError, match="at least 8 chat models"):
        run_study(few, IMPUTE)


def test_many_models_get_fewer_imputations() -> None:
    assert [imputations_for(n) for n in (8, 500, 501, 2000, 7169)] == [20, 20, 10, 10, 5]


def test_a_result_with_imputed_cells_is_read_back_as_it_was(holed: StudyResult, tmp_path: Any) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(holed.to_json())
    assert confounded.study.result.read_result(path) == holed
