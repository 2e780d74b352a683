"""The first component is the published one: Spearman's eigenvector, raw standard scores projected on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import StatisticsError
from confounded.stats.component import first_component, score_errors, standardise
from tests.stats import reference
from tests.stats.problems import one_factor

SEEDS = st.integers(0, 1000)


@given(SEEDS)
def test_scores_and_shares_are_those_of_the_reference(seed: int) -> None:
    X = one_factor(11, 5, 1, seed=seed, levels=2.0).suite
    fit = first_component(X)
    own = reference.eigenvector(X)
    expected = ((X - X.mean(axis=0)) / X.std(axis=0)) @ own
    if fit.eigenvalues[0] - fit.eigenvalues[1] > 1e-3:
        np.testing.assert_allclose(np.abs(fit.scores), np.abs(expected), atol=1e-9)
    assert fit.eigenvalues.sum() == pytest.approx(5.0)
    assert fit.explained_share == pytest.approx(fit.eigenvalues[0] / 5.0)


@given(SEEDS)
def test_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    X = one_factor(9, 4, 1, seed=seed).suite
    rows, columns = np.random.default_rng(seed).permutation(9), np.random.default_rng(seed).permutation(4)
    fit, shuffled = first_component(X), first_component(X[rows][:, columns])
    np.testing.assert_allclose(shuffled.eigenvector, fit.eigenvector[columns], atol=1e-9)
    np.testing.assert_allclose(shuffled.scores, fit.scores[rows], atol=1e-9)


@given(SEEDS)
def test_scale_and_origin_of_a_column_do_not_matter(seed: int) -> None:
    X = one_factor(9, 4, 1, seed=seed).suite
    moved = X * np.array([100.0, 0.01, 3.0, 1.0]) + np.array([5.0, -2.0, 0.0, 1e3])
    np.testing.assert_allclose(first_component(moved).scores, first_component(X).scores, atol=1e-8)


def test_the_largest_entry_is_positive_and_a_reference_overrides() -> None:
    X = one_factor(15, 4, 1, seed=2).suite
    X[:, 0] *= -1
    fit = first_component(X)
    assert fit.eigenvector[np.argmax(np.abs(fit.eigenvector))] > 0
    np.testing.assert_allclose(first_component(X, -fit.eigenvector).scores, -fit.scores)


def test_two_equal_columns_get_a_sign_that_rounding_cannot_change() -> None:
    x = np.arange(8.0)
    for noise in range(5):
        X = np.column_stack([x, x, np.random.default_rng(noise).normal(size=8)])
        assert (first_component(X).eigenvector[:2] > 0).all()
        assert (first_component(X[:, [1, 2, 0]]).eigenvector[[0, 2]] > 0).all()


def test_neither_ranks_alone_nor_raw_scores_alone_are_used() -> None:
    X = np.exp(one_factor(15, 4, 1, seed=3).suite * 2)
    Z = standardise(X)
    fit = first_component(X)
    pearson = np.linalg.eigh(np.corrcoef(Z, rowvar=False))[1][:, -1]
    assert np.abs(np.abs(fit.eigenvector) - np.abs(pearson)).max() > 0.01
    np.testing.assert_allclose(fit.scores, Z @ fit.eigenvector)


def test_standard_scores_skip_missing_cells() -> None:
    Z = standardise([[1.0, 5.0], [3.0, np.nan], [np.nan, 7.0]])
    np.testing.assert_allclose(Z, [[-1, -1], [1, np.nan], [np.nan, 1]])


@pytest.mark.parametrize("columns", [[[1.0, 2.0], [1.0, 3.0]], [[np.nan, 1.0], [np.nan, 2.0]], [1.0, 2.0]])
def test_columns_without_spread_are_refused(columns: object) -> None:
    with pytest.raises(StatisticsError):
        standardise(columns)  # type: ignore[arg-type]


def test_infinite_scores_are_refused_instead_of_scored() -> None:
    X = one_factor(8, 3, 1).suite
    X[2, 1] = np.inf
    with pytest.raises(StatisticsError, match="infinite"):
        first_component(X)


def test_a_fit_cannot_be_changed_by_accident() -> None:
    fit = first_component(one_factor(8, 3, 1).suite)
    with pytest.raises(ValueError, match="read-only"):
        fit.scores[0] = 0.0


def test_score_errors_are_the_jackknife_over_capability_benchmarks() -> None:
    rng = np.random.default_rng(3)
    ability = rng.normal(size=15)
    X = ability[:, None] + 0.5 * rng.normal(size=(15, 6))
    fit = first_component(X)
    left = []
    for c in range(6):
        scores = first_component(np.delete(X, c, axis=1), reference=np.delete(fit.eigenvector, c)).scores
        left.append((scores - scores.mean()) / scores.std() * fit.scores.std() + fit.scores.mean())
    expected = np.sqrt(5 / 6 * ((np.array(left) - np.mean(left, axis=0)) ** 2).sum(axis=0))
    found = score_errors(X, fit)
    assert found.standard_error == pytest.approx(expected)
    assert found.degrees_of_freedom == 5


def test_copies_of_one_capability_benchmark_leave_no_error() -> None:
    x = np.random.default_rng(1).normal(size=12)
    X = np.column_stack([x] * 5)
    assert score_errors(X, first_component(X)).standard_error == pytest.approx(np.zeros(12), abs=1e-9)


def test_with_three_capability_benchmarks_the_error_is_not_known() -> None:
    X = np.random.default_rng(1).normal(size=(12, 3))
    assert np.isnan(score_errors(X, first_component(X)).standard_error).all()
