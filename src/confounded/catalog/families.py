"""Which models are kin: the family of a name, by stated rules, and never by likeness.

A *family* is a line of models of one maker that share data and recipe; a model that somebody else tuned from one of
them belongs to it too. The rules are tried in the order of :data:`RULES`; the stems are data
(``data/families.csv``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from confounded.catalog._spelling import LONGEST_NAME, MAKERS, REMEMBERED, fold, parse, tokens_of
from confounded.catalog._tables import cell, flag, known, rows
from confounded.catalog.models import Model, models
from confounded.catalog.names import find_model, makers_of, may_stand_for
from confounded.catalog.vision import is_vision_model, vision_family

__all__ = ["RULES", "Kin", "Line", "kin_of", "lines"]

RULES: Final = (
    "architecture: of a vision model as timm names it, the line of architectures that the name begins with, by the "
    "stems of vision_families.csv; none of the other rules is tried",
    "catalogue: the catalogue has the model, under its id or a usual spelling of it, and says its family; the "
    "same holds of a name that may stand for several models of one family, such as gpt-4-turbo",
    "base model: the file says which model it was tuned from, and that one's family can be told",
    "name stem: the name has, as whole words and numbers, a stem of families.csv ('Llama-3-8B-...' has 'llama 3'); "
    "the longest stem counts, and a name with stems of two families tells none. The stem of a line that only its maker "
    "publishes counts at the start of a name alone, and behind no other organisation: 'airoboros-13b-gpt4' is no GPT-4",
    "population: a name with instruct, chat, it, rlhf, dpo, assistant and the like is a chat model, one with base or "
    "pretrained is a base model, one with both tells nothing; one with neither is a chat model if only the maker "
    "publishes that line and the catalogue has chat models of it alone",
)
"""The rules by which a family and a population are told, in the order in which they are tried."""

_CHAT_WORDS: Final = frozenset(
    "assistant chat chatbot dpo instruct instructed instruction ipo it kto orpo ppo rlaif rlhf sft simpo".split()  # noqa: SIM905
)
_COUNT: Final = re.compile(
    r"(?<![\d.])\d+(?:\.\d+)?(?:e-\d+|(?=(?:bits?|ep|epochs?|iters?|shots?|stages?|steps?)(?![a-z])))"
)
"""Numbers that count something else than a version (``1e-6``, ``4iters``, ``8bit``) are read as a word."""

_BASE_WORDS: Final = frozenset(("base", "pretrained"))


@dataclass(frozen=True, slots=True)
class Kin:
    """To which family a model belongs, and who says so.

    Parameters
    ----------
    family : str
        The line of models.
    organisation : str or None
        The maker of that line, or of the model itself where the catalogue has it.
    population : str or None
        ``base`` or ``chat``, where the catalogue or the name leaves no doubt.
    rule : str
        The rule that told: ``architecture '<stem>'``, ``catalogue``, ``base model (<rule>)`` or ``name stem '<stem>'``.
    """

    family: str
    organisation: str | None
    population: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Line:
    """One stem of a name and the family it stands for.

    Parameters
    ----------
    stem : str
        Words and numbers, separated by spaces.
    family : str or None
        The family; None for words that look like a stem and tell nothing.
    organisation : str or None
        Who makes that line of models.
    own_only : bool
        Whether nobody else can tune or publish its models, or nobody does: others that have the stem in a name say
        with it what they learned from, not what they are.
    """

    stem: str
    family: str | None
    organisation: str | None
    own_only: bool = False


@cache
def lines() -> Mapping[tuple[str, ...], Line]:
    """Return every stem by its words and numbers.

    Raises
    ------
    DatasetError
        If the catalogue's file is missing or damaged.
    """
    read = (
        Line(
            stem=cell(row, "stem", str),
            family=known(row, "family", str),
            organisation=known(row, "organisation", str),
            own_only=known(row, "own_only", flag) or False,
        )
        for row in rows("families.csv")
    )
    return MappingProxyType({tuple(one.stem.split()): one for one in read})


@cache
def _longest() -> int:
    return max(map(len, lines()))


@lru_cache(maxsize=REMEMBERED)
def kin_of(name: str, base_model: str | None = None) -> Kin | None:
    """Return the family of a model, or None where no rule tells it.

    Parameters
    ----------
    name : str
        The model's name in any usual spelling.
    base_model : str, optional
        The model it was tuned from, as the file states it.

    Returns
    -------
    Kin or None
        With the rule that told.
    """
    if is_vision_model(name):
        line = vision_family(name)
        return None if line is None else Kin(line[0], None, None, f"architecture '{line[1]}'")
    entry = find_model(name)
    if entry is not None and entry.family:
        return Kin(entry.family, entry.organisation, entry.population or None, "catalogue")
    publishers = _publishers(name)
    common = _common(may_stand_for(name), publishers)
    if common is not None:
        return common
    tokens = _tokens(name)
    population = population_of(tokens)
    if base_model and base_model != name:
        parent = kin_of(base_model)
        if parent is not None:
            return Kin(parent.family, parent.organisation, population, f"base model ({parent.rule})")
    stems = _stems(tokens, publishers)
    if len({one.family for one in stems}) != 1:
        return None
    told = stems[0]
    if (
        population is None
        and told.own_only
        and told.family in _chat_lines()
        and _BASE_WORDS.isdisjoint(tokens)
    ):
        population = "chat"
    return Kin(str(told.family), told.organisation, population, f"name stem '{told.stem}'")


@cache
def _chat_lines() -> frozenset[str]:
    """Return the families of which the catalogue has chat models alone."""
    table = {(one.family, one.population) for one in models().values() if one.family}
    return frozenset(family for family, _ in table if (family, "base") not in table)


def _common(candidates: Sequence[Model], publishers: frozenset[str] | None) -> Kin | None:
    """Return what several models of one family and one maker have in common, if the name is not another publisher's."""
    lines_of = {(one.family, one.organisation) for one in candidates}
    if len(lines_of) != 1:
        return None
    family, organisation = next(iter(lines_of))
    if family is None or not (publishers is None or organisation in publishers):
        return None
    populations = {one.population for one in candidates}
    return Kin(family, organisation, populations.pop() if len(populations) == 1 else None, "catalogue")


def population_of(tokens: Sequence[str]) -> str | None:
    """Return whether the words of a name say base or chat; None where they say neither or both."""
    chat = not _CHAT_WORDS.isdisjoint(tokens)
    base = not _BASE_WORDS.isdisjoint(tokens)
    return None if chat == base else ("chat" if chat else "base")


def _tokens(name: str) -> tuple[str, ...]:
    """Return the words and numbers of a name, without the organisation before the slash."""
    if len(name) > LONGEST_NAME:
        return ()
    text = fold(name)
    text = text.rsplit("/", 1)[-1] if not text.endswith("/") else text
    return tokens_of(_COUNT.sub(" count ", text))


def _publishers(name: str) -> frozenset[str] | None:
    """Return the makers that publish under the organisation of a name; None where it has none."""
    organisation = parse(name).organisation
    return None if organisation is None else makers_of(organisation)


def _stems(tokens: Sequence[str], publishers: frozenset[str] | None) -> list[Line]:
    """Return the stems in a name, the longest at each place, that tell a family."""
    table, longest = lines(), _longest()
    begins = 1 if tokens and tokens[0] in MAKERS else 0
    found = []
    place = 0
    while place < len(tokens):
        for length in range(min(longest, len(tokens) - place), 0, -1):
            told = table.get(tuple(tokens[place : place + length]))
            if told is not None:
                own = place <= begins and (publishers is None or told.organisation in publishers)
                if told.family is not None and (own or not told.own_only):
                    found.append(told)
                place += length - 1
                break
        place += 1
    return found
