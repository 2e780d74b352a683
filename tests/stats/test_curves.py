"""The fitted curve and its band."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from confounded.errors import StatisticsError
from confounded.stats.curves import fitted_curve, spline_basis


def sample(n: int, families: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, x**2 + rng.normal(size=n), np.arange(n) % families


@given(st.integers(12, 60), st.integers(4, 8), st.integers(0, 2**32 - 1))
def test_it_is_the_least_squares_fit_family_by_family(n: int, families: int, seed: int) -> None:
    x, y, group = sample(n, families, seed)
    found = fitted_curve(x, y, group)
    assert found is not None
    knots = np.quantile(x, (0.1, 0.5, 0.9))
    basis = spline_basis(found.x, knots)

    def fit(keep: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return basis @ np.linalg.lstsq(spline_basis(x[keep], knots), y[keep], rcond=None)[0]

    assert found.y == pytest.approx(fit(np.ones(n, bool)), abs=1e-6)
    each = np.array([fit(group != f) for f in range(families)])
    error = np.sqrt((families - 1) / families * ((each - each.mean(axis=0)) ** 2).sum(axis=0))
    half = t.ppf(0.975, families - 1) * error
    if np.isfinite(found.low).all():
        assert found.high - found.y == pytest.approx(half, rel=1e-4, abs=1e-6)


def test_a_straight_relation_gives_a_straight_line_without_a_band_to_speak_of() -> None:
    x = np.linspace(-2, 5, 30)
    found = fitted_curve(x, 3 * x - 1, np.arange(30) % 6)
    assert found is not None
    assert found.y == pytest.approx(3 * found.x - 1)
    assert found.high - found.low == pytest.approx(np.zeros(found.x.size), abs=1e-8)


def test_it_is_straight_beyond_the_outer_knots() -> None:
    x, y, group = sample(50, 7, 1)
    found = fitted_curve(x, y, group)
    assert found is not None
    outside = found.x < np.quantile(x, 0.1)
    assert np.diff(found.y[outside], 2) == pytest.approx(np.zeros(outside.sum() - 2), abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_order_and_the_scale_of_both_axes_do_not_matter(seed: int) -> None:
    x, y, group = sample(30, 6, seed)
    order = np.random.default_rng(seed).permutation(30)
    found, again = (
        fitted_curve(x, y, group),
        fitted_curve(100 * x[order] - 7, 0.01 * y[order] + 4, 5 + group[order]),
    )
    assert found is not None
    assert again is not None
    assert again.x == pytest.approx(100 * found.x - 7)
    assert again.y == pytest.approx(0.01 * found.y + 4, abs=1e-8)
    assert again.low == pytest.approx(0.01 * found.low + 4, abs=1e-6, nan_ok=True)


def test_few_models_get_a_line_and_too_few_nothing() -> None:
    x, y, group = sample(9, 5, 2)
    found = fitted_curve(x, y, group)
    assert found is not None
    assert found.is_straight
    assert fitted_curve(x[:3], y[:3], group[:3]) is None
    assert fitted_curve(np.ones(9), y, group) is None


def test_ties_in_capability_that_leave_no_three_knots_give_a_line() -> None:
    x = np.repeat([0.0, 1.0], 10)
    found = fitted_curve(x, x, np.arange(20) % 5)
    assert found is not None
    assert found.is_straight


def test_with_fewer_than_four_families_there_is_no_band() -> None:
    x, y, _ = sample(20, 3, 3)
    found = fitted_curve(x, y, np.arange(20) % 3)
    assert found is not None
    assert np.isnan(found.low).all()
    assert np.isfinite(found.y).all()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(StatisticsError):
        fitted_curve([1.0, 2.0], [1.0], [0, 1])
    with pytest.raises(StatisticsError):
        fitted_curve([1.0, 2.0], [1.0, 2.0], [0, 1], level=1.0)
