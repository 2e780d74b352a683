"""Holes are filled with the draws of a plain sampler, which spread as they should and do not depend on order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.imputation import (
    Noise,
    draw_noise,
    impute,
    imputed_normal_scores,
    normal_scores,
    scale_of,
)
from tests.stats import imputation_reference as reference

FloatArray = NDArray[np.float64]


def holed(n: int, width: int, share: float, seed: int, levels: float | None = None) -> FloatArray:
    """Draw a one-factor table with holes, at least five cells a column; `levels` makes ties."""
    random = np.random.default_rng(seed)
    X = random.normal(size=n)[:, None] + 0.6 * random.normal(size=(n, width))
    if levels is not None:
        X = np.round(X * levels)
    holes = random.random(X.shape) < share
    holes[:5] = False
    return np.where(holes, np.nan, X)


@pytest.mark.parametrize(
    ("n", "width", "share", "levels"), [(12, 3, 0.3, None), (30, 6, 0.6, None), (20, 4, 0.5, 2)]
)
def test_draws_are_those_of_the_plain_sampler(n: int, width: int, share: float, levels: float | None) -> None:
    z = normal_scores(holed(n, width, share, 1, levels))
    noise = draw_noise(n, width, 3, seed=4)
    expected = reference.draws(z, noise, list(range(n)))
    assert np.isnan(z).any()
    np.testing.assert_allclose(imputed_normal_scores(z, noise), expected, atol=1e-7)


def test_the_plain_sampler_is_met_with_rows_left_out() -> None:
    z = normal_scores(holed(15, 4, 0.3, 2)[3:])
    noise = draw_noise(15, 4, 2, seed=0)
    rows = list(range(3, 15))
    np.testing.assert_allclose(
        imputed_normal_scores(z, noise, rows), reference.draws(z, noise, rows), atol=1e-7
    )


def test_cells_that_are_there_keep_their_value_to_the_last_bit() -> None:
    X = holed(20, 5, 0.4, 3)
    for one in impute(X, draw_noise(20, 5, 4, seed=0)):
        assert not np.isnan(one).any()
        assert (one[~np.isnan(X)] == X[~np.isnan(X)]).all()


def test_without_a_hole_nothing_is_changed() -> None:
    X = holed(20, 5, 0.0, 3)
    assert all((one == X).all() for one in impute(X, draw_noise(20, 5, 4, seed=0)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.6), levels=st.sampled_from([None, 2.0]))
@example(seed=384, share=0.5, levels=None)  # two columns run against the other two
def test_rows_and_columns_in_another_order_give_the_same_cells(
    seed: int, share: float, levels: float | None
) -> None:
    X = holed(14, 4, share, seed, levels)
    noise = draw_noise(14, 4, 2, seed=seed)
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(14), random.permutation(4)
    moved = impute(X[rows][:, columns], noise.of_columns(columns), rows)
    np.testing.assert_allclose(moved, impute(X, noise)[:, rows][:, :, columns], atol=1e-6)


@pytest.mark.parametrize("levels", [None, 2.0])
def test_a_rising_transform_of_a_column_moves_no_normal_score(levels: float | None) -> None:
    X = holed(20, 4, 0.4, 5, levels)
    bent = X.copy()
    bent[:, 0], bent[:, 2] = np.exp(X[:, 0]), X[:, 2] ** 3
    noise = draw_noise(20, 4, 3, seed=1)
    np.testing.assert_array_equal(normal_scores(bent), normal_scores(X))
    np.testing.assert_array_equal(
        imputed_normal_scores(normal_scores(bent), noise), imputed_normal_scores(normal_scores(X), noise)
    )


def test_tied_cells_get_one_normal_score_and_its_value_comes_back() -> None:
    column = np.array([1.0, 2.0, 2.0, 2.0, 5.0, np.nan])
    z = normal_scores(column[:, None])[:, 0]
    assert z[1] == z[2] == z[3] == pytest.approx(0.0, abs=1e-12)
    scale = scale_of(column, z)
    np.testing.assert_allclose(scale.of(z[:5]), column[:5])


def test_the_scale_rises_and_goes_on_beyond_the_outermost_cells() -> None:
    column = holed(30, 1, 0.3, 2)[:, 0]
    scale = scale_of(column, normal_scores(column[:, None])[:, 0])
    found = scale.of(np.linspace(-5, 5, 101))
    assert (np.diff(found) > 0).all()
    assert found[-1] > np.nanmax(column)
    assert found[0] < np.nanmin(column)


def test_ranges_of_drawn_cells_hold_what_was_taken_away_as_often_as_they_say() -> None:
    n, width, shares = 400, 6, []
    for seed in range(4):
        random = np.random.default_rng(seed)
        ability = random.normal(size=n)
        whole = 0.8 * ability[:, None] + 0.6 * random.normal(size=(n, width))
        holes = random.random(whole.shape) < 0.3
        drawn = impute(np.where(holes, np.nan, whole), draw_noise(n, width, 120, seed=1))
        low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
        shares.append(((whole >= low) & (whole <= high))[holes].mean())
    # 80 %, less one point for quantiles of 120 draws, and one or two for ranks that are taken as they are; 2,900 cells.
    assert 0.75 < np.mean(shares) < 0.82


def test_imputations_differ_because_parameters_are_drawn_and_not_fixed() -> None:
    X = holed(10, 3, 0.5, 4)
    noise = draw_noise(10, 3, 6, seed=2)
    still = Noise(np.zeros_like(noise.rows), noise.columns, noise.bonds, np.zeros_like(noise.cells))
    drawn = impute(X, still)[:, np.isnan(X)]
    assert (drawn.std(axis=0) > 0.05).all()


def test_the_same_seed_gives_the_same_cells_and_another_one_others() -> None:
    X = holed(12, 3, 0.4, 6)
    first, again, other = (impute(X, draw_noise(12, 3, 2, seed)) for seed in (7, 7, 8))
    assert (first == again).all()
    assert (first != other)[:, np.isnan(X)].all()


@pytest.mark.parametrize(
    ("X", "what"),
    [
        (np.column_stack([np.arange(6.0), np.arange(6.0), np.full(6, np.nan)]), "column 2 with 0"),
        (np.column_stack([np.arange(6.0), np.ones(6), np.arange(6.0)]), "column 1 with 6 of one value"),
        (np.arange(9.0).reshape(3, 3), "column 0 with 3"),
        (np.array([[1.0, 2, 3], [2, 3, np.inf], [3, 4, 5], [4, 5, 6]]), "1 infinite"),
        (np.arange(12.0).reshape(6, 2), "shape"),
        (np.arange(6.0), "shape"),
    ],
)
def test_tables_that_cannot_be_imputed_are_refused(X: FloatArray, what: str) -> None:
    with pytest.raises(StatisticsError, match=what):
        impute(X, draw_noise(len(X), X.shape[-1], 2, seed=0))


def test_one_imputation_is_refused_because_it_shows_no_uncertainty() -> None:
    with pytest.raises(StatisticsError, match="two imputations"):
        draw_noise(10, 3, 1, seed=0)
