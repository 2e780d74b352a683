"""A simulated study in which the truth about each benchmark is known, because it was planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from confounded.scores import ScoreTable

SUITE = tuple(f"suite_{number}" for number in range(6))


def study(n_families: int = 40, size: int = 4, seed: int = 0) -> ScoreTable:
    """Return scores of 160 models in which these benchmarks are planted.

    - entangled, inverse, separable: correlations of .85, -.85 and 0 with ability;
    - noisy: nothing but measurement error, with standard errors that say so;
    - precise: separable, with small standard errors;
    - kin: a copy of a suite benchmark with other noise, declared as its kin;
    - u_shaped: ability squared, so that a rank correlation is low for the wrong reason;
    - full: most models at the ceiling;
    - part_a, part_b and whole: two halves and their mean.
    """
    random = np.random.default_rng(seed)
    n = n_families * size
    family = np.repeat(np.arange(n_families), size)
    ability = 0.5 * random.normal(size=n_families)[family] + random.normal(size=n) * np.sqrt(0.75)
    columns: dict[str, Any] = {name: ability + 0.35 * random.normal(size=n) for name in SUITE}

    def mixed(slope: float) -> np.ndarray:
        return slope * ability + np.sqrt(1 - slope**2) * random.normal(size=n)

    columns |= {
        "entangled": mixed(0.85),
        "inverse": mixed(-0.85),
        "separable": mixed(0.0),
        "noisy": random.normal(size=n),
        "precise": mixed(0.0),
        "kin": columns["suite_0"] + 0.1 * random.normal(size=n),
        "u_shaped": ability**2 + 0.1 * random.normal(size=n),
        "full": np.minimum(ability + 1.0, 0.5),
        "part_a": mixed(0.8),
        "part_b": mixed(0.8),
    }
    columns["whole"] = (columns["part_a"] + columns["part_b"]) / 2
    stderr = {"noisy": 1.05, "precise": 0.1}
    scores = pl.DataFrame(
        [
            {"model": f"m{i:03}", "benchmark": name, "score": float(column[i]), "stderr": stderr.get(name)}
            for name, column in columns.items()
            for i in range(n)
        ],
        schema={"model": pl.String, "benchmark": pl.String, "score": pl.Float64, "stderr": pl.Float64},
    )
    models = pl.DataFrame(
        {
            "model": [f"m{i:03}" for i in range(n)],
            "family": [f"f{number:02}" for number in family],
            "population": ["chat"] * n,
        }
    )
    benchmarks = pl.DataFrame(
        {
            "benchmark": list(columns),
            "direction": ["higher"] * len(columns),
            "area": [None if name in SUITE else "planted" for name in columns],
            "kind": [
                {"separable": "propensity", "precise": "propensity", "entangled": "knowledge"}.get(name)
                for name in columns
            ],
            "kin_to_suite": ["suite_0" if name == "kin" else None for name in columns],
            "part_of": ["whole" if name.startswith("part_") else None for name in columns],
            "floor": [-9.0 if name == "full" else None for name in columns],
            "ceiling": [0.5 if name == "full" else None for name in columns],
        },
        schema_overrides={
            "kin_to_suite": pl.String,
            "part_of": pl.String,
            "kind": pl.String,
            "area": pl.String,
        },
    )
    return ScoreTable(scores=scores, models=models, benchmarks=benchmarks)
