"""Small score tables whose correlations are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from confounded.scores import ScoreTable

SUITE = ("mmlu", "gsm8k", "bbh")


def table(
    columns: Mapping[str, Sequence[float | None]],
    *,
    models: Sequence[str] | None = None,
    families: Sequence[str | None] | None = None,
    population: str | None = "chat",
    directions: Mapping[str, str] | None = None,
) -> ScoreTable:
    """Return a score table from columns of scores, None being a missing cell."""
    n = len(next(iter(columns.values())))
    names = list(models or (f"model-{i}" for i in range(n)))
    scores = [
        {"model": name, "benchmark": benchmark, "score": None if value is None else float(value)}
        for benchmark, column in columns.items()
        for name, value in zip(names, column, strict=True)
    ]
    frame = pl.DataFrame(
        scores, schema={"model": pl.String, "benchmark": pl.String, "score": pl.Float64}
    ).filter(pl.col("score").is_not_null())
    facts = pl.DataFrame(
        {
            "model": names,
            "family": list(families or (f"family-{i}" for i in range(n))),
            "population": [population] * n,
        },
        schema={"model": pl.String, "family": pl.String, "population": pl.String},
    )
    declared = pl.DataFrame(
        {
            "benchmark": list(columns),
            "direction": [(directions or {}).get(name) for name in columns],
        },
        schema={"benchmark": pl.String, "direction": pl.String},
    )
    return ScoreTable(scores=frame, models=facts, benchmarks=declared)


def one_factor(n: int = 12, seed: int = 0) -> dict[str, list[float | None]]:
    """Return three capability columns and three safety columns of known tendency, without ties."""
    random = np.random.default_rng(seed)
    ability = random.normal(size=n)
    columns = {name: ability + 0.4 * random.normal(size=n) for name in SUITE}
    columns["truthfulqa_mc1"] = ability + 0.2 * random.normal(size=n)
    columns["sycophancy"] = -ability + 0.2 * random.normal(size=n)
    columns["bbq_amb"] = random.normal(size=n)
    return {name: column.tolist() for name, column in columns.items()}
