"""What the header of a log of Inspect AI says: of the run, of its results, and under which names those are benchmarks.

One rule of naming serves the scores and the scores on items. A log has one or more scorers, each with one or more
metrics; every number is a benchmark of its own:

- the *headline* has the name of the task. It is the one that the log itself names as its headline, else the first
  metric of the first scorer, which is what the engine shows;
- any other is called ``<task>:<scorer>/<metric>``, with ``,<reducer>`` after it where epochs were reduced in
  another way than by their mean. A scorer that gives several values (a dictionary) counts once a key, and the key
  stands in the place of the scorer. Should two numbers of a log come to one name, it is spelled out:
  ``<task>:<scorer>.<key>/<metric>,<reducer>``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import UnreadableError
from confounded.readers.collected import finite
from confounded.readers.files import decode, read_bytes
from confounded.readers.inspect_archive import HEADER, START, opened

__all__ = [
    "ENGINE",
    "MEANS",
    "NOT_FINISHED",
    "SPREADS",
    "STDERRS",
    "WHAT",
    "Log",
    "Metric",
    "Number",
    "Score",
    "benchmark_of",
    "is_grouped",
    "is_inspect_log",
    "named_numbers",
    "read_header",
    "trouble",
    "without_number",
]

WHAT: Final = "a log of Inspect AI"
ENGINE: Final = "Inspect AI"
"""What ran the scores, for the catalogue to know them by."""

MEANS: Final = frozenset({"accuracy", "mean"})
"""Metrics that are the mean over items, to which a standard error beside them belongs."""

STDERRS: Final = ("stderr", "bootstrap_stderr")
SPREADS: Final = frozenset({*STDERRS, "std", "var"})
"""Metrics that say how scores spread, and are none."""

SUCCESS: Final = "success"
PLAIN_REDUCERS: Final = (None, "mean")
"""How epochs are reduced where nothing else is said: by their mean, which newer logs name."""

NOT_FINISHED: Final = (
    "the run was not finished: it was broken off or still goes on, and the log has no header"
)
ENDS: Final = {
    "started": "the run was broken off or still goes on",
    "error": "the run ended in an error",
    "cancelled": "the run was cancelled",
}


class Metric(msgspec.Struct):
    """A number; `group` is what computed it where that gave several, and `name` then one of their labels."""

    name: str
    value: float | int | None = None
    group: str | None = None
    params: Any = None

    @property
    def kind(self) -> str:
        """The metric without its package; of one computed for groups of items, what was computed for each."""
        within = self.params.get("metric") if isinstance(self.params, dict) else None
        if isinstance(within, dict) and isinstance(within.get("name"), str):
            return str(within["name"]).rpartition("/")[2]
        return self.name.rpartition("/")[2]


class Score(msgspec.Struct):
    """The metrics of one scorer, of one key where it gives a dictionary, after one way to reduce epochs."""

    name: str
    scorer: str = ""
    reducer: str | None = None
    metrics: dict[str, Metric] = {}
    scored_samples: Any = None
    unscored_samples: Any = None


class _Headline(msgspec.Struct):
    scorer: str | None = None
    score: str | None = None
    metric: str | None = None
    reducer: str | None = None


class Results(msgspec.Struct):
    """The results of a run; the oldest logs have one scorer and its metrics side by side."""

    scores: list[Score] = []
    scorer: Score | None = None
    metrics: dict[str, Metric] = {}
    total_samples: int = 0
    completed_samples: int = 0
    headline: _Headline | None = None
    sample_reductions: Any = None

    def __post_init__(self) -> None:
        if self.scorer is not None and not self.scores:
            self.scores = [msgspec.structs.replace(self.scorer, metrics=self.metrics)]


class _Dataset(msgspec.Struct):
    samples: Any = None


class _Config(msgspec.Struct):
    epochs: Any = None
    limit: Any = None


class Evaluation(msgspec.Struct):
    """What was run: the task, the model, and how."""

    task: str
    model: str
    task_version: Any = 0
    task_args: dict[str, Any] = {}
    task_args_passed: dict[str, Any] = {}
    solver: str | None = None
    solver_args: dict[str, Any] | None = None
    dataset: _Dataset = msgspec.field(default_factory=_Dataset)
    model_generate_config: dict[str, Any] = {}
    model_args: dict[str, Any] = {}
    model_roles: dict[str, Any] | None = None
    config: _Config = msgspec.field(default_factory=_Config)


class _Plan(msgspec.Struct):
    config: dict[str, Any] = {}


class Log(msgspec.Struct):
    """The header of a log, as far as scores need it."""

    status: str
    evaluation: Evaluation = msgspec.field(name="eval")
    plan: _Plan = msgspec.field(default_factory=_Plan)
    results: Results | None = None
    invalidated: bool = False

    @property
    def scores(self) -> list[Score]:
        """The scores of all scorers, none where nothing was scored."""
        return self.results.scores if self.results is not None else []


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a log, under the name of its benchmark.

    Parameters
    ----------
    benchmark : str
    score : Score
    key : str
        The metric, as the log calls it among those of the scorer.
    value : float
    """

    benchmark: str
    score: Score
    key: str
    value: float

    @property
    def metric(self) -> Metric:
        """The metric whose value it is."""
        return self.score.metrics[self.key]

    @property
    def is_mean(self) -> bool:
        """Whether it is by its name the mean over all items."""
        return self.metric.kind in MEANS and not is_grouped(self.metric)


def is_inspect_log(fields: Any) -> bool:
    """Return whether the top-level fields of a JSON object are those of a log."""
    return {"eval", "status"} <= set(fields)


def read_header(path: Path) -> Log | None:
    """Return the header of a log, None where the run ended before it was written.

    Raises
    ------
    UnreadableError
        If the log cannot be opened, is broken, or needs a package that is not installed.
    """
    if path.suffix.lower() == ".json":
        return decode(read_bytes(path), Log, path, WHAT)
    with opened(path) as archive:
        raw = archive.read(HEADER)
        if raw is None and START not in archive.members:
            raise UnreadableError(WHAT, found="another zip archive", where=str(path))
    return None if raw is None else decode(raw, Log, path, WHAT)


def trouble(log: Log | None) -> str:
    """Return why a log has no scores that count, or nothing."""
    if log is None:
        return NOT_FINISHED
    if log.status != SUCCESS:
        ended = ENDS.get(log.status)
        return f"its status is {log.status!r}" + (f" ({ended})" if ended else "")
    if log.invalidated:
        return "it is marked as invalidated"
    return "" if log.scores else "it was not scored"


def named_numbers(log: Log) -> list[Number]:
    """Return the numbers of a log that are scores, by the rule at the head of this module."""
    numbers = list(_numbers(log))
    times = Counter(number.benchmark for number in numbers)
    return [
        replace(number, benchmark=_spelled_out(log, number)) if times[number.benchmark] > 1 else number
        for number in numbers
    ]


def without_number(log: Log) -> list[str]:
    """Return the metrics of a log that should be scores and have no finite number."""
    return [
        f"{score.name}/{key}"
        for score in log.scores
        for key, metric in score.metrics.items()
        if metric.kind not in SPREADS and finite(metric.value) is None
    ]


def benchmark_of(task: str, name: str) -> dict[str, Any]:
    """Return what a log says of a benchmark: that it rests on the items of its task, and no direction."""
    whole = task if name != task else None
    # Names in the column of kin are set apart by spaces, so that a name with one cannot stand there.
    return {
        "benchmark": name,
        "engine": ENGINE,
        "part_of": whole,
        "kin_to_suite": whole if whole and " " not in whole else None,
    }


def _numbers(log: Log) -> Iterator[Number]:
    """Yield the numbers of a log under their short names."""
    task = log.evaluation.task
    headline = _headline(log)
    for score in log.scores:
        reduced = f",{score.reducer}" if score.reducer not in PLAIN_REDUCERS else ""
        for key, metric in score.metrics.items():
            value = finite(metric.value)
            if value is None or metric.kind in SPREADS:
                continue
            is_headline = headline is not None and score is headline[0] and key == headline[1]
            yield Number(task if is_headline else f"{task}:{score.name}/{key}{reduced}", score, key, value)


def _spelled_out(log: Log, number: Number) -> str:
    """Return the long name of a number, the short one where it is the headline."""
    if number.benchmark == log.evaluation.task:
        return number.benchmark
    score = number.score
    within = f"{score.scorer}.{score.name}" if score.scorer not in ("", score.name) else score.name
    return f"{log.evaluation.task}:{within}/{number.key},{score.reducer or 'unreduced'}"


def _headline(log: Log) -> tuple[Score, str] | None:
    """Return the score and the metric that stand for the task."""
    both = [
        (score, key)
        for score in log.scores
        for key, metric in score.metrics.items()
        if metric.kind not in SPREADS
    ]
    named = log.results.headline if log.results is not None else None
    stated = [(score, key) for score, key in both if named is not None and _is_named(named, score, key)]
    return next(iter(stated + both), None)


def _is_named(named: _Headline, score: Score, key: str) -> bool:
    """Return whether a headline is this metric of this score, in all that it says."""
    wanted = (named.scorer, named.score, named.metric, named.reducer)
    given = (score.scorer, score.name, key, score.reducer)
    return named.metric is not None and all(
        one is None or one == other for one, other in zip(wanted, given, strict=True)
    )


def is_grouped(metric: Metric) -> bool:
    """Return whether a metric is of a group of items, and not of all."""
    return isinstance(metric.params, dict) and "group_key" in metric.params
