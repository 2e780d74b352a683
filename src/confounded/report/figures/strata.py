"""A benchmark's correlation in the parts of the models, and with something else allowed for, in rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from confounded.report.figures.row_list import Row, heading, percent, row_figure
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import plural, sentence
from confounded.study.strata_result import TOGETHER, BenchmarkStrata, GivenCorrelation, SplitCorrelations

__all__ = ["given_rows", "split_title", "strata_figure", "strata_rows", "who"]

Spec = dict[str, Any]

MOST_ROWS: Final = 30
"""Strata of a split that are drawn, the largest ones: of the others the tables have the figures."""

FEWEST_MODELS: Final = 4
"""`study.capabilities.FEWEST_MODELS`: smaller strata are counted in a result and not listed."""


CHANCE: Final = "chance:"
TITLES: Final = {
    "class": "by kind of model",
    "size": "by size",
    "compute": "by training compute",
    "released": "by date of release",
    "family": "by family",
    "organisation": "by organisation",
    "base_model": "by base model",
}
GIVEN: Final = {"compute": "training compute", "size": "size", "released": "date of release"}


def who(population: str) -> str:
    """Say which models are parted."""
    return "models of all populations together" if population == TOGETHER else f"{population} models"


def split_title(by: str, index: Index) -> str:
    """Say by what models are parted."""
    if by.startswith(CHANCE):
        return f"by closeness to guessing on {index.name(by.removeprefix(CHANCE))}"
    return TITLES.get(by, f"by {by}")


def strata_rows(found: BenchmarkStrata, index: Index) -> list[Row]:
    """Return the correlation over all models and in each part, split by split; none where no split has parts."""
    scope = next((one for one in index.result.scopes if one.population == found.population), None)
    unknown = {one.by: one.n_unknown for one in scope.splits} if scope else {}
    splits = [row for split in found.splits for row in _split_rows(split, index, unknown.get(split.by, 0))]
    if not splits:
        return []
    whole = found.overall
    return [
        Row(
            text="all models",
            at=percent(whole.rho),
            low=percent(whole.low),
            high=percent(whole.high),
            n_models=whole.n_models,
            n_families=whole.n_families,
            reason=whole.reason,
            is_sum=True,
        ),
        *splits,
    ]


def given_rows(found: BenchmarkStrata) -> list[Row]:
    """Return the correlations with compute, size, date or a number of the file allowed for."""
    return [_given(one) for one in found.given if one.partial is not None]


def strata_figure(index: Index, population: str, benchmark: str, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of the rows of one benchmark; None where there are none.

    Parameters
    ----------
    index : Index
    population : str
        The models that are parted: a population, or all together.
    benchmark : str
    width : int
        Of the whole, pixels.
    """
    found = next(
        (one for one in index.result.strata if (one.population, one.benchmark) == (population, benchmark)),
        None,
    )
    if found is None:
        return None
    rows, given = strata_rows(found, index), given_rows(found)
    if given:
        rows = [*rows, heading("With something else allowed for (upright stroke: with nothing)"), *given]
    if not rows:
        return None
    n = sum(not row.is_heading for row in rows)
    return row_figure(
        rows,
        f"The capabilities correlation of {short(index.name(benchmark))} over {short(who(population))}, in parts of "
        f"them and with something else allowed for: {plural(n, 'row')}",
        width,
        margin=index.result.provenance.settings.margin,
    )


def _split_rows(split: SplitCorrelations, index: Index, n_unknown: int) -> Iterator[Row]:
    known = [one for one in split.strata if one.rho is not None]
    if not known and split.parts is None:
        return
    largest = sorted(known, key=lambda one: -one.n_models)[:MOST_ROWS]
    left_out = []
    if len(largest) < len(known):
        left_out.append(f"the {MOST_ROWS} largest of {len(known):,}")
    if split.n_small:
        left_out.append(f"{plural(split.n_small, 'part')} of fewer than {FEWEST_MODELS} models not drawn")
    if n_unknown:
        left_out.append(f"not known of {plural(n_unknown, 'model')}")
    title = sentence(split_title(split.by, index))
    yield heading(f"{title} ({'; '.join(left_out)})" if left_out else title)
    parts = split.parts
    if parts is not None and parts.within is not None:
        yield Row(
            text="within parts",
            at=percent(parts.within),
            low=percent(parts.within_low),
            high=percent(parts.within_high),
            n_models=parts.n_within,
            reason=parts.within_reason,
            is_sum=True,
        )
    if parts is not None and parts.between is not None:
        yield Row(
            text="between parts",
            at=percent(parts.between),
            low=percent(parts.between_low),
            high=percent(parts.between_high),
            reason=parts.between_reason,
            is_sum=True,
        )
    for one in known:
        if one in largest:
            yield Row(
                text=one.stratum,
                at=percent(one.rho),
                low=percent(one.low),
                high=percent(one.high),
                n_models=one.n_models,
                n_families=one.n_families,
                reason=one.reason,
            )


def _given(one: GivenCorrelation) -> Row:
    return Row(
        text=f"{GIVEN.get(one.given, one.given)} allowed for",
        at=percent(one.partial),
        low=percent(one.low),
        high=percent(one.high),
        n_models=one.n_models,
        n_families=one.n_families,
        compared=percent(one.rho),
        reason=one.reason,
    )
