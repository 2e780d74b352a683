"""What an import costs and promises: no heavy library before it is needed, and every public name there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import confounded

SOURCE = Path(__file__).parent.parent / "src"
HEAVY = ("numba", "polars", "scipy", "vl_convert")
"""Libraries that take a noticeable part of a second each to import."""


def run_python(*arguments: str) -> str:
    """Run a fresh interpreter on the sources and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def heavy_after(code: str) -> list[str]:
    """Run code in a fresh interpreter and return the heavy libraries that it imported."""
    report = f"import sys; print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    last = run_python("-c", f"{code}\n{report}").splitlines()[-1]
    return last.removeprefix("loaded:").split()


def test_heavy_imports_would_be_seen() -> None:
    assert heavy_after("import polars, scipy") == ["polars", "scipy"]


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert heavy_after("import confounded") == []


def test_help_loads_nothing_heavy() -> None:
    assert heavy_after("from confounded.cli import main\nmain(['--help'])") == []


def test_the_package_runs_as_a_module() -> None:
    assert "Usage:" in run_python("-m", "confounded", "--help")


@pytest.mark.parametrize("name", confounded.__all__)
def test_every_public_name_can_be_had_and_is_listed(name: str) -> None:
    assert getattr(confounded, name) is not None
    assert name in dir(confounded)


def test_the_public_names_are_distinct() -> None:
    assert len(set(confounded.__all__)) == len(confounded.__all__) > 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = confounded.no_such_name
