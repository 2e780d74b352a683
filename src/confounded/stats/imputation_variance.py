"""What imputation adds to the uncertainty of correlations, and of weighted sums of several.

Words: M imputations give M completed tables, each with its own correlation of every benchmark. *B* is the variance of
Fisher z between them (Rubin 1987, chapter 3). Draws of a wrong model do not differ for being wrong, so B does not hold
that; how far z moves where known cells are hidden, times what is missing over what was hidden, squared, is *D*, the
misfit.

Of several benchmarks all of this is known jointly: one set of random numbers stands behind the same draw of each, and
the same cells are hidden for all. So a weighted sum of their z is drawn, and moved, as a whole, which is Rubin's rule
with the full matrices: wᵀ B w between imputations, and wᵀ m mᵀ w for the mean moves m. Errors that benchmarks share do
not average out, and those in which they differ do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Jackknife

__all__ = ["ImputationVariance", "Imputations", "complete_limits", "imputation_variance", "with_imputations"]

FloatArray = NDArray[np.float64]

EXACT: Final = "a completed table gives a correlation of exactly ±1"
TOO_FEW: Final = "too few cells are there to see how far imputation strays"


@dataclass(frozen=True, slots=True)
class Imputations:
    """B correlations of M completed tables, and what hiding known cells H times makes of them.

    Parameters
    ----------
    rho : ndarray of shape (B,)
        The correlations combined over the tables.
    drawn : ndarray of shape (M, B)
        That of each completed table.
    hidden : ndarray of shape (H, B)
        The combined correlations where known cells are hidden; NaN where they could not be computed. No rows where
        nothing is missing.
    per_hidden : ndarray of shape (H,)
        How much more is missing than was hidden, in cells or by what they tell (`imputed_replicates.lack`); NaN where
        nothing could be hidden.
    """

    rho: FloatArray = field(repr=False)
    drawn: FloatArray = field(repr=False)
    hidden: FloatArray = field(repr=False)
    per_hidden: FloatArray = field(repr=False)

    def of(self, positions: ArrayLike) -> Imputations:
        """Return those of some of the correlations."""
        chosen = np.asarray(positions, dtype=np.int64)
        return Imputations(self.rho[chosen], self.drawn[:, chosen], self.hidden[:, chosen], self.per_hidden)

    def times(self, scale: ArrayLike) -> Imputations:
        """Return those of the correlations multiplied, as where they are corrected for measurement error."""
        by = np.asarray(scale, dtype=np.float64)
        return Imputations(self.rho * by, self.drawn * by, self.hidden * by, self.per_hidden)


@dataclass(frozen=True, slots=True)
class ImputationVariance:
    """The variance of K correlations, or sums, that is due to imputation, on the Fisher z scale.

    Parameters
    ----------
    between : ndarray of shape (K,)
        B, between imputations (ddof = 1): 0 where all are one and the same, NaN where one is undefined or ±1.
    misfit : ndarray of shape (K,)
        D, by which the imputation model is wrong: 0 where nothing is missing, NaN where too little is left to tell.
    n_imputations : int
    """

    between: FloatArray = field(repr=False)
    misfit: FloatArray = field(repr=False)
    n_imputations: int

    @property
    def total(self) -> FloatArray:
        """Return (1 + 1/M) B + D."""
        return np.asarray((1.0 + 1.0 / self.n_imputations) * self.between + self.misfit, dtype=np.float64)


def imputation_variance(imputations: Imputations, weights: ArrayLike | None = None) -> ImputationVariance:
    """Return the variance that imputation adds to correlations, or to weighted sums of their Fisher z.

    Parameters
    ----------
    imputations : Imputations
        Of B correlations.
    weights : array_like of shape (K, B), optional
        From `pooling.pooling_weights` or `contrast_weights`; correlations of weight 0 are not looked at. By default
        each correlation by itself.

    Returns
    -------
    ImputationVariance

    Raises
    ------
    StatisticsError
        If there are fewer than two imputations, or the shapes do not agree.
    """
    n_imputations, n = imputations.drawn.shape
    W = np.eye(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if n_imputations < 2 or W.ndim != 2 or W.shape[1] != n:
        raise StatisticsError(
            "at least two imputations (M, B) and weights (K, B)",
            found=f"{imputations.drawn.shape} and {W.shape}",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.arctanh(imputations.drawn)
        moves = (np.arctanh(imputations.hidden) - np.arctanh(imputations.rho)) * imputations.per_hidden[
            :, None
        ]
        each = [
            (_between(drawn[:, used] @ row[used]), _misfit(moves[:, used] @ row[used]))
            for row, used in zip(W, W != 0.0, strict=True)
        ]
    between, misfit = np.array(each, dtype=np.float64).reshape(-1, 2).T
    return ImputationVariance(read_only(between), read_only(misfit), n_imputations)


def _between(z: FloatArray) -> float:
    """Return the variance between imputations: exactly 0 where all are one and the same."""
    return 0.0 if (z == z[0]).all() else float((z - z[0]).var(ddof=1))


def _misfit(moves: FloatArray) -> float:
    """Return the squared mean move where cells are hidden; NaN where most of them tell nothing."""
    if not moves.size:
        return 0.0
    told = moves[np.isfinite(moves)]
    return float(told.mean() ** 2) if told.size >= moves.size / 2 else float("nan")


def with_imputations(jackknife: Jackknife, added: ImputationVariance) -> Jackknife:
    """Add to the variance of a jackknife that of imputation.

    The total is T = J + (1 + 1/M) B + D. Degrees of freedom are Satterthwaite's (1946) for the sum of a part with F - 1
    and one with M - 1, but never more than F - 1.

    Parameters
    ----------
    jackknife : Jackknife
        Of K correlations or sums, imputed anew without each family.
    added : ImputationVariance
        Of the same.

    Returns
    -------
    Jackknife
    """
    extra = added.total
    variance = jackknife.standard_error**2
    total = variance + extra
    most = jackknife.n_families - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        df = total**2 / (variance**2 / most + extra**2 / (added.n_imputations - 1.0))
    freedom = np.where(extra > 0, np.minimum(df, most), most)
    reasons = tuple(
        reason or (None if np.isfinite(value) else EXACT if np.isfinite(wrong) else TOO_FEW)
        for reason, value, wrong in zip(jackknife.reasons, extra, added.misfit, strict=True)
    )
    error = np.where([reason is None for reason in reasons], np.sqrt(total), np.nan)
    return Jackknife(jackknife.z, read_only(error), jackknife.n_families, reasons, read_only(freedom))


def complete_limits(rho: ArrayLike, added: ImputationVariance, level: float) -> tuple[FloatArray, FloatArray]:
    """Return between what limits correlations would be, were nothing missing.

    Parameters
    ----------
    rho : array_like of shape (K,)
        Correlations, or tanh of sums.
    added : ImputationVariance
        Of the same.
    level : float

    Returns
    -------
    low, high : ndarray of shape (K,)
        Of Student's t with M - 1 degrees of freedom on Fisher's z; the correlation itself where nothing is imputed.
    """
    values = np.asarray(rho, dtype=np.float64)
    half = stdtrit(added.n_imputations - 1, (1.0 + level) / 2.0) * np.sqrt(added.total)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.arctanh(values)
        low, high = np.tanh(z - half), np.tanh(z + half)
    return np.where(half == 0, values, low), np.where(half == 0, values, high)
