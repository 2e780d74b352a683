"""The kernel gives what the plain reference gives, replicate by replicate, whatever the batches and threads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings

from confounded.engine import Threads
from confounded.errors import StatisticsError
from confounded.stats import resampling
from confounded.stats.compiling import compiled
from confounded.stats.component import first_component
from confounded.stats.kernel import LANES
from confounded.stats.ranks import spearman, spearman_matrix
from confounded.stats.resampling import (
    jackknife_counts,
    left_out_counts,
    prepare,
    replicate_bootstrap,
    replicate_counts,
    replicate_left_out,
)
from tests.stats import reference
from tests.stats.problems import Problem, one_factor, problems

SAME = 1e-10


def counts_of(problem: Problem, n: int, seed: int = 0) -> np.ndarray:
    size = len(problem.suite)
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=n).astype(float)
    drawn[0] = 1.0
    resamples = np.vstack([drawn, jackknife_counts(problem.families), jackknife_counts(np.arange(size))])
    return resamples[resamples.sum(axis=1) > 0]


def assert_like_the_reference(problem: Problem, counts: np.ndarray) -> None:
    prepared = prepare(problem.suite, problem.columns, problem.references)
    mine = replicate_counts(prepared, counts)
    rho, status = reference.replicates(problem.suite, problem.columns, problem.references, counts)
    np.testing.assert_array_equal(mine.status, status, err_msg=problem.description)
    np.testing.assert_allclose(mine.rho, rho, atol=SAME, rtol=0, err_msg=problem.description)


@pytest.mark.parametrize("levels", [None, 4.0, 1.0])
@pytest.mark.parametrize(
    ("n", "width", "columns"), [(27, 12, 8), (60, 5, 4), (9, 3, 3), (4, 3, 2), (300, 4, 3)]
)
def test_replicates_are_those_of_the_reference(
    n: int, width: int, columns: int, levels: float | None
) -> None:
    problem = one_factor(n, width, columns, seed=n, levels=levels)
    assert_like_the_reference(problem, counts_of(problem, 15))


@pytest.mark.parametrize("huge", [1e4, 1e9, 1e12, -1e17])
def test_one_huge_score_does_not_swallow_the_differences_between_the_others(huge: float) -> None:
    problem = one_factor(27, 4, 3, seed=8, missing=False)
    problem.suite[3, 2] = huge
    # Resamples without that model: the others must be ranked as if it had never been there.
    counts = counts_of(problem, 60)
    without = counts[counts[:, 3] == 0]
    mine = replicate_counts(prepare(problem.suite, problem.columns), without)
    tame = one_factor(27, 4, 3, seed=8, missing=False)
    alone = replicate_counts(prepare(tame.suite, tame.columns), without)
    usable = (mine.status == 0) & (alone.status == 0)
    assert usable.sum() > 20
    np.testing.assert_allclose(mine.rho[usable], alone.rho[usable], atol=SAME, rtol=0)


@settings(max_examples=40)
@given(problems())
@example(one_factor(4, 3, 1, seed=1162, levels=1.5, missing=False))  # loadings as large, of opposite signs
def test_replicates_of_small_tied_and_incomplete_data_are_those_of_the_reference(problem: Problem) -> None:
    counts = counts_of(problem, 15, seed=3)
    assert_like_the_reference(problem, counts[[has_one_first_component(problem, one) for one in counts]])


def has_one_first_component(problem: Problem, counts: np.ndarray) -> bool:
    """Tell whether the first eigenvalue of a resample is larger than the second: else its eigenvector is anybody's."""
    columns = np.repeat(problem.suite, counts.astype(int), axis=0)
    if (np.ptp(columns, axis=0) == 0).any():
        return True
    values = np.linalg.eigvalsh(spearman_matrix(columns))
    return bool(values[-1] - values[-2] > 1e-9)


def test_every_kind_of_degenerate_replicate_is_met_and_named() -> None:
    problem = one_factor(8, 3, 5, seed=1, levels=1.0)
    prepared = prepare(problem.suite, problem.columns, problem.references)
    status = replicate_counts(prepared, counts_of(problem, 400)).status
    assert set(np.unique(status)) == {0, 1, 2, 3, 4}
    np.testing.assert_array_equal(
        replicate_counts(prepared, counts_of(problem, 400)).degenerate(), (status > 0).sum(axis=0)
    )


def test_leaving_models_out_is_deleting_their_rows() -> None:
    problem = one_factor(20, 4, 3, seed=5, missing=False)
    counts = jackknife_counts(problem.families)
    mine = replicate_counts(prepare(problem.suite, problem.columns), counts)
    for family, rho in enumerate(mine.rho):
        kept = problem.families != family
        standardised = problem.suite[kept] - problem.suite[kept].mean(axis=0)
        standardised /= problem.suite[kept].std(axis=0)
        score = standardised @ reference.eigenvector(problem.suite[kept])
        expected = [spearman(column, score) for column in problem.columns[kept].T]
        np.testing.assert_allclose(rho, expected, atol=SAME)


def test_counting_a_model_twice_is_repeating_its_row() -> None:
    problem = one_factor(12, 3, 2, seed=6, missing=False)
    counts = np.ones((1, 12))
    counts[0, 4] = 3.0
    rows = np.repeat(np.arange(12), counts[0].astype(int))
    mine = replicate_counts(prepare(problem.suite, problem.columns), counts)
    repeated = prepare(problem.suite[rows], problem.columns[rows])
    again = replicate_counts(repeated, np.ones((1, len(rows))))
    np.testing.assert_allclose(mine.rho, again.rho, atol=SAME)


@settings(max_examples=25)
@given(problems())
def test_order_sign_and_monotone_transforms_do_what_they_should(problem: Problem) -> None:
    counts = counts_of(problem, 10)
    before = replicate_counts(prepare(problem.suite, problem.columns), counts)
    rows = np.random.default_rng(0).permutation(len(problem.suite))
    columns = np.random.default_rng(1).permutation(problem.columns.shape[1])
    shuffled = replicate_counts(
        prepare(problem.suite[rows][:, ::-1], problem.columns[rows][:, columns]), counts[:, rows]
    )
    usable = (before.status[:, columns] != 4) & (shuffled.status != 4)
    # An eigenvector such as (.7, -.7, 0) has no sign of its own; everything else must stay.
    flip = np.sign(
        first_component(problem.suite).scores[rows] @ first_component(problem.suite[rows][:, ::-1]).scores
    )
    np.testing.assert_allclose(
        flip * shuffled.rho[usable], before.rho[:, columns][usable], atol=SAME, err_msg=problem.description
    )
    flipped = replicate_counts(prepare(problem.suite, -problem.columns), counts)
    np.testing.assert_array_equal(flipped.rho, -before.rho)
    transformed = replicate_counts(prepare(problem.suite, np.exp(problem.columns / 4)), counts)
    np.testing.assert_array_equal(transformed.rho, before.rho)


@pytest.mark.parametrize("scheme", ["case", "family"])
def test_the_same_seed_gives_the_same_numbers_in_any_batches_and_threads(scheme: str) -> None:
    problem = one_factor(23, 4, 3, seed=9)
    prepared = prepare(problem.suite, problem.columns, problem.references)
    units = np.arange(23) if scheme == "case" else problem.families
    whole = replicate_bootstrap(prepared, units, 0, 500, 7)
    for size, threads in ((500, 1), (LANES, 2), (37, 4), (1, 2)):
        pieces = [(start, min(start + size, 500)) for start in range(0, 500, size)]
        parts = Threads(threads).map(lambda piece: replicate_bootstrap(prepared, units, *piece, 7), pieces)
        np.testing.assert_array_equal(np.vstack([part.rho for part in parts]), whole.rho)
        np.testing.assert_array_equal(np.vstack([part.status for part in parts]), whole.status)
    other = replicate_bootstrap(prepared, units, 0, 500, 8)
    assert not np.array_equal(np.nan_to_num(other.rho), np.nan_to_num(whole.rho))


def test_the_case_bootstrap_draws_models_evenly() -> None:
    # Of four models with distinct scores, the share of resamples that hold all four is 4! / 4⁴.
    problem = one_factor(4, 3, 1, seed=2, missing=False)
    status = replicate_bootstrap(prepare(problem.suite, problem.columns), np.arange(4), 0, 40_000, 1).status
    share = 1 - (status == 1).mean()
    expected = 24 / 256
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 40_000)


def test_the_family_bootstrap_takes_whole_families() -> None:
    # Two families of six: half of the resamples hold one family twice, whose models alone give its correlation.
    problem = one_factor(12, 3, 1, seed=4, missing=False)
    families = np.repeat([0, 1], 6)
    prepared = prepare(problem.suite, problem.columns)
    rho = replicate_bootstrap(prepared, families, 0, 20_000, 1).rho[:, 0]
    possible = replicate_counts(
        prepared, np.array([families == 0, families == 1, families >= 0], dtype=float)
    ).rho[:, 0]
    for value, share in zip(possible, (0.25, 0.25, 0.5), strict=True):
        met = np.isnan(rho) if np.isnan(value) else np.abs(rho - value) < SAME
        assert abs(met.mean() - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_a_bootstrap_standard_error_agrees_with_resampling_rows_in_numpy() -> None:
    problem = one_factor(25, 4, 2, seed=11, missing=False)
    fast = replicate_bootstrap(prepare(problem.suite, problem.columns), np.arange(25), 0, 4000, 1).rho
    random = np.random.default_rng(1)
    plain = []
    for _ in range(300):
        counts = np.bincount(random.integers(0, 25, 25), minlength=25).astype(float)
        plain.append(
            [rho for rho, _ in reference.replicate(problem.suite, problem.columns, [None] * 2, counts)]
        )
    ratio = np.nanstd(fast, axis=0) / np.nanstd(np.array(plain), axis=0)
    assert ((ratio > 0.83) & (ratio < 1.2)).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: prepare(np.ones((5, 3)), np.ones((5, 1))),
        lambda: prepare(np.arange(12.0).reshape(4, 3), np.ones((5, 1))),
        lambda: prepare(np.full((5, 3), np.nan), np.ones((5, 1))),
        lambda: prepare(np.arange(12.0).reshape(4, 3), np.ones((4, 2)), [None]),
        lambda: prepare(np.arange(12.0).reshape(4, 3), np.ones((4, 1)), [np.ones(3)]),
    ],
)
def test_arrays_that_cannot_be_resampled_are_refused(call: object) -> None:
    with pytest.raises(StatisticsError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("counts", [[[1.0, 1.0]], [[0.0] * 6], [[0.5] * 6], [[-1.0] + [1.0] * 5]])
def test_counts_that_make_no_sense_are_refused(counts: list[list[float]]) -> None:
    problem = one_factor(6, 3, 1)
    with pytest.raises(StatisticsError):
        replicate_counts(prepare(problem.suite, problem.columns), counts)


@pytest.mark.parametrize("units", [[0, 1, 3, 4, 5, 6], [0, 1], [-1, 0, 1, 2, 3, 4]])
def test_units_with_gaps_are_refused(units: list[int]) -> None:
    problem = one_factor(6, 3, 1)
    with pytest.raises(StatisticsError):
        replicate_bootstrap(prepare(problem.suite, problem.columns), units, 0, 10, 0)


@pytest.mark.parametrize(("start", "stop", "seed"), [(0, 10, -1), (0, 10, 2**64), (10, 5, 0), (-5, 5, 0)])
def test_seeds_and_ranges_that_make_no_sense_are_refused(start: int, stop: int, seed: int) -> None:
    problem = one_factor(6, 3, 1)
    with pytest.raises(StatisticsError):
        replicate_bootstrap(prepare(problem.suite, problem.columns), np.arange(6), start, stop, seed)


def test_no_replicates_are_no_error() -> None:
    problem = one_factor(6, 3, 1)
    prepared = prepare(problem.suite, problem.columns)
    assert replicate_bootstrap(prepared, np.arange(6), 5, 5, 0).rho.shape == (0, 1)
    assert replicate_counts(prepared, np.empty((0, 6))).rho.shape == (0, 1)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    """The package lies where nothing can be created, and the cache folder named to Numba is a file."""
    source = Path(__file__).parents[2] / "src" / "confounded"
    package = tmp_path / "confounded"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__", "data", "templates"))
    blocked = package / "stats" / "__pycache__"
    blocked.write_text("a file where a folder should be")
    code = (
        "import numpy as np\n"
        "from confounded.stats.kernel import kernel\n"
        "from confounded.stats.resampling import prepare, replicate_counts\n"
        "X = np.random.default_rng(0).normal(size=(8, 4))\n"
        "print(replicate_counts(prepare(X[:, :3], X[:, 3:]), np.ones((1, 8))).rho[0, 0])\n"
    )
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path),
        "HOME": str(blocked),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment["XDG_CACHE_HOME"] = str(blocked)
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    X = np.random.default_rng(0).normal(size=(8, 4))
    expected = reference.replicate(X[:, :3], X[:, 3:], [None], np.ones(8))[0][0]
    assert float(done.stdout) == pytest.approx(expected, abs=SAME)


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_cache_that_is_damaged_costs_time_and_nothing_else(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut-short file, as a full disk or a power failure leaves it."""
    own_cache = tmp_path / "cache"
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(own_cache))

    def plus_one(x: float) -> float:
        return x + 1.0

    assert compiled(plus_one, "float64(float64)")(1.0) == 2.0
    written = list(own_cache.rglob(f"*.{ending}"))
    assert written
    for file in written:
        file.write_bytes(file.read_bytes()[:-20])
    assert compiled(plus_one, "float64(float64)")(1.0) == 2.0


@pytest.mark.parametrize("held", [1_000_000, 40])
def test_units_left_out_a_few_at_a_time_are_those_left_out_at_once(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resampling, "MOST_COUNTS", held)
    problem = one_factor(40, 4, 3, seed=2)
    prepared = prepare(problem.suite, problem.columns, problem.references)
    units = problem.families
    pairs = np.array([(a, b) for a in range(units.max() + 1) for b in range(units.max() + 1)])
    mine, together = (
        replicate_left_out(prepared, units, pairs),
        replicate_counts(prepared, left_out_counts(units, pairs)),
    )
    np.testing.assert_array_equal(mine.rho, together.rho)
    np.testing.assert_array_equal(mine.status, together.status)


def test_a_resample_without_any_model_is_degenerate() -> None:
    problem = one_factor(12, 3, 2, seed=2)
    found = replicate_left_out(
        prepare(problem.suite, problem.columns), np.repeat([0, 1], 6), [[0, 1], [0, 0]]
    )
    assert found.status[0].tolist() == [1, 1]
    assert np.isnan(found.rho[0]).all()
    assert not np.isnan(found.rho[1]).any()
