"""`confounded report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.study import Settings, StudyResult

__all__ = ["report"]

MISSING = ("leave-model-out", "leave-benchmark-out", "column-mean")


@click.command()
@click.argument("source", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("confounded-report"),
    show_default=True,
    help="The folder to write to. An existing report in it is replaced, anything else is left alone.",
)
@click.option("--suite", help="The capability benchmarks, with commas between. [default: the paper's twelve]")
@click.option(
    "--missing",
    type=click.Choice(MISSING),
    default=MISSING[0],
    show_default=True,
    help="What to do where a model lacks a score of the suite: leave the model out, leave the benchmark out, or "
    "take the mean of its column.",
)
@click.option(
    "--population",
    type=click.Choice(["base", "chat", "mixed"]),
    help="What models are of which neither the file nor the catalogue says it.",
)
@click.option(
    "--direction",
    multiple=True,
    metavar="BENCHMARK=higher|lower",
    help="Which way a benchmark is better or safer, where nothing else says it; '*' stands for all of these.",
)
@click.option(
    "--unknown-families-apart",
    is_flag=True,
    help="Count each model of unknown family as a family of one, instead of stopping.",
)
@click.option("--json", "as_json", is_flag=True, help="Print result.json on standard output too.")
def report(
    source: tuple[Path, ...],
    output: Path,
    suite: str | None,
    missing: str,
    population: str | None,
    direction: tuple[str, ...],
    unknown_families_apart: bool,
    as_json: bool,
) -> None:
    """Study scores and write the report: a page, result.json, tables and figures.

    SOURCE is a CSV or TSV file of scores, wide (a column 'model', then one column a benchmark) or long (columns
    'model', 'benchmark', 'score'), a folder of them, or several of either; or the result.json of an earlier
    report, which is shown again without computing anything. Without SOURCE the shipped scores are studied.

    \b
    Examples:
      confounded report
      confounded report scores.csv -o my-report
      confounded report base.csv chat.csv --suite mmlu,gsm8k,bbh,arc_challenge
      confounded report mine.csv --population chat --direction my_benchmark=higher
      confounded report confounded-report/result.json -o again
    """
    from confounded.report import write_report

    settings = _settings(suite, missing, population, direction, unknown_families_apart)
    result = _result(source, settings)
    written = write_report(result, output)
    if as_json:
        click.echo(result.to_json(), nl=False)
    else:
        click.echo(f"{written.name} and {written.parent / 'result.json'} written; open {written}")


def _settings(
    suite: str | None,
    missing: str,
    population: str | None,
    direction: tuple[str, ...],
    unknown_families_apart: bool,
) -> Settings:
    """Turn options into settings."""
    import msgspec

    from confounded.study import Settings

    directions = {}
    for one in direction:
        benchmark, equals, way = one.rpartition("=")
        if not equals or way not in ("higher", "lower"):
            raise UsageError("BENCHMARK=higher or BENCHMARK=lower", found=repr(one), where="--direction")
        directions[benchmark] = way
    names = None if suite is None else tuple(name.strip() for name in suite.split(",") if name.strip())
    return msgspec.convert(
        {
            "suite": names,
            "missing": missing,
            "population": population,
            "directions": directions,
            "unknown_families_apart": unknown_families_apart,
        },
        Settings,
    )


def _result(source: tuple[Path, ...], settings: Settings) -> StudyResult:
    """Study the sources, or read the result if that is what was given."""
    from confounded.study import read_result, study_sources

    results = [path for path in source if path.suffix.lower() == ".json"]
    if results and len(source) > 1:
        raise UsageError("one result.json, or files of scores", found=", ".join(map(str, source)))
    return read_result(results[0]) if results else study_sources(source, settings)
