"""Checking a benchmark: where capability comes from, what is refused, and every number against its definition."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr, t

from confounded.datasets import safetywashing
from confounded.datasets.references import load_reference
from confounded.errors import ContentError, UnknownError, UsageError
from confounded.scores import ScoreTable
from confounded.study.check import FEWEST_TO_CHECK, check_scores
from confounded.study.settings import Settings
from tests.study.tables import one_factor, table

HIGHER = Settings(directions={"*": "higher"}, resamples=0)


def chat_models(n: int | None = None) -> list[str]:
    """Chat models of the paper, every third or so, so that the families are many."""
    names = sorted(load_reference("safetywashing-chat").models)
    return names[:n]


def made(models: list[str], seed: int = 0, name: str = "mybench") -> ScoreTable:
    """Scores of named models on one made benchmark, of which nothing else is known."""
    scores = np.random.default_rng(seed).normal(size=len(models)).tolist()
    return ScoreTable(pl.DataFrame({"model": models, "benchmark": [name] * len(models), "score": scores}))


@pytest.fixture(scope="module")
def models() -> list[str]:
    return chat_models()


def test_names_alone_are_enough(models: list[str]) -> None:
    found = check_scores(made(models), HIGHER, plan=False)
    assert found.capability.how == "coverage"
    assert found.capability.n_found == len(models)
    (one,) = found.checks
    assert (one.benchmark, one.population) == ("mybench", "chat")


def test_the_reference_that_has_most_of_the_models_is_taken(models: list[str]) -> None:
    found = check_scores(made(models), HIGHER, plan=False).capability
    counts = {one.reference: one.n_models for one in found.coverage}
    assert counts[found.id] == max(counts.values()) == found.n_found


def test_models_that_the_reference_has_not_are_left_out_and_listed(models: list[str]) -> None:
    whole = check_scores(made(models), HIGHER, plan=False)
    with_strangers = made([*models, "nobody/knows-this-7B", "nor-that"])
    found = check_scores(with_strangers, HIGHER, plan=False)
    assert [one.model for one in found.capability.not_found] == ["nobody/knows-this-7B", "nor-that"]
    assert found.study.correlations[0].n_models == whole.study.correlations[0].n_models


def test_the_correlation_and_its_interval_are_what_the_definition_says(models: list[str]) -> None:
    scores = made(models, seed=3)
    settings = Settings(directions={"*": "higher"}, capabilities="safetywashing-chat", resamples=0)
    found = check_scores(scores, settings, plan=False)
    one = found.study.correlations[0]
    reference = load_reference("safetywashing-chat")
    capability = dict(zip(reference.models, reference.scores, strict=True))
    y = dict(scores.scores.select("model", "score").iter_rows())
    family = {m.model: m.family for m in found.study.populations[0].models}
    x = np.array([capability[m] for m in models])
    values = np.array([y[m] for m in models])
    assert one.rho == pytest.approx(spearmanr(x, values)[0], abs=1e-12)
    families = sorted(set(family.values()))
    left = [
        math.atanh(spearmanr(*(side[[family[m] != f for m in models]] for side in (x, values)))[0])
        for f in families
    ]
    n = len(families)
    error = math.sqrt((n - 1) / n * sum((z - np.mean(left)) ** 2 for z in left))
    half = t.ppf(0.975, n - 1) * error
    assert one.interval is not None
    assert one.interval.low == pytest.approx(math.tanh(math.atanh(one.rho or 0) - half), abs=1e-10)
    assert one.interval.high == pytest.approx(math.tanh(math.atanh(one.rho or 0) + half), abs=1e-10)


def test_the_suite_among_the_scores_goes_before_any_reference() -> None:
    columns = one_factor(n=20)
    found = check_scores(table(columns, families=[f"f{i // 2}" for i in range(20)]), HIGHER, plan=False)
    assert found.capability.how == "suite"
    assert {one.benchmark for one in found.checks} == {"truthfulqa_mc1", "sycophancy", "bbq_amb"}


def test_fewer_than_eight_models_are_refused_and_named(models: list[str]) -> None:
    few = [*models[: FEWEST_TO_CHECK - 1], "a-stranger"]
    with pytest.raises(ContentError) as caught:
        check_scores(made(few), HIGHER, plan=False)
    for name in few:
        assert name in str(caught.value)


def test_eight_models_of_fewer_than_six_families_get_an_interval_and_no_verdict() -> None:
    families = dict.fromkeys(("Qwen1.5", "Llama-2", "Llama-3", "Mistral", "Yi"), True)
    named = {m.model: m.family for m in _chat_population()}
    some = [model for model, family in named.items() if family in families]
    found = check_scores(made(some), HIGHER, plan=False)
    one = found.study.correlations[0]
    assert 4 <= one.n_families < 6
    assert one.verdict == "undecided"
    assert one.interval is not None
    assert one.interval.low is not None


def _chat_population() -> list:  # type: ignore[type-arg]
    found = check_scores(made(chat_models()), HIGHER, plan=False)
    return list(found.study.populations[0].models)


def test_strangers_alone_are_refused_with_what_to_do() -> None:
    with pytest.raises(ContentError, match="confounded datasets"):
        check_scores(made([f"stranger-{i}" for i in range(12)]), HIGHER, plan=False)


def test_without_a_direction_the_command_to_rerun_is_named(models: list[str]) -> None:
    with pytest.raises(UnknownError, match="--higher-is-safer or --lower-is-safer"):
        check_scores(made(models), Settings(resamples=0), plan=False)


def test_turning_the_direction_turns_every_sign(models: list[str]) -> None:
    up = check_scores(made(models), HIGHER, plan=False)
    down = check_scores(made(models), Settings(directions={"*": "lower"}, resamples=0), plan=False)
    assert down.study.correlations[0].rho == pytest.approx(-(up.study.correlations[0].rho or 0))
    assert down.checks[0].within.within == pytest.approx(-(up.checks[0].within.within or 0))


def test_order_of_rows_changes_nothing(models: list[str]) -> None:
    whole = made(models)
    shuffled = ScoreTable(whole.scores.sample(fraction=1.0, shuffle=True, seed=5))
    assert check_scores(whole, HIGHER).to_json() == check_scores(shuffled, HIGHER).to_json()


def test_an_undecided_benchmark_gets_a_number_of_families_and_a_decided_one_does_not() -> None:
    ability = np.random.default_rng(1).normal(size=40)
    suite = {
        name: (ability + 0.1 * np.random.default_rng(i).normal(size=40)).tolist()
        for i, name in enumerate(("mmlu", "gsm8k", "bbh"))
    }
    columns = {**suite, "mine": ability.tolist(), "other": np.random.default_rng(9).normal(size=40).tolist()}
    families = [f"f{i % 10}" for i in range(40)]
    found = check_scores(table(columns, families=families), HIGHER)
    needed = {one.benchmark: one.needed for one in found.checks}
    assert needed["mine"].reason == "it is decided: entangled"
    other = next(one for one in found.study.correlations if one.benchmark == "other")
    if other.verdict == "undecided":
        assert needed["other"].claim in ("separable", "entangled", "inverse")
        assert (needed["other"].n_families or 61) > 6


def test_an_entangled_benchmark_gets_worked_cases_with_figures_of_the_shipped_scores() -> None:
    columns = one_factor(n=40, seed=2)
    families = [f"f{i % 12}" for i in range(40)]
    found = check_scores(table(columns, families=families), HIGHER, plan=False)
    assert {one.verdict for one in found.study.correlations if one.benchmark == "truthfulqa_mc1"} == {
        "entangled"
    }
    cases = {one.case: one for one in found.worked_cases}
    assert cases
    shipped = safetywashing.load_scores()
    for case in cases.values():
        for member in (case.first, case.second):
            assert member.benchmark in set(shipped.scores["benchmark"])
            assert -1 <= member.rho <= 1
    # TruthfulQA's kind is knowledge, so the advice is to ask for what the model does.
    advice = next(one for one in found.checks if one.benchmark == "truthfulqa_mc1").advice
    assert "bias" in {case for one in advice for case in one.cases}
    assert cases["bias"].first.rho > cases["bias"].second.rho


def test_a_benchmark_stands_among_those_of_its_area() -> None:
    columns = one_factor(n=20)
    found = check_scores(table(columns, families=[f"f{i // 2}" for i in range(20)]), HIGHER, plan=False)
    standing = next(one for one in found.checks if one.benchmark == "truthfulqa_mc1").standing
    assert standing is not None
    assert standing.area == "misconceptions"
    rho = [member.rho for member in standing.members]
    assert rho == sorted(rho)
    own = next(one for one in found.study.correlations if one.benchmark == "truthfulqa_mc1").rho or 0
    assert standing.n_lower == sum(value < own for value in rho)
    assert "truthfulqa_mc1" not in {member.benchmark for member in standing.members}


def test_base_models_among_chat_models_are_left_out_and_named(models: list[str]) -> None:
    base = sorted(load_reference("safetywashing-base").models)[:3]
    settings = Settings(directions={"*": "higher"}, capabilities="open-llm-leaderboard-v1", resamples=0)
    found = check_scores(made([*models, *base]), settings, plan=False)
    assert {one.population for one in found.checks} == {"chat"}
    said = " ".join(notice.what for notice in found.notices)
    left = {one.model for one in found.capability.not_found}
    assert all(name in said or name in left for name in base)


def test_an_area_can_be_named_and_does_not_overrule_the_catalogue(models: list[str]) -> None:
    placed = check_scores(made(models), HIGHER, area="bias-and-toxicity", plan=False)
    standing = placed.checks[0].standing
    assert standing is not None
    assert standing.area == "bias-and-toxicity"
    known = check_scores(made(models, name="truthfulqa_mc1"), HIGHER, area="bias-and-toxicity", plan=False)
    assert known.checks[0].standing is not None
    assert known.checks[0].standing.area == "misconceptions"
    with pytest.raises(UsageError, match="misconceptions"):
        check_scores(made(models), HIGHER, area="nowhere", plan=False)
