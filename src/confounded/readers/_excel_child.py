"""Unpack one spreadsheet and hand its cells on as JSON; run as a program of its own by `confounded.readers.excel`.

The engine that reads spreadsheets allocates what a file claims to hold and may end the process on damaged ones. In a
process of its own, with bounds on memory, that is an error like any other. Arguments: the file, the most cells that
it may have, the most characters, the most bytes of memory.
"""

from __future__ import annotations

import datetime
import json
import math
import sys
from typing import Any


def main(path: str, most_cells: int, most_text: int, most_memory: int) -> str:
    """Write the sheets to standard output, or return why not."""
    _bound_memory(most_memory)
    from python_calamine import SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(path)
        sheets: list[dict[str, Any]] = []
        cells = characters = 0
        for about in book.sheets_metadata:
            if str(about.typ) != "SheetTypeEnum.WorkSheet":
                continue
            if about.visible != SheetVisibleEnum.Visible:
                sheets.append({"name": about.name, "hidden": True, "rows": [], "merged": []})
                continue
            sheet = book.get_sheet_by_name(about.name)
            end = sheet.end or (-1, -1)
            cells += (end[0] + 1) * (end[1] + 1)
            if cells > most_cells:
                return f"more than {most_cells} cells"
            rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            characters += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
            if characters > most_text:
                return f"more than {most_text} characters"
            merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
            sheets.append({"name": about.name, "hidden": False, "rows": rows, "merged": merged})
        json.dump(sheets, sys.stdout)
    except BaseException as problem:  # its type, a panic among them, cannot cross to the other process
        return " ".join(str(problem).split())[:200] or type(problem).__name__
    return ""


def _bound_memory(most: int) -> None:
    """Bound the memory of this process, where the system knows such bounds."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        pass


def _plain(cell: Any) -> Any:
    """Return a cell as JSON has it: a number or text; a moment as ISO text; nothing for an empty cell."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell).strip() or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])) or None)
