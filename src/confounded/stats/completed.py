"""The published recipe on every completed table, and what its imputations say together.

Words: M imputations give M completed suites; on each the first component is fitted and correlated as if nothing had
been missing (Ren et al. 2024, section 3). Their Fisher z are combined by Rubin's rules (Rubin 1987, chapter 3): the
estimate is the mean, its variance that of the complete-data estimate and (1 + 1/M) times the variance between
imputations. That takes the imputation model to be right; by how much it is not is added (`imputed_correlations`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit
from scipy.stats import rankdata

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Jackknife

__all__ = [
    "Combined",
    "Completed",
    "combined",
    "complete_limits",
    "completed_correlations",
    "completed_scores",
    "of_imputation",
    "with_imputations",
]

FloatArray = NDArray[np.float64]

CONGRUENCE: Final = 0.9
"""As of the compiled kernel (`stats.kernel`): below it the component has turned into another."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The recipe on M completed suites of C columns over N rows.

    Parameters
    ----------
    scores : ndarray of shape (M, N)
    eigenvectors : ndarray of shape (M, C)
    """

    scores: FloatArray = field(repr=False)
    eigenvectors: FloatArray = field(repr=False)


def completed_scores(completed: ArrayLike, reference: ArrayLike) -> Completed:
    """Fit the first component of every completed suite, many at once.

    Parameters
    ----------
    completed : array_like of shape (M, N, C)
    reference : array_like of shape (C,)
        Each eigenvector is turned so that its inner product with it is positive.

    Returns
    -------
    Completed
        What `component.first_component` finds, suite by suite.

    Raises
    ------
    StatisticsError
        If a value is missing, or a column is constant.
    """
    X = np.asarray(completed, dtype=np.float64)
    if X.ndim != 3 or not np.isfinite(X).all():
        raise StatisticsError("completed suites of shape (M, N, C)", found=f"shape {X.shape}, or holes")
    if X.shape[1] < 2 or (np.ptp(X, axis=1) == 0).any():
        raise StatisticsError("columns that vary", found="one of a single value")
    D = rankdata(X, axis=1) - (X.shape[1] + 1) / 2.0
    products = D.transpose(0, 2, 1) @ D
    spread = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    _, vectors = np.linalg.eigh(products / (spread[:, :, None] * spread[:, None, :]))
    first = vectors[:, :, -1]
    first = first * np.where(first @ np.asarray(reference, dtype=np.float64) < 0, -1.0, 1.0)[:, None]
    Z = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    # Summed row by row, as in `first_component`, so that models with the same scores tie exactly.
    return Completed((Z * first[:, None, :]).sum(axis=2), first)


def completed_correlations(scores: ArrayLike, column: ArrayLike) -> FloatArray:
    """Return the Spearman correlation of a column with each of M sets of scores.

    Parameters
    ----------
    scores : array_like of shape (M, N)
    column : array_like of shape (N,)
        NaN for models without a score on it: they are not in the correlation.

    Returns
    -------
    ndarray of shape (M,)
        NaN where a side is constant.
    """
    values = np.asarray(column, dtype=np.float64)
    there = ~np.isnan(values)
    half = (there.sum() + 1) / 2.0
    y = rankdata(values[there]) - half
    x = rankdata(np.asarray(scores, dtype=np.float64)[:, there], axis=1) - half
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x @ y / np.sqrt((x * x).sum(axis=1) * (y @ y)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Combined:
    """M correlations combined on the Fisher z scale.

    Parameters
    ----------
    rho : float
        tanh of the mean z; NaN where one of them is undefined.
    between : float
        The variance of z between imputations (ddof = 1), NaN where one of them is ±1.
    """

    rho: float
    between: float


def combined(rho: ArrayLike) -> Combined:
    """Combine the correlations of M completed tables: the mean of their z, and their variance.

    Where all are one and the same, it is returned to the last bit: nothing that matters was missing.
    """
    values = np.asarray(rho, dtype=np.float64)
    if values.size and (values == values[0]).all():
        return Combined(float(values[0]), 0.0)
    if np.isnan(values).any():
        return Combined(float("nan"), float("nan"))
    if (np.abs(values) >= 1.0).any():
        return Combined(float(np.tanh(np.arctanh(np.clip(values, -NEARLY, NEARLY)).mean())), float("nan"))
    z = np.arctanh(values)
    return Combined(float(np.tanh(z.mean())), float(z.var(ddof=1)))


def of_imputation(between: ArrayLike, n_imputations: int, misfit: ArrayLike = 0.0) -> FloatArray:
    """Return the variance (B,) of Fisher z that is due to imputation: (1 + 1/M) B + D."""
    total = (1.0 + 1.0 / n_imputations) * np.asarray(between, dtype=np.float64) + np.asarray(misfit)
    return np.asarray(total, dtype=np.float64)


def complete_limits(
    rho: ArrayLike, between: ArrayLike, n_imputations: int, misfit: ArrayLike, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return between what limits the correlations would be, were nothing missing.

    Parameters
    ----------
    rho, between, misfit : array_like of shape (B,)
    n_imputations : int
    level : float

    Returns
    -------
    low, high : ndarray of shape (B,)
        Of Student's t with M - 1 degrees of freedom on Fisher's z; the correlation itself where nothing is imputed.
    """
    values = np.asarray(rho, dtype=np.float64)
    half = stdtrit(n_imputations - 1, (1.0 + level) / 2.0) * np.sqrt(
        of_imputation(between, n_imputations, misfit)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.arctanh(values)
        low, high = np.tanh(z - half), np.tanh(z + half)
    return np.where(half == 0, values, low), np.where(half == 0, values, high)


EXACT: Final = "a completed table gives a correlation of exactly ±1"
TOO_FEW: Final = "too few cells are there to see how far imputation strays"

NEARLY: Final = 1.0 - 1e-12
"""A correlation of exactly ±1 has no Fisher z; a point among many is taken to be this near."""


def with_imputations(
    jackknife: Jackknife, between: ArrayLike, n_imputations: int, misfit: ArrayLike = 0.0
) -> Jackknife:
    """Add to the variance of a jackknife that of imputation.

    The total is T = J + (1 + 1/M) B + D. Degrees of freedom are Satterthwaite's (1946) for the sum of a part with F - 1
    and one with M - 1, but never more than F - 1.

    Parameters
    ----------
    jackknife : Jackknife
        Of B correlations, imputed anew without each family.
    between : array_like of shape (B,)
        The variance of Fisher z between imputations; NaN where it is undefined.
    n_imputations : int
    misfit : array_like of shape (B,)
        D, the variance by which the imputation model is wrong.

    Returns
    -------
    Jackknife
    """
    extra = of_imputation(between, n_imputations, misfit)
    variance = jackknife.standard_error**2
    total = variance + extra
    most = jackknife.n_families - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        df = total**2 / (variance**2 / most + extra**2 / (n_imputations - 1.0))
    freedom = np.where(extra > 0, np.minimum(df, most), most)
    reasons = tuple(
        reason or (None if np.isfinite(value) else EXACT if np.isfinite(wrong) else TOO_FEW)
        for reason, value, wrong in zip(
            jackknife.reasons, extra, np.broadcast_to(misfit, extra.shape), strict=True
        )
    )
    error = np.where([reason is None for reason in reasons], np.sqrt(total), np.nan)
    return Jackknife(jackknife.z, read_only(error), jackknife.n_families, reasons, read_only(freedom))
