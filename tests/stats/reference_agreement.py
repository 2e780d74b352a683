"""Figures computed elsewhere (R, PyMARE, statsmodels), pinned in validation/r_agreement with the scripts that did."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Cases = dict[str, dict[str, FloatArray]]

FOLDER = Path(__file__).parents[2] / "validation" / "r_agreement"

EXACT = 1e-9
"""Tolerance where both sides evaluate a closed formula."""

ITERATED = 1e-6
"""Where both search for a maximum."""

COARSE = 1e-4
"""Where the other side stops its search early (PyMARE)."""


@cache
def read(name: str) -> Cases:
    """Return values by case and name; a source distribution without the folder skips."""
    if not FOLDER.is_dir():
        pytest.skip("no validation folder beside the tests")
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["case"]][row["name"]].append(float("nan" if row["value"] == "NA" else row["value"]))
    return {case: {one: np.array(values) for one, values in named.items()} for case, named in found.items()}


def given(case: str) -> dict[str, FloatArray]:
    return read("inputs.csv")[case]


def pinned(case: str, *, python: bool = False) -> dict[str, FloatArray]:
    return read("figures_python.csv" if python else "figures.csv")[case]
