"""`confounded check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import click

from confounded.cli.help import INPUT, METHOD, Command
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
from confounded.cli.values import complete_areas

if TYPE_CHECKING:
    from confounded.cli.terminal import Terminal
    from confounded.study.check_result import CheckResult

__all__ = ["check"]

FOLDER: Final = Path("confounded-card")
HANG: Final = 4


@click.command(cls=Command)
@source_argument(required=True)
@study_options
@option(
    "--area",
    heading=INPUT,
    metavar="AREA",
    help="The area of research of benchmarks of which nothing else says it, among whose shipped benchmarks they are "
    "placed. `confounded survey` lists the areas.",
    shell_complete=complete_areas,
)
@option(
    "--plan/--no-plan",
    heading=METHOD,
    default=True,
    show_default=True,
    help="Whether to find out how many more families would decide it, which takes most of the time.",
)
@output_option(
    FOLDER, "The folder to write the card to. An earlier card in it is replaced, anything else is left alone."
)
@fail_on_option
@as_json_option("Print card.json on standard output too.")
def check(
    source: tuple[Path, ...],
    area: str | None,
    plan: bool,
    output: Path,
    fail_on: str | None,
    as_json: bool,
    **chosen: Unpack[StudyOptions],
) -> int:
    """Say whether your benchmark is confounded with capability, and write its card.

    SOURCE has the scores of a dozen well-known models or more on your benchmark: a table with a column 'model' and a
    column of scores is enough (any format that `confounded report` reads will do, and so will the answers themselves,
    one row a model and item). Capability comes from the capability benchmarks in SOURCE, where there are at least
    three, or else from the shipped reference that has most of the models; --capabilities names another.

    The card says how the benchmark goes with capability and with training compute, within families of models and
    without each of them, how saturated and how reliable it is, where it stands among the shipped benchmarks, how many
    more families would decide it, and what to do about it. Written are card.html (with the scatter), card.json and
    card.md to put beside the benchmark, table.tex (a row for a LaTeX table), methods.tex and references.bib.

    \b
    Examples:
      confounded check scores.csv --higher-is-safer
      confounded check scores.csv --lower-is-safer --area honesty -o card
      confounded check scores.csv --capabilities epoch-capabilities-index
      confounded check logs/ --direction my_task/accuracy=higher
      confounded check scores.csv --higher-is-safer --fail-on entangled,undecided

    Exit codes: 0 done, 1 a verdict of --fail-on was met, 2 bad input or usage.
    """
    from confounded.cli.progress import progress_bar
    from confounded.report import prepare
    from confounded.report.cards.writing import write_card
    from confounded.study.sources import check_sources

    terminal = current_terminal()
    failing = failing_verdicts(fail_on)
    settings = study_settings(chosen)
    with progress_bar() as progress:
        prepare()
        with chosen_engine(chosen) as engine:
            result = check_sources(
                source,
                settings,
                mirror=chosen["mirror"],
                chosen=chosen_settings(),
                benchmarks=chosen["benchmarks"],
                models=chosen["models"],
                area=area,
                plan=plan,
                engine=engine,
                progress=progress,
            )
        written = write_card(result, output)
    if as_json:
        terminal.json(result.to_json().decode())
    else:
        _show(result, terminal)
    terminal.say(
        f"Written to {written.parent}: card.html, card.json, card.md, table.tex, methods.tex, references.bib"
    )
    found = {(one.benchmark, one.population): one.verdict for one in result.study.correlations}
    met = [one for one in result.checks if found[one.benchmark, one.population] in failing]
    for one in met:
        terminal.warn(
            f"--fail-on: {one.benchmark} ({one.population}) is {found[one.benchmark, one.population]}", hang=2
        )
    return CHECK_FAILED if met else 0


def _show(result: CheckResult, terminal: Terminal) -> None:
    """Print the first lines of every card, then the cards."""
    from confounded.report.cards.content import (
        cards,
        case_words,
        not_found_words,
        where_capability_is_from,
    )

    made = cards(result)
    several = len({card.population for card in made}) > 1
    for card in made:
        which = f"{card.name} ({card.population} models)" if several else card.name
        terminal.result(f"{which}: {' '.join(card.summary)}", hang=HANG)
    terminal.result()
    terminal.result(where_capability_is_from(result))
    lost = not_found_words(result.capability.not_found)
    if lost:
        terminal.result(f"Left out, because the reference has no score of them ({len(lost)}):")
        for line in lost:
            terminal.result(f"  {line}", hang=HANG)
    for card in made:
        terminal.result()
        terminal.table(
            f"{card.name}, {card.population} models",
            ("", ""),
            [(line.term, line.text) for line in card.lines],
        )
        for title, lines in (
            ("What to do", [f"{one.what} ({one.because})" for one in card.advice]),
            ("Cautions", [f"{one.caution}: {one.what}" for one in card.cautions]),
        ):
            if lines:
                terminal.result(f"{title}:")
            for line in lines:
                terminal.result(f"  - {line}", hang=HANG)
    if result.worked_cases:
        terminal.result()
        terminal.result("Worked cases:")
        for case in result.worked_cases:
            terminal.result(f"  - {case_words(case)}", hang=HANG)
    notices = [*result.notices, *result.study.notices]
    if notices:
        terminal.result()
        terminal.result("To know:")
    for notice in notices:
        text = " ".join(filter(None, (notice.where and f"{notice.where}:", notice.what, notice.remedy)))
        terminal.result(f"  - {text}", hang=HANG)
