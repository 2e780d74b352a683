"""From a score that an engine wrote to what is known of it: by engine, task and metric together, and exactly.

A task has many metrics, and the same task name means another thing in another engine: accuracy on WMDP is hazardous
knowledge, and the released column of that name is one less it. So nothing is found by likeness here. What is
registered stands in the files of ``data/benchmarks``; two entries for one score are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from confounded.catalog.benchmarks import Benchmark, benchmarks
from confounded.catalog.descriptions import Description, RunScore, descriptions
from confounded.errors import DatasetError

__all__ = ["Registered", "find_registered", "is_registered_task", "registered_scores"]

CAPABILITIES_SCORE = "capabilities score"
DOCUMENTED = "documented size of the data set"
"""Who says how many items a registered score has."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A score of an engine of which the direction is certain.

    Parameters
    ----------
    engine, task : str
    score : RunScore
        The metric, and what is known of it.
    description : Description
        The benchmark it is a score of.
    """

    engine: str
    task: str
    score: RunScore
    description: Description

    def benchmark(self, name: str) -> Benchmark:
        """Return what is known of the score, as of a benchmark.

        Parameters
        ----------
        name : str
            How the reader of the file calls it.

        Returns
        -------
        Benchmark
            On the scale of the engine's score.
        """
        source = f"engine, task and metric, in benchmarks/{self.description.description}.toml"
        if self.score.released is not None:
            return replace(benchmarks()[self.score.released], benchmark=name, direction_source=source)
        score, described = self.score, self.description
        first = described.sources[0]
        return Benchmark(
            benchmark=name,
            name=name,
            area=score.area or described.area,
            placed_by="project",
            kind=score.kind or described.kinds[0],
            metric=score.metric,
            unit=score.unit,
            direction=score.direction,
            direction_source=source,
            reads_as=score.reads_as,
            correlated_with=CAPABILITIES_SCORE,
            suite=False,
            part_of=score.part_of,
            kin_to_suite=(),
            kin_reason=None,
            n_items=score.n_items,
            n_items_source=DOCUMENTED if score.n_items is not None else None,
            item_type=score.item_type,
            judged=score.judged,
            chance=score.chance,
            floor=score.floor,
            ceiling=score.ceiling,
            reference=f"{first.authors} {first.year}, arXiv {first.arxiv}" if first.arxiv else str(first),
            note=score.note,
        )


def find_registered(engine: str | None, benchmark: str, metric: str | None) -> Registered | None:
    """Return what is registered of a score, None where that is nothing.

    Parameters
    ----------
    engine : str or None
        What ran it, as the reader of its file says.
    benchmark : str
        The name that the reader gave it: that of the task, or ``<task>:<metric>``.
    metric : str or None
        As the reader names it.

    Returns
    -------
    Registered or None
    """
    if engine is None or metric is None:
        return None
    task = benchmark.removesuffix(f":{metric}")
    return registered_scores().get((engine, task, metric))


def is_registered_task(engine: str | None, benchmark: str) -> bool:
    """Return whether some score of a task is registered, so that its name alone says nothing of its other scores.

    Parameters
    ----------
    engine : str or None
    benchmark : str
        The name of the task.

    Returns
    -------
    bool
    """
    return (engine, benchmark) in _registered_tasks()


@cache
def _registered_tasks() -> frozenset[tuple[str | None, str]]:
    return frozenset((engine, task) for engine, task, _ in registered_scores())


@cache
def registered_scores() -> Mapping[tuple[str, str, str], Registered]:
    """Return everything that is registered, by engine, task and metric.

    Raises
    ------
    DatasetError
        If a file of the catalogue is missing or damaged, or two entries are of one score.
    """
    return MappingProxyType(_registry(descriptions().values()))


def _registry(described: Iterable[Description]) -> dict[tuple[str, str, str], Registered]:
    """Return the entries of some descriptions, and refuse two of one score."""
    found: dict[tuple[str, str, str], Registered] = {}
    for one in described:
        for run in one.runs:
            for task in run.tasks:
                for score in run.scores:
                    key = (run.engine, task, score.metric)
                    if key in found:
                        raise DatasetError(
                            "one entry for each engine, task and metric",
                            found=f"{', '.join(key)} also in benchmarks/{found[key].description.description}.toml",
                            where=f"benchmarks/{one.description}.toml",
                            remedy="Correct the file, or install the package again.",
                        )
                    found[key] = Registered(run.engine, task, score, one)
    return found
