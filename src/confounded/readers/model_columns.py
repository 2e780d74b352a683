"""What a table says of models in columns of its own, such as an architecture or a licence: kept as it stands."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from confounded.readers.cells import MISSING
from confounded.scores.table import COLUMN_SCHEMA

__all__ = ["model_columns"]


def model_columns(models: pl.Series, cells: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return some columns of a table in long form, as `ScoreTable.columns` has them.

    Parameters
    ----------
    models : polars.Series of shape (rows,)
        The model of each row, null where there is none.
    cells : polars.DataFrame
        The table.
    names : sequence of str
        The columns that are kept.

    Returns
    -------
    polars.DataFrame
        One cell a row, each once; empty cells and those that say there is nothing are not among them.
    """
    frames = [pl.DataFrame(schema=dict(COLUMN_SCHEMA))]
    for name in names:
        value = cells[name].cast(pl.String).str.strip_chars()
        rows = pl.DataFrame(
            [
                models.alias("model"),
                pl.repeat(name, models.len(), eager=True).alias("column"),
                value.alias("value"),
            ]
        )
        said = pl.col("value").is_not_null() & ~pl.col("value").str.to_lowercase().is_in(list(MISSING))
        frames.append(rows.filter(said, pl.col("model").is_not_null()).unique(maintain_order=True))
    return pl.concat(frames)
