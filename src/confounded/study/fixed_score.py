"""Capability from elsewhere: a published reference, a column of the scores, or training compute, held fixed.

A score that cannot be refitted to the models at hand is taken as it is. Its own uncertainty is used where it is
published, and nothing stands for it where it is not; the result says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.catalog.names import NameMatch, match_names
from confounded.datasets.references import Reference, load_reference, reference_entries, reference_ids
from confounded.errors import ContentError, UsageError
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore
from confounded.study.measurement import error_variances
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, CapabilitiesSource, JoinedName, LeftOut, Notice

__all__ = ["COLUMN", "COMPUTE", "covering", "fixed_score"]

COMPUTE: Final = "training-compute"
COLUMN: Final = "column:"
JOINED: Final = ("exact", "rule")
MOST_NAMED: Final = 8

FloatArray = NDArray[np.float64]


def fixed_score(
    population: Population, wanted: str, facts: Mapping[str, BenchmarkFacts]
) -> tuple[CapabilitiesScore, list[Notice]]:
    """Return the capabilities scores of a population's models from a source that is held fixed.

    Parameters
    ----------
    population : Population
    wanted : str
        The id of a reference, ``training-compute``, or a benchmark of the scores, with or without ``column:``
        before it.
    facts : mapping of str to BenchmarkFacts
        What is known of the benchmarks, for the errors of a column.

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
    name = wanted if wanted in population.matrix.benchmarks else wanted.removeprefix(COLUMN)
    if name in population.matrix.benchmarks:
        return _of_column(population, name, facts[name])
    raise UsageError(
        f"a source of capability: {', '.join(reference_ids())}, {COMPUTE}, or a benchmark that the "
        f"{population.name} models have scores on",
        found=repr(wanted),
        where="--capabilities",
        remedy="`confounded datasets` says what the references are.",
    )


def covering(population: Population) -> list[tuple[str, int]]:
    """Return the references and how many of a population's models each has a score of, the best first.

    The best has scores of the most models; of several with as many, it is the one made from models of this
    population, then the one that stands first in ``references.toml``. A reference of base models is not offered for
    chat models, nor the other way round. With fewer than four models none can be used.

    Parameters
    ----------
    population : Population

    Returns
    -------
    list of (str, int)
        Ids and counts.
    """
    other = {"base": "chat", "chat": "base"}.get(population.name)
    entries = [
        one for one in reference_entries().values() if one.population is None or one.population != other
    ]
    counts = {
        one.id: sum(match.how in JOINED for match in _matches(population, load_reference(one.id)))
        for one in entries
    }
    ordered = sorted(entries, key=lambda one: (-counts[one.id], one.population != population.name))
    return [(one.id, counts[one.id]) for one in ordered]


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
            msgspec.convert(
                {
                    "model": model,
                    "match": one.match if one.how in JOINED else None,
                    "how": one.how,
                    "rules": one.rules,
                    "candidates": one.candidates,
                },
                JoinedName,
            )
            for model, one in zip(population.matrix.models, matches, strict=True)
        ],
        has_standard_errors=bool(np.isfinite(stderr[np.isfinite(scores)]).all()),
    )
    score = _held_fixed(population, scores, source, _members(population, reference), stderr**2)
    return score, _join_notices(population, reference, matches)


def _members(population: Population, reference: Reference) -> tuple[str, ...]:
    """Return the benchmarks a reference was made from, by the names that the source and the population have for them.

    Only capitals and separators are set aside: what is called alike is taken to be the same here, because the error of
    taking it so is a caution too many, and of not taking it so a correlation of a thing with itself.
    """
    named = (*reference.suite, *reference.also_called, reference.id)
    made_from = {_squashed(name) for name in named}
    own = (name for name in population.matrix.benchmarks if _squashed(name) in made_from)
    return tuple(dict.fromkeys([*named, *own]))


def _squashed(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _matches(population: Population, reference: Reference) -> list[NameMatch]:
    """Join the models of a population with those of a reference: by their ids, else by their plain names."""
    known = [*reference.models, *reference.aliases]
    scores = dict(zip(reference.models, map(float, reference.scores), strict=True))
    alike = {name: scores[reference.aliases.get(name, name)] for name in known}

    def joined(names: Sequence[str]) -> list[NameMatch]:
        found = match_names(names, known, alike)
        return [
            one if one.match is None else replace(one, match=reference.aliases.get(one.match, one.match))
            for one in found
        ]

    matches = joined(population.matrix.models)
    rest = [
        row
        for row, (one, facts) in enumerate(zip(matches, population.models, strict=True))
        if one.how not in JOINED and facts.name != facts.model
    ]
    if rest:
        for row, named in zip(rest, joined([population.models[row].name for row in rest]), strict=True):
            if named.how in JOINED:
                matches[row] = replace(named, name=matches[row].name)
    return matches


def _join_notices(population: Population, reference: Reference, matches: Sequence[NameMatch]) -> list[Notice]:
    """Say how many models were joined, by what, and which of them with one and the same."""
    by_rule = [
        f"{one.name} with {one.match} ({', '.join(one.rules)})" for one in matches if one.how == "rule"
    ]
    lost = [_lost(one) for one in matches if one.how not in JOINED]
    said = f"{len(matches) - len(lost)} of {len(matches)} {population.name} models have a score in {reference.title}"
    if by_rule:
        count = "1 of these was" if len(by_rule) == 1 else f"{len(by_rule)} of these were"
        said += f"; {count} joined by rule: {_listed(by_rule)}"
    if lost:
        said += f"; not found there, and left out of every correlation: {_listed(lost)}"
    remedy = (
        "Give such a model the name that the reference has for it: a column 'name', or name = \"...\" in models.toml."
        if lost
        else ""
    )
    notices = [Notice(what=f"{said}.", remedy=remedy)]
    if reference.population is not None and reference.population != population.name:
        notices.append(
            Notice(
                what=f"{reference.title} was made from {reference.population} models, and these are "
                f"{population.name} models."
            )
        )
    shared: defaultdict[str, list[str]] = defaultdict(list)
    for one in matches:
        if one.how in JOINED and one.match is not None:
            shared[one.match].append(one.name)
    doubled = [f"{' and '.join(names)} ({match})" for match, names in shared.items() if len(names) > 1]
    if doubled:
        notices.append(
            Notice(
                what=f"Some {population.name} models are one model in {reference.title} and are equally capable by "
                f"it: {_listed(doubled)}.",
                remedy="Keep one row of a model that stands there twice.",
            )
        )
    return notices


def _lost(one: NameMatch) -> str:
    """Name a model that was not joined, and what it may be."""
    return f"{one.name} (could be {' or '.join(one.candidates)})" if one.candidates else one.name


def _of_column(
    population: Population, name: str, fact: BenchmarkFacts
) -> tuple[CapabilitiesScore, list[Notice]]:
    """Take one benchmark of the scores for capability."""
    scores = population.matrix.column(name)
    errors = error_variances(population, name, fact)
    turned = ", turned round because lower is better" if fact.direction == "lower" else ""
    source = CapabilitiesSource(
        kind="column",
        id=name,
        title=f"the scores on {name}",
        made_from=f"the scores on {name} as they stand in the table{turned}",
        benchmarks=[name],
        has_standard_errors=errors.method is not None,
    )
    return _held_fixed(population, scores, source, (name,), errors.variance), []


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
        what=f"Training compute is known of {known} of {compute.size} {population.name} models; the others are left "
        "out of every correlation with it.",
        remedy="Add a column 'training_flop'.",
    )
    score = _held_fixed(population, logarithm, source, (), np.full(compute.size, np.nan))
    return score, [notice] if known < compute.size else []


def _held_fixed(
    population: Population,
    scores: FloatArray,
    source: CapabilitiesSource,
    suite: Sequence[str],
    variances: FloatArray,
) -> CapabilitiesScore:
    """Return fixed scores of the models that have one, and their error variances."""
    known = np.isfinite(scores)
    rows = np.flatnonzero(known)
    if rows.size < FEWEST_MODELS or np.ptp(scores[known]) == 0:
        enough = rows.size >= FEWEST_MODELS
        what = f"one score of all {rows.size}" if enough else f"{rows.size} of {known.size} with a score"
        raise ContentError(
            f"at least {FEWEST_MODELS} {population.name} models of different capability by {source.title}",
            found=what,
            where=f"--capabilities {source.id}",
            remedy="Check the names of the models, or take capability from elsewhere.",
        )
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
        variances=variances[rows] if source.has_standard_errors else None,
        source=source,
    )


def _listed(names: Sequence[str]) -> str:
    shown = "; ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}; and {len(names) - MOST_NAMED} more"
