"""Which way a benchmark is better or safer: by whom it is said, and what is asked where nobody or two say it.

It comes from the settings, from what stands with the scores, or from the catalogue, which tells of scores of engines by
engine, task and metric, and of the scores released with the paper. It is never told by a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.catalog import benchmarks
from confounded.errors import UnknownError, UsageError
from confounded.scores import ScoreTable
from confounded.study.entries import Entry, entries_of
from confounded.study.known import in_toml, listed
from confounded.study.result import Notice
from confounded.study.settings import Settings

__all__ = ["catalogue_directions", "direction_of", "refuse_undirected"]

MOST_DIRECTIONS: Final = 20
"""Benchmarks that the command to run again names one by one; more are taken together."""

MOST_LISTED: Final = 400
"""Benchmarks that a notice names, since a wrong direction is the reader's to see."""

TURNED_KINDS: Final = ("suppression", "calibration", "dynamic attack", "propensity")
"""Kinds of which the paper's authors released scores that are the usual ones turned round."""


def refuse_undirected(
    declared: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, Entry],
    order: Sequence[str],
    settings: Settings,
) -> None:
    """Refuse benchmarks of which nothing says which way is better or safer, or two say different things.

    Parameters
    ----------
    declared : mapping of str to mapping
        What stands with the scores of each benchmark.
    known : mapping of str to Entry
        What the catalogue knows of them.
    order : sequence of str
        The benchmarks, as messages name them.
    settings : Settings

    Raises
    ------
    UsageError
        If the settings name a benchmark that has no scores.
    UnknownError
        If a direction is not known.
    """
    strangers = sorted(set(settings.directions) - set(declared) - {"*"})
    if strangers:
        raise UsageError(
            "benchmarks that have scores", found=f"none on {listed(strangers)}", where="--direction"
        )
    _refuse_contrary(declared, known, settings)
    undirected = [name for name in order if not direction_of(name, declared[name], known.get(name), settings)]
    capability = sorted(_capability_columns(settings).intersection(undirected))
    if capability and "*" in settings.directions:
        raise UnknownError(
            "to know whether higher or lower scores mean more capability",
            found=f"nothing of {listed(capability)}: that lower is safer is not said of what capability is taken from",
            remedy=f"Pass --direction '{capability[0]}=higher' (or =lower), and so for each.",
            options=_each_higher(capability),
            others="=lower, where lower scores mean more capability",
            lines=["benchmarks.toml", f'["{in_toml(capability[0])}"]', 'direction = "higher"'],
        )
    if undirected:
        raise UnknownError(
            "to know of every benchmark whether higher or lower scores are better or safer",
            found=f"nothing of {listed(undirected)}",
            remedy=f"Pass --direction '{undirected[0]}=higher' (or =lower), and so for each, or --higher-is-safer or "
            "--lower-is-safer for all of them, or say it in a benchmarks.toml beside the scores (`confounded init` "
            "writes one to fill in). A column that holds no scores is left out with --leave-out NAME; --by NAME parts "
            "the models by it.",
            options=_direction_options(undirected),
            others="=lower, or --lower-is-safer, where lower is better or safer",
            lines=["benchmarks.toml", f'["{in_toml(undirected[0])}"]', 'direction = "higher"'],
        )


def direction_of(name: str, row: Mapping[str, Any], entry: Entry | None, settings: Settings) -> str | None:
    """Return which way a benchmark is better or safer: by name in the settings, the file, the catalogue, or for all."""
    said: str | None = row["direction"]
    for_all = settings.directions.get("*")
    if for_all == "lower" and name in _capability_columns(settings):
        # "Lower is safer" says nothing of capability, and would turn it round in silence.
        for_all = None
    return settings.directions.get(name) or (entry.direction(said) if entry else said) or for_all


def catalogue_directions(table: ScoreTable, settings: Settings) -> list[Notice]:
    """Say which directions come from the catalogue, and where they may be wrong.

    Those of engines, tasks and metrics are certain. Of the scores released with the paper some were turned round
    before: a file of one's own may hold them as they were.

    Parameters
    ----------
    table : ScoreTable
    settings : Settings

    Returns
    -------
    list of Notice
    """
    said = dict(table.benchmarks.select("benchmark", "direction").iter_rows())
    known = {name: one for name, one in entries_of(table).items() if name not in settings.directions}
    return [*_of_engines(known, said), *_of_turned(known, said)]


def _of_engines(known: Mapping[str, Entry], said: Mapping[str, str | None]) -> list[Notice]:
    """Say which scores were known by engine, task and metric, and where that goes against the engine."""
    used = {name: one for name, one in sorted(known.items()) if one.registered is not None}
    against = [name for name, one in used.items() if said[name] not in (None, one.direction(said[name]))]
    told = [f"{name} ({one.direction(said[name])} is {one.benchmark.reads_as})" for name, one in used.items()]
    notices = []
    if used:
        notices.append(
            Notice(
                what="Known by engine, task and metric, where the file is silent: "
                f"{listed(told, most=MOST_LISTED)}.",
                remedy="Where a direction is wrong, say --direction NAME=higher or =lower.",
            )
        )
    if against:
        notices.append(
            Notice(
                what="The engine calls the other end better, and speaks of success at the task, where this end is "
                f"safer: {listed(against, most=MOST_LISTED)}. The catalogue was followed.",
                remedy="To follow the engine, say --direction NAME=higher.",
            )
        )
    return notices


def _of_turned(known: Mapping[str, Entry], said: Mapping[str, str | None]) -> list[Notice]:
    """Say which scores were taken to be turned as those of the paper were."""
    turned = [
        f"{name} ({one.benchmark.metric})"
        for name in benchmarks()
        if (one := known.get(name)) is not None and _is_turned(one) and said[name] is None
    ]
    if not turned:
        return []
    return [
        Notice(
            what="Higher is taken to be better or safer, as in the scores released with the paper, for: "
            f"{listed(turned, most=MOST_LISTED)}.",
            remedy="Where yours are the other way round, such as plain accuracy on WMDP or a plain Brier score, say "
            "--direction NAME=lower.",
        )
    ]


def _is_turned(entry: Entry) -> bool:
    """Return whether a benchmark is known only as a column that may have been turned round before its release."""
    return entry.registered is None and entry.benchmark.kind in TURNED_KINDS


def _direction_options(undirected: Sequence[str]) -> list[str]:
    """Return the options that say of some benchmarks that higher is better or safer."""
    if len(undirected) > MOST_DIRECTIONS:
        return ["--higher-is-safer"]
    return _each_higher(undirected)


def _each_higher(names: Sequence[str]) -> list[str]:
    return [part for name in names for part in ("--direction", f"{name}=higher")]


def _capability_columns(settings: Settings) -> set[str]:
    """Return the benchmarks that the settings take capability from."""
    return {*(settings.suite or ()), *filter(None, [settings.capabilities])}


def _refuse_contrary(
    declared: Mapping[str, Mapping[str, Any]], known: Mapping[str, Entry], settings: Settings
) -> None:
    """Refuse a direction for all benchmarks where the catalogue says the other of one: whose scores are turned?

    Raises
    ------
    UnknownError
        If nothing but the catalogue, which tells of the scores released with the paper, contradicts it.
    """
    for_all = settings.directions.get("*")
    contrary = [
        (name, one.benchmark)
        for name in benchmarks()
        if for_all
        and (one := known.get(name)) is not None
        and _is_turned(one)
        and declared[name]["direction"] is None
        and name not in settings.directions
        and one.benchmark.direction != for_all
    ]
    if not contrary:
        return
    name, entry = contrary[0]
    raise UnknownError(
        f"{for_all} scores to be better or safer of all benchmarks, as --{for_all}-is-safer has it",
        found=f"{entry.direction} ones in the scores released with the paper, on "
        + listed([f"{one} ({column.metric})" for one, column in contrary]),
        remedy=f"Say which holds for yours: --direction '{name}={for_all}' or '{name}={entry.direction}', and so "
        "for each.",
        options=[part for one, _ in contrary for part in ("--direction", f"{one}={for_all}")],
        others=f"={entry.direction}, where your scores are those of the paper",
        lines=["benchmarks.toml", f'["{in_toml(name)}"]', f'direction = "{for_all}"'],
    )
