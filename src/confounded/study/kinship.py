"""With which family a model of unknown family is probably kin, to see how much less sure a correlation then is.

Each model of unknown family counts as a family of its own, which is wrong of two fine-tunes of one model. What a file
says of architecture and size tells probable kin: a model of unknown family is put into the family that most models of
its architecture and number of parameters are of, as far as their families are known; where none is, all of that
architecture and size make one. That is no knowledge, so that the interval by it stands beside the default one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from confounded.scores import ScoreTable
from confounded.study.columns import column_cells, column_named

__all__ = ["ARCHITECTURE", "architectures", "likely_families"]

ARCHITECTURE: Final = "architecture"
"""The column that tells architectures, in whatever case."""

_NOT_KNOWN: Final = frozenset({"", "?", "-", "unknown", "none", "n/a", "other"})
"""What such a column has where the architecture is not known."""


def architectures(table: ScoreTable) -> Mapping[str, str]:
    """Return the architecture of each model of which a column of the table says one."""
    column = column_named(ARCHITECTURE, table.columns["column"].unique().sort().to_list())
    if column is None:
        return {}
    cells = {model: said.strip() for model, said in column_cells(table, column).items()}
    return {model: said for model, said in cells.items() if said.casefold() not in _NOT_KNOWN}


def likely_families(
    known: Iterable[tuple[str, float | None, str]], unknown: Iterable[tuple[str, float | None]]
) -> dict[tuple[str, float | None], str]:
    """Return the family that models of unknown family are probably of, by architecture and number of parameters.

    Parameters
    ----------
    known : iterable of (str, float or None, str)
        Architecture, number of parameters and family of each model whose family is known.
    unknown : iterable of (str, float or None)
        Architecture and number of parameters of each whose family is not.

    Returns
    -------
    dict of (str, float or None) to str
        Of families that are equally frequent the first by name.
    """
    seen: defaultdict[tuple[str, float | None], Counter[str]] = defaultdict(Counter)
    for architecture, parameters, family in known:
        seen[architecture, parameters][family] += 1
    found = {}
    for architecture, parameters in unknown:
        families = seen.get((architecture, parameters))
        size = "unknown size" if parameters is None else f"{parameters:.4g} parameters"
        found[architecture, parameters] = (
            min(families, key=lambda one: (-families[one], one))
            if families
            else f"{architecture} of {size}, family unknown"
        )
    return found
