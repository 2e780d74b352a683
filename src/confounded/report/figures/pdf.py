"""PDF files that are the same for the same figure.

The library that writes them goes through its fonts in an order that differs from run to run, and numbers objects as
they come. Here the objects are numbered anew, in the order in which a reader of the file meets them from its root.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["in_one_order"]

_OBJECT: Final = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj\n", re.S | re.M)
_NAMED: Final = re.compile(rb"(?<=<<\n)(?: +/[A-Za-z]+\d+ \d+ 0 R\n)+")
"""Named references in a dictionary of resources, a line each."""
_REFERENCE: Final = re.compile(rb"\b(\d+) 0 R\b")
_ROOT: Final = re.compile(rb"/Root (\d+) 0 R")
STREAM: Final = b"\nstream\n"


def in_one_order(pdf: bytes) -> bytes:
    """Return a PDF with its objects in an order that depends on nothing but what is in them.

    Parameters
    ----------
    pdf : bytes
        With one table of references, as the drawing program writes it.

    Returns
    -------
    bytes
        A PDF that shows the same.

    Raises
    ------
    ValueError
        If the file is not written as that program does.
    """
    first = _OBJECT.search(pdf)
    root = _ROOT.search(pdf, pdf.rfind(b"trailer"))
    if first is None or root is None:
        raise ValueError("a PDF of plain objects with a trailer")
    objects = {int(found[1]): _sorted(found[2]) for found in _OBJECT.finditer(pdf)}
    order: dict[int, int] = {}
    waiting = [int(root[1])]
    while waiting:
        number = waiting.pop()
        if number in order:
            continue
        order[number] = len(order) + 1
        met = [int(found[1]) for found in _REFERENCE.finditer(_head(objects[number]))]
        waiting += reversed(met)
    written = bytearray(pdf[: first.start()])
    places = []
    for number, new in order.items():
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (new, _renumbered(objects[number], order))
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(order) + 1)
    written += b"".join(b"%010d 00000 n\r\n" % place for place in places)
    written += b"trailer\n<<\n  /Size %d\n  /Root 1 0 R\n>>\nstartxref\n%d\n%%%%EOF" % (len(order) + 1, table)
    return bytes(written)


def _head(body: bytes) -> bytes:
    """Return an object without the bytes of its stream, which are no text."""
    return body.partition(STREAM)[0]


def _sorted(body: bytes) -> bytes:
    head, mark, stream = body.partition(STREAM)
    lines = _NAMED.sub(lambda found: b"".join(sorted(found[0].splitlines(keepends=True))), head)
    return lines + mark + stream


def _renumbered(body: bytes, order: dict[int, int]) -> bytes:
    head, mark, stream = body.partition(STREAM)
    return _REFERENCE.sub(lambda found: b"%d 0 R" % order[int(found[1])], head) + mark + stream
