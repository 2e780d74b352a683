"""Writing a check into a folder, to be put beside the benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from confounded.report.cards.latex import latex_methods, latex_table
from confounded.report.cards.markdown import markdown_card
from confounded.report.cards.methods import bibliography
from confounded.report.cards.page import render_card
from confounded.report.files import GENERATOR, Marks, replace_files
from confounded.study.check_result import CheckResult

__all__ = ["CARD_FILES", "write_card"]

PAGE: Final = "card.html"
RESULT: Final = "card.json"
CARD_FILES: Final = (PAGE, RESULT, "card.md", "table.tex", "methods.tex", "references.bib")

MARKS: Final = Marks(
    what="card",
    page=PAGE,
    of_page=GENERATOR.encode(),
    result=RESULT,
    of_result=b'"format": "confounded-card"',
)


def write_card(result: CheckResult, folder: Path) -> Path:
    """Write a check: a page, ``card.json``, ``card.md``, a row for a LaTeX table, the methods and their references.

    Parameters
    ----------
    result : CheckResult
    folder : Path
        Made if it is not there. An earlier card in it is replaced, anything else is left alone.

    Returns
    -------
    Path
        Of ``card.html``.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or holds files of somebody else where a card's would go. Nothing in it has
        changed then.
    """
    folder = Path(folder)
    replace_files(folder, CARD_FILES, lambda: _contents(result), MARKS)
    return folder / PAGE


def _contents(result: CheckResult) -> dict[str, bytes]:
    return {
        PAGE: render_card(result),
        RESULT: result.to_json(),
        "card.md": markdown_card(result).encode(),
        "table.tex": latex_table(result).encode(),
        "methods.tex": latex_methods(result).encode(),
        "references.bib": bibliography(result).encode(),
    }
