"""Several documents of one model in Every Eval Ever: in what they differ, and one score of each benchmark.

The same model stands in a collection several times because it was run in two precisions, because a table was
retrieved at two times, or because names were cut short when the table was made, so that several models have one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from confounded.scores import Issue
from confounded.scores.settling import first_issues

__all__ = ["Run", "in_one"]

CUT_SHORT: Final = ("...", "…")
"""How a name ends that was made to fit into a column."""

MOST_PLACES: Final = 4
MOST_DIFFERENCES: Final = 3
MOST_VALUES: Final = 3
LONGEST_VALUE: Final = 40

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """What a document says of the run that it is of.

    Parameters
    ----------
    model : str
    said : mapping of str to object
        What may set it apart from other runs of the model; texts and numbers count, anything else does not.
    """

    model: str
    said: Mapping[str, Any]


def in_one(rows: Sequence[Row], runs: Mapping[str, Run]) -> tuple[list[Row], list[Issue]]:
    """Return rows in which no model has different scores on a benchmark.

    Parameters
    ----------
    rows : sequence of dict
        Rows of a score table.
    runs : mapping of str to Run
        By the source of their rows.

    Returns
    -------
    rows : list of dict
        With the mean where documents differ, which has neither a standard error nor a number of items; without the
        models whose names were cut short, where documents differ. Equal scores stay as they are.
    issues : list of Issue
        One for each such model; they stop.
    """
    by_key: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row["model"], row["benchmark"]].append(row)
    contrary: defaultdict[str, dict[str, list[Row]]] = defaultdict(dict)
    for (model, benchmark), own in by_key.items():
        if (
            len(own) > 1
            and len({row["source"] for row in own}) > 1
            and len({row["score"] for row in own}) > 1
        ):
            contrary[model][benchmark] = own
    if not contrary:
        return list(rows), []
    kept: list[Row] = []
    for (model, benchmark), own in by_key.items():
        if benchmark not in contrary.get(model, ()):
            kept += own
        elif not model.endswith(CUT_SHORT):
            kept.append(_mean(own))
    return kept, first_issues(_issue(model, doubled, runs) for model, doubled in contrary.items())


def _mean(rows: Sequence[Row]) -> Row:
    """Return one row for several: whether they rest on the same items is not known."""
    mean = math.fsum(row["score"] for row in rows) / len(rows)
    return rows[0] | {"score": mean, "stderr": None, "n_items": None}


def _issue(model: str, doubled: Mapping[str, Sequence[Row]], runs: Mapping[str, Run]) -> Issue:
    """Return what must be known of the documents of one model."""
    places = list(dict.fromkeys(row["source"] for own in doubled.values() for row in own))
    benchmark, rows = next(iter(doubled.items()))
    values = " and ".join(f"{score:g}" for score in sorted({row["score"] for row in rows})[:MOST_VALUES])
    what = (
        f"{len(places)} documents of model {model!r} have different scores on {len(doubled)} benchmark(s), such as "
        f"{values} on {benchmark!r}"
    )
    if model.endswith(CUT_SHORT):
        what += "; its name was cut short, so that they may be of several models; these scores are left out"
    else:
        what += f"; {_differences([runs[place].said for place in places])}; their means are taken"
    return Issue(
        what,
        where=", ".join(places[:MOST_PLACES]),
        remedy='Keep the document that counts, or give each run an "id" of its own in its model_info.',
        stops=True,
    )


def _differences(said: Sequence[Mapping[str, Any]]) -> str:
    """Return in what some runs differ."""
    names = dict.fromkeys(name for one in said for name in one)
    differ = []
    for name in names:
        values = list(dict.fromkeys(_shown(name, one.get(name)) for one in said))
        if len(values) > 1:
            differ.append(f"{name[:LONGEST_VALUE]} ({', '.join(values[:MOST_VALUES])})")
    if not differ:
        return "nothing in them says why"
    return f"they differ in {' and '.join(differ[:MOST_DIFFERENCES])}"


def _shown(name: str, value: object) -> str:
    """Return a value to be printed; a time as one."""
    if not isinstance(value, str | int | float):
        return "not said"
    if "time" in name:
        try:
            return datetime.fromtimestamp(float(value), UTC).isoformat(timespec="seconds")
        except (ValueError, OverflowError, OSError):
            pass
    return str(value)[:LONGEST_VALUE]
