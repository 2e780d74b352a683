"""Tables as people export them: read right, or stopped with what to do; never a silent wrong number."""

from __future__ import annotations

from pathlib import Path

import pytest

from confounded import read_scores
from confounded.errors import ContentError, UnsettledError

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
