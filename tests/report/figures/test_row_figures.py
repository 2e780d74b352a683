"""Two capabilities, trends and imputed scores in rows: each figure is that of the result, with what it rests on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from confounded.report.dimensions import dimensions
from confounded.report.figures.components import component_rows, components_figure, led_by, scree
from confounded.report.figures.missing import imputed_figure, imputed_rows
from confounded.report.figures.render import draw
from confounded.report.figures.row_list import Row, heading, percent, row_figure
from confounded.report.figures.rows import verdict_look
from confounded.report.figures.theme import ROLES, STROKE_SHAPE, SUM_SHAPE
from confounded.report.figures.trends import trend_rows, trends_figure
from confounded.report.index import Index
from confounded.study import StudyResult
from confounded.study.missing_result import Imputed
from confounded.study.result import SafetyTrend
from tests.report.results import NASTY, correlation, facts, result

WIDTH = 486


def marks(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec["layer"][-1]["data"]["values"])


def labels(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["text"]: row for layer in spec["layer"] for row in layer["data"]["values"] if "text" in row}


def test_a_row_has_its_mark_its_interval_and_what_it_is_of_at_one_height() -> None:
    rows = [
        heading("By size"),
        Row(text="small", at=-50.0, low=-70.0, high=-20.0, n_models=1200, n_families=30),
        Row(text="large", at=40.0, compared=10.0, verdict="entangled"),
        Row(text="whole", at=1.0, is_sum=True),
        Row(text="limits alone", low=5.0, high=6.0),
        Row(text="nothing known", reason="too few models"),
    ]
    spec = row_figure(rows, "rows", WIDTH, margin=0.4)
    small, stroke, large, whole, limits = marks(spec)
    named = labels(spec)
    assert small["y"] == named["small"]["y"] == named["1,200 in 30"]["y"]
    assert (small["at"], small["low"], small["high"]) == (-50.0, -70.0, -20.0)
    assert (stroke["at"], stroke["shape"], stroke["low"]) == (10.0, STROKE_SHAPE, None)
    assert stroke["y"] == large["y"] == named["large"]["y"]
    assert large.items() >= verdict_look("entangled").items()
    assert whole["shape"] == SUM_SHAPE
    assert (limits["at"], limits["low"]) == (None, 5.0)
    assert named["By size"]["weight"] == "bold"
    assert "nothing known" in named
    heights = [named[row.text]["y"] for row in rows]
    assert heights == sorted(set(heights))
    assert spec["layer"][0]["data"]["values"] == [{"from": -40.0, "to": 40.0}]


def test_one_wide_interval_does_not_flatten_the_others() -> None:
    rows = [Row(text="a", at=1.0, low=-500.0, high=500.0), Row(text="b", at=0.5, low=0.4, high=0.6)]
    spec = row_figure(rows, "rows", WIDTH, title="a year")
    low, high = spec["layer"][-1]["encoding"]["x"]["scale"]["domain"]
    assert -low == high
    assert 1.0 < high < 4.0
    assert spec["layer"][0]["data"]["values"] == []


def test_the_scree_has_every_eigenvalue_and_both_thresholds(shipped: StudyResult) -> None:
    for found in shipped.components:
        values = scree(found, WIDTH)["data"]["values"]
        by_name: dict[str, list[float]] = {}
        for value in values:
            by_name.setdefault(value["of"], []).append(value["eigenvalue"])
        assert list(by_name.values()) == [found.eigenvalues, found.thresholds, [found.second_threshold]]
        assert [value["component"] for value in values if value["of"] == "the suite"] == list(
            range(1, len(found.suite) + 1)
        )
        assert f"{found.second_threshold:.3g}" in scree(found, WIDTH)["description"]


def test_each_benchmark_is_held_against_both_components_with_its_verdict(shipped: StudyResult) -> None:
    index = Index.of(shipped)
    for shown, found in zip(dimensions(index), shipped.components, strict=True):
        assert shown["names"] == [led_by(index, found.first_led_by), led_by(index, found.second_led_by)]
        assert not shown["scores"]
        for own, one in zip(shown["benchmarks"], found.benchmarks, strict=True):
            known = [side for side in (one.first, one.second) if side.rho is not None]
            assert [(row["at"], row["low"], row["verdict"]) for row in own["rows"]] == [
                (percent(side.rho), percent(side.low), side.verdict) for side in known
            ]
            assert own["follows"] == one.follows
        one = found.benchmarks[0]
        spec = components_figure(index, found.population, one.benchmark, WIDTH)
        assert spec is not None
        assert [mark["at"] for mark in marks(spec)] == [row.at for row in component_rows(index, found, one)]
    assert components_figure(index, "base", "mmlu", WIDTH) is None  # of the suite


def test_a_suite_of_one_component_has_no_rows(shipped: StudyResult) -> None:
    alone = [
        msgspec.structs.replace(
            one, n_components=1, benchmarks=[], loadings=[], first_led_by=[], second_led_by=[], scores=[]
        )
        for one in shipped.components
    ]
    index = Index.of(msgspec.structs.replace(shipped, components=alone))
    assert components_figure(index, "base", "gpqa", WIDTH) is None
    assert dimensions(index)[0]["names"] == ["", ""]


def test_every_area_that_claims_safety_has_its_trend_and_says_whether_it_settles_anything(
    shipped: StudyResult,
) -> None:
    index = Index.of(shipped)
    safety = {group.area: group.title for group in index.groups if group.claims_safety}
    for name in index.populations:
        expected = {
            safety[one.area]: one for one in shipped.trends if one.population == name and one.area in safety
        }
        rows = trend_rows(index, name)
        assert {row.text for row in rows} == set(expected)
        for row in rows:
            one = expected[row.text]
            assert (row.at, row.low, row.high, row.n_models) == (
                one.per_year,
                one.low,
                one.high,
                one.n_models,
            )
            assert row.is_open == (one.answer == "cannot tell")
            assert one.uncorrected is not None
            assert row.compared == one.uncorrected.per_year
        known = [row.at for row in rows if row.at is not None]
        assert known == sorted(known, reverse=True)
        spec = trends_figure(index, name, WIDTH)
        assert spec is not None
        own = [mark for mark in marks(spec) if mark["shape"] != STROKE_SHAPE]
        assert len(marks(spec)) == 2 * len(own)
        hollow = [mark["fill"] == ROLES["paper"][0] for mark in own]
        assert hollow == [row.is_open for row in rows if row.at is not None]


def test_an_area_of_which_no_trend_can_be_told_is_last_with_its_reason(shipped: StudyResult) -> None:
    first = next(one for one in shipped.trends if one.population == "base" and one.area)
    unknown = msgspec.structs.replace(
        first, per_year=None, low=None, high=None, answer="not known", reason="too few dates"
    )
    trends: list[SafetyTrend] = [unknown if one is first else one for one in shipped.trends]
    row = trend_rows(Index.of(msgspec.structs.replace(shipped, trends=trends)), "base")[-1]
    assert (row.at, row.reason) == (None, "too few dates")
    assert trends_figure(Index.of(msgspec.structs.replace(shipped, trends=[])), "base", WIDTH) is None


def imputed(**changed: object) -> Imputed:
    return Imputed(
        **{
            "share": 0.25,
            "imputations": 20,
            "imputation_share": 0.1,
            "rho_without": 0.45,
            "complete_low": 0.48,
            "complete_high": 0.56,
            "low_without": 0.2,
            "high_without": 0.6,
            **changed,
        }
    )


def test_what_was_imputed_stands_beside_what_it_would_be_otherwise() -> None:
    one = correlation("chat", "honesty", 0.5, imputed=imputed(), verdict="undecided")
    studied, without, complete = imputed_rows(one)
    assert (studied.at, studied.low, studied.verdict) == (50.0, pytest.approx(30.0), "undecided")
    assert (without.at, without.low, without.high) == (45.0, 20.0, 60.0)
    assert (complete.at, complete.low, complete.high) == (None, 48.0, pytest.approx(56.0))
    index = Index.of(result([facts("honesty", name=NASTY)], correlations=[one]))
    spec = imputed_figure(index, one, WIDTH)
    assert spec is not None
    assert "<img" not in draw(spec)


def test_where_holes_go_with_age_nothing_is_said_of_the_complete_table() -> None:
    one = correlation("chat", "honesty", 0.5, imputed=imputed(complete_low=None, complete_high=None))
    assert [row.text for row in imputed_rows(one)] == ["as studied", "left out of the imputation"]


def test_where_nothing_was_imputed_there_are_no_rows() -> None:
    one = correlation("chat", "honesty", 0.5)
    assert imputed_rows(one) == []
    assert imputed_figure(Index.of(result()), one, WIDTH) is None
