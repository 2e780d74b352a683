"""A study on a cluster ends in the same bytes, whoever does its pieces, and whoever is lost in the middle of them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pieces
import pytest
from conftest import HEAD, OTHER
from nodes import Node

import confounded
from confounded.engine import Engine, Ray, Threads
from confounded.errors import ContentError, EngineError
from confounded.study.uncertainty import Progress

RESAMPLES = 8_000


def studied(engine: Engine, progress: Progress | None = None) -> bytes:
    """The result of the scores that ship, of both populations."""
    settings = confounded.Settings(resamples=RESAMPLES)
    return confounded.run_study(
        confounded.load_scores(), settings, engine=engine, progress=progress
    ).to_json()


@pytest.fixture(scope="module")
def expected() -> bytes:
    return studied(Threads(1))


def test_two_threads_give_the_bytes_of_one(expected: bytes) -> None:
    assert studied(Threads(2)) == expected


def test_pieces_run_on_both_nodes_and_come_back_in_order(address: str, other: Node) -> None:
    with Ray(address) as engine:
        assert engine.map(pieces.squared, range(40)) == [n * n for n in range(40)]
        assert set(engine.map(pieces.node_of, [0.5] * 12)) == {HEAD, OTHER}


def test_two_nodes_give_the_bytes_of_one_thread(address: str, other: Node, expected: bytes) -> None:
    with Ray(address) as engine:
        assert studied(engine) == expected
        assert engine.lost == 0


def test_a_node_killed_in_the_middle_of_its_work_costs_time_only(
    address: str, other: Node, expected: bytes
) -> None:
    killed: list[int] = []

    def kill_after_some(_what: str, done: int, total: int) -> None:
        if total > 1 and done >= 3 and not killed:
            assert done < total
            killed.append(other.stopped_at_work())
            other.kill()

    with Ray(address) as engine:
        assert studied(engine, kill_after_some) == expected
        assert killed
        assert engine.lost >= 1
    assert not other.processes()


def test_an_error_of_a_piece_is_raised_as_it_is_and_not_tried_again(address: str, tmp_path: Path) -> None:
    with Ray(address) as engine:
        with pytest.raises(ContentError, match="piece 1: expected an even number, but found 1") as raised:
            engine.map(partial(pieces.refused, str(tmp_path)), range(4))
        assert any("pieces.py" in note for note in raised.value.__notes__)
        assert (tmp_path / "begun").read_text() == "x"
        assert engine.lost == 0
        assert engine.map(pieces.squared, range(3)) == [0, 1, 4], "the engine works no more"


def test_a_piece_that_ends_its_worker_each_time_is_given_up(address: str) -> None:
    with Ray(address) as engine, pytest.raises(EngineError, match="one that ended its worker 4 times"):
        engine.map(pieces.fatal, range(3))


def test_a_node_that_rounds_otherwise_is_refused_unless_told_to_round_alike(
    address: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node(OTHER, folder, f"--address={address}", OPENBLAS_CORETYPE="Prescott")
    try:
        monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
        with Ray(address) as engine:
            assert set(engine.map(pieces.node_of, [0.5] * 16)) == {HEAD, OTHER}
        monkeypatch.delenv("OPENBLAS_CORETYPE")
        with Ray(address) as engine, pytest.raises(EngineError, match=r"arithmetic .* there and .* here"):
            engine.map(pieces.node_of, [0.5] * 16)
    finally:
        node.kill()


def test_interrupted_a_command_ends_at_once_and_leaves_the_cluster(address: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "confounded", "report", "--engine", "ray", "--ray-address", address]
    output = tmp_path / "out"
    running = subprocess.Popen(
        [*command, "--resamples", "2000000", "-o", str(output), "--verbose"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if "Resampling" in line:
            break
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    said, complained = running.communicate(timeout=20)
    assert (running.returncode, said) == (130, "")
    assert complained.split("\n")[-2] == "confounded: interrupted; nothing half-written was left"
    assert not output.exists()
    with Ray(address) as engine:
        assert engine.map(pieces.squared, range(3)) == [0, 1, 4]


def test_a_command_writes_nothing_of_ray_on_the_terminal(address: str, other: Node, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "confounded",
        "report",
        "--resamples",
        "1000",
        "-o",
        str(tmp_path / "out"),
    ]
    done, usual = (
        subprocess.run([*command, *engine], capture_output=True, text=True, timeout=100)
        for engine in (["--engine", "ray", "--ray-address", address], [])
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == (usual.stdout, "")
    assert done.stdout.startswith("report.html and ")


def test_where_no_cluster_is_the_error_says_how_to_start_one() -> None:
    with pytest.raises(EngineError, match=r"none that answers at 127.0.0.9:1.*ray start --head"):
        Ray("127.0.0.9:1")
    with pytest.raises(EngineError, match="expected HOST:PORT"):
        Ray("somewhere")


def test_a_cluster_that_is_lost_as_a_whole_is_an_error_and_not_a_wait(folder: Path, address: str) -> None:
    own = folder / "own"
    own.mkdir()
    host, port = "127.0.0.4", int(address.rpartition(":")[2]) + 1
    head = Node(host, own, "--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={own / 'r'}")
    begun = []

    def kill_all(_done: int, _total: int) -> None:
        if not begun:
            begun.append(time.monotonic())
            head.kill()

    try:
        with (
            Ray(f"{host}:{port}", patience=3) as engine,
            pytest.raises(EngineError, match="Nothing was written"),
        ):
            engine.map(pieces.node_of, [0.2] * 20, progress=kill_all)
        assert time.monotonic() - begun[0] < 30
    finally:
        head.kill()
