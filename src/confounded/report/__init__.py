"""From a result to a page, figures and tables. Computes nothing: all that is shown is in the `StudyResult`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from confounded.study import StudyResult

__all__ = ["prepare", "write_figures", "write_report"]


def prepare() -> None:
    """Start what drawing needs in the background, which takes a second, while something else is being computed."""
    from confounded.report.figures.render import begin_to_draw

    begin_to_draw()


def write_report(result: StudyResult, folder: Path) -> Path:
    """Write the report of a study into a folder.

    Parameters
    ----------
    result : StudyResult
    folder : Path
        Made if it is not there. An earlier report in it is replaced, anything else is left alone.

    Returns
    -------
    Path
        Of ``report.html``. Beside it stand ``result.json``, ``tables/*.csv`` and ``figures/*.svg``.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or holds files of somebody else where a report's would go. Nothing in
        it has changed then.
    """
    from confounded.report.contents import contents, possible_paths
    from confounded.report.files import PAGE, replace_report

    folder = Path(folder)
    replace_report(folder, possible_paths(result), lambda: contents(result))
    return folder / PAGE


def write_figures(result: StudyResult, figures: Sequence[str], suffix: str, folder: Path) -> list[Path]:
    """Write figures for a paper into a folder.

    Parameters
    ----------
    result : StudyResult
    figures : sequence of str
        Names of `confounded.report.figures.paper.FIGURES`, of those about one benchmark with ``=`` and its id, or of
        `NUMBERS`.
    suffix : {'svg', 'png', 'pdf'}
    folder : Path
        Made if it is not there. Files of the same names are replaced, anything else is left alone.

    Returns
    -------
    list of Path
        The files, one for each figure and population.

    Raises
    ------
    UsageError
        If there is no such figure, or nothing to draw it from.
    OutputError
        If the folder cannot be written to.
    """
    from confounded.errors import OutputError
    from confounded.report.figures.paper import figure_files

    files: dict[str, bytes] = {}
    for name in figures:
        files |= figure_files(result, name, suffix)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as problem:
        raise OutputError(
            "a folder that can be written to",
            found=problem.strerror or str(problem),
            where=str(folder),
            remedy="Choose another folder with -o.",
        ) from problem
    return [folder / name for name in files]
