"""A verdict and its p-value never disagree, and adjusted p-values are the step-up ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.intervals import Jackknife, jackknife_intervals
from confounded.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli, margin_tests
from confounded.stats.reliability import disattenuated_intervals, disattenuated_jackknife
from tests.stats import reference_agreement

Z = st.floats(-3, 3)
ERROR = st.floats(0.001, 2)
P = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0]), st.just(float("nan")))


def one(z: float, error: float, n_families: int) -> Jackknife:
    return Jackknife(np.array([z]), np.array([error]), np.array([n_families]), (None,))


@given(Z, ERROR, st.integers(4, 30), st.floats(0.05, 0.9), st.sampled_from([0.01, 0.05, 0.2]))
def test_p_is_at_most_alpha_exactly_where_the_interval_gives_that_verdict(
    z: float, error: float, n_families: int, margin: float, alpha: float
) -> None:
    tests = margin_tests(one(z, error, n_families), margin)
    interval = jackknife_intervals(one(z, error, n_families), 1 - alpha)
    low, high = interval.low[0], interval.high[0]
    assume(
        min(abs(abs(low) - margin), abs(abs(high) - margin)) > 1e-9
    )  # rounding decides on the margin itself
    verdict = (
        "entangled" if low > margin
        else "inverse" if high < -margin
        else "separable" if low > -margin and high < margin
        else None
    )  # fmt: skip
    assert (tests.p[0] <= alpha) == (verdict is not None)
    if verdict is not None:
        assert tests.claims[0] == verdict


@given(Z, ERROR, st.integers(4, 30))
def test_the_three_p_values_are_those_of_t(z: float, error: float, n_families: int) -> None:
    tests, bound = margin_tests(one(z, error, n_families), 0.4), math.atanh(0.4)
    t = stats.t(n_families - 1)
    assert tests.entangled[0] == pytest.approx(t.sf((z - bound) / error), abs=1e-12)
    assert tests.inverse[0] == pytest.approx(t.cdf((z + bound) / error), abs=1e-12)
    both = max(t.sf((z + bound) / error), t.cdf((z - bound) / error))
    assert tests.separable[0] == pytest.approx(both, abs=1e-12)


@given(Z, ERROR, st.integers(4, 30))
def test_turning_the_sign_swaps_entangled_and_inverse(z: float, error: float, n_families: int) -> None:
    there, back = (margin_tests(one(s * z, error, n_families), 0.4) for s in (1, -1))
    assert there.entangled[0] == back.inverse[0]
    assert there.separable[0] == back.separable[0]
    assert there.p[0] == back.p[0]


def test_an_undefined_standard_error_is_not_tested() -> None:
    tests = margin_tests(one(0.3, np.nan, 9), 0.4)
    assert np.isnan([tests.entangled[0], tests.inverse[0], tests.separable[0], tests.p[0]]).all()
    assert tests.claims == (None,)


def test_no_error_at_all_decides_off_the_margin_and_not_on_it() -> None:
    bound = math.atanh(0.4)
    assert margin_tests(one(bound + 0.1, 0.0, 9), 0.4).p[0] == 0.0
    assert margin_tests(one(bound, 0.0, 9), 0.4).p[0] == 1.0


def test_fewer_degrees_of_freedom_make_larger_p_values() -> None:
    few = margin_tests(one(1.0, 0.2, 9), 0.4, degrees_of_freedom=[2.5])
    assert few.entangled[0] == pytest.approx(stats.t.sf((1.0 - math.atanh(0.4)) / 0.2, 2.5))
    assert few.p[0] > margin_tests(one(1.0, 0.2, 9), 0.4).p[0]


@given(
    st.floats(-0.9, 0.9),
    st.lists(st.floats(-0.9, 0.9), min_size=6, max_size=9),
    st.floats(0.1, 1.0),
    st.floats(-0.05, 0.05),
)
def test_separable_with_a_known_reliability_needs_both_intervals(
    rho: float, left_out: list[float], r: float, change: float
) -> None:
    column = np.array(left_out)[:, None]
    values = np.clip(r + change * np.linspace(-1, 1, len(left_out)), 0.05, 1.0)[:, None]
    nowhere = np.zeros(column.shape, bool)
    corrected = disattenuated_jackknife([rho], column, nowhere, [r], values)
    raw = disattenuated_jackknife([rho], column, nowhere, [1.0], np.ones(column.shape)).jackknife
    tests = margin_tests(raw, 0.4, disattenuated=corrected.jackknife, scale=corrected.scale)
    intervals = (jackknife_intervals(raw, 0.95), disattenuated_intervals(corrected, 0.95))
    ends = np.array([(i.low[0], i.high[0]) for i in intervals if not np.isnan(i.low[0])])
    assume(np.abs(np.abs(ends) - 0.4).min() > 1e-9)
    assert (tests.separable[0] <= 0.025) == bool((np.abs(ends) < 0.4).all())


def test_an_unknown_reliability_asks_for_nothing_more() -> None:
    raw, unknown = one(0.0, 0.05, 9), one(np.nan, np.nan, 9)
    tests = margin_tests(raw, 0.4, disattenuated=unknown, scale=[np.nan])
    assert tests.separable[0] == margin_tests(raw, 0.4).separable[0]


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.4, float("nan")])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(StatisticsError, match="margin"):
        margin_tests(one(0.0, 0.1, 9), margin)


def test_a_correction_without_its_scale_is_refused() -> None:
    with pytest.raises(StatisticsError, match="scale"):
        margin_tests(one(0.0, 0.1, 9), 0.4, disattenuated=one(0.0, 0.1, 9))


def rejected(p: list[float], q: float, penalty: float) -> list[bool]:
    """The step-up procedure as it is written: the largest k with p(k) ≤ k q / n rejects the k smallest."""
    tested = sorted(value for value in p if not math.isnan(value))
    n = len(tested)
    bounds = [value for k, value in enumerate(tested, start=1) if value * n / k * penalty <= q]
    return [bool(bounds) and value <= max(bounds) for value in p]


@given(st.lists(P, min_size=1, max_size=20), st.sampled_from([0.01, 0.05, 0.1, 0.5]))
def test_what_is_at_most_q_is_what_the_step_up_procedure_rejects(p: list[float], q: float) -> None:
    n = sum(not math.isnan(value) for value in p)
    harmonic = sum(1 / k for k in range(1, n + 1))
    for adjust, penalty in ((benjamini_hochberg, 1.0), (benjamini_yekutieli, harmonic)):
        adjusted: NDArray[np.float64] = adjust(p)
        assume(not (np.abs(adjusted - q) < 1e-12).any())
        assert [bool(value <= q) for value in adjusted] == rejected(p, q, penalty)
        assert (np.isnan(adjusted) == np.isnan(p)).all()


def test_what_was_not_tested_is_not_counted() -> None:
    p = [0.01, 0.02, 0.3]
    assert benjamini_hochberg([0.01, np.nan, 0.02, np.nan, 0.3])[[0, 2, 4]] == pytest.approx(
        benjamini_hochberg(p)
    )


def test_hand_computed() -> None:
    # Sorted .01 .02 .03 .5: times 4/k is .04 .04 .04 .5; 1 + 1/2 + 1/3 + 1/4 = 25/12.
    assert benjamini_hochberg([0.5, 0.03, 0.01, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])
    assert benjamini_yekutieli([0.5, 0.03, 0.01, 0.02]) == pytest.approx([1.0, 1 / 12, 1 / 12, 1 / 12])


def test_there_may_be_nothing_to_adjust() -> None:
    assert benjamini_hochberg([]).size == 0
    assert np.isnan(benjamini_yekutieli([np.nan, np.nan])).all()


@pytest.mark.parametrize("p", [[-0.1], [1.1], [[0.1, 0.2]]])
def test_what_is_no_list_of_p_values_is_refused(p: list[float]) -> None:
    with pytest.raises(StatisticsError, match="p-values"):
        benjamini_hochberg(p)


@pytest.mark.parametrize("python", [False, True], ids=["R", "statsmodels"])
def test_agrees_with_other_implementations(python: bool) -> None:
    p = reference_agreement.given("multiplicity")["p"]
    expected = reference_agreement.pinned("multiplicity", python=python)
    exact = reference_agreement.EXACT
    assert benjamini_hochberg(p) == pytest.approx(expected["bh"], abs=exact, nan_ok=True)
    assert benjamini_yekutieli(p) == pytest.approx(expected["by"], abs=exact, nan_ok=True)
