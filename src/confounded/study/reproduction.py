"""Does the paper reproduce? Every published figure beside the one recomputed from the released scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec
import numpy as np
import polars as pl

from confounded.catalog import areas
from confounded.datasets import safetywashing
from confounded.scores import ScoreTable
from confounded.stats.component import first_component
from confounded.study.result import StudyResult
from confounded.study.settings import PAPER_SUITE, Settings
from confounded.study.study import run_study
from confounded.study.written import written

__all__ = ["Figure", "Group", "Reproduction", "reproduce"]

Quantity = Literal["correlations", "compute correlations", "capabilities scores", "summaries", "re-scored"]

CORRELATION_TOLERANCE: Final = 0.1
"""Points (percent): one unit of the last printed digit; two of the printed figures are truncated, not rounded."""

SCORE_TOLERANCE: Final = 0.01
"""One unit of the last digit printed in table 9."""

CLOSED_MODEL_SUITE: Final = tuple(name for name in PAPER_SUITE if name not in ("bbh", "lambada_openai"))
"""The suite of figure 17: GPT-4o has no scores on the other two."""

ROUNDING: Final = 1e-9
"""Slack for the binary fractions behind decimal figures."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One published figure and the recomputed one, in the paper's unit. `holds`: within the tolerance."""

    population: str
    subject: str
    correlated_with: str | None
    published: float
    recomputed: float | None
    n_models: int
    tolerance: float
    holds: bool

    @property
    def difference(self) -> float:
        """Recomputed less published; infinite where nothing could be computed."""
        return float("inf") if self.recomputed is None else self.recomputed - self.published


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one table of the paper."""

    title: str
    quantity: Quantity
    unit: str
    figures: list[Figure]


class ComputeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How far the compute correlations are from the published ones, in points."""

    figures: int
    within: int
    mean_absolute_difference: float
    largest_absolute_difference: float
    largest: str


class Reproduction(msgspec.Struct, frozen=True, kw_only=True):
    """The whole comparison. `reproduced` leaves the compute correlations aside, which are known not to."""

    reproduced: bool
    summary: list[str]
    compute: ComputeSummary
    groups: list[Group]

    def to_json(self) -> bytes:
        """Return the comparison as JSON, indented, the same bytes every time."""
        return written(self)


def reproduce(scores: ScoreTable | None = None) -> Reproduction:
    """Recompute every published figure from the released scores.

    Parameters
    ----------
    scores : ScoreTable, optional
        The released scores, by default those that ship.

    Returns
    -------
    Reproduction

    Raises
    ------
    DatasetError
        If a shipped file is not the one that was released.
    """
    scores = safetywashing.load_scores() if scores is None else scores
    study = run_study(scores, Settings(resamples=0))
    groups = [
        *_correlation_groups(study),
        *_score_groups(study),
        _summary_group(study),
        _closed_model_group(scores),
    ]
    compute = _compute_summary(groups)
    return Reproduction(
        reproduced=all(
            figure.holds
            for group in groups
            if group.quantity != "compute correlations"
            for figure in group.figures
        ),
        summary=_summary(groups, compute),
        compute=compute,
        groups=groups,
    )


def _figure(published: float, recomputed: float | None, tolerance: float, **identity: object) -> Figure:
    holds = recomputed is not None and abs(recomputed - published) <= tolerance + ROUNDING
    return msgspec.convert(
        {
            **identity,
            "published": published,
            "recomputed": recomputed,
            "tolerance": tolerance,
            "holds": holds,
        },
        Figure,
    )


def _correlation_groups(study: StudyResult) -> list[Group]:
    """Compare the correlations, table by table; those with training compute in groups of their own."""
    ours = {(one.population, one.benchmark): one for one in study.correlations}
    found: dict[tuple[int, str, bool], list[Figure]] = {}
    for row in safetywashing.published_correlations().iter_rows(named=True):
        one = ours[row["population"], row["benchmark"]]
        with_compute = row["correlated_with"] == "training compute"
        mine = one.compute if with_compute else one
        rho = None if mine is None else mine.rho
        found.setdefault((row["table"], row["area"], with_compute), []).append(
            _figure(
                row["percent"],
                None if rho is None else 100.0 * rho,
                CORRELATION_TOLERANCE,
                population=row["population"],
                subject=row["benchmark"],
                correlated_with=row["correlated_with"],
                n_models=0 if mine is None else mine.n_models,
            )
        )
    return [
        Group(
            title=f"Table {table}: {areas()[area].title}" + (", training compute" if with_compute else ""),
            quantity="compute correlations" if with_compute else "correlations",
            unit="percent",
            figures=figures,
        )
        for (table, area, with_compute), figures in sorted(
            found.items(), key=lambda item: (item[0][2], item[0][0])
        )
    ]


def _score_groups(study: StudyResult) -> list[Group]:
    """Compare the capabilities scores of table 9."""
    groups = []
    for population in study.populations:
        published = safetywashing.published_scores().filter(
            (pl.col("source") == "table 9") & (pl.col("population") == population.population)
        )
        scores = {model.model: model.capabilities_score for model in population.models}
        groups.append(
            Group(
                title=f"Table 9: capabilities scores of {population.population} models",
                quantity="capabilities scores",
                unit="score",
                figures=_score_figures(population.population, published, scores, SCORE_TOLERANCE),
            )
        )
    return groups


def _score_figures(
    population: str, published: pl.DataFrame, scores: Mapping[str, float | None], tolerance: float
) -> list[Figure]:
    return [
        _figure(
            row["capabilities_score"],
            scores.get(row["model"]),
            tolerance,
            population=population,
            subject=row["model"],
            correlated_with=None,
            n_models=len(scores),
        )
        for row in published.iter_rows(named=True)
    ]


def _summary_group(study: StudyResult) -> Group:
    """Compare the explained shares, and mean and spread of the capability correlations."""
    by_name = {population.population: population for population in study.populations}
    quantities = {
        "explained share": lambda one: one.explained_share,
        "mean capability correlation": lambda one: one.capability_correlations.mean,
        "standard deviation of capability correlations": (
            lambda one: one.capability_correlations.standard_deviation
        ),
    }
    figures = [
        _figure(
            row["percent"],
            100.0 * quantities[row["quantity"]](by_name[row["population"]]),
            CORRELATION_TOLERANCE,
            population=row["population"],
            subject=row["quantity"],
            correlated_with=None,
            n_models=by_name[row["population"]].n_models,
        )
        for row in safetywashing.published_summaries().iter_rows(named=True)
    ]
    return Group(title="Figures in the text", quantity="summaries", unit="percent", figures=figures)


def _closed_model_group(scores: ScoreTable) -> Group:
    """Compare the re-score of the chat models together with GPT-4o (figure 17, read off the plot)."""
    rescored = rescore_with_gpt4o(scores)
    published = safetywashing.published_scores().filter(pl.col("source") == "figure 17")
    tolerance = float(published["tolerance"][0])
    return Group(
        title="Figure 17: chat models and GPT-4o, without bbh and lambada_openai",
        quantity="re-scored",
        unit="score",
        figures=_score_figures("chat", published, rescored, tolerance),
    )


def rescore_with_gpt4o(scores: ScoreTable) -> dict[str, float]:
    """Return the capabilities scores of the chat models and GPT-4o on the ten benchmarks that all have.

    Returns
    -------
    dict of str to float
        By model, GPT-4o among them.
    """
    chat = scores.models.filter(pl.col("population") == "chat")["model"].implode()
    gpt4o = safetywashing.gpt4o_scores()
    both = pl.concat(
        [
            scores.scores.filter(pl.col("model").is_in(chat)).select("model", "benchmark", "score"),
            gpt4o.select("model", "benchmark", "score"),
        ]
    ).filter(pl.col("benchmark").is_in(CLOSED_MODEL_SUITE))
    wide = both.pivot(on="benchmark", index="model", values="score").sort("model")
    fit = first_component(wide.select(CLOSED_MODEL_SUITE).to_numpy())
    return dict(zip(wide["model"].to_list(), np.asarray(fit.scores).tolist(), strict=True))


def _compute_summary(groups: Sequence[Group]) -> ComputeSummary:
    figures = [one for group in groups if group.quantity == "compute correlations" for one in group.figures]
    largest = max(figures, key=lambda one: abs(one.difference))
    recomputed = "nothing" if largest.recomputed is None else f"{largest.recomputed:.1f}"
    return ComputeSummary(
        figures=len(figures),
        within=sum(one.holds for one in figures),
        mean_absolute_difference=sum(abs(one.difference) for one in figures) / len(figures),
        largest_absolute_difference=abs(largest.difference),
        largest=f"{largest.subject}, {recomputed} against {largest.published:.1f} published",
    )


def _summary(groups: Sequence[Group], compute: ComputeSummary) -> list[str]:
    """Say in a line for each quantity how many of its figures hold."""

    def counted(quantity: Quantity) -> str:
        figures = [one for group in groups if group.quantity == quantity for one in group.figures]
        return f"{sum(one.holds for one in figures)} of {len(figures)}"

    return [
        f"{counted('correlations')} correlations within {CORRELATION_TOLERANCE} point",
        f"{counted('capabilities scores')} capabilities scores within {SCORE_TOLERANCE}",
        f"{counted('summaries')} explained shares, means and standard deviations within "
        f"{CORRELATION_TOLERANCE} point",
        f"{counted('re-scored')} scores of figure 17 within 0.25 (read off the plot)",
        f"The {compute.figures} compute correlations do not reproduce from the released FLOP column: "
        f"{compute.within} within {CORRELATION_TOLERANCE} point, mean absolute difference "
        f"{compute.mean_absolute_difference:.2f} points, at most {compute.largest_absolute_difference:.1f} "
        f"({compute.largest})",
    ]
