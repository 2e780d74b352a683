"""Measurement error from single items."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.items import are_crossed, crossed_error_variance
from confounded.stats.reliability import binomial_error_variance, reliability

FloatArray = NDArray[np.float64]


def kuder_richardson_20(cells: FloatArray) -> float:
    """Formula 20 of 1937, as textbooks print it, with variances over models of ddof = 0."""
    k = cells.shape[1]
    p = cells.mean(axis=0)
    return float(k / (k - 1) * (1 - (p * (1 - p)).sum() / cells.sum(axis=1).var()))


def cronbach(cells: FloatArray) -> float:
    k = cells.shape[1]
    return float(k / (k - 1) * (1 - cells.var(axis=0, ddof=1).sum() / cells.sum(axis=1).var(ddof=1)))


def answers(models: int, items: int, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    skill, hardness = rng.normal(size=(models, 1)), rng.normal(size=(1, items))
    return (rng.normal(size=(models, items)) < skill - hardness).astype(np.float64)


def of(cells: FloatArray) -> float:
    means = np.nanmean(cells, axis=1)[:, None]
    return float(reliability(means, crossed_error_variance(cells)[:, None]).value[0])


@given(st.integers(3, 20), st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_the_reliability_that_follows_is_formula_20(models: int, items: int, seed: int) -> None:
    cells = answers(models, items, seed)
    if cells.sum(axis=1).var() > 0:
        assert of(cells) == pytest.approx(kuder_richardson_20(cells), abs=1e-9)


@given(st.integers(3, 20), st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_of_graded_items_it_is_cronbachs_alpha(models: int, items: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.normal(size=(models, 1)) + rng.normal(size=(models, items)) + rng.normal(size=(1, items))
    assert of(cells) == pytest.approx(cronbach(cells), abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_order_and_the_hardness_of_items_do_not_matter(seed: int) -> None:
    cells = answers(8, 20, seed)
    rng = np.random.default_rng(seed)
    whole = crossed_error_variance(cells)
    assert crossed_error_variance(cells[:, rng.permutation(20)]) == pytest.approx(whole)
    assert crossed_error_variance(cells + rng.normal(size=20)) == pytest.approx(whole)
    order = rng.permutation(8)
    assert crossed_error_variance(cells[order]) == pytest.approx(whole[order])


def test_items_of_different_hardness_make_less_error_than_formula_21_takes() -> None:
    cells = answers(30, 60, 3)
    loose = binomial_error_variance(cells.mean(axis=1)[:, None], [60.0])
    assert crossed_error_variance(cells).mean() < loose.mean()


def test_missing_cells_hardly_move_it() -> None:
    cells = answers(40, 400, 5)
    holes = np.where(np.random.default_rng(1).random(cells.shape) < 0.05, np.nan, cells)
    assert of(holes) == pytest.approx(of(cells), abs=0.03)


def test_items_of_one_model_alone_are_not_crossed() -> None:
    cells = answers(3, 5, 0)
    cells[1:, 2] = np.nan
    assert not are_crossed(cells)
    with pytest.raises(StatisticsError):
        crossed_error_variance(cells)


def test_a_model_with_one_item_has_no_error_that_is_known() -> None:
    cells = answers(4, 6, 0)
    cells[0, 1:] = np.nan
    assert np.isnan(crossed_error_variance(cells)[0])
    assert np.isfinite(crossed_error_variance(cells)[1:]).all()
