"""What was planted is found: verdicts, cautions, robustness, areas, kinds, ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import confounded
from confounded.study import Settings, StudyResult, run_study
from confounded.study.areas import area_verdict
from confounded.study.result import Correlation, Pooled, Reliability
from confounded.study.robustness import as_spearman
from confounded.study.verdicts import verdict_of
from tests.study import planted


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return run_study(planted.study(), Settings(suite=planted.SUITE, resamples=200))


@pytest.fixture(scope="module")
def shipped() -> StudyResult:
    return run_study(confounded.load_scores(), Settings(resamples=0))


def found(result: StudyResult, benchmark: str, population: str = "chat") -> Correlation:
    (one,) = [c for c in result.correlations if (c.population, c.benchmark) == (population, benchmark)]
    return one


def cautions(one: Correlation) -> set[str]:
    return {caution.caution for caution in one.cautions}


@pytest.mark.parametrize(
    ("benchmark", "verdict"),
    [
        ("entangled", "entangled"),
        ("inverse", "inverse"),
        ("separable", "separable"),
        ("precise", "separable"),
        ("noisy", "unreliable"),
        ("kin", "entangled"),
        ("whole", "entangled"),
    ],
)
def test_the_planted_verdict_is_found(result: StudyResult, benchmark: str, verdict: str) -> None:
    one = found(result, benchmark)
    assert one.verdict == verdict, one.rule


@pytest.mark.parametrize(
    ("benchmark", "caution"),
    [
        ("kin", "kin to the suite"),
        ("suite_1", "part of the suite"),
        ("u_shaped", "not monotone"),
        ("full", "saturated"),
        ("full", "ties"),
        ("separable", "reliability unknown"),
    ],
)
def test_the_planted_caution_is_given_where_it_belongs(
    result: StudyResult, benchmark: str, caution: str
) -> None:
    assert caution in cautions(found(result, benchmark))
    assert caution not in cautions(found(result, "precise"))


def test_a_study_of_many_equal_families_has_no_caution_about_them(result: StudyResult) -> None:
    about_families = {"few families", "one family dominates", "one family carries it", "few models"}
    assert not cautions(found(result, "entangled")) & about_families


def test_the_correlation_without_measurement_error_stands_beside_the_raw_one(result: StudyResult) -> None:
    one = found(result, "precise")
    assert one.reliability is not None
    assert one.rho is not None
    assert one.reliability.method == "standard errors"
    assert one.reliability.value == pytest.approx(1 - 0.01, abs=0.005)
    assert one.reliability.rho == pytest.approx(one.rho / np.sqrt(one.reliability.value or 1), abs=1e-12)
    noisy = found(result, "noisy").reliability
    assert noisy is not None
    assert noisy.low is None
    assert noisy.reason is not None


def test_verdict_and_p_agree_and_the_false_discovery_rate_takes_away_only(shipped: StudyResult) -> None:
    tested = 0
    for one in shipped.correlations:
        if one.tests is None or one.tests.p is None or one.verdict == "unreliable":
            continue
        assert (one.verdict != "undecided") == (one.tests.p <= 0.05), one.benchmark
        tested += 1
        if one.tests.q_bh is not None:
            assert one.tests.p - 1e-12 <= one.tests.q_bh <= (one.tests.q_by or 1)
            assert one.tests.verdict_bh in (one.verdict, "undecided")
    assert tested > 300


def test_nothing_nested_is_in_the_declared_set(shipped: StudyResult) -> None:
    part_of = {fact.benchmark: fact.part_of for fact in shipped.benchmarks}
    for summary in shipped.population_summaries:
        declared = set(summary.declared)
        assert declared
        assert not any(part_of[name] in declared for name in declared)
    subscales = run_study(confounded.load_scores(), Settings(resamples=0, nesting="subscales"))
    parts = set(subscales.population_summaries[0].declared)
    assert "wmdp_bio" in parts
    assert "wmdp" not in parts
    assert "wmdp" in shipped.population_summaries[0].declared


def test_the_shipped_study_has_the_counts_of_an_independent_script(shipped: StudyResult) -> None:
    counts = {one.population: one.complete_against_score for one in shipped.population_summaries}
    chat, base = counts["chat"], counts["base"]
    assert (chat.entangled, chat.inverse, chat.separable, chat.undecided + chat.unreliable) == (15, 7, 0, 143)
    assert (base.entangled, base.inverse, base.separable + base.unreliable, base.undecided) == (
        23,
        13,
        2,
        125,
    )


def test_what_does_not_survive_the_effective_families_carries_the_caution(shipped: StudyResult) -> None:
    surviving = {"base": {"entangled": 22, "inverse": 12}, "chat": {"entangled": 12, "inverse": 6}}
    for population, expected in surviving.items():
        complete = {"base": 27, "chat": 26}[population]
        for verdict, number in expected.items():
            firm = 0
            for one in shipped.correlations:
                headline = one.against_score or one
                if one.population != population or one.in_suite or headline.n_models != complete:
                    continue
                if one.against_score is None and one.verdict == verdict:
                    firm += "one family dominates" not in cautions(one)
                elif one.against_score is not None and one.against_score.verdict == verdict:
                    # Calibration metrics have their cautions by their headline; the interval is held against G here.
                    firm += survives(one.against_score.interval, one.effective_families, verdict)
            assert firm == number, (population, verdict)


def survives(interval: Any, effective: float, verdict: str) -> bool:
    z = (np.arctanh(interval.low) + np.arctanh(interval.high)) / 2
    half = (np.arctanh(interval.high) - z) / stats.t.ppf(0.975, interval.degrees_of_freedom)
    wide = half * stats.t.ppf(0.975, effective - 1)
    return bool(np.tanh(z - wide) > 0.4 if verdict == "entangled" else np.tanh(z + wide) < -0.4)


def test_rules_basic_is_carried_by_qwen(shipped: StudyResult) -> None:
    families = found(shipped, "rules_basic").robustness
    assert families is not None
    assert families.families is not None
    assert families.families.moved_most_by == "Qwen1.5"
    assert families.families.then == pytest.approx(0.09, abs=0.005)


def test_sixty_six_benchmarks_cross_the_margin_without_one_family(shipped: StudyResult) -> None:
    crossing = 0
    for one in shipped.correlations:
        if one.population == "chat" and not one.in_suite and one.n_models == 26 and one.against_score is None:
            points = [w.rho for w in one.without_family if w.rho is not None]
            crossing += len({(p > 0.4) - (p < -0.4) for p in [*points, one.rho or 0]}) > 1
    assert 60 <= crossing <= 66


@pytest.mark.parametrize(
    ("low", "high", "n_families", "verdict"),
    [
        (0.41, 0.9, 9, "entangled"),
        (0.40, 0.9, 9, "undecided"),
        (-0.9, -0.41, 9, "inverse"),
        (-0.39, 0.39, 9, "separable"),
        (-0.41, 0.39, 9, "undecided"),
        (0.41, 0.9, 5, "undecided"),
        (None, None, 9, "undecided"),
    ],
)
def test_the_verdict_rule_at_its_edges(
    low: float | None, high: float | None, n_families: int, verdict: str
) -> None:
    assert verdict_of(low, high, 0.40, n_families)[0] == verdict


def test_separable_needs_both_intervals_where_the_error_is_known() -> None:
    inside = Reliability(method="KR-21", value=0.5, rho=0.1, low=-0.3, high=0.35)
    outside = Reliability(method="KR-21", value=0.1, rho=0.1, low=-0.5, high=0.6)
    refused = Reliability(method="KR-21", value=-0.1, rho=None, low=None, high=None, reason="refused")
    assert verdict_of(-0.2, 0.3, 0.4, 9, inside)[0] == "separable"
    assert verdict_of(-0.2, 0.3, 0.4, 9, outside)[0] == "unreliable"
    assert verdict_of(-0.2, 0.3, 0.4, 9, refused)[0] == "unreliable"
    assert verdict_of(0.5, 0.6, 0.4, 9, refused)[0] == "entangled"


def pooled(low: float | None, high: float | None, n_families: int = 9) -> Pooled:
    return Pooled(rho=0.0, low=low, high=high, n_families=n_families)


@pytest.mark.parametrize(
    ("verdicts", "interval", "verdict"),
    [
        ([], (None, None), "no data"),
        (["undecided", "separable"], (-0.2, 0.2), "separable"),
        (["undecided", "entangled"], (-0.2, 0.2), "mixed"),
        (["undecided", "inverse"], (-0.2, 0.2), "mixed"),
        (["entangled", "inverse"], (-0.6, 0.6), "mixed"),
        (["entangled", "undecided"], (0.5, 0.9), "entangled"),
        (["inverse", "undecided"], (0.5, 0.9), "mixed"),
        (["undecided"], (-0.9, -0.5), "inverse"),
        (["undecided"], (0.1, 0.9), "undecided"),
        (["undecided"], (None, None), "undecided"),
    ],
)
def test_an_area_is_what_its_members_and_their_pool_agree_on(
    verdicts: list[str], interval: tuple[float | None, float | None], verdict: str
) -> None:
    assert area_verdict(verdicts, pooled(*interval), 0.40)[0] == verdict


def test_an_area_pools_parts_and_leaves_their_whole_out(result: StudyResult) -> None:
    (area,) = [one for one in result.area_summaries if one.area == "planted"]
    assert "part_a" in area.members
    assert "whole" not in area.members
    assert area.verdict == "mixed"
    z = [np.arctanh(found(result, name).rho) for name in area.members]
    assert area.pooled.rho == pytest.approx(np.tanh(np.mean(z)), abs=1e-12)
    assert area.random_effects is not None
    assert "independent" in area.random_effects.label


def test_kinds_that_differ_are_found_to_differ(result: StudyResult) -> None:
    (contrast,) = result.kind_contrasts
    assert (contrast.first, contrast.second) == ("propensity", "knowledge")
    propensity = np.mean([np.arctanh(found(result, name).rho) for name in ("separable", "precise")])
    knowledge = np.arctanh(found(result, "entangled").rho)
    assert contrast.difference == pytest.approx(propensity - knowledge, abs=1e-12)
    assert contrast.high is not None
    assert contrast.high < 0
    assert contrast.p is not None
    assert contrast.p < 0.001


def test_specifications_are_scipys_and_their_agreement_is_counted(result: StudyResult) -> None:
    one = found(result, "entangled")
    assert one.robustness is not None
    (population,) = result.populations
    score = [model.capabilities_score for model in population.models]
    own = population.scores["entangled"]
    values = {(s.composite, s.association): s.value for s in one.robustness.specifications}
    assert values["first component", "kendall"] == pytest.approx(stats.kendalltau(score, own).statistic)
    assert values["first component", "pearson"] == pytest.approx(stats.pearsonr(score, own).statistic)
    assert one.robustness.agreeing_share == 1.0
    assert one.robustness.disagreeing == []


@pytest.mark.parametrize("r", [-0.8, 0.0, 0.5])
def test_associations_of_normal_data_come_to_one_scale(r: float) -> None:
    spearman = 6 / np.pi * np.arcsin(r / 2)
    assert as_spearman(r, "pearson") == pytest.approx(spearman)
    assert as_spearman(2 / np.pi * np.arcsin(r), "kendall") == pytest.approx(spearman)
    assert as_spearman(spearman, "spearman") == spearman


def test_residuals_are_against_a_line_without_the_family(result: StudyResult) -> None:
    one = found(result, "entangled")
    (population,) = result.populations
    assert one.adjusted is not None
    x = np.array([model.capabilities_score for model in population.models], dtype=float)
    y = np.array(population.scores["entangled"], dtype=float)
    families = np.array([model.family for model in population.models])
    others = families != families[0]
    line = stats.linregress(x[others], y[others])
    predicted = line.intercept + line.slope * x[0]
    assert one.adjusted.predicted[0] == pytest.approx(predicted, abs=1e-9)
    assert one.adjusted.residual[0] == pytest.approx(y[0] - predicted, abs=1e-9)
    inside = [
        low <= value <= high
        for low, value, high in zip(one.adjusted.low, y, one.adjusted.high, strict=True)
        if low is not None and high is not None
    ]
    assert 0.88 <= np.mean(inside) <= 1.0


def test_rank_intervals_hold_the_true_ranks_and_say_where_they_are_not_known(result: StudyResult) -> None:
    known = found(result, "precise").ranks
    unknown = found(result, "separable").ranks
    assert known is not None
    assert unknown is not None
    (population,) = result.populations
    order = stats.rankdata([-(value or 0) for value in population.scores["precise"]])
    for best, rank, worst in zip(known.best, order, known.worst, strict=True):
        assert best is not None
        assert worst is not None
        assert best <= rank <= worst
    assert unknown.best == []
    assert "not known" in (unknown.reason or "")


def test_power_stands_beside_the_count_of_separable_benchmarks(shipped: StudyResult) -> None:
    for summary in shipped.population_summaries:
        none, clustered = summary.power
        assert none.separable == pytest.approx(0.10, abs=0.04)
        assert clustered.separable == pytest.approx(0.05, abs=0.03)


def test_five_families_get_an_interval_and_no_verdict() -> None:
    small = run_study(planted.study(n_families=5, size=8), Settings(suite=planted.SUITE, resamples=0))
    one = found(small, "entangled")
    assert one.interval is not None
    assert one.interval.low is not None
    assert one.verdict == "undecided"
    assert "5 families" in one.rule
    assert all(w.verdict is None for w in one.without_family)


def test_three_families_get_no_interval_at_all() -> None:
    small = run_study(planted.study(n_families=3, size=12), Settings(suite=planted.SUITE, resamples=0))
    one = found(small, "entangled")
    assert one.interval is not None
    assert one.interval.low is None
    assert "3 families" in (one.interval.reason or "")
    assert one.verdict == "undecided"


def test_threads_and_resamples_change_no_verdict() -> None:
    settings = Settings(suite=planted.SUITE, resamples=300)
    scores = planted.study(n_families=12)
    one = run_study(scores, settings, threads=1)
    four = run_study(scores, settings, threads=4)
    assert one.to_json() == four.to_json()
