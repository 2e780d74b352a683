"""What whoever installs the project relies on: locks, declared dependencies, one version, a whole wheel."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import confounded

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "confounded"
LOCKS = {
    "run": ["run"],
    "test": ["test"],
    "fuzz": ["fuzz"],
    "docs": ["docs"],
    "engines": ["engines", "engines-torch"],
    "ray": ["ray"],
}
"""The files of `requirements` of which each environment is made."""
NOT_SHIPPED = {".nbi", ".nbc", ".pyc"}
"""Endings of files that running the program leaves behind."""


def read_pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared(group: str) -> list[Requirement]:
    """The requirements of the program (``run``), of its extras, or of a dependency group."""
    project, groups = read_pyproject()["project"], read_pyproject()["dependency-groups"]
    if group == "extras":
        lines = [line for extra in project["optional-dependencies"].values() for line in extra]
    elif group == "readers":
        # Ray is as large as all the rest, and has a lock of its own.
        extras = project["optional-dependencies"]
        lines = [line for name, extra in extras.items() if name != "ray" for line in extra]
    else:
        lines = project["dependencies"] if group == "run" else groups[group]
    return [Requirement(line) for line in lines]


def lock_text(lock: str) -> str:
    return "".join(
        (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in LOCKS[lock]
    )


def locked_lines(lock: str) -> list[str]:
    """The entries of a lock: continued lines joined, comments left out."""
    text = lock_text(lock).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: str) -> set[str]:
    """``name==version ; marker`` of each entry."""
    return {line.split("--hash")[0].strip() for line in locked_lines(lock)}


def pinned_versions(lock: str) -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for pin in pins(lock):
        requirement = Requirement(pin)
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        versions.setdefault(canonicalize_name(requirement.name), []).append(specifier.version)
    return versions


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = lock_text(lock)
    assert not re.findall(r"\S*(?:https?|file|git\+\w+):\S*|\S*://\S*|^-\S+ .*", text, flags=re.MULTILINE)
    assert not [pin for pin in pins(lock) if " @ " in pin]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    lines = locked_lines(lock)
    assert len(lines) >= len(declared("run"))
    assert not [line for line in lines if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line)]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_locked_version_is_local_to_one_machine(lock: str) -> None:
    assert not [pin for pin in pins(lock) if "+" in pin]


@pytest.mark.parametrize(
    ("lock", "group"),
    [
        ("run", "run"),
        ("run", "build"),
        *(("test", g) for g in ("run", "readers", "build", "test", "lint")),
        *(("fuzz", g) for g in ("run", "readers", "test", "fuzz")),
        ("docs", "docs"),
        ("engines", "engines"),
        ("ray", "cluster"),
    ],
)
def test_a_lock_holds_what_is_declared_at_a_version_that_fits(lock: str, group: str) -> None:
    versions = pinned_versions(lock)
    for requirement in declared(group):
        found = versions.get(canonicalize_name(requirement.name), [])
        assert found, f"{requirement.name} is not in the lock {lock}: run make lock"
        assert all(map(requirement.specifier.contains, found)), (
            f"{requirement} against {found}: run make lock"
        )


def test_the_tests_run_on_the_versions_that_users_run() -> None:
    assert pins("run") <= pins("test")


def test_the_engines_bring_nothing_for_graphics_cards() -> None:
    assert not [pin for pin in pins("engines") if re.match("nvidia|cuda|triton", pin)]


def test_the_build_group_is_what_the_build_system_asks_for() -> None:
    pyproject = read_pyproject()
    assert pyproject["build-system"]["requires"] == pyproject["dependency-groups"]["build"]


@pytest.mark.parametrize(
    "requirement",
    [
        one
        for group in ("run", "extras", "test", "fuzz", "docs", "engines", "cluster", "lint")
        for one in declared(group)
    ],
    ids=str,
)
def test_every_dependency_has_a_reason_beside_it(requirement: Requirement) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(rf'^ +"{re.escape(str(requirement))}", +# \S+', text, flags=re.MULTILINE)


def imported_modules(folder: Path) -> Iterator[str]:
    """Yield the top-level name of every import below a folder, those inside functions included."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_the_code_imports_exactly_what_it_declares() -> None:
    distributions = packages_distributions()
    foreign = set(imported_modules(PACKAGE)) - sys.stdlib_module_names - {"confounded"}
    imported = {canonicalize_name(name) for module in foreign for name in distributions.get(module, [module])}
    # zstandard is imported by a name put together: from Python 3.14 on it is the standard library's.
    stated = {canonicalize_name(one.name) for group in ("run", "extras") for one in declared(group)}
    assert imported | {"zstandard"} == stated


def test_every_place_that_names_the_version_agrees() -> None:
    citation = re.search(
        r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert citation is not None
    assert citation[1] == confounded.__version__ == read_pyproject()["project"]["version"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in a wheel built as a release would be."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_every_file_of_the_package(wheel: list[str]) -> None:
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in NOT_SHIPPED]
    expected = {path.relative_to(PACKAGE.parent).as_posix() for path in files}
    assert {"confounded/__init__.py", "confounded/py.typed"} <= expected
    assert expected == {name for name in wheel if name.startswith("confounded/")}


def test_the_wheel_carries_every_licence(wheel: list[str]) -> None:
    notices = [ROOT / "LICENSE", *PACKAGE.rglob("LICENSE*"), *PACKAGE.rglob("NOTICE*")]
    carried = {name.partition("/licenses/")[2] for name in wheel if "/licenses/" in name}
    assert {path.relative_to(ROOT).as_posix() for path in notices} <= carried
