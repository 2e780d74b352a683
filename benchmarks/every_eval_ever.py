"""How fast is a whole collection of Every Eval Ever read and joined with the catalogue?

Usage::

    python benchmarks/every_eval_ever.py FOLDER [--repetitions 5]

Each repetition is a process of its own, which reads the folder leniently (a collection has models that were run
twice), looks each model up in the catalogue, by name and by family, and says how long that took after the imports and
how much memory it had at most. Nothing is kept between repetitions but what the operating system keeps of files.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

SECONDS, MEGABYTES = 5.0, 1000.0
"""What is asked for."""


def measure(folder: Path) -> dict[str, float]:
    """Read and join once, and return the seconds and the megabytes that it took, and what came of it."""
    from confounded.catalog import match_catalogue
    from confounded.catalog.families import kin_of
    from confounded.readers import read_scores

    begun, busy = time.perf_counter(), time.process_time()
    table = read_scores(folder, lenient=True)
    read = time.perf_counter()
    names = table.models["model"].to_list()
    matched = match_catalogue(names)
    named = time.perf_counter()
    kin = [kin_of(name) for name in names]
    ended = time.perf_counter()
    return {
        "read": read - begun,
        "names": named - read,
        "families": ended - named,
        "all": ended - begun,
        "cpu": time.process_time() - busy,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "scores": table.scores.height,
        "models": len(names),
        "in_catalogue": sum(one.match is not None for one in matched),
        "with_family": sum(one is not None for one in kin),
    }


def main() -> None:
    """Measure in processes of their own, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--once", action="store_true", help="measure in this process and print JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(measure(options.folder)))
        return
    documents = [path for path in options.folder.rglob("*.json") if path.is_file()]
    size = sum(path.stat().st_size for path in documents) / 1e6
    print(
        f"{len(documents)} documents, {size:.0f} MB; Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    print(
        f"load average {os.getloadavg()[0]:.1f}: above the number of cores, CPU seconds say more than seconds"
    )
    command = [sys.executable, __file__, str(options.folder), "--once"]
    found = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(options.repetitions)
    ]
    for name, unit in (
        *((name, "s") for name in ("read", "names", "families", "all", "cpu")),
        ("megabytes", "MB"),
    ):
        values = [one[name] for one in found]
        print(f"  {name:<10} min {min(values):8.3f} {unit:<3} median {statistics.median(values):8.3f} {unit}")
    last = found[-1]
    print(
        f"  {last['scores']} scores of {last['models']} models: {last['in_catalogue']} in the catalogue by name, ",
        end="",
    )
    print(f"{last['with_family']} with a family")
    slow, large = (max(one[name] for one in found) for name in ("all", "megabytes"))
    verdict = "met" if slow < SECONDS and large < MEGABYTES else "missed"
    print(
        f"  asked for: under {SECONDS:g} s and {MEGABYTES:g} MB; {verdict} ({slow:.2f} s and {large:.0f} MB at worst)"
    )


if __name__ == "__main__":
    main()
