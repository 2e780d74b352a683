"""How results are written: JSON that people can read and compare, and that is not mostly indentation."""

from __future__ import annotations

import re
from typing import Final

import msgspec

__all__ = ["written"]

_PLAIN: Final = rb"(?:-?\d[-+.\deE]*|null|true|false)"
_ARRAY: Final = re.compile(rb"\[\n *(" + _PLAIN + rb"(?:,\n *" + _PLAIN + rb")*)\n *\]")
"""An array of nothing but numbers, nulls and truths. No text can look like it: line breaks are escaped there."""


def written(result: msgspec.Struct) -> bytes:
    """Return a result as JSON, a field a line, arrays of numbers on one.

    A result of thousands of models is mostly such arrays, a value a model: on a line each, a third of the file would be
    blanks.

    Parameters
    ----------
    result : msgspec.Struct
    """
    indented = msgspec.json.format(msgspec.json.encode(result), indent=1)
    return _ARRAY.sub(_on_one_line, indented) + b"\n"


def _on_one_line(found: re.Match[bytes]) -> bytes:
    return b"[" + b",".join(value.strip() for value in found[1].split(b",")) + b"]"
