"""What may be claimed of each area of research, and on what evidence, in words. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from confounded.catalog import areas, benchmarks
from confounded.report.words import NBSP, plural
from confounded.study.result import (
    AreaSummary,
    Correlation,
    Criterion,
    Intuition,
    KindContrast,
    Pooled,
    StudyResult,
    UncorrectedTrend,
)

__all__ = ["NO_DATA", "Claim", "claims", "contrast_sentences", "intuition_sentences"]

NO_DATA: Final = "no data"
MOST_NAMED: Final = 6

CLAIMS: Final = {
    "entangled": "Taken together, its measures rise with capability: a gain on them may be no more than a gain "
    "in capability.",
    "inverse": "Taken together, its measures get worse as capability grows: no safetywashing, but a warning.",
    "separable": "It is empirically separable from capability, by these measures and over these models.",
    "unreliable": "Taken together, its measures have a low correlation with capability, but noise in them may be "
    "the reason, or cannot be ruled out.",
    "mixed": "Its benchmarks disagree, so that one number for the area would say nothing.",
    "undecided": "These models do not tell: there is no interval, it reaches across the margin, or the verdict "
    "does not hold under other choices.",
    NO_DATA: "Nothing can be said: there are no scores.",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be claimed of an area in one population.

    Parameters
    ----------
    area, title, family : str
        Its id, its heading and the family of areas it belongs to.
    population : str or None
        None for an area without any scores.
    verdict : str
        By the criterion of `study.criterion`.
    claim : str
        One sentence that may be quoted.
    evidence : tuple of str
        Sentences with the figures behind it.
    """

    area: str
    title: str
    family: str
    population: str | None
    verdict: str
    claim: str
    evidence: tuple[str, ...]


def claims(result: StudyResult) -> list[Claim]:
    """Return a claim for every area of the catalogue and population, in the order of the catalogue."""
    found = []
    for one in areas().values():
        own = [s for s in result.area_summaries if s.area == one.area and s.members]
        if not own:
            settled = (f"What would settle it: {one.settled_by}",) if one.settled_by else ()
            found.append(Claim(one.area, one.title, one.family, None, NO_DATA, CLAIMS[NO_DATA], settled))
        for summary in own:
            criterion = summary.criterion
            verdict = criterion.verdict if criterion else summary.verdict
            found.append(
                Claim(
                    area=one.area,
                    title=one.title,
                    family=one.family,
                    population=summary.population,
                    verdict=verdict,
                    claim=CLAIMS.get(verdict, ""),
                    evidence=tuple(_evidence(summary, result)),
                )
            )
    return found


def intuition_sentences(found: Sequence[Intuition]) -> list[str]:
    """Say how often each side of the argument was right."""
    sentences = []
    for one in found:
        settled = one.borne_out + one.ruled_out
        share = (
            ""
            if one.share is None or one.low is None or one.high is None
            else f", a share of {one.share:.2f} [{one.low:.2f}, {one.high:.2f}]"
        )
        sentences.append(
            f"{one.population} models: of the {plural(settled + one.open + one.mixed, 'area')} with measures, what "
            f"{one.side} lead one to expect is borne out in {one.borne_out} and ruled out in {one.ruled_out}{share}; "
            f"{one.open} are open, and in {one.mixed} the measures disagree."
        )
    return sentences


def contrast_sentences(found: Sequence[KindContrast]) -> list[str]:
    """Say whether the kind of measurement predicts the correlation."""
    sentences = []
    for one in found:
        if one.difference is None or one.low is None or one.high is None:
            sentences.append(f"{one.population} models: {one.first} against {one.second}: {one.reason}.")
            continue
        differs = "differ" if one.low > 0 or one.high < 0 else "cannot be told apart"
        sentences.append(
            f"{one.population} models: {one.first} and {one.second} {differs}: the mean Fisher z of the "
            f"first less that of "
            f"the second is {_number(one.difference)} [{_number(one.low)}, {_number(one.high)}]."
        )
    return sentences


def _evidence(summary: AreaSummary, result: StudyResult) -> Iterator[str]:
    n = len(summary.members)
    models = next(one.n_models for one in result.populations if one.population == summary.population)
    families = summary.pooled.n_families
    of = f" of {plural(families, 'family', 'families')}" if families else ""
    single = (
        f"; single benchmarks lie between {_number(summary.lowest)} and {_number(summary.highest)}"
        if n > 1
        else ""
    )
    imputed = summary.pooled.imputed_share
    filled = f", {100 * imputed:.0f}{NBSP}% of the cells of the suite imputed" if imputed else ""
    yield (
        f"Pooled: {_pooled(summary.pooled)} over {plural(n, 'benchmark')} and up to {models} "
        f"{summary.population} models{of}{filled}{single}."
    )
    endless = [
        name for name in summary.members if name in benchmarks() and benchmarks()[name].has_no_better_end
    ]
    if endless:
        some = "No" if len(endless) == n else f"For {len(endless)} of its {n} measures, no"
        yield f"{some} end of the scale is better, so the sign of the correlation says nothing about safety."
    criterion = summary.criterion
    if criterion is None:
        yield f"{summary.rule}."
        return
    yield f"{criterion.rule[:1].upper()}{criterion.rule[1:]}."
    yield from _held(criterion, n)
    if len(endless) < n:
        yield from _over_time(summary, result)
    if criterion.disagreeing:
        own = {one.benchmark: one for one in result.correlations if one.population == summary.population}
        named = [_at_odds(own[name]) for name in criterion.disagreeing[:MOST_NAMED]]
        rest = len(criterion.disagreeing) - len(named)
        yield f"At odds with the others: {', '.join(named)}{f' and {rest} more' if rest else ''}."


def _at_odds(one: Correlation) -> str:
    interval = one.interval
    limits = (
        ""
        if interval is None or interval.low is None
        else f" [{_number(interval.low)}, {_number(interval.high)}]"
    )
    return f"{one.benchmark} ({one.verdict}, {_number(one.rho)}{limits})"


def _over_time(summary: AreaSummary, result: StudyResult) -> Iterator[str]:
    """Say whether it improved over release dates at fixed capability."""
    for one in result.trends:
        if (one.area, one.population) != (summary.area, summary.population):
            continue
        with_error = _with_error(one.uncorrected)
        if one.per_year is None:
            yield f"Over release dates at fixed capability: not known ({one.reason}){with_error}."
        elif one.low is None or one.high is None:
            yield f"Over release dates at fixed capability: no interval ({one.reason})."
        else:
            yield (
                f"Over release dates at fixed capability {TREND[one.answer]}: {_number(one.per_year)} "
                f"[{_number(one.low)}, {_number(one.high)}] standard deviations a year{with_error}; {one.n_models} "
                f"models with a known date."
            )


def _with_error(one: UncorrectedTrend | None) -> str:
    if one is None or one.per_year is None:
        return ""
    limits = "" if one.low is None or one.high is None else f" [{_number(one.low)}, {_number(one.high)}]"
    return f"; with the error of the capabilities score left in, {_number(one.per_year)}{limits}"


TREND: Final = {
    "improves": "it improves",
    "worsens": "it worsens",
    "cannot tell": "these models do not tell whether it improves",
}


def _held(criterion: Criterion, n: int) -> Iterator[str]:
    if criterion.lowest is not None and criterion.highest is not None:
        yield (
            f"Under {criterion.n_specifications} other choices the pooled figure lies between "
            f"{_number(criterion.lowest)} "
            f"and {_number(criterion.highest)}."
        )
    unknown = len(criterion.reliability_unknown)
    if unknown:
        yield f"The reliability of {unknown} of {n} is not known."
    elif criterion.without_error is not None:
        yield f"Without measurement error: {_pooled(criterion.without_error)}."


def _pooled(one: Pooled) -> str:
    if one.rho is None:
        return f"no figure ({one.reason})"
    interval = "" if one.low is None or one.high is None else f" [{_number(one.low)}, {_number(one.high)}]"
    return f"ρ{NBSP}={NBSP}{_number(one.rho)}{interval}"


def _number(value: float | None) -> str:
    if value is None:
        return "not known"
    text = f"{value:.2f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "\u2212")
