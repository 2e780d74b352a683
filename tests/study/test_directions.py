"""A direction that is said of safety turns no capability round, and contradicts no catalogue in silence."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from confounded.errors import UnknownError
from confounded.scores import ScoreTable
from confounded.study.directions import catalogue_directions
from confounded.study.settings import Settings
from confounded.study.study import run_study

MODELS = 24


def made(*columns: str) -> ScoreTable:
    """Make chat models of twelve families whose scores all rise with their ability, the first column's most."""
    rng = np.random.default_rng(4)
    ability = rng.normal(size=MODELS)
    rows = [
        {
            "model": f"m{row:02d}",
            "benchmark": name,
            "score": 0.5 + 0.1 * ability[row] + 0.02 * place * rng.normal(),
        }
        for place, name in enumerate(columns)
        for row in range(MODELS)
    ]
    models = pl.DataFrame(
        [{"model": f"m{row:02d}", "family": f"f{row % 12}", "population": "chat"} for row in range(MODELS)]
    )
    return ScoreTable(pl.DataFrame(rows), models)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(capabilities="arena", resamples=0),
        Settings(suite=("arena", "puzzles", "sums"), resamples=0),
    ],
    ids=["a column", "a suite"],
)
def test_lower_is_safer_does_not_turn_capability_round(settings: Settings) -> None:
    table = made("arena", "puzzles", "sums", "attacks")
    said = {"*": "lower"}
    with pytest.raises(UnknownError, match="more capability") as met:
        run_study(table, Settings(**{**_fields(settings), "directions": said}))
    assert "arena=higher" in met.value.options

    named = dict.fromkeys(("arena", "puzzles", "sums"), "higher")
    study = run_study(table, Settings(**{**_fields(settings), "directions": {**said, **named}}))
    attacks = next(one for one in study.correlations if one.benchmark == "attacks")
    assert attacks.rho is not None
    assert attacks.rho < -0.5


def _fields(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


def test_a_direction_for_all_that_the_catalogue_contradicts_is_asked_about() -> None:
    table = made("mmlu", "gsm8k", "bbh", "wmdp_bio")
    with pytest.raises(UnknownError, match=re.escape("wmdp_bio")) as met:
        run_study(table, Settings(directions={"*": "lower"}, resamples=0))
    assert met.value.options == ("--direction", "wmdp_bio=lower")

    study = run_study(table, Settings(directions={"*": "lower", "wmdp_bio": "lower"}, resamples=0))
    ways = {fact.benchmark: fact.direction for fact in study.benchmarks}
    assert ways == {"mmlu": "higher", "gsm8k": "higher", "bbh": "higher", "wmdp_bio": "lower"}


def test_it_is_said_that_a_brier_score_is_taken_to_be_turned_round() -> None:
    (notice,) = catalogue_directions(made("mmlu", "brier_mmlu"), Settings())
    assert "brier_mmlu (1 - Brier score" in notice.what
    assert not catalogue_directions(made("mmlu", "brier_mmlu"), Settings(directions={"brier_mmlu": "lower"}))
