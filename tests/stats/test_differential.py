"""What differential progress is computed from: a frozen line, its jackknife, the scatter about it, and errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from confounded.errors import StatisticsError
from confounded.stats.differential import DifferentialProgress, Pairs, differential_progress
from confounded.stats.frozen_line import FrozenLine, Slope, family_refits
from confounded.stats.frozen_line import frozen_line as line_of
from tests.stats.differential_reference import FIELDS, plainly

FloatArray = NDArray[np.float64]


def frozen_line(
    suite: FloatArray, safety: FloatArray, families: NDArray[np.int64] | list[int], slope: Slope = "pooled"
) -> FrozenLine:
    return line_of(family_refits(suite, families), safety, slope)


def reference(seed: int, n_families: int = 6) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """A reference population with one factor and families."""
    random = np.random.default_rng(seed)
    sizes = [*random.integers(2, 5, n_families - 1), 1]
    family = np.repeat(np.arange(n_families), sizes)
    ability = random.normal(size=n_families)[family] + random.normal(size=family.size)
    X = 50 + 10 * (ability[:, None] + 0.4 * random.normal(size=(family.size, 4)))
    y = 0.5 + 0.1 * ability + 0.05 * random.normal(size=family.size)
    return X, y, family


def some_pairs(seed: int, P: int = 3, errors: bool = True) -> Pairs:
    random = np.random.default_rng(seed + 1)
    unknown = np.full((P, 4), np.nan), np.full(P, np.nan)
    return Pairs(
        suite_before=random.normal(50, 5, (P, 4)),
        suite_after=random.normal(53, 5, (P, 4)),
        safety_before=random.normal(0.5, 0.1, P),
        safety_after=random.normal(0.6, 0.1, P),
        suite_variance=random.uniform(0, 4, (P, 4)) if errors else unknown[0],
        safety_variance=random.uniform(0, 0.002, P) if errors else unknown[1],
        siblings=random.random(P) < 0.6,
        groups=random.integers(0, 2, P),
        rows=random.integers(0, 3, P),
    )


def turned_round(pairs: Pairs) -> Pairs:
    return replace(
        pairs,
        suite_before=pairs.suite_after,
        suite_after=pairs.suite_before,
        safety_before=pairs.safety_after,
        safety_after=pairs.safety_before,
    )


def usable_line(seed: int, slope: Slope = "within") -> FrozenLine:
    line = frozen_line(*reference(seed), slope)
    assume(line.reason is None)
    return line


def same(one: DifferentialProgress, other: DifferentialProgress, *names: str) -> None:
    for name in names or FIELDS:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-12, err_msg=name
        )


@given(st.integers(0, 10_000), st.sampled_from(["pooled", "within"]), st.booleans(), st.booleans())
def test_is_what_loops_over_the_definitions_give(seed: int, slope: Slope, errors: bool, holes: bool) -> None:
    X, y, family = reference(seed)
    random = np.random.default_rng(seed)
    pairs = some_pairs(seed, errors=errors)
    VX, vy = random.uniform(0, 4, X.shape), random.uniform(0, 0.001, y.size)
    if holes:
        y[family == 1] = np.where(np.arange((family == 1).sum()) == 0, np.nan, y[family == 1])
        pairs.suite_after[0, 0] = np.nan
        pairs.suite_variance[1, 2] = np.nan
    line = frozen_line(X, y, family, slope)
    assume(line.reason is None)
    found = differential_progress(line, pairs, suite_variance=VX, safety_variance=vy, level=0.9)
    for name, values in plainly(X, y, family, pairs, slope, VX, vy, 0.9).items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-7, atol=1e-10, err_msg=name)


def test_hand_computed_with_one_column_repeated() -> None:
    """Three equal columns: w = 1/√3, and the score is √3 z. Within families safety rises by 2 for each unit."""
    column = np.array([0.0, 2.0, 1.0, 3.0, 2.0, 4.0, 5.0, 7.0])
    family = np.repeat([0, 1, 2, 3], 2)
    y = 2 * column + np.array([0.0, 1.0, 10.0, 9.0, 20.0, 21.0, 5.0, 4.0])
    line = frozen_line(np.column_stack([column] * 3), y, family, "within")
    # Deviations of ±1 in the column; of y 2.5, 1.5, 2.5, 1.5: the slope is 8 / 4 = 2 for each unit of the column.
    assert line.slope == pytest.approx(2 * column.std() / np.sqrt(3))
    # Residuals ±.5 in every family: 8 · .25 over 8 - 4 - 1.
    assert line.siblings.variance == pytest.approx(2 / 3)
    assert line.siblings.df == line.slope_df == 3
    # Without a family of slope 2.5 it is 11/6, without one of 1.5 it is 13/6.
    pairs = Pairs(
        suite_before=np.full((1, 3), 2.0),
        suite_after=np.full((1, 3), 5.0),
        safety_before=np.array([1.0]),
        safety_after=np.array([11.0]),
        suite_variance=np.full((1, 3), np.nan),
        safety_variance=np.array([0.5]),
        siblings=np.array([True]),
        groups=np.array([0]),
        rows=np.array([0]),
    )
    found = differential_progress(line, pairs)
    assert found.difference[0] == pytest.approx(10 - 6)
    jackknife = 3 / 4 * 4 * (3 / 6) ** 2
    assert found.prediction_variance[0] == pytest.approx(jackknife)
    total = jackknife + 4 / 3 + 0.5
    df = total**2 / (jackknife**2 / 3 + (4 / 3) ** 2 / 3)
    assert found.standard_error[0] == pytest.approx(np.sqrt(total))
    assert found.high[0] == pytest.approx(4 + stats.t.ppf(0.975, df) * np.sqrt(total))


@given(st.integers(0, 10_000))
def test_before_and_after_exchanged_turn_the_sign_and_nothing_else(seed: int) -> None:
    line, pairs = usable_line(seed), some_pairs(seed)
    there, back = differential_progress(line, pairs), differential_progress(line, turned_round(pairs))
    np.testing.assert_allclose(back.difference, -there.difference)
    np.testing.assert_allclose(back.low, -there.high)
    same(there, back, "p", "prediction_variance", "scatter_variance", "error_variance")


@given(st.integers(0, 10_000))
def test_nothing_that_changed_is_no_difference(seed: int) -> None:
    pairs = some_pairs(seed)
    still = replace(pairs, suite_after=pairs.suite_before, safety_after=pairs.safety_before)
    found = differential_progress(usable_line(seed), still)
    assert (found.difference == 0).all()
    assert (found.low < 0).all()
    assert (found.high > 0).all()
    assert (found.p == 1).all()


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50))
def test_another_scale_or_origin_of_safety_changes_no_p(seed: int, scale: float, shift: float) -> None:
    X, y, family = reference(seed)
    pairs = some_pairs(seed)
    other = replace(
        pairs,
        safety_before=shift + scale * pairs.safety_before,
        safety_after=shift + scale * pairs.safety_after,
        safety_variance=scale**2 * pairs.safety_variance,
    )
    line, moved = frozen_line(X, y, family, "within"), frozen_line(X, shift + scale * y, family, "within")
    assume(line.reason is None)
    one, two = differential_progress(line, pairs), differential_progress(moved, other)
    np.testing.assert_allclose(two.p, one.p, rtol=1e-6)
    np.testing.assert_allclose(
        two.difference, scale * one.difference, rtol=1e-6, atol=1e-9 * (1 + abs(shift))
    )


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50))
def test_another_unit_of_the_suite_changes_nothing(seed: int, scale: float, shift: float) -> None:
    X, y, family = reference(seed)
    pairs = some_pairs(seed, errors=False)
    units = np.array([scale, 1.0, 1.0, 1.0])
    other = replace(
        pairs, suite_before=shift + units * pairs.suite_before, suite_after=shift + units * pairs.suite_after
    )
    line, moved = frozen_line(X, y, family, "within"), frozen_line(shift + units * X, y, family, "within")
    assume(line.reason is None and moved.reason is None)
    same(differential_progress(line, pairs), differential_progress(moved, other), "p", "difference", "low")


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_models_and_pairs_and_the_names_of_families_do_not_matter(
    seed: int, random: object
) -> None:
    X, y, family = reference(seed)
    pairs, order = some_pairs(seed), np.random.default_rng(seed).permutation(y.size)
    line, shuffled = frozen_line(X, y, family), frozen_line(X[order], y[order], 10 - family[order])
    assume(line.reason is None)
    turn = [2, 0, 1]
    other = Pairs(*(getattr(pairs, name)[turn] for name in Pairs.__slots__))
    one, two = differential_progress(line, pairs), differential_progress(shuffled, other)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(two, name)[:3], getattr(one, name)[turn], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(getattr(two, name)[3], getattr(one, name)[3], rtol=1e-8, atol=1e-12)


def test_several_pairs_of_one_family_are_no_more_evidence_against_the_scatter_than_one() -> None:
    line, pairs = frozen_line(*reference(0)), some_pairs(0, errors=False)
    pairs = replace(pairs, siblings=np.ones(3, bool))
    together = differential_progress(line, replace(pairs, groups=np.zeros(3, np.int64)))
    apart = differential_progress(line, replace(pairs, groups=np.arange(3)))
    assert together.scatter_variance[-1] == pytest.approx(2 * line.siblings.variance)
    assert apart.scatter_variance[-1] == pytest.approx(2 * line.siblings.variance / 3)


def test_known_errors_of_the_reference_are_not_counted_twice() -> None:
    X, y, family = reference(3)
    line, pairs = frozen_line(X, y, family, "within"), some_pairs(3)
    pairs = replace(pairs, siblings=np.ones(3, bool), safety_variance=np.full(3, 2 * 0.0004))
    blind = differential_progress(line, pairs)
    told = differential_progress(line, pairs, safety_variance=np.full(y.size, 0.0004))
    unknown = differential_progress(line, replace(pairs, safety_variance=np.full(3, np.nan)))
    n_within = y.size - 6 - 1
    share = 2 * 0.0004 * (y.size - 6) / n_within
    np.testing.assert_allclose(blind.scatter_variance[:3] - told.scatter_variance[:3], share)
    np.testing.assert_allclose(unknown.scatter_variance, blind.scatter_variance)
    assert (told.scatter_variance >= 0).all()


def test_errors_larger_than_all_scatter_leave_none_of_it() -> None:
    X, y, family = reference(3)
    found = differential_progress(
        frozen_line(X, y, family), some_pairs(3), safety_variance=np.full(y.size, 10.0)
    )
    assert (found.scatter_variance == 0).all()
    assert np.isfinite(found.low).all()


def test_ties_and_equal_safety_are_borne() -> None:
    X, y, family = reference(4)
    found = differential_progress(frozen_line(np.round(X, -1), np.round(y, 1), family), some_pairs(4))
    assert np.isfinite(found.low).all()
    flat = frozen_line(X, np.full(y.size, 0.5), family)
    nothing = differential_progress(flat, some_pairs(4, errors=False))
    assert (nothing.standard_error == 0).all()
    assert np.isnan(nothing.low).all()


@pytest.mark.parametrize(
    ("family", "known", "reason"),
    [
        ([0, 0, 1, 1, 2, 2, 2, 2], 8, "3 families in the reference"),
        ([0, 0, 1, 1, 2, 3, 4, 5], 8, "2 families of the reference have two models"),
        ([0, 0, 1, 1, 2, 2, 3, 3], 3, "3 models of the reference have safety scores"),
        ([0, 0, 1, 1, 2, 2, 3, 3], 0, "0 models of the reference have safety scores"),
    ],
)
def test_a_reference_too_small_says_so_and_gives_no_interval(
    family: list[int], known: int, reason: str
) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 1)) + 0.2 * random.normal(size=(8, 4)), random.normal(size=8)
    y[known:] = np.nan
    line = frozen_line(X, y, family)
    assert line.reason is not None
    assert line.reason.startswith(reason)
    assert np.isnan(differential_progress(line, some_pairs(0)).low).all()


def test_a_slope_within_families_that_do_not_vary_is_none() -> None:
    X, y, family = reference(0)
    at_means = np.stack([X[family == one].mean(axis=0) for one in range(6)])[family]
    line = frozen_line(at_means, y, family, "within")
    assert np.isnan(line.slope)
    assert line.reason == "capability does not vary in the reference"


def test_the_slope_within_families_does_not_see_what_sets_families_apart() -> None:
    X, y, family = reference(2)
    shifted = frozen_line(X, y + 3.0 * family, family, "within")
    assert shifted.slope == pytest.approx(frozen_line(X, y, family, "within").slope)
    assert shifted.slope_pooled != pytest.approx(frozen_line(X, y, family).slope_pooled)


def test_unusable_arrays_are_refused() -> None:
    X, y, family = reference(0)
    with pytest.raises(StatisticsError):
        frozen_line(X, y[1:], family)
    with pytest.raises(StatisticsError):
        differential_progress(frozen_line(X, y, family), some_pairs(0), level=1.0)
