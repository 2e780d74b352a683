"""Descriptions of benchmarks: one for every score, consistent with the table, the areas and each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest

from confounded.catalog import Benchmark, Description, Reference, areas, benchmarks, descriptions
from confounded.catalog.descriptions import Format, Run, RunScore, description_from, description_of
from confounded.datasets import safetywashing
from confounded.errors import DatasetError

DATA = Path(str(resources.files("confounded.catalog"))) / "data"
SENTENCE = re.compile(r"[A-Z0-9].*[.]", flags=re.DOTALL)
LONGEST = 320
"""Characters of what a benchmark measures: one or two sentences."""

ASKED_FOR = {
    "lm-evaluation-harness": (
        "truthfulqa_mc1", "truthfulqa_mc2", "truthfulqa_gen", "hendrycks_ethics", "bbq", "crows_pairs_english",
        "crows_pairs_french", "toxigen", "realtoxicityprompts", "wmdp", "wmdp_bio", "wmdp_chem", "wmdp_cyber",
        "moral_stories", "simple_cooccurrence_bias", "winogender_all", "discrim_eval_explicit",
        "discrim_eval_implicit", "sycophancy_on_philpapers2020",
        "advanced_ai_risk_human-power-seeking-inclination", "persona_agreeableness", "anli_r1", "anli_r2", "anli_r3",
    ),
    "Inspect AI": (
        "agentdojo", "agentharm", "air_bench", "agentic_misalignment", "bbq", "bold", "b3", "coconot",
        "cyse2_prompt_injection", "cyse3_visual_prompt_injection", "cyse4_mitre", "fortress_adversarial", "mask",
        "make_me_pay", "personality_BFI", "persistbench_sycophancy", "sad_influence", "sosbench", "stereoset",
        "strong_reject", "sycophancy", "truthfulqa", "wmdp_bio", "wmdp_chem", "wmdp_cyber", "xstest",
        "abstention_bench", "instrumentaleval", "gdm_in_house_ctf", "gdm_intercode_ctf", "gdm_sp01_e2e",
        "gdm_self_reasoning_max_tokens", "gdm_oversight_pattern",
    ),
}  # fmt: skip
"""Safety benchmarks that users of the two engines meet."""


def each() -> list[Description]:
    return list(descriptions().values())


def described() -> dict[str, list[Benchmark]]:
    """The columns of the released scores by the description they have or inherit."""
    found: dict[str, list[Benchmark]] = {name: [] for name in descriptions()}
    for one in benchmarks().values():
        description = description_of(one.benchmark)
        assert description is not None, one.benchmark
        found[description.description].append(one)
    return found


def scores() -> Iterator[tuple[Description, Run, RunScore]]:
    for one in each():
        for run in one.runs:
            for score in run.scores:
                yield one, run, score


def test_every_shipped_score_has_a_description_of_its_own_or_of_its_whole() -> None:
    shipped = set(safetywashing.load_scores().scores["benchmark"])
    assert [name for name in sorted(shipped) if description_of(name) is None] == []
    inherited = [name for name in shipped if not any(name in one.released for one in each())]
    assert len(inherited) >= 100
    assert all(benchmarks()[name].part_of for name in inherited)


def test_only_columns_that_exist_are_described() -> None:
    assert {name for one in each() for name in one.released} <= set(benchmarks())
    assert description_of("of nobody") is None


@pytest.mark.parametrize(("engine", "tasks"), ASKED_FOR.items())
def test_the_safety_benchmarks_of_the_engines_are_described(engine: str, tasks: tuple[str, ...]) -> None:
    prefix = "inspect_evals/" if engine == "Inspect AI" else ""
    run = {task for one in each() for run in one.runs if run.engine == engine for task in run.tasks}
    assert {prefix + task for task in tasks} <= run


def test_a_description_agrees_with_the_table_on_areas_and_kinds() -> None:
    for name, columns in described().items():
        one = descriptions()[name]
        assert {one.area, *one.further_areas} <= set(areas()), name
        assert len(set(one.kinds)) == len(one.kinds), name
        if columns:
            assert {column.area for column in columns} == {one.area, *one.further_areas}, name
            assert {column.kind for column in columns} - {None} == set(one.kinds), name


def test_items_and_chance_of_a_single_column_are_those_of_the_table() -> None:
    for one in each():
        if len(one.released) == 1:
            column = benchmarks()[one.released[0]]
            assert one.items is None or column.n_items in {None, one.items}, one.description
            if one.direction == column.direction and column.kind != "suppression":
                assert one.chance == column.chance, one.description


def test_benchmarks_without_scores_stand_in_the_header_of_their_area() -> None:
    by_area: dict[str, list[str]] = {area: [] for area in areas()}
    for name, columns in described().items():
        if not columns:
            by_area[descriptions()[name].area].append(name)
    assert {one.area: list(one.without_scores) for one in areas().values()} == by_area


def test_an_area_without_scores_has_the_kinds_of_what_would_stand_for_it() -> None:
    for area in areas().values():
        if not area.benchmarks:
            assert {kind for name in area.without_scores for kind in descriptions()[name].kinds} <= set(
                area.kinds
            ), area.area


def test_words_are_there_and_say_what_they_are_to_say_in_sentences() -> None:
    for one in each():
        assert SENTENCE.fullmatch(one.measures), one.description
        assert len(one.measures) <= LONGEST, one.description
        assert one.criticisms, one.description
        for criticism in one.criticisms:
            assert SENTENCE.fullmatch(criticism.text), one.description
        for run in one.runs:
            assert not run.unregistered or SENTENCE.fullmatch(run.unregistered), one.description
        assert "://" not in repr(one)


def test_no_two_say_the_same() -> None:
    for field in ("title", "measures"):
        assert max(Counter(getattr(one, field) for one in each()).values()) == 1
    tasks = Counter((run.engine, task) for one in each() for run in one.runs for task in run.tasks)
    assert max(tasks.values()) == 1


def test_a_score_with_a_column_has_its_direction_and_scale() -> None:
    for one, _, score in scores():
        if score.released:
            column = benchmarks()[score.released]
            assert column.direction == score.direction
            assert description_of(score.released) is one


def test_what_is_registered_beside_a_column_is_consistent() -> None:
    scales = {"fraction": {(0.0, 1.0)}, "percent": {(0.0, 100.0)}}
    for one, run, score in scores():
        if score.released is None:
            assert score.unit is not None, run
            if score.unit in scales:
                assert (score.floor, score.ceiling) in scales[score.unit], run
            if score.item_type == "binary mean":
                assert score.unit in scales, run
            assert score.area is None or score.area in areas(), run
            assert score.kind is not None or len(one.kinds) == 1, run
            assert score.part_of is None or any(score.part_of in other.tasks for other in one.runs), run


def test_hazardous_knowledge_is_safer_when_lower_in_every_engine() -> None:
    met = [score for one, _, score in scores() if one.description == "wmdp"]
    assert len(met) == 7
    assert {score.direction for score in met} == {"lower"}
    assert {score.chance for score in met} == {0.25}


def test_every_format_is_used_and_described() -> None:
    assert {one.format for one in each()} == set(get_args(Format))
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.split("\n### Formats\n")[1].split("\n### ")[0].split("\n## ")[0]
    assert set(re.findall(r"^\| ([a-z ]+) \|", section, flags=re.MULTILINE)) - {"format"} == set(
        get_args(Format)
    )


def test_every_field_is_described_and_no_other() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.split("\n## benchmarks/\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\|(.+?)\|", section, flags=re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`\[*([a-z_]+)\]*`", row)} | {"engine", "tasks"}
    fields = {*Description.__struct_fields__, *Run.__struct_fields__, *RunScore.__struct_fields__}
    assert told == fields - {"description"}


def test_one_reference_is_written_one_way_everywhere() -> None:
    cited: dict[str, Reference] = {}
    for reference in [
        *(source for one in each() for source in one.sources),
        *(source for area in areas().values() for source in area.references),
    ]:
        assert cited.setdefault(reference.number, reference) == reference
        if reference.arxiv:
            assert reference.year == 2000 + int(reference.arxiv[:2]), reference


def test_references_of_the_table_are_among_the_sources() -> None:
    for one in benchmarks().values():
        description = description_of(one.benchmark)
        assert description is not None
        numbers = re.findall(r"arXiv (\d{4}\.\d{4,5})\b(?! \(data set\))", one.reference or "")
        assert set(numbers) <= {source.arxiv for source in description.sources}, one.benchmark


GOOD = (DATA / "benchmarks" / "wmdp.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('title = "WMDP"\n', "", "title"),
        ('title = "WMDP"', 'title = ""', "without a title"),
        ('title = "WMDP"', 'title = "WMDP"\ntitel = "x"', "titel"),
        ('title = "WMDP"', 'title = "WMDP"\ndescription = "x"', "name of the file"),
        ('kinds = ["suppression"]', 'kinds = ["vibes"]', "vibes"),
        ('kinds = ["suppression"]', "kinds = []", "sources or kinds"),
        ('format = "choice by likelihood"', 'format = "séance"', "séance"),
        ("items = 3668", "items = 0", "0 items"),
        ("items = 3668", 'items = "3668"', "int"),
        ("chance = 0.25\nceiling = 1.0", "chance = 1.25\nceiling = 1.0", "below the ceiling"),
        ('source = "2409.18025"', 'source = "2409.99999"', "2409.99999"),
        ('arxiv = "2403.03218"', 'arxiv = "240303218"', "240303218"),
        ('arxiv = "2403.03218"', 'arxiv = "2403.03218", doi = "10.1000/x"', "with 2 of"),
        ('engine = "Inspect AI"', 'engine = "inspect"', "inspect"),
        ('direction = "lower", engine_says = "higher"', 'direction = "higher", engine_says = "higher"', "anyhow"),
        ("n_items = 3668", "n_items = -1", "-1 items"),
        ("chance = 0.25, floor = 0.0", "chance = 0.25, floor = 0.5", "do not rise"),
        ('part_of = "wmdp"', 'released = "wmdp"', "beside those of the column"),
        ('tasks = ["wmdp"]', "tasks = []", "without tasks"),
        ('tasks = ["wmdp"]', 'tasks = ["wmdp"]\nunregistered = "No."', "without either"),
        ('title = "WMDP"', "title = ", "Invalid"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_and_the_field_named(before: str, after: str, told: str) -> None:
    assert before in GOOD
    with pytest.raises(DatasetError, match=re.escape(told)) as caught:
        description_from("wmdp", GOOD.replace(before, after))
    assert caught.value.where == "benchmarks/wmdp.toml"


def test_two_files_that_describe_one_column_are_refused() -> None:
    from confounded.catalog.descriptions import _by_column

    one, two = description_from("wmdp", GOOD), description_from("again", GOOD)
    with pytest.raises(DatasetError, match="also in wmdp"):
        _by_column([one, two])
