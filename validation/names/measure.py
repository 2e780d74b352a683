"""How many models of two sources are joined, how many families are told, and whether that is what was judged.

    python validation/names/measure.py [--sources FOLDER]

The exit code is 1 where a join of ``sample.csv`` that was judged right is lost, or one that was judged wrong is made.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

from confounded.catalog.families import kin_of
from confounded.catalog.names import NameMatch, find_model, match_names

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sources import HELM, SOURCES, epoch_names, model_infos, names_of_sources  # noqa: E402 - a script beside this one

SEED: Final = 20260415
HOW: Final = ("exact", "rule", "review", "unmatched")


def pairs(names: dict[str, list[str]]) -> Iterator[tuple[str, str, list[NameMatch]]]:
    """Join each source with each that follows it in the order of size, the smaller one's names being looked up."""
    for one, other in combinations(sorted(names, key=lambda source: len(names[source])), 2):
        if one.removesuffix("-display") != other.removesuffix("-display"):
            yield one, other, match_names(names[one], names[other])


def judged_joins(names: dict[str, list[str]]) -> list[tuple[str, str, str, str]]:
    """Return every join of two different strings once: name, match, how and rules."""
    found = {
        (match.name, match.match): (match.how, ", ".join(match.rules))
        for _, _, matches in pairs(names)
        for match in matches
        if match.match is not None and match.match != match.name
    }
    return [(*key, *found[key]) for key in sorted(found)]


def drawn(joins: Sequence[tuple[str, str, str, str]], size: int = 200) -> list[tuple[str, str, str, str]]:
    """Return the joins to be judged by hand: a random sample with a fixed seed."""
    return sorted(random.Random(SEED).sample(list(joins), size))


def lost_or_wrong() -> list[str]:
    """Return what differs between today's joins and the judgements in ``sample.csv``."""
    told = []
    with (HERE / "sample.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            joined = match_names([row["name"]], [row["match"]])[0].match is not None
            if joined != (row["judgement"] != "wrong"):
                told.append(
                    f"{row['name']} and {row['match']}, judged {row['judgement']}, are {'' if joined else 'not '}joined"
                )
    return told


def against_truth(truth: dict[str, str]) -> Counter[str]:
    """Join the ids of a source with the names it displays, and count what the source itself says of the joins."""
    found: Counter[str] = Counter()
    for match in match_names(sorted(truth), sorted(set(truth.values()))):
        if match.match is None:
            found[match.how] += 1
        elif match.match == truth[match.name]:
            found["right"] += 1
        else:
            same = find_model(match.match) is find_model(truth[match.name]) is not None
            found["same model, another effort level" if same else "wrong"] += 1
    return found


def family_rules(names: Sequence[str]) -> Counter[str]:
    """Return how many families of a list were told by which rule."""
    found: Counter[str] = Counter()
    for name in names:
        kin = kin_of(name)
        found["unknown" if kin is None else kin.rule.split(" '")[0]] += 1
    return found


def main() -> int:
    """Print both tables, and what the sample says of today's joins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, default=SOURCES, help="the folder of the score files")
    parser.add_argument(
        "--draw", action="store_true", help="print the sample of joins to be judged, and stop"
    )
    asked = parser.parse_args()
    if not asked.sources.is_dir():
        print(f"No score files in {asked.sources}; only the sample is checked.")
        return told(lost_or_wrong())
    names = names_of_sources(asked.sources)
    joins = judged_joins(names)
    if asked.draw:
        csv.writer(sys.stdout, lineterminator="\n").writerows(drawn(joins))
        return 0
    print("| names of | looked up in | " + " | ".join(HOW) + " |\n|---|---|" + "---:|" * len(HOW))
    for one, other, matches in pairs(names):
        counts = Counter(match.how for match in matches)
        print(
            f"| {one} ({len(matches)}) | {other} ({len(names[other])}) | "
            + " | ".join(str(counts[how]) for how in HOW)
            + " |"
        )
    print(f"\n{len(joins)} different joins of two different spellings\n")
    for title, truth in (
        ("HELM", model_infos(HELM, asked.sources)),
        ("Epoch's index", epoch_names(asked.sources)),
    ):
        counts = ", ".join(f"{number} {what}" for what, number in sorted(against_truth(truth).items()))
        print(f"{title}, ids against the names it displays: {len(truth)} ids: {counts}")
    rules = ("catalogue", "name stem", "unknown")
    print("\n| source | names | " + " | ".join(rules) + " |\n|---|---:|" + "---:|" * len(rules))
    for source, listed in names.items():
        by_rule = family_rules(listed)
        print(
            f"| {source} | {len(listed)} | "
            + " | ".join(f"{by_rule[rule]} ({by_rule[rule] / len(listed):.1%})" for rule in rules)
            + " |"
        )
    print()
    return told(lost_or_wrong())


def told(differ: Sequence[str]) -> int:
    """Print what differs from the judgements, and return the exit code."""
    print("\n".join(differ) or "Every join of the sample is as it was judged.")
    return int(bool(differ))


if __name__ == "__main__":
    raise SystemExit(main())
