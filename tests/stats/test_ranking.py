"""Every model's true rank is inside its interval, all at once, as often as the level says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.ranking import binomial_standard_errors, rank_intervals
from tests.stats import reference_agreement

FloatArray = NDArray[np.float64]


def by_pairs(scores: FloatArray, errors: FloatArray, critical: float) -> list[tuple[float, float]]:
    """Count one pair after another."""
    found = []
    n = sum(not np.isnan(score) for score in scores)
    for i, (score, error) in enumerate(zip(scores, errors, strict=True)):
        if np.isnan(score) or np.isnan(error):
            found.append((np.nan, np.nan))
            continue
        above = below = 0
        for j, (other, other_error) in enumerate(zip(scores, errors, strict=True)):
            if i != j and not np.isnan(other) and not np.isnan(other_error):
                needed = critical * (error**2 + other_error**2) ** 0.5
                above += other - score > needed
                below += score - other > needed
        found.append((1.0 + above, float(n - below)))
    return found


@given(st.integers(0, 10_000), st.integers(2, 15))
def test_is_what_counting_pairs_gives(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    scores, errors = random.normal(0, 3, n), random.uniform(0, 1, n)
    scores[random.random(n) < 0.1] = np.nan
    errors[random.random(n) < 0.2] = np.nan
    found = rank_intervals(scores, errors)
    np.testing.assert_array_equal(
        np.column_stack([found.best, found.worst]), by_pairs(scores, errors, found.critical_value)
    )


@pytest.mark.parametrize("likeness", [1.0, 0.2, 0.0])
def test_many_models_are_told_apart_like_pair_by_pair(likeness: float) -> None:
    random = np.random.default_rng(7)
    scores = np.round(random.normal(0, 3, 2_500), 1)  # many ties, and many gaps of exactly the same size
    errors = np.round(random.uniform(1 - likeness, 1, 2_500), 2) / 4
    found = rank_intervals(scores, errors)
    told = scores[:, None] - scores[None, :] > found.critical_value * np.hypot(
        errors[:, None], errors[None, :]
    )
    np.testing.assert_array_equal(found.best, 1 + told.sum(axis=0))
    np.testing.assert_array_equal(found.worst, scores.size - told.sum(axis=1))


@given(st.integers(0, 10_000), st.integers(2, 12))
def test_the_observed_rank_is_always_allowed(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    scores, errors = random.normal(0, 3, n), random.uniform(0, 1, n)
    found = rank_intervals(scores, errors)
    observed = stats.rankdata(-scores)
    assert (found.best <= observed).all()
    assert (observed <= found.worst).all()


def test_hand_computed_of_five_models() -> None:
    # Critical value 2.728; with errors of .5 a gap must exceed 1.929. Models 10 and 9 are alike, 5, 4.5 and 0 are not.
    found = rank_intervals([9.0, 10.0, 5.0, 0.0, 4.5], [0.5] * 5)
    assert found.best.tolist() == [1, 1, 3, 5, 3]
    assert found.worst.tolist() == [2, 2, 4, 5, 4]


def test_a_model_without_a_standard_error_may_be_anywhere() -> None:
    found = rank_intervals([3.0, 2.0, 1.0], [0.01, np.nan, 0.01])
    assert found.best.tolist() == pytest.approx([1, np.nan, 2], nan_ok=True)
    assert found.worst.tolist() == pytest.approx([2, np.nan, 3], nan_ok=True)


def test_a_model_without_a_score_takes_up_no_rank() -> None:
    found = rank_intervals([3.0, np.nan, 1.0], [0.01, 0.01, 0.01])
    assert found.worst[2] == 2
    assert np.isnan(found.best[1])


def test_nothing_known_is_nothing_said() -> None:
    found = rank_intervals([3.0, 2.0], [np.nan, np.nan])
    assert np.isnan(found.best).all()
    assert np.isnan(found.critical_value)
    alone = rank_intervals([3.0, 2.0], [0.1, np.nan])
    assert (alone.best[0], alone.worst[0]) == (1, 2)


@pytest.mark.parametrize("unequal", [False, True])
@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_all_ranks_are_covered_at_once(unequal: bool, spread: float) -> None:
    random = np.random.default_rng(3)
    n, simulations = 10, 2_000
    truth = np.sort(random.normal(0, spread, n))[::-1]
    errors = np.linspace(0.1, 1.0, n) if unequal else np.full(n, 0.3)
    best, worst = true_ranks(truth)
    missed = 0
    for _ in range(simulations):
        found = rank_intervals(truth + errors * random.standard_normal(n), errors)
        # A true tie may take any of its ranks: the interval must reach all of them.
        missed += bool((found.best > best).any() or (found.worst < worst).any())
    rate = missed / simulations
    allowance = 3 * np.sqrt(0.05 * 0.95 / simulations)
    assert rate <= 0.05 + allowance
    if spread == 0.0 and not unequal:
        assert rate >= 0.05 - allowance  # exact there: a smaller critical value or a wider one would show


def true_ranks(truth: FloatArray) -> tuple[FloatArray, FloatArray]:
    better = truth[None, :] > truth[:, None]
    return 1.0 + better.sum(axis=1), truth.size - better.sum(axis=0).astype(np.float64)


def test_agrees_with_the_studentised_range_of_r() -> None:
    sizes = reference_agreement.given("critical values")["n"].astype(int)
    found = [rank_intervals(np.zeros(n), np.ones(n)).critical_value for n in sizes]
    # SciPy and R integrate differently: the last of these differs by 2e-7.
    assert found == pytest.approx(reference_agreement.pinned("critical values")["value"], abs=1e-5)


def test_all_items_right_still_has_an_error() -> None:
    found = binomial_standard_errors([[1.0, 0.5], [0.0, np.nan], [0.4, 0.4]], [10, np.nan])
    assert found[:2, 0] == pytest.approx(np.sqrt(11 / 12 * 1 / 12 / 12))
    assert found[2, 0] == pytest.approx(np.sqrt(5 / 12 * 7 / 12 / 12))
    assert np.isnan(found[:, 1]).all()


def test_shares_beyond_all_items_are_refused() -> None:
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        binomial_standard_errors([55.0], 100)


@pytest.mark.parametrize(
    ("scores", "errors", "level"),
    [([1.0], [1.0, 2.0], 0.95), ([1.0], [-1.0], 0.95), ([1.0], [np.inf], 0.95), ([1.0], [1.0], 0.0)],
)
def test_unusable_scores_are_refused(scores: list[float], errors: list[float], level: float) -> None:
    with pytest.raises(StatisticsError):
        rank_intervals(scores, errors, level)
