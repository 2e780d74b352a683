"""Families left out together stand for families left out one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import StatisticsError
from confounded.stats.grouping import jackknife_groups
from confounded.stats.intervals import family_jackknife
from confounded.stats.resampling import prepare, replicate_counts, replicate_left_out


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 70), st.integers(0, 9))
def test_families_are_whole_and_groups_of_nearly_one_size(sizes: list[int], most: int, seed: int) -> None:
    families = np.repeat(np.arange(len(sizes)), sizes)
    group = jackknife_groups(families, most, seed)
    assert all(len(set(group[families == one])) == 1 for one in range(len(sizes)))
    assert set(group) == set(range(min(most, len(sizes))))
    if len(sizes) <= most:
        np.testing.assert_array_equal(group, families)
        return
    members = {one: {int(f) for f in families[group == one]} for one in range(most)}
    totals = Counter(group.tolist())
    for one, own in members.items():
        # The last family that came to a group found no group smaller.
        if len(own) > 1:
            assert totals[one] - min(sizes[f] for f in own) <= min(totals.values())


def test_groups_depend_on_the_seed_and_on_nothing_else() -> None:
    families = np.arange(50)
    one, again, other = (jackknife_groups(families, 20, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_there_must_be_a_group() -> None:
    with pytest.raises(StatisticsError, match="at least one group"):
        jackknife_groups([0, 1], 0)


def test_the_standard_error_is_that_of_leaving_out_each_family() -> None:
    """Averaged over data sets: a single one is off by chance, by about 1 / sqrt(2 · 60) each."""
    ratios = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        sizes = random.geometric(0.4, size=400)
        families = np.repeat(np.arange(400), sizes)
        ability = random.normal(size=400)[families] + 0.5 * random.normal(size=families.size)
        suite = ability[:, None] + 0.6 * random.normal(size=(families.size, 3))
        column = (
            0.5 * ability + random.normal(size=400)[families] * 0.6 + 0.6 * random.normal(size=families.size)
        )
        problem = prepare(suite, column[:, None])
        whole = replicate_counts(problem, np.ones((1, families.size))).rho[0]
        errors = []
        for unit in (families, jackknife_groups(families, 60, seed)):
            left = replicate_left_out(problem, unit, np.arange(unit.max() + 1))
            errors.append(family_jackknife(whole, left.rho, left.status > 0).standard_error[0])
        ratios.append(errors[1] / errors[0])
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)
