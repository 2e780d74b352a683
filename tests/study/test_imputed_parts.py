"""In parts of the models, too, a suite with holes is imputed anew without each family, by Rubin's rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from confounded.engine import Threads
from confounded.report.answer import imputed_told
from confounded.report.contents import contents
from confounded.report.index import Index
from confounded.scores import ScoreTable
from confounded.stats import rotation
from confounded.stats.component import first_component
from confounded.stats.imputation import draw_noise, impute
from confounded.stats.imputed_replicates import HIDINGS, imputed_fit, lack, lent_holes
from confounded.stats.partial import partial_spearman
from confounded.stats.ranks import spearman
from confounded.stats.rotation import two_components
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


@cache
def imputed_by_hand(made: Callable[[], dict[str, FloatArray]], benchmark: str) -> tuple[Any, ...]:
    """Impute one table and one family after the other.

    Return the completed suites with their rows (the whole, without each family, with cells hidden), the eigenvector of
    the whole, and how much is missing for what is hidden.
    """
    columns = made()
    suite, column = np.column_stack([columns[name] for name in SUITE]), columns[benchmark]
    fit = imputed_fit(suite, M, IMPUTE.seed)
    sign = np.sign(spearman(fit.scores, column))
    noise = draw_noise(N, len(SUITE) + 1, M, IMPUTE.seed)

    def completed(left: FloatArray, rows: NDArray[np.intp]) -> tuple[FloatArray, NDArray[np.intp]]:
        return impute(np.column_stack([left[rows], sign * column[rows]]), noise, rows)[:, :, :-1], rows

    everyone, holes = np.arange(N), np.isnan(suite)
    without = [completed(suite, np.flatnonzero(family != FAMILIES)) for family in range(N // SIZE)]
    more = [lent_holes(holes, [IMPUTE.seed, number]) for number in range(HIDINGS)]
    hidden = [completed(np.where(one, np.nan, suite), everyone) for one in more]
    scales = [lack(holes) / (lack(one) - lack(holes)) for one in more]
    return completed(suite, everyone), without, hidden, fit.eigenvector, scales


def by_hand(
    benchmark: str,
    statistic: Statistic,
    present: NDArray[np.bool_],
    made: Callable[[], dict[str, FloatArray]] = cells,
    scored: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
) -> tuple[float, float, float]:
    """Return the value of a statistic over the imputations, and its interval.

    A table is scored by its first component, unless `scored` says how.
    """
    score = scored or (lambda one, eigenvector: first_component(one, eigenvector).scores)
    complete, left_out, hidden, eigenvector, scales = imputed_by_hand(made, benchmark)

    def each(completed: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
        return np.arctanh([statistic(score(one, eigenvector), rows) for one in completed])

    whole = each(*complete)
    families = np.unique(FAMILIES[present])
    without = np.array([each(*left_out[family]).mean() for family in families])
    moves = [(each(*one).mean() - whole.mean()) * scale for one, scale in zip(hidden, scales, strict=True)]
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


def two_kinds() -> dict[str, FloatArray]:
    """Draw a suite of two kinds of capability, a fifth of it missing, and a benchmark that goes with the second."""
    random = np.random.default_rng(3)
    kinds = random.normal(size=(2, N))
    columns = {}
    for place, name in enumerate(SUITE):
        column = kinds[int(place > 2)] + 0.4 * random.normal(size=N)
        holes = (random.random(N) < 0.25) & ((np.arange(N) + place) % len(SUITE) > 1)
        columns[name] = np.where(holes, np.nan, column)
    columns["follows"] = kinds[1] + 0.6 * random.normal(size=N)
    columns["neither"] = random.normal(size=N)
    return columns


def test_both_components_and_their_difference_are_what_imputing_by_hand_gives() -> None:
    columns = two_kinds()
    result = run_study(table(columns), IMPUTE, engine=Threads(1))
    (found,) = result.components
    (one,) = [own for own in found.benchmarks if own.benchmark == "follows"]
    suite = np.column_stack([columns[name] for name in SUITE])
    completed = imputed_fit(suite, M, IMPUTE.seed).completed
    reference = two_components(completed.mean(axis=0)).loadings
    values, everyone = columns["follows"], np.ones(N, dtype=np.bool_)
    assert found.n_components == 2
    fits = [two_components(own, reference) for own in completed]
    expected = np.mean([fit.loadings for fit in fits], axis=0)
    np.testing.assert_allclose([(own.first, own.second) for own in found.loadings], expected)
    for k, side in enumerate((one.first, one.second)):
        by_component = by_hand(
            "follows",
            lambda scores, rows: spearman(scores, values[rows]),
            everyone,
            two_kinds,
            lambda own, _, k=k: two_components(own, reference).scores[:, k],  # type: ignore[misc]
        )
        assert (side.rho, side.low, side.high) == pytest.approx(by_component, abs=1e-9)

    def difference(scores: FloatArray, rows: NDArray[np.intp]) -> float:
        # `by_hand` is for correlations: it takes the Fisher z of what it is given.
        first, second = (np.arctanh(spearman(own, values[rows])) for own in scores.T)
        return float(np.tanh(first - second))

    of_both = by_hand(
        "follows", difference, everyone, two_kinds, lambda own, _: two_components(own, reference).scores
    )
    assert [one.difference, one.low, one.high] == pytest.approx(np.arctanh(of_both).tolist(), abs=1e-6)
    assert one.follows == ("first" if SUITE[4] in found.first_led_by else "second")


def test_components_that_other_imputations_do_not_have_get_no_correlation_and_say_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rotation, "CONGRUENCE", 1.1)
    (found,) = run_study(table(two_kinds()), IMPUTE, engine=Threads(1)).components
    (one,) = [own for own in found.benchmarks if own.benchmark == "follows"]
    assert (one.first.rho, one.second.low, one.difference, one.follows) == (None, None, None, None)
    assert one.first.reason == "the correlation is undefined"


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


def test_the_first_screen_of_the_page_says_what_was_imputed_and_nothing_where_nothing_was(
    holed: StudyResult,
) -> None:
    (population,) = holed.populations
    assert population.missing is not None
    told = imputed_told(Index.of(holed))
    assert told is not None
    assert f"{100 * population.missing.share:.0f}\N{NO-BREAK SPACE}% (chat models) are missing" in told
    assert "at random" not in told
    aged = msgspec.structs.replace(population.missing, by_age=["suite_1"])
    older = msgspec.structs.replace(holed, populations=[msgspec.structs.replace(population, missing=aged)])
    assert "missing, not at random but by the age of a model, and" in (imputed_told(Index.of(older)) or "")
    whole = run_study(table(cells(0.0)), IMPUTE, engine=Threads(1))
    assert imputed_told(Index.of(whole)) is None
    page = contents(holed)["report.html"].decode()
    first_screen = page[page.index('id="overview"') : page.index("<h1 ")]
    assert told in first_screen
