"""Tables on a terminal and in a pipe, with every cell whole."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

__all__ = ["drawn_table", "plain_table"]


def plain_table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = ()
) -> str:
    """Return a table as lines with columns of spaces, as wide as it takes."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = (
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(header, row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join([title, *lines])


def drawn_table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[str] = (),
    width: int,
    colour: bool,
) -> None:
    """Draw a table on the terminal at standard output.

    Cells that are too wide go on in a further line. Names and numbers, that is the first column and those set to the
    right, are kept in one line where the width allows it.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for place, name in enumerate(header):
        number = name in right
        widest = max(map(len, (name, *(row[place] for row in rows))))
        table.add_column(
            Text(name),
            justify="right" if number else "left",
            overflow="fold",
            min_width=min(widest, width // 3) if number or place == 0 else None,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout, width=width, no_color=not colour, highlight=False).print(table)
