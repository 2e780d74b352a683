"""What was judged by hand stays so: `validation/names` holds the samples, and its README how they were drawn."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from confounded.catalog.families import kin_of
from confounded.catalog.names import match_names

SAMPLES = Path(__file__).resolve().parents[2] / "validation" / "names"


def sample(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("name", "size", "judgements"),
    [
        ("sample.csv", 200, {"right", "wrong"}),
        ("missed_sample.csv", 100, {"same", "different", "unsure"}),
        ("families_sample.csv", 200, {"right", "wrong", "unsure"}),
    ],
)
def test_no_judgement_is_lost_or_without_a_reason(name: str, size: int, judgements: set[str]) -> None:
    rows = sample(name)
    assert len(rows) == size
    assert {row["judgement"] for row in rows} <= judgements
    assert all(row["reason"] for row in rows)


def test_joins_judged_right_are_made_and_those_judged_wrong_are_not() -> None:
    differ = [
        (row["name"], row["match"], row["judgement"])
        for row in sample("sample.csv")
        if (match_names([row["name"]], [row["match"]])[0].match is not None) != (row["judgement"] == "right")
    ]
    assert differ == []


def test_names_judged_to_be_of_different_models_are_not_joined() -> None:
    joined = [
        (row["name"], row["nearest"])
        for row in sample("missed_sample.csv")
        if row["judgement"] != "same" and match_names([row["name"]], [row["nearest"]])[0].match is not None
    ]
    assert joined == []


def test_one_model_under_two_names_is_joined_or_listed_for_a_person() -> None:
    unmatched = [
        (row["name"], row["nearest"])
        for row in sample("missed_sample.csv")
        if row["judgement"] == "same" and match_names([row["name"]], [row["nearest"]])[0].how == "unmatched"
    ]
    assert unmatched == []


def test_families_judged_right_are_told_and_those_judged_wrong_are_not() -> None:
    differ = []
    for row in sample("families_sample.csv"):
        kin = kin_of(row["name"])
        told = kin is not None and kin.family == row["family"]
        if row["judgement"] != "unsure" and told != (row["judgement"] == "right"):
            differ.append((row["name"], row["family"], row["judgement"]))
    assert differ == []
