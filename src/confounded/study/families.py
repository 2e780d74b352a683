"""How the families of models were told: kin are no independent evidence, but unknown kin are counted as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from confounded.study.capabilities import CapabilitiesScore
from confounded.study.population import APART, DECLARED, Population
from confounded.study.result import Notice
from confounded.study.uncertainty import KIN_METHOD

__all__ = ["family_notices"]

CATALOGUE: Final = "catalogue"

_WAYS: Final = {
    DECLARED: "declared with the scores",
    CATALOGUE: "known to the catalogue",
    "base model": "by the model they were tuned from",
    "name stem": "by a stem of their name",
    "architecture": "by the architecture in their name",
    APART: "unknown, each counted as a family of its own",
}


def family_notices(split: Sequence[Population], scores: Sequence[CapabilitiesScore]) -> list[Notice]:
    """Say of each population how its families were told, unless all are declared or known to the catalogue."""
    return [
        Notice(what=_how_told(population, is_imputed=score.holes is not None))
        for population, score in zip(split, scores, strict=True)
        if not _ways(population).keys() <= {DECLARED, CATALOGUE}
    ]


def _ways(population: Population) -> Counter[str]:
    return Counter(_way(model.family_from) for model in population.models)


def _way(rule: str) -> str:
    return next((way for way in _WAYS if rule == way or rule.startswith(f"{way} ")), rule)


def _how_told(population: Population, *, is_imputed: bool) -> str:
    ways, n = _ways(population), len(population.models)
    told = ", ".join(f"{ways[way]} {words}" for way, words in _WAYS.items() if ways[way])
    said = f"The {n} {population.name} models are of {len(set(population.matrix.families))} families: {told}."
    if ways[APART]:
        said += (
            f" Unknown are {100 * ways[APART] / n:.0f} % of these models: where some of them are kin, the intervals "
            "are too narrow."
        )
    if population.kin is not None:
        said += (
            " With each put into the family that most models of its architecture and size are of, they are of "
            f"{len(set(population.kin))}"
        )
        beside = f": the intervals by that stand beside the others, as '{KIN_METHOD}'."
        said += "; there are no intervals by that, as scores are imputed." if is_imputed else beside
    return said
