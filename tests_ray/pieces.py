"""Functions that are sent to a cluster by tests; a worker finds them by the name of this module."""

from __future__ import annotations

import os
import time
from pathlib import Path

from confounded.errors import ContentError


def squared(piece: int) -> int:
    return piece * piece


def node_of(piece: float) -> str:
    import ray

    time.sleep(piece)
    return str(ray.util.get_node_ip_address())


def refused(folder: str, piece: int) -> int:
    if piece == 1:
        with Path(folder, "begun").open("a") as begun:
            begun.write("x")
        raise ContentError("an even number", found="1", where="piece 1")
    return piece


def fatal(piece: int) -> int:
    if piece == 1:
        os._exit(1)
    return piece
