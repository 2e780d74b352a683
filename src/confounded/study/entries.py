"""What the catalogue knows of the benchmarks of a score table.

A score that an engine wrote is known by its engine, task and metric, exactly; any other by its name, if that is a
column of the released scores. The first is on the scale of the file, the second may have been turned round. Of a task
with registered scores, the others are not known by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from confounded.catalog import Benchmark, benchmarks
from confounded.catalog.benchmark_names import Registered, find_registered, is_registered_task
from confounded.scores import ScoreTable

__all__ = ["Entry", "entries_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue knows of one benchmark of a table.

    Parameters
    ----------
    benchmark : Benchmark
        The facts, on the scale of the file if `registered` is there.
    registered : Registered or None
        The entry of its engine, task and metric; None where it is known by its name alone.
    """

    benchmark: Benchmark
    registered: Registered | None = None

    def direction(self, said: str | None) -> str:
        """Return which end is better or safer, if the file says this of it.

        What an engine writes of success at a task is not what is safe, where the catalogue knows that these differ.
        """
        is_engines = self.registered is not None and said == self.registered.score.engine_says
        return self.benchmark.direction if said is None or is_engines else said


def entries_of(table: ScoreTable) -> Mapping[str, Entry]:
    """Return what is known of the benchmarks of a table, by their names there.

    Parameters
    ----------
    table : ScoreTable

    Returns
    -------
    mapping of str to Entry
        Without the benchmarks of which nothing is known.
    """
    metrics = {
        name: met[0] if len(met) == 1 else None
        for name, met in table.scores.group_by("benchmark")
        .agg(pl.col("metric").unique())
        .select("benchmark", "metric")
        .iter_rows()
    }
    catalogue = benchmarks()
    found = {}
    for name, engine in table.benchmarks.select("benchmark", "engine").iter_rows():
        registered = find_registered(engine, name, metrics.get(name))
        if registered is not None:
            found[name] = Entry(registered.benchmark(name), registered)
        elif name in catalogue and not is_registered_task(engine, name):
            found[name] = Entry(catalogue[name])
    return found
