"""What the pages say with numbers: figures for running text, the worked cases, and a page for every area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from confounded.catalog.areas import Area, areas
from confounded.catalog.descriptions import Description, descriptions
from confounded.catalog.references import Reference
from confounded.datasets.safetywashing import load_scores
from confounded.report import words
from confounded.report.claims import NO_DATA, Claim, claims, contrast_sentences, intuition_sentences
from confounded.report.figures.card import card_scatter
from confounded.report.figures.render import draw_vega
from confounded.report.figures.theme import family_marks
from confounded.stats.intervals import FEWEST_FAMILIES, FEWEST_FAMILIES_FOR_VERDICT
from confounded.study import Settings, StudyResult, run_study
from confounded.study.advice import CASE_BENCHMARKS, CASES
from confounded.study.check import FEWEST_TO_CHECK
from confounded.study.result import Correlation, VerdictCounts
from confounded.study.settings import PAPER_SUITE
from scripts.docs_runs import SIZES

__all__ = ["area_pages", "draw_cases", "numbers", "parts", "shipped"]

POPULATION: Final = "chat"
"""Of the running text; tables have both."""


def shipped() -> StudyResult:
    """Study the shipped scores as `confounded report` does, without the bootstraps that are for comparison."""
    return run_study(load_scores(), Settings(resamples=0))


def numbers(study: StudyResult) -> Mapping[str, str]:
    """Return the numbers that stand in running text, by the name they are called by on a page."""
    settings = study.provenance.settings
    found = {
        "margin": f"{settings.margin:.2f}",
        "level": f"{settings.level:.0%}".replace("%", " %"),
        "suite_size": str(len(PAPER_SUITE)),
        "fewest_models": str(FEWEST_TO_CHECK),
        "fewest_families_interval": str(FEWEST_FAMILIES),
        "fewest_families_verdict": str(FEWEST_FAMILIES_FOR_VERDICT),
    }
    for population in study.populations:
        name = population.population
        summary = next(one for one in study.population_summaries if one.population == name)
        found |= {
            f"{name}_models": str(population.n_models),
            f"{name}_families": str(population.n_families),
            f"{name}_explained": f"{100 * (population.explained_share or 0):.1f} %",
            f"{name}_benchmarks": str(summary.n_benchmarks),
            f"{name}_low_points": str(summary.points.within),
            **{f"{name}_{label}": str(count or "none") for label, count in _counts(summary.verdicts)},
        }
        powers = [one.separable for one in summary.power if one.separable is not None]
        found[f"{name}_power_low"] = f"{100 * min(powers):.0f} %"
        found[f"{name}_power_high"] = f"{100 * max(powers):.0f} %"
    for one in study.correlations:
        if one.population == POPULATION and one.benchmark in CASE_BENCHMARKS:
            found[f"verdict_{one.benchmark}"] = one.verdict
    return found


def _counts(counts: VerdictCounts) -> Iterator[tuple[str, int]]:
    for name in ("entangled", "inverse", "separable", "undecided", "unreliable"):
        yield name, int(getattr(counts, name))


def _interval(low: float | None, high: float | None) -> str:
    return (
        "" if low is None or high is None else f"[{words.plain(low, 2)},{words.NBSP}{words.plain(high, 2)}]"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def parts(study: StudyResult) -> Mapping[str, str]:
    """Return the pieces of pages that follow from the study, by the name of their file."""
    return {
        **{f"case-{case.case}": _case_table(study, case.first, case.second, case.lesson) for case in CASES},
        "areas-overview": _overview(study),
        "intuition": _items(intuition_sentences(study.intuition)),
        "kinds": _items(contrast_sentences(study.kind_contrasts)),
    }


def draw_cases(study: StudyResult, folder: Path) -> None:
    """Draw the scatter of each member of the worked cases into a folder."""
    facts = {one.benchmark: one for one in study.benchmarks}
    population = next(one for one in study.populations if one.population == POPULATION)
    marks = family_marks(study.populations)
    for one in study.correlations:
        if one.population == POPULATION and one.benchmark in CASE_BENCHMARKS and one.rho is not None:
            for size, width in SIZES.items():
                drawing = card_scatter(population, one.benchmark, one, facts[one.benchmark], marks, width)
                (folder / f"{one.benchmark}{size}.svg").write_text(draw_vega(drawing), encoding="utf-8")


def _items(sentences: Sequence[str]) -> str:
    return "".join(f"- {words.sentence(one)}\n" for one in sentences)


def _case_table(study: StudyResult, first: str, second: str, lesson: str) -> str:
    facts = {one.benchmark: one for one in study.benchmarks}
    found = {(one.benchmark, one.population): one for one in study.correlations}
    rows = [
        _row(facts[benchmark].name, population.population, found[benchmark, population.population])
        for benchmark in (first, second)
        for population in study.populations
        if (benchmark, population.population) in found
    ]
    head = ("measure", "models", "with capability", "interval", "verdict", "reliability")
    return _table(head, rows) + f"\n{lesson}\n"


def _row(name: str, population: str, one: Correlation) -> list[str]:
    reliability = one.reliability.value if one.reliability else None
    return [
        name,
        f"{one.n_models} {population}, {one.n_families} families",
        words.plain(one.rho, 2),
        _interval(one.interval.low, one.interval.high) if one.interval else "",
        one.verdict,
        words.plain(reliability, 2) if reliability is not None else "not known",
    ]


def _overview(study: StudyResult) -> str:
    """Return the table of all areas with the verdict of each population."""
    verdicts = {(one.area, one.population): one.verdict for one in claims(study)}
    populations = [one.population for one in study.populations]
    rows = [
        [
            f"[{area.title}](/_generated/areas/{area.area}.md)",
            area.family,
            *(verdicts.get((area.area, population), NO_DATA) for population in populations),
        ]
        for area in areas().values()
    ]
    return _table(["area", "family", *(f"{one} models" for one in populations)], rows)


def area_pages(study: StudyResult) -> Mapping[str, str]:
    """Return a page for every area: what the catalogue says of it, and what was measured."""
    return {area.area: _area_page(study, area) for area in areas().values()}


def _area_page(study: StudyResult, area: Area) -> str:
    parts = [
        f"# {area.title}\n",
        f"{area.goal}\n",
        f"*What is feared:* {area.threat}\n",
        f"*Kinds of measurement:* {', '.join(area.kinds) or 'none yet'}. "
        f"*Family of areas:* {area.family}. *Named by:* the {area.placed_by}.\n",
        "## What was measured\n",
        *[_claimed(one) for one in claims(study) if one.area == area.area],
    ]
    if area.advocates and area.critics:
        parts.append(_expected(study, area))
    parts += [f"## {one.heading}\n\n{one.text}\n" for one in area.sections]
    if members := _members(study, area.area):
        parts += ["## Benchmarks\n", members]
    if described := [one for one in descriptions().values() if one.area == area.area]:
        parts += ["## What they measure\n", *map(_described, described)]
    if area.references:
        parts += ["## References\n", "".join(f"- {_reference(one)}\n" for one in area.references)]
    if area.related:
        titles = ", ".join(f"[{areas()[one].title}]({one}.md)" for one in area.related)
        parts.append(f"*To read next:* {titles}.\n")
    return "\n".join(parts)


def _described(one: Description) -> str:
    """Return what the catalogue says of a benchmark: the page of `confounded survey`, as a part of its area's."""
    runs = [
        f"{run.engine}: {', '.join(f'`{task}`' for task in run.tasks)}"
        + "".join(f"; {score.metric}: {score.direction} is {score.reads_as}" for score in run.scores)
        for run in one.runs
    ]
    lines = [
        f"### {one.title}\n",
        f"{one.measures} *Format:* {one.format}. *Metric:* {one.metric}.\n",
        "*What is held against it:*\n",
        "".join(f"- {criticism.text}\n" for criticism in one.criticisms),
        "*How it is run:*\n" if runs else "",
        "".join(f"- {run}.\n" for run in runs),
        "*Sources:* " + "; ".join(map(_reference, one.sources)) + ".\n",
    ]
    return "\n".join(line for line in lines if line)


def _expected(study: StudyResult, area: Area) -> str:
    """Return what each side expects, and what became of it in each population."""
    rows = []
    for side, what in (("advocates", area.advocates), ("critics", area.critics)):
        if what is None:
            continue
        outcomes = [
            f"{one.outcome} ({one.population})"
            for one in study.area_predictions
            if (one.area, one.side) == (area.area, side)
        ]
        rows.append([side, what.predict, what.why, ", ".join(outcomes) or "no data"])
    return _table(("who", "expect that it", "because", "what came of it"), rows)


def _reference(one: Reference) -> str:
    if one.arxiv:
        where, shown = f"https://arxiv.org/abs/{one.arxiv}", f"arXiv {one.arxiv}"
    elif one.doi:
        where, shown = f"https://doi.org/{quote(one.doi)}", f"doi {one.doi}".replace("<", "\\<")
    else:
        where, shown = f"https://github.com/{one.repository}", f"github.com/{one.repository}"
    return f"{one.authors} {one.year}, *{one.title}*, [{shown}]({where})"


def _claimed(one: Claim) -> str:
    where = f"{words.sentence(one.population)} models: " if one.population else ""
    return f"**{words.sentence(where + one.verdict)}.** {' '.join([one.claim, *one.evidence])}\n"


def _members(study: StudyResult, area: str) -> str:
    rows = [
        [
            fact.name,
            fact.kind or "",
            one.population,
            words.plain(one.rho, 2),
            _interval(one.interval.low, one.interval.high) if one.interval else "",
            one.verdict,
        ]
        for fact in study.benchmarks
        if fact.area == area
        for one in study.correlations
        if one.benchmark == fact.benchmark
    ]
    return _table(("benchmark", "kind", "models", "correlation", "interval", "verdict"), rows) if rows else ""
