"""How far imputation strays from the answer that the complete scores give, and how often its intervals hold it.

    python validation/missing/measure.py [--mirror DIR] [--repetitions 16] [--simulations 120] [--only ROW] [--write]

Cells are removed from score tables that are complete: the suites of the shipped scores, and, where a mirror of the
sources is given, both Open LLM Leaderboards and timm. The correlation is then found from what is left, by complete-
case analysis, by column means, and by imputation with and without the column under test in the model, and is held
against that of the complete table.
With `--write` the tables are put into README.md beside this file. The seed is fixed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

import confounded
from confounded.datasets.sources import source_path
from confounded.errors import StatisticsError
from confounded.stats.component import first_component
from confounded.stats.imputation_variance import complete_limits, imputation_variance, with_imputations
from confounded.stats.imputed_correlations import imputed_correlations
from confounded.stats.imputed_replicates import ImputedCorrelations
from confounded.stats.intervals import family_jackknife, jackknife_intervals
from confounded.stats.ranks import spearman
from confounded.study.imputed import FEWEST_OF_MODEL, MOST_IMPUTED, above_floors
from confounded.study.population import benchmark_facts, populations
from confounded.study.settings import PAPER_SUITE, SMALLEST_SUITE, Settings

FloatArray = NDArray[np.float64]
SHARES = (0.1, 0.3, 0.6, 0.9)
LEVEL = 0.95
IMPUTATIONS = 20
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
TARGETS = 12
LARGE, SAMPLE = 1000, 300
V2 = "HF Open LLM v2/"
METHODS = ("complete cases", "column means", "without the column", "with the column")


@dataclass(frozen=True)
class Source:
    """A complete table: (N, C) suite, (N, B) columns under test, families, and days where known."""

    name: str
    suite: FloatArray = field(repr=False)
    columns: FloatArray = field(repr=False)
    families: NDArray[np.int64] = field(repr=False)
    days: FloatArray | None = field(repr=False)
    sample: int = SAMPLE


def at_random(source: Source, share: float, random: np.random.Generator) -> FloatArray:
    """Each cell by itself."""
    return random.random(source.suite.shape) < share


def by_benchmark(source: Source, share: float, random: np.random.Generator) -> FloatArray:
    """Half of the suite misses up to 1.6 times as many cells as all of it, the other half the fewer."""
    n, c = source.suite.shape
    most = min(0.97, 1.6 * share)
    some = random.permutation(c) < c // 2
    rest = (share * c - most * some.sum()) / (~some).sum()
    return random.random((n, c)) < np.where(some, most, rest)


def by_age(source: Source, share: float, random: np.random.Generator) -> FloatArray:
    """Each benchmark has its time: it misses the models that came out furthest from it."""
    assert source.days is not None
    n, c = source.suite.shape
    age = (rankdata(source.days) - 0.5) / n
    centres = (random.permutation(c) + 0.5) / c
    distance = np.abs(age[:, None] - centres) + 0.1 * random.random((n, c))
    return distance > np.quantile(distance, 1.0 - share, axis=0)


MECHANISMS: dict[str, Callable[[Source, float, np.random.Generator], FloatArray]] = {
    "at random": at_random,
    "by benchmark": by_benchmark,
    "by model age": by_age,
}


def shipped() -> Iterator[Source]:
    """Yield the shipped suites with a dozen complete benchmarks outside them each, spread over their correlations."""
    scores, settings = confounded.load_scores(), Settings()
    facts = benchmark_facts(scores, settings)
    for population in populations(scores, facts, settings)[0]:
        suite = population.matrix.columns(PAPER_SUITE)
        truth = first_component(suite).scores
        outside = [
            name
            for name in population.matrix.benchmarks
            if name not in PAPER_SUITE
            and not np.isnan(population.matrix.column(name)).any()
            and np.ptp(population.matrix.column(name)) > 0
        ]
        ordered = sorted(outside, key=lambda name: spearman(population.matrix.column(name), truth))
        chosen = [ordered[i] for i in np.linspace(0, len(ordered) - 1, TARGETS).round().astype(int)]
        _, families = np.unique(population.matrix.families, return_inverse=True)
        days = np.array([_day(model.released) for model in population.models])
        columns = population.matrix.columns(chosen)
        yield Source(population.name, suite, columns, families, None)
        dated = ~np.isnan(days)
        yield Source(f"{population.name}, dated", suite[dated], columns[dated], families[dated], days[dated])


def _day(released: str | None) -> float:
    return float("nan") if released is None else float(date.fromisoformat(released).toordinal())


def mirrored(mirror: Path) -> Iterator[Source]:
    """Yield the large tables: the first leaderboard by which the method was chosen, and others that it had not seen."""
    first = source_path("open-llm-leaderboard-v1", mirror) / "open-llm-leaderboard_old.csv"
    yield leaderboard(first, "all")
    yield replace(leaderboard(first, "all"), sample=LARGE)
    yield leaderboard(first, "pretrained")
    second = [V2 + name for name in ("BBH", "GPQA", "MATH Level 5", "MMLU-PRO", "MUSR", "IFEval")]
    for size in (SAMPLE, LARGE):
        yield foreign("second leaderboard", "open-llm-leaderboard-v2", mirror, second, size)
    vision = ["imagenet", "imagenet_real", "imagenet_v2", "imagenet_r", "imagenet_sketch", "imagenet_a"]
    yield foreign("timm", "timm", mirror, vision, SAMPLE)


def foreign(name: str, id: str, mirror: Path, columns: Sequence[str], sample: int) -> Source:
    """Return a complete source, its last column under test and the others as suite."""
    long = confounded.read_scores(source_path(id, mirror), lenient=True).scores
    wide = long.pivot("benchmark", index="model", values="score", aggregate_function="mean")
    scores = wide.select(columns).drop_nulls().to_numpy().astype(float)
    return Source(name, scores[:, :-1], scores[:, -1:], np.zeros(len(scores), np.int64), None, sample)


def leaderboard(path: Path, rows: str) -> Source:
    """Return the Open LLM Leaderboard v1: the other five as suite, TruthfulQA under test, days of evaluation."""
    table = pl.read_csv(path).filter(pl.col("date").is_not_null())
    if rows == "pretrained":
        table = table.filter(pl.col("Type").str.contains("pretrained"))
    names = ["ARC", "HellaSwag", "MMLU", "Winogrande", "GSM8K"]
    days = table["date"].str.slice(0, 10).str.to_date().to_physical().to_numpy().astype(float)
    suite = table.select(names).to_numpy().astype(float)
    return Source(
        f"leaderboard, {rows}",
        suite,
        table.select("TruthfulQA").to_numpy().astype(float),
        np.zeros(len(suite), np.int64),
        days,
    )


@dataclass
class Cell:
    """What was found for one source, mechanism and share."""

    errors: dict[str, list[float]] = field(default_factory=lambda: {m: [] for m in METHODS})
    undefined: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METHODS, 0))
    imputation_only: list[bool] = field(default_factory=list)
    between_only: list[bool] = field(default_factory=list)
    total: list[bool] = field(default_factory=list)
    jackknife_only: list[bool] = field(default_factory=list)


def rho_by_scores(suite: FloatArray, column: FloatArray) -> float:
    """Correlate a column with the score of a complete suite; NaN where it cannot be had."""
    if len(suite) < 8 or np.isnan(suite).any() or (np.ptp(suite, axis=0) == 0).any():
        return float("nan")
    return spearman(first_component(suite).scores, column)


def measure(source: Source, removed: FloatArray, seed: int, cell: Cell) -> None:
    """Find the correlations from what is left, by every method."""
    truth = [rho_by_scores(source.suite, column) for column in source.columns.T]
    # What imputation answers for is the complete table of the models that are left.
    holed = np.where(removed, np.nan, source.suite)
    some = (~np.isnan(holed)).sum(axis=1) >= FEWEST_OF_MODEL
    whole = ~np.isnan(holed).any(axis=1)
    there = ~np.isnan(holed)
    with np.errstate(invalid="ignore"):
        means = np.where(there, holed, np.where(there, holed, 0.0).sum(axis=0) / there.sum(axis=0))
    for b, target in enumerate(truth):
        for method, rows, suite in (("complete cases", whole, holed), ("column means", some, means)):
            _note(cell, method, rho_by_scores(suite[rows], source.columns[rows, b]), target)
    _, families = np.unique(source.families[some], return_inverse=True)
    n_columns = source.columns.shape[1]
    try:
        beside, without = imputed_correlations(
            holed[some], source.columns[some], [False] * n_columns, families, IMPUTATIONS, seed
        )
    except StatisticsError:
        for method in METHODS[2:]:
            cell.undefined[method] += n_columns
        return
    own = [rho_by_scores(source.suite[some], column[some]) for column in source.columns.T]
    added = imputation_variance(beside.imputations)
    for b, target in enumerate(truth):
        _note(cell, "without the column", without.rho[b], target)
        _note(cell, "with the column", beside.rho[b], target)
        if np.isnan(beside.rho[b]):
            continue
        for variance, kind in (
            (added, cell.imputation_only),
            (replace(added, misfit=np.zeros_like(added.misfit)), cell.between_only),
        ):
            low, high = complete_limits(beside.rho, variance, LEVEL)
            if not np.isnan(low[b]):
                kind.append(bool(low[b] <= own[b] <= high[b]))
    if families.max() > 2:
        for total, kind in ((True, cell.total), (False, cell.jackknife_only)):
            low, high = interval(beside, total)
            kind += held(low, high, truth)


def held(low: FloatArray, high: FloatArray, truth: Sequence[float]) -> list[bool]:
    """Return which of the intervals that are defined hold the truth."""
    return [bool(a <= t <= z) for a, z, t in zip(low, high, truth, strict=True) if not np.isnan(a)]


def interval(found: ImputedCorrelations, total: bool) -> tuple[FloatArray, FloatArray]:
    """Return the interval of the family jackknife, with or without what imputation adds."""
    jackknife = family_jackknife(found.rho, found.left_out, np.isnan(found.left_out))
    if total:
        jackknife = with_imputations(jackknife, imputation_variance(found.imputations))
    limits = jackknife_intervals(jackknife, LEVEL)
    return limits.low, limits.high


def _note(cell: Cell, method: str, rho: float, truth: float) -> None:
    if np.isnan(rho):
        cell.undefined[method] += 1
    else:
        cell.errors[method].append(float(rho - truth) * (1.0 if truth >= 0 else -1.0))


def applies(source: Source, mechanism: str) -> bool:
    """Return whether a mechanism is tried on a source: shipped ones with and without known days stand apart."""
    return source.days is not None if mechanism == "by model age" else "dated" not in source.name


def removal(
    sources: Sequence[Source], repetitions: int, seed: int, only: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the rows of the table of errors, or some of them, named as in the table."""
    yield (
        "| scores | removed | share | "
        + " | ".join(METHODS)
        + " | between imputations | complete interval | whole interval |"
    )
    yield "|---|---|---|" + "---|" * (len(METHODS) + 3)
    for s, source in enumerate(sources):
        for m, (name, mechanism) in enumerate(MECHANISMS.items()):
            if not applies(source, name):
                continue
            for k, share in enumerate(SHARES):
                row = f"{named(source)} | {name} | {share:.0%}"
                if only and row not in only:
                    continue
                cell = Cell()
                for repetition in range(repetitions):
                    random = np.random.default_rng([seed, s, m, k, repetition])
                    taken = sampled(source, random)
                    measure(taken, mechanism(taken, share, random), seed + repetition, cell)
                columns = [_error(cell, method) for method in METHODS]
                yield (
                    f"| {row} | "
                    + " | ".join(columns)
                    + f" | {covered(cell.between_only)} | {covered(cell.imputation_only)} | {covered(cell.total)} |"
                )


def refusals(sources: Sequence[Source], repetitions: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of what the floors of a study do to the same tables."""
    yield "| scores | models | removed | " + " | ".join(f"{share:.0%}" for share in SHARES) + " |"
    yield "|---|---|---|" + "---|" * len(SHARES)
    for s, source in enumerate(sources):
        for m, (name, mechanism) in enumerate(MECHANISMS.items()):
            if not applies(source, name):
                continue
            told = []
            for k, share in enumerate(SHARES):
                refused, kept = 0, []
                for repetition in range(repetitions):
                    random = np.random.default_rng([seed, s, m, k, repetition])
                    taken = sampled(source, random)
                    n_models, n_columns, holes = bearable(mechanism(taken, share, random))
                    if n_columns < SMALLEST_SUITE or holes > MOST_IMPUTED:
                        refused += 1
                    else:
                        kept.append((n_models, n_columns))
                told.append(_told(refused, kept, repetitions))
            yield (
                f"| {source.name} | {min(len(source.suite), source.sample)} | {name} | "
                + " | ".join(told)
                + " |"
            )


def bearable(removed: FloatArray) -> tuple[int, int, float]:
    """Return how many models and benchmarks the floors leave, and the share of holes among them."""
    rows, columns, _ = above_floors(np.where(removed, np.nan, 1.0))
    left = removed[rows][:, columns]
    return rows.size, len(columns), float(left.mean()) if left.size else 1.0


def _told(refused: int, kept: Sequence[tuple[int, int]], repetitions: int) -> str:
    if refused == repetitions:
        return "refused"
    models, columns = np.mean(kept, axis=0)
    return f"{models:.0f} × {columns:.1f}" + (f" ({refused} of {repetitions} refused)" if refused else "")


def sampled(source: Source, random: np.random.Generator) -> Source:
    """Return a sample of the rows of a large table."""
    if len(source.suite) <= source.sample:
        return source
    rows = random.choice(len(source.suite), source.sample, replace=False)
    return Source(
        source.name,
        source.suite[rows],
        source.columns[rows],
        source.families[rows],
        None if source.days is None else source.days[rows],
    )


def named(source: Source) -> str:
    """Return the name of a source in the tables: with the size of the samples where it is sampled."""
    return f"{source.name}, {source.sample}" if len(source.suite) > source.sample else source.name


def _error(cell: Cell, method: str) -> str:
    errors = np.array(cell.errors[method])
    lost = cell.undefined[method]
    if not errors.size:
        return "none"
    note = f" ({lost} undefined)" if lost else ""
    return f"{errors.mean():+.3f} / {np.sqrt((errors**2).mean()):.3f}{note}"


def covered(hits: Sequence[bool]) -> str:
    """Return the share of intervals that held the answer, and their number."""
    return f"{np.mean(hits):.3f} ({len(hits)})" if hits else ""


def simulated(simulations: int, seed: int) -> Iterator[str]:
    """Yield the rows of the table of coverage: made populations of which the correlation is known."""
    yield "| models in families | ρ | missing | whole interval | jackknife alone | half width | of complete scores |"
    yield "|---|---|---|---|---|---|---|"
    for n_families, size in ((12, 5), (30, 3)):
        for strength in (0.0, 0.8):
            for share in (0.1, 0.3, 0.6):
                hits: dict[bool, list[bool]] = {True: [], False: []}
                widths, widths_complete = [], []
                truth = _truth(strength, seed)
                for number in range(simulations):
                    random = np.random.default_rng(
                        [seed, n_families, int(10 * strength), int(10 * share), number]
                    )
                    suite, column, families = made(n_families, size, strength, random)
                    holed = np.where(random.random(suite.shape) < share, np.nan, suite)
                    some = ~np.isnan(holed).all(axis=1)
                    _, own = np.unique(families[some], return_inverse=True)
                    found, _ = imputed_correlations(
                        holed[some], column[some, None], [False], own, IMPUTATIONS, seed + number
                    )
                    whole, _ = imputed_correlations(suite, column[:, None], [False], families, 2, seed)
                    for total in (True, False):
                        low, high = interval(found, total)
                        hits[total].append(bool(low[0] <= truth <= high[0]))
                        if total:
                            widths.append(high[0] - low[0])
                    low, high = interval(whole, False)
                    widths_complete.append(high[0] - low[0])
                yield (
                    f"| {n_families * size} in {n_families} | {truth:.2f} | {share:.0%} | {covered(hits[True])} | "
                    f"{covered(hits[False])} | {np.mean(widths) / 2:.3f} | {np.mean(widths_complete) / 2:.3f} |"
                )


LOADING = 0.822  # two columns then correlate .675, as those of the paper's chat models do


def made(
    n_families: int, size: int, strength: float, random: np.random.Generator
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Make twelve columns of one factor and one under test; .3 of ability and .5 of the rest lie between families."""
    families = np.repeat(np.arange(n_families), size)
    n = families.size

    def clustered(within: float) -> FloatArray:
        between = random.standard_normal(n_families)[families]
        return np.sqrt(within) * between + np.sqrt(1 - within) * random.standard_normal(n)

    ability = clustered(0.3)
    suite = LOADING * ability[:, None] + np.sqrt(1 - LOADING**2) * random.standard_normal((n, 12))
    return suite, strength * ability + np.sqrt(1 - strength**2) * clustered(0.5), families


def _truth(strength: float, seed: int) -> float:
    """Return the Spearman correlation with the score of a very large made population."""
    suite, column, _ = made(100_000, 1, strength, np.random.default_rng(seed))
    return spearman(first_component(suite).scores, column)


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mirror", type=Path, help="a folder with one folder a source")
    parser.add_argument("--repetitions", type=int, default=16)
    parser.add_argument("--simulations", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="SCORES | REMOVED | SHARE",
        help="only this row of the first table, as it begins there",
    )
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    begun = time.process_time()
    sources = list(shipped())
    if given.mirror:
        sources += mirrored(given.mirror)
    lines = []
    for line in removal(sources, given.repetitions, given.seed, given.only):
        print(line, flush=True)
        lines.append(line)
    print()
    if given.only:
        return
    lines += ["", f"Made populations, {given.simulations} a row:", ""]
    for line in simulated(given.simulations, given.seed):
        print(line, flush=True)
        lines.append(line)
    lines += ["", "What the floors of a study leave of these tables, models × benchmarks on average:", ""]
    lines += list(refusals(sources, given.repetitions, given.seed))
    seconds = time.process_time() - begun
    head = f"{date.today().isoformat()}: {given.repetitions} repetitions a row, {seconds:.0f} s of processor time."
    print("\n" + head)
    if given.write:
        readme = Path(__file__).with_name("README.md")
        text = readme.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        readme.write_text(
            before + BEGIN + "\n\n" + "\n".join([head, "", *lines]) + "\n\n" + END + after, encoding="utf-8"
        )


if __name__ == "__main__":
    main()
