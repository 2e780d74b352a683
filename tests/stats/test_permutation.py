"""Permutation p-values: exact where all permutations can be listed, and the same whatever else is tested."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.permutation import permutation_tests
from confounded.stats.ranks import spearman


def test_approaches_the_exact_p_of_all_permutations() -> None:
    x, y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 3.0, 2.0, 3.0, 6.0, 5.0]
    ranks, observed = stats.rankdata(y), abs(spearman(x, y))
    every = [abs(np.corrcoef(one, ranks)[0, 1]) >= observed - 1e-9 for one in permutations(range(1, 7))]
    exact = np.mean(every)
    found = permutation_tests(x, np.array(y)[:, None], 20_000, seed=1)
    assert found.p[0] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    assert found.rho[0] == pytest.approx(spearman(x, y))


@given(st.integers(0, 1_000))
def test_a_column_has_the_same_p_in_any_company(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, Y = random.normal(size=9), np.round(random.normal(size=(9, 4)), 1)
    Y[random.random((9, 4)) < 0.2] = np.nan
    together = permutation_tests(x, Y, 99, seed=5)
    for b in range(4):
        alone = permutation_tests(x, Y[:, [b]], 99, seed=5)
        np.testing.assert_array_equal(alone.p, together.p[[b]])
        np.testing.assert_array_equal(alone.rho, together.rho[[b]])


@given(st.integers(0, 1_000))
def test_p_is_two_sided_and_never_zero(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.normal(size=8), random.normal(size=(8, 1))
    there, back = permutation_tests(x, y, 99), permutation_tests(x, -y, 99)
    assert there.p[0] == back.p[0]
    assert 1 / 100 <= there.p[0] <= 1


def test_a_perfect_relation_has_the_smallest_p_that_there_is() -> None:
    x = np.arange(30.0)
    assert permutation_tests(x, np.exp(x)[:, None], 199).p[0] == 1 / 200


def test_under_independence_p_is_uniform() -> None:
    random = np.random.default_rng(2)
    found = permutation_tests(random.normal(size=20), random.normal(size=(20, 1_000)), 499)
    assert stats.kstest(found.p, "uniform").pvalue > 0.001


def test_clustering_makes_it_anticonservative_as_documented() -> None:
    random = np.random.default_rng(2)
    family = np.repeat(np.arange(5), 5)
    small = []
    for _ in range(40):
        x = random.normal(size=5)[family] + 0.1 * random.normal(size=25)
        Y = random.normal(size=(5, 20))[family] + 0.1 * random.normal(size=(25, 20))
        small.append((permutation_tests(x, Y, 199).p <= 0.05).mean())
    assert np.mean(small) > 0.2


def test_what_cannot_be_correlated_has_no_p() -> None:
    Y = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 4.0], [1.0, np.nan]])
    found = permutation_tests(np.arange(4.0), Y, 9)
    assert np.isnan(found.p).all()
    assert np.isnan(found.rho).all()


def test_the_seed_decides() -> None:
    random = np.random.default_rng(0)
    x, Y = random.normal(size=12), random.normal(size=(12, 3))
    first, again, other = (permutation_tests(x, Y, 499, seed=seed).p for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    ("x", "Y", "number"),
    [([1.0, 2.0], np.ones((3, 1)), 9), ([1.0, np.nan], np.ones((2, 1)), 9), ([1.0, 2.0], np.ones((2, 1)), 0)],
)
def test_unusable_arrays_are_refused(x: list[float], Y: object, number: int) -> None:
    with pytest.raises(StatisticsError):
        permutation_tests(x, Y, number)  # type: ignore[arg-type]
