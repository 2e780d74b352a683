"""The capabilities score of a suite with holes: what may be imputed, and the score over all imputations.

Holes are imputed from one factor (`stats.imputation`), and the published recipe is applied to every completed suite.
That is refused where the data do not bear it: too many holes, too few models or benchmarks above the floors,
benchmarks that no models link, or older and newer models that share too few benchmarks. The floors follow from
`validation/missing/README.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from confounded.errors import ContentError, StatisticsError
from confounded.scores.dates import day_number
from confounded.stats.component import FirstComponent
from confounded.stats.imputed_replicates import ImputedFit, imputed_fit
from confounded.stats.linking import FEWEST_SHARED, anchors, linked_parts, sole_links
from confounded.stats.ranks import spearman_matrix
from confounded.study.capabilities import CapabilitiesScore, Holes, scored_by_suite
from confounded.study.known import counted, listed
from confounded.study.missing_result import MissingCells, SuiteCoverage
from confounded.study.population import MOST_NAMED, Population
from confounded.study.result import CapabilitiesSource, LeftOut, Notice
from confounded.study.settings import SMALLEST_SUITE, Settings

__all__ = ["imputations_for", "impute_score"]

FEWEST_OF_MODEL: Final = 2
"""Capability benchmarks that a model needs: of one cell, what is imputed is that cell over again."""

MODEL_FLOOR: Final = 0.2
"""Share of the suite that a model needs, where that is more than two benchmarks."""

FEWEST_OF_BENCHMARK: Final = 8
"""Models that a capability benchmark needs, so that its loading can be told without any one family."""

BENCHMARK_FLOOR: Final = 0.1
"""Share of the models that it needs."""

MOST_IMPUTED: Final = 2 / 3
"""Share of imputed cells above which nothing is computed: at 60 % the error of a correlation is still small and its
interval holds it, at 90 % neither is sure (`validation/missing/README.md`)."""

FEWEST_ANCHORS: Final = 2
"""Benchmarks that older and newer models must share: over one alone, its own drift would pass for ability."""

FEWEST_DATED: Final = 0.5
"""Share of the models of which the release must be known before older and newer ones are told apart."""

IMPUTATIONS: Final = ((500, 20), (2000, 10), (1_000_000_000, 5))
"""Imputations up to a number of models: the more models, the less one imputation differs from another."""

BY_AGE: Final = 0.01
"""Significance, over all benchmarks (Bonferroni), from which holes are said to go with the release of models."""

HELD: Final = (
    "Intervals, p-values and verdicts of benchmarks, areas and kinds, with and without measurement error, and those in "
    "strata, within and between groups, given another column and with each of two components, hold what differs "
    "between imputations and how far they stray where known cells are hidden; all is imputed anew without each family. "
    "Those of capabilities scores hold what differs between imputations."
)
"""What the uncertainty of imputation is in."""

NOT_HELD: Final = (
    "There are no bootstrap intervals, for every one of thousands of resamples would have to be imputed anew, and "
    "those of a suite that is not would be too narrow; nor verdicts without each family. Shapes, robustness checks and "
    "adjusted scores take the mean of each cell as if it were there; trends leave out models with an imputed cell."
)
"""What is missing for it, and what it is not in."""

FloatArray = NDArray[np.float64]


def imputations_for(n_models: int) -> int:
    """Return how many imputations a suite of so many models gets."""
    return next(imputations for most, imputations in IMPUTATIONS if n_models <= most)


def impute_score(
    population: Population, suite: Sequence[str], settings: Settings
) -> tuple[CapabilitiesScore, list[Notice]]:
    """Score the models of a population by the first component of a suite, its holes imputed.

    Parameters
    ----------
    population : Population
    suite : sequence of str
        The capability benchmarks.
    settings : Settings
        The seed.

    Returns
    -------
    score : CapabilitiesScore
        The mean score of each model over the imputations, and the holes, to be imputed anew wherever the suite is
        refitted. Without a hole, the published score to the last bit.
    notices : list of Notice
        Who and what was left out, and what was imputed.

    Raises
    ------
    ContentError
        If too little is there, or it does not hang together.
    """
    cells = population.matrix.columns(suite)
    rows, kept, floor = above_floors(cells)
    dropped = [name for place, name in enumerate(suite) if place not in kept]
    names = [suite[place] for place in kept]
    if len(kept) < SMALLEST_SUITE or rows.size < FEWEST_OF_BENCHMARK:
        raise ContentError(
            f"at least {FEWEST_OF_BENCHMARK} {population.name} models with {floor} capability benchmarks each, and at "
            f"least {SMALLEST_SUITE} benchmarks with {BENCHMARK_FLOOR:.0%} of these models and {FEWEST_OF_BENCHMARK}",
            found=f"{rows.size} of {len(cells)} models, and of the benchmarks {', '.join(names) or 'none'}",
            remedy="Name capability benchmarks that more of the models have with --suite.",
        )
    # In the memory order of the scores as they are read: sums over it then round as in a study that imputes nothing.
    holed = np.ascontiguousarray(cells[rows][:, kept])
    facts, notices = _facts(population, holed, rows, names, dropped, floor)
    left_out = tuple(
        LeftOut(
            model=population.matrix.models[row],
            missing=[name for name, cell in zip(suite, cells[row], strict=True) if np.isnan(cell)],
        )
        for row in sorted(set(range(len(cells))) - set(rows.tolist()))
    )
    notices = _left_out_notices(population, left_out, dropped, floor) + notices
    if not np.isnan(holed).any():
        return scored_by_suite(population, names, rows, holed, left_out), notices
    # In the order of their names, so that the order in which a suite is written down changes nothing.
    by_name = sorted(range(len(names)), key=lambda place: names[place])
    names, holed = [names[place] for place in by_name], holed[:, by_name]
    try:
        fit = imputed_fit(holed, facts.imputations, settings.seed)
    except StatisticsError as problem:
        raise ContentError(
            f"scores of the {population.name} models that a suite can be imputed from",
            found=str(problem),
            remedy="Look at the scores of the suite, or shorten it with --suite.",
        ) from problem
    source = CapabilitiesSource(
        kind="suite",
        id="suite",
        title="the suite",
        made_from=f"first component of {len(names)} capability benchmarks, fitted to these models; "
        f"{facts.share:.1%} of the cells imputed, {facts.imputations} times",
        benchmarks=names,
    )
    score = CapabilitiesScore(
        tuple(names),
        rows,
        fit.scores,
        fit.completed.mean(axis=0),
        _mean_fit(fit),
        source,
        left_out,
        holes=Holes(holed, facts, (1.0 + 1.0 / facts.imputations) * fit.each.scores.var(axis=0, ddof=1)),
    )
    return score, notices


def above_floors(cells: FloatArray) -> tuple[NDArray[np.intp], list[int], int]:
    """Return the models and benchmarks that have enough of each other, and how many benchmarks a model needs.

    Parameters
    ----------
    cells : ndarray of shape (M, C)
        NaN for holes.

    Returns
    -------
    rows : ndarray of shape (S,)
    columns : list of int
    floor : int
    """
    there = ~np.isnan(cells)
    rows, kept = np.arange(len(cells)), np.arange(cells.shape[1])
    while True:
        floor = max(FEWEST_OF_MODEL, int(np.ceil(MODEL_FLOOR * kept.size)))
        enough = there[np.ix_(rows, kept)].sum(axis=1) >= floor
        rows = rows[enough]
        counts = there[np.ix_(rows, kept)].sum(axis=0)
        many = (counts >= FEWEST_OF_BENCHMARK) & (counts >= BENCHMARK_FLOOR * rows.size)
        kept = kept[many]
        if enough.all() and many.all():
            return rows, kept.tolist(), floor


def _facts(
    population: Population,
    holed: FloatArray,
    rows: NDArray[np.intp],
    names: Sequence[str],
    dropped: list[str],
    floor: int,
) -> tuple[MissingCells, list[Notice]]:
    """Describe the holes of a suite; refuse those that cannot be bridged."""
    there = ~np.isnan(holed)
    among = _among(population, len(rows), dropped, floor)
    share = float(1.0 - there.mean())
    if share > MOST_IMPUTED:
        raise ContentError(
            f"at most {MOST_IMPUTED:.0%} of the suite's cells to be imputed",
            found=f"{share:.0%} missing for the {population.name} models ({holed.shape[0]} × {holed.shape[1]} cells)"
            f"{among}",
            remedy="Name capability benchmarks that more of the models have with --suite.",
        )
    parts = linked_parts(there)
    if len(parts) > 1:
        told = "; ".join(", ".join(names[place] for place in part) for part in parts)
        raise ContentError(
            f"capability benchmarks that are linked, each with another one by {FEWEST_SHARED} {population.name} models "
            "that have both",
            found=f"{len(parts)} parts without a link: {told}{among}",
            remedy="Name benchmarks of one part with --suite, or add models that have both.",
        )
    links = [names[place] for place in sole_links(there)]
    dated, shared, aged = _by_age(population, there, rows)
    if shared is not None and len(shared) < FEWEST_ANCHORS:
        raise ContentError(
            f"at least {FEWEST_ANCHORS} capability benchmarks that {FEWEST_SHARED} of the older and {FEWEST_SHARED} of "
            f"the newer {population.name} models have",
            found=(", ".join(names[place] for place in shared) or "none") + among,
            remedy="Name benchmarks that models of all ages have with --suite, or study older and newer models apart.",
        )
    facts = MissingCells(
        share=share,
        n_models=len(rows),
        imputations=imputations_for(len(rows)) if share else 0,
        coverage=[
            SuiteCoverage(benchmark=name, n_models=int(count), share=float(count / len(rows)))
            for name, count in zip(names, there.sum(axis=0), strict=True)
        ],
        model_floor=floor,
        benchmark_floor=BENCHMARK_FLOOR,
        left_out=dropped,
        sole_links=links,
        n_dated=dated,
        anchors=None if shared is None else [names[place] for place in shared],
        by_age=[names[place] for place in aged],
    )
    return facts, _notices(population, facts) if share else []


def _among(population: Population, n_models: int, dropped: Sequence[str], floor: int) -> str:
    """Say of which models and benchmarks that is, where some were below the floors; nothing otherwise."""
    total = len(population.models)
    said = [f"among the {n_models} of {total} models that have at least {floor} of the suite"] * (
        n_models < total
    )
    said += [f"without {', '.join(dropped)}, which too few of them have"] * bool(dropped)
    return f" ({'; '.join(said)})" if said else ""


def _by_age(
    population: Population, there: NDArray[np.bool_], rows: NDArray[np.intp]
) -> tuple[int, list[int] | None, list[int]]:
    """Return of how many models the release is known, which columns link old and new, and whose holes go with age."""
    days = np.array([day_number(population.models[row].released) for row in rows], dtype=np.float64)
    known = ~np.isnan(days)
    if known.sum() < max(FEWEST_DATED * len(rows), 2 * FEWEST_SHARED) or np.ptp(days[known]) == 0:
        return int(known.sum()), None, []
    later = days > np.median(days[known])
    aged = []
    for place, column in enumerate(there[known].T):
        if 0 < column.sum() < column.size:
            p = mannwhitneyu(days[known][column], days[known][~column]).pvalue
            aged += [place] if p * there.shape[1] < BY_AGE else []
    return int(known.sum()), anchors(there[known], later[known]), aged


def _notices(population: Population, facts: MissingCells) -> list[Notice]:
    """Say what was imputed, and what that takes for granted."""
    if facts.by_age:
        taken = (
            f"They are not missing at random: the release of models goes with whether they have "
            f"{', '.join(facts.by_age)}. They are imputed as if they were, given the cells that are there, and no "
            "limits are given for the complete table"
        )
    else:
        taken = "That they are missing at random, given the cells that are there, is taken for granted"
        if facts.anchors is None:
            taken += (
                f"; whether it depends on the age of models is not known (the release of {facts.n_dated} is)"
            )
    found = [
        Notice(
            what=f"{facts.share:.1%} of the cells of the suite of the {population.name} models are imputed, "
            f"{facts.imputations} times, from one factor and what benchmarks share beside it. {taken}. {HELD} "
            f"{NOT_HELD}",
            remedy="--missing leave-model-out leaves out the models that lack a score instead.",
        )
    ]
    if facts.sole_links:
        found.append(
            Notice(
                what=f"Without {', '.join(facts.sole_links)} the suite of the {population.name} models would fall "
                "apart: that one benchmark alone links models that share no other.",
                remedy="Add scores that link them, or shorten the --suite.",
            )
        )
    return found


def _left_out_notices(
    population: Population, left_out: Sequence[LeftOut], dropped: Sequence[str], floor: int
) -> list[Notice]:
    notices = []
    if dropped:
        notices.append(
            Notice(
                what=f"Too few {population.name} models have {', '.join(dropped)} (fewer than {FEWEST_OF_BENCHMARK}, "
                f"or than {BENCHMARK_FLOOR:.0%} of them); the suite goes without."
            )
        )
    if left_out:
        notices.append(
            Notice(
                what=f"{counted(len(left_out), f'{population.name} model has', f'{population.name} models have')} "
                f"scores on fewer than {floor} benchmarks of the suite and no capabilities score: "
                f"{listed([one.model for one in left_out], most=MOST_NAMED)}."
            )
        )
    return notices


def _mean_fit(fit: ImputedFit) -> FirstComponent:
    """Return the means of the fits to all completed suites, in the form of one."""
    correlation = np.mean([spearman_matrix(one) for one in fit.completed], axis=0)
    vector = fit.each.eigenvectors.mean(axis=0)
    eigenvalues = np.mean([np.linalg.eigvalsh(spearman_matrix(one))[::-1] for one in fit.completed], axis=0)
    return FirstComponent(
        eigenvector=vector / np.linalg.norm(vector),
        eigenvalues=eigenvalues,
        explained_share=float(eigenvalues[0] / eigenvalues.sum()),
        correlation=correlation,
        scores=fit.scores,
    )
