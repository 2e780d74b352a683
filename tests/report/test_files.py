"""Putting a report into a folder: all of it or nothing, and nothing of anybody else's touched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from confounded.errors import OutputError
from confounded.report import write_report
from confounded.report.files import GENERATOR, replace_report
from tests.report.results import population, result

PAGE = GENERATOR.encode() + b'0.1.0">'
RESULT = b'{\n "format": "confounded-study"}'
BASE = {"report.html": PAGE + b"base", "result.json": RESULT, "tables/a.csv": b"1", "figures/base.svg": b"2"}
CHAT = {"report.html": PAGE + b"chat", "result.json": RESULT, "tables/a.csv": b"3", "figures/chat.svg": b"4"}
OURS = sorted(BASE.keys() | CHAT.keys())


def put(contents: Mapping[str, bytes], folder: Path) -> None:
    replace_report(folder, OURS, lambda: contents)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    put(CHAT, tmp_path / "a" / "b")
    assert tree(tmp_path / "a" / "b") == CHAT


def test_an_earlier_report_is_replaced_with_its_stale_files(tmp_path: Path) -> None:
    put(BASE, tmp_path)
    put(CHAT, tmp_path)
    assert tree(tmp_path) == CHAT


def test_a_folder_of_ours_that_nothing_is_left_in_goes(tmp_path: Path) -> None:
    put(BASE, tmp_path)
    replace_report(tmp_path, OURS, lambda: {"report.html": PAGE})
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_report_of_another_population_replaces_one_whole(tmp_path: Path) -> None:
    for name in ("base", "chat"):
        made = result(populations=[population(name, ["honesty"])])
        assert write_report(made, tmp_path / "out") == tmp_path / "out" / "report.html"
    assert (tmp_path / "out" / "result.json").read_bytes() == made.to_json()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "figures",
        "report.html",
        "result.json",
        "tables",
    ]
    assert sorted(path.name for path in (tmp_path / "out" / "figures").iterdir()) == [
        "capabilities-scores-chat.svg",
        "capability-correlations-chat.svg",
        "overview-chat.svg",
    ]


def test_files_of_others_stay(tmp_path: Path) -> None:
    mine = {"notes.txt": b"1", "tables/mine.csv": b"2", "figures/photo.svg": b"3", ".hidden": b"4"}
    put(BASE, tmp_path)
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    put(CHAT, tmp_path)
    assert tree(tmp_path) == {**CHAT, **mine}


@pytest.mark.parametrize("name", ["report.html", "result.json", "tables/a.csv", "figures/base.svg", "tables"])
def test_a_file_of_somebody_else_in_a_place_of_ours_is_not_overwritten(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("years of work")
    with pytest.raises(OutputError, match=name.split("/")[0]):
        put(CHAT, tmp_path)
    assert tree(tmp_path) == {name: b"years of work"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="expected a folder, but found a file"):
        put(CHAT, tmp_path / "out")
    with pytest.raises(OutputError):
        put(CHAT, tmp_path / "out" / "below")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        put(CHAT, folder)


def test_a_place_where_nothing_can_be_made_is_refused() -> None:
    with pytest.raises(OutputError, match="a folder that can be written to"):
        put(CHAT, Path("/proc/no/such/place"))


@pytest.mark.parametrize(
    "problem", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError()]
)
@pytest.mark.parametrize("earlier", [True, False])
def test_a_failure_while_making_leaves_everything_as_it_was(
    tmp_path: Path, problem: BaseException, earlier: bool
) -> None:
    folder = tmp_path / "new" / "out"
    if earlier:
        put(BASE, folder)
    before = tree(tmp_path)

    def fail() -> dict[str, bytes]:
        raise problem

    with pytest.raises(OutputError if isinstance(problem, OSError) else type(problem)):
        replace_report(folder, ["report.html"], fail)
    assert tree(tmp_path) == before
    assert (tmp_path / "new").exists() == earlier


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("earlier", [True, False])
def test_a_failure_at_any_rename_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException, earlier: bool
) -> None:
    real = Path.replace
    for failing in range(len(CHAT)):
        folder = tmp_path / f"out-{failing}"
        if earlier:
            put(BASE, folder)
        before = tree(folder)
        done = 0

        def replace(self: Path, target: Path, failing: int = failing) -> Path:
            nonlocal done
            done += 1
            if done == failing + 1:
                raise problem
            return real(self, target)

        monkeypatch.setattr(Path, "replace", replace)
        with pytest.raises(OutputError if isinstance(problem, OSError) else type(problem)):
            put(CHAT, folder)
        monkeypatch.setattr(Path, "replace", real)
        assert tree(folder) == before, failing
        assert folder.exists() == earlier


def test_the_page_takes_its_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Killed at any moment before, an earlier page can still be read: it needs none of the other files.
    written: list[str] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        written.append(Path(target).name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    put(CHAT, tmp_path)
    assert written[-1] == "report.html"


def test_files_can_be_read_by_others(tmp_path: Path) -> None:
    put(CHAT, tmp_path / "out")
    mask = os.umask(0)
    os.umask(mask)
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o777 if path.is_dir() else 0o666) & ~mask
