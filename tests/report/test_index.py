"""The order in which benchmarks are shown: none lost, none twice, parts under their wholes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from confounded.catalog import areas
from confounded.report.index import Index
from confounded.study import StudyResult
from confounded.study.result import AreaFacts
from tests.report.results import facts, result

NAMES = st.sampled_from(["a", "b", "c", "d", "Σ", "σ", "A", "a.", "-"])


def test_the_shipped_areas_come_in_the_order_of_the_result(shipped: StudyResult) -> None:
    groups = [group.area for group in Index.of(shipped).groups]
    measured = {fact.area for fact in shipped.benchmarks}
    assert groups == [area.area for area in shipped.areas if area.area in measured]


def test_the_shipped_report_has_the_areas_without_scores_too(shipped: StudyResult) -> None:
    assert [area.area for area in shipped.areas] == list(areas())
    without = {area.area for area in shipped.areas} - {group.area for group in Index.of(shipped).groups}
    assert without
    assert all(area.sections for area in shipped.areas if area.area in without)


def test_parts_follow_their_whole() -> None:
    made = result(
        [facts("part", part_of="whole"), facts("other"), facts("whole"), facts("deep", part_of="part")]
    )
    entries = Index.of(made).groups[0].entries[:4]
    assert [(entry.facts.benchmark, entry.depth) for entry in entries] == [
        ("other", 0),
        ("whole", 0),
        ("part", 1),
        ("deep", 2),
    ]


def test_a_part_whose_whole_is_not_there_stands_for_itself() -> None:
    entries = Index.of(result([facts("part", part_of="absent")])).groups[0].entries
    assert [entry.depth for entry in entries] == [0, 0, 0, 0]


def test_benchmarks_of_no_known_area_come_together_under_a_title() -> None:
    area = AreaFacts(area="x", title="X", description="", finding="", placed_by="paper")
    made = result([facts("a", area="x"), facts("b", area="unheard-of"), facts("c")], areas=[area])
    titles = {
        group.title: [entry.facts.benchmark for entry in group.entries] for group in Index.of(made).groups
    }
    assert titles == {"X": ["a"], "Other benchmarks": ["b", "c", "mmlu", "gsm8k", "bbh"]}


@given(st.lists(st.tuples(NAMES, st.none() | NAMES), unique_by=lambda pair: pair[0], min_size=1))
def test_every_benchmark_is_there_once_with_an_id_of_its_own(pairs: list[tuple[str, str | None]]) -> None:
    # Wholes that are parts of their parts included.
    made = result([facts(name, part_of=whole) for name, whole in pairs])
    entries = Index.of(made).entries()
    assert sorted(entry.facts.benchmark for entry in entries) == sorted(
        [name for name, _ in pairs] + ["mmlu", "gsm8k", "bbh"]
    )
    anchors = [entry.anchor for entry in entries]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"benchmark/[A-Za-z0-9._%-]+", anchor) for anchor in anchors)
