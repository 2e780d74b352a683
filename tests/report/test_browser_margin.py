"""The slider of the margin, on a made study that has a benchmark for every rule by which a verdict is given.

What the page says at another margin is held against `verdict_of`, the rule by which the study itself gives verdicts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from confounded.report import write_report
from confounded.study import StudyResult
from confounded.study.result import (
    AreaFacts,
    Caution,
    Correlation,
    MarginP,
    Pooled,
    Reliability,
    Robustness,
    Shape,
    Specification,
    WithoutFamily,
)
from confounded.study.verdicts import verdict_of
from tests.report.browsing import ROWS, drawn, opened, until
from tests.report.results import area_summary, correlation, facts, interval, population, result

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MARGIN = 0.4
MOVED = (0.1, 0.25, 0.55, 0.8, 0.95)
TURNING, OPPOSED = "turning", "opposed"
UNCALLABLE = (TURNING, OPPOSED)
"""Of which no margin may make a separable one: their intervals lie inside every one of `MOVED`."""


def shape(label: str) -> Shape:
    return Shape(label=label, slope_low=-0.9, slope_high=0.8, p_low=0.01, p_high=0.01, break_at=0.0)


def reliability(low: float | None, high: float | None, method: str | None = "KR-21") -> Reliability:
    return Reliability(method=method, value=0.5, rho=0.0, low=low, high=high, reason="too few items")


def judged(name: str, low: float, high: float, **known: object) -> Correlation:
    """Return a correlation with the verdict that the study would give it at its margin."""
    made = correlation(
        "chat",
        name,
        (low + high) / 2,
        **{"interval": interval(low, high), "n_models": 40, "n_families": 12, **known},
    )
    verdict, rule = rule_at(made, MARGIN)
    return msgspec.structs.replace(made, verdict=verdict, rule=rule)


def rule_at(one: Correlation, margin: float) -> tuple[str, str]:
    assert one.interval is not None
    return verdict_of(
        one.interval.low,
        one.interval.high,
        margin,
        one.n_families,
        one.reliability,
        turning=one.shape is not None and one.shape.label == "not monotone",
        opposed=any(caution.caution == "opposite strata" for caution in one.cautions),
    )


CORRELATIONS = [
    judged("rising", 0.5, 0.9, shape=shape("monotone")),
    judged("falling", -0.9, -0.5),
    judged("wide", -0.2, 0.7),
    judged("small", -0.2, 0.2, shape=shape("unclear")),
    judged("known error", -0.2, 0.2, reliability=reliability(-0.5, 0.5)),
    judged("unknown error", -0.2, 0.2, reliability=reliability(None, None, method=None)),
    judged("error beyond telling", -0.2, 0.2, reliability=reliability(None, None)),
    judged("few families", -0.05, 0.05, n_families=5),
    judged("turning and rising", 0.5, 0.9, shape=shape("not monotone")),
    judged(TURNING, -0.05, 0.05, shape=shape("not monotone")),
    judged(
        OPPOSED,
        -0.05,
        0.05,
        cautions=[Caution(caution="opposite strata", what="It rises in one and falls in the other.")],
    ),
]


@pytest.fixture(scope="module")
def study() -> StudyResult:
    names = [one.benchmark for one in CORRELATIONS]
    one = msgspec.structs.replace(
        CORRELATIONS[0],
        tests=MarginP(
            entangled=0.00615,
            inverse=1.0,
            separable=1.0,
            p=0.0123,
            q_bh=0.04,
            q_by=0.05,
            verdict_bh="entangled",
            verdict_by="undecided",
        ),
        without_family=[WithoutFamily(family="family a", rho=0.6, verdict="undecided")],
        robustness=Robustness(
            families=None,
            models=None,
            suite=None,
            specifications=[Specification(association="kendall", composite="first component", value=0.6)],
            n_specifications=3,
            agreeing_share=2 / 3,
            disagreeing=["without family a"],
        ),
    )
    return result(
        [facts(name, area="honesty") for name in names],
        populations=[population("chat", names)],
        correlations=[one, *CORRELATIONS[1:]],
        areas=[AreaFacts(area="honesty", title="Honesty", description="", finding=None, placed_by=None)],
        area_summaries=[
            area_summary("chat", "honesty", "entangled", Pooled(rho=0.6, low=0.45, high=0.7, n_families=12))
        ],
    )


@pytest.fixture(scope="module")
def made(study: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(study, tmp_path_factory.mktemp("margin") / "report").parent


def moved(page: Page, margin: float) -> None:
    page.locator("#margin").fill(f"{margin:g}")
    until(page, f"location.hash.includes('margin={margin:g}')")


def shown(page: Page) -> dict[str, str]:
    """Return the verdict of each benchmark as the table has it."""
    cells = {
        row.locator("th a").inner_text(): row.locator(".chip").inner_text()
        for row in page.locator(ROWS).all()
    }
    return {name: text.split()[-1] if text != "no data" else text for name, text in cells.items()}


def test_the_made_study_has_a_benchmark_for_each_verdict_and_each_rule() -> None:
    assert {one.verdict for one in CORRELATIONS} == {
        "entangled",
        "inverse",
        "separable",
        "undecided",
        "unreliable",
    }
    rules = {rule_at(one, margin)[1] for one in CORRELATIONS for margin in (MARGIN, *MOVED)}
    for words in (
        "not monotone",
        "opposite ways",
        "without measurement error",
        "5 families",
        "reaches across",
    ):
        assert any(words in rule for rule in rules), words


def test_every_verdict_follows_the_slider_by_the_rule_of_the_study(page: Page, made: Path) -> None:
    opened(page, made, "benchmarks")
    for margin in (*MOVED, MARGIN):
        if margin == MARGIN:
            page.get_by_role("button", name="back to").click()
            until(page, "!location.hash.includes('margin')")
        else:
            moved(page, margin)
        verdicts = shown(page)
        for one in CORRELATIONS:
            assert verdicts[one.benchmark] == rule_at(one, margin)[0], (one.benchmark, margin)


def test_what_turns_round_is_undecided_at_every_margin_that_holds_its_interval(
    page: Page, made: Path
) -> None:
    opened(page, made, "benchmarks")
    for margin in MOVED:
        moved(page, margin)
        verdicts = shown(page)
        assert {verdicts[name] for name in UNCALLABLE} == {"undecided"}, margin
    # Beside one whose relation is not known to turn, and which is called at the first margin that holds its interval.
    assert verdicts["small"] == "separable"


def test_the_first_picture_and_its_counts_follow_and_its_sentences_say_their_margin(
    page: Page, made: Path
) -> None:
    opened(page, made)
    sentences = page.locator(".answer").inner_text()
    moved(page, 0.8)
    until(page, "document.querySelector('.wide.chart svg')")
    said = [
        mark.get_attribute("aria-label") or ""
        for mark in page.locator(".wide.chart .role-mark path[aria-label]").all()
    ]
    for one in CORRELATIONS:
        assert any(
            text.startswith(f"{one.benchmark}:") and text.endswith(f"{rule_at(one, 0.8)[0]} at ±80\u00a0%")
            for text in said
        ), one.benchmark
    for verdict in ("entangled", "inverse", "separable", "undecided", "unreliable"):
        item = page.locator(f".shown:visible [data-verdict={verdict}] b")
        expected = sum(rule_at(one, 0.8)[0] == verdict for one in CORRELATIONS)
        assert expected == (int(item.inner_text()) if item.count() else 0), verdict
    assert page.locator(".answer").inner_text() == sentences
    note = page.locator("#overview-margin").inner_text().replace("\u00a0", " ")
    assert note == "Drawn at ±80 %; the sentences and the areas are at ±40 %."


@pytest.mark.parametrize("name", UNCALLABLE)
def test_the_section_of_what_turns_round_says_both_verdicts_and_why(
    page: Page, made: Path, name: str
) -> None:
    opened(page, made, f"benchmark/{name}")
    moved(page, 0.55)
    line = page.locator(".verdict-line").inner_text().replace("\u00a0", " ")
    assert "undecided ρ = 0.0 %" in line
    assert "At ±55 %; at the study's ±40 %: undecided." in line
    assert ("not monotone" if name == TURNING else "opposite ways") in line


def test_what_cannot_be_redrawn_keeps_its_value_and_says_the_margin_it_is_of(page: Page, made: Path) -> None:
    opened(page, made, "benchmark/rising")
    drawn(page)

    def rows() -> dict[str, str]:
        return {
            row.locator("th").inner_text().replace("\u00a0", " "): row.locator("td").inner_text()
            for row in page.locator("table", has_text="Figure").locator("tbody tr").all()
        }

    before = rows()
    assert before["p against ±40 %"] == "0.012"
    assert before["Verdict among many at ±40 % (Benjamini–Hochberg)"] == "entangled"
    moved(page, 0.8)
    drawn(page)
    assert "undecided ρ =" in page.locator(".verdict-line").inner_text()
    assert rows() == before
    text = page.locator("#view").inner_text().replace("\u00a0", " ")
    assert "67 % of 3 other choices agree with the verdict at ±40 %" in text
    assert "Marked by the verdict without the family at ±40 %" in text
    page.goto("about:blank")
    opened(page, made, "benchmarks?margin=0.8&family=family+a&q=rising")
    assert "undecided at ±40" in page.locator(ROWS).first.locator("td").last.inner_text()


@pytest.mark.parametrize("view", ["areas", "area/honesty"])
def test_the_verdict_on_an_area_stays_and_says_its_margin(page: Page, made: Path, view: str) -> None:
    opened(page, made, f"{view}?margin=0.8")
    drawn(page)
    line = page.locator(".area .verdict-line").inner_text().replace("\u00a0", " ")
    assert "▲ entangled" in line
    assert "Computed at the margin of ±40 %." in line
    assert "were computed at ±40" in page.locator("#margin-note").inner_text()
    # The marks of its benchmarks, which can be redrawn, are.
    marks = [
        mark.get_attribute("aria-label") or ""
        for mark in page.locator(".area .chart .role-mark path[aria-label]").all()
    ]
    assert any(text.startswith("rising:") and text.endswith("undecided") for text in marks)
    assert any(text.startswith(f"{TURNING}:") and text.endswith("undecided") for text in marks)
    assert any(text.startswith("small:") and text.endswith("separable") for text in marks)
