"""A table keeps every cell whole, at any width."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from confounded.cli.tables import table_lines

texts = st.text(alphabet="abc -é模", max_size=40).map(lambda text: " ".join(text.split()))
header = ("name", "number", "what", "licence")
numbers = st.integers(-99, 99_999).map(str)
tables = st.lists(st.tuples(texts, numbers, texts, texts), max_size=6)


def letters(text: str) -> list[str]:
    return sorted(re.sub(r"\s", "", text))


@given(rows=tables, width=st.none() | st.integers(1, 120))
def test_no_letter_is_lost_at_any_width(rows: list[tuple[str, ...]], width: int | None) -> None:
    lines = table_lines(header, rows, right=("number",), width=width)
    assert letters("".join(lines)) == letters("".join(map("".join, (header, *rows))))


@given(rows=tables, width=st.integers(40, 120))
def test_no_line_is_wider_than_was_asked(rows: list[tuple[str, ...]], width: int) -> None:
    assert max(map(len, table_lines(header, rows, right=("number",), width=width))) <= width


@given(rows=tables)
def test_without_a_width_a_row_is_a_line(rows: list[tuple[str, ...]]) -> None:
    assert len(table_lines(header, rows)) == len(rows) + 1


def test_the_widest_column_gives_way_and_names_stay_whole() -> None:
    rows = [("a-long-name-indeed", "12", "what it is, said at some length", "MIT")]
    assert table_lines(header, rows, right=("number",), width=50) == [
        "name                number  what           licence",
        "a-long-name-indeed      12  what it is,    MIT",
        "                            said at some",
        "                            length",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert table_lines(("a", "b"), [], width=20) == ["a  b"]


def test_a_header_without_names_takes_no_line() -> None:
    assert table_lines(("", ""), [("term", "what it is")]) == ["term  what it is"]
