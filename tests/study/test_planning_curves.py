"""The result says what larger studies of the same kind would find, and how the score goes with compute."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import confounded
from confounded.stats.planning_curve import foresee
from confounded.stats.ranks import spearman
from confounded.study import Settings, StudyResult, run_study
from confounded.study.planning_curves import CLUSTERING, assumed_correlations, planning_curves

PATTERN = (8, 3, 3, 3, 3, 2, 2, 2, 1)


@pytest.fixture(scope="module")
def shipped() -> StudyResult:
    return run_study(confounded.load_scores(), Settings(resamples=0))


def test_every_point_of_a_curve_is_the_formula_at_that_size() -> None:
    settings = Settings(margin=0.3, level=0.9)
    curves = planning_curves(PATTERN, settings)
    assert [(one.ability_clustering, one.residual_clustering) for one in curves] == list(CLUSTERING)
    for curve in curves:
        assert 9 in curve.n_families
        for place, number in enumerate(curve.n_families):
            assert curve.n_models[place] == round(number * sum(PATTERN) / 9)
            for one in curve.correlations:
                told = foresee(
                    PATTERN,
                    one.rho,
                    n_families=number,
                    ability=curve.ability_clustering,
                    residual=curve.residual_clustering,
                    margin=0.3,
                    level=0.9,
                )
                assert (one.power[place], one.low[place], one.high[place]) == (
                    told.power,
                    told.low,
                    told.high,
                )


def test_the_size_needed_is_the_first_that_suffices() -> None:
    for curve in planning_curves(PATTERN, Settings()):
        for one in curve.correlations:
            assert one.n_families_needed is not None
            shares = [
                foresee(
                    PATTERN,
                    one.rho,
                    n_families=number,
                    ability=curve.ability_clustering,
                    residual=curve.residual_clustering,
                ).power
                for number in (one.n_families_needed - 1, one.n_families_needed)
            ]
            assert shares[0] < curve.power_needed <= shares[1]
            assert one.n_models_needed == round(one.n_families_needed * sum(PATTERN) / 9)


def test_more_families_never_do_worse_however_unequal_they_are() -> None:
    unequal = (300, 120, 60, *[5] * 20, *[1] * 60)
    for curve in planning_curves(unequal, Settings()):
        for one in curve.correlations:
            assert all(a <= b + 1e-12 for a, b in pairwise(one.power))


def test_a_curve_reaches_a_study_of_thousands_of_families_in_even_steps() -> None:
    for curve in planning_curves((1,) * 3_000, Settings()):
        assert curve.n_families[-1] == 3_000
        assert all(b / a < 1.4 for a, b in pairwise(curve.n_families))
    small = planning_curves((4, 3, 1), Settings())
    assert 3 not in small[0].n_families


def test_what_no_study_settles_needs_no_number() -> None:
    # Ten thousand models do not tell 0 from .01.
    for curve in planning_curves((1,) * 6, Settings(margin=0.01)):
        assert curve.correlations[0].n_families_needed is None
        assert curve.correlations[0].n_models_needed is None
    assert planning_curves((), Settings()) == []


def test_the_correlations_lie_on_both_sides_of_the_margin_and_say_so() -> None:
    for margin in (0.1, 0.4, 0.8):
        assert all(a < b for a, b in pairwise(assumed_correlations(margin)))
        [first, *_] = planning_curves(PATTERN, Settings(margin=margin))
        claims = ["separable" if abs(one.rho) < margin else "entangled" for one in first.correlations]
        assert [one.claim for one in first.correlations] == claims
        assert set(claims) == {"separable", "entangled"}


def test_the_curve_of_the_shipped_study_agrees_with_its_simulated_power(shipped: StudyResult) -> None:
    for summary in shipped.population_summaries:
        for curve, simulated in zip(summary.planning, summary.power, strict=True):
            place = curve.n_families.index(9)
            assert curve.correlations[0].rho == 0.0
            assert curve.correlations[0].power[place] == pytest.approx(simulated.separable, abs=0.05)


def test_the_score_goes_with_compute_as_the_paper_prints(shipped: StudyResult) -> None:
    base, chat = shipped.populations
    # The caption of figure 15: 96.5 % for base models.
    assert base.score_with_compute is not None
    assert chat.score_with_compute is not None
    assert base.score_with_compute.rho == pytest.approx(0.965, abs=0.0005)
    for one in (base, chat):
        found = one.score_with_compute
        pairs = [
            (model.training_flop, model.capabilities_score)
            for model in one.models
            if model.training_flop is not None and model.capabilities_score is not None
        ]
        assert found.n_models == len(pairs)
        assert found.rho == pytest.approx(spearman(*np.array(pairs).T))
        assert found.low < found.rho < found.high
    assert base.score_with_compute.n_families == 8


def test_where_compute_stands_for_capability_there_is_nothing_to_say() -> None:
    with_compute = Settings(resamples=0, capabilities="training-compute")
    result = run_study(confounded.load_scores(), with_compute)
    assert [one.score_with_compute for one in result.populations] == [None, None]
