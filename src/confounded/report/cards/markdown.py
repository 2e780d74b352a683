"""A check as Markdown: the card to put beside a benchmark."""

from __future__ import annotations

from collections.abc import Iterator

from confounded.report.cards.content import Card, cards, case_words, not_found_words, where_capability_is_from
from confounded.report.cards.methods import citation_keys, methods
from confounded.report.plain import markdown
from confounded.study.check_result import CheckResult

__all__ = ["markdown_card"]


def markdown_card(result: CheckResult) -> str:
    """Return the card."""
    return "\n".join(_blocks(result))


def _blocks(result: CheckResult) -> Iterator[str]:
    yield "# Is it confounded with capability?\n"
    yield f"{markdown(where_capability_is_from(result))}\n"
    made = cards(result)
    for card in made:
        yield from _card(card, several=len({one.population for one in made}) > 1)
    if result.worked_cases:
        yield "## Worked cases\n"
        yield from (f"- {markdown(case_words(case))}" for case in result.worked_cases)
        yield ""
    lost = not_found_words(result.capability.not_found)
    if lost:
        yield (
            f"## Models left out\n\nThe reference has no score of {len(lost)} of "
            f"{result.capability.n_models} models:\n"
        )
        yield from (f"- {markdown(line)}" for line in lost)
        yield ""
    notices = [*result.notices, *result.study.notices]
    if notices:
        yield "## Notices\n"
        yield from (f"- {markdown(' '.join(filter(None, (one.what, one.remedy))))}" for one in notices)
        yield ""
    yield "## Methods\n"
    for card in made:
        yield f"{markdown(methods(result, card))}\n"
    yield f"The entries of {', '.join(citation_keys(result))} stand in `references.bib`.\n"
    yield "## Data\n"
    yield "| file | SHA-256 |\n|---|---|"
    yield from (f"| {markdown(one.name)} | `{one.sha256}` |" for one in result.study.provenance.sources)
    yield (
        f"\nMade by confounded {result.study.provenance.program_version}. All numbers, at full "
        f"precision: `card.json`."
    )
    yield ""


def _card(card: Card, *, several: bool) -> Iterator[str]:
    where = f" ({card.population} models)" if several else ""
    yield f"## {markdown(card.name)}{where}\n"
    yield f"**{markdown(' '.join(card.summary)[:1].upper() + ' '.join(card.summary)[1:])}**\n"
    yield "| | |\n|---|---|"
    yield from (f"| {markdown(line.term)} | {markdown(line.text)} |" for line in card.lines)
    yield ""
    if card.advice:
        yield "### What to do\n"
        yield from (f"- {markdown(one.what)} *({markdown(one.because)})*" for one in card.advice)
        yield ""
    if card.cautions:
        yield "### Cautions\n"
        yield from (f"- {markdown(one.caution)}: {markdown(one.what)}" for one in card.cautions)
        yield ""
