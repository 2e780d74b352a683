"""What models are held against in parts: one capabilities score, refitted or imputed anew without each family.

The score is one for the whole scope: it is refitted without each family, but not in each stratum. So all strata are
held against the same yardstick, and a sign cannot turn because another component was fitted. Where the suite has holes
it is imputed anew in every replicate, the benchmark in question being in the imputation model, by the same dice as for
the headline correlations; what is found in the completed suites is combined by Rubin's rules, and how far it differs
between them, and strays where known cells are hidden, is in every interval (`stats.imputed_replicates`).

Where there are very many families, small ones are left out together, the same ones as for the headline correlations
(`stats.grouping`): what is said of a family here then goes for such a group.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.stats.grouping import MOST_GROUPS, jackknife_groups
from confounded.stats.imputation_variance import imputation_variance, with_imputations
from confounded.stats.imputed_replicates import Replicates, first_scores, imputed_anew, replicates_of
from confounded.stats.intervals import Jackknife, family_jackknife
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.imputed_evidence import MOST_LEFT_OUT
from confounded.study.population import Population

__all__ = ["Yardstick", "families_of", "imputed_jackknife"]

FloatArray = NDArray[np.float64]
Families = NDArray[np.int64]

MOST_KEPT: Final = 2**28
"""Bytes of imputed scores that are kept, so that a benchmark is imputed once for all that is asked of it; of suites too
large for that it is done again."""


class Yardstick:
    """The capabilities score of a scope, whole and in every replicate.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
        Refitted, or imputed anew, without each family, unless it is held fixed.
    seed : int
        Of the groups that small families are put in where there are very many, and of imputation.
    engine : Engine, optional
    """

    def __init__(
        self, population: Population, score: CapabilitiesScore, seed: int, engine: Engine = ALL_CORES
    ) -> None:
        self.population = population
        self.score = score
        self.seed = seed
        self.engine = engine
        self.families = families_of(population)
        most = MOST_GROUPS if score.holes is None else MOST_LEFT_OUT
        self.left_together = jackknife_groups(self.families, most, seed)
        self.n_units = int(self.left_together.max(initial=-1)) + 1
        self._kept: dict[str, FloatArray] = {}

    @property
    def is_imputed(self) -> bool:
        """Return whether the suite has holes."""
        return self.score.holes is not None

    @cached_property
    def replicates(self) -> Replicates:
        """Return the replicates in which the suite is imputed anew."""
        holes = self.score.holes
        if holes is None:
            raise ValueError("nothing is imputed")
        units = self.left_together[self.score.rows]
        return replicates_of(holes.suite, units, holes.facts.imputations, self.seed, self.n_units)

    def imputed(self, benchmark: str) -> FloatArray:
        """Return the (P, M, N) capabilities scores of all N models in each replicate and imputation.

        Parameters
        ----------
        benchmark : str
            The benchmark that is in the imputation model beside the suite.

        Returns
        -------
        ndarray of shape (P, M, N)
            NaN where a model has none.
        """
        if benchmark not in self._kept:
            scored = partial(first_scores, reference=self.replicates.fit.eigenvector)
            made = self.imputed_by(scored, benchmark)[..., 0]
            if made.nbytes + sum(one.nbytes for one in self._kept.values()) > MOST_KEPT:
                self._kept.clear()
            self._kept[benchmark] = made
        return self._kept[benchmark]

    def imputed_by(
        self, scored: Callable[[FloatArray], FloatArray], benchmark: str, width: int = 1
    ) -> FloatArray:
        """Return the (P, M, N, S) scores that are made from completed suites, as of `imputed`."""
        is_inside = benchmark in self.score.suite
        column = None if is_inside else self.population.matrix.column(benchmark)[self.score.rows]
        own = imputed_anew(self.replicates, column, scored, self.engine.map, width=width)
        full = np.full((*own.shape[:2], len(self.population.models), own.shape[-1]), np.nan)
        full[:, :, self.score.rows] = own
        return full


def families_of(population: Population) -> Families:
    """Return the family of each model as a number from 0 up."""
    _, numbers = np.unique(np.asarray(population.matrix.families, dtype=str), return_inverse=True)
    return np.asarray(numbers, dtype=np.int64)


def imputed_jackknife(
    drawn: FloatArray, replicates: Replicates, present: NDArray[np.bool_], *, by_lack: bool = True
) -> tuple[FloatArray, Jackknife]:
    """Combine what was found in every replicate and imputation.

    Parameters
    ----------
    drawn : ndarray of shape (P, M, K)
        Correlations.
    replicates : Replicates
    present : ndarray of shape (F, K)
        Whether each family has a model behind the correlation.
    by_lack : bool
        As of `Replicates.together`; headline correlations stay on the safe side, where that of the parts would leave
        next to no reversal to be found (`validation/missing/PARTS.md`).

    Returns
    -------
    rho : ndarray of shape (K,)
    jackknife : Jackknife
        With the variance of imputation.
    """
    found = replicates.together(drawn, by_lack=by_lack)
    plain = family_jackknife(found.rho, found.left_out, np.isnan(found.left_out), present)
    return found.rho, with_imputations(plain, imputation_variance(found.imputations))
