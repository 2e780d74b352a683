"""The figure of strata shows every stratum with its own trend beside that over all, and says what it leaves out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import numpy as np
import pytest

from confounded.report.figures import population_split as module
from confounded.report.figures.paper import figure_files
from confounded.report.figures.population_split import population_split, split_key, turning_splits
from confounded.report.figures.render import draw
from confounded.report.figures.theme import ROLES
from confounded.study import Settings, StudyResult, run_study
from confounded.study.strata_result import Opposition
from tests.report.results import NASTY
from tests.study.test_strata import SUITE, made, noisy, some_small


@pytest.fixture(scope="module")
def studied() -> StudyResult:
    ability, noise = noisy()
    sizes = some_small(144)
    safety = np.where([one == 1e9 for one in sizes], -ability, ability) + 0.3 * noise
    return run_study(made(safety, ability, parameters=sizes), Settings(suite=SUITE, resamples=0))


def points(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec["layer"][0]["data"]["values"])


def test_every_model_is_a_mark_of_its_stratum_at_its_own_scores(studied: StudyResult) -> None:
    [found] = studied.strata
    spec = population_split(studied, found)
    [population] = studied.populations
    split = studied.scopes[0].splits[0]
    expected = sorted(
        (model.capabilities_score, score, split.strata[place])
        for model, score, place in zip(
            population.models, population.scores["safe"], split.stratum_of, strict=True
        )
        if place is not None
    )
    drawn = sorted((own["x"], own["y"], own["stratum"].split(":")[0]) for own in points(spec))
    assert drawn == expected


def test_each_stratum_and_all_models_have_a_trend_and_figures(studied: StudyResult) -> None:
    [found] = studied.strata
    spec = population_split(studied, found)
    lines = [own for own in spec["layer"] if own["mark"].get("stroke") not in (None, ROLES["paper"][0])]
    assert len(lines) == 3
    assert [own["mark"]["stroke"] == ROLES["ink"][0] for own in lines] == [False, False, True]
    labels = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    for stratum, label in zip(found.splits[0].strata, labels, strict=True):
        assert f"{abs(stratum.rho or 0):.2f}" in label
        assert str(stratum.n_models) in label
        assert label in spec["description"]
    assert "−" in labels[0]
    assert "+" in labels[1]


def test_of_very_many_models_cells_are_drawn_and_hold_every_model(
    studied: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_MODELS", 50)
    [found] = studied.strata
    spec = population_split(studied, found)
    counts: Counter[str] = Counter()
    for own in points(spec):
        counts[own["stratum"].split(":")[0]] += own["n"]
    assert counts == {one.stratum: one.n_models for one in found.splits[0].strata}
    assert "cells" in spec["title"]["text"]
    assert "144\N{NO-BREAK SPACE}models, counted in cells" in spec["description"]
    by_size = sorted(points(spec), key=lambda own: own["n"])
    assert by_size[0]["size"] <= by_size[-1]["size"] == module.LARGEST


def test_strata_that_cancel_out_are_drawn_as_those_that_turn(studied: StudyResult) -> None:
    [found] = studied.strata
    opposed = Opposition(
        by="size", rising="a", falling="b", reading="confounding", because="", p_holm=0.01, n_tests=4, what=""
    )
    other = msgspec.structs.replace(found, reversals=[], oppositions=[opposed])
    assert turning_splits(other) == ["size"]
    assert population_split(studied, other) == population_split(studied, found)
    files = figure_files(msgspec.structs.replace(studied, strata=[other]), "population-split=safe", "svg")
    assert list(files) == [f"population-split-safe-{found.population}.svg"]


def test_the_surest_alarm_comes_first(studied: StudyResult) -> None:
    [found] = studied.strata
    [alarm] = found.reversals[:1]
    surer = msgspec.structs.replace(alarm, by="class", reversal_holm=alarm.reversal_holm / 2)
    assert turning_splits(msgspec.structs.replace(found, reversals=[alarm, surer])) == ["class", alarm.by]


def test_without_a_key_the_same_is_said_beside_the_figure(studied: StudyResult) -> None:
    [found] = studied.strata
    spec = population_split(studied, found, key=False)
    assert "title" not in spec
    encoding = spec["layer"][0]["encoding"]
    assert encoding["color"]["legend"] is encoding["shape"]["legend"] is None
    key = split_key(found, "size")
    assert [label for _, label in key] == encoding["color"]["scale"]["domain"]
    assert [mark.light for mark, _ in key] == encoding["color"]["scale"]["range"]
    assert [mark.path for mark, _ in key] == encoding["shape"]["scale"]["range"]


def test_it_draws_whatever_a_benchmark_is_called(studied: StudyResult) -> None:
    renamed = msgspec.structs.replace(
        studied,
        benchmarks=[msgspec.structs.replace(one, name=NASTY) for one in studied.benchmarks],
    )
    svg = draw(population_split(renamed, renamed.strata[0]))
    assert "<img" not in svg
    with pytest.raises(KeyError):
        population_split(studied, studied.strata[0], by="colour")
