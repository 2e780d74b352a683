"""What is known of models: family, organisation, size, training compute.

A *family* is a line of models of one maker that share data and recipe, so that its members are not independent
evidence. Families and organisations are the project's own assignment; sizes and training compute are as released
with the scores (see `data/README.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from confounded.catalog._tables import cell, checked, known, rows

__all__ = ["Model", "Population", "models"]

Population = Literal["base", "chat", "mixed"]
_POPULATIONS: Final[Mapping[str, Population]] = {"base": "base", "chat": "chat", "mixed": "mixed"}


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of one model.

    Parameters
    ----------
    population : {'base', 'chat', 'mixed'}
        Whether it is a base or a chat model.
    model : str
        Its id: as the shipped scores have it, otherwise its maker's dated id or its name on the hub.
    name : str
        Its plain name.
    family, organisation : str or None
        The line of models it belongs to, and who made it.
    parameters : float or None
        Number of parameters.
    training_flop : float or None
        Floating-point operations of its training.
    parameters_source, training_flop_source : str or None
        Where these come from; ``released`` is the file released with the scores.
    released : str or None
        The day it was released, ``YYYY-MM-DD``.
    base_model : str or None
        The id of the model it was tuned from: always where another maker made that one, otherwise where it is known.
    source : str or None
        Where the entry comes from: ``released`` with the paper's scores, ``arXiv 2407.21792``, ``Epoch AI``,
        ``ObsScaling``, ``hub`` or
        ``project``.
    """

    population: str
    model: str
    name: str
    family: str | None = None
    organisation: str | None = None
    parameters: float | None = None
    training_flop: float | None = None
    parameters_source: str | None = None
    training_flop_source: str | None = None
    released: str | None = None
    base_model: str | None = None
    source: str | None = None

    @classmethod
    def unknown(cls, population: str, model: str) -> Model:
        """Return the entry of a model of which nothing is known."""
        return cls(population=population, model=model, name=model)


@cache
def models() -> Mapping[tuple[str, str], Model]:
    """Return every model of the catalogue by population and id, sorted.

    Raises
    ------
    DatasetError
        If the catalogue's file is missing or damaged.
    """
    read = (
        Model(
            population=cell(row, "population", checked(_POPULATIONS)),
            model=cell(row, "model", str),
            name=cell(row, "name", str),
            family=known(row, "family", str),
            organisation=known(row, "organisation", str),
            parameters=known(row, "parameters", float),
            training_flop=known(row, "training_flop", float),
            parameters_source=known(row, "parameters_source", str),
            training_flop_source=known(row, "training_flop_source", str),
            released=known(row, "released", str),
            base_model=known(row, "base_model", str),
            source=known(row, "source", str),
        )
        for row in rows("models.csv")
    )
    return MappingProxyType({(one.population, one.model): one for one in read})
