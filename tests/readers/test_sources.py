"""Real collections as they were downloaded: read in a few seconds, or one error that says how to go on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from confounded.errors import UnsettledError
from confounded.readers import read_items, read_scores
from confounded.scores import ScoreTable

SOURCES = Path(os.environ.get("CONFOUNDED_SOURCES", Path(__file__).parents[3] / "shared" / "sources"))
MOST_SECONDS = 3.0

pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the collections are not on this machine")


def timed(name: str, *, lenient: bool = False) -> ScoreTable:
    path = SOURCES / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    begin = time.process_time()
    table = read_scores(path, lenient=lenient)
    assert time.process_time() - begin < MOST_SECONDS
    return table


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("open_llm_leaderboard_v1", "open-llm-leaderboard_old.csv"),
        ("epoch_hub", "adversarial_nli_external.csv, line 40"),
    ],
)
def test_what_says_two_things_stops_and_names_the_flag(name: str, said: str) -> None:
    with pytest.raises(UnsettledError, match=said) as caught:
        timed(name)
    assert "--lenient" in str(caught.value)


def test_the_last_digit_of_a_score_in_two_files_is_no_contradiction() -> None:
    table = timed("obsscaling")
    assert table.models.height > 140
    assert not any(issue.stops for issue in table.issues)


def test_the_leaderboard_has_every_submission() -> None:
    table = timed("open_llm_leaderboard_v1", lenient=True)
    assert table.models.height == 7169 - 358
    assert table.scores.height == 6 * (7169 - 358)
    assert table.models["parameters"].min() > 0  # type: ignore[operator]
    assert any(issue.stops for issue in table.issues)


def test_the_hub_has_every_benchmark_in_its_unit() -> None:
    table = timed("epoch_hub", lenient=True)
    assert table.benchmarks.height == 50
    units = dict(table.benchmarks.select("benchmark", "unit").iter_rows())
    for (benchmark,), rows in table.scores.group_by("benchmark"):
        if units[benchmark] in ("fraction", "percent"):
            most = 1.0 if units[benchmark] == "fraction" else 100.0
            assert 0 <= rows["score"].min() <= rows["score"].max() <= most, benchmark  # type: ignore[operator]
    index = table.scores.filter(benchmark="epoch_capabilities_index")
    assert index.height == 348
    assert set(table.benchmarks["direction"]) == {"higher"}


def test_timm_is_joined_on_model_size_and_crop() -> None:
    table = timed("timm")
    assert table.benchmarks.height == 8
    assert not table.scores.select("model", "benchmark").is_duplicated().any()
    sizes = table.models.group_by("name").len().filter(name="resnet50.a1_in1k")["len"].to_list()
    assert sizes == [2]
    assert table.issues == ()


def test_scaling_data_says_family_size_and_compute() -> None:
    table = timed("obsscaling/base_llm_benchmark_eval.csv")
    assert set(table.scores["benchmark"]) == {
        *("MMLU", "ARC-C", "HellaSwag", "Winograd", "TruthfulQA", "GSM8K", "XWinograd", "HumanEval")
    }
    llama = table.models.filter(model="meta-llama/Llama-2-7b-hf").row(0, named=True)
    assert (llama["family"], llama["parameters"], llama["training_flop"]) == ("Llama-2", 7e9, 84e21)
    assert table.models["training_flop"].count() == 123


def test_responses_of_reward_models_are_means_by_subset() -> None:
    table = timed("rewardbench_items")
    assert table.scores["model"].n_unique() == 149
    assert table.scores["benchmark"].n_unique() == 23
    assert table.benchmarks["items"].sum() == 2985
    items = read_items(SOURCES / "rewardbench_items").items
    assert items.height == 149 * 2985 - 7152
    assert set(items["score"]) == {0.0, 1.0}
