"""The figures as data: what they hold, checked without drawing; and that they draw."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.overview import MOST_NAMED, NARROW, WIDE, overview, safety_rows
from confounded.report.figures.render import draw, inlined
from confounded.report.figures.robustness import robustness
from confounded.report.figures.rows import template, verdict_look
from confounded.report.figures.scatter import scatter
from confounded.report.figures.scores import MOST_ROWS, capabilities_scores
from confounded.report.figures.strip import MOST_FAMILIES, family_strip
from confounded.report.figures.theme import (
    FAMILY_MARKS,
    OTHER_FAMILIES,
    ROLES,
    family_marks,
    style_rules,
)
from confounded.report.index import Index
from confounded.study import StudyResult
from confounded.study.result import Imputed, Range, Robustness, Specification, WithoutFamily
from tests.report.results import NASTY, correlation, facts, population, result


def values(spec: dict[str, Any], key: str, mark: str | None = None) -> list[dict[str, Any]]:
    """Return all rows of a figure's data that have a certain field, of all layers or those of one kind of mark."""
    chosen = [layer for layer in spec["layer"] if mark in (None, layer["mark"]["type"])]
    layers = [layer.get("data", {}).get("values", []) for layer in chosen]
    return [row for rows in (*layers, spec.get("data", {}).get("values", [])) for row in rows if key in row]


def points(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the marks of a chart of rows."""
    return values(spec, "says", "point")


def test_the_overview_has_every_whole_safety_benchmark_with_its_interval(shipped: StudyResult) -> None:
    index = Index.of(shipped)
    for name in index.populations:
        expected = [
            (100 * one.rho, 100 * one.interval.low if one.interval and one.interval.low is not None else None)
            for group in index.groups
            if group.claims_safety
            for entry in group.entries
            if entry.depth == 0 and (one := entry.correlations.get(name)) and one.rho is not None
        ]
        drawn = points(overview(index, name))
        assert sorted(row["at"] for row in drawn) == sorted(at for at, _ in expected)
        assert sorted(row["low"] for row in drawn if row["low"] is not None) == sorted(
            low for _, low in expected if low is not None
        )


def test_no_two_benchmarks_of_the_overview_share_a_row(shipped: StudyResult) -> None:
    for width in (WIDE, NARROW):
        places = [row["y"] for row in points(overview(Index.of(shipped), "base", width))]
        assert all(after - before >= 12 for before, after in pairwise(places))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_name_in_the_overview_of_the_shipped_study_is_cut(shipped: StudyResult, width: int) -> None:
    index = Index.of(shipped)
    for name in index.populations:
        shown = [row["text"] for row in values(overview(index, name, width), "text", "text")]
        for _, rows in safety_rows(index, name):
            assert {entry.facts.name for entry, _ in rows} <= set(shown)


def test_members_of_the_suite_are_not_among_safety_benchmarks_where_no_area_is_known() -> None:
    made = result(
        [facts("mine"), facts("suite")],
        correlations=[correlation("chat", "mine"), correlation("chat", "suite", 0.9, in_suite=True)],
    )
    [(_, rows)] = safety_rows(Index.of(made), "chat")
    assert [entry.facts.benchmark for entry, _ in rows] == ["mine"]


def test_on_a_phone_a_name_is_nearer_to_its_own_mark_than_to_any_other(shipped: StudyResult) -> None:
    spec = overview(Index.of(shipped), "base", NARROW)
    names = [row for row in values(spec, "text", "text") if "weight" not in row]
    marks = points(spec)
    assert len(names) == len(marks)
    for name in names:
        nearest = min(marks, key=lambda mark: abs(mark["y"] - name["y"]))
        assert nearest["says"].startswith(name["text"])


def test_an_undecided_mark_is_hollow_and_as_large_as_a_settled_one(shipped: StudyResult) -> None:
    drawn = points(overview(Index.of(shipped), "chat"))
    assert len({row["size"] for row in drawn}) == 1
    for row in drawn:
        hollow = row["fill"] == ROLES["paper"][0]
        assert hollow == row["says"].endswith(("; undecided", "; unreliable"))


def test_verdicts_differ_in_shape_and_not_in_colour_only() -> None:
    looks = [verdict_look(name) for name in ("entangled", "inverse", "separable", "undecided")]
    assert len({look["shape"] for look in looks}) == len(looks)
    unreliable, undecided = verdict_look("unreliable"), verdict_look("undecided")
    assert unreliable["shape"] != undecided["shape"]


def test_the_overview_of_hundreds_of_benchmarks_is_thin_and_unnamed() -> None:
    benchmarks = [facts(f"benchmark {place}") for place in range(MOST_NAMED + 5)]
    spec = overview(Index.of(result(benchmarks)), "chat")
    assert spec["height"] < 5 * len(benchmarks)
    assert len(values(spec, "text", "text")) < 10


def test_the_page_finds_a_place_for_each_of_its_data() -> None:
    text = msgspec.json.encode(template()).decode()
    for name in ("marks", "labels", "lines", "width", "height", "title", "domain", "ticks", "band", "zero"):
        assert f'"${name}"' in text


def test_the_heat_map_has_every_pair_and_leaves_the_diagonal_empty(shipped: StudyResult) -> None:
    for one in shipped.populations:
        cells = values(heatmap(Index.of(shipped), one), "rho")
        rho = one.capability_correlations.rho
        assert {(cell["row"], cell["column"]): cell["rho"] for cell in cells} == {
            (row, column): rho[row][column] for row in range(12) for column in range(12) if row != column
        }


def test_the_most_capable_model_stands_on_top(shipped: StudyResult) -> None:
    marks = family_marks(shipped.populations)
    for one in shipped.populations:
        rows = points(capabilities_scores(one, marks))
        scores = [row["at"] for row in sorted(rows, key=lambda row: row["y"])]
        assert scores == sorted((m.capabilities_score for m in one.models), reverse=True)


def test_hundreds_of_models_get_a_row_a_family() -> None:
    many = population("chat", ["honesty"], models=[f"model {i}" for i in range(300)])
    few_families = [
        msgspec.structs.replace(model, family=f"family {i % 7}") for i, model in enumerate(many.models)
    ]
    many = msgspec.structs.replace(many, models=few_families)
    spec = capabilities_scores(many, family_marks([many]))
    assert len(points(spec)) == 300 > MOST_ROWS
    assert len({row["y"] for row in points(spec)}) == 7
    assert spec["height"] < 200


def test_of_hundreds_of_families_those_of_one_model_share_the_last_row() -> None:
    many = population("chat", [], models=[f"model {i}" for i in range(300)])
    of_two = [msgspec.structs.replace(m, family="a pair") if i < 2 else m for i, m in enumerate(many.models)]
    spec = capabilities_scores(
        msgspec.structs.replace(many, models=of_two), family_marks([many]) | {"a pair": OTHER_FAMILIES}
    )
    labels = {row["y"]: row["text"] for row in values(spec, "text", "text")}
    assert list(labels.values()) == ["a pair", "298 other families"]
    rows = sorted(labels)
    assert sorted(rows.index(row["y"]) for row in points(spec)) == [0, 0, *[1] * 298]


def test_a_score_has_its_interval_where_it_is_known(shipped: StudyResult) -> None:
    for one in shipped.populations:
        drawn = points(capabilities_scores(one, family_marks([one])))
        known = [m for m in one.models if m.score_low is not None]
        assert sorted((row["low"], row["high"]) for row in drawn) == sorted(
            (m.score_low, m.score_high) for m in known
        )
        assert len(drawn) == one.n_models


def test_a_family_has_the_same_mark_everywhere_and_none_shares_it() -> None:
    made = [population("base", [], models="abcdefgh"), population("chat", [], models="efghijkl")]
    marks = family_marks(made)
    shown = [mark for mark in marks.values() if mark is not OTHER_FAMILIES]
    assert len(set(shown)) == len(FAMILY_MARKS) == len(shown)
    assert len(marks) == 12
    # The families in both populations have more models, and so come first.
    assert [family.removeprefix("family ") for family in list(marks)[:4]] == list("efgh")


def test_family_marks_differ_in_shape_too() -> None:
    assert len({mark.path for mark in FAMILY_MARKS}) == len(FAMILY_MARKS)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2, relative luminance)."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("surroundings", [0, 1], ids=["light", "dark"])
def test_colours_of_text_and_marks_stand_out(surroundings: int) -> None:
    paper, band = ROLES["paper"][surroundings], ROLES["band"][surroundings]
    for role in ("ink", "muted", "link", "entangled", "separable", "inverse", "unreliable", "undecided"):
        assert contrast(ROLES[role][surroundings], paper) >= 4.5, role
    for role in ("ink", "muted"):
        assert contrast(ROLES[role][surroundings], band) >= 4.5, role
    for mark in (*FAMILY_MARKS, OTHER_FAMILIES):
        assert contrast((mark.light, mark.dark)[surroundings], paper) >= 3, mark.role


def test_every_colour_has_one_role() -> None:
    # The style rules find a figure's colours by their value.
    light = [pair[0] for pair in ROLES.values()]
    light += [mark.light for mark in (*FAMILY_MARKS, OTHER_FAMILIES)]
    assert len(set(light)) == len(light)
    rules = style_rules()
    assert all(f'[fill="{colour}"]' in rules and f'[stroke="{colour}"]' in rules for colour in light)


def odd() -> Index:
    """A study in which every name tries to break out."""
    benchmarks = [
        facts("a", name=NASTY),
        facts("b", name="'+alert(1)+'"),
        facts("c", name="\\u0027; \U0001f600"),
    ]
    return Index.of(result(benchmarks, populations=[population("chat", ["a", "b", "c"], prefix=NASTY)]))


def test_names_cannot_break_out_of_a_figure() -> None:
    index = odd()
    marks = family_marks(index.result.populations)
    one = msgspec.structs.replace(
        index.result.populations[0],
        capability_correlations=msgspec.structs.replace(
            index.result.populations[0].capability_correlations, benchmarks=["a", "b", "c"]
        ),
    )
    specs = [
        overview(index, "chat"),
        overview(index, "chat", NARROW),
        heatmap(index, one),
        capabilities_scores(one, marks),
    ]
    texts = []
    for spec in specs:
        root = ET.fromstring(draw(spec))
        assert not [element for element in root.iter() if element.tag.endswith(("script", "image", "img"))]
        texts += [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    assert any(text.startswith("</script>") for text in texts)
    assert any("'+aler" in text for text in texts)


def test_links_lead_from_the_files_to_the_page_and_within_the_page_to_its_places(report: Path) -> None:
    svg = (report / "figures" / "overview-base.svg").read_text()
    assert 'href="../report.html#benchmark/gpqa"' in svg
    placed = inlined(svg, "overview")
    assert 'href="#benchmark/gpqa"' in placed
    assert "report.html" not in placed
    assert "page.invalid" not in svg


def test_no_figure_names_an_address_on_the_network(report: Path) -> None:
    for path in (report / "figures").iterdir():
        svg = (
            path.read_text()
            .replace("http://www.w3.org/2000/svg", "")
            .replace("http://www.w3.org/1999/xlink", "")
        )
        assert "http" not in svg, path.name


def test_a_study_without_a_single_correlation_draws() -> None:
    index = Index.of(result(correlations=[correlation("chat", "honesty", None, reason="too few")]))
    assert draw(overview(index, "chat")).startswith("<svg")


def test_the_scatter_leaves_nothing_but_data_and_titles_to_the_page() -> None:
    spec = scatter()
    assert {signal["name"] for signal in spec["signals"]} == {"xTitle", "yTitle", "xDomain", "yDomain"}
    assert spec["data"] == [{"name": name, "values": []} for name in ("models", "curve", "cells")]


def test_the_strip_has_all_models_first_and_then_each_family_by_how_far_it_moves_them(
    shipped: StudyResult,
) -> None:
    for one in (one for one in shipped.correlations if one.rho is not None and one.without_family):
        spec = family_strip(one, 0.4, 640)
        assert spec
        first, *others = sorted(points(spec), key=lambda row: row["y"])
        assert first["at"] == pytest.approx(100 * one.rho)
        if one.interval is not None and one.interval.low is not None:
            assert (first["low"], first["high"]) == pytest.approx(
                (100 * one.interval.low, 100 * one.interval.high)
            )
        left = [found.rho for found in one.without_family if found.rho is not None]
        assert sorted(row["at"] for row in others) == pytest.approx(sorted(100 * rho for rho in left))
        moves = [abs(row["at"] - 100 * one.rho) for row in others]
        assert moves == sorted(moves, reverse=True)
        assert {row["low"] for row in others} == {None}


def test_of_very_many_families_the_strip_has_those_that_move_it_most() -> None:
    left = [WithoutFamily(family=f"family {i}", rho=i / 1000, verdict="undecided") for i in range(300)]
    spec = family_strip(correlation("chat", "honesty", 0.0, without_family=left), 0.4, 640)
    assert spec
    at = sorted(row["at"] for row in points(spec))
    assert at == pytest.approx([0.0, *((100 * i / 1000) for i in range(300 - MOST_FAMILIES, 300))])


def test_the_robustness_set_has_every_other_choice_that_the_result_has(shipped: StudyResult) -> None:
    index = Index.of(shipped)
    seen = set()
    for one in (one for one in shipped.correlations if one.rho is not None and one.robustness):
        spec = robustness(index, one, 486)
        assert spec
        robust = one.robustness
        ranges = [found for found in (robust.families, robust.models, robust.suite) if found]
        others = [other for other in (one.without_itself, one.against_score, one.compute) if other]
        expected = [one.rho, *(made.value for made in robust.specifications)]
        expected += [found.then for found in ranges] + [other.rho for other in others]
        found = [row["at"] for row in sorted(points(spec), key=lambda row: row["y"])]
        assert found == pytest.approx([100 * value for value in expected if value is not None])
        low = [row["low"] for row in points(spec)]
        for reach in ranges:
            assert any(value == pytest.approx(100 * reach.lowest) for value in low if value is not None)
        seen |= {row["says"].split(":")[0] for row in points(spec)}
    assert {
        "As studied",
        "One family left out",
        "One model left out",
        "Score refitted without it and its kin",
        "With training compute",
    } <= seen


def test_what_a_row_says_is_what_the_result_says() -> None:
    one = correlation(
        "chat",
        "honesty",
        0.5,
        robustness=Robustness(
            families=Range(lowest=0.4, highest=0.6, moved_most_by="Qwen", then=0.4),
            models=Range(lowest=0.45, highest=0.55, moved_most_by="a", then=0.55),
            suite=Range(lowest=0.3, highest=0.7, moved_most_by="mmlu", then=0.3),
            specifications=[Specification(composite="first component", association="kendall", value=0.35)],
            n_specifications=4,
            agreeing_share=1.0,
            disagreeing=[],
        ),
        imputed=Imputed(
            share=0.1,
            imputations=20,
            imputation_share=None,
            rho_without=0.45,
            low_without=0.2,
            high_without=0.7,
        ),
    )
    models = population("chat", ["honesty"])
    named = [msgspec.structs.replace(model, name=f"Model {model.model}") for model in models.models]
    made = result(populations=[msgspec.structs.replace(models, models=named)], correlations=[one])
    spec = robustness(Index.of(made), one, 486)
    assert spec
    assert [row["says"].replace("\u00a0", " ") for row in points(spec)] == [
        "As studied: 50.0 %, 30.0 to 70.0 %; undecided",
        "Kendall, first component: 35.0 %",
        "One family left out: 40.0 % without Qwen, 40.0 to 60.0 %",
        "One model left out: 55.0 % without Model a, 45.0 to 55.0 %",
        "One capability benchmark left out: 30.0 % without mmlu, 30.0 to 70.0 %",
        "Left out of the imputation: 45.0 %, 20.0 to 70.0 %",
    ]
