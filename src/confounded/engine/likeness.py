"""Whether two processes compute the same to the last bit.

The last bit of a sum depends on the order in which it is taken and on whether products are rounded before they are
added. Libraries choose these by the processor, so that the same program may differ by 1e-16 between two types of
processors. Between processors of one type, with the same versions of everything, nothing differs; between others it is
tried out.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["differences", "likeness"]

LIBRARIES: Final = ("numpy", "scipy", "numba")
"""What the pieces compute with."""


@cache
def likeness() -> dict[str, str]:
    """Return all that the last bit of a result depends on, by what it is called.

    Returns
    -------
    dict of str to str
        The versions of the program, of its libraries and of Python, and a checksum of arithmetic.
    """
    return {
        "confounded": f"{version('confounded')} (code {_code()[:12]})",
        **{name: version(name) for name in LIBRARIES},
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "arithmetic": _arithmetic()[:12],
    }


def differences(here: dict[str, str], there: dict[str, str]) -> list[str]:
    """Return in what two processes differ, in words.

    Parameters
    ----------
    here, there : dict of str to str
        What `likeness` returned in either.

    Returns
    -------
    list of str
        None where results are the same to the last bit.
    """
    return [
        f"{name} {there.get(name, 'unknown')} there and {here[name]} here"
        for name in here
        if here[name] != there.get(name)
    ]


def _code() -> str:
    """Return the checksum of the program's own code: one version may be installed from two states of it."""
    found = hashlib.sha256()
    root = Path(__file__).parents[1]
    for file in sorted(root.rglob("*.py")):
        found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def _arithmetic() -> str:
    """Return the checksum of sums, products and functions that processors round differently, of numbers as they come.

    The kernels are compiled without leave to reorder or to contract anything, so that they need no trial.
    """
    random = np.random.default_rng(0)
    found: list[NDArray[np.float64]] = []
    for rows, columns, others in ((26, 12, 64), (53, 7, 41), (517, 13, 5)):
        a, b = random.normal(size=(rows, columns)), random.normal(size=(rows, others))
        products = a.T @ b
        found += [
            products,
            a.T @ b[:, 0],
            a @ products[:, 0],
            (a * a).sum(axis=0),
            a.std(axis=0),
            a[:, 0] @ b[:, 0],
        ]
        found += [np.abs(part) for part in np.linalg.eigh(a.T @ a)]
        inside = np.tanh(a)
        found += [
            inside,
            np.arctanh(inside),
            np.arcsin(inside),
            np.exp(a),
            np.log(np.abs(a)),
            ndtri(np.abs(inside)),
        ]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in found)).hexdigest()
