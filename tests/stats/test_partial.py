"""The partial rank correlation: by residuals of ranks, and what it must not depend on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.partial import partial_correlation, partial_spearman
from tests.stats.reference import ranks

FloatArray = NDArray[np.float64]


def plainly(x: FloatArray, y: FloatArray, z: FloatArray) -> float:
    """Fit a line on the ranks of z to the ranks of each, and correlate what is left."""
    left = []
    for one in (x, y):
        line = np.column_stack([np.ones(z.size), ranks(z)])
        left.append(ranks(one) - line @ np.linalg.lstsq(line, ranks(one), rcond=None)[0])
    return float(left[0] @ left[1] / math.sqrt((left[0] @ left[0]) * (left[1] @ left[1])))


@st.composite
def columns(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, FloatArray]:
    n = draw(st.integers(5, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from([0.01, 0.5]))  # the second makes ties
    z = rng.normal(size=n)
    x, y = z + rng.normal(size=n), rng.normal(size=n) - draw(st.sampled_from([-1, 0, 1])) * z
    x, y, z = (np.round(one / step) * step for one in (x, y, z))
    return x, y, z


@given(columns())
def test_it_is_the_correlation_of_the_residuals_of_ranks(
    three: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    found = partial_spearman(*three)
    if not math.isnan(found):
        assert found == pytest.approx(plainly(*three), abs=1e-9)


@given(columns(), st.randoms(use_true_random=False))
def test_order_and_monotone_scales_do_not_matter_and_a_sign_turns_it(
    three: tuple[FloatArray, FloatArray, FloatArray], chance: object
) -> None:
    x, y, z = three
    order = list(range(x.size))
    chance.shuffle(order)  # type: ignore[attr-defined]
    found = partial_spearman(x, y, z)
    again = partial_spearman(3 * x[order] + 1, y[order], np.exp(z[order]))
    assert again == pytest.approx(found, abs=1e-12, nan_ok=True)
    assert partial_spearman(x, y, -z) == pytest.approx(found, abs=1e-12, nan_ok=True)
    assert partial_spearman(x, -y, z) == pytest.approx(-found, abs=1e-12, nan_ok=True)
    assert partial_spearman(y, x, z) == pytest.approx(found, abs=1e-12, nan_ok=True)


@given(columns(), st.integers(0, 2))
def test_a_model_that_lacks_one_of_the_three_is_as_if_it_were_not_there(
    three: tuple[FloatArray, FloatArray, FloatArray], lacks: int
) -> None:
    longer = [np.append(one, np.nan if k == lacks else 9.0) for k, one in enumerate(three)]
    assert partial_spearman(*longer) == pytest.approx(partial_spearman(*three), abs=0, nan_ok=True)


def test_what_goes_by_the_third_column_alone_is_gone() -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(size=4000)
    x, y = z + rng.normal(size=4000), z + rng.normal(size=4000)
    assert abs(partial_spearman(x, y, z)) < 0.05
    assert partial_spearman(x, x + 0.1 * y, z) > 0.8


def test_normal_data_that_are_independent_given_the_third_stray_by_no_more_than_is_said() -> None:
    r = np.linspace(0, 0.99, 100)
    a, b = np.meshgrid(r, r)

    def spearman(pearson: FloatArray) -> FloatArray:
        return 6 / np.pi * np.arcsin(pearson / 2)

    found = partial_correlation(spearman(a * b), spearman(a), spearman(b))
    assert 0.0119 < np.nanmax(np.abs(found)) < 0.0121


def test_what_cannot_be_told_is_not_told() -> None:
    assert math.isnan(partial_spearman([1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0]))
    assert math.isnan(partial_spearman([1.0, 1.0, 1.0], [1.0, 3.0, 2.0], [1.0, 2.0, 3.0]))
    assert math.isnan(partial_spearman([1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [1.0, 1.0, 1.0]))
    assert math.isnan(partial_spearman([], [], []))
    assert math.isnan(float(partial_correlation(np.nan, 0.1, 0.1)))
    with pytest.raises(StatisticsError):
        partial_spearman([1.0, 2.0], [1.0, 2.0], [1.0])
