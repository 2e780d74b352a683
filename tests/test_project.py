"""What the project says of itself: no trace of one machine, no command that is missing, no room untested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", ".ci/run")

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = ("/" + "work/", "/" + "root/", "/" + "home/", "/" + "Users/", "/" + "opt/")
SCRATCH_PATHS = ("/" + "tmp/",)
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "conda" + ".anaconda",
)


def tracked_files() -> list[Path]:
    """The files that git tracks, with those new and not ignored: the ones that a commit would hold."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip(f"not a git checkout: {listed.stderr.strip()}")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def lines_with(needles: tuple[str, ...], files: list[Path]) -> list[str]:
    found = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and other binary files
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if any(needle in line for needle in needles)
        ]
    return found


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
class TestTrackedFiles:
    def test_the_search_finds_what_is_there(self) -> None:
        assert lines_with(("[project]",), tracked_files())

    def test_none_names_a_path_of_one_machine(self) -> None:
        assert lines_with(MACHINE_PATHS, tracked_files()) == []

    def test_none_outside_the_tests_names_a_scratch_path(self) -> None:
        files = [path for path in tracked_files() if path.relative_to(ROOT).parts[0] not in {"tests", ".ci"}]
        assert lines_with(SCRATCH_PATHS, files) == []

    def test_none_names_the_host_of_a_registry(self) -> None:
        assert lines_with(REGISTRIES, tracked_files()) == []


def targets() -> set[str]:
    """The targets of the Makefile that have a line of help."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):[^#\n]*## ", makefile, flags=re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_document_names_a_target_that_is_not_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|\bstep \"[^\"]*\" )make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named
    assert named <= targets()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_help_lists_every_target() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    printed = subprocess.run(
        ["make", "-C", str(ROOT), "help"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert {"report", "test", "lint"} <= targets()
    assert set(re.findall(r"^  make ([\w-]+) ", printed, flags=re.MULTILINE)) == targets()


def test_every_room_has_tests() -> None:
    rooms = {path.parent.name for path in (ROOT / "src" / "confounded").glob("*/__init__.py")}
    tested = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert rooms
    assert rooms <= tested


@pytest.mark.browser
def test_the_browser_fixture_opens_a_page(page: Page, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>ρ</title><p>0.40</p>", encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert page.title() == "ρ"
    assert page.inner_text("p") == "0.40"
