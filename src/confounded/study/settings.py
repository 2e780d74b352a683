"""What a study is asked to do. Everything that could change a number is here, and is printed with the result."""

from __future__ import annotations

import math
from datetime import date
from typing import Final, Literal

import msgspec

from confounded.errors import UsageError

__all__ = ["PAPER_SUITE", "MissingPolicy", "Settings"]

PAPER_SUITE: Final = (
    "logiqa",
    "piqa",
    "hellaswag",
    "winogrande",
    "superglue_copa",
    "medqa_4options",
    "arc_challenge",
    "mmlu",
    "minerva_math",
    "lambada_openai",
    "gsm8k",
    "bbh",
)
"""The twelve capability benchmarks of Ren et al. 2024, section 3."""

SMALLEST_SUITE: Final = 3
"""A first component of two columns weighs them equally whatever the data say; three is the least that can differ."""

MARGIN: Final = 0.40
"""Ren et al. 2024 call a capabilities correlation below 40 % in magnitude low."""

LEVEL: Final = 0.95
"""Nominal coverage of the intervals; the conclusions of the literature this joins are at 95 %."""

RESAMPLES: Final = 10_000
"""Bootstrap resamples: the Monte Carlo error of a 2.5 % quantile is then a sixteenth of a percentile's level."""

SIZE_BANDS: Final = (3e9, 10e9, 30e9)
"""Parameters at which sizes are cut: in the gaps between the sizes that models come in (1 to 2, 7 to 9, 13 to 20 and 30
to 70 billion)."""

RELEASE_PERIODS: Final = ("2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01")
"""Days at which releases are cut: calendar years."""

NEAR_CHANCE: Final = 0.05
"""Share of the way from guessing to all right below which a model is near chance: 28.75 % on MMLU, where guessing gets
25. A few points, because what a model gets by luck or by a bias for one letter is no ability yet."""

Nesting = Literal["aggregates", "subscales"]
MissingPolicy = Literal["leave-model-out", "leave-benchmark-out", "column-mean", "impute"]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a study.

    Parameters
    ----------
    capabilities : str, optional
        Where capability comes from: by default the suite; else the id of a reference, ``training-compute``, or a
        benchmark of the scores (with ``column:`` before it where it is called like a reference).
    suite : tuple of str, optional
        The capability benchmarks behind the capabilities score. By default those of the paper's twelve that a
        population has scores on.
    missing : {'leave-model-out', 'leave-benchmark-out', 'column-mean', 'impute'}
        What is done where a model lacks a score of the suite: the model gets no capabilities score (default),
        the benchmark leaves the suite of that population, the cell takes the mean of its column, or it is imputed
        several times (`study.imputed`).
    margin : float
        Correlations smaller than this in magnitude count as low; chosen before the data are seen.
    level : float
        Nominal coverage of the intervals.
    resamples : int
        Bootstrap resamples behind the percentile intervals, which are for comparison; the default interval needs none.
    seed : int
        Of the bootstrap, from 0 to 2**64 - 1.
    nesting : {'aggregates', 'subscales'}
        Which of nested benchmarks count where many are taken together: the whole, or its parts.
    population : str, optional
        The population (``base``, ``chat`` or ``mixed``) of models of which neither the file nor the catalogue
        says it.
    unknown_families_apart : bool
        Whether a model of unknown family counts as a family of one. Otherwise it is an error.
    directions : dict of str to {'higher', 'lower'}
        Which way is better or safer, for benchmarks of which neither the file nor the catalogue says it; the
        key ``*`` stands for all of these.
    leave_out : tuple of str
        Benchmarks that are not studied, such as columns that hold no scores.
    by : tuple of str
        What to part the models by, beside what every study tries (`study.splits`): of `study.columns.BY`, or a column
        of the scores.
    size_bands : tuple of float
        Numbers of parameters at which sizes are cut, rising.
    release_periods : tuple of str
        Days (``YYYY-MM-DD``) at which releases are cut, rising.
    near_chance : float
        Share of the way from guessing to all right below which a model counts as near chance.
    lenient : bool
        Whether to go on where the scores leave something to guess. What was taken then is in the notices.
    """

    capabilities: str | None = None
    suite: tuple[str, ...] | None = None
    missing: MissingPolicy = "leave-model-out"
    margin: float = MARGIN
    level: float = LEVEL
    resamples: int = RESAMPLES
    seed: int = 0
    nesting: Nesting = "aggregates"
    population: str | None = None
    unknown_families_apart: bool = False
    directions: dict[str, Literal["higher", "lower"]] = {}
    leave_out: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    size_bands: tuple[float, ...] = SIZE_BANDS
    release_periods: tuple[str, ...] = RELEASE_PERIODS
    near_chance: float = NEAR_CHANCE
    lenient: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise UsageError("a margin between 0 and 1", found=str(self.margin))
        if not 0 < self.level < 1:
            raise UsageError("a level between 0 and 1, such as 0.95", found=str(self.level))
        if self.resamples < 0:
            raise UsageError("no fewer than 0 resamples", found=str(self.resamples))
        if not 0 <= self.seed < 2**64:
            raise UsageError("a seed from 0 to 2**64 - 1", found=str(self.seed))
        self._check_cuts()
        if self.suite is None:
            return
        if self.capabilities is not None:
            raise UsageError("a suite, or another source of capability", found="both", where="--capabilities")
        if len(set(self.suite)) < len(self.suite):
            raise UsageError("every benchmark of the suite once", found=", ".join(self.suite))
        if len(self.suite) < SMALLEST_SUITE:
            raise UsageError(
                f"at least {SMALLEST_SUITE} benchmarks in the suite",
                found=", ".join(self.suite) or "none",
                remedy="Name more with --suite.",
            )

    def _check_cuts(self) -> None:
        """Raise where models could not be parted."""
        sizes, days = list(self.size_bands), list(self.release_periods)
        if sizes != sorted(set(sizes)) or any(not 0 < cut < math.inf for cut in sizes):
            raise UsageError("sizes to cut at, above 0 and rising", found=", ".join(map(str, sizes)))
        try:
            are_days = all(date.fromisoformat(day).isoformat() == day for day in days)
        except ValueError:
            are_days = False
        if not are_days or days != sorted(set(days)):
            raise UsageError("days to cut at, YYYY-MM-DD and rising", found=", ".join(days))
        if not 0 < self.near_chance < 1:
            raise UsageError("a share between 0 and 1 of the way above chance", found=str(self.near_chance))
