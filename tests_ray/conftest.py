"""A cluster of two nodes on this machine."""

from __future__ import annotations

import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nodes import Node

HEAD, OTHER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder with a short path: Ray puts sockets into it."""
    made = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """The address of a cluster with one node, which asks for a token."""
    token = folder / "token"
    token.write_text(secrets.token_hex(32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
        patch.delenv("RAY_ADDRESS", raising=False)
        with socket.socket() as free:
            free.bind((HEAD, 0))
            port = free.getsockname()[1]
        head = Node(
            HEAD,
            folder,
            "--head",
            f"--port={port}",
            "--include-dashboard=false",
            f"--temp-dir={folder / 'r'}",
        )
        try:
            yield f"{HEAD}:{port}"
        finally:
            head.kill()


@pytest.fixture
def other(address: str, folder: Path) -> Iterator[Node]:
    """The second node of the cluster."""
    node = Node(OTHER, folder, f"--address={address}")
    yield node
    node.kill()
