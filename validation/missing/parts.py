"""Measure what imputation does to strata, groups of models, partial correlations and second components.

    python validation/missing/parts.py [--simulations 40] [--world NUMBER] [--write]

Populations are made of which everything is known: how safety goes with ability in each of three strata, or two factors
of capability. Cells of the suite are removed, the study of parts is made as the program makes it, and is held against
that of the complete scores of the same models, and against the truth of a very large population. Beside it stands what
a study finds that takes the mean of each cell over the imputations as if it were there. With `--write` the table of
each world is put into PARTS.md beside this file. The seed is fixed.
"""

from __future__ import annotations

import argparse
import datetime
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from confounded.engine import Threads, processor
from confounded.errors import ContentError
from confounded.scores import ScoreMatrix
from confounded.stats.adjusted import capability_adjusted
from confounded.stats.component import first_component
from confounded.stats.partial import partial_spearman
from confounded.stats.ranks import spearman
from confounded.stats.robustness import specifications
from confounded.stats.rotation import two_components
from confounded.stats.strata import group_correlations
from confounded.study.capability import capabilities_of
from confounded.study.components import capability_components
from confounded.study.population import ModelFacts, Population
from confounded.study.result import BenchmarkFacts
from confounded.study.reversals import with_reversals
from confounded.study.settings import Settings
from confounded.study.strata import part_models
from confounded.study.strata_result import BenchmarkStrata

HERE = Path(__file__).parent
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

SHARES: Final = (0.1, 0.3, 0.6, 0.9)
WIDTH: Final = 8
LOADING: Final = 0.675**0.5
"""Correlation .675 between two capability benchmarks: the paper's mean of the chat models."""

SIBLINGS: Final = 4
"""Models of a family."""

ABILITY, SAFETY = 0.3, 0.5
"""Shares of the variance of ability and of the rest of safety that lie between families (`validation/README.md`)."""

BILLION: Final = 1e9
FIRST_DAY: Final = datetime.date(2022, 1, 1).toordinal()
DAYS: Final = 1000


@dataclass(frozen=True)
class World:
    """A way in which the world may be.

    `slopes`: the correlation of safety with ability in each stratum; `size`: models in each. `second`: the loadings of
    the suite on a second factor, positive in one half; safety then goes with both. `is_of_components`: whether it is
    the second component that is asked about, and not the strata.
    """

    name: str
    slopes: tuple[float, ...]
    size: int = 40
    second: float = 0.0
    is_of_components: bool = False


WORLDS: Final = (
    World("the same weak relation (.1) in all", (0.1, 0.1, 0.1)),
    World("strong (.7) in two strata, none in one", (0.7, 0.7, 0.0)),
    World("the same strong relation (.7), 600 models", (0.7, 0.7, 0.7), size=200),
    World("+.7 in three strata, −.7 in one", (0.7, 0.7, 0.7, -0.7)),
    World(
        "two factors of capability, safety goes with both",
        (0.6, 0.6, 0.6),
        second=0.45,
        is_of_components=True,
    ),
    World("one factor of capability", (0.6, 0.6, 0.6), is_of_components=True),
)


@dataclass(frozen=True)
class Made:
    """Models that were made: (N, C) suite, (N,) safety, and what they are parted by."""

    suite: FloatArray = field(repr=False)
    safety: FloatArray = field(repr=False)
    family: IntArray = field(repr=False)
    stratum: IntArray = field(repr=False)
    day: FloatArray = field(repr=False)


def make(world: World, size: int, random: np.random.Generator) -> Made:
    """Make a population. The larger models are the newer ones for the most part, and the abler ones a little."""
    stratum = np.repeat(np.arange(len(world.slopes)), size)
    n = stratum.size
    family = np.arange(n) // SIBLINGS

    def clustered(share: float) -> FloatArray:
        between = random.standard_normal(family[-1] + 1)[family]
        return share**0.5 * between + (1 - share) ** 0.5 * random.standard_normal(n)

    ability, other = clustered(ABILITY), clustered(ABILITY)
    slope = np.array(world.slopes)[stratum]
    follows = ability + other if world.second else ability
    follows = follows / (2**0.5 if world.second else 1.0)
    safety = slope * follows + (1 - slope**2) ** 0.5 * clustered(SAFETY)
    halves = world.second * np.where(np.arange(WIDTH) < WIDTH // 2, 1.0, -1.0)
    own = (1 - LOADING**2 - world.second**2) ** 0.5
    suite = LOADING * ability[:, None] + halves * other[:, None] + own * random.standard_normal((n, WIDTH))
    time = (
        1.6 * stratum / (len(world.slopes) - 1)
        + 0.4 * ability
        + 0.5 * random.standard_normal(family[-1] + 1)[family]
    )
    day = FIRST_DAY + np.floor(DAYS * (rankdata(time) - 0.5) / n)
    return Made(suite, safety, family, stratum, day)


def at_random(made: Made, share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Each cell by itself."""
    return random.random(made.suite.shape) < share


def by_benchmark(made: Made, share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Half of the suite misses up to 1.6 times as many cells as all of it, the other half the fewer."""
    most = min(0.97, 1.6 * share)
    some = random.permutation(WIDTH) < WIDTH // 2
    return random.random(made.suite.shape) < np.where(some, most, 2 * share - most)


def by_age(made: Made, share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Each benchmark has its time: it misses the models that came out furthest from it."""
    age = (rankdata(made.day) - 0.5) / made.day.size
    centres = (random.permutation(WIDTH) + 0.5) / WIDTH
    distance = np.abs(age[:, None] - centres) + 0.1 * random.random(made.suite.shape)
    return np.asarray(distance > np.quantile(distance, 1.0 - share, axis=0))


MECHANISMS: Final[dict[str, Callable[[Made, float, np.random.Generator], NDArray[np.bool_]]]] = {
    "at random": at_random,
    "by benchmark": by_benchmark,
    "by model age": by_age,
}

NAMES: Final = (*(f"s{place}" for place in range(WIDTH)), "safety")
SUITE: Final = NAMES[:-1]
FACTS: Final = {
    name: BenchmarkFacts(
        benchmark=name,
        name=name,
        area=None,
        kind=None,
        metric=None,
        direction="higher",
        correlated_with="capabilities score",
    )
    for name in NAMES
}


def population_of(made: Made, suite: FloatArray) -> Population:
    """Put models into the form of a study, some cells of the suite being gone."""
    scores = np.column_stack([suite, made.safety])
    unknown = np.full(scores.shape, np.nan)
    models = tuple(f"m{row:04}" for row in range(len(scores)))
    families = tuple(f"f{own:04}" for own in made.family)
    facts = tuple(
        ModelFacts(
            name,
            name,
            own,
            None,
            (place + 0.5) * BILLION,
            None,
            population="chat",
            released=datetime.date.fromordinal(int(day)).isoformat(),
        )
        for name, own, place, day in zip(models, families, made.stratum.tolist(), made.day, strict=True)
    )
    return Population("chat", ScoreMatrix(models, NAMES, scores, families, unknown, unknown), facts)


def settings(seed: int, strata: int = 3) -> Settings:
    """Part by size, so that each stratum is a band, and within and between families too."""
    return Settings(
        suite=SUITE,
        missing="impute",
        size_bands=tuple(place * BILLION for place in range(1, strata)),
        by=("size", "family"),
        seed=seed,
    )


Told = dict[str, tuple[float | None, float | None, float | None]]
"""Statistics by name: value, and limits of the interval."""


def parts_of(
    population: Population, seed: int, strata: int, *, means: bool = False
) -> tuple[Told, bool, bool]:
    """Make the study of parts; say whether the alarm and the caution of opposite strata are given.

    With `means`, the mean of each cell over the imputations is taken as if it were there.

    Raises
    ------
    ContentError
        Where it is refused.
    """
    given = settings(seed, strata)
    score, _ = capabilities_of(population, given, FACTS)
    if means:
        score = replace(score, holes=None)
    _, parted, scoped = part_models([population], [score], FACTS, given, engine=Threads(1))
    parted = with_reversals(parted, scoped, given)
    # A benchmark of the suite that too few models are left with stands outside it.
    one = next(own for own in parted if own.benchmark == "safety")
    by_size = (any(own.by == "size" for own in alarms) for alarms in (one.reversals, one.oppositions))
    return statistics(one), *by_size


def statistics(one: BenchmarkStrata) -> Told:
    """Take out what is measured."""
    told: Told = {"all": (one.overall.rho, one.overall.low, one.overall.high)}
    for split in one.splits:
        if split.by == "size":
            told |= {f"stratum {k}": (s.rho, s.low, s.high) for k, s in enumerate(split.strata)}
        parts = split.parts
        if parts is not None:
            told[f"within {split.by}"] = (parts.within, parts.within_low, parts.within_high)
            if split.by == "family":
                told["between family"] = (parts.between, parts.between_low, parts.between_high)
    told |= {f"given {own.given}": (own.partial, own.low, own.high) for own in one.given}
    return told


def truths(world: World, seed: int) -> dict[str, float]:
    """Return the statistics of a very large population, of which nothing is missing."""
    made = make(world, 40_000, np.random.default_rng([seed, 999]))
    score = first_component(made.suite).scores
    told = {"all": spearman(score, made.safety)}
    for place in range(len(world.slopes)):
        own = made.stratum == place
        told[f"stratum {place}"] = spearman(score[own], made.safety[own])
    told["within size"] = group_correlations(score, made.safety, made.stratum.tolist()).within
    families = group_correlations(score, made.safety, made.family.tolist())
    told |= {"within family": families.within, "between family": families.between}
    told["given size"] = partial_spearman(score, made.safety, made.stratum.astype(float))
    told["given released"] = partial_spearman(score, made.safety, made.day)
    return told


KINDS: Final = {
    "strata": ("all", *(f"stratum {place}" for place in range(4))),
    "within and between": ("within size", "within family", "between family"),
    "partial": ("given size", "given released"),
    "components": ("first", "second"),
}


WAYS: Final = ("complete", "means", "imputed")
"""The complete scores of the same models; holes filled once, by the mean of each cell; holes imputed anew."""


@dataclass
class Cell:
    """What was found under one mechanism and share: by way and kind, errors, widths, and whether intervals held."""

    n: int = 0
    refused: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    earned: Counter[str] = field(default_factory=Counter)
    errors: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    held: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    widths: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, found: Mapping[str, Told], truth: Mapping[str, float]) -> None:
        """Add one study: what is defined in every way."""
        for kind, names in KINDS.items():
            for name in names:
                told = [found[way].get(name, (None,) * 3) for way in WAYS]
                figures = np.array(told, dtype=np.float64)
                if np.isnan(figures).any():
                    continue
                sign = 1.0 if truth[name] >= 0 else -1.0
                for way, (rho, low, high) in zip(WAYS, figures, strict=True):
                    self.errors[way, kind].append(sign * (rho - figures[0, 0]))
                    self.held[way, kind].append(bool(low <= truth[name] <= high))
                    self.widths[way, kind].append(float(np.arctanh(high) - np.arctanh(low)))


def measured(world: World, mechanism: str, share: float, simulations: int, seed: int) -> Cell:
    """Simulate studies of parts, or of two components."""
    truth, cell = (component_truths if world.is_of_components else truths)(world, seed), Cell()
    for number in range(simulations):
        random = np.random.default_rng([seed, number])
        made = make(world, world.size, random)
        removed = MECHANISMS[mechanism](made, share, random)
        holed = population_of(made, np.where(removed, np.nan, made.suite))
        cell.n += 1
        try:
            score, _ = capabilities_of(holed, settings(number, len(world.slopes)), FACTS)
        except ContentError:
            cell.refused += 1
            continue
        left = population_of(made, made.suite).of_models(score.rows.tolist())
        studies = {"complete": (left, False), "means": (holed, True), "imputed": (holed, False)}
        found = {}
        for way, (population, means) in studies.items():
            if world.is_of_components:
                found[way] = components_of(population, number, means=means)
                cell.earned[way] += bool(found[way])
                continue
            found[way], alarm, opposed = parts_of(population, number, len(world.slopes), means=means)
            cell.alarms[way] += alarm or opposed
        cell.note(found, truth)
    return cell


def component_truths(world: World, seed: int) -> dict[str, float]:
    """Return the correlations with both components in a very large population."""
    made = make(world, 40_000, np.random.default_rng([seed, 999]))
    fit = two_components(made.suite)
    high, low = sorted((spearman(made.safety, own) for own in fit.scores.T), reverse=True)
    return {"first": high, "second": low}


def components_of(population: Population, seed: int, *, means: bool = False) -> Told:
    """Make the study of components; nothing where a second is not earned.

    The components of the suite mirror each other: the one that safety goes with more is called the first.
    """
    given = settings(seed)
    score, _ = capabilities_of(population, given, FACTS)
    if means:
        score = replace(score, holes=None)
    found = capability_components(population, score, FACTS, given, engine=Threads(1))
    own = [] if found is None else [one for one in found.benchmarks if one.benchmark == "safety"]
    if not own:
        return {}
    both = sorted((own[0].first, own[0].second), key=lambda one: -(one.rho or 0.0))
    return {
        name: (side.rho, side.low, side.high) for name, side in zip(("first", "second"), both, strict=True)
    }


def rows_of(world: World, simulations: int, seed: int, shares: Sequence[float]) -> Iterator[str]:
    """Yield the table of one world."""
    counted = "a second component, %" if world.is_of_components else "reversal or opposition by size, %"
    yield f"| removed | share | refused, % | {counted} | kind | error | held, % | width |"
    yield "|---|---|---|---|---|---|---|---|"
    for mechanism in MECHANISMS:
        for share in shares:
            cell = measured(world, mechanism, share, simulations, seed)
            studied = cell.n - cell.refused
            start = f"| {mechanism} | {share:.0%} | {100 * cell.refused / cell.n:.0f} |"
            if not studied:
                yield f"{start} | | | | |"
                continue
            given = cell.earned if world.is_of_components else cell.alarms
            raised = " / ".join(f"{100 * given[way] / studied:.0f}" for way in WAYS)
            told = [f"{kind} | {_told(cell, kind)}" for kind in KINDS if cell.held["complete", kind]]
            yield from (f"{start} {raised} | {one} |" for one in told or [" | | | "])


def _told(cell: Cell, kind: str) -> str:
    """Say of one kind of correlation what was found, in the order of `WAYS`."""
    errors = " / ".join(
        f"{np.mean(own):+.3f} ± {np.sqrt(np.mean(np.square(own))):.3f}"
        for own in (cell.errors[way, kind] for way in WAYS[1:])
    )
    held = " / ".join(f"{100 * np.mean(cell.held[way, kind]):.1f}" for way in WAYS)
    width = np.mean(cell.widths["complete", kind])
    widths = " / ".join(f"{np.mean(cell.widths[way, kind]) / width:.2f}" for way in WAYS[1:])
    return f"{errors} | {held} ({len(cell.held['complete', kind])}) | {widths}"


ROUTES: Final = (("first component", "kendall"), ("first component", "pearson"), ("mean z-score", "spearman"))


def elsewhere(simulations: int, seed: int) -> Iterator[str]:
    """Yield the table of what takes the mean of each cell: adjusted scores and robustness checks."""
    yield "| removed | share | tables | residual, in half intervals | changed, % | Kendall | Pearson | mean z-score |"
    yield "|---|---|---|---|---|---|---|---|"
    world = World("", (0.7, 0.7, 0.7))
    for mechanism in MECHANISMS:
        for share in SHARES:
            moved, changed, routes = [], [], []
            for number in range(simulations):
                random = np.random.default_rng([seed, number])
                made = make(world, world.size, random)
                removed = MECHANISMS[mechanism](made, share, random)
                holed = population_of(made, np.where(removed, np.nan, made.suite))
                try:
                    score, _ = capabilities_of(holed, settings(number), FACTS)
                except ContentError:
                    continue
                rows = score.rows
                whole = made.suite[rows][:, [SUITE.index(name) for name in score.suite]]
                safety, family = made.safety[rows, None], np.unique(made.family[rows], return_inverse=True)[1]
                both = [
                    capability_adjusted(
                        first_component(columns).scores if columns is whole else score.scores, safety, family
                    )
                    for columns in (whole, score.columns)
                ]
                half = (both[0].high - both[0].predicted).mean()
                moved.append(float(np.sqrt(((both[0].residual - both[1].residual) ** 2).mean()) / half))
                outside = [(safety > one.high).astype(int) - (safety < one.low) for one in both]
                changed.append(float((outside[0] != outside[1]).mean()))
                tried = [specifications(columns, safety) for columns in (whole, score.columns)]
                whole_suite = np.flatnonzero(tried[0].left_out < 0).tolist()
                names = [(tried[0].composite[place], tried[0].association[place]) for place in whole_suite]
                kept = [whole_suite[names.index(route)] for route in ROUTES]
                routes.append((tried[1].rho - tried[0].rho)[kept, 0])
            if moved:
                errors = " | ".join(
                    f"{one.mean():+.3f} ± {np.sqrt((one**2).mean()):.3f}" for one in np.array(routes).T
                )
                start = f"| {mechanism} | {share:.0%} | {len(moved)} |"
                yield f"{start} {np.mean(moved):.2f} | {100 * np.mean(changed):.1f} | {errors} |"


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--simulations", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=int, action="append", choices=range(len(WORLDS)))
    parser.add_argument(
        "--share", type=float, action="append", choices=SHARES, help="of the cells; all by default"
    )
    parser.add_argument("--elsewhere", action="store_true", help="only adjusted scores and robustness checks")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.elsewhere:
        began = process_time()
        table = list(elsewhere(given.simulations, given.seed))
        command = f"python validation/missing/parts.py --elsewhere --simulations {given.simulations} --write"
        told = _measured_by(command, process_time() - began)
        text = "\n".join([told, "", *table])
        print(text)
        if given.write:
            _write("elsewhere", text)
        return
    for number in given.world or range(len(WORLDS)):
        world, began = WORLDS[number], process_time()
        table = []
        for row in rows_of(world, given.simulations, given.seed, given.share or SHARES):
            print(row, flush=True)
            table.append(row)
        some = "".join(f" --share {share}" for share in given.share or ())
        command = f"python validation/missing/parts.py --world {number} --simulations {given.simulations}{some} --write"
        told = (
            f"{_measured_by(command, process_time() - began)} {given.simulations} tables of "
            f"{world.size * len(world.slopes)} models a row."
        )
        if given.write:
            _write(f"world {number}", "\n".join([told, "", *table]))
        else:
            print(told)


def _measured_by(command: str, seconds: float) -> str:
    """Say by what and when something was measured."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"`{command}`, {today}, {processor()}, {os.cpu_count()} cores, {seconds:.0f} s of processor time."


def _write(what: str, text: str) -> None:
    """Put a table into its place."""
    path = HERE / "PARTS.md"
    begin, end = f"<!-- {what} -->", f"<!-- end of {what} -->"
    whole = path.read_text(encoding="utf-8")
    before, rest = whole.split(begin)
    path.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
