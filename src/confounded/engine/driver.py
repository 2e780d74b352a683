"""The process that speaks with a Ray cluster, so that the process of the study need not.

Ray ends the process that is connected to a cluster when the cluster is lost, prints whatever happens to any node, and
takes over its signals. In a process of its own none of this reaches the study: that reads messages from a pipe, and
finds its end where this process has ended.

A piece whose worker is lost, with its node or alone, is handed out again. That is counted here, and not left to Ray,
which does not tell a node that is lost from a piece that ends its worker each time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Final, NoReturn
from uuid import uuid4

import numpy as np

from confounded.engine.likeness import likeness
from confounded.engine.node import DONE, RAISED, do, pickled_error
from confounded.errors import EngineError

__all__ = ["AUTO", "BUSY", "LOST", "NOTHING", "READY", "WHERE", "main"]

AUTO: Final = "auto"
"""What Ray calls the cluster of which this machine is a node."""

READY: Final = "ready"
LOST: Final = "lost"
BUSY: Final = "busy"
"""What this process says beside what nodes return: that it is connected, how many pieces were lost, and that it is
there."""

LOOK: Final = 1.0
"""Seconds between two looks at what is done."""

CHECK_EVERY: Final = 5.0
"""Seconds between two questions to a cluster that has nothing to say."""

ANSWER_WITHIN: Final = 3.0
"""Seconds in which a cluster accepts a connection."""

CRASHES: Final = 3
"""Times that a piece may end its worker, its node being well, before it is taken to be the piece's own doing."""

HANDED_ON: Final = ("OPENBLAS_CORETYPE",)
"""Variables that the workers get from this process: which processor the linear algebra is to compute for. With the
least of all nodes' named there, a cluster of several types computes the same bits everywhere."""

WHERE: Final = "--engine ray"
START: Final = "Start one with `ray start --head`, or name one with --ray-address HOST:PORT or RAY_ADDRESS."
TOKEN: Final = (
    "If it asks for a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN_PATH as its nodes have them."
)
NOTHING: Final = "Nothing was written; the same command begins the study anew and ends in the same numbers."


class RaisedThereError(Exception):
    """A piece of work raised an error, which is in here as it came."""

    def __init__(self, pickled: bytes) -> None:
        super().__init__()
        self.pickled = pickled


class Cluster:
    """The connection to a cluster.

    Parameters
    ----------
    address : str
        ``HOST:PORT``, or `AUTO`.
    patience : float
        Seconds without an answer, or without a node that works, after which the cluster is taken to be lost.
    """

    def __init__(self, address: str, patience: float) -> None:
        self.ray = _installed()
        self.patience = patience
        _join(self.ray, address)
        context = self.ray.get_runtime_context()
        self._address, self._node = context.gcs_address, context.get_node_id()
        self._work = self.ray.remote(num_cpus=1, max_retries=0)(do)

    def hand_out(self, name: str, function: Any, piece: bytes) -> Any:
        """Hand out a piece; return the reference to what it will return."""
        return self._work.remote(name, function, piece, likeness())

    def check(self, silent: float) -> None:
        """Raise if no work can be done any more; for a while a cluster may be without an answer or a node."""
        nodes = self._nodes()
        if nodes is None:
            found = f"none that answers at {self._address}"
        elif all(one["NodeID"] != self._node for one in nodes):
            # All that is handed out and taken back goes by this node.
            self._give_up(f"that of this machine lost, at {self._address}")
        elif not any(one["Resources"].get("CPU", 0) >= 1 for one in nodes):
            found = f"none left at {self._address}"
        else:
            return
        if silent >= self.patience:
            self._give_up(f"{found}, for {silent:.0f} seconds")

    def _nodes(self) -> list[dict[str, Any]] | None:
        """Return the nodes that are there, or None where the cluster does not answer."""
        # Ray itself would wait for an answer for minutes.
        if not _answers(self._address):
            return None
        try:
            return [one for one in self.ray.nodes() if one["Alive"]]
        except (OSError, RuntimeError, self.ray.exceptions.RayError):
            return None

    def _give_up(self, found: str) -> NoReturn:
        raise EngineError("a node of the Ray cluster to work on", found=found, where=WHERE, remedy=NOTHING)


class Job:
    """The pieces of one function, under way.

    Parameters
    ----------
    cluster : Cluster
    function : bytes
    pieces : sequence of bytes
    tell : Connection
        Told of every piece that is done, by its place.
    """

    def __init__(self, cluster: Cluster, function: bytes, pieces: Sequence[bytes], tell: Connection) -> None:
        self._cluster, self._ray, self._tell = cluster, cluster.ray, tell
        self._name = uuid4().hex
        # As an array it is read where it lies in the store of a node, and not copied for each piece.
        self._function = self._ray.put(np.frombuffer(function, dtype=np.uint8))
        self._pieces = pieces
        self._crashes = [0] * len(pieces)
        self._under_way: dict[Any, int] = {}
        self._heard = self._looked = time.monotonic()

    def run(self) -> None:
        """Hand out all pieces, and those that are lost again, until all are done.

        Raises
        ------
        EngineError
            If a node differs from this machine, a piece ends its workers, or the cluster is lost.
        RaisedThereError
            If the function raises an error.
        """
        for place in range(len(self._pieces)):
            self._hand_out(place)
        while self._under_way:
            waiting = list(self._under_way)
            done, _ = self._ray.wait(waiting, num_returns=1, timeout=LOOK)
            # All that are done by now: one at a time, of a thousand pieces each would be looked at a thousand times.
            done = self._ray.wait(waiting, num_returns=len(waiting), timeout=0)[0] if done else []
            lost = sum(not self._take(one) for one in done)
            if lost:
                self._tell.send((LOST, lost))
            if lost or not done:
                self._tell.send((BUSY, None))
                self._look()

    def _hand_out(self, place: int) -> None:
        self._under_way[self._cluster.hand_out(self._name, self._function, self._pieces[place])] = place

    def _look(self) -> None:
        """Look now and then whether there still is a cluster."""
        now = time.monotonic()
        if now - self._looked >= CHECK_EVERY:
            self._looked = now
            self._cluster.check(now - self._heard)

    def _take(self, one: Any) -> bool:
        """Hand on the result of a piece; where it was lost, hand the piece out again and return False."""
        place = self._under_way.pop(one)
        errors = self._ray.exceptions
        try:
            kind, value = self._ray.get(one, timeout=self._cluster.patience)
        except errors.RayTaskError as problem:
            raise EngineError(
                "confounded on every node of the Ray cluster",
                found=_last_line(problem),
                where=WHERE,
                remedy="Install the same versions on each node as on this machine.",
            ) from problem
        except errors.RuntimeEnvSetupError as problem:
            raise EngineError(
                "an environment that works on every node", found=_last_line(problem), where=WHERE
            ) from problem
        except errors.RayError as problem:
            self._count(place, problem)
            self._hand_out(place)
            return False
        if kind == RAISED:
            raise RaisedThereError(value)
        if kind != DONE:
            raise EngineError(
                "nodes on which every last bit is the same as here",
                found=value,
                where=WHERE,
                remedy="Give all nodes the same versions. Where processors are of several types, "
                "OPENBLAS_CORETYPE=Haswell before the command makes all compute alike.",
            )
        self._tell.send((DONE, (place, value)))
        self._heard = time.monotonic()
        return True

    def _count(self, place: int, problem: Exception) -> None:
        """Raise if it is the piece that ends its workers."""
        errors = self._ray.exceptions
        if isinstance(problem, errors.WorkerCrashedError | errors.OutOfMemoryError):
            self._crashes[place] += 1
        if self._crashes[place] > CRASHES:
            raise EngineError(
                "pieces of work that a node can do",
                found=f"one that ended its worker {self._crashes[place]} times",
                where=WHERE,
                remedy="Has the node enough memory? What Ray says: " + _last_line(problem),
            ) from problem


def main(address: str, patience: float, asked: Connection, tell: Connection) -> None:
    """Connect to a cluster, and do what is asked for until nobody asks any more.

    Parameters
    ----------
    address : str
    patience : float
    asked, tell : Connection
        Functions and their pieces are read from the one; what becomes of them is written to the other.
    """
    try:
        cluster = Cluster(address, patience)
        tell.send((READY, None))
        while True:
            function, pieces = asked.recv()
            Job(cluster, function, pieces, tell).run()
    except EOFError:
        return
    except RaisedThereError as problem:
        told = problem.pickled
    except OSError as problem:
        # Of Ray, that has lost its cluster; or of the pipe, and then nobody is there to hear of it.
        lost = EngineError(
            "a Ray cluster to work on", found=f"that it was lost ({problem})", where=WHERE, remedy=NOTHING
        )
        told = pickled_error(lost)
    except Exception as problem:
        told = pickled_error(problem)
    with contextlib.suppress(OSError):
        tell.send((RAISED, told))


def _installed() -> Any:
    """Import Ray."""
    try:
        import ray
        import ray.exceptions
    except ImportError as problem:
        raise EngineError(
            "Ray, which this engine runs on",
            found=str(problem),
            where=WHERE,
            remedy='Install it with: pip install "confounded[ray]"',
        ) from problem
    return ray


def _join(ray: Any, address: str) -> None:
    """Connect to a cluster that is there; Ray would start one of its own, or wait for minutes."""
    if address != AUTO:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or "/" in address:
            raise EngineError(
                "HOST:PORT of a Ray cluster of which this machine is a node", found=repr(address), where=WHERE
            )
        if not _answers(address):
            raise EngineError(
                "a Ray cluster", found=f"none that answers at {address}", where=WHERE, remedy=START
            )
    chosen = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            runtime_env={"env_vars": chosen} if chosen else None,
        )
    except (ConnectionError, ray.exceptions.AuthenticationError) as problem:
        found = (
            "none of which this machine is a node" if address == AUTO else f"that {address} lets nobody in"
        )
        raise EngineError("a Ray cluster", found=found, where=WHERE, remedy=f"{START} {TOKEN}") from problem
    except (RuntimeError, ValueError) as problem:
        # If the versions differ, Ray says which there are.
        raise EngineError(
            "a Ray cluster that this Ray can join", found=str(problem).rstrip("."), where=WHERE
        ) from problem


def _answers(address: str) -> bool:
    """Return whether something listens at an address."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_WITHIN):
            return True
    except (OSError, OverflowError):
        return False


def _last_line(problem: Exception) -> str:
    """Return the last line that an error of Ray says: those before it are of its own code."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(problem).__name__


if __name__ == "__main__":
    # Messages go by a copy of standard output; what anybody prints goes nowhere.
    messages, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    main(sys.argv[1], float(sys.argv[2]), Connection(0, writable=False), Connection(messages, readable=False))
    # At once: Ray would still wait for a cluster that is lost. One that is not takes the end of its driver for the end
    # of the job.
    os._exit(0)
