"""A turn is found where there is one, and hardly ever where there is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats import shape
from confounded.stats.shape import SHAPES, near_chance_share, shapes
from tests.stats import reference_agreement

FloatArray = NDArray[np.float64]
Curve = Callable[[FloatArray], FloatArray]

N_MODELS = 26
SIMULATED = 1_500

MONOTONE: dict[str, Curve] = {
    "no relation": lambda x: 0 * x,
    "weak line": lambda x: 0.4 * x,
    "line": lambda x: x,
    "bend": lambda x: np.log(1 + np.exp(2 * x)),
    "ceiling": lambda x: 2 * np.minimum(x, 0),
    "step": lambda x: np.where(x > 0, 2.0, 0.0),
}


def share_not_monotone(curve: Curve, n: int, seed: int) -> float:
    random = np.random.default_rng(seed)
    labels: list[str] = []
    for _ in range(SIMULATED // 50):
        x = random.normal(size=n)
        labels += shapes(x, curve(x)[:, None] + random.normal(size=(n, 50))).label
    return labels.count("not monotone") / len(labels)


@pytest.mark.parametrize("name", MONOTONE)
def test_false_alarms_are_rare_for_monotone_relations(name: str) -> None:
    # Measured: .5 % without a relation, 1 % for lines, 4 to 5 % for a ceiling and a step. The gate is 7 %: 5 % and
    # three standard errors of a simulation of 1,500.
    assert share_not_monotone(MONOTONE[name], N_MODELS, seed=1) <= 0.07


def clustered(seed: int, curve: Curve) -> float:
    """Return how often relations among 200 models of 20 families that are much alike are called not monotone."""
    random = np.random.default_rng(seed)
    labels: list[str] = []
    family = np.arange(200) % 20
    for _ in range(20):
        x = 0.8 * random.normal(size=20)[family] + 0.6 * random.normal(size=200)
        rest = 0.9 * random.normal(size=(20, 20))[family] + 0.44 * random.normal(size=(200, 20))
        labels += shapes(x, curve(x)[:, None] + rest, families=family).label
    return labels.count("not monotone") / len(labels)


@pytest.mark.parametrize("name", MONOTONE)
def test_false_alarms_are_as_rare_among_families_that_are_much_alike(name: str) -> None:
    # The gate is 5 % and three standard errors of a simulation of 400 that come in twenties.
    assert clustered(3, MONOTONE[name]) <= 0.09
    assert clustered(4, lambda x: 1.5 * x**2) > 0.5


def test_the_error_of_a_line_is_that_of_leaving_out_each_family_by_hand() -> None:
    random = np.random.default_rng(5)
    u, v, family = random.normal(size=40), random.normal(size=40), random.integers(0, 7, 40)
    lines = shape._interrupted(u, v, 0.0, family)
    assert lines is not None
    for line, side in zip(lines, (u <= 0, u > 0), strict=True):
        own = np.unique(family[side])
        slopes = np.array(
            [np.polyfit(u[side & (family != one)], v[side & (family != one)], 1)[0] for one in own]
        )
        error = np.sqrt((own.size - 1) / own.size * ((slopes - slopes.mean()) ** 2).sum())
        assert line.slope == pytest.approx(np.polyfit(u[side], v[side], 1)[0])
        assert line.t == pytest.approx(line.slope / error)
        assert line.freedom == own.size - 1


def test_too_few_families_on_a_side_show_no_turn() -> None:
    x = np.linspace(-1, 1, 30)
    family = np.where(x < 0, 0, np.arange(30))
    assert shapes(x, (x**2)[:, None]).label == ("not monotone",)
    assert shapes(x, (x**2)[:, None], families=family).label != ("not monotone",)


def test_a_clear_turn_is_found_more_often_than_not() -> None:
    assert share_not_monotone(lambda x: 1.5 * x**2, N_MODELS, seed=2) > 0.6
    assert share_not_monotone(lambda x: -1.5 * x**2, N_MODELS, seed=2) > 0.6


def test_a_v_without_noise_is_taken_apart_at_its_turn() -> None:
    x = np.arange(21.0)
    found = shapes(x, np.abs(x - 10.2)[:, None])
    assert found.label == ("not monotone",)
    assert found.slope_low[0] < 0 < found.slope_high[0]
    assert found.break_at[0] == pytest.approx(10, abs=1.5)
    assert abs(found.rho[0]) < 0.2


@given(st.integers(0, 1_000))
def test_turning_or_stretching_the_benchmark_changes_signs_only(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.normal(size=20), random.normal(size=(20, 1))
    here, turned, stretched = shapes(x, y), shapes(x, -y), shapes(3 * x + 1, np.exp(y))
    assert here.label == turned.label == stretched.label
    assert turned.slope_low[0] == pytest.approx(-here.slope_low[0], nan_ok=True)
    assert stretched.p_high[0] == pytest.approx(here.p_high[0], nan_ok=True)


@given(st.integers(0, 1_000), st.sampled_from([0, 1]))
def test_the_label_follows_from_the_figures(seed: int, digits: int) -> None:
    random = np.random.default_rng(seed)
    x, Y = random.normal(size=14), np.round(random.normal(size=(14, 5)), digits)
    found = shapes(x, Y)
    for b, label in enumerate(found.label):
        turned = found.slope_low[b] * found.slope_high[b] < 0 and max(found.p_low[b], found.p_high[b]) <= 0.05
        expected = "not monotone" if turned else "monotone" if found.p_rho[b] <= 0.05 else "unclear"
        assert label in SHAPES
        assert label == ("flat" if np.ptp(Y[:, b]) == 0 else expected)


def test_scores_that_spread_no_more_than_their_errors_are_flat() -> None:
    random = np.random.default_rng(0)
    x, error = np.arange(26.0), np.full((26, 1), 0.02)
    noise = 0.25 + 0.02 * random.standard_normal((26, 1))
    assert shapes(x, noise, error).label == ("flat",)
    assert shapes(x, noise, np.full((26, 1), np.nan)).label == ("unclear",)
    assert shapes(x, noise + 0.01 * x[:, None], error).label == ("monotone",)


def test_the_spread_is_cochrans_q() -> None:
    y, error = np.array([0.2, 0.3, 0.25, 0.4]), np.array([0.05, 0.04, 0.06, 0.05])
    mean = np.average(y, weights=error**-2)
    expected = stats.chi2.sf((((y - mean) / error) ** 2).sum(), 3)
    assert shapes(np.arange(4.0), y[:, None], error[:, None]).p_spread[0] == pytest.approx(expected)


@given(st.integers(0, 1_000), st.integers(4, 30))
def test_the_p_of_spearman_is_scipys(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.normal(size=n), random.normal(size=n)
    found, expected = shapes(x, y[:, None]), stats.spearmanr(x, y)
    assert found.rho[0] == pytest.approx(expected.statistic)
    assert found.p_rho[0] == pytest.approx(expected.pvalue, abs=1e-12)


def test_each_line_is_that_of_statsmodels_with_robust_errors() -> None:
    data = reference_agreement.given("jackknife")
    expected = reference_agreement.pinned("line", python=True)
    # The same points on both sides of the break: both lines are the one that statsmodels fitted.
    u = np.concatenate([data["score"], data["score"] + 100])
    lines = shape._interrupted(u, np.tile(data["first"], 2), 50.0)
    assert lines is not None
    for line in lines:
        assert line.slope == pytest.approx(expected["slope"][0], abs=reference_agreement.EXACT)
        assert line.t == pytest.approx(expected["t"][0], abs=1e-8)
        assert line.p == pytest.approx(expected["p"][0], abs=reference_agreement.EXACT)


@pytest.mark.parametrize(
    ("x", "y", "label"),
    [
        (np.arange(5.0), np.arange(5.0), "monotone"),  # too few for two lines, not for a correlation
        (np.arange(12.0), np.full(12, 0.1), "flat"),
        (np.full(12, 3.0), np.arange(12.0), "unclear"),
        (np.arange(12.0), np.full(12, np.nan), "unclear"),
        (
            np.repeat([1.0, 2.0], 6),
            np.arange(12.0),
            "monotone",
        ),  # a score of two values has no line on either side
    ],
)
def test_odd_columns_have_a_label_too(x: FloatArray, y: FloatArray, label: str) -> None:
    found = shapes(x, y[:, None])
    assert found.label == (label,)
    assert np.isnan(found.p_low[0])


def test_near_chance_is_within_two_errors_or_below() -> None:
    # Chance .25 of 100 items: an error of .0433, so up to .3366.
    Y = np.array([[0.10, 0.3], [0.25, 0.3], [0.3366, 0.3], [0.3367, 0.3], [np.nan, 0.3]])
    found = near_chance_share(Y, [0.25, 0.25], [100, np.nan])
    assert found[0] == 0.75
    assert np.isnan(found[1])


def test_unusable_arrays_are_refused() -> None:
    with pytest.raises(StatisticsError, match="complete"):
        shapes([1.0, np.nan], [[1.0], [2.0]])
    with pytest.raises(StatisticsError, match="standard errors"):
        shapes([1.0, 2.0], [[1.0], [2.0]], [[0.1, 0.1], [0.1, 0.1]])
    with pytest.raises(StatisticsError, match="chances"):
        near_chance_share([[0.3]], [25.0], [100])
    with pytest.raises(StatisticsError, match="columns"):
        near_chance_share([[0.3]], [0.25, 0.25], [100])
