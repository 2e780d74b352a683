"""Reliability is Kuder and Richardson's, recomputed inside replicates; corrected values are never clipped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.reliability import (
    binomial_error_variance,
    disattenuated_intervals,
    disattenuated_jackknife,
    reliability,
    reliability_left_out,
    replicated_reliability,
)
from tests.stats import reference_agreement

FloatArray = NDArray[np.float64]


def kr21(totals: FloatArray, k: int) -> float:
    """Formula 21 as Kuder and Richardson give it, from totals of right answers."""
    mean, variance = totals.mean(), totals.var()
    return float(k / (k - 1) * (1 - mean * (k - mean) / (k * variance)))


@given(st.integers(2, 200), st.lists(st.integers(0, 200), min_size=2, max_size=12))
def test_from_single_items_it_is_formula_21(k: int, drawn: list[int]) -> None:
    totals = np.array([one % (k + 1) for one in drawn], dtype=float)
    assume(np.ptp(totals) > 0)
    shares = (totals / k)[:, None]
    found = reliability(shares, binomial_error_variance(shares, [k]))
    assert found.value[0] == pytest.approx(kr21(totals, k), rel=1e-9, abs=1e-9)


def test_hand_computed_of_five_models() -> None:
    # Ten items; p(1 - p): .09 .21 .25 .21 .09, mean .17, over 9; variance of .1 .3 .5 .7 .9 is .08.
    shares = np.array([[0.1], [0.3], [0.5], [0.7], [0.9]])
    found = reliability(shares, binomial_error_variance(shares, [10]))
    assert found.value[0] == pytest.approx(1 - 0.17 / 9 / 0.08)
    assert found.reasons == (None,)


@given(st.integers(0, 10_000))
def test_a_resample_counts_like_repeated_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(300, 2, size=(9, 3))
    errors = random.uniform(0.1, 1, size=(9, 3))
    scores[random.random((9, 3)) < 0.15] = np.nan
    counts = random.integers(0, 3, size=(4, 9)).astype(float)
    found = replicated_reliability(scores, errors, counts)
    for r, b in np.ndindex(found.shape):
        rows = [row for row in np.repeat(np.arange(9), counts[r].astype(int)) if not np.isnan(scores[row, b])]
        y, e = scores[rows, b], errors[rows, b]
        if len(set(y)) < 2:
            assert np.isnan(found[r, b])
        else:
            assert found[r, b] == pytest.approx(1 - e.mean() / y.var(), rel=1e-6)


@given(st.integers(0, 10_000))
def test_the_whole_sample_is_the_replicate_that_counts_each_model_once(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores, errors = random.normal(size=(6, 2)), random.uniform(0, 1, (6, 2))
    found = replicated_reliability(scores, errors, np.ones((1, 6)))[0]
    assert reliability(scores, errors).value == pytest.approx(found)


def test_what_is_not_known_has_its_reason() -> None:
    scores = np.array([[1.0, 1.0, np.nan, 1.0], [2.0, 1.0, np.nan, 1.1], [3.0, 1.0, np.nan, 0.9]])
    errors = np.array([[0.1, 0.1, 0.1, 0.5], [np.nan, 0.1, 0.1, 0.5], [0.1, 0.1, 0.1, 0.5]])
    found = reliability(scores, errors)
    assert np.isnan(found.value[:3]).all()
    assert found.value[3] < 0
    assert found.reasons[0] == "no standard error for 1 of 3 models"
    assert found.reasons[1] == "the scores do not vary"
    assert found.reasons[2] == "no scores"
    assert "no more than" in str(found.reasons[3])


def test_a_constant_column_is_not_saved_by_rounding() -> None:
    scores = np.full((7, 1), 0.1)
    assert np.isnan(reliability(scores, np.full((7, 1), 1e-30)).value[0])


@pytest.mark.parametrize("k", [np.nan, 1.0, 0.0])
def test_without_two_known_items_nothing_is_known(k: float) -> None:
    assert np.isnan(binomial_error_variance([[0.2], [0.4]], [k])).all()


def test_a_share_beyond_all_items_is_refused() -> None:
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        binomial_error_variance([[20.0], [0.4]], [100])
    assert np.isnan(binomial_error_variance([[20.0]], [np.nan])).all()  # no share at all: nothing to refuse


@pytest.mark.parametrize(
    ("scores", "errors"), [(np.ones((3, 2)), np.ones((3, 1))), (np.ones((3, 1)), -np.ones((3, 1)))]
)
def test_errors_that_fit_no_scores_are_refused(scores: FloatArray, errors: FloatArray) -> None:
    with pytest.raises(StatisticsError):
        reliability(scores, errors)


RHO = st.floats(-0.95, 0.95)


def corrected_of(rho: float, left_out: list[float], r: float, each: list[float]):  # type: ignore[no-untyped-def]
    column = np.array(left_out)[:, None]
    return disattenuated_jackknife([rho], column, np.zeros(column.shape, bool), [r], np.array(each)[:, None])


@given(RHO, st.lists(RHO, min_size=4, max_size=9), st.floats(0.05, 1.0))
def test_a_reliability_that_never_changes_stretches_the_raw_interval(
    rho: float, left_out: list[float], r: float
) -> None:
    corrected = corrected_of(rho, left_out, r, [r] * len(left_out))
    column = np.array(left_out)[:, None]
    raw = jackknife_intervals(family_jackknife([rho], column, np.zeros(column.shape, bool)), 0.95)
    found = disattenuated_intervals(corrected, 0.95)
    assert corrected.rho[0] == pytest.approx(rho / np.sqrt(r))
    assert found.low[0] == pytest.approx(raw.low[0] / np.sqrt(r))
    assert found.high[0] == pytest.approx(raw.high[0] / np.sqrt(r))


@given(RHO, st.lists(RHO, min_size=4, max_size=9), st.floats(0.3, 0.9), st.integers(0, 100))
def test_the_reliability_is_recomputed_without_each_family(
    rho: float, left_out: list[float], r: float, seed: int
) -> None:
    each = r * np.random.default_rng(seed).uniform(0.9, 1.1, len(left_out))
    w = np.array(left_out) / np.sqrt(each) * np.sqrt(r)
    assume((np.abs(w) < 1).all())
    z = np.arctanh(w)
    error = np.sqrt((z.size - 1) / z.size * ((z - z.mean()) ** 2).sum())
    found = corrected_of(rho, left_out, r, list(each))
    assert found.jackknife.standard_error[0] == pytest.approx(error, abs=1e-12)


def test_a_corrected_correlation_beyond_one_is_shown_as_it_is() -> None:
    corrected = corrected_of(0.9, [0.88, 0.91, 0.9, 0.89], 0.5, [0.5] * 4)
    assert corrected.rho[0] == pytest.approx(0.9 / np.sqrt(0.5))
    assert disattenuated_intervals(corrected, 0.95).high[0] > 1


@pytest.mark.parametrize(
    ("r", "each", "reason"),
    [
        (-0.2, [0.5] * 4, "no more than"),
        (0.0, [0.5] * 4, "no more than"),
        (np.nan, [0.5] * 4, "not known"),
        (0.3, [0.3, -0.1, 0.3, 0.3], "leaving out 1 of the families"),
    ],
)
def test_a_reliability_that_allows_no_correction_says_so(r: float, each: list[float], reason: str) -> None:
    corrected = corrected_of(0.2, [0.1, 0.2, 0.3, 0.2], r, each)
    interval = disattenuated_intervals(corrected, 0.95)
    assert np.isnan(interval.low[0])
    assert reason in str(interval.reasons[0])
    assert np.isnan(corrected.rho[0]) == (not r > 0)


def test_a_raw_jackknife_that_is_undefined_stays_so() -> None:
    column = np.array([[0.1], [np.nan], [0.2], [0.3]])
    corrected = disattenuated_jackknife([0.2], column, np.isnan(column), [0.8], np.full((4, 1), 0.8))
    assert "degenerate" in str(corrected.jackknife.reasons[0])


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(StatisticsError, match="reliabilities"):
        disattenuated_jackknife([0.2], np.zeros((4, 1)), np.zeros((4, 1), bool), [0.8, 0.8], np.ones((4, 1)))
    with pytest.raises(StatisticsError, match="counts"):
        replicated_reliability(np.ones((3, 1)), np.ones((3, 1)), np.ones((2, 4)))
    with pytest.raises(StatisticsError, match="items"):
        binomial_error_variance(np.ones((3, 2)), [10])


def test_agrees_with_psych() -> None:
    given_ = reference_agreement.given("reliability")
    shares = given_["shares"][:, None]
    found = reliability(shares, binomial_error_variance(shares, given_["n_items"]))
    expected = reference_agreement.pinned("reliability")["value"]
    assert found.value == pytest.approx(expected, abs=reference_agreement.EXACT)
    cases = reference_agreement.given("disattenuated")
    n = cases["rho"].size
    corrected = disattenuated_jackknife(
        cases["rho"],
        np.tile(cases["rho"], (4, 1)),
        np.zeros((4, n), bool),
        cases["reliability"],
        np.tile(cases["reliability"], (4, 1)),
    )
    expected = reference_agreement.pinned("disattenuated")["rho"]
    assert corrected.rho == pytest.approx(expected, abs=reference_agreement.EXACT)


@given(st.integers(0, 10_000))
def test_leaving_out_units_is_not_counting_their_models(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores, errors = random.normal(50, 10, (20, 3)), random.uniform(1, 9, (20, 3))
    scores[random.random((20, 3)) < 0.2] = np.nan
    units = random.integers(0, 6, 20)
    pairs = np.array([(a, b) for a in range(6) for b in range(a)])
    counts = np.array([[unit not in pair for unit in units] for pair in pairs.tolist()], dtype=float)
    np.testing.assert_allclose(
        reliability_left_out(scores, errors, units, pairs),
        replicated_reliability(scores, errors, counts),
        atol=1e-9,
    )
