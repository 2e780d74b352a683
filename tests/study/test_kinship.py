"""Models of unknown family that share architecture and size are put together, beside the default interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy.stats import rankdata, t

from confounded.stats.component import first_component
from confounded.study import Settings, study_sources
from confounded.study.kinship import likely_families
from confounded.study.result import Correlation, Interval, StudyResult
from confounded.study.uncertainty import DEFAULT_METHOD, KIN_METHOD

SETTINGS = Settings(
    suite=("one", "two", "three"),
    resamples=0,
    population="mixed",
    unknown_families_apart=True,
    directions={"*": "higher"},
)
N = 48


def made(seed: int = 0, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which of twelve makes each model is of, and its scores, alike within a make."""
    random = np.random.default_rng(seed)
    make = np.arange(N) % 12
    ability = random.normal(size=12)[make] + 0.5 * random.normal(size=N)
    safety = 0.8 * ability + spread * random.normal(size=12)[make] + 0.2 * random.normal(size=N)
    suite = ability[:, None] + 0.4 * random.normal(size=(N, 3))
    return make, suite, safety


def study(
    folder: Path,
    architecture: Sequence[str] | None,
    scores: tuple[np.ndarray, np.ndarray],
    settings: Settings = SETTINGS,
) -> StudyResult:
    suite, safety = scores
    head = ["model", "one", "two", "three", "safe"] + ([] if architecture is None else ["Architecture"])
    rows = [
        [
            f"made-{row:02}",
            *("" if np.isnan(cell) else f"{cell:.6f}" for cell in suite[row]),
            f"{safety[row]:.6f}",
        ]
        + ([] if architecture is None else [architecture[row]])
        for row in range(N)
    ]
    path = folder / "scores.csv"
    path.write_text("\n".join(",".join(row) for row in [head, *rows]) + "\n")
    return study_sources([path], settings)


def safe(result: StudyResult) -> Correlation:
    return next(one for one in result.correlations if one.benchmark == "safe")


def interval(one: Correlation, method: str) -> Interval:
    return next(own for own in [one.interval, *one.intervals] if own is not None and own.method == method)


def jackknife(suite: np.ndarray, safety: np.ndarray, unit: np.ndarray) -> tuple[float, float]:
    """The plain way: refit without each unit."""

    def z(rows: np.ndarray) -> float:
        score = first_component(suite[rows]).scores
        return float(np.arctanh(np.corrcoef(rankdata(score), rankdata(safety[rows]))[0, 1]))

    units = np.unique(unit)
    without = np.array([z(unit != one) for one in units])
    error = np.sqrt((units.size - 1) / units.size * ((without - without.mean()) ** 2).sum())
    half = t.ppf(0.975, units.size - 1) * error
    whole = z(np.ones(unit.size, dtype=bool))
    return float(np.tanh(whole - half)), float(np.tanh(whole + half))


def test_the_interval_is_the_jackknife_that_leaves_one_architecture_out_at_a_time(tmp_path: Path) -> None:
    make, suite, safety = made()
    one = safe(study(tmp_path, [f"Net{own}" for own in make], (suite, safety)))
    together = interval(one, KIN_METHOD)
    assert (together.low, together.high) == pytest.approx(jackknife(suite, safety, make), abs=1e-6)
    apart = interval(one, DEFAULT_METHOD)
    assert (apart.low, apart.high) == pytest.approx(jackknife(suite, safety, np.arange(N)), abs=1e-6)
    assert together.high - together.low > apart.high - apart.low
    assert (together.n_replicates, together.degrees_of_freedom) == (12, 11.0)


def test_the_result_counts_the_families_and_says_which_interval_is_by_them(tmp_path: Path) -> None:
    make, suite, safety = made()
    result = study(tmp_path, [f"Net{own}" for own in make], (suite, safety))
    assert (result.populations[0].n_families, result.populations[0].n_families_of_kin) == (N, 12)
    (said,) = [own for own in result.notices if "mixed models are of" in own.what]
    assert f"they are of 12: the intervals by that stand beside the others, as '{KIN_METHOD}'" in said.what


def test_it_is_said_that_an_imputed_suite_has_no_such_interval(tmp_path: Path) -> None:
    make, suite, safety = made()
    suite[[3, 17], [0, 2]] = np.nan
    settings = msgspec.structs.replace(SETTINGS, missing="impute")
    result = study(tmp_path, [f"Net{own}" for own in make], (suite, safety), settings)
    (said,) = [own for own in result.notices if "mixed models are of" in own.what]
    assert "they are of 12; there are no intervals by that, as scores are imputed." in said.what
    assert all(own.method != KIN_METHOD for own in safe(result).intervals)
    assert safe(result).verdict_kin is None


@pytest.mark.parametrize("says", [None, "?", "unknown", ""])
def test_nothing_is_put_together_where_no_architecture_is_told(tmp_path: Path, says: str | None) -> None:
    _, suite, safety = made()
    result = study(tmp_path, None if says is None else [says] * N, (suite, safety))
    assert result.populations[0].n_families_of_kin is None
    assert all(own.method != KIN_METHOD for own in safe(result).intervals)
    assert safe(result).verdict_kin is None


def test_a_verdict_that_does_not_survive_carries_the_caution(tmp_path: Path) -> None:
    make, suite, safety = made(seed=3, spread=0.7)
    one = safe(study(tmp_path, [f"Net{own}" for own in make], (suite, safety)))
    assert (one.verdict, one.verdict_kin) == ("entangled", "undecided")
    (caution,) = [own for own in one.cautions if own.caution == "families not known"]
    assert "'entangled' does not survive" in caution.what
    survives = safe(study(tmp_path, [f"Net{row}" for row in range(N)], (suite, safety)))
    assert all(own.caution != "families not known" for own in survives.cautions)


def test_the_family_is_the_most_frequent_of_that_architecture_and_size() -> None:
    known = [
        ("L", 7e9, "two"),
        ("L", 7e9, "one"),
        ("L", 7e9, "two"),
        ("L", 13e9, "one"),
        ("M", 7e9, "b"),
        ("M", 7e9, "a"),
    ]
    unknown = [("L", 7e9), ("L", 13e9), ("L", None), ("M", 7e9), ("N", 7e9)]
    found = likely_families(known, unknown)
    assert [found["L", 7e9], found["L", 13e9], found["M", 7e9]] == ["two", "one", "a"]
    assert found["L", None] == "L of unknown size, family unknown"
    assert found["N", 7e9] == "N of 7e+09 parameters, family unknown"
    assert likely_families(reversed(known), reversed(unknown)) == found


def test_models_of_known_and_of_unknown_family_are_left_out_together(tmp_path: Path) -> None:
    make, suite, safety = made()
    # Of makes 0, 3, 6 and 9 two models in four are declared; all others are of unknown family.
    declared = [row for row in range(24) if make[row] % 3 == 0]
    (tmp_path / "models.toml").write_text(
        "".join(f'["made-{row:02}"]\nfamily = "kin-{make[row]}"\n' for row in declared)
    )
    one = safe(study(tmp_path, [f"Net{own}" for own in make], (suite, safety)))
    assert one.n_families == 4 + N - len(declared)
    together = interval(one, KIN_METHOD)
    assert (together.low, together.high) == pytest.approx(jackknife(suite, safety, make), abs=1e-6)
