"""Where a check takes capability from: what was asked for, the suite among the scores, or the reference that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
import polars as pl

from confounded.catalog.names import NameMatch, find_model, match_names
from confounded.datasets.references import Reference, load_reference, reference_ids
from confounded.errors import ContentError
from confounded.scores import ScoreTable
from confounded.study.check_result import ChosenCapability, Coverage
from confounded.study.result import JoinedName
from confounded.study.settings import PAPER_SUITE, SMALLEST_SUITE, Settings

__all__ = ["chosen_capability"]

JOINED: Final = ("exact", "rule")
SUITE: Final = "suite"


def chosen_capability(
    scores: ScoreTable, settings: Settings
) -> tuple[ChosenCapability, ScoreTable, Settings]:
    """Choose where capability comes from, and leave out the models that it has no score of.

    Parameters
    ----------
    scores : ScoreTable
    settings : Settings

    Returns
    -------
    chosen : ChosenCapability
    scores : ScoreTable
        Of the models that a reference has; all of them otherwise.
    settings : Settings
        With the reference, and the population that it is of where nothing else says it.

    Raises
    ------
    ContentError
        If no reference has any of the models.
    """
    models = list(scores.models["model"])
    if settings.capabilities is None and _suite_among(scores, settings):
        return (
            _without_reference("suite", SUITE, "the capability benchmarks among the scores", models),
            scores,
            settings,
        )
    if settings.capabilities is not None and settings.capabilities not in reference_ids():
        return (
            _without_reference("asked", settings.capabilities, settings.capabilities, models),
            scores,
            settings,
        )
    names = {row["model"]: row["name"] for row in scores.models.iter_rows(named=True)}
    wanted = reference_ids() if settings.capabilities is None else (settings.capabilities,)
    found = {name: _matches(names, load_reference(name)) for name in wanted}
    counts = {name: sum(one.how in JOINED for one in matches.values()) for name, matches in found.items()}
    best = max(
        wanted, key=lambda name: counts[name]
    )  # of equal ones the first: they are listed the paper's first
    if not counts[best]:
        raise ContentError(
            "model names that a capability reference has",
            found=f"none of {', '.join(models[:8])}{' ...' if len(models) > 8 else ''}",
            remedy="Give usual names, such as the id on the hub, or scores on three capability benchmarks "
            "beside your own (--suite). `confounded datasets` lists the references.",
        )
    reference = load_reference(best)
    lost = [model for model in models if found[best][model].how not in JOINED]
    chosen = ChosenCapability(
        how="coverage" if settings.capabilities is None else "asked",
        id=best,
        title=reference.title,
        n_models=len(models),
        n_found=len(models) - len(lost),
        coverage=[Coverage(reference=name, n_models=count) for name, count in counts.items()],
        not_found=[_joined(model, found[best][model]) for model in lost],
    )
    settings = msgspec.structs.replace(
        settings, capabilities=best, population=settings.population or reference.population
    )
    return chosen, _without(scores, lost), settings


def _suite_among(scores: ScoreTable, settings: Settings) -> bool:
    """Return whether the scores hold enough capability benchmarks, or a suite was named."""
    there = set(scores.scores["benchmark"])
    return settings.suite is not None or sum(name in there for name in PAPER_SUITE) >= SMALLEST_SUITE


def _without_reference(how: str, id: str, title: str, models: Sequence[str]) -> ChosenCapability:
    return msgspec.convert(
        {"how": how, "id": id, "title": title, "n_models": len(models), "n_found": len(models)},
        ChosenCapability,
    )


def _matches(names: Mapping[str, str | None], reference: Reference) -> dict[str, NameMatch]:
    """Join models with a reference: by their ids, else by the names the scores or the catalogue give them."""
    known = [*reference.models, *reference.aliases]
    by_id = match_names(list(names), known)
    plain = [name or (entry.name if (entry := find_model(model)) else model) for model, name in names.items()]
    by_name = match_names(plain, known)
    return {
        model: named if one.how not in JOINED and named.how in JOINED else one
        for model, one, named in zip(names, by_id, by_name, strict=True)
    }


def _joined(model: str, found: NameMatch) -> JoinedName:
    return JoinedName(
        model=model, match=None, how=found.how, rules=list(found.rules), candidates=list(found.candidates)
    )


def _without(scores: ScoreTable, models: Sequence[str]) -> ScoreTable:
    """Return the scores without some models."""
    if not models:
        return scores
    kept = ~pl.col("model").is_in(list(models))
    left = scores.scores.filter(kept)
    there = scores.benchmarks.filter(pl.col("benchmark").is_in(left["benchmark"].unique().to_list()))
    return replace(scores, scores=left, models=scores.models.filter(kept), benchmarks=there)
