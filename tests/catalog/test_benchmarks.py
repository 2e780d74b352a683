"""The catalogue of benchmarks: complete, consistent, and in agreement with the published tables."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from confounded.catalog import (
    Benchmark,
    Direction,
    ItemType,
    Kind,
    PlacedBy,
    ReadsAs,
    areas,
    benchmarks,
    models,
)
from confounded.datasets import safetywashing
from confounded.study.settings import PAPER_SUITE

DATA = Path(str(resources.files("confounded.catalog"))) / "data"

REFERENCE = re.compile(r"[^;]+ \d{4}, arXiv \d{4}\.\d{4,5}( \(data set\))?(; .*)?")
"""Author, year and arXiv number: an address would rot."""

CLEAN_CONTROL = {name for name in benchmarks() if name == "glue" or name.startswith("glue_")}
"""Printed under adversarial robustness as the control of AdvGLUE, and no test of robustness themselves."""


def each() -> list[Benchmark]:
    return list(benchmarks().values())


def header(name: str) -> list[str]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def test_every_shipped_benchmark_is_known_and_no_other() -> None:
    assert set(benchmarks()) == set(safetywashing.load_scores().scores["benchmark"])
    assert len(benchmarks()) == 178


def test_benchmarks_stand_area_by_area() -> None:
    order = list(areas())
    positions = [order.index(one.area) for one in each()]
    assert positions == sorted(positions)


def test_no_two_benchmarks_have_the_same_name() -> None:
    names = [one.name for one in each()]
    assert len(set(names)) == len(names)
    assert not set(names) & {one.name for one in models().values()}


def test_only_allowed_words_stand_in_the_catalogue() -> None:
    for one in each():
        assert one.kind is None or one.kind in get_args(Kind), one.benchmark
        assert one.direction in get_args(Direction), one.benchmark
        assert one.reads_as in get_args(ReadsAs), one.benchmark
        assert one.placed_by in get_args(PlacedBy), one.benchmark
        assert one.item_type is None or one.item_type in get_args(ItemType), one.benchmark
        assert one.unit in {
            None,
            "fraction",
            "percent",
            "points",
            "rating",
            "count",
            "log odds",
            "log likelihood",
        }, one.benchmark
        assert one.metric, one.benchmark


def test_only_bookkeeping_has_no_kind() -> None:
    assert {one.benchmark for one in each() if one.kind is None} == {
        one.benchmark for one in each() if one.area == "bookkeeping"
    }


def test_every_kind_is_measured_by_something() -> None:
    assert {one.kind for one in each()} - {None} == set(get_args(Kind))


def test_areas_are_those_of_the_published_tables() -> None:
    published = dict(safetywashing.published_correlations().select("benchmark", "area").iter_rows())
    for one in each():
        by_paper = one.benchmark in published and one.benchmark not in CLEAN_CONTROL
        assert (one.placed_by == "paper") == by_paper, one.benchmark
        if by_paper:
            assert one.area == published[one.benchmark], one.benchmark
            assert areas()[one.area].placed_by == "paper"


def test_what_a_benchmark_is_correlated_with_is_what_the_paper_does() -> None:
    published = {
        benchmark: against
        for benchmark, against in safetywashing.published_correlations()
        .select("benchmark", "correlated_with")
        .iter_rows()
        if against != "training compute"
    }
    for one in each():
        assert one.correlated_with == published.get(one.benchmark, "capabilities score"), one.benchmark


def test_the_suite_is_the_paper_s_twelve() -> None:
    assert {one.benchmark for one in each() if one.suite} == set(PAPER_SUITE)
    assert {one.benchmark for one in each() if one.area == "capabilities"} == set(PAPER_SUITE)
    assert all(one.kind == "capability" for one in each() if one.suite)


def test_parts_belong_to_benchmarks_that_exist_and_are_no_parts_themselves() -> None:
    for one in each():
        if one.part_of is not None:
            assert benchmarks()[one.part_of].part_of is None, one.benchmark
            assert one.part_of != one.benchmark


def test_parts_read_the_same_way_as_the_whole() -> None:
    for one in each():
        if one.part_of is not None:
            whole = benchmarks()[one.part_of]
            assert (one.direction, one.correlated_with) == (whole.direction, whole.correlated_with)


def test_kin_are_members_of_the_suite_and_the_reason_is_given() -> None:
    for one in each():
        assert set(one.kin_to_suite) <= set(PAPER_SUITE) - {one.benchmark}, one.benchmark
        assert bool(one.kin_to_suite) == bool(one.kin_reason), one.benchmark


def test_a_benchmark_scored_against_accuracy_is_kin_to_it() -> None:
    for one in each():
        if one.correlated_with != "capabilities score":
            assert one.kin_to_suite == (one.correlated_with.removeprefix("accuracy on "),)


def test_an_item_count_is_there_together_with_its_source() -> None:
    for one in each():
        assert (one.n_items is None) == (one.n_items_source is None), one.benchmark
        assert one.n_items is None or one.n_items > 0, one.benchmark


def test_chance_lies_between_floor_and_ceiling() -> None:
    for one in each():
        if one.chance is not None:
            assert one.floor is not None
            assert one.ceiling is not None
            assert one.floor < one.chance < one.ceiling, one.benchmark


def test_the_scale_follows_from_the_unit() -> None:
    scales = {"fraction": {(0.0, 1.0), (-1.0, 1.0)}, "percent": {(0.0, 100.0)}}
    for one in each():
        if one.unit in scales:
            assert (one.floor, one.ceiling) in scales[one.unit], one.benchmark
        if one.item_type == "binary mean":
            assert one.unit in {"fraction", "percent"}, one.benchmark


def test_references_name_author_year_and_number() -> None:
    for one in each():
        assert one.reference is None or REFERENCE.fullmatch(one.reference), one.benchmark
        assert "://" not in f"{one.reference} {one.note} {one.n_items_source}"


@pytest.mark.parametrize(
    "name", ["models.csv", "aliases.csv", "organisations.csv", "families.csv", "benchmarks.csv"]
)
def test_every_column_is_described_and_no_other(name: str) -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
    described = re.findall(r"^\| `([a-z_]+)` \|", section, flags=re.MULTILINE)
    assert described == header(name)


def test_every_kind_is_described() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.split("\n### Kinds\n")[1].split("\n### ")[0]
    assert set(re.findall(r"^\| ([a-z ]+) \|", section, flags=re.MULTILINE)) - {"kind"} == set(get_args(Kind))
