"""The page as text: what it says, in which order, and that nothing in a result can become part of its code."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from confounded.report import words, write_report
from confounded.report.contents import contents
from confounded.report.pagedata import safe_json
from confounded.study import StudyResult
from confounded.study.result import AreaFacts, Notice, Pooled, Source
from tests.report.results import (
    NASTY,
    area_summary,
    correlation,
    facts,
    left_out,
    population,
    result,
)

VOID = {"meta", "input", "br", "img", "path", "rect", "line", "circle", "hr"}


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


def html_of(made: StudyResult) -> str:
    return contents(made)["report.html"].decode()


@pytest.fixture(scope="module")
def html(report: Path) -> str:
    return (report / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Outline:
    return outline(html)


def test_every_element_is_closed(page: Outline) -> None:
    assert not page.unbalanced
    assert not page.open


def test_every_id_is_there_once_and_every_link_leads_to_one_or_to_a_file(page: Outline, report: Path) -> None:
    ids = page.ids()
    assert len(set(ids)) == len(ids)
    links = [a["href"] or "" for tag, a in page.elements if tag == "a" and "href" in a]
    assert links
    for link in links:
        assert (link[1:] in ids) if link.startswith("#") else (report / link).is_file(), link


def test_nothing_is_loaded_from_elsewhere(page: Outline) -> None:
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert tag not in ("link", "iframe", "object", "embed", "base"), tag


def test_every_benchmark_has_a_section_with_its_correlation(
    page: Outline, html: str, shipped: StudyResult
) -> None:
    sections = [a for tag, a in page.elements if tag == "details" and "data-number" in a]
    assert len(sections) == len({one.benchmark for one in shipped.correlations}) == 178
    assert [int(a["data-number"] or -1) for a in sections] == list(range(178))
    text = page.text
    for one in shipped.correlations:
        assert words.percent(one.rho) in text


def test_published_figures_stand_beside_ours(html: str) -> None:
    row = re.search(r'<tr[^>]*>\s*<th[^>]*><a href="#benchmark-gpqa">.*?</tr>', html, re.S)
    assert row
    assert [outline(cell).text for cell in re.findall(r'<td class="num paper">(.*?)</td>', row[0])] == [
        "80.4",
        "77.7",
    ]


def test_every_caution_of_every_verdict_is_told(page: Outline, shipped: StudyResult) -> None:
    for what in {caution.what for one in shipped.correlations for caution in one.cautions}:
        assert " ".join(what.split()) in page.text


def test_verdicts_are_counted_beside_what_single_numbers_claim_and_beside_the_power(
    html: str, shipped: StudyResult
) -> None:
    tables = re.findall(r'<table class="tally">.*?</table>', html, re.S)
    assert len(tables) == len(shipped.population_summaries)
    for table, one in zip(tables, shipped.population_summaries, strict=True):
        cells = [outline(cell).text for cell in re.findall(r"<td.*?</td>", table, re.S)]
        points, verdicts = one.points, one.verdicts
        assert cells[:4] == [str(points.above), str(points.within), str(points.below), "–"]
        assert cells[4:8] == [
            str(verdicts.entangled),
            str(verdicts.separable),
            str(verdicts.inverse),
            str(verdicts.undecided),
        ]
        for power in one.power:
            assert f"{100 * power.separable:.0f}\u00a0% of the time" in table


def test_tables_have_captions_and_scoped_headers(html: str, page: Outline) -> None:
    tables = re.findall(r"<table.*?</table>", html[: html.index("</main>")], re.S)
    assert tables
    assert all("<caption" in table for table in tables)
    headers = [attributes for tag, attributes in page.elements if tag == "th"]
    assert all(attributes.get("scope") in ("col", "row", "colgroup", "rowgroup") for attributes in headers)


def test_headings_do_not_skip_a_level(page: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_data_of_the_scatters_are_those_of_the_result(html: str, shipped: StudyResult) -> None:
    found = re.search(r'<script type="application/json" id="study">(.*?)</script>', html, re.S)
    assert found
    data = json.loads(found[1])
    by_name = {benchmark["name"]: benchmark for benchmark in data["benchmarks"]}
    names = {fact.benchmark: fact.name for fact in shipped.benchmarks}
    for place, one in enumerate(shipped.populations):
        assert data["populations"][place]["models"] == [model.name for model in one.models]
        assert data["populations"][place]["scores"] == pytest.approx(
            [model.capabilities_score for model in one.models], rel=1e-6
        )
        for benchmark, scores in one.scores.items():
            shown = by_name[names[benchmark]]["scores"][place]
            assert [x is None for x in shown] == [x is None for x in scores]
            assert [x for x in shown if x is not None] == pytest.approx(
                [x for x in scores if x is not None], rel=1e-6
            )


def test_calibration_is_drawn_against_the_accuracy_on_its_own_data_set(
    html: str, shipped: StudyResult
) -> None:
    found = re.search(r'<script type="application/json" id="study">(.*?)</script>', html, re.S)
    assert found
    data = json.loads(found[1])
    name = next(fact.name for fact in shipped.benchmarks if fact.benchmark == "brier_mmlu")
    brier = next(benchmark for benchmark in data["benchmarks"] if benchmark["name"] == name)
    assert brier["x"] == "accuracy on MMLU"
    for place, one in enumerate(shipped.populations):
        assert brier["against"][place] == pytest.approx(one.scores["mmlu"], rel=1e-6)
    others = [benchmark for benchmark in data["benchmarks"] if benchmark["x"] == "capabilities score"]
    assert all(benchmark["against"] is None for benchmark in others)


def test_the_page_is_not_heavy(html: str) -> None:
    assert len(html.encode()) < 3.2e6


def test_the_same_result_gives_the_same_files(report: Path, shipped: StudyResult) -> None:
    for name, content in contents(shipped).items():
        assert (report / name).read_bytes() == content, name


def nasty() -> StudyResult:
    """A result in which every text that a file can bring tries to run something."""
    benchmark = facts(
        NASTY, name=NASTY, area=NASTY, kind=NASTY, metric=NASTY, note=NASTY, placed_by=NASTY, unit=NASTY
    )
    models = population("chat", [NASTY], models=[f"{NASTY}{i}" for i in range(4)], prefix=NASTY)
    models = msgspec.structs.replace(models, left_out=[left_out(NASTY, NASTY)])
    area = AreaFacts(area=NASTY, title=NASTY, description=NASTY, finding=NASTY, placed_by=NASTY)
    return result(
        [benchmark],
        populations=[models],
        correlations=[correlation("chat", NASTY, reason=NASTY, rule=NASTY, verdict=NASTY)],
        areas=[area],
        area_summaries=[
            area_summary("chat", NASTY, NASTY, Pooled(rho=0.5, low=0.4, high=0.6, n_families=4, reason=NASTY))
        ],
        notices=[Notice(what=NASTY, where=NASTY, remedy=NASTY)],
        sources=[Source(name=NASTY, sha256=NASTY)],
    )


def test_names_from_a_file_never_become_elements() -> None:
    parsed = outline(html_of(nasty()))
    assert not parsed.unbalanced
    assert not [tag for tag, _ in parsed.elements if tag == "img"]
    assert not [a for _, a in parsed.elements if any(name.startswith("on") for name in a)]
    assert len([tag for tag, _ in parsed.elements if tag == "script"]) == 3
    assert "{{7*7}}" in parsed.text
    assert "49" not in parsed.text


@pytest.mark.parametrize(
    "text", [NASTY, "<!--", "<script>", "]]>", "\u2028\u2029", "&lt;", "\x00\x7f\ud7ff\U0001f600"]
)
def test_inlined_json_cannot_end_its_element_and_reads_back(text: str) -> None:
    encoded = safe_json({text: [text]})
    assert not set("<>&\u2028\u2029") & set(encoded)
    assert json.loads(encoded) == {text: [text]}


def test_one_population_without_areas_or_published_figures_has_no_empty_columns() -> None:
    html = html_of(result([facts("honesty"), facts("tact")]))
    parsed = outline(html)
    assert not parsed.unbalanced
    for word in ("paper</th>", "Kind</th>", "base models", "Training compute</h2>"):
        assert word not in html
    assert "All benchmarks" in parsed.text


def test_a_missing_correlation_says_why() -> None:
    text = outline(
        html_of(
            result(
                correlations=[correlation("chat", "honesty", None, reason="all models have the same score")]
            )
        )
    ).text
    assert "all models have the same score" in text


def test_notices_are_shown_at_the_top_and_in_full_below() -> None:
    notices = [Notice(what=f"Thing {i} happened.", where=f"file {i}", remedy=f"Do {i}.") for i in range(3)]
    text = outline(html_of(result(notices=notices))).text
    assert text.index("Thing 0 happened.") < text.index("Taken as single numbers")
    assert "3 things to know first" in text
    for i in range(3):
        assert f"Thing {i} happened." in text
        assert f"Do {i}." in text


def test_models_left_out_are_named_with_what_they_lack() -> None:
    models = msgspec.structs.replace(
        population("chat", ["honesty"]),
        left_out=[left_out("ghost", "mmlu"), left_out("wraith", "bbh", "gsm8k")],
    )
    text = outline(html_of(result(populations=[models]))).text
    assert "ghost (no score on mmlu)" in text
    assert "wraith (no score on bbh and gsm8k)" in text


def test_the_source_and_licence_of_the_shipped_scores_are_named_only_with_them(page: Outline) -> None:
    assert "under the MIT licence, copyright 2024 Center for AI Safety" in page.text
    assert "Center for AI Safety" not in outline(html_of(result())).text


def test_sources_are_listed_with_their_checksums() -> None:
    text = outline(html_of(result(sources=[Source(name="mine.csv", sha256="ab" * 32)]))).text
    assert "mine.csv" in text
    assert "ab" * 32 in text


def test_hundreds_of_models_and_long_names_make_a_page(tmp_path: Path) -> None:
    names = [
        f"organisation/an-extraordinarily-long-name-of-a-model-{i}-instruct-preview-2026" for i in range(300)
    ]
    benchmarks = [facts(f"benchmark {i}", name="A very long name of a benchmark " * 4) for i in range(30)]
    models = population("mixed", [fact.benchmark for fact in benchmarks], models=names)
    page = write_report(result(benchmarks, populations=[models]), tmp_path)
    assert page.stat().st_size < 4e6


def test_the_page_says_that_it_is_ours_near_its_top(html: str) -> None:
    # By this an earlier report is known, and replaced.
    assert '<meta name="generator" content="confounded ' in html[:500]
