"""Drawing: from a specification to SVG, and the program that draws in the page."""

from __future__ import annotations

import re
from functools import cache
from threading import Thread
from typing import Any, Final

import vl_convert

__all__ = ["PAGE", "begin_to_draw", "draw", "draw_vega", "drawing_program", "inlined"]


PAGE: Final = "https://page.invalid/#"
"""Stands for the page in a specification: the drawing program makes relative addresses absolute, with its own."""

PAGE_FROM_FIGURES: Final = "../report.html#"

_ROUNDED: Final = re.compile(r' (?:d|transform|[xy]2?|width|height|viewBox)="[^"]*"')
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")


def draw(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification as SVG, the same text for the same specification.

    Links to `PAGE` come to lead from the folder of figures to the page.
    """
    return str(vl_convert.vegalite_to_svg(spec)).replace(f'href="{PAGE}', f'href="{PAGE_FROM_FIGURES}')


def draw_vega(spec: dict[str, Any]) -> str:
    """Draw a Vega specification as SVG, the same text for the same specification."""
    return str(vl_convert.vega_to_svg(spec))


def inlined(svg: str, prefix: str) -> str:
    """Make a drawn figure part of the page.

    Links lead into the page instead of to it and are left out of the order of the tabulator key, in which hundreds
    of dots would stand (the tables hold the same links). Ids get a prefix, since another figure may use the same.
    """
    svg = _ROUNDED.sub(_round, svg).replace(' aria-roledescription="point"', "").replace(' aria-label=""', "")
    svg = svg.replace(f'href="{PAGE_FROM_FIGURES}', 'href="#').replace("<a ", '<a tabindex="-1" ')
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    size = re.search(r'<svg[^>]* width="([\d.]+)"', svg)
    if size is None:
        return svg
    # The figure shrinks with its column and never grows beyond the size it was drawn for.
    return svg.replace(
        "<svg ",
        f'<svg style="--natural:{float(size[1]):.0f}px;width:100%;max-width:var(--natural);height:auto" ',
        1,
    )


def _round(attribute: re.Match[str]) -> str:
    """Write the coordinates of an attribute with two decimals, beyond which nobody sees a difference."""
    return _LONG.sub(lambda number: f"{float(number[0]):.2f}", attribute[0])


@cache
def begin_to_draw() -> None:
    """Start the drawing program in the background, so that it is ready when there is something to draw."""
    Thread(target=drawing_program, daemon=True).start()


@cache
def drawing_program() -> str:
    """Return the JavaScript of Vega that the page carries, with `vegaEmbed` as the one global name."""
    program = str(vl_convert.javascript_bundle(snippet="window.vegaEmbed=vegaEmbed;"))
    # Inside a script element these two would end it or hide the rest; in JavaScript strings the escapes are the same.
    return program.replace("</script", r"<\/script").replace("<!--", r"<\!--")
