"""What the catalogue says of benchmarks, held against the scores that ship."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

import numpy as np
import pytest
from numpy.typing import NDArray

from confounded.catalog import benchmarks
from confounded.datasets import safetywashing

FloatArray = NDArray[np.float64]

ROUNDING = 1e-6
"""How far score × items may be from a whole number: floating point leaves less than a tenth of this."""

COUNTED = [name for name, one in benchmarks().items() if one.item_type == "binary mean" and one.n_items]

WHOLES = sorted({one.part_of for one in benchmarks().values() if one.part_of})

WEIGHTED_BY_ITEMS = {"ethics_all", "superglue"} | {name for name in WHOLES if name.startswith("HarmBench-")}
UNWEIGHTED = {"glue", "adv_glue", "decodingtrust_adv_glue++", "bbq", "halueval", "rules_all"}
NO_RULE_FOUND = {"steer", "machiavelli-power.Σ", "machiavelli-violations.Σ"}
"""Put together by their authors from more than the parts that were released, or by weights nobody states."""

NOT_IN_THE_WHOLE = {"superglue": {"superglue_record"}, "discrim_eval": {"discrim_eval_female"}}


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, float]]:
    """The score of each model on each benchmark, by benchmark and model."""
    table: dict[str, dict[str, float]] = {}
    for model, benchmark, score in (
        safetywashing.load_scores().scores.select("model", "benchmark", "score").iter_rows()
    ):
        table.setdefault(benchmark, {})[model] = score
    return table


def scale(benchmark: str) -> float:
    return 100.0 if benchmarks()[benchmark].unit == "percent" else 1.0


def parts_of(whole: str) -> list[str]:
    left_out = NOT_IN_THE_WHOLE.get(whole, set())
    return [
        one.benchmark
        for one in benchmarks().values()
        if one.part_of == whole and one.benchmark not in left_out
    ]


def columns(scores: dict[str, dict[str, float]], names: list[str], models: list[str]) -> FloatArray:
    return np.array([[scores[name][model] for name in names] for model in models])


def test_most_item_counts_are_known() -> None:
    # A catalogue that forgot its counts would pass the tests below by having nothing to test.
    assert len(COUNTED) >= 95


@pytest.mark.parametrize("benchmark", COUNTED)
def test_scores_are_whole_numbers_of_items(scores: dict[str, dict[str, float]], benchmark: str) -> None:
    n_items = benchmarks()[benchmark].n_items
    assert n_items is not None
    right = np.array(list(scores[benchmark].values())) / scale(benchmark) * n_items
    np.testing.assert_allclose(right, np.round(right), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("benchmark", COUNTED)
def test_no_smaller_number_of_items_gives_these_scores(
    scores: dict[str, dict[str, float]], benchmark: str
) -> None:
    n_items = benchmarks()[benchmark].n_items
    assert n_items is not None
    right = [round(score / scale(benchmark) * n_items) for score in scores[benchmark].values()]
    assert lcm(*(Fraction(number, n_items).denominator for number in right)) == n_items


@pytest.mark.parametrize("benchmark", list(benchmarks()))
def test_scores_lie_between_floor_and_ceiling(scores: dict[str, dict[str, float]], benchmark: str) -> None:
    entry = benchmarks()[benchmark]
    values = scores[benchmark].values()
    assert entry.floor is None or min(values) >= entry.floor
    assert entry.ceiling is None or max(values) <= entry.ceiling


def weighted_by_items(parts: list[str]) -> Callable[[FloatArray], FloatArray]:
    counts = np.array([benchmarks()[part].n_items for part in parts], dtype=float)
    return lambda values: values @ counts / counts.sum()


@pytest.mark.parametrize("whole", [name for name in WHOLES if name not in NO_RULE_FOUND])
def test_a_whole_is_made_of_its_parts(scores: dict[str, dict[str, float]], whole: str) -> None:
    parts = parts_of(whole)
    rule: Callable[[FloatArray], FloatArray]
    if whole in WEIGHTED_BY_ITEMS:
        rule = weighted_by_items(parts)
    elif whole in UNWEIGHTED:
        rule = lambda values: values.mean(axis=1)  # noqa: E731 (three rules side by side)
    elif whole == "wmdp":
        rule = weighted_by_items(parts)
    elif whole == "truthfulqa_truth*info":
        rule = lambda values: values.prod(axis=1)  # noqa: E731
    elif whole == "discrim_eval":
        rule = lambda values: values.max(axis=1)  # noqa: E731
    else:
        assert whole == "machiavelli-utility.Σ"
        rule = lambda values: values[:, 0]  # noqa: E731
    models = [model for model in scores[whole] if whole != "wmdp" or model not in EARLIER_WMDP]
    expected = [scores[whole][model] for model in models]
    np.testing.assert_allclose(rule(columns(scores, parts, models)), expected, rtol=0, atol=1e-9)


EARLIER_WMDP = {"gemma-2b", "gemma-7b", "falcon-7b-instruct"}


def test_wmdp_is_the_mean_of_three_runs_and_of_two_versions(scores: dict[str, dict[str, float]]) -> None:
    sizes = {
        "wmdp": (3668, 4157),
        "wmdp_bio": (1273, 1520),
        "wmdp_chem": (408, 412),
        "wmdp_cyber": (1987, 2225),
    }
    for benchmark, (current, earlier) in sizes.items():
        assert benchmarks()[benchmark].n_items == current
        for model, score in scores[benchmark].items():
            right = score * 3 * (earlier if model in EARLIER_WMDP else current)
            assert right == pytest.approx(round(right), abs=ROUNDING), (benchmark, model)
        once = [score * current for score in scores[benchmark].values()]
        assert sum(abs(number - round(number)) < ROUNDING for number in once) < len(once) / 2


def test_gpqa_pools_three_overlapping_sets_twice(scores: dict[str, dict[str, float]]) -> None:
    runs = 2 * (198 + 448 + 546)
    right = [round(score * runs) for score in scores["gpqa"].values()]
    assert list(scores["gpqa"].values()) == pytest.approx([number / runs for number in right], abs=1e-12)
    assert lcm(*(Fraction(number, runs).denominator for number in right)) == runs


def test_columns_that_repeat_another_are_noted(scores: dict[str, dict[str, float]]) -> None:
    """For these models the released file repeats one column in another; the notes name them."""
    repeats = {
        ("adv_mnli_mismatched", "adv_mnli"): {"gemma-2b", "gemma-7b", "Llama-2-7b-hf", "falcon-7b-instruct"},
        ("rules_basic", "rules_redteam"): {"dbrx-base", "dbrx-instruct"},
        ("rules_benign", "rules_redteam"): {"dbrx-base", "dbrx-instruct"},
    }
    for (copy, original), expected in repeats.items():
        found = {model for model, score in scores[copy].items() if score == scores[original][model]}
        assert found == expected
        note = benchmarks()[copy].note or ""
        assert all(model in note for model in expected)
        assert original in note
        assert benchmarks()[copy].n_items is None


def test_figures_in_the_notes_are_those_of_the_scores(scores: dict[str, dict[str, float]]) -> None:
    same_items = sum(
        score == scores["superglue_sglue_rte"][model] for model, score in scores["glue_rte"].items()
    )
    assert f"for {same_items} of the 53 models" in (benchmarks()["glue_rte"].note or "")
    majority = sum(round(score, 2) == 0.57 for score in scores["superglue_multirc"].values())
    assert f"{majority} of the 53 scores are 0.57" in (benchmarks()["superglue_multirc"].note or "")
    assert scores["machiavelli-utility.suffering"] == scores["machiavelli-utility.Σ"]
    assert max(scores["bbq_amb"].values()) < 1 / 3
    ceiling = sum(score == 1 for score in scores["cyberseceval2_canary_exploit"].values())
    assert f"{ceiling} of the 53 models" in (benchmarks()["cyberseceval2_canary_exploit"].note or "")
    assert set(scores["scruples"].items()) >= {("deepseek-llm-7b-base", 0.36)}
    injection = scores["cyberseceval2_prompt_injection"].values()
    assert all(
        any(abs(score * n - round(score * n)) < ROUNDING for n in range(248, 252)) for score in injection
    )
    virtue = benchmarks()["ethics_virtue"]
    assert (virtue.n_items or 0) % 5 == 0
    counts = {part: benchmarks()[part].n_items or 0 for part in parts_of("superglue")}
    total = sum(counts.values())
    assert total == benchmarks()["superglue"].n_items
    assert [round(100 * counts[part] / total) for part in ("superglue_multirc", "superglue_boolq")] == [
        52,
        35,
    ]


def test_kin_by_shared_items_is_measured(scores: dict[str, dict[str, float]]) -> None:
    assert benchmarks()["superglue_copa"].part_of == "superglue"
    assert "superglue_copa" in benchmarks()["superglue"].kin_to_suite
    assert f"100 of its {benchmarks()['superglue'].n_items} items" in (
        benchmarks()["superglue"].kin_reason or ""
    )
