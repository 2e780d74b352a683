"""The sampler behind imputation and the rules that combine its draws, written out plainly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confounded.stats.imputation import BURN, THIN, Noise

FloatArray = NDArray[np.float64]
MEAN_SD, LOADING_SD, BOND_VARIANCE, PRIOR_DF, PRIOR_VARIANCE, NOISE_DF = 3.0, 2.0, 0.05, 3.0, 0.2, 4.0


def chi_squared(df: float, noise: float) -> float:
    return float(df * max(1 - 2 / (9 * df) + noise * math.sqrt(2 / (9 * df)), 0.1) ** 3)


def normal(precision: FloatArray, pull: FloatArray, noise: FloatArray) -> FloatArray:
    """Return the draw from N(precision⁻¹ pull, precision⁻¹) that a lower Cholesky factor makes of noise."""
    lower = np.linalg.cholesky(precision)
    return np.asarray(np.linalg.solve(precision, pull) + np.linalg.solve(lower.T, noise))


def draws(z: FloatArray, noise: Noise, rows: list[int]) -> FloatArray:
    """Return the completed tables (M, N, C) of normal scores, one model and one column at a time."""
    n, c = z.shape
    there = ~np.isnan(z)
    filled = np.where(there, z, 0.0)
    vector = np.sign(np.linalg.eigh(filled.T @ filled)[1][:, -1])
    vector = vector * (1.0 if vector.sum() >= 0 else -1.0)
    factors = np.array([[filled[i] @ vector / max(there[i].sum(), 1), 0.0] for i in range(n)])
    variance, weight, bond_variance = np.full(c, 0.5), np.ones(n), BOND_VARIANCE
    mean, loadings = np.zeros(c), np.zeros((c, 2))
    completed = []
    for step in range(len(noise.columns)):
        for j in range(c):
            own = there[:, j]
            design = np.column_stack([np.ones(own.sum()), factors[own]])
            weighted = design.T * weight[own] / variance[j]
            prior = np.diag([1 / MEAN_SD**2, 1 / LOADING_SD**2, 1 / bond_variance])
            drawn = normal(weighted @ design + prior, weighted @ z[own, j], noise.columns[step, j, :3])
            mean[j], loadings[j] = drawn[0], drawn[1:]
            squares = (weight[own] * (z[own, j] - design @ drawn) ** 2).sum()
            chi = chi_squared(PRIOR_DF + own.sum(), noise.columns[step, j, 3])
            variance[j] = (PRIOR_DF * PRIOR_VARIANCE + squares) / chi
        squares = (loadings[:, 1] ** 2).sum()
        bond_variance = (PRIOR_DF * BOND_VARIANCE + squares) / chi_squared(PRIOR_DF + c, noise.bonds[step])
        for i in range(n):
            own = there[i]
            weighted = loadings[own].T * weight[i] / variance[own]
            e = noise.rows[step, rows[i]]
            factors[i] = normal(
                np.eye(2) + weighted @ loadings[own], weighted @ (z[i, own] - mean[own]), e[:2]
            )
            rest = z[i, own] - mean[own] - loadings[own] @ factors[i]
            weight[i] = chi_squared(NOISE_DF + own.sum(), e[2]) / (NOISE_DF + (rest**2 / variance[own]).sum())
        if step >= BURN and (step - BURN) % THIN == THIN - 1:
            m = (step - BURN) // THIN
            one = z.copy()
            for i, j in np.argwhere(~there):
                e = math.sqrt(variance[j] / weight[i]) * noise.cells[m, rows[i], j]
                one[i, j] = mean[j] + loadings[j] @ factors[i] + e
            completed.append(one)
    return np.array(completed)
