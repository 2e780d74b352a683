"""The compiled correlations of simulated studies: refitted and ranked anew without each family, study by study.

What `planning.correlate_plainly` does with sorting, done with counting: columns are sorted once a study, and the ranks
of those that are left are counted along that order. Scores without a family are nearly in the order of all, so that
they are sorted by insertion.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numba
import numpy as np

from confounded.stats.compiling import compiled

__all__ = ["CONGRUENCE", "POWER_STEPS", "SETTLED", "studies"]

POWER_STEPS: Final = 100
"""Multiplications by the correlation matrix at most: with .675 between columns the second eigenvalue has gone after
ten, and the iteration stops."""

SETTLED: Final = 1e-9
"""Change of an eigenvector at which its iteration stops: no rank depends on less."""

CONGRUENCE: Final = 0.9
"""As in the resampling kernel: a replicate with another first component is degenerate."""

inner = numba.njit(nogil=True, error_model="numpy")


@inner
def _ranks(order, family, left_out, half, into):  # type: ignore[no-untyped-def]
    """Write the centred ranks of the models that are kept, and 0 for the others, so that they add to no product."""
    place = 0
    for at in range(order.size):
        row = order[at]
        if family[row] == left_out:
            into[row] = 0.0
        else:
            into[row] = place - half
            place += 1


@inner
def _first_eigenvector(R, vector, nearer):  # type: ignore[no-untyped-def]
    """Iterate from the sums of the rows: loadings of one factor are of one sign, so that this is near."""
    width = R.shape[0]
    for i in range(width):
        vector[i] = R[i].sum()
    vector /= np.sqrt((vector * vector).sum())
    for _ in range(POWER_STEPS):
        norm = 0.0
        for i in range(width):
            total = 0.0
            for j in range(width):
                total += R[i, j] * vector[j]
            nearer[i] = total
            norm += total * total
        norm = np.sqrt(norm)
        moved = 0.0
        for i in range(width):
            nearer[i] /= norm
            moved = max(moved, abs(nearer[i] - vector[i]))
            vector[i] = nearer[i]
        if moved < SETTLED:
            break


@inner
def _sort(values, rows, size):  # type: ignore[no-untyped-def]
    """Sort rows by their values, by insertion."""
    for at in range(1, size):
        row = rows[at]
        value = values[row]
        below = at - 1
        while below >= 0 and values[rows[below]] > value:
            rows[below + 1] = rows[below]
            below -= 1
        rows[below + 1] = row


def correlate(suite, suite_order, column_order, family, n_families, rho, left_out):  # type: ignore[no-untyped-def]
    """Correlate the columns of each study with its score, over all models and without each family.

    `suite` is (S, C, M); `suite_order` (S, C, M) and `column_order` (S, K, M) are the rows of each column in order;
    `family` is (M,). `rho` (S, K) and `left_out` (S, F, K) are written.
    """
    n_studies, width, n = suite.shape
    n_columns = column_order.shape[1]
    ranks = np.empty((width, n))
    column_ranks = np.empty((n_columns, n))
    score_ranks = np.empty(n)
    vector = np.empty(width)
    nearer = np.empty(width)
    whole = np.empty(width)
    scores = np.empty(n)
    rows = np.empty(n, dtype=np.int32)
    in_order = np.empty(n, dtype=np.int32)
    # Of each family, and last of all: how many models, the sums of each column, and of its squares.
    sizes = np.zeros(n_families + 1, dtype=np.int64)
    sums = np.empty((n_families + 1, width))
    squares = np.empty((n_families + 1, width))
    for row in range(n):
        sizes[family[row]] += 1
        sizes[n_families] += 1
    for study in range(n_studies):
        sums[:] = 0.0
        squares[:] = 0.0
        for j in range(width):
            for row in range(n):
                value = suite[study, j, row]
                sums[family[row], j] += value
                squares[family[row], j] += value * value
            sums[n_families, j] = sums[:n_families, j].sum()
            squares[n_families, j] = squares[:n_families, j].sum()
        for without in range(-1, n_families):
            size = n if without < 0 else n - sizes[without]
            half = (size - 1) / 2.0
            spread = size * (size * size - 1.0) / 12.0
            for j in range(width):
                _ranks(suite_order[study, j], family, without, half, ranks[j])
            R = np.dot(ranks, ranks.T) / spread
            _first_eigenvector(R, vector, nearer)
            scores[:] = 0.0
            for j in range(width):
                mean, square = sums[n_families, j], squares[n_families, j]
                if without >= 0:
                    mean -= sums[without, j]
                    square -= squares[without, j]
                mean /= size
                # The mean is left where it is: it moves all scores alike, and only their order is used.
                weight = vector[j] / np.sqrt(square / size - mean * mean)
                for row in range(n):
                    scores[row] += weight * suite[study, j, row]
            if without < 0:
                in_order[:] = np.argsort(scores).astype(np.int32)
                sign = 1.0
                largest = 0.0
                for j in range(width):
                    if abs(vector[j]) > largest:
                        largest = abs(vector[j])
                        sign = 1.0 if vector[j] > 0 else -1.0
                for j in range(width):
                    whole[j] = sign * vector[j]
            else:
                congruence = (vector * whole).sum()
                sign = np.sign(congruence) if abs(congruence) >= CONGRUENCE else np.nan
            kept = 0
            for at in range(n):
                if family[in_order[at]] != without:
                    rows[kept] = in_order[at]
                    kept += 1
            _sort(scores, rows, size)
            score_ranks[:] = 0.0
            _ranks(rows[:size], family, without, half, score_ranks)
            for k in range(n_columns):
                _ranks(column_order[study, k], family, without, half, column_ranks[k])
            found = sign * np.dot(column_ranks, score_ranks) / spread
            if without < 0:
                rho[study] = found
            else:
                left_out[study, without] = found


SIGNATURE: Final = (
    "void(float64[:,:,::1], int32[:,:,::1], int32[:,:,::1], int64[::1], int64, "
    "float64[:,::1], float64[:,:,::1])"
)


@cache
def studies() -> Callable[..., None]:
    """Return the compiled function, as `confounded.stats.kernel.kernel` does its own."""
    return compiled(correlate, SIGNATURE)
