"""What the page shows of the parts of models: rows and pictures of each benchmark, as `report.figures` makes them."""

from __future__ import annotations

from typing import Any

import msgspec

from confounded.report.figures.population_split import is_counted, population_split, split_key, turning_splits
from confounded.report.figures.strata import given_rows, split_title, strata_rows, who
from confounded.report.index import Index
from confounded.study.strata_result import BenchmarkStrata

__all__ = ["parted", "partings"]


def parted(index: Index) -> list[dict[str, Any]]:
    """Return what there is to show of each benchmark in each scope.

    Returns
    -------
    list of dict
        ``population``, ``benchmark`` and ``who`` (the models in words); ``rows`` and ``given``, as `Row`; ``pictures``
        of splits by which a correlation turns round (``title``, ``turns``, ``what``,
        ``is_counted``, ``key`` and ``spec``).
    """
    return [
        {
            "population": one.population,
            "benchmark": one.benchmark,
            "who": who(one.population),
            "rows": msgspec.to_builtins(strata_rows(one, index)),
            "given": msgspec.to_builtins(given_rows(one)),
            "pictures": [_picture(index, one, by) for by in turning_splits(one)],
        }
        for one in index.result.strata
        if any(split.strata or split.parts for split in one.splits)
        or any(own.partial is not None for own in one.given)
    ]


def partings(index: Index) -> list[dict[str, Any]]:
    """Return by which rules models are parted: ``who`` and, for each split, ``rule`` and ``n_unknown``."""
    return [
        {
            "who": who(one.population),
            "splits": [{"rule": split.rule, "n_unknown": split.n_unknown} for split in one.splits],
        }
        for one in index.result.scopes
        if one.splits
    ]


def _picture(index: Index, found: BenchmarkStrata, by: str) -> dict[str, Any]:
    return {
        "title": split_title(by, index),
        "turns": any(one.by == by for one in found.reversals),
        "what": [
            *(one.what for one in found.reversals if one.by == by),
            *(one.what for one in found.oppositions if one.by == by),
        ],
        "is_counted": is_counted(found),
        "key": [[mark.role, mark.path, label] for mark, label in split_key(found, by)],
        "spec": population_split(index.result, found, by, key=False),
    }
