"""Strata say what leaving out families by hand gives; the alarm fires where it should, and only there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t

import confounded
from confounded.cli import values
from confounded.engine import Threads
from confounded.errors import UsageError
from confounded.scores import ScoreTable
from confounded.stats.component import first_component
from confounded.stats.partial import partial_spearman
from confounded.stats.ranks import spearman
from confounded.study import Settings, StudyResult, run_study
from confounded.study import columns as study_columns
from confounded.study.capability import capabilities_of
from confounded.study.population import benchmark_facts, populations
from confounded.study.reversals import CAUTION, HIDDEN, OPPOSED, WITHIN, reversal_notices, with_reversals
from confounded.study.strata import part_models
from confounded.study.strata_result import BenchmarkStrata, SplitCorrelations

FloatArray = NDArray[np.float64]
SUITE = ("mmlu", "gsm8k", "bbh")
SOURCES = Path(os.environ.get("CONFOUNDED_SOURCES", Path(__file__).parents[3] / "shared" / "sources"))
LEADERBOARD = SOURCES / "open_llm_leaderboard_v1" / "open-llm-leaderboard_old.csv"


def made(
    safety: FloatArray,
    ability: FloatArray,
    *,
    population: list[str] | None = None,
    parameters: list[float | None] | None = None,
    released: list[str | None] | None = None,
    size: int = 3,
    chance: float | None = None,
    seed: int = 0,
) -> ScoreTable:
    """Return scores of families of a few models each: a suite that goes with ability, and one safety benchmark."""
    rng = np.random.default_rng(seed)
    n = ability.size
    columns = {name: 0.5 + 0.1 * (ability + 0.2 * rng.normal(size=n)) for name in SUITE}
    columns["safe"] = safety
    names = [f"m{i:03}" for i in range(n)]
    return ScoreTable(
        scores=pl.DataFrame(
            [
                {"model": model, "benchmark": name, "score": float(value)}
                for name, column in columns.items()
                for model, value in zip(names, column, strict=True)
                if not np.isnan(value)
            ]
        ),
        models=pl.DataFrame(
            {
                "model": names,
                "family": [f"f{i // size:02}" for i in range(n)],
                "population": population or ["chat"] * n,
                "parameters": parameters or [None] * n,
                "released": released or [None] * n,
            },
            schema_overrides={"parameters": pl.Float64, "released": pl.String},
        ),
        benchmarks=pl.DataFrame(
            {
                "benchmark": list(columns),
                "direction": ["higher"] * 4,
                "chance": [chance, None, None, None],
                "ceiling": [1.0, None, None, None],
                "floor": [-1.0, None, None, None],
            },
            schema_overrides={"chance": pl.Float64},
        ),
    )


def parted(table: ScoreTable, settings: Settings | None = None) -> list[BenchmarkStrata]:
    """Return the strata with their alarms, without the rest of a study."""
    settings = settings or Settings(suite=SUITE)
    facts = benchmark_facts(table, settings)
    split, _ = populations(table, facts, settings)
    scores = [capabilities_of(one, settings, facts)[0] for one in split]
    _, strata, scoped = part_models(split, scores, facts, settings, engine=Threads(1))
    return with_reversals(strata, scoped, settings)


def found_in(strata: list[BenchmarkStrata], population: str, by: str) -> SplitCorrelations:
    return next(
        split for one in strata if one.population == population for split in one.splits if split.by == by
    )


def some_small(n: int) -> list[float | None]:
    """Give whole families one size: a quarter of them small, the others large."""
    return [1e9 if i // 3 % 4 == 0 else 70e9 for i in range(n)]


def noisy(seed: int = 2, n: int = 144) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.normal(size=n)


# The figures.


def test_a_stratum_is_what_leaving_out_each_family_by_hand_gives() -> None:
    ability, noise = noisy(n=60)
    safety = ability + noise
    safety[[4, 17]] = np.nan  # without scores on the benchmark
    sizes = some_small(60)
    sizes[9] = None
    table = made(safety, ability, parameters=sizes)
    split = found_in(parted(table, Settings(suite=SUITE, by=("size",))), "chat", "size")
    wide = table.scores.pivot("benchmark", index="model", values="score").sort("model")
    suite, values = wide.select(SUITE).to_numpy(), wide["safe"].to_numpy()
    family = np.array([i // 3 for i in range(60)])
    for label, size in (("below 3 billion parameters", 1e9), ("from 30 billion parameters", 70e9)):
        mask = np.array([one == size for one in sizes]) & ~np.isnan(values)
        stratum = next(one for one in split.strata if one.stratum == label)
        own = spearman(first_component(suite).scores[mask], values[mask])
        without = []
        for left in np.unique(family[mask]):
            kept = family != left
            score = first_component(suite[kept]).scores
            without.append(np.arctanh(spearman(score[mask[kept]], values[kept][mask[kept]])))
        f = len(without)
        error = np.sqrt((f - 1) / f * ((np.array(without) - np.mean(without)) ** 2).sum())
        assert stratum.rho == pytest.approx(own, abs=1e-12)
        assert (stratum.n_models, stratum.n_families) == (int(mask.sum()), f)

        half = t(f - 1).ppf(0.975) * error
        assert stratum.low == pytest.approx(np.tanh(np.arctanh(own) - half), abs=1e-9)
        assert stratum.high == pytest.approx(np.tanh(np.arctanh(own) + half), abs=1e-9)
        assert stratum.p == pytest.approx(2 * t(f - 1).sf(abs(np.arctanh(own)) / error), abs=1e-9)


def test_the_correlation_given_size_is_the_partial_one_over_models_whose_size_is_known() -> None:
    ability, noise = noisy(n=60)
    rng = np.random.default_rng(5)
    sizes: list[float | None] = [float(10 ** (9 + own)) for own in 0.3 * (ability + rng.normal(size=60))]
    sizes[3] = sizes[30] = None
    table = made(ability + noise, ability, parameters=sizes)
    one = parted(table)[0]
    size = next(own for own in one.given if own.given == "size")
    wide = table.scores.pivot("benchmark", index="model", values="score").sort("model")
    score = first_component(wide.select(SUITE).to_numpy()).scores
    third = np.array([np.nan if own is None else np.log(own) for own in sizes])
    assert size.partial == pytest.approx(partial_spearman(wide["safe"].to_numpy(), score, third), abs=1e-9)
    assert size.n_models == 58
    assert size.low is not None
    assert size.partial is not None
    assert size.high is not None
    assert size.low < size.partial < size.high
    assert [own.given for own in one.given] == ["size"]  # nothing is known of compute and release


def test_what_goes_with_size_alone_is_nothing_given_size() -> None:
    rng = np.random.default_rng(8)
    size = rng.normal(size=300)
    ability, safety = size + 0.5 * rng.normal(size=300), size + 0.5 * rng.normal(size=300)
    one = parted(made(safety, ability, parameters=(10 ** (9 + size)).tolist()))[0]
    by_size = next(own for own in one.given if own.given == "size")
    assert by_size.rho is not None
    assert by_size.partial is not None
    assert by_size.rho > 0.7
    assert abs(by_size.partial) < 0.15


def test_within_and_between_have_intervals_that_hold_them() -> None:
    ability, noise = noisy()
    organisations = found_in(
        parted(made(ability + noise, ability), Settings(suite=SUITE, by=("family",))), "chat", "family"
    )
    parts = organisations.parts
    assert parts is not None
    assert parts.within is not None
    assert parts.between is not None
    assert parts.within_low is not None
    assert parts.within_high is not None
    assert parts.within_low < parts.within < parts.within_high
    assert parts.between_low is not None
    assert parts.between_high is not None
    assert parts.between_low < parts.between < parts.between_high
    assert (parts.groups, parts.n_within) == (48, 144)
    assert organisations.strata == []
    assert organisations.n_small == 48


# The alarm.


def test_a_planted_reversal_by_size_is_found_and_read_as_confounding() -> None:
    ability, noise = noisy()
    sizes = some_small(144)
    falls = np.array([one == 1e9 for one in sizes])
    safety = np.where(falls, -ability, ability) + 0.3 * noise
    [one] = parted(made(safety, ability, parameters=sizes))
    [alarm] = one.reversals
    assert (alarm.by, alarm.stratum, alarm.reading) == ("size", "below 3 billion parameters", "confounding")
    assert one.overall.rho is not None
    assert one.overall.rho > 0
    assert one.overall.trend is not None
    assert all(stratum.trend is not None for stratum in one.splits[0].strata)
    [turned] = parted(made(-safety, ability, parameters=sizes))
    assert [own.stratum for own in turned.reversals] == [alarm.stratum]


def test_a_merely_weaker_correlation_gives_no_alarm() -> None:
    ability, noise = noisy()
    sizes = some_small(144)
    weak = np.array([one == 1e9 for one in sizes])
    [one] = parted(made(np.where(weak, 0.1, 2.0) * ability + 0.3 * noise, ability, parameters=sizes))
    assert one.reversals == []


def test_a_stratum_of_fewer_than_thirty_models_or_six_families_gives_no_alarm() -> None:
    ability, noise = noisy()
    for small, size in ((range(29), 1), (range(40), 8)):
        falls = np.isin(np.arange(144), small)
        sizes: list[float | None] = [1e9 if own else 70e9 for own in falls]
        safety = np.where(falls, -ability, ability) + 0.1 * noise
        [one] = parted(made(safety, ability, parameters=sizes, size=size))
        assert one.reversals == []
        assert one.splits[0].strata[0].reversal_p is None


def test_what_turns_round_near_chance_is_called_that_even_where_size_shows_it() -> None:
    rng = np.random.default_rng(3)
    small = np.array([i // 3 % 3 == 0 for i in range(150)])
    ability = np.where(small, rng.uniform(-2.0, -1.0, 150), rng.uniform(-1.2, 3.0, 150))
    safety = np.where(ability < -1.0, -3 * (ability + 1.0), 1.5 * (ability + 1.0)) + 0.1 * rng.normal(
        size=150
    )
    table = made(
        safety,
        ability,
        parameters=[1e9 if own else 70e9 for own in small],
        chance=0.4,
    )
    [one] = parted(table, Settings(suite=SUITE))
    readings = {own.by: own.reading for own in one.reversals}
    assert readings["chance:mmlu"] == "near chance"
    assert readings["size"] == "near chance"


def confounded_near_chance(n_small: int, chance: float, seed: int, gap: float = 0.0) -> BenchmarkStrata:
    """Part models of which a quarter, the small ones, fall throughout; a part of them is near chance.

    By `gap` the large ones are abler: then none of them is as near chance.
    """
    rng = np.random.default_rng(seed)
    n = 4 * n_small
    small = np.array([i // 3 % 4 == 0 for i in range(n)])
    ability = rng.normal(size=n) + np.where(small, 0.0, gap)
    safety = np.where(small, -0.8, 0.9) * ability + 0.4 * rng.normal(size=n)
    sizes: list[float | None] = [1e9 if own else 70e9 for own in small]
    [one] = parted(made(safety, ability, parameters=sizes, chance=chance), Settings(suite=SUITE))
    return one


@pytest.mark.parametrize("seed", range(4))
def test_too_few_models_above_chance_are_no_evidence_that_chance_turns_the_sign(seed: int) -> None:
    one = confounded_near_chance(36, 0.5, seed)
    readings = {own.reading for own in (*one.reversals, *one.oppositions) if own.by == "size"}
    assert readings
    assert readings <= {"confounding", "unclear"}


def test_where_no_other_models_are_as_near_chance_it_is_said_that_it_cannot_be_told() -> None:
    one = confounded_near_chance(36, 0.5, seed=10, gap=2.5)
    [alarm] = one.reversals
    assert (alarm.by, alarm.reading) == ("size", "unclear")
    assert "27 of 36 models" in alarm.because
    assert "cannot be told" in alarm.what


def test_a_bend_comes_before_the_word_confounding() -> None:
    rng = np.random.default_rng(3)
    small = np.array([i // 3 % 3 == 0 for i in range(150)])
    ability = np.where(small, rng.uniform(-2.0, -1.0, 150), rng.uniform(-2.0, 3.0, 150))
    safety = np.where(ability < -1.0, -3 * (ability + 1.0), 1.5 * (ability + 1.0)) + 0.1 * rng.normal(
        size=150
    )
    table = made(safety, ability, parameters=[1e9 if own else 70e9 for own in small])
    [one] = parted(table, Settings(suite=SUITE, near_chance=0.001))
    assert [own.reading for own in one.reversals] == ["not monotone"]


def test_mixing_populations_that_go_opposite_ways_is_told_in_a_notice_and_no_verdict_rests_on_it() -> None:
    ability, noise = noisy()
    is_base = np.array([i // 3 % 4 == 0 for i in range(144)])
    safety = np.where(is_base, -ability, ability) + 0.3 * noise
    table = made(safety, ability, population=["base" if own else "chat" for own in is_base])
    result = run_study(table, Settings(suite=SUITE, resamples=0))
    together = next(one for one in result.strata if one.population == "together")
    assert [(own.by, own.stratum) for own in together.reversals] == [("class", "base")]
    assert any("safe: Over 144 models of all populations" in one.what for one in result.notices)
    assert {one.population for one in result.correlations} == {"base", "chat"}
    assert not any(own.caution == CAUTION for one in result.correlations for own in one.cautions)
    scope = next(one for one in result.scopes if one.population == "together")
    assert scope.models == [model.model for own in result.populations for model in own.models]
    assert len(scope.capabilities_scores) == 144


def test_an_alarm_is_a_caution_on_the_correlation_and_lasts_in_the_json(tmp_path: Path) -> None:
    ability, noise = noisy()
    sizes = some_small(144)
    safety = np.where([one == 1e9 for one in sizes], -ability, ability) + 0.3 * noise
    result = run_study(made(safety, ability, parameters=sizes), Settings(suite=SUITE, resamples=0))
    cautions = [own for one in result.correlations for own in one.cautions if own.caution == CAUTION]
    assert len(cautions) == 1
    assert "Read as confounding" in cautions[0].what
    path = tmp_path / "result.json"
    path.write_bytes(result.to_json())
    again: StudyResult = confounded.read_result(path)
    assert again.strata == result.strata
    assert again.scopes == result.scopes


def test_chance_alone_seldom_raises_the_alarm() -> None:
    fired = 0
    for seed in range(40):
        ability, noise = noisy(seed)
        fired += bool(
            parted(made(0.3 * ability + noise, ability, parameters=some_small(144), seed=seed))[0].reversals
        )
    assert fired <= 2


# What is asked for.


def test_models_that_cannot_be_parted_so_are_refused_by_name() -> None:
    ability, noise = noisy(n=30)
    with pytest.raises(UsageError, match=r"family.*but found colour"):
        run_study(made(noise, ability), Settings(suite=SUITE, by=("colour",)))
    for wrong in (
        {"size_bands": (3e9, 1e9)},
        {"size_bands": (-1.0,)},
        {"release_periods": ("2024-13-01",)},
        {"release_periods": ("2024-02-01", "2024-01-01")},
        {"near_chance": 0.0},
    ):
        with pytest.raises(UsageError):
            Settings(**wrong)  # type: ignore[arg-type]


def test_the_command_line_offers_all_that_models_can_be_parted_by() -> None:
    assert values.BY == study_columns.BY


def test_releases_are_parted_at_the_stated_days_and_unknown_ones_are_in_no_stratum() -> None:
    ability, noise = noisy(n=40)
    days: list[str | None] = ["2023-12-31", "2024-01-01", "2024", None] * 10
    split = found_in(
        parted(made(noise, ability, released=days), Settings(suite=SUITE, by=("released",))),
        "chat",
        "released",
    )
    assert {one.stratum: one.n_models for one in split.strata} == {
        "2023-01-01 to 2024-01-01 (day of release)": 10,
        "2024-01-01 to 2025-01-01 (day of release)": 20,
    }


def test_a_size_of_nothing_is_not_known() -> None:
    ability, noise = noisy(n=40)
    sizes: list[float | None] = [0.0, -1.0, 1e9, 70e9] * 10
    table = made(noise, ability, parameters=sizes)
    table = ScoreTable(
        table.scores, table.models.with_columns(training_flop=pl.col("parameters")), table.benchmarks
    )
    [one] = parted(table, Settings(suite=SUITE, by=("size", "compute")))
    assert [[own.n_models for own in split.strata] for split in one.splits[:2]] == [[10, 10], [10, 10]]
    assert {own.given: own.n_models for own in one.given} == {"compute": 20, "size": 20}


@settings_of_hypothesis(max_examples=25, deadline=None)
@given(st.integers(4, 14), st.integers(0, 2**32 - 1), st.sampled_from([0.05, 1.0, 5.0]))
def test_tiny_tables_with_ties_and_holes_are_parted_without_error_and_never_alarm(
    n: int, seed: int, step: float
) -> None:
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=n)
    safety = np.round(rng.normal(size=n) / step) * step
    safety[rng.random(n) < 0.2] = np.nan
    safety[0] = 1.0
    sizes = [None if own < 0.2 else float(10 ** (8 + 4 * own)) for own in rng.random(n)]
    days = [None if own < 0.2 else f"202{int(own * 5)}-06-01" for own in rng.random(n)]
    table = made(safety, ability, parameters=sizes, released=days, size=2, seed=seed)
    for one in parted(table, Settings(suite=SUITE, by=study_columns.BY)):
        assert one.reversals == []
        for stratum in (one.overall, *(own for split in one.splits for own in split.strata)):
            assert (stratum.low is None) == (stratum.p is None)
            assert stratum.low is not None or stratum.reason is not None
            assert stratum.rho is None or -1 <= stratum.rho <= 1
        for third in one.given:
            assert third.partial is not None or third.reason is not None


@pytest.mark.skipif(not LEADERBOARD.is_file(), reason="the Open LLM Leaderboard is not on this machine")
def test_it_finds_by_itself_that_truthfulqa_turns_round_near_chance_on_the_leaderboard() -> None:
    table = confounded.read_scores(LEADERBOARD, lenient=True)
    settings = Settings(population="mixed", unknown_families_apart=True, lenient=True)
    strata = parted(table, settings)
    together = next(one for one in strata if one.population == "together")
    assert together.overall.rho == pytest.approx(0.80, abs=0.01)
    assert [(own.by, own.reading) for own in together.reversals] == [("chance:mmlu", "near chance")]
    near, above = found_in(strata, "together", "chance:mmlu").strata
    assert near.high is not None
    assert near.high < -0.6
    assert above.low is not None
    assert above.low > 0.7
    base_near, base_above = found_in(strata, "base", "chance:mmlu").strata
    assert base_near.rho == pytest.approx(-0.88, abs=0.01)
    assert base_above.rho == pytest.approx(0.75, abs=0.01)
    [notice] = reversal_notices(strata)
    assert "near chance" in notice.what


# Strata that all go the other way.


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_families_that_go_the_other_way_within_themselves_are_a_caution(way: float) -> None:
    rng = np.random.default_rng(7)
    family = np.repeat(rng.normal(size=24), 5)
    ability = family + rng.normal(size=120)
    turned = way * (ability - 5.0 * family) + 0.3 * rng.normal(size=120)
    weaker = family + 0.2 * (ability - family) + 0.3 * rng.normal(size=120)
    told = {}
    for name, safety in (("turned", turned), ("weaker", weaker)):
        settings = Settings(suite=SUITE, resamples=0, by=("family",))
        result = run_study(made(safety, ability, size=5), settings)
        told[name] = [
            own.what for one in result.correlations for own in one.cautions if own.caution == WITHIN
        ]
    [what] = told["turned"]
    assert f"within groups by family it is {'+' if way > 0 else '−'}0." in what
    assert "120 models of 24 groups" in what
    assert told["weaker"] == []


def test_what_families_hide_in_a_separable_benchmark_is_a_caution() -> None:
    rng = np.random.default_rng(11)
    n_families, size = 80, 5
    family = np.repeat(rng.normal(size=n_families), size)
    own = rng.normal(size=n_families * size)
    ability = family + own
    told = {}
    for name, safety in (("hidden", own - family), ("unrelated", rng.normal(size=ability.size))):
        table = made(safety, ability, size=size)
        known = table.scores.with_columns(stderr=pl.when(pl.col("benchmark") == "safe").then(0.05))
        result = run_study(replace(table, scores=known), Settings(suite=SUITE, resamples=0, by=("family",)))
        [one] = [one for one in result.correlations if not one.in_suite]
        assert one.verdict == "separable", name
        told[name] = [caution.what for caution in one.cautions if caution.caution == HIDDEN]
    [what] = told["hidden"]
    assert "within groups by family it is +0." in what
    assert told["unrelated"] == []


def test_chance_alone_seldom_turns_what_is_within_families() -> None:
    turned = 0
    for seed in range(40):
        ability, noise = noisy(seed, n=120)
        [one] = parted(made(noise, ability, seed=seed), Settings(suite=SUITE, by=("family",)))
        [parts] = [split.parts for split in one.splits if split.parts is not None]
        turned += parts.reversal_holm is not None and parts.reversal_holm <= 0.05
    assert turned <= 3


@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("kinds", [2, 4])
def test_where_all_strata_go_the_other_way_it_is_confounding_and_no_bend(way: float, kinds: int) -> None:
    n = 60 * kinds
    rng = np.random.default_rng(4)
    kind = np.arange(n) // 3 % kinds
    shift = (kind - kind.mean()) / kind.std()
    ability = shift + rng.normal(size=n)
    safety = way * (ability - shift - 1.6 * shift) + 0.5 * rng.normal(size=n)
    sizes: list[float | None] = [[1e9, 5e9, 20e9, 70e9][own] for own in kind.tolist()]
    (one,) = parted(made(safety, ability, parameters=sizes))
    assert one.reversals
    assert {own.reading for own in one.reversals} == {"confounding"}


def test_a_bend_that_goes_both_ways_in_the_strata_is_not_said_to_go_one_way_in_all_of_them() -> None:
    """The left arm is steep, the right one long: one stratum a band of ability, so that no kind of model matters."""
    rng = np.random.default_rng(6)
    ability = np.sort(rng.normal(size=240))
    safety = np.where(ability < -0.4, -3.0 * (ability + 0.4), 0.6 * (ability + 0.4)) + 0.1 * rng.normal(
        size=240
    )
    sizes: list[float | None] = [
        1e9 if own < -0.4 else 5e9 if own < 0.3 else 70e9 for own in ability.tolist()
    ]
    (one,) = parted(made(safety, ability, parameters=sizes))
    assert {own.reading for own in (*one.reversals, *one.oppositions)} == {"not monotone"}


# Strata that cancel out.


def opposed(seed: int = 3) -> ScoreTable:
    """Return 144 models, of which every other family goes the other way, over the same range of ability."""
    ability, noise = noisy(seed)
    sizes: list[float | None] = [1e9 if i // 3 % 2 == 0 else 70e9 for i in range(ability.size)]
    return made(np.where(np.array(sizes) < 2e9, -1.0, 1.0) * ability + 0.4 * noise, ability, parameters=sizes)


def test_strata_that_cancel_out_are_told_read_as_confounding_and_take_the_word_separable() -> None:
    result = run_study(opposed(), Settings(suite=SUITE, resamples=0))
    (strata,) = result.strata
    (found,) = strata.oppositions
    assert strata.reversals == []
    assert (found.by, found.reading) == ("size", "confounding")
    assert (found.falling, found.rising) == ("below 3 billion parameters", "from 30 billion parameters")
    (one,) = [own for own in result.correlations if not own.in_suite]
    assert abs(one.rho or 0.0) < 0.3
    assert one.verdict == one.verdict_effective == "undecided"
    assert OPPOSED in {own.caution for own in one.cautions}
    if one.interval and one.interval.high and one.interval.high < 0.4 and (one.interval.low or -1) > -0.4:
        assert "opposite ways" in one.rule


def test_an_area_is_not_separable_where_the_strata_of_its_benchmark_cancel_out() -> None:
    table = opposed()
    area = pl.when(pl.col("benchmark") == "safe").then(pl.lit("honesty")).otherwise(pl.col("area"))
    table = replace(table, benchmarks=table.benchmarks.with_columns(area=area))
    result = run_study(table, Settings(suite=SUITE, resamples=0))
    (found,) = [own for own in result.area_summaries if own.area == "honesty"]
    assert found.pooled.low is not None
    assert found.pooled.high is not None
    assert -0.4 < found.pooled.low < found.pooled.high < 0.4
    assert found.verdict == "undecided"
    assert "opposite ways" in found.rule


def test_a_bend_that_both_kinds_of_models_share_is_no_confounding_of_opposite_strata() -> None:
    rng = np.random.default_rng(8)
    small = np.arange(240) // 3 % 3 == 0
    ability = np.where(small, rng.uniform(-2.5, -0.8, 240), rng.uniform(-1.6, 1.0, 240))
    safety = np.abs(ability + 0.8) + 0.2 * rng.normal(size=240)
    sizes: list[float | None] = [1e9 if own else 70e9 for own in small]
    (one,) = parted(made(safety, ability, parameters=sizes))
    assert {own.reading for own in (*one.oppositions, *one.reversals)} <= {"near chance", "not monotone"}


def test_chance_alone_seldom_opposes_strata() -> None:
    opposing = 0
    for seed in range(40):
        ability, noise = noisy(seed, n=144)
        (one,) = parted(made(noise, ability, parameters=some_small(144), seed=seed))
        opposing += bool(one.oppositions)
    assert opposing <= 3


def test_sign_reversals_keep_their_name_where_the_whole_is_established() -> None:
    ability, noise = noisy(n=180)
    sizes: list[float | None] = [1e9 if i // 3 % 5 == 0 else 70e9 for i in range(180)]
    safety = np.where(np.array(sizes) < 2e9, -1.0, 1.0) * ability + 0.3 * noise
    (one,) = parted(made(safety, ability, parameters=sizes))
    assert [own.reading for own in one.reversals] == ["confounding"]
    assert one.oppositions == []
