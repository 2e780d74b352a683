"""What spreadsheets that are zip archives (``.xlsx``, ``.xlsm``, ``.ods``) unpack to, and which cells hold no value.

The engine that reads spreadsheets returns an empty cell for an error value and for a formula that was never computed.
Such cells are found here, in the text of the sheets.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from confounded.errors import InputError, UnreadableError

__all__ = ["Place", "cells_without_value"]

LARGEST_UNPACKED: Final = 256 * 2**20
MOST_MEMBERS: Final = 10_000
"""Bytes and files of a spreadsheet, unpacked; five million cells of numbers take about 200 MB."""

_P: Final = rb"(?:\w{1,20}:)?"
"""A prefix that some programs put before the names of elements."""

ERROR_CELL: Final = re.compile(rb"<" + _P + rb'c\b[^<>]*\bt="e"[^<>]*>')
UNCOMPUTED_CELL: Final = re.compile(
    rb"(<" + _P + rb"c\b[^<>]*>)\s*"
    rb"<" + _P + rb"f\b(?:[^<>]*/>|[^<>]*>[^<>]*</" + _P + rb"f>)\s*"
    rb"(?:<" + _P + rb"v\b[^<>]*/>|<" + _P + rb"v\b[^<>]*>\s*</" + _P + rb"v>)?\s*"
    rb"</" + _P + rb"c>"
)
"""Cells of ``.xlsx`` that hold an error, and those with a formula and no value."""

COMPUTED_TEXT: Final = b't="str"'
"""The type of a cell whose formula gave text, which may be empty."""

REFERENCE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
ODS_ERROR: Final = re.compile(rb'calcext:value-type="error"')
ODS_SHEET: Final = re.compile(rb'<table:table\b[^<>]*\btable:name="([^"<>]*)"')
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell that holds no value.

    Parameters
    ----------
    what : str
        What it holds instead.
    column : str
        Letters of its column; empty where the format does not say.
    row : int
        Its row; 0 where the format does not say.
    """

    what: str
    column: str = ""
    row: int = 0


def cells_without_value(path: Path) -> dict[str, list[Place]]:
    """Return the cells of each sheet that hold no value, after a look at what the archive unpacks to.

    Parameters
    ----------
    path : Path
        A zip archive.

    Returns
    -------
    dict of str to list of Place
        By the name of the sheet.

    Raises
    ------
    UnreadableError
        If the archive is damaged, larger than any spreadsheet of scores, or declares entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _found(archive, path)
    except InputError:
        raise
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
        ElementTree.ParseError,
    ) as problem:
        raise UnreadableError("a readable spreadsheet", found=str(problem), where=str(path)) from problem


def _found(archive: zipfile.ZipFile, path: Path) -> dict[str, list[Place]]:
    """Return the cells without a value, member by member."""
    members = archive.infolist()
    left = LARGEST_UNPACKED
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > left:
        raise _too_large(path)
    small: dict[str, bytes] = {}
    by_member: dict[str, list[Place]] = {}
    found: dict[str, list[Place]] = {}
    for member in members:
        # What a member says of its size may not be so.
        with archive.open(member) as stream:
            raw = stream.read(left + 1)
        left -= len(raw)
        if left < 0:
            raise _too_large(path)
        name = member.filename.lstrip("/")
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in raw or b"<!ENTITY" in raw):
            raise UnreadableError("a spreadsheet without declared entities", found="some", where=str(path))
        if name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            small[name] = raw
        elif name.startswith("xl/worksheets/"):
            by_member[name] = list(_in_sheet(raw))
        elif name == "content.xml":
            found |= _in_ods(raw)
    names = _sheet_names(small)
    return found | {names[member]: places for member, places in by_member.items() if member in names}


def _sheet_names(small: Mapping[str, bytes]) -> dict[str, str]:
    """Return the names of the sheets of an ``.xlsx`` by the names of their members."""
    if len(small) < 2:
        return {}
    relations = ElementTree.fromstring(small["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): one.get("Target") or "" for one in relations}
    names = {}
    for sheet in ElementTree.fromstring(small["xl/workbook.xml"]).iter():
        target = targets.get(sheet.get(RELATION))
        if sheet.tag.rpartition("}")[2] == "sheet" and target:
            names[posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")] = sheet.get("name") or ""
    return names


def _in_sheet(raw: bytes) -> Iterator[Place]:
    """Yield the cells without a value in the text of a sheet of an ``.xlsx``."""
    for cell in ERROR_CELL.finditer(raw):
        yield _place("an error value", cell[0])
    if b"f>" not in raw and b"<f" not in raw:
        return
    for formula in UNCOMPUTED_CELL.finditer(raw):
        if COMPUTED_TEXT not in formula[1] and b't="e"' not in formula[1]:
            yield _place("a formula that was never computed", formula[1])


def _place(what: str, cell: bytes) -> Place:
    """Return where a cell stands, from the text of its element."""
    reference = REFERENCE.search(cell)
    return Place(what, reference[1].decode(), int(reference[2])) if reference else Place(what)


def _in_ods(raw: bytes) -> dict[str, list[Place]]:
    """Return the cells with an error by sheet, from the text of an ``.ods``."""
    starts = [
        (one.start(), html.unescape(one[1].decode("utf-8", "replace"))) for one in ODS_SHEET.finditer(raw)
    ]
    found: dict[str, list[Place]] = {}
    for error in ODS_ERROR.finditer(raw):
        sheet = next((name for start, name in reversed(starts) if start < error.start()), "")
        found.setdefault(sheet, []).append(Place("an error value"))
    return found


def _too_large(path: Path) -> UnreadableError:
    return UnreadableError(
        f"a spreadsheet of at most {LARGEST_UNPACKED // 2**20} MiB and {MOST_MEMBERS} parts",
        found="more when unpacked",
        where=str(path),
    )
