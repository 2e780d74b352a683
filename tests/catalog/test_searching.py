"""Finding areas and benchmarks: all words, folded, in the order in which they tell something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.catalog import areas, benchmarks, descriptions
from confounded.catalog.searching import find_page, search_catalogue


def ids(words: str) -> list[str]:
    return [one.id for one in search_catalogue(words)]


def test_every_id_and_name_finds_its_own_page() -> None:
    for area in areas().values():
        for name in (area.area, area.title, area.title.upper()):
            found = find_page(name)
            assert found is not None
            assert (found.kind, found.id) == ("area", area.area)
    for benchmark in benchmarks().values():
        found = find_page(benchmark.benchmark)
        assert found is not None
        assert (found.kind, found.id) == ("benchmark", benchmark.benchmark)
    for name, one in descriptions().items():
        found = find_page(name)
        if not one.released:
            assert found is not None
            assert (found.kind, found.id) == ("benchmark", name)


def test_the_name_of_a_task_finds_its_benchmark() -> None:
    assert "strong_reject" in ids("inspect_evals strong_reject")
    assert "toxigen" in ids("toxigen harness")


def test_what_is_no_name_is_not_taken_for_one() -> None:
    assert find_page("power seeking") is None
    assert find_page("wmd") is None
    assert find_page("") is None


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("power seeking", "machine-ethics"),
        ("backdoor", "trojans"),
        ("refusal harmless", "over-refusal"),
        ("jailbreak", "adversarial-robustness"),
        ("virology", "dangerous-capabilities"),
    ],
)
def test_words_find_the_area_that_is_about_them(words: str, first: str) -> None:
    assert next(one.id for one in search_catalogue(words) if one.kind == "area") == first


def test_all_words_must_match() -> None:
    both = set(ids("honesty pressure"))
    assert both
    assert both == set(ids("honesty")) & set(ids("pressure"))
    assert ids("honesty zzzz") == []


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert ids("ROTTGER") == ids("Röttger") == ids("röttger,") != []


def test_a_beginning_of_a_word_is_enough_and_an_inner_part_is_not() -> None:
    assert "trojans" in ids("backdo")
    assert ids("ackdoor") == []


def test_a_name_goes_before_a_mention() -> None:
    found = search_catalogue("honesty")
    assert found[0].id == "honesty"
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(st.text(max_size=30))
def test_no_text_breaks_the_search(words: str) -> None:
    found = search_catalogue(words)
    assert len({(one.kind, one.id) for one in found}) == len(found)
    find_page(words)
