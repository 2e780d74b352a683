"""In parts of the models, too, a suite with holes is imputed anew without each family, by Rubin's rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from confounded.engine import Threads
from confounded.scores import ScoreTable
from confounded.stats.component import first_component
from confounded.stats.imputation import draw_noise, impute
from confounded.stats.imputed_replicates import HIDINGS, imputed_fit, lent_holes
from confounded.stats.partial import partial_spearman
from confounded.stats.ranks import spearman
from confounded.stats.strata import group_correlations
from confounded.study import Settings, StudyResult, run_study, yardstick
from confounded.study.correlations import MOSTLY_IMPUTED
from confounded.study.imputed import imputations_for
from confounded.study.strata_result import BenchmarkStrata

FloatArray = NDArray[np.float64]
SUITE = tuple(f"suite_{number}" for number in range(5))
N, SIZE = 72, 4
FAMILIES = np.arange(N) // SIZE
SMALL = np.arange(N) // SIZE % 2 == 0
DAY = 19_000 + 3 * np.random.default_rng(5).permutation(N)
IMPUTE = Settings(suite=SUITE, missing="impute", resamples=0, by=("family",), seed=3)
M = 20


def cells(share: float = 0.5) -> dict[str, FloatArray]:
    """Draw a suite with holes, a benchmark that falls with capability, and one that does so in small models alone."""
    random = np.random.default_rng(8)
    ability = 0.5 * random.normal(size=N // SIZE)[FAMILIES] + 0.9 * random.normal(size=N)
    columns = {name: ability + 0.6 * random.normal(size=N) for name in SUITE}
    for place, name in enumerate(SUITE):
        # Every model keeps two cells, so that none is left out.
        holes = (random.random(N) < share) & ((np.arange(N) + place) % len(SUITE) > 1)
        columns[name] = np.where(holes, np.nan, columns[name])
    columns["falls"] = -ability + 0.7 * random.normal(size=N)
    columns["mixed"] = np.where(SMALL, -1.0, 1.0) * ability + 0.5 * random.normal(size=N)
    columns["mixed"][[4, 11]] = np.nan
    return columns


def table(columns: dict[str, FloatArray]) -> ScoreTable:
    names = [f"model-{i:02d}" for i in range(N)]
    rows = [
        {"model": name, "benchmark": benchmark, "score": float(value)}
        for benchmark, column in columns.items()
        for name, value in zip(names, column, strict=True)
        if not np.isnan(value)
    ]
    models = pl.DataFrame(
        {
            "model": names,
            "family": [f"family-{own:02d}" for own in FAMILIES],
            "population": ["chat"] * N,
            "parameters": np.where(SMALL, 1e9, 70e9),
            "released": [str(day) for day in DAY.astype("datetime64[D]")],
        }
    )
    benchmarks = pl.DataFrame({"benchmark": list(columns), "direction": ["higher"] * len(columns)})
    return ScoreTable(scores=pl.DataFrame(rows), models=models, benchmarks=benchmarks)


@pytest.fixture(scope="module")
def holed() -> StudyResult:
    return run_study(table(cells()), IMPUTE, engine=Threads(1))


def strata_of(result: StudyResult, benchmark: str) -> BenchmarkStrata:
    (one,) = [own for own in result.strata if own.benchmark == benchmark]
    return one


Statistic = Callable[[FloatArray, NDArray[np.intp]], float]


def by_hand(benchmark: str, statistic: Statistic, present: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Impute, fit and compute one table and one family after the other; return the value and its interval."""
    columns = cells()
    suite, column = np.column_stack([columns[name] for name in SUITE]), columns[benchmark]
    fit = imputed_fit(suite, M, IMPUTE.seed)
    sign = np.sign(spearman(fit.scores, column))
    noise = draw_noise(N, len(SUITE) + 1, M, IMPUTE.seed)

    def each(cells_left: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
        beside = np.column_stack([cells_left[rows], sign * column[rows]])
        made = impute(beside, noise, rows)[:, :, :-1]
        scores = [first_component(one, fit.eigenvector).scores for one in made]
        return np.arctanh([statistic(one, rows) for one in scores])

    everyone = np.arange(N)
    whole = each(suite, everyone)
    families = np.unique(FAMILIES[present])
    without = np.array([each(suite, np.flatnonzero(family != FAMILIES)).mean() for family in families])
    holes = np.isnan(suite)
    moves = []
    for number in range(HIDINGS):
        more = lent_holes(holes, [IMPUTE.seed, number])
        moved = each(np.where(more, np.nan, suite), everyone).mean() - whole.mean()
        moves.append(moved * holes.sum() / (more & ~holes).sum())
    f = families.size
    jackknife = (f - 1) / f * ((without - without.mean()) ** 2).sum()
    added = (1 + 1 / M) * whole.var(ddof=1) + np.mean(moves) ** 2
    total = jackknife + added
    freedom = min(f - 1, total**2 / (jackknife**2 / (f - 1) + added**2 / (M - 1)))
    half = t.ppf(0.975, freedom) * np.sqrt(total)
    z = whole.mean()
    return float(np.tanh(z)), float(np.tanh(z - half)), float(np.tanh(z + half))


def test_the_suite_is_imputed_as_often_as_by_hand() -> None:
    assert imputations_for(N) == M


@pytest.mark.parametrize("benchmark", ["falls", "mixed"])
def test_over_all_models_it_is_the_headline_correlation(holed: StudyResult, benchmark: str) -> None:
    (headline,) = [one for one in holed.correlations if one.benchmark == benchmark]
    overall = strata_of(holed, benchmark).overall
    assert headline.interval is not None
    assert overall.rho == headline.rho
    limits = (headline.interval.low, headline.interval.high)
    assert (overall.low, overall.high) == pytest.approx(limits, rel=1e-12)


def test_a_stratum_is_what_imputing_by_hand_gives(holed: StudyResult) -> None:
    values = cells()["mixed"]
    (split,) = [own for own in strata_of(holed, "mixed").splits if own.by == "size"]
    for stratum, mask in zip(split.strata, (SMALL, ~SMALL), strict=True):
        kept = mask & ~np.isnan(values)

        def statistic(scores: FloatArray, rows: NDArray[np.intp], kept: Any = kept) -> float:
            own = kept[rows]
            return spearman(scores[own], values[rows][own])

        expected = by_hand("mixed", statistic, kept)
        assert (stratum.rho, stratum.low, stratum.high) == pytest.approx(expected, abs=1e-9)


def test_within_and_between_families_are_what_imputing_by_hand_gives(holed: StudyResult) -> None:
    values = cells()["falls"]
    (split,) = [own for own in strata_of(holed, "falls").splits if own.by == "family"]
    parts = split.parts
    assert parts is not None
    everyone = np.ones(N, dtype=np.bool_)
    for part in ("within", "between"):

        def statistic(scores: FloatArray, rows: NDArray[np.intp], part: str = part) -> float:
            both = group_correlations(scores, values[rows], FAMILIES[rows].tolist())
            return float(getattr(both, part))

        found = [getattr(parts, part + side) for side in ("", "_low", "_high")]
        assert found == pytest.approx(by_hand("falls", statistic, everyone), abs=1e-9)


def test_the_correlation_given_the_release_is_what_imputing_by_hand_gives(holed: StudyResult) -> None:
    values = cells()["falls"]
    (given,) = [own for own in strata_of(holed, "falls").given if own.given == "released"]

    def statistic(scores: FloatArray, rows: NDArray[np.intp]) -> float:
        return partial_spearman(scores, values[rows], DAY[rows])

    expected = by_hand("falls", statistic, np.ones(N, dtype=np.bool_))
    assert (given.partial, given.low, given.high) == pytest.approx(expected, abs=1e-9)


def test_a_planted_reversal_is_found_though_a_third_is_missing(holed: StudyResult) -> None:
    assert any(one.by == "size" for one in strata_of(holed, "mixed").oppositions)
    assert strata_of(holed, "falls").reversals == []


def test_a_benchmark_is_imputed_again_where_too_little_can_be_kept_and_nothing_changes(
    holed: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yardstick, "MOST_KEPT", 0)
    assert run_study(table(cells()), IMPUTE, engine=Threads(2)).strata == holed.strata


def test_what_is_not_held_against_the_imputed_score_is_as_if_nothing_were_missing() -> None:
    """A calibration error is correlated with the accuracy on its own data set, which has no holes."""

    def study(share: float) -> BenchmarkStrata:
        columns = cells(share)
        columns["brier"] = columns["falls"] + np.random.default_rng(2).normal(size=N)
        scores = table(columns)
        against = pl.when(pl.col("benchmark") == "brier").then(pl.lit("accuracy on falls"))
        about = scores.benchmarks.with_columns(correlated_with=against)
        settings = Settings(suite=SUITE, missing="impute", resamples=0, by=("size",), seed=3)
        return strata_of(
            run_study(ScoreTable(scores=scores.scores, models=scores.models, benchmarks=about), settings),
            "brier",
        )

    imputed, plain = study(0.5), study(0.0)
    columns = cells()
    assert imputed.overall.rho == pytest.approx(
        spearman(columns["falls"], columns["falls"] + np.random.default_rng(2).normal(size=N))
    )
    figures = [
        [own.rho, own.low, own.high]
        for one in (imputed, plain)
        for own in (one.overall, *(stratum for split in one.splits for stratum in split.strata))
    ]
    half = len(figures) // 2
    np.testing.assert_allclose(np.array(figures[:half]), np.array(figures[half:]), rtol=1e-9)
    assert half == 3


def test_a_stratum_of_which_too_much_is_missing_gets_no_correlation_and_says_why() -> None:
    random = np.random.default_rng(4)
    ability = random.normal(size=N)
    suite = tuple(f"suite_{number}" for number in range(8))
    columns = {name: ability + 0.6 * random.normal(size=N) for name in suite}
    for row in np.flatnonzero(SMALL):
        for place in random.permutation(8)[:6]:
            columns[suite[place]][row] = np.nan
    columns["falls"] = -ability + 0.7 * random.normal(size=N)
    settings = Settings(suite=suite, missing="impute", resamples=0)
    found = strata_of(run_study(table(columns), settings, engine=Threads(1)), "falls")
    (split,) = [own for own in found.splits if own.by == "size"]
    small, large = split.strata
    assert (small.rho, small.low, small.p) == (None, None, None)
    assert small.reason == MOSTLY_IMPUTED
    assert small.n_models == SMALL.sum()
    assert large.rho is not None
    assert found.overall.rho is not None
