"""The survey: every area of the facts, each side argued, and in agreement with the catalogue of benchmarks."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from confounded.catalog import Expected, Family, Kind, PlacedBy, Reference, areas, benchmarks
from confounded.catalog.areas import FAMILIES, SECTIONS, Area, area_from
from confounded.datasets import safetywashing
from confounded.errors import DatasetError

DATA = Path(str(resources.files("confounded.catalog"))) / "data"

SURVEYED = {
    # three families of areas in the paper, and its appendix
    "alignment",
    "machine-ethics",
    "bias-and-toxicity",
    "misconceptions",
    "scalable-oversight",
    "calibration",
    "adversarial-robustness",
    "weaponization-capabilities",
    "strict-instruction-following",
    # what it compares them with, and columns that it places nowhere
    "capabilities",
    "other-capabilities",
    "personality",
    "bookkeeping",
    "privacy",
    "out-of-distribution",
    # named as lacking benchmarks
    "transparency",
    "anomaly-detection",
    "trojans",
    # came later
    "honesty",
    "scheming",
    "agentic-misuse",
    "prompt-injection",
    "over-refusal",
    "dangerous-capabilities",
}
WITHOUT_DISPUTE = {"bookkeeping"}

DISPUTED_ELSEWHERE = {"weaponization-capabilities", "dangerous-capabilities"}
"""Areas where both sides expect the same of a score, and differ on what it is good for."""

GOOD = DATA.joinpath("areas", "calibration.md").read_text(encoding="utf-8")


def each() -> list[Area]:
    return list(areas().values())


def prose(area: Area) -> str:
    return "\n\n".join(section.text for section in area.sections)


def test_every_area_of_the_survey_is_there_and_no_other() -> None:
    assert set(areas()) == SURVEYED


def test_every_area_of_the_published_tables_is_reachable() -> None:
    published = set(safetywashing.published_correlations()["area"])
    assert published <= {one.area for one in each() if one.placed_by == "paper"}


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_an_area_says_what_it_is(one: Area) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", one.area)
    for sentence in (one.goal, one.description, one.threat):
        assert sentence.endswith("."), sentence
    assert one.family in get_args(Family)
    assert one.placed_by in get_args(PlacedBy)
    assert bool(one.finding) == (one.placed_by == "paper")
    assert one.related


def test_the_families_of_the_tour_are_all_families_and_each_has_an_area() -> None:
    assert set(FAMILIES) == set(get_args(Family)) == {one.family for one in each()}


def test_no_two_areas_have_the_same_title() -> None:
    assert len({one.title for one in each()}) == len(each())


def test_benchmarks_stand_in_the_area_that_their_table_gives_and_in_its_order() -> None:
    by_table: dict[str, list[str]] = {area: [] for area in areas()}
    for benchmark in benchmarks().values():
        by_table[benchmark.area].append(benchmark.benchmark)
    assert {one.area: list(one.benchmarks) for one in each()} == by_table


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_the_kinds_are_those_of_its_benchmarks(one: Area) -> None:
    assert set(one.kinds) <= set(get_args(Kind))
    assert len(set(one.kinds)) == len(one.kinds)
    if one.benchmarks:
        assert set(one.kinds) == {benchmarks()[name].kind for name in one.benchmarks} - {None}


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_an_area_without_scores_says_what_data_would_settle_it_and_no_other_does(one: Area) -> None:
    assert bool(one.settled_by) == (not one.benchmarks)


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_both_sides_predict_something_and_not_the_same_unless_the_dispute_lies_elsewhere(one: Area) -> None:
    if one.area in WITHOUT_DISPUTE:
        assert one.advocates is one.critics is None
        return
    assert one.advocates is not None
    assert one.critics is not None
    assert {one.advocates.predict, one.critics.predict} <= set(get_args(Expected))
    assert (one.advocates.predict == one.critics.predict) == (one.area in DISPUTED_ELSEWHERE)
    assert one.advocates.why.endswith(".")
    assert one.critics.why.endswith(".")


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_the_body_has_its_length_and_types_no_figure(one: Area) -> None:
    text = prose(one)
    assert 300 <= len(text.split()) <= 600
    assert not re.search(r"\d", text)
    assert not re.search(r"\d[.,]?\d* ?%|[-−]?0\.\d", one.finding + one.description + one.goal + one.threat)


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_neither_side_is_given_much_less_room_than_the_other(one: Area) -> None:
    sides = {section.heading: len(section.text.split()) for section in one.sections}
    longer, shorter = sorted((sides["The case for"], sides["The case against"]), reverse=True)
    assert longer <= 1.6 * shorter


def test_no_long_run_of_words_stands_in_two_places() -> None:
    met: dict[tuple[str, ...], str] = {}
    for one in each():
        for section in one.sections:
            words = re.findall(r"\w+", section.text.lower())
            for start in range(len(words) - 11):
                run = tuple(words[start : start + 12])
                assert met.setdefault(run, one.area) == one.area, " ".join(run)


@pytest.mark.parametrize("one", each(), ids=lambda one: one.area)
def test_references_have_a_number_that_agrees_with_their_year(one: Area) -> None:
    assert one.references
    assert len(set(one.references)) == len(one.references)
    for reference in one.references:
        assert reference.arxiv or reference.doi
        if reference.arxiv is not None:
            assert reference.year == 2000 + int(reference.arxiv[:2])


def test_one_publication_is_cited_in_one_way() -> None:
    cited: dict[str, Reference] = {}
    for one in each():
        for reference in one.references:
            assert cited.setdefault(reference.number, reference) == reference


def test_references_agree_with_those_of_the_benchmarks() -> None:
    """The table may have the year of printing, which is that of the first version or later."""
    cited = {one.arxiv: one for area in each() for one in area.references}
    pattern = re.compile(r"([^;:]+?)(?: et al\.)? (\d{4}), arXiv (\d{4}\.\d{4,5})")
    compared = 0
    for benchmark in benchmarks().values():
        for authors, year, number in pattern.findall(benchmark.reference or ""):
            if number in cited:
                compared += 1
                assert cited[number].authors.split(" et al.")[0].split(" and ")[0] == authors.split()[-1]
                assert cited[number].year <= int(year) <= cited[number].year + 2
    assert compared > 50


def test_every_field_is_described_and_no_other() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.split("\n## areas/\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\|(.+?)\|", section, flags=re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`\[*([a-z_]+)\]*`", row)}
    assert described == set(Area.__struct_fields__) - {"area", "sections"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('title = "Calibration"\n', "", "title"),
        ('title = "Calibration"', "title = 1", r"\$\.title"),
        ('title = "Calibration"', 'title = "Calibration"\ntitel = "x"', "titel"),
        ('family = "truthfulness"', 'family = "truth"', r"truth.*\$\.family"),
        ('predict = "rises"', 'predict = "up"', r"up.*\$\.critics\.predict"),
        ('kinds = ["calibration"]', 'kinds = ["vibes"]', r"vibes.*\$\.kinds"),
        ('arxiv = "1706.04599"', 'arxiv = "17064599"', "17064599"),
        ('arxiv = "1706.04599"', 'arxiv = "1706.04599"\ndoi = "10.1000/1"', "2 of `arxiv`, `doi`"),
        ('arxiv = "1706.04599"', "", "0 of `arxiv`, `doi`"),
        ("## The case for\n", "## For\n", "headings"),
        ("+++\n\n## What", "## What", "header"),
        ("position = 70", "position 70", "TOML"),
        ("position = 70", 'area = "x"\nposition = 70', "`area`"),
    ],
)
def test_a_damaged_file_is_named_with_its_field(before: str, after: str, told: str) -> None:
    assert before in GOOD
    assert area_from("calibration", GOOD).title == "Calibration"
    with pytest.raises(DatasetError, match=told) as problem:
        area_from("calibration", GOOD.replace(before, after, 1))
    assert "areas/calibration.md" in str(problem.value)


def test_an_empty_section_is_named() -> None:
    start, end = GOOD.index("## The case for\n"), GOOD.index("## The case against\n")
    with pytest.raises(DatasetError, match="none under 'The case for'"):
        area_from("calibration", GOOD[:start] + "## The case for\n\n" + GOOD[end:])


def test_every_body_has_all_sections() -> None:
    for one in each():
        assert tuple(section.heading for section in one.sections) == SECTIONS
