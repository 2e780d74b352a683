"""Benchmarks that put models in the order of one of the suite, as a copy of it would: kin to it, declared or not.

A copy of a capability benchmark under another name follows capability because it is capability. What the file or the
catalogue says of kin goes first; of a benchmark of which neither says anything, its scores may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from confounded.stats.ranks import midranks, rank_correlations, spearman
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Notice

__all__ = ["with_copies"]

COPY: Final = 0.995
"""Rank correlation from which two benchmarks count as copies. In the scores released with arXiv 2407.21792 and on the
Open LLM Leaderboards no two that share no items reach .99; accuracy and Brier score on the same items do."""

ROUNDING: Final = 1e-12

FEWEST_MODELS: Final = 20
"""Models that must have both: among fewer, two good measures of one ability may agree as well."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two benchmarks, the second of the suite, that put models in nearly the same order, or in the opposite one."""

    benchmark: str
    member: str
    rho: float
    n_models: int
    population: str

    @property
    def what(self) -> str:
        """Say how alike they are."""
        nearly = "" if abs(self.rho) > 1.0 - ROUNDING else "nearly "
        order = "the order" if self.rho > 0 else "the opposite of the order"
        return (
            f"it puts {self.n_models} {self.population} models in {nearly}{order} of {self.member} "
            f"(ρ = {self.rho:.3f})"
        )


def with_copies(
    facts: Mapping[str, BenchmarkFacts], fits: Sequence[tuple[Population, CapabilitiesScore]]
) -> tuple[dict[str, BenchmarkFacts], list[Notice]]:
    """Take benchmarks that look like copies of one of the suite to be kin to it.

    Parameters
    ----------
    facts : mapping of str to BenchmarkFacts
    fits : sequence of (Population, CapabilitiesScore)

    Returns
    -------
    facts : dict of str to BenchmarkFacts
        In their order.
    notices : list of Notice
        One for each such benchmark, and for each pair within the suite.
    """
    found: dict[str, dict[str, Likeness]] = {}
    for population, score in fits:
        for one in _alike(population, score):
            found.setdefault(one.benchmark, {}).setdefault(one.member, one)
    known = dict(facts)
    notices = []
    for benchmark, members in found.items():
        fact = facts[benchmark]
        twice = [one for one in members.values() if _is_of_suite(benchmark, fits, one.population)]
        notices += [_counted_twice(one) for one in twice if benchmark < one.member]
        new = [one for one in members.values() if one not in twice and one.member not in fact.kin_to_suite]
        if new and not fact.kin_to_suite and fact.kin_reason is None:
            reason = "; ".join(one.what for one in new)
            names = [one.member for one in new]
            known[benchmark] = msgspec.structs.replace(
                fact, kin_to_suite=names, kin_reason=f"{reason}, as only a copy or a part of it would"
            )
            notices.append(
                Notice(
                    what=f"{benchmark} is taken to be kin to {', '.join(names)}, which is in the suite: {reason}.",
                    remedy="If it shares no items with that, say kin_to_suite = [] of it in a benchmarks.toml.",
                )
            )
    return known, notices


def _alike(population: Population, score: CapabilitiesScore) -> Iterator[Likeness]:
    """Yield every pair of a benchmark and another one of the suite that are as alike as copies."""
    if score.columns is None:  # it is held fixed, and has no suite
        return
    scores, names = population.matrix.scores, population.matrix.benchmarks
    known = ~np.isnan(scores)
    # Columns without gaps are ranked once, and not once for every pair.
    whole = np.flatnonzero(known.all(axis=0) & (np.ptp(scores, axis=0) > 0))
    between = dict(zip(whole.tolist(), rank_correlations(midranks(scores[:, whole])), strict=True))
    place = {column: at for at, column in enumerate(whole.tolist())}
    for member in (names.index(name) for name in score.suite):
        for other in range(len(names)):
            n_models = int((known[:, member] & known[:, other]).sum())
            if other == member or n_models < FEWEST_MODELS:
                continue
            if member in place and other in place:
                rho = float(between[member][place[other]])
            else:
                rho = spearman(scores[:, other], scores[:, member])
            if abs(rho) >= COPY:
                yield Likeness(names[other], names[member], rho, n_models, population.name)


def _is_of_suite(
    benchmark: str, fits: Sequence[tuple[Population, CapabilitiesScore]], population: str
) -> bool:
    return any(benchmark in score.suite for one, score in fits if one.name == population)


def _counted_twice(one: Likeness) -> Notice:
    return Notice(
        what=f"{one.benchmark} is in the suite beside {one.member}, but {one.what}: what they measure counts twice.",
        remedy="Leave one out with --leave-out, or name a suite with --suite.",
    )
