"""Results as files: arrays of plain values on one line, and the same content as plain JSON."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from confounded.study.written import written

values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text() | st.sampled_from(["[\n 1,\n 2\n]", "[1, null]", '"', "[\n null\n ]"])


class Made(msgspec.Struct):
    """A result as any is: texts, arrays, and arrays among texts."""

    text: str
    column: list[float | int | bool | None]
    named: dict[str, list[float | int | bool | None]]
    texts: list[str]
    square: list[list[float | int | bool | None]]


@given(
    st.builds(
        Made,
        texts,
        st.lists(values),
        st.dictionaries(texts, st.lists(values)),
        st.lists(texts),
        st.lists(st.lists(values)),
    )
)
def test_what_is_written_is_what_was_given(made: Made) -> None:
    assert msgspec.json.decode(written(made)) == msgspec.json.decode(msgspec.json.encode(made))


def test_numbers_stand_on_one_line_and_fields_on_one_each() -> None:
    made = Made("a\nb", [1.5, None, -2e-9, True], {"x": [1]}, ["p", "q"], [[1, 2], [3]])
    assert written(made).decode().splitlines()[:3] == [
        "{",
        ' "text": "a\\nb",',
        ' "column": [1.5,null,-2e-9,true],',
    ]
