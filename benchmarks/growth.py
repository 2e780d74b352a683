"""How does the time of a whole study grow with models, benchmarks and resamples?

Usage::

    python benchmarks/growth.py [--most-models 50000] [--plot benchmarks/growth.svg]

Made one-factor scores: a fifth as many families as models, five capability benchmarks, all robustness checks. One of
models, benchmarks and resamples grows and the others stay (`SIZES`). The time is the CPU time of `run_study`, all
threads together, in a process of its own for each size: reading is not in it, nor the report. The exponent is the slope
of a least-squares line through the logarithms; beside it stands the one between the two largest sizes, where what does
not grow weighs least.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

ASKED = 1.15
SUITE = 5
FAMILY = 5

SIZES: Mapping[str, Sequence[tuple[int, int, int]]] = {
    "models": [(n, 20, 2_000) for n in (50, 200, 800, 3_200, 12_800, 50_000)],
    "benchmarks": [(300, b, 1_000) for b in (10, 30, 100, 300, 1_000)],
    "resamples": [(1_000, 20, r) for r in (100, 1_000, 10_000, 100_000)],
}
"""Models, benchmarks, resamples."""

GROWING = {"models": 0, "benchmarks": 1, "resamples": 2}


def made(n: int, width: int, seed: int = 0) -> object:
    """Return the score table of n models on `width` benchmarks, the suite first."""
    import polars as pl

    from confounded.scores import ScoreTable

    random = np.random.default_rng(seed)
    n_families = max(6, n // FAMILY)
    family = np.concatenate([np.arange(n_families), random.integers(0, n_families, n - n_families)])
    ability = random.normal(size=n_families)[family] + random.normal(size=n)
    loading = np.concatenate([np.full(SUITE, 0.9), random.uniform(-0.9, 0.9, width - SUITE)])
    scores = ability[:, None] * loading + random.normal(size=(n, width))
    models = [f"made-{row:06}" for row in range(n)]
    names = [f"suite-{b}" if b < SUITE else f"made-{b:04}" for b in range(width)]
    return ScoreTable(
        scores=pl.DataFrame(
            {
                "model": np.repeat(models, width),
                "benchmark": np.tile(names, n),
                "score": scores.ravel(),
            }
        ),
        models=pl.DataFrame(
            {"model": models, "family": [f"family-{f:05}" for f in family], "population": ["chat"] * n}
        ),
        benchmarks=pl.DataFrame({"benchmark": names, "direction": ["higher"] * width}),
    )


def measure(n: int, width: int, resamples: int) -> dict[str, float]:
    """Study made scores once: CPU seconds, seconds, and megabytes at most."""
    from confounded.stats.kernel import kernel
    from confounded.study import Settings, run_study

    table = made(n, width)
    settings = Settings(
        suite=tuple(f"suite-{b}" for b in range(SUITE)), resamples=resamples, directions={"*": "higher"}
    )
    kernel()
    begun, busy = time.perf_counter(), time.process_time()
    run_study(table, settings)  # type: ignore[arg-type]
    return {
        "cpu": time.process_time() - busy,
        "seconds": time.perf_counter() - begun,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the slope of the line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def plot(found: Mapping[str, list[tuple[int, float]]], path: Path) -> None:
    """Draw time against size, both on logarithmic axes, a panel for each that grows."""
    import vl_convert

    panels = [
        {
            "title": f"{name}: exponent {exponent(*zip(*points, strict=True)):.2f}",
            "width": 200,
            "height": 200,
            "data": {"values": [{"size": size, "seconds": seconds} for size, seconds in points]},
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "size", "type": "quantitative", "scale": {"type": "log"}, "title": name},
                "y": {
                    "field": "seconds",
                    "type": "quantitative",
                    "scale": {"type": "log"},
                    "title": "CPU seconds of a study",
                },
            },
        }
        for name, points in found.items()
    ]
    path.write_text(vl_convert.vegalite_to_svg({"hconcat": panels}), encoding="utf-8")


def processor() -> str:
    """Return what the processor calls itself."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {key.strip(): value.strip() for key, value in said.items()}
    return f"{named.get('model name')} (family {named.get('cpu family')}, model {named.get('model')})"


def main() -> int:
    """Measure every size in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most-models", type=int, default=50_000)
    parser.add_argument("--only", choices=list(SIZES))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return 0
    print(f"{processor()}, {os.cpu_count()} cores; Python {platform.python_version()}")
    found: dict[str, list[tuple[int, float]]] = {}
    for name, sizes in SIZES.items():
        if options.only not in (None, name):
            continue
        print(f"\n| {name} | CPU s | s | MB |\n|---|---|---|---|")
        for size in sizes:
            if size[0] > options.most_models:
                continue
            command = [sys.executable, __file__, "--one", *map(str, size)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            grown = size[GROWING[name]]
            found.setdefault(name, []).append((grown, told["cpu"]))
            print(
                f"| {grown:,} | {told['cpu']:.2f} | {told['seconds']:.1f} | {told['megabytes']:.0f} |",
                flush=True,
            )
        points = found[name]
        print(
            f"\nexponent {exponent(*zip(*points, strict=True)):.2f} (asked: at most {ASKED}); between the two "
            f"largest {exponent(*zip(*points[-2:], strict=True)):.2f}"
        )
    if options.plot:
        plot(found, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
