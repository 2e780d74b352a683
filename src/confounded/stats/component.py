"""The first component of a suite of columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.stats.ranks import spearman_matrix

__all__ = ["FirstComponent", "first_component"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FirstComponent:
    eigenvector: FloatArray
    eigenvalues: FloatArray
    explained_share: float
    correlation: FloatArray
    scores: FloatArray


def first_component(columns: ArrayLike, reference: FloatArray | None = None) -> FirstComponent:
    X = np.asarray(columns, dtype=np.float64)
    Z = (X - X.mean(0)) / X.std(0)
    C = spearman_matrix(X)
    w, V = np.linalg.eigh(C)
    v = V[:, -1]
    v = v * np.sign(v[np.argmax(np.abs(v))] if reference is None else v @ reference)
    return FirstComponent(v, w[::-1].copy(), float(w[-1] / w.sum()), C, Z @ v)
