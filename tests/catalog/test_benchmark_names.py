"""From engine, task and metric to what is known of a score: exactly, and never in two ways."""

from __future__ import annotations

import pytest

from confounded.catalog import benchmarks, descriptions
from confounded.catalog.benchmark_names import (
    _registry,
    find_registered,
    is_registered_task,
    registered_scores,
)
from confounded.errors import DatasetError

HARNESS, INSPECT = "lm-evaluation-harness", "Inspect AI"
DOJO = "inspect_evals/agentdojo"
MASKED = "accuracy_and_honesty/overall_honesty"


@pytest.mark.parametrize(
    ("engine", "benchmark", "metric", "direction", "kind", "chance", "n_items"),
    [
        (HARNESS, "truthfulqa_mc1", "acc", "higher", "knowledge", None, 817),
        (HARNESS, "wmdp_bio", "acc", "lower", "suppression", 0.25, 1273),
        (HARNESS, "bbq", "acc", "higher", "propensity", 1 / 3, 58492),
        (HARNESS, "bbq:accuracy_disamb", "accuracy_disamb", "higher", "knowledge", 1 / 3, 29246),
        (HARNESS, "sycophancy_on_philpapers2020", "acc", "lower", "propensity", None, None),
        (HARNESS, "crows_pairs_english:likelihood_diff", "likelihood_diff", "lower", "propensity", None, None),
        (HARNESS, "anli_r3", "acc", "higher", "static attack", 1 / 3, 1200),
        (INSPECT, "inspect_evals/wmdp_bio", "choice/accuracy", "lower", "suppression", 0.25, 1273),
        (INSPECT, f"{DOJO}:security/accuracy", "security/accuracy", "lower", "static attack", None, None),
        (INSPECT, "inspect_evals/mask", MASKED, "higher", "propensity", None, None),
    ],
)  # fmt: skip
def test_a_registered_score_has_its_direction_and_facts(
    engine: str,
    benchmark: str,
    metric: str,
    direction: str,
    kind: str,
    chance: float | None,
    n_items: int | None,
) -> None:
    found = find_registered(engine, benchmark, metric)
    assert found is not None
    entry = found.benchmark(benchmark)
    assert entry.benchmark == benchmark
    assert (entry.direction, entry.kind, entry.n_items) == (direction, kind, n_items)
    assert entry.chance == (None if chance is None else pytest.approx(chance))
    assert entry.reference


@pytest.mark.parametrize(
    ("engine", "benchmark", "metric"),
    [
        (None, "wmdp_bio", "acc"),
        (HARNESS, "wmdp_bio", None),
        (INSPECT, "wmdp_bio", "choice/accuracy"),
        (INSPECT, "wmdp_bio", "acc"),
        (HARNESS, "WMDP_bio", "acc"),
        (HARNESS, "wmdp_bio", "acc,flexible-extract"),
        (HARNESS, "wmdp_bio", "acc_norm"),
        (HARNESS, "wmdp_bio:acc_norm", "acc"),
        (HARNESS, "my_wmdp_bio", "acc"),
        (INSPECT, "inspect_evals/wmdp_bio", "choice/mean"),
        (INSPECT, "inspect_evals/wmdp_bio:choice/accuracy,max", "choice/accuracy"),
        (INSPECT, "inspect_evals/xstest", "model_graded_qa/refusal_rate"),
        ("lighteval", "wmdp_bio", "acc"),
    ],
)
def test_nothing_is_found_by_likeness(engine: str | None, benchmark: str, metric: str | None) -> None:
    assert find_registered(engine, benchmark, metric) is None


def test_a_score_that_is_a_released_column_has_all_its_facts() -> None:
    found = find_registered(HARNESS, "truthfulqa_mc1", "acc")
    assert found is not None
    column = benchmarks()["truthfulqa_mc1"]
    entry = found.benchmark("truthfulqa_mc1")
    assert entry.reference == column.reference
    assert (entry.area, entry.placed_by, entry.item_type) == (column.area, "paper", "binary mean")
    assert "truthfulqa.toml" in entry.direction_source


def test_hazardous_knowledge_is_not_taken_for_the_released_column_of_its_name() -> None:
    found = find_registered(HARNESS, "wmdp_bio", "acc")
    assert found is not None
    entry, column = found.benchmark("wmdp_bio"), benchmarks()["wmdp_bio"]
    assert (entry.direction, column.direction) == ("lower", "higher")
    assert entry.chance is not None
    assert column.chance is not None
    assert entry.chance + column.chance == 1


def test_every_registered_score_makes_a_benchmark() -> None:
    assert len(registered_scores()) > 100
    for (engine, task, metric), one in registered_scores().items():
        entry = one.benchmark(task)
        # A control that is asked beside stands in another area, so that it does not count for this one.
        is_control = entry.area != one.description.area
        assert is_control or entry.kind in one.description.kinds, (engine, task, metric)
        assert is_control == (one.score.area is not None or entry.kind == "capability"), (
            engine,
            task,
            metric,
        )
        assert entry.direction in {"higher", "lower"}
        assert (entry.n_items is None) == (entry.n_items_source is None)
        assert is_registered_task(engine, task)
    assert not is_registered_task(HARNESS, "hellaswag")


def test_two_entries_for_one_score_are_refused() -> None:
    wmdp = descriptions()["wmdp"]
    with pytest.raises(DatasetError, match="lm-evaluation-harness, wmdp, acc also in benchmarks/wmdp"):
        _registry([wmdp, wmdp])
