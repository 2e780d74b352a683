"""A study of thousands of models is that of a few, with what is done otherwise said in it."""

from __future__ import annotations

import numpy as np
import pytest

from confounded.engine import Threads
from confounded.scores import ScoreTable
from confounded.study import Settings, StudyResult, run_study
from confounded.study.robustness import MOST_MODELS, MOST_MOVING
from confounded.study.verdicts import MOST_LISTED
from tests.study.tables import SUITE, table

N_FAMILIES = 600
SETTINGS = Settings(suite=SUITE, resamples=300, directions={"*": "higher"})


def made(n_families: int, n_models: int) -> ScoreTable:
    """Return scores of many models: of many families one model each, of the first few the rest."""
    random = np.random.default_rng(5)
    rest = n_models - n_families
    family = np.concatenate([np.arange(n_families), random.integers(0, 4, rest)])
    ability = random.normal(size=n_families)[family] + 0.5 * random.normal(size=n_models)
    columns = {name: ability + 0.5 * random.normal(size=n_models) for name in SUITE}
    columns["safe"] = 0.3 * ability + random.normal(size=n_models)
    names = [f"family-{one:04}" for one in family]
    return table({name: one.tolist() for name, one in columns.items()}, families=names)


@pytest.fixture(scope="module")
def many() -> StudyResult:
    return run_study(made(N_FAMILIES, 900), SETTINGS)


def test_families_left_out_together_are_counted_as_families_and_their_groups_said(many: StudyResult) -> None:
    one = next(one for one in many.correlations if one.benchmark == "safe")
    assert one.n_families == N_FAMILIES
    assert one.interval is not None
    assert (one.interval.n_replicates, one.interval.degrees_of_freedom) == (500, 499.0)
    told = [notice.what for notice in many.notices if notice.what.startswith("Of so many")]
    assert len(told) == 1
    assert f"500 groups of the {N_FAMILIES} families" in told[0]


def test_of_many_families_the_largest_are_listed_and_those_that_move_most(many: StudyResult) -> None:
    one = next(one for one in many.correlations if one.benchmark == "safe")
    listed = {without.family for without in one.without_family}
    assert len(listed) <= MOST_LISTED
    assert {f"family-{large:04}" for large in range(4)} <= listed
    assert sum(without.verdict is not None for without in one.without_family) == 10


def test_of_many_models_those_that_move_most_are_left_out(many: StudyResult) -> None:
    one = next(one for one in many.correlations if one.benchmark == "safe")
    assert one.robustness is not None
    assert one.robustness.models is not None
    assert one.rho is not None
    # Families listed, models, members of the suite, and the other eight ways of the whole suite.
    assert one.robustness.n_specifications == len(one.without_family) + MOST_MOVING + len(SUITE) + 8
    assert one.robustness.models.lowest < one.rho < one.robustness.models.highest


def test_with_few_enough_models_none_is_passed_over() -> None:
    result = run_study(made(30, MOST_MODELS), SETTINGS)
    one = next(one for one in result.correlations if one.benchmark == "safe")
    assert one.robustness is not None
    assert one.robustness.n_specifications == 30 + MOST_MODELS + len(SUITE) + 8
    assert not [notice for notice in result.notices if notice.what.startswith("Of so many")]


def test_the_shortlist_holds_the_models_that_move_most_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = made(30, 400)
    every = run_study(scores, SETTINGS)
    monkeypatch.setattr("confounded.study.robustness.MOST_MODELS", 399)
    few = run_study(scores, SETTINGS)
    for one, other in zip(every.correlations, few.correlations, strict=True):
        assert one.robustness is not None
        assert other.robustness is not None
        assert one.robustness.models == other.robustness.models or one.in_suite


def test_the_number_of_threads_changes_nothing(many: StudyResult) -> None:
    assert run_study(made(N_FAMILIES, 900), SETTINGS, engine=Threads(1)).to_json() == many.to_json()
