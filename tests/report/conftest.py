"""The shipped study, run once, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

import confounded
from confounded.report import write_report
from confounded.study import Settings, StudyResult


@pytest.fixture(scope="session")
def shipped() -> StudyResult:
    """The study of the shipped scores; its comparison intervals from few resamples, since nobody looks at them."""
    return confounded.run_study(confounded.load_scores(), Settings(resamples=50), shipped=True)


@pytest.fixture(scope="session")
def report(shipped: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shipped study's report."""
    return write_report(shipped, tmp_path_factory.mktemp("shipped") / "report").parent
