"""Multiple imputation of a table of scores from one factor, on the rank-normal scale.

Words: a *cell* is one score of one model; a *hole* is a cell that is not there. Each column is turned into *normal
scores* (Blom 1958), the normal quantiles of its ranks: a monotone transform of a column changes nothing. They are taken
to follow one factor, each column with noise of its own; what columns share beside the factor is drawn towards nothing,
and the noise has heavy tails (`imputation_kernel`). The parameters are drawn anew for each imputation (Gibbs sampling;
proper in the sense of Rubin 1987), then the holes given the parameters and what is drawn of the row. A drawn normal
score is brought back to the column's own scale along the line through the cells that are there, in units of the column;
cells that are there keep their value to the last bit.

References: Rubin 1987, *Multiple Imputation for Nonresponse in Surveys*; Geweke & Zhou 1996, Rev. Financ. Stud. 9, for
the sampler; Blom 1958, *Statistical Estimates and Transformed Beta-Variables*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from confounded.errors import StatisticsError

__all__ = [
    "BURN",
    "FEWEST_CELLS",
    "THIN",
    "Noise",
    "Scale",
    "completed_from",
    "draw_noise",
    "impute",
    "imputed_normal_scores",
    "normal_scores",
    "scale_of",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BURN: Final = 100
"""Steps of the sampler before the first imputation; it begins at the row means, close to where it ends."""

THIN: Final = 10
"""Steps between imputations: the factor of a row is drawn anew in each, given the parameters of the last."""

FEWEST_CELLS: Final = 4
"""Cells that a column needs, of different value in part: from three no loading can be told."""

FEWEST_COLUMNS: Final = 3
"""Columns that one factor needs: from two, their loadings cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Every random number of the imputation of a table of R rows and C columns.

    Parameters
    ----------
    rows : ndarray of shape (T, R, 3)
        Of the factor scores and the width of the noise, for each of T steps.
    columns : ndarray of shape (T, C, 4)
        Of mean, loading, bond and variance.
    bonds : ndarray of shape (T,)
        Of the variance of the bonds.
    cells : ndarray of shape (M, R, C)
        Of the holes.
    """

    rows: FloatArray = field(repr=False)
    columns: FloatArray = field(repr=False)
    bonds: FloatArray = field(repr=False)
    cells: FloatArray = field(repr=False)

    @property
    def n_imputations(self) -> int:
        """Return M, for how many imputations it is."""
        return len(self.cells)

    def of_columns(self, columns: ArrayLike) -> Noise:
        """Return that of some columns, in the order given."""
        chosen = np.asarray(columns, dtype=np.int64)
        return Noise(
            self.rows,
            np.ascontiguousarray(self.columns[:, chosen]),
            self.bonds,
            np.ascontiguousarray(self.cells[:, :, chosen]),
        )


def draw_noise(n_rows: int, n_columns: int, n_imputations: int, seed: int) -> Noise:
    """Draw the random numbers of an imputation.

    Parameters
    ----------
    n_rows, n_columns : int
        Of the whole table; tables without some of its rows use the same numbers for those that are left.
    n_imputations : int
    seed : int

    Returns
    -------
    Noise
    """
    if n_imputations < 2:
        raise StatisticsError("at least two imputations", found=str(n_imputations))
    random = np.random.Generator(np.random.PCG64(seed))
    steps = BURN + THIN * n_imputations
    return Noise(
        random.standard_normal((steps, n_rows, 3)),
        random.standard_normal((steps, n_columns, 4)),
        random.standard_normal(steps),
        random.standard_normal((n_imputations, n_rows, n_columns)),
    )


def normal_scores(columns: ArrayLike) -> FloatArray:
    """Turn columns into normal scores, holes skipped.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        NaN for holes.

    Returns
    -------
    ndarray of shape (N, C)
        The normal quantiles of (rank - 3/8) / (n + 1/4); ties share the mean of their ranks.

    Raises
    ------
    StatisticsError
        If a column has fewer than four cells or all the same, or a value is infinite.
    """
    X = np.asarray(columns, dtype=np.float64)
    if X.ndim != 2:
        raise StatisticsError("columns of shape (N, C)", found=f"shape {X.shape}")
    if np.isinf(X).any():
        raise StatisticsError("finite values", found=f"{int(np.isinf(X).sum())} infinite")
    there = ~np.isnan(X)
    for j in range(X.shape[1]):
        cells = X[there[:, j], j]
        if cells.size < FEWEST_CELLS or np.ptp(cells) == 0:
            raise StatisticsError(
                f"columns of at least {FEWEST_CELLS} cells that differ",
                found=f"column {j} with {cells.size}" + (" of one value" if cells.size else ""),
            )
    return np.column_stack([_blom(column) for column in X.T])


def _blom(column: FloatArray) -> FloatArray:
    there = ~np.isnan(column)
    z = np.full(column.shape, np.nan)
    z[there] = ndtri((rankdata(column[there]) - 0.375) / (there.sum() + 0.25))
    return z


def imputed_normal_scores(z: ArrayLike, noise: Noise, rows: ArrayLike | None = None) -> FloatArray:
    """Draw completed tables of normal scores.

    Parameters
    ----------
    z : array_like of shape (N, C)
        Normal scores, NaN for holes.
    noise : Noise
        Of a table of C columns.
    rows : array_like of shape (N,), optional
        Which row of the noise belongs to each row; by default the first to the first.

    Returns
    -------
    ndarray of shape (M, N, C)
        Cells that are there as they were.

    Raises
    ------
    StatisticsError
        If there are fewer than three columns, or the noise is of another table.
    """
    from confounded.stats.imputation_kernel import sampler

    Z = np.ascontiguousarray(z, dtype=np.float64)
    chosen = np.arange(len(Z)) if rows is None else np.asarray(rows, dtype=np.int64)
    if Z.ndim != 2 or Z.shape[1] < FEWEST_COLUMNS:
        raise StatisticsError(f"a table of at least {FEWEST_COLUMNS} columns", found=f"shape {Z.shape}")
    if chosen.shape != (len(Z),) or noise.columns.shape[1] != Z.shape[1]:
        raise StatisticsError(
            "noise for every row and column", found=f"{noise.columns.shape[1]} columns, {chosen.size} rows"
        )
    completed = np.empty((noise.n_imputations, *Z.shape))
    sampler()(
        Z,
        np.ascontiguousarray(chosen, dtype=np.int64),
        _start(Z),
        noise.rows,
        noise.columns,
        noise.bonds,
        noise.cells,
        BURN,
        THIN,
        completed,
    )
    return completed


def _start(Z: FloatArray) -> FloatArray:
    """Return factor scores to begin with: means over the cells of a row, columns turned to go together.

    Most columns are left as they are, so that a table without some of its rows begins on the same side.
    """
    there = ~np.isnan(Z)
    filled = np.where(there, Z, 0.0)
    _, vectors = np.linalg.eigh(filled.T @ filled)
    signs = np.sign(vectors[:, -1])
    turned = filled @ (signs * (np.sign(signs.sum()) or np.sign(vectors[:, -1].sum()) or 1.0))
    return np.ascontiguousarray(turned / np.maximum(there.sum(axis=1), 1))


@dataclass(frozen=True, slots=True)
class Scale:
    """The line from the normal scores of a column to its own scale.

    Parameters
    ----------
    at, values : ndarray of shape (K,)
        The distinct normal scores of its cells, rising, and the values there.
    slope : float
        That of the line of least squares through them.
    """

    at: FloatArray = field(repr=False)
    values: FloatArray = field(repr=False)
    slope: float

    def of(self, wanted: ArrayLike) -> FloatArray:
        """Bring normal scores to the column's scale.

        Between cells along the line from one to the next; beyond the outermost with the slope of the line of least
        squares, so that models more able than all that have the column are not tied at its highest score.
        """
        new = np.asarray(wanted, dtype=np.float64)
        beyond = np.minimum(new - self.at[0], 0.0) + np.maximum(new - self.at[-1], 0.0)
        return np.asarray(np.interp(new, self.at, self.values) + self.slope * beyond, dtype=np.float64)


def scale_of(column: ArrayLike, z: ArrayLike) -> Scale:
    """Return the line from normal scores (N,) to a column (N,) that varies, NaN for holes."""
    values, scores = np.asarray(column, dtype=np.float64), np.asarray(z, dtype=np.float64)
    there = ~np.isnan(values)
    at, first = np.unique(scores[there], return_index=True)
    known = values[there][first]
    centred = at - at.mean()
    return Scale(at, known, float(centred @ known / (centred @ centred)))


def impute(columns: ArrayLike, noise: Noise, rows: ArrayLike | None = None) -> FloatArray:
    """Complete a table of scores.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        NaN for holes.
    noise : Noise
    rows : array_like of shape (N,), optional
        As of `imputed_normal_scores`.

    Returns
    -------
    ndarray of shape (M, N, C)
        Cells that are there as they were.
    """
    X = np.asarray(columns, dtype=np.float64)
    z = normal_scores(X)
    drawn = imputed_normal_scores(z, noise, rows)
    return completed_from(X, drawn, [scale_of(X[:, j], z[:, j]) for j in range(X.shape[1])])


def completed_from(columns: FloatArray, drawn: FloatArray, scales: Sequence[Scale]) -> FloatArray:
    """Return (M, N, C) completed columns: cells as they are, holes from (M, N, at least C) drawn normal scores."""
    completed = np.repeat(columns[None], len(drawn), axis=0)
    for j, scale in enumerate(scales):
        holes = np.isnan(columns[:, j])
        if holes.any():
            completed[:, holes, j] = scale.of(drawn[:, holes, j])
    return completed
