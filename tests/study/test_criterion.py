"""The criterion of empirical separability: each of its three parts can take the verdict away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from confounded.stats.imputation_variance import Imputations, imputation_variance, with_imputations
from confounded.stats.intervals import jackknife_intervals
from confounded.stats.pooling import linear_jackknife, pooling_weights
from confounded.study.areas import Stack
from confounded.study.criterion import empirical_criterion
from confounded.study.result import Correlation, Interval, Reliability, Robustness, Specification
from confounded.study.settings import Settings

N_FAMILIES = 8
FAMILIES = tuple(f"f{i}" for i in range(N_FAMILIES))
SEPARABLE = ("separable", "pooled: the interval lies inside ±0.40")


def stack(rho: list[float], wobble: float = 0.01, without: float | None = None) -> Stack:
    """Correlations that hardly move when a family is left out, but for the last family if asked for."""
    left = np.array([[value + wobble * (-1) ** f for value in rho] for f in range(N_FAMILIES)])
    if without is not None:
        left[-1] = without
    shape = left.shape
    return Stack(
        benchmarks=tuple(f"b{i}" for i in range(len(rho))),
        families=FAMILIES,
        rho=np.array(rho),
        left_out=left,
        degenerate=np.zeros(shape, dtype=np.bool_),
        present=np.ones(shape, dtype=np.bool_),
        standard_error=np.full(len(rho), 0.05),
    )


def member(
    place: int, rho: float, reliability: float | None = 0.9, other: float | None = None
) -> Correlation:
    specifications = (
        [] if other is None else [Specification(composite="mean", association="spearman", value=other)]
    )
    return Correlation(
        population="chat",
        benchmark=f"b{place}",
        correlated_with="capabilities score",
        rho=rho,
        n_models=20,
        n_families=N_FAMILIES,
        effective_families=8.0,
        in_suite=False,
        reliability=Reliability(
            method=None if reliability is None else "KR-21", value=reliability, rho=None, low=None, high=None
        ),
        robustness=Robustness(
            families=None,
            models=None,
            suite=None,
            specifications=specifications,
            n_specifications=len(specifications),
            agreeing_share=None,
            disagreeing=[],
        ),
    )


def test_what_is_robust_and_reliable_stays_separable() -> None:
    found = empirical_criterion(
        *SEPARABLE, [member(0, 0.1, other=0.12), member(1, -0.1, other=-0.2)], stack([0.1, -0.1]), Settings()
    )
    assert found.verdict == "separable"
    assert found.n_specifications == N_FAMILIES + 1
    assert found.without_error is not None
    assert found.without_error.rho == pytest.approx(0.0, abs=1e-9)


def test_a_family_without_which_it_lies_beyond_the_margin_leaves_it_undecided() -> None:
    found = empirical_criterion(*SEPARABLE, [member(0, 0.1)], stack([0.1], without=0.6), Settings())
    assert found.verdict == "undecided"
    assert found.outside == ["without f7"]
    assert "without f7" in found.rule


def test_another_choice_under_which_it_lies_beyond_the_margin_leaves_it_undecided() -> None:
    found = empirical_criterion(*SEPARABLE, [member(0, 0.1, other=0.5)], stack([0.1]), Settings())
    assert found.verdict == "undecided"
    assert found.outside == ["with mean and spearman"]


def test_an_unknown_reliability_makes_it_unreliable() -> None:
    found = empirical_criterion(
        *SEPARABLE, [member(0, 0.1), member(1, 0.0, None)], stack([0.1, 0.0]), Settings()
    )
    assert found.verdict == "unreliable"
    assert found.reliability_unknown == ["b1"]
    assert found.without_error is None


def test_noise_that_could_hide_a_relation_makes_it_unreliable() -> None:
    found = empirical_criterion(*SEPARABLE, [member(0, 0.2, 0.2)], stack([0.2]), Settings())
    assert found.verdict == "unreliable"
    assert found.without_error is not None
    assert found.without_error.rho == pytest.approx(0.2 / np.sqrt(0.2))


def test_a_correlation_beyond_1_without_error_is_no_evidence_of_separability() -> None:
    found = empirical_criterion(*SEPARABLE, [member(0, 0.3, 0.05)], stack([0.3]), Settings())
    assert found.verdict == "unreliable"


@pytest.mark.parametrize("verdict", ["entangled", "inverse", "undecided", "no data"])
def test_other_verdicts_are_not_touched(verdict: str) -> None:
    found = empirical_criterion(verdict, "why", [member(0, 0.9)], stack([0.9]), Settings())
    assert (found.verdict, found.rule) == (verdict, "why")


def test_a_mixed_area_names_the_measures_that_disagree() -> None:
    import msgspec

    ones = [msgspec.structs.replace(member(0, 0.8), verdict="entangled"), member(1, 0.0)]
    found = empirical_criterion("mixed", "why", ones, stack([0.8, 0.0]), Settings())
    assert found.disagreeing == ["b0"]


def test_nothing_is_found_of_an_area_without_measures() -> None:
    empty = Stack(
        (),
        (),
        *(np.zeros(shape) for shape in ((0,), (0, 0))),
        np.zeros((0, 0), np.bool_),
        np.zeros((0, 0), np.bool_),
        np.zeros(0),
    )
    found = empirical_criterion("no data", "none", [], empty, Settings())
    assert (found.n_specifications, found.lowest) == (0, None)


def test_the_order_of_the_measures_does_not_matter() -> None:
    one = empirical_criterion(*SEPARABLE, [member(0, 0.1), member(1, -0.3)], stack([0.1, -0.3]), Settings())
    turned = stack([0.1, -0.3])
    other = empirical_criterion(
        *SEPARABLE,
        [member(1, -0.3), member(0, 0.1)],
        Stack(
            turned.benchmarks[::-1],
            turned.families,
            turned.rho[::-1],
            turned.left_out[:, ::-1],
            turned.degenerate,
            turned.present,
            turned.standard_error,
        ),
        Settings(),
    )
    assert other.verdict == one.verdict
    assert other.lowest == pytest.approx(one.lowest)
    assert other.without_error is not None
    assert one.without_error is not None
    assert other.without_error.low == pytest.approx(one.without_error.low)


def test_a_pooled_verdict_that_a_measure_excludes_makes_the_area_mixed() -> None:
    ones = [_with_interval(member(0, 0.95), 0.9, 0.98), _with_interval(member(1, 0.1), -0.2, 0.35)]
    found = empirical_criterion("entangled", "pooled", ones, stack([0.95, 0.1]), Settings())
    assert found.verdict == "mixed"
    assert found.disagreeing == ["b1"]
    open_one = [ones[0], _with_interval(member(1, 0.1), -0.2, 0.45)]
    assert (
        empirical_criterion("entangled", "pooled", open_one, stack([0.95, 0.1]), Settings()).verdict
        == "entangled"
    )
    turned = [_with_interval(member(0, -0.95), -0.98, -0.9), _with_interval(member(1, -0.1), -0.35, 0.2)]
    found = empirical_criterion("inverse", "pooled", turned, stack([-0.95, -0.1]), Settings())
    assert (found.verdict, found.disagreeing) == ("mixed", ["b1"])


def _with_interval(one: Correlation, low: float, high: float) -> Correlation:
    import msgspec

    interval = Interval(method="family jackknife t", level=0.95, low=low, high=high)
    return msgspec.structs.replace(one, interval=interval)


def test_without_measurement_error_imputation_keeps_its_part_of_the_interval() -> None:
    rho = np.array([0.1, -0.1])
    known = stack([0.1, -0.1])
    drawn = np.tanh(np.arctanh(rho) + np.linspace(-0.1, 0.1, 8)[:, None])
    holed = replace(known, imputations=Imputations(rho, drawn, np.empty((0, 2)), np.empty(0)))
    members = [member(0, 0.1), member(1, -0.1)]
    plain = empirical_criterion(*SEPARABLE, members, known, Settings()).without_error
    found = empirical_criterion(*SEPARABLE, members, holed, Settings()).without_error
    assert plain is not None
    assert found is not None
    assert plain.rho == found.rho
    weights = pooling_weights([[True, True]])
    by = 1 / np.sqrt(0.9)
    expected = with_imputations(
        linear_jackknife(by * rho, by * known.left_out, known.degenerate, weights),
        imputation_variance(Imputations(by * rho, by * drawn, np.empty((0, 2)), np.empty(0)), weights),
    )
    assert found.high == pytest.approx(jackknife_intervals(expected, 0.95).high[0])
    assert plain.high is not None
    assert found.high is not None
    assert found.high > plain.high + 0.05


def test_a_completed_table_beyond_1_without_measurement_error_leaves_no_interval() -> None:
    drawn = np.array([[0.99], [0.7]])
    holed = replace(
        stack([0.9]), imputations=Imputations(np.array([0.9]), drawn, np.empty((0, 1)), np.empty(0))
    )
    found = empirical_criterion(*SEPARABLE, [member(0, 0.9, reliability=0.9)], holed, Settings())
    assert found.without_error is not None
    assert found.without_error.reason == "a correlation without measurement error lies beyond ±1"
