"""The figures after the paper's, and the planning curve, hold what the result holds: checked without drawing."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl
import pytest

import confounded
from confounded.datasets.safetywashing import gpt4o_scores
from confounded.report.figures import panels as module
from confounded.report.figures.benchmark_scatter import benchmark_scatter
from confounded.report.figures.calibration import calibration
from confounded.report.figures.labels import Point, placed
from confounded.report.figures.overview import safety_rows
from confounded.report.figures.panels import Panel, scatter_panels
from confounded.report.figures.planning import planning_curve
from confounded.report.figures.render import written
from confounded.report.figures.score_compute import score_compute
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.slope import correlation_slope
from confounded.report.figures.theme import ROLES, family_marks
from confounded.report.figures.vision import NO_ATTACK, vision
from confounded.report.index import Index
from confounded.scores import ScoreTable
from confounded.study import Settings, StudyResult, run_study
from confounded.study.reproduction import CLOSED_MODEL_SUITE
from confounded.study.result import Correlation, FittedCurve, PopulationResult, ScoreCorrelation
from tests.report.results import NASTY, correlation, facts, population, result

Spec = dict[str, Any]


def marks_of(panel: Spec) -> list[Spec]:
    """Return the marks of models in a panel."""
    [layer] = [one for one in panel["layer"] if one["mark"]["type"] == "point"]
    return list(layer["data"]["values"])


def names_in(panel: Spec) -> list[str]:
    return [
        row["text"]
        for layer in panel["layer"]
        if layer["mark"]["type"] == "text"
        for row in layer["data"]["values"]
    ]


def correlation_of(study: StudyResult, name: str, benchmark: str) -> Correlation:
    return next(one for one in study.correlations if (one.population, one.benchmark) == (name, benchmark))


def pairs(x: Any, y: Any) -> list[tuple[float, float]]:
    return sorted((a, b) for a, b in zip(x, y, strict=True) if a is not None and b is not None)


# Figure 9


def test_a_scatter_has_a_mark_a_model_at_its_scores_and_both_correlations(shipped: StudyResult) -> None:
    marks = family_marks(shipped.populations)
    known = {fact.benchmark: fact for fact in shipped.benchmarks}
    for one in shipped.populations:
        for benchmark in ("truthfulqa_mc1", "wmdp", "brier_mmlu"):
            found = correlation_of(shipped, one.population, benchmark)
            spec = benchmark_scatter(one, found, known[benchmark], marks)
            [panel] = spec["concat"]
            x = [model.capabilities_score for model in one.models]
            across = one.scores["mmlu"] if benchmark == "brier_mmlu" else x
            drawn = sorted((mark["x"], mark["y"]) for mark in marks_of(panel))
            assert drawn == pairs(across, one.scores[benchmark])
            told = " ".join(panel["title"]["subtitle"])
            assert f"{100 * found.rho:.1f}".replace("-", "−") in told
            assert f"{100 * found.compute.rho:.1f}".replace("-", "−") in told
            assert found.verdict in told
            assert panel["title"]["subtitleColor"] == ROLES[found.verdict][0]
            assert told.replace("\u00a0", " ") in spec["description"].replace("\u00a0", " ")


def test_most_models_of_the_shipped_scores_are_named(shipped: StudyResult) -> None:
    chat = shipped.populations[1]
    [fact] = [one for one in shipped.benchmarks if one.benchmark == "truthfulqa_mc1"]
    found = correlation_of(shipped, "chat", "truthfulqa_mc1")
    [panel] = benchmark_scatter(chat, found, fact, family_marks(shipped.populations))["concat"]
    names = names_in(panel)
    assert len(names) == len(set(names)) >= 24
    assert set(names) <= {model.name for model in chat.models}


def test_no_name_lies_on_another_or_on_a_mark() -> None:
    points = [Point(20 + 9 * (i % 6), 20 + 7 * (i // 6)) for i in range(24)]
    size, half = 6.0, 4.0
    boxes = []
    for point, label in zip(points, placed(points, ["a model"] * 24, 200, 90, size, half), strict=True):
        if label is not None:
            length = 7 * 0.56 * size
            x = point.x + label.dx
            left = {"left": x, "right": x - length, "center": x - length / 2}[label.align]
            boxes.append((left, point.y + label.dy - size / 2, left + length, point.y + label.dy + size / 2))
    assert 2 <= len(boxes) < 24
    marks = [(p.x - half, p.y - half, p.x + half, p.y + half) for p in points]

    def meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

    for place, box in enumerate(boxes):
        assert not any(meet(box, other) for other in boxes[:place])
        assert sum(meet(box, mark) for mark in marks) == 0


# Panels


def panel_of(one: PopulationResult, **changes: Any) -> Panel:
    scores = [model.capabilities_score for model in one.models]
    return Panel(**{"title": "t", "note": "n", "verdict": None, "x": scores, "y": scores, **changes})


def test_a_legend_has_the_families_that_are_drawn_and_no_others() -> None:
    one = population("chat", [], models="abcdefghijklmn")
    marks = family_marks([one])
    y = [None if model.family == "family c" else 1.0 for model in one.models]
    spec = scatter_panels(one, [panel_of(one, y=y)], marks, "")
    [layer] = [x for x in spec["concat"][0]["layer"] if x["mark"]["type"] == "point"]
    for channel, looks in (("color", "light"), ("shape", "path")):
        scale = layer["encoding"][channel]["scale"]
        assert scale["domain"] == [f"family {letter}" for letter in "abdefghi"] + ["5 other families"]
        assert scale["range"][:8] == [getattr(marks[name], looks) for name in scale["domain"][:8]]
    assert {mark["family"] for mark in marks_of(spec["concat"][0])} == set(scale["domain"])


def test_of_very_many_models_some_are_drawn_unnamed_and_the_panel_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_MARKS", 50)
    one = population("chat", [], models=[f"model {i}" for i in range(120)])
    curve = FittedCurve(x=[0, 1], y=[0, 1], low=[0, None], high=[1, None], is_straight=True)
    [panel] = scatter_panels(one, [panel_of(one, curve=curve)], family_marks([one]), "")["concat"]
    assert len(marks_of(panel)) == 40
    assert "40 of 120 marks drawn" in " ".join(panel["title"]["subtitle"])
    assert names_in(panel) == []
    # Nothing else lies over so many marks.
    assert panel["layer"][-1]["mark"]["type"] == "line"
    [band] = [one for one in panel["layer"] if one["mark"]["type"] == "area"]
    assert len(band["data"]["values"]) == 1


def test_a_logarithmic_axis_is_labelled_with_powers_and_leaves_out_what_has_no_logarithm() -> None:
    one = population("chat", [], models="abcd")
    panel = panel_of(one, x=[1e21, 0.0, 1e23, None], logarithmic=True)
    [spec] = scatter_panels(one, [panel], family_marks([one]), "")["concat"]
    assert sorted(mark["x"] for mark in marks_of(spec)) == [1e21, 1e23]
    x = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "point")["encoding"]["x"]
    assert x["scale"]["type"] == "log"
    assert x["scale"]["domain"][0] < 1e21 < 1e23 < x["scale"]["domain"][1]
    assert x["axis"]["values"] == [1e21, 1e22, 1e23]


def test_panels_draw_with_no_model_and_with_nasty_names() -> None:
    one = population("chat", [], models="ab")
    nothing = panel_of(one, x=[None, None])
    assert written(scatter_panels(one, [nothing, panel_of(one)], family_marks([one]), ""), "svg")
    bad = population("chat", [], models=[NASTY, f"{NASTY}2"], prefix=NASTY)
    spec = scatter_panels(
        bad, [panel_of(bad, title=NASTY, note=NASTY)], family_marks([bad]), NASTY, note=NASTY
    )
    assert b"<img" not in written(spec, "svg")


# Figure 11


def test_every_metric_of_a_data_set_has_a_panel_against_its_accuracy(shipped: StudyResult) -> None:
    index, marks = Index.of(shipped), family_marks(shipped.populations)
    for one in shipped.populations:
        spec = calibration(index, one, "mmlu", marks)
        assert spec is not None
        found = {
            index.name(own.benchmark): own
            for own in shipped.correlations
            if own.population == one.population and own.correlated_with == "accuracy on mmlu"
        }
        assert {panel["title"]["text"] for panel in spec["concat"]} == set(found)
        assert {own.benchmark for own in found.values()} >= {"brier_mmlu", "rmsce_mmlu"}
        for panel in spec["concat"]:
            own = found[panel["title"]["text"]]
            drawn = sorted((mark["x"], mark["y"]) for mark in marks_of(panel))
            assert drawn == pairs(one.scores["mmlu"], one.scores[own.benchmark])
            assert f"{100 * own.rho:.1f}".replace("-", "−") in " ".join(panel["title"]["subtitle"])
        assert calibration(index, one, "gpqa", marks) is None


# Figure 13


def of_vision(*benchmarks: str, source: str = "imagenet") -> tuple[Index, PopulationResult]:
    models = population("mixed", ["imagenet_a", "imagenet_a_clean", *benchmarks])
    models = msgspec.structs.replace(
        models, capabilities=msgspec.structs.replace(models.capabilities, kind="column", id=source)
    )
    clean = ScoreCorrelation(rho=0.77, n_models=4, verdict="entangled")
    found = [
        correlation(
            "mixed", "imagenet_a", 0.9, correlated_with="accuracy on imagenet_a_clean", against_score=clean
        ),
        *(correlation("mixed", name, 0.5) for name in ("imagenet_a_clean", *benchmarks)),
    ]
    names = [facts("imagenet_a"), facts("imagenet_a_clean"), *map(facts, benchmarks)]
    return Index.of(result(names, [models], found)), models


def test_vision_benchmarks_stand_against_imagenet_and_what_is_missing_is_said() -> None:
    index, models = of_vision("imagenet_v2")
    spec = vision(index, models, family_marks([models]))
    assert spec is not None
    # The accuracy on the classes of ImageNet-A serves the other; it is no benchmark of its own.
    titles = [panel["title"]["text"] for panel in spec["concat"]]
    assert titles == [index.name("imagenet_a"), index.name("imagenet_v2")]
    [natural] = [one for one in spec["concat"] if one["title"]["text"] == index.name("imagenet_a")]
    assert "77.0" in " ".join(natural["title"]["subtitle"])
    assert " ".join(spec["title"]["text"]) == NO_ATTACK
    assert NO_ATTACK in spec["description"]


def test_an_attack_that_is_there_is_not_called_missing_and_other_studies_have_no_such_figure() -> None:
    index, models = of_vision("pgd_8_255")
    spec = vision(index, models, family_marks([models]))
    assert spec is not None
    assert "title" not in spec
    index, models = of_vision(source="arena_elo")
    assert vision(index, models, family_marks([models])) is None


# Figure 15


def test_the_score_stands_against_compute_with_their_correlation(shipped: StudyResult) -> None:
    for one in shipped.populations:
        spec = score_compute(one, family_marks(shipped.populations))
        assert spec is not None
        [panel] = spec["concat"]
        drawn = sorted((mark["x"], mark["y"]) for mark in marks_of(panel))
        models = [(model.training_flop, model.capabilities_score) for model in one.models]
        assert drawn == sorted(own for own in models if None not in own)
        told = " ".join(panel["title"]["subtitle"])
        for value in (one.score_with_compute.rho, one.score_with_compute.low, one.score_with_compute.high):
            assert f"{100 * value:.1f}" in told
    bare = msgspec.structs.replace(shipped.populations[0], score_with_compute=None)
    assert score_compute(bare, family_marks([bare])) is None


# Figure 4


def test_a_benchmark_stands_at_its_correlation_and_its_slope(shipped: StudyResult) -> None:
    index = Index.of(shipped)
    for name in index.populations:
        spec = correlation_slope(index, name, 486)
        assert spec is not None
        rows = [one for _, entries in safety_rows(index, name) for _, one in entries]
        with_scale = [one for one in rows if one.description.slope_of_scale is not None]
        [layer] = [one for one in spec["layer"] if one["mark"]["type"] == "point"]
        drawn = sorted((mark["x"], mark["y"]) for mark in layer["data"]["values"])
        expected = sorted((100 * one.rho, 100 * one.description.slope_of_scale) for one in with_scale)
        assert drawn == expected
        low, high = layer["encoding"]["y"]["scale"]["domain"]
        assert all(low < y < high for _, y in drawn)
        assert f"{len(rows) - len(with_scale)}\u00a0benchmark" in spec["title"]["text"]


def test_the_slope_of_the_scale_is_the_slope_over_its_width(shipped: StudyResult) -> None:
    known = {fact.benchmark: fact for fact in shipped.benchmarks}
    for one in shipped.correlations:
        fact, found = known[one.benchmark], one.description
        if found is None or found.slope is None or fact.floor is None or fact.ceiling is None:
            assert found is None or found.slope_of_scale is None
        else:
            assert found.slope_of_scale == pytest.approx(found.slope / (fact.ceiling - fact.floor))


def test_without_a_known_scale_there_is_no_such_figure() -> None:
    assert correlation_slope(Index.of(result()), "chat", 486) is None


# Figure 17


def test_gpt_4o_stands_on_top_where_the_scores_have_it() -> None:
    chat = confounded.load_scores()
    known = chat.models.filter(pl.col("population") == "chat")
    rows = pl.concat(
        [
            chat.scores.filter(pl.col("model").is_in(known["model"].implode())).select(
                "model", "benchmark", "score"
            ),
            gpt4o_scores().select("model", "benchmark", "score"),
        ]
    )
    models = pl.concat([known, known.head(1).with_columns(model=pl.lit("gpt-4o"))])
    ten = Settings(suite=CLOSED_MODEL_SUITE, resamples=0, unknown_families_apart=True)
    study = run_study(ScoreTable(scores=rows, models=models), ten)
    [one] = study.populations
    assert [m.model for m in one.models if m.capabilities_score is None] == []
    layers = capabilities_scores(one, family_marks([one]))["layer"]
    [points] = [layer for layer in layers if layer["mark"]["type"] == "point"]
    top = min(points["data"]["values"], key=lambda row: row["y"])
    assert top["says"].startswith("GPT-4o")
    # As the paper's figure has it, read off the plot.
    assert top["at"] == pytest.approx(8.0, abs=0.25)


# The planning curve


def test_the_planning_curve_is_that_of_the_result(shipped: StudyResult) -> None:
    for one, summary in zip(shipped.populations, shipped.population_summaries, strict=True):
        spec = planning_curve(one, summary, 0.4, 486)
        assert spec is not None
        alike = summary.planning[-1]
        left, right = spec["concat"]
        [lines] = [layer for layer in left["layer"] if layer["mark"]["type"] == "line"]
        drawn = [(row["n"], row["power"] / 100) for row in lines["data"]["values"]]
        assert drawn == [
            (n, pytest.approx(power))
            for own in alike.correlations
            for n, power in zip(alike.n_families, own.power, strict=True)
        ]
        names = lines["encoding"]["stroke"]["scale"]["domain"]
        for name, own in zip(names, alike.correlations, strict=True):
            assert own.claim in name
            assert f"{own.n_families_needed:,} families" in name
            assert f"{own.n_models_needed}\u00a0models" in spec["description"]
        [circle] = [layer for layer in left["layer"] if layer["mark"]["type"] == "point"]
        [mark] = circle["data"]["values"]
        assert mark["n"] == one.n_families == 9
        assert mark["power"] == 100 * summary.power[-1].separable
        bands = [layer for layer in right["layer"] if layer["mark"]["type"] == "area"]
        for band, own in zip(bands, (alike.correlations[0], alike.correlations[-1]), strict=True):
            assert [row["low"] / 100 for row in band["data"]["values"]] == pytest.approx(own.low)
            assert [row["high"] / 100 for row in band["data"]["values"]] == pytest.approx(own.high)


def test_lines_with_one_claim_differ_in_their_dashes(shipped: StudyResult) -> None:
    spec = planning_curve(shipped.populations[0], shipped.population_summaries[0], 0.4, 486)
    assert spec is not None
    [lines] = [layer for layer in spec["concat"][0]["layer"] if layer["mark"]["type"] == "line"]
    looks = [
        (ink, tuple(dash))
        for ink, dash in zip(
            lines["encoding"]["stroke"]["scale"]["range"],
            lines["encoding"]["strokeDash"]["scale"]["range"],
            strict=True,
        )
    ]
    assert len(set(looks)) == len(looks) == 4


def test_a_result_without_planning_has_no_planning_curve() -> None:
    made = result()
    assert planning_curve(made.populations[0], made.population_summaries[0], 0.4, 486) is None
