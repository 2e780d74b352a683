"""Runs of HELM on parts of the data of a task, and the wholes that they are parts of."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confounded.readers.collected import listed
from confounded.scores import Issue

__all__ = ["PARTS", "Part", "wholes"]

PARTS: Final = frozenset(
    {
        "category",
        "condition",
        "dataset",
        "demographic",
        "difficulty",
        "domain",
        "exam",
        "lang",
        "language",
        "language_pair",
        "level",
        "locale",
        "mode",
        "phenomenon",
        "source_language",
        "subject",
        "subset",
        "survey",
        "target_language",
        "task",
    }
)
"""Arguments of runs that choose a part of the data of a task, in the run specifications of crfm-helm 0.5.16. Others
choose how it is asked (``method``, ``prompt_style``, ``max_num_words``), or parts that have items in common
(``agreement``): runs that differ in these are not parts of a whole."""

ALL: Final = "all"
"""The value of such an argument that chooses all of the data."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """The headline of a run.

    Parameters
    ----------
    name : str
        Its benchmark.
    group : str
        The run group that it belongs to first.
    row : dict
        Its row of scores.
    facts : dict
        What is known of its benchmark.
    """

    name: str
    group: str
    row: Row
    facts: Row


def wholes(parts: Sequence[Part]) -> tuple[list[Row], list[Row], list[Issue]]:
    """Return the wholes of some runs.

    Parameters
    ----------
    parts : sequence of Part
        The headlines of all runs.

    Returns
    -------
    scores, benchmarks : list of dict
        Rows for the wholes, and rows that say of which whole a part is.
    issues : list of Issue
    """
    names = {part.name for part in parts}
    families: defaultdict[tuple[str, str, str], list[Part]] = defaultdict(list)
    for part in parts:
        whole, chosen = _split(part.name)
        if chosen:
            families[whole, part.group, part.row["metric"]].append(part)
    homonyms = {whole for whole, _, _ in families if sum(key[0] == whole for key in families) > 1}
    scores: list[Row] = []
    benchmarks: list[Row] = []
    made: dict[str, int] = {}
    lacking: dict[str, int] = {}
    for (whole, _, _), own in families.items():
        of_all = {part.name for part in own if ALL in _split(part.name)[1].values()}
        distinct = {part.name for part in own}
        if len(of_all) == 1 and all(len(_split(part.name)[1]) == 1 for part in own):
            (name,) = of_all
            benchmarks += [{"benchmark": one, "part_of": name} for one in sorted(distinct - of_all)]
        if of_all or len(distinct) == 1 or whole in names or whole in homonyms:
            continue
        rows, lack = _means(whole, own, len(distinct))
        if lack:
            lacking[whole] = lack
        if not rows:
            continue
        made[whole] = len(distinct)
        scores += rows
        benchmarks.append(own[0].facts | {"benchmark": whole, "part_of": None, "kin_to_suite": None})
        benchmarks += [{"benchmark": name, "part_of": whole} for name in sorted(distinct)]
    return scores, benchmarks, _issues(made, lacking)


def _split(name: str) -> tuple[str, dict[str, str]]:
    """Return the name of a run without the arguments that choose a part of the data, and these."""
    head, _, arguments = name.partition(":")
    pairs = [one.partition("=") for one in arguments.split(",")] if arguments else []
    kept = ["".join(pair) for pair in pairs if pair[0] not in PARTS]
    chosen = {pair[0]: pair[2] for pair in pairs if pair[0] in PARTS}
    return (f"{head}:{','.join(kept)}" if kept else head), chosen


def _means(whole: str, parts: Sequence[Part], n_parts: int) -> tuple[list[Row], int]:
    """Return the rows of a whole, and how many models have some of its parts only."""
    by_model: defaultdict[str, defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for part in parts:
        by_model[part.row["model"]][part.name].append(part.row)
    complete = {model: own for model, own in by_model.items() if len(own) == n_parts}
    return [_mean(whole, model, own) for model, own in complete.items()], len(by_model) - len(complete)


def _mean(whole: str, model: str, parts: Mapping[str, Sequence[Row]]) -> Row:
    """Return the row of a whole: parts have no instance in common, so that their errors are independent."""
    values = [math.fsum(row["score"] for row in rows) / len(rows) for rows in parts.values()]
    single = [rows[0] if len(rows) == 1 else None for rows in parts.values()]
    errors = [row["stderr"] if row else None for row in single]
    counts = [row["n_items"] if row else None for row in single]
    known = [error for error in errors if error is not None]
    return {
        "model": model,
        "benchmark": whole,
        "metric": next(iter(parts.values()))[0]["metric"],
        "score": math.fsum(values) / len(values),
        "stderr": math.hypot(*known) / len(values) if len(known) == len(values) else None,
        "n_items": sum(one for one in counts if one) if all(counts) else None,
        "source": next(iter(parts.values()))[0]["source"],
    }


def _issues(made: Mapping[str, int], lacking: Mapping[str, int]) -> list[Issue]:
    """Return what must be known of wholes."""
    issues = []
    if made:
        told = listed(f"{whole} ({n} parts)" for whole, n in made.items())
        issues.append(
            Issue(f"{len(made)} benchmark(s) are means of their parts, as in HELM's own tables: {told}")
        )
    if lacking:
        told = listed(f"{whole} ({n} models)" for whole, n in lacking.items())
        issues.append(Issue(f"models that lack some of the parts of a whole have no score on it: {told}"))
    return issues
