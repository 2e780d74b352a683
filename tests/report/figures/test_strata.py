"""The rows of strata say what the result says of each, and nothing is left out without a word."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from confounded.report.figures import strata as module
from confounded.report.figures.render import draw
from confounded.report.figures.row_list import Row, percent
from confounded.report.figures.strata import given_rows, split_title, strata_figure, strata_rows
from confounded.report.figures.theme import STROKE_SHAPE
from confounded.report.index import Index
from confounded.report.parted import parted
from confounded.study import Settings, StudyResult, run_study
from tests.report.results import NASTY
from tests.study.test_strata import SUITE, made, noisy, some_small


@pytest.fixture(scope="module")
def studied() -> StudyResult:
    ability, noise = noisy()
    sizes = some_small(144)
    safety = np.where([one == 1e9 for one in sizes], -ability, ability) + 0.3 * noise
    return run_study(
        made(safety, ability, parameters=sizes), Settings(suite=SUITE, resamples=0, by=("family",))
    )


def figures(rows: list[Row]) -> dict[str, tuple[object, ...]]:
    return {
        row.text: (row.at, row.low, row.high, row.n_models, row.n_families)
        for row in rows
        if not row.is_heading
    }


def test_each_split_is_a_heading_over_its_strata_with_the_figures_of_the_result(studied: StudyResult) -> None:
    index = Index.of(studied)
    [found] = studied.strata
    rows = strata_rows(found, index)
    whole = found.overall
    assert rows[0] == Row(
        text="all models",
        at=percent(whole.rho),
        low=percent(whole.low),
        high=percent(whole.high),
        n_models=whole.n_models,
        n_families=whole.n_families,
        is_sum=True,
    )
    assert [row.text for row in rows if row.is_heading] == [
        "By family (48\u00a0parts of fewer than 4 models not drawn)",
        "By size",
        "By closeness to guessing on MMLU (1\u00a0part of fewer than 4 models not drawn)",
    ]
    size = next(split for split in found.splits if split.by == "size")
    shown = figures(rows)
    for stratum in size.strata:
        assert shown[stratum.stratum] == (
            percent(stratum.rho),
            percent(stratum.low),
            percent(stratum.high),
            stratum.n_models,
            stratum.n_families,
        )


def test_a_split_that_was_asked_for_has_the_correlation_within_its_parts_and_between_them(
    studied: StudyResult,
) -> None:
    [found] = studied.strata
    family = next(split for split in found.splits if split.by == "family")
    assert family.parts is not None
    by_text = {row.text: row for row in strata_rows(found, Index.of(studied))}
    within, between = by_text["within parts"], by_text["between parts"]
    assert (within.at, within.low, within.n_models) == (
        percent(family.parts.within),
        percent(family.parts.within_low),
        family.parts.n_within,
    )
    assert (between.at, between.high) == (
        percent(family.parts.between),
        percent(family.parts.between_high),
    )


def test_what_is_allowed_for_stands_beside_the_correlation_without_it(studied: StudyResult) -> None:
    [found] = studied.strata
    assert [one.given for one in found.given] == ["size"]
    [row] = given_rows(found)
    [given] = found.given
    assert (row.text, row.at, row.compared) == (
        "size allowed for",
        percent(given.partial),
        percent(given.rho),
    )
    spec = strata_figure(Index.of(studied), found.population, found.benchmark, 486)
    assert spec is not None
    marks = spec["layer"][-1]["data"]["values"]
    strokes = [mark["at"] for mark in marks if mark["shape"] == STROKE_SHAPE]
    assert strokes == [100 * (given.rho or 0.0)]


def test_of_very_many_strata_the_largest_are_drawn_and_the_heading_says_so(
    studied: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 1)
    [found] = studied.strata
    size = next(split for split in found.splits if split.by == "size")
    rows = strata_rows(msgspec.structs.replace(found, splits=[size]), Index.of(studied))
    assert rows[1].text == "By size (the 1 largest of 2)"
    largest = max(size.strata, key=lambda one: one.n_models)
    assert [row.text for row in rows[2:]] == [largest.stratum]


def test_a_split_is_named_in_words(studied: StudyResult) -> None:
    index = Index.of(studied)
    assert split_title("chance:mmlu", index) == "by closeness to guessing on MMLU"
    assert split_title("released", index) == "by date of release"
    assert split_title("licence", index) == "by licence"


def test_the_page_gets_a_picture_for_each_split_that_turns_and_rows_for_all(studied: StudyResult) -> None:
    [shown] = parted(Index.of(studied))
    [found] = studied.strata
    assert [one["title"] for one in shown["pictures"]] == ["by size"]
    picture = shown["pictures"][0]
    assert picture["what"] == [one.what for one in (*found.reversals, *found.oppositions)]
    assert len(picture["key"]) == 2
    assert picture["spec"]["layer"][0]["encoding"]["color"]["legend"] is None
    assert shown["given"]


def test_names_cannot_break_out_of_it(studied: StudyResult) -> None:
    named = msgspec.structs.replace(
        studied, benchmarks=[msgspec.structs.replace(one, name=NASTY) for one in studied.benchmarks]
    )
    strata = [
        msgspec.structs.replace(
            one,
            splits=[
                msgspec.structs.replace(
                    split,
                    by=NASTY,
                    strata=[msgspec.structs.replace(own, stratum=NASTY) for own in split.strata],
                )
                for split in one.splits
            ],
        )
        for one in studied.strata
    ]
    odd = msgspec.structs.replace(named, strata=strata)
    spec = strata_figure(Index.of(odd), odd.strata[0].population, odd.strata[0].benchmark, 486)
    assert spec is not None
    assert "<img" not in draw(spec)
