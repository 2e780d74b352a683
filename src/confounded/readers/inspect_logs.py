"""Logs of Inspect AI: ``.json``, and ``.eval`` (a zip archive), one evaluation of one model on one task each.

Scores come from the header of a log; samples are not unpacked. A log has scores by one or more scorers, and each
has one or more metrics. Every one of them becomes a benchmark:

- the *headline* has the name of the task. It is the one that the log itself names as its headline, else the first
  metric of the first scorer, which is what the engine shows;
- any other is called ``<task>:<scorer>/<metric>``, with ``,<reducer>`` after it where epochs were reduced in
  another way than by their mean. It is declared as part of the task and as kin to it: both rest on the same items.

Metrics in `SPREADS` are no scores: a standard error is that of the means (`MEANS`) beside it. A log that does not
say ``success`` has no score here, and an issue says so. A log knows no direction: none is assumed.
"""

from __future__ import annotations

import importlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import UnreadableError
from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.files import check_size, decode, read_bytes, source_of
from confounded.scores import Issue, ScoreTable

__all__ = ["MEANS", "SPREADS", "read_inspect_logs"]

MEANS: Final = frozenset({"accuracy", "mean"})
"""Metrics that a standard error beside them belongs to."""

STDERRS: Final = ("stderr", "bootstrap_stderr")
SPREADS: Final = frozenset({*STDERRS, "std", "var"})
"""Metrics that say how scores spread, and are none."""

SUCCESS: Final = "success"
PLAIN_REDUCER: Final = "mean"

HEADER: Final = "header.json"
LARGEST_HEADER: Final = 64 * 2**20
"""Bytes of a header, unpacked, above which an archive is refused: headers hold no samples (those seen have 3 to
30 kB), and a small archive can unpack to any size."""

ZSTANDARD: Final = 93
"""The number of the compression method in zip archives; the standard library reads it from Python 3.14 on."""

LOCAL_HEADER: Final = 30
"""Bytes before the names of a member in a zip archive; the lengths of name and extra field are its last four."""


class _Metric(msgspec.Struct):
    name: str
    value: float | int | None = None


class _Score(msgspec.Struct):
    name: str
    scorer: str = ""
    reducer: str | None = None
    metrics: dict[str, _Metric] = {}
    scored_samples: Any = None


class _Headline(msgspec.Struct):
    score: str | None = None
    metric: str | None = None


class _Results(msgspec.Struct):
    scores: list[_Score] = []
    total_samples: int = 0
    completed_samples: int = 0
    headline: _Headline | None = None


class _Dataset(msgspec.Struct):
    samples: Any = None


class _Evaluation(msgspec.Struct):
    task: str
    model: str
    dataset: _Dataset = msgspec.field(default_factory=_Dataset)
    task_args_passed: dict[str, Any] = {}


class _Log(msgspec.Struct):
    status: str
    evaluation: _Evaluation = msgspec.field(name="eval")
    results: _Results | None = None
    invalidated: bool = False


@dataclass(frozen=True, slots=True)
class _Number:
    """One number of a log, under the name of its benchmark."""

    benchmark: str
    score: _Score
    key: str
    value: float


def read_inspect_logs(paths: Sequence[Path]) -> ScoreTable:
    """Read the scores in the headers of Inspect logs.

    Parameters
    ----------
    paths : sequence of Path
        ``.eval`` and ``.json`` logs.

    Returns
    -------
    ScoreTable
        Scores as they stand in the logs. Two logs of one model and task are two scores here; `read_scores`
        refuses them.

    Raises
    ------
    UnreadableError
        If a log cannot be opened, is broken, or needs a package that is not installed.
    """
    collected = Collected()
    arguments: dict[str, set[str]] = {}
    further: set[str] = set()
    for path in paths:
        log = _log(path)
        trouble = _trouble(log) if log is not None else "the run was not finished: the log has no header"
        if log is None or trouble:
            collected.issues.append(Issue(f"a log without scores: {trouble}", where=source_of(path)))
            continue
        collected.issues += _incomplete(log, path)
        task, model = log.evaluation.task, log.evaluation.model
        collected.models.append({"model": model})
        passed = msgspec.json.encode(log.evaluation.task_args_passed, order="sorted").decode()
        arguments.setdefault(task, set()).add(passed)
        for number in _numbers(log):
            if number.benchmark != task:
                further.add(number.benchmark)
            collected.scores.append(_score(log, number, source_of(path)))
            collected.benchmarks.append(_benchmark(log, number.benchmark))
    mixed = [task for task, passed in arguments.items() if len(passed) > 1]
    if mixed:
        collected.issues.append(
            Issue(
                f"logs of the same task were run with different arguments: {listed(mixed)}; "
                "their scores may not be comparable",
                remedy="Give folders of comparable logs.",
            )
        )
    if further:
        collected.issues.append(
            Issue(
                f"tasks with several scorers or metrics: {len(further)} besides the headlines are benchmarks of "
                f"their own, named task:scorer/metric: {listed(further)}"
            )
        )
    return collected.table()


def _trouble(log: _Log) -> str:
    """Return why a log has no scores that count, or nothing."""
    if log.status != SUCCESS:
        return f"its status is {log.status!r}"
    if log.invalidated:
        return "it is marked as invalidated"
    return "" if log.results is not None and log.results.scores else "it was not scored"


def _incomplete(log: _Log, path: Path) -> list[Issue]:
    """Return an issue where not every sample was completed."""
    results = log.results or _Results()
    if results.completed_samples >= results.total_samples:
        return []
    return [
        Issue(
            f"only {results.completed_samples} of {results.total_samples} samples of task "
            f"{log.evaluation.task!r} were completed; its scores are of those",
            where=source_of(path),
        )
    ]


def _numbers(log: _Log) -> Iterator[_Number]:
    """Yield the numbers of a log, by the rule at the head of this module."""
    results = log.results or _Results()
    task = log.evaluation.task
    headline = _headline(results)
    for score in results.scores:
        for key, metric in score.metrics.items():
            value = finite(metric.value)
            if value is None or metric.name.rpartition("/")[2] in SPREADS:
                continue
            reduced = f",{score.reducer}" if score.reducer not in (None, PLAIN_REDUCER) else ""
            is_headline = headline is not None and score is headline[0] and key == headline[1]
            name = task if is_headline else f"{task}:{score.name}/{key}{reduced}"
            yield _Number(name, score, key, value)


def _headline(results: _Results) -> tuple[_Score, str] | None:
    """Return the score and the metric that stand for the task."""
    named = results.headline or _Headline()
    both = [
        (score, key)
        for score in results.scores
        for key, metric in score.metrics.items()
        if metric.name.rpartition("/")[2] not in SPREADS
    ]
    stated = [(score, key) for score, key in both if (score.name, key) == (named.score, named.metric)]
    return next(iter(stated + both), None)


def _score(log: _Log, number: _Number, source: str) -> dict[str, Any]:
    """Return one number as a row of scores."""
    metrics = number.score.metrics
    is_mean = metrics[number.key].name.rpartition("/")[2] in MEANS
    errors = (finite(metrics[name].value) for name in STDERRS if is_mean and name in metrics)
    return {
        "model": log.evaluation.model,
        "benchmark": number.benchmark,
        "metric": f"{number.score.name}/{number.key}",
        "score": number.value,
        "stderr": next(errors, None),
        # Older logs do not count what was scored; then it is what was in the data set.
        "n_items": count(number.score.scored_samples) or count(log.evaluation.dataset.samples),
        "source": source,
    }


def _benchmark(log: _Log, name: str) -> dict[str, Any]:
    """Return what a log says of a benchmark: how it is nested, and no direction."""
    task = log.evaluation.task
    whole = task if name != task else None
    # Names in the column of kin are set apart by spaces, so that a name with one cannot stand there.
    return {
        "benchmark": name,
        "part_of": whole,
        "kin_to_suite": whole if whole and " " not in whole else None,
    }


def _log(path: Path) -> _Log | None:
    """Return the header of a log, None where the run ended before it was written."""
    if path.suffix.lower() == ".json":
        raw: bytes | None = read_bytes(path)
    else:
        raw = _header(path)
    return None if raw is None else decode(raw, _Log, path, "a log of Inspect AI")


def _header(path: Path) -> bytes | None:
    """Return the header in an archive, None where there is none."""
    check_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if HEADER not in archive.namelist():
                if not any(name.startswith("_journal/") for name in archive.namelist()):
                    raise UnreadableError("a log of Inspect AI", found="another zip archive", where=str(path))
                return None
            member = archive.getinfo(HEADER)
            if member.compress_type == ZSTANDARD:
                return _unpacked(path, member)
            with archive.open(member) as stream:
                return _bearable(stream.read(LARGEST_HEADER + 1), path)
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as problem:
        raise UnreadableError("a log of Inspect AI", found=str(problem), where=str(path)) from problem


def _unpacked(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Return a member that is compressed by Zstandard."""
    try:
        # By name, because an extra brings it: the program does not depend on it.
        zstandard = importlib.import_module("zstandard")
    except ModuleNotFoundError as problem:
        raise UnreadableError(
            "the package zstandard, which .eval logs need",
            found="it is not installed",
            where=str(path),
            remedy="Run `pip install 'confounded[inspect]'`.",
        ) from problem
    with path.open("rb") as stream:
        stream.seek(member.header_offset)
        local = stream.read(LOCAL_HEADER)
        lengths = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
        stream.seek(lengths, 1)
        packed = stream.read(min(member.compress_size, LARGEST_HEADER))
    try:
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            raw: bytes = reader.read(LARGEST_HEADER + 1)
    except zstandard.ZstdError as problem:
        raise UnreadableError("a log of Inspect AI", found=str(problem), where=str(path)) from problem
    _bearable(raw, path)
    if len(raw) != member.file_size or zlib.crc32(raw) != member.CRC:
        raise UnreadableError("a whole log of Inspect AI", found="a damaged header", where=str(path))
    return raw


def _bearable(raw: bytes, path: Path) -> bytes:
    """Return a header that is not too large."""
    if len(raw) > LARGEST_HEADER:
        raise UnreadableError(
            f"a header of at most {LARGEST_HEADER // 2**20} MiB", found="a larger one", where=str(path)
        )
    return raw
