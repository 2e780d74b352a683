"""The capability references that ship: the scores are those of their sources, and say whose they are."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import subprocess
import sys
from importlib import resources
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from scipy.stats import rankdata

from confounded.cli.app import confounded
from confounded.datasets.references import Reference, load_reference, reference_entries, reference_ids
from confounded.errors import DatasetError, UnknownError
from confounded.readers.timm_results import read_timm_results

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(str(resources.files("confounded.datasets"))) / "data"
MIRROR = ROOT.parent / "shared" / "sources"

FloatArray = NDArray[np.float64]

COUNTS = {
    "safetywashing-base": 27,
    "safetywashing-chat": 26,
    "open-llm-leaderboard-v1": 6811,
    "open-llm-leaderboard-v2": 4496,
    "epoch-capabilities-index": 348,
    "timm-imagenet": 1556,
}
FITTED = [id for id in COUNTS if id[:4] in ("safe", "open")]
EPOCH = "epoch-capabilities-index"

with_mirror = pytest.mark.skipif(not MIRROR.is_dir(), reason="the score files of other projects are not here")


def rows(folder: str, name: str = "scores.csv") -> list[dict[str, str]]:
    with (DATA / folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def suite_of(id: str) -> tuple[list[str], FloatArray]:
    """Read the models and the columns of a fitted reference, with nothing of the package's own."""
    entry = reference_entries()[id]
    cells: dict[str, dict[str, float]] = {}
    for row in rows(entry.dataset):
        if "benchmark" not in row:
            cells[row["model"]] = {name: float(row[name]) for name in entry.suite}
        elif row["population"] == entry.population and row["benchmark"] in entry.suite:
            cells.setdefault(row["model"], {})[row["benchmark"]] = float(row["score"])
    names = sorted(cells)
    return names, np.array([[cells[name][column] for column in entry.suite] for name in names])


def plain_scores(columns: FloatArray) -> tuple[FloatArray, float]:
    """Project z-scores on the leading singular vector of the standardised ranks, and give the explained share."""
    ranks = np.column_stack([rankdata(column) for column in columns.T])
    standardised = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    _, singular, vectors = np.linalg.svd(standardised, full_matrices=False)
    vector = vectors[0] * np.sign(vectors[0].sum())
    z = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return z @ vector, float(singular[0] ** 2 / (singular**2).sum())


def test_the_references_are_those_of_the_manual_with_as_many_models_as_said() -> None:
    assert list(reference_ids()) == list(COUNTS)
    for id, count in COUNTS.items():
        assert len(load_reference(id).models) == reference_entries()[id].models == count


@pytest.mark.parametrize("id", COUNTS)
def test_every_shipped_file_has_the_checksum_it_was_released_with(id: str) -> None:
    folder = DATA / reference_entries()[id].dataset
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert there == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("id", COUNTS)
def test_an_edited_file_is_noticed(id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = reference_entries()[id]
    copied = tmp_path / "data" / entry.dataset
    copied.mkdir(parents=True)
    for path in (DATA / entry.dataset).iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    edited = copied / "scores.csv"
    edited.write_bytes(edited.read_bytes().replace(b"5", b"6", 1))
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    load_reference.cache_clear()
    try:
        with pytest.raises(DatasetError, match="SHA-256"):
            load_reference.__wrapped__(id)
    finally:
        load_reference.cache_clear()


@pytest.mark.parametrize("id", COUNTS)
def test_a_reference_is_sorted_named_once_and_cannot_be_changed(id: str) -> None:
    reference = load_reference(id)
    assert list(reference.models) == sorted(set(reference.models))
    assert np.isfinite(reference.scores).all()
    assert reference.scores.shape == reference.stderr.shape == (len(reference.models),)
    for array in (reference.scores, reference.stderr):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    assert load_reference(id) is reference


@pytest.mark.parametrize("id", FITTED)
def test_a_fitted_reference_is_the_first_component_of_its_own_data(id: str) -> None:
    names, columns = suite_of(id)
    expected, share = plain_scores(columns)
    reference = load_reference(id)
    assert list(reference.models) == names
    np.testing.assert_allclose(reference.scores, expected, atol=1e-8)
    assert reference.explained_share == pytest.approx(share, abs=1e-12)
    assert (np.corrcoef(reference.scores, columns.T)[0, 1:] > 0).all()
    assert np.isnan(reference.stderr).all()


@pytest.mark.parametrize("id", ["open-llm-leaderboard-v1", "open-llm-leaderboard-v2"])
def test_a_leaderboard_has_one_row_a_model_and_no_safety_benchmark_in_its_suite(id: str) -> None:
    models = [row["model"] for row in rows(id)]
    assert len(set(models)) == len(models)
    assert not any("truthful" in name.lower() for name in load_reference(id).suite)


def test_the_published_index_is_digit_for_digit_that_of_the_file() -> None:
    reference = load_reference(EPOCH)
    shipped = {row["model"]: float(row["eci"]) for row in rows(EPOCH)}
    assert dict(zip(reference.models, reference.scores.tolist(), strict=True)) == shipped
    assert np.isnan(reference.stderr).all()
    assert reference.explained_share is None


def test_an_alias_stands_for_one_score_and_is_no_name_of_another_model() -> None:
    reference = load_reference(EPOCH)
    assert len(reference.aliases) == 243
    assert set(reference.aliases.values()) <= set(reference.models)
    assert not set(reference.aliases) & set(reference.models)


@with_mirror
def test_epoch_publishes_no_standard_errors_of_its_index() -> None:
    """If it does one day, they must be used: this fails then."""
    with (MIRROR / "epoch_hub" / "epoch_capabilities_index.csv").open(encoding="utf-8-sig") as stream:
        header = next(csv.reader(stream))
    assert header == [
        "Model version", "ECI Score", "Release date", "Organization", "Country", "Model accessibility",
        "Training compute (FLOP)", "Confidence", "Model name", "Description", "Display name",
    ]  # fmt: skip


@with_mirror
def test_the_benchmarks_of_the_index_are_those_that_epoch_names() -> None:
    path = MIRROR / "epoch_hub" / "additional_eci_data" / "eci_benchmark_difficulties_and_slopes.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        named = [row["benchmark_name"] for row in csv.DictReader(stream)]
    assert list(load_reference(EPOCH).suite) == named


def test_the_attribution_that_epochs_licence_asks_for_stands_wherever_its_data_do() -> None:
    reference = load_reference(EPOCH)
    readme = (DATA / EPOCH / "README.md").read_text(encoding="utf-8")
    described = CliRunner().invoke(confounded, ["datasets", "describe", EPOCH]).output
    for text in (readme, described):
        assert "Epoch AI" in text
        assert "CC BY 4.0" in text
        assert "https://epoch.ai/benchmarks" in text
    assert "creativecommons.org/licenses/by/4.0" in readme
    assert "What was changed" in readme
    assert "Epoch AI" in reference.citation
    assert "https://epoch.ai/benchmarks" in reference.citation
    assert "CC BY 4.0" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [id for id in COUNTS if id[:4] in ("open", "timm")] + ["safetywashing"])
def test_the_licence_text_lies_beside_the_data_of_every_other_source(folder: str) -> None:
    assert "copyright" in (DATA / folder / "LICENSE").read_text(encoding="utf-8").lower()
    assert (DATA / folder / "README.md").is_file()


def test_the_standard_errors_of_accuracies_are_those_of_a_share_of_so_many_images() -> None:
    reference = load_reference("timm-imagenet")
    share = reference.scores / 100
    np.testing.assert_allclose(reference.stderr, 100 * np.sqrt(share * (1 - share) / 49_999))
    assert 0 < reference.stderr.min() < reference.stderr.max() < 0.25


def test_an_evaluation_of_a_vision_model_is_named_by_model_size_and_crop() -> None:
    reference = load_reference("timm-imagenet")
    shipped = {(row["model"], row["img_size"], row["crop_pct"]): row["top1"] for row in rows("timm-imagenet")}
    assert len(shipped) == len(reference.models)
    bare = [name.partition("@")[0] for name in reference.models]
    assert len(set(bare)) < len(bare)
    assert all("px-crop" in name for name in reference.models)


@with_mirror
def test_timms_own_tables_are_joined_with_the_reference_by_the_same_names() -> None:
    table = read_timm_results([MIRROR / "timm" / "results-imagenet-a.csv"])
    assert set(table.models["model"]) - set(load_reference("timm-imagenet").models) == {
        "resmlp_24_224.fb_dino@224px-crop0.875"  # timm lists it in no table of ImageNet
    }
    assert table.models.height > 1500


def test_an_unknown_reference_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownError) as caught:
        load_reference("nonsense")
    for id in COUNTS:
        assert id in caught.value.remedy


def test_to_list_the_references_reads_no_scores_and_imports_nothing_heavy() -> None:
    program = (
        "import sys; from confounded.datasets.references import reference_entries; reference_entries();"
        "heavy = {'polars', 'scipy', 'numba'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_all_references_load_in_a_blink() -> None:
    """In fresh memory, on one core, with a wide margin: all six together take a tenth of a second."""
    import time

    from confounded.stats import component  # noqa: F401  its import is not what is timed

    load_reference.cache_clear()
    started = time.perf_counter()
    loaded: list[Reference] = [load_reference(id) for id in COUNTS]
    assert time.perf_counter() - started < 2.0
    assert len(loaded) == len(COUNTS)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "build_references.py"
    spec = importlib.util.spec_from_file_location("build_references", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@with_mirror
def test_the_committed_files_are_what_the_script_builds(script: ModuleType) -> None:
    assert script.main([str(MIRROR), "--check"]) == 0


def test_of_a_model_with_several_rows_the_one_at_its_own_precision_counts(script: ModuleType) -> None:
    given = [
        {"model": "b", "precision": "4bit", "x": "1"},
        {"model": "a", "precision": "float16", "x": "2"},
        {"model": "a", "precision": "bfloat16", "x": "3"},
    ]
    assert [(row["model"], row["x"]) for row in script.one_row_a_model(given)] == [("a", "3"), ("b", "1")]
    with pytest.raises(script.BuildError, match="stands twice"):
        script.one_row_a_model([given[0], given[0]])
