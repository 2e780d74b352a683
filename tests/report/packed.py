"""What the page's program does with data that stand by columns, written plainly: the reference for both sides."""

from __future__ import annotations

from typing import Any


def restored(value: Any) -> Any:
    """Undo `confounded.report.packing.by_columns`."""
    if isinstance(value, list):
        return [restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "~" in value:
        columns = {named(name): restored(column) for name, column in value["~"].items()}
        length = len(next(iter(columns.values())))
        return [{name: column[at] for name, column in columns.items()} for at in range(length)]
    return {named(name): restored(held) for name, held in value.items()}


def named(name: str) -> str:
    return name[1:] if name.startswith("~") else name
