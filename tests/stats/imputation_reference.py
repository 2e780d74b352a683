"""The sampler behind imputation and the rules that combine its draws, written out plainly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confounded.stats.imputation import BURN, THIN, Noise

FloatArray = NDArray[np.float64]
MEAN_SD, LOADING_SD, PRIOR_DF, PRIOR_VARIANCE = 3.0, 2.0, 3.0, 0.2


def draws(z: FloatArray, noise: Noise, rows: list[int]) -> FloatArray:
    """Return the completed tables (M, N, C) of normal scores, one model and one column at a time."""
    n, c = z.shape
    there = ~np.isnan(z)
    filled = np.where(there, z, 0.0)
    vector = np.sign(np.linalg.eigh(filled.T @ filled)[1][:, -1])
    vector = vector * (1.0 if vector.sum() >= 0 else -1.0)
    factor = np.array([filled[i] @ vector / max(there[i].sum(), 1) for i in range(n)])
    variance = np.full(c, 0.5)
    mean, loading = np.zeros(c), np.zeros(c)
    completed = []
    for step in range(len(noise.columns)):
        for j in range(c):
            f, values = factor[there[:, j]], z[there[:, j], j]
            design = np.column_stack([np.ones(f.size), f])
            precision = design.T @ design / variance[j] + np.diag([1 / MEAN_SD**2, 1 / LOADING_SD**2])
            covariance = np.linalg.inv(precision)
            at = covariance @ design.T @ values / variance[j]
            e_mean, e_loading, e_variance = noise.columns[step, j]
            loading[j] = at[1] + e_loading * math.sqrt(covariance[1, 1])
            given = at[0] + covariance[0, 1] / covariance[1, 1] * (loading[j] - at[1])
            mean[j] = given + e_mean * math.sqrt(covariance[0, 0] - covariance[0, 1] ** 2 / covariance[1, 1])
            squares = ((values - mean[j] - loading[j] * f) ** 2).sum()
            df = PRIOR_DF + f.size
            chi = df * max(1 - 2 / (9 * df) + e_variance * math.sqrt(2 / (9 * df)), 0.1) ** 3
            variance[j] = (PRIOR_DF * PRIOR_VARIANCE + squares) / chi
        for i in range(n):
            own = there[i]
            precision_of_factor = 1 + (loading[own] ** 2 / variance[own]).sum()
            pull = (loading[own] * (z[i, own] - mean[own]) / variance[own]).sum()
            factor[i] = pull / precision_of_factor + noise.rows[step, rows[i]] / math.sqrt(
                precision_of_factor
            )
        if step >= BURN and (step - BURN) % THIN == THIN - 1:
            m = (step - BURN) // THIN
            one = z.copy()
            for i, j in np.argwhere(~there):
                one[i, j] = (
                    mean[j] + loading[j] * factor[i] + math.sqrt(variance[j]) * noise.cells[m, rows[i], j]
                )
            completed.append(one)
    return np.array(completed)
