"""Score sets that ship with the package.

`available` describes them without reading any; `confounded.datasets.safetywashing` loads the one that is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["Dataset", "available"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A score set that ships with the package.

    Parameters
    ----------
    id, title : str
        Its name in commands, lower case with hyphens, and its heading.
    source : str
        Where the scores come from.
    licence : str
        What they are licensed under, and by whom.
    citation : str
        The work to cite.
    n_models, n_benchmarks : int
        How many models and benchmarks it has scores of.
    """

    id: str
    title: str
    source: str
    licence: str
    citation: str
    n_models: int
    n_benchmarks: int


_AVAILABLE = (
    Dataset(
        id="safetywashing",
        title="Safetywashing: 27 base and 26 chat models on safety and capability benchmarks",
        source="The score matrices released by the authors of arXiv 2407.21792",
        licence="MIT, copyright 2024 Center for AI Safety",
        citation=(
            "Ren et al. 2024, Safetywashing: Do AI Safety Benchmarks Actually Measure Safety Progress?, "
            "arXiv 2407.21792"
        ),
        n_models=53,
        n_benchmarks=178,
    ),
)


def available() -> Mapping[str, Dataset]:
    """Return the score sets that ship with the package, by id."""
    return MappingProxyType({one.id: one for one in _AVAILABLE})
