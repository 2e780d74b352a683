"""The areas of research that benchmarks stand for, and what the paper found in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from confounded.errors import DatasetError

__all__ = ["Area", "areas"]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of research.

    Parameters
    ----------
    area : str
        Its id, lower case with hyphens.
    title : str
        Its heading.
    family : str
        The family of areas it belongs to: capabilities, human values, truthfulness, security or other.
    description : str
        What it is about, in one sentence.
    finding : str
        What the paper found; empty where the paper does not treat it.
    placed_by : {'paper', 'project'}
        Who named the area.
    """

    area: str
    title: str
    family: str
    description: str
    finding: str
    placed_by: str


@cache
def areas() -> Mapping[str, Area]:
    """Return every area by id, in the order of a report.

    Raises
    ------
    DatasetError
        If the catalogue's file is missing or damaged.
    """
    file = resources.files("confounded.catalog") / "data" / "areas.toml"
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        return MappingProxyType({name: Area(area=name, **entry) for name, entry in entries.items()})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as problem:
        raise DatasetError(
            "the catalogue's areas in areas.toml", found=str(problem), remedy="Install the package again."
        ) from problem
