"""A reversal is claimed where both intervals exclude 0 on opposite sides, and nowhere else; Holm by its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from confounded.errors import StatisticsError
from confounded.stats.intervals import Jackknife, jackknife_intervals
from confounded.stats.multiplicity import holm
from confounded.stats.reversal import reversal_p, two_sided_p

Z = st.floats(-3, 3)
ERROR = st.floats(0.001, 2)
ALPHA = st.sampled_from([0.01, 0.05, 0.2])
FAMILIES = st.integers(4, 30)
P = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0]), st.just(float("nan")))


def one(z: float, error: float, n_families: int) -> Jackknife:
    return Jackknife(np.array([z]), np.array([error]), np.array([n_families]), (None,))


def side(jackknife: Jackknife, alpha: float) -> int:
    """On which side of 0 the interval lies."""
    interval = jackknife_intervals(jackknife, 1 - alpha)
    # Rounding decides where the interval ends at 0.
    assume(min(abs(interval.low[0]), abs(interval.high[0])) > 1e-9)
    return int(interval.low[0] > 0) - int(interval.high[0] < 0)


@given(Z, ERROR, FAMILIES, Z, ERROR, FAMILIES, ALPHA)
def test_p_is_at_most_alpha_exactly_where_both_intervals_exclude_0_on_opposite_sides(
    z: float, e: float, f: int, own_z: float, own_e: float, own_f: int, alpha: float
) -> None:
    whole, own = one(z, e, f), one(own_z, own_e, own_f)
    opposite = side(whole, alpha) * side(own, alpha) == -1
    assert (reversal_p(whole, own)[0] <= alpha) == opposite


@given(st.floats(0.01, 3), ERROR, st.floats(0.001, 1))
def test_a_correlation_that_is_merely_weaker_never_counts(z: float, error: float, share: float) -> None:
    assert reversal_p(one(z, error, 20), one(z * share, error, 8))[0] == 1.0
    assert reversal_p(one(z, error, 20), one(0.0, error, 8))[0] == 1.0


@given(Z, ERROR, FAMILIES, Z, ERROR, FAMILIES)
def test_turning_the_benchmark_round_changes_nothing(
    z: float, e: float, f: int, own_z: float, own_e: float, own_f: int
) -> None:
    there = reversal_p(one(z, e, f), one(own_z, own_e, own_f))[0]
    assert reversal_p(one(-z, e, f), one(-own_z, own_e, own_f))[0] == pytest.approx(there, abs=1e-12)


def test_an_undefined_standard_error_is_not_tested() -> None:
    assert math.isnan(reversal_p(one(0.5, np.nan, 9), one(-0.5, 0.1, 9))[0])
    assert math.isnan(reversal_p(one(0.5, 0.1, 9), one(-0.5, np.nan, 9))[0])
    assert math.isnan(two_sided_p(one(0.5, np.nan, 9))[0])
    assert two_sided_p(one(0.0, 0.0, 9))[0] == 1.0
    with pytest.raises(StatisticsError):
        reversal_p(Jackknife(np.zeros(2), np.ones(2), np.array([9, 9]), (None, None)), one(0.5, 0.1, 9))


@given(st.lists(P, max_size=12), st.sampled_from([0.01, 0.05, 0.3]))
def test_holm_rejects_what_going_down_by_hand_rejects(values: list[float], alpha: float) -> None:
    adjusted = holm(values)
    left = sorted(
        (place for place, p in enumerate(values) if not math.isnan(p)), key=lambda place: values[place]
    )
    rejected = set()
    while left and values[left[0]] * len(left) <= alpha:
        rejected.add(left.pop(0))
    assert {place for place, p in enumerate(adjusted) if p <= alpha} == rejected
    assert [math.isnan(p) for p in adjusted] == [math.isnan(p) for p in values]


@given(st.lists(P, max_size=12), st.randoms(use_true_random=False))
def test_holm_keeps_the_order_and_does_not_see_it(values: list[float], chance: object) -> None:
    order = list(range(len(values)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    adjusted = holm(values)
    np.testing.assert_array_equal(holm([values[place] for place in order]), adjusted[order])
    known = [(p, q) for p, q in zip(values, adjusted, strict=True) if not math.isnan(p)]
    assert all(p <= q <= 1 for p, q in known)
    assert all(q <= other for p, q in known for other_p, other in known if p <= other_p)


def test_holm_takes_no_p_value_that_is_none() -> None:
    with pytest.raises(StatisticsError):
        holm([0.5, 1.5])
    assert holm([]).size == 0
