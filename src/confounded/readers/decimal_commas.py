"""Numbers with a comma before their decimals, as spreadsheets of many countries write them.

They are read only where nothing is left to guess: cells are not separated by commas, no number has a decimal point, and
one cell at least cannot have its comma between thousands, such as ``57,75`` or ``0,713``.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from confounded.readers.cells import MISSING
from confounded.scores import Issue

__all__ = ["with_points"]

NUMBER: Final = r"^[-+]?\d+(?:,\d+)? *%?$"
DECIMAL: Final = r"^[-+]?\d+,\d+ *%?$"
THOUSANDS: Final = r"^[-+]?[1-9]\d{0,2},\d{3} *%?$"
"""What may be more than a thousand as well as a number with three decimals."""

POINTED: Final = r"^[-+]?\d*\.\d+ *%?$"


def with_points(frame: pl.DataFrame, where: str) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the cells of a table with decimal points where it has decimal commas without any doubt, and an issue.

    Parameters
    ----------
    frame : polars.DataFrame
        Cells as text, which were not separated by commas.
    where : str
        The table, for messages.
    """
    present = {name: _present(frame[name]) for name in frame.columns}
    numbers = [name for name, cells in present.items() if cells.len() and cells.str.contains(NUMBER).all()]
    written = {name: present[name].filter(present[name].str.contains(DECIMAL)) for name in numbers}
    written = {name: cells for name, cells in written.items() if cells.len()}
    plain = [
        cell for cells in written.values() for cell in cells.filter(~cells.str.contains(THOUSANDS)).head(1)
    ]
    if not plain or any(cells.str.contains(POINTED).any() for cells in present.values()):
        return frame, []
    said = f"numbers have a decimal comma: {plain[0]!r} is read as {plain[0].replace(',', '.')}"
    turned = frame.with_columns(pl.col(list(written)).str.replace(",", ".", literal=True))
    return turned, [Issue(f"{said}, and so in the columns {', '.join(written)}", where=where)]


def _present(cells: pl.Series) -> pl.Series:
    text = cells.str.strip_chars()
    return text.filter(text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING)))
