"""Data by columns: nothing is lost, whatever the names."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from confounded.report.packing import by_columns, packed
from tests.report.packed import restored

NAMES = st.sampled_from(["a", "b", "~", "~a", "~~", ""])
RECORDS = st.lists(NAMES, unique=True, max_size=3)


@st.composite
def plain_data(draw: st.DrawFn, depth: int = 3) -> Any:
    """Data as JSON has it, in which lists of records with the same fields are frequent."""
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
    if depth == 0:
        return draw(leaf)
    inner = plain_data(depth - 1)
    names = draw(RECORDS)
    alike = st.lists(st.fixed_dictionaries(dict.fromkeys(names, inner)), max_size=3)
    return draw(leaf | st.lists(inner, max_size=3) | alike | st.dictionaries(NAMES, inner, max_size=3))


@given(plain_data())
def test_what_is_written_by_columns_comes_back_with_its_fields_in_order(data: Any) -> None:
    assert json.dumps(restored(by_columns(data))) == json.dumps(data)


@given(plain_data())
def test_data_by_columns_are_plain_data(data: Any) -> None:
    written = by_columns(data)
    assert json.loads(json.dumps(written)) == written


def test_like_records_are_written_with_their_fields_once() -> None:
    records = [{"rho": 0.5, "parts": [{"n": 1}, {"n": 2}]}, {"rho": None, "parts": []}]
    assert by_columns(records) == {"~": {"rho": [0.5, None], "parts": [{"~": {"n": [1, 2]}}, []]}}


def test_the_same_bytes_are_packed_to_the_same_text() -> None:
    text = packed(b"scores" * 100)
    assert text == packed(b"scores" * 100)
    assert gzip.decompress(base64.b64decode(text)) == b"scores" * 100
