"""A message is one line that says what was expected, what came, where, and what to do."""

from __future__ import annotations

import inspect

from confounded import errors
from confounded.errors import ConfoundedError, ContentError


def test_a_message_has_all_four_parts() -> None:
    problem = ContentError("a number", found="'x'", where="a.csv, line 3", remedy="Correct it.")
    assert str(problem) == "a.csv, line 3: expected a number, but found 'x'. Correct it."


def test_a_line_break_in_the_input_cannot_fake_a_second_message() -> None:
    assert "\n" not in str(ContentError("a number", found="1\nconfounded: all is well"))


def test_every_error_hangs_on_the_one_tree_and_in_its_drawing() -> None:
    found = [
        one for _, one in inspect.getmembers(errors, inspect.isclass) if one.__module__ == errors.__name__
    ]
    assert found
    for one in found:
        assert issubclass(one, ConfoundedError)
        assert one.__name__ in (errors.__doc__ or "")
        assert one.__name__ in errors.__all__
