"""Correlations within groups and between them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, rankdata

from confounded.errors import StatisticsError
from confounded.stats.strata import GroupCorrelations, group_correlations


def plainly(x: list[float], y: list[float], groups: list[str]) -> tuple[float, float]:
    """The definition, model by model."""
    rx, ry = rankdata(x), rankdata(y)
    members = {g: [i for i, own in enumerate(groups) if own == g] for g in set(groups)}
    left_x = [rx[i] - np.mean(rx[members[g]]) for i, g in enumerate(groups)]
    left_y = [ry[i] - np.mean(ry[members[g]]) for i, g in enumerate(groups)]
    means = [(np.mean(rx[m]), np.mean(ry[m])) for m in members.values()]
    return float(pearsonr(left_x, left_y)[0]), float(pearsonr(*zip(*means, strict=True))[0])


@st.composite
def samples(draw: st.DrawFn) -> tuple[list[float], list[float], list[str]]:
    n = draw(st.integers(8, 30))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    groups = [f"g{i % 4}" for i in range(n)]
    step = draw(st.sampled_from([0.01, 0.5]))  # the second makes ties
    x = np.round(rng.normal(size=n) / step) * step
    y = np.round((x + rng.normal(size=n)) / step) * step
    return x.tolist(), y.tolist(), groups


def varies(found: GroupCorrelations) -> bool:
    return not (math.isnan(found.within) or math.isnan(found.between))


@given(samples())
def test_it_is_what_the_definition_says(sample: tuple[list[float], list[float], list[str]]) -> None:
    found = group_correlations(*sample)
    if varies(found):
        within, between = plainly(*sample)
        assert found.within == pytest.approx(within, abs=1e-12)
        assert found.between == pytest.approx(between, abs=1e-12)


@given(samples(), st.randoms(use_true_random=False))
def test_order_names_and_monotone_scales_do_not_matter(
    sample: tuple[list[float], list[float], list[str]], chance: object
) -> None:
    x, y, groups = sample
    order = list(range(len(x)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    found = group_correlations(x, y, groups)
    again = group_correlations(
        [math.exp(x[i]) for i in order], [3 * y[i] - 1 for i in order], [groups[i] * 2 for i in order]
    )
    assert again.within == pytest.approx(found.within, abs=1e-12, nan_ok=True)
    assert again.between == pytest.approx(found.between, abs=1e-12, nan_ok=True)
    turned = group_correlations(x, [-value for value in y], groups)
    assert turned.within == pytest.approx(-found.within, abs=1e-12, nan_ok=True)


def test_a_relation_between_groups_only_is_none_within() -> None:
    x = [1.0, 2.0, 11.0, 12.0, 21.0, 22.0, 31.0, 32.0]
    y = [2.0, 1.0, 12.0, 11.0, 22.0, 21.0, 32.0, 31.0]
    found = group_correlations(x, y, list("aabbccdd"))
    assert found.within == pytest.approx(-1.0)
    assert found.between == pytest.approx(1.0)
    assert (found.n_within, found.groups_within, found.groups) == (8, 4, 4)
    three = group_correlations(x[:6], y[:6], list("aabbcc"))
    assert (three.within, three.groups) == (pytest.approx(-1.0), 3)
    assert math.isnan(three.between)


def test_a_missing_pair_is_as_if_it_were_not_there() -> None:
    x = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 9.0, 8.0]
    y, groups = [2.0, 1.0, 4.0, 3.0, 6.0, 8.0, 7.0, 9.0], list("aabbccdd")
    assert group_correlations([*x, 9.0], [*y, float("nan")], [*groups, "a"]) == group_correlations(
        x, y, groups
    )


def test_what_cannot_be_told_is_not_told() -> None:
    alone = group_correlations([1.0, 2.0, 3.0], [3.0, 1.0, 2.0], ["a", "b", "c"])
    assert math.isnan(alone.within)
    assert alone.n_within == 0
    two = group_correlations([1.0, 2.0, 3.0, 4.0], [3.0, 1.0, 2.0, 5.0], list("aabb"))
    assert math.isnan(two.between)
    assert math.isnan(group_correlations([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], list("aab")).within)
    nothing = group_correlations([float("nan")], [1.0], ["a"])
    assert nothing.groups == 0
    with pytest.raises(StatisticsError):
        group_correlations([1.0, 2.0], [1.0, 2.0], ["a"])
