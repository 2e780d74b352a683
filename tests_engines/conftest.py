"""Runs of the engines, made once and read by many tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import harness
import inspect_runs
import pytest


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the engines run: both write the state of a checkout that they run in into their logs."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("runs")
        patch.chdir(folder)
        patch.setenv(
            "HF_HOME", str(folder / "cache")
        )  # before lm-evaluation-harness is imported, which reads it once
        yield folder


@pytest.fixture(scope="session")
def inspect_logs(outside: Path) -> dict[tuple[str, str], Path]:
    """The log of every task of Inspect AI, by its name and its form."""
    return {
        (name, form): Path(inspect_runs.run(name, outside / "inspect" / form, form).location)
        for name in inspect_runs.TASKS
        for form in inspect_runs.FORMATS
    }


@pytest.fixture(scope="session")
def stopped_logs(outside: Path) -> dict[tuple[str, str], Path]:
    """Logs of runs of Inspect AI that were stopped in their middle, by their form and by how."""
    return {
        (form, how.name): inspect_runs.broken_off(outside / f"stopped-{form}-{how.name}", form, how)
        for form in inspect_runs.FORMATS
        for how in (signal.SIGINT, signal.SIGKILL)
    }


@pytest.fixture(scope="session")
def tasks(outside: Path) -> Path:
    """Tasks for lm-evaluation-harness."""
    harness.register_scripted()
    harness.write_tasks(outside / "tasks")
    return outside / "tasks"


@pytest.fixture(scope="session")
def tiny_gpt2(outside: Path) -> Path:
    """A GPT-2 with random weights."""
    harness.save_tiny_gpt2(outside / "org" / "tiny-gpt2")
    return outside / "org" / "tiny-gpt2"


@pytest.fixture(scope="session")
def scripted_run(outside: Path, tasks: Path) -> harness.Run:
    """A run of lm-evaluation-harness with a scripted model on every task."""
    name = "pretrained=org/scripted-1,seed=1,skill=0.6"
    return harness.run("scripted", name, harness.TASKS, tasks_folder=tasks, output=outside / "harness")


@pytest.fixture(scope="session")
def gpt2_run(outside: Path, tasks: Path, tiny_gpt2: Path) -> harness.Run:
    """The same with a real model of a few thousand weights."""
    name = f"pretrained={tiny_gpt2}"
    return harness.run("hf", name, harness.TASKS, tasks_folder=tasks, output=outside / "harness")
