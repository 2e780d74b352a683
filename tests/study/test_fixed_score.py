"""Capability from elsewhere, held fixed: the right scores of the right models, and nothing claimed beyond them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy import stats

import confounded
from confounded.datasets.references import load_reference, reference_ids
from confounded.errors import ContentError, UsageError
from confounded.report import write_report
from confounded.scores import ScoreTable
from confounded.study import Settings, StudyResult, read_result, run_study
from confounded.study.fixed_score import covering
from confounded.study.population import Population, benchmark_facts, populations
from confounded.study.result import Correlation
from tests.study import reference
from tests.study.tables import table

FloatArray = NDArray[np.float64]

INDEX = "epoch-capabilities-index"
SETTINGS = Settings(directions={"*": "higher"}, resamples=200)

PEOPLE_TYPE = {
    "GPT-5.4": "GPT-5", "Claude Opus 4.5": "Claude-4", "Claude Sonnet 4.5": "Claude-4", "Gemini 3 Pro": "Gemini-3",
    "Gemini 2.5 Pro": "Gemini-2.5", "o3": "o-series", "o4-mini": "o-series", "GPT-5 mini": "GPT-5",
    "GPT-4.1": "GPT-4", "DeepSeek-R1": "DeepSeek", "DeepSeek-V3": "DeepSeek", "Grok 4": "Grok",
    "Llama 4 Maverick": "Llama-4", "Kimi K2 Thinking": "Kimi",
}  # fmt: skip


def using(capabilities: str) -> Settings:
    return Settings(capabilities=capabilities, directions={"*": "higher"}, resamples=200)


def one_of(result: StudyResult, benchmark: str) -> Correlation:
    (one,) = [c for c in result.correlations if c.benchmark == benchmark]
    return one


def indexed(n: int = 24, *, per_family: int = 2) -> tuple[list[str], FloatArray, list[str]]:
    """Return models of Epoch's index as it spells them, their scores, and families."""
    index = load_reference(INDEX)
    rows = np.linspace(0, len(index.models) - 1, n).astype(int)
    return [index.models[row] for row in rows], index.scores[rows], [f"f{k // per_family}" for k in range(n)]


def plain_jackknife(x: FloatArray, y: FloatArray, families: Sequence[str]) -> tuple[float, float]:
    """Leave out each family once, the score held fixed; Student's t on Fisher's z around the full sample's."""
    labels = np.array(families)
    z = np.arctanh(reference.spearman(x, y))
    left = np.array(
        [np.arctanh(reference.spearman(x[labels != f], y[labels != f])) for f in np.unique(labels)]
    )
    error = math.sqrt((left.size - 1) / left.size * ((left - left.mean()) ** 2).sum())
    reach = stats.t.ppf(0.975, left.size - 1) * error
    return float(np.tanh(z - reach)), float(np.tanh(z + reach))


def population_of(scores: ScoreTable) -> Population:
    facts = benchmark_facts(scores, SETTINGS)
    (population,) = populations(scores, facts, SETTINGS)[0]
    return population


def with_items(
    columns: dict[str, FloatArray], stderr: dict[str, float], families: Sequence[str] | None = None
) -> ScoreTable:
    """Return a table whose scores have standard errors, one a benchmark; NaN is a missing cell."""
    n = len(next(iter(columns.values())))
    names = [f"model-{k:02}" for k in range(n)]
    rows = [
        {"model": name, "benchmark": benchmark, "score": float(value), "stderr": stderr.get(benchmark)}
        for benchmark, column in columns.items()
        for name, value in zip(names, column, strict=True)
        if not np.isnan(value)
    ]
    schema = {"model": pl.String, "benchmark": pl.String, "score": pl.Float64, "stderr": pl.Float64}
    models = pl.DataFrame(
        {"model": names, "family": list(families or names), "population": ["chat"] * n},
    )
    return ScoreTable(scores=pl.DataFrame(rows, schema=schema), models=models)


# --- a reference


def test_a_reference_gives_the_plain_correlation_and_the_interval_with_the_score_held_fixed() -> None:
    models, capability, families = indexed()
    values = capability + np.random.default_rng(3).normal(scale=12, size=capability.size)
    result = run_study(table({"mine": values.tolist()}, models=models, families=families), using(INDEX))
    one = one_of(result, "mine")
    assert one.rho == pytest.approx(reference.spearman(values, capability), abs=1e-12)
    assert one.interval is not None
    low, high = plain_jackknife(values, capability, families)
    assert (one.interval.low, one.interval.high) == pytest.approx((low, high), abs=1e-12)
    assert one.interval.degrees_of_freedom == 11


def test_models_without_a_score_are_left_out_of_the_correlation_and_named() -> None:
    models, capability, families = indexed(12)
    names = [*models, "nobody-knows-this-7x", "nor-this-9x"]
    values = [*capability.tolist(), -1e3, 1e3]
    result = run_study(table({"mine": values}, models=names, families=[*families, "g", "h"]), using(INDEX))
    assert one_of(result, "mine").n_models == 12
    assert one_of(result, "mine").rho == pytest.approx(reference.spearman(capability, capability))
    (population,) = result.populations
    assert {one.model for one in population.left_out} == {"nobody-knows-this-7x", "nor-this-9x"}
    how = {one.model: (one.match, one.how) for one in population.capabilities.names}
    assert how["nor-this-9x"] == (None, "unmatched")
    assert {how[name] for name in models} == {(name, "exact") for name in models}
    (notice,) = [one for one in result.notices if "have a score in" in one.what]
    assert "12 of 14" in notice.what
    assert "nobody-knows-this-7x" in notice.what
    assert "models.toml" in notice.remedy


def test_the_names_that_people_type_find_the_models_of_2025_and_2026() -> None:
    columns = {"mine": list(range(len(PEOPLE_TYPE)))}
    result = run_study(
        table(columns, models=list(PEOPLE_TYPE), families=list(PEOPLE_TYPE.values())), using(INDEX)
    )
    (population,) = result.populations
    index = load_reference(INDEX)
    own = dict(zip(index.models, index.scores.tolist(), strict=True))
    joined = {one.model: one for one in population.capabilities.names}
    assert {name for name, one in joined.items() if one.match is None} == set()
    for model in population.models:
        assert model.capabilities_score == own[joined[model.model].match or ""]


@pytest.mark.parametrize(
    ("typed", "model"),
    [
        ("anthropic/claude-opus-4.6", "claude-opus-4-6"),
        ("zai-org/GLM-5", "glm-5"),
        ("microsoft/phi-4", "phi-4"),
        ("openai/gpt-5.4", "gpt-5.4-2026-03-05_high"),
        ("GPT-5 (medium)", "gpt-5-2025-08-07_medium"),
        ("Claude Opus 4.6", "claude-opus-4-6"),
    ],
)
def test_a_model_and_its_own_alias_are_not_two_candidates(typed: str, model: str) -> None:
    models, _, _ = indexed(6)
    result = run_study(table({"mine": list(range(7))}, models=[typed, *models]), using(INDEX))
    (found,) = [one for one in result.populations[0].capabilities.names if one.model == typed]
    index = load_reference(INDEX)
    own = dict(zip(index.models, index.scores.tolist(), strict=True))
    assert found.match is not None, found
    assert own[found.match] == own[model]


def test_every_spelling_that_epoch_itself_gives_is_joined_exactly_with_its_own_score() -> None:
    index = load_reference(INDEX)
    own = dict(zip(index.models, index.scores.tolist(), strict=True))
    spelled = [*index.models, *index.aliases]
    result = run_study(
        table(
            {"mine": list(range(len(spelled)))},
            models=spelled,
            families=[f"f{k % 20}" for k in range(len(spelled))],
        ),
        Settings(capabilities=INDEX, directions={"*": "higher"}, resamples=0),
    )
    names = result.populations[0].capabilities.names
    assert {one.how for one in names} == {"exact"}
    for one in names:
        assert own[one.match or ""] == own[index.aliases.get(one.model, one.model)]


def test_a_join_by_rule_names_the_rule_and_stays_on_the_result() -> None:
    models, capability, families = indexed(10)
    renamed = [models[0].upper().replace("-", "_"), *models[1:]]
    result = run_study(table({"mine": capability.tolist()}, models=renamed, families=families), using(INDEX))
    (population,) = result.populations
    (by_rule,) = [one for one in population.capabilities.names if one.model == renamed[0]]
    assert (by_rule.match, by_rule.how) == (models[0], "rule")
    assert "case and separators" in by_rule.rules
    assert any("1 of these was joined by rule" in notice.what for notice in result.notices)


def test_a_plain_name_in_the_table_joins_what_its_id_does_not() -> None:
    models, capability, families = indexed(10)
    scores = table({"mine": capability.tolist()}, models=["run-17", *models[1:]], families=families)
    named = scores.models.with_columns(
        name=pl.when(pl.col("model") == "run-17").then(pl.lit(models[0])).otherwise(None)
    )
    result = run_study(ScoreTable(scores.scores, named, scores.benchmarks), using(INDEX))
    (found,) = [one for one in result.populations[0].capabilities.names if one.model == "run-17"]
    assert (found.match, found.how) == (models[0], "exact")


def test_two_rows_that_are_one_model_there_are_said_to_be() -> None:
    models, capability, families = indexed(10)
    twice = [*models, models[3].swapcase()]
    values = [*capability.tolist(), 0.0]
    result = run_study(table({"mine": values}, models=twice, families=[*families, "f1"]), using(INDEX))
    assert any("are one model in" in one.what and models[3] in one.what for one in result.notices)


def test_a_vision_model_is_never_joined_by_its_name_alone() -> None:
    """One name has several image sizes, and they have different accuracies."""
    vision = load_reference("timm-imagenet")
    full = vision.models[::200]
    bare = [name.partition("@")[0] for name in full]
    found = covering(population_of(table({"mine": list(range(len(full)))}, models=full, population="mixed")))
    assert found[0] == ("timm-imagenet", len(full))
    found = covering(population_of(table({"mine": list(range(len(bare)))}, models=bare, population="mixed")))
    assert dict(found)["timm-imagenet"] == 0


def test_a_reference_of_the_other_population_is_said_to_be_that() -> None:
    base = load_reference("safetywashing-base")
    scores = table({"mine": list(range(8))}, models=base.models[:8], population="chat")
    result = run_study(scores, using("safetywashing-base"))
    assert any("was made from base models" in one.what for one in result.notices)
    ours = table({"mine": list(range(8))}, models=base.models[:8], population="base")
    assert not any(
        "was made from" in one.what for one in run_study(ours, using("safetywashing-base")).notices
    )


@pytest.mark.parametrize("shuffle", range(3))
def test_the_order_of_rows_and_columns_changes_nothing(shuffle: int) -> None:
    models, capability, families = indexed()
    random = np.random.default_rng(shuffle)
    columns = {"mine": capability + random.normal(scale=9, size=24), "other": random.normal(size=24)}
    straight = run_study(
        table({k: v.tolist() for k, v in columns.items()}, models=models, families=families), using(INDEX)
    )
    order = random.permutation(24)
    turned = run_study(
        table(
            {name: columns[name][order].tolist() for name in reversed(columns)},
            models=[models[k] for k in order],
            families=[families[k] for k in order],
        ),
        using(INDEX),
    )
    for name in columns:
        a, b = one_of(straight, name), one_of(turned, name)
        assert (a.rho, a.interval, a.verdict, a.cautions) == (b.rho, b.interval, b.verdict, b.cautions)


def test_a_rising_transform_of_the_benchmark_changes_neither_correlation_nor_interval() -> None:
    models, capability, families = indexed()
    values = capability + np.random.default_rng(5).normal(scale=9, size=24)
    found = [
        one_of(run_study(table({"mine": v.tolist()}, models=models, families=families), using(INDEX)), "mine")
        for v in (values, np.exp(values / 40), 3 * values - 7)
    ]
    assert found[0].rho == found[1].rho == found[2].rho
    assert found[0].interval == found[1].interval == found[2].interval


def test_tied_scores_take_midranks_on_both_sides() -> None:
    index = load_reference(INDEX)
    tied = [name for name, n in zip(*np.unique(index.scores, return_counts=True), strict=True) if n > 1][:4]
    rows = [row for value in tied for row in np.flatnonzero(index.scores == value)[:2]] + [0, 40, 90]
    capability = index.scores[rows]
    values = np.round(capability / 6)
    models = [index.models[row] for row in rows]
    one = one_of(run_study(table({"mine": values.tolist()}, models=models), using(INDEX)), "mine")
    assert np.unique(capability).size < capability.size
    assert np.unique(values).size < values.size
    assert one.rho == pytest.approx(reference.spearman(values, capability), abs=1e-12)


@pytest.mark.parametrize("n", [0, 3])
def test_fewer_than_four_models_with_a_score_are_an_error_that_counts_them(n: int) -> None:
    models, _, _ = indexed(8)
    names = [*models[:n], *(f"nobody-knows-{k}-7x" for k in range(6))]
    with pytest.raises(ContentError, match=f"{n} of {n + 6} with a score") as caught:
        run_study(table({"mine": list(range(n + 6))}, models=names), using(INDEX))
    assert caught.value.where == f"--capabilities {INDEX}"


def test_where_another_reference_knows_the_models_the_error_says_which() -> None:
    models, _, _ = indexed(8)
    with pytest.raises(ContentError, match=rf"--capabilities {INDEX} has scores of 8 of these 8 models"):
        run_study(table({"mine": list(range(8))}, models=models), using("timm-imagenet"))


def test_models_that_are_all_equally_capable_are_an_error() -> None:
    index = load_reference(INDEX)
    values, counts = np.unique(index.scores, return_counts=True)
    same = [index.models[row] for row in np.flatnonzero(index.scores == values[counts.argmax()])]
    assert len(same) >= 4
    with pytest.raises(ContentError, match="one score of all"):
        run_study(table({"mine": list(range(len(same)))}, models=same), using(INDEX))


def test_a_source_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError) as caught:
        run_study(table({"mine": list(range(8))}), using("nonsense"))
    for name in (*reference_ids(), "training-compute"):
        assert name in str(caught.value)


def test_a_benchmark_the_reference_was_made_from_carries_a_caution_and_counts_for_no_area() -> None:
    models, capability, families = indexed()
    random = np.random.default_rng(7)
    names = ("gpqa_diamond", "Cybench", "epoch_capabilities_index", "mine")
    columns = {name: (capability + random.normal(size=24)).tolist() for name in names}
    result = run_study(table(columns, models=models, families=families), using(INDEX))
    inside = {one.benchmark for one in result.correlations if one.in_suite}
    assert inside == set(names) - {"mine"}
    for name in inside:
        assert "part of the suite" in {one.caution for one in one_of(result, name).cautions}


def test_a_benchmark_the_reference_was_made_from_is_shown_with_the_others(tmp_path: Path) -> None:
    models, capability, families = indexed(12)
    columns = {name: (capability[::step]).tolist() for name, step in (("gpqa_diamond", 1), ("Cybench", -1))}
    result = run_study(table(columns, models=models, families=families), using(INDEX))
    page = write_report(result, tmp_path / "out")
    assert page.is_file()
    assert {one.benchmark for one in result.correlations} >= {"gpqa_diamond", "Cybench"}


@pytest.mark.parametrize(
    ("capabilities", "beside"), [("safetywashing-chat", True), ("open-llm-leaderboard-v2", False)]
)
def test_the_papers_figures_stand_beside_the_papers_score_only(capabilities: str, beside: bool) -> None:
    whole = confounded.load_scores()
    chat = whole.models.filter(pl.col("population") == "chat")
    scores = whole.scores.filter(
        pl.col("model").is_in(chat["model"].implode())
        & pl.col("benchmark").is_in(["ETHICS", "wmdp", "rmsce_mmlu", "mmlu"])
    )
    result = run_study(
        ScoreTable(scores=scores, models=chat), Settings(capabilities=capabilities, resamples=0), shipped=True
    )
    held = [one for one in result.correlations if one.correlated_with == "capabilities score"]
    assert held
    assert {one.published is not None for one in held} == {beside}
    assert (
        one_of(result, "rmsce_mmlu").published is not None
    )  # it is correlated with accuracy, not with the score


# --- the caution


def test_every_correlation_with_a_fixed_score_says_so_in_the_result_and_on_the_page(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("fixed") / "out"
    models, capability, families = indexed(12)
    values = capability + np.random.default_rng(1).normal(scale=9, size=12)
    result = run_study(table({"mine": values.tolist()}, models=models, families=families), using(INDEX))
    page = write_report(result, folder).read_text()
    kept = one_of(read_result(folder / "result.json"), "mine")
    (caution,) = [one for one in kept.cautions if one.caution == "score held fixed"]
    assert "no interval here holds its uncertainty" in caution.what
    # The licence of Epoch's data asks for its name wherever the data are shown.
    assert "Epoch AI 2026, AI Benchmarking Hub, https://epoch.ai/benchmarks (CC BY 4.0, Epoch AI)" in page
    source = read_result(folder / "result.json").populations[0].capabilities
    assert source.licence == "CC BY 4.0, Epoch AI"
    assert source.citation == load_reference(INDEX).citation


def test_a_fitted_suite_carries_no_such_caution() -> None:
    random = np.random.default_rng(2)
    columns = {name: random.normal(size=12).tolist() for name in ("mmlu", "gsm8k", "bbh", "truthfulqa_mc1")}
    result = run_study(table(columns), Settings(resamples=200))
    assert not any("held fixed" in c.caution for one in result.correlations for c in one.cautions)


# --- a column


def test_a_column_is_the_plain_correlation_with_it_and_is_not_itself_measured() -> None:
    random = np.random.default_rng(11)
    capability, families = random.normal(size=16), [f"f{k // 2}" for k in range(16)]
    values = capability + random.normal(size=16)
    scores = table({"elo": capability.tolist(), "mine": values.tolist()}, families=families)
    for wanted in ("elo", "column:elo"):
        result = run_study(scores, using(wanted))
        assert [one.benchmark for one in result.correlations] == ["mine"]
        one = one_of(result, "mine")
        assert one.rho == pytest.approx(reference.spearman(values, capability), abs=1e-12)
        assert one.interval is not None
        assert (one.interval.low, one.interval.high) == pytest.approx(
            plain_jackknife(values, capability, families), abs=1e-12
        )


def test_a_column_of_which_lower_is_better_is_turned_round() -> None:
    random = np.random.default_rng(12)
    loss = random.normal(size=10)
    scores = table(
        {"perplexity": loss.tolist(), "mine": (-loss).tolist()}, directions={"perplexity": "lower"}
    )
    result = run_study(scores, using("perplexity"))
    assert one_of(result, "mine").rho == pytest.approx(1.0)
    assert "turned round" in result.populations[0].capabilities.made_from


def test_a_rising_transform_of_the_column_changes_neither_correlation_nor_interval() -> None:
    random = np.random.default_rng(13)
    capability = random.normal(size=16)
    values = (capability + random.normal(size=16)).tolist()
    families = [f"f{k // 2}" for k in range(16)]
    found = [
        one_of(run_study(table({"elo": c.tolist(), "mine": values}, families=families), using("elo")), "mine")
        for c in (capability, np.exp(capability), capability**3)
    ]
    assert found[0].rho == found[1].rho == found[2].rho
    assert found[0].interval == found[1].interval == found[2].interval


def test_the_errors_of_both_sides_are_taken_out_over_the_models_that_have_both() -> None:
    """Against rho / √(reliability of the benchmark · reliability of the score), by hand."""
    random = np.random.default_rng(14)
    capability = np.concatenate([random.normal(size=16), [8.0, -8.0]])
    values = np.concatenate([capability[:16] + 0.5 * random.normal(size=16), [np.nan, np.nan]])
    families = [f"f{k // 2}" for k in range(18)]
    scores = with_items({"elo": capability, "mine": values}, {"elo": 0.4, "mine": 0.3}, families)
    one = one_of(run_study(scores, using("elo")), "mine")
    x, y = capability[:16], values[:16]
    # The two models far out have no score on the benchmark: they must not make the column look reliable.
    of_score, of_benchmark = 1 - 0.4**2 / x.var(), 1 - 0.3**2 / y.var()
    assert one.reliability is not None
    assert one.reliability.value == pytest.approx(of_benchmark)
    assert one.reliability.rho == pytest.approx(reference.spearman(x, y) / math.sqrt(of_score * of_benchmark))
    (caution,) = [c for c in one.cautions if c.caution == "score held fixed"]
    assert "its own standard errors are used" in caution.what


def test_errors_of_the_column_alone_are_said_not_to_be_used() -> None:
    random = np.random.default_rng(15)
    capability = random.normal(size=12)
    scores = with_items({"elo": capability, "mine": capability + random.normal(size=12)}, {"elo": 0.2})
    one = one_of(run_study(scores, using("elo")), "mine")
    assert one.reliability is not None
    assert one.reliability.method is None
    (caution,) = [c for c in one.cautions if c.caution == "score held fixed"]
    assert "known but not used" in caution.what


def test_two_sides_that_are_all_noise_are_not_taken_for_reliable() -> None:
    """Two reliabilities below 0 have a product above it."""
    random = np.random.default_rng(16)
    scores = with_items(
        {"elo": random.normal(size=12), "mine": random.normal(size=12)}, {"elo": 2.0, "mine": 2.0}
    )
    one = one_of(run_study(scores, using("elo")), "mine")
    assert one.reliability is not None
    assert one.reliability.rho is None
    assert one.reliability.reason is not None
    assert one.reliability.reason.startswith("the reliability is -")


# --- training compute


def test_training_compute_is_taken_from_the_table_and_unknown_compute_left_out() -> None:
    random = np.random.default_rng(17)
    flop = 10 ** random.uniform(20, 26, size=12)
    values = np.log(flop) + random.normal(scale=3, size=12)
    scores = table({"mine": [*values.tolist(), 99.0]})
    compute = scores.models.with_columns(
        training_flop=pl.Series([float(flop[int(m.split("-")[1])]) if m != "model-12" else None
                                 for m in scores.models["model"]], dtype=pl.Float64)
    )  # fmt: skip
    result = run_study(ScoreTable(scores.scores, compute, scores.benchmarks), using("training-compute"))
    one = one_of(result, "mine")
    assert one.rho == pytest.approx(reference.spearman(values, flop), abs=1e-12)
    assert one.n_models == 12
    assert [left.model for left in result.populations[0].left_out] == ["model-12"]
    assert any("Training compute is known of 12 of 13" in notice.what for notice in result.notices)


def test_without_training_compute_there_is_an_error_and_no_score() -> None:
    with pytest.raises(ContentError, match="0 of 8 with a score"):
        run_study(table({"mine": list(range(8))}), using("training-compute"))


# --- which reference to take


def test_the_reference_with_scores_of_the_most_models_comes_first() -> None:
    models, _, _ = indexed(10)
    best = covering(population_of(table({"mine": list(range(10))}, models=models)))
    assert best[0] == (INDEX, 10)
    assert [count for _, count in best] == sorted((count for _, count in best), reverse=True)


@pytest.mark.parametrize(("own", "other"), [("base", "chat"), ("chat", "base")])
def test_a_reference_of_the_other_population_is_never_offered(own: str, other: str) -> None:
    models = load_reference(f"safetywashing-{own}").models
    found = covering(population_of(table({"mine": list(range(len(models)))}, models=models, population=own)))
    assert found[0] == (f"safetywashing-{own}", len(models))
    assert f"safetywashing-{other}" not in dict(found)


def test_among_references_with_as_many_models_the_first_of_the_list_comes_first() -> None:
    names = [f"nobody-knows-{k}-7x" for k in range(5)]
    found = covering(population_of(table({"mine": list(range(5))}, models=names, population="mixed")))
    assert found == [(name, 0) for name in reference_ids()]


def test_too_few_suite_columns_name_the_reference_that_has_most_of_the_models() -> None:
    models, capability, families = indexed(10)
    columns = {"mmlu": capability.tolist(), "gsm8k": capability.tolist(), "mine": list(range(10))}
    with pytest.raises(ContentError) as caught:
        run_study(table(columns, models=models, families=families), SETTINGS)
    assert "found mmlu, gsm8k for the chat models" in str(caught.value)
    assert f"--capabilities {INDEX} has scores of 10 of these 10 models." in caught.value.remedy


def test_no_reference_is_offered_that_could_not_be_used() -> None:
    models, _, _ = indexed(3)
    names = [*models, *(f"nobody-knows-{k}-7x" for k in range(6))]
    with pytest.raises(ContentError) as caught:
        run_study(table({"mine": list(range(9))}, models=names), SETTINGS)
    assert "--capabilities" not in caught.value.remedy


def test_models_that_a_reference_lacks_are_named_and_take_no_part() -> None:
    models, _, families = indexed(24)
    strangers = [f"stranger-{i}" for i in range(40)]
    values = np.random.default_rng(3).normal(size=64).tolist()
    made = table({"mine": values}, families=[*families, *strangers], models=[*models, *strangers])
    (population,) = run_study(made, using(INDEX)).populations
    assert sorted(one.model for one in population.models) == sorted(models)
    assert sorted(one.model for one in population.left_out) == sorted(strangers)
    assert {len(column) for column in population.scores.values()} == {24}
