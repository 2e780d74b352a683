"""What was planted is found: verdicts, cautions, robustness, areas, kinds, ranks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

import confounded
from confounded.engine import Threads
from confounded.scores import ScoreTable
from confounded.study import Settings, StudyResult, run_study
from confounded.study.areas import area_verdict
from confounded.study.result import Correlation, Pooled, Reliability
from confounded.study.robustness import as_spearman
from confounded.study.verdicts import DECIDED, verdict_of
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
        ("u_shaped", "undecided"),
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


def test_a_benchmark_that_turns_round_is_never_separable_and_no_number_of_families_would_make_it_so(
    result: StudyResult,
) -> None:
    one = found(result, "u_shaped")
    assert one.interval is not None
    assert one.interval.low is not None
    assert one.interval.high is not None
    assert -0.4 < one.interval.low < one.interval.high < 0.4  # what would be separable by the interval alone
    assert "not monotone" in one.rule
    assert one.verdict_effective == "undecided"
    assert one.tests is not None
    assert one.tests.separable == 1.0
    assert one.tests.verdict_bh == one.tests.verdict_by == "undecided"
    assert {left.verdict for left in one.without_family} == {"undecided"}


def test_an_area_of_which_a_benchmark_turns_round_is_not_separable() -> None:
    pooled = Pooled(rho=0.0, low=-0.1, high=0.1, n_families=20)
    assert area_verdict(["separable", "separable"], pooled, 0.4)[0] == "separable"
    verdict, rule = area_verdict(["separable", "undecided"], pooled, 0.4, turning=1)
    assert verdict == "undecided"
    assert "1 of its 2 benchmarks" in rule
    steep = Pooled(rho=0.7, low=0.5, high=0.8, n_families=20)
    assert area_verdict(["entangled", "undecided"], steep, 0.4, turning=1)[0] == "entangled"


def test_an_area_of_which_a_benchmark_goes_opposite_ways_in_two_strata_is_not_separable() -> None:
    pooled = Pooled(rho=0.0, low=-0.1, high=0.1, n_families=20)
    verdict, rule = area_verdict(["separable", "undecided"], pooled, 0.4, opposed=1)
    assert verdict == "undecided"
    assert "1 of its 2 benchmarks go opposite ways" in rule
    steep = Pooled(rho=0.7, low=0.5, high=0.8, n_families=20)
    assert area_verdict(["entangled", "undecided"], steep, 0.4, opposed=1)[0] == "entangled"


def test_a_turn_takes_only_verdicts_that_rest_on_a_low_correlation() -> None:
    assert verdict_of(0.5, 0.6, 0.4, 9, turning=True)[0] == "entangled"
    assert verdict_of(-0.6, -0.5, 0.4, 9, turning=True)[0] == "inverse"
    assert verdict_of(-0.1, 0.1, 0.4, 9, turning=True)[0] == "undecided"


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


def test_what_survives_the_effective_families_is_counted_and_the_rest_carries_the_caution(
    shipped: StudyResult,
) -> None:
    counts = {one.population: one.complete_against_score_effective for one in shipped.population_summaries}
    assert (counts["chat"].entangled, counts["chat"].inverse, counts["chat"].separable) == (12, 6, 0)
    assert (counts["base"].entangled, counts["base"].inverse, counts["base"].separable) == (22, 12, 0)
    for one in shipped.correlations:
        falls = one.verdict in DECIDED and one.verdict_effective != one.verdict
        assert falls == ("one family dominates" in cautions(one)), one.benchmark


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
    one = run_study(scores, settings, engine=Threads(1))
    four = run_study(scores, settings, engine=Threads(4))
    assert one.to_json() == four.to_json()


def test_a_refused_reliability_shows_nothing_separable(result: StudyResult) -> None:
    one = found(result, "noisy")
    assert one.tests is not None
    assert one.tests.separable == 1.0
    assert (one.tests.p or 0) > 0.05
    assert one.tests.verdict_bh == "unreliable"


@pytest.mark.parametrize("sizes", [(1,) * 4, (20, 2, 1), (5, 3), (9,)])
def test_few_and_lopsided_families_make_a_report_without_verdicts(sizes: tuple[int, ...]) -> None:
    scores = planted.study(n_families=len(sizes), size=max(sizes))
    rank = pl.col("model").str.slice(1).cast(pl.Int64)
    kept = [rank.is_between(f * max(sizes), f * max(sizes) + size - 1) for f, size in enumerate(sizes)]
    few = ScoreTable(
        scores.scores.filter(pl.any_horizontal(kept)),
        scores.models.filter(pl.any_horizontal(kept)),
        scores.benchmarks,
    )
    small = run_study(few, Settings(suite=planted.SUITE, resamples=50))
    assert {one.verdict for one in small.correlations} == {"undecided"}
    assert all(power.separable == 0.0 for power in small.population_summaries[0].power)


def test_kin_is_compared_with_a_score_without_its_kin(result: StudyResult) -> None:
    one = found(result, "kin")
    assert one.without_itself is not None
    assert one.rho is not None
    assert one.without_itself.rho is not None
    assert one.without_itself.rho < one.rho
    assert found(result, "precise").without_itself is None


def error_rates(**facts: object) -> StudyResult:
    table = planted.study(n_families=12)
    right = 0.5 + 0.2 * np.tanh(table.scores.filter(pl.col("benchmark") == "entangled")["score"].to_numpy())
    rates = pl.DataFrame(
        {
            "model": table.models["model"].to_list(),
            "benchmark": ["errors"] * len(right),
            "score": np.round((1 - right) * 200) / 200,
        }
    )
    scores = pl.concat([table.scores.select("model", "benchmark", "score"), rates])
    declared = pl.DataFrame(
        {"benchmark": ["errors"], "direction": ["lower"], **{k: [v] for k, v in facts.items()}}
    )
    benchmarks = pl.concat([table.benchmarks.select("benchmark", "direction"), declared], how="diagonal")
    return run_study(ScoreTable(scores, table.models, benchmarks), Settings(suite=planted.SUITE, resamples=0))


def test_chance_is_turned_round_with_the_scores_of_a_benchmark_where_lower_is_safer() -> None:
    at_chance = error_rates(item_type="binary mean", items=200, chance=0.5)
    one = found(at_chance, "errors")
    assert one.description is not None
    share = one.description.near_chance_share
    (population,) = at_chance.populations
    wrong = -np.array(population.scores["errors"], dtype=float)
    assert share == pytest.approx(np.mean(wrong >= 0.5 - 2 * np.sqrt(0.25 / 200)))
    assert one.reliability is not None
    assert one.reliability.method == "KR-21"


def test_hazardous_skill_above_chance_is_not_near_chance() -> None:
    """The shares of wrong answers of the study above, taken for shares of hazardous tasks that were done."""
    hazard = error_rates(item_type="binary mean", items=200, chance=0.4, kind="suppression")
    one = found(hazard, "errors")
    assert one.description is not None
    (population,) = hazard.populations
    done = -np.array(population.scores["errors"], dtype=float)
    near = np.mean(done <= 0.4 + 2 * np.sqrt(0.24 / 200))
    assert one.description.near_chance_share == pytest.approx(near)
    assert near != np.mean(done >= 0.4 - 2 * np.sqrt(0.24 / 200))


def test_what_is_lacking_for_a_reliability_is_named() -> None:
    reliability = found(error_rates(item_type="binary mean"), "errors").reliability
    assert reliability is not None
    assert reliability.method is None
    assert "48 of 48 scores have no count of items" in (reliability.reason or "")
