"""What files may say and a study cannot use is refused in one line, and what was lost is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from confounded.cli import main
from confounded.errors import ContentError
from confounded.readers import read_scores
from confounded.study import Settings, study_sources
from tests.study import planted

HEADER = "model,benchmark,score,stderr,direction,item_type,part_of,items,floor,ceiling,correlated_with"


@pytest.mark.parametrize(
    "row",
    [
        "a\x00b,x,1,,,,,,,,",
        "a,x\x07,1,,,,,,,,",
        "a,x,1e160,,,,,,,,",
        "a,x,1,-0.1,,,,,,,",
        "a,x,1,,Lower,,,,,,",
        "a,x,1,,,mean,,,,,",
        "a,x,1,,,,x,,,,",
        "a,x,1,,,,,-4,,,",
        "a,x,1,,,,,,0.9,0.1,",
        "a,x,1,,,,,,,,mmlu",
    ],
)
def test_senseless_names_numbers_and_declarations_are_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    with pytest.raises(ContentError):
        read_scores(path)


def test_a_benchmark_may_be_called_score(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,score,mmlu\na,1,2\n", encoding="utf-8")
    assert sorted(read_scores(path).scores["benchmark"]) == ["mmlu", "score"]


def test_a_column_without_any_score_is_said_to_have_none(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,x,y\na,1,\nb,2,\n", encoding="utf-8")
    (issue,) = read_scores(path).issues
    assert "y" in issue.what


def planted_file(folder: Path) -> Path:
    table = planted.study(n_families=8)
    frame = table.scores.pivot(on="benchmark", index="model", values="score")
    path = folder / "scores.csv"
    frame.join(table.models.select("model", "family", "population"), on="model").write_csv(path)
    return path


def rho_of(path: Path, benchmark: str, **directions: Any) -> float:
    settings = Settings(suite=planted.SUITE, resamples=0, directions={"*": "higher", **directions})
    result = study_sources([path], settings)
    (one,) = [found for found in result.correlations if found.benchmark == benchmark]
    return one.rho or 0.0


def test_a_direction_that_was_asked_for_goes_before_the_catalogue(tmp_path: Path) -> None:
    path = planted_file(tmp_path)
    path.write_text(path.read_text().replace(",entangled,", ",wmdp,", 1))
    assert rho_of(path, "wmdp") > 0.5
    assert rho_of(path, "wmdp", wmdp="lower") < -0.5
    result = study_sources([path], Settings(suite=planted.SUITE, resamples=0, directions={"*": "higher"}))
    assert any("wmdp" in notice.what and "--direction" in notice.remedy for notice in result.notices)


def test_a_direction_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = planted_file(tmp_path)
    assert main(["report", str(path), "--direction", "safex=lower", "-o", str(tmp_path / "o")]) == 2
    assert "safex" in capsys.readouterr().err


def cut_model(result: dict[str, Any]) -> None:
    del result["populations"][0]["models"][0]


def odd_verdict(result: dict[str, Any]) -> None:
    result["correlations"][0]["verdict"] = "foo"


def odd_rho(result: dict[str, Any]) -> None:
    result["correlations"][0]["rho"] = 5


def no_population(result: dict[str, Any]) -> None:
    result["populations"] = []


def no_scores(result: dict[str, Any]) -> None:
    del result["populations"][0]["scores"]["noisy"]


def short_row(result: dict[str, Any]) -> None:
    result["populations"][0]["capability_correlations"]["rho"][0].pop()


@pytest.mark.parametrize("edit", [cut_model, odd_verdict, odd_rho, no_population, no_scores, short_row])
def test_a_result_edited_by_hand_is_refused(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(suite=planted.SUITE, resamples=0, directions={"*": "higher"})
    result = json.loads(study_sources([planted_file(tmp_path)], settings).to_json())
    edit(result)
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(result))
    assert main(["report", str(path), "-o", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_reader_that_goes_away_is_no_error() -> None:
    source = Path(__file__).parents[2] / "src"
    environment = os.environ | {"PYTHONPATH": str(source)}
    program = subprocess.Popen(
        [sys.executable, "-m", "confounded", "reproduce"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.read(10)
    program.stdout.close()
    complaint = program.stderr.read()
    program.stderr.close()
    assert program.wait() == 0
    assert complaint == b""
