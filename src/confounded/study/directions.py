"""Which way a benchmark is better or safer: by whom it is said, and what is asked where nobody or two say it.

It comes from the settings, from what stands with the scores, or from the catalogue, which tells of the scores released
with the paper. It is never told by a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.catalog import Benchmark, benchmarks
from confounded.errors import UnknownError, UsageError
from confounded.scores import ScoreTable
from confounded.study.known import first, in_toml, listed
from confounded.study.result import Notice
from confounded.study.settings import Settings

__all__ = ["catalogue_directions", "direction_of", "refuse_undirected"]

MOST_DIRECTIONS: Final = 20
"""Benchmarks that the command to run again names one by one; more are taken together."""

TURNED_KINDS: Final = ("suppression", "calibration", "dynamic attack", "propensity")
"""Kinds of which the paper's authors released scores that are the usual ones turned round."""


def refuse_undirected(
    declared: Mapping[str, Mapping[str, Any]], order: Sequence[str], settings: Settings
) -> None:
    """Refuse benchmarks of which nothing says which way is better or safer, or two say different things.

    Parameters
    ----------
    declared : mapping of str to mapping
        What stands with the scores of each benchmark.
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
    catalogue = benchmarks()
    strangers = sorted(set(settings.directions) - set(declared) - {"*"})
    if strangers:
        raise UsageError(
            "benchmarks that have scores", found=f"none on {listed(strangers)}", where="--direction"
        )
    _refuse_contrary(declared, settings)
    undirected = [
        name for name in order if not direction_of(name, declared[name], catalogue.get(name), settings)
    ]
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
            "writes one to fill in).",
            options=_direction_options(undirected),
            others="=lower, or --lower-is-safer, where lower is better or safer",
            lines=["benchmarks.toml", f'["{in_toml(undirected[0])}"]', 'direction = "higher"'],
        )


def direction_of(
    name: str, row: Mapping[str, Any], entry: Benchmark | None, settings: Settings
) -> str | None:
    """Return which way a benchmark is better or safer: by name in the settings, the file, the catalogue, or for all."""
    for_all = settings.directions.get("*")
    if for_all == "lower" and name in _capability_columns(settings):
        # "Lower is safer" says nothing of capability, and would turn it round in silence.
        for_all = None
    return (
        settings.directions.get(name)
        or first(row["direction"], entry.direction if entry else None)
        or for_all
    )


def catalogue_directions(table: ScoreTable, settings: Settings) -> list[Notice]:
    """Say of which benchmarks the direction is that of the scores released with the paper.

    Some of these were turned round before they were released: a file of one's own may hold them as they were.
    """
    declared = dict(table.benchmarks.select("benchmark", "direction").iter_rows())
    turned = [
        f"{name} ({entry.metric})"
        for name, entry in benchmarks().items()
        if name in declared
        and declared[name] is None
        and name not in settings.directions
        and entry.kind in TURNED_KINDS
    ]
    if not turned:
        return []
    return [
        Notice(
            what="Higher is taken to be better or safer, as in the scores released with the paper, for: "
            f"{listed(turned, most=400)}.",
            remedy="Where yours are the other way round, such as plain accuracy on WMDP or a plain Brier score, say "
            "--direction NAME=lower.",
        )
    ]


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


def _refuse_contrary(declared: Mapping[str, Mapping[str, Any]], settings: Settings) -> None:
    """Refuse a direction for all benchmarks where the catalogue says the other of one: whose scores are turned?

    Raises
    ------
    UnknownError
        If nothing but the catalogue, which tells of the scores released with the paper, contradicts it.
    """
    for_all = settings.directions.get("*")
    contrary = [
        (name, entry)
        for name, entry in benchmarks().items()
        if for_all
        and name in declared
        and declared[name]["direction"] is None
        and name not in settings.directions
        and entry.kind in TURNED_KINDS
        and entry.direction != for_all
    ]
    if not contrary:
        return
    name, entry = contrary[0]
    raise UnknownError(
        f"{for_all} scores to be better or safer of all benchmarks, as --{for_all}-is-safer has it",
        found=f"{entry.direction} ones in the scores released with the paper, on "
        + listed([f"{one} ({known.metric})" for one, known in contrary]),
        remedy=f"Say which holds for yours: --direction '{name}={for_all}' or '{name}={entry.direction}', and so "
        "for each.",
        options=[part for one, _ in contrary for part in ("--direction", f"{one}={for_all}")],
        others=f"={entry.direction}, where your scores are those of the paper",
        lines=["benchmarks.toml", f'["{in_toml(name)}"]', f'direction = "{for_all}"'],
    )
