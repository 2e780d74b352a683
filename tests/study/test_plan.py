"""A plan's figures agree with the formula where it holds, and begin from a study where asked to."""

from __future__ import annotations

import json

import pytest

import confounded
from confounded.cli import main
from confounded.errors import UsageError
from confounded.study import PlanRequest, Settings, StudyResult, plan_study, request_from_study, run_study


@pytest.fixture(scope="module")
def shipped() -> StudyResult:
    return run_study(confounded.load_scores(), Settings(resamples=0))


@pytest.mark.parametrize(("rho", "models"), [(0.0, 51), (0.2, 133), (0.6, 104), (0.8, 21)])
def test_the_formula_at_the_customary_level(rho: float, models: int) -> None:
    found = plan_study(PlanRequest(rho=rho, simulations=20, most_families=6))
    assert found.formula_models_customary == models
    assert found.formula_models is not None
    assert found.formula_models > models


def test_many_small_independent_families_come_near_the_formula() -> None:
    request = PlanRequest(
        rho=0.0, family_sizes=(1,) * 60, ability_clustering=0.0, residual_clustering=0.0, simulations=400
    )
    found = plan_study(request)
    assert found.formula_models is not None
    assert found.n_models == pytest.approx(found.formula_models, rel=0.2)


def test_clustering_costs_models() -> None:
    alone = plan_study(PlanRequest(ability_clustering=0.0, residual_clustering=0.0, simulations=300))
    clustered = plan_study(PlanRequest(simulations=300))
    assert alone.n_models is not None
    assert clustered.n_models is not None
    assert alone.n_models < clustered.n_models


def test_a_plan_begins_from_the_families_of_a_study(shipped: StudyResult) -> None:
    request = request_from_study(shipped, "bbq_disamb", "chat")
    (one,) = [c for c in shipped.correlations if (c.population, c.benchmark) == ("chat", "bbq_disamb")]
    assert sum(request.family_sizes) == 26
    assert len(request.family_sizes) == 9
    assert one.reliability is not None
    assert (request.rho, request.reliability) == (one.reliability.rho, one.reliability.value)
    raw = request_from_study(shipped, "rules_basic", "chat")
    assert (round(raw.rho, 2), raw.reliability) == (0.42, 1.0)


@pytest.mark.parametrize(("benchmark", "population"), [("rules_basic", None), ("no such", None)])
def test_a_benchmark_that_is_not_one_is_refused(
    shipped: StudyResult, benchmark: str, population: str | None
) -> None:
    with pytest.raises(UsageError):
        request_from_study(shipped, benchmark, population)


def test_a_reliability_that_is_not_known_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--for", "rules_basic", "--population", "chat", "--simulations", "10"]) == 0
    assert "reliability 1.00 (not known, taken as 1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        ["--rho", "1.5"],
        ["--margin", "0"],
        ["--reliability", "0"],
        ["--families", "3,x"],
        ["--families", "0"],
        ["--power", "1"],
        ["--population", "chat"],
        ["--for", "no such"],
    ],
)
def test_options_that_make_no_sense_are_one_clear_line(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--simulations", "10", *options]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_prints_the_plan_and_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["plan", "--families", "12x5", "--simulations", "200"]
    assert main(options) == 0
    text = capsys.readouterr().out
    assert "60 models in 12 families" in text
    assert "51 at one-sided 5 %" in text
    assert main([*options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["claim"] == "separable"
    assert found["request"]["family_sizes"] == [5] * 12
    assert main([*options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found
