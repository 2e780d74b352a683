"""The options that commands share, each declared once, and what they ask for.

A command takes the ones it needs as decorators, or all of a study with `study_options`, and hands what came to
`study_settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

import click

from confounded.cli import values
from confounded.cli.help import INPUT, METHOD, OUTPUT, Option
from confounded.cli.terminal import Terminal
from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.engine import Engine
    from confounded.study import Settings

__all__ = [
    "CHECK_FAILED",
    "EngineOptions",
    "StudyOptions",
    "as_json_option",
    "benchmarks_option",
    "by_option",
    "capabilities_option",
    "chosen_engine",
    "chosen_settings",
    "direction_options",
    "directions_in",
    "engine_options",
    "fail_on_option",
    "failing_verdicts",
    "leave_out_option",
    "lenient_option",
    "level_option",
    "margin_option",
    "mirror_option",
    "missing_option",
    "models_option",
    "names_in",
    "near_chance_option",
    "nesting_option",
    "option",
    "output_option",
    "population_option",
    "release_periods_option",
    "resamples_option",
    "seed_option",
    "size_bands_option",
    "sizes_in",
    "source_argument",
    "study_options",
    "study_settings",
    "suite_option",
    "unknown_families_option",
]

CHECK_FAILED: Final = 1
"""The exit code of a command whose check failed."""

MISSING: Final = ("leave-model-out", "leave-benchmark-out", "column-mean", "impute")

BILLION: Final = 1e9

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def option(*names: str, heading: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    """Return a decorator that gives a command an option under a heading of its help."""
    return click.option(*names, cls=Option, heading=heading, **settings)


def source_argument(*, required: bool = False) -> Callable[[Decorated], Decorated]:
    """Return a decorator that gives a command the files and folders it reads."""
    return click.argument("source", nargs=-1, required=required, type=click.Path(path_type=Path))


# Input: what is read, and what is taken of what nothing says.

benchmarks_option = option(
    "--benchmarks",
    heading=INPUT,
    type=click.Path(path_type=Path),
    help="A TOML file that says what is known of benchmarks. [default: any benchmarks.toml beside SOURCE]",
)
models_option = option(
    "--models",
    heading=INPUT,
    type=click.Path(path_type=Path),
    help="A TOML file that says what is known of models. [default: any models.toml beside SOURCE]",
)
mirror_option = option(
    "--mirror",
    heading=INPUT,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where the files of a source are that is named, such as open-llm-leaderboard-v1: a folder with one folder a "
    "source. [default: what `confounded datasets fetch` fetched]",
)
population_option = option(
    "--population",
    heading=INPUT,
    type=click.Choice(["base", "chat", "mixed"]),
    help="What models are of which neither the file nor the catalogue says it.",
)
unknown_families_option = option(
    "--unknown-families-apart/--no-unknown-families-apart",
    heading=INPUT,
    is_flag=True,
    help="Count each model of unknown family as a family of one, instead of stopping.",
)
leave_out_option = option(
    "--leave-out",
    heading=INPUT,
    metavar="BENCHMARK,...",
    help="Columns of SOURCE that are not to be studied.",
    shell_complete=values.complete_columns,
)
lenient_option = option(
    "--lenient/--no-lenient",
    heading=INPUT,
    is_flag=True,
    help="Go on where the scores leave something to guess (a score given twice, two units in a column, a cell that "
    "is no number), and say in the result what was taken.",
)


def direction_options(command: Decorated) -> Decorated:
    """Give a command the options that say which way benchmarks are safer: see `directions`."""
    for one in (
        option(
            "--lower-is-safer",
            heading=INPUT,
            is_flag=True,
            help="The same the other way round: lower scores are better or safer.",
        ),
        option(
            "--higher-is-safer",
            heading=INPUT,
            is_flag=True,
            help="Of all benchmarks of which nothing else says it, higher scores are better or safer: as "
            "--direction '*=higher'.",
        ),
        option(
            "--direction",
            heading=INPUT,
            multiple=True,
            metavar="BENCHMARK=higher|lower",
            help="Which way a benchmark is better or safer, where nothing else says it; '*' stands for all of "
            "these. May be given several times.",
            shell_complete=values.complete_direction,
        ),
    ):
        command = one(command)
    return command


# Method: what could change a number.

capabilities_option = option(
    "--capabilities",
    heading=METHOD,
    metavar="SOURCE",
    help="Where capability comes from instead of the suite, held fixed: a capability reference (`confounded datasets` "
    "lists them), training-compute, or a benchmark of SOURCE.",
    shell_complete=values.complete_capabilities,
)
suite_option = option(
    "--suite",
    heading=METHOD,
    metavar="BENCHMARK,...",
    help="The capability benchmarks, with commas between. [default: those of the paper's twelve that are there]",
    shell_complete=values.complete_benchmarks,
)
missing_option = option(
    "--missing",
    heading=METHOD,
    type=click.Choice(MISSING),
    default=MISSING[0],
    show_default=True,
    help="What to do where a model lacks a score of the suite: leave the model out, leave the benchmark out, "
    "take the mean of its column, or impute it several times from the other scores.",
)
margin_option = option(
    "--margin",
    heading=METHOD,
    type=float,
    default=0.4,
    show_default=True,
    help="Correlations below it count as low.",
)
level_option = option(
    "--level",
    heading=METHOD,
    type=float,
    default=0.95,
    show_default=True,
    help="Nominal coverage of the intervals.",
)
resamples_option = option(
    "--resamples",
    heading=METHOD,
    type=int,
    default=10_000,
    show_default=True,
    help="Bootstrap resamples of the intervals that are for comparison; the default interval needs none.",
)
seed_option = option(
    "--seed", heading=METHOD, type=int, default=0, show_default=True, help="Of everything that is drawn."
)
nesting_option = option(
    "--nesting",
    heading=METHOD,
    type=click.Choice(["aggregates", "subscales"]),
    default="aggregates",
    show_default=True,
    help="Which of nested benchmarks count where many are taken together.",
)
by_option = option(
    "--by",
    heading=METHOD,
    multiple=True,
    metavar="NAME",
    help="Also part the models by this: the correlation in each part, within the parts and between them. May be given "
    f"several times. NAME is {', '.join(values.BY)}, or any column of the scores: of words, each of which is "
    "a part, or of numbers, dates or sizes (7B), which are cut at their thirds and allowed for too. What every study "
    "tries by itself is class (base or chat), size and closeness to chance.",
    shell_complete=values.complete_by,
)
size_bands_option = option(
    "--size-bands",
    heading=METHOD,
    metavar="BILLIONS,...",
    default="3,10,30",
    show_default=True,
    help="Where sizes are cut, in billion parameters.",
)
release_periods_option = option(
    "--release-periods",
    heading=METHOD,
    metavar="YYYY-MM-DD,...",
    default="2023-01-01,2024-01-01,2025-01-01,2026-01-01",
    show_default=True,
    help="Where releases are cut.",
)
near_chance_option = option(
    "--near-chance",
    heading=METHOD,
    type=float,
    default=0.05,
    show_default=True,
    help="A model is near chance on a benchmark below this share of the way from guessing to all right.",
)
threads_option = option(
    "--threads",
    heading=METHOD,
    metavar="INTEGER",
    type=click.IntRange(min=1),
    help="Threads to work with; changes no number. [default: all cores]",
)
engine_option = option(
    "--engine",
    heading=METHOD,
    type=click.Choice(["threads", "ray"]),
    default="threads",
    show_default=True,
    help="Where resamples, specifications and imputations run: in threads of this machine, or on a Ray cluster that is "
    'there already (needs "confounded[ray]" on every node). Changes no number.',
)
ray_address_option = option(
    "--ray-address",
    heading=METHOD,
    metavar="HOST:PORT",
    help="The Ray cluster to run on, of which this machine is a node. [default: RAY_ADDRESS, or the cluster that this "
    "machine is a node of]",
)

# Output: what is written, and the exit code.


def output_option(default: Path | None, help: str) -> Callable[[Decorated], Decorated]:
    """Return a decorator that gives a command the folder it writes to."""
    return option(
        "-o",
        "--output",
        heading=OUTPUT,
        type=click.Path(path_type=Path),
        default=default,
        show_default=default is not None,
        help=help,
    )


fail_on_option = option(
    "--fail-on",
    heading=OUTPUT,
    metavar="VERDICT,...",
    help="Exit with 1 if a benchmark outside the suite gets one of these verdicts, such as entangled.",
    shell_complete=values.complete_verdicts,
)


def as_json_option(help: str) -> Callable[[Decorated], Decorated]:
    """Return a decorator that gives a command `--json`, with which all that is no JSON goes to standard error."""

    def chosen(context: click.Context, _parameter: click.Parameter, given: bool) -> bool:
        context.find_root().ensure_object(Terminal).as_json |= given
        return given

    return option("--json", "as_json", heading=OUTPUT, is_flag=True, callback=chosen, help=help)


# All of a study together.


class EngineOptions(TypedDict):
    """What the options of `engine_options` hand to a command."""

    threads: int | None
    engine: str
    ray_address: str | None


def engine_options(command: Decorated) -> Decorated:
    """Give a command the options that say where it works; it takes them as `EngineOptions`."""
    for one in (ray_address_option, engine_option, threads_option):
        command = one(command)
    return command


class StudyOptions(EngineOptions):
    """What the options of `study_options` hand to a command, as its last keyword arguments."""

    mirror: Path | None
    benchmarks: Path | None
    models: Path | None
    population: str | None
    direction: tuple[str, ...]
    higher_is_safer: bool
    lower_is_safer: bool
    unknown_families_apart: bool
    leave_out: str | None
    lenient: bool
    capabilities: str | None
    suite: str | None
    missing: str
    margin: float
    level: float
    resamples: int
    seed: int
    nesting: str
    by: tuple[str, ...]
    size_bands: str
    release_periods: str
    near_chance: float


def study_options(command: Decorated) -> Decorated:
    """Give a command every option of a study; it takes them as `StudyOptions`."""
    for one in reversed(
        (
            mirror_option,
            benchmarks_option,
            models_option,
            population_option,
            direction_options,
            unknown_families_option,
            leave_out_option,
            lenient_option,
            capabilities_option,
            suite_option,
            missing_option,
            margin_option,
            level_option,
            resamples_option,
            seed_option,
            nesting_option,
            by_option,
            size_bands_option,
            release_periods_option,
            near_chance_option,
            engine_options,
        )
    ):
        command = one(command)
    return command


def study_settings(chosen: StudyOptions) -> Settings:
    """Turn the options of a study into its settings.

    Raises
    ------
    UsageError
        If they make no sense together.
    """
    import msgspec

    from confounded.study import Settings

    suite, leave_out = chosen["suite"], chosen["leave_out"]
    return msgspec.convert(
        {
            "directions": directions_in(
                chosen["direction"],
                higher_is_safer=chosen["higher_is_safer"],
                lower_is_safer=chosen["lower_is_safer"],
            ),
            "suite": None if suite is None else names_in(suite),
            "leave_out": names_in(leave_out or ""),
            "size_bands": sizes_in(chosen["size_bands"]),
            "release_periods": names_in(chosen["release_periods"]),
            **{name: value for name, value in chosen.items() if name in _AS_GIVEN},
        },
        Settings,
    )


@contextmanager
def chosen_engine(chosen: EngineOptions) -> Iterator[Engine]:
    """Open where work runs, and leave it afterwards.

    Raises
    ------
    UsageError
        If the options make no sense together.
    EngineError
        If there is no such cluster.
    """
    from confounded.engine import Ray, Threads

    if chosen["engine"] == "threads":
        if chosen["ray_address"] is not None:
            raise UsageError("--engine ray beside it", found="--engine threads", where="--ray-address")
        yield Threads(chosen["threads"])
        return
    if chosen["threads"] is not None:
        raise UsageError(
            "--engine threads beside it",
            found="--engine ray",
            where="--threads",
            remedy="Each CPU of the cluster does one piece at a time.",
        )
    with Ray(chosen["ray_address"]) as cluster:
        yield cluster


def chosen_settings() -> frozenset[str]:
    """Return the names of the settings that the command line says something of, as usual or not."""
    context = click.get_current_context()
    said = {
        name
        for name in context.params
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    }
    names = said & (_AS_GIVEN | {"suite", "leave_out"})
    return frozenset(names | ({"directions"} if said & _OF_DIRECTION else set()))


_OF_DIRECTION: Final = frozenset({"direction", "higher_is_safer", "lower_is_safer"})

_AS_GIVEN: Final = frozenset(
    {
        "population",
        "unknown_families_apart",
        "lenient",
        "capabilities",
        "missing",
        "margin",
        "level",
        "resamples",
        "seed",
        "nesting",
        "by",
        "near_chance",
    }
)
"""Options that are settings under the same name."""


def directions_in(
    given: Sequence[str], *, higher_is_safer: bool = False, lower_is_safer: bool = False
) -> dict[str, str]:
    """Read which way benchmarks are better or safer, as the options of `direction_options` say it.

    Raises
    ------
    UsageError
        If a direction is none, or they contradict each other.
    """
    directions: dict[str, str] = {}
    for one in given:
        benchmark, equals, way = one.rpartition("=")
        if not equals or way not in ("higher", "lower"):
            raise UsageError("BENCHMARK=higher or BENCHMARK=lower", found=repr(one), where="--direction")
        if directions.setdefault(benchmark, way) != way:
            raise UsageError(f"one direction of {benchmark}", found="both", where="--direction")
    for way, is_asked in (("higher", higher_is_safer), ("lower", lower_is_safer)):
        if is_asked and directions.setdefault("*", way) != way:
            raise UsageError(
                "one direction of the benchmarks of which nothing else says it",
                found="both",
                where=f"--{way}-is-safer",
            )
    return directions


def names_in(text: str) -> tuple[str, ...]:
    """Read names with commas between them."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def sizes_in(text: str) -> tuple[float, ...]:
    """Read numbers of parameters in billions, with commas between them.

    Raises
    ------
    UsageError
        If one of them is no number.
    """
    try:
        return tuple(float(size) * BILLION for size in names_in(text))
    except ValueError as problem:
        raise UsageError("sizes in billion parameters", found=repr(text), where="--size-bands") from problem


def failing_verdicts(text: str | None) -> frozenset[str]:
    """Read the verdicts on which to fail.

    Raises
    ------
    UsageError
        If one of them is none.
    """
    from confounded.study.result import VERDICTS

    verdicts = frozenset(names_in(text or ""))
    unknown = sorted(verdicts - set(VERDICTS))
    if unknown:
        raise UsageError(f"verdicts among {', '.join(VERDICTS)}", found=", ".join(unknown), where="--fail-on")
    return verdicts
