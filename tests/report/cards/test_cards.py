"""Cards: that they say what the result holds, in every form, and that text from files stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from confounded.errors import OutputError
from confounded.report.cards.content import cards, number, span
from confounded.report.cards.latex import latex_methods, latex_table
from confounded.report.cards.markdown import markdown_card
from confounded.report.cards.methods import bibliography, methods
from confounded.report.cards.page import render_card
from confounded.report.cards.writing import CARD_FILES, write_card
from confounded.report.plain import latex, markdown, short, visible
from confounded.study import Settings
from confounded.study.check import check_scores
from confounded.study.check_result import (
    BenchmarkCheck,
    CheckResult,
    ChosenCapability,
    FamiliesNeeded,
    WithinFamilies,
)
from confounded.study.result import (
    CapabilitiesSource,
    JoinedName,
    Range,
    Robustness,
    Shape,
    StudyResult,
    WithoutFamily,
)
from tests.report.results import NASTY, correlation, facts, population, result
from tests.study.test_strata import made, noisy, some_small

COMMANDS = r"\input{/etc/passwd} $x^2$ 50% & #1 _a_ ~ {b}"
TURNED = "\u202eabc\u2066 \x07bell"


def study(name: str = "mine", **known: object) -> StudyResult:
    one = correlation("chat", name, **{"rho": 0.31, "n_families": 7, "n_models": 14, **known})
    return result([facts(name)], [population("chat", [name])], [one])


def checked(name: str = "mine", needed: FamiliesNeeded | None = None, **known: object) -> CheckResult:
    return CheckResult(
        capability=ChosenCapability(how="suite", id="suite", title="the suite", n_models=14, n_found=14),
        checks=[
            BenchmarkCheck(
                benchmark=name,
                population="chat",
                within=WithinFamilies(
                    within=0.2,
                    low=-0.1,
                    high=0.5,
                    n_within=9,
                    families_within=4,
                    between=0.4,
                    families=7,
                ),
                standing=None,
                needed=needed or FamiliesNeeded(reason="not asked for"),
                advice=[],
            )
        ],
        worked_cases=[],
        notices=[],
        study=study(name, **known),
    )


MOVED = Robustness(
    families=Range(lowest=-0.05, highest=0.4, moved_most_by="Qwen", then=-0.05),
    models=None,
    suite=None,
    specifications=[],
    n_specifications=0,
    agreeing_share=None,
    disagreeing=[],
)


def test_the_first_lines_say_it_all() -> None:
    needed = FamiliesNeeded(
        claim="separable",
        assumed_rho=0.31,
        power=0.8,
        n_families=16,
        n_models=32,
        more_families=9,
        more_models=18,
        simulations=300,
    )
    (card,) = cards(checked(needed=needed, robustness=MOVED))
    interval = card.correlation.interval
    assert interval is not None
    assert " ".join(card.summary) == (
        f"undecided. ρ = 0.31 {span(interval.low, interval.high)} from 14 models of 7 families. "
        "Dropping Qwen moves it to −0.05. About 9 more families would decide it."
    )


def test_with_fewer_than_six_families_no_verdict_is_said() -> None:
    (card,) = cards(checked(n_families=5))
    assert card.summary[0] == "no verdict can be taken from 5 families; it takes 6."
    assert "0.31" in card.summary[1]


def test_an_undefined_correlation_is_said_with_its_reason() -> None:
    (card,) = cards(checked(rho=None, interval=None, reason="all models have the same score"))
    assert card.summary == ("no correlation: all models have the same score.",)
    assert render_card(checked(rho=None, interval=None, reason="all models have the same score"))


def test_numbers_are_written_with_two_decimals_and_no_negative_zero() -> None:
    assert number(-0.001) == "0.00"
    assert number(-0.5) == "−0.50"
    assert span(None, 0.2) == ""


@pytest.mark.parametrize("name", [NASTY, COMMANDS, TURNED, "n" * 10_000, "| a | b |", "](http://x)", "=1+1"])
def test_text_from_files_is_text_in_every_form(name: str, tmp_path: Path) -> None:
    found = checked(name)
    page = render_card(found).decode()
    assert "<img src=x" not in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", page)
    assert page.count("<script") == 0
    assert len(page) < 200_000
    table = latex_table(found)
    assert r"\input" not in table
    assert r"\input" not in latex_methods(found)
    row = next(line for line in table.splitlines() if "chat" in line)
    assert len(re.findall(r"(?<!\\)&", row)) == 6
    text = markdown_card(found)
    assert not re.search(r"(?<!\\)\]\(http", text)
    assert not re.search(r"(?<!\\)<img", text)
    write_card(found, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(CARD_FILES)


def test_escapes_show_what_was_there() -> None:
    assert latex("a_b & 50%") == r"a\_b \& 50\%"
    assert markdown("a|b*c_d<e>") == r"a\|b\*c\_d\<e\>"
    assert visible("a\u202eb\nc") == "a\\u202eb c"
    assert short("x" * 500).endswith("…")


def test_the_methods_say_what_was_done_and_cite_it() -> None:
    found = checked()
    (card,) = cards(found)
    text = methods(found, card)
    assert "14 chat models of 7 families" in text
    assert "0.31" in text
    for key in re.findall(r"\[@([\w-]+)\]", text):
        assert f"{{{key}," in bibliography(found)


def test_the_reference_that_capability_comes_from_is_cited() -> None:
    source = CapabilitiesSource(
        kind="reference",
        id="epoch-capabilities-index",
        title="Epoch Capabilities Index",
        made_from="published by Epoch AI",
        citation="Epoch AI 2026, AI Benchmarking Hub, https://epoch.ai/benchmarks",
    )
    whole = study()
    populations = [msgspec.structs.replace(one, capabilities=source) for one in whole.populations]
    found = msgspec.structs.replace(
        checked(),
        capability=ChosenCapability(
            how="coverage",
            id=source.id,
            title=source.title,
            n_models=15,
            n_found=14,
            not_found=[
                JoinedName(model="lost", match=None, how="review", candidates=["Lost (1)", "Lost (2)"])
            ],
        ),
        study=msgspec.structs.replace(whole, populations=populations),
    )
    bib = bibliography(found)
    assert "author = {{Epoch AI}}" in bib
    assert "url = {https://epoch.ai/benchmarks}" in bib
    page = render_card(found).decode()
    assert "may be Lost (1) or Lost (2); not guessed" in page
    assert "held fixed" in page


def test_the_json_is_the_result_and_is_read_back(tmp_path: Path) -> None:
    found = checked()
    write_card(found, tmp_path)
    raw = (tmp_path / "card.json").read_bytes()
    assert json.loads(raw)["format"] == "confounded-card"
    assert msgspec.json.decode(raw, type=CheckResult) == found


def test_a_card_replaces_a_card_and_nothing_else(tmp_path: Path) -> None:
    write_card(checked(), tmp_path)
    write_card(checked("other"), tmp_path)
    assert "other" in (tmp_path / "card.md").read_text(encoding="utf-8")
    stranger = tmp_path / "mine"
    stranger.mkdir()
    (stranger / "card.md").write_text("my own", encoding="utf-8")
    with pytest.raises(OutputError):
        write_card(checked(), stranger)
    assert (stranger / "card.md").read_text(encoding="utf-8") == "my own"
    assert [path.name for path in stranger.iterdir()] == ["card.md"]


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    page = render_card(checked()).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "unsafe-eval" not in page


def test_what_a_calibration_metric_is_held_against_stands_in_the_first_line() -> None:
    (card,) = cards(checked(correlated_with="accuracy on mmlu"))
    assert " with accuracy on mmlu, from 14 models of 7 families." in " ".join(card.summary)
    assert "accuracy" not in " ".join(cards(checked())[0].summary)


def test_each_family_that_turns_a_verdict_is_named_with_the_verdict_it_leaves() -> None:
    turning = [
        WithoutFamily(family="Qwen", rho=-0.05, verdict="separable"),
        WithoutFamily(family="Yi", rho=0.3, verdict="undecided"),
        WithoutFamily(family="Phi", rho=0.1, verdict="separable"),
    ]
    (card,) = cards(checked(robustness=MOVED, without_family=turning))
    said = next(line.text for line in card.lines if line.term == "Leaving out a family")
    assert said.endswith(
        "Without any one of these the verdict would be another: Qwen (separable), Phi (separable)."
    )


def test_the_methods_account_for_every_model_that_was_found() -> None:
    made = checked()
    found = msgspec.structs.replace(made.capability, how="coverage", n_models=20, n_found=17)
    studied = made.study.populations[0]
    source = msgspec.structs.replace(studied.capabilities, kind="reference")
    people = [msgspec.structs.replace(studied, capabilities=source)]
    made = msgspec.structs.replace(
        made, capability=found, study=msgspec.structs.replace(made.study, populations=people)
    )
    assert "The other 3 of the 17 are no chat models or have no score on mine." in methods(
        made, cards(made)[0]
    )


def test_a_card_says_where_the_sign_is_another_in_a_part_of_the_models() -> None:
    ability, noise = noisy()
    sizes = some_small(144)
    safety = np.where([one == 1e9 for one in sizes], -ability, ability) + 0.3 * noise
    settings = Settings(resamples=0)
    told = {}
    for name, scores in (("turns", safety), ("does not", ability + noise)):
        result = check_scores(made(scores, ability, parameters=sizes), settings, plan=False)
        [card] = cards(result)
        told[name] = [line.text for line in card.lines if line.term == "In a part of the models"]
    assert len(told["turns"]) == 1
    assert "below 3 billion parameters" in told["turns"][0]
    assert told["does not"] == []


def test_a_card_says_what_was_asked_for_by_a_split_and_what_is_left_given_size() -> None:
    ability, noise = noisy()
    table = made(ability + noise, ability, parameters=some_small(144))
    result = check_scores(table, Settings(resamples=0, by=("size",)), plan=False)
    lines = {line.term: line.text for line in cards(result)[0].lines}
    assert "within groups 0." in lines["By size"]
    assert "from 30 billion parameters 0." in lines["By size"]
    assert "over the 144 models" in lines["Given size"]


def test_a_split_into_strata_too_small_to_list_says_how_many_models_stand_behind_it() -> None:
    ability, noise = noisy()
    sizes: list[float | None] = [None] * 144
    sizes[0], sizes[1], sizes[2] = 1e9, 1.1e9, 70e9
    result = check_scores(
        made(ability + noise, ability, parameters=sizes), Settings(resamples=0, by=("size",)), plan=False
    )
    lines = {line.term: line.text for line in cards(result)[0].lines}
    assert "(2 models, no interval: " in lines["By size"]
    assert lines["By size"].endswith("); 2 groups tell no correlation between them.")


def test_a_relation_that_changes_direction_is_said_in_the_first_lines() -> None:
    bent = Shape(label="not monotone", slope_low=-1.0, slope_high=1.0, p_low=0.01, p_high=0.01, break_at=0.0)
    (card,) = cards(checked(verdict="separable", shape=bent))
    assert any("changes direction" in sentence for sentence in card.summary)
    (card,) = cards(checked(verdict="separable"))
    assert not any("changes direction" in sentence for sentence in card.summary)
