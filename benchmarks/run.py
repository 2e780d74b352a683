"""How fast is the resampling kernel? Ratios, measured side by side in one run.

Usage::

    python benchmarks/run.py [--limit PATH/kernel.c] [--quick]

1. 1,000 models × 100 benchmarks, 12 of them the suite, 10,000 case-bootstrap resamples, each with the ranks taken
   anew, the suite refitted and 88 correlations: CPU time against `scipy.stats.bootstrap` of the same statistic (run
   with fewer resamples and scaled, since its time is proportional to them), and against a hand-written AVX-512
   kernel in C, where a file of it is given and the machine can run it.
2. 27 × 177, 10,000 resamples: CPU time after compilation.
3. 5,000 × 200, 10,000 resamples: CPU time and peak memory.
"""

from __future__ import annotations

import argparse
import ctypes
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confounded.stats.component import first_component
from confounded.stats.kernel import kernel
from confounded.stats.resampling import prepare, replicate_bootstrap

FloatArray = NDArray[np.float64]
SUITE = 12
RESAMPLES = 10_000
LIMIT = Path(__file__).resolve().parents[2] / "shared" / "limit" / "kernel.c"
LANES_OF_LIMIT = 16


def data(n: int, width: int, seed: int = 0) -> FloatArray:
    """Draw one-factor scores of n models on `width` benchmarks, the suite first."""
    random = np.random.default_rng(seed)
    ability = random.normal(size=n)
    loading = np.concatenate([np.full(SUITE, 0.85), random.uniform(-0.9, 0.9, width - SUITE)])
    return ability[:, None] * loading + random.normal(size=(n, width)) * np.sqrt(1 - loading**2)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a piece of work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def kernel_seconds(scores: FloatArray, resamples: int) -> float:
    """Return the CPU seconds of the project's case bootstrap."""
    n = len(scores)

    def bootstrap() -> None:
        problem = prepare(scores[:, :SUITE], scores[:, SUITE:])
        replicate_bootstrap(problem, np.arange(n), 0, resamples, 1)

    return cpu(bootstrap)


def scipy_seconds(scores: FloatArray, resamples: int) -> float:
    """Return the CPU seconds of `scipy.stats.bootstrap` (percentile) of the same statistic."""

    def statistic(rows: NDArray[np.int64]) -> FloatArray:
        drawn = scores[rows]
        score = first_component(drawn[:, :SUITE]).scores
        ranks = stats.rankdata(np.column_stack([score, drawn[:, SUITE:]]), axis=0)
        ranks -= ranks.mean(axis=0)
        ranks /= np.sqrt((ranks**2).sum(axis=0))
        return np.asarray(ranks[:, 1:].T @ ranks[:, 0])

    rows = (np.arange(len(scores)),)
    return cpu(
        lambda: stats.bootstrap(
            rows, statistic, n_resamples=resamples, vectorized=False, method="percentile", batch=1, rng=0
        )
    )


def limit_seconds(scores: FloatArray, resamples: int, source: Path) -> float | str:
    """Return the CPU seconds of the C kernel, or why it cannot be run."""
    if not source.exists():
        return f"not run: no {source.name} was given"
    if "avx512f" not in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace"):
        return "not run: the machine has no AVX-512"
    n, width = scores.shape
    Z = ((scores - scores.mean(axis=0)) / scores.std(axis=0)).astype(np.float32)
    order = np.ascontiguousarray(np.argsort(Z, axis=0, kind="stable").T.astype(np.int32))
    last = np.ones(order.shape, dtype=np.uint8)
    base = np.argsort(first_component(scores[:, :SUITE]).scores).astype(np.int32)
    suite = np.ascontiguousarray(Z[:, :SUITE].T)
    batches = -(-resamples // LANES_OF_LIMIT)
    out = np.empty((batches, width - SUITE, LANES_OF_LIMIT), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernel.so"
        options = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run(["gcc", *options, str(source), "-o", str(library)], check=True, capture_output=True)
        boot = ctypes.CDLL(str(library)).boot

        def pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
            return ctypes.c_void_p(array.ctypes.data)

        return cpu(
            lambda: boot(
                n,
                width,
                SUITE,
                pointer(suite),
                pointer(order),
                pointer(last),
                pointer(base),
                batches,
                ctypes.c_uint64(1),
                pointer(out),
            )
        )


def processor() -> str:
    """Return the model of the processor and the number of its cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.processor()}, {len(models)} cores"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the resampling kernel, as ratios.")
    parser.add_argument("--limit", type=Path, default=LIMIT, help="a C file to measure against")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the resamples, scaled")
    options = parser.parse_args()
    run = RESAMPLES // 100 if options.quick else RESAMPLES
    scale = RESAMPLES / run
    print(f"{processor()}; Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"compiled, or loaded from its cache: {cpu(kernel):.1f} CPU s")
    scores = data(1000, 100)
    kernel_seconds(scores, 32)
    rounds = [
        (kernel_seconds(scores, run) * scale, limit_seconds(scores, run, options.limit)) for _ in range(3)
    ]
    own = float(np.median([one for one, _ in rounds]))
    measured = [two * scale for _, two in rounds if isinstance(two, float)]
    by_scipy = scipy_seconds(scores, max(run // 50, 20)) * RESAMPLES / max(run // 50, 20)
    print(f"1,000 × 100 × 10,000: {own:.2f} CPU s")
    print(f"  scipy.stats.bootstrap: {by_scipy:.0f} CPU s (scaled), {by_scipy / own:.0f} times as much")
    if measured:
        limit = float(np.median(measured))
        print(
            f"  C kernel, AVX-512, single precision: {limit:.2f} CPU s; ours is {own / limit:.1f} times that"
        )
    else:
        print(f"  C kernel: {rounds[0][1]}")
    print(f"27 × 177 × 10,000: {kernel_seconds(data(27, 177), run) * scale:.2f} CPU s")
    print(f"5,000 × 200 × 10,000: {kernel_seconds(data(5000, 200), run) * scale:.1f} CPU s")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
