"""What each side expects, against what is measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from confounded.catalog import areas
from confounded.study.intuition import area_predictions, intuition, outcome
from confounded.study.result import AreaPrediction, AreaSummary, Criterion, PointCounts, Pooled, VerdictCounts
from confounded.study.settings import Settings

M = 0.4


@pytest.mark.parametrize(
    ("predicted", "low", "high", "expected"),
    [
        ("rises", 0.5, 0.9, "borne out"),
        ("rises", 0.3, 0.9, "open"),
        ("rises", -0.9, 0.3, "ruled out"),
        ("falls", -0.9, -0.5, "borne out"),
        ("falls", -0.3, 0.9, "ruled out"),
        ("unrelated", -0.3, 0.3, "borne out"),
        ("unrelated", 0.5, 0.9, "ruled out"),
        ("unrelated", -0.9, -0.5, "ruled out"),
        ("unrelated", -0.3, 0.6, "open"),
        ("rises", None, None, "open"),
    ],
)
def test_a_prediction_is_settled_by_where_the_interval_lies(
    predicted: str, low: float | None, high: float | None, expected: str
) -> None:
    assert outcome(predicted, low, high, M) == expected


@given(st.floats(-0.99, 0.99), st.floats(0.001, 0.5))
def test_no_two_predictions_are_borne_out_together_and_turning_the_sign_turns_them(
    middle: float, half: float
) -> None:
    low, high = max(-0.999, middle - half), min(0.999, middle + half)
    found = {one: outcome(one, low, high, M) for one in ("rises", "falls", "unrelated")}
    assert list(found.values()).count("borne out") <= 1
    assert outcome("rises", -high, -low, M) == found["falls"]
    assert outcome("unrelated", -high, -low, M) == found["unrelated"]


def prediction(place: int, result: str, side: str = "advocates") -> AreaPrediction:
    return AreaPrediction(population="chat", area=f"a{place}", side=side, predicted="rises", outcome=result)


def test_shares_are_of_the_settled_ones_with_the_exact_interval() -> None:
    ones = [
        prediction(i, result) for i, result in enumerate(["borne out"] * 3 + ["ruled out"] * 2 + ["open"] * 4)
    ]
    advocates, critics = intuition(ones, Settings())
    assert (advocates.borne_out, advocates.ruled_out, advocates.open) == (3, 2, 4)
    assert advocates.share == pytest.approx(0.6)
    assert advocates.low == pytest.approx(beta.ppf(0.025, 3, 3))
    assert advocates.high == pytest.approx(beta.ppf(0.975, 4, 2))
    assert critics.share is None


def test_with_nothing_settled_nothing_is_claimed() -> None:
    (advocates, _) = intuition([prediction(0, "open")], Settings())
    assert (advocates.share, advocates.low, advocates.high) == (None, None, None)


@pytest.mark.parametrize(("judged", "expected"), [("separable", "borne out"), ("unreliable", "open")])
def test_a_low_correlation_that_may_be_noise_settles_nothing(judged: str, expected: str) -> None:
    pooled = Pooled(rho=0.0, low=-0.2, high=0.2, n_families=9, reason=None)
    (known,) = (one for one in areas().values() if one.area == "adversarial-robustness")
    assert known.advocates is not None
    assert known.advocates.predict == "unrelated"
    criterion = Criterion(
        verdict=judged,
        rule="",
        n_specifications=0,
        lowest=None,
        highest=None,
        outside=[],
        without_error=None,
        reliability_unknown=[],
        disagreeing=[],
    )
    summary = AreaSummary(
        population="chat",
        area=known.area,
        n_benchmarks=1,
        points=PointCounts(**dict.fromkeys(PointCounts.__struct_fields__, 0)),
        verdicts=VerdictCounts(**dict.fromkeys(VerdictCounts.__struct_fields__, 0)),
        members=["anli"],
        median=None,
        lowest=None,
        highest=None,
        pooled=pooled,
        verdict="separable",
        rule="",
        criterion=criterion,
    )
    found = {one.side: one.outcome for one in area_predictions([summary], Settings())}
    assert found == {"advocates": expected, "critics": "ruled out" if expected == "borne out" else "open"}
