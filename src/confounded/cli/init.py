"""`confounded init`."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from confounded.cli.help import OUTPUT, Command
from confounded.cli.options import as_json_option, option, source_argument
from confounded.cli.terminal import current_terminal
from confounded.errors import OutputError

if TYPE_CHECKING:
    from confounded.study.declaring import Declarations

__all__ = ["init"]

MOST_NAMED: Final = 8
"""Benchmarks or models that a line names; all of them stand in the files."""


@click.command(cls=Command)
@source_argument(required=True)
@option(
    "-o",
    "--output",
    heading=OUTPUT,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to. [default: that of the first SOURCE, where `confounded report` finds the files]",
)
@option("--force", heading=OUTPUT, is_flag=True, help="Replace files that are there already.")
@as_json_option("Print what is not known as JSON, and write nothing.")
def init(source: tuple[Path, ...], output: Path | None, force: bool, as_json: bool) -> None:
    """Write a benchmarks.toml to fill in, with what could be found out.

    Reads the scores in SOURCE, and says of each benchmark what the files and the catalogue know: how many models
    have scores, between which values, and which way is better or safer. What nothing says is left empty. Where the
    family or population of some models is not known, a models.toml is written beside it.

    \b
    Examples:
      confounded init scores.csv
      confounded init logs/ -o .
      confounded init scores.csv --json

    Exit codes: 0 done, 2 bad input or usage.
    """
    from confounded.cli.progress import progress_bar
    from confounded.readers import read_sources
    from confounded.readers.declarations import BENCHMARKS_FILE, MODELS_FILE
    from confounded.study.declaring import declarations

    terminal = current_terminal()
    with progress_bar():
        # What is declared already is not read: the file may be the very one that is to be made again.
        table = read_sources(source, declared=False, lenient=True).table
        found = declarations(table, ", ".join(path.name for path in source))
    if as_json:
        import msgspec

        said = {
            "undirected": found.undirected,
            "without_family": found.without_family,
            "without_population": found.without_population,
            "issues": [
                {"what": issue.what, "where": issue.where, "remedy": issue.remedy, "stops": issue.stops}
                for issue in table.issues
            ],
        }
        terminal.json(msgspec.json.format(msgspec.json.encode(said)).decode())
        return
    folder = output or (source[0] if source[0].is_dir() else source[0].parent)
    written = {BENCHMARKS_FILE: found.benchmarks, MODELS_FILE: found.models}
    targets = {folder / name: text for name, text in written.items() if text}
    for path in targets:
        if path.exists() and not force:
            raise OutputError(
                f"no {path.name} there yet",
                found="one",
                where=str(path),
                remedy="Pass --force to replace it.",
            )
    for path, text in targets.items():
        _write(path, text)
        terminal.say(f"{path} written")
    for names, what in (
        (found.undirected, "benchmark{s} need{es} a direction"),
        (found.without_family, "model{s} need{es} a family"),
        (found.without_population, "model{s} need{es} a population"),
    ):
        if names:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            one = len(names) == 1
            counted = what.format(s="" if one else "s", es="s" if one else "")
            terminal.result(f"{len(names)} {counted}: {', '.join(names[:MOST_NAMED])}{more}", hang=2)
    for issue in table.issues:
        if issue.stops:
            terminal.warn(f"to settle: {issue.where}: {issue.what}. {issue.remedy}", hang=2)
    elsewhere = [] if output is None else [f"--{path.stem}={path}" for path in targets]
    command = shlex.join(["confounded", "report", *map(str, source), *elsewhere])
    terminal.say(
        f"{'Fill in what is empty, then' if _any_empty(found) else 'Nothing is empty. Now'}: {command}"
    )


def _any_empty(found: Declarations) -> bool:
    """Return whether anything is left to fill in."""
    return bool(found.undirected or found.without_family or found.without_population)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as problem:
        raise OutputError(
            "a folder that can be written to", found=problem.strerror or str(problem), where=str(path.parent)
        ) from problem
