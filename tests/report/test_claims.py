"""What may be claimed of areas: one claim for each, with the figures of the result."""

from __future__ import annotations

import pytest

from confounded.catalog import areas, benchmarks
from confounded.datasets import safetywashing
from confounded.report.claims import CLAIMS, claims, contrast_sentences, intuition_sentences
from confounded.study import Settings, StudyResult, run_study
from confounded.study.result import Intuition


@pytest.fixture(scope="module")
def study() -> StudyResult:
    return run_study(safetywashing.load_scores(), Settings(resamples=0))


def test_every_area_of_the_catalogue_has_a_claim_with_a_verdict_that_has_words(study: StudyResult) -> None:
    found = claims(study)
    assert list(dict.fromkeys(one.area for one in found)) == list(areas())
    assert {one.verdict for one in found} <= set(CLAIMS)
    assert all(one.claim for one in found)


def test_an_area_without_scores_says_what_would_settle_it(study: StudyResult) -> None:
    without = [one for one in claims(study) if one.verdict == "no data" and areas()[one.area].settled_by]
    assert without
    for one in without:
        assert one.population is None
        assert areas()[one.area].settled_by in one.evidence[0]


def test_the_evidence_has_the_pooled_figure_and_names_who_disagrees(study: StudyResult) -> None:
    summaries = {(one.area, one.population): one for one in study.area_summaries}
    for one in claims(study):
        if one.population is None:
            continue
        summary = summaries[one.area, one.population]
        pooled = summary.pooled
        assert (pooled.reason or "" if pooled.rho is None else f"{abs(pooled.rho):.2f}") in one.evidence[0]
        assert summary.criterion is not None
        assert one.verdict == summary.criterion.verdict
        if one.verdict == "mixed":
            assert summary.criterion.disagreeing[0] in " ".join(one.evidence)


def test_intuition_and_kinds_are_said_with_their_intervals(study: StudyResult) -> None:
    said = intuition_sentences(study.intuition)
    assert len(said) == 4
    assert all("borne out" in one for one in said)
    for contrast, sentence in zip(
        study.kind_contrasts, contrast_sentences(study.kind_contrasts), strict=True
    ):
        assert contrast.low is not None
        assert ("differ:" in sentence) == (contrast.low * (contrast.high or 0) > 0)


def test_with_nothing_settled_no_share_is_claimed() -> None:
    one = Intuition(
        population="chat",
        side="critics",
        borne_out=0,
        ruled_out=0,
        open=3,
        mixed=1,
        share=None,
        low=None,
        high=None,
    )
    (sentence,) = intuition_sentences([one])
    assert "share" not in sentence


def test_where_no_end_is_better_nothing_is_said_to_improve(study: StudyResult) -> None:
    found = [one for one in claims(study) if one.area in ("bookkeeping", "personality")]
    assert {one.population for one in found} == {"base", "chat"}
    for one in found:
        told = " ".join(one.evidence)
        assert "says nothing about safety" in told
        assert "improve" not in told
    (calibrated,) = [one for one in claims(study) if (one.area, one.population) == ("calibration", "chat")]
    assert "says nothing about safety" not in " ".join(calibrated.evidence)


def test_no_benchmark_with_a_better_end_is_taken_for_one_without() -> None:
    without = {name for name, one in benchmarks().items() if one.has_no_better_end}
    assert {"persona", "machiavelli-steps", "machiavelli-samples", "machiavelli-games"} <= without
    assert not without & {name for name, one in benchmarks().items() if one.direction_source == "released"}


def test_evidence_counts_no_families_where_there_is_no_interval_and_no_range_of_one(
    study: StudyResult,
) -> None:
    for one in claims(study):
        told = " ".join(one.evidence)
        assert "of 0 families" not in told
        if "over 1 benchmark" in told:
            assert "single benchmarks lie between" not in told
