"""Tables as people export them: read right, or stopped with what to do; never a silent wrong number."""

from __future__ import annotations

from pathlib import Path

import pytest

from confounded import read_scores
from confounded.errors import ContentError, UnreadableError, UnsettledError

MODELS = ("gpt-4-0613", "claude-2.1", "claude-3-opus-20240229", "meta-llama/Llama-2-70b-chat-hf")


def written(path: Path, header: str, *rows: str) -> Path:
    """Write a table."""
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_thousands_with_a_point_beside_hundreds_are_asked_about(tmp_path: Path) -> None:
    rows = [f"{model};{cell}" for model, cell in zip(MODELS, ("1.203", "998", "1.310", "1.411"), strict=True)]
    with pytest.raises(UnsettledError, match=r"'1\.203' may stand before decimals or between thousands"):
        read_scores(written(tmp_path / "elo.csv", "model;elo", *rows))


@pytest.mark.parametrize("cells", [("0.203", "1", "0.310", "0.411"), ("98.125", "100", "97.500", "12.375")])
def test_three_decimals_beside_a_whole_number_are_three_decimals(
    tmp_path: Path, cells: tuple[str, ...]
) -> None:
    rows = [f"{model},{cell}" for model, cell in zip(MODELS, cells, strict=True)]
    table = read_scores(written(tmp_path / "shares.csv", "model,shares", *rows))
    assert sorted(table.scores["score"]) == sorted(map(float, cells))


@pytest.mark.parametrize(
    "link",
    [
        '"<a target=""_blank"" href=""https://hf.co/{0}"">{0}</a>"',
        "[{0}](https://hf.co/{0})",
        "[{0}](https://hf.co/{0}) 📑",
    ],
)
def test_a_model_that_is_a_link_is_called_by_its_text(tmp_path: Path, link: str) -> None:
    rows = [f"{link.format(model)},{place}" for place, model in enumerate(MODELS)]
    assert set(read_scores(written(tmp_path / "links.csv", "Model,b", *rows)).models["model"]) == set(MODELS)


def test_a_name_with_brackets_in_it_is_no_link(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path / "plain.csv", "model,b", "o3 (high),1", "o3 [low] (x) tuned,2"))
    assert set(table.models["model"]) == {"o3 (high)", "o3 [low] (x) tuned"}


@pytest.mark.parametrize("name", ["Rank", "#", "id", "No."])
def test_a_column_that_numbers_the_rows_is_no_benchmark(tmp_path: Path, name: str) -> None:
    rows = [f"{place},{model},{place * 7 % 5}" for place, model in enumerate(MODELS, start=1)]
    table = read_scores(written(tmp_path / "ranked.csv", f"{name},model,b", *rows))
    assert set(table.scores["benchmark"]) == {"b"}
    assert any("only counts the rows" in issue.what for issue in table.issues)


def test_ranks_in_another_order_than_the_rows_are_scores(tmp_path: Path) -> None:
    rows = [f"{5 - place},{model}" for place, model in enumerate(MODELS, start=1)]
    assert set(read_scores(written(tmp_path / "r.csv", "rank,model", *rows)).scores["benchmark"]) == {"rank"}


@pytest.mark.parametrize("header", ["model,benchmark,value", "model,task,acc", "model,Dataset,score"])
def test_one_score_a_row_under_other_names_is_not_read_as_one_benchmark(tmp_path: Path, header: str) -> None:
    rows = [f"{model},a,{place}" for place, model in enumerate(MODELS)]
    with pytest.raises(ContentError, match="'model', 'benchmark' and 'score'"):
        read_scores(written(tmp_path / "long.csv", header, *rows))


def test_a_title_above_the_header_is_told_as_one(tmp_path: Path) -> None:
    rows = ["Model,Refusals,Notes", *(f"{model},{place}%,ok" for place, model in enumerate(MODELS))]
    with pytest.raises(ContentError, match="Remove what stands above the header"):
        read_scores(written(tmp_path / "sheet.csv", "Results of autumn,,", *rows))


def test_a_markdown_table_is_told_as_one(tmp_path: Path) -> None:
    rows = ["|---|---|", *(f"| {model} | {place} |" for place, model in enumerate(MODELS))]
    with pytest.raises(ContentError, match="Markdown"):
        read_scores(written(tmp_path / "md.csv", "| Model | b |", *rows))


@pytest.mark.parametrize("name", ["Unnamed: 0", "__index_level_0__", "level_0", ""])
def test_the_index_of_a_frame_with_rows_taken_out_is_no_benchmark(tmp_path: Path, name: str) -> None:
    rows = [f"{place},{model},{place % 7}" for place, model in zip((17, 3, 40, 8), MODELS, strict=True)]
    table = read_scores(written(tmp_path / "part.csv", f"{name},model,b", *rows))
    assert set(table.scores["benchmark"]) == {"b"}
    assert any("was not read" in issue.what for issue in table.issues)


def test_a_column_without_a_name_that_holds_scores_is_not_passed_over(tmp_path: Path) -> None:
    rows = [f"{share},{model},{share}" for share, model in zip((0.5, 0.6, 0.7, 0.8), MODELS, strict=True)]
    with pytest.raises(ContentError, match="without a name"):
        read_scores(written(tmp_path / "nameless.csv", ",model,b", *rows))


@pytest.mark.parametrize("cell", ["-", "--", "\N{EN DASH}", "\N{EM DASH}", "n.a.", "N/A", "?", "missing"])
def test_what_people_write_where_there_is_no_score_is_none(tmp_path: Path, cell: str) -> None:
    rows = [f"{model},{place},{cell if place == 2 else place}" for place, model in enumerate(MODELS)]
    scores = read_scores(written(tmp_path / "holes.csv", "model,a,b", *rows)).scores
    assert scores.filter(benchmark="b")["score"].to_list() == [0.0, 1.0, 3.0]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("window", ("4k", "8K", "128k", "1M")),
        ("ctx", ("4096", "8k", "32k tokens", "8192")),
        ("Context Length", ("4096", "8192", "131072", "4096")),
        ("year", ("2022", "2023", "2024", "2024")),
        ("Downloads", ("120", "4", "99812", "7")),
        ("hub_likes", ("1", "2", "3", "0")),
    ],
)
def test_lengths_of_contexts_years_and_likes_describe_the_models(
    tmp_path: Path, name: str, cells: tuple[str, ...]
) -> None:
    rows = [f"{model},{place},{cell}" for place, (model, cell) in enumerate(zip(MODELS, cells, strict=True))]
    table = read_scores(written(tmp_path / "more.csv", f"model,b,{name}", *rows))
    assert set(table.scores["benchmark"]) == {"b"}
    assert dict(table.columns.select("model", "value").iter_rows()) == dict(zip(MODELS, cells, strict=True))
    assert any(f"describe the models: {name}" in issue.what for issue in table.issues)


@pytest.mark.parametrize(
    "cells", [("4.5k", "8k", "12k", "1k"), ("900", "8k", "12k", "1k"), ("4k", "8k", "x1", "2")]
)
def test_thousands_that_may_be_scores_are_asked_about(tmp_path: Path, cells: tuple[str, ...]) -> None:
    rows = [f"{model},{place},{cell}" for place, (model, cell) in enumerate(zip(MODELS, cells, strict=True))]
    with pytest.raises(UnsettledError, match=r"no number|not one cell"):
        read_scores(written(tmp_path / "elo.csv", "model,b,elo", *rows))


def test_a_column_that_varies_within_a_model_is_set_aside_and_said_so(tmp_path: Path) -> None:
    rows = [
        f"{model},{name},{place},2024-0{place + 1}-1{len(name)}"
        for place, model in enumerate(MODELS)
        for name in ("a", "bb")
    ]
    table = read_scores(written(tmp_path / "long.csv", "model,benchmark,score,run_date", *rows))
    assert table.scores.height == 8
    assert any("set aside: run_date" in issue.what for issue in table.issues)
    assert not any(issue.stops for issue in table.issues)


def test_scores_that_a_column_tells_apart_are_not_taken_together_in_silence(tmp_path: Path) -> None:
    rows = [
        f"{model},b,{place + (split == 'dev') / 2},{split},{place}"
        for place, model in enumerate(MODELS)
        for split in ("test", "dev")
    ]
    path = written(tmp_path / "splits.csv", "model,benchmark,score,split,lab", *rows)
    with pytest.raises(UnsettledError) as refused:
        read_scores(path)
    said = str(refused.value)
    assert "differ in 'split' ('test', 'dev' of model 'gpt-4-0613' on 'b'), 4 times" in said
    assert "Keep the rows of one 'split'" in said
    assert "lines 2, 3" in said
    means = read_scores(path, lenient=True).scores
    assert dict(means.select("model", "score").iter_rows())[MODELS[1]] == 1.25


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read_where_they_can_be_nothing_else(tmp_path: Path, separator: str) -> None:
    lines = [
        ("model", "a", "b", "c"),
        *zip(MODELS, ("57,75", "3", "1,204", "-"), ("1,5%", "2%", "3,25%", "0,1%"), "1234", strict=True),
    ]
    path = written(tmp_path / "comma.csv", *(separator.join(line) for line in lines))
    table = read_scores(path)
    assert table.scores.filter(benchmark="a")["score"].to_list() == [57.75, 3.0, 1.204]
    assert table.scores.filter(benchmark="b")["score"].to_list() == [1.5, 2.0, 3.25, 0.1]
    assert table.scores.filter(benchmark="c")["score"].to_list() == [1.0, 2.0, 3.0, 4.0]
    assert any("'57,75' is read as 57.75, and so in the columns a, b" in issue.what for issue in table.issues)


@pytest.mark.parametrize(
    "cells", [("1,203", "998", "1,310", "1,411"), ("57,75", "3.5", "4", "5"), ("1,234,567", "1,5", "2", "3")]
)
def test_commas_that_may_be_something_else_are_asked_about(tmp_path: Path, cells: tuple[str, ...]) -> None:
    rows = [f"{model};{cell}" for model, cell in zip(MODELS, cells, strict=True)]
    with pytest.raises(UnsettledError, match="decimal point"):
        read_scores(written(tmp_path / "doubt.csv", "model;b", *rows))


@pytest.mark.parametrize(
    ("name", "words", "taken"),
    [
        ("Type", ("Pretrained", "instruct", "RLHF", "chat"), ("base", "chat", "chat", "chat")),
        ("population", ("base", "Instruction-tuned", "", "mixed"), ("base", "chat", None, "mixed")),
        ("type", ("pre-trained", "instruct", "-", "instruct"), ("base", "chat", None, "chat")),
    ],
)
def test_usual_words_for_a_population_are_taken_and_said(
    tmp_path: Path, name: str, words: tuple[str, ...], taken: tuple[str | None, ...]
) -> None:
    rows = [f"{model},{place},{word}" for place, (model, word) in enumerate(zip(MODELS, words, strict=True))]
    table = read_scores(written(tmp_path / "kinds.csv", f"model,b,{name}", *rows))
    found = dict(table.models.select("model", "population").iter_rows())
    assert [found[model] for model in MODELS] == list(taken)
    assert any("is chat" in issue.what and name in (issue.where or "") for issue in table.issues)


def test_a_word_that_is_no_population_beside_some_that_are_is_refused_with_what_to_do(tmp_path: Path) -> None:
    rows = [
        f"{model},1,{word}"
        for model, word in zip(MODELS, ("base", "chat", "fine-tuned", "base"), strict=True)
    ]
    with pytest.raises(ContentError, match=r"'fine-tuned' for model 'claude-3-opus-20240229'.*another name"):
        read_scores(written(tmp_path / "kinds.csv", "model,b,type", *rows))


@pytest.mark.parametrize("name", ["Average", "MEAN", "median"])
def test_a_row_of_means_is_no_model_and_empty_rows_are_none(tmp_path: Path, name: str) -> None:
    rows = [f"{model},{place},{place}" for place, model in enumerate(MODELS)]
    table = read_scores(written(tmp_path / "means.csv", "model,a,b", *rows, ",,", f"{name},1.5,1.5", " , ,"))
    assert set(table.models["model"]) == set(MODELS)
    (told,) = [issue for issue in table.issues if "no models" in issue.what]
    assert name in told.what
    assert "line 7" in told.where
    assert not any(issue.stops for issue in table.issues)


def test_a_row_without_a_model_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"line 3.*a model on every row"):
        read_scores(written(tmp_path / "hole.csv", "model,a,b", "A,1,2", ",3,4"))
    with pytest.raises(UnreadableError, match="rows of scores"):
        read_scores(written(tmp_path / "none.csv", "model,a,b", ",,", "Average,1,2"))


def test_metrics_of_one_benchmark_are_not_taken_together_in_silence(tmp_path: Path) -> None:
    rows = [f"{model},b,{metric},{len(metric)}" for model in MODELS for metric in ("acc", "acc_norm")]
    with pytest.raises(UnsettledError, match=r"differ in 'metric' \('acc', 'acc_norm' of model"):
        read_scores(written(tmp_path / "two.csv", "model,benchmark,metric,score", *rows))
