"""The formula for studies of families says what the simulation of the verdict rule says, and obeys plain sense."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import StatisticsError
from confounded.stats.planning import Design, formula_power, repeated_sizes, simulate_power
from confounded.stats.planning_curve import foresee, independent_models

SIZES = st.lists(st.integers(1, 30), min_size=2, max_size=40)
SHARES = st.floats(0.0, 1.0)
UNEQUAL = (8, 3, 3, 3, 3, 2, 2, 2, 1)


@pytest.mark.parametrize("clustering", [(0.0, 0.0), (0.3, 0.5)])
@pytest.mark.parametrize(("pattern", "n_families"), [(UNEQUAL, 9), ((5,), 12), (UNEQUAL, 30)])
def test_the_power_is_that_of_simulated_studies(
    pattern: tuple[int, ...], n_families: int, clustering: tuple[float, float]
) -> None:
    sizes = repeated_sizes(pattern, n_families)
    found = simulate_power(Design(sizes, *clustering), [0.0, 0.2, 0.6, 0.8], simulations=400, seed=1)
    shares = [found.separable[0], found.separable[1], found.entangled[2], found.entangled[3]]
    for rho, share in zip(found.rho, shares, strict=True):
        told = foresee(sizes, float(rho), ability=clustering[0], residual=clustering[1])
        # What the module states, and two standard errors of the simulation.
        assert told.power == pytest.approx(share, abs=0.07 + 2 * np.sqrt(0.25 / 400))


@given(st.floats(-0.9, 0.9), st.integers(60, 3_000))
def test_of_many_families_of_one_it_is_the_formula_for_independent_models(rho: float, n: int) -> None:
    # Student's t of so many families is nearly normal.
    assert foresee([1] * n, rho).power == pytest.approx(formula_power(n, rho, 0.40, 0.025), abs=0.03)


@given(SIZES, st.floats(-0.95, 0.95), SHARES, SHARES)
def test_models_are_worth_what_the_traces_of_matrices_say(
    sizes: list[int], rho: float, ability: float, residual: float
) -> None:
    n = sum(sizes)
    families = np.repeat(np.arange(len(sizes)), sizes)
    alike = families[:, None] == families
    centre = np.eye(n) - 1.0 / n

    def covariance(share: float) -> np.ndarray:
        return centre @ ((1 - share) * np.eye(n) + share * alike)

    def v(one: float, other: float) -> float:
        a, b = covariance(one), covariance(other)
        return float(np.trace(a @ b) / (np.trace(a) * np.trace(b)))

    told = rho**2 / 2 * (v(ability, ability) + v(residual, residual)) + (1 - rho**2) * v(ability, residual)
    worth = independent_models(sizes, rho, ability, residual)
    assert worth == pytest.approx(1 + 1 / told)
    assert worth <= n + 1e-9
    assert independent_models(sizes, rho, 0.0, 0.0) == pytest.approx(n)
    assert independent_models(sizes, rho, 1.0, 1.0) <= len(sizes) + 1e-9


def test_copies_of_equal_families_are_worth_a_model_a_family() -> None:
    assert independent_models([4] * 7, 0.5, 1.0, 1.0) == pytest.approx(7)
    assert independent_models([4], 0.5, 0.3, 0.5) == 0.0


def test_the_variance_of_drawn_samples_is_that_of_the_formula() -> None:
    random = np.random.default_rng(3)
    sizes, ability, residual, drawn = [5, 3, 2, 1, 1, 1], 0.3, 0.5, 60_000
    families = np.repeat(np.arange(6), sizes)

    def sample(share: float) -> np.ndarray:
        of_family = random.standard_normal((drawn, 6))[:, families]
        values = np.sqrt(share) * of_family + np.sqrt(1 - share) * random.standard_normal((drawn, 13))
        return values - values.mean(axis=1, keepdims=True)

    x, e = sample(ability), sample(residual)
    seen = ((x * e).sum(axis=1) ** 2).mean() / ((x**2).sum(axis=1).mean() * (e**2).sum(axis=1).mean())
    assert independent_models(sizes, 0.0, ability, residual) == pytest.approx(1 + 1 / seen, rel=0.03)


@given(st.floats(-0.9, 0.9), st.integers(6, 40), SHARES, SHARES)
def test_more_families_never_widen_the_interval(rho: float, n: int, ability: float, residual: float) -> None:
    few, many = (foresee([4] * k, rho, ability=ability, residual=residual) for k in (n, 2 * n))
    assert 0.0 <= few.power <= 1.0
    if few.low is not None and few.high is not None:
        assert few.low <= many.low <= rho <= many.high <= few.high  # type: ignore[operator]
        assert few.power <= many.power + 1e-9


@given(st.floats(-0.9, 0.9))
def test_the_sign_of_the_correlation_changes_nothing_but_signs(rho: float) -> None:
    one, other = foresee(UNEQUAL, rho, ability=0.3), foresee(UNEQUAL, -rho, ability=0.3)
    assert one.power == pytest.approx(other.power)
    assert one.low == pytest.approx(-(other.high or 0.0))


@given(SIZES, st.floats(-0.9, 0.9), st.integers(1, 4))
def test_a_study_of_the_same_families_several_times_is_foreseen_as_such(
    sizes: list[int], rho: float, times: int
) -> None:
    told, whole = foresee(sizes, rho, n_families=times * len(sizes)), foresee(sizes * times, rho)
    assert (told.power, told.low or 0.0) == pytest.approx((whole.power, whole.low or 0.0))
    # Of families that resemble each other nearly so, where there are some of each size.
    told = foresee([5, 3, 1] * 4, rho, n_families=12 * times, ability=0.3, residual=0.5)
    whole = foresee([5, 3, 1] * 4 * times, rho, ability=0.3, residual=0.5)
    assert told.power == pytest.approx(whole.power, abs=0.03)


def test_fewer_families_than_allow_a_verdict_never_reach_one() -> None:
    told = foresee([50] * 5, 0.9)
    assert told.power == 0.0
    assert told.low is not None
    assert foresee([1, 1, 1], 0.0) == foresee([3], 0.5) == type(told)(0.0, None, None)


@pytest.mark.parametrize(
    "wrong",
    [{"rho": 1.0}, {"margin": 0.0}, {"level": 1.0}, {"ability": -0.1}, {"residual": 1.1}, {"sizes": []}],
)
def test_what_is_out_of_its_range_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(StatisticsError):
        foresee(**{"sizes": [3] * 9, "rho": 0.0, **wrong})  # type: ignore[arg-type]
