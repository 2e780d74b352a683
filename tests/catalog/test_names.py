"""Names are joined by stated rules, never by likeness, and the same in any order."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confounded.catalog import models
from confounded.catalog._dates import dates_agree
from confounded.catalog._spelling import LONGEST_NAME, parse, squash
from confounded.catalog.families import kin_of
from confounded.catalog.names import RULES, NameMatch, find_model, match_catalogue, match_names
from confounded.datasets.references import load_reference
from tests.catalog.spellings import APART, NOT_IN_INDEX, ONE, TYPED

JOINED = ("exact", "rule")
INDEX = load_reference("epoch-capabilities-index")


def one(name: str, *known: str) -> NameMatch:
    return match_names([name], known)[0]


@pytest.mark.parametrize(("name", "other", "rule"), ONE)
def test_two_spellings_of_one_model_are_joined_by_the_rule_that_is_stated(
    name: str, other: str, rule: str
) -> None:
    there, back = one(name, other), one(other, name)
    assert (there.match, back.match) == (other, name)
    assert there.how in JOINED
    if there.how == "rule":
        assert rule in there.rules, there


@pytest.mark.parametrize(("name", "other"), APART)
def test_two_models_whose_names_are_nearly_one_stay_apart(name: str, other: str) -> None:
    assert one(name, other).match is None
    assert one(other, name).match is None


@pytest.mark.parametrize(("name", "other"), APART)
def test_the_nearly_same_name_does_not_keep_a_name_from_its_own(name: str, other: str) -> None:
    assert one(name, name, other) == NameMatch(name, name, "exact")


@pytest.mark.parametrize(("name", "model"), TYPED)
def test_a_model_of_today_is_found_as_it_is_typed(name: str, model: str) -> None:
    found = find_model(name)
    assert found is not None
    assert (found.model, found.population) == (model, "chat")
    kin = kin_of(name)
    assert kin is not None
    assert (kin.family, kin.population, kin.rule) == (found.family, "chat", "catalogue")


@pytest.mark.parametrize(("name", "model"), [pair for pair in TYPED if pair[0] not in NOT_IN_INDEX])
def test_a_model_of_today_has_its_score_in_the_shipped_index(name: str, model: str) -> None:
    scores = dict(zip(INDEX.models, map(float, INDEX.scores), strict=True))
    known = [*INDEX.models, *INDEX.aliases]
    alike = {known_name: scores[INDEX.aliases.get(known_name, known_name)] for known_name in known}
    match = match_names([name], known, alike)[0]
    assert match.how in JOINED, match
    assert match.match is not None
    entry = find_model(INDEX.aliases.get(match.match, match.match))
    assert entry is not None
    assert entry.model == model


def test_at_least_eighty_spellings_of_today_are_tried() -> None:
    assert len({name for name, _ in TYPED}) == len(TYPED) >= 80


def test_every_rule_is_tried() -> None:
    assert {rule for _, _, rule in ONE} | {"'latest' dropped"} == set(RULES)
    assert "'latest' dropped" in one("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219").rules


def test_every_model_of_the_catalogue_is_found_by_its_id_and_its_name() -> None:
    for entry in models().values():
        assert find_model(entry.model) is entry
        assert find_model(entry.name) is entry


def test_every_model_of_the_catalogue_is_found_in_capitals_and_in_small_letters() -> None:
    lost = [
        entry.model
        for entry in models().values()
        for text in (entry.model.upper(), entry.model.lower())
        if find_model(text) not in (entry, None)
    ]
    assert lost == []


def test_a_pointer_that_its_maker_moved_stands_for_none_and_names_the_candidates() -> None:
    assert find_model("gpt-4-turbo") is None
    match = match_catalogue(["gpt-4-turbo"])[0]
    assert match.how == "review"
    assert set(match.candidates) == {"gpt-4-1106-preview", "gpt-4-turbo-2024-04-09"}
    assert match_catalogue(["deepseek-reasoner"])[0].how == "review"


def test_only_the_population_that_is_asked_for_is_returned() -> None:
    assert find_model("Llama-2-7b-hf", "chat") is None
    assert find_model("Llama 2 7B", "base") is not None
    assert find_model("Llama 2 7B", "mixed") is find_model("Llama-2-7b-hf")


def test_two_unknown_makers_of_one_name_are_listed_and_not_joined() -> None:
    matches = match_names(["a-person/tuned-7b", "b-person/tuned-7b"], ["tuned-7b"])
    assert [match.how for match in matches] == ["review", "review"]
    assert all(match.candidates == ("tuned-7b",) for match in matches)


def test_two_unknown_makers_of_smaller_weights_are_listed_and_two_known_mirrors_are_joined() -> None:
    matches = match_names(["a-person/tuned-7b-GGUF", "b-person/tuned-7b-AWQ"], ["tuned-7b"])
    assert [match.how for match in matches] == ["review", "review"]
    matches = match_names(["TheBloke/tuned-7b-GGUF", "bartowski/tuned-7b-AWQ"], ["tuned-7b"])
    assert [match.how for match in matches] == ["rule", "rule"]


def test_a_name_without_maker_is_not_joined_where_two_makers_use_it() -> None:
    assert one("tuned-7b", "a-person/tuned-7b").how == "rule"
    matches = match_names(["tuned-7b", "b-person/tuned-7b"], ["a-person/tuned-7b"])
    assert [match.match for match in matches] == [None, None]


def test_a_name_without_date_is_not_joined_where_two_versions_are_known() -> None:
    assert one("tuned-7b", "tuned-7b-2024-05-13").rules == ("date dropped",)
    matches = match_names(["tuned-7b", "tuned-7b-2024-08-06"], ["tuned-7b-2024-05-13"])
    assert [match.match for match in matches] == [None, None]


def test_a_date_that_no_version_has_is_not_dropped() -> None:
    assert find_model("gpt-4o") is not None
    assert find_model("gpt-4o-2023-01-01") is None
    assert find_model("claude-3-5-sonnet-20230101") is None


def test_the_makers_own_upload_goes_before_a_mirror_and_a_service() -> None:
    known = ["microsoft/phi-4", "unsloth/phi-4", "chutes/phi-4"]
    assert one("phi-4", *known).match == "microsoft/phi-4"
    assert one("gpt-oss-20b", "chutes/gpt-oss-20b", "openai/gpt-oss-20b").match == "openai/gpt-oss-20b"


def test_the_same_effort_level_goes_before_another() -> None:
    known = ["gpt-5-2025-08-07_high", "gpt-5-2025-08-07_low", "gpt-5-2025-08-07_unknown"]
    assert one("GPT-5 (low)", *known).match == "gpt-5-2025-08-07_low"
    assert one("gpt-5", *known).match == "gpt-5-2025-08-07_unknown"
    assert one("gpt-5-minimal", *known[:2]).match is None
    assert one("gpt-5-minimal", "gpt-5-2025-08-07", known[2]).match == "gpt-5-2025-08-07"


def test_the_effort_level_counts_more_than_how_the_weights_are_stored() -> None:
    assert one("gpt-oss-20b (low)", "gpt-oss-20b", "gpt-oss-20b-FP8 (low)").match == "gpt-oss-20b-FP8 (low)"


def test_a_level_that_is_not_said_is_not_chosen_among_several() -> None:
    match = one("o4-mini", "o4-mini-2025-04-16_high", "o4-mini-2025-04-16_low")
    assert (match.match, match.how) == (None, "review")
    assert len(match.candidates) == 2


def test_of_names_that_stand_for_the_same_any_will_do() -> None:
    known = ["o4-mini-2025-04-16_high", "o4-mini-2025-04-16_low"]
    alike = dict.fromkeys(known, 145.0)
    assert match_names(["o4-mini"], known, alike)[0].match == known[0]
    assert match_names(["o4-mini"], known, {known[0]: 145.0, known[1]: 146.0})[0].how == "review"


def test_a_name_of_which_nothing_is_left_is_joined_with_nothing_but_itself() -> None:
    for name in ("", " ", "-", "()", "///", "\x00"):
        assert one(name, "gpt-4", "other").how == "unmatched"
        assert one(name, name).how == "exact"
        assert match_catalogue([name])[0].how == "unmatched"


POOL = sorted(
    {name for pair in ONE for name in pair[:2]}
    | {name for pair in APART for name in pair}
    | {name for name, _ in TYPED}
)
DECORATIONS = (
    "{}", "{}-GGUF", "{}-fp16", "somebody/{}", "TheBloke/{}-AWQ", "openrouter/{}", "{}_high",
    "{} (2024-05-13)", "{}-latest",
)  # fmt: skip
real = st.builds(
    lambda name, form, turn: turn(form.format(name)),
    st.sampled_from(POOL),
    st.sampled_from(DECORATIONS),
    st.sampled_from([str, str.upper, str.lower, lambda text: text.replace("-", " ")]),
)
names = st.one_of(real, st.text(max_size=30))
lists = st.lists(names, max_size=8)


@given(lists, lists, st.randoms(use_true_random=False))
def test_the_order_of_the_lists_does_not_matter(
    ours: list[str], known: list[str], shuffle: random.Random
) -> None:
    before = dict(zip(ours, match_names(ours, known), strict=True))
    shuffle.shuffle(ours)
    shuffle.shuffle(known)
    assert dict(zip(ours, match_names(ours, known), strict=True)) == before


@given(lists, lists)
def test_a_join_states_its_rules_and_what_is_not_joined_has_none(ours: list[str], known: list[str]) -> None:
    for match in match_names(ours, known):
        assert (match.match is not None) == (match.how in JOINED)
        assert set(match.rules) <= set(RULES)
        assert bool(match.rules) == (match.how == "rule")
        assert bool(match.candidates) == (match.how == "review")
        assert match.match is None or match.match in known
        assert set(match.candidates) <= set(known)


@given(lists)
def test_a_name_is_joined_with_itself(ours: list[str]) -> None:
    assert match_names(ours, ours) == [NameMatch(name, name, "exact") for name in ours]


@given(lists, lists)
def test_what_was_joined_stays_joined_when_it_is_joined_again(ours: list[str], known: list[str]) -> None:
    found = [match.match for match in match_names(ours, known) if match.match is not None]
    assert [match.match for match in match_names(found, known)] == found


@given(lists, lists, st.lists(st.integers(0, 999), max_size=4))
def test_unrelated_names_change_nothing(ours: list[str], known: list[str], more: list[int]) -> None:
    strangers = [f"stranger-{number}-of-nowhere" for number in more]
    before = match_names(ours, known)
    assert match_names(ours, known + strangers) == before
    assert match_names(ours + strangers, known)[: len(ours)] == before


@given(names)
def test_the_catalogue_gives_one_answer_by_both_doors(name: str) -> None:
    found, match = find_model(name), match_catalogue([name])[0]
    assert match.match == (None if found is None else found.model)


def plainly(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that is meant, by reading all of them: for names that the catalogue has."""
    if name in known:
        return name
    model = find_model(name)
    found = []
    for other in known:
        their = find_model(other)
        if model is None or their is None or their.model != model.model:
            continue
        ours, theirs = parse(name), parse(other)
        levels = (ours.effort or ours.plain_effort, theirs.effort or theirs.plain_effort)
        if levels[0] == levels[1]:
            level = 0
        elif set(levels) <= {None, "unknown"} or (
            "thinking" in levels and not {None, "unknown", "none", "web"} & set(levels)
        ):
            level = 1
        elif levels[1] is None:
            level = 2
        elif levels[1] == "unknown":
            level = 3
        elif levels[0] in (None, "unknown"):
            level = 4
        else:
            continue
        stored = 0
        for mine, its in ((ours.quantisation, theirs.quantisation), (ours.precision, theirs.precision)):
            if mine and its and mine != its:
                stored = 100
            elif mine != its:
                stored += 2 if its else 1
        if stored >= 100:
            continue
        served = ["provider prefix dropped" in spelling.rules for spelling in (ours, theirs)]
        if ours.organisation == theirs.organisation and served[0] == served[1]:
            publisher = 0
        elif theirs.organisation is None:
            publisher = 2 if served[1] else 1
        else:
            publisher = 2 if theirs.organisation in ("unsloth", "thebloke", "bartowski", "somebody") else 1
        letters = squash(name) != squash(other)
        dated = (ours.date is None) != (theirs.date is None)
        found.append(((level, stored, letters, dated, publisher), other))
    nearest = [other for cost, other in found if cost == min(found)[0]]
    return nearest[0] if len(nearest) == 1 else None


MAKERS_OWN = [
    name for name in POOL if find_model(name) is not None and not name.startswith(("mlx", "Nous", "chutes"))
]


@given(st.sampled_from(MAKERS_OWN), st.lists(st.sampled_from(MAKERS_OWN), max_size=12, unique=True))
def test_the_nearest_known_name_is_the_one_a_plain_reading_finds(name: str, known: list[str]) -> None:
    assert match_names([name], known)[0].match == plainly(name, known)


@settings(max_examples=40)  # each looks for the spellings of a model among all that are known
@given(st.sampled_from(MAKERS_OWN), st.data())
def test_the_nearest_spelling_of_one_model_is_the_one_a_plain_reading_finds(
    name: str, data: st.DataObject
) -> None:
    entry = find_model(name)
    kin = [other for other in [*MAKERS_OWN, *INDEX.models] if find_model(other) is entry and "/" not in other]
    known = data.draw(st.lists(st.sampled_from(kin), max_size=6, unique=True)) if kin else []
    assert match_names([name], known)[0].match == plainly(name, known)


@given(
    st.tuples(*[st.one_of(st.none(), st.integers(1, 12))] * 3),
    st.tuples(*[st.one_of(st.none(), st.integers(1, 12))] * 3),
)
def test_dates_agree_whichever_comes_first(
    first: tuple[int | None, int | None, int | None], second: tuple[int | None, int | None, int | None]
) -> None:
    assert dates_agree(first, second) == dates_agree(second, first)


def test_ten_thousand_random_names_are_looked_up_at_once() -> None:
    chance = random.Random(5)
    words = [word for name in POOL for word in name.replace("/", "-").split("-")]
    many = ["-".join(chance.choices(words, k=chance.randint(1, 6))) for _ in range(10_000)]
    match_catalogue(many[:10])
    started = time.perf_counter()
    match_catalogue(many)
    match_names(many[:5_000], many[5_000:])
    assert time.perf_counter() - started < 10, "half a second is usual"


HOSTILE = (
    "a", "-", "(", ")", "((", "[(", "1", "1.", "20", "2024-", "-2024-01-01", "high ", "(high)", "_high", "-thinking",
    "thinking ", "-fp8", "-gguf", ":", "/", "__", " ", "jan 2024 ", "0.1b", "8x", "x-",
    "x-high,", "é", "‐", "\u0301", "q4_k_m-", "-v1:0"
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("length", [LONGEST_NAME, 10_000])
def test_no_name_takes_long_however_it_is_made(piece: str, length: int) -> None:
    texts = [
        (piece * length)[:length],
        "gpt" + (piece * length)[: length - 4] + "!",
        "(" + (piece * length)[: length - 1],
    ]
    started = time.perf_counter()
    for text in texts:
        match_names([text], [text + "x", "gpt-4"])
        kin_of(text)
    assert time.perf_counter() - started < 1, "a few milliseconds are usual"


def test_a_name_that_is_too_long_is_compared_as_it_stands() -> None:
    long = "gpt-4-" * 60
    assert one(long, long.upper()).how == "unmatched"
    assert one(long, long).how == "exact"


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("claude-3-5-sonnet-20240620", (2024, 6, 20)),
        ("gpt-4o-2024-05-13", (2024, 5, 13)),
        ("GPT-4o (May 2024)", (2024, 5, None)),
        ("OLMo 2 7B Instruct November 2024", (2024, 11, None)),
        ("gpt-4-0613", (None, 6, 13)),
        ("gemini-2.5-pro-preview-06-05", (None, 6, 5)),
        ("c4ai-command-r-08-2024", (2024, 8, None)),
        ("mistral-large-2407", (2024, 7, None)),
        ("Mistral Large (25/07)", (2025, 7, None)),
        ("doubao-seed-1-6-thinking-250615", (2025, 6, 15)),
        ("gpt-4.1", None),
        ("Qwen2.5-72B", None),
        ("palmyra-x-004", None),
        ("phi-3-mini-128k-instruct", None),
    ],
)
def test_a_date_is_read_as_far_as_a_name_gives_it(
    name: str, date: tuple[int | None, int | None, int | None] | None
) -> None:
    assert parse(name).date == date
