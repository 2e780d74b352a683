"""Any column of a file parts its models; what is no column is refused; numbers are cut where it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from confounded.cli.app import main
from confounded.errors import UnknownError, UsageError
from confounded.readers import read_scores
from confounded.study import Settings, StudyResult, run_study
from confounded.study.columns import column_named
from confounded.study.population import ModelFacts, Population
from confounded.study.splits import MOST_VALUES, UNKNOWN, splits_of
from confounded.study.strata_result import BenchmarkStrata, SplitCorrelations

SUITE = ("mmlu", "gsm8k", "bbh", "arc_challenge")
N = 96


def written(folder: Path, **columns: list[object]) -> Path:
    """Write a wide table of 96 models in 24 families, with columns beside its scores."""
    rng = np.random.default_rng(1)
    family = np.arange(N) // 4
    ability = rng.normal(size=24)[family] * 0.5 + rng.normal(size=N)
    frame = pl.DataFrame(
        {
            "model": [f"org{own % 5}/m{i:02}" for i, own in enumerate(family)],
            "family": [f"f{own:02}" for own in family],
            "population": ["chat"] * N,
            **{name: 0.5 + 0.1 * (ability + 0.3 * rng.normal(size=N)) for name in SUITE},
            "safe": 0.5 + 0.1 * (ability + rng.normal(size=N)),
        }
    ).with_columns(pl.Series(name, values, strict=False) for name, values in columns.items())
    frame.write_csv(folder / "scores.csv")
    return folder / "scores.csv"


def studied(path: Path, *by: str, **more: object) -> StudyResult:
    chosen = {"directions": {"*": "higher"}, "resamples": 0, "by": by} | more
    return run_study(read_scores(path), Settings(**chosen))  # type: ignore[arg-type]


def strata_of(result: StudyResult, by: str) -> tuple[BenchmarkStrata, SplitCorrelations]:
    one = next(one for one in result.strata if one.benchmark == "safe")
    return one, next(split for split in one.splits if split.by == by)


def test_a_column_of_words_parts_the_models_and_is_said_within_and_between(tmp_path: Path) -> None:
    path = written(tmp_path, Licence=["mit", "apache-2.0", "other", None] * 24)
    one, split = strata_of(studied(path, "Licence"), "Licence")
    assert {(own.stratum, own.n_models) for own in split.strata} == {
        ("Licence: apache-2.0", 24),
        ("Licence: mit", 24),
        ("Licence: other", 24),
    }
    assert split.parts is not None
    assert split.parts.within is not None
    assert split.parts.groups == 3
    assert [own.given for own in one.given] == []


def test_a_column_of_many_numbers_is_cut_at_stated_thirds_and_allowed_for(tmp_path: Path) -> None:
    path = written(tmp_path, budget=[float(1000 + i) for i in range(N)])
    result = studied(path, "budget")
    one, split = strata_of(result, "budget")
    rule = next(own.rule for own in result.scopes[0].splits if own.by == "budget")
    assert "thirds of the 96 models" in rule
    assert rule.endswith("1032, 1064")
    assert [own.n_models for own in split.strata] == [32, 32, 32]
    assert [own.stratum for own in split.strata] == [
        "budget: below 1032",
        "budget: 1032 to 1064",
        "budget: from 1064",
    ]
    assert "budget" in [own.given for own in one.given]
    assert "budget" not in [own.benchmark for own in result.correlations]
    assert any("budget is taken to describe the models" in own.what for own in result.notices)


def test_a_column_of_dates_is_cut_at_days(tmp_path: Path) -> None:
    days = [f"2024-{1 + i % 12:02}-{1 + i // 12:02}" for i in range(N)]
    one, split = strata_of(studied(written(tmp_path, cutoff=days), "cutoff"), "cutoff")
    assert split.strata[0].stratum.startswith("cutoff: below 2024-")
    assert "cutoff" in [own.given for own in one.given]


def test_several_columns_are_parted_by_at_once_and_few_numbers_are_values(tmp_path: Path) -> None:
    path = written(tmp_path, generation=[1 + i % 3 for i in range(N)], open_=["True", "False"] * 48)
    result = studied(path, "generation", "open_", "family", "organisation")
    asked = [own.by for own in result.scopes[0].splits if own.asked]
    assert asked == ["generation", "open_", "family", "organisation"]
    assert [own.stratum for own in strata_of(result, "generation")[1].strata] == [
        "generation: 1",
        "generation: 2",
        "generation: 3",
    ]
    assert len(strata_of(result, "organisation")[1].strata) == 5  # what stands before the slash


def test_a_benchmark_may_part_models_and_stays_a_benchmark_where_something_says_that_it_is_one(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, other=[float(i * 7 % 96) for i in range(N)])
    assert len(strata_of(studied(path, "mmlu"), "mmlu")[1].strata) == 3
    said = studied(path, "other", directions={"*": "higher", "other": "lower"})
    assert "other" in [own.benchmark for own in said.correlations]
    assert len(strata_of(said, "other")[1].strata) == 3


def test_a_column_is_found_whatever_its_case_and_signs(tmp_path: Path) -> None:
    path = written(tmp_path, **{"Hub License": ["mit", "other"] * 48})
    for name in ("Hub License", "hub license", "hub_license"):
        assert [own.by for own in studied(path, name).scopes[0].splits if own.asked] == ["Hub License"]


def test_what_is_no_column_is_one_error_that_lists_those_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, Licence=["mit", "other"] * 48)
    with pytest.raises(UsageError) as caught:
        studied(path, "colour")
    said = str(caught.value)
    assert all(word in said for word in ("colour", "Licence", "organisation", "gsm8k"))
    assert "\n" not in said


def test_a_column_named_like_what_is_known_of_models_is_the_files_own(tmp_path: Path) -> None:
    path = written(tmp_path, size=["small", "large"] * 48)
    result = studied(path, "size")
    assert [own.by for own in result.scopes[0].splits if own.asked] == ["size (column)"]


def test_strata_too_small_for_an_alarm_are_told(tmp_path: Path) -> None:
    result = studied(written(tmp_path, lab=[f"lab{i // 16}" for i in range(N)]), "lab")
    assert any("No stratum of the chat models by lab has 30" in own.what for own in result.notices)


def test_a_number_that_nothing_says_is_no_score_is_asked_for_and_the_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownError) as caught:
        studied(written(tmp_path, budget=[float(i) for i in range(N)]), directions={"safe": "higher"})
    assert "--by NAME" in str(caught.value)
    assert "--leave-out" in str(caught.value)


def test_a_long_table_keeps_columns_that_say_one_thing_of_each_model(tmp_path: Path) -> None:
    wide = pl.read_csv(written(tmp_path))
    long = wide.unpivot(
        index=["model", "family", "population"], variable_name="benchmark", value_name="score"
    ).with_columns(
        Licence=pl.when(pl.col("model").str.ends_with("1")).then(pl.lit("mit")).otherwise(pl.lit("x"))
    )
    long.write_csv(tmp_path / "long.csv")
    result = studied(tmp_path / "long.csv", "licence")
    assert [own.by for own in result.scopes[0].splits if own.asked] == ["Licence"]


def test_a_model_of_which_two_things_are_said_is_in_no_stratum(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, Licence=["mit", "other"] * 48))
    first = table.columns.row(0, named=True)
    twice = pl.concat([table.columns, pl.DataFrame([first | {"value": "third"}])])
    object.__setattr__(table, "columns", twice)
    result = run_study(table, Settings(directions={"*": "higher"}, resamples=0, by=("Licence",)))
    split = next(own for own in result.scopes[0].splits if own.asked)
    assert split.n_unknown == 1


def test_what_says_several_things_of_some_models_is_told_and_of_most_refused(tmp_path: Path) -> None:
    wide = pl.read_csv(written(tmp_path))
    long = wide.unpivot(
        index=["model", "family", "population"], variable_name="benchmark", value_name="score"
    ).with_columns(
        day=pl.when(pl.col("benchmark") == "safe").then(pl.lit("2024-01-02")).otherwise(pl.lit("2024-01-03")),
        maker=pl.when(pl.col("model").is_in(["org0/m00", "org0/m01"]) & (pl.col("benchmark") == "safe"))
        .then(pl.lit("another"))
        .otherwise(pl.col("model").str.head(4)),
    )
    long.write_csv(tmp_path / "long.csv")
    result = studied(tmp_path / "long.csv", "maker")
    assert next(own.n_unknown for own in result.scopes[0].splits if own.asked) == 2
    assert any(
        "'maker' says several things of 2 of the 96 models" in own.what and "org0/m00, org0/m01" in own.what
        for own in result.notices
    )
    with pytest.raises(UsageError, match="several of 96 of the 96 models in 'day'"):
        studied(tmp_path / "long.csv", "day")


def test_a_column_of_many_small_groups_parts_the_models(tmp_path: Path) -> None:
    lab = [f"lab{i}" if i % 4 == 0 else f"pair{i // 2}" for i in range(N)]
    _, split = strata_of(studied(written(tmp_path, lab=lab), "lab"), "lab")
    assert split.parts is not None
    assert (split.parts.groups_within, split.parts.n_within) == (24, 48)


def test_exact_columns_go_first_then_what_is_known_then_what_is_nearly_called_so() -> None:
    assert column_named("size", ["size"]) == "size"
    assert column_named("Size", ["size"]) == "size"
    assert column_named("parameters", ["#Params (B)"]) == "size"
    assert column_named("params b", ["#Params (B)"]) == "#Params (B)"
    assert column_named("ab", ["A-B", "A_B"]) is None


@given(
    cells=st.lists(
        st.one_of(
            st.none(),
            st.floats(allow_nan=False, allow_infinity=False, width=32).map(str),
            st.integers(-3, 9).map(str),
            st.sampled_from(["a", "2024-02-30", "2024-02", "inf", "nan", "1_000", "True"]),
        ),
        min_size=1,
        max_size=60,
    )
)
@settings_of_hypothesis(max_examples=200, deadline=None)
def test_whatever_a_column_holds_each_model_is_in_one_stratum_or_in_none(cells: list[str | None]) -> None:
    models = tuple(ModelFacts(f"m{i}", f"m{i}", f"f{i}", None, None, None) for i in range(len(cells)))
    population = Population("chat", _nothing(len(cells)), models, {"x": tuple(cells)})
    for one in splits_of(population, {}, (), Settings(by=("x",))):
        assert one.of.size == len(cells)
        assert all((place == UNKNOWN) == (cell is None) for place, cell in zip(one.of, cells, strict=True))
        assert set(one.of.tolist()) - {UNKNOWN} == set(range(len(one.strata)))
        if "thirds" in one.rule:
            assert len({cell for cell in cells if cell is not None}) > MOST_VALUES


def _nothing(n: int):  # type: ignore[no-untyped-def]
    from confounded.scores import ScoreMatrix

    empty = np.zeros((n, 0))
    return ScoreMatrix(
        tuple(f"m{i}" for i in range(n)), (), empty, tuple(f"f{i}" for i in range(n)), empty, empty
    )


def test_a_column_of_sizes_is_cut_by_number_and_experts_are_in_no_band(tmp_path: Path) -> None:
    sizes = ["350M", "1.5B", "3B", "7B", "13B", "34B", "70B", "8x7B"]
    result = studied(written(tmp_path, Scale=sizes * 12), "Scale")
    one, split = strata_of(result, "Scale")
    assert {(own.stratum, own.n_models) for own in split.strata} == {
        ("Scale: below 3B", 24),
        ("Scale: 3B to 13B", 24),
        ("Scale: from 13B", 36),
    }
    assert "Scale" in {own.given for own in one.given}


def test_few_different_sizes_are_a_part_each(tmp_path: Path) -> None:
    _, split = strata_of(studied(written(tmp_path, Scale=["7B", "13B"] * 48), "Scale"), "Scale")
    assert {own.stratum for own in split.strata} == {"Scale: 7B", "Scale: 13B"}


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["mit"] * N, "'mit' of all 96 of which 'Licence' says something"),
        ([f"l{i}" for i in range(N)], "96 of 96 models alone with their value in 'Licence', such as 'l0'"),
        ([None] * N, "empty ones: Licence"),
    ],
)
def test_a_column_that_does_not_part_the_models_is_refused(
    cells: list[object], what: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        studied(written(tmp_path, Licence=cells), "Licence")
    assert what in refused.value.found


def test_where_all_models_fall_into_one_part_the_study_says_into_which(tmp_path: Path) -> None:
    result = studied(written(tmp_path, released=["2024-05-01", "2024-07-01"] * 48), "released", "compute")
    said = " ".join(one.what for one in result.notices)
    assert (
        "cannot be parted by released: all 96 of which it is known are in one part, 2024-01-01 to 2025"
        in said
    )
    assert "cannot be parted by compute: it is known of none of them" in said
    remedies = {one.not_parted: one.remedy for one in result.notices if one.not_parted is not None}
    assert set(remedies) == {"released", "compute"}
    assert "--release-periods" in remedies["released"]
    assert "a column of the scores" in remedies["compute"]


def test_what_models_were_to_be_parted_by_and_cannot_is_said_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, released=["2024-05-01", "2024-07-01"] * 48)
    chosen = ["--by", "released", "--higher-is-safer", "--resamples", "0", "-o", str(tmp_path / "out")]
    assert main(["report", str(path), *chosen]) == 0
    assert "The chat models cannot be parted by released" in " ".join(capsys.readouterr().err.split())


def test_parts_that_differ_in_case_alone_are_named_and_kept_apart(tmp_path: Path) -> None:
    path = written(tmp_path, lab=["Meta", "meta", "Google", "Goo gle", "x", "y"] * 16)
    result = studied(path, "lab")
    assert len(strata_of(result, "lab")[1].strata) == 6
    (said,) = [one.what for one in result.notices if "differ in case or signs" in one.what]
    assert "'lab: Meta' and 'lab: meta'" in said
    assert "'lab: Goo gle' and 'lab: Google'" in said
    assert "lab: x" not in said


def test_of_several_populations_none_is_told_that_it_is_of_one_class(tmp_path: Path) -> None:
    path = written(tmp_path, population=["base", "chat"] * 48)
    result = studied(path, "class", "compute")
    assert {one.not_parted for one in result.notices} == {None, "compute"}
    together = next(one for one in result.scopes if one.population == "together")
    assert "class" in [one.by for one in together.splits]
    alone = studied(written(tmp_path), "class")
    assert "class" in {one.not_parted for one in alone.notices}


def test_by_size_cuts_at_the_stated_sizes_whatever_the_column_is_called(tmp_path: Path) -> None:
    for name in ("size", "Params", "model_size"):
        path = written(tmp_path, **{name: ["1B", "2B", "7B", "8B", "13B", "20B", "34B", "70B"] * 12})
        one, split = strata_of(studied(path, "size"), "size")
        assert [own.n_models for own in split.strata] == [24, 24, 24, 24], name
        assert split.strata[0].stratum == "below 3 billion parameters"
        assert [own.given for own in one.given] == ["size"]
    path = written(tmp_path, release=["2023-05-01", "2024-07-01"] * 48)
    assert [own.stratum for own in strata_of(studied(path, "release"), "released")[1].strata] == [
        "2023-01-01 to 2024-01-01 (day of release)",
        "2024-01-01 to 2025-01-01 (day of release)",
    ]
