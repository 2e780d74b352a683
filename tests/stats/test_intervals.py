"""The default interval is exactly the family jackknife-t on Fisher's z; nothing is clipped or replaced."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.intervals import (
    bonett_wright_intervals,
    effective_families,
    family_jackknife,
    jackknife_intervals,
    jackknife_p_above,
    percentile_intervals,
)

CORRELATIONS = st.floats(-0.98, 0.98)


def jackknife_of(rho: float, left_out: list[float], **options: object):  # type: ignore[no-untyped-def]
    column = np.array(left_out)[:, None]
    return family_jackknife([rho], column, np.isnan(column), **options)  # type: ignore[arg-type]


@given(CORRELATIONS, st.lists(CORRELATIONS, min_size=4, max_size=12), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_is_the_formula_written_out(rho: float, left_out: list[float], level: float) -> None:
    found = jackknife_intervals(jackknife_of(rho, left_out), level)
    n = len(left_out)
    z = [math.atanh(one) for one in left_out]
    mean = sum(z) / n
    variance = (n - 1) / n * sum((one - mean) ** 2 for one in z)
    half = stats.t.ppf((1 + level) / 2, n - 1) * math.sqrt(variance)
    assert found.low[0] == pytest.approx(math.tanh(math.atanh(rho) - half), abs=1e-12)
    assert found.high[0] == pytest.approx(math.tanh(math.atanh(rho) + half), abs=1e-12)


def test_five_families_by_hand() -> None:
    # z: .1 .2 .3 .4 .5, mean .3, Σ(z-z̄)² = .10, variance 4/5 · .10 = .08; t(4) at .975 is 2.7764451.
    left_out = np.tanh([0.1, 0.2, 0.3, 0.4, 0.5]).tolist()
    found = jackknife_intervals(jackknife_of(math.tanh(0.3), left_out), 0.95)
    half = 2.776445105 * math.sqrt(0.08)
    assert math.atanh(found.low[0]) == pytest.approx(0.3 - half, abs=1e-8)
    assert math.atanh(found.high[0]) == pytest.approx(0.3 + half, abs=1e-8)


def test_the_interval_is_centred_at_the_full_sample_not_at_the_mean_of_replicates() -> None:
    found = jackknife_intervals(jackknife_of(0.5, [0.1, 0.2, 0.15, 0.12, 0.2]), 0.95)
    centre = (math.atanh(found.low[0]) + math.atanh(found.high[0])) / 2
    assert centre == pytest.approx(math.atanh(0.5))


@pytest.mark.parametrize(
    ("rho", "left_out", "said"),
    [
        (0.5, [0.1, 0.2, 0.3], "3 families"),
        (0.5, [0.1, 0.2, 0.3, 1.0], "exactly ±1"),
        (1.0, [0.1, 0.2, 0.3, 0.4], "exactly ±1"),
        (0.5, [0.1, 0.2, 0.3, float("nan"), 0.4], "1 of 5 jackknife replicates are degenerate"),
        (float("nan"), [0.1, 0.2, 0.3, 0.4], "undefined"),
    ],
)
def test_what_cannot_be_had_is_undefined_with_a_reason(rho: float, left_out: list[float], said: str) -> None:
    jackknife = jackknife_of(rho, left_out)
    found = jackknife_intervals(jackknife, 0.95)
    assert np.isnan(found.low[0])
    assert np.isnan(found.high[0])
    assert said in (found.reasons[0] or "")
    assert np.isnan(jackknife_p_above(jackknife, 0.4)[0])


def test_a_family_without_the_benchmark_is_not_counted() -> None:
    present = np.array([True] * 5 + [False])[:, None]
    with_absent = jackknife_of(0.5, [0.4, 0.5, 0.6, 0.55, 0.45, float("nan")], present=present)
    without = jackknife_of(0.5, [0.4, 0.5, 0.6, 0.55, 0.45])
    assert with_absent.n_families[0] == 5
    assert with_absent.standard_error[0] == pytest.approx(without.standard_error[0], abs=1e-15)


@given(CORRELATIONS, st.lists(CORRELATIONS, min_size=6, max_size=12), st.floats(-0.9, 0.9))
def test_p_and_interval_agree(rho: float, left_out: list[float], bound: float) -> None:
    jackknife = jackknife_of(rho, left_out)
    if jackknife.standard_error[0] < 1e-6:
        return
    found = jackknife_intervals(jackknife, 0.95)
    p = jackknife_p_above(jackknife, bound)[0]
    if abs(found.low[0] - bound) > 1e-9:
        assert (found.low[0] > bound) == (p < 0.025)
    if abs(found.high[0] - bound) > 1e-9:
        assert (found.high[0] < bound) == (1 - p < 0.025)


def test_fewer_degrees_of_freedom_make_it_wider() -> None:
    jackknife = jackknife_of(0.5, [0.4, 0.5, 0.6, 0.55, 0.45, 0.5])
    nine, five = jackknife_intervals(jackknife, 0.95), jackknife_intervals(jackknife, 0.95, [3.2])
    assert five.low[0] < nine.low[0]
    assert five.high[0] > nine.high[0]


def test_effective_families_of_the_paper_and_of_equal_families() -> None:
    assert effective_families([3, 3, 3, 3]) == 4.0
    assert effective_families([8, 3, 3, 3, 2, 2, 2, 2, 1]) == pytest.approx(26**2 / 108)
    assert effective_families([]) == 0.0


@given(st.integers(40, 200), st.integers(0, 100))
def test_percentile_intervals_are_quantiles_of_what_is_usable(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
    values[: n // 3, 1] = np.nan
    found = percentile_intervals(values, 0.9)
    np.testing.assert_allclose(
        [found.low[1], found.high[1]], np.quantile(values[n // 3 :, 1], [0.05, 0.95]), atol=1e-15
    )


def test_percentile_intervals_need_most_replicates() -> None:
    values = np.full((10, 1), np.nan)
    values[:5] = 0.5
    found = percentile_intervals(values, 0.95)
    assert np.isnan(found.low[0])
    assert found.reasons[0] is not None


def test_percentile_intervals_need_resamples_beyond_their_ends() -> None:
    found = percentile_intervals(np.full((10, 1), 0.5), 0.95)
    assert np.isnan(found.low[0])
    assert "too few resamples" in (found.reasons[0] or "")
    assert percentile_intervals(np.full((40, 1), 0.5), 0.95).reasons == (None,)


def test_bonett_wright_by_hand() -> None:
    # rho .5, n 30: variance (1 + .125) / 27, z .5493061 ± 1.9599640 · .2041241.
    found = bonett_wright_intervals([0.5], [30], 0.95)
    assert math.atanh(found.low[0]) == pytest.approx(0.5493061 - 1.9599640 * 0.2041241, abs=1e-6)
    assert math.atanh(found.high[0]) == pytest.approx(0.5493061 + 1.9599640 * 0.2041241, abs=1e-6)


@pytest.mark.parametrize(("rho", "n"), [(1.0, 30), (0.5, 3), (float("nan"), 30)])
def test_bonett_wright_is_undefined_at_the_edges(rho: float, n: int) -> None:
    found = bonett_wright_intervals([rho], [n], 0.95)
    assert np.isnan(found.low[0])
    assert found.reasons[0] is not None


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 95.0])
def test_levels_that_make_no_sense_are_refused(level: float) -> None:
    with pytest.raises(StatisticsError):
        bonett_wright_intervals([0.5], [30], level)
    with pytest.raises(StatisticsError):
        percentile_intervals([[0.5]], level)


def test_shapes_that_do_not_agree_are_refused() -> None:
    with pytest.raises(StatisticsError):
        family_jackknife([0.5, 0.6], [[0.5]], [[False]])
