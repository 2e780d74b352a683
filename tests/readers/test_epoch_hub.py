"""Epoch's benchmarking hub: one CSV a benchmark, each with a score column of another name."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnreadableError, UnsettledError
from confounded.readers import epoch_hub, read_scores
from confounded.readers.epoch_columns import COLUMNS, Z_90, Z_95
from tests.readers.samples import HUB, delimited, zipped


def row(model: str | None, **values: Any) -> dict[str, Any]:
    return {
        "Model version": model,
        **values,
        "Release date": "2025-03-10",
        "Organization": "Org",
        "id": "rec",
    }


def file(folder: Path, name: str, rows: Any) -> Path:
    path = folder / name
    path.write_bytes(delimited(rows))
    return path


def test_a_benchmark_has_its_unit_direction_chance_and_standard_errors(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, "gpqa_diamond.csv", HUB))
    assert table.scores.select("score", "stderr").row(0) == (0.5127, 0.0283)
    (benchmark,) = table.benchmarks.iter_rows(named=True)
    assert (benchmark["benchmark"], benchmark["unit"], benchmark["direction"]) == (
        "gpqa_diamond",
        "fraction",
        "higher",
    )
    assert (benchmark["chance"], benchmark["floor"], benchmark["ceiling"]) == (0.25, 0.0, 1.0)
    model = table.models.row(0, named=True)
    assert (model["organisation"], model["training_flop"], model["released"]) == ("Org", 3.7e24, "2025-03-11")


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_folder_and_its_archive_say_the_same(tmp_path: Path, form: str) -> None:
    aider = [row("a", **{"Percent correct": 41.5}), row("b", **{"Percent correct": 77.25})]
    parts = {"data/gpqa_diamond.csv": delimited(HUB), "data/aider_polyglot_external.csv": delimited(aider)}
    if form == "zip":
        source = tmp_path / "benchmark_data.zip"
        source.write_bytes(zipped({**parts, "README.md": b"CC BY", "__MACOSX/._x.csv": b"\x00"}))
    else:
        source = tmp_path / "data"
        source.mkdir()
        for name, content in parts.items():
            (tmp_path / name).write_bytes(content)
    table = read_scores(source)
    units = dict(table.benchmarks.select("benchmark", "unit").iter_rows())
    assert units == {"gpqa_diamond": "fraction", "aider_polyglot": "percent"}
    assert table.scores.height == 8


def test_standard_errors_are_on_the_scale_of_the_score(tmp_path: Path) -> None:
    hle = [row("a", Accuracy=0.25, **{"Accuracy Standard Error": 0.0196})]
    apex = [row("a", **{"Pass@1 score": 0.3, "Pass@1 Standard Error": 3.6})]
    arena = [row("a", **{"Arena Score": 1300.0, "95% CI Low": 1290.0, "95% CI High": 1310.0})]
    for name, rows, error in (
        ("hle_external.csv", hle, 0.0196 / Z_95),
        ("apex_agents_external.csv", apex, 0.036),
        ("webdev_arena_external.csv", arena, 20 / (2 * Z_95)),
    ):
        (found,) = read_scores(file(tmp_path, name, rows)).scores["stderr"]
        assert found == pytest.approx(error), name


def test_the_index_is_read_in_its_older_and_its_newer_form(tmp_path: Path) -> None:
    older = [row("a", **{"ECI Score": 150.5}), row("b", **{"ECI Score": None})]
    table = read_scores(file(tmp_path, "epoch_capabilities_index.csv", older))
    assert table.scores.select("benchmark", "score").rows() == [("epoch_capabilities_index", 150.5)]
    newer = [{"Model": "a", "eci": 150.5, "eci_ci_low": 149.0, "eci_ci_high": 152.0}]
    table = read_scores(file(tmp_path, "eci_scores.csv", newer))
    assert table.scores["stderr"][0] == pytest.approx(3 / (2 * Z_90))


def test_two_values_of_one_model_stop_with_their_lines(tmp_path: Path) -> None:
    path = file(tmp_path, "gpqa_diamond.csv", [*HUB, {**HUB[0], "mean_score": 0.6001}])
    with pytest.raises(
        UnsettledError, match=r"gpqa_diamond\.csv, line 2, gpqa_diamond\.csv, line 8"
    ) as caught:
        read_scores(path)
    assert "--lenient" in str(caught.value)
    went_on = read_scores(path, lenient=True)
    assert went_on.scores.height == 6
    assert any(issue.stops for issue in went_on.issues)


@pytest.mark.parametrize("cell", ["n.k.", "inf", "0,5"])
def test_a_cell_that_is_no_number_stops(tmp_path: Path, cell: str) -> None:
    rows = [{**one, "mean_score": cell} if number == 1 else one for number, one in enumerate(HUB)]
    path = file(tmp_path, "gpqa_diamond.csv", rows)
    with pytest.raises(UnsettledError, match=r"line 3 \(model 'ada-70b'\), column 'mean_score'"):
        read_scores(path)
    assert read_scores(path, lenient=True).scores.height == 5


def test_percent_in_a_column_of_shares_stops(tmp_path: Path) -> None:
    rows = [{**one, "mean_score": 51.27} if number == 0 else one for number, one in enumerate(HUB)]
    with pytest.raises(UnsettledError, match="outside the range"):
        read_scores(file(tmp_path, "gpqa_diamond.csv", rows))


def test_scores_without_a_model_version_are_counted(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, "gpqa_diamond.csv", [*HUB, row(None, mean_score=0.5)]))
    assert any("1 score(s) without a model version" in issue.what for issue in table.issues)


def test_an_unknown_file_is_read_by_its_one_score_column_and_says_so(tmp_path: Path) -> None:
    table = read_scores(file(tmp_path, "new_bench_external.csv", [row("a", Score=0.5)]))
    assert table.benchmarks.select("benchmark", "unit", "direction").rows() == [("new_bench", None, None)]
    assert any("nothing is known of benchmark 'new_bench'" in issue.what for issue in table.issues)
    two = [row("a", Score=0.5, Accuracy=0.4)]
    with pytest.raises(ContentError, match=r"no score column was found.*other_external\.csv"):
        read_scores(file(tmp_path, "other_external.csv", two))


def test_a_renamed_score_column_of_a_known_file_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no score column"):
        read_scores(file(tmp_path, "gpqa_diamond.csv", [row("a", Score=0.5)]))


def test_the_hubs_own_list_tells_of_unknown_files(tmp_path: Path) -> None:
    listing = [
        {
            "benchmark": "New",
            "source_file": "new_bench_external.csv",
            "score_column": "Resolved",
            "scale": 0.01,
            "random_baseline": 0.25,
        }
    ]
    file(tmp_path, "benchmark_metadata.csv", listing)
    file(tmp_path, "new_bench_external.csv", [row("a", Resolved=50.5)])
    table = read_scores(tmp_path)
    (benchmark,) = table.benchmarks.iter_rows(named=True)
    assert (benchmark["unit"], benchmark["direction"], benchmark["chance"]) == ("percent", "higher", 25.0)


@pytest.mark.parametrize(
    "name",
    ["../gpqa_diamond.csv", "/gpqa_diamond.csv", "a/../../gpqa_diamond.csv", "C:\\x\\gpqa_diamond.csv"],
)
def test_a_path_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "trav.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("gpqa_diamond.csv", delimited(HUB))
        archive.writestr(name, delimited(HUB))
    with pytest.raises(
        UnreadableError, match=r"trav\.zip: expected an archive whose files stay in its folder"
    ):
        read_scores(source)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "bomb.zip"
    source.write_bytes(zipped({"gpqa_diamond.csv": b"0" * 100_000}))
    monkeypatch.setattr(epoch_hub, "LARGEST_MEMBER", 50_000)
    with pytest.raises(UnreadableError, match=r"bomb\.zip: .*more when unpacked"):
        read_scores(source)
    monkeypatch.setattr(epoch_hub, "LARGEST_ARCHIVE", 50_000)
    with pytest.raises(UnreadableError, match="more when unpacked"):
        read_scores(source)


def test_every_known_file_has_a_benchmark_of_its_own() -> None:
    names = [column.benchmark for column in COLUMNS.values()]
    assert len(names) == len(set(names))
