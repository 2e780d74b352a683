"""Capability from elsewhere: a published reference, a column of the scores, or training compute, held fixed.

A score that cannot be refitted to the models at hand is taken as it is. Its own uncertainty is used where it is
published, and nothing stands for it where it is not; the result says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.catalog.names import NameMatch, match_names
from confounded.datasets.references import Reference, load_reference, reference_ids
from confounded.errors import ContentError, UsageError
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore
from confounded.study.population import Population
from confounded.study.result import CapabilitiesSource, JoinedName, LeftOut, Notice

__all__ = ["COLUMN", "COMPUTE", "covering", "fixed_score"]

COMPUTE: Final = "training-compute"
COLUMN: Final = "column:"
JOINED: Final = ("exact", "rule")
MOST_NAMED: Final = 8

FloatArray = NDArray[np.float64]


def fixed_score(population: Population, wanted: str) -> tuple[CapabilitiesScore, list[Notice]]:
    """Return the capabilities scores of a population's models from a source that is held fixed.

    Parameters
    ----------
    population : Population
    wanted : str
        The id of a reference, ``training-compute``, or a benchmark of the scores, with or without ``column:``
        before it.

    Returns
    -------
    score : CapabilitiesScore
        Without a fit.
    notices : list of Notice

    Raises
    ------
    UsageError
        If there is no such source.
    ContentError
        If fewer than four models have a score, or all the same.
    """
    if wanted == COMPUTE:
        return _of_compute(population)
    if wanted in reference_ids():
        return _of_reference(population, load_reference(wanted))
    name = wanted.removeprefix(COLUMN)
    if name in population.matrix.benchmarks:
        return _of_column(population, name)
    raise UsageError(
        f"a source of capability among {', '.join(reference_ids())}, {COMPUTE}, or a benchmark with scores",
        found=repr(wanted),
        where="--capabilities",
    )


def covering(population: Population) -> list[tuple[str, int]]:
    """Return the references and how many of a population's models each has a score of, the best first."""
    counts = [
        (name, sum(one.how in JOINED for one in _matches(population, load_reference(name))))
        for name in reference_ids()
    ]
    return sorted(counts, key=lambda one: (-one[1], one[0]))


def _of_reference(population: Population, reference: Reference) -> tuple[CapabilitiesScore, list[Notice]]:
    """Take the scores of a published reference, joined by the models' names."""
    matches = _matches(population, reference)
    place = {name: row for row, name in enumerate(reference.models)}
    scores = np.full(len(matches), np.nan)
    stderr = np.full(len(matches), np.nan)
    for row, one in enumerate(matches):
        if one.how in JOINED and one.match is not None:
            scores[row] = reference.scores[place[one.match]]
            stderr[row] = reference.stderr[place[one.match]]
    source = CapabilitiesSource(
        kind="reference",
        id=reference.id,
        title=reference.title,
        made_from=reference.made_from,
        benchmarks=list(reference.suite),
        citation=reference.citation,
        licence=reference.licence,
        names=[
            JoinedName(
                model=model,
                match=one.match if one.how in JOINED else None,
                how=one.how,
                rules=list(one.rules),
                candidates=list(one.candidates),
            )
            for model, one in zip(population.matrix.models, matches, strict=True)
        ],
        has_standard_errors=bool(np.isfinite(stderr[np.isfinite(scores)]).all()),
    )
    score = _held_fixed(population, scores, source, reference.suite, stderr)
    return score, _join_notices(population, reference, matches)


def _matches(population: Population, reference: Reference) -> list[NameMatch]:
    """Join the models of a population with those of a reference: by their ids, else by their plain names."""
    known = [*reference.models, *reference.aliases]
    scores = dict(zip(reference.models, map(float, reference.scores), strict=True))
    alike = {name: scores[reference.aliases.get(name, name)] for name in known}

    def joined(names: Sequence[str]) -> list[NameMatch]:
        found = match_names(names, known, alike)
        return [
            NameMatch(
                name=one.name,
                match=None if one.match is None else reference.aliases.get(one.match, one.match),
                how=one.how,
                rules=one.rules,
                candidates=one.candidates,
            )
            for one in found
        ]

    by_id = joined(population.matrix.models)
    by_name = joined([facts.name for facts in population.models])
    return [
        named if one.how not in JOINED and named.how in JOINED else one
        for one, named in zip(by_id, by_name, strict=True)
    ]


def _join_notices(population: Population, reference: Reference, matches: Sequence[NameMatch]) -> list[Notice]:
    """Say how many models were joined, and by what."""
    by_rule = [
        f"{one.name} with {one.match} ({', '.join(one.rules)})" for one in matches if one.how == "rule"
    ]
    lost = [one.name for one in matches if one.how not in JOINED]
    said = f"{len(matches) - len(lost)} of {len(matches)} {population.name} models have a score in {reference.title}"
    if by_rule:
        said += f"; {len(by_rule)} of these were joined by rule: {_listed(by_rule)}"
    if lost:
        said += f"; not found there, and left out of every correlation: {_listed(lost)}"
    remedy = "Give such a model the name that the reference has for it in a column 'name'." if lost else ""
    return [Notice(what=f"{said}.", remedy=remedy)]


def _of_column(population: Population, name: str) -> tuple[CapabilitiesScore, list[Notice]]:
    """Take one benchmark of the scores for capability."""
    column = population.matrix.benchmarks.index(name)
    source = CapabilitiesSource(
        kind="column",
        id=name,
        title=f"the scores on {name}",
        made_from=f"the scores on {name} as they stand in the table",
        benchmarks=[name],
        has_standard_errors=bool(
            np.isfinite(
                population.matrix.stderr[np.isfinite(population.matrix.scores[:, column]), column]
            ).all()
        ),
    )
    scores = population.matrix.scores[:, column]
    return _held_fixed(population, scores, source, (name,), population.matrix.stderr[:, column]), []


def _of_compute(population: Population) -> tuple[CapabilitiesScore, list[Notice]]:
    """Take the logarithm of training compute for capability."""
    compute = np.array([np.nan if m.training_flop is None else m.training_flop for m in population.models])
    source = CapabilitiesSource(
        kind="compute",
        id=COMPUTE,
        title="training compute",
        made_from="the base-10 logarithm of the floating-point operations of training, from the scores or the "
        "catalogue",
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(compute > 0, np.log10(compute), np.nan)
    known = int(np.isfinite(logarithm).sum())
    notice = Notice(
        what=f"Training compute is known of {known} of {compute.size} {population.name} models; the others are left out "
        "of every correlation with it.",
        remedy="Add a column 'training_flop'.",
    )
    score = _held_fixed(population, logarithm, source, (), np.full(compute.size, np.nan))
    return score, [notice] if known < compute.size else []


def _held_fixed(
    population: Population,
    scores: FloatArray,
    source: CapabilitiesSource,
    suite: Sequence[str],
    stderr: FloatArray,
) -> CapabilitiesScore:
    """Return fixed scores of the models that have one."""
    known = np.isfinite(scores)
    rows = np.flatnonzero(known)
    if rows.size < FEWEST_MODELS or np.ptp(scores[known]) == 0:
        what = "all the same" if rows.size >= FEWEST_MODELS else f"{rows.size} of {known.size}"
        raise ContentError(
            f"at least {FEWEST_MODELS} {population.name} models of different capability by {source.title}",
            found=what,
            where=f"--capabilities {source.id}",
            remedy="Check the names of the models, or take capability from elsewhere.",
        )
    variances = stderr[rows] ** 2
    return CapabilitiesScore(
        suite=tuple(suite),
        rows=rows,
        scores=scores[rows],
        columns=None,
        fit=None,
        left_out=tuple(
            LeftOut(model=population.matrix.models[row], missing=[source.title])
            for row in np.flatnonzero(~known)
        ),
        variances=variances if source.has_standard_errors else None,
        source=source,
    )


def _listed(names: Sequence[str]) -> str:
    shown = "; ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}; and {len(names) - MOST_NAMED} more"
