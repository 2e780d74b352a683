"""Drawing: from a specification to SVG, and the program that draws in the page."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from threading import Thread
from typing import Any, Final

import vl_convert

from confounded.report.figures.pdf import in_one_order
from confounded.report.figures.theme import FONT
from confounded.report.plain import visible

__all__ = ["PAGE", "begin_to_draw", "draw", "draw_vega", "drawable", "drawing_program", "inlined", "written"]


PAGE: Final = "https://page.invalid/#"
"""Stands for the page in a specification: the drawing program makes relative addresses absolute, with its own."""

PAGE_FROM_FIGURES: Final = "../report.html#"

PRINT_RESOLUTION: Final = 300

_LINK: Final = re.compile(r"</?a\b[^>]*>")
_ROUNDED: Final = re.compile(r' (?:d|transform|[xy]2?|width|height|viewBox)="[^"]*"')
_CLIP: Final = re.compile(r"(?<=[\"#])clip\d+\b")
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")


def draw(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification as SVG, the same text for the same specification.

    Links to `PAGE` come to lead from the folder of figures to the page.
    """
    svg = str(vl_convert.vegalite_to_svg(drawable(spec))).replace(
        f'href="{PAGE}', f'href="{PAGE_FROM_FIGURES}'
    )
    return _numbered_anew(svg)


def draw_vega(spec: dict[str, Any]) -> str:
    """Draw a Vega specification as SVG, the same text for the same specification."""
    return _numbered_anew(str(vl_convert.vega_to_svg(drawable(spec))))


def written(spec: dict[str, Any], suffix: str) -> bytes:
    """Draw a specification as a file, the same bytes for the same specification.

    Parameters
    ----------
    spec : dict
        Vega or Vega-Lite.
    suffix : {'svg', 'png', 'pdf'}
        A PNG has `PRINT_RESOLUTION`. In a PDF a pixel is a point.
    """
    is_vega = "vega-lite" not in spec["$schema"]
    svg = (draw_vega if is_vega else draw)(spec)
    if suffix == "svg":
        return _told(svg, drawable(spec.get("description", ""))).encode()
    # Links would lead to a page that is not beside the figure.
    flat = _LINK.sub("", svg)
    if suffix == "png":
        return bytes(vl_convert.svg_to_png(flat, ppi=PRINT_RESOLUTION))
    return in_one_order(bytes(vl_convert.svg_to_pdf(flat)))


def drawable(spec: Any) -> Any:
    """Return a specification whose texts show what is in them: the drawing program ends at a control character."""
    if isinstance(spec, str):
        return visible(spec)
    if isinstance(spec, dict):
        return {key: drawable(held) for key, held in spec.items()}
    return [drawable(held) for held in spec] if isinstance(spec, list | tuple) else spec


def _told(svg: str, description: str) -> str:
    """Give a drawing its text alternative, which the drawing program leaves out."""
    label = escape(description, quote=True)
    return svg.replace("<svg ", f'<svg role="graphics-document" aria-label="{label}" ', 1) if label else svg


def _numbered_anew(svg: str) -> str:
    """Give clipping paths numbers from 1: the drawing program goes on counting from figure to figure."""
    numbers: dict[str, str] = {}
    return _CLIP.sub(lambda found: numbers.setdefault(found[0], f"clip{len(numbers) + 1}"), svg)


def inlined(svg: str, prefix: str) -> str:
    """Make a drawn figure part of the page.

    Links lead into the page instead of to it and are left out of the order of the tabulator key, in which hundreds
    of dots would stand (the tables hold the same links). Ids get a prefix, since another figure may use the same.
    """
    svg = _ROUNDED.sub(_round, svg).replace(' aria-roledescription="point"', "").replace(' aria-label=""', "")
    svg = svg.replace(' opacity="1"', "").replace(f' font-family="{FONT}"', "")
    svg = svg.replace(f'href="{PAGE_FROM_FIGURES}', 'href="#').replace("<a ", '<a tabindex="-1" ')
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    size = re.search(r'<svg[^>]* width="([\d.]+)"', svg)
    if size is None:
        return svg
    # The figure shrinks with its column and never grows beyond the size it was drawn for.
    return svg.replace(
        "<svg ",
        f'<svg font-family="{FONT}" style="--natural:{float(size[1]):.0f}px;width:100%;'
        'max-width:var(--natural);height:auto" ',
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
    # In a function of its own, since its short names would meet those of the page's program.
    return f"(()=>{{{program}\n}})();"
