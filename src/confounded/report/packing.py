"""What stands in the page for its program to unpack: compressed, in base64, lists of like records by columns.

Records that follow each other repeat their names and mix their digits; column by column the same data compress to
four fifths. Written so, a list of two or more objects with the same fields in the same order is one object whose only
field is `COLUMNS`, with the list of each field's values, which are written so themselves. A field of the data whose
name begins with `COLUMNS` gets it once more before it. ``templates/app/data.js`` undoes it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from typing import Any, Final

__all__ = ["COLUMNS", "by_columns", "packed", "policy_hash"]

COLUMNS: Final = "~"


def packed(content: bytes) -> str:
    """Compress some bytes and write them in base64: no character of it means anything in HTML."""
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode()


def by_columns(value: Any) -> Any:
    """Return plain data with its lists of like records written by columns."""
    if isinstance(value, dict):
        return {
            COLUMNS + name if name.startswith(COLUMNS) else name: by_columns(held)
            for name, held in value.items()
        }
    if not isinstance(value, list):
        return value
    if _are_alike(value):
        return {
            COLUMNS: {
                COLUMNS + name if name.startswith(COLUMNS) else name: by_columns([one[name] for one in value])
                for name in value[0]
            }
        }
    return [by_columns(held) for held in value]


def policy_hash(script: str) -> str:
    """Return how a Content-Security-Policy names a script, so that this one may run and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _are_alike(values: list[Any]) -> bool:
    """Whether these are two or more objects with the same fields, one at least, in the same order."""
    if len(values) < 2 or not isinstance(values[0], dict) or not values[0]:
        return False
    names = list(values[0])
    return all(isinstance(one, dict) and list(one) == names for one in values)
