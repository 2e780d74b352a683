"""How long does each source take to load, from a new process to a table of scores?

Usage::

    python benchmarks/sources.py MIRROR [--repetitions 3]

MIRROR is a folder with one folder a source, as of ``confounded report NAME --mirror``. Each repetition is a process of
its own that loads what ``confounded report NAME`` reads: it compares every file with its checksum and reads the
files that are declared for the source, with its benchmarks. Seconds are from before the package is imported; the start
of the interpreter is not among them. Nothing is kept between repetitions but what the operating system keeps of files.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

SECONDS = 3.0
"""What is asked for."""


def measure(id: str, mirror: Path) -> dict[str, float]:
    """Load a source once, and return the seconds that it took and what came of it."""
    begun, busy = time.perf_counter(), time.process_time()
    from confounded.datasets.sources import source_path
    from confounded.datasets.studies import study_entries
    from confounded.readers import read_sources

    imported = time.perf_counter()
    entry, folder = study_entries()[id], source_path(id, mirror)
    checked = time.perf_counter()
    paths = [folder / name for name in entry.files] or [folder]
    table = read_sources(
        paths, benchmarks=entry.benchmarks(), declared=entry.benchmarks() is not None, lenient=True
    )
    ended = time.perf_counter()
    return {
        "import": imported - begun,
        "check": checked - imported,
        "read": ended - checked,
        "all": ended - begun,
        "cpu": time.process_time() - busy,
        "models": table.table.models.height,
        "scores": table.table.scores.height,
    }


def there(mirror: Path) -> list[str]:
    """Return the sources that can be studied by their name and of which the mirror has a folder."""
    from confounded.datasets.sources import sources
    from confounded.datasets.studies import study_entries

    return [id for id in study_entries() if (mirror / sources()[id].folder).is_dir()]


def main() -> None:
    """Measure each source in processes of their own, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--once", metavar="NAME", help="load this source in this process and print JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(measure(options.once, options.mirror)))
        return
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}: above the "
        "number of cores, CPU seconds say more than seconds"
    )
    slow = []
    for id in there(options.mirror):
        command = [sys.executable, __file__, str(options.mirror), "--once", id]
        found = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(options.repetitions)
        ]
        figures = {name: [one[name] for one in found] for name in found[0]}
        least = {name: min(values) for name, values in figures.items()}
        print(
            f"  {id:<26} all: min {least['all']:.2f} s, median {statistics.median(figures['all']):.2f} s; CPU "
            f"{least['cpu']:.2f} s (imports {least['import']:.2f}, checksums {least['check']:.2f}, reading "
            f"{least['read']:.2f} s); {found[0]['scores']} scores of {found[0]['models']} models"
        )
        slow += [id] if least["all"] >= SECONDS else []
    print(f"  asked for: under {SECONDS:g} s; " + (f"missed by {', '.join(slow)}" if slow else "met by all"))


if __name__ == "__main__":
    main()
