"""What is known of the measurement error of scores: given standard errors, or counts of single 0/1 items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from confounded.stats.reliability import (
    Disattenuated,
    binomial_error_variance,
    disattenuated_intervals,
    disattenuated_jackknife,
    reliability,
    replicated_reliability,
)
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Reliability
from confounded.study.uncertainty import Resampled

__all__ = ["Errors", "error_variances", "reliabilities"]

FloatArray = NDArray[np.float64]

KR21 = "KR-21"
STANDARD_ERRORS = "standard errors"
SCALES = {"fraction": 1.0, "percent": 100.0}
"""The greatest value of a mean of 0/1 items, by the unit the catalogue gives; a file of its own is in fractions."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Error variances of one benchmark's scores.

    Parameters
    ----------
    variance : ndarray of shape (M,)
        NaN where not known.
    method : str or None
        How it is known.
    n_items : float
        Items behind each score where it follows from them; NaN otherwise.
    scale : float
        The greatest value such a score can have.
    """

    variance: FloatArray = field(repr=False)
    method: str | None
    n_items: float = float("nan")
    scale: float = 1.0


def error_variances(population: Population, benchmark: str, fact: BenchmarkFacts) -> Errors:
    """Return the error variances of the scores on one benchmark.

    Given standard errors come first. Without them the variance of a mean of k items worth 0 or 1 follows from k, if the
    benchmark is such a mean: not a calibration error, a rating, a composite, nor a mean of what a model judged.
    """
    column = population.matrix.benchmarks.index(benchmark)
    values = population.matrix.scores[:, column]
    stderr = population.matrix.stderr[:, column]
    unknown = np.full(values.shape, np.nan)
    if not np.isnan(stderr[~np.isnan(values)]).any():
        return Errors(stderr**2, STANDARD_ERRORS)
    n_items = _items(population, column, fact)
    scale = SCALES.get(fact.unit or "fraction")
    if fact.item_type != "binary mean" or fact.judged or n_items is None or scale is None:
        return Errors(unknown, None)
    shares = np.abs(values) / scale
    if (shares > 1).any():
        return Errors(unknown, None)
    variance = binomial_error_variance(shares[:, None], np.array([n_items]))[:, 0] * scale**2
    return Errors(variance, KR21, n_items, scale)


def _items(population: Population, column: int, fact: BenchmarkFacts) -> float | None:
    """Return the items of a benchmark, if all its scores have the same number of them."""
    given = np.unique(population.matrix.n_items[:, column])
    given = given[~np.isnan(given)]
    if given.size > 1:
        return None
    return float(given[0]) if given.size else fact.n_items


def reliabilities(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    benchmarks: Sequence[str],
    rows: NDArray[np.intp],
    resampled: Resampled,
    level: float,
) -> tuple[list[Reliability], Disattenuated]:
    """Return the reliability of some benchmarks, and their correlations without measurement error.

    Parameters
    ----------
    population : Population
    facts : mapping of str to BenchmarkFacts
    benchmarks : sequence of B str
    rows : ndarray of shape (M,)
        The models that were resampled.
    resampled : Resampled
        The same benchmarks, in the same order.
    level : float

    Returns
    -------
    records : list of B Reliability
    disattenuated : Disattenuated
        The same as arrays.
    """
    errors = [error_variances(population, name, facts[name]) for name in benchmarks]
    scores = population.matrix.columns(list(benchmarks))[rows]
    variances = np.column_stack([one.variance for one in errors])[rows]
    whole = reliability(scores, variances)
    corrected = disattenuated_jackknife(
        resampled.rho,
        resampled.left_out,
        resampled.degenerate,
        whole.value,
        replicated_reliability(scores, variances, resampled.counts),
        resampled.present,
    )
    limits = disattenuated_intervals(corrected, level)
    return [
        Reliability(
            method=error.method,
            value=_number(whole.value[b]) if error.method else None,
            rho=_number(corrected.rho[b]),
            low=_number(limits.low[b]),
            high=_number(limits.high[b]),
            reason=(limits.reasons[b] if error.method else "the measurement error is not known"),
        )
        for b, error in enumerate(errors)
    ], corrected


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
