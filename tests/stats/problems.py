"""Generators of resampling problems: one-factor data with ties, missing cells, families and tiny sizes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    suite: FloatArray = field(repr=False)
    columns: FloatArray = field(repr=False)
    references: list[FloatArray | None] = field(repr=False)
    families: NDArray[np.int64] = field(repr=False)
    description: str


def one_factor(
    n: int, width: int, n_columns: int, *, seed: int = 0, levels: float | None = None, missing: bool = True
) -> Problem:
    """Draw a problem; `levels` per standard deviation makes ties, `missing` takes out some cells."""
    random = np.random.default_rng(seed)
    ability = random.normal(size=n)
    suite = ability[:, None] + 0.5 * random.normal(size=(n, width))
    columns = ability[:, None] * random.uniform(-1, 1, n_columns) + random.normal(size=(n, n_columns))
    if levels is not None:
        # Only half of the suite: models tied on all of it in different ways tie in exact arithmetic alone.
        suite[:, ::2], columns = np.round(suite[:, ::2] * levels), np.round(columns * levels)
        suite[-1] = suite[0]
    references: list[FloatArray | None] = [None] * n_columns
    if n_columns > 2:
        references[2] = columns[:, 0].copy()
    if missing:
        columns[0, 0] = np.nan
        columns[1 : max(2, n // 4), -1] = np.nan
    families = np.sort(random.integers(0, max(2, n // 3), n))
    families = np.unique(families, return_inverse=True)[1].astype(np.int64)
    varied = np.ptp(suite, axis=0) > 0
    suite[0, ~varied] += 1.0
    return Problem(
        suite, columns, references, families, f"n={n} width={width} columns={n_columns} seed={seed}"
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw sizes, ties and a seed; the data follow from them."""
    return one_factor(
        draw(st.integers(4, 14)),
        draw(st.integers(3, 5)),
        draw(st.integers(1, 4)),
        seed=draw(st.integers(0, 10_000)),
        levels=draw(st.sampled_from([None, 0.7, 1.5, 4.0])),
        missing=draw(st.booleans()),
    )
