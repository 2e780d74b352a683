"""Every specification is what a plain computation of it gives; what a correlation hides is in the benchmark's units."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats import robustness
from confounded.stats.component import first_component
from confounded.stats.ranks import spearman
from confounded.stats.robustness import (
    ASSOCIATIONS,
    COMPOSITES,
    associations,
    describe,
    most_moving,
    specifications,
)
from tests.stats import reference_agreement
from tests.stats.problems import Problem, problems

FloatArray = NDArray[np.float64]


def kendall(x: FloatArray, y: FloatArray) -> float:
    """tau-b, pair by pair."""
    signs = [
        (np.sign(a - c), np.sign(b - d)) for (a, b), (c, d) in combinations(list(zip(x, y, strict=True)), 2)
    ]
    agree = sum(a * b for a, b in signs)
    untied = np.sqrt(sum(a != 0 for a, _ in signs) * sum(b != 0 for _, b in signs))
    return float(agree / untied) if untied else float("nan")


def pearson(x: FloatArray, y: FloatArray) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) and np.ptp(y) else float("nan")


PLAIN = {"spearman": spearman, "kendall": kendall, "pearson": pearson}


def composite(suite: FloatArray, name: str) -> FloatArray:
    if name == "mean z-score":
        return np.asarray(stats.zscore(suite, axis=0).mean(axis=1), dtype=np.float64)
    if name == "rank average":
        return np.asarray(stats.rankdata(suite, axis=0).mean(axis=1), dtype=np.float64)
    return first_component(suite).scores


@settings(max_examples=25)
@given(problems())
def test_every_specification_is_the_plain_computation(problem: Problem) -> None:
    found = specifications(problem.suite, problem.columns)
    assert found.rho.shape[0] == 9 + problem.suite.shape[1]
    for s, (left_out, name, association) in enumerate(
        zip(found.left_out, found.composite, found.association, strict=True)
    ):
        suite = problem.suite if left_out < 0 else np.delete(problem.suite, left_out, axis=1)
        score = composite(suite, name)
        for b, column in enumerate(problem.columns.T):
            present = ~np.isnan(column)
            nearly_tied = np.unique(np.round(score, 9)).size < score.size
            if association != "pearson" and name != "rank average" and nearly_tied:
                continue  # scores that tie in exact arithmetic may differ in the last digit by the order of sums
            expected, got = PLAIN[association](score[present], column[present]), found.rho[s, b]
            if name == "first component" and left_out >= 0:
                # Turned like the whole suite's, which a suite that agrees on nothing does not do by itself.
                expected, got = abs(expected), abs(got)
            assert got == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_the_component_of_what_is_left_points_where_the_whole_suites_does() -> None:
    random = np.random.default_rng(4)
    ability = random.normal(size=12)
    suite = ability[:, None] * [1.0, -1.2, -1.1, 1.0] + 0.3 * random.normal(size=(12, 4))
    rho = specifications(suite, ability[:, None])
    chosen = [name == "first component" for name in rho.composite]
    assert np.ptp(np.sign(rho.rho[chosen])) == 0


def test_all_specifications_are_there_once_and_the_published_one_is_first() -> None:
    random = np.random.default_rng(0)
    suite, columns = random.normal(size=(10, 4)), random.normal(size=(10, 2))
    found = specifications(suite, columns)
    rows = list(zip(found.left_out.tolist(), found.composite, found.association, strict=True))
    assert rows[0] == (-1, "first component", "spearman")
    assert len(set(rows)) == len(rows) == found.rho.shape[0]
    everything = {(-1, c, a) for c in COMPOSITES for a in ASSOCIATIONS}
    assert set(rows) == everything | {(j, *rows[0][1:]) for j in range(4)}
    assert found.rho[0] == pytest.approx([spearman(first_component(suite).scores, one) for one in columns.T])


def test_hand_computed_of_five_models() -> None:
    x, y = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]), np.array([[1.0], [3.0], [2.0], [5.0], [4.0]])
    found = associations(x, y)[:, 0, 0]
    # Ranks differ by 1 four times: 1 - 6 · 4 / 120 = .8; two of ten pairs disagree: .6; values are ranks: .8.
    assert found == pytest.approx([0.8, 0.6, 0.8])


@given(st.integers(0, 10_000))
def test_rank_measures_do_not_see_a_monotone_change_of_scale(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.normal(size=(9, 2)), np.round(random.normal(size=(9, 2)), 1)
    np.testing.assert_allclose(associations(x, y)[:2], associations(np.exp(x), y**3)[:2])


def test_turning_a_benchmark_turns_every_association() -> None:
    random = np.random.default_rng(1)
    suite, columns = random.normal(size=(10, 3)), random.normal(size=(10, 2))
    np.testing.assert_allclose(
        specifications(suite, -columns).rho, -specifications(suite, columns).rho, atol=1e-12
    )


def test_constant_and_empty_columns_have_no_association() -> None:
    columns = np.array([[0.1, np.nan], [0.1, np.nan], [0.1, 3.0]])
    assert np.isnan(associations(np.arange(3.0)[:, None], columns)).all()


def test_agrees_with_r() -> None:
    data, expected = reference_agreement.given("associations"), reference_agreement.pinned("associations")
    found = associations(data["x"][:, None], data["y"][:, None])[:, 0, 0]
    assert set(ASSOCIATIONS) == set(expected)
    for name, value in zip(ASSOCIATIONS, found, strict=True):
        assert value == pytest.approx(expected[name][0], abs=reference_agreement.EXACT), name


@given(st.integers(0, 10_000))
def test_the_slope_is_in_the_benchmarks_units_by_standard_deviation(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, Y = random.normal(3, 2, 8), random.normal(60, 10, (8, 2))
    Y[0, 1] = np.nan
    found = describe(x, Y)
    for b in range(2):
        present = ~np.isnan(Y[:, b])
        line = stats.linregress(x[present], Y[present, b])
        assert found.slope[b] == pytest.approx(line.slope * x[present].std())
        assert found.explained[b] == pytest.approx(line.rvalue**2)
        assert found.deviation[b] == pytest.approx(Y[present, b].std())
    np.testing.assert_allclose(describe(10 * x - 4, Y).slope, found.slope)
    np.testing.assert_allclose(describe(x, 100 * Y).slope, 100 * found.slope)


def test_shares_at_the_limits_and_ties_are_counted() -> None:
    Y = np.array([[0.25, 1.0], [0.25, 2.0], [0.2, 3.0], [1.0, 4.0], [0.7, np.nan]])
    found = describe(np.arange(5.0), Y, floor=[0.25, np.nan], ceiling=[1.0, np.nan])
    assert found.floor_share.tolist() == [0.6, 0.25]  # below chance counts as at the floor
    assert found.ceiling_share.tolist() == [0.2, 0.25]
    assert found.floor_given.tolist() == [True, False]
    assert found.ceiling_given.tolist() == [True, False]
    assert found.tied_share.tolist() == [0.4, 0.0]
    assert found.n_models.tolist() == [5, 4]


def test_a_ceiling_is_reached_in_spite_of_rounding() -> None:
    assert describe([0.0, 1.0], [[0.1 + 0.2], [0.1]], ceiling=[0.3]).ceiling_share[0] == 0.5


def test_what_has_no_spread_has_no_slope_to_explain() -> None:
    found = describe([1.0, 2.0, 3.0], [[5.0, np.nan], [5.0, np.nan], [5.0, np.nan]])
    assert found.deviation[0] == 0
    assert found.slope[0] == 0
    assert np.isnan(found.explained).all()
    assert np.isnan(found.slope[1])


@pytest.mark.parametrize("suite", [np.ones((3, 1)), np.full((3, 2), np.nan), np.ones((3, 2))])
def test_a_suite_that_cannot_be_varied_is_refused(suite: FloatArray) -> None:
    with pytest.raises(StatisticsError):
        specifications(suite, np.ones((3, 1)))


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(StatisticsError, match="missing"):
        associations([[np.nan], [1.0]], [[1.0], [2.0]])
    with pytest.raises(StatisticsError, match="scores"):
        associations([[1.0]], [[1.0], [2.0]])
    with pytest.raises(StatisticsError, match="complete"):
        describe([1.0, np.nan], [[1.0], [2.0]])
    with pytest.raises(StatisticsError, match="floors"):
        describe([1.0, 3.0], [[1.0], [2.0]], floor=[0.0, 0.0])


@given(st.integers(0, 10_000))
def test_kendall_by_sorting_is_kendall_by_pairs(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 40))  # SciPy divides by n - 2
    S, Y = np.round(random.normal(size=(n, 2)), 1), np.round(random.normal(size=(n, 3)), 1)
    Y[:, 2] = 1.0  # no pair of it is untied
    np.testing.assert_allclose(robustness._kendall_by_sorting(S, Y), robustness._kendall(S, Y), atol=1e-12)


@given(st.integers(0, 10_000))
def test_the_pairs_that_move_a_correlation_most_are_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 60
    x = random.normal(size=n)
    y = np.round(random.uniform(-1, 1) * x + random.normal(size=n), 1)
    without = np.array([spearman(np.delete(x, i), np.delete(y, i)) for i in range(n)])
    found = most_moving(x, y, 16)
    assert found.size == 16
    # What is left out of the sum moves a correlation by some 1 / n²; those found are the extremes but for that.
    assert without[found].max() == pytest.approx(without.max(), abs=4 / n**2)
    assert without[found].min() == pytest.approx(without.min(), abs=4 / n**2)


def test_of_few_pairs_all_move_it_most() -> None:
    assert most_moving([1.0, 2.0, 3.0], [1.0, 3.0, 2.0], 16).tolist() == [0, 1, 2]
