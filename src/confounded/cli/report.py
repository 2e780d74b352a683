"""`confounded report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import click

from confounded.cli.help import OUTPUT, Command
from confounded.cli.options import (
    CHECK_FAILED,
    StudyOptions,
    as_json_option,
    chosen_engine,
    chosen_settings,
    fail_on_option,
    failing_verdicts,
    option,
    output_option,
    source_argument,
    study_options,
    study_settings,
)
from confounded.cli.terminal import current_terminal
from confounded.errors import UsageError

if TYPE_CHECKING:
    from confounded.cli.progress import Progress
    from confounded.study import StudyResult

__all__ = ["report"]

FOLDER: Final = Path("confounded-report")


@click.command(cls=Command)
@source_argument()
@study_options
@output_option(
    FOLDER, "The folder to write to. An existing report in it is replaced, anything else is left alone."
)
@option(
    "--figure",
    "figures",
    heading=OUTPUT,
    multiple=True,
    metavar="NAME[=BENCHMARK]",
    help="Write only this figure into the folder, at the size of a paper, a file for each population: forest, "
    "correlation-slope, compute-correlations, capabilities-scores, score-compute, capability-correlations, "
    "planning-curve, vision, scree, trends; or of one benchmark scatter, family-strip, robustness, components, "
    "imputed, strata, population-split; or of one data "
    "set calibration. By the number in Ren et al. 2024: paper-4, paper-9, paper-11, paper-13, paper-15, paper-16, "
    "paper-17. May be given several times.",
)
@option(
    "--format",
    "suffix",
    heading=OUTPUT,
    type=click.Choice(["svg", "png", "pdf"]),
    default="pdf",
    show_default=True,
    help="The format of --figure; PNG has 300 dots an inch.",
)
@fail_on_option
@as_json_option("Print result.json on standard output too.")
def report(
    source: tuple[Path, ...],
    output: Path,
    figures: tuple[str, ...],
    suffix: str,
    fail_on: str | None,
    as_json: bool,
    **chosen: Unpack[StudyOptions],
) -> int:
    """Study scores and write the report: a page, result.json, tables and figures.

    SOURCE is a table of scores (CSV, TSV, Excel, Parquet, JSON records, JSON lines), wide (a column 'model', then
    one column a benchmark) or long (columns 'model', 'benchmark', 'score'); results of lm-evaluation-harness or HELM,
    logs of Inspect AI, documents of Every Eval Ever; files of the Open LLM Leaderboard, Epoch's benchmarking hub or
    timm as downloaded; a folder of them, or several of either; or the result.json of an earlier report, which is
    shown again without computing anything; or the name of a source of `confounded datasets`, which is studied as is
    declared for it. Without SOURCE the shipped scores are studied.

    \b
    Examples:
      confounded report
      confounded report scores.csv -o my-report
      confounded report base.csv chat.csv --suite mmlu,gsm8k,bbh,arc_challenge
      confounded report mine.csv --population chat --higher-is-safer
      confounded report mine.csv --capabilities epoch-capabilities-index
      confounded report logs/ --lenient
      confounded report open-llm-leaderboard-v1 --mirror /media/scores
      confounded report confounded-report/result.json -o again
      confounded report mine.csv --fail-on entangled,unreliable
      confounded report --figure scatter=truthfulqa_mc1 --format pdf -o figures
      confounded report --figure planning-curve --figure paper-15 -o figures

    Exit codes: 0 done, 1 a verdict of --fail-on was met, 2 bad input or usage.
    """
    from confounded.cli.progress import progress_bar
    from confounded.report import prepare, write_figures, write_report
    from confounded.report.answer import answer
    from confounded.report.imputed import lines_of_imputed
    from confounded.report.index import Index
    from confounded.report.parts import lines_of_parts

    terminal = current_terminal()
    failing = failing_verdicts(fail_on)
    if (chosen["benchmarks"] is not None or chosen["models"] is not None) and not source:
        raise UsageError("--benchmarks and --models together with a SOURCE of scores", found="no SOURCE")
    with progress_bar() as progress:
        prepare()
        result = _result(source, chosen, progress)
        written = None if figures else write_report(result, output)
    if as_json:
        terminal.json(result.to_json().decode())
    if written is None:
        for path in write_figures(result, figures, suffix, output):
            terminal.say(f"{path} written")
    else:
        terminal.say(f"{written.name} and {written.parent / 'result.json'} written; open {written}")
        for sentence in answer(Index.of(result)):
            terminal.say(sentence, hang=2)
    for indent, line in (*lines_of_imputed(result), *lines_of_parts(result)):
        terminal.say(" " * indent + line, hang=indent + 2)
    for notice in result.notices:
        if notice.not_studied is not None or notice.not_parted is not None:
            terminal.warn(f"{notice.what} {notice.remedy}".rstrip(), hang=2)
    met = [one for one in result.correlations if not one.in_suite and one.verdict in failing]
    for one in met:
        terminal.warn(f"{one.benchmark} of the {one.population} models is {one.verdict}: {one.rule}", hang=2)
    return CHECK_FAILED if met else 0


def _result(source: tuple[Path, ...], chosen: StudyOptions, progress: Progress) -> StudyResult:
    """Study the sources, or read the result if that is what was given."""
    from confounded.readers.registry import stated_format
    from confounded.study import read_result, study_sources
    from confounded.study.result import FORMAT

    settings = study_settings(chosen)
    documents = [path for path in source if path.suffix.lower() == ".json" and path.is_file()]
    results = [path for path in documents if stated_format(path) == FORMAT]
    if results and len(source) > 1:
        raise UsageError("one result.json, or files of scores", found=", ".join(map(str, source)))
    if results:
        return read_result(results[0])
    with chosen_engine(chosen) as engine:
        return study_sources(
            source,
            settings,
            mirror=chosen["mirror"],
            chosen=chosen_settings(),
            benchmarks=chosen["benchmarks"],
            models=chosen["models"],
            engine=engine,
            progress=progress,
        )
