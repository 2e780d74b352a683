"""Dates as people write them: read as far as they are told, and never in one of two ways."""

from __future__ import annotations

import calendar
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import ContentError
from confounded.scores import ScoreTable
from confounded.scores.dates import day_number, looks_like_date, read_date, read_dates, span
from tests.study.tables import table

days = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2024-05-01T00:00:00Z", "2024-05-01"),
        ("2024-05-01T23:59:59.123456-08:00", "2024-05-01"),
        ("2024-05-01 12:30", "2024-05-01"),
        (" 2024/5/1 ", "2024-05-01"),
        ("20240501", "2024-05-01"),
        ("20240501.0", "2024-05-01"),
        ("May 1st, 2024", "2024-05-01"),
        ("Wed, 01 May 2024 00:00:00 GMT", "2024-05-01"),
        ("1-Sept-2024", "2024-09-01"),
        ("13/05/2024", "2024-05-13"),
        ("05/13/2024", "2024-05-13"),
        ("05.05.2024", "2024-05-05"),
        ("1714521600", "2024-05-01"),
        ("1714521600000", "2024-05-01"),
        ("May 2024", "2024-05"),
        ("2024-05", "2024-05"),
        ("05/2024", "2024-05"),
        ("2024", "2024"),
        ("2024.0", "2024"),
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_read_as_far_as_it_is_told(cell: str, told: str) -> None:
    assert read_date(cell) == told


@pytest.mark.parametrize(
    "cell", ["01/05/2024", "1.5.2024", "12-11-2024 10:00", "01/05/24", "24-05-01", "May-24"]
)
def test_what_may_be_two_dates_is_read_as_neither(cell: str) -> None:
    assert read_date(cell) is None
    assert looks_like_date(cell)
    assert read_dates([cell]).twofold == (0,)


@pytest.mark.parametrize(
    "cell", ["", "soon", "2024-02-30", "2024-13", "2024-Q2", "0.5", "12.5", "1.203", "7B", "1949"]
)
def test_what_is_no_date_is_none(cell: str) -> None:
    assert read_date(cell) is None
    assert not looks_like_date(cell)


@given(days, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ", "%Y.%m.%d"]))
def test_a_day_comes_back_from_every_form_with_the_year_first(day: date, form: str) -> None:
    assert read_date(day.strftime(form)) == day.isoformat()


@given(days)
def test_a_day_with_its_month_in_words_comes_back(day: date) -> None:
    word = ["", *["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]][
        day.month
    ]
    assert read_date(f"{word} {day.day}, {day.year}") == day.isoformat()
    assert read_date(f"{day.day} {word} {day.year}") == day.isoformat()


@given(days)
def test_a_day_with_the_year_last_is_read_only_where_its_numbers_cannot_change_places(day: date) -> None:
    told = read_date(f"{day.day:02d}/{day.month:02d}/{day.year}")
    assert told == (day.isoformat() if day.day > 12 or day.day == day.month else None)


def test_one_cell_that_can_be_read_in_one_order_only_settles_a_column_and_two_orders_settle_nothing() -> None:
    read = read_dates(["01/05/2024", None, "13/05/2024", "2023-01-02"])
    assert read.values == ("2024-05-01", None, "2024-05-13", "2023-01-02")
    assert read.settled == (0, 2)
    read = read_dates(["01/05/2024", "05/13/2024"])
    assert read.values == ("2024-01-05", "2024-05-13")
    read = read_dates(["01/05/2024", "05/13/2024", "13/05/2024", "soon"])
    assert read.values == (None, "2024-05-13", "2024-05-13", None)
    assert (read.twofold, read.strange, read.settled) == ((0,), (3,), None)


@given(days)
def test_a_span_holds_every_day_that_is_meant_and_no_other(day: date) -> None:
    last = calendar.monthrange(day.year, day.month)[1]
    assert span(day.isoformat()) == (day, day)
    assert span(day.isoformat()[:7]) == (day.replace(day=1), day.replace(day=last))
    assert span(day.isoformat()[:4]) == (date(day.year, 1, 1), date(day.year, 12, 31))


def test_a_month_counts_as_its_middle_and_a_year_alone_as_no_day() -> None:
    assert day_number("2024-05-01") == date(2024, 5, 1).toordinal()
    assert day_number("2024-05") == date(2024, 5, 16).toordinal()
    assert math.isnan(day_number("2024"))
    assert math.isnan(day_number(None))


def test_a_score_table_has_no_release_that_is_not_a_date() -> None:
    made = table({"mmlu": [0.1, 0.2]})
    with pytest.raises(ContentError, match="release of model"):
        ScoreTable(made.scores, made.models.with_columns(released=made.models["model"]))
