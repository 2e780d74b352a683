"""The compiled sampler behind imputation: one factor and what columns share beside it, every random number given.

The model of a normal score is z = mean + loading · factor + bond · second + noise. The factor is capability. The
*second* one takes up what columns share beside it; its loadings, the *bonds*, are drawn towards 0, and how far is drawn
as well, so that a table of one factor is left with next to none. Without it, two benchmarks that resemble each other
more than others make imputations that are too sure of themselves. The noise of a row is Student's t: a few models that
are unlike the rest then do not blur the relation of the others (Lange, Little & Taylor 1989, J. Am. Stat. Assoc. 84).

All randomness comes in as arrays of standard normal numbers, so the same table gives the same draws, and tables that
differ by a few rows give draws that differ little: what moves between a study and one without a family is then the
data and not the dice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numba
import numpy as np

from confounded.stats.compiling import compiled

__all__ = ["BOND_VARIANCE", "LOADING_SD", "MEAN_SD", "NOISE_DF", "PRIOR_DF", "PRIOR_VARIANCE", "sampler"]

MEAN_SD: Final = 3.0
"""Prior standard deviation of a column's mean, in standard deviations of the cells that are there: where only able
models have a column, the mean over all lies well below theirs."""

LOADING_SD: Final = 2.0
"""Prior standard deviation of a loading; that of a column whose range is not restricted is at most 1."""

BOND_VARIANCE: Final = 0.05
"""Prior of the variance of the bonds (scaled inverse chi-squared): a bond is then .2 or so."""

PRIOR_DF: Final = 3.0
PRIOR_VARIANCE: Final = 0.2
"""Prior of a column's own variance (scaled inverse chi-squared), worth three models: it keeps a column that few
models have from being taken for the factor itself (a Heywood case)."""

NOISE_DF: Final = 4.0
"""Degrees of freedom of the noise of a row: heavy tails, of which the variance is still finite."""

inner = numba.njit(nogil=True, error_model="numpy")


@inner
def _draw(precision, pull, noise, size, into):  # type: ignore[no-untyped-def]
    """Draw from the normal distribution of mean precision⁻¹ pull, by Cholesky; the lower triangle is overwritten."""
    for i in range(size):
        for j in range(i + 1):
            rest = precision[i, j]
            for k in range(j):
                rest -= precision[i, k] * precision[j, k]
            precision[i, j] = np.sqrt(rest) if i == j else rest / precision[j, j]
    for i in range(size):
        rest = pull[i]
        for k in range(i):
            rest -= precision[i, k] * into[k]
        into[i] = rest / precision[i, i]
    for i in range(size - 1, -1, -1):
        rest = into[i] + noise[i]
        for k in range(i + 1, size):
            rest -= precision[k, i] * into[k]
        into[i] = rest / precision[i, i]


@inner
def _chi_squared(df, noise):  # type: ignore[no-untyped-def]
    """Return a chi-squared number from a normal one (Wilson & Hilferty 1931): smooth in its degrees of freedom."""
    root = 1.0 - 2.0 / (9.0 * df) + noise * np.sqrt(2.0 / (9.0 * df))
    return df * max(root, 0.1) ** 3


def gibbs(z, rows, start, row_noise, column_noise, bond_noise, cell_noise, burn, thin, into):  # type: ignore[no-untyped-def]
    """Draw completed tables of normal scores.

    `z` (N, C) has NaN for holes; `rows` (N,) says which row of the noise belongs to each; `start` (N,) are factor
    scores to begin with. `row_noise` is (T, R, 3), `column_noise` (T, C, 4), `bond_noise` (T,), `cell_noise` (M, R, C);
    `into` (M, N, C) is written.
    """
    n, c = z.shape
    factors = np.zeros((n, 2))
    factors[:, 0] = start
    # What a row's noise is divided by, squared.
    weight = np.ones(n)
    # Mean, loading and bond of each column.
    parameters = np.zeros((c, 3))
    variance = np.full(c, 0.5)
    bond_variance = BOND_VARIANCE
    precision, pull, drawn = np.zeros((3, 3)), np.zeros(3), np.zeros(3)
    for step in range(column_noise.shape[0]):
        for j in range(c):
            count = 0.0
            s, sf, sg, sff, sfg, sgg, sz, sfz, sgz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(n):
                value = z[i, j]
                if value == value:
                    f, g, w = factors[i, 0], factors[i, 1], weight[i]
                    count += 1.0
                    s += w
                    sf += w * f
                    sg += w * g
                    sff += w * f * f
                    sfg += w * f * g
                    sgg += w * g * g
                    sz += w * value
                    sfz += w * f * value
                    sgz += w * g * value
            v = variance[j]
            precision[0, 0] = s / v + 1.0 / MEAN_SD**2
            precision[1, 0] = sf / v
            precision[1, 1] = sff / v + 1.0 / LOADING_SD**2
            precision[2, 0] = sg / v
            precision[2, 1] = sfg / v
            precision[2, 2] = sgg / v + 1.0 / bond_variance
            pull[0], pull[1], pull[2] = sz / v, sfz / v, sgz / v
            _draw(precision, pull, column_noise[step, j], 3, drawn)
            parameters[j] = drawn
            squares = 0.0
            for i in range(n):
                value = z[i, j]
                if value == value:
                    rest = value - drawn[0] - drawn[1] * factors[i, 0] - drawn[2] * factors[i, 1]
                    squares += weight[i] * rest * rest
            df = PRIOR_DF + count
            variance[j] = (PRIOR_DF * PRIOR_VARIANCE + squares) / _chi_squared(df, column_noise[step, j, 3])
        squares = 0.0
        for j in range(c):
            squares += parameters[j, 2] ** 2
        bond_variance = (PRIOR_DF * BOND_VARIANCE + squares) / _chi_squared(PRIOR_DF + c, bond_noise[step])
        for i in range(n):
            precision[0, 0], precision[1, 0], precision[1, 1] = 1.0, 0.0, 1.0
            pull[0], pull[1] = 0.0, 0.0
            for j in range(c):
                value = z[i, j]
                if value == value:
                    mean, loading, bond = parameters[j]
                    w = weight[i] / variance[j]
                    precision[0, 0] += w * loading * loading
                    precision[1, 0] += w * loading * bond
                    precision[1, 1] += w * bond * bond
                    pull[0] += w * loading * (value - mean)
                    pull[1] += w * bond * (value - mean)
            _draw(precision, pull, row_noise[step, rows[i]], 2, drawn)
            factors[i, 0], factors[i, 1] = drawn[0], drawn[1]
            squares, count = 0.0, 0.0
            for j in range(c):
                value = z[i, j]
                if value == value:
                    mean, loading, bond = parameters[j]
                    rest = value - mean - loading * drawn[0] - bond * drawn[1]
                    squares += rest * rest / variance[j]
                    count += 1.0
            weight[i] = _chi_squared(NOISE_DF + count, row_noise[step, rows[i], 2]) / (NOISE_DF + squares)
        if step >= burn and (step - burn) % thin == thin - 1:
            m = (step - burn) // thin
            for j in range(c):
                mean, loading, bond = parameters[j]
                for i in range(n):
                    value = z[i, j]
                    if value == value:
                        into[m, i, j] = value
                    else:
                        noise = cell_noise[m, rows[i], j] * np.sqrt(variance[j] / weight[i])
                        into[m, i, j] = mean + loading * factors[i, 0] + bond * factors[i, 1] + noise


SIGNATURE: Final = (
    "void(float64[:,::1], int64[::1], float64[::1], float64[:,:,::1], float64[:,:,::1], float64[::1], "
    "float64[:,:,::1], int64, int64, float64[:,:,::1])"
)


@cache
def sampler() -> Callable[..., None]:
    """Return the compiled sampler, as `confounded.stats.kernel.kernel` does its own."""
    return compiled(gibbs, SIGNATURE)
