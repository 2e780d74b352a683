"""Which of several known names is meant: the most literal one, or none.

What differs between two spellings of one model is counted in a fixed order (the effort level first, then how the
weights are stored, then the letters, then who published it); the name that differs least is taken, and where two
differ equally nothing is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from confounded.catalog._dates import dates_agree
from confounded.catalog._spelling import Spelling, squash

__all__ = ["How", "Known", "Pool", "Settled", "choose", "reasons"]

MOST_CANDIDATES: Final = 5
"""How many candidates the review list names: what a person reads at a glance, not a statistic."""

_LOOSE: Final = frozenset(("preview", "exp", "experimental", "beta", "alpha", "turbo"))
"""Words at which two names that are otherwise one are listed for a person. No rule drops them."""

How = Literal["exact", "rule", "review", "unmatched"]
Settled = tuple[str | None, How, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """A name, taken apart and looked up."""

    name: str
    spelling: Spelling
    model: str | None
    literal: bool
    may_be: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """The names of the other list by everything under which they are looked for.

    Parameters
    ----------
    names : set of str
        As given.
    by_model, by_key, by_loose : mapping
        The known names by the catalogue's id, by key where the catalogue has none, and by what a person may compare.
    may_be : mapping
        Those that may stand for a model of the catalogue.
    organisations, dates : mapping
        What both lists together have of a key.
    hubs : mapping
        The makers that publish under an organisation of the hub.
    alike : mapping
        What a known name stands for, where another may stand for the same.
    """

    names: frozenset[str]
    by_model: Mapping[str, list[Known]]
    by_key: Mapping[str, list[Known]]
    by_loose: Mapping[str, list[Known]]
    may_be: Mapping[str, list[Known]]
    organisations: Mapping[str, set[str]]
    dates: Mapping[str, set[object]]
    hubs: Mapping[str, frozenset[str]] = field(repr=False)
    alike: Mapping[str, Hashable] = field(repr=False)

    @classmethod
    def of(
        cls,
        known: Sequence[Known],
        names: Sequence[Known],
        hubs: Mapping[str, frozenset[str]],
        alike: Mapping[str, Hashable],
    ) -> Pool:
        """Return the pool of a list of known names, for a list of names to be joined with them."""
        by_model, by_key, by_loose, may_be = _lists(), _lists(), _lists(), _lists()
        organisations: defaultdict[str, set[str]] = defaultdict(set)
        dates: defaultdict[str, set[object]] = defaultdict(set)
        for one in known:
            if one.model is not None:
                by_model[one.model].append(one)
            elif one.spelling.key:
                by_key[one.spelling.key].append(one)
            for model in one.may_be:
                may_be[model].append(one)
            if one.spelling.key:
                by_loose[_loose(one.spelling)].append(one)
        for one in (*known, *names):
            if one.model is None:
                organisations[one.spelling.key].update(
                    [one.spelling.organisation] if one.spelling.organisation else []
                )
                dates[one.spelling.key].update([one.spelling.date] if one.spelling.date else [])
        return cls(
            names=frozenset(one.name for one in known),
            by_model=by_model,
            by_key=by_key,
            by_loose=by_loose,
            may_be=may_be,
            organisations=organisations,
            dates=dates,
            hubs=hubs,
            alike=alike,
        )


def _lists() -> defaultdict[str, list[Known]]:
    return defaultdict(list)


def _loose(spelling: Spelling) -> str:
    """Return a key without version tags and words such as preview; sizes and other words stay."""
    words, skip = [], False
    for place, token in enumerate(spelling.tokens):
        following = spelling.tokens[place + 1][:1] if place + 1 < len(spelling.tokens) else ""
        if skip:
            skip = False
        elif token == "v" and following.isdigit():
            skip = True
        elif token not in _LOOSE:
            words.append(token)
    return " ".join(sorted(words))


def choose(name: Known, pool: Pool) -> Settled:
    """Return match, how, rules and candidates of one name."""
    if name.name in pool.names:
        return name.name, "exact", (), ()
    if not name.spelling.key:
        return None, "unmatched", (), ()
    same = pool.by_model.get(name.model, []) if name.model else _same_key(name, pool)
    ranked = sorted(
        (cost, one.name, one) for one in same if (cost := _cost(name, one, pool.hubs)) is not None
    )
    best = [one for cost, _, one in ranked if cost == ranked[0][0]]
    if len({pool.alike.get(one.name, ("", one.name)) for one in best}) == 1:
        return _joined(name, best[0])
    listed = [one.name for one in best] or _review(name, same, pool)
    return None, "review" if listed else "unmatched", (), tuple(listed[:MOST_CANDIDATES])


def _joined(name: Known, one: Known) -> Settled:
    differs = _effort(name) != _effort(one) or _stored(name) != _stored(one)
    if name.literal and one.literal and not differs:
        return one.name, "exact", (), ()
    return one.name, "rule", reasons(name.spelling, one.spelling, same_model=name.model is not None), ()


def _same_key(name: Known, pool: Pool) -> list[Known]:
    """Return the known names that the rules leave the same, where the catalogue has neither."""
    key = name.spelling.key
    allowed = []
    for one in pool.by_key.get(key, []):
        ours, theirs = name.spelling.date, one.spelling.date
        if ours and theirs and not dates_agree(ours, theirs):
            continue
        if (ours is None) != (theirs is None) and (len(pool.dates[key]) > 1 or name.may_be):
            continue
        if _makers_agree(name, one, pool):
            allowed.append(one)
    return allowed


def _makers_agree(name: Known, one: Known, pool: Pool) -> bool:
    """Return whether two organisations before the slash can be one; where one is not given, only one may be known."""
    ours, theirs = name.spelling.organisation, one.spelling.organisation
    if ours == theirs:
        return True
    if name.spelling.quantisation or one.spelling.quantisation:
        return ours is None or theirs is None or len(pool.organisations[name.spelling.key]) <= 2
    if ours is None or theirs is None:
        return len(pool.organisations[name.spelling.key]) <= 1
    return bool(pool.hubs.get(ours, frozenset()) & pool.hubs.get(theirs, frozenset()))


def _effort(one: Known) -> str | None:
    return one.spelling.effort or (one.spelling.plain_effort if one.model else None)


def _stored(one: Known) -> tuple[str | None, str | None]:
    return one.spelling.quantisation, one.spelling.precision


def _cost(
    name: Known, one: Known, hubs: Mapping[str, frozenset[str]]
) -> tuple[int, int, int, int, int] | None:
    """Return how much differs, the weightiest first; None where both say something, and not the same."""
    ours, theirs = _effort(name), _effort(one)
    if ours == theirs:
        effort = 0
    elif {ours, theirs} <= {None, "unknown"} or (
        "thinking" in (ours, theirs) and _thinks(ours) and _thinks(theirs)
    ):
        effort = 1
    elif theirs in (None, "unknown"):
        effort = 2 + (theirs is not None)
    elif ours in (None, "unknown"):
        effort = 4
    else:
        return None
    stored = 0
    for mine, other in zip(_stored(name), _stored(one), strict=True):
        if mine != other:
            if mine and other:
                return None
            stored += 2 if other else 1
    dated = int((name.spelling.date is None) != (one.spelling.date is None))
    letters = int(squash(name.spelling.name) != squash(one.spelling.name))
    return effort, stored, letters, dated, _published(name.spelling, one.spelling, hubs)


def _thinks(level: str | None) -> bool:
    """Return whether a level says that the model thinks, much or little."""
    return level not in (None, "unknown", "none", "web")


def _published(ours: Spelling, theirs: Spelling, hubs: Mapping[str, frozenset[str]]) -> int:
    """Return how far apart two publishers are: none and the maker are nearer than a mirror or a service."""
    served = "provider prefix dropped"
    if ours.organisation == theirs.organisation and (served in ours.rules) == (served in theirs.rules):
        return 0
    if served in theirs.rules and theirs.organisation is None:
        return 2
    return 1 if theirs.organisation is None or hubs.get(theirs.organisation) else 2


def _review(name: Known, same: Sequence[Known], pool: Pool) -> list[str]:
    """Return the known names that a person should look at: nothing but what no rule may drop sets them apart."""
    listed = [one.name for one in same]
    listed += [one.name for one in pool.by_key.get(name.spelling.key, [])]
    for model in name.may_be:
        listed += [one.name for one in pool.by_model.get(model, [])]
    if name.model:
        listed += [one.name for one in pool.may_be.get(name.model, [])]
    listed += [one.name for one in pool.by_loose.get(_loose(name.spelling), [])]
    return list(dict.fromkeys(listed))


def reasons(one: Spelling, other: Spelling, *, same_model: bool) -> tuple[str, ...]:
    """Return the rules that make two spellings one.

    Parameters
    ----------
    one, other : Spelling
        The two.
    same_model : bool
        Whether the catalogue says that they are one model.

    Returns
    -------
    tuple of str
        Keys of ``names.RULES``; never empty.
    """
    found = [rule for rule in (*one.rules, *other.rules) if (rule in one.rules) != (rule in other.rules)]
    if "hub organisation dropped" not in found and one.organisation != other.organisation:
        found.append("hub organisation dropped")
    if (one.effort or one.plain_effort) != (other.effort or other.plain_effort):
        found.append("effort level dropped")
    if one.quantisation != other.quantisation:
        found.append("quantisation dropped")
    if one.date != other.date:
        found.append("date format" if one.date and other.date else "date dropped")
    if one.key == other.key:
        if one.tokens != other.tokens:
            found.append(
                "word order" if sorted(one.tokens) == sorted(other.tokens) else "case and separators"
            )
    elif (
        one.key not in (other.plain_key, other.key)
        and other.key not in (one.plain_key, one.key)
        and same_model
    ):
        found.append("catalogue alias")
    return tuple(dict.fromkeys(found)) or ("case and separators",)
