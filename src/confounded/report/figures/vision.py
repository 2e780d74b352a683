"""Benchmarks of vision models against accuracy on ImageNet: figure 13 of the paper.

In the paper (v3 of arXiv 2407.21792) there are two panels: ImageNet accuracy across, and upwards the accuracy on
ImageNet-A, or under attack by projected gradient descent (PGD, 8/255, adversarially trained models). No vision scores
were released with it, so the figure is of whatever a study has whose capability is ImageNet accuracy: timm's results
have ImageNet-A, -R, -V2, -Sketch and ReaL, and no attacks. The figure says that PGD is missing where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confounded.report.figures.calibration import correlation_note, score_title
from confounded.report.figures.panels import Panel, scatter_panels
from confounded.report.figures.theme import FamilyMark
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.scores.table import accuracy_data_set
from confounded.study.result import Correlation, PopulationResult

__all__ = ["vision"]

Spec = dict[str, Any]

IMAGENET: Final = ("imagenet", "timm-imagenet")
"""Ids of what stands for capability in a study of vision models: a column of the scores, or the shipped reference."""

ATTACK: Final = "pgd"
NO_ATTACK: Final = (
    "No benchmark of this study is named PGD: attacks by projected gradient descent, the right half of the paper's "
    "figure 13, are missing."
)


def vision(index: Index, population: PopulationResult, marks: Mapping[str, FamilyMark]) -> Spec | None:
    """Return the specification (Vega-Lite); None where capability is not accuracy on ImageNet.

    A benchmark that another is held against, such as the accuracy on the classes of ImageNet-A, has no panel.
    """
    if population.capabilities.id not in IMAGENET:
        return None
    found = [
        (entry, one)
        for entry in index.entries()
        if (one := entry.correlations.get(population.population)) is not None
        and one.rho is not None
        and not one.in_suite
    ]
    against = {accuracy_data_set(one.correlated_with) for _, one in found}
    scores = [model.capabilities_score for model in population.models]
    panels = []
    attacked = False
    for entry, one in found:
        if entry.facts.benchmark in against:
            continue
        attacked |= ATTACK in f"{entry.facts.benchmark} {entry.facts.name}".lower()
        shown = _with_accuracy(one)
        panels.append(
            Panel(
                title=short(entry.facts.name),
                note=correlation_note(shown),
                verdict=shown.verdict,
                x=scores,
                y=population.scores[entry.facts.benchmark],
                x_title="accuracy on ImageNet",
                y_title=score_title(entry.facts),
                curve=one.curve if one.against_score is None else None,
            )
        )
    if not panels:
        return None
    note = "" if attacked else NO_ATTACK
    told = "; ".join(f"{panel.title}: {panel.note}" for panel in panels)
    return scatter_panels(
        population,
        panels,
        marks,
        f"Benchmarks of vision models against accuracy on ImageNet, a mark a model. {told}. {note}".strip(),
        height=130,
        note=note,
    )


def _with_accuracy(one: Correlation) -> Correlation:
    """Return the correlation with the capabilities score, where the headline is with another accuracy."""
    import msgspec

    beside = one.against_score
    if beside is None:
        return one
    return msgspec.structs.replace(
        one, rho=beside.rho, interval=beside.interval, verdict=beside.verdict, n_models=beside.n_models
    )
