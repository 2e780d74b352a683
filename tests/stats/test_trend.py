"""Trends over time at fixed capability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from confounded.errors import StatisticsError
from confounded.stats.trend import adjusted_trends

SEEDS = st.integers(0, 2**32 - 1)


def sample(n: int, families: int, seed: int, slope: float = 0.0) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed)
    years = 2020 + 5 * rng.uniform(size=n)
    x = 0.5 * (years - 2022) + rng.normal(size=n)
    y = np.column_stack([x + slope * (years - 2022) + rng.normal(size=n) for _ in range(2)])
    return x, years, y, np.arange(n) % families


ALONE = np.eye(2, dtype=bool)


@given(st.integers(10, 40), st.integers(4, 8), SEEDS)
def test_it_is_the_regression_family_by_family(n: int, families: int, seed: int) -> None:
    x, years, y, own = sample(n, families, seed)
    found = adjusted_trends(x, years, y, own, ALONE)
    for b in range(2):
        z = (y[:, b] - y[:, b].mean()) / y[:, b].std()

        def fit(keep: np.ndarray, z: np.ndarray = z) -> float:  # type: ignore[type-arg]
            X = np.column_stack([np.ones(keep.sum()), x[keep], years[keep] - 2022])
            return float(np.linalg.lstsq(X, z[keep], rcond=None)[0][2])

        assert found.per_year[b] == pytest.approx(fit(np.ones(n, bool)), abs=1e-8)
        each = np.array([fit(own != f) for f in range(families)])
        error = np.sqrt((families - 1) / families * ((each - each.mean()) ** 2).sum())
        half = student.ppf(0.975, families - 1) * error
        if found.reasons[b] is None:
            assert found.high[b] - found.per_year[b] == pytest.approx(half, rel=1e-6, abs=1e-9)


@given(SEEDS)
def test_order_scales_and_the_sign_of_scores(seed: int) -> None:
    x, years, y, own = sample(24, 6, seed)
    order = np.random.default_rng(seed).permutation(24)
    found = adjusted_trends(x, years, y, own, ALONE)
    again = adjusted_trends(3 * x[order] - 1, years[order] + 10, -5 * y[order] + 2, own[order] + 4, ALONE)
    assert again.per_year == pytest.approx(-found.per_year, abs=1e-9)
    assert again.low == pytest.approx(-found.high, abs=1e-8, nan_ok=True)


def test_a_planted_trend_is_found_and_a_gain_in_capability_alone_is_none() -> None:
    x, years, y, own = sample(400, 40, 1, slope=0.5)
    planted = adjusted_trends(x, years, y, own, ALONE)
    assert (planted.low > 0).all()
    x, years, y, own = sample(400, 40, 2)
    null = adjusted_trends(x, years, y, own, ALONE)
    assert (null.low < 0).all()
    assert (null.high > 0).all()
    assert np.corrcoef(years, y[:, 0])[0, 1] > 0.3


def test_the_mean_of_two_is_between_them_and_of_a_copy_the_same() -> None:
    x, years, y, own = sample(30, 6, 4)
    groups = np.array([[True, False], [False, True], [True, True]])
    found = adjusted_trends(x, years, y, own, groups)
    assert found.per_year[2] == pytest.approx(found.per_year[:2].mean())
    twice = adjusted_trends(x, years, np.column_stack([y[:, 0], y[:, 0]]), own, groups)
    assert twice.low[2] == pytest.approx(twice.low[0])


def test_what_cannot_be_told_has_a_reason() -> None:
    x, years, y, own = sample(20, 5, 5)
    assert "at least 8" in (adjusted_trends(x[:7], years[:7], y[:7], own[:7], ALONE).reasons[0] or "")
    assert "do not vary" in (adjusted_trends(x, np.full(20, 2023.0), y, own, ALONE).reasons[0] or "")
    assert "told apart" in (adjusted_trends(x, 2020 + x, y, own, ALONE).reasons[0] or "")
    assert "families" in (adjusted_trends(x, years, y, own % 3, ALONE).reasons[0] or "")
    unknown = adjusted_trends(x, np.full(20, np.nan), y, own, ALONE)
    assert np.isnan(unknown.per_year).all()
    with pytest.raises(StatisticsError):
        adjusted_trends(x, years[:3], y, own, ALONE)
