"""The script that builds the shipped scores: it refuses a changed input and reproduces what is committed."""

from __future__ import annotations

import csv
import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
RELEASED = ROOT.parent / "shared" / "paper"
COMMITTED = ROOT / "src/confounded/datasets/data/safetywashing"

with_released_files = pytest.mark.skipif(not RELEASED.is_dir(), reason="the released files are not here")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "build_safetywashing.py"
    spec = importlib.util.spec_from_file_location("build_safetywashing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@with_released_files
def test_the_committed_files_are_what_the_script_builds(script: ModuleType, tmp_path: Path) -> None:
    built = tmp_path / "built"
    assert script.main([str(RELEASED), "--target", str(built)]) == 0
    assert contents(built) == contents(COMMITTED)
    assert script.main([str(RELEASED), "--check"]) == 0


@with_released_files
def test_check_tells_an_edited_file_and_writes_nothing(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "target"
    shutil.copytree(COMMITTED, target)
    scores = target / "scores.csv"
    scores.write_bytes(scores.read_bytes().replace(b"0.5", b"0.6", 1))
    before = contents(target)
    assert script.main([str(RELEASED), "--check", "--target", str(target)]) == 1
    assert "scores.csv" in capsys.readouterr().err
    assert contents(target) == before


@with_released_files
def test_a_changed_input_is_refused_and_the_target_left_alone(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs, target = tmp_path / "inputs", tmp_path / "target"
    inputs.mkdir()
    for name in script.INPUTS:
        (inputs / name).write_bytes((RELEASED / name).read_bytes())
    changed = inputs / "benchmarks_chat_models.csv"
    changed.write_bytes(changed.read_bytes() + b"\n")
    shutil.copytree(COMMITTED, target)
    before = contents(target)
    assert script.main([str(inputs), "--target", str(target)]) == 2
    message = capsys.readouterr().err
    assert str(changed) in message
    assert script.INPUTS[changed.name] in message
    assert contents(target) == before


def test_a_missing_input_is_named(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path), "--target", str(tmp_path / "target")]) == 2
    assert str(tmp_path / next(iter(script.INPUTS))) in capsys.readouterr().err
    assert not (tmp_path / "target").exists()


@with_released_files
@pytest.mark.parametrize("population", ["base", "chat"])
def test_every_score_keeps_the_digits_it_was_released_with(population: str) -> None:
    with (RELEASED / f"benchmarks_{population}_models.csv").open(encoding="utf-8", newline="") as stream:
        released = {
            (row["model"], benchmark): score
            for row in csv.DictReader(stream)
            for benchmark, score in row.items()
            if benchmark not in {"model", "model_size", "FLOP", "name", "type"} and score
        }
    with (COMMITTED / "scores.csv").open(encoding="utf-8", newline="") as stream:
        shipped = {
            (row["model"], row["benchmark"]): row["score"]
            for row in csv.DictReader(stream)
            if row["population"] == population
        }
    assert shipped == released


def test_a_failed_write_leaves_the_former_files(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    script.write({"a.csv": "former\n"}, target)
    rename = Path.rename

    def failing(self: Path, other: Path) -> Path:
        if self.name == "fresh":
            raise OSError("no space left on device")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no space"):
        script.write({"a.csv": "new\n"}, target)
    assert contents(target) == {"a.csv": b"former\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@pytest.mark.parametrize(
    ("percent", "fraction"), [("84.4", "0.844"), ("100.0", "1"), ("10", "0.1"), ("0", "0"), ("0.5", "0.005")]
)
def test_percentages_are_divided_exactly(script: ModuleType, percent: str, fraction: str) -> None:
    assert script.fraction(percent) == fraction


def test_a_published_score_of_unknown_source_is_refused(script: ModuleType) -> None:
    with pytest.raises(script.BuildError, match="table 10"):
        script.published_score_row(
            {"source": "table 10", "models": "chat", "model": "m", "capabilities_score": "1"}
        )
