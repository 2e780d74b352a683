"""The sources that can be fetched: what is said of them is so, and what stands in a folder is compared with it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from confounded.datasets.sources import (
    cache_folder,
    find_source,
    first_problem,
    looks_present,
    place,
    source_path,
    sources,
)
from confounded.errors import DatasetError, UnknownError, UsageError
from tests.datasets.toys import CONTENT, collection_of, source_of, written

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "sources"

IDS = [
    "safetywashing", "safetywashing-originals", "open-llm-leaderboard-v1", "open-llm-leaderboard-v2", "every-eval-ever",
    "epoch-hub", "obsscaling", "timm", "rewardbench-items",
]  # fmt: skip

with_mirror = pytest.mark.skipif(not MIRROR.is_dir(), reason="the score files of other projects are not here")


def test_every_source_is_described() -> None:
    assert list(sources()) == IDS
    for source in sources().values():
        for said in (source.title, source.what, source.licence, source.citation, source.trap, source.format):
            assert said.strip() == said != ""
        assert source.ships or source.n_files > 0


def test_every_checksum_is_one_and_no_two_files_stand_in_one_place() -> None:
    for source in sources().values():
        digests = [file.sha256 for file in source.files]
        digests += [source.collection.sha256] if source.collection else []
        assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in digests)
        assert len({file.path for file in source.files}) == len(source.files)
        assert source.size > 0 or source.ships
    places = [place(source) for source in sources().values()]
    assert len(set(places)) == len(places)
    assert not any(one.is_absolute() or ".." in one.parts for one in places)


def test_every_address_is_pinned_to_a_commit() -> None:
    addresses = [file.url for source in sources().values() for file in source.files if file.url]
    assert len(addresses) == 7
    for address in addresses:
        parts = urlsplit(address)
        assert (parts.scheme, parts.hostname) == ("https", "raw.githubusercontent.com")
        commit = parts.path.split("/")[3]
        assert len(commit) == 40
        assert set(commit) <= set("0123456789abcdef")


def test_a_source_without_an_address_says_how_to_get_it_and_that_it_takes_a_mirror() -> None:
    for source in sources().values():
        if not source.ships and not source.downloadable:
            assert source.command.endswith("--mirror DIR")
            assert source.by_hand or source.id == "rewardbench-items"  # of which no address is known


@with_mirror
@pytest.mark.parametrize("id", [id for id in IDS if id != "safetywashing"])
def test_every_source_is_found_whole_in_the_mirror(id: str) -> None:
    folder = source_path(id, MIRROR)
    assert folder.resolve() == (MIRROR / find_source(id).folder).resolve()
    assert looks_present(find_source(id), folder)


def test_the_source_that_ships_is_always_there() -> None:
    path = source_path("safetywashing")
    assert path.read_bytes().startswith(b"population,model,benchmark,score")


def test_an_unknown_source_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownError, match=r"There are: safetywashing, .*rewardbench-items"):
        find_source("nonsense")


def test_a_source_that_was_not_fetched_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFOUNDED_CACHE", str(tmp_path))
    with pytest.raises(DatasetError) as caught:
        source_path("obsscaling")
    assert caught.value.remedy == "Run: confounded datasets fetch obsscaling"
    with pytest.raises(DatasetError) as caught:
        source_path("timm")
    assert caught.value.remedy == "Run: confounded datasets fetch timm --mirror DIR"


@pytest.mark.parametrize("make", [source_of, collection_of], ids=["files", "collection"])
@pytest.mark.parametrize("damage", ["one byte", "one byte less", "gone", "a folder"])
def test_a_damaged_file_is_named_with_what_was_expected(make: object, damage: str, tmp_path: Path) -> None:
    documents = {"a.json": b"[1, 2]", "b/c.json": b"{}"}
    source = source_of(documents) if make is source_of else collection_of(documents)
    folder = written(tmp_path, documents)
    assert first_problem(source, folder) is None
    file = folder / "a.json"
    if damage == "one byte":
        file.write_bytes(b"[1, 3]")
    elif damage == "one byte less":
        file.write_bytes(b"[1,2]")
    else:
        file.unlink()
        if damage == "a folder":
            file.mkdir()
    problem = first_problem(source, folder)
    assert problem is not None
    assert problem.where.startswith(f"source {source.id}, {tmp_path}")
    assert source.command in problem.remedy
    assert problem.found


def test_a_file_of_any_size_in_the_place_of_a_small_one_is_not_read(tmp_path: Path) -> None:
    source = source_of({"scores.csv": b"small"})
    with (tmp_path / "scores.csv").open("wb") as stream:
        stream.truncate(1 << 40)  # a terabyte of nothing, which takes no room
    problem = first_problem(source, tmp_path)
    assert problem is not None
    assert (problem.expected, problem.found) == ("5 bytes", str(1 << 40))


def test_looks_present_is_told_from_sizes_alone(tmp_path: Path) -> None:
    source = source_of(CONTENT)
    assert not looks_present(source, tmp_path)
    written(tmp_path, CONTENT)
    assert looks_present(source, tmp_path)
    (tmp_path / "scores.csv").write_bytes(b"short")
    assert not looks_present(source, tmp_path)


def test_the_cache_is_where_its_variables_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("CONFOUNDED_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder() == tmp_path / "home" / ".cache" / "confounded"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert cache_folder() == tmp_path / "home" / ".cache" / "confounded"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "confounded"
    monkeypatch.setenv("CONFOUNDED_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.setenv("CONFOUNDED_CACHE", "")
    assert cache_folder() == tmp_path / "xdg" / "confounded"


def test_a_relative_cache_is_refused_because_it_would_be_another_in_every_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONFOUNDED_CACHE", "here")
    with pytest.raises(UsageError, match="an absolute path"):
        cache_folder()


def test_an_installation_without_its_lists_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    sources.cache_clear()
    try:
        with pytest.raises(DatasetError, match="Install the package again"):
            sources()
    finally:
        monkeypatch.undo()
        sources.cache_clear()
    assert list(sources()) == IDS
