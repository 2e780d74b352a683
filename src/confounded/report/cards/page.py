"""A check as a page: one HTML file with the scatter, which needs nothing else and runs nothing."""

from __future__ import annotations

import re
from typing import Any, Final

import jinja2

from confounded.report.cards.content import Card, cards, case_words, not_found_words, where_capability_is_from
from confounded.report.cards.methods import bibliography, methods
from confounded.report.figures.card import PHONE_WIDTH, WIDTH, card_scatter
from confounded.report.figures.render import draw, draw_vega, inlined
from confounded.report.figures.strip import family_strip
from confounded.report.figures.theme import FamilyMark, family_marks, style_rules
from confounded.report.files import GENERATOR
from confounded.report.plain import short, visible
from confounded.report.verdicts import mark_of
from confounded.study.check_result import CheckResult

__all__ = ["render_card"]

TEMPLATE: Final = "card.html.jinja"
STYLE: Final = "card.css"

_CITATION = re.compile(r" ?\[@[\w-]+\]")


def render_card(result: CheckResult) -> bytes:
    """Return the page, HTML in UTF-8; the same for the same result."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("confounded.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    loader = environment.loader
    style = loader.get_source(environment, STYLE)[0] if loader else ""
    marks = family_marks(result.study.populations)
    made = cards(result)
    notices = [*result.notices, *result.study.notices]
    page = environment.get_template(TEMPLATE).render(
        generator=GENERATOR,
        version=result.study.provenance.program_version,
        style=style_rules() + style,
        capability=where_capability_is_from(result),
        cards=[_shown(place, card, result, marks) for place, card in enumerate(made)],
        several=len({card.population for card in made}) > 1,
        cases=[case_words(case) for case in result.worked_cases],
        not_found=not_found_words(result.capability.not_found),
        n_models=result.capability.n_models,
        notices=[" ".join(filter(None, (one.what, one.remedy))) for one in notices],
        sources=result.study.provenance.sources,
        settings=result.study.provenance.settings,
        bibliography=bibliography(result).splitlines(),
        title=_title(made),
    )
    return page.encode()


def _visible(value: object) -> object:
    """Show what text from files may hide; what is markup already is ours."""
    return visible(value) if type(value) is str else value


def _title(made: list[Card]) -> str:
    names = list(dict.fromkeys(card.name for card in made))
    return (
        f"Is {names[0]} confounded with capability?"
        if len(names) == 1
        else "Are they confounded with capability?"
    )


def _shown(place: int, card: Card, result: CheckResult, marks: dict[str, FamilyMark]) -> dict[str, Any]:
    """Return what the template shows of one card."""
    figures = {}
    if card.correlation.rho is not None:
        margin = result.study.provenance.settings.margin
        for size, width in (("", WIDTH), ("-narrow", PHONE_WIDTH)):
            scatter = card_scatter(card.models, card.benchmark, card.correlation, card.facts, marks, width)
            figures[f"scatter{size}"] = inlined(draw_vega(scatter), f"scatter{size}-{place}")
            strip = family_strip(card.correlation, margin, width)
            if strip is not None:
                figures[f"strip{size}"] = inlined(draw(strip), f"strip{size}-{place}")
    return {
        "card": card,
        "mark": mark_of(card.verdict),
        "summary": card.summary,
        "figures": figures,
        "legend": [
            (short(family), marks[family])
            for family in dict.fromkeys(model.family for model in card.models.models)
            if family in marks
        ],
        "methods": _CITATION.sub("", methods(result, card)),
        "models": [
            (
                short(model.name),
                short(model.family),
                model.capabilities_score,
                score,
                residual,
            )
            for model, score, residual in zip(
                card.models.models,
                card.models.scores[card.benchmark],
                card.correlation.adjusted.residual
                if card.correlation.adjusted
                else [None] * len(card.models.models),
                strict=True,
            )
        ],
    }
