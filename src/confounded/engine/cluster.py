"""A Ray cluster that is there already: pieces of work run on its nodes.

A function and the arguments bound to it are pickled once, and lie in the cluster's object store for all of its pieces.
A piece whose worker is lost, with its node or alone, is handed out again, which costs time and nothing else: what it
returns depends on the piece alone. An error of the function itself is no lost worker: it is raised as it is.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final

from confounded.engine.driver import AUTO, LOST, NOTHING, WHERE
from confounded.engine.node import DONE, RAISED
from confounded.engine.pieces import Piece, Result
from confounded.errors import EngineError

__all__ = ["Ray"]

_LOGGER: Final = logging.getLogger(__name__)

CONNECT_WITHIN: Final = 60.0
"""Seconds to connect in: a cluster on the same network takes two, one that does not know our token twenty."""

GRACE: Final = 15.0
"""Seconds more that are given to the process that speaks with the cluster."""

PATIENCE: Final = 45.0
"""Seconds without an answer from the cluster, or without a node that works in it, after which it is taken to be lost.
Ray itself gives up after sixty."""


class Ray:
    """The engine of many machines: an existing Ray cluster.

    Use it in a `with` statement, or `close` it. The machine that it is used on must be a node of the cluster, and every
    node needs the same versions of everything, and a processor that rounds as this one does; if one differs, that is an
    error, since its results would.

    Parameters
    ----------
    address : str, optional
        ``HOST:PORT`` of the cluster; by default RAY_ADDRESS, or else the cluster of which this machine is a node.
    patience : float, optional
        Seconds after which a cluster that gives no answer, or has no node left, is given up.

    Attributes
    ----------
    lost : int
        How often so far a piece was lost with its worker, and done again.

    Raises
    ------
    EngineError
        If Ray is not installed, no cluster is found, or it is of another version.

    Examples
    --------
    >>> import confounded
    >>> from confounded.engine import Ray
    >>> with Ray("10.0.0.1:6379") as engine:  # doctest: +SKIP
    ...     study = confounded.run_study(confounded.load_scores(), engine=engine)
    """

    def __init__(self, address: str | None = None, *, patience: float = PATIENCE) -> None:
        self._address = address or os.environ.get("RAY_ADDRESS") or AUTO
        self._patience = patience
        self._driver: _Driver | None = None
        self.lost = 0
        self._connected()

    def __enter__(self) -> Ray:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster, which goes on; what of this job still runs there is stopped."""
        if self._driver is not None:
            self._driver.end()
            self._driver = None

    def map(
        self,
        function: Callable[[Piece], Result],
        pieces: Sequence[Piece],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Result]:
        """Apply a function to pieces of work, as `Engine.map` says; a single piece is done here.

        Raises
        ------
        EngineError
            If a node differs from this machine, a piece ends its workers, or the cluster is lost.
        """
        if len(pieces) <= 1:
            results = [function(piece) for piece in pieces]
            if progress and pieces:
                progress(1, 1)
            return results
        driver = self._connected()
        found: dict[int, Any] = {}
        try:
            driver.ask(_bytes_of(function), [_bytes_of(piece) for piece in pieces])
            while len(found) < len(pieces):
                # The driver itself says what is wrong, unless that is what is wrong.
                kind, value = driver.hear(self._patience + GRACE)
                if kind == LOST:
                    self.lost += value
                    _LOGGER.info("Doing again %s pieces of work lost with their workers", value)
                elif kind == DONE:
                    place, result = value
                    found[place] = pickle.loads(result)
                    if progress:
                        progress(len(found), len(pieces))
        except BaseException:
            # With Ctrl-C too: the end of the driver is the end of its pieces.
            self.close()
            raise
        return [found[place] for place in range(len(pieces))]

    def _connected(self) -> _Driver:
        """Return the process that is connected to the cluster."""
        if self._driver is None:
            driver = _Driver(self._address, self._patience)
            try:
                driver.hear(CONNECT_WITHIN)
            except BaseException:
                driver.end()
                raise
            self._driver = driver
        return self._driver


class _Driver:
    """The process that speaks with the cluster (`confounded.engine.driver`)."""

    def __init__(self, address: str, patience: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "confounded.engine.driver", address, str(patience)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # It finds the modules that this process finds, and Ctrl-C is for this process to deal with.
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._told = Connection(os.dup(self._process.stdin.fileno()), readable=False)
        self._heard = Connection(os.dup(self._process.stdout.fileno()), writable=False)
        self._process.stdin.close()
        self._process.stdout.close()

    def ask(self, function: bytes, pieces: Sequence[bytes]) -> None:
        """Have pieces done."""
        with suppress(OSError):  # its end is heard
            self._told.send((function, list(pieces)))

    def hear(self, patience: float) -> tuple[str, Any]:
        """Return the next message, or raise what it is about, or that there is none."""
        found, why = f"none that answers within {patience:.0f} seconds", None
        try:
            if self._heard.poll(patience):
                kind, value = self._heard.recv()
                if kind == RAISED:
                    raise pickle.loads(value)
                return kind, value
        except EOFError as problem:
            found, why = "that the connection to it was lost", problem
        raise EngineError("a Ray cluster to work on", found=found, where=WHERE, remedy=NOTHING) from why

    def end(self) -> None:
        """End the process, and with it its job on the cluster."""
        self._process.kill()
        self._process.wait()
        self._told.close()
        self._heard.close()


def _bytes_of(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
