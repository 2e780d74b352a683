"""Columns of release dates in other people's tables: which are taken, what is read, and what is said of the rest."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest

from confounded.errors import ContentError
from confounded.readers import read_scores
from confounded.scores import ScoreTable


def read(tmp_path: Path, text: str, **beside: str) -> ScoreTable:
    (tmp_path / "t.csv").write_text(text)
    for name, said in beside.items():
        (tmp_path / f"{name}.toml").write_text(said)
    return read_scores(tmp_path)


def released(table: ScoreTable) -> list[str | None]:
    return table.models.sort("model")["released"].to_list()


def said(table: ScoreTable) -> str:
    return " / ".join(f"{issue.where}: {issue.what}" for issue in table.issues)


@pytest.mark.parametrize(
    "name",
    [
        *("released", "Release Date", "release_date", "releaseDate", "Date of release", "Released at"),
        *("publication_date", "Published", "Upload To Hub Date", "upload date", "created_at", "createdAt"),
    ],
)
def test_a_column_of_release_dates_is_known_by_many_names(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, f"model,mmlu,{name}\nA,0.5,2024-05-01T10:00:00Z\nB,0.6,May 2023\nC,0.7,\n")
    assert released(table) == ["2024-05-01", "2023-05", None]
    assert ("is taken to hold the date of release" in said(table)) == (
        name not in ("released", "release_date")
    )
    assert table.scores["benchmark"].unique().to_list() == ["mmlu"]


@pytest.mark.parametrize("name", ["Submission Date", "date", "Date run", "Last updated"])
def test_days_on_which_something_else_happened_are_not_those_of_release(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, f"model,mmlu,{name}\nA,0.5,2024-05-01\nB,0.6,2024-06-01\n")
    assert released(table) == [None, None]
    assert f"dates in {name} are not taken as those of release" in said(table)
    assert table.columns["column"].unique().to_list() == [name]


def test_of_several_the_one_that_says_most_plainly_what_it_is_counts(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "model,mmlu,created_at,Release date,release\nA,0.5,2024-07-01,2024-05-01,v1\nB,0.6,2024-08-01,,v2\n",
    )
    assert released(table) == ["2024-05-01", None]
    assert "'Release date' is taken to hold the date of release of each model, and not created_at" in said(
        table
    )
    assert set(table.columns["column"]) == {"created_at", "Release date", "release"}


def test_dates_that_may_be_two_or_are_none_are_left_out_with_a_word_each(tmp_path: Path) -> None:
    table = read(tmp_path, "model,mmlu,released\nA,0.5,01/05/2024\nB,0.6,soon\nC,0.7,2024-01-02\n")
    assert released(table) == [None, None, "2024-01-02"]
    assert (
        "t.csv, column 'released': 1 date(s) of release may be read in two ways, as '01/05/2024' of"
        in said(table)
    )
    assert "1 date(s) of release are none that can be read, such as 'soon' of model 'B'" in said(table)
    assert not any(issue.stops for issue in table.issues)


def test_an_order_that_other_cells_settle_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "model,mmlu,released\nA,0.5,01/05/2024\nB,0.6,13/05/2024\n")
    assert released(table) == ["2024-05-01", "2024-05-13"]
    assert "dates such as '01/05/2024' are read as 2024-05-01, as '13/05/2024' must be" in said(table)


def test_a_column_of_dates_in_any_form_is_never_one_of_scores(tmp_path: Path) -> None:
    table = read(tmp_path, "model,mmlu,seen\nA,0.5,01/05/2024\nB,0.6,02/06/2024\n")
    assert table.scores["benchmark"].unique().to_list() == ["mmlu"]


def test_numbers_that_might_be_years_stay_scores(tmp_path: Path) -> None:
    table = read(tmp_path, "model,mmlu,arena\nA,0.5,1983\nB,0.6,2024\n")
    assert set(table.scores["benchmark"]) == {"mmlu", "arena"}


def test_a_long_table_takes_a_date_of_each_model_and_not_one_of_each_score(tmp_path: Path) -> None:
    rows = ["A,x,1,2024-05", "A,y,2,2024-05", "B,x,3,2024-06", "B,y,4,2024-06"]
    assert released(read(tmp_path, "\n".join(["model,benchmark,score,Published", *rows]))) == [
        "2024-05",
        "2024-06",
    ]
    rows[0] = "A,x,1,2024-04"
    table = read(tmp_path, "\n".join(["model,benchmark,score,released", *rows]))
    assert released(table) == [None, "2024-06"]
    assert "different things are said of the released of model 'A'" in said(table)


def test_numbers_and_dates_of_data_frames_are_dates() -> None:
    frame = pl.DataFrame({"model": ["A", "B"], "mmlu": [0.5, 0.6], "released": [20240501, 2023]})
    assert released(read_scores(frame)) == ["2024-05-01", "2023"]
    moments = pl.Series([datetime.datetime(2024, 5, 1, 7), datetime.datetime(2023, 1, 1)])
    assert released(read_scores(frame.with_columns(released=moments))) == ["2024-05-01", "2023-01-01"]


def test_a_models_toml_takes_dates_of_its_own_kind_and_as_text_and_refuses_what_is_none(
    tmp_path: Path,
) -> None:
    scores = "model,mmlu\nA,0.5\nB,0.6\n"
    table = read(tmp_path, scores, models='[A]\nreleased = 2024-05-01\n[B]\nreleased = "May 2024"\n')
    assert released(table) == ["2024-05-01", "2024-05"]
    with pytest.raises(ContentError, match="a date such as"):
        read(tmp_path, scores, models='[A]\nreleased = "01/05/2024"\n')


def test_the_leaderboard_says_which_of_its_dates_it_could_not_read(tmp_path: Path) -> None:
    header = "T,Model,Average,ARC,HellaSwag,MMLU,Type,Upload To Hub Date"
    table = read(
        tmp_path, f"{header}\nx,A,50,50,51,52,pretrained,2024-05-01\nx,B,50,50,51,52,pretrained,01/05/2024\n"
    )
    assert released(table) == ["2024-05-01", None]
    assert "column 'Upload To Hub Date': 1 date(s) of release may be read in two ways" in said(table)
