"""Trends over time at fixed capability, with and without the error of the capabilities score."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from confounded.errors import StatisticsError
from confounded.stats.trend import RELIABILITY_FLOOR, adjusted_trends

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
    found = adjusted_trends(x, years, y, own, ALONE).uncorrected
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
    found = adjusted_trends(x, years, y, own, ALONE).uncorrected
    again = adjusted_trends(
        3 * x[order] - 1, years[order] + 10, -5 * y[order] + 2, own[order] + 4, ALONE
    ).uncorrected
    assert again.per_year == pytest.approx(-found.per_year, abs=1e-9)
    assert again.low == pytest.approx(-found.high, abs=1e-8, nan_ok=True)


def test_a_planted_trend_is_found_and_a_gain_in_capability_alone_is_none() -> None:
    x, years, y, own = sample(400, 40, 1, slope=0.5)
    planted = adjusted_trends(x, years, y, own, ALONE).uncorrected
    assert (planted.low > 0).all()
    x, years, y, own = sample(400, 40, 2)
    null = adjusted_trends(x, years, y, own, ALONE).uncorrected
    assert (null.low < 0).all()
    assert (null.high > 0).all()
    assert np.corrcoef(years, y[:, 0])[0, 1] > 0.3


def test_the_mean_of_two_is_between_them_and_of_a_copy_the_same() -> None:
    x, years, y, own = sample(30, 6, 4)
    groups = np.array([[True, False], [False, True], [True, True]])
    found = adjusted_trends(x, years, y, own, groups).uncorrected
    assert found.per_year[2] == pytest.approx(found.per_year[:2].mean())
    twice = adjusted_trends(x, years, np.column_stack([y[:, 0], y[:, 0]]), own, groups).uncorrected
    assert twice.low[2] == pytest.approx(twice.low[0])


def test_what_cannot_be_told_has_a_reason() -> None:
    x, years, y, own = sample(20, 5, 5)
    assert "at least 8" in (
        adjusted_trends(x[:7], years[:7], y[:7], own[:7], ALONE).uncorrected.reasons[0] or ""
    )
    assert "do not vary" in (
        adjusted_trends(x, np.full(20, 2023.0), y, own, ALONE).uncorrected.reasons[0] or ""
    )
    assert "told apart" in (adjusted_trends(x, 2020 + x, y, own, ALONE).uncorrected.reasons[0] or "")
    assert "families" in (adjusted_trends(x, years, y, own % 3, ALONE).uncorrected.reasons[0] or "")
    unknown = adjusted_trends(x, np.full(20, np.nan), y, own, ALONE).uncorrected
    assert np.isnan(unknown.per_year).all()
    with pytest.raises(StatisticsError):
        adjusted_trends(x, years[:3], y, own, ALONE)


def suite(n: int, families: int, seed: int, loading: float = 0.8) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    """Return five noisy parts of a capability that rises, dates, two benchmarks that follow it alone, and families."""
    rng = np.random.default_rng(seed)
    years = 2020 + 5 * rng.uniform(size=n)
    ability = 0.5 * (years - 2022) + 0.6 * rng.normal(size=n)
    parts = loading * ability[:, None] + rng.normal(size=(n, 5)) * np.array([0.3, 0.4, 0.6, 0.6, 0.8])
    y = np.column_stack([ability + 0.5 * rng.normal(size=n) for _ in range(2)])
    return parts, years, y, np.arange(n) % families


def jackknifed(fit: Callable[[np.ndarray], float], own: np.ndarray) -> tuple[float, float]:  # type: ignore[type-arg]
    """Return a figure and half its interval, as plainly as it can be written."""
    each = np.array([fit(own != one) for one in np.unique(own)])
    n = each.size
    error = np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum())
    return fit(np.ones(own.size, bool)), float(student.ppf(0.975, n - 1) * error)


@given(st.integers(20, 60), st.integers(4, 8), SEEDS)
def test_known_error_variances_are_taken_off_the_normal_equations(n: int, families: int, seed: int) -> None:
    parts, years, y, own = suite(n, families, seed)
    score = parts.sum(axis=1)
    variance = np.random.default_rng(seed).uniform(0.5, 1.5, size=n)
    found = adjusted_trends(score, years, y, own, ALONE, error_variance=variance)
    z = (y[:, 0] - y[:, 0].mean()) / y[:, 0].std()

    def fit(keep: np.ndarray) -> float:  # type: ignore[type-arg]
        X = np.column_stack([np.ones(keep.sum()), score[keep], years[keep] - 2022])
        products = X.T @ X
        products[1, 1] -= (keep.sum() - 2) * variance[keep].mean()
        return float(np.linalg.solve(products, X.T @ z[keep])[2])

    if found.corrected.reasons[0] is None:
        expected, half = jackknifed(fit, own)
        assert found.corrected.per_year[0] == pytest.approx(expected, abs=1e-8)
        assert found.corrected.high[0] - expected == pytest.approx(half, rel=1e-6, abs=1e-8)


@given(st.integers(20, 60), st.integers(4, 8), SEEDS)
def test_each_part_is_foretold_by_the_others_family_by_family(n: int, families: int, seed: int) -> None:
    parts, years, y, own = suite(n, families, seed)
    found = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=parts)
    z = (y[:, 0] - y[:, 0].mean()) / y[:, 0].std()

    def fit(keep: np.ndarray) -> float:  # type: ignore[type-arg]
        X = np.column_stack([np.ones(keep.sum()), years[keep] - 2022])

        def given_date(v: np.ndarray) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
            slope = np.linalg.lstsq(X, v, rcond=None)[0]
            return float(slope[1]), v - X @ slope

        change, rest = given_date(z[keep])
        above = below = 0.0
        for j in range(parts.shape[1]):
            slope, own_rest = given_date(parts[keep, j])
            _, others = given_date(np.delete(parts[keep], j, axis=1).sum(axis=1))
            above += float(others @ rest) * slope
            below += float(others @ own_rest)
        return change - above / below

    if found.corrected.reasons[0] is None:
        expected, half = jackknifed(fit, own)
        assert found.corrected.per_year[0] == pytest.approx(expected, abs=1e-8)
        assert found.corrected.high[0] - expected == pytest.approx(half, rel=1e-6, abs=1e-8)


@given(
    st.lists(st.floats(0.7, 1.5), min_size=2, max_size=6),
    st.lists(st.floats(-0.5, 0.5), min_size=6, max_size=6),
    st.floats(-0.5, 0.5),
    st.floats(-2, 2),
    SEEDS,
)
def test_errors_that_are_unrelated_bias_nothing_whatever_parts_weigh_and_however_they_drift(
    loadings: list[float], drift: list[float], planted: float, follows: float, seed: int
) -> None:
    """The sample is made so that errors are exactly unrelated: the planted trend comes back exactly."""
    n, k = 40, len(loadings)
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, k + 3))]))
    date, ability, noise, *errors = (basis[:, 1:] * np.sqrt(n)).T
    gains = np.array(drift[:k])
    parts = np.outer(ability, loadings) + np.outer(date, gains) + 0.5 * np.column_stack(errors)
    # What parts gain with time is capability by definition: on the whole, as each is foretold by the others.
    others = np.sum(loadings) - np.array(loadings)
    gained = float(others @ gains) / float(others @ np.array(loadings))
    y = follows * (ability + gained * date) + planted * date + noise
    found = adjusted_trends(
        parts.sum(axis=1), date, y[:, None], np.arange(n) % 8, np.ones((1, 1), bool), parts=parts
    )
    if found.reliability[0] >= RELIABILITY_FLOOR:
        assert found.corrected.per_year[0] * y.std() == pytest.approx(planted, abs=1e-9)
    else:
        assert np.isnan(found.corrected.per_year[0])


@given(SEEDS)
def test_a_score_without_error_needs_no_correction(seed: int) -> None:
    x, years, y, own = sample(24, 6, seed)
    found = adjusted_trends(x, years, y, own, ALONE, error_variance=np.zeros(24))
    assert found.corrected.per_year == pytest.approx(found.uncorrected.per_year, abs=1e-9)
    assert found.corrected.low == pytest.approx(found.uncorrected.low, abs=1e-8, nan_ok=True)
    assert found.reliability == pytest.approx(1.0)


@given(SEEDS)
def test_order_scale_and_the_weight_of_all_parts_change_no_corrected_trend(seed: int) -> None:
    parts, years, y, own = suite(30, 6, seed)
    order = np.random.default_rng(seed).permutation(30)
    found = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=parts)
    turned = -3 * parts[order][:, ::-1] + 1
    again = adjusted_trends(
        turned.sum(axis=1), years[order] + 10, -5 * y[order], own[order], ALONE, parts=turned
    )
    assert again.corrected.per_year == pytest.approx(-found.corrected.per_year, abs=1e-8, nan_ok=True)
    assert again.corrected.low == pytest.approx(-found.corrected.high, abs=1e-6, nan_ok=True)
    assert again.reliability == pytest.approx(found.reliability)


def test_safety_that_follows_capability_alone_improves_only_where_error_is_left_in() -> None:
    parts, years, y, own = suite(400, 40, 3, loading=0.7)
    found = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=parts)
    assert (found.uncorrected.low > 0).all()
    assert (found.corrected.low < 0).all()
    assert (found.corrected.high > 0).all()
    assert (found.reliability < 1).all()


def test_a_model_of_which_a_part_is_missing_is_in_no_corrected_trend() -> None:
    parts, years, y, own = suite(40, 8, 6)
    holed = parts.copy()
    holed[:5, 2] = np.nan
    found = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=holed)
    without = adjusted_trends(parts[5:].sum(axis=1), years[5:], y[5:], own[5:], ALONE, parts=parts[5:])
    assert found.corrected.per_year == pytest.approx(without.corrected.per_year)
    assert found.corrected.n_models.tolist() == [35, 35]
    assert found.uncorrected.n_models.tolist() == [40, 40]
    holed[:35, 2] = np.nan
    none = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=holed)
    assert "5 models with all that its error follows from" in (none.corrected.reasons[0] or "")
    assert np.isfinite(none.uncorrected.low).all()


def test_what_cannot_be_corrected_has_a_reason_and_keeps_the_uncorrected_trend() -> None:
    parts, years, y, own = suite(60, 10, 7)
    noise = np.random.default_rng(7).normal(size=parts.shape)
    low = adjusted_trends(noise.sum(axis=1), years, y, own, ALONE, parts=noise)
    assert "reliability of the capabilities score" in (low.corrected.reasons[0] or "")
    assert (low.reliability < RELIABILITY_FLOOR).all()
    assert np.isnan(low.corrected.per_year).all()
    assert np.isfinite(low.uncorrected.low).all()
    score = parts.sum(axis=1)
    unknown = adjusted_trends(score, years, y, own, ALONE)
    assert "not known" in (unknown.corrected.reasons[0] or "")
    assert np.isnan(unknown.reliability).all()
    all_error = adjusted_trends(score, years, y, own, ALONE, error_variance=np.full(60, 1e3))
    assert (all_error.reliability < 0).all()
    for wrong in (
        {"parts": parts, "error_variance": score**2},
        {"parts": parts[:, :1]},
        {"error_variance": score},
    ):
        with pytest.raises(StatisticsError):
            adjusted_trends(score - score.max(), years, y, own, ALONE, **wrong)


def test_the_mean_of_a_group_is_of_the_benchmarks_whose_trend_could_be_corrected_either_way() -> None:
    parts, years, y, own = suite(40, 8, 9)
    y[:33, 1] = np.nan
    both = np.ones((1, 2), bool)
    found = adjusted_trends(parts.sum(axis=1), years, y, own, both, parts=parts)
    alone = adjusted_trends(parts.sum(axis=1), years, y, own, ALONE, parts=parts)
    assert found.corrected.per_year[0] == alone.corrected.per_year[0]
    assert found.uncorrected.per_year[0] == alone.uncorrected.per_year[0]
