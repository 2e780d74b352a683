"""`confounded report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.study import Settings, StudyResult

__all__ = ["report"]

CHECK_FAILED = 1
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
@click.option(
    "--benchmarks",
    type=click.Path(path_type=Path),
    help="A TOML file that says what is known of benchmarks. [default: any benchmarks.toml beside SOURCE]",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    help="A TOML file that says what is known of models. [default: any models.toml beside SOURCE]",
)
@click.option(
    "--capabilities",
    metavar="SOURCE",
    help="Where capability comes from instead of the suite, held fixed: a reference (epoch-capabilities-index, "
    "open-llm-leaderboard-v1, open-llm-leaderboard-v2, safetywashing-base, safetywashing-chat, timm-imagenet), "
    "training-compute, or a benchmark of SOURCE.",
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
@click.option("--leave-out", metavar="BENCHMARK,...", help="Columns of SOURCE that are not to be studied.")
@click.option(
    "--lenient",
    is_flag=True,
    help="Go on where the scores leave something to guess (a score given twice, two units in a column, a cell that "
    "is no number), and say in the report what was taken.",
)
@click.option(
    "--margin", type=float, default=0.4, show_default=True, help="Correlations below it count as low."
)
@click.option(
    "--level", type=float, default=0.95, show_default=True, help="Nominal coverage of the intervals."
)
@click.option(
    "--resamples",
    type=int,
    default=10_000,
    show_default=True,
    help="Bootstrap resamples of the intervals that are for comparison; the default interval needs none.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything that is drawn.")
@click.option(
    "--nesting",
    type=click.Choice(["aggregates", "subscales"]),
    default="aggregates",
    show_default=True,
    help="Which of nested benchmarks count where many are taken together.",
)
@click.option("--threads", type=int, help="Threads to resample with; changes no number. [default: all cores]")
@click.option(
    "--fail-on",
    metavar="VERDICT,...",
    help="Exit with 1 if a benchmark outside the suite gets one of these verdicts, such as entangled.",
)
@click.option("--json", "as_json", is_flag=True, help="Print result.json on standard output too.")
def report(
    source: tuple[Path, ...],
    output: Path,
    benchmarks: Path | None,
    models: Path | None,
    capabilities: str | None,
    suite: str | None,
    missing: str,
    population: str | None,
    direction: tuple[str, ...],
    unknown_families_apart: bool,
    leave_out: str | None,
    lenient: bool,
    margin: float,
    level: float,
    resamples: int,
    seed: int,
    nesting: str,
    threads: int | None,
    fail_on: str | None,
    as_json: bool,
) -> int:
    """Study scores and write the report: a page, result.json, tables and figures.

    SOURCE is a table of scores (CSV, TSV, Excel, Parquet, JSON records, JSON lines), wide (a column 'model', then
    one column a benchmark) or long (columns 'model', 'benchmark', 'score'); results of lm-evaluation-harness or HELM,
    logs of Inspect AI, documents of Every Eval Ever; files of the Open LLM Leaderboard, Epoch's benchmarking hub or
    timm as downloaded; a folder of them, or several of either; or the result.json of an earlier report, which is
    shown again without computing anything. Without SOURCE the shipped scores are studied.

    \b
    Examples:
      confounded report
      confounded report scores.csv -o my-report
      confounded report base.csv chat.csv --suite mmlu,gsm8k,bbh,arc_challenge
      confounded report mine.csv --population chat --direction my_benchmark=higher
      confounded report mine.csv --capabilities epoch-capabilities-index --population chat
      confounded report logs/ --lenient
      confounded report confounded-report/result.json -o again
      confounded report mine.csv --fail-on entangled,unreliable

    Exit codes: 0 done, 1 a verdict of --fail-on was met, 2 bad input or usage.
    """
    from confounded.report import prepare, write_report

    failing = _verdicts(fail_on)
    if threads is not None and threads < 1:
        raise UsageError("1 thread or more", found=str(threads), where="--threads")
    settings = _settings(
        direction,
        suite=suite,
        leave_out=leave_out,
        capabilities=capabilities,
        lenient=lenient,
        missing=missing,
        population=population,
        unknown_families_apart=unknown_families_apart,
        margin=margin,
        level=level,
        resamples=resamples,
        seed=seed,
        nesting=nesting,
    )
    if (benchmarks is not None or models is not None) and not source:
        raise UsageError("--benchmarks and --models together with a SOURCE of scores", found="no SOURCE")
    prepare()
    result = _result(source, settings, benchmarks, models, threads)
    written = write_report(result, output)
    if as_json:
        click.echo(result.to_json(), nl=False)
    else:
        click.echo(f"{written.name} and {written.parent / 'result.json'} written; open {written}")
    met = [one for one in result.correlations if not one.in_suite and one.verdict in failing]
    for one in met:
        click.echo(f"{one.benchmark} of the {one.population} models is {one.verdict}: {one.rule}", err=True)
    return CHECK_FAILED if met else 0


def _settings(
    direction: tuple[str, ...], *, suite: str | None, leave_out: str | None, **options: object
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
    given = {"suite": None if suite is None else _names(suite), "leave_out": _names(leave_out or "")}
    return msgspec.convert({"directions": directions, **given, **options}, Settings)


def _names(text: str) -> tuple[str, ...]:
    """Read names with commas between them."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _verdicts(text: str | None) -> set[str]:
    """Read the verdicts on which to fail."""
    from confounded.study.result import VERDICTS

    verdicts = {one.strip() for one in (text or "").split(",") if one.strip()}
    unknown = sorted(verdicts - set(VERDICTS))
    if unknown:
        raise UsageError(f"verdicts among {', '.join(VERDICTS)}", found=", ".join(unknown), where="--fail-on")
    return verdicts


def _result(
    source: tuple[Path, ...],
    settings: Settings,
    benchmarks: Path | None,
    models: Path | None,
    threads: int | None,
) -> StudyResult:
    """Study the sources, or read the result if that is what was given."""
    from confounded.cli.progress import progress_bar
    from confounded.readers.registry import stated_format
    from confounded.study import read_result, study_sources
    from confounded.study.result import FORMAT

    documents = [path for path in source if path.suffix.lower() == ".json" and path.is_file()]
    results = [path for path in documents if stated_format(path) == FORMAT]
    if results and len(source) > 1:
        raise UsageError("one result.json, or files of scores", found=", ".join(map(str, source)))
    if results:
        return read_result(results[0])
    with progress_bar() as progress:
        return study_sources(
            source, settings, benchmarks=benchmarks, models=models, threads=threads, progress=progress
        )
