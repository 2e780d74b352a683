"""Ranks and rank correlations against SciPy, counting, and hand-computed cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.ranks import midranks, spearman, spearman_matrix
from tests.stats import reference

VALUES = st.lists(st.integers(-4, 4), min_size=3, max_size=12)


@given(VALUES)
def test_midranks_are_those_found_by_counting(values: list[int]) -> None:
    array = np.array(values, dtype=float)
    np.testing.assert_array_equal(midranks(array), reference.ranks(array))


@given(st.data())
def test_spearman_is_scipys(data: st.DataObject) -> None:
    x = np.array(data.draw(VALUES), dtype=float)
    y = np.array(data.draw(st.lists(st.integers(-4, 4), min_size=x.size, max_size=x.size)), dtype=float)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_five_models_by_hand() -> None:
    # Ranks 1 2 3 4 5 against 2 1 4 3 5: Σd² = 4, rho = 1 - 6 · 4 / (5 · 24) = 0.8.
    assert spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50]) == pytest.approx(0.8, abs=1e-15)


def test_a_perfect_correlation_is_exactly_one() -> None:
    x = np.arange(31.0)
    assert spearman(x, np.exp(x / 7)) == 1.0
    assert spearman(x, -(x**3)) == -1.0


def test_pairs_with_a_missing_value_are_left_out() -> None:
    x = np.array([1.0, 2, 3, 4, np.nan, 9])
    y = np.array([2.0, 1, 4, 3, 5, np.nan])
    assert spearman(x, y) == spearman(x[:4], y[:4])


def test_the_matrix_holds_the_pairwise_correlations() -> None:
    X = np.random.default_rng(0).integers(0, 5, (12, 4)).astype(float)
    R = spearman_matrix(X)
    for i in range(4):
        for j in range(4):
            assert R[i, j] == pytest.approx(spearman(X[:, i], X[:, j]), abs=1e-15)


@pytest.mark.parametrize(
    "columns", [[[1.0, np.nan], [2.0, 1.0]], [[1.0, 1.0], [2.0, 1.0]], [[1.0, 2.0]], [1.0, 2.0]]
)
def test_columns_that_cannot_be_correlated_are_refused(columns: object) -> None:
    with pytest.raises(StatisticsError):
        spearman_matrix(columns)  # type: ignore[arg-type]


def test_vectors_of_two_lengths_are_refused() -> None:
    with pytest.raises(StatisticsError):
        spearman([1, 2, 3], [1, 2])
