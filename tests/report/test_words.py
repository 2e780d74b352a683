"""Numbers and lists as readers see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.report import words


@pytest.mark.parametrize(
    ("rho", "shown"), [(0.8604, "86.0"), (-0.5396, "−54.0"), (1.0, "100.0"), (-0.0001, "0.0"), (None, "–")]
)
def test_a_correlation_is_in_percent_with_one_decimal_and_a_real_minus(rho: float | None, shown: str) -> None:
    assert words.percent(rho) == shown


@given(st.floats(-1, 1))
def test_no_correlation_is_written_with_a_hyphen_or_as_minus_zero(rho: float) -> None:
    text = words.percent(rho)
    assert "-" not in text
    assert text != "−0.0"
    assert float(text.replace("−", "-")) == pytest.approx(100 * rho, abs=0.0501)


@pytest.mark.parametrize(
    ("flop", "shown"),
    [
        (1.6e23, "1.6\u00a0×\u00a010²³"),
        (9.99e23, "1.0\u00a0×\u00a010²⁴"),
        (1e24, "1.0\u00a0×\u00a010²⁴"),
        (None, "–"),
        (0.0, "–"),
    ],
)
def test_flop_have_one_digit_before_the_point(flop: float | None, shown: str) -> None:
    assert words.flop(flop) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(5e8, "0.5\u00a0B"), (1.41e11, "141\u00a0B"), (1.8e12, "1.8\u00a0T"), (None, "–")]
)
def test_parameters_are_in_billions(number: float | None, shown: str) -> None:
    assert words.parameters(number) == shown


@pytest.mark.parametrize(
    ("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_end_with_and(parts: list[str], shown: str) -> None:
    assert words.and_list(parts) == shown


def test_one_family_is_not_one_families() -> None:
    assert words.plural(1, "family", "families") == "1\u00a0family"
    assert words.plural(1200, "model") == "1,200\u00a0models"


@pytest.mark.parametrize(
    ("p", "shown"), [(None, ""), (0.0481, "0.048"), (0.00004, "4e−5"), (1.0, "1.000"), (2.7e-12, "2.7e−12")]
)
def test_p_values(p: float | None, shown: str) -> None:
    assert words.p_value(p) == shown
