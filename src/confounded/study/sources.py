"""From paths to a study, with a record of the files that were read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from confounded.datasets import safetywashing
from confounded.readers import read_benchmarks, read_scores
from confounded.readers.benchmarks import FILE_NAME
from confounded.readers.registry import score_files
from confounded.study.result import Source, StudyResult
from confounded.study.settings import Settings
from confounded.study.study import run_study
from confounded.study.uncertainty import Progress

__all__ = ["study_sources"]


def study_sources(
    paths: Sequence[Path],
    settings: Settings,
    *,
    benchmarks: Path | None = None,
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
    threads, progress
        As of `run_study`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    if not paths:
        return run_study(
            safetywashing.load_scores(),
            settings,
            sources=[_shipped()],
            shipped=True,
            threads=threads,
            progress=progress,
        )
    table, *others = [read_scores(path) for path in paths]
    for other in others:
        table = table.joined_with(other)
    sources = [_source(file) for path in paths for file in score_files(path)]
    for declared in _declarations(paths, benchmarks):
        table = table.with_benchmarks(read_benchmarks(declared), str(declared))
        sources.append(_source(declared))
    return run_study(
        table,
        settings,
        sources=sorted(sources, key=lambda source: source.name),
        threads=threads,
        progress=progress,
    )


def _declarations(paths: Sequence[Path], benchmarks: Path | None) -> list[Path]:
    """Return the files that declare benchmarks: the one that was named, or those beside the scores."""
    if benchmarks is not None:
        return [benchmarks]
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return [folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()]


def _source(path: Path) -> Source:
    return Source(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _shipped() -> Source:
    return Source(name=f"{safetywashing.DATASET}/scores.csv", sha256=safetywashing.scores_checksum())
