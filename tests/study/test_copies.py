"""A benchmark that puts models in the order of one of the suite is kin to it, unless something says otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from confounded.study import Settings, StudyResult, run_study
from confounded.study.copies import COPY, FEWEST_MODELS
from tests.study.tables import SUITE, one_factor, table

SETTINGS = Settings(suite=SUITE, resamples=0, directions={"*": "higher"})


def study(columns: dict[str, list[float | None]], kin: str | None = None) -> StudyResult:
    scores = table(columns)
    if kin is not None:
        declared = pl.when(benchmark="copy").then(pl.lit(kin))
        scores = replace(scores, benchmarks=scores.benchmarks.with_columns(kin_to_suite=declared))
    return run_study(scores, SETTINGS)


def facts(result: StudyResult, benchmark: str) -> tuple[list[str], str | None]:
    return next((one.kin_to_suite, one.kin_reason) for one in result.benchmarks if one.benchmark == benchmark)


def copied(transform: str, n: int = 30) -> dict[str, list[float | None]]:
    columns = one_factor(n)
    own = np.array(columns["mmlu"], dtype=float)
    made = {"same": own, "scaled": own / 100 + 3, "curved": np.exp(own), "opposite": -own}[transform]
    return columns | {"copy": made.tolist()}


@pytest.mark.parametrize("transform", ["same", "scaled", "curved", "opposite"])
def test_any_monotone_transform_of_a_suite_benchmark_is_kin_to_it(transform: str) -> None:
    result = study(copied(transform))
    kin, reason = facts(result, "copy")
    assert kin == ["mmlu"]
    assert reason is not None
    order = "the opposite of the order" if transform == "opposite" else "the order"
    assert f"it puts 30 chat models in {order} of mmlu" in reason
    one = next(own for own in result.correlations if own.benchmark == "copy")
    assert "kin to the suite" in [own.caution for own in one.cautions]
    assert one.without_itself is None  # two other benchmarks are too few for a score
    assert [own.what for own in result.notices if own.what.startswith("copy is taken to be kin to mmlu")]


def test_holes_do_not_hide_a_copy() -> None:
    columns = copied("same", n=40)
    columns["copy"][3] = columns["copy"][17] = None
    assert facts(study(columns), "copy")[0] == ["mmlu"]


def test_no_other_benchmark_is_called_kin() -> None:
    result = study(copied("same"))
    assert [one.benchmark for one in result.benchmarks if one.kin_to_suite] == ["copy"]
    assert all("taken to be kin" not in own.what for own in study(one_factor(30)).notices)


def test_among_few_models_nothing_is_said() -> None:
    assert facts(study(copied("same", n=FEWEST_MODELS - 1)), "copy") == ([], None)
    assert facts(study(copied("same", n=FEWEST_MODELS)), "copy")[0] == ["mmlu"]


def test_what_is_declared_goes_first() -> None:
    assert facts(study(copied("same"), kin=""), "copy")[0] == []
    assert facts(study(copied("same"), kin="gsm8k"), "copy")[0] == ["gsm8k"]


def test_a_near_copy_below_the_threshold_is_none() -> None:
    columns = one_factor(300)
    random = np.random.default_rng(1)
    own = np.array(columns["mmlu"], dtype=float)
    near = {
        "copy": (own + 0.02 * random.normal(size=300)).tolist(),
        "far": (own + 0.3 * random.normal(size=300)).tolist(),
    }
    result = study(columns | near)
    order = np.argsort(np.argsort(own))
    for name, is_kin in (("copy", True), ("far", False)):
        rho = np.corrcoef(order, np.argsort(np.argsort(near[name])))[0, 1]
        assert (rho >= COPY) is np.bool_(is_kin)
        assert bool(facts(result, name)[0]) is is_kin


def test_a_copy_within_the_suite_is_said_to_count_twice() -> None:
    columns = copied("scaled")
    result = run_study(
        table(columns), Settings(suite=(*SUITE, "copy"), resamples=0, directions={"*": "higher"})
    )
    [said] = [own.what for own in result.notices if "counts twice" in own.what]
    assert said.startswith(
        "copy is in the suite beside mmlu, but it puts 30 chat models in the order of mmlu"
    )
    assert all(own.kin_reason is None for own in result.benchmarks if own.benchmark in ("copy", "mmlu"))
