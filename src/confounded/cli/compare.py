"""`confounded compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from confounded.cli.help import INPUT, METHOD, OUTPUT, Command
from confounded.cli.options import (
    CHECK_FAILED,
    as_json_option,
    benchmarks_option,
    direction_options,
    directions_in,
    lenient_option,
    level_option,
    models_option,
    names_in,
    option,
    suite_option,
)
from confounded.cli.terminal import Terminal, current_terminal
from confounded.cli.values import complete_benchmarks
from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.study import Comparison
    from confounded.study.comparison_result import BenchmarkComparison, Difference, ModelComparison

__all__ = ["compare"]

SHIPPED: Final = ("base", "chat")
UNITS: Final = ("fraction", "percent")
HEADER: Final = ("model", "safety", "predicted", "rest", "interval", "answer")
HANG: Final = 2


@click.command(cls=Command)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", required=False, type=click.Path(path_type=Path))
@option(
    "--safety",
    heading=INPUT,
    metavar="BENCHMARK,...",
    help="The safety benchmarks. [default: all in both tables that are no capability]",
    shell_complete=complete_benchmarks,
)
@option(
    "--reference",
    heading=INPUT,
    metavar="base|chat|SOURCE",
    help="The population that predicts: the shipped base or chat models, or a file or folder of models with scores "
    "on the same benchmarks. [default: the shipped models of the kind that the compared ones are]",
)
@option(
    "--population",
    heading=INPUT,
    type=click.Choice(["base", "chat", "mixed"]),
    help="Which models of a SOURCE given as --reference, and what these are where nothing says it.",
)
@benchmarks_option
@models_option
@direction_options
@option(
    "--unit",
    heading=INPUT,
    multiple=True,
    metavar="BENCHMARK=fraction|percent",
    help="The unit of a benchmark in BEFORE and AFTER, where it is not that of the reference: the scores are brought "
    "to that one. '*' stands for all. May be given several times.",
)
@option(
    "--same-metric",
    heading=INPUT,
    metavar="BENCHMARK,...",
    help="Benchmarks whose metrics have different names in the tables and are the same.",
)
@option(
    "--unknown-families-apart",
    heading=INPUT,
    is_flag=True,
    help="Count each compared model of unknown family as a family of one, and not all of them as one family; and each "
    "of a SOURCE given as --reference, instead of stopping.",
)
@lenient_option
@suite_option
@option(
    "--slope",
    heading=METHOD,
    type=click.Choice(["within", "pooled"]),
    help="Which slope predicts: within families, or over all models. [default: within; pooled where a model became one "
    "of another family]",
)
@level_option
@option(
    "--fail-on",
    heading=OUTPUT,
    metavar="ANSWER,...",
    help="Exit with 1 if the answer on a benchmark is one of these: more, less, cannot-tell.",
)
@as_json_option("Print the comparison as JSON.")
def compare(
    before: Path,
    after: Path | None,
    safety: str | None,
    reference: str | None,
    population: str | None,
    benchmarks: Path | None,
    models: Path | None,
    direction: tuple[str, ...],
    higher_is_safer: bool,
    lower_is_safer: bool,
    unit: tuple[str, ...],
    same_metric: str | None,
    unknown_families_apart: bool,
    lenient: bool,
    suite: str | None,
    slope: str | None,
    level: float,
    fail_on: str | None,
    as_json: bool,
) -> int:
    """Ask if a gain in safety is more than the gain in capability predicts.

    BEFORE and AFTER are tables of the same models with columns of safety and of capability benchmarks; the suite must
    be the same in both. Where names differ, a column 'pair' in AFTER names the row of BEFORE that each came from; with
    that column one table is enough. How much safer more capable models are is taken from a reference population without
    the compared models. What a model gained beyond that is held against what siblings differ by anyway, the errors of
    the scores, and those of the prediction: more, less, or cannot tell.

    \b
    Examples:
      confounded compare before.csv after.csv
      confounded compare both.csv --safety truthfulqa_mc1 --reference chat
      confounded compare before.csv after.csv --unit '*=percent'
      confounded compare before.csv after.csv --safety mine --reference others.csv
      confounded compare before.csv after.csv --fail-on less,cannot-tell

    Exit codes: 0 done, 1 an answer of --fail-on was met, 2 bad input or usage.
    """
    import msgspec

    from confounded.cli.progress import progress_bar
    from confounded.study import ComparisonSettings, compare_sources

    failing = _answers(fail_on)
    own = None if reference in (None, *SHIPPED) else Path(str(reference))
    if population is not None and own is None:
        raise UsageError(
            "--population together with a SOURCE as --reference",
            found=f"--reference {reference}" if reference else "none",
            remedy=f"To say what the compared models are, pass --reference {population}."
            if population in SHIPPED
            else "",
        )
    settings = msgspec.convert(
        {
            "safety": names_in(safety or ""),
            "suite": None if suite is None else names_in(suite),
            "reference": reference if reference in SHIPPED else None,
            "population": population,
            "slope": slope,
            "level": level,
            "directions": directions_in(
                direction, higher_is_safer=higher_is_safer, lower_is_safer=lower_is_safer
            ),
            "units": _units(unit),
            "same_metric": names_in(same_metric or ""),
            "unknown_families_apart": unknown_families_apart,
            "lenient": lenient,
        },
        ComparisonSettings,
    )
    with progress_bar() as progress:
        found = compare_sources(
            before, after, settings, reference=own, benchmarks=benchmarks, models=models, progress=progress
        )
    terminal = current_terminal()
    if as_json:
        terminal.json(found.to_json().decode())
    else:
        _show(found, terminal)
    return CHECK_FAILED if any(one.headline.answer in failing for one in found.benchmarks) else 0


def _answers(text: str | None) -> frozenset[str]:
    """Read the answers on which to fail."""
    from confounded.study.comparison_result import ANSWERS

    given = names_in(text or "")
    known = {one.replace(" ", "-"): one for one in ANSWERS}
    unknown = [one for one in given if one.replace(" ", "-") not in known]
    if unknown:
        raise UsageError(f"answers among {', '.join(known)}", found=", ".join(unknown), where="--fail-on")
    return frozenset(known[one.replace(" ", "-")] for one in given)


def _units(given: tuple[str, ...]) -> dict[str, str]:
    """Read the units of benchmarks."""
    units: dict[str, str] = {}
    for one in given:
        benchmark, equals, unit = one.rpartition("=")
        if not equals or unit not in UNITS:
            raise UsageError("BENCHMARK=fraction or BENCHMARK=percent", found=repr(one), where="--unit")
        units[benchmark] = unit
    return units


def _show(found: Comparison, terminal: Terminal) -> None:
    """Print the answers, then what they rest on."""
    from confounded.study.comparison_words import number_in

    for one in found.benchmarks:
        terminal.result(one.sentence)
    for one in found.benchmarks:
        terminal.result()
        _show_benchmark(one, terminal)
    terminal.result()
    reference = found.reference
    excluded = ", ".join(one.model for one in reference.excluded) or "none of them is in it"
    terminal.say(
        f"Reference: {reference.name}, {len(reference.models)} models of {reference.n_families} families, without the "
        f"compared ones ({excluded}). Their capabilities scores, from {len(reference.suite)} benchmarks, go from "
        f"{number_in(reference.score_low, None, signed=True)} to {number_in(reference.score_high, None, signed=True)}.",
        hang=HANG,
    )
    for row in found.unpaired:
        terminal.say(f"Not compared: {row.model} ({row.table}): {row.reason}.", hang=HANG)
    for said in found.assumptions:
        terminal.say(f"Assumed: {said}", hang=HANG)
    for notice in found.notices:
        terminal.say(
            " ".join(
                filter(
                    None, (f"Note: {notice.where}:" if notice.where else "Note:", notice.what, notice.remedy)
                )
            ),
            hang=HANG,
        )


def _show_benchmark(one: BenchmarkComparison, terminal: Terminal) -> None:
    """Print the models of one benchmark, and the line that predicts."""
    from confounded.study.comparison_words import number_in, slope_words

    rows = [_row(model, one) for model in one.models]
    if one.pooled is not None:
        rows.append(("all together", *_cells(one, one.pooled)))
    metric = f", {one.metric}" if one.metric else ""
    terminal.table(
        f"{one.benchmark}{metric}: {one.direction} is safer",
        HEADER,
        rows,
        right=("safety", "predicted", "rest"),
    )
    line = one.line
    if line.slope is not None and line.slope_error is not None and line.sibling_scatter is not None:
        scatter = (
            line.sibling_scatter if all(model.siblings for model in one.models) else line.unrelated_scatter
        )
        whom = "siblings" if all(model.siblings for model in one.models) else "models of different families"
        terminal.say(
            f"Slope {slope_words(line.kind)}: {number_in(line.slope, one.unit, signed=True)} ± "
            f"{number_in(line.slope_error, one.unit)} for each unit of the capabilities score. A change between {whom} "
            f"strays from it by {number_in(scatter or 0.0, one.unit)} (standard deviation). Errors of the safety "
            f"scores: {one.safety_errors}; of the capability scores: {one.score_errors}.",
            hang=HANG,
        )
    other = one.other_slope
    if (
        other.found is not None
        and other.slope is not None
        and other.found.low is not None
        and other.found.high is not None
    ):
        low, high = (number_in(end, one.unit, signed=True) for end in (other.found.low, other.found.high))
        terminal.say(
            f"With the slope {slope_words(other.kind)}, {number_in(other.slope, one.unit, signed=True)}: "
            f"{other.found.answer}, {number_in(other.found.difference, one.unit, signed=True)} [{low}, {high}].",
            hang=HANG,
        )
    for model in one.models:
        for text in [model.refused, *model.cautions]:
            if text:
                terminal.say(f"{model.after}: {text}.", hang=HANG)


def _row(model: ModelComparison, one: BenchmarkComparison) -> tuple[str, ...]:
    name = model.after if model.before == model.after else f"{model.before} → {model.after}"
    if model.found is None:
        return (name, "–", "–", "–", "–", "refused")
    return (name, *_cells(one, model.found))


def _cells(one: BenchmarkComparison, found: Difference) -> tuple[str, ...]:
    from confounded.study.comparison_words import number_in

    def shown(value: float) -> str:
        return number_in(value, one.unit, signed=True)

    interval = (
        "–" if found.low is None or found.high is None else f"{shown(found.low)} to {shown(found.high)}"
    )
    return shown(found.change), shown(found.predicted), shown(found.difference), interval, found.answer
