"""The same statistics written out plainly: one resample at a time, its rows really repeated, nothing reused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

CONGRUENCE = 0.9


def ranks(values: FloatArray) -> FloatArray:
    """Rank by counting: one more than the smaller values, plus half of the equal others."""
    smaller = (values[None, :] < values[:, None]).sum(axis=1)
    equal = (values[None, :] == values[:, None]).sum(axis=1)
    return 1 + smaller + (equal - 1) / 2


def spearman(x: FloatArray, y: FloatArray) -> float:
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    if not a.any() or not b.any():
        return float("nan")
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def eigenvector(suite: FloatArray) -> FloatArray:
    width = suite.shape[1]
    R = np.array([[spearman(suite[:, i], suite[:, j]) for j in range(width)] for i in range(width)])
    vector = np.linalg.eigh(R)[1][:, -1]
    # The entry of largest magnitude is positive; of several as large, their sum is, or else the sum of all.
    largest = vector[np.isclose(np.abs(vector), np.abs(vector).max(), rtol=0, atol=1e-9)]
    total = largest.sum() if abs(largest.sum()) > 1e-9 else vector.sum()
    return np.asarray(vector * np.sign(total if abs(total) > 1e-9 else largest[0]), dtype=np.float64)


def replicate(
    suite: FloatArray,
    columns: FloatArray,
    references: Sequence[FloatArray | None],
    counts: FloatArray,
) -> list[tuple[float, int]]:
    """Return (rho, status) of every column in one resample."""
    distinct = np.flatnonzero(counts > 0)
    mean = np.average(suite, axis=0, weights=counts)
    deviation = np.sqrt(np.average((suite - mean) ** 2, axis=0, weights=counts))
    repeated = np.repeat(np.arange(counts.size), counts.astype(int))
    constant_suite = bool((np.ptp(suite[repeated], axis=0) == 0).any())
    score = np.full(counts.size, np.nan)
    incongruent = False
    if not constant_suite:
        full, own = eigenvector(suite), eigenvector(suite[repeated])
        congruence = float(full @ own)
        incongruent = abs(congruence) < CONGRUENCE
        # Each distinct model is scored once, by a plain sum: copies must tie exactly.
        weights = own * np.sign(congruence) / deviation
        score[distinct] = sum(
            weight * column for weight, column in zip(weights, (suite - mean).T, strict=True)
        )[distinct]
    found = []
    for column, reference in zip(columns.T, references, strict=True):
        other = score if reference is None else reference
        known = ~np.isnan(column) & (
            np.ones(counts.size, bool) if reference is None else ~np.isnan(reference)
        )
        rows = np.array([row for row in repeated if known[row]], dtype=int)
        if np.unique(rows).size < 4:
            found.append((np.nan, 1))
        elif reference is None and constant_suite:
            found.append((np.nan, 3))
        elif reference is None and incongruent:
            found.append((np.nan, 4))
        else:
            rho = spearman(column[rows], other[rows])
            found.append((rho, 2 if np.isnan(rho) else 0))
    return found


def replicates(
    suite: FloatArray,
    columns: FloatArray,
    references: Sequence[FloatArray | None],
    counts: FloatArray,
) -> tuple[FloatArray, NDArray[np.uint8]]:
    """Return rho and status of every resample and column."""
    found = np.array([replicate(suite, columns, references, one) for one in counts])
    return found[..., 0], found[..., 1].astype(np.uint8)
