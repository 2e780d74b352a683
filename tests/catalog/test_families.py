"""Families are told by the catalogue, the base model or a stem of the name, in this order, and else not at all."""

from __future__ import annotations

import csv
import itertools
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.catalog import models
from confounded.catalog._spelling import tokens_of
from confounded.catalog.families import kin_of, lines, population_of

TOLD = (
    ("meta-llama/Llama-3.1-8B-Instruct", "Llama-3", "chat"),
    ("Meta Llama 3 70B", "Llama-3", "base"),
    ("mlabonne/Llama-3.2-3B-my-tune", "Llama-3", None),
    ("NousResearch/L3-8B-Stheno-v3.2", "Llama-3", None),
    ("someone/llama2-13b-wizard-instruct", "Llama-2", "chat"),
    ("codellama/CodeLlama-13b-Python-hf", "Llama-2", None),
    ("huggyllama/llama-65b", "Llama", "base"),
    ("someone/Qwen2-7B-sft", "Qwen2", "chat"),
    ("someone/Qwen2.5-7B-base-merge", "Qwen2.5", "base"),
    ("someone/qwen1.5-moe-tune", "Qwen1.5", None),
    ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "Qwen2.5", "chat"),
    ("someone/DeepSeek-R1-Distill-Llama-70B-tune", "Llama-3", None),
    ("deepseek-ai/DeepSeek-R1", "DeepSeek-V3", "chat"),
    ("gpt-5.5-later-version", "GPT-5", "chat"),
    ("grok-4.20", "Grok-4", "chat"),
    ("deepseek-v3-base-of-somebody", "DeepSeek-V3", "base"),
    ("gpt-4-turbo", "GPT-4", "chat"),
    ("deepseek-chat", "DeepSeek-V3", "chat"),
    ("deepseek/deepseek-reasoner", "DeepSeek-V3", "chat"),
    ("gpt-4-some-later-version", "GPT-4", "chat"),
    ("openai/gpt-5.6-mini", None, None),
    ("claude-opus-4-5-20251101", "Claude-4", "chat"),
    ("Gemini 2.5 Pro", "Gemini-2.5", "chat"),
    ("HuggingFaceH4/zephyr-7b-beta", "Mistral", "chat"),
    ("someone/zephyr-7b-gemma-merge", "Gemma", None),
    ("Skywork/Skywork-o1-Open-Llama-3.1-8B", "Llama-3", None),
    ("RobbeD/OpenLlama-Platypus-3B", "OpenLLaMA", None),
    ("gemma-2-9b-it-abliterated", "Gemma-2", "chat"),
    ("google/gemma-2b-tune", "Gemma", None),
    ("someone/yi-34b-merge", "Yi", None),
    ("nomic-ai/gpt4all-j", "GPT-Neo", None),
)
UNTOLD = (
    "someone/merge-7b",
    "someone/Mistral-Llama-3-8B-merge",
    "someone/Llama-3-8B-and-Qwen2-7B",
    "jondurbin/airoboros-13b-gpt4",
    "umd-zhou-lab/claude2-alpaca-13B",
    "someone/gpt-4-tuned-7b",
    "someone/gpt-4-turbo",
    "someone/DeepSeek-R1-8b",
    "ZhangShenao/0.0005_llama_4iters_bs128_5551lr_iter_1",
    "allenai/open_instruct_dev-rm_llama_1e-6_1__1__1743896628",
    "allenai/open_instruct_dev-rm_qwen_3e-6_3__1__1743023619",
    "TheSkullery/Aura-llama-v1",
    "rombodawg/Rombos-LLM-V2.5-Qwen-7b",
    "Undi95/Amethyst-13B-Mistral",
    "someone/misllama-38b",
    "someone/qwen25-7b",
    "",
    "/",
    "a" * 5_000,
)


@pytest.mark.parametrize(("name", "family", "population"), TOLD)
def test_the_family_and_the_population_of_a_name(
    name: str, family: str | None, population: str | None
) -> None:
    kin = kin_of(name)
    assert (None if kin is None else kin.family) == family
    if kin is not None:
        assert kin.population == population


@pytest.mark.parametrize("name", UNTOLD)
def test_a_name_that_tells_no_family_or_two_gets_none(name: str) -> None:
    assert kin_of(name) is None


def test_the_base_model_goes_before_the_name_and_the_catalogue_before_both() -> None:
    kin = kin_of("someone/Mistral-7B-imitation", "Qwen/Qwen2-7B")
    assert kin is not None
    assert (kin.family, kin.rule) == ("Qwen2", "base model (catalogue)")
    kin = kin_of("someone/unknown-7b", "another/Llama-3-8B-tune")
    assert kin is not None
    assert (kin.family, kin.rule) == ("Llama-3", "base model (name stem 'llama 3')")
    kin = kin_of("meta-llama/Llama-2-7b-hf", "Qwen/Qwen2-7B")
    assert kin is not None
    assert (kin.family, kin.rule) == ("Llama-2", "catalogue")
    assert kin_of("someone/unknown-7b", "someone/unknown-7b") is None
    kin = kin_of("someone/Llama-3-8B-tune", "someone/no-one-knows")
    assert kin is not None
    assert kin.rule == "name stem 'llama 3'"


@pytest.mark.parametrize(
    ("words", "population"),
    [
        ("llama 3 instruct", "chat"),
        ("qwen 2 base", "base"),
        ("gemma it", "chat"),
        ("qwen chat base", None),
        ("llama 3", None),
        ("tulu dpo", "chat"),
        ("pretrained model", "base"),
    ],
)
def test_a_population_is_told_by_words_that_leave_no_doubt(words: str, population: str | None) -> None:
    assert population_of(tokens_of(words)) == population


def test_a_stem_is_written_as_names_are_taken_apart_and_stands_once() -> None:
    with (resources.files("confounded.catalog") / "data" / "families.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["stem"] for row in rows if " ".join(tokens_of(row["stem"])) != row["stem"]] == []
    assert len({row["stem"] for row in rows}) == len(rows) == len(lines())
    assert rows == sorted(rows, key=lambda row: (row["family"].lower(), row["stem"]))
    assert all(bool(row["family"]) == bool(row["organisation"]) for row in rows)


def test_every_stem_tells_its_own_family() -> None:
    for stem, line in lines().items():
        kin = kin_of("-".join((*stem, "zzz")))
        assert (None if kin is None else kin.family) == line.family, line.stem


def test_a_stem_and_the_catalogue_do_not_contradict_each_other() -> None:
    """Who tunes a model of the catalogue and keeps its name is told its family, or none."""
    differ = []
    for entry in models().values():
        kin = kin_of(f"{entry.model}-zzz-tuned")
        if kin is not None and kin.family != entry.family:
            differ.append((entry.model, entry.family, kin))
    assert differ == []


@given(st.sampled_from(sorted(lines())), st.sampled_from(sorted(lines())))
def test_two_families_in_one_name_tell_none(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    one, other = lines()[first], lines()[second]
    if one.own_only or other.own_only or None in (one.family, other.family) or one.family == other.family:
        return
    kin = kin_of("someone/" + "-zzz-".join(" ".join(stem) for stem in (first, second)))
    assert kin is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gets_a_known_family_or_none(name: str, base_model: str) -> None:
    known = {line.family for line in lines().values()} | {entry.family for entry in models().values()}
    kin = kin_of(name, base_model)
    assert kin is None or (kin.family in known and kin.population in (None, "base", "chat") and kin.rule)


def test_who_publishes_a_tuned_model_does_not_change_its_family() -> None:
    for organisation, name in itertools.product(
        ("a-person", "unsloth", "meta-llama"), ("Llama-3-8B-x", "Qwen2-7B-y")
    ):
        kin = kin_of(f"{organisation}/{name}")
        assert kin is not None
        assert kin == kin_of(name)
