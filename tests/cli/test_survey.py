"""The tour of the survey: everything within two steps, nothing cut, and the same content as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from confounded.catalog import areas, benchmarks, descriptions
from confounded.cli import main
from confounded.datasets import safetywashing


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["survey", *words]) == 0
    return capsys.readouterr().out


def first_cells(text: str) -> set[str]:
    return {line.split()[0] for line in text.splitlines() if line.strip()}


def test_every_published_area_and_benchmark_is_within_two_steps(capsys: pytest.CaptureFixture[str]) -> None:
    listed = first_cells(said(capsys)) & set(areas())
    assert listed == set(areas())
    reached = {name for area in listed for name in first_cells(said(capsys, area)) & set(benchmarks())}
    published = safetywashing.published_correlations()
    assert set(published["area"]) <= listed
    assert set(published["benchmark"]) <= reached
    assert reached == set(benchmarks())


def test_every_benchmark_without_scores_is_within_two_steps(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {name for name, one in descriptions().items() if not one.released}
    reached = {name for area in areas() for name in first_cells(said(capsys, area))}
    assert wanted <= reached


@pytest.mark.parametrize("name", descriptions())
def test_the_page_of_a_benchmark_has_all_that_is_said_of_it(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one = descriptions()[name]
    page = " ".join(said(capsys, one.released[0] if one.released else name).split())
    told = [one.measures, *(criticism.text for criticism in one.criticisms), *map(str, one.sources)]
    told += [task for run in one.runs for task in run.tasks]
    told += [score.metric for run in one.runs for score in run.scores]
    for text in told:
        assert " ".join(text.split()) in page


@pytest.mark.parametrize("area", areas())
def test_the_page_of_an_area_has_all_that_is_said_of_it(
    area: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one = areas()[area]
    page = " ".join(said(capsys, area).split())
    parts = [one.title, one.goal, one.description, one.threat, one.finding, one.settled_by, *one.related]
    parts += [text for section in one.sections for text in (section.heading, section.text)]
    parts += [str(reference) for reference in one.references]
    parts += [side.why for side in (one.advocates, one.critics) if side]
    for part in parts:
        assert " ".join(part.split()) in page


def test_the_entry_of_a_benchmark_says_what_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    one = benchmarks()["wmdp_bio"]
    page = said(capsys, "WMDP_bio")
    assert page.startswith(one.name)
    for part in (one.benchmark, one.area, one.metric, one.reference, one.note, str(one.n_items)):
        assert part is not None
        assert part in page
    assert not re.search(r"\bNone\b", page)


def test_words_show_the_best_page_and_list_what_else_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["power seeking"], ["power", "seeking"], ["POWER  Seeking"]):
        page = said(capsys, *words)
        assert page.startswith(areas()["machine-ethics"].title)
    page = said(capsys, "deception")
    assert "Also found" in page


def test_words_that_only_an_entry_has_show_that_entry(capsys: pytest.CaptureFixture[str]) -> None:
    words = "gemma 4157"  # of a note
    assert not any("4157" in section.text for one in areas().values() for section in one.sections)
    page = said(capsys, words)
    assert page.splitlines()[0] in {one.name for one in benchmarks().values()}
    assert "4157" in page


def test_words_that_nothing_has_are_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "zzzqq"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "'zzzqq'" in told.err


def test_json_has_the_same_content(capsys: pytest.CaptureFixture[str]) -> None:
    tour = json.loads(said(capsys, "--json"))
    assert [one["area"] for one in tour["areas"]] == list(areas())
    page = json.loads(said(capsys, "calibration", "--json"))
    assert page["area"]["sections"][0]["text"] == areas()["calibration"].sections[0].text
    assert page["benchmark"] is None
    entry = json.loads(said(capsys, "gsm8k", "--json"))
    assert entry["area"] is None
    assert entry["benchmark"]["name"] == benchmarks()["gsm8k"].name
    found = json.loads(said(capsys, "deception", "--json"))
    assert found["area"]
    assert found["further"]


def test_verdicts_name_every_area_and_how_often_each_side_was_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys, "--verdicts")
    assert all(f"({area})" in text for area in areas())
    assert "Does intuition predict?" in text
    assert "Does the kind of measurement?" in text


def test_verdicts_of_a_result_and_of_one_area(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import msgspec

    from confounded.study import Settings, run_study

    study = run_study(safetywashing.load_scores(), Settings(resamples=0))
    (tmp_path / "result.json").write_bytes(msgspec.json.encode(study))
    text = said(capsys, "calibration", "--verdicts", "--result", str(tmp_path / "result.json"))
    assert "(calibration)" in text
    assert "(alignment)" not in text
    record = json.loads(said(capsys, "--verdicts", "--json", "--result", str(tmp_path / "result.json")))
    assert {one["area"] for one in record["claims"]} == set(areas())


@pytest.mark.parametrize("words", [("nowhere", "--verdicts"), ("--result", "x.json")])
def test_verdicts_of_what_is_no_area_are_refused(words: tuple[str, ...]) -> None:
    assert main(["survey", *words]) == 2
