"""A planted second capability is found, and each benchmark is told from the one it does not follow."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from confounded.engine import Threads
from confounded.scores import ScoreTable
from confounded.stats.grouping import jackknife_groups
from confounded.stats.ranks import spearman
from confounded.stats.rotation import two_components
from confounded.study import Settings, components, run_study, yardstick
from confounded.study.capability import capabilities_of
from confounded.study.components_result import CapabilityComponents
from confounded.study.population import benchmark_facts, populations
from tests.study import tables

FloatArray = NDArray[np.float64]
MATHS, SENSE = ("gsm8k", "minerva_math", "mmlu"), ("piqa", "hellaswag", "lambada_openai")
SUITE = (*MATHS, *SENSE)


def planted(n: int = 90, seed: int = 0, *, one_only: bool = False, shared: float = 0.0) -> ScoreTable:
    """Return a suite of maths and common sense, and benchmarks that go with the one, the other or neither."""
    rng = np.random.default_rng(seed)
    maths, sense = rng.normal(size=(2, n)) + shared * rng.normal(size=n)
    if one_only:
        sense = maths
    columns = {name: maths + 0.5 * rng.normal(size=n) for name in MATHS}
    columns |= {name: sense + 0.5 * rng.normal(size=n) for name in SENSE}
    columns["with_maths"] = maths + 0.5 * rng.normal(size=n)
    columns["falls_with_sense"] = -sense + 0.5 * rng.normal(size=n)
    columns["one_against_the_other"] = maths - sense + 0.5 * rng.normal(size=n)
    columns["neither"] = rng.normal(size=n)
    columns["neither"][:5] = np.nan
    return tables.table(
        {name: [None if np.isnan(v) else float(v) for v in column] for name, column in columns.items()},
        models=[f"m{i:03}" for i in range(n)],
        families=[f"f{i // 3:02}" for i in range(n)],
        directions=dict.fromkeys(columns, "higher"),
    )


def found_in(table: ScoreTable) -> CapabilityComponents:
    settings = Settings(suite=SUITE)
    facts = benchmark_facts(table, settings)
    [population], _ = populations(table, facts, settings)
    score, _ = capabilities_of(population, settings, facts)
    found = components.capability_components(population, score, facts, settings, engine=Threads(1))
    assert found is not None
    return found


def test_two_planted_capabilities_are_found_and_each_benchmark_follows_its_own() -> None:
    found = found_in(planted())
    assert found.n_components == 2
    assert {frozenset(found.first_led_by), frozenset(found.second_led_by)} == {
        frozenset(MATHS),
        frozenset(SENSE),
    }
    maths_is = "first" if set(found.first_led_by) == set(MATHS) else "second"
    other = "second" if maths_is == "first" else "first"
    by_name = {one.benchmark: one for one in found.benchmarks}
    assert by_name["with_maths"].follows == maths_is
    assert getattr(by_name["with_maths"], maths_is).verdict == "entangled"
    assert by_name["falls_with_sense"].follows == other
    assert getattr(by_name["falls_with_sense"], other).verdict == "inverse"
    assert by_name["neither"].follows is None
    assert by_name["neither"].n_models == 85


def test_where_there_is_one_capability_nothing_is_split() -> None:
    found = found_in(planted(one_only=True))
    assert found.n_components == 1
    assert found.benchmarks == []
    assert found.loadings == []


def test_the_difference_is_what_leaving_out_each_family_by_hand_gives() -> None:
    table = planted(n=36)
    found = found_in(table)
    one = next(own for own in found.benchmarks if own.benchmark == "with_maths")
    wide = table.scores.pivot("benchmark", index="model", values="score").sort("model")
    X, y = wide.select(SUITE).to_numpy(), wide["with_maths"].to_numpy()
    fit = two_components(X)
    family = np.arange(36) // 3

    def difference(scores: FloatArray, values: FloatArray) -> float:
        z = [np.arctanh(spearman(values, component)) for component in scores.T]
        return float(z[0] - z[1])

    without = np.array(
        [
            difference(two_components(X[family != own], fit.loadings).scores, y[family != own])
            for own in range(12)
        ]
    )
    error = np.sqrt(11 / 12 * ((without - without.mean()) ** 2).sum())
    assert one.difference == pytest.approx(difference(fit.scores, y), abs=1e-9)
    assert one.low == pytest.approx(one.difference - 2.200985160082949 * error, abs=1e-6)


def test_of_very_many_families_groups_are_left_out_and_the_components_fitted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    each = found_in(planted())
    monkeypatch.setattr(yardstick, "MOST_GROUPS", 15)
    grouped = found_in(planted())
    table = planted()
    wide = table.scores.pivot("benchmark", index="model", values="score").sort("model")
    X, y = wide.select(SUITE).to_numpy(), wide["with_maths"].to_numpy()
    groups = jackknife_groups(np.arange(90) // 3, 15, Settings().seed)
    fit = two_components(X)
    z = np.array(
        [
            np.arctanh(spearman(y[groups != g], two_components(X[groups != g], fit.loadings).scores[:, 0]))
            for g in range(15)
        ]
    )
    half = 2.1447866879169273 * np.sqrt(14 / 15 * ((z - z.mean()) ** 2).sum())
    one, other = (next(b for b in own.benchmarks if b.benchmark == "with_maths") for own in (grouped, each))
    assert one.first.low == pytest.approx(np.tanh(np.arctanh(one.first.rho) - half), abs=1e-9)
    assert (one.first.rho, one.n_families) == (other.first.rho, 30)
    assert one.first.low == pytest.approx(other.first.low, abs=0.1)


def test_a_study_holds_them_and_a_fixed_score_has_none() -> None:
    table = planted(n=36)
    result = run_study(table, Settings(suite=SUITE, resamples=0))
    assert [one.population for one in result.components] == ["chat"]
    fixed = run_study(table, Settings(capabilities="mmlu", resamples=0))
    assert fixed.components == []


def test_what_a_low_correlation_with_the_one_score_hides_is_a_caution() -> None:
    result = run_study(planted(n=150, shared=1.0), Settings(suite=SUITE, resamples=0))
    told = {
        one.benchmark: [own.what for own in one.cautions if own.caution == components.CAUTION]
        for one in result.correlations
    }
    [what] = told.pop("one_against_the_other")
    assert "components" in what
    assert "with that led by" in what
    assert not any(told.values())
    [found] = [one for one in result.correlations if one.benchmark == "one_against_the_other"]
    assert found.verdict == "separable"
