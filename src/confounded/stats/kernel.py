"""The one compiled kernel behind every resample: weighted, refitted, re-ranked Spearman correlations.

A *resample* is a vector of counts over the models: how often each was drawn. A *replicate* is what a resample
gives: the first component of the suite refitted, every distinct model scored once, the scores ranked anew with
the counts as weights, and every column correlated with them (or with another column). Sixteen resamples run side
by side, one in each *lane*, so that the innermost loops are over lanes and compile to vector instructions. No
lane reads another, so a replicate does not depend on what it is batched with.

Ranks are those of the resample itself: a model drawn c times takes c ranks. The weighted midrank of a tie group is
the count before the group + (the group's count + 1) / 2. Columns are sorted once, by the caller; only the score is
sorted anew, from its order in the full sample, from which that of a resample differs little.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numba
import numpy as np

__all__ = ["CONGRUENCE", "CONSTANT", "CONSTANT_SUITE", "FEW_MODELS", "INCONGRUENT", "LANES", "OK", "kernel"]

LANES: Final = 16
"""Resamples side by side: two registers of eight doubles with AVX-512, four of four with AVX2."""

SQUARINGS: Final = 12
"""A matrix squared this often is its 4096th power: beside an eigenvalue of 1, one of .99 has gone (1e-18)."""

RUN: Final = 64
"""Scores sorted by insertion before runs are merged: about where the two take as long on nearly sorted scores."""

POLISH: Final = 3
"""Multiplications by the matrix itself, which take out the rounding errors that squaring piles up."""

FEWEST_MODELS: Final = 4
"""Distinct models that a replicate needs: three allow no rank correlation but ±1 and ±.5."""

CONGRUENCE: Final = 0.9
"""Least inner product of a replicate's eigenvector with that of the full sample: below it the component has turned
into another (Lorenzo-Seva & ten Berge 2006 take congruence below .85 to .95 for another factor)."""

OK: Final = 0
FEW_MODELS: Final = 1
CONSTANT: Final = 2
CONSTANT_SUITE: Final = 3
INCONGRUENT: Final = 4

inner = numba.njit(nogil=True, error_model="numpy")


@inner
def _mixed(x):  # type: ignore[no-untyped-def]
    """Scramble 64 bits (the output function of splitmix64; Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@inner
def _draw(counts, drawn, lane, replicate, seed, unit, n_units):  # type: ignore[no-untyped-def]
    """Draw as many units as there are, with replacement, into one lane; every model of a unit comes with it.

    The stream is splitmix64's, begun at a state that depends on the seed and the number of the replicate only.
    Units are drawn without bias (Lemire 2019).
    """
    golden = np.uint64(0x9E3779B97F4A7C15)
    low = np.uint64(0xFFFFFFFF)
    state = _mixed(np.uint64(seed) + golden) ^ _mixed(golden * (np.uint64(replicate) + np.uint64(1)))
    size = np.uint64(n_units)
    threshold = (np.uint64(0x100000000) - size) % size
    drawn[:n_units] = 0.0
    for _ in range(n_units):
        while True:
            state += golden
            product = (_mixed(state) >> np.uint64(32)) * size
            if (product & low) >= threshold:
                break
        drawn[np.int64(product >> np.uint64(32))] += 1.0
    for row in range(unit.shape[0]):
        counts[row, lane] = drawn[unit[row]]


@inner
def _suite_ranks(counts, total, order, last, ranks):  # type: ignore[no-untyped-def]
    """Rank each column of the suite in every lane, less the mean rank."""
    before = np.empty(LANES)
    group = np.empty(LANES)
    for j in range(order.shape[0]):
        for lane in range(LANES):
            before[lane] = -0.5 * total[lane]
            group[lane] = 0.0
        start = 0
        for t in range(order.shape[1]):
            row = order[j, t]
            for lane in range(LANES):
                group[lane] += counts[row, lane]
            if last[j, t]:
                for u in range(start, t + 1):
                    member = order[j, u]
                    for lane in range(LANES):
                        ranks[member, j, lane] = before[lane] + group[lane] * 0.5
                for lane in range(LANES):
                    before[lane] += group[lane]
                    group[lane] = 0.0
                start = t + 1


@inner
def _suite_correlations(counts, ranks, R, status):  # type: ignore[no-untyped-def]
    """Correlate the ranked columns of the suite in every lane; a constant column is marked."""
    n, width = ranks.shape[0], ranks.shape[1]
    R[:] = 0.0
    own = np.empty((4, LANES))
    whole = n - n % 4
    for row in range(0, whole, 4):
        for a in range(width):
            for k in range(4):
                for lane in range(LANES):
                    own[k, lane] = counts[row + k, lane] * ranks[row + k, a, lane]
            for b in range(a, width):
                for lane in range(LANES):
                    R[a, b, lane] += (
                        own[0, lane] * ranks[row, b, lane] + own[1, lane] * ranks[row + 1, b, lane]
                    ) + (own[2, lane] * ranks[row + 2, b, lane] + own[3, lane] * ranks[row + 3, b, lane])
    for row in range(whole, n):
        for a in range(width):
            for b in range(a, width):
                for lane in range(LANES):
                    R[a, b, lane] += counts[row, lane] * ranks[row, a, lane] * ranks[row, b, lane]
    for a in range(width):
        for lane in range(LANES):
            if R[a, a, lane] == 0.0:
                status[lane] = CONSTANT_SUITE
                R[a, a, lane] = 1.0
    for a in range(width):
        for b in range(a + 1, width):
            for lane in range(LANES):
                R[a, b, lane] /= np.sqrt(R[a, a, lane] * R[b, b, lane])
                R[b, a, lane] = R[a, b, lane]
    for a in range(width):
        for lane in range(LANES):
            R[a, a, lane] = 1.0


@inner
def _copy(source, target):  # type: ignore[no-untyped-def]
    """Copy matrices, lane by lane: `target[:] = source` would compile the words of its error, for three seconds."""
    for a in range(source.shape[0]):
        for b in range(source.shape[1]):
            for lane in range(LANES):
                target[a, b, lane] = source[a, b, lane]


@inner
def _times(A, vectors, product):  # type: ignore[no-untyped-def]
    """Multiply each lane's matrix by its vector, and bring the result to unit length."""
    width = A.shape[0]
    norm = np.zeros(LANES)
    for a in range(width):
        for lane in range(LANES):
            product[a, lane] = 0.0
        for b in range(width):
            for lane in range(LANES):
                product[a, lane] += A[a, b, lane] * vectors[b, lane]
        for lane in range(LANES):
            norm[lane] += product[a, lane] * product[a, lane]
    for a in range(width):
        for lane in range(LANES):
            vectors[a, lane] = product[a, lane] / np.sqrt(norm[lane])


@inner
def _first_eigenvectors(R, A, B, reference, vectors, product, status):  # type: ignore[no-untyped-def]
    """Find each lane's first eigenvector, aligned to the reference; an incongruent one is marked.

    The matrix is squared until only its first eigenvector is left in its columns, of which the largest is taken.
    """
    width = R.shape[0]
    whole = width - width % 4
    _copy(R, A)
    for _ in range(SQUARINGS):
        trace = np.zeros(LANES)
        for a in range(width):
            for lane in range(LANES):
                trace[lane] += A[a, a, lane]
        for a in range(width):
            for b in range(width):
                for lane in range(LANES):
                    A[a, b, lane] /= trace[lane]
        for a in range(width):
            for b in range(a, width):
                for lane in range(LANES):
                    B[a, b, lane] = 0.0
                for c in range(0, whole, 4):
                    for lane in range(LANES):
                        B[a, b, lane] += (
                            A[a, c, lane] * A[b, c, lane] + A[a, c + 1, lane] * A[b, c + 1, lane]
                        ) + (A[a, c + 2, lane] * A[b, c + 2, lane] + A[a, c + 3, lane] * A[b, c + 3, lane])
                for c in range(whole, width):
                    for lane in range(LANES):
                        B[a, b, lane] += A[a, c, lane] * A[b, c, lane]
                for lane in range(LANES):
                    B[b, a, lane] = B[a, b, lane]
        _copy(B, A)
    for lane in range(LANES):
        largest = 0
        for a in range(1, width):
            if A[a, a, lane] > A[largest, largest, lane]:
                largest = a
        for a in range(width):
            vectors[a, lane] = A[a, largest, lane]
    for _ in range(POLISH):
        _times(R, vectors, product)
    for lane in range(LANES):
        congruence = 0.0
        for a in range(width):
            congruence += vectors[a, lane] * reference[a]
        if congruence < 0.0:
            congruence = -congruence
            for a in range(width):
                vectors[a, lane] = -vectors[a, lane]
        if not congruence >= CONGRUENCE and status[lane] == OK:
            status[lane] = INCONGRUENT


@inner
def _scores(counts, total, suite, vectors, scores):  # type: ignore[no-untyped-def]
    """Score every distinct model once in every lane: standardised suite (ddof 0) on the eigenvector."""
    mean = np.empty(LANES)
    square = np.empty(LANES)
    n = suite.shape[0]
    whole = n - n % 4
    scores[:] = 0.0
    for j in range(suite.shape[1]):
        for lane in range(LANES):
            mean[lane] = 0.0
            square[lane] = 0.0
        for row in range(0, whole, 4):
            one, two, three, four = suite[row, j], suite[row + 1, j], suite[row + 2, j], suite[row + 3, j]
            for lane in range(LANES):
                first, second = counts[row, lane] * one, counts[row + 1, lane] * two
                third, fourth = counts[row + 2, lane] * three, counts[row + 3, lane] * four
                mean[lane] += (first + second) + (third + fourth)
                square[lane] += (first * one + second * two) + (third * three + fourth * four)
        for row in range(whole, n):
            value = suite[row, j]
            for lane in range(LANES):
                weighted = counts[row, lane] * value
                mean[lane] += weighted
                square[lane] += weighted * value
        for lane in range(LANES):
            centre = mean[lane] / total[lane]
            variance = square[lane] / total[lane] - centre * centre
            # The mean is left where it is: it moves all scores alike, and only their order is used.
            square[lane] = vectors[j, lane] / np.sqrt(variance)
        for row in range(suite.shape[0]):
            value = suite[row, j]
            for lane in range(LANES):
                scores[row, lane] += square[lane] * value


@inner
def _sort_scores(counts, scores, start_order, ordered, n_drawn, values, other_values, other_rows):  # type: ignore[no-untyped-def]
    """Sort the models drawn in each lane by their score, from the order of the full sample.

    Runs of `RUN` are sorted by insertion, which is fast where little is out of order, and then merged; runs that are
    in order already are left alone. Among thousands of models insertion alone would move each by hundreds of places.
    Equal scores keep the order of the full sample, so that the outcome does not depend on the length of a run.
    """
    for lane in range(LANES):
        size = 0
        for t in range(start_order.shape[0]):
            row = start_order[t]
            if counts[row, lane] == 0.0:
                continue
            value = scores[row, lane]
            first = size - size % RUN
            u = size
            while u > first and values[u - 1] > value:
                values[u] = values[u - 1]
                ordered[lane, u] = ordered[lane, u - 1]
                u -= 1
            values[u] = value
            ordered[lane, u] = row
            size += 1
        n_drawn[lane] = size
        width = RUN
        while width < size:
            for first in range(0, size - width, 2 * width):
                middle = first + width
                stop = min(middle + width, size)
                # Written so that a score that is not a number counts as in order, as it does in the insertion.
                if not values[middle - 1] > values[middle]:
                    continue
                for t in range(first, middle):
                    other_values[t] = values[t]
                    other_rows[t] = ordered[lane, t]
                left, right, t = first, middle, first
                while left < middle:
                    if right < stop and other_values[left] > values[right]:
                        values[t] = values[right]
                        ordered[lane, t] = ordered[lane, right]
                        right += 1
                    else:
                        values[t] = other_values[left]
                        ordered[lane, t] = other_rows[left]
                        left += 1
                    t += 1
            width *= 2


@inner
def _score_ranks(counts, scores, ordered, n_drawn, mask, total, weighted, spread):  # type: ignore[no-untyped-def]
    """Rank the scores of the models in the mask in every lane: count times centred rank, and its spread."""
    weighted[:] = 0.0
    for lane in range(LANES):
        before = -0.5 * total[lane]
        squares = 0.0
        t = 0
        while t < n_drawn[lane]:
            value = scores[ordered[lane, t], lane]
            u = t
            group = 0.0
            # The first test lets a score that is not a number, from a constant suite, be a group of one.
            while u < n_drawn[lane] and (u == t or scores[ordered[lane, u], lane] == value):
                if mask[ordered[lane, u]]:
                    group += counts[ordered[lane, u], lane]
                u += 1
            rank = before + group * 0.5
            for w in range(t, u):
                row = ordered[lane, w]
                if mask[row]:
                    weighted[row, lane] = counts[row, lane] * rank
            squares += group * rank * rank
            before += group
            t = u
        spread[lane] = squares


@inner
def _column_ranks(counts, members, last, total, weighted, spread):  # type: ignore[no-untyped-def]
    """Rank a presorted reference column in every lane: count times centred rank, and its spread."""
    before = np.empty(LANES)
    group = np.zeros(LANES)
    for lane in range(LANES):
        before[lane] = -0.5 * total[lane]
        spread[lane] = 0.0
    start = 0
    for t in range(members.shape[0]):
        for lane in range(LANES):
            group[lane] += counts[members[t], lane]
        if last[t]:
            for lane in range(LANES):
                rank = before[lane] + group[lane] * 0.5
                spread[lane] += group[lane] * rank * rank
                for u in range(start, t + 1):
                    weighted[members[u], lane] = counts[members[u], lane] * rank
                before[lane] += group[lane]
                group[lane] = 0.0
            start = t + 1


@inner
def _correlate(counts, weighted, spread, total, members, last, rho):  # type: ignore[no-untyped-def]
    """Rank one presorted column and correlate it with the reference, in one pass over its models."""
    before = np.empty(LANES)
    group = np.zeros(LANES)
    reference = np.zeros(LANES)
    squares = np.zeros(LANES)
    products = np.zeros(LANES)
    for lane in range(LANES):
        before[lane] = -0.5 * total[lane]
    n = members.shape[0]
    t = 0
    alone = True
    while t < n:
        row = members[t]
        if alone and t + 3 < n and last[t] and last[t + 1] and last[t + 2] and last[t + 3]:
            # Four models without a tie, in one pass over the lanes.
            second, third, fourth = members[t + 1], members[t + 2], members[t + 3]
            for lane in range(LANES):
                start = before[lane]
                one, two = counts[row, lane], counts[second, lane]
                three, four = counts[third, lane], counts[fourth, lane]
                rank_one = start + one * 0.5
                start += one
                rank_two = start + two * 0.5
                start += two
                rank_three = start + three * 0.5
                start += three
                rank_four = start + four * 0.5
                before[lane] = start + four
                squares[lane] += (one * rank_one * rank_one + two * rank_two * rank_two) + (
                    three * rank_three * rank_three + four * rank_four * rank_four
                )
                products[lane] += (rank_one * weighted[row, lane] + rank_two * weighted[second, lane]) + (
                    rank_three * weighted[third, lane] + rank_four * weighted[fourth, lane]
                )
            t += 4
            continue
        alone = last[t]
        t += 1
        if alone:
            for lane in range(LANES):
                size = group[lane] + counts[row, lane]
                rank = before[lane] + size * 0.5
                squares[lane] += size * rank * rank
                products[lane] += rank * (reference[lane] + weighted[row, lane])
                before[lane] += size
                group[lane] = 0.0
                reference[lane] = 0.0
        else:
            for lane in range(LANES):
                group[lane] += counts[row, lane]
                reference[lane] += weighted[row, lane]
    for lane in range(LANES):
        # Ranks and counts are whole numbers and halves, so these sums are exact and 0 and 1 come out as such.
        rho[lane] = products[lane] / np.sqrt(squares[lane] * spread[lane])


def replicate(  # type: ignore[no-untyped-def]
    first,
    stop,
    given,
    unit,
    n_units,
    seed,
    suite,
    suite_order,
    suite_last,
    start_order,
    eigenvector,
    column_members,
    column_last,
    column_offsets,
    group_columns,
    group_masks,
    group_members,
    group_last,
    group_offsets,
    rho,
    status,
):
    """Compute the replicates numbered `first` to `stop` (see `confounded.stats.resampling`)."""
    n, width = suite.shape
    counts = np.empty((n, LANES))
    drawn = np.empty(max(n, n_units))
    ranks = np.empty((n, width, LANES))
    R = np.empty((width, width, LANES))
    A = np.empty((width, width, LANES))
    B = np.empty((width, width, LANES))
    vectors = np.empty((width, LANES))
    product = np.empty((width, LANES))
    scores = np.empty((n, LANES))
    ordered = np.empty((LANES, n), dtype=np.int32)
    n_drawn = np.empty(LANES, dtype=np.int64)
    values = np.empty(n)
    other_values = np.empty(n)
    other_rows = np.empty(n, dtype=np.int32)
    weighted = np.empty((n, LANES))
    total = np.empty(LANES)
    spread = np.empty(LANES)
    distinct = np.empty(LANES, dtype=np.int64)
    fit = np.empty(LANES, dtype=np.uint8)
    found = np.empty(LANES)
    for begin in range(first, stop, LANES):
        used = min(LANES, stop - begin)
        for lane in range(LANES):
            if lane >= used:
                counts[:, lane] = 1.0
            elif given.shape[0] > 0:
                for row in range(n):
                    counts[row, lane] = given[begin + lane, row]
            else:
                _draw(counts, drawn, lane, begin + lane, seed, unit, n_units)
        for lane in range(LANES):
            total[lane] = 0.0
            fit[lane] = OK
        for row in range(n):
            for lane in range(LANES):
                total[lane] += counts[row, lane]
        _suite_ranks(counts, total, suite_order, suite_last, ranks)
        _suite_correlations(counts, ranks, R, fit)
        _first_eigenvectors(R, A, B, eigenvector, vectors, product, fit)
        _scores(counts, total, suite, vectors, scores)
        _sort_scores(counts, scores, start_order, ordered, n_drawn, values, other_values, other_rows)
        for group in range(group_masks.shape[0]):
            mask = group_masks[group]
            for lane in range(LANES):
                total[lane] = 0.0
                distinct[lane] = 0
            for row in range(n):
                if mask[row]:
                    for lane in range(LANES):
                        total[lane] += counts[row, lane]
                        if counts[row, lane] > 0.0:
                            distinct[lane] += 1
            by_score = group_offsets[group] == group_offsets[group + 1]
            if by_score:
                _score_ranks(counts, scores, ordered, n_drawn, mask, total, weighted, spread)
            else:
                chosen = slice(group_offsets[group], group_offsets[group + 1])
                _column_ranks(counts, group_members[chosen], group_last[chosen], total, weighted, spread)
            for column in range(group_columns[group], group_columns[group + 1]):
                own = slice(column_offsets[column], column_offsets[column + 1])
                _correlate(counts, weighted, spread, total, column_members[own], column_last[own], found)
                for lane in range(used):
                    code = OK
                    if distinct[lane] < FEWEST_MODELS:
                        code = FEW_MODELS
                    elif by_score and fit[lane] != OK:
                        code = fit[lane]
                    elif not np.isfinite(found[lane]):
                        code = CONSTANT
                    status[begin + lane - first, column] = code
                    rho[begin + lane - first, column] = found[lane] if code == OK else np.nan


SIGNATURE: Final = (
    "void(int64, int64, float64[:,::1], int32[::1], int64, uint64, float64[:,::1], int32[:,::1], boolean[:,::1], "
    "int32[::1], float64[::1], int32[::1], boolean[::1], int64[::1], int64[::1], boolean[:,::1], int32[::1], "
    "boolean[::1], int64[::1], float64[:,::1], uint8[:,::1])"
)


@cache
def kernel() -> Callable[..., None]:
    """Return the compiled kernel; the first call compiles it, or loads what an earlier process compiled.

    Numba raises where it finds no folder for its cache, where that folder cannot be written, and where a file in it
    is damaged. Then it is compiled for this process alone: that costs time, and nothing else.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        compiled: Callable[..., None] = numba.njit(SIGNATURE, cache=True, **options)(replicate)
    except Exception:
        # What unpickling a damaged file raises has no end; an error of the code itself comes again from the next line.
        compiled = numba.njit(SIGNATURE, **options)(replicate)
    return compiled
