"""The one compiled kernel behind every resample: weighted, refitted, re-ranked Spearman correlations.

A *resample* is a vector of counts over the models: how often each was drawn. A *replicate* is what a resample
gives: the first component of the suite refitted, every distinct model scored once, the scores ranked anew with
the counts as weights, and every column correlated with them (or with another column). Many resamples run side by
side, one in each *lane*, so that the innermost loops are over lanes and compile to vector instructions. No lane
reads another, so a replicate does not depend on what it is batched with.

Ranks are those of the resample itself: a model drawn c times takes c ranks. The weighted midrank of a tie group is
the count before the group + (the group's count + 1) / 2; twice that less the mean rank is a whole number, and kept as
one of 32 bits, since what takes time among thousands of models is to fetch counts and ranks from memory. Columns are
sorted once, by the caller; only the score is sorted anew. Models stand in the order of their score in the full sample,
from which that of a resample differs little, so that its sorting touches memory nearly in order.

The centred ranks of N drawn models spread by (N³ - Σ g³) / 12, with g models in each group of ties (Kendall 1945).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numba
import numpy as np

from confounded.stats.compiling import compiled

__all__ = ["CONGRUENCE", "CONSTANT", "CONSTANT_SUITE", "FEW_MODELS", "INCONGRUENT", "LANES", "OK", "kernel"]

LANES: Final = 32
"""Resamples side by side: with fewer the compiler unrolls the loops over lanes and does not vectorise all of them."""

SQUARINGS: Final = 12
"""A matrix squared this often is its 4096th power: beside an eigenvalue of 1, one of .99 has gone (1e-18)."""

BLOCK: Final = 1024
"""Models scored at a time: with five columns of a suite they take 40 kB."""

MOVES: Final = 2
"""Places that scores may be moved by insertion, on average, before they are dealt out instead."""

MOST_MOVES: Final = 8
"""Places that they may be moved after that, before they are merged."""

RUN: Final = 64
"""So few scores are sorted by insertion alone."""

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
def _draw(counts, drawn, replicate, seed, unit, n_units):  # type: ignore[no-untyped-def]
    """Draw as many units as there are, with replacement, for one lane; every model of a unit comes with it.

    The stream is splitmix64's, begun at a state that depends on the seed and the number of the replicate only.
    Units are drawn without bias (Lemire 2019).
    """
    golden = np.uint64(0x9E3779B97F4A7C15)
    low = np.uint64(0xFFFFFFFF)
    state = _mixed(np.uint64(seed) + golden) ^ _mixed(golden * (np.uint64(replicate) + np.uint64(1)))
    size = np.uint64(n_units)
    threshold = (np.uint64(0x100000000) - size) % size
    drawn[:n_units] = 0
    for _ in range(n_units):
        while True:
            state += golden
            product = (_mixed(state) >> np.uint64(32)) * size
            if (product & low) >= threshold:
                break
        drawn[product >> np.uint64(32)] += 1
    for row in range(unit.shape[0]):
        counts[row] = drawn[unit[row]]


@inner
def _interleave(by_lane, interleaved):  # type: ignore[no-untyped-def]
    """Bring what stands lane by lane to where all lanes of a model stand together."""
    for row in range(interleaved.shape[0]):
        for lane in range(LANES):
            interleaved[row, lane] = by_lane[lane, row]


@inner
def _count(counts, members, total, cubes, distinct):  # type: ignore[no-untyped-def]
    """Count some models in every lane: drawn in all, the sum of their cubes, and how many distinct ones."""
    total[:] = 0
    cubes[:] = 0.0
    distinct[:] = 0
    for t in range(members.shape[0]):
        row = members[t]
        for lane in range(LANES):
            count = counts[row, lane]
            total[lane] += count
            distinct[lane] += np.int32(count > 0)
            cubes[lane] += np.float64(count) * np.float64(count) * np.float64(count)


@inner
def _column_ranks(counts, members, last, total, cubes, ranks, spread):  # type: ignore[no-untyped-def]
    """Rank a presorted column in every lane, and say how far its ranks spread."""
    below = np.empty(LANES, dtype=np.int32)
    group = np.zeros(LANES, dtype=np.int32)
    tied = np.empty(LANES)
    for lane in range(LANES):
        below[lane] = -total[lane]
        tied[lane] = cubes[lane]
    start = 0
    for t in range(members.shape[0]):
        row = members[t]
        if last[t] and start == t:
            for lane in range(LANES):
                count = counts[row, lane]
                ranks[row, lane] = below[lane] + count
                below[lane] += 2 * count
            start = t + 1
            continue
        for lane in range(LANES):
            count = np.float64(counts[row, lane])
            group[lane] += counts[row, lane]
            tied[lane] -= count * count * count
        if last[t]:
            for u in range(start, t + 1):
                member = members[u]
                for lane in range(LANES):
                    ranks[member, lane] = below[lane] + group[lane]
            for lane in range(LANES):
                count = np.float64(group[lane])
                tied[lane] += count * count * count
                below[lane] += 2 * group[lane]
                group[lane] = 0
            start = t + 1
    for lane in range(LANES):
        spread[lane] = _spread(total[lane], tied[lane])


@inner
def _spread(total, cubes):  # type: ignore[no-untyped-def]
    """Return the sum of squares of twice the centred ranks, from the sum of the cubes of the sizes of tie groups."""
    size = np.float64(total)
    return (size * size * size - cubes) / 3.0


@inner
def _suite_correlations(counts, ranks, spread, R, status):  # type: ignore[no-untyped-def]
    """Correlate the ranked columns of the suite in every lane; a constant column is marked."""
    width, n = ranks.shape[0], ranks.shape[1]
    R[:] = 0.0
    own = np.empty((4, LANES))
    whole = n - n % 4
    for row in range(0, whole, 4):
        for a in range(width - 1):
            for k in range(4):
                for lane in range(LANES):
                    own[k, lane] = np.float64(counts[row + k, lane]) * np.float64(ranks[a, row + k, lane])
            for b in range(a + 1, width):
                for lane in range(LANES):
                    R[a, b, lane] += (
                        own[0, lane] * ranks[b, row, lane] + own[1, lane] * ranks[b, row + 1, lane]
                    ) + (own[2, lane] * ranks[b, row + 2, lane] + own[3, lane] * ranks[b, row + 3, lane])
    for row in range(whole, n):
        for a in range(width - 1):
            for b in range(a + 1, width):
                for lane in range(LANES):
                    R[a, b, lane] += (
                        np.float64(counts[row, lane])
                        * np.float64(ranks[a, row, lane])
                        * np.float64(ranks[b, row, lane])
                    )
    for a in range(width):
        for lane in range(LANES):
            if spread[a, lane] == 0.0:
                status[lane] = CONSTANT_SUITE
                spread[a, lane] = 1.0
    for a in range(width):
        for b in range(a + 1, width):
            for lane in range(LANES):
                R[a, b, lane] /= np.sqrt(spread[a, lane] * spread[b, lane])
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
def _weights(counts, total, suite, vectors, status, weights):  # type: ignore[no-untyped-def]
    """Find what each column of the suite weighs in each lane's score: eigenvector over standard deviation (ddof 0)."""
    mean = np.empty(LANES)
    square = np.empty(LANES)
    n = suite.shape[1]
    whole = n - n % 4
    for j in range(suite.shape[0]):
        for lane in range(LANES):
            mean[lane] = 0.0
            square[lane] = 0.0
        for row in range(0, whole, 4):
            one, two, three, four = suite[j, row], suite[j, row + 1], suite[j, row + 2], suite[j, row + 3]
            for lane in range(LANES):
                first, second = counts[row, lane] * one, counts[row + 1, lane] * two
                third, fourth = counts[row + 2, lane] * three, counts[row + 3, lane] * four
                mean[lane] += (first + second) + (third + fourth)
                square[lane] += (first * one + second * two) + (third * three + fourth * four)
        for row in range(whole, n):
            value = suite[j, row]
            for lane in range(LANES):
                weighted = counts[row, lane] * value
                mean[lane] += weighted
                square[lane] += weighted * value
        for lane in range(LANES):
            centre = mean[lane] / total[lane]
            variance = square[lane] / total[lane] - centre * centre
            # Nobody reads the scores of a constant suite, but they are sorted: let them be numbers.
            weights[lane, j] = 0.0 if status[lane] == CONSTANT_SUITE else vectors[j, lane] / np.sqrt(variance)


@inner
def _scores(suite, weights, scores):  # type: ignore[no-untyped-def]
    """Score every distinct model once, lane by lane, some models at a time so that they stay in the nearest cache.

    The means of the columns are left where they are: they move all scores alike, and only their order is used.
    """
    n = suite.shape[1]
    for begin in range(0, n, BLOCK):
        end = min(begin + BLOCK, n)
        for lane in range(LANES):
            some = scores[lane, begin:end]
            some[:] = 0.0
            for j in range(suite.shape[0]):
                weight = weights[lane, j]
                column = suite[j, begin:end]
                for k in range(some.shape[0]):
                    some[k] += weight * column[k]


@inner
def _insert(values, rows, size, most):  # type: ignore[no-untyped-def]
    """Sort by insertion, unless that takes more than so many moves; return whether it is done."""
    moves = 0
    for t in range(1, size):
        value, row = values[t], rows[t]
        u = t
        while u > 0 and values[u - 1] > value:
            values[u] = values[u - 1]
            rows[u] = rows[u - 1]
            u -= 1
        values[u] = value
        rows[u] = row
        moves += t - u
        if moves > most:
            return False
    return True


@inner
def _deal(values, rows, size, buckets, bucket_of, other_values, other_rows):  # type: ignore[no-untyped-def]
    """Deal scores in nearly the right order out to buckets of equal width, which keeps those of a bucket in order.

    The buckets span what is in the middle of the order, so that a few scores far out do not make them wide.
    """
    n_buckets = size // 2
    edge = size // 64
    lowest, highest = values[edge], values[size - 1 - edge]
    scale = (n_buckets - 1) / (highest - lowest)
    buckets[: n_buckets + 1] = 0
    for t in range(size):
        place = (values[t] - lowest) * scale
        # Written so that what is not a number goes to the first bucket.
        place = place if place > 0.0 else 0.0
        place = place if place < n_buckets - 1 else np.float64(n_buckets - 1)
        bucket = int(place)
        bucket_of[t] = bucket
        buckets[bucket + 1] += 1
    for bucket in range(n_buckets):
        buckets[bucket + 1] += buckets[bucket]
    for t in range(size):
        bucket = bucket_of[t]
        free = buckets[bucket]
        buckets[bucket] = free + 1
        other_values[free] = values[t]
        other_rows[free] = rows[t]


@inner
def _merge(values, rows, size, other_values, other_rows):  # type: ignore[no-untyped-def]
    """Sort by merging, in time n log n whatever the order."""
    for first in range(0, size, RUN):
        _insert(values[first:], rows[first:], min(RUN, size - first), RUN * RUN)
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
                other_rows[t] = rows[t]
            left, right, t = first, middle, first
            while left < middle:
                if right < stop and other_values[left] > values[right]:
                    values[t] = values[right]
                    rows[t] = rows[right]
                    right += 1
                else:
                    values[t] = other_values[left]
                    rows[t] = other_rows[left]
                    left += 1
                t += 1
        width *= 2


@inner
def _sort(counts, scores, values, rows, buckets, bucket_of, other_values, other_rows):  # type: ignore[no-untyped-def]
    """Sort the models drawn in one lane by their score, from the order of the full sample; return how many they are.

    Nearly all of the order is there already. Without a family it is nearly whole, and insertion does the rest; in a
    bootstrap each model is off by some √n places, and is first dealt out to a bucket; where that does not help either,
    as with most scores nearly alike, they are merged.
    """
    size = 0
    for row in range(scores.shape[0]):
        # Written whether drawn or not, and then kept or not: a branch here would be foretold wrongly every third time.
        values[size] = scores[row]
        rows[size] = row
        size += int(counts[row] > 0)
    if not _insert(values, rows, size, max(MOVES * size, RUN * RUN)):
        _deal(values, rows, size, buckets, bucket_of, other_values, other_rows)
        for t in range(size):
            values[t] = other_values[t]
            rows[t] = other_rows[t]
        if not _insert(values, rows, size, MOST_MOVES * size):
            _merge(values, rows, size, other_values, other_rows)
    return size


@inner
def _score_ranks(counts, values, rows, size, mask, total, ranks):  # type: ignore[no-untyped-def]
    """Rank the sorted scores of the models in the mask in one lane; return the sum of the cubes of tie groups."""
    below = -total
    cubes = 0.0
    t = 0
    while t < size:
        value = values[t]
        row = rows[t]
        group = counts[row] * mask[row]
        u = t + 1
        # A score that is not a number, from a suite that is nearly constant, is a group of one.
        while u < size and values[u] == value:
            group += counts[rows[u]] * mask[rows[u]]
            u += 1
        for w in range(t, u):
            ranks[rows[w]] = below + group
        below += 2 * group
        cubes += np.float64(group) * np.float64(group) * np.float64(group)
        t = u
    return cubes


@inner
def _correlate(counts, reference, spread, total, cubes, members, last, rho):  # type: ignore[no-untyped-def]
    """Rank one presorted column and correlate it with the reference, in one pass over its models."""
    below = np.empty(LANES, dtype=np.int32)
    group = np.zeros(LANES, dtype=np.int32)
    tied = np.empty(LANES)
    weighted = np.zeros(LANES)
    products = np.zeros(LANES)
    for lane in range(LANES):
        below[lane] = -total[lane]
        tied[lane] = cubes[lane]
    n = members.shape[0]
    t = 0
    alone = True
    while t < n:
        row = members[t]
        if alone and t + 3 < n and last[t] and last[t + 1] and last[t + 2] and last[t + 3]:
            # Four models without a tie, in one pass over the lanes.
            second, third, fourth = members[t + 1], members[t + 2], members[t + 3]
            for lane in range(LANES):
                one, two = counts[row, lane], counts[second, lane]
                three, four = counts[third, lane], counts[fourth, lane]
                rank_one = np.int32(below[lane] + one)
                rank_two = np.int32(rank_one + one + two)
                rank_three = np.int32(rank_two + two + three)
                rank_four = np.int32(rank_three + three + four)
                below[lane] = rank_four + four
                products[lane] += (
                    np.float64(one) * np.float64(rank_one) * np.float64(reference[row, lane])
                    + np.float64(two) * np.float64(rank_two) * np.float64(reference[second, lane])
                ) + (
                    np.float64(three) * np.float64(rank_three) * np.float64(reference[third, lane])
                    + np.float64(four) * np.float64(rank_four) * np.float64(reference[fourth, lane])
                )
            t += 4
            continue
        if alone and last[t]:
            for lane in range(LANES):
                one = counts[row, lane]
                rank_one = np.int32(below[lane] + one)
                below[lane] = rank_one + one
                products[lane] += np.float64(one) * np.float64(rank_one) * np.float64(reference[row, lane])
        else:
            for lane in range(LANES):
                one = counts[row, lane]
                group[lane] += one
                weighted[lane] += np.float64(one) * np.float64(reference[row, lane])
                tied[lane] -= np.float64(one) * np.float64(one) * np.float64(one)
            if last[t]:
                for lane in range(LANES):
                    size = np.float64(group[lane])
                    tied[lane] += size * size * size
                    products[lane] += np.float64(np.int32(below[lane] + group[lane])) * weighted[lane]
                    below[lane] += 2 * group[lane]
                    group[lane] = 0
                    weighted[lane] = 0.0
        alone = last[t]
        t += 1
    for lane in range(LANES):
        # Twice the ranks and counts are whole numbers, so these sums are exact and 0 and 1 come out as such.
        rho[lane] = products[lane] / np.sqrt(_spread(total[lane], tied[lane]) * spread[lane])


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
    width, n = suite.shape
    counts_by_lane = np.ones((LANES, n), dtype=np.int32)
    counts = np.empty((n, LANES), dtype=np.int32)
    drawn = np.empty(max(n, n_units), dtype=np.int32)
    everyone = np.arange(n).astype(np.int32)
    suite_ranks = np.empty((width, n, LANES), dtype=np.int32)
    suite_spread = np.empty((width, LANES))
    R = np.empty((width, width, LANES))
    A = np.empty((width, width, LANES))
    B = np.empty((width, width, LANES))
    vectors = np.empty((width, LANES))
    product = np.empty((width, LANES))
    weights = np.empty((LANES, width))
    values = np.empty((LANES, n + 1))
    rows = np.empty((LANES, n + 1), dtype=np.int32)
    scores = np.empty((LANES, n))
    size = np.empty(LANES, dtype=np.int64)
    buckets = np.empty(n + 1, dtype=np.int32)
    bucket_of = np.empty(n, dtype=np.int32)
    other_values = np.empty(n)
    other_rows = np.empty(n, dtype=np.int32)
    ranks_by_lane = np.zeros((LANES, n), dtype=np.int32)
    ranks = np.zeros((n, LANES), dtype=np.int32)
    total = np.empty(LANES, dtype=np.int32)
    cubes = np.empty(LANES)
    spread = np.empty(LANES)
    distinct = np.empty(LANES, dtype=np.int32)
    fit = np.empty(LANES, dtype=np.uint8)
    found = np.empty(LANES)
    is_by_score = group_offsets[:-1] == group_offsets[1:]
    for begin in range(first, stop, LANES):
        used = min(LANES, stop - begin)
        for lane in range(LANES):
            if lane >= used:
                counts_by_lane[lane, :] = 1
            elif given.shape[0] > 0:
                for row in range(n):
                    counts_by_lane[lane, row] = given[begin + lane, row]
            else:
                _draw(counts_by_lane[lane], drawn, begin + lane, seed, unit, n_units)
        _interleave(counts_by_lane, counts)
        if is_by_score.any():
            _count(counts, everyone, total, cubes, distinct)
            fit[:] = OK
            for j in range(width):
                _column_ranks(
                    counts, suite_order[j], suite_last[j], total, cubes, suite_ranks[j], suite_spread[j]
                )
            _suite_correlations(counts, suite_ranks, suite_spread, R, fit)
            _first_eigenvectors(R, A, B, eigenvector, vectors, product, fit)
            _weights(counts, total, suite, vectors, fit, weights)
            _scores(suite, weights, scores)
        for lane in range(used if is_by_score.any() else 0):
            size[lane] = _sort(
                counts_by_lane[lane],
                scores[lane],
                values[lane],
                rows[lane],
                buckets,
                bucket_of,
                other_values,
                other_rows,
            )
        for group in range(group_masks.shape[0]):
            first_column = group_columns[group]
            own = slice(column_offsets[first_column], column_offsets[first_column + 1])
            _count(counts, column_members[own], total, cubes, distinct)
            by_score = is_by_score[group]
            if by_score:
                mask = group_masks[group]
                for lane in range(used):
                    tied = _score_ranks(
                        counts_by_lane[lane],
                        values[lane],
                        rows[lane],
                        size[lane],
                        mask,
                        total[lane],
                        ranks_by_lane[lane],
                    )
                    spread[lane] = _spread(total[lane], tied)
                _interleave(ranks_by_lane, ranks)
            else:
                chosen = slice(group_offsets[group], group_offsets[group + 1])
                _column_ranks(counts, group_members[chosen], group_last[chosen], total, cubes, ranks, spread)
            for column in range(first_column, group_columns[group + 1]):
                own = slice(column_offsets[column], column_offsets[column + 1])
                _correlate(counts, ranks, spread, total, cubes, column_members[own], column_last[own], found)
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
    "void(int64, int64, int32[:,::1], int32[::1], int64, uint64, float64[:,::1], int32[:,::1], boolean[:,::1], "
    "float64[::1], int32[::1], boolean[::1], int64[::1], int64[::1], uint8[:,::1], int32[::1], boolean[::1], "
    "int64[::1], float64[:,::1], uint8[:,::1])"
)


@cache
def kernel() -> Callable[..., None]:
    """Return the compiled kernel; the first call compiles it, or loads what an earlier process compiled."""
    return compiled(replicate, SIGNATURE)
