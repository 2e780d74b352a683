"""Would another choice have said something else? And what does a correlation hide?

A *specification* is one way to have done it: without one family, one model or one capability benchmark; with another
composite for capability; with another measure of association. Each gives a point, which agrees with the verdict
where it lies where the verdict says: beyond the margin, or within it. An undecided benchmark is held against its own
point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.stats.permutation import permutation_tests
from confounded.stats.resampling import PIECE, prepare, replicate_left_out
from confounded.stats.robustness import associations, describe, most_moving, specifications
from confounded.stats.shape import near_chance_share
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.correlations import own_accuracy
from confounded.study.known import number
from confounded.study.measurement import Errors, error_variances
from confounded.study.population import Population
from confounded.study.result import (
    BenchmarkFacts,
    Correlation,
    Description,
    Range,
    Robustness,
    Specification,
)
from confounded.study.settings import Settings

__all__ = ["as_spearman", "describe_correlations"]

FloatArray = NDArray[np.float64]

PUBLISHED: Final = ("first component", "spearman")
"""The composite and the association of the published method."""


MOST_MODELS: Final = 500
"""Models up to which each is left out in turn."""

MOST_MOVING: Final = 16
"""Models left out where there are more: those that move a correlation most, as many as the kernel does at once."""

COLUMNS_A_PIECE: Final = 64
"""Benchmarks done by every specification at a time: the composites of the suite are made anew for each piece."""

HELD_FIXED: Final = "the score as it is"
"""What the composite is called where the capabilities score is held fixed."""


def as_spearman(value: float, association: str) -> float:
    """Return the Spearman correlation that goes with another, for normal data, so that one margin serves all.

    Kendall's tau is 2/π · asin(r) and Spearman's rho 6/π · asin(r/2) of Pearson's r (Kruskal 1958).
    """
    if association == "spearman":
        return value
    pearson = float(np.sin(np.pi * value / 2)) if association == "kendall" else value
    return float(6 / np.pi * np.arcsin(pearson / 2))


def describe_correlations(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    correlations: Sequence[Correlation],
    settings: Settings,
    *,
    engine: Engine = ALL_CORES,
) -> list[Correlation]:
    """Add to the correlations of a population how robust they are, and what they hide.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    facts : mapping of str to BenchmarkFacts
    correlations : sequence of Correlation
        Those of the population, judged.
    settings : Settings
    engine : Engine, optional

    Returns
    -------
    list of Correlation
    """
    usable = [one for one in correlations if one.rho is not None]
    if not usable:
        return list(correlations)
    names = [one.benchmark for one in usable]
    references = [
        own_accuracy(population, facts[one.benchmark]) if one.against_score else None for one in usable
    ]
    by_score = [one for one, reference in zip(usable, references, strict=True) if reference is None]
    robust = _robust_by_score(population, score, by_score, settings, engine)
    by_accuracy = [
        (one, reference) for one, reference in zip(usable, references, strict=True) if reference is not None
    ]
    robust |= _robust_by_fixed(population, by_accuracy, settings, "accuracy", engine)
    association = _associations(population, score, by_score, settings)
    details = {}
    for one, reference in zip(usable, references, strict=True):
        values = population.matrix.column(one.benchmark)
        x = score.of_population(population) if reference is None else reference
        details[one.benchmark] = _details(population, facts[one.benchmark], x, values) | {
            "association_p": number(
                association[one.benchmark] if reference is None else _association(reference, values, settings)
            )
        }
    return [
        msgspec.structs.replace(one, robustness=robust[one.benchmark], **details[one.benchmark])
        if one.benchmark in set(names)
        else one
        for one in correlations
    ]


def _robust_by_score(
    population: Population,
    score: CapabilitiesScore,
    ones: Sequence[Correlation],
    settings: Settings,
    engine: Engine,
) -> dict[str, Robustness]:
    """Do the correlations with the capabilities score again in every other way."""
    if not ones:
        return {}
    if score.columns is None:
        fixed = score.of_population(population)
        return _robust_by_fixed(population, [(one, fixed) for one in ones], settings, HELD_FIXED, engine)
    columns = population.matrix.columns([one.benchmark for one in ones])[score.rows]
    without_model = _without_models(score.columns, score.scores, columns, engine)
    pieces = [columns[:, b : b + COLUMNS_A_PIECE] for b in range(0, len(ones), COLUMNS_A_PIECE)]
    parts = engine.map(partial(specifications, score.columns), pieces)
    tried, rho = parts[0], np.hstack([part.rho for part in parts])
    whole = tried.left_out < 0
    published = np.array(
        [(c, a) == PUBLISHED for c, a in zip(tried.composite, tried.association, strict=True)], dtype=np.bool_
    )
    models = [population.matrix.models[row] for row in score.rows]
    found = {}
    for b, one in enumerate(ones):
        suite = {score.suite[tried.left_out[s]]: float(rho[s, b]) for s in np.flatnonzero(~whole & published)}
        routes = [
            (tried.composite[s], tried.association[s], float(rho[s, b]))
            for s in np.flatnonzero(whole & ~published)
        ]
        by_model = {models[row]: value for row, value in without_model[b].items()}
        found[one.benchmark] = _robustness(one, by_model, suite, routes, settings)
    return found


def _robust_by_fixed(
    population: Population,
    ones: Sequence[tuple[Correlation, FloatArray]],
    settings: Settings,
    composite: str,
    engine: Engine,
) -> dict[str, Robustness]:
    """Do correlations with fixed columns again in every other way: there is no suite in it."""
    pairs = [(fixed, population.matrix.column(one.benchmark)) for one, fixed in ones]
    found = {}
    for (one, _), (without, kendall, pearson) in zip(ones, engine.map(_by_fixed, pairs), strict=True):
        by_model = {population.matrix.models[row]: value for row, value in without.items()}
        routes = [(composite, "kendall", kendall), (composite, "pearson", pearson)]
        found[one.benchmark] = _robustness(one, by_model, {}, routes, settings)
    return found


def _by_fixed(pair: tuple[FloatArray, FloatArray]) -> tuple[dict[int, float], float, float]:
    """Correlate a fixed column with another without each model by its row, by Kendall's tau, and by Pearson's r."""
    fixed, values = pair
    both = np.flatnonzero(~(np.isnan(values) | np.isnan(fixed)))
    without = _without_model(None, fixed[both], values[both])
    other = associations(fixed[both, None], values[both, None])[:, 0, 0]
    return {int(both[row]): value for row, value in without.items()}, float(other[1]), float(other[2])


def _without_models(
    suite: FloatArray, score: FloatArray, columns: FloatArray, engine: Engine
) -> list[dict[int, float]]:
    """Leave out one model at a time: for each column, the correlation without each by its row.

    Among more than `MOST_MODELS` only the `MOST_MOVING` that move it most with the score held as it is: to leave out
    all would take time that grows with the square of the models.
    """
    if len(score) > MOST_MODELS:
        return engine.map(partial(_without_model, suite, score), list(columns.T))
    everyone = np.arange(len(score))
    pieces = [everyone[start : start + PIECE] for start in range(0, len(score), PIECE)]
    parts = engine.map(partial(replicate_left_out, prepare(suite, columns), everyone), pieces)
    rho = np.vstack([part.rho for part in parts])
    return [
        {int(row): float(rho[row, b]) for row in np.flatnonzero(~np.isnan(columns[:, b]))}
        for b in range(columns.shape[1])
    ]


def _without_model(suite: FloatArray | None, score: FloatArray, column: FloatArray) -> dict[int, float]:
    """Return the correlation of one column without each model, or without those that move it most."""
    rows = np.flatnonzero(~np.isnan(column))
    if len(score) > MOST_MODELS:
        rows = rows[most_moving(score[rows], column[rows], MOST_MOVING)]
    problem = prepare(suite, column[:, None], None if suite is not None else [score])
    rho = replicate_left_out(problem, np.arange(len(score)), rows).rho[:, 0]
    return dict(zip(rows.tolist(), rho.tolist(), strict=True))


def _robustness(
    one: Correlation,
    without_model: Mapping[str, float],
    without_suite: Mapping[str, float],
    routes: Sequence[tuple[str, str, float]],
    settings: Settings,
) -> Robustness:
    """Put the other ways together and count which agree with the verdict."""
    rho = one.rho if one.rho is not None else float("nan")
    families = {w.family: w.rho for w in one.without_family if w.rho is not None}
    points = {f"without the family {family}": value for family, value in families.items()}
    points |= {f"without the model {name}": value for name, value in without_model.items()}
    points |= {f"without {name} in the suite": value for name, value in without_suite.items()}
    points |= {f"{c}, {a}": as_spearman(value, a) for c, a, value in routes}
    if one.without_itself is not None and one.without_itself.rho is not None:
        points["a suite without the benchmark and its kin"] = one.without_itself.rho
    defined = {name: value for name, value in points.items() if not np.isnan(value)}
    disagree = [
        name for name, value in defined.items() if not _agrees(value, one.verdict, rho, settings.margin)
    ]
    return Robustness(
        families=_range(families, rho),
        models=_range(without_model, rho),
        suite=_range(without_suite, rho),
        specifications=[
            Specification(composite=c, association=a, value=None if np.isnan(v) else v) for c, a, v in routes
        ],
        n_specifications=len(defined),
        agreeing_share=None if not defined else 1.0 - len(disagree) / len(defined),
        disagreeing=disagree,
    )


def _agrees(value: float, verdict: str, rho: float, margin: float) -> bool:
    """Tell whether a point lies where the verdict says, or, without one, where the headline point lies."""
    claimed = {"entangled": 1, "inverse": -1, "separable": 0, "unreliable": 0}

    def place(point: float) -> int:
        return int(point > margin) - int(point < -margin)

    return place(value) == claimed.get(verdict, place(rho))


def _range(points: Mapping[str, float], rho: float) -> Range | None:
    """Return how far leaving one out moves a correlation, and which moves it most."""
    defined = {name: value for name, value in points.items() if not np.isnan(value)}
    if not defined:
        return None
    mover = max(defined, key=lambda name: abs(defined[name] - rho))
    return Range(
        lowest=min(defined.values()),
        highest=max(defined.values()),
        moved_most_by=mover,
        then=defined[mover],
        n_undefined=len(points) - len(defined),
    )


def _associations(
    population: Population, score: CapabilitiesScore, ones: Sequence[Correlation], settings: Settings
) -> dict[str, float]:
    """Test whether there is any association with the capabilities score at all, the same permutations for all."""
    names = [one.benchmark for one in ones]
    columns = population.matrix.columns(names)[score.rows]
    tested = permutation_tests(score.scores, columns, seed=settings.seed)
    return dict(zip(names, tested.p.tolist(), strict=True))


def _association(x: FloatArray, values: FloatArray, settings: Settings) -> float:
    """Test whether there is any association with an accuracy at all."""
    both = ~(np.isnan(values) | np.isnan(x))
    return float(permutation_tests(x[both], values[both, None], seed=settings.seed).p[0])


def _details(
    population: Population, fact: BenchmarkFacts, x: FloatArray, values: FloatArray
) -> dict[str, object]:
    """Describe one correlation: slope and spread."""
    both = ~(np.isnan(values) | np.isnan(x))
    lower = fact.direction == "lower"
    floor, ceiling = (fact.ceiling, fact.floor) if lower else (fact.floor, fact.ceiling)
    sign = -1.0 if lower else 1.0
    described = describe(
        x[both],
        values[both, None],
        None if floor is None else [sign * floor],
        None if ceiling is None else [sign * ceiling],
    )
    slope = number(described.slope[0])
    width = None if fact.floor is None or fact.ceiling is None else fact.ceiling - fact.floor
    errors = error_variances(population, fact.benchmark, fact)
    chance = _near_chance(fact, errors, both)
    return {
        "description": Description(
            slope=slope,
            slope_of_scale=slope / width if slope is not None and width else None,
            explained_variance=number(described.explained[0]),
            standard_deviation=number(described.deviation[0]),
            floor_share=number(described.floor_share[0]) if described.floor_given[0] else None,
            ceiling_share=number(described.ceiling_share[0]) if described.ceiling_given[0] else None,
            tied_share=number(described.tied_share[0]),
            near_chance_share=chance,
        ),
    }


def _near_chance(fact: BenchmarkFacts, errors: Errors, both: NDArray[np.bool_]) -> float | None:
    """Return the share of models near chance, where chance and the items behind the scores are known."""
    known = both & ~np.isnan(errors.shares) & ~np.isnan(errors.n_items)
    if fact.chance is None or not known.any() or known.sum() < both.sum():
        return None
    guessed = fact.chance / errors.scale
    right = 1.0 - guessed if fact.direction == "lower" else guessed
    shares = errors.shares[None, known]
    if fact.kind == "suppression":
        # What is safer there is less skill, and skill is what lifts a score from chance.
        shares, right = 1.0 - shares, 1.0 - right
    near = near_chance_share(shares, np.full(int(known.sum()), right), errors.n_items[known])
    return float(near.mean())
