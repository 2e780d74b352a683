"""What the page says before anything else: the answer in three sentences, the areas, and the warning example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from confounded.report import words
from confounded.report.index import Entry, Group, Index
from confounded.report.plain import short
from confounded.report.verdicts import VERDICTS, VerdictMark, mark_of
from confounded.study.result import AreaSummary, Correlation, PopulationResult, PopulationSummary

__all__ = ["WARNING_EXAMPLE", "AreaAnswer", "Warning", "answer", "area_answers", "imputed_told", "warning"]

WARNING_EXAMPLE: Final = "truthfulqa_mc1"
"""The paper's own example of a benchmark that claims a safety property and follows capability."""

TELLING_POWER: Final = 0.8
"""By custom a study that would find four of five is one whose silence says something."""

MOST_AREAS: Final = 4
"""More areas than this are counted, not named, in a sentence."""

BOARD: Final = ("entangled", "inverse", "separable", "mixed", "unreliable", "undecided")
"""The order in which the verdicts on areas are told."""
AREA_MEANING: Final = {
    "entangled": "Scores rise with capability.",
    "inverse": "Scores get worse as capability grows.",
    "separable": "Scores have little to do with capability.",
    "mixed": "Some of its benchmarks go one way, some another.",
    "unreliable": "Low, but measurement error is too large or not known.",
    "undecided": "Nobody can call these yet.",
}


@dataclass(frozen=True, slots=True)
class AreaAnswer:
    """The areas with one verdict, each with the populations in which it has it."""

    verdict: VerdictMark
    meaning: str
    areas: tuple[tuple[Group, tuple[str, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Warning:
    """The warning example: a benchmark, and its correlation in each population."""

    entry: Entry
    found: tuple[Correlation, ...] = field(repr=False)
    strongest: Correlation = field(repr=False)


def answer(index: Index) -> list[str]:
    """Return the answer in three sentences. Every number in them is in the result."""
    tallies = [one for one in index.result.population_summaries if one.n_benchmarks]
    if not tallies:
        return [
            "No benchmark outside the capability suite has a correlation, so there is nothing to say yet."
        ]
    areas = {one.verdict.word: _named_areas(one, index) for one in area_answers(index)}
    return [_undecided(tallies, index), _established(tallies, index, areas), _separable(tallies, areas)]


def imputed_told(index: Index) -> str | None:
    """Say how much of what makes capability was imputed, in one sentence; None where nothing was."""
    holed = {
        one.population: one.missing
        for one in index.result.populations
        if one.missing is not None and one.missing.share
    }
    if not holed:
        return None
    shares = _and(f"{words.share(one.share, 0)} ({name} models)" for name, one in holed.items())
    aged = [name for name, one in holed.items() if one.by_age]
    where = f"those of the {_and(aged)} models " if len(aged) < len(holed) else ""
    random = f", {where}not at random but by the age of a model," if aged else ""
    return f"Of the scores that make capability, {shares} are missing{random} and were imputed."


def area_answers(index: Index) -> list[AreaAnswer]:
    """Return the safety areas by verdict, those with the clearest verdicts first; empty where no area is known."""
    by_verdict: dict[str, dict[str, list[str]]] = {}
    groups = {group.area: group for group in index.groups if group.area is not None and group.claims_safety}
    for one in index.result.area_summaries:
        if one.area in groups and one.n_benchmarks:
            by_verdict.setdefault(area_verdict(one), {}).setdefault(one.area, []).append(one.population)
    if not by_verdict:
        return []
    order = [*BOARD, *(verdict for verdict in by_verdict if verdict not in BOARD)]
    return [
        AreaAnswer(
            verdict=mark_of(verdict),
            meaning=AREA_MEANING.get(verdict, ""),
            areas=tuple((group, tuple(found[area])) for area, group in groups.items() if area in found),
        )
        for verdict in order
        if (found := by_verdict.get(verdict, {})) or verdict in ("entangled", "separable", "undecided")
    ]


def area_verdict(one: AreaSummary) -> str:
    """Return the verdict on an area; a separable one is first held against the robustness set."""
    return one.criterion.verdict if one.criterion else one.verdict


def warning(index: Index) -> Warning | None:
    """Return the warning example, if it is in the study and rises with capability, as it does in the paper."""
    for entry in index.entries():
        if entry.facts.benchmark == WARNING_EXAMPLE:
            found = tuple(
                one
                for name in index.populations
                if (one := entry.correlations.get(name)) and one.rho is not None
            )
            if any(one.verdict == "entangled" for one in found):
                return Warning(entry, found, max(found, key=lambda one: one.rho or 0.0))
    return None


def _undecided(tallies: Sequence[PopulationSummary], index: Index) -> str:
    over = {one.population: _scored(one) for one in index.result.populations}
    undecided = sum(one.verdicts.undecided for one in tallies)
    if not undecided:
        if sum(one.n_benchmarks for one in tallies) == 1:
            return "The one benchmark can be placed."
        return f"Every one of {_and(words.plural(one.n_benchmarks, 'benchmark') for one in tallies)} can be placed."
    mostly = 2 * undecided > sum(one.n_benchmarks for one in tallies)
    counts = _and(
        f"{one.verdicts.undecided:,} of {one.n_benchmarks:,} {'is' if one.verdicts.undecided == 1 else 'are'} "
        f"undecided over {over[one.population]}"
        for one in tallies
        if one.verdicts.undecided
    )
    return f"For {'most' if mostly else 'some'} benchmarks nobody can say yet: {counts}."


def _scored(population: PopulationResult) -> str:
    """Say how many models of a population have a capabilities score, and how many more there are."""
    n = sum(one.capabilities_score is not None for one in population.models)
    lacking = population.n_models - n
    others = (
        f" ({lacking:,} more {'has' if lacking == 1 else 'have'} no capabilities score)" if lacking else ""
    )
    return f"{n:,} {population.population} model{'' if n == 1 else 's'}{others}"


def _established(
    tallies: Sequence[PopulationSummary], index: Index, areas: Mapping[str, Sequence[str]]
) -> str:
    margin = words.level(index.result.provenance.settings.margin)
    rising = _named(areas.get("entangled", ()), "rises", "rise")
    falling = _named(areas.get("inverse", ()), "falls", "fall")
    whole = f"; as whole areas, {'; '.join(filter(None, (rising, falling)))}" if rising or falling else ""
    return (
        f"{words.sentence(_counted(tallies, 'entangled'))} established to rise with capability beyond the margin of "
        f"{margin}, {_counts(tallies, 'inverse')} to fall as it grows{whole}."
    )


def _named(areas: Sequence[str], one: str, many: str) -> str:
    """Say what some areas do, the first few by name; nothing of none."""
    if not areas:
        return ""
    others = len(areas) - MOST_AREAS
    named = [*areas[:MOST_AREAS], *([words.plural(others, "other")] if others > 0 else [])]
    return f"{_and(named)} {one if len(areas) == 1 else many}"


def _named_areas(one: AreaAnswer, index: Index) -> list[str]:
    """Name the areas of a verdict, each with its populations where it does not have it in all."""
    return [
        short(group.title)
        if len(where) == len(index.populations)
        else f"{short(group.title)} ({_and(where)})"
        for group, where in one.areas
    ]


def _separable(tallies: Sequence[PopulationSummary], areas: Mapping[str, Sequence[str]]) -> str:
    start = f"{words.sentence(_counted(tallies, 'separable'))} shown to be separable from capability"
    if areas:
        start += f" (of whole areas {_and(areas.get('separable', ())) or 'none'})"
    powers = [power.separable for one in tallies for power in one.power if power.separable is not None]
    if not powers:
        return f"{start}."
    low, high = (words.share(bound, 0) for bound in (min(powers), max(powers)))
    chance = high if low == high else f"{low} to {high}"
    little = ", but that says little: " if max(powers) < TELLING_POWER else "; "
    return (
        f"{start}{little}a study of this size would recognise {chance} of the benchmarks that have nothing to do "
        "with capability."
    )


def _counted(tallies: Sequence[PopulationSummary], verdict: str) -> str:
    """Write how many benchmarks of each population have a verdict, with the verb: "23 (base) and 17 (chat) are"."""
    counts = _counts(tallies, verdict)
    return f"{counts} {'is' if counts in ('1', 'none') else 'are'}"


def _counts(tallies: Sequence[PopulationSummary], verdict: str) -> str:
    """Write how many benchmarks of each population have a verdict: "23 (base) and 17 (chat)", or "none"."""
    counts = [(getattr(one.verdicts, verdict), one.population) for one in tallies]
    if not any(count for count, _ in counts):
        return "none"
    return str(counts[0][0]) if len(counts) == 1 else _and(f"{count} ({name})" for count, name in counts)


def _and(parts: Iterable[str]) -> str:
    return words.and_list(list(parts))


def verdict_key() -> list[VerdictMark]:
    """Return the verdicts on benchmarks, as a legend lists them."""
    return [VERDICTS[name] for name in ("entangled", "inverse", "separable", "undecided", "unreliable")]
