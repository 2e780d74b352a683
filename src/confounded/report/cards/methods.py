"""What was done, as a paragraph for a paper, and the works to cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from confounded.report.cards.content import Card, number, span
from confounded.report.plain import short
from confounded.report.words import and_list
from confounded.study.check_result import CheckResult
from confounded.study.result import CapabilitiesSource

__all__ = ["bibliography", "citation_keys", "methods"]

PAPER: Final = "ren2024safetywashing"
PROGRAM: Final = "confounded"

_PAPER_ENTRY: Final = """\
@article{ren2024safetywashing,
  title = {Safetywashing: Do {AI} Safety Benchmarks Actually Measure Safety Progress?},
  author = {Ren, Richard and Basart, Steven and Khoja, Adam and Gatti, Alice and Phan, Long and Yin, Xuwang and
            Mazeika, Mantas and Pan, Alexander and Mukobi, Gabriel and Kim, Ryan H. and Fitz, Stephen and
            Hendrycks, Dan},
  journal = {arXiv preprint arXiv:2407.21792},
  year = {2024}
}
"""
_CITED: Final = re.compile(
    r"^(?P<author>.*?) (?P<year>\d{4}), (?P<title>.*?)(?:, arXiv (?P<arxiv>[\d.]+))?(?:, (?P<url>https?://\S+))?$"
)


def citation_keys(result: CheckResult) -> list[str]:
    """Return the keys of the works that a paragraph of methods cites, as `bibliography` has them."""
    source = _source(result)
    return [PAPER, PROGRAM, *([source.id] if source.citation else [])]


def methods(result: CheckResult, card: Card) -> str:
    """Return the paragraph of one card, with citations as ``[@key]``."""
    return " ".join(_sentences(result, card))


def bibliography(result: CheckResult) -> str:
    """Return the BibTeX entries of the works cited."""
    version = result.study.provenance.program_version
    entries = [
        _PAPER_ENTRY,
        f"@software{{{PROGRAM},\n  title = {{confounded}},\n  author = {{{{The confounded authors}}}},\n"
        f"  version = {{{version}}},\n  note = {{Is your safety benchmark confounded with capability?}}\n}}\n",
    ]
    source = _source(result)
    if source.citation:
        entries.append(_entry(source.id, source.citation))
    return "\n".join(entries)


def _source(result: CheckResult) -> CapabilitiesSource:
    return result.study.populations[0].capabilities


def _entry(key: str, citation: str) -> str:
    """Turn "Authors 2024, Title, arXiv ID" into an entry; what does not read so stands in it as a note."""
    read = _CITED.match(citation)
    if read is None:
        return f"@misc{{{key},\n  note = {{{citation}}}\n}}\n"
    author = read["author"]
    is_group = not author.endswith(" et al.")
    author = f"{{{author}}}" if is_group else f"{author.removesuffix(' et al.')} and others"
    lines = [f"  title = {{{{{read['title']}}}}}", f"  author = {{{author}}}", f"  year = {{{read['year']}}}"]
    lines += [f"  eprint = {{{read['arxiv']}}},\n  archiveprefix = {{arXiv}}"] if read["arxiv"] else []
    lines += [f"  url = {{{read['url']}}}"] if read["url"] else []
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _sentences(result: CheckResult, card: Card) -> Iterator[str]:
    one, settings = card.correlation, result.study.provenance.settings
    source = card.models.capabilities
    yield (
        f"We measured how far {card.name} goes with general capability, by the method of Ren and "
        f"colleagues [@{PAPER}]."
    )
    yield f"Capability is {_capability(card, source)}."
    if result.capability.not_found:
        lost = len(result.capability.not_found)
        yield (
            f"Of {result.capability.n_models} models, {result.capability.n_found} were found in it by "
            f"name (exactly or by "
            f"stated rules); {'one was' if lost == 1 else f'{lost} were'} left out."
        )
    against = (
        "the capabilities score"
        if one.correlated_with == "capabilities score"
        else f"the {one.correlated_with}"
    )
    turned = (
        " after their sign was turned, so that higher is better or safer"
        if card.facts.direction == "lower"
        else ""
    )
    yield (
        f"The scores of {one.n_models} {one.population} models of {one.n_families} families{turned} have a Spearman "
        f"correlation of {number(one.rho)} with {against}."
    )
    apart = result.capability.n_found - one.n_models
    if source.kind == "reference" and apart > 0:
        yield (
            f"The other {apart} of the {result.capability.n_found} are no {one.population} models or have no score on "
            f"{card.name}."
        )
    if one.interval is not None and one.interval.low is not None:
        refit = "" if source.kind != "suite" else ", the component refitted each time"
        yield (
            f"Its {100 * settings.level:g} % interval, {span(one.interval.low, one.interval.high)}, "
            f"takes families of models, "
            f"not models, to be independent: each family was left out once{refit}, and the standard "
            f"error of Fisher's z was "
            f"taken with Student's t of {one.interval.degrees_of_freedom or 0:g} degrees of freedom."
        )
    elif one.interval is not None:
        yield f"No interval can be given: {one.interval.reason}."
    yield f"Against a margin of ±{settings.margin:.2f} the verdict is “{one.verdict}”: {one.rule}."
    yield _reliability(card)
    if one.without_family and one.robustness and one.robustness.families:
        moved = one.robustness.families
        yield f"Without any one family the correlation lies between {number(moved.lowest)} and {number(moved.highest)}."
    yield (
        f"Computed with confounded {result.study.provenance.program_version} [@{PROGRAM}] (seed "
        f"{settings.seed}); the card "
        "beside the benchmark (card.json) holds every setting and the checksums of the files."
    )


def _capability(card: Card, source: CapabilitiesSource) -> str:
    if source.kind == "suite":
        names = and_list([short(member.benchmark) for member in card.models.suite])
        share = card.models.explained_share
        explained = f", which explains {100 * share:.1f} % of their variance" if share is not None else ""
        return f"the first principal component of the models' scores on {names}{explained}"
    cited = f" [@{source.id}]" if source.citation else ""
    return f"{_lower(source.title)}{cited} ({source.made_from}), held fixed"


def _lower(text: str) -> str:
    """Begin a title in the middle of a sentence: a name keeps its capital."""
    return f"the {text[:1].lower()}{text[1:]}" if text.startswith("First ") else text


def _reliability(card: Card) -> str:
    found = card.correlation.reliability
    if found is None or found.value is None:
        return "The reliability of the scores is not known, so that a low correlation may be noise."
    corrected = (
        ""
        if found.rho is None
        else (
            f"; without measurement error the correlation is {number(found.rho)} {span(found.low, found.high)}".rstrip()
        )
    )
    return f"The reliability of the scores is {number(found.value)} ({found.method}){corrected}."
