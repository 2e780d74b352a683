"""Fetching: whole files of the right checksum in their place, or none, whatever the network does."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from confounded.datasets._download import CHUNK, download
from confounded.datasets.fetching import Fetched, fetch, partial_folder
from confounded.datasets.sources import Source, SourceFile
from confounded.errors import ConfoundedError, DatasetError, OutputError
from tests.datasets.toys import (
    CONTENT,
    Server,
    collection_of,
    digest,
    files_below,
    serving,
    source_of,
    written,
)

PLACED = {f"toy_files/{path}": raw for path, raw in CONTENT.items()}
LARGE = CONTENT["scores.csv"]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(CONTENT) as state:
        yield state


def bring(source: Source, to: Path, **options: float) -> Fetched:
    return fetch(source, to=to, loopback=True, timeout=options.get("timeout", 10.0))


def interrupted(source: Source, to: Path, after: int) -> None:
    """Fetch and break off once some bytes are there."""

    def stop(_what: str, done: int, _total: int) -> None:
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(source, to=to, loopback=True, progress=stop)


# --- from addresses


def test_every_file_comes_to_its_place_and_nothing_else_is_left(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    fetched = bring(source, tmp_path)
    assert (fetched.how, fetched.path) == ("downloaded", tmp_path / "toy_files")
    assert files_below(tmp_path) == PLACED


def test_what_is_there_is_compared_and_not_fetched_again(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    bring(source, tmp_path)
    asked = len(server.asked)
    assert bring(source, tmp_path).how == "already there"
    assert len(server.asked) == asked


def test_an_interrupted_download_goes_on_from_where_it_was(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    interrupted(source, tmp_path, after=2 * CHUNK)
    assert not (tmp_path / "toy_files").exists()
    (part,) = [raw for name, raw in files_below(tmp_path).items() if name.endswith(".part")]
    assert LARGE.startswith(part)
    assert len(part) >= 2 * CHUNK
    bring(source, tmp_path)
    assert ("/scores.csv", f"bytes={len(part)}-") in server.asked
    assert files_below(tmp_path) == PLACED


def test_a_file_that_was_whole_before_the_interruption_is_not_fetched_again(
    server: Server, tmp_path: Path
) -> None:
    source = source_of(CONTENT, address=server.address)
    interrupted(source, tmp_path, after=len(LARGE))
    server.asked.clear()
    bring(source, tmp_path)
    assert server.asked == [("/more/items.csv", None)]
    assert files_below(tmp_path) == PLACED


def test_a_server_that_sends_the_whole_file_though_asked_for_its_end_is_understood(
    server: Server, tmp_path: Path
) -> None:
    source = source_of(CONTENT, address=server.address)
    interrupted(source, tmp_path, after=CHUNK)
    server.ranges = False
    bring(source, tmp_path)
    assert files_below(tmp_path) == PLACED


def test_a_server_that_sends_another_part_than_asked_is_refused(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    interrupted(source, tmp_path, after=CHUNK)
    server.wrong_part = True
    with pytest.raises(DatasetError, match="another part of it"):
        bring(source, tmp_path)
    assert files_below(tmp_path) == {}
    server.wrong_part = False
    bring(source, tmp_path)
    assert files_below(tmp_path) == PLACED


def test_a_connection_that_ends_early_keeps_what_came_and_says_so(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    server.cut_after = 100_000
    with pytest.raises(DatasetError) as caught:
        bring(source, tmp_path)
    assert "the same command goes on from there" in caught.value.remedy
    assert not (tmp_path / "toy_files").exists()
    server.cut_after = None
    bring(source, tmp_path)
    assert ("/scores.csv", "bytes=100000-") in server.asked
    assert files_below(tmp_path) == PLACED


@pytest.mark.parametrize("length", [True, False], ids=["told", "not told"])
def test_a_file_of_another_checksum_is_refused_and_not_kept(
    server: Server, tmp_path: Path, length: bool
) -> None:
    source = source_of(CONTENT, address=server.address)
    server.length = length
    server.content["scores.csv"] = LARGE[:-2] + b"7\n"
    assert len(server.content["scores.csv"]) == len(LARGE)
    with pytest.raises(DatasetError, match=r"SHA-256 [0-9a-f]{64}.*Nothing of it was kept"):
        bring(source, tmp_path)
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("length", [True, False], ids=["told", "not told"])
def test_no_more_than_the_known_size_is_ever_written(server: Server, tmp_path: Path, length: bool) -> None:
    source = source_of(CONTENT, address=server.address)
    server.length = length
    server.content["scores.csv"] = LARGE * 50
    with pytest.raises(DatasetError, match=f"expected {len(LARGE)} bytes"):
        bring(source, tmp_path)
    assert files_below(tmp_path) == {}


def test_a_part_of_another_release_is_not_gone_on_from(server: Server, tmp_path: Path) -> None:
    earlier = {**CONTENT, "scores.csv": LARGE[::-1]}
    server.content["scores.csv"] = LARGE[::-1]
    interrupted(source_of(earlier, address=server.address), tmp_path, after=CHUNK)
    server.content["scores.csv"] = LARGE
    bring(source_of(CONTENT, address=server.address), tmp_path)
    assert files_below(tmp_path / "toy_files") == CONTENT


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_names_the_address_and_what_else_to_do(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    with pytest.raises(DatasetError) as caught:
        bring(source_of(CONTENT, address=server.address), tmp_path)
    assert f"HTTP {status}" in str(caught.value)
    assert f"{server.address}/scores.csv" in str(caught.value)
    assert "--mirror DIR" in caught.value.remedy
    assert files_below(tmp_path) == {}


def test_a_part_that_the_server_says_is_too_long_is_thrown_away(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    interrupted(source, tmp_path, after=CHUNK)
    server.status = 416
    with pytest.raises(DatasetError, match="Run the same command again"):
        bring(source, tmp_path)
    server.status = None
    bring(source, tmp_path)
    assert files_below(tmp_path) == PLACED


def test_a_server_that_does_not_answer_in_time_is_given_up(server: Server, tmp_path: Path) -> None:
    server.held = threading.Event()
    try:
        with pytest.raises(DatasetError, match="none in time"):
            bring(source_of(CONTENT, address=server.address), tmp_path, timeout=0.3)
    finally:
        server.held.set()
    assert files_below(tmp_path) == {}


def test_where_nothing_came_the_message_does_not_say_that_something_was_kept(tmp_path: Path) -> None:
    with serving({}) as gone:
        address = gone.address
    with pytest.raises(DatasetError) as caught:
        bring(source_of(CONTENT, address=address), tmp_path)
    assert "kept" not in str(caught.value)
    assert "--mirror DIR" in caught.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org", "ftp://example.org", "file:///etc", "https://user:secret@example.org", "example.org",
        "https://", "http://127.0.0.1.example.org", "data:text/plain,",
    ],
)  # fmt: skip
def test_no_address_is_followed_but_https_without_a_user(address: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="an https address") as caught:
        download(
            f"{address}/passwd", tmp_path / "part", size=1, sha256="0", where="test", progress=lambda _: None
        )
    assert "secret" not in caught.value.found
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://example.org/x", "ftp://example.org/x"])
def test_no_redirection_is_followed_to_where_the_address_could_not_have_led(
    server: Server, tmp_path: Path, target: str
) -> None:
    server.redirect = target
    with pytest.raises(DatasetError, match=r"an https address|HTTP 302"):
        bring(source_of(CONTENT, address=server.address), tmp_path)
    assert server.asked == [("/scores.csv", None)]
    assert files_below(tmp_path) == {}


def test_plain_http_is_refused_even_on_this_machine_outside_tests(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="an https address"):
        fetch(source_of(CONTENT, address=server.address), to=tmp_path)
    assert server.asked == []


def test_a_second_fetch_at_the_same_time_is_refused_and_does_not_spoil_the_first(
    server: Server, tmp_path: Path
) -> None:
    source = source_of(CONTENT, address=server.address)
    server.held = threading.Event()
    outcome: list[Fetched | ConfoundedError] = []

    def first() -> None:
        try:
            outcome.append(bring(source, tmp_path, timeout=20.0))
        except ConfoundedError as problem:
            outcome.append(problem)

    running = threading.Thread(target=first)
    running.start()
    try:
        assert server.reached.wait(10)
        with pytest.raises(OutputError, match="one under way"):
            bring(source, tmp_path)
    finally:
        server.held.set()
        running.join()
    (found,) = outcome
    assert isinstance(found, Fetched)
    assert files_below(tmp_path) == PLACED


# --- names and places


@pytest.mark.parametrize(
    "path", ["../out.csv", "a/../../out.csv", "/etc/out.csv", "C:\\out.csv", "a\\..\\..\\out.csv", "", "a\0b"]
)
def test_no_file_name_leads_out_of_the_folder_of_its_source(path: str) -> None:
    with pytest.raises(DatasetError, match="a path below the folder"):
        SourceFile(path, 1, digest(b"x"))


@pytest.mark.parametrize("folder", ["../../elsewhere", "/elsewhere"])
def test_no_folder_of_a_source_leads_out_of_the_cache(folder: str, tmp_path: Path) -> None:
    from dataclasses import replace

    source = replace(source_of(CONTENT), folder=folder)
    mirror = tmp_path / "a" / "b" / "mirror"
    written(mirror / folder if not folder.startswith("/") else mirror, CONTENT)
    cache = tmp_path / "cache" / "deep"
    if folder.startswith("/"):
        with pytest.raises(DatasetError):
            fetch(source, mirror=mirror, to=cache)
        assert files_below(cache) == {}
        return
    fetched = fetch(source, mirror=mirror, to=cache)
    assert fetched.path == cache / "elsewhere"
    assert set(files_below(tmp_path / "cache")) == {f"deep/elsewhere/{path}" for path in CONTENT}


# --- from a mirror


@pytest.mark.parametrize("make", [source_of, collection_of], ids=["files", "collection"])
def test_a_mirror_is_copied_whole_and_can_be_a_mirror_again(make: object, tmp_path: Path) -> None:
    documents = {"a/1.json": b"{}", "a/b/2.json": b"[1]", "3.json": b"{}"}
    source = source_of(documents) if make is source_of else collection_of(documents)
    mirror = tmp_path / "mirror"
    written(mirror / source.folder, documents)
    once = fetch(source, mirror=mirror, to=tmp_path / "one")
    assert once.how == "copied"
    twice = fetch(source, mirror=tmp_path / "one", to=tmp_path / "two")
    assert files_below(once.path) == files_below(twice.path) == documents
    assert fetch(source, mirror=mirror, to=tmp_path / "two").how == "already there"


@pytest.mark.parametrize("damage", ["changed", "cut", "missing", "no folder"])
def test_a_mirror_with_another_file_is_refused_and_nothing_is_left(damage: str, tmp_path: Path) -> None:
    source = source_of(CONTENT)
    mirrored = tmp_path / "mirror" / "toy_files"
    if damage != "no folder":
        written(mirrored, CONTENT)
        file = mirrored / "scores.csv"
        if damage == "changed":
            file.write_bytes(b"X" + LARGE[1:])
        elif damage == "cut":
            file.write_bytes(LARGE[:-1])
        else:
            file.unlink()
    with pytest.raises(DatasetError) as caught:
        fetch(source, mirror=tmp_path / "mirror", to=tmp_path / "to")
    assert str(mirrored / "scores.csv") in caught.value.where
    assert caught.value.remedy == "The files a mirror needs: confounded datasets describe toy"
    assert files_below(tmp_path / "to") == {}


@pytest.mark.parametrize("damage", ["changed", "one too many", "one too few", "renamed", "too large"])
def test_a_collection_with_other_documents_is_refused_and_nothing_is_left(
    damage: str, tmp_path: Path
) -> None:
    documents = {"a/1.json": b"{}", "a/2.json": b"[]"}
    other = dict(documents)
    if damage == "changed":
        other["a/1.json"] = b"[]"
    elif damage == "one too many":
        other["a/3.json"] = b"{}"
    elif damage == "one too few":
        del other["a/1.json"]
    elif damage == "renamed":
        other["a/3.json"] = other.pop("a/1.json")
    else:
        other["a/1.json"] = b"{}" + b" " * 1000
    source = collection_of(documents)
    written(tmp_path / "mirror" / source.folder, other)
    with pytest.raises(DatasetError):
        fetch(source, mirror=tmp_path / "mirror", to=tmp_path / "to")
    assert files_below(tmp_path / "to") == {}


def test_a_folder_that_is_called_like_a_document_is_no_document(tmp_path: Path) -> None:
    documents = {"model.json/1.json": b"{}"}
    source = collection_of(documents)
    written(tmp_path / "mirror" / source.folder, documents)
    assert files_below(fetch(source, mirror=tmp_path / "mirror", to=tmp_path / "to").path) == documents


def test_documents_of_another_release_that_were_there_before_are_noticed(tmp_path: Path) -> None:
    documents = {"a/1.json": b"{}"}
    source = collection_of(documents)
    written(tmp_path / "mirror" / source.folder, documents)
    written(tmp_path / "to" / source.folder, {"old.json": b"[]"})
    with pytest.raises(DatasetError, match=r"more|2 of"):
        fetch(source, mirror=tmp_path / "mirror", to=tmp_path / "to")


def test_a_file_of_ones_own_is_never_replaced(tmp_path: Path) -> None:
    written(tmp_path / "mirror" / "toy_files", CONTENT)
    mine = written(tmp_path / "to" / "toy_files", {"scores.csv": b"my own"})
    with pytest.raises(OutputError, match="no file, or the same one"):
        fetch(source_of(CONTENT), mirror=tmp_path / "mirror", to=tmp_path / "to")
    assert files_below(mine) == {"scores.csv": b"my own"}


def test_a_spoilt_file_in_the_cache_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFOUNDED_CACHE", str(tmp_path / "cache"))
    written(tmp_path / "mirror" / "toy_files", CONTENT)
    written(tmp_path / "cache" / "toy_files", {"scores.csv": b"spoilt"})
    assert fetch(source_of(CONTENT), mirror=tmp_path / "mirror").how == "copied"
    assert files_below(tmp_path / "cache") == PLACED


def test_an_interrupted_copy_leaves_nothing(tmp_path: Path) -> None:
    written(tmp_path / "mirror" / "toy_files", CONTENT)

    def stop(_what: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(source_of(CONTENT), mirror=tmp_path / "mirror", to=tmp_path / "to", progress=stop)
    assert files_below(tmp_path / "to") == {}
    assert not partial_folder(source_of(CONTENT), tmp_path / "to").exists()


def test_without_an_address_the_message_says_how_to_get_it_by_hand(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        fetch(source_of(CONTENT), to=tmp_path)
    assert caught.value.remedy == (
        "It can only come from a mirror: confounded datasets fetch toy --mirror DIR, where DIR has its files in "
        "toy_files/. By hand it is at https://example.org/toy."
    )
    assert files_below(tmp_path) == {}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom a folder can refuse")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    written(tmp_path / "mirror" / "toy_files", CONTENT)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="a place to write to"):
        fetch(source_of(CONTENT), mirror=tmp_path / "mirror", to=closed)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    written(tmp_path / "mirror" / "toy_files", CONTENT)
    (tmp_path / "to").write_bytes(b"a file")
    with pytest.raises(OutputError) as caught:
        fetch(source_of(CONTENT), mirror=tmp_path / "mirror", to=tmp_path / "to")
    assert "--to DIR" in caught.value.remedy
    assert (tmp_path / "to").read_bytes() == b"a file"


def test_progress_rises_to_the_size_of_the_source(server: Server, tmp_path: Path) -> None:
    source = source_of(CONTENT, address=server.address)
    told: list[tuple[int, int]] = []
    fetch(source, to=tmp_path, loopback=True, progress=lambda _what, done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (source.size, source.size)
