"""The compiled sampler behind imputation: one factor, holes in the table, every random number given.

All randomness comes in as arrays of standard normal numbers, so the same table gives the same draws, and tables that
differ by a few rows give draws that differ little: what moves between a study and one without a family is then the
data and not the dice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numba
import numpy as np

__all__ = ["LOADING_SD", "MEAN_SD", "PRIOR_DF", "PRIOR_VARIANCE", "sampler"]

MEAN_SD: Final = 3.0
"""Prior standard deviation of a column's mean, in standard deviations of the cells that are there: where only able
models have a column, the mean over all lies well below theirs."""

LOADING_SD: Final = 2.0
"""Prior standard deviation of a loading; that of a column whose range is not restricted is at most 1."""

PRIOR_DF: Final = 3.0
PRIOR_VARIANCE: Final = 0.2
"""Prior of a column's own variance (scaled inverse chi-squared), worth three models: it keeps a column that few
models have from being taken for the factor itself (a Heywood case)."""


def gibbs(z, rows, start, row_noise, column_noise, cell_noise, burn, thin, into):  # type: ignore[no-untyped-def]
    """Draw completed tables of normal scores.

    `z` (N, C) has NaN for holes; `rows` (N,) says which row of the noise belongs to each; `start` (N,) are factor
    scores to begin with. `row_noise` is (T, R), `column_noise` (T, C, 3), `cell_noise` (M, R, C); `into`
    (M, N, C) is written.
    """
    n, c = z.shape
    factor = start.copy()
    mean = np.zeros(c)
    loading = np.zeros(c)
    variance = np.full(c, 0.5)
    for step in range(column_noise.shape[0]):
        for j in range(c):
            count = 0.0
            sf = 0.0
            sff = 0.0
            sz = 0.0
            sfz = 0.0
            for i in range(n):
                value = z[i, j]
                if value == value:
                    f = factor[i]
                    count += 1.0
                    sf += f
                    sff += f * f
                    sz += value
                    sfz += f * value
            v = variance[j]
            # Mean and loading together: normal, with precision (a, b; b, d).
            a = count / v + 1.0 / MEAN_SD**2
            b = sf / v
            d = sff / v + 1.0 / LOADING_SD**2
            determinant = a * d - b * b
            mean_at = (d * sz / v - b * sfz / v) / determinant
            loading_at = (a * sfz / v - b * sz / v) / determinant
            e_mean = column_noise[step, j, 0]
            e_loading = column_noise[step, j, 1]
            loading[j] = loading_at + e_loading * np.sqrt(a / determinant)
            mean[j] = mean_at - b / a * (loading[j] - loading_at) + e_mean / np.sqrt(a)
            squares = 0.0
            for i in range(n):
                value = z[i, j]
                if value == value:
                    rest = value - mean[j] - loading[j] * factor[i]
                    squares += rest * rest
            # A chi-squared number from a normal one (Wilson & Hilferty 1931): smooth in its degrees of freedom.
            df = PRIOR_DF + count
            root = 1.0 - 2.0 / (9.0 * df) + column_noise[step, j, 2] * np.sqrt(2.0 / (9.0 * df))
            chi = df * max(root, 0.1) ** 3
            variance[j] = (PRIOR_DF * PRIOR_VARIANCE + squares) / chi
        for i in range(n):
            precision = 1.0
            pull = 0.0
            for j in range(c):
                value = z[i, j]
                if value == value:
                    weight = loading[j] / variance[j]
                    precision += weight * loading[j]
                    pull += weight * (value - mean[j])
            factor[i] = pull / precision + row_noise[step, rows[i]] / np.sqrt(precision)
        if step >= burn and (step - burn) % thin == thin - 1:
            m = (step - burn) // thin
            for j in range(c):
                deviation = np.sqrt(variance[j])
                for i in range(n):
                    value = z[i, j]
                    if value == value:
                        into[m, i, j] = value
                    else:
                        noise = cell_noise[m, rows[i], j]
                        into[m, i, j] = mean[j] + loading[j] * factor[i] + deviation * noise


SIGNATURE: Final = (
    "void(float64[:,::1], int64[::1], float64[::1], float64[:,::1], float64[:,:,::1], float64[:,:,::1], int64, int64, "
    "float64[:,:,::1])"
)


@cache
def sampler() -> Callable[..., None]:
    """Return the compiled sampler, as `confounded.stats.kernel.kernel` does its own."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        compiled: Callable[..., None] = numba.njit(SIGNATURE, cache=True, **options)(gibbs)
    except Exception:
        # What unpickling a damaged file raises has no end; an error of the code itself comes again from the next line.
        compiled = numba.njit(SIGNATURE, **options)(gibbs)
    return compiled
