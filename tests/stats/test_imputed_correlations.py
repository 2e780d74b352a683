"""Correlations over imputations are those of the recipe, imputed anew without each family, combined by Rubin's rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.completed import (
    combined,
    completed_correlations,
    completed_scores,
)
from confounded.stats.component import first_component
from confounded.stats.imputation import draw_noise, impute
from confounded.stats.imputation_variance import imputation_variance
from confounded.stats.imputed_correlations import imputed_correlations
from confounded.stats.imputed_replicates import HIDINGS, imputed_fit, lack, lent_holes, replicates_of
from confounded.stats.ranks import spearman

FloatArray = NDArray[np.float64]
FAMILIES = np.repeat(np.arange(6), 5)


def study(share: float = 0.3, strength: float = 0.7, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Draw a suite of five with holes over 30 models, and two columns under test, the second with holes of its own."""
    random = np.random.default_rng(seed)
    ability = random.normal(size=30)
    suite = ability[:, None] + 0.6 * random.normal(size=(30, 5))
    columns = strength * ability[:, None] + random.normal(size=(30, 2))
    columns[:4, 1] = np.nan
    return np.where(random.random(suite.shape) < share, np.nan, suite), columns


def test_many_suites_at_once_are_scored_as_each_alone() -> None:
    suite, columns = study()
    completed = impute(suite, draw_noise(30, 5, 4, seed=0))
    reference = first_component(completed.mean(axis=0)).eigenvector
    fit = completed_scores(completed, reference)
    for m, one in enumerate(completed):
        alone = first_component(one, reference)
        np.testing.assert_allclose(fit.scores[m], alone.scores, atol=1e-9)
        np.testing.assert_allclose(fit.eigenvectors[m], alone.eigenvector, atol=1e-9)
        for column in columns.T:
            assert completed_correlations(fit.scores, column)[m] == pytest.approx(
                spearman(alone.scores, column)
            )


def test_without_a_hole_every_figure_is_that_of_the_complete_table() -> None:
    suite, columns = study(share=0.0)
    beside, without = imputed_correlations(suite, columns, [False, False], FAMILIES, 3, 0)
    for found in (beside, without):
        for b, column in enumerate(columns.T):
            assert found.rho[b] == spearman(first_component(suite).scores, column)
            assert imputation_variance(found.imputations).total[b] == 0.0
            for family in range(6):
                kept = family != FAMILIES
                assert found.left_out[family, b] == spearman(
                    first_component(suite[kept]).scores, column[kept]
                )


def test_a_replicate_imputes_anew_without_the_family() -> None:
    suite, columns = study()
    _, without = imputed_correlations(suite, columns, [False, False], FAMILIES, 4, 3)
    reference = imputed_fit(suite, 4, 3).eigenvector
    noise = draw_noise(30, 6, 4, 3).of_columns(np.arange(5))
    for family in range(6):
        rows = np.flatnonzero(family != FAMILIES)
        scores = completed_scores(impute(suite[rows], noise, rows), reference).scores
        expected = np.tanh(np.arctanh(completed_correlations(scores, columns[rows, 0])).mean())
        assert without.left_out[family, 0] == pytest.approx(expected)


def test_the_column_is_in_the_model_and_its_own_holes_are_not_filled() -> None:
    suite, columns = study()
    beside, without = imputed_correlations(suite, columns, [False, False], FAMILIES, 4, 3)
    reference = imputed_fit(suite, 4, 3).eigenvector
    for b in range(2):
        completed = impute(np.column_stack([suite, columns[:, b]]), draw_noise(30, 6, 4, 3))[:, :, :5]
        rho = completed_correlations(completed_scores(completed, reference).scores, columns[:, b])
        assert beside.rho[b] == pytest.approx(np.tanh(np.arctanh(rho).mean()))
    assert (beside.rho != without.rho).all()


def test_a_column_of_the_suite_is_not_put_in_a_second_time() -> None:
    suite, _ = study()
    beside, without = imputed_correlations(suite, suite[:, :1], [True], FAMILIES, 3, 0)
    assert beside.rho[0] == without.rho[0]
    assert (beside.left_out == without.left_out).all()


def unknown(holes: NDArray[np.bool_]) -> float:
    """Sum what k cells of loading √.675 leave unknown of a standard normal ability, less what all five do."""
    found = 0.0
    for row in holes:
        for cells, sign in ((int((~row).sum()), 1.0), (row.size, -1.0)):
            covariance = np.full((cells, cells), 0.675) + 0.325 * np.eye(cells)
            loadings = np.full(cells, np.sqrt(0.675))
            found += sign * (1.0 - loadings @ np.linalg.inv(covariance) @ loadings)
    return found


def test_what_is_missing_is_counted_by_what_the_cells_would_say_of_ability() -> None:
    holes = np.random.default_rng(3).random((40, 5)) < 0.6
    assert lack(holes) == pytest.approx(unknown(holes))
    suite = np.where(holes, np.nan, np.random.default_rng(4).normal(size=holes.shape))
    replicates = replicates_of(suite, np.zeros(40, np.int64), 3, seed=2)
    for number, scale in enumerate(replicates.lack_per_hidden):
        more = lent_holes(holes, [2, number])
        assert scale == pytest.approx(unknown(holes) / (unknown(more) - unknown(holes)))
    assert lack(np.zeros((7, 5), dtype=np.bool_)) == pytest.approx(0.0, abs=1e-12)


def test_misfit_is_how_far_correlations_move_where_known_cells_are_hidden() -> None:
    suite, columns = study()
    holes = np.isnan(suite)
    found, _ = imputed_correlations(suite, columns, [False, False], FAMILIES, 4, 3)
    moves = []
    for number in range(HIDINGS):
        more = lent_holes(holes, [3, number])
        assert more[holes].all()
        assert (more & ~holes).any()
        completed = impute(
            np.column_stack([np.where(more, np.nan, suite), columns[:, 0]]), draw_noise(30, 6, 4, 3)
        )
        reference = imputed_fit(suite, 4, 3).eigenvector
        rho = completed_correlations(completed_scores(completed[:, :, :5], reference).scores, columns[:, 0])
        move = np.arctanh(rho).mean() - np.arctanh(found.rho[0])
        moves.append(move * holes.sum() / (more & ~holes).sum())
    assert imputation_variance(found.imputations).misfit[0] == pytest.approx(np.mean(moves) ** 2)


def test_lent_holes_are_those_of_other_rows() -> None:
    holes = np.zeros((200, 4), dtype=bool)
    holes[:100, 1] = True
    holes[50:, 2] = True
    lent = lent_holes(holes, [1, 2])
    assert not lent[:, [0, 3]].any()
    assert 25 < (lent & ~holes).sum() < 65


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.5))
def test_turning_a_column_round_turns_its_correlation_round(seed: int, share: float) -> None:
    suite, columns = study(share, seed=seed)
    found, _ = imputed_correlations(suite, columns, [False, False], np.zeros(30, np.int64), 3, seed)
    turned, _ = imputed_correlations(suite, -columns, [False, False], np.zeros(30, np.int64), 3, seed)
    np.testing.assert_allclose(turned.rho, -found.rho, atol=1e-6)


def test_a_rising_transform_of_the_column_changes_nothing() -> None:
    suite, columns = study()
    found, _ = imputed_correlations(suite, columns, [False, False], FAMILIES, 3, 0)
    bent, _ = imputed_correlations(suite, np.exp(columns), [False, False], FAMILIES, 3, 0)
    np.testing.assert_array_equal(bent.rho, found.rho)
    np.testing.assert_array_equal(bent.left_out, found.left_out)


def test_leaving_the_column_out_of_the_model_attenuates() -> None:
    beside, without, truth = [], [], []
    for seed in range(12):
        random = np.random.default_rng(seed)
        ability = random.normal(size=150)
        suite = ability[:, None] + 0.6 * random.normal(size=(150, 6))
        column = ability + 0.5 * random.normal(size=150)
        holes = random.random(suite.shape) < 0.75
        holes[np.arange(150), random.integers(0, 6, 150)] = False
        a, b = imputed_correlations(
            np.where(holes, np.nan, suite), column[:, None], [False], np.zeros(150, np.int64), 10, seed
        )
        beside.append(a.rho[0])
        without.append(b.rho[0])
        truth.append(spearman(first_component(suite).scores, column))
    assert abs(np.mean(beside) - np.mean(truth)) < 0.03
    assert np.mean(without) < np.mean(truth) - 0.06


def test_a_family_without_which_a_column_is_empty_leaves_a_degenerate_replicate() -> None:
    suite, columns = study(share=0.0)
    suite[FAMILIES != 0, 2] = np.nan
    suite[5, 2] = 1.0
    beside, _ = imputed_correlations(suite, columns, [False, False], FAMILIES, 3, 0)
    assert np.isnan(beside.left_out[0]).all()
    assert not np.isnan(beside.left_out[1:]).any()


def test_a_suite_that_cannot_be_imputed_at_all_is_refused() -> None:
    suite, columns = study()
    suite[:, 1] = np.nan
    with pytest.raises(StatisticsError, match="column 1 with 0"):
        imputed_correlations(suite, columns, [False, False], FAMILIES, 3, 0)


def test_correlations_are_combined_by_the_mean_of_fisher_z() -> None:
    rho = np.array([0.2, 0.5, 0.6])
    assert combined(rho) == pytest.approx(np.tanh(np.mean(np.arctanh(rho))))
    assert combined([0.3, 0.3]) == 0.3
    assert np.isnan(combined([0.3, np.nan]))
    assert combined([1.0, 0.5]) == pytest.approx(1.0)
