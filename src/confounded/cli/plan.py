"""`confounded plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from confounded.cli.help import INPUT, METHOD, Command
from confounded.cli.options import as_json_option, mirror_option, option, seed_option, source_argument
from confounded.cli.terminal import current_terminal
from confounded.cli.values import complete_names
from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.study import Plan, PlanRequest, StudyResult

__all__ = ["plan"]


@click.command(cls=Command)
@source_argument()
@option(
    "--for",
    "benchmark",
    heading=INPUT,
    metavar="BENCHMARK",
    help="Begin from this benchmark of the study of SOURCE.",
    shell_complete=complete_names,
)
@mirror_option
@option(
    "--population",
    heading=INPUT,
    type=click.Choice(["base", "chat", "mixed"]),
    help="Of which population, where several have it.",
)
@option(
    "--rho",
    heading=METHOD,
    type=float,
    help="The assumed correlation with the capabilities score. [default: 0]",
)
@option("--margin", heading=METHOD, type=float, help="The margin of the verdict. [default: 0.4]")
@option("--level", heading=METHOD, type=float, help="The level of its interval. [default: 0.95]")
@option(
    "--power",
    heading=METHOD,
    type=float,
    default=0.8,
    show_default=True,
    help="How often it shall be reached.",
)
@option(
    "--reliability",
    heading=METHOD,
    type=float,
    help="Of the benchmark. [default: 1, no measurement error]",
)
@option(
    "--families",
    heading=METHOD,
    metavar="SIZES",
    help="Models in each family, such as 8,3,3,2 or 12x5 for a dozen of five. [default: 12x5]",
)
@option(
    "--ability-clustering",
    heading=METHOD,
    type=float,
    default=0.3,
    show_default=True,
    help="Intra-family correlation of ability.",
)
@option(
    "--residual-clustering",
    heading=METHOD,
    type=float,
    default=0.5,
    show_default=True,
    help="Intra-family correlation of the rest of the benchmark.",
)
@option(
    "--most-families",
    heading=METHOD,
    type=int,
    default=100,
    show_default=True,
    help="Where the search gives up.",
)
@option(
    "--simulations",
    heading=METHOD,
    type=int,
    default=1000,
    show_default=True,
    help="Simulated studies of each size.",
)
@seed_option
@as_json_option("Print the plan as JSON.")
def plan(
    source: tuple[Path, ...],
    mirror: Path | None,
    benchmark: str | None,
    population: str | None,
    rho: float | None,
    margin: float | None,
    level: float | None,
    power: float,
    reliability: float | None,
    families: str | None,
    ability_clustering: float,
    residual_clustering: float,
    most_families: int,
    simulations: int,
    seed: int,
    as_json: bool,
) -> None:
    """Say how many models and families would call a benchmark separable or entangled.

    Studies of the assumed correlation are simulated, each with its verdict, and the smallest is sought that reaches the
    right one often enough. With --for, the correlation, reliability and families are those of a benchmark in a study:
    of SOURCE (scores, a result.json, or the name of a source of `confounded datasets`), or of the shipped scores.
    Options given beside it replace them. Where your own scores need options of `confounded report` to be studied, give
    the result.json that it wrote.

    \b
    Examples:
      confounded plan
      confounded plan --rho 0.2 --families 20x3
      confounded plan --for rules_redteam --population chat
      confounded plan --for my_benchmark my-report/result.json --rho 0
    """
    import msgspec

    from confounded.cli.progress import progress_bar
    from confounded.study import PlanRequest, plan_study, request_from_study

    if mirror is not None and not source:
        raise UsageError("--mirror together with the name of a source", found="no SOURCE")
    if (source or population) and benchmark is None:
        raise UsageError("--for BENCHMARK together with SOURCE or --population", found="none")
    given = {
        "rho": rho,
        "margin": margin,
        "level": level,
        "reliability": reliability,
        "reliability_known": None if reliability is None else True,
        "family_sizes": None if families is None else _sizes(families),
    }
    with progress_bar() as progress:
        base = (
            PlanRequest()
            if benchmark is None
            else request_from_study(_study(source, mirror), benchmark, population)
        )
        request = msgspec.structs.replace(
            base,
            **{name: value for name, value in given.items() if value is not None},
            power=power,
            ability_clustering=ability_clustering,
            residual_clustering=residual_clustering,
            most_families=most_families,
            simulations=simulations,
            seed=seed,
        )
        found = plan_study(request, progress=lambda done, total: progress("Simulating studies", done, total))
    if as_json:
        current_terminal().json(found.to_json().decode())
    else:
        _show(found)


def _study(source: tuple[Path, ...], mirror: Path | None) -> StudyResult:
    """Read the result, or study the sources."""
    from confounded.study import Settings, read_result, study_sources

    if len(source) == 1 and source[0].suffix.lower() == ".json":
        return read_result(source[0])
    return study_sources(source, Settings(resamples=0), mirror=mirror)


def _sizes(text: str) -> tuple[int, ...]:
    """Read family sizes such as ``8,3,3`` or ``12x5``."""
    sizes: list[int] = []
    for part in text.split(","):
        times, _, size = part.strip().rpartition("x")
        if not size.isdigit() or (times and not times.isdigit()):
            raise UsageError("sizes such as 8,3,3,2 or 12x5", found=repr(text), where="--families")
        sizes += [int(size)] * int(times or 1)
    return tuple(sizes)


def _show(found: Plan) -> None:
    """Print the plan in words."""
    say = current_terminal().result
    request: PlanRequest = found.request
    n_models, n_families = sum(request.family_sizes), len(request.family_sizes)
    unknown = "" if request.reliability_known else " (not known, taken as 1)"
    if request.benchmark:
        say(f"From {request.benchmark} of the {request.population} models:")
    say(
        f"Assumed correlation {request.rho:+.2f}, reliability {request.reliability:.2f}{unknown}, "
        f"margin ±{request.margin:.2f}, intra-family correlations {request.ability_clustering:g} (ability) and "
        f"{request.residual_clustering:g} (the rest)."
    )
    say(f"The right verdict would be {found.claim!r}.")
    say(f"{n_models} models in {n_families} families reach it in {found.power_now:.0%} of simulated studies.")
    if found.n_families is None:
        say(
            f"No study of up to {request.most_families} families reaches it in {request.power:.0%}: "
            f"the largest does in {found.power_then:.0%}."
        )
    else:
        say(
            f"{found.n_models} models in {found.n_families} families would, in {found.power_then:.0%} "
            f"(asked: {request.power:.0%})."
        )
    formula = "no number" if found.formula_models is None else f"{found.formula_models} models"
    if found.formula_models_customary is not None:
        formula += f" ({found.formula_models_customary} at one-sided 5 %)"
    say(
        f"Were all models independent and the score without error, the Fisher-z formula would ask for {formula}."
    )
