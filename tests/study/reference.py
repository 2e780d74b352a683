"""The published method, written out plainly, one step a line, with nothing of the package's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def ranks(values: FloatArray) -> FloatArray:
    """Rank by counting: one more than the smaller values, plus half of the equal others."""
    counted = [1 + np.sum(values < v) + (np.sum(values == v) - 1) / 2 for v in values]
    return np.array(counted, dtype=np.float64)


def pearson(x: FloatArray, y: FloatArray) -> float:
    dx, dy = x - x.mean(), y - y.mean()
    return float((dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum()))


def spearman(x: FloatArray, y: FloatArray) -> float:
    return pearson(ranks(x), ranks(y))


def capabilities_scores(columns: FloatArray) -> FloatArray:
    """Project standardised scores on the first eigenvector of the Spearman matrix (power iteration)."""
    width = columns.shape[1]
    R = np.array([[spearman(columns[:, i], columns[:, j]) for j in range(width)] for i in range(width)])
    vector = np.ones(width)
    for _ in range(10_000):
        vector = R @ vector
        vector /= np.sqrt((vector**2).sum())
    if vector[np.argmax(np.abs(vector))] < 0:
        vector = -vector
    standardised = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.asarray(standardised @ vector, dtype=np.float64)


def correlations(scores: Mapping[str, FloatArray], suite: Sequence[str]) -> dict[str, float]:
    """Return the capabilities correlation of every complete benchmark."""
    capability = capabilities_scores(np.column_stack([scores[name] for name in suite]))
    return {name: spearman(column, capability) for name, column in scores.items()}
