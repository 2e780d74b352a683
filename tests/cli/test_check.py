"""`confounded check` as an author runs it: one file, one flag, a card."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from confounded.cli import main
from confounded.datasets.references import load_reference

FILES = {"card.html", "card.json", "card.md", "table.tex", "methods.tex", "references.bib"}


def some_models(n: int = 12) -> list[str]:
    return sorted(load_reference("safetywashing-chat").models)[::2][:n]


def scores_file(path: Path, models: list[str] | None = None, seed: int = 0) -> Path:
    names = models or some_models()
    values = np.random.default_rng(seed).uniform(size=len(names)).round(4)
    pl.DataFrame({"model": names, "mybench": values}).write_csv(path)
    return path


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    return scores_file(tmp_path / "scores.csv")


def test_the_shortest_path_works(
    scores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("check", scores, "--higher-is-safer", "--no-plan") == 0
    assert {path.name for path in (tmp_path / "confounded-card").iterdir()} == FILES
    first = capsys.readouterr().out.splitlines()[0]
    card = json.loads((tmp_path / "confounded-card" / "card.json").read_bytes())
    one = card["study"]["correlations"][0]
    assert first.startswith(f"mybench: {one['verdict']}. ρ = ")
    assert f"{one['n_models']} models of {one['n_families']} families" in first


def test_json_is_json_alone_and_the_card(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", scores, "--lower-is-safer", "--no-plan", "--json", "-o", tmp_path / "out") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "out" / "card.json").read_bytes())


@pytest.mark.parametrize(("verdicts", "code"), [("undecided", 1), ("entangled,undecided", 1), ("inverse", 0)])
def test_a_verdict_can_fail_a_build(verdicts: str, code: int, scores: Path, tmp_path: Path) -> None:
    arguments = ("check", scores, "--higher-is-safer", "--no-plan", "-o", tmp_path / "out")
    assert run(*arguments, "--fail-on", verdicts) == code
    assert (tmp_path / "out" / "card.json").exists()


def test_an_unknown_verdict_is_refused_before_anything_is_done(scores: Path, tmp_path: Path) -> None:
    assert run("check", scores, "--fail-on", "bad", "-o", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


def test_without_a_direction_it_says_how_to_run_again(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", scores, "-o", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert "--higher-is-safer" in told
    assert "mybench" in told
    assert not (tmp_path / "out").exists()


def test_too_few_models_are_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = some_models(6)
    assert (
        run("check", scores_file(tmp_path / "few.csv", few), "--higher-is-safer", "-o", tmp_path / "out") == 2
    )
    told = capsys.readouterr().err
    assert all(name in told for name in few)
    assert len(told.strip().splitlines()) == 1


def test_items_are_put_together_and_give_the_reliability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(2)
    names = some_models(12)
    skill, hardness = random.normal(size=12), random.normal(size=40)
    rows = [
        {"model": name, "item": f"q{i}", "score": int(random.normal() < skill[m] - hardness[i])}
        for m, name in enumerate(names)
        for i in range(40)
    ]
    file = tmp_path / "mybench.csv"
    pl.DataFrame(rows).write_csv(file)
    assert run("check", file, "--higher-is-safer", "--no-plan", "-o", tmp_path / "out") == 0
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    reliability = card["study"]["correlations"][0]["reliability"]
    cells = np.array([row["score"] for row in rows]).reshape(12, 40)
    p = cells.mean(axis=0)
    formula_20 = 40 / 39 * (1 - (p * (1 - p)).sum() / cells.sum(axis=1).var())
    assert reliability["value"] == pytest.approx(formula_20, abs=1e-9)


def test_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--help") == 0
    told = capsys.readouterr().out
    assert "confounded check scores.csv --higher-is-safer" in told
    assert "Exit codes" in told
