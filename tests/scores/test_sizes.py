"""Sizes of models as people write them."""

from __future__ import annotations

import pytest

from confounded.scores.sizes import is_of_experts, looks_like_size, read_size


@pytest.mark.parametrize(
    ("cell", "size"),
    [
        ("7B", 7e9),
        (" 1.1 b ", 1.1e9),
        ("350M", 3.5e8),
        ("~1.8T", 1.8e12),
        ("13 billion parameters", 13e9),
        ("30B-A3B", 30e9),
        ("7000000000", 7e9),
        ("7,241,732,096", 7241732096),
        ("7e9", 7e9),
    ],
)
def test_a_size_with_its_unit_or_written_out_is_read(cell: str, size: float) -> None:
    assert read_size(cell) == size


@pytest.mark.parametrize("cell", ["7", "350", "8x7B", "8 x 22B", "7GB", "large", "", "-1", "7B or 13B"])
def test_what_does_not_say_how_many_parameters_there_are_is_none(cell: str) -> None:
    assert read_size(cell) is None


def test_a_plain_number_counts_what_its_column_says() -> None:
    assert read_size("7", unit=1e9) == 7e9
    assert read_size("305.08", unit=1e6) == 305_080_000
    assert read_size("350M", unit=1e9) == 350e6


def test_experts_are_told_from_models_of_one_piece() -> None:
    assert [is_of_experts(cell) for cell in ("8x7B", "8×22B", "7B", "30B-A3B")] == [True, True, False, False]
    assert [looks_like_size(cell) for cell in ("8x7B", "7B", "7", "bf16")] == [True, True, False, False]
