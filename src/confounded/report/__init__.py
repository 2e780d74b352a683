"""From a result to a page, figures and tables. Computes nothing: all that is shown is in the `StudyResult`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from confounded.study import StudyResult

__all__ = ["prepare", "write_report"]


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
