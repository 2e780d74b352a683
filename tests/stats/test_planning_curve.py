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
def test_models_are_worth_from_a_family_each_to_a_model_each(
    sizes: list[int], rho: float, ability: float, residual: float
) -> None:
    worth = independent_models(sizes, rho, ability, residual)
    # Of unequal families even copies tell a little less than a model a family.
    copies = sum(sizes) ** 2 / sum(size**2 for size in sizes)
    assert copies - 1e-9 <= worth <= sum(sizes) + 1e-9
    assert independent_models(sizes, rho, 0.0, 0.0) == pytest.approx(sum(sizes))
    assert independent_models(sizes, rho, 1.0, 1.0) == pytest.approx(copies)


def test_two_models_of_a_family_resemble_each_other_as_the_formula_says() -> None:
    # What one model adds to a correlation, drawn as the model of the planning says it is.
    random = np.random.default_rng(3)
    rho, ability, residual, n = 0.6, 0.3, 0.5, 400_000

    def pair(share: float) -> np.ndarray:
        return np.sqrt(share) * random.standard_normal(n) + np.sqrt(1 - share) * random.standard_normal(
            (2, n)
        )

    x, e = pair(ability), pair(residual)
    y = rho * x + np.sqrt(1 - rho**2) * e
    added = x * y - rho / 2 * (x**2 + y**2)
    alike = np.corrcoef(added)[0, 1]
    # Two families of two: n / (1 + kappa · (2 - 1)).
    assert independent_models([2, 2], rho, ability, residual) == pytest.approx(4 / (1 + alike), rel=0.01)


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


@given(SIZES, st.floats(-0.9, 0.9), st.integers(1, 4), SHARES)
def test_a_study_of_the_same_families_several_times_is_foreseen_as_such(
    sizes: list[int], rho: float, times: int, share: float
) -> None:
    told = foresee(sizes, rho, n_families=times * len(sizes), ability=share, residual=share)
    whole = foresee(sizes * times, rho, ability=share, residual=share)
    assert (told.power, told.low or 0.0) == pytest.approx((whole.power, whole.low or 0.0))


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
