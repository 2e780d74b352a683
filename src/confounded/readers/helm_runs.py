"""The folder of one run of HELM: its specification, its statistics, and what it got on each instance.

HELM writes ``run_spec.json``, ``scenario.json``, ``scenario_state.json``, ``stats.json`` and
``per_instance_stats.json`` in this order when a run has ended. A run without ``stats.json`` was broken off.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import ContentError
from confounded.readers.collected import count, finite
from confounded.readers.files import decode, read_bytes

__all__ = ["BESIDE_RUNS", "FILES", "RUN_SPEC", "HelmRun", "Measured", "read_run"]

RUN_SPEC: Final = "run_spec.json"
STATS: Final = "stats.json"
PER_INSTANCE: Final = "per_instance_stats.json"
FILES: Final = frozenset(
    {
        STATS,
        PER_INSTANCE,
        "scenario.json",
        "scenario_state.json",
        "instances.json",
        "display_predictions.json",
        "display_requests.json",
    }
)
"""Files that stand beside the specification of a run; the last three are made by ``helm-summarize``."""

BESIDE_RUNS: Final = frozenset(
    {
        "costs.json",
        "groups",
        "groups.json",
        "groups_metadata.json",
        "run_specs.json",
        "runs.json",
        "runs_to_run_suites.json",
        "schema.json",
        "summary.json",
        "eval_cache",
    }
)
"""What ``helm-summarize`` and the engine leave in the folder of a suite: the same scores once more, or none."""

MODEL_ARGUMENTS: Final = ("model=", "model_deployment=")
PERTURBED, WORST = "perturbed", "worst"
"""On what a statistic under a perturbation was computed: changed instances, or the worse of each and its original."""

MEAN_TOLERANCE: Final = 1e-6
"""How far two means of the same numbers, summed in another order, may be apart, as a share of the mean or of 1."""


class Perturbation(msgspec.Struct):
    """How instances were changed."""

    name: str
    robustness: bool = False
    fairness: bool = False
    computed_on: str = PERTURBED


class _Name(msgspec.Struct):
    name: str
    split: str | None = None
    sub_split: str | None = None
    perturbation: Perturbation | None = None


class _Stat(msgspec.Struct):
    name: _Name
    count: int
    sum: float
    mean: float | None = None


class _Instance(msgspec.Struct):
    instance_id: str | int
    stats: list[_Stat]
    train_trial_index: int = 0


class _Adapter(msgspec.Struct):
    model: str | None = None
    model_deployment: str | None = None


class _Spec(msgspec.Struct):
    name: str
    adapter_spec: _Adapter
    groups: list[str] = []


@dataclass(frozen=True, slots=True)
class Measured:
    """What one metric came to on one split.

    Parameters
    ----------
    score : float
        The mean over training trials, as HELM's own tables have it, over all parts of the split.
    items : mapping of str to float
        What each instance got, the mean over training trials, where `score` is the mean of these; else nothing.
    """

    score: float
    items: Mapping[str, float] = field(default_factory=dict, repr=False)

    @property
    def stderr(self) -> float | None:
        """The standard error s / √n over instances; None where the score is no mean of them, or of a single one."""
        n = len(self.items)
        if n < 2:  # the spread of one instance is not known
            return None
        mean = math.fsum(self.items.values()) / n
        return math.sqrt(math.fsum((one - mean) ** 2 for one in self.items.values()) / (n - 1) / n)


@dataclass(frozen=True, slots=True)
class HelmRun:
    """One run.

    Parameters
    ----------
    task : str
        The name of the run without its model.
    model : str
    groups : tuple of str
        The run groups that it belongs to.
    source : str
        Its suite and its folder.
    is_complete : bool
        Whether it has statistics.
    """

    task: str
    model: str
    groups: tuple[str, ...]
    source: str
    is_complete: bool
    _stats: tuple[_Stat, ...] = field(default=(), repr=False)
    _of_instances: Mapping[str, Sequence[tuple[str | None, str, float]]] = field(
        default_factory=dict, repr=False
    )
    """By metric: split, instance and value of each statistic of an instance as it is."""

    def splits(self) -> frozenset[str]:
        """Return the splits of which there are statistics."""
        return frozenset(stat.name.split for stat in self._stats if stat.name.split is not None)

    def metrics(self, split: str) -> list[str]:
        """Return the metrics with a number on a split, without perturbations, in the order of the file."""
        return list(
            dict.fromkeys(
                stat.name.name for stat in self._stats if _is_plain(stat.name, split) and stat.count
            )
        )

    def perturbations(self, split: str) -> list[str]:
        """Return which of ``robustness`` and ``fairness`` the instances of a split were changed for.

        HELM writes a worst case of both for any run: where nothing was changed, it is the score once more.
        """
        changed = [
            stat.name.perturbation
            for stat in self._stats
            if stat.name.perturbation
            and stat.name.split == split
            and stat.name.perturbation.computed_on == PERTURBED
        ]
        found = {
            "robustness": any(one.robustness for one in changed),
            "fairness": any(one.fairness for one in changed),
        }
        return [name for name, is_there in found.items() if is_there]

    def measured(self, metric: str, split: str) -> Measured:
        """Return what a metric came to on the instances as they are."""
        stats = [stat for stat in self._stats if stat.name.name == metric and _is_plain(stat.name, split)]
        score = _mean(stats) or 0.0
        trials: defaultdict[str, list[float]] = defaultdict(list)
        for of, item, value in self._of_instances.get(metric, ()):
            if of in (split, None):
                trials[item].append(value)
        items = {item: math.fsum(values) / len(values) for item, values in trials.items()}
        mean = math.fsum(items.values()) / len(items) if items else math.inf
        is_mean = abs(mean - score) <= MEAN_TOLERANCE * max(1.0, abs(score))
        return Measured(score, items if is_mean else {})

    def worst(self, metric: str, split: str, name: str) -> float | None:
        """Return what a metric came to where of each instance and its changed copies the worst one counts."""
        stats = [
            stat
            for stat in self._stats
            if stat.name.name == metric
            and stat.name.split == split
            and stat.name.perturbation
            and (stat.name.perturbation.name, stat.name.perturbation.computed_on) == (name, WORST)
        ]
        return _mean(stats)

    def instances(self, split: str) -> int | None:
        """Return how many instances a split has."""
        stats = [
            stat for stat in self._stats if stat.name.name == "num_instances" and _is_plain(stat.name, split)
        ]
        return count(_mean(stats))


def read_run(folder: Path) -> HelmRun:
    """Read the folder of a run.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no JSON or is not of HELM.
    ContentError
        If nothing names the model, or a statistic contradicts itself.
    """
    spec = _decoded(folder / RUN_SPEC, _Spec, "the specification of a run of HELM")
    task, named = _parts(spec.name)
    model = spec.adapter_spec.model or spec.adapter_spec.model_deployment or named
    source = f"{folder.parent.name}/{folder.name}"
    if not model.strip() or not task:
        raise ContentError(
            "a name of the run and of its model",
            found=f"name {spec.name[:80]!r}, and adapter_spec without a model",
            where=str(folder / RUN_SPEC),
            remedy='Add the line "model": "..." to adapter_spec.',
        )
    run = (task, model.strip(), tuple(spec.groups), source)
    if not (folder / STATS).is_file():
        return HelmRun(*run, is_complete=False)
    stats = _decoded(folder / STATS, list[_Stat], "a list of statistics of HELM")
    _check(stats, folder / STATS)
    instances = (
        _decoded(folder / PER_INSTANCE, list[_Instance], "a list of statistics of instances of HELM")
        if (folder / PER_INSTANCE).is_file()
        else []
    )
    return HelmRun(*run, is_complete=True, _stats=tuple(stats), _of_instances=_by_metric(instances))


def _decoded(path: Path, kind: Any, what: str) -> Any:
    """Return a file decoded."""
    return decode(read_bytes(path), kind, path, what)


def _by_metric(instances: Sequence[_Instance]) -> dict[str, list[tuple[str | None, str, float]]]:
    """Return the numbers of instances as they are, by metric."""
    found: defaultdict[str, list[tuple[str | None, str, float]]] = defaultdict(list)
    for instance in instances:
        item = str(instance.instance_id)
        for stat in instance.stats:
            value = finite(stat.mean)
            if stat.name.perturbation is None and value is not None:
                found[stat.name.name].append((stat.name.split, item, value))
    return dict(found)


def _parts(name: str) -> tuple[str, str]:
    """Return the name of a run without its model, and the model."""
    head, _, arguments = name.partition(":")
    parts = arguments.split(",") if arguments else []
    kept = [part for part in parts if not part.startswith(MODEL_ARGUMENTS)]
    model = next((part.partition("=")[2] for part in parts if part.startswith(MODEL_ARGUMENTS[0])), "")
    return (f"{head}:{','.join(kept)}" if kept else head), model


def _is_plain(name: _Name, split: str) -> bool:
    """Return whether a statistic is of instances as they are, of a split or of no split at all."""
    return name.perturbation is None and name.split in (split, None)


def _mean(stats: Sequence[_Stat]) -> float | None:
    """Return the mean of some statistics together, as HELM's tables put the parts of a split together."""
    numbers = sum(stat.count for stat in stats)
    return math.fsum(stat.sum for stat in stats) / numbers if numbers else None


def _check(stats: Sequence[_Stat], path: Path) -> None:
    """Raise where the sum, count and mean of a statistic are not those of the same numbers."""
    for stat in stats:
        if stat.count == 0 and stat.sum == 0 and stat.mean is None:
            continue
        numbers, total, mean = count(stat.count), finite(stat.sum), finite(stat.mean)
        agrees = (
            numbers is not None
            and total is not None
            and mean is not None
            and abs(total / numbers - mean) <= MEAN_TOLERANCE * max(1.0, abs(mean))
        )
        if not agrees:
            raise ContentError(
                f"a mean of metric {stat.name.name!r} that is its sum over its count",
                found=f"mean {stat.mean}, sum {stat.sum}, count {stat.count}",
                where=str(path),
                remedy="Run the benchmark again, or leave the run out.",
            )
