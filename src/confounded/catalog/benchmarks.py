"""What is known of benchmarks: area, kind, direction, range, items, source.

Every column of the shipped scores has an entry. `data/README.md` says what stands in each field, what the kinds
and areas mean, and how the facts were checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from confounded.catalog._tables import cell, checked, flag, known, rows

__all__ = ["Benchmark", "Direction", "ItemType", "Kind", "PlacedBy", "ReadsAs", "benchmarks"]

Kind = Literal[
    "capability",
    "knowledge",
    "propensity",
    "static attack",
    "dynamic attack",
    "suppression",
    "calibration",
    "preference",
]
Direction = Literal["higher", "lower"]
ReadsAs = Literal["better", "safer"]
PlacedBy = Literal["paper", "project"]
ItemType = Literal["binary mean", "other"]

_KINDS: Final[Mapping[str, Kind]] = {
    "capability": "capability",
    "knowledge": "knowledge",
    "propensity": "propensity",
    "static attack": "static attack",
    "dynamic attack": "dynamic attack",
    "suppression": "suppression",
    "calibration": "calibration",
    "preference": "preference",
}
_DIRECTIONS: Final[Mapping[str, Direction]] = {"higher": "higher", "lower": "lower"}
_READINGS: Final[Mapping[str, ReadsAs]] = {"better": "better", "safer": "safer"}
_PLACERS: Final[Mapping[str, PlacedBy]] = {"paper": "paper", "project": "project"}
_ITEM_TYPES: Final[Mapping[str, ItemType]] = {"binary mean": "binary mean", "other": "other"}
_NEITHER_END: Final = "none: neither end is better"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is known of one benchmark. None is "not known", or "there is none".

    Parameters
    ----------
    benchmark, name : str
        Its id, as the scores have it, and its plain name.
    area : str
        The id of the area of research it stands for.
    placed_by : {'paper', 'project'}
        Who put it into that area.
    kind : str or None
        What it measures; None for a column that only keeps books.
    metric, unit : str or None
        What the score is, and its unit.
    direction : {'higher', 'lower'}
        Which scores are better or safer, on the scale of the shipped scores.
    direction_source : str
        Who says so.
    reads_as : {'better', 'safer'}
        Whether a good score means a better or a safer model.
    correlated_with : str
        ``capabilities score``, or ``accuracy on`` the benchmark of the same data set.
    suite : bool
        Whether it is one of the paper's twelve capability benchmarks.
    part_of : str or None
        The benchmark that is put together from this and others.
    kin_to_suite : tuple of str
        Members of the suite that share items with it.
    kin_reason : str or None
        How they share them.
    n_items : int or None
        Items behind each score.
    n_items_source : str or None
        Who says so.
    item_type : {'binary mean', 'other'} or None
        Whether the score is the plain mean of single items that are 0 or 1.
    judged : bool or None
        Whether a model decides what an answer is worth.
    chance, floor, ceiling : float or None
        What guessing scores, and the least and the greatest possible score, on the scale of the shipped scores.
    reference : str or None
        Where it was published.
    note : str or None
        What a reader of its scores should know.
    """

    benchmark: str
    name: str
    area: str
    placed_by: PlacedBy
    kind: Kind | None
    metric: str | None
    unit: str | None
    direction: Direction
    direction_source: str
    reads_as: ReadsAs
    correlated_with: str
    suite: bool
    part_of: str | None
    kin_to_suite: tuple[str, ...]
    kin_reason: str | None
    n_items: int | None
    n_items_source: str | None
    item_type: ItemType | None
    judged: bool | None
    chance: float | None
    floor: float | None
    ceiling: float | None
    reference: str | None
    note: str | None

    @property
    def has_no_better_end(self) -> bool:
        """Whether its source of direction says that neither end of the scale is better."""
        return self.direction_source.startswith(_NEITHER_END)


def _benchmark(row: Mapping[str, str]) -> Benchmark:
    return Benchmark(
        benchmark=cell(row, "benchmark", str),
        name=cell(row, "name", str),
        area=cell(row, "area", str),
        placed_by=cell(row, "placed_by", checked(_PLACERS)),
        kind=known(row, "kind", checked(_KINDS)),
        metric=known(row, "metric", str),
        unit=known(row, "unit", str),
        direction=cell(row, "direction", checked(_DIRECTIONS)),
        direction_source=cell(row, "direction_source", str),
        reads_as=cell(row, "reads_as", checked(_READINGS)),
        correlated_with=cell(row, "correlated_with", str),
        suite=cell(row, "suite", flag),
        part_of=known(row, "part_of", str),
        kin_to_suite=tuple(row["kin_to_suite"].split()),
        kin_reason=known(row, "kin_reason", str),
        n_items=known(row, "n_items", int),
        n_items_source=known(row, "n_items_source", str),
        item_type=known(row, "item_type", checked(_ITEM_TYPES)),
        judged=known(row, "judged", flag),
        chance=known(row, "chance", float),
        floor=known(row, "floor", float),
        ceiling=known(row, "ceiling", float),
        reference=known(row, "reference", str),
        note=known(row, "note", str),
    )


@cache
def benchmarks() -> Mapping[str, Benchmark]:
    """Return every benchmark of the catalogue by id, area by area.

    Raises
    ------
    DatasetError
        If the catalogue's file is missing or damaged.
    """
    read = map(_benchmark, rows("benchmarks.csv"))
    return MappingProxyType({one.benchmark: one for one in read})
