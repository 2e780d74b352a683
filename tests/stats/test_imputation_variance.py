"""What imputation adds to an interval is Rubin's rule, of one correlation or of a weighted sum of several."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.imputation_variance import (
    Imputations,
    ImputationVariance,
    complete_limits,
    imputation_variance,
    with_imputations,
)
from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.pooling import contrast_intervals, contrast_p, linear_jackknife, pooling_weights

FloatArray = NDArray[np.float64]
SEEDS = st.integers(0, 10_000)


def draw(seed: int, n: int = 4, n_drawn: int = 7, n_hidden: int = 6) -> Imputations:
    """Draw correlations that share part of what imputation does to them."""
    random = np.random.default_rng(seed)
    z = random.uniform(-1, 1, n)
    drawn = z + 0.1 * random.normal(size=(n_drawn, 1)) + 0.05 * random.normal(size=(n_drawn, n))
    hidden = z + 0.05 * random.normal(size=(n_hidden, n))
    return Imputations(
        np.tanh(drawn.mean(axis=0)), np.tanh(drawn), np.tanh(hidden), random.uniform(1, 3, n_hidden)
    )


def reference(given: Imputations, weights: FloatArray) -> tuple[float, float]:
    """Return B and D of one weighted sum from the matrices of Rubin's rules, written out cell by cell."""
    m, n = given.drawn.shape
    z, whole, hidden = np.arctanh(given.drawn), np.arctanh(given.rho), np.arctanh(given.hidden)
    mean = [sum(z[k][b] for k in range(m)) / m for b in range(n)]
    move = [
        sum((hidden[h][b] - whole[b]) * given.per_hidden[h] for h in range(len(hidden))) / len(hidden)
        for b in range(n)
    ]
    between = misfit = 0.0
    for a in range(n):
        for b in range(n):
            covariance = sum((z[k][a] - mean[a]) * (z[k][b] - mean[b]) for k in range(m)) / (m - 1)
            between += weights[a] * covariance * weights[b]
            misfit += weights[a] * move[a] * move[b] * weights[b]
    return between, misfit


@given(SEEDS, st.integers(1, 6), st.integers(2, 9), st.integers(1, 7))
def test_the_variance_of_a_sum_is_that_of_the_matrices_written_out(
    seed: int, n: int, n_drawn: int, n_hidden: int
) -> None:
    given_ = draw(seed, n, n_drawn, n_hidden)
    weights = np.random.default_rng(seed + 1).uniform(-1, 1, (3, n))
    found = imputation_variance(given_, weights)
    for k, row in enumerate(weights):
        between, misfit = reference(given_, row)
        assert found.between[k] == pytest.approx(between, abs=1e-12)
        assert found.misfit[k] == pytest.approx(misfit, abs=1e-12)
        assert found.total[k] == pytest.approx((1 + 1 / n_drawn) * between + misfit, abs=1e-12)


@given(SEEDS)
def test_a_sum_of_one_is_that_one(seed: int) -> None:
    found, alone = imputation_variance(draw(seed), np.eye(4)), imputation_variance(draw(seed))
    np.testing.assert_array_equal(found.between, alone.between)
    np.testing.assert_array_equal(found.misfit, alone.misfit)


@given(SEEDS, st.permutations(range(4)))
def test_the_order_of_members_draws_and_hidings_changes_nothing(seed: int, order: list[int]) -> None:
    one = draw(seed)
    random = np.random.default_rng(seed)
    draws, hidings = random.permutation(7), random.permutation(6)
    other = Imputations(
        one.rho[order],
        one.drawn[draws][:, order],
        one.hidden[hidings][:, order],
        one.per_hidden[hidings],
    )
    weights = random.uniform(-1, 1, (2, 4))
    here, there = imputation_variance(one, weights), imputation_variance(other, weights[:, order])
    np.testing.assert_allclose(there.total, here.total, rtol=1e-9)


@given(SEEDS)
def test_a_member_counted_twice_adds_no_certainty(seed: int) -> None:
    one = draw(seed, n=1)
    twice = imputation_variance(one.of([0, 0]), [[0.5, 0.5]])
    assert twice.total == pytest.approx(imputation_variance(one).total)


def test_errors_that_members_do_not_share_average_out() -> None:
    random = np.random.default_rng(0)
    z = 0.1 * random.normal(size=(4000, 4))
    apart = Imputations(np.zeros(4), np.tanh(z), np.empty((0, 4)), np.empty(0))
    weights = pooling_weights([[True] * 4])
    assert imputation_variance(apart, weights).between[0] == pytest.approx(0.01 / 4, rel=0.1)
    alike = Imputations(np.zeros(4), np.tanh(np.repeat(z[:, :1], 4, axis=1)), apart.hidden, apart.per_hidden)
    assert imputation_variance(alike, weights).between[0] == pytest.approx(0.01, rel=0.1)


def test_nothing_is_added_where_nothing_is_missing() -> None:
    rho = np.array([0.3, -0.2])
    whole = Imputations(rho, np.tile(rho, (5, 1)), np.empty((0, 2)), np.empty(0))
    weights = pooling_weights([[True, True]])
    left_out = np.tanh(0.1 * np.random.default_rng(0).normal(size=(8, 2)))
    plain = linear_jackknife(rho, left_out, np.zeros((8, 2), bool), weights)
    found = with_imputations(plain, imputation_variance(whole, weights))
    for level in (0.5, 0.95):
        assert jackknife_intervals(found, level).low[0] == jackknife_intervals(plain, level).low[0]
        assert jackknife_intervals(found, level).high[0] == jackknife_intervals(plain, level).high[0]


def test_members_of_weight_0_are_not_looked_at() -> None:
    one = draw(3)
    one.drawn[:, 2] = np.nan
    one.hidden[:, 2] = np.nan
    found = imputation_variance(one, [[0.5, 0.5, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0]])
    assert np.isfinite(found.total[0])
    assert np.isnan(found.total[1])


def test_hidings_that_tell_nothing_are_left_out_until_most_do() -> None:
    one = draw(3)
    one.hidden[:3, 0] = np.nan
    moves = (np.arctanh(one.hidden) - np.arctanh(one.rho))[3:] * one.per_hidden[3:, None]
    assert imputation_variance(one).misfit[0] == pytest.approx(moves[:, 0].mean() ** 2)
    one.hidden[3, 1] = np.nan
    # Where one member tells nothing, neither does the sum.
    assert np.isnan(imputation_variance(one, [[0.5, 0.5, 0.0, 0.0]]).misfit[0])
    assert np.isfinite(imputation_variance(one, [[0.0, 0.5, 0.5, 0.0]]).misfit[0])


def test_corrected_correlations_are_drawn_and_hidden_as_corrected() -> None:
    one = draw(3)
    by = np.array([1.0, 1.1, 1.2, 0.9])
    found = imputation_variance(one.times(by))
    assert found.between[1] == pytest.approx(np.var(np.arctanh(1.1 * one.drawn[:, 1]), ddof=1))
    assert found.between[0] == imputation_variance(one).between[0]


def test_the_variance_is_that_of_the_jackknife_and_between_imputations_by_rubins_rule() -> None:
    random = np.random.default_rng(0)
    left_out = np.tanh(0.5 + 0.1 * random.normal(size=(9, 3)))
    plain = family_jackknife(np.full(3, 0.46), left_out, np.zeros((9, 3), bool))
    between = np.array([0.0, 0.01, 4.0])
    found = with_imputations(plain, ImputationVariance(between, np.zeros(3), 5))
    np.testing.assert_allclose(found.standard_error, np.sqrt(plain.standard_error**2 + 1.2 * between))
    assert found.freedom[0] == 8.0
    # Nearly all of the variance lies between five imputations: then four degrees of freedom.
    assert found.freedom[2] == pytest.approx(4.0, abs=0.3)
    assert (found.freedom <= 8.0).all()
    assert jackknife_intervals(found, 0.95).low[0] == jackknife_intervals(plain, 0.95).low[0]
    assert jackknife_intervals(found, 0.95).low[1] < jackknife_intervals(plain, 0.95).low[1]


def test_a_contrast_uses_the_degrees_of_freedom_of_imputation() -> None:
    left_out = np.tanh(0.05 * np.random.default_rng(0).normal(size=(9, 2)))
    plain = linear_jackknife([0.3, 0.1], left_out, np.zeros((9, 2), bool), [[1.0, -1.0]])
    found = with_imputations(plain, ImputationVariance(np.array([4.0]), np.zeros(1), 3))
    assert found.freedom[0] < 3
    half = contrast_intervals(found, 0.95).high[0] - found.z[0]
    assert half / found.standard_error[0] > 3
    assert contrast_p(found)[0] > contrast_p(plain)[0]


def test_a_perfect_correlation_in_one_table_leaves_no_interval() -> None:
    plain = family_jackknife(np.array([0.9]), np.full((6, 1), 0.8), np.zeros((6, 1), bool))
    drawn = np.array([[1.0], [0.8]])
    perfect = imputation_variance(Imputations(np.array([0.9]), drawn, np.empty((0, 1)), np.empty(0)))
    found = with_imputations(plain, perfect)
    assert found.reasons[0] is not None
    assert "±1" in found.reasons[0]
    assert np.isnan(found.standard_error[0])


def test_a_correlation_that_hidden_cells_tell_nothing_of_has_no_interval_and_says_why() -> None:
    jackknife = family_jackknife([0.5], [[0.4], [0.5], [0.6], [0.55], [0.45]], np.zeros((5, 1), bool))
    found = with_imputations(jackknife, ImputationVariance(np.array([0.01]), np.array([np.nan]), 10))
    assert found.reasons == ("too few cells are there to see how far imputation strays",)
    assert np.isnan(jackknife_intervals(found, 0.95).low).all()


def test_limits_of_the_complete_table_are_of_imputation_alone() -> None:
    added = ImputationVariance(np.array([0.01, 0.0]), np.array([0.02, 0.0]), 20)
    low, high = complete_limits([0.5, 0.7], added, 0.95)
    half = 2.093024054408263 * np.sqrt(1.05 * 0.01 + 0.02)
    assert low[0] == pytest.approx(np.tanh(np.arctanh(0.5) - half))
    assert high[0] == pytest.approx(np.tanh(np.arctanh(0.5) + half))
    assert low[1] == high[1] == 0.7


def test_one_imputation_and_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(StatisticsError, match="two imputations"):
        imputation_variance(draw(0, n_drawn=1))
    with pytest.raises(StatisticsError, match="weights"):
        imputation_variance(draw(0), [[0.5, 0.5]])
