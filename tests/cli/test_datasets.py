"""`confounded datasets`: what it lists, what it says of each, and what it brings from a mirror."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from confounded.cli import main
from confounded.datasets import fetching
from confounded.datasets.references import reference_ids
from confounded.datasets.sources import sources
from tests.datasets.toys import files_below

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "sources"

with_mirror = pytest.mark.skipif(not MIRROR.is_dir(), reason="the score files of other projects are not here")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, so that nothing is found that this machine happens to have."""
    monkeypatch.setenv("CONFOUNDED_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def output(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["datasets", *arguments]) == code
    said = capsys.readouterr()
    return said.out if code == 0 else said.err


def test_every_source_and_reference_is_listed_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    plain = output(capsys, "list")
    assert plain == output(capsys)
    for id, entry in sources().items():
        (line, *_) = [one for one in plain.splitlines() if one.startswith(f"{id} ") and entry.title in one]
        assert entry.licence in line
    for id in reference_ids():
        assert any(line.startswith(f"{id} ") for line in plain.splitlines())
    said = json.loads(output(capsys, "list", "--json"))
    assert [one["id"] for one in said["sources"]] == list(sources())
    assert [one["id"] for one in said["references"]] == list(reference_ids())


@pytest.mark.parametrize("id", [*sources(), *reference_ids()])
def test_everything_that_is_listed_can_be_described(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain = output(capsys, "describe", id)
    said = json.loads(output(capsys, "describe", id, "--json"))
    assert said["source"] or said["reference"]
    for one in filter(None, said.values()):
        assert one["id"] == id
        for key in ("title", "licence", "citation"):
            assert one[key] in plain
    if said["source"]:
        assert said["source"]["trap"] in plain
        assert said["source"]["files"] == (len(said["source"]["file_list"]) or sources()[id].n_files)
    if said["reference"]:
        assert said["reference"]["made_from"] in plain
        assert f"--capabilities {id}" in plain


def test_the_checksum_of_every_file_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    plain = output(capsys, "describe", "obsscaling")
    for file in sources()["obsscaling"].files:
        assert f"{file.sha256}  {file.path}" in plain
    collected = sources()["every-eval-ever"].collection
    assert collected is not None
    assert collected.sha256 in output(capsys, "describe", "every-eval-ever")


def test_an_unknown_id_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("describe", "fetch", "path"):
        error = output(capsys, command, "nonsense", code=2)
        assert "'nonsense'" in error
        assert "rewardbench-items" in error


def test_what_has_no_address_says_how_to_get_it_by_hand(
    capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    for source in sources().values():
        if source.ships or source.downloadable:
            continue
        error = output(capsys, "fetch", source.id, code=2)
        assert f"confounded datasets fetch {source.id} --mirror DIR" in error
        assert source.by_hand.rstrip(".") in error
    assert files_below(cache) == {}


def test_what_was_not_fetched_has_no_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert "confounded datasets fetch obsscaling" in output(capsys, "path", "obsscaling", code=2)


def test_what_ships_needs_no_fetching(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    said = json.loads(output(capsys, "fetch", "safetywashing", "--json"))
    assert said["how"] == "already there"
    assert Path(said["path"]).read_bytes().startswith(b"population,")
    assert output(capsys, "path", "safetywashing").strip() == said["path"]
    assert files_below(cache) == {}


@with_mirror
def test_a_source_is_copied_listed_as_fetched_and_found(
    capsys: pytest.CaptureFixture[str], cache: Path, tmp_path: Path
) -> None:
    said = json.loads(output(capsys, "fetch", "obsscaling", "--mirror", str(MIRROR), "--json"))
    assert said == {
        "id": "obsscaling",
        "how": "copied",
        "path": str(cache / "obsscaling"),
        "files": 7,
        "bytes": sources()["obsscaling"].size,
    }
    assert len(files_below(cache)) == 7
    assert output(capsys, "path", "obsscaling").strip() == str(cache / "obsscaling")
    (listed,) = [
        one for one in json.loads(output(capsys, "list", "--json"))["sources"] if one["id"] == "obsscaling"
    ]
    assert listed["state"] == "fetched"
    again = output(capsys, "fetch", "obsscaling")
    assert "already there" in again
    elsewhere = output(capsys, "fetch", "obsscaling", "--mirror", str(MIRROR), "--to", str(tmp_path / "usb"))
    assert str(tmp_path / "usb" / "obsscaling") in elsewhere
    assert output(capsys, "path", "obsscaling", "--mirror", str(tmp_path / "usb")).strip() == str(
        tmp_path / "usb" / "obsscaling"
    )


@with_mirror
@pytest.mark.parametrize("id", [id for id, one in sources().items() if not one.ships and not one.collection])
def test_every_source_of_single_files_comes_from_the_mirror(
    id: str, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    assert json.loads(output(capsys, "fetch", id, "--mirror", str(MIRROR), "--json"))["how"] == "copied"
    assert len(files_below(cache)) == sources()[id].n_files


def test_a_mirror_that_lacks_the_source_says_which_files_it_needs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "empty").mkdir()
    error = output(capsys, "fetch", "timm", "--mirror", str(tmp_path / "empty"), code=2)
    assert "confounded datasets describe timm" in error
    assert str(tmp_path / "empty" / "timm") in error
    assert files_below(cache) == {}


def test_an_interrupted_fetch_says_what_is_kept_and_where(
    capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_url: str, part: Path, **_: object) -> None:
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "download", stopped)
    assert main(["datasets", "fetch", "obsscaling"]) == 130
    error = capsys.readouterr().err
    assert f"what came is kept in {cache / '.partial' / 'obsscaling'}" in error
    assert "the same command goes on from there" in error


def test_a_relative_cache_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFOUNDED_CACHE", "here")
    error = output(capsys, "list", code=2)
    assert "an absolute path" in error
    assert len(error.splitlines()) == 1


def test_on_a_fresh_machine_without_a_network_models_of_2026_are_studied_at_once(tmp_path: Path) -> None:
    """In a process of its own, with an empty home, and every connection refused."""
    names = ("GPT-5.4", "Claude Opus 4.5", "Gemini 3 Pro", "Grok 4", "o3", "DeepSeek-R1", "Kimi K2 Thinking")
    table = tmp_path / "mine.csv"
    table.write_text(
        "model,mine\n" + "".join(f"{name},{k}\n" for k, name in enumerate(names)), encoding="utf-8"
    )
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('asked for a network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from confounded.cli import main\n"
        f"sys.exit(main(['report', {str(table)!r}, '-o', {str(tmp_path / 'out')!r}, '--population', 'chat',"
        " '--capabilities', 'epoch-capabilities-index', '--direction', 'mine=higher']))"
    )
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LANG")}
    subprocess.run([sys.executable, "-c", program], check=True, env=kept | {"HOME": str(tmp_path / "home")})
    result = json.loads((tmp_path / "out" / "result.json").read_bytes())
    (one,) = result["correlations"]
    assert one["n_models"] == len(names)
    assert "score held fixed" in {caution["caution"] for caution in one["cautions"]}
    (population,) = result["populations"]
    assert "Epoch AI" in population["capabilities"]["citation"]
