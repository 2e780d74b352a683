"""The catalogue of models: complete, and true to what was released."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import defaultdict
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from confounded.catalog import Model, find_model, models
from confounded.catalog._tables import cell, checked, flag, known, rows
from confounded.catalog.families import lines
from confounded.datasets import safetywashing
from confounded.errors import DatasetError

RELEASED = Path(__file__).resolve().parents[3] / "shared" / "paper"
PACKAGE = Path(str(resources.files("confounded")))

with_released_files = pytest.mark.skipif(not RELEASED.is_dir(), reason="the released files are not here")


def released(name: str) -> list[dict[str, str]]:
    with (RELEASED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def shipped() -> set[tuple[str, str]]:
    """Return population and id of every model of the paper's scores, GPT-4o included."""
    found = {(row["population"], row["model"]) for row in safetywashing.load_scores().models.to_dicts()}
    return found | {(row["population"], row["model"]) for row in safetywashing.gpt4o_scores().to_dicts()}


def test_every_shipped_model_is_known() -> None:
    assert shipped() <= set(models())
    assert list(models()) == sorted(models())


def test_the_models_that_come_from_the_paper_are_those_of_its_scores() -> None:
    of_paper = {key for key, one in models().items() if one.source in ("released", "arXiv 2407.21792")}
    assert of_paper == shipped()


def test_every_model_has_a_name_of_its_own_a_family_a_maker_and_a_source() -> None:
    entries = list(models().values())
    assert len({one.name for one in entries}) == len(entries)
    assert len({one.model for one in entries}) == len(entries)
    assert all(one.family and one.organisation and one.source for one in entries)
    assert {one.population for one in entries} == {"base", "chat"}


@pytest.mark.parametrize("population", ["base", "chat"])
def test_each_population_has_the_nine_families_of_the_study(population: str) -> None:
    in_study = {models()[key].family for key in shipped() if key[0] == population and key[1] != "gpt-4o"}
    assert len(in_study) == 9


def test_a_family_has_one_maker_of_the_line() -> None:
    """A model of which no other is named as its base is of the maker of its line."""
    makers: defaultdict[str | None, set[str | None]] = defaultdict(set)
    for one in models().values():
        if one.base_model is None:
            makers[one.family].add(one.organisation)
    for line in lines().values():
        if line.family is not None:
            makers[line.family].add(line.organisation)
    assert {family: found for family, found in makers.items() if len(found) != 1} == {}


def test_who_tuned_a_model_of_another_maker_names_it_and_stays_in_its_family() -> None:
    by_id = {one.model: one for one in models().values()}
    for one in by_id.values():
        steps = 0
        base = one
        while base.base_model is not None:
            assert base.base_model in by_id, base.model
            base = by_id[base.base_model]
            assert base.family == one.family, (one.model, base.model)
            steps += 1
            assert steps < 5, f"{one.model} is tuned from itself"


def test_a_day_of_release_is_a_day() -> None:
    for one in models().values():
        if one.released is not None:
            day = date.fromisoformat(one.released)
            assert date(2018, 1, 1) < day < date(2027, 1, 1), one.model


def test_a_number_is_there_together_with_its_source() -> None:
    for one in models().values():
        assert (one.parameters is None) == (one.parameters_source is None), one.model
        assert (one.training_flop is None) == (one.training_flop_source is None), one.model


def test_compute_is_known_of_the_21_chat_models_of_the_paper() -> None:
    known_flop = [key for key in shipped() if key[0] == "chat" and models()[key].training_flop]
    assert len(known_flop) == 21


@with_released_files
@pytest.mark.parametrize("population", ["base", "chat"])
def test_sizes_and_compute_are_the_released_ones(population: str) -> None:
    for row in released(f"benchmarks_{population}_models.csv"):
        entry = models()[population, row["model"]]
        assert entry.parameters == float(row["model_size"]), entry
        assert entry.training_flop == (float(row["FLOP"]) if row["FLOP"] else None), entry


@with_released_files
def test_families_and_makers_are_the_assigned_ones() -> None:
    for row in released("families.csv"):
        entry = models()[row["models"], row["model"]]
        assert (entry.family, entry.organisation) == (row["family"], row["organisation"])


def test_a_model_is_found_by_its_usual_spellings_and_never_by_likeness() -> None:
    by_id, by_name = find_model("dbrx-instruct"), find_model("DBRX Instruct")
    assert by_id is not None
    assert by_id is by_name
    assert by_id is models()["chat", "dbrx-instruct"]
    assert find_model("DBRX-INSTRUCT") is by_id
    assert find_model("dbrx") is None
    assert find_model("dbrx-instruct-2") is None


def test_nothing_is_known_of_an_unknown_model() -> None:
    entry = Model.unknown("chat", "new-model")
    assert (entry.population, entry.model, entry.name) == ("chat", "new-model", "new-model")
    assert entry.family is entry.organisation is entry.parameters is entry.training_flop is None


def test_the_catalogue_cannot_be_changed_by_a_reader() -> None:
    with pytest.raises(TypeError):
        models()["chat", "new-model"] = Model.unknown("chat", "new-model")  # type: ignore[index]
    with pytest.raises(AttributeError):
        models()["chat", "dbrx-instruct"].family = "other"  # type: ignore[misc]


def test_the_catalogue_needs_neither_arrays_nor_frames() -> None:
    code = (
        "import sys, confounded.catalog as c; c.models(); c.benchmarks(); c.areas(); "
        "sys.exit(bool({'polars', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_a_damaged_cell_is_named() -> None:
    row = {"model": "m", "parameters": "many", "population": "other", "empty": ""}
    with pytest.raises(DatasetError, match=r"'parameters'.*'m'|'m'.*'parameters'"):
        known(row, "parameters", float)
    with pytest.raises(DatasetError, match="'other', which is none of base, chat"):
        cell(row, "population", checked({"base": 1, "chat": 2}))
    with pytest.raises(DatasetError, match="an empty cell"):
        cell(row, "empty", str)
    with pytest.raises(DatasetError, match="absent"):
        cell(row, "absent", flag)
    assert known(row, "empty", float) is None


def test_a_missing_file_of_the_catalogue_is_named() -> None:
    with pytest.raises(DatasetError, match=r"no-such-file\.csv"):
        rows("no-such-file.csv")
