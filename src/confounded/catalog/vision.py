"""Which vision models are kin: the line of architectures that a name of timm begins with.

A name is ``<architecture>.<training>`` and, as the reader of timm's results gives it, ``@<size>px-crop<share>`` behind
(``resnet50.a1_in1k@288px-crop1``). Its family is the line of architectures that it is a variant of, by the stems of
``data/vision_families.csv``. Models of one line that were trained on other data or by another recipe count as kin: the
name alone does not say whose recipe it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from confounded.catalog._tables import cell, rows

__all__ = ["is_vision_model", "stems", "vision_family"]

_SETTING: Final = re.compile(r"@\d+px-crop[\d.]+$")
"""What the reader of timm's results puts behind a name: no other name has it, so the rule is for vision models only."""

_PREFIX: Final = re.compile(r"^(?:(?:gluon|legacy|test|tf)_)+")
"""Words before an architecture that say where the weights or the code came from."""

OPEN: Final = "*"
"""Ends a stem that may go on with letters."""


def is_vision_model(name: str) -> bool:
    """Return whether a name is that of a vision model at one size and crop, as timm's results are read."""
    return _SETTING.search(name) is not None


@cache
def stems() -> Mapping[str, str]:
    """Return the family of every stem.

    Raises
    ------
    DatasetError
        If the catalogue's file is missing or damaged.
    """
    return MappingProxyType(
        {cell(row, "stem", str): cell(row, "family", str) for row in rows("vision_families.csv")}
    )


def vision_family(name: str) -> tuple[str, str] | None:
    """Return the family of a vision model and the stem that told it, or None where no stem does.

    Parameters
    ----------
    name : str
        As timm has it, with or without the setting behind it.

    Returns
    -------
    (str, str) or None
        The longest stem counts, and only one that no further letter follows: ``resnetv2_50`` is not ``resnet``.
    """
    architecture = _PREFIX.sub("", _SETTING.sub("", name).split(".", 1)[0].lower())
    for length in range(len(architecture), 0, -1):
        begun, rest = architecture[:length], architecture[length:]
        family = stems().get(begun)
        if family is not None and not rest[:1].isalpha():
            return family, begun
        family = stems().get(begun + OPEN)
        if family is not None:
            return family, begun
    return None
