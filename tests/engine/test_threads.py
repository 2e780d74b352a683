"""Pieces of work come back in order, and what goes wrong in one comes out."""

from __future__ import annotations

import time

import pytest

from confounded.engine import Threads, usable_cores


@pytest.mark.parametrize("threads", [1, 2, 8, None])
def test_results_stand_in_the_order_of_the_pieces(threads: int | None) -> None:
    def slow_first(piece: int) -> int:
        time.sleep(0.02 if piece == 0 else 0)
        return piece * piece

    assert Threads(threads).map(slow_first, range(10)) == [n * n for n in range(10)]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_a_piece_comes_out_and_stops_the_rest(threads: int) -> None:
    begun = []

    def failing(piece: int) -> None:
        begun.append(piece)
        time.sleep(0.01)
        if piece == 0:
            raise KeyError("piece")

    with pytest.raises(KeyError):
        Threads(threads).map(failing, range(200))
    assert len(begun) < 200


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_every_piece(threads: int) -> None:
    told: list[tuple[int, int]] = []
    Threads(threads).map(str, range(5), progress=lambda *counted: told.append(counted))
    assert told == [(n, 5) for n in range(1, 6)]


def test_no_pieces_are_no_error() -> None:
    assert Threads().map(str, []) == []


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
