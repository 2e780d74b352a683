"""What is declared of the study of a source can be used: its settings, and its benchmarks."""

from __future__ import annotations

from typing import get_args

import pytest

from confounded.catalog import areas
from confounded.datasets.references import reference_ids
from confounded.datasets.sources import sources
from confounded.datasets.studies import StudyEntry, study_entries
from confounded.readers import read_benchmarks
from confounded.study.settings import MissingPolicy, Settings


def test_every_source_that_is_to_be_fetched_says_how_it_is_studied() -> None:
    others = {
        "safetywashing",
        "safetywashing-originals",
    }  # the scores that ship, and the same as they were released
    assert set(study_entries()) == set(sources()) - others


@pytest.mark.parametrize("entry", study_entries().values(), ids=lambda entry: entry.source)
def test_what_is_declared_makes_sense(entry: StudyEntry) -> None:
    assert (entry.suite is None) != (entry.capabilities is None)
    assert entry.capabilities is None or entry.capabilities in (*reference_ids(), "imagenet")
    assert entry.notes
    assert not any(note.endswith(".") or note != note.strip() for note in entry.notes)
    assert entry.missing is None or entry.missing in get_args(MissingPolicy)
    Settings(suite=entry.suite, capabilities=entry.capabilities)
    known = {file.path for file in sources()[entry.source].files}
    assert set(entry.files) <= known


def test_what_is_declared_of_benchmarks_can_be_read() -> None:
    declared = [path for entry in study_entries().values() if (path := entry.benchmarks())]
    assert len(declared) == 2
    for path in declared:
        table = read_benchmarks(path)
        assert table.height
        assert set(table["area"].drop_nulls()) <= set(areas())
