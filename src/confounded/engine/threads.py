"""A pool of threads for work that lets go of Python's lock, such as the compiled kernel."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confounded.engine.pieces import Piece, Result

__all__ = ["ALL_CORES", "Threads", "processor", "usable_cores"]


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return what the system calls its processor, to stand beside figures that were measured."""
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@dataclass(frozen=True, slots=True)
class Threads:
    """The engine of one machine: threads of this process.

    Parameters
    ----------
    workers : int, optional
        How many threads; by default as many as there are usable cores.
    """

    workers: int | None = None

    def map(
        self,
        function: Callable[[Piece], Result],
        pieces: Sequence[Piece],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Result]:
        """Apply a function to pieces of work, as `Engine.map` says."""
        workers = min(self.workers or usable_cores(), len(pieces))
        if workers <= 1:
            results = []
            for done, piece in enumerate(pieces, start=1):
                results.append(function(piece))
                if progress:
                    progress(done, len(pieces))
            return results
        pool = ThreadPoolExecutor(workers)
        try:
            futures = [pool.submit(function, piece) for piece in pieces]
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if progress:
                    progress(done, len(pieces))
            return [future.result() for future in futures]
        finally:
            # Also on Ctrl-C: the pieces under way end, the others never begin.
            pool.shutdown(wait=True, cancel_futures=True)


ALL_CORES: Final = Threads()
"""The engine that is used where none is named."""
