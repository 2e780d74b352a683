"""The catalogue of models: complete, and true to what was released."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from confounded.catalog import Model, find_model, models
from confounded.catalog._tables import cell, checked, flag, known, rows
from confounded.datasets import safetywashing
from confounded.errors import DatasetError

RELEASED = Path(__file__).resolve().parents[3] / "shared" / "paper"
PACKAGE = Path(str(resources.files("confounded")))

with_released_files = pytest.mark.skipif(not RELEASED.is_dir(), reason="the released files are not here")


def released(name: str) -> list[dict[str, str]]:
    with (RELEASED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_shipped_model_is_known_and_no_other() -> None:
    shipped = {(row["population"], row["model"]) for row in safetywashing.load_scores().models.to_dicts()}
    shipped |= {(row["population"], row["model"]) for row in safetywashing.gpt4o_scores().to_dicts()}
    assert set(models()) == shipped
    assert list(models()) == sorted(models())


def test_every_model_has_a_name_of_its_own_a_family_and_a_maker() -> None:
    entries = list(models().values())
    assert len({one.name for one in entries}) == len(entries)
    assert len({one.model for one in entries}) == len(entries)
    assert all(one.family and one.organisation for one in entries)


@pytest.mark.parametrize("population", ["base", "chat"])
def test_each_population_has_the_nine_families_of_the_study(population: str) -> None:
    in_study = {
        one.family for one in models().values() if one.population == population and one.model != "gpt-4o"
    }
    assert len(in_study) == 9


def test_a_family_has_one_maker() -> None:
    pairs = {(one.family, one.organisation) for one in models().values()}
    assert len(pairs) == len({family for family, _ in pairs})


def test_a_number_is_there_together_with_its_source() -> None:
    for one in models().values():
        assert (one.parameters is None) == (one.parameters_source is None), one.model
        assert (one.training_flop is None) == (one.training_flop_source is None), one.model


def test_compute_is_known_of_the_21_chat_models_of_the_paper() -> None:
    known_flop = [one for one in models().values() if one.population == "chat" and one.training_flop]
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


def test_a_model_is_found_by_its_id_or_its_name_and_never_by_likeness() -> None:
    by_id, by_name = find_model("dbrx-instruct"), find_model("DBRX Instruct")
    assert by_id is not None
    assert by_id is by_name
    assert by_id is models()["chat", "dbrx-instruct"]
    assert find_model("dbrx") is None
    assert find_model("DBRX-INSTRUCT") is None


def test_nothing_is_known_of_an_unknown_model() -> None:
    entry = Model.unknown("chat", "new-model")
    assert (entry.population, entry.model, entry.name) == ("chat", "new-model", "new-model")
    assert entry.family is entry.organisation is entry.parameters is entry.training_flop is None


def test_the_catalogue_cannot_be_changed_by_a_reader() -> None:
    with pytest.raises(TypeError):
        models()["chat", "new-model"] = Model.unknown("chat", "new-model")  # type: ignore[index]
    with pytest.raises(AttributeError):
        models()["chat", "dbrx-instruct"].family = "other"  # type: ignore[misc]


def test_the_catalogue_needs_the_standard_library_only() -> None:
    code = (
        "import sys, confounded.catalog as c; c.models(); c.benchmarks(); c.areas(); "
        "sys.exit(bool({'polars', 'numpy', 'scipy', 'msgspec'} & set(sys.modules)))"
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
