"""From paths to a study, with a record of the files that were read."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from confounded.datasets import safetywashing
from confounded.readers import read_sources
from confounded.study.check import check_scores
from confounded.study.check_result import CheckResult
from confounded.study.result import Source, StudyResult
from confounded.study.settings import Settings
from confounded.study.study import run_study
from confounded.study.uncertainty import Progress

__all__ = ["check_sources", "shipped_record", "source_record", "study_sources"]

_LOGGER: Final = logging.getLogger(__name__)


def study_sources(
    paths: Sequence[Path],
    settings: Settings,
    *,
    benchmarks: Path | None = None,
    models: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Study the scores in some files and folders, or the shipped scores if there are none.

    Parameters
    ----------
    paths : sequence of Path
    settings : Settings
    benchmarks : Path, optional
        A file that declares benchmarks; without it any ``benchmarks.toml`` beside the scores.
    models : Path, optional
        A file that declares models; without it any ``models.toml`` beside the scores.
    threads, progress
        As of `run_study`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    if not paths:
        _LOGGER.info("Reading the scores that ship with the package")
        return run_study(
            safetywashing.load_scores(),
            settings,
            sources=[shipped_record()],
            shipped=True,
            threads=threads,
            progress=progress,
        )
    reading = read_sources(paths, benchmarks=benchmarks, models=models, lenient=settings.lenient)
    return run_study(
        reading.table,
        settings,
        sources=sorted((source_record(*one) for one in reading.files), key=lambda source: source.name),
        threads=threads,
        progress=progress,
    )


def check_sources(
    paths: Sequence[Path],
    settings: Settings,
    *,
    benchmarks: Path | None = None,
    models: Path | None = None,
    plan: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Check the benchmarks whose scores are in some files and folders.

    Parameters
    ----------
    paths : sequence of Path
    settings : Settings
    benchmarks, models, threads, progress
        As of `study_sources`.
    plan : bool, optional
        As of `check_scores`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    reading = read_sources(paths, benchmarks=benchmarks, models=models, lenient=settings.lenient)
    return check_scores(
        reading.table,
        settings,
        sources=sorted((source_record(*one) for one in reading.files), key=lambda source: source.name),
        plan=plan,
        threads=threads,
        progress=progress,
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
