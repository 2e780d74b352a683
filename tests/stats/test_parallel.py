"""Parallel analysis finds two planted factors and not two where there is one; varimax is the best of all turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.parallel import one_factor_loadings, parallel_analysis, shuffled_by_families
from confounded.stats.ranks import spearman_matrix
from confounded.stats.rotation import two_components, varimax_angle

FloatArray = NDArray[np.float64]


def suite(second: float, seed: int = 0, n: int = 120, width: int = 8) -> tuple[FloatArray, NDArray[np.intp]]:
    """A general factor, and a second one that only the second half of the columns has."""
    rng = np.random.default_rng(seed)
    general, other = rng.normal(size=(2, n))
    columns = [
        0.7 * general + (second * other if j >= width // 2 else 0.0) + 0.5 * rng.normal(size=n)
        for j in range(width)
    ]
    return np.column_stack(columns), np.arange(n) // 3


def test_a_planted_second_factor_is_found() -> None:
    X, families = suite(0.8)
    found = parallel_analysis(X, families, draws=100)
    assert found.second_p == pytest.approx(1 / 101)
    assert found.n_horn == 2


def test_a_second_factor_that_horn_cannot_see_behind_the_first_is_found_given_the_first() -> None:
    X, families = suite(0.45)
    found = parallel_analysis(X, families, draws=100)
    assert found.n_horn == 1
    assert found.second_p <= 0.05


def test_where_there_is_one_factor_a_second_is_seldom_found() -> None:
    p = [parallel_analysis(*suite(0.0, seed), draws=40).second_p for seed in range(30)]
    assert sum(one <= 0.05 for one in p) <= 4
    assert parallel_analysis(*suite(0.0), draws=40).n_horn == 1


def test_columns_that_have_nothing_in_common_have_no_component() -> None:
    X = np.random.default_rng(1).normal(size=(100, 6))
    assert parallel_analysis(X, np.arange(100), draws=100).n_horn == 0


def test_the_eigenvalues_are_those_of_the_spearman_matrix_and_the_seed_decides_the_rest() -> None:
    X, families = suite(0.3, n=40)
    found = parallel_analysis(X, families, draws=20, seed=4)
    np.testing.assert_allclose(found.eigenvalues, np.linalg.eigvalsh(spearman_matrix(X))[::-1])
    again = parallel_analysis(np.exp(X), families, draws=20, seed=4)  # ranks alone count
    np.testing.assert_allclose(again.thresholds, found.thresholds)
    assert again.second_p == found.second_p


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_shuffling_keeps_kin_together_and_loses_nobody(families: list[int], seed: int) -> None:
    own = np.array(families)
    order = shuffled_by_families(own, np.random.default_rng(seed))
    assert sorted(order.tolist()) == list(range(own.size))
    blocks = 1 + int((np.diff(own[order]) != 0).sum())
    assert blocks == np.unique(own).size


def test_one_factor_loadings_come_back_from_the_matrix_they_make() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3, 0.8])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)
    np.testing.assert_allclose(one_factor_loadings(R), loadings, atol=1e-3)


def criterion(loadings: FloatArray, angle: float) -> float:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return float(((loadings @ turn) ** 2).var(axis=0).sum())


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_no_other_turn_makes_the_variance_of_squared_loadings_larger(seed: int, width: int) -> None:
    loadings = np.random.default_rng(seed).normal(size=(width, 2))
    best = criterion(loadings, varimax_angle(loadings))
    assert best >= max(criterion(loadings, angle) for angle in np.linspace(0, np.pi, 400)) - 1e-12


def test_two_groups_of_columns_lead_one_component_each() -> None:
    rng = np.random.default_rng(2)
    one, two = rng.normal(size=(2, 200))
    X = np.column_stack(
        [
            *(one + 0.4 * rng.normal(size=200) for _ in range(4)),
            *(two + 0.4 * rng.normal(size=200) for _ in range(3)),
        ]
    )
    found = two_components(X)
    assert (found.loadings[:4, 0] > 0.85).all()
    assert (np.abs(found.loadings[:4, 1]) < 0.25).all()
    assert (found.loadings[4:, 1] > 0.85).all()
    assert abs(np.corrcoef(found.scores[:, 0], one)[0, 1]) > 0.9
    assert abs(np.corrcoef(found.scores[:, 1], two)[0, 1]) > 0.9


@given(st.integers(0, 2**32 - 1))
def test_order_of_models_and_columns_and_a_reference_do_not_change_what_is_found(seed: int) -> None:
    X, _ = suite(0.7, seed % 1000, n=40)
    rng = np.random.default_rng(seed)
    found = two_components(X)
    rows, columns = rng.permutation(40), rng.permutation(8)
    moved = two_components(X[np.ix_(rows, columns)], found.loadings[columns])
    np.testing.assert_allclose(moved.loadings, found.loadings[columns], atol=1e-8)
    np.testing.assert_allclose(moved.scores, found.scores[rows], atol=1e-7)
    assert moved.congruence == pytest.approx(1.0)
    swapped = two_components(X, -found.loadings[:, ::-1])
    np.testing.assert_allclose(swapped.loadings, -found.loadings[:, ::-1], atol=1e-8)


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(StatisticsError):
        parallel_analysis(np.ones((5, 2)), np.arange(5))
    with pytest.raises(StatisticsError):
        parallel_analysis(np.random.default_rng(0).normal(size=(5, 3)), np.arange(4))
    with pytest.raises(StatisticsError):
        two_components(np.random.default_rng(0).normal(size=(5, 2)))
