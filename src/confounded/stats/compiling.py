"""How the compiled functions come to be: from Numba's cache, or anew where that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

__all__ = ["compiled"]


def compiled(function: Callable[..., None], signature: str) -> Callable[..., None]:
    """Compile a function, or load what an earlier process compiled.

    Numba raises where it finds no folder for its cache, where that folder cannot be written, and where a file in it
    is damaged. Then the function is compiled for this process alone: that costs time, and nothing else.

    Parameters
    ----------
    function : callable
    signature : str
        Its types, as Numba writes them.

    Returns
    -------
    callable
        It lets other threads run meanwhile, and divides by 0 as NumPy does.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    made: Callable[..., None]
    try:
        made = numba.njit(signature, cache=True, **options)(function)
    except Exception:
        # What unpickling a damaged file raises has no end; an error of the code itself comes again from the next line.
        made = numba.njit(signature, **options)(function)
    return made
