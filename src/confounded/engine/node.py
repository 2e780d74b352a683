"""What a worker on a node of a cluster does: a piece of work, brought to it and taken back as bytes."""

from __future__ import annotations

import pickle
import socket
import traceback
from collections.abc import Callable
from typing import Any, Final

from confounded.engine.likeness import differences, likeness

__all__ = ["DONE", "RAISED", "UNLIKE", "do", "pickled_error"]

DONE: Final = "done"
RAISED: Final = "raised"
UNLIKE: Final = "unlike"

_kept: dict[str, Callable[[Any], Any]] = {}


def do(name: str, function: Any, piece: bytes, expected: dict[str, str]) -> tuple[str, Any]:
    """Do a piece of work.

    Parameters
    ----------
    name : str
        Of the function, unlike that of any other.
    function : buffer
        The function, pickled.
    piece : bytes
        The piece, pickled.
    expected : dict of str to str
        The `likeness` of the machine that asks.

    Returns
    -------
    (str, object)
        `DONE` and the pickled result; `RAISED` and the pickled error; or `UNLIKE` and in what this node differs.
    """
    own = differences(expected, likeness())
    if own:
        return UNLIKE, f"{', '.join(own)} (node {socket.gethostname()})"
    try:
        found = _function(name, function)(pickle.loads(piece))
        return DONE, pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except Exception as problem:
        problem.add_note("".join(traceback.format_exception(problem)))
        return RAISED, pickled_error(problem)


def pickled_error(problem: Exception) -> bytes:
    """Return an error pickled, or what it says where it cannot be brought back."""
    try:
        pickled = pickle.dumps(problem, pickle.HIGHEST_PROTOCOL)
        pickle.loads(pickled)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(problem).__name__}: {problem}"), pickle.HIGHEST_PROTOCOL)
    return pickled


def _function(name: str, pickled: Any) -> Callable[[Any], Any]:
    """Return a function with the arguments bound to it; a worker keeps the last one, for the next piece."""
    if name not in _kept:
        _kept.clear()
        _kept[name] = pickle.loads(pickled)
    return _kept[name]
