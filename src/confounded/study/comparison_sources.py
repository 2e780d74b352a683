"""From paths to a comparison, with a record of the files that were read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from confounded.readers import read_sources
from confounded.scores import ScoreTable
from confounded.study.comparison import compare
from confounded.study.comparison_reference import OWN
from confounded.study.comparison_result import Comparison, ComparisonSettings
from confounded.study.sources import shipped_record, source_record

__all__ = ["compare_sources"]


def compare_sources(
    before: Path,
    after: Path | None,
    settings: ComparisonSettings,
    *,
    reference: Path | None = None,
    benchmarks: Path | None = None,
    models: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Compare the scores in files or folders.

    Parameters
    ----------
    before : Path
    after : Path or None
    settings : ComparisonSettings
    reference : Path, optional
        A reference population of one's own.
    benchmarks, models : Path, optional
        Files that declare benchmarks and models of `before` and `after`; without them any ``benchmarks.toml`` and
        ``models.toml`` beside these.
    progress : callable, optional
        As of `compare`.

    Raises
    ------
    InputError
        If a file cannot be read or its content cannot be used.
    """
    files: list[tuple[Path, tuple[Path, ...]]] = []

    def table_of(path: Path, benchmarks: Path | None = None, models: Path | None = None) -> ScoreTable:
        reading = read_sources(
            [path], benchmarks=benchmarks, models=models, shared=True, lenient=settings.lenient
        )
        files.extend(reading.files)
        return reading.table

    first = table_of(before, benchmarks, models)
    second = None if after is None else table_of(after, benchmarks, models)
    own = None if reference is None else table_of(reference)
    records = [source_record(*one) for one in files] + ([] if reference else [shipped_record()])
    return compare(
        first,
        second,
        settings,
        reference=own,
        reference_name=OWN if reference is None else reference.name,
        sources=sorted(
            {(one.name, one.sha256): one for one in records}.values(), key=lambda one: (one.name, one.sha256)
        ),
        progress=progress,
    )
