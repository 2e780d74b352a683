"""The page: from a result to one HTML file that needs nothing else.

Its first part is drawn and written here, so it is there before any program runs and without one. The rest is made by
the page's own program (``templates/app``) from the projection of the result that stands in the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import jinja2
import msgspec

from confounded.report import words
from confounded.report.answer import (
    WARNING_EXAMPLE,
    answer,
    area_answers,
    imputed_told,
    verdict_key,
    warning,
)
from confounded.report.figures.catalog import page_specs
from confounded.report.figures.overview import safety_rows
from confounded.report.figures.render import drawing_program, inlined
from confounded.report.figures.rows import verdict_look
from confounded.report.figures.theme import VERDICT_SHAPES, FamilyMark, style_rules
from confounded.report.files import GENERATOR
from confounded.report.index import Index
from confounded.report.packing import by_columns, packed, policy_hash
from confounded.report.plain import short, visible
from confounded.report.projection import UNSHOWN, projection
from confounded.report.turning import turnings
from confounded.report.verdicts import VerdictMark
from confounded.study.result import CapabilitiesSource

__all__ = ["WARNING_EXAMPLE", "render_page"]

TEMPLATES: Final = "templates"
PROGRAM: Final = (
    "dom",
    "words",
    "state",
    "data",
    "charts",
    "parts",
    "rows",
    "overview",
    "trends",
    "areas",
    "benchmarks",
    "strata",
    "planning",
    "components",
    "imputed",
    "benchmark",
    "models",
    "download",
    "method",
    "print",
    "start",
)
"""The files of the page's program, in the order in which they are put together."""

MOST_WHOLE: Final = 1_500_000
"""Bytes of the compressed result, in base64, up to which the page carries it whole for download."""

MOST_TRIED: Final = 5 * MOST_WHOLE
"""Bytes of a result beyond which it is not compressed to see whether it fits: a result shrinks to a third or so."""


def render_page(
    index: Index, drawn: Mapping[str, str], marks: Mapping[str, FamilyMark], whole: bytes
) -> bytes:
    """Return the page.

    Parameters
    ----------
    index : Index
        The result, indexed.
    drawn : mapping of str to str
        The SVG of each figure of the first part by its name.
    marks : mapping of str to FamilyMark
        How the models of each family are drawn.
    whole : bytes
        ``result.json``.

    Returns
    -------
    bytes
        HTML, UTF-8; the same for the same arguments.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("confounded.report", TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "and_list": words.and_list,
        "interval": words.interval_words,
        "plural": words.plural,
        "short": short,
        "signed_percent": words.signed_percent,
    }
    settings = index.result.provenance.settings
    compressed = _packed_data(msgspec.json.decode(whole)) if len(whole) < MOST_TRIED else ""
    shown = projection(index, marks, page_specs(index))
    if 0 < len(compressed) <= MOST_WHOLE:
        for name in UNSHOWN:
            shown.pop(name, None)
    starter, program, drawing = _asset(environment, "app/boot.js"), _program(environment), drawing_program()
    page = environment.get_template("page.html.jinja").render(
        result=index.result,
        index=index,
        margin=words.level(settings.margin),
        level=words.level(settings.level),
        answer=answer(index),
        imputed=imputed_told(index),
        sources_of_capability=_cited(index),
        areas=area_answers(index),
        warning=warning(index),
        turnings=turnings(index),
        planned=any(one.planning for one in index.result.population_summaries),
        populations=_populations(index),
        shapes=VERDICT_SHAPES,
        fills={name: verdict_look(name)["fill"] for name in VERDICT_SHAPES},
        strokes={name: verdict_look(name)["stroke"] for name in VERDICT_SHAPES},
        figures={name: inlined(svg, name) for name, svg in drawn.items()},
        generator=GENERATOR,
        style=style_rules() + _asset(environment, "page.css") + _switch_rules(index),
        notice=_asset(environment, "notice.txt"),
        starter=starter,
        program=packed(program.encode()),
        drawing_program=packed(drawing.encode()),
        scripts=" ".join(map(policy_hash, (f"\n{starter}", program, drawing))),
        data=_packed_data(shown),
        whole=compressed if len(compressed) <= MOST_WHOLE else "",
    )
    return page.encode()


def _cited(index: Index) -> list[CapabilitiesSource]:
    """Return the references that capability was taken from, each once: their licences ask for their names."""
    found = {one.capabilities.id: one.capabilities for one in index.result.populations}
    return [source for source in found.values() if source.citation]


def _asset(environment: jinja2.Environment, name: str) -> str:
    """Return a file that goes into the page as it is; nothing in it comes from a result."""
    loader = environment.loader
    return loader.get_source(environment, name)[0] if loader else ""


def _packed_data(data: Any) -> str:
    return packed(msgspec.json.encode(by_columns(data)))


def _program(environment: jinja2.Environment) -> str:
    """Return the page's own program, without its comments and indentation: no text in it goes over a line.

    It is in a function of its own: names from a file that become ids must not meet the program's.
    """
    lines = (line.strip() for name in PROGRAM for line in _asset(environment, f"app/{name}.js").splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return f"(() => {{\n{kept}\n}})();"


def _visible(value: object) -> object:
    """Show what text from files may hide; what is markup already is ours."""
    return visible(value) if type(value) is str else value


def _populations(index: Index) -> list[dict[str, Any]]:
    """Return the populations that the overview shows, with how many marks of each verdict there are."""
    found = []
    for population, slug in zip(index.populations, index.population_slugs, strict=True):
        counts = Counter(one.verdict for _, rows in safety_rows(index, population) for _, one in rows)
        key: list[tuple[VerdictMark, int]] = [
            (mark, counts[mark.word])
            for mark in verdict_key()
            if counts[mark.word] or mark.word in ("separable", "undecided")
        ]
        found.append({"name": population, "slug": slug, "counts": key})
    return found


def _switch_rules(index: Index) -> str:
    """Return the style rules by which a population is shown when its switch is on, without any program."""
    first, *others = index.population_slugs
    rules = [f".picture:has(#shown-{slug}:checked) .shown-{first}{{display:none}}" for slug in others]
    rules += [f".picture:not(:has(#shown-{slug}:checked)) .shown-{slug}{{display:none}}" for slug in others]
    return f"@media screen{{{''.join(rules)}}}"
