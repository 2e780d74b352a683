"""Residuals are those of a line that has not seen the model's family."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.adjusted import capability_adjusted
from tests.stats import reference_agreement

FloatArray = NDArray[np.float64]


def plainly(
    x: FloatArray, y: FloatArray, families: NDArray[np.int64], level: float
) -> list[tuple[float, float, float]]:
    """Fit one line for one model at a time, with matrices."""
    found = []
    for i in range(x.size):
        rows = (families != families[i]) & ~np.isnan(y)
        n = int(rows.sum())
        if n < 4 or np.ptp(x[rows]) == 0:
            found.append((np.nan, np.nan, np.nan))
            continue
        X = np.column_stack([np.ones(n), x[rows]])
        inverse = np.linalg.inv(X.T @ X)
        b = inverse @ X.T @ y[rows]
        s2 = ((y[rows] - X @ b) ** 2).sum() / (n - 2)
        at = np.array([1.0, x[i]])
        half = stats.t.ppf((1 + level) / 2, n - 2) * np.sqrt(s2 * (1 + at @ inverse @ at))
        found.append((at @ b, at @ b - half, at @ b + half))
    return found


@given(st.integers(0, 10_000), st.sampled_from([0.8, 0.95]))
def test_is_one_line_at_a_time(seed: int, level: float) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(4, 14))
    x, Y = random.normal(size=n), random.normal(50, 5, size=(n, 3))
    Y[random.random((n, 3)) < 0.2] = np.nan
    families = random.integers(0, 4, n)
    found = capability_adjusted(x, Y, families, level)
    for b in range(3):
        expected = np.array(plainly(x, Y[:, b], families, level))
        got = np.column_stack([found.predicted[:, b], found.low[:, b], found.high[:, b]])
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.residual, Y - found.predicted)


def test_a_familys_own_scores_do_not_move_what_is_predicted_of_it() -> None:
    random = np.random.default_rng(0)
    x, y, families = random.normal(size=12), random.normal(size=(12, 1)), np.repeat([0, 1, 2], 4)
    moved = y.copy()
    moved[families == 1] += 100
    before, after = (capability_adjusted(x, one, families) for one in (y, moved))
    own = families == 1
    np.testing.assert_allclose(after.predicted[own], before.predicted[own])
    assert (after.predicted[~own] != before.predicted[~own]).all()


def test_hand_computed_of_five_models() -> None:
    # The line through (0,0) (1,2) (2,2) (3,4) is .2 + 1.2 x, residual variance .8 / 2; at 5: 6.2.
    found = capability_adjusted(
        [0.0, 1.0, 2.0, 3.0, 5.0], [[0.0], [2.0], [2.0], [4.0], [9.0]], [0, 0, 1, 1, 2]
    )
    assert found.predicted[4, 0] == pytest.approx(6.2)
    assert found.residual[4, 0] == pytest.approx(2.8)
    half = stats.t.ppf(0.975, 2) * np.sqrt(0.4 * (1 + 1 / 4 + 3.5**2 / 5))
    assert found.high[4, 0] == pytest.approx(6.2 + half)
    assert found.n_fitted[4, 0] == 4
    assert np.isnan(found.predicted[:4]).all()  # without either other family three models are left


def test_independent_new_models_fall_inside_as_often_as_the_level_says() -> None:
    random = np.random.default_rng(1)
    x, Y = random.normal(size=20), random.normal(size=(20, 2_000))
    Y += 2 * x[:, None]
    found = capability_adjusted(x, Y, np.arange(20), 0.9)
    covered = 1.0 - ((found.low > Y) | (found.high < Y)).mean()
    assert covered == pytest.approx(0.9, abs=0.01)


def test_a_model_without_a_score_is_still_predicted() -> None:
    Y = np.array([[1.0], [2.0], [3.0], [4.0], [np.nan]])
    found = capability_adjusted([1, 2, 3, 4, 5], Y, [0, 1, 2, 3, 4])
    assert found.predicted[4, 0] == pytest.approx(5.0)
    assert np.isnan(found.residual[4, 0])


def test_capability_that_does_not_vary_predicts_nothing() -> None:
    x = np.array([0.1] * 6 + [7.0])
    found = capability_adjusted(x, np.arange(7.0)[:, None], np.arange(7))
    assert np.isnan(found.predicted[6, 0])
    assert np.isfinite(found.predicted[:6]).all()


def test_agrees_with_lm_of_r() -> None:
    data = reference_agreement.given("jackknife")
    found = capability_adjusted(data["score"], data["first"][:, None], data["family"].astype(int), 0.9)
    expected = reference_agreement.pinned("adjusted")
    assert set(expected) == {"predicted", "low", "high"}
    for name, values in expected.items():
        assert getattr(found, name)[:, 0] == pytest.approx(values, abs=reference_agreement.EXACT), name


@pytest.mark.parametrize(
    ("x", "families", "level"),
    [([1.0, 2.0], [0, 1, 2], 0.95), ([1.0, np.nan, 3.0], [0, 1, 2], 0.95), ([1.0, 2.0, 3.0], [0, 1, 2], 1.0)],
)
def test_unusable_arrays_are_refused(x: list[float], families: list[int], level: float) -> None:
    with pytest.raises(StatisticsError):
        capability_adjusted(x, np.ones((3, 1)), families, level)
