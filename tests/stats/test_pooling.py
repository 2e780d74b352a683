"""Pooling carries the dependence of members along; the random-effects view is metafor's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats

from confounded.errors import StatisticsError
from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.pooling import (
    contrast_intervals,
    contrast_p,
    contrast_weights,
    linear_jackknife,
    pooling_weights,
    random_effects,
)
from confounded.stats.ranks import spearman
from tests.stats import reference_agreement

FloatArray = NDArray[np.float64]

RANDOM_EFFECTS_CASES = ("two", "alike", "spread", "uneven", "many")


def draw(
    seed: int, n_families: int = 7, n_members: int = 4
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    rho = random.uniform(-0.9, 0.9, n_members)
    left_out = np.clip(rho + random.normal(0, 0.05, (n_families, n_members)), -0.99, 0.99)
    return rho, left_out, np.zeros(left_out.shape, bool)


@given(st.integers(0, 10_000), st.integers(4, 12), st.integers(1, 5))
def test_the_pooled_jackknife_is_the_formula_written_out(seed: int, n_families: int, n_members: int) -> None:
    rho, left_out, fine = draw(seed, n_families, n_members)
    found = linear_jackknife(rho, left_out, fine, pooling_weights(np.ones((1, n_members), bool)))
    each = [np.mean([np.arctanh(one) for one in row]) for row in left_out]
    squares = sum((one - np.mean(each)) ** 2 for one in each)
    assert found.z[0] == pytest.approx(np.mean(np.arctanh(rho)))
    assert found.standard_error[0] == pytest.approx(np.sqrt((n_families - 1) / n_families * squares))
    assert found.n_families[0] == n_families


@given(st.integers(0, 10_000))
def test_an_area_of_one_member_is_that_member(seed: int) -> None:
    rho, left_out, fine = draw(seed)
    alone = linear_jackknife(rho, left_out, fine, np.eye(4))
    single = family_jackknife(rho, left_out, fine)
    assert alone.z == pytest.approx(single.z)
    assert alone.standard_error == pytest.approx(single.standard_error)


@given(st.integers(0, 10_000))
def test_a_member_counted_twice_adds_no_certainty(seed: int) -> None:
    rho, left_out, fine = draw(seed, n_members=1)
    twice = linear_jackknife(
        np.repeat(rho, 2), np.repeat(left_out, 2, axis=1), np.repeat(fine, 2, axis=1), [[0.5, 0.5]]
    )
    assert twice.standard_error[0] == pytest.approx(family_jackknife(rho, left_out, fine).standard_error[0])


@given(st.integers(0, 10_000))
def test_a_contrast_is_the_difference_of_the_pools_with_an_error_of_its_own(seed: int) -> None:
    rho, left_out, fine = draw(seed)
    first = np.array([True, True, False, False])
    found = linear_jackknife(rho, left_out, fine, contrast_weights(first, ~first))
    pools = linear_jackknife(rho, left_out, fine, pooling_weights([first, ~first]))
    assert found.z[0] == pytest.approx(pools.z[0] - pools.z[1])
    replicates = np.arctanh(left_out)
    each = replicates[:, :2].mean(axis=1) - replicates[:, 2:].mean(axis=1)
    assert found.standard_error[0] == pytest.approx(np.sqrt((each.size - 1) * each.var()))
    interval = contrast_intervals(found, 0.95)
    assert (contrast_p(found)[0] <= 0.05) == (interval.low[0] > 0 or interval.high[0] < 0)


def test_a_family_absent_from_all_members_cannot_be_left_out() -> None:
    rho, left_out, fine = draw(0)
    present = np.ones(left_out.shape, bool)
    present[2, :2] = False
    weights = pooling_weights([[True, True, False, False], [True, False, True, False]])
    found = linear_jackknife(rho, left_out, fine, weights, present)
    without = linear_jackknife(rho, np.delete(left_out, 2, axis=0), np.delete(fine, 2, axis=0), weights)
    assert found.n_families.tolist() == [6, 7]
    assert found.standard_error[0] == pytest.approx(without.standard_error[0])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [("rho", "undefined"), ("perfect", "±1"), ("degenerate", "1 of 7"), ("perfect replicate", "1 of 7")],
)
def test_a_member_that_cannot_be_jackknifed_is_never_dropped_in_silence(spoil: str, reason: str) -> None:
    rho, left_out, bad = draw(1)
    if spoil == "rho":
        rho[1] = np.nan
    elif spoil == "perfect":
        rho[1] = 1.0
    elif spoil == "degenerate":
        bad[3, 1] = True
    else:
        left_out[3, 1] = -1.0
    weights = [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]
    found = linear_jackknife(rho, left_out, bad, weights)
    assert np.isnan(found.standard_error[0])
    assert reason in str(found.reasons[0])
    assert found.reasons[1] is None  # an area that does not hold the member is not touched


def test_too_few_families_or_no_members_say_so() -> None:
    rho, left_out, fine = draw(2, n_families=3)
    assert "3 families" in str(linear_jackknife(rho, left_out, fine, [[0.25] * 4]).reasons[0])
    empty = linear_jackknife(rho, left_out, fine, pooling_weights([[False] * 4]))
    assert empty.reasons == ("no members",)
    assert np.isnan(contrast_intervals(empty, 0.95).low[0])


def test_shapes_and_kinds_that_make_no_sense_are_refused() -> None:
    rho, left_out, fine = draw(0)
    with pytest.raises(StatisticsError, match="weights"):
        linear_jackknife(rho, left_out, fine, [[1.0, 0.0]])
    for first, second in (([True, True], [True, False]), ([False, False], [True, False])):
        with pytest.raises(StatisticsError, match="kinds"):
            contrast_weights(first, second)
    with pytest.raises(StatisticsError, match="level"):
        contrast_intervals(linear_jackknife(rho, left_out, fine, np.eye(4)), 1.0)


@pytest.mark.parametrize("kind", ["pooled", "contrast"])
def test_agrees_with_the_jackknife_of_boot(kind: str) -> None:
    data = reference_agreement.given("jackknife")
    members = np.column_stack([data["first"], data["second"], data["third"]])
    left_out = [
        [spearman(data["score"][data["family"] != f], one[data["family"] != f]) for one in members.T]
        for f in range(8)
    ]
    weights = (
        pooling_weights([[True] * 3])
        if kind == "pooled"
        else contrast_weights([True, True, False], [False, False, True])
    )
    found = linear_jackknife(
        [spearman(data["score"], one) for one in members.T], left_out, np.zeros((8, 3), bool), weights
    )
    expected = reference_agreement.pinned(f"jackknife {kind}")
    interval = contrast_intervals(found, 0.95)
    got = {
        "z": found.z,
        "standard_error": found.standard_error,
        "low": interval.low,
        "high": interval.high,
        "p": contrast_p(found),
    }
    assert set(got) == set(expected)
    for name, value in got.items():
        assert value == pytest.approx(expected[name], abs=reference_agreement.EXACT), name
    pooled = jackknife_intervals(found, 0.95)
    assert pooled.low[0] == pytest.approx(np.tanh(expected["low"][0]))


def test_the_grid_of_cases_has_not_shrunk() -> None:
    cases = {case for case in reference_agreement.read("figures.csv") if case.startswith("random effects")}
    assert cases == {f"random effects {name}" for name in RANDOM_EFFECTS_CASES}
    python = reference_agreement.read("figures_python.csv")
    assert cases <= set(python)


@pytest.mark.parametrize("name", RANDOM_EFFECTS_CASES)
def test_agrees_with_metafor_and_pymare(name: str) -> None:
    data = reference_agreement.given(f"random effects {name}")
    found = random_effects(data["effects"], data["variances"])
    for quantity, expected in reference_agreement.pinned(f"random effects {name}").items():
        assert getattr(found, quantity) == pytest.approx(expected[0], abs=reference_agreement.ITERATED), (
            quantity
        )
    for quantity, expected in reference_agreement.pinned(f"random effects {name}", python=True).items():
        assert getattr(found, quantity) == pytest.approx(expected[0], abs=reference_agreement.COARSE), (
            quantity
        )


EFFECTS = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.005, 1)), min_size=2, max_size=12)


@given(EFFECTS)
def test_tau2_is_where_the_restricted_likelihood_is_largest(cases: list[tuple[float, float]]) -> None:
    y, v = (np.array(one) for one in zip(*cases, strict=True))

    def minus_likelihood(tau2: float) -> float:
        # The likelihood of contrasts that sum to zero: no weights, no mean, no formula of the module.
        contrasts = np.eye(y.size)[1:] - np.eye(y.size)[:-1]
        covariance = contrasts @ np.diag(v + tau2) @ contrasts.T
        return -float(stats.multivariate_normal.logpdf(contrasts @ y, cov=covariance))

    found = random_effects(y, v)
    best = min(
        (
            optimize.minimize_scalar(minus_likelihood, bounds=(0, top), method="bounded").fun
            for top in (0.1, 1, 9)
        ),
        default=np.inf,
    )
    assert minus_likelihood(found.tau2) <= min(best, minus_likelihood(0.0)) + 1e-6


@given(EFFECTS, st.floats(-1, 1), st.sampled_from([0.8, 0.95]))
def test_moving_all_effects_moves_the_mean_and_nothing_else(
    cases: list[tuple[float, float]], shift: float, level: float
) -> None:
    y, v = (np.array(one) for one in zip(*cases, strict=True))
    here, there = random_effects(y, v, level), random_effects(y + shift, v, level)
    assert there.estimate == pytest.approx(here.estimate + shift, abs=1e-6)
    assert there.tau2 == pytest.approx(here.tau2, abs=1e-6)
    assert there.prediction_low <= there.low <= there.estimate <= there.high <= there.prediction_high
    assert 0 <= there.i2 < 1


def test_hand_computed_of_five_members() -> None:
    # Equal variances .01: tau² = variance of the effects (ddof 1) - .01 = .025 - .01; the mean is plain.
    found = random_effects([0.1, 0.2, 0.3, 0.4, 0.5], [0.01] * 5)
    assert found.tau2 == pytest.approx(0.015)
    assert found.estimate == pytest.approx(0.3)
    assert found.standard_error == pytest.approx(np.sqrt(0.025 / 5))
    assert found.i2 == pytest.approx(0.6)
    assert found.high == pytest.approx(0.3 + stats.t.ppf(0.975, 4) * np.sqrt(0.005))
    assert found.prediction_high == pytest.approx(0.3 + stats.t.ppf(0.975, 4) * np.sqrt(0.005 + 0.015))


def test_one_member_has_no_spread_to_estimate() -> None:
    found = random_effects([0.3], [0.1])
    assert found.reason == "1 members; needs two"
    assert np.isnan(found.estimate)


@pytest.mark.parametrize(
    ("y", "v", "level"),
    [
        ([0.1, 0.2], [0.1], 0.95),
        ([0.1, np.nan], [0.1, 0.1], 0.95),
        ([0.1, 0.2], [0.1, 0.0], 0.95),
        ([0.1, 0.2], [0.1, 0.1], 1.0),
    ],
)
def test_unusable_effects_are_refused(y: list[float], v: list[float], level: float) -> None:
    with pytest.raises(StatisticsError):
        random_effects(y, v, level)
