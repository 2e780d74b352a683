"""What several benchmarks say together of an imputed suite is as unsure as the cells that are not there leave it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from confounded.engine import Threads
from confounded.report.claims import claims
from confounded.report.imputed import lines_of_imputed
from confounded.report.index import Index
from confounded.report.tables import TABLES, columns_of
from confounded.scores import ScoreTable
from confounded.stats.intervals import jackknife_intervals
from confounded.stats.pooling import contrast_intervals, linear_jackknife, pooling_weights
from confounded.study import Settings, StudyResult, run_study
from confounded.study.areas import stack
from confounded.study.capability import capabilities_of
from confounded.study.correlations import Evidence, gather_evidence
from confounded.study.population import benchmark_facts, populations
from confounded.study.result import AreaSummary, Caution, Correlation

SUITE = tuple(f"suite_{number}" for number in range(5))
N, SIZE = 40, 4
SLACK = 0.01
IMPUTE = Settings(suite=SUITE, missing="impute", resamples=0)
AREAS = {
    "first": "misconceptions",
    "second": "misconceptions",
    "third": "misconceptions",
    "single": "calibration",
}
KINDS = {"first": "propensity", "second": "propensity", "third": "knowledge", "single": "knowledge"}


def table(share: float = 0.35, order: int = 0) -> ScoreTable:
    """Return four benchmarks with standard errors in two areas, beside a suite of which a share is missing."""
    random = np.random.default_rng(7)
    ability = 0.5 * random.normal(size=N // SIZE)[np.arange(N) // SIZE] + 0.9 * random.normal(size=N)
    columns = {name: ability + 0.6 * random.normal(size=N) for name in SUITE}
    for name, weight in zip(AREAS, (0.2, 0.0, 0.3, 0.1), strict=True):
        columns[name] = weight * ability + random.normal(size=N)
    holes = {name: random.random(N) < share for name in SUITE}
    names = np.array([f"model-{i:02d}" for i in range(N)])
    written = list(columns)[::-1] if order else list(columns)
    rows: list[dict[str, Any]] = [
        {"model": name, "benchmark": benchmark, "score": float(value), "stderr": 0.3}
        for benchmark in written
        for name, value, hole in zip(
            names, columns[benchmark], holes.get(benchmark, np.zeros(N, bool)), strict=True
        )
        if not hole
    ]
    models = pl.DataFrame(
        {
            "model": names,
            "family": [f"family-{i // SIZE:02d}" for i in range(N)],
            "population": ["chat"] * N,
        }
    )
    benchmarks = pl.DataFrame(
        {
            "benchmark": written,
            "direction": ["higher"] * len(written),
            "area": [AREAS.get(name) for name in written],
            "kind": [KINDS.get(name) for name in written],
        },
        schema=dict.fromkeys(("benchmark", "direction", "area", "kind"), pl.String),
    )
    return ScoreTable(scores=pl.DataFrame(rows), models=models, benchmarks=benchmarks)


def area(result: StudyResult, name: str) -> AreaSummary:
    (one,) = [summary for summary in result.area_summaries if summary.area == name]
    return one


def found(result: StudyResult, benchmark: str) -> Correlation:
    (one,) = [c for c in result.correlations if c.benchmark == benchmark]
    return one


@pytest.fixture(scope="module")
def holed() -> StudyResult:
    return run_study(table(), IMPUTE, engine=Threads(2))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    scores = table()
    facts = benchmark_facts(scores, IMPUTE)
    (population,), _ = populations(scores, facts, IMPUTE)
    score, _ = capabilities_of(population, IMPUTE, facts)
    return gather_evidence(population, score, facts, IMPUTE)


def test_an_area_of_one_benchmark_has_that_benchmarks_interval(holed: StudyResult) -> None:
    pooled, own = area(holed, "calibration").pooled, found(holed, "single")
    assert own.interval is not None
    assert own.imputed is not None
    assert pooled.rho == pytest.approx(own.rho, abs=1e-12)
    assert pooled.low == pytest.approx(own.interval.low, abs=1e-12)
    assert pooled.high == pytest.approx(own.interval.high, abs=1e-12)
    assert pooled.imputed_share == pytest.approx(own.imputed.share)
    assert pooled.imputation_share == pytest.approx(own.imputed.imputation_share)


def test_the_interval_of_an_area_is_wider_than_the_jackknife_by_what_imputation_adds(
    holed: StudyResult, evidence: Evidence
) -> None:
    members = ["first", "second", "third"]
    source = evidence.with_score["first"][0]
    places = [evidence.with_score[name][1] for name in members]
    imputations = source.imputations
    assert imputations is not None
    z = np.arctanh(imputations.drawn[:, places]).mean(axis=1)
    moves = (np.arctanh(imputations.hidden) - np.arctanh(imputations.rho))[:, places].mean(axis=1)
    added = (1 + 1 / len(z)) * z.var(ddof=1) + (moves * imputations.per_hidden).mean() ** 2
    assert added > 0
    weights = pooling_weights([[True] * 3])
    plain = linear_jackknife(
        source.rho[places], source.left_out[:, places], source.degenerate[:, places], weights
    )
    total = stack(evidence, members).jackknife(weights)
    assert total.standard_error[0] == pytest.approx(np.sqrt(plain.standard_error[0] ** 2 + added))
    pooled = area(holed, "misconceptions").pooled
    assert pooled.low == pytest.approx(jackknife_intervals(total, 0.95).low[0])
    assert pooled.low is not None
    assert pooled.low < jackknife_intervals(plain, 0.95).low[0]
    assert pooled.imputation_share == pytest.approx(added / total.standard_error[0] ** 2)


def test_a_contrast_of_kinds_holds_what_imputation_does_to_it(holed: StudyResult, evidence: Evidence) -> None:
    (contrast,) = holed.kind_contrasts
    weights = np.array([[0.5, 0.5, -0.5, -0.5]])
    together = stack(evidence, list(AREAS))
    assert (
        together.jackknife(weights).standard_error[0] > together.without_imputation(weights).standard_error[0]
    )
    jackknife = together.jackknife(weights)
    assert contrast.difference == pytest.approx(jackknife.z[0])
    assert contrast.low is not None
    assert contrast.low == pytest.approx(contrast_intervals(jackknife, 0.95).low[0])


def test_the_interval_without_measurement_error_is_never_the_narrower_one(holed: StudyResult) -> None:
    # Divided by the root of the reliability; that differs between replicates too, so that limits move a little.
    for name in AREAS:
        one = found(holed, name)
        assert one.reliability is not None
        assert one.reliability.low is not None
        assert one.reliability.high is not None
        assert one.reliability.value is not None
        assert one.interval is not None
        assert one.interval.low is not None
        assert one.interval.high is not None
        scale = 1 / np.sqrt(one.reliability.value)
        assert one.reliability.low <= scale * one.interval.low + SLACK
        assert one.reliability.high >= scale * one.interval.high - SLACK


def test_without_a_hole_areas_are_those_of_a_study_that_does_not_impute() -> None:
    whole = table(share=0.0)
    plain = run_study(whole, msgspec.structs.replace(IMPUTE, missing="leave-model-out"))
    imputed = run_study(whole, IMPUTE)
    assert imputed.area_summaries == plain.area_summaries
    assert imputed.kind_summaries == plain.kind_summaries
    assert imputed.kind_contrasts == plain.kind_contrasts
    assert area(imputed, "misconceptions").pooled.imputed_share is None


def test_the_order_in_which_benchmarks_are_written_changes_no_area(holed: StudyResult) -> None:
    other = run_study(table(order=1), IMPUTE)
    for name in ("misconceptions", "calibration"):
        here, there = area(holed, name).pooled, area(other, name).pooled
        assert there.low == pytest.approx(here.low, abs=1e-12)
        assert there.high == pytest.approx(here.high, abs=1e-12)


def test_a_table_says_what_share_is_imputed_beside_an_area(holed: StudyResult) -> None:
    names = list(TABLES["areas"].columns)
    columns = columns_of(TABLES["areas"], Index.of(holed))
    assert columns[names.index("pooled_imputed_share")] == [
        one.pooled.imputed_share for one in holed.area_summaries
    ]


def test_an_area_says_in_words_what_share_is_imputed(holed: StudyResult) -> None:
    share = area(holed, "misconceptions").pooled.imputed_share
    assert share is not None
    said = " ".join(sentence for claim in claims(holed) for sentence in claim.evidence)
    assert f"{100 * share:.0f}\N{NO-BREAK SPACE}% of the cells of the suite imputed" in said


def test_the_terminal_says_the_share_beside_each_result(holed: StudyResult) -> None:
    (population,) = holed.populations
    assert population.missing is not None
    (indent, whole), *beside = lines_of_imputed(holed)
    assert indent == 0
    assert f"{100 * population.missing.share:.0f}% of the cells of the suite of 40 chat models" in whole
    assert "missing at random given the others" in whole
    assert {line.partition(":")[0] for _, line in beside} == set(AREAS)
    for indent, line in beside:
        one = found(holed, line.partition(":")[0])
        assert indent == 2
        assert one.imputed is not None
        assert (
            f"{100 * one.imputed.share:.0f}% of the suite's cells imputed for its models, were they" in line
        )
        assert "over 40\N{NO-BREAK SPACE}models" in line
        assert one.verdict in line


def test_the_terminal_calls_holes_that_go_with_age_no_random_ones(holed: StudyResult) -> None:
    (population,) = holed.populations
    assert population.missing is not None
    missing = msgspec.structs.replace(population.missing, by_age=["suite_1"])
    aged = msgspec.structs.replace(holed, populations=[msgspec.structs.replace(population, missing=missing)])
    whole = next(iter(lines_of_imputed(aged)))[1]
    assert "not missing at random: whether models have suite_1 goes with when they were released" in whole
    assert "taken to be" not in whole


def test_the_terminal_says_who_is_left_out_and_where_gaps_go_with_capability(holed: StudyResult) -> None:
    (population,) = holed.populations
    gaps = Caution(caution="gaps go with capability", what="Nine models have no score on it.")
    fewer = msgspec.structs.replace(
        holed,
        populations=[msgspec.structs.replace(population, n_models=population.n_models + 7)],
        correlations=[msgspec.structs.replace(one, cautions=[gaps]) for one in holed.correlations],
    )
    (_, whole), (_, first), *_ = lines_of_imputed(fewer)
    assert "; 7\N{NO-BREAK SPACE}models with fewer than 2 of it left out. Cells are taken" in whole
    assert first.endswith("Nine models have no score on it.")


def test_the_terminal_says_nothing_where_nothing_is_imputed(holed: StudyResult) -> None:
    (population,) = holed.populations
    whole = msgspec.structs.replace(holed, populations=[msgspec.structs.replace(population, missing=None)])
    assert list(lines_of_imputed(whole)) == []
