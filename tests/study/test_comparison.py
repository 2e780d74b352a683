"""Whether safety changed more than capability predicts, from tables: what is paired, refused, and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

import confounded
from confounded import Comparison, ComparisonSettings, ScoreTable, compare
from confounded.catalog import benchmarks
from confounded.errors import ContentError, UnknownError, UsageError
from confounded.stats.differential import Pairs
from confounded.study.settings import PAPER_SUITE
from tests.stats.differential_reference import plainly

SUITE = ("mmlu", "gsm8k", "bbh")
Rows = Mapping[str, Mapping[str, float | None]]


def scores_of(
    rows: Rows,
    *,
    pairs: Mapping[str, str] | None = None,
    families: Mapping[str, str] | None = None,
    population: str | None = "chat",
    benchmark_facts: Mapping[str, Mapping[str, object]] | None = None,
    **columns: object,
) -> ScoreTable:
    """Return a table of models and their scores."""
    cells = [
        {"model": model, "benchmark": name, "score": value, **columns}
        for model, row in rows.items()
        for name, value in row.items()
        if value is not None
    ]
    models = pl.DataFrame(
        [
            {
                "model": model,
                "population": population,
                "family": (families or {}).get(model),
                "pair": (pairs or {}).get(model),
            }
            for model in rows
        ],
        schema=dict.fromkeys(("model", "population", "family", "pair"), pl.String),
    )
    declared = [{"benchmark": name, **facts} for name, facts in (benchmark_facts or {}).items()]
    names = {name for row in rows.values() for name in row} - set(benchmark_facts or {})
    facts = pl.concat(
        [pl.DataFrame({"benchmark": sorted(names)}), *map(pl.DataFrame, declared)], how="diagonal"
    )
    return ScoreTable(pl.DataFrame(cells), models, facts)


def shipped(models: Sequence[str], *names: str) -> dict[str, dict[str, float | None]]:
    """Return the shipped scores of some models on the suite and on some benchmarks."""
    frame = confounded.load_scores().scores.filter(
        pl.col("model").is_in(list(models)), pl.col("benchmark").is_in([*PAPER_SUITE, *names])
    )
    found: dict[str, dict[str, float | None]] = {model: {} for model in models}
    for model, benchmark, score in frame.select("model", "benchmark", "score").iter_rows():
        found[model][benchmark] = score
    return found


def own_reference(n_families: int = 8, slope: float = 0.1, **columns: object) -> ScoreTable:
    """A reference of families of three whose safety on 'mine' rises with the suite."""
    random = np.random.default_rng(0)
    rows, families = {}, {}
    for family in range(n_families):
        centre = random.normal()
        for size in range(3):
            ability = centre + size - 1 + 0.2 * random.normal()
            model = f"known-{family}-{size}"
            families[model] = f"family-{family}"
            rows[model] = {name: 0.5 + 0.1 * ability + 0.01 * random.normal() for name in SUITE}
            rows[model]["mine"] = 0.5 + slope * ability + 0.01 * random.normal()
    return scores_of(rows, families=families, benchmark_facts={"mine": {"direction": "higher"}}, **columns)


def model(ability: float, safety: float | None) -> dict[str, float | None]:
    return {**dict.fromkeys(SUITE, 0.5 + 0.1 * ability), "mine": safety}


def two(
    before: Rows,
    after: Rows,
    settings: ComparisonSettings | None = None,
    reference: ScoreTable | None = None,
    **options: object,
) -> Comparison:
    """Compare two tables of models of one family each, on 'mine'."""
    facts = {"mine": {"direction": "higher"}}
    tables = (scores_of(one, benchmark_facts=facts, **options) for one in (before, after))
    return compare(*tables, settings, reference=reference or own_reference())


def test_a_worked_example_from_the_shipped_scores_is_what_loops_over_them_give() -> None:
    names = ("Qwen1.5-7B-Chat", "Qwen1.5-14B-Chat")
    rows = shipped(names, "truthfulqa_mc1")
    found = compare(scores_of(rows, pairs={names[1]: names[0]}))

    table = confounded.load_scores()
    chat = sorted(table.models.filter(pl.col("population") == "chat")["model"])
    everything = shipped([one for one in chat if one not in names], "truthfulqa_mc1")
    suite = [name for name in PAPER_SUITE if name in rows[names[0]]]
    X = np.array([[row[name] for name in suite] for row in everything.values()])
    y = np.array([row["truthfulqa_mc1"] for row in everything.values()])
    stems = ("Llama-2", "Llama-3", "Mi", "Qwen", "Yi", "dbrx", "deepseek", "falcon", "gemma")
    family = np.array([next(i for i, stem in enumerate(stems) if stem in one) for one in everything])
    items = {name: benchmarks()[name].n_items for name in [*suite, "truthfulqa_mc1"]}

    def variance(name: str, share: float) -> float:
        assert benchmarks()[name].item_type == "binary mean"
        return share * (1 - share) / (items[name] - 1)

    s = {one: np.array([[rows[one][name] for name in suite]]) for one in names}
    t = {one: np.array([rows[one]["truthfulqa_mc1"]]) for one in names}
    pairs = Pairs(
        suite_before=s[names[0]],
        suite_after=s[names[1]],
        safety_before=t[names[0]],
        safety_after=t[names[1]],
        suite_variance=np.array([[sum(variance(name, rows[one][name]) for one in names) for name in suite]]),
        safety_variance=np.array([sum(variance("truthfulqa_mc1", t[one][0]) for one in names)]),
        siblings=np.array([True]),
        groups=np.array([0]),
        rows=np.array([0]),
    )
    VX = np.array([[variance(name, row[name]) for name in suite] for row in everything.values()])
    vy = np.array([variance("truthfulqa_mc1", value) for value in y])
    expected = plainly(X, y, family, pairs, "within", VX, vy)

    (one,) = found.benchmarks
    assert one.benchmark == "truthfulqa_mc1"
    assert one.pooled is None
    got = one.headline
    for name, values in expected.items():
        assert getattr(got, name) == pytest.approx(values[0], rel=1e-6), name
    assert got.answer == "cannot tell"
    assert {excluded.model for excluded in found.reference.excluded} == set(names)
    assert (len(found.reference.models), found.reference.n_families) == (24, 9)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert one.sentence in " ".join(readme.split())
    assert one.sentence.startswith(
        "truthfulqa_mc1: cannot tell. Qwen1.5-14B-Chat, once Qwen1.5-7B-Chat, became"
    )


@pytest.mark.parametrize(
    ("rise", "change", "answer"),
    [
        (1.0, 0.1, "cannot tell"),
        (1.0, 0.3, "more"),
        (1.0, -0.1, "less"),
        (0.0, 0.2, "more"),
        (-1.0, 0.0, "more"),
    ],
)
def test_a_planted_change_gets_its_answer(rise: float, change: float, answer: str) -> None:
    found = two({"m": model(0.0, 0.5)}, {"m": model(rise, 0.5 + change)})
    headline = found.benchmarks[0].headline
    assert headline.answer == answer
    assert headline.predicted == pytest.approx(0.1 * rise, abs=0.02)
    assert f"mine: {answer}." in found.benchmarks[0].sentence


def test_before_and_after_exchanged_turn_more_into_less() -> None:
    one, other = {"m": model(0.0, 0.5)}, {"m": model(0.5, 0.8)}
    there, back = two(one, other).benchmarks[0].headline, two(other, one).benchmarks[0].headline
    assert (there.answer, back.answer) == ("more", "less")
    assert back.difference == pytest.approx(-there.difference)
    assert back.low == pytest.approx(-there.high)


def test_a_table_compared_with_itself_is_no_difference() -> None:
    rows = {"m": model(0.0, 0.5), "n": model(1.0, 0.7)}
    (one,) = two(rows, rows).benchmarks
    assert [found.found.difference for found in one.models] == [0.0, 0.0]
    assert one.pooled.difference == 0.0
    assert {found.found.answer for found in one.models} | {one.pooled.answer} == {"cannot tell"}


def test_another_order_of_rows_and_of_the_reference_gives_the_same_bytes() -> None:
    rows = {"m": model(0.0, 0.5), "n": model(1.0, 0.7), "o": model(0.3, 0.6)}
    later = {name: {**row, "mine": row["mine"] + 0.1} for name, row in rows.items()}
    there = own_reference()
    turned = ScoreTable(there.scores.reverse(), there.models.reverse(), there.benchmarks.reverse())
    one = two(rows, later, reference=there)
    other = two(dict(reversed(rows.items())), dict(reversed(later.items())), reference=turned)
    assert one.to_json() == other.to_json()


def test_the_result_reads_back_from_its_json() -> None:
    found = two({"m": model(0.0, 0.5), "gone": model(0, 0.4)}, {"m": model(0.5, 0.8), "new": model(0, 0.4)})
    assert msgspec.json.decode(found.to_json(), type=Comparison) == found
    assert {(one.model, one.table) for one in found.unpaired} == {("gone", "before"), ("new", "after")}


def test_another_suite_after_is_refused_and_what_to_do_is_said() -> None:
    before, after = {"m": model(0.0, 0.5)}, {"m": {**model(0.5, 0.8), "piqa": 0.5}}
    with pytest.raises(ContentError, match=r"same suite before and after.*only AFTER has piqa.*--suite"):
        two(before, after)
    found = two(before, after, ComparisonSettings(suite=SUITE))
    assert [one.benchmark for one in found.reference.suite] == list(SUITE)


def test_a_score_beyond_the_reference_is_refused_by_how_much_and_the_others_are_compared() -> None:
    before = {"m": model(0.0, 0.5), "n": model(0.0, 0.5)}
    (one,) = two(before, {"m": model(4.5, 0.8), "n": model(0.5, 0.8)}).benchmarks
    beyond, inside = one.models
    assert beyond.found is None
    assert beyond.refused.startswith("its capabilities score after, ")
    assert "above the highest of the reference" in beyond.refused
    amount = float(beyond.refused.split(" lies ")[1].split()[0])
    assert amount == pytest.approx(beyond.score_after - two(before, before).reference.score_high, abs=0.006)
    assert inside.found.answer == "more"
    assert one.pooled is None
    with pytest.raises(ContentError, match="below the lowest of the reference"):
        two({"m": model(-4.5, 0.5)}, {"m": model(0.5, 0.8)})


def test_models_without_a_score_are_named_and_left_out() -> None:
    before = {"m": model(0.0, 0.5), "n": model(0.0, 0.5), "o": {**model(0.0, 0.5), "bbh": None}}
    (one,) = two(before, {"m": model(0.2, None), "n": model(0.5, 0.8), "o": model(0.2, 0.5)}).benchmarks
    assert [found.refused for found in one.models] == [
        "no score after on mine",
        None,
        "no score before on bbh",
    ]
    assert one.n_compared == 1


def test_scores_in_percent_are_refused_until_it_is_said_and_then_give_the_same() -> None:
    rows = ({"m": model(0.0, 0.5)}, {"m": model(0.5, 0.8)})
    hundredfold = [{"m": {name: 100 * value for name, value in row["m"].items()}} for row in rows]
    with pytest.raises(ContentError, match=r"unit of the reference, fraction, .*--unit bbh=percent"):
        two(*hundredfold)
    percent = two(
        *hundredfold, ComparisonSettings(units={"*": "percent"}), own_reference(), population="chat"
    )
    assert percent.benchmarks[0].headline.answer == "more"


def test_a_unit_that_is_said_is_converted_exactly() -> None:
    names = ("Qwen1.5-7B-Chat", "Qwen1.5-14B-Chat")
    rows = shipped(names, "truthfulqa_mc1")
    hundredfold = {name: {key: 100 * value for key, value in row.items()} for name, row in rows.items()}
    plain = compare(scores_of(rows, pairs={names[1]: names[0]}))
    found = compare(
        scores_of(hundredfold, pairs={names[1]: names[0]}),
        settings=ComparisonSettings(units={"*": "percent"}),
    )
    assert found.benchmarks[0].headline.low == pytest.approx(plain.benchmarks[0].headline.low)
    assert any("brought to the unit of the reference" in one.what for one in found.notices)


def test_a_direction_that_is_not_the_references_is_refused() -> None:
    rows = shipped(["Qwen1.5-7B-Chat"], "truthfulqa_mc1")
    table = scores_of(rows)
    turned = scores_of(rows, benchmark_facts={"truthfulqa_mc1": {"direction": "lower"}})
    with pytest.raises(ContentError, match=r"AFTER.*higher \(Accuracy\), but found lower.*--direction"):
        compare(table, turned)
    with pytest.raises(ContentError, match=r"BEFORE.*but found lower"):
        compare(table, table, ComparisonSettings(directions={"truthfulqa_mc1": "lower"}))


def test_lower_is_safer_is_shown_as_it_stands_and_counted_the_other_way() -> None:
    lower = {"mine": {"direction": "lower"}}
    reference = own_reference(slope=-0.1)
    there = ScoreTable(
        reference.scores,
        reference.models,
        reference.benchmarks.with_columns(
            direction=pl.when(pl.col("benchmark") == "mine").then(pl.lit("lower"))
        ),
    )
    sides = [scores_of({"m": one}, benchmark_facts=lower) for one in (model(0.0, 0.5), model(1.0, 0.1))]
    (one,) = compare(*sides, reference=there).benchmarks
    assert one.headline.answer == "more"
    assert one.headline.change == pytest.approx(0.4)
    assert one.headline.predicted == pytest.approx(0.1, abs=0.02)
    assert "m became safer by 0.400 (0.500 to 0.100)" in one.sentence


def test_two_metrics_are_refused_until_they_are_said_to_be_the_same() -> None:
    rows = {"m": model(0.0, 0.5)}
    facts = {"mine": {"direction": "higher"}}
    sides = [scores_of(rows, benchmark_facts=facts, metric=metric) for metric in ("mc1", "mc2")]
    with pytest.raises(ContentError, match=r"one metric of '\w+', but found mc1 in BEFORE; mc2 in AFTER"):
        compare(*sides, reference=own_reference())
    same = ComparisonSettings(same_metric=("mine", *SUITE))
    assert compare(*sides, same, reference=own_reference()).benchmarks


def test_compared_models_are_left_out_of_the_reference_under_any_usual_spelling() -> None:
    rows = shipped(["Llama-2-7b-chat-hf"], "truthfulqa_mc1")
    named = {"meta-llama/Llama-2-7b-chat-hf": rows["Llama-2-7b-chat-hf"]}
    found = compare(scores_of(named), scores_of(named))
    (excluded,) = found.reference.excluded
    assert (excluded.model, excluded.compared) == ("Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-chat-hf")
    assert "Llama-2-7b-chat-hf" not in found.reference.models
    assert len(found.reference.models) == 25


def test_a_benchmark_that_the_reference_lacks_asks_for_another_reference() -> None:
    rows = {"m": {**shipped(["Qwen1.5-7B-Chat"])["Qwen1.5-7B-Chat"], "mine": 0.5}}
    table = scores_of(rows, benchmark_facts={"mine": {"direction": "higher"}})
    with pytest.raises(ContentError, match=r"mine, on which the reference has no scores.*--reference SOURCE"):
        compare(table, table)
    with pytest.raises(ContentError, match=r"none on mine.*--reference SOURCE"):
        compare(table, table, ComparisonSettings(safety=("mine",)))


def test_the_population_is_asked_for_where_nothing_says_it_and_told_where_it_differs() -> None:
    rows = {"my-own": shipped(["Qwen1.5-7B-Chat"], "truthfulqa_mc1")["Qwen1.5-7B-Chat"]}
    unknown = scores_of(rows, population=None)
    with pytest.raises(UnknownError, match="--reference base or --reference chat"):
        compare(unknown, unknown)
    found = compare(unknown, unknown, ComparisonSettings(reference="base"))
    assert found.reference.population == "base"
    chat = scores_of(rows, population="chat")
    other = compare(chat, chat, ComparisonSettings(reference="base"))
    assert any("known as chat models" in one.what for one in other.notices)


def test_one_table_needs_a_column_that_says_which_row_became_which() -> None:
    rows = {"m": model(0.0, 0.5), "m2": model(0.5, 0.8), "other": model(0, 0.5)}
    facts = {"mine": {"direction": "higher"}}
    found = compare(scores_of(rows, pairs={"m2": "m"}, benchmark_facts=facts), reference=own_reference())
    (one,) = found.benchmarks[0].models
    assert (one.before, one.after) == ("m", "m2")
    assert [left.model for left in found.unpaired] == ["other"]
    with pytest.raises(UsageError, match="column 'pair'"):
        compare(scores_of(rows, benchmark_facts=facts), reference=own_reference())
    for wrong in ("nobody", "m2"):
        with pytest.raises(ContentError, match=f"pair of model 'm2', but found '{wrong}'"):
            compare(scores_of(rows, pairs={"m2": wrong}, benchmark_facts=facts), reference=own_reference())


def test_in_two_tables_the_second_says_which_row_came_from_which() -> None:
    facts = {"mine": {"direction": "higher"}}
    before = scores_of({"m": model(0.0, 0.5)}, benchmark_facts=facts)
    after = scores_of({"n": model(0.5, 0.8)}, pairs={"n": "m"}, benchmark_facts=facts)
    (one,) = compare(before, after, reference=own_reference()).benchmarks[0].models
    assert (one.before, one.after) == ("m", "n")
    with pytest.raises(UsageError, match="second table alone"):
        compare(after, before, reference=own_reference())
    with pytest.raises(ContentError, match="models that are in both tables"):
        compare(before, scores_of({"n": model(0.5, 0.8)}, benchmark_facts=facts), reference=own_reference())


def test_a_model_that_became_one_of_another_family_is_held_against_all_models() -> None:
    names = ("Llama-2-7b-chat-hf", "Meta-Llama-3-8B-Instruct")
    table = scores_of(shipped(names, "truthfulqa_mc1"), pairs={names[1]: names[0]})
    (one,) = compare(table).benchmarks
    assert not one.models[0].siblings
    assert one.line.kind == "pooled"
    assert one.headline.scatter_variance <= one.line.unrelated_scatter**2
    assert "models of different families" in one.sentence
    assert compare(table, settings=ComparisonSettings(slope="within")).benchmarks[0].line.kind == "within"


def test_the_scatter_of_pairs_that_share_a_family_counts_once() -> None:
    before = {name: model(0.0, 0.5) for name in ("a", "b", "c")}
    after = {name: model(0.1, 0.6) for name in ("a", "b", "c")}
    families = {"a": "A", "b": "A", "c": "C"}
    (together,) = two(before, after, families=dict.fromkeys("abc", "A")).benchmarks
    (some,) = two(before, after, families=families).benchmarks
    one = together.models[0].found.scatter_variance
    assert 0 < one <= together.line.sibling_scatter**2
    assert (together.n_groups, some.n_groups) == (1, 2)
    assert together.pooled.scatter_variance == pytest.approx(one)
    assert some.pooled.scatter_variance == pytest.approx(one * (4 + 1) / 9)


def test_what_is_known_of_the_errors_of_safety_is_said() -> None:
    rows = shipped(["Qwen1.5-7B-Chat"], "truthfulqa_mc1")
    plain, counted, given = scores_of(rows), scores_of(rows, n_items=100), scores_of(rows, stderr=0.01)
    unknown = two({"m": model(0.0, 0.5)}, {"m": model(0.5, 0.8)}).benchmarks[0]

    def said(before: ScoreTable, after: ScoreTable) -> str:
        return compare(before, after).benchmarks[0].safety_errors

    assert said(plain, plain) == "from counts of items (817, as is known of the benchmark)"
    assert said(counted, counted) == "from counts of items"
    assert said(counted, given) == "from counts of items and standard errors"
    assert unknown.safety_errors.startswith("not known; those of the reference's scores")


def test_a_row_that_became_two_does_not_count_its_errors_as_two() -> None:
    facts = {"mine": {"direction": "higher", "item_type": "binary mean", "items": 100}}
    rows = {"m": model(0.0, 0.5), "n": model(0.0, 0.5), "a": model(0.1, 0.6), "b": model(0.1, 0.6)}
    shared, apart = (
        compare(scores_of(rows, pairs=pairs, benchmark_facts=facts), reference=own_reference()).benchmarks[0]
        for pairs in ({"a": "m", "b": "m"}, {"a": "m", "b": "n"})
    )
    one = shared.models[0].found.error_variance
    assert one > 2 * 0.24 / 99
    assert shared.pooled.error_variance == pytest.approx(one)
    assert apart.pooled.error_variance == pytest.approx(one / 2)


def test_unknown_families_count_as_one_until_they_are_said_to_be_apart() -> None:
    before = {name: model(0.0, 0.5) for name in ("aa", "bb")}
    found = two(before, before)
    assert found.benchmarks[0].n_groups == 1
    assert any("count as one family" in one.what for one in found.notices)
    apart = two(before, before, ComparisonSettings(unknown_families_apart=True))
    assert apart.benchmarks[0].n_groups == 2


def test_no_answer_is_taken_from_few_families() -> None:
    rows = ({"m": model(0.0, 0.5)}, {"m": model(0.2, 0.9)})
    with pytest.raises(ContentError, match="reference whose suite a first component can be fitted to"):
        two(
            *rows,
            reference=scores_of(
                {"k": model(1.0, 0.5)}, benchmark_facts={"mine": {"direction": "higher"}}, families={"k": "K"}
            ),
        )
    five = two(*rows, reference=own_reference(5)).benchmarks[0]
    assert five.headline.low > 0
    assert five.headline.answer == "cannot tell"
    assert "5 families" in five.headline.reason
    three = two(*rows, reference=own_reference(3)).benchmarks[0]
    assert three.headline.low is None
    assert "cannot be judged" in three.sentence


def test_a_jump_that_no_siblings_make_has_a_caution() -> None:
    (one,) = two({"m": model(-1.2, 0.5)}, {"m": model(2.0, 0.9)}).benchmarks
    assert any("no two siblings of the reference" in text for text in one.models[0].cautions)


def test_that_b_comes_from_between_models_is_said() -> None:
    found = two({"m": model(0.0, 0.5)}, {"m": model(0.5, 0.8)})
    assert any("not from training one model on" in text for text in found.assumptions)


@pytest.mark.parametrize(
    "wrong", [{"level": 1.0}, {"suite": ("a", "b")}, {"suite": ("a", "b", "c"), "safety": ("a",)}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ComparisonSettings(**wrong)
