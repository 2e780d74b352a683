"""What is known of the measurement error of scores: given standard errors, or counts of single 0/1 items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from confounded.stats.imputation_variance import imputation_variance, with_imputations
from confounded.stats.intervals import Intervals
from confounded.stats.reliability import (
    Disattenuated,
    binomial_error_variance,
    disattenuated_intervals,
    disattenuated_jackknife,
    reliability,
    reliability_left_out,
    replicated_reliability,
)
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.known import number
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Reliability
from confounded.study.uncertainty import Resampled
from confounded.study.units import PER_FRACTION

__all__ = ["Errors", "Measurement", "error_variances", "reliabilities"]

FloatArray = NDArray[np.float64]

KR21 = "KR-21"
STANDARD_ERRORS = "standard errors"


@dataclass(frozen=True, slots=True)
class Errors:
    """What is known of the measurement error of one benchmark's scores.

    Parameters
    ----------
    variance : ndarray of shape (M,)
        Error variances; NaN where not known.
    method : str or None
        How they are known; None where they are not, for all models that have a score.
    shares : ndarray of shape (M,)
        The scores as shares of items that are right or safe, from 0 to 1, where they are that; NaN elsewhere.
    n_items : ndarray of shape (M,)
        Items behind these shares; NaN where not known.
    reason : str or None
        Why nothing is known.
    """

    variance: FloatArray = field(repr=False)
    method: str | None
    shares: FloatArray = field(repr=False)
    n_items: FloatArray = field(repr=False)
    scale: float
    reason: str | None


def error_variances(population: Population, benchmark: str, fact: BenchmarkFacts) -> Errors:
    """Return what is known of the measurement error of the scores on one benchmark.

    Given standard errors come first. Without them the variance of a mean of k items worth 0 or 1 follows from k, if the
    benchmark is such a mean: not a calibration error, a rating, a composite, nor a mean of what a model judged.
    """
    column = population.matrix.benchmarks.index(benchmark)
    values = population.matrix.scores[:, column]
    present = ~np.isnan(values)
    stderr = population.matrix.stderr[:, column]
    shares, n_items, scale, reason = _items(population, column, fact)
    if present.any() and not np.isnan(stderr[present]).any():
        return Errors(stderr**2, STANDARD_ERRORS, shares, n_items, scale, None)
    if reason is None and not fact.judged:
        variance = binomial_error_variance(shares[None, :], n_items)[0] * scale**2
        return Errors(variance, KR21, shares, n_items, scale, None)
    lacking = int(np.isnan(stderr[present]).sum())
    if lacking < present.sum():
        reason = f"{lacking} of {int(present.sum())} scores have no standard error"
    elif reason is None:
        reason = "what is right was judged by a model, so items are not plainly 0 or 1"
    return Errors(np.full(values.shape, np.nan), None, shares, n_items, scale, reason)


def _items(
    population: Population, column: int, fact: BenchmarkFacts
) -> tuple[FloatArray, FloatArray, float, str | None]:
    """Return scores as shares of items, the items behind each, the scale of a share, and why these are not known."""
    values = population.matrix.scores[:, column]
    present = ~np.isnan(values)
    unknown = np.full(values.shape, np.nan)
    scale = PER_FRACTION.get(fact.unit or "fraction", 1.0)
    if fact.item_type != "binary mean":
        what = (
            "whether the score is a plain mean of items worth 0 or 1 is not stated"
            if fact.item_type is None
            else "the score is not a mean of single items worth 0 or 1"
        )
        return unknown, unknown, scale, f"no standard errors are given, and {what}"
    # Turned round, a share of wrong items is less than nothing: one more than it is the share of right ones.
    shares = 1.0 + values / scale if fact.direction == "lower" else values / scale
    if (shares[present] < 0).any() or (shares[present] > 1).any():
        return (
            unknown,
            unknown,
            scale,
            "the scores do not lie between 0 and 1 (say unit = percent if they are that)",
        )
    given = population.matrix.n_items[:, column]
    if np.isnan(given[present]).all() and fact.n_items is not None:
        given = np.full(values.shape, float(fact.n_items))
    lacking = int(np.isnan(given[present]).sum())
    if lacking:
        return shares, unknown, scale, f"{lacking} of {int(present.sum())} scores have no count of items"
    return shares, np.where(present, given, np.nan), scale, None


def reliabilities(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    benchmarks: Sequence[str],
    rows: NDArray[np.intp],
    resampled: Resampled,
    level: float,
    score: CapabilitiesScore | None = None,
) -> Measurement:
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
    score : CapabilitiesScore, optional
        What they are correlated with; where its error variances are known, the corrections are for them too.

    Returns
    -------
    Measurement
    """
    errors = [error_variances(population, name, facts[name]) for name in benchmarks]
    scores = population.matrix.columns(list(benchmarks))[rows]
    variances = np.column_stack([one.variance for one in errors])[rows]
    whole = reliability(scores, variances)
    each = np.arange(len(resampled.families))[:, None]
    left_out = reliability_left_out(scores, variances, resampled.units, each)
    of_score = _score_reliability(score, scores)
    of_both = _product(whole.value, of_score[0])
    of_both_left_out = _product(left_out, _score_reliability(score, scores, resampled.units, each))
    corrected = disattenuated_jackknife(
        resampled.rho,
        resampled.left_out,
        resampled.degenerate,
        of_both,
        of_both_left_out,
        resampled.present,
    )
    firm = resampled.effective - 1.0
    if resampled.imputations is not None:
        # The scale is held fixed, so imputation moves a corrected correlation on its scale as it moves the raw one.
        added = imputation_variance(resampled.imputations)
        corrected = replace(corrected, jackknife=with_imputations(corrected.jackknife, added))
        firm = np.minimum(firm, corrected.jackknife.freedom)
    records = _records(errors, whole.value, corrected, disattenuated_intervals(corrected, level))
    effective = disattenuated_intervals(corrected, level, firm)
    without = []
    for place, family in enumerate(resampled.redone):
        others = np.arange(len(resampled.families)) != family
        both = np.column_stack([np.full(others.sum(), family), np.flatnonzero(others)])
        pairs = _product(
            reliability_left_out(scores, variances, resampled.units, both),
            _score_reliability(score, scores, resampled.units, both),
        )
        fewer = disattenuated_jackknife(
            resampled.left_out[family],
            resampled.pair_rho[place, others],
            resampled.pair_degenerate[place, others],
            of_both_left_out[family],
            pairs,
            resampled.present[others],
        )
        without.append(_records(errors, left_out[family], fewer, disattenuated_intervals(fewer, level)))
    return Measurement(corrected, records, _records(errors, whole.value, corrected, effective), without)


def _score_reliability(
    score: CapabilitiesScore | None,
    scores: FloatArray,
    units: NDArray[np.intp] | None = None,
    left_out: NDArray[np.int64] | None = None,
) -> FloatArray:
    """Return the (R, B) reliabilities of the capabilities score, of all models or without some units.

    1 where its errors are not known. Over the models that have a score on the benchmark: reliability is a matter of how
    far the models at hand spread.
    """
    if score is None or score.variances is None:
        return np.ones((1 if left_out is None else len(left_out), scores.shape[1]))
    known = ~np.isnan(scores)
    own = np.where(known, score.scores[:, None], np.nan)
    variances = np.where(known, score.variances[:, None], np.nan)
    if units is None or left_out is None:
        return replicated_reliability(own, variances, np.ones((1, len(scores))))
    return reliability_left_out(own, variances, units, left_out)


def _product(benchmark: FloatArray, score: FloatArray) -> FloatArray:
    """Return the product of two reliabilities, and the smaller where one may not be divided by.

    Two reliabilities below 0 would have a product above it, and look usable.
    """
    usable = (benchmark > 0.0) & (score > 0.0)
    return np.where(usable, benchmark * score, np.minimum(benchmark, score))


@dataclass(frozen=True, slots=True)
class Measurement:
    """The reliability of B benchmarks, and their correlations without measurement error.

    Parameters
    ----------
    corrected : Disattenuated
        As arrays.
    records : list of B Reliability
        With the default interval.
    effective : list of B Reliability
        With the interval of G - 1 degrees of freedom.
    without : list of R lists of B Reliability
        In the studies without each of the families that are left out whole.
    """

    corrected: Disattenuated = field(repr=False)
    records: list[Reliability] = field(repr=False)
    effective: list[Reliability] = field(repr=False)
    without: list[list[Reliability]] = field(repr=False)


def _records(
    errors: Sequence[Errors], value: FloatArray, corrected: Disattenuated, limits: Intervals
) -> list[Reliability]:
    """Return arrays as records, one a benchmark."""
    return [
        Reliability(
            method=error.method,
            value=number(value[b]) if error.method else None,
            rho=number(corrected.rho[b]),
            low=number(limits.low[b]),
            high=number(limits.high[b]),
            reason=limits.reasons[b] if error.method else error.reason,
        )
        for b, error in enumerate(errors)
    ]
