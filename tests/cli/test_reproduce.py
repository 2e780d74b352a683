"""The paper reproduces from the command line, and a changed score makes it fail."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from confounded.cli import main
from confounded.datasets import safetywashing
from confounded.study import reproduce


def test_the_paper_reproduces_and_the_summary_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "251 of 251 correlations within 0.1 point" in lines
    assert "53 of 53 capabilities scores within 0.01" in lines
    (compute,) = [line for line in lines if "compute correlations do not reproduce" in line]
    assert "The 20 compute correlations" in compute
    assert "at most 10.4" in compute


def test_json_says_the_same_figure_by_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    figures = [figure for group in said["groups"] for figure in group["figures"]]
    assert said["reproduced"] is True
    assert len(figures) == 251 + 20 + 53 + 6 + 27
    for figure in figures:
        assert figure["holds"] == (
            abs(figure["recomputed"] - figure["published"]) <= figure["tolerance"] + 1e-9
        )


def test_a_changed_score_does_not_reproduce() -> None:
    scores = safetywashing.load_scores()
    swapped = replace(
        scores,
        scores=scores.scores.with_columns(
            score=pl.when((pl.col("model") == "Yi-6B-Chat") & (pl.col("benchmark") == "wmdp"))
            .then(0.0)
            .otherwise(pl.col("score"))
        ),
    )
    comparison = reproduce(swapped)
    assert not comparison.reproduced
    assert comparison.summary[0] == "250 of 251 correlations within 0.1 point"


def test_a_figure_that_fails_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("confounded.study.reproduction.CORRELATION_TOLERANCE", 0.001)
    assert main(["reproduce"]) == 1
    assert "differs" in capsys.readouterr().out
