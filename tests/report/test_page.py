"""The page as text: what it says before any program runs, what it carries, and that no name can become code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
import re
from collections.abc import Sequence
from html import unescape as html_text
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from confounded.report import words
from confounded.report.answer import answer
from confounded.report.contents import contents
from confounded.report.index import NOT_SAFETY, Index
from confounded.report.plain import visible
from confounded.study import StudyResult
from confounded.study.result import Notice, VerdictCounts, read_result
from tests.report.packed import restored
from tests.report.results import (
    NASTY,
    awkward,
    correlation,
    facts,
    left_out,
    population,
    result,
)

VOID = {"meta", "input", "br", "img", "path", "rect", "line", "circle", "hr"}
MOST_BYTES = 2_500_000


class Outline(HTMLParser):
    """What a page is made of: elements with their attributes, texts by section, and whether all are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    parsed.close()
    return parsed


def known(values: Sequence[float | None]) -> list[float]:
    return [math.inf if value is None else value for value in values]


def html_of(made: StudyResult) -> str:
    return contents(made)["report.html"].decode()


def carried(html: str, name: str) -> Any:
    """Return what stands compressed in the page, read as JSON."""
    found = re.search(
        rf'<script type="application/octet-stream;base64" id="{name}">([A-Za-z0-9+/=]*)</script>', html
    )
    assert found, name
    return restored(json.loads(gzip.decompress(base64.b64decode(found[1]))))


@pytest.fixture(scope="module")
def html(report: Path) -> str:
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Outline:
    return outline(html)


def test_every_element_is_closed(page: Outline) -> None:
    assert not page.unbalanced
    assert not page.open


def test_every_id_is_there_once(page: Outline) -> None:
    assert len(set(page.ids())) == len(page.ids())


def test_every_link_of_the_first_part_leads_to_a_part_that_the_program_knows(
    page: Outline, shipped: StudyResult
) -> None:
    links = [(a.get("href") or a.get("xlink:href") or "") for tag, a in page.elements if tag == "a"]
    benchmarks = {f"#benchmark/{one.benchmark}" for one in shipped.benchmarks}
    links = [unquote(link) for link in links]
    areas = {f"#area/{one.area}" for one in shipped.areas}
    parts = {
        "#content",
        "#overview",
        "#areas",
        "#benchmarks",
        "#models",
        "#method",
        "#method/notices",
        "#method/planning",
    }
    assert set(links) <= benchmarks | areas | parts
    assert "#benchmark/truthfulqa_mc1" in links


def test_the_policy_forbids_the_network_and_making_code_from_text(page: Outline) -> None:
    policies = [a["content"] or "" for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "unsafe-eval" not in policies[0]
    assert "http" not in policies[0]


def test_the_policy_names_each_script_by_its_checksum_and_lets_no_other_run(html: str, page: Outline) -> None:
    policy = next(a["content"] or "" for tag, a in page.elements if tag == "meta" and "http-equiv" in a)
    allowed = re.search(r"script-src ([^;]*);", policy)
    assert allowed
    (starter,) = re.findall(r"<script>(.*?)</script>", html, re.S)
    packed = [
        gzip.decompress(base64.b64decode(held)).decode()
        for held in re.findall(r'<script type="[^"]*" id="(?:program|vega)">([^<]*)</script>', html)
    ]
    assert len(packed) == 2
    assert set(allowed[1].split()) == {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in (starter, *packed)
    }


def test_nothing_is_loaded_from_elsewhere(page: Outline) -> None:
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert tag not in ("link", "iframe", "object", "embed", "base"), tag


def test_the_answer_has_three_sentences_with_the_counts_of_the_result(
    html: str, shipped: StudyResult
) -> None:
    found = re.search(r'<div class="answer">(.*?)</div>', html, re.S)
    assert found
    sentences = [outline(one).text for one in re.findall(r"<p>.*?</p>", found[1], re.S)]
    assert len(sentences) == 3
    for one in shipped.population_summaries:
        assert f"{one.verdicts.undecided} of {one.n_benchmarks} are undecided" in sentences[0]
        assert f"{one.verdicts.entangled} ({one.population})" in sentences[1]
        assert f"{one.verdicts.inverse} ({one.population})" in sentences[1]
        assert f"{one.verdicts.separable} ({one.population})" in sentences[2]
    for one in shipped.area_summaries:
        title = next(area.title for area in shipped.areas if area.area == one.area)
        verdict = one.criterion.verdict if one.criterion else one.verdict
        if one.area not in NOT_SAFETY and one.n_benchmarks:
            assert (title in sentences[1]) >= (verdict in ("entangled", "inverse")), title
            assert (title in sentences[2]) >= (verdict == "separable"), title
    powers = [power.separable for one in shipped.population_summaries for power in one.power]
    assert words.share(max(powers), 0).replace("\u00a0", " ") in sentences[2]


def test_the_first_picture_is_there_before_any_program_with_every_safety_benchmark_and_its_interval(
    html: str, shipped: StudyResult
) -> None:
    names = {fact.benchmark: fact for fact in shipped.benchmarks}
    claims_nothing = {"capabilities", "other-capabilities", "bookkeeping"}
    for one in shipped.populations:
        found = re.search(
            rf'data-figure="overview" data-population="{one.population}">(.*?)</svg>', html, re.S
        )
        assert found
        said = list(map(html_text, re.findall(r'aria-label="([^"]*): [^":]*;', found[1])))
        whole = [
            names[found.benchmark].name
            for found in shipped.correlations
            if found.population == one.population
            and found.rho is not None
            and names[found.benchmark].area not in claims_nothing
            and names[found.benchmark].part_of is None
        ]
        assert set(whole) <= set(said)
        assert found[1].count("% interval") == len(whole)


def test_every_area_is_named_with_its_verdict_before_any_program(html: str, shipped: StudyResult) -> None:
    columns = re.findall(r'<div class="column ([a-z]+)">(.*?)</div>', html, re.S)
    texts = [outline(column).text for _, column in columns]
    titles = {area.area: area.title for area in shipped.areas}
    for one in shipped.area_summaries:
        if one.n_benchmarks and one.area not in {"capabilities", "other-capabilities", "bookkeeping"}:
            verdict = one.criterion.verdict if one.criterion else one.verdict
            place = next(text for text in texts if re.match(rf"\W*{verdict}", text))
            assert titles[one.area] in place


def test_the_warning_example_is_told_with_the_figures_of_the_result(
    page: Outline, shipped: StudyResult
) -> None:
    for one in shipped.correlations:
        if one.benchmark == "truthfulqa_mc1":
            assert f"{words.percent(one.rho)} %" in page.text
            assert words.interval_words(one.interval).replace("\u00a0", " ") in page.text


def test_the_warning_example_is_left_out_where_it_is_not_in_the_study_or_warns_of_nothing() -> None:
    assert "TruthfulQA" not in outline(html_of(result())).text
    weak = result([facts("truthfulqa_mc1")], correlations=[correlation("chat", "truthfulqa_mc1", 0.1)])
    assert "warning example" not in outline(html_of(weak)).text


def test_tables_and_headings_keep_their_order(page: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_projection_has_every_number_of_the_result_with_five_digits(
    html: str, shipped: StudyResult
) -> None:
    data = carried(html, "projection")
    for shown, one in zip(data["correlations"], shipped.correlations, strict=True):
        assert shown["benchmark"] == visible(one.benchmark)
        assert shown["rho"] == pytest.approx(one.rho, rel=1e-4)
        if one.interval is not None and one.interval.low is not None:
            assert shown["interval"]["low"] == pytest.approx(one.interval.low, rel=1e-4, abs=1e-12)
        if one.adjusted is not None:
            assert known(shown["adjusted"]["residual"]) == pytest.approx(
                known(one.adjusted.residual), rel=1e-4, abs=1e-12
            )
        assert len(shown["without_family"]) == len(one.without_family)
    for shown, studied in zip(data["populations"], shipped.populations, strict=True):
        assert [model["model"] for model in shown["models"]] == [model.model for model in studied.models]
        for benchmark, scores in studied.scores.items():
            assert known(shown["scores"][visible(benchmark)]) == pytest.approx(
                known(scores), rel=1e-4, abs=1e-12
            )


def test_the_whole_result_stands_in_the_page_where_it_fits(html: str, report: Path, tmp_path: Path) -> None:
    (tmp_path / "again.json").write_text(json.dumps(carried(html, "whole")))
    assert read_result(tmp_path / "again.json") == read_result(report / "result.json")


def test_the_page_is_not_heavy(html: str) -> None:
    assert len(html.encode()) <= MOST_BYTES


def test_the_same_result_gives_the_same_files(report: Path, shipped: StudyResult) -> None:
    for name, content in contents(shipped).items():
        assert (report / name).read_bytes() == content, name


def test_names_from_a_file_never_become_elements() -> None:
    parsed = outline(html_of(awkward(NASTY)))
    assert not parsed.unbalanced
    assert not [tag for tag, _ in parsed.elements if tag == "img"]
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]
    assert len([tag for tag, _ in parsed.elements if tag == "script"]) == 5
    assert "49" not in parsed.text


@pytest.mark.parametrize(
    "text",
    [
        NASTY,
        "\u202eevil\u2069",
        "\x00\x07\x1b[31m",
        "a\u200bb",
        '"><svg onload=1>',
        "\\input{x}",
        "x" * 10_000,
    ],
)
def test_names_stay_names_in_every_part_of_the_page(text: str) -> None:
    html = html_of(awkward(text))
    shown = visible(text)
    data = carried(html, "projection")
    assert data["populations"][0]["models"][0]["name"] == f"{shown}0"
    assert data["benchmarks"][0]["name"] == shown
    assert data["notices"][0]["what"] == shown
    for character in ("\u202e", "\u2069", "\x00", "\x1b", "\u200b"):
        assert character not in html
    parsed = outline(html)
    assert not parsed.unbalanced
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]


def test_one_population_has_no_switch() -> None:
    parsed = outline(html_of(result([facts("honesty"), facts("tact")])))
    assert not parsed.unbalanced
    assert not [a for tag, a in parsed.elements if tag == "input"]


def test_a_study_without_a_benchmark_outside_the_suite_says_so() -> None:
    empty = msgspec.structs.replace(result(), population_summaries=[])
    assert "nothing to say yet" in outline(html_of(empty)).text


def test_notices_are_pointed_at_on_the_first_screen() -> None:
    notices = [Notice(what=f"Thing {i} happened.", where=f"file {i}", remedy=f"Do {i}.") for i in range(3)]
    html = html_of(result(notices=notices))
    assert "3 things had to be assumed or left out" in outline(html).text
    assert [one["what"] for one in carried(html, "projection")["notices"]] == [one.what for one in notices]


def test_models_left_out_are_carried_with_what_they_lack() -> None:
    models = msgspec.structs.replace(
        population("chat", ["honesty"]),
        left_out=[left_out("ghost", "mmlu"), left_out("wraith", "bbh", "gsm8k")],
    )
    data = carried(html_of(result(populations=[models])), "projection")
    assert data["populations"][0]["left_out"][1] == {"model": "wraith", "missing": ["bbh", "gsm8k"]}


def test_many_models_are_aggregated_and_the_page_knows_it() -> None:
    names = [f"organisation/a-model-{i}-instruct-preview-2026" for i in range(700)]
    benchmarks = [facts(f"benchmark {i}") for i in range(5)]
    models = population("mixed", [fact.benchmark for fact in benchmarks], models=names)
    data = carried(html_of(result(benchmarks, populations=[models])), "projection")
    assert data["aggregated"] == ["mixed"]
    assert data["populations"][0]["scores"] == {}
    assert len(data["populations"][0]["models"]) == 700
    for one in data["correlations"]:
        assert sum(one["cells"]["n"]) == 700
        assert "adjusted" not in one or one["adjusted"] is None


def test_the_page_says_that_it_is_ours_near_its_top(html: str) -> None:
    # By this an earlier report is known, and replaced.
    assert '<meta name="generator" content="confounded ' in html[:500]


def test_the_answer_counts_no_undecided_where_there_are_none_and_says_none_for_zero() -> None:
    made = result(populations=[population("base", ["honesty"]), population("chat", ["honesty"])])
    counts = (VerdictCounts(undecided=1), VerdictCounts(entangled=1))
    tallies = [
        msgspec.structs.replace(one, n_benchmarks=1, verdicts=verdicts)
        for one, verdicts in zip(made.population_summaries, counts, strict=True)
    ]
    said = answer(Index.of(msgspec.structs.replace(made, population_summaries=tallies)))
    assert said == [
        "For some benchmarks nobody can say yet: 1 of 1 is undecided over 4 base models.",
        "0 (base) and 1 (chat) are established to rise with capability beyond the margin of 40\u00a0%, "
        "none to fall as it grows.",
        "None is shown to be separable from capability.",
    ]


def test_the_answer_counts_models_without_a_capabilities_score_apart() -> None:
    made = result(populations=[population("base", ["honesty"])])
    (base,), (tally,) = made.populations, made.population_summaries
    first, *others = base.models
    scoreless = msgspec.structs.replace(first, capabilities_score=None)
    lacking = msgspec.structs.replace(base, models=[scoreless, *others])
    undecided = msgspec.structs.replace(tally, n_benchmarks=1, verdicts=VerdictCounts(undecided=1))
    said = answer(
        Index.of(msgspec.structs.replace(made, populations=[lacking], population_summaries=[undecided]))
    )
    assert said[0].endswith("1 of 1 is undecided over 3 base models (1 more has no capabilities score).")
    placed = msgspec.structs.replace(undecided, verdicts=VerdictCounts(entangled=1))
    said = answer(Index.of(msgspec.structs.replace(made, population_summaries=[placed])))
    assert said[0] == "The one benchmark can be placed."
