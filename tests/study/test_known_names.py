"""A capability benchmark of the paper is known by its name in any spelling, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from confounded import Settings, run_study
from confounded.errors import ContentError
from confounded.scores import ScoreTable
from confounded.study.known_names import with_known_names
from tests.study.tables import table

N = 60


def named(*names: str, direction: str | None = None) -> ScoreTable:
    """Return scores between 0.2 and 1 under some names; a third of the models are near chance on all."""
    random = np.random.default_rng(5)
    right = np.clip(np.linspace(-0.35, 0.65, N), 0.0, None)
    columns = {name: (0.25 + right + 0.02 * random.random(N)).tolist() for name in names}
    return table(columns, directions=None if direction is None else dict.fromkeys(names, direction))


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("MMLU", "mmlu"),
        ("MMLU (5-shot)", "mmlu"),
        ("mmlu_5-shot", "mmlu"),
        ("GSM-8K", "gsm8k"),
        ("Hellaswag acc", "hellaswag"),
        ("arc_challenge_acc_norm", "arc_challenge"),
        ("ARC-C", "arc_challenge"),
        ("ARC Challenge", "arc_challenge"),
        ("Winogrande accuracy", "winogrande"),
        ("LAMBADA", "lambada_openai"),
        ("COPA", "superglue_copa"),
        ("BIG-Bench Hard", "bbh"),
        *(
            (name, name)
            for name in ("ARC", "MATH", "MMLU-Pro", "MMLU error", "BBQ", "TruthfulQA", "WMDP", "GSM8K hard")
        ),
    ],
)
def test_only_other_spellings_of_the_suite_are_known(name: str, known: str) -> None:
    found, _, notices = with_known_names(named(name), Settings())
    assert found.scores["benchmark"].unique().to_list() == [known]
    assert found.benchmarks["benchmark"].to_list() == [known]
    assert bool(notices) == (name != known)
    assert all(f"{name} is {known}" in one.what for one in notices)


def test_nothing_is_renamed_where_the_name_is_taken_or_two_would_have_it_or_the_scores_speak_for_themselves() -> (
    None
):
    for scores in (named("mmlu", "MMLU"), named("MMLU", "MMLU (5-shot)"), named("MMLU", direction="lower")):
        found, _, notices = with_known_names(scores, Settings())
        assert found is scores
        assert not notices
    engine = named("MMLU")
    engine = replace(engine, benchmarks=engine.benchmarks.with_columns(engine=pl.lit("some engine")))
    assert with_known_names(engine, Settings())[0] is engine


def test_settings_may_use_the_names_of_the_table() -> None:
    scores = named("MMLU", "GSM8K", "HellaSwag", "Winogrande", "safe", "x")
    settings = Settings(
        suite=("MMLU", "GSM8K", "HellaSwag"),
        leave_out=("x",),
        by=("Winogrande",),
        directions={"safe": "higher"},
        resamples=0,
    )
    result = run_study(scores, settings)
    assert [one.benchmark for one in result.populations[0].suite] == ["mmlu", "gsm8k", "hellaswag"]
    by = {split.by for one in result.strata for split in one.splits}
    assert "winogrande" in by
    assert any(one.startswith("chance:") for one in by)
    assert any("MMLU is mmlu" in one.what for one in result.notices)
    settings = Settings(capabilities="MMLU", directions={"*": "higher"}, resamples=0)
    assert run_study(scores, settings).populations[0].capabilities.id == "mmlu"


def test_without_a_suite_that_is_known_it_is_asked_for() -> None:
    with pytest.raises(ContentError, match="capability benchmarks"):
        run_study(named("ARC", "MATH", "MMLU"), Settings(directions={"*": "higher"}, resamples=0))
