"""How sure a correlation with an imputed suite is: everything imputed anew without each family.

The default interval is that of every study, the family jackknife with Student's t on Fisher's z; its variance has that
between imputations added (Rubin 1987) and that by which the imputation model is wrong, and each replicate imputes, fits
and correlates anew. Intervals that take models to be independent are not given: there is nothing that imputes in their
resamples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.stats.imputation_variance import complete_limits, imputation_variance, with_imputations
from confounded.stats.imputed_correlations import imputed_correlations
from confounded.stats.imputed_replicates import ImputedCorrelations
from confounded.stats.intervals import Jackknife, effective_families, family_jackknife, jackknife_intervals
from confounded.study.imputed import FEWEST_OF_MODEL
from confounded.study.known import number
from confounded.study.missing_result import Imputed
from confounded.study.settings import Settings
from confounded.study.uncertainty import DEFAULT_METHOD, EFFECTIVE_METHOD, Resampled, named_intervals

__all__ = ["MOST_LEFT_OUT", "ImputedEvidence", "impute_evidence"]

MOST_LEFT_OUT: Final = 100
"""Families that are left out one by one under imputation; where there are more, small ones go in groups: each costs as
many fits as there are imputations and benchmarks."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImputedEvidence:
    """Resampled correlations with an imputed suite, and what of each was imputed.

    Parameters
    ----------
    resampled : Resampled
        With the column under test in the imputation model.
    imputed : tuple of B Imputed
    """

    resampled: Resampled = field(repr=False)
    imputed: tuple[Imputed, ...]


def impute_evidence(
    suite: FloatArray,
    columns: Sequence[FloatArray],
    inside: Sequence[bool],
    families: Sequence[str],
    settings: Settings,
    imputations: int,
    *,
    by_age: bool = False,
    groups: Mapping[str, str] | None = None,
    engine: Engine = ALL_CORES,
    progress: Callable[[int, int], None] | None = None,
) -> ImputedEvidence:
    """Correlate columns with an imputed suite, whole and without each family.

    Parameters
    ----------
    suite : ndarray of shape (S, C)
        NaN for holes.
    columns : sequence of B ndarray of shape (S,)
        NaN for models without a score, which are not in the correlation.
    inside : sequence of B bool
        Which of them are columns of the suite.
    families : sequence of S str
    settings : Settings
        Level and seed.
    imputations : int
    by_age : bool
        Whether holes go with the age of models: where the complete table would lie is then not said.
    groups : mapping of str to str, optional
        What each family is left out with.
    engine : Engine, optional
    progress : callable, optional

    Returns
    -------
    ImputedEvidence
    """
    # Of a suite without the benchmark and its kin a model may have too little left; then it is not in that correlation.
    enough = (~np.isnan(suite)).sum(axis=1) >= FEWEST_OF_MODEL
    values = np.where(enough[:, None], np.column_stack(columns), np.nan)
    _, family_of = np.unique(np.asarray(families, dtype=object).astype(str), return_inverse=True)
    left_together = [groups.get(family, family) for family in families] if groups else list(families)
    names, unit_of = np.unique(np.asarray(left_together, dtype=object).astype(str), return_inverse=True)
    beside, without = imputed_correlations(
        suite[enough],
        values[enough],
        inside,
        unit_of[enough],
        imputations,
        settings.seed,
        partial(engine.map, progress=progress),
        n_families=names.size,
    )
    there = ~np.isnan(values)
    present = np.column_stack([np.bincount(unit_of[one], minlength=names.size) > 0 for one in there.T])
    effective = np.array([effective_families(np.bincount(family_of[one])) for one in there.T])
    plain, total = _jackknives(beside, present)
    _, total_without = _jackknives(without, present)
    freedom = total.freedom
    lost = (present & np.isnan(beside.left_out)).sum(axis=0)
    methods = [
        named_intervals(
            DEFAULT_METHOD,
            jackknife_intervals(total, settings.level),
            degrees_of_freedom=freedom,
            n_replicates=total.n_families,
            n_degenerate=lost,
        ),
        named_intervals(
            EFFECTIVE_METHOD,
            jackknife_intervals(total, settings.level, np.minimum(effective - 1.0, freedom)),
            degrees_of_freedom=np.minimum(effective - 1.0, freedom),
        ),
    ]
    n = len(columns)
    resampled = Resampled(
        rho=beside.rho,
        jackknife=total,
        left_out=beside.left_out,
        degenerate=np.isnan(beside.left_out),
        present=present,
        units=unit_of,
        families=tuple(map(str, names)),
        effective=effective,
        redone=(),
        pair_rho=np.empty((0, names.size, n)),
        pair_degenerate=np.empty((0, names.size, n), dtype=np.bool_),
        imputations=beside.imputations,
        intervals=tuple([method[b] for method in methods] for b in range(n)),
    )
    limits = jackknife_intervals(total_without, settings.level)
    holes = np.isnan(suite)
    with np.errstate(invalid="ignore"):
        imputation_share = 1.0 - plain.standard_error**2 / total.standard_error**2
    complete = complete_limits(beside.rho, imputation_variance(beside.imputations), settings.level)
    imputed = tuple(
        Imputed(
            share=float(holes[there[:, b]].mean()),
            imputations=imputations,
            imputation_share=number(imputation_share[b]),
            complete_low=None if by_age else number(complete[0][b]),
            complete_high=None if by_age else number(complete[1][b]),
            rho_without=number(without.rho[b]),
            low_without=number(limits.low[b]),
            high_without=number(limits.high[b]),
        )
        for b in range(n)
    )
    return ImputedEvidence(resampled, imputed)


def _jackknives(found: ImputedCorrelations, present: NDArray[np.bool_]) -> tuple[Jackknife, Jackknife]:
    """Return the family jackknife, and the same with the variance of imputation."""
    plain = family_jackknife(found.rho, found.left_out, np.isnan(found.left_out), present)
    return plain, with_imputations(plain, imputation_variance(found.imputations))
