"""From paths to a study, with a record of the files that were read."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from confounded.datasets import safetywashing
from confounded.datasets.studies import StudyEntry
from confounded.engine import ALL_CORES, Engine
from confounded.errors import UsageError
from confounded.readers import read_sources
from confounded.scores import ScoreTable
from confounded.study.check import check_scores
from confounded.study.check_result import CheckResult
from confounded.study.named import claim_notices, find_named, given_settings
from confounded.study.result import Notice, Source, StudyResult
from confounded.study.settings import Settings
from confounded.study.study import run_study
from confounded.study.uncertainty import Progress

__all__ = ["check_sources", "shipped_record", "source_record", "study_sources"]

_LOGGER: Final = logging.getLogger(__name__)


def study_sources(
    paths: Sequence[Path],
    settings: Settings,
    *,
    mirror: Path | None = None,
    chosen: Collection[str] | None = None,
    benchmarks: Path | None = None,
    models: Path | None = None,
    engine: Engine = ALL_CORES,
    progress: Progress | None = None,
) -> StudyResult:
    """Study the scores in some files and folders, or the shipped scores if there are none.

    Parameters
    ----------
    paths : sequence of Path
        Or the id of one source of `confounded.datasets`, which is then studied as is declared for it.
    settings : Settings
    mirror : Path, optional
        Where a source is that is named; by default in the cache.
    chosen : collection of str, optional
        The names of the settings that go before what is declared for a source; by default those that are not as usual.
    benchmarks : Path, optional
        A file that declares benchmarks; without it any ``benchmarks.toml`` beside the scores.
    models : Path, optional
        A file that declares models; without it any ``models.toml`` beside the scores.
    engine, progress
        As of `run_study`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    asked = _asked(paths, settings, mirror, chosen, benchmarks)
    if not asked.paths:
        _LOGGER.info("Reading the scores that ship with the package")
        return run_study(
            safetywashing.load_scores(),
            asked.settings,
            sources=[shipped_record()],
            shipped=True,
            engine=engine,
            progress=progress,
        )
    table, sources = asked.read(models)
    result = run_study(
        table,
        asked.settings,
        sources=sources,
        engine=engine,
        progress=progress,
    )
    return msgspec.structs.replace(result, notices=asked.said_of(result) + result.notices)


def check_sources(
    paths: Sequence[Path],
    settings: Settings,
    *,
    mirror: Path | None = None,
    chosen: Collection[str] | None = None,
    benchmarks: Path | None = None,
    models: Path | None = None,
    area: str | None = None,
    plan: bool = True,
    engine: Engine = ALL_CORES,
    progress: Progress | None = None,
) -> CheckResult:
    """Check the benchmarks whose scores are in some files and folders.

    Parameters
    ----------
    paths : sequence of Path
    settings : Settings
    mirror, chosen, benchmarks, models, engine, progress
        As of `study_sources`.
    area, plan
        As of `check_scores`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    asked = _asked(paths, settings, mirror, chosen, benchmarks)
    if not asked.paths:
        raise UsageError(
            "scores to be checked",
            found="the source that ships",
            remedy="`confounded report` studies it.",
        )
    table, sources = asked.read(models)
    result = check_scores(
        table,
        asked.settings,
        sources=sources,
        area=area,
        plan=plan,
        engine=engine,
        progress=progress,
    )
    return msgspec.structs.replace(result, notices=asked.said_of(result.study) + result.notices)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be read, and how, once it is known whether a source is named."""

    paths: tuple[Path, ...]
    settings: Settings
    benchmarks: Path | None
    notices: list[Notice]
    is_named: bool
    entry: StudyEntry | None = None

    def read(self, models: Path | None) -> tuple[ScoreTable, list[Source]]:
        """Read the files, and record which they were."""
        reading = read_sources(
            self.paths, benchmarks=self.benchmarks, models=models, lenient=self.settings.lenient
        )
        records = sorted((source_record(*one) for one in reading.files), key=lambda source: source.name)
        return reading.table, records

    def said_of(self, result: StudyResult) -> list[Notice]:
        """Return what is to be said first in the result."""
        if not self.is_named:
            return self.notices
        return self.notices + claim_notices(self.entry, result)


def _asked(
    paths: Sequence[Path],
    settings: Settings,
    mirror: Path | None,
    chosen: Collection[str] | None,
    benchmarks: Path | None,
) -> _Asked:
    """Find out whether a source is named, and take what is declared for it."""
    named, notices = find_named(paths, mirror)
    if named is None:
        return _Asked(tuple(paths), settings, benchmarks, notices, is_named=False)
    _LOGGER.info("%s is the source %s", paths[0], named.source.title)
    given = given_settings(settings) if chosen is None else chosen
    declared = named.entry.benchmarks() if named.entry else None
    return _Asked(
        named.paths,
        named.settings(settings, given),
        benchmarks or declared,
        notices + named.notices(settings, given),
        is_named=True,
        entry=named.entry,
    )


def source_record(asked: Path, files: Sequence[Path]) -> Source:
    """Record a file by its checksum, and a folder by that of the list of its files and theirs."""
    if files == (asked,):
        return Source(name=asked.name, sha256=_checksum(asked))
    lines = sorted(f"{_checksum(file)}  {file.relative_to(asked).as_posix()}\n" for file in files)
    listing = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Source(name=asked.resolve().name, sha256=listing, files=len(files))


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def shipped_record() -> Source:
    """Record the shipped scores."""
    return Source(name=f"{safetywashing.DATASET}/scores.csv", sha256=safetywashing.scores_checksum())
