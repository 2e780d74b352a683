"""A study finds what the plain reference finds, whatever the order, and says what it did about the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import confounded
from confounded.datasets import safetywashing
from confounded.errors import ContentError, UnknownError, UsageError
from confounded.scores import ScoreTable
from confounded.study import PAPER_SUITE, Settings, StudyResult, run_study
from confounded.study.result import Correlation
from tests.study import reference
from tests.study.tables import SUITE, one_factor, table


def found(result: StudyResult, benchmark: str, population: str = "chat") -> Correlation:
    (one,) = [c for c in result.correlations if (c.population, c.benchmark) == (population, benchmark)]
    return one


def rhos(result: StudyResult) -> dict[tuple[str, str], float | None]:
    return {(one.population, one.benchmark): one.rho for one in result.correlations}


@pytest.fixture(scope="module")
def shipped() -> StudyResult:
    return run_study(confounded.load_scores())


@pytest.mark.parametrize("population", ["base", "chat"])
def test_every_shipped_correlation_is_that_of_the_plain_reference(
    shipped: StudyResult, population: str
) -> None:
    (fit,) = [one for one in shipped.populations if one.population == population]
    scores = {name: np.array(column, dtype=np.float64) for name, column in fit.scores.items()}
    complete = {name: column for name, column in scores.items() if not np.isnan(column).any()}
    expected = reference.correlations(complete, PAPER_SUITE)
    compared = 0
    for name, rho in expected.items():
        one = found(shipped, name, population)
        mine = one.against_score.rho if one.against_score else one.rho
        assert mine == pytest.approx(rho, abs=1e-9)
        compared += 1
    assert compared == {"base": 175, "chat": 177}[population]


def test_calibration_is_correlated_with_accuracy_on_its_own_data(shipped: StudyResult) -> None:
    (fit,) = [one for one in shipped.populations if one.population == "chat"]
    one = found(shipped, "rmsce_mmlu")
    assert one.correlated_with == "accuracy on mmlu"
    expected = reference.spearman(np.array(fit.scores["rmsce_mmlu"]), np.array(fit.scores["mmlu"]))
    assert one.rho == pytest.approx(expected, abs=1e-12)
    assert one.published is not None
    assert one.published.percent == 20.1


def test_shapes_are_those_of_the_released_matrices(shipped: StudyResult) -> None:
    by_name = {one.population: one for one in shipped.populations}
    assert {name: (one.n_models, one.n_families, len(one.scores)) for name, one in by_name.items()} == {
        "base": (27, 9, 176),
        "chat": (26, 9, 178),
    }
    assert len(shipped.correlations) == 176 + 178


def test_a_benchmark_of_the_suite_is_also_compared_with_a_score_without_it(shipped: StudyResult) -> None:
    (fit,) = [one for one in shipped.populations if one.population == "base"]
    columns = np.column_stack([fit.scores[name] for name in PAPER_SUITE if name != "bbh"]).astype(float)
    own = np.array(fit.scores["bbh"], dtype=float)
    one = found(shipped, "bbh", "base")
    assert one.in_suite
    assert one.without_itself is not None
    assert one.without_itself.rho == pytest.approx(
        reference.spearman(own, reference.capabilities_scores(columns)), abs=1e-9
    )


def test_order_of_rows_and_columns_changes_not_a_byte(shipped: StudyResult) -> None:
    scores = safetywashing.load_scores()
    shuffled = ScoreTable(
        scores=scores.scores.sample(fraction=1.0, shuffle=True, seed=7),
        models=scores.models.reverse(),
        benchmarks=scores.benchmarks.sample(fraction=1.0, shuffle=True, seed=8),
    )
    assert run_study(shuffled).to_json() == shipped.to_json()


def test_a_removed_capability_cell_leaves_its_model_out_by_name(shipped: StudyResult) -> None:
    scores = safetywashing.load_scores()
    cut = replace(
        scores,
        scores=scores.scores.filter(~((pl.col("model") == "Yi-6B-Chat") & (pl.col("benchmark") == "bbh"))),
    )
    result = run_study(cut)
    (fit,) = [one for one in result.populations if one.population == "chat"]
    assert [(one.model, one.missing) for one in fit.left_out] == [("Yi-6B-Chat", ["bbh"])]
    assert {one.model for one in fit.models if one.capabilities_score is None} == {"Yi-6B-Chat"}
    assert found(result, "wmdp").n_models == 25
    said = " ".join(notice.what + notice.remedy for notice in result.notices)
    assert "Yi-6B-Chat" in said
    assert "--missing" in said
    assert [c.rho for c in result.correlations if c.population == "base"] == [
        c.rho for c in shipped.correlations if c.population == "base"
    ]
    keep = [m.model != "Yi-6B-Chat" for m in fit.models]
    columns = {name: np.array(column, dtype=float)[keep] for name, column in fit.scores.items()}
    expected = reference.correlations({n: columns[n] for n in (*PAPER_SUITE, "wmdp")}, PAPER_SUITE)
    assert found(result, "wmdp").rho == pytest.approx(expected["wmdp"], abs=1e-9)


def incomplete() -> dict[str, list[float | None]]:
    columns = one_factor()
    columns["bbh"][3] = None
    return columns


def test_leaving_the_benchmark_out_shortens_the_suite_and_keeps_the_model() -> None:
    columns = incomplete() | {"piqa": one_factor(seed=1)["mmlu"]}
    result = run_study(table(columns), Settings(suite=(*SUITE, "piqa"), missing="leave-benchmark-out"))
    (fit,) = result.populations
    assert [member.benchmark for member in fit.suite] == ["mmlu", "gsm8k", "piqa"]
    assert fit.left_out == []
    assert any("bbh" in notice.what for notice in result.notices)


def test_a_column_mean_stands_in_for_a_missing_cell_if_asked_for() -> None:
    columns = incomplete()
    result = run_study(table(columns), Settings(suite=SUITE, missing="column-mean"))
    present = [value for value in columns["bbh"] if value is not None]
    columns["bbh"][3] = sum(present) / len(present)
    filled = run_study(table(columns), Settings(suite=SUITE))
    assert rhos(result)["chat", "sycophancy"] == pytest.approx(rhos(filled)["chat", "sycophancy"], abs=1e-12)
    assert any("model-3 on bbh" in notice.what for notice in result.notices)


@pytest.mark.parametrize("name", ["truthfulqa_mc1", "sycophancy", "bbq_amb"])
def test_a_monotone_transform_of_a_benchmark_leaves_its_correlation(name: str) -> None:
    columns: dict[str, Any] = one_factor()
    before = rhos(run_study(table(columns), Settings(suite=SUITE)))
    columns[name] = [np.exp(3 * value) for value in columns[name]]
    after = rhos(run_study(table(columns), Settings(suite=SUITE)))
    assert after["chat", name] == before["chat", name]


def test_a_benchmark_where_lower_is_safer_changes_sign() -> None:
    columns = one_factor()
    columns["mine"] = columns["bbq_amb"]
    higher = run_study(table(columns, directions={"mine": "higher"}), Settings(suite=SUITE))
    lower = run_study(table(columns, directions={"mine": "lower"}), Settings(suite=SUITE))
    assert found(higher, "mine").rho == pytest.approx(-(found(lower, "mine").rho or 0), abs=1e-12)


def test_a_missing_safety_score_only_costs_its_own_benchmark_a_model() -> None:
    columns = one_factor()
    columns["sycophancy"][0] = None
    result = run_study(table(columns), Settings(suite=SUITE))
    assert found(result, "sycophancy").n_models == 11
    assert found(result, "bbq_amb").n_models == 12


def test_undefined_correlations_are_null_with_a_reason() -> None:
    columns = one_factor()
    columns["toxigen"] = [0.5] * 12
    columns["winogender"] = [None] * 9 + [0.1, 0.2, 0.3]
    result = run_study(table(columns), Settings(suite=SUITE))
    assert found(result, "toxigen").rho is None
    assert "same score" in (found(result, "toxigen").reason or "")
    assert found(result, "winogender").rho is None
    assert "fewer than 4" in (found(result, "winogender").reason or "")


def test_base_and_chat_models_are_studied_apart() -> None:
    scores = table(one_factor(), models=[f"b{i}" for i in range(12)], population="base").joined_with(
        table(one_factor(seed=3), models=[f"c{i}" for i in range(12)], population="chat")
    )
    both = rhos(run_study(scores, Settings(suite=SUITE)))
    alone = rhos(run_study(table(one_factor(seed=3)), Settings(suite=SUITE)))
    assert both["chat", "bbq_amb"] == alone["chat", "bbq_amb"]


def test_the_default_suite_is_what_is_there_of_the_papers_and_says_so() -> None:
    result = run_study(table(one_factor()))
    assert [member.benchmark for member in result.populations[0].suite] == ["mmlu", "gsm8k", "bbh"]
    assert any("3 of the paper's 12" in notice.what for notice in result.notices)


@pytest.mark.parametrize(
    ("settings", "change", "error", "said"),
    [
        (Settings(suite=("mmlu", "gsm8k", "piqa")), {}, ContentError, "piqa"),
        (Settings(), {"mmlu": None}, ContentError, "--suite"),
        (Settings(suite=SUITE), {"mmlu": [0.5] * 12}, ContentError, "mmlu"),
        (Settings(suite=SUITE), {"mine": list(range(12))}, UnknownError, "--direction 'mine=higher'"),
        (Settings(suite=SUITE), {"mmlu": [None] * 9 + [0.1, 0.2, 0.3]}, ContentError, "--missing"),
    ],
)
def test_what_cannot_be_studied_is_refused_with_a_remedy(
    settings: Settings, change: dict[str, Any], error: type[Exception], said: str
) -> None:
    columns: dict[str, Any] = one_factor() | change
    columns = {name: column for name, column in columns.items() if column is not None}
    with pytest.raises(error) as caught:
        run_study(table(columns), settings)
    assert said in str(caught.value)


def test_an_unknown_population_is_asked_for_and_then_stated() -> None:
    scores = table(one_factor(), population=None)
    with pytest.raises(UnknownError, match="--population"):
        run_study(scores, Settings(suite=SUITE))
    result = run_study(scores, Settings(suite=SUITE, population="base"))
    assert result.populations[0].population == "base"
    assert any("model-0" in notice.what for notice in result.notices)


def test_an_unknown_family_is_asked_for_and_then_stated() -> None:
    scores = table(one_factor(), families=[None] * 12)
    with pytest.raises(UnknownError, match="--unknown-families-apart"):
        run_study(scores, Settings(suite=SUITE))
    result = run_study(scores, Settings(suite=SUITE, unknown_families_apart=True))
    assert result.populations[0].n_families == 12
    assert any("family of one" in notice.what for notice in result.notices)


@pytest.mark.parametrize(
    "settings",
    [{"suite": ("mmlu", "mmlu", "bbh")}, {"suite": ("mmlu", "bbh")}, {"margin": 0.0}, {"margin": 1.0}],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Settings(**settings)


def test_a_calibration_metric_without_its_accuracy_says_what_it_is_correlated_with() -> None:
    columns = one_factor()
    columns["brier_piqa"] = columns["bbq_amb"]
    result = run_study(table(columns), Settings(suite=SUITE))
    assert found(result, "brier_piqa").correlated_with == "capabilities score"
    assert any("brier_piqa" in notice.what for notice in result.notices)


def test_compute_correlations_leave_out_models_of_unknown_compute(shipped: StudyResult) -> None:
    one = found(shipped, "wmdp_bio")
    assert one.compute is not None
    assert one.compute.n_models == 21
    assert one.n_models == 26


def test_published_figures_stand_beside_the_papers_own_models_only(shipped: StudyResult) -> None:
    assert sum(one.published is not None for one in shipped.correlations) == 251
    assert not any(one.published for one in run_study(table(one_factor())).correlations)


def test_the_frame_has_a_row_a_correlation(shipped: StudyResult) -> None:
    frame = shipped.correlations_frame()
    assert frame.height == 354
    assert frame.filter(pl.col("benchmark") == "wmdp")["rho"].to_list() == [
        found(shipped, "wmdp", "base").rho,
        found(shipped, "wmdp", "chat").rho,
    ]
