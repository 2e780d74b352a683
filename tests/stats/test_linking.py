"""Tables that fall apart are found, and so is the one column that holds others together."""

from __future__ import annotations

import numpy as np
import pytest

from confounded.stats.linking import anchors, linked_parts, sole_links


def test_a_full_table_is_one_part_and_no_column_holds_it_together() -> None:
    there = np.ones((10, 5), bool)
    assert linked_parts(there) == [[0, 1, 2, 3, 4]]
    assert sole_links(there) == []


def test_old_and_new_models_without_a_common_benchmark_fall_apart() -> None:
    there = np.zeros((12, 5), bool)
    there[:6, :2] = there[6:, 2:] = True
    assert linked_parts(there) == [[2, 3, 4], [0, 1]]


def test_three_models_in_common_are_too_few() -> None:
    there = np.zeros((20, 4), bool)
    there[:10, :2] = there[10:, 2:] = True
    there[:3, 2] = True
    assert len(linked_parts(there)) == 2
    there[:4, 2] = True
    assert len(linked_parts(there)) == 1


def test_the_one_benchmark_that_links_two_parts_is_named() -> None:
    there = np.zeros((12, 5), bool)
    there[:6, :3] = there[6:, 2:] = True
    assert linked_parts(there) == [[0, 1, 2, 3, 4]]
    assert sole_links(there) == [2]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_models_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    there = random.random((15, 6)) < 0.45
    assert linked_parts(there) == linked_parts(there[random.permutation(15)])


def test_anchors_are_what_both_halves_have() -> None:
    there = np.zeros((12, 3), bool)
    there[:, 0] = there[:6, 1] = there[6:, 2] = True
    there[6:10, 1] = True
    assert anchors(there, np.arange(12) >= 6) == [0, 1]
