"""What the page shows of how many capabilities a suite has, and which of two a benchmark follows."""

from __future__ import annotations

from typing import Any

import msgspec

from confounded.report.figures.components import component_rows, led_by
from confounded.report.index import Index
from confounded.study.components_result import CapabilityComponents

__all__ = ["dimensions"]


def dimensions(index: Index) -> list[dict[str, Any]]:
    """Return what there is to show of the suite of each population.

    Returns
    -------
    list of dict
        The fields of `CapabilityComponents` without those of models and benchmarks; ``names`` of two components by
        what leads them; and for each benchmark (``benchmarks``) its ``rows``, as `Row`, and how the two differ.
    """
    return [_dimension(index, one) for one in index.result.components]


def _dimension(index: Index, found: CapabilityComponents) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(found, scores=[], benchmarks=[]))
    shown["names"] = [led_by(index, leaders) for leaders in (found.first_led_by, found.second_led_by)]
    shown["benchmarks"] = [
        {
            "benchmark": one.benchmark,
            "rows": msgspec.to_builtins(component_rows(index, found, one)),
            "difference": one.difference,
            "low": one.low,
            "high": one.high,
            "follows": one.follows,
        }
        for one in found.benchmarks
    ]
    return shown
