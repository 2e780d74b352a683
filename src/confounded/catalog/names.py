"""Model names: which spellings stand for one model, by stated rules, and never by likeness.

The same model is ``meta-llama/Llama-2-7b-hf`` on the hub, ``Llama 2 7B`` in a paper and ``TheBloke/Llama-2-7B-GPTQ``
where its weights were made smaller. A join is *exact* where two names are the same string, or both are registered for
the same model of the catalogue (``data/aliases.csv``); it is *by rule* where they are the same after the
normalisations of :data:`RULES`, which are named one by one. Everything else stays apart. Where several models would do
equally well, or only something that no rule may drop differs, the name is put on the *review* list for a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from confounded.catalog._dates import dates_agree
from confounded.catalog._matching import How, Known, Pool, Settled, choose, reasons
from confounded.catalog._spelling import REMEMBERED, Spelling, parse
from confounded.catalog._tables import cell, known, rows
from confounded.catalog.models import Model, models

__all__ = ["RULES", "NameMatch", "find_model", "makers_of", "match_catalogue", "match_names", "may_stand_for"]

RULES: Final[Mapping[str, str]] = {
    "case and separators": "capitals, accents, and - _ . : space between words; 'claude-3-5' is 'claude 3.5'",
    "hub organisation dropped": "'org/' before a name, if it is the maker's, a known mirror's, that of an upload with "
    "smaller weights, or only one of the two names has it; two other organisations are never dropped",
    "provider prefix dropped": "the service that runs a model: openrouter/, azure/, bedrock's 'anthropic.', ...",
    "provider suffix dropped": "what such a service adds: ':free', bedrock's '-v1:0', '(Together)'",
    "maker's name dropped": "'Meta Llama 3' is 'Llama 3', 'Amazon Nova Pro' is 'Nova Pro'",
    "serving suffix dropped": "'turbo' after 'instruct': the same weights, stored smaller for serving",
    "'-hf' dropped": "'-hf' at the end: the same weights in another file format",
    "'latest' dropped": "'latest' at the end",
    "quantisation dropped": "GPTQ, AWQ, GGUF, fp8, 4bit, q4_k_m and the like at the end",
    "precision dropped": "fp16, bf16 and the like at the end",
    "date dropped": "the date of a version, where the other name has none and only one version is known",
    "date format": "20240620, 2024-06-20, 0620 and (June 2024) agree in what they give",
    "effort level dropped": "_high, (medium), _16K, '-thinking', web app: settings of one model; never a word of its "
    "name, as in Kimi-K2-Thinking",
    "word order": "sizes, versions such as v0.1 and words such as instruct or chat may stand in another place",
    "catalogue alias": "both are spellings of one model of the catalogue",
}
"""What may be set aside when two names are compared, and what is meant by it."""

SETTING_FAMILIES: Final = frozenset((
    "GPT-5", "gpt-oss", "o-series", "Claude-3", "Claude-4", "Gemini-2.5", "Gemini-3", "Grok-3", "Grok-4",
    "DeepSeek-V3", "GLM-4.5", "GLM-5",
))  # fmt: skip
"""Families whose models think more or less as they are told: '-thinking' or '-high' at the end of such a name is a
setting. In others (Qwen3-...-Thinking, Kimi-K2-Thinking, Phi-4-reasoning, Phi-3-medium) it is another model."""


_TAG: Final = re.compile(r"[^\s:]:\d+(?:\.\d+)?[bm]$", re.IGNORECASE)
"""``llama3.1:8b``: in Ollama's library the tuned model stands under the name and size of the base model."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What became of one name.

    Parameters
    ----------
    name : str
        As given.
    match : str or None
        The name of the other list, or the id of the catalogue, it was joined with; None where it was not.
    how : {'exact', 'rule', 'review', 'unmatched'}
        ``review``: several candidates, or a likeness that no rule accepts. Never joined; listed for a person.
    rules : tuple of str
        The rules that were needed, each a key of :data:`RULES`.
    candidates : tuple of str
        For ``review``: the names it may stand for.
    """

    name: str
    match: str | None
    how: How
    rules: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One registered spelling of a model of the catalogue."""

    model: Model
    spelling: Spelling


@dataclass(frozen=True, slots=True)
class _Registry:
    """Every registered spelling: as it stands, and by what the rules leave of it."""

    exact: Mapping[str, Model]
    by_key: Mapping[str, tuple[_Entry, ...]]
    hubs: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Resolved:
    """Which model of the catalogue a name stands for, or which ones it may stand for."""

    model: Model | None
    spelling: Spelling
    literal: bool = False
    may_be: tuple[str, ...] = ()


@cache
def _exact() -> Mapping[str, Model]:
    """Return every model by the strings that are registered for it; ids come before names, names before aliases.

    An alias of several models stands for none: it is a pointer that its maker moved from one to the next.
    """
    by_id: dict[str, Model] = {}
    for one in models().values():
        by_id.setdefault(one.model, one)
    found = dict(by_id)
    for one in by_id.values():
        found.setdefault(one.name, one)
    for alias, bearers in _aliases().items():
        if len(bearers) == 1:
            found.setdefault(alias, by_id[bearers[0]])
    return found


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    """Return the ids of the models for which an alias is registered."""
    table: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows("aliases.csv"):
        table[cell(row, "alias", str)].append(cell(row, "model", str))
    return {alias: tuple(bearers) for alias, bearers in table.items()}


@cache
def _hubs() -> Mapping[str, frozenset[str]]:
    """Return the makers that publish under an organisation of the hub; none for those that carry others' models."""
    table: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows("organisations.csv"):
        maker = known(row, "organisation", str)
        table[cell(row, "hub", str)].update([maker] if maker else [])
    return {hub: frozenset(makers) for hub, makers in table.items()}


@cache
def _registry() -> _Registry:
    by_key: defaultdict[str, list[_Entry]] = defaultdict(list)
    for text, model in _exact().items():
        spelling = parse(text)
        if spelling.key:
            by_key[spelling.key].append(_Entry(model, spelling))
    for alias, bearers in _aliases().items():
        spelling = parse(alias)
        if len(bearers) > 1 and spelling.key:
            by_key[spelling.key] += [_Entry(_exact()[bearer], spelling) for bearer in bearers]
    return _Registry(_exact(), {key: tuple(entries) for key, entries in by_key.items()}, _hubs())


def _may_publish(spelling: Spelling, entry: _Entry) -> bool:
    """Return whether an organisation before the slash can stand before that model of the catalogue."""
    organisation = spelling.organisation
    if organisation is None or spelling.quantisation or organisation == entry.spelling.organisation:
        return True
    makers = _hubs().get(organisation)
    return makers is not None and (not makers or entry.model.organisation in makers)


def _by_date(spelling: Spelling, entries: Sequence[_Entry]) -> list[_Entry]:
    """Return the entries a date, or its absence, allows; those that say the same before those that say less."""
    undated = [one for one in entries if one.spelling.date is None]
    if spelling.date is None:
        return undated or list(entries)
    same = [one for one in entries if one.spelling.date and dates_agree(spelling.date, one.spelling.date)]
    if same:
        return same
    dated = {one.model.model for one in entries if one.spelling.date}
    return [] if dated else undated


def _settle(spelling: Spelling, key: str | None) -> tuple[Model | None, tuple[str, ...]]:
    """Return the one model that a key stands for, or the ids of those it may stand for."""
    entries = _registry().by_key.get(key or "", ())
    allowed = [one for one in entries if _may_publish(spelling, one)]
    dated = _by_date(spelling, allowed)
    ids = {one.model.model: one.model for one in dated}
    if len(ids) == 1:
        return next(iter(ids.values())), ()
    return None, tuple(dict.fromkeys(one.model.model for one in entries))


@lru_cache(maxsize=REMEMBERED)
def _resolve(name: str) -> _Resolved:
    spelling = parse(name)
    literal = _exact().get(name)
    if literal is not None:
        return _Resolved(literal, spelling, literal=True)
    if not spelling.key:
        return _Resolved(None, spelling)
    model, may_be = _settle(spelling, spelling.key)
    if model is None and not may_be and spelling.plain_key:
        plain, _ = _settle(spelling, spelling.plain_key)
        if plain is not None and plain.family in SETTING_FAMILIES:
            return _Resolved(plain, spelling)
    if model is not None and model.population == "base" and _TAG.search(name):
        return _Resolved(None, spelling, may_be=(model.model,))
    return _Resolved(model, spelling, may_be=may_be)


def makers_of(organisation: str) -> frozenset[str]:
    """Return the makers that publish under an organisation of the hub, in small letters; none where it is unknown."""
    return _hubs().get(organisation, frozenset())


def find_model(name: str, population: str | None = None) -> Model | None:
    """Return the model of the catalogue that has this id, plain name, alias, or another usual spelling of them.

    Parameters
    ----------
    name : str
        Any usual spelling. Nothing is matched by likeness.
    population : {'base', 'chat', 'mixed'}, optional
        Only a model of this population is returned; 'mixed' stands for either.

    Returns
    -------
    Model or None
        None as well where several models may be meant.
    """
    if population is not None:
        own = models().get((population, name))
        if own is not None:
            return own
    found = _exact().get(name) or _resolve(name).model
    if found is None or population in (None, "mixed", "", found.population):
        return found
    return None


def may_stand_for(name: str) -> tuple[Model, ...]:
    """Return the models of the catalogue among which no rule decides; none where one is found or nothing is like it."""
    return tuple(_exact()[model] for model in _resolve(name).may_be)


def match_catalogue(names: Sequence[str]) -> list[NameMatch]:
    """Return for each name the id of the catalogue's model it stands for.

    Parameters
    ----------
    names : sequence of str
        In any usual spelling.

    Returns
    -------
    list of NameMatch
        One for each name, in their order.
    """
    matches = []
    for name in names:
        found = _resolve(name)
        if found.model is None:
            matches.append(
                NameMatch(name, None, "review" if found.may_be else "unmatched", candidates=found.may_be)
            )
        elif found.literal:
            matches.append(NameMatch(name, found.model.model, "exact"))
        else:
            rules = reasons(found.spelling, parse(found.model.model), same_model=True)
            matches.append(NameMatch(name, found.model.model, "rule", rules))
    return matches


def match_names(
    names: Sequence[str], known: Sequence[str], alike: Mapping[str, Hashable] | None = None
) -> list[NameMatch]:
    """Join names with those of another list.

    Each name is joined with at most one of the other list; several names may be joined with the same one (quantised
    and plain, say), and each says which rules that took. The result does not depend on the order of either list.

    Parameters
    ----------
    names : sequence of str
        Those of a user's table, say.
    known : sequence of str
        Those of a capability reference, say.
    alike : mapping, optional
        What a known name stands for, where several may stand for the same (a spelling of another, say, or a run that
        got the same score). Where these are equally near, any will do, and the first in the alphabet is taken.

    Returns
    -------
    list of NameMatch
        One for each name, in their order.
    """
    cache_: dict[str, Known] = {}

    def take(name: str) -> Known:
        if name not in cache_:
            found = _resolve(name)
            model = found.model.model if found.model else None
            cache_[name] = Known(name, found.spelling, model, found.literal, found.may_be)
        return cache_[name]

    pool = Pool.of(
        [take(name) for name in sorted(set(known))],
        [take(name) for name in sorted(set(names))],
        _hubs(),
        alike or {},
    )
    settled: dict[str, Settled] = {name: choose(take(name), pool) for name in set(names)}
    settled |= _two_makers(settled, cache_)
    return [NameMatch(name, *settled[name]) for name in names]


def _two_makers(settled: Mapping[str, Settled], parts: Mapping[str, Known]) -> dict[str, Settled]:
    """Return the joins to take back: names of two organisations that nobody knows, joined with one name.

    Those that are known to carry others' models as they are do not count.
    """
    claims: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, (match, how, _, _) in settled.items():
        organisation = parts[name].spelling.organisation
        if organisation is None or _hubs().get(organisation) == frozenset():
            continue
        if match is not None and how == "rule" and parts[name].model is None:
            claims[match][organisation].append(name)
    return {
        name: (None, "review", (), (match,))
        for match, organisations in claims.items()
        if len(organisations) > 1
        for claimed in organisations.values()
        for name in claimed
    }
