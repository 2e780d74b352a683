"""What does the whole study of a large leaderboard take, and what would it take with SciPy and pandas?

Usage::

    python benchmarks/leaderboard.py MIRROR [--source open-llm-leaderboard-v1] [--fraction 0.002]

Ours is everything that ``confounded report NAME`` computes, reading and result.json included, the page not: 10,000
resamples by case and as many by family, the family jackknife, the study again without each of the largest families,
every robustness check, permutation tests, strata. It runs in a process of its own.

SciPy and pandas then do the part of it that takes them longest, in plain loops over the same scores: every replicate of
the bootstraps and of the jackknives, with the suite refitted (``DataFrame.corr(method="spearman")``, ``eigh``,
standardised scores) and one ``spearmanr`` a benchmark; the same in every stratum, and given size and the like, without
each family or group of families; the shuffled suites of the parallel analysis; and every permutation of the
permutation tests. Of each kind a stated fraction is run, and the time scaled: the loops take the same time each round.
Reading, names and families, Kendall's tau, shapes, curves, ranks and planning curves are left out of their side.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

SECONDS, MEGABYTES, RATIO = 60.0, 2000.0, 60.0
"""What is asked for."""

PERMUTATIONS = 9_999

KIN_METHOD = "family jackknife t, likely kin together"

MOST_GROUPS = 500
"""Families, or groups of them, that a jackknife leaves out at most."""


def ours(mirror: Path, source: str, target: Path) -> dict[str, float]:
    """Study the source, write the result, and return what it took."""
    begun = time.perf_counter()
    from confounded.study import Settings, study_sources

    result = study_sources([Path(source)], Settings(), mirror=mirror)
    target.write_bytes(result.to_json())
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": own.ru_utime + own.ru_stime,
        "megabytes": own.ru_maxrss / 1024,
        "bytes": target.stat().st_size,
    }


def capability(frame: pd.DataFrame, suite: list[str]) -> np.ndarray[Any, Any]:
    """Return the capabilities score of some rows, with nothing but pandas and NumPy."""
    vector = np.linalg.eigh(frame[suite].corr(method="spearman").to_numpy())[1][:, -1]
    vector = vector * np.sign(vector.sum())
    standard = (frame[suite] - frame[suite].mean()) / frame[suite].std(ddof=0)
    return np.asarray(standard.to_numpy() @ vector)


def replicate(frame: pd.DataFrame, suite: list[str], benchmarks: list[str]) -> list[float]:
    """Return the capabilities correlations of some rows."""
    score = capability(frame, suite)
    return [float(stats.spearmanr(score, frame[name]).statistic) for name in benchmarks]


def timed(work: Callable[[], object], rounds: int) -> float:
    """Return the CPU seconds of a round, over some rounds."""
    begun = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - begun) / rounds


def theirs(result: dict[str, Any], fraction: float) -> list[tuple[str, int, int, float]]:
    """Return for each kind of loop how many rounds there are, how many were run, and CPU seconds of all (scaled)."""
    random = np.random.default_rng(0)
    resamples = result["provenance"]["settings"]["resamples"]
    found = []
    for population in result["populations"]:
        suite = [one["benchmark"] for one in population["suite"]]
        frame = pd.DataFrame(population["scores"]).dropna(subset=suite)
        benchmarks = list(frame.columns)
        families = pd.Series([one["family"] for one in population["models"]])[frame.index]
        n, names = len(frame), families.unique()
        rows_of = {name: np.flatnonzero(families == name) for name in names}
        headline = next(
            one for one in result["correlations"] if one["population"] == population["population"]
        )
        groups = headline["interval"]["n_replicates"]
        redone = sum(one["verdict"] is not None for one in headline["without_family"])
        # Likely kin are left out together once more; to leave one family out takes about as long.
        kin = sum(one["n_replicates"] for one in headline["intervals"] if one["method"] == KIN_METHOD)

        def by_case(frame: pd.DataFrame = frame, n: int = n, suite: list[str] = suite) -> None:
            replicate(frame.iloc[random.integers(0, n, n)], suite, list(frame.columns))

        def by_family(
            frame: pd.DataFrame = frame, suite: list[str] = suite, rows_of: dict[str, Any] = rows_of
        ) -> None:
            drawn = random.choice(list(rows_of), len(rows_of))
            replicate(frame.iloc[np.concatenate([rows_of[one] for one in drawn])], suite, list(frame.columns))

        def without_one(
            frame: pd.DataFrame = frame, suite: list[str] = suite, rows_of: dict[str, Any] = rows_of
        ) -> None:
            name = random.choice(list(rows_of))
            replicate(frame.drop(frame.index[rows_of[name]]), suite, list(frame.columns))

        def without_itself(
            frame: pd.DataFrame = frame, suite: list[str] = suite, rows_of: dict[str, Any] = rows_of
        ) -> None:
            name = random.choice(list(rows_of))
            replicate(frame.drop(frame.index[rows_of[name]]), suite[1:], suite[:1])

        score = frame[suite].rank().mean(axis=1).to_numpy()

        def permuted(frame: pd.DataFrame = frame, score: Any = score) -> None:
            shuffled = random.permutation(score)
            for name in frame.columns:
                stats.spearmanr(shuffled, frame[name])

        for kind, work, rounds in (
            ("case bootstrap", by_case, resamples),
            ("family bootstrap", by_family, resamples),
            ("family jackknife", without_one, groups * (1 + redone) + kin),
            ("… with a suite without the benchmark", without_itself, groups * len(suite)),
            ("permutations", permuted, PERMUTATIONS),
        ):
            run = max(3, round(rounds * fraction))
            label = f"{population['population']}, {n:,} × {len(benchmarks)}: {kind}"
            found.append((label, rounds, run, timed(work, run) * rounds))
    return found


def in_strata(result: dict[str, Any], fraction: float) -> list[tuple[str, int, int, float]]:
    """Return the same for the correlations in strata and given a third column, without each family of a scope."""
    random = np.random.default_rng(1)
    tables = {one["population"]: one for one in result["populations"]}
    found = []
    for scope in result["scopes"]:
        own = [tables[scope["population"]]] if scope["population"] in tables else list(tables.values())
        frame = pd.concat([pd.DataFrame(one["scores"]) for one in own], ignore_index=True)
        models = pd.DataFrame([model for one in own for model in one["models"]])
        suite = [one["benchmark"] for one in own[0]["suite"]]
        tested = [one["benchmark"] for one in result["strata"] if one["population"] == scope["population"]]
        parts = [np.ones(len(frame), dtype=bool)]
        for split in scope["splits"]:
            of = pd.Series(split["stratum_of"])
            parts += [(of == place).to_numpy() for place in range(len(split["strata"]))]
        days = (pd.to_datetime(models["released"], errors="coerce") - pd.Timestamp("2020-01-01")).dt.days
        thirds = {"compute": models["training_flop"], "size": models["parameters"], "released": days}
        given = [
            pd.to_numeric(thirds[one["given"]]).to_numpy(dtype=float)
            for strata in result["strata"]
            if strata["population"] == scope["population"]
            for one in strata["given"]
        ]
        complete = frame[suite].notna().all(axis=1).to_numpy()
        families = models["family"].to_numpy()

        def without_one(
            frame: pd.DataFrame = frame,
            suite: list[str] = suite,
            tested: list[str] = tested,
            parts: list[Any] = parts,
            given: list[Any] = given,
            complete: Any = complete,
            families: Any = families,
        ) -> None:
            kept = complete & (families != random.choice(families))
            score = np.full(len(frame), np.nan)
            score[kept] = capability(frame[kept], suite)
            for name in tested:
                values = frame[name].to_numpy()
                for part in parts:
                    stats.spearmanr(score[kept & part], values[kept & part])
                for third in given:
                    known = kept & ~np.isnan(third)
                    for x, y in ((score, values), (score, third), (values, third)):
                        stats.spearmanr(x[known], y[known])

        rounds = min(MOST_GROUPS, scope["n_families"])
        run = max(3, round(rounds * fraction))
        label = f"{scope['population']}, {len(frame):,} in {len(parts)} parts: strata without each family"
        found.append((label, rounds, run, timed(without_one, run) * rounds))
    return found


def shuffled(result: dict[str, Any], fraction: float) -> list[tuple[str, int, int, float]]:
    """Return the same for the parallel analyses: suites of which each column is shuffled by families."""
    random = np.random.default_rng(2)
    draws = {one["population"]: one["n_draws"] for one in result["components"]}
    found = []
    for population in result["populations"]:
        suite = [one["benchmark"] for one in population["suite"]]
        frame = pd.DataFrame(population["scores"])[suite].dropna()
        families = pd.Series([one["family"] for one in population["models"]])[frame.index]
        number = pd.factorize(families)[0]

        def shuffle(frame: pd.DataFrame = frame, number: Any = number) -> None:
            made = {}
            for name in frame.columns:
                place = random.permutation(number.max() + 1)[number]
                made[name] = frame[name].to_numpy()[np.lexsort((random.random(len(frame)), place))]
            np.linalg.eigvalsh(pd.DataFrame(made).corr(method="spearman").to_numpy())

        rounds = 2 * draws.get(population["population"], 0)
        run = max(3, round(rounds * fraction))
        label = f"{population['population']}, {len(frame):,} × {len(suite)}: shuffled suites"
        found.append((label, rounds, run, timed(shuffle, run) * rounds))
    return found


def processor() -> str:
    """Return what the processor calls itself."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    named = {
        key.strip(): value.strip() for key, value in (line.split(":", 1) for line in lines if ":" in line)
    }
    return f"{named.get('model name')} (family {named.get('cpu family')}, model {named.get('model')})"


def main() -> int:
    """Measure both sides in one run, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--source", default="open-llm-leaderboard-v1")
    parser.add_argument("--fraction", type=float, default=0.002)
    parser.add_argument("--result", type=Path, default=Path("leaderboard-result.json"))
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        print(json.dumps(ours(options.mirror, options.source, options.result)))
        return 0
    print(
        f"{processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, pandas {pd.__version__}"
    )
    command = [sys.executable, __file__, str(options.mirror), "--source", options.source, "--ours"]
    command += ["--result", str(options.result)]
    own = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    print(
        f"ours: {own['cpu']:.1f} CPU s, {own['seconds']:.1f} s (asked: under {SECONDS:g}), {own['megabytes']:.0f} MB "
        f"(asked: under {MEGABYTES:g}); result.json {own['bytes'] / 1e6:.1f} MB"
    )
    result = json.loads(options.result.read_bytes())
    found = [one for kind in (theirs, in_strata, shuffled) for one in kind(result, options.fraction)]
    print("\n| SciPy and pandas | rounds | run | CPU s, scaled |\n|---|---|---|---|")
    for label, rounds, run, seconds in found:
        print(f"| {label} | {rounds:,} | {run:,} | {seconds:.0f} |")
    total = sum(seconds for *_, seconds in found)
    print(
        f"\nSciPy and pandas: {total:.0f} CPU s, {total / own['cpu']:.0f} times as much (asked: at least {RATIO:g})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
