"""A piece depends on itself alone: done backwards, twice, and in another process, a study ends in the same bytes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import confounded
from confounded.engine import Threads
from confounded.engine.likeness import differences, likeness
from confounded.errors import UnknownError
from confounded.study import run_study
from tests.study import planted, test_imputed


class Elsewhere:
    """An engine that treats pieces as a cluster does that loses workers."""

    def __init__(self) -> None:
        self.functions: set[str] = set()

    def map(
        self,
        function: Callable[[Any], Any],
        pieces: Sequence[Any],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Any]:
        sent, found = pickle.dumps(function), {}
        self.functions.add(getattr(function, "func", function).__name__)
        for place in reversed(range(len(pieces))):
            for _ in range(2):  # what came back first is lost
                done = pickle.loads(sent)(pickle.loads(pickle.dumps(pieces[place])))
            found[place] = pickle.loads(pickle.dumps(done))
            if progress:
                progress(len(found), len(pieces))
        return [found[place] for place in range(len(pieces))]


def test_a_study_does_not_depend_on_where_or_in_which_order_or_how_often_its_pieces_are_done() -> None:
    settings = confounded.Settings(suite=planted.SUITE, resamples=600)
    scores, elsewhere = planted.study(n_families=12), Elsewhere()
    assert run_study(scores, settings, engine=elsewhere).to_json() == run_study(scores, settings).to_json()
    assert {"_replicated", "replicate_left_out", "specifications"} <= elsewhere.functions


def test_nor_does_one_that_imputes() -> None:
    table = test_imputed.table(test_imputed.with_holes(test_imputed.cells(), 0.3))
    elsewhere = Elsewhere()
    there = run_study(table, test_imputed.IMPUTE, engine=elsewhere)
    assert there.to_json() == run_study(table, test_imputed.IMPUTE, engine=Threads(1)).to_json()
    assert "_correlated_anew" in elsewhere.functions


def test_an_error_comes_back_from_another_process_as_it_was() -> None:
    error = UnknownError("a", found="b", where="c", remedy="d", options=["--e"], lines=["f", "g"])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.options, again.lines) == (
        UnknownError,
        "c: expected a, but found b. d",
        ("--e",),
        ("f", "g"),
    )


@pytest.mark.parametrize("name", ["confounded", "numpy", "arithmetic", "Python"])
def test_whatever_differs_on_a_node_is_told(name: str) -> None:
    assert differences(likeness(), dict(likeness())) == []
    [told] = differences(likeness(), likeness() | {name: "other"})
    assert told.startswith(f"{name} other there and ")
