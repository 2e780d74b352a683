"""Other documents made from a sample's: what the fuzzer and the property tests both start from."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

__all__ = ["ODD_VALUES", "other_document"]

ODD_VALUES: Final = (
    None, True, -1, 0.5, 2**70, float("nan"), float("inf"), 1e308, "", "N/A", "1e999", "\x00", "\ud800", "a" * 300,
    [], {}, [[]],
)  # fmt: skip
"""What a value of a document is exchanged for."""

MOST_DEPTH: Final = 12
"""Levels of a document below which no value is exchanged."""


def other_document(content: bytes, chance: Random) -> bytes:
    """Return JSON, or one line of JSON lines, with one value exchanged, doubled, renamed or left out.

    Raises
    ------
    ValueError
        If the content is no JSON.
    """
    if content.strip()[:1] not in (b"{", b"["):
        raise ValueError("no document")
    try:
        whole = json.loads(content)
    except ValueError:
        rows = content.split(b"\n")
        place = chance.randrange(len(rows))
        rows[place] = json.dumps(_changed(json.loads(rows[place]), chance)).encode()
        return b"\n".join(rows)
    return json.dumps(_changed(whole, chance), indent=chance.choice((None, 1))).encode()


def _changed(value: Any, chance: Random, depth: int = 0) -> Any:
    """Return a value with one change at a random place in it."""
    inner = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    if not inner or depth > MOST_DEPTH or chance.random() < 0.1:
        return chance.choice(ODD_VALUES)
    key = chance.choice(list(inner))
    act = chance.random()
    if act < 0.7:
        value[key] = _changed(value[key], chance, depth + 1)
    elif isinstance(value, dict):
        if act < 0.85:
            value[f"{key}{chance.choice(('_', ',none', '_stderr', ' '))}"] = value[key]
        else:
            del value[key]
    elif act < 0.85:
        value.append(value[key])
    else:
        value.pop(key)
    return value
