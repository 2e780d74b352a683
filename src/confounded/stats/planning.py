"""How many models, in how many families, it takes to call a benchmark separable or entangled.

Two answers. The *formula* (`models_needed`) holds for independent models and one correlation: Fisher's z with the
variance (1 + rho² / 2) / (n - 3) of Bonett & Wright (2000) at the assumed rho, one-sided tests at level α against the
margin, two of them for "inside". At α = .05, the customary level of an equivalence test, and power .8 it says:
|rho| < .4 with 51 models when the truth is 0 and 133 when it is .2; rho > .4 with 104 when it is .6 and 21 when it
is .8. The verdict rule is stricter: it takes one 95 % interval, hence α = .025 on either side.

The *simulation* (`simulate_power`) runs the verdict rule itself: a suite of one factor, the score refitted in every
replicate, the family jackknife-t, families that resemble each other. It is what a study should be planned with.

The data of the simulation: ability is standard normal, with an intra-family correlation; each of the C suite columns
is √c · ability + √(1 - c) · own noise with c the correlation between two columns; a benchmark is so much of the
ability that its rank correlation with the first component, in a large population, is the assumed one, and the rest
is a residual with an intra-family correlation of its own. The benchmark seen is that times √reliability plus
measurement error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import (
    BONETT_WRIGHT,
    FEWEST_FAMILIES_FOR_VERDICT,
    family_jackknife,
    jackknife_intervals,
)
from confounded.stats.planning_kernel import CONGRUENCE, POWER_STEPS, SETTLED, studies

__all__ = [
    "Correlate",
    "Design",
    "FamiliesNeeded",
    "Power",
    "Progress",
    "correlate_compiled",
    "correlate_plainly",
    "families_needed",
    "formula_power",
    "models_needed",
    "repeated_sizes",
    "simulate_power",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Progress = Callable[[int, int], None]
"""Is told how many simulations are done, and of how many."""

Correlate = Callable[[FloatArray, FloatArray, IntArray], tuple[FloatArray, FloatArray]]
"""Takes suites (S, M, C), columns (S, M, K) and families (M,) from 0 to F - 1; returns correlations (S, K) and those
without each family (S, F, K), NaN where degenerate."""

SUITE_WIDTH: Final = 12
"""Capability benchmarks of the published suite (Ren et al. 2024, section 3)."""

SUITE_CORRELATION: Final = 0.675
"""Mean correlation between two capability benchmarks over chat models (Ren et al. 2024: 67.5 %)."""

MOST_MODELS: Final = 1_000_000
"""No formula is asked for more: the assumed correlation is then on the margin."""

BLOCK: Final = 2_000_000
"""Numbers in the suites that are simulated at a time: 16 MB, and a few times that while they are ranked."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a planned study looks like.

    Parameters
    ----------
    sizes : tuple of int
        Models in each family.
    ability_clustering, residual_clustering : float
        Intra-family correlations, 0 to 1, of ability and of what ability does not explain of the benchmark.
    reliability : float
        Of the benchmark, above 0 up to 1; taken to be known.
    suite_width : int
        Capability benchmarks, at least two.
    suite_correlation : float
        Between two of them, between 0 and 1.
    """

    sizes: tuple[int, ...]
    ability_clustering: float = 0.0
    residual_clustering: float = 0.0
    reliability: float = 1.0
    suite_width: int = SUITE_WIDTH
    suite_correlation: float = SUITE_CORRELATION


@dataclass(frozen=True, slots=True)
class Power:
    """Shares of simulated studies with each verdict, for K assumed correlations.

    Parameters
    ----------
    rho : ndarray of shape (K,)
        The assumed correlations, free of measurement error.
    entangled, inverse, separable, unreliable, undecided : ndarray of shape (K,)
        Shares that sum to 1. Unreliable: the raw interval is inside the margin and the disattenuated one is not.
    undefined : ndarray of shape (K,)
        Share of studies without an interval (degenerate or perfect replicates); they count as undecided too.
    simulations : int
        The standard error of a share p is √(p(1 - p) / simulations).
    """

    rho: FloatArray
    entangled: FloatArray
    inverse: FloatArray
    separable: FloatArray
    unreliable: FloatArray
    undecided: FloatArray
    undefined: FloatArray = field(repr=False)
    simulations: int


@dataclass(frozen=True, slots=True)
class FamiliesNeeded:
    """The smallest study found that gives the right verdict often enough.

    Parameters
    ----------
    n_families, n_models : int or None
        None where the largest study tried does not.
    power : float
        Share of right verdicts at that size, or at the largest tried.
    claim : str
        The right verdict: entangled, inverse or separable.
    tried : tuple of (int, float)
        Every number of families simulated, with its share, in ascending order.
    simulations : int
    """

    n_families: int | None
    n_models: int | None
    power: float
    claim: str
    tried: tuple[tuple[int, float], ...]
    simulations: int


def formula_power(n: float, rho: float, margin: float, alpha: float) -> float:
    """Return the probability of the right claim with n independent models.

    Parameters
    ----------
    n : float
        Models, more than 3.
    rho : float
        The true correlation, between -1 and 1. The claim is "beyond the margin" where it is, else "inside".
    margin : float
        Between 0 and 1.
    alpha : float
        Level of each one-sided test; the verdict rule has .025 at its default level.

    Returns
    -------
    float

    Raises
    ------
    StatisticsError
        If an argument is out of its range.
    """
    _check_formula(rho, margin, alpha)
    if not n > 3:
        raise StatisticsError("more than three models", found=str(n))
    z, bound = abs(np.arctanh(rho)), np.arctanh(margin)
    error = np.sqrt((1.0 + rho**2 / BONETT_WRIGHT) / (n - 3.0))
    needed = -ndtri(alpha)
    if z > bound:
        return float(ndtr((z - bound) / error - needed))
    # Both tests must reject: the estimate must lie in what is left of the margin, which may be nothing.
    inside = ndtr((bound - z) / error - needed) + ndtr((bound + z) / error - needed) - 1.0
    return float(max(0.0, inside))


def models_needed(
    rho: float, margin: float = 0.40, *, alpha: float = 0.025, power: float = 0.8
) -> int | None:
    """Return the number of independent models with which the right claim is made often enough.

    Parameters
    ----------
    rho : float
        The true correlation, between -1 and 1.
    margin : float
        Between 0 and 1.
    alpha : float
        Level of each one-sided test; .025 is the verdict rule, .05 the customary equivalence test.
    power : float
        Between 0 and 1.

    Returns
    -------
    int or None
        None where the truth is on the margin, or so near it that a million models do not do.

    Raises
    ------
    StatisticsError
        If an argument is out of its range.
    """
    if not 0.0 < power < 1.0:
        raise StatisticsError("a power between 0 and 1", found=str(power))
    low, high = 4, 8
    while formula_power(high, rho, margin, alpha) < power:
        low, high = high, high * 2
        if high > MOST_MODELS:
            return None
    while low < high:
        middle = (low + high) // 2
        if formula_power(middle, rho, margin, alpha) < power:
            low = middle + 1
        else:
            high = middle
    return low


def repeated_sizes(pattern: Sequence[int], n_families: int) -> tuple[int, ...]:
    """Return family sizes that go through a pattern again and again, the largest first.

    Parameters
    ----------
    pattern : sequence of int
        Such as the sizes of the families of a study.
    n_families : int

    Returns
    -------
    tuple of n_families int
        With fewer families than the pattern has, evenly spaced ones of it, so that small and large stay mixed.
    """
    ordered = sorted(pattern, reverse=True)
    if n_families <= len(ordered):
        return tuple(ordered[(2 * i + 1) * len(ordered) // (2 * n_families)] for i in range(n_families))
    return tuple(ordered[i % len(ordered)] for i in range(n_families))


def simulate_power(
    design: Design,
    rho: ArrayLike,
    *,
    margin: float = 0.40,
    level: float = 0.95,
    simulations: int = 1_000,
    seed: int = 0,
    correlate: Correlate | None = None,
    progress: Progress | None = None,
) -> Power:
    """Simulate studies and count the verdicts they would end in.

    Parameters
    ----------
    design : Design
    rho : array_like of shape (K,)
        Assumed rank correlations between benchmark and capabilities score, free of measurement error. All K are
        simulated on the same suites.
    margin : float
        Between 0 and 1.
    level : float
        Of the family jackknife-t interval.
    simulations : int
    seed : int
    correlate : callable, optional
        Computes the correlations and their family jackknife; `correlate_compiled` by default.
    progress : callable, optional
        Called with (simulations done, simulations in all) after every block.

    Returns
    -------
    Power

    Raises
    ------
    StatisticsError
        If a number is out of its range, or the suite measures ability too badly for the assumed correlation.
    """
    assumed = np.atleast_1d(np.asarray(rho, dtype=np.float64))
    _check_design(design, assumed, margin, simulations)
    families = np.repeat(np.arange(len(design.sizes)), design.sizes)
    block = max(1, BLOCK // (families.size * design.suite_width))
    compute = correlate_compiled if correlate is None else correlate
    streams = np.random.SeedSequence(seed).spawn(-(-simulations // block))
    counts = np.zeros((5, assumed.size))
    for number, stream in enumerate(streams):
        size = min(block, simulations - number * block)
        suite, columns = _draw(design, assumed, families, size, np.random.default_rng(stream))
        full, left_out = compute(suite, columns, families)
        counts += _verdicts(full, left_out, design, margin, level)
        if progress is not None:
            progress(number * block + size, simulations)
    shares = [read_only(row) for row in counts / simulations]
    entangled, inverse, separable, unreliable, undefined = shares
    undecided = read_only(1.0 - counts[:4].sum(axis=0) / simulations)
    return Power(
        read_only(assumed), entangled, inverse, separable, unreliable, undecided, undefined, simulations
    )


def families_needed(
    design: Design,
    rho: float,
    *,
    margin: float = 0.40,
    level: float = 0.95,
    power: float = 0.8,
    most_families: int = 100,
    simulations: int = 1_000,
    seed: int = 0,
    correlate: Correlate | None = None,
    progress: Progress | None = None,
) -> FamiliesNeeded:
    """Search for the smallest number of families with which the right verdict is reached often enough.

    Power is taken to grow with the number of families: it is doubled until it suffices, then halved in between. The
    answer carries the error of the simulation: with 1,000 simulations a power of .8 is known to ±.025.

    Parameters
    ----------
    design : Design
        Its sizes are the pattern that `repeated_sizes` goes through.
    rho : float
        The assumed correlation, free of measurement error.
    margin, level, simulations, seed, correlate, progress
        As for `simulate_power`; progress starts anew with every size tried.
    power : float
        Between 0 and 1.
    most_families : int
        At which the search gives up; at least six.

    Returns
    -------
    FamiliesNeeded

    Raises
    ------
    StatisticsError
        As for `simulate_power`.
    """
    if not 0.0 < power < 1.0 or most_families < FEWEST_FAMILIES_FOR_VERDICT:
        raise StatisticsError(
            f"a power between 0 and 1 and {FEWEST_FAMILIES_FOR_VERDICT} families or more",
            found=f"{power} and {most_families}",
        )
    claim = "separable" if abs(rho) < margin else "entangled" if rho > 0.0 else "inverse"
    tried: dict[int, float] = {}

    def suffices(n_families: int) -> bool:
        if n_families not in tried:
            study = replace(design, sizes=repeated_sizes(design.sizes, n_families))
            found = simulate_power(
                study,
                [rho],
                margin=margin,
                level=level,
                simulations=simulations,
                seed=seed,
                correlate=correlate,
                progress=progress,
            )
            shares = {"separable": found.separable, "entangled": found.entangled, "inverse": found.inverse}
            tried[n_families] = float(shares[claim][0])
        return tried[n_families] >= power

    low = high = FEWEST_FAMILIES_FOR_VERDICT
    while not suffices(high) and high < most_families:
        low, high = high + 1, min(2 * high, most_families)
    enough = tried[high] >= power
    while enough and low < high:
        middle = (low + high) // 2
        if suffices(middle):
            high = middle
        else:
            low = middle + 1
    return FamiliesNeeded(
        n_families=high if enough else None,
        n_models=sum(repeated_sizes(design.sizes, high)) if enough else None,
        power=tried[high],
        claim=claim,
        tried=tuple(sorted(tried.items())),
        simulations=simulations,
    )


def correlate_plainly(
    suite: FloatArray, columns: FloatArray, families: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Compute refitted correlations and their family jackknife for many studies at once, without ties or gaps.

    Parameters
    ----------
    suite : ndarray of shape (S, M, C)
        Scores of S simulated studies, complete and without ties.
    columns : ndarray of shape (S, M, K)
        Benchmarks, complete and without ties.
    families : ndarray of int of shape (M,)
        From 0 to F - 1.

    Returns
    -------
    rho : ndarray of shape (S, K)
    left_out : ndarray of shape (S, F, K)
        NaN where a replicate's first component is another one (congruence below .9).
    """
    rho, vectors = _refitted(suite, columns, None)
    parts = []
    for family in range(int(families.max()) + 1):
        kept = families != family
        parts.append(_refitted(suite[:, kept], columns[:, kept], vectors)[0])
    return rho, np.stack(parts, axis=1)


def correlate_compiled(
    suite: FloatArray, columns: FloatArray, families: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Compute what `correlate_plainly` does, compiled: the same but for rounding.

    Parameters, and what is returned, are the same.
    """
    own = np.ascontiguousarray(families, dtype=np.int64)
    n_studies, _, n_columns = columns.shape
    n_families = int(own.max()) + 1
    rho, left_out = np.empty((n_studies, n_columns)), np.empty((n_studies, n_families, n_columns))
    by_column = np.ascontiguousarray(np.swapaxes(suite, 1, 2))
    studies()(
        by_column, _orders(by_column), _orders(np.swapaxes(columns, 1, 2)), own, n_families, rho, left_out
    )
    return rho, left_out


def _orders(by_column: FloatArray) -> NDArray[np.int32]:
    """Return the rows in the order of each column (S, C, M)."""
    return np.ascontiguousarray(np.argsort(by_column, axis=2), dtype=np.int32)


def _refitted(
    suite: FloatArray, columns: FloatArray, reference: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Fit the first component in every study and correlate it: rho (S, K) and eigenvectors (S, C)."""
    n = suite.shape[1]
    ranks = _centred_ranks(suite)
    R = np.swapaxes(ranks, 1, 2) @ ranks / (n * (n**2 - 1) / 12.0)
    # Loadings of a one-factor suite are of one sign, so their sum is a start from which the iteration is short.
    vector = R.sum(axis=2, keepdims=True)
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    for _ in range(POWER_STEPS):
        nearer = R @ vector
        nearer /= np.linalg.norm(nearer, axis=1, keepdims=True)
        moved = float(np.abs(nearer - vector).max())
        vector = nearer
        if moved < SETTLED:
            break
    found = vector[..., 0]
    # The mean is left where it is: it moves all scores alike, and only their order is used.
    score = (suite / suite.std(axis=1, keepdims=True) @ vector)[..., 0]
    products = np.einsum("sm,smk->sk", _centred_ranks(score[..., None])[..., 0], _centred_ranks(columns))
    rho = products / (n * (n**2 - 1) / 12.0)
    if reference is None:
        sign = np.sign(np.take_along_axis(found, np.abs(found).argmax(axis=1)[:, None], axis=1))
    else:
        congruence = (found * reference).sum(axis=1, keepdims=True)
        sign = np.where(np.abs(congruence) >= CONGRUENCE, np.sign(congruence), np.nan)
    return rho * sign, found * sign


def _centred_ranks(values: FloatArray) -> FloatArray:
    """Rank along the second of three axes, less the mean rank; without ties."""
    order = np.argsort(values, axis=1)
    ranks = np.empty_like(values)
    n = values.shape[1]
    np.put_along_axis(ranks, order, (np.arange(n) - (n - 1) / 2.0)[None, :, None], axis=1)
    return ranks


def _draw(
    design: Design, rho: FloatArray, families: IntArray, size: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw studies: suites (S, M, C) and benchmarks (S, M, K)."""
    shape = (size, families.size)

    def clustered(share: float, width: int) -> FloatArray:
        family = random.standard_normal((size, len(design.sizes), width))[:, families]
        own = random.standard_normal((*shape, width))
        return np.asarray(np.sqrt(share) * family + np.sqrt(1.0 - share) * own, dtype=np.float64)

    c = design.suite_correlation
    ability = clustered(design.ability_clustering, 1)
    suite = np.sqrt(c) * ability + np.sqrt(1.0 - c) * random.standard_normal((*shape, design.suite_width))
    loading = _loadings(rho, design)
    residual = clustered(design.residual_clustering, 1)
    true = loading * ability + np.sqrt(1.0 - loading**2) * residual
    r = design.reliability
    return suite, np.sqrt(r) * true + np.sqrt(1.0 - r) * random.standard_normal((*shape, 1))


def _loadings(rho: FloatArray, design: Design) -> FloatArray:
    """Return correlations with ability that give rank correlations `rho` with the first component.

    Of a large population that component is the mean of the suite, and all is normal, so that Pearson's correlation is
    2 · sin(π · rho / 6).
    """
    c = design.suite_correlation
    of_score = np.sqrt(design.suite_width * c / (1.0 + (design.suite_width - 1) * c))
    return np.asarray(2.0 * np.sin(np.pi * rho / 6.0) / of_score, dtype=np.float64)


def _verdicts(
    full: FloatArray, left_out: FloatArray, design: Design, margin: float, level: float
) -> FloatArray:
    """Count (entangled, inverse, separable, unreliable, undefined) of each column: (5, K)."""
    n_families = left_out.shape[1]
    columns = np.swapaxes(left_out, 0, 1).reshape(n_families, -1)
    found = jackknife_intervals(family_jackknife(full.ravel(), columns, np.isnan(columns)), level)
    low, high = found.low.reshape(full.shape), found.high.reshape(full.shape)
    undefined = np.isnan(low)
    allowed = ~undefined & (n_families >= FEWEST_FAMILIES_FOR_VERDICT)
    inside = allowed & (low > -margin) & (high < margin)
    narrower = margin * np.sqrt(design.reliability)
    reliable = inside & (low > -narrower) & (high < narrower)
    verdicts = (allowed & (low > margin), allowed & (high < -margin), reliable, inside & ~reliable, undefined)
    return np.array([one.sum(axis=0) for one in verdicts], dtype=np.float64)


def _check_formula(rho: float, margin: float, alpha: float) -> None:
    if not -1.0 < rho < 1.0 or not 0.0 < margin < 1.0 or not 0.0 < alpha < 0.5:
        raise StatisticsError(
            "a correlation between -1 and 1, a margin between 0 and 1 and an alpha below .5",
            found=f"{rho}, {margin} and {alpha}",
        )


def _check_design(design: Design, rho: FloatArray, margin: float, simulations: int) -> None:
    shares = (design.ability_clustering, design.residual_clustering)
    if any(not 0.0 <= share <= 1.0 for share in shares):
        raise StatisticsError("intra-family correlations between 0 and 1", found=str(shares))
    if not 0.0 < design.reliability <= 1.0:
        raise StatisticsError("a reliability above 0 and up to 1", found=str(design.reliability))
    if design.suite_width < 2 or not 0.0 < design.suite_correlation < 1.0:
        raise StatisticsError(
            "a suite of two columns or more with a correlation between 0 and 1",
            found=f"{design.suite_width} and {design.suite_correlation}",
        )
    if len(design.sizes) < 2 or min(design.sizes) < 1 or sum(design.sizes) - max(design.sizes) < 4:
        raise StatisticsError(
            "families that leave four models when the largest is left out", found=str(design.sizes)
        )
    if not 0.0 < margin < 1.0 or simulations < 1:
        raise StatisticsError(
            "a margin between 0 and 1 and at least one simulation", found=f"{margin} and {simulations}"
        )
    if rho.ndim != 1 or not (np.abs(rho) < 1.0).all() or (np.abs(_loadings(rho, design)) > 1.0).any():
        raise StatisticsError(
            "correlations that this suite can show", found=str(rho), remedy="Assume one nearer to 0"
        )
