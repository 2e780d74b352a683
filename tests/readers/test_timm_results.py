"""Result files of timm: a row is a model at one size and crop, and a file one set of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnsettledError
from confounded.readers import read_scores
from tests.readers.samples import TIMM, delimited


def written(folder: Path, rows: Any, name: str = "results-imagenet.csv") -> Path:
    path = folder / name
    path.write_bytes(delimited(rows))
    return path


def changed(row: int, **values: Any) -> list[dict[str, Any]]:
    return [{**one, **values} if number == row else dict(one) for number, one in enumerate(TIMM)]


def test_a_model_is_known_by_its_size_and_crop_and_keeps_its_name(tmp_path: Path) -> None:
    rows = [*TIMM, {**TIMM[0], "img_size": 288, "crop_pct": "1.000", "top1": 43.5, "top1_err": 56.5}]
    table = read_scores(written(tmp_path, rows))
    assert table.scores.height == 7
    scores = dict(table.scores.select("model", "score").iter_rows())
    assert scores["ada-7b.in1k@224px-crop0.875"] == 41.37
    assert scores["ada-7b.in1k@288px-crop1"] == 43.5
    model = table.models.filter(model="ada-7b.in1k@288px-crop1").row(0, named=True)
    assert (model["name"], model["base_model"], model["parameters"]) == (
        "ada-7b.in1k",
        "ada-7b.in1k",
        1013.01e6,
    )


def test_a_folder_joins_its_files_and_passes_over_the_list_of_training_sets(tmp_path: Path) -> None:
    written(tmp_path, TIMM)
    written(tmp_path, TIMM[:3], "results-imagenet-a.csv")
    (tmp_path / "model_metadata-in1k.csv").write_text("model,pretrain\nada-7b,in1k\n", encoding="utf-8")
    table = read_scores(tmp_path)
    assert table.scores.height == 9
    assert table.issues == ()
    benchmarks = {row["benchmark"]: row for row in table.benchmarks.iter_rows(named=True)}
    assert set(benchmarks) == {"imagenet", "imagenet_a"}
    assert benchmarks["imagenet_a"]["items"] == 7500
    assert benchmarks["imagenet_a"]["chance"] == 0.5
    assert {row["direction"] for row in benchmarks.values()} == {"higher"}


def test_a_score_that_does_not_go_with_its_error_stops(tmp_path: Path) -> None:
    path = written(tmp_path, changed(1, top1=63.91))
    with pytest.raises(UnsettledError, match=r"line 3 \(model 'ada-70b\.in1k'\).*do not make 100"):
        read_scores(path)
    assert read_scores(path, lenient=True).scores.height == 5


@pytest.mark.parametrize("cell", ["high", "inf", "41,37"])
def test_a_cell_that_is_no_number_stops(tmp_path: Path, cell: str) -> None:
    with pytest.raises(UnsettledError, match="column 'top1'"):
        read_scores(written(tmp_path, changed(0, top1=cell)))


def test_a_share_in_place_of_percent_stops(tmp_path: Path) -> None:
    with pytest.raises(UnsettledError, match="do not make 100"):
        read_scores(written(tmp_path, changed(0, top1=0.4137)))


def test_two_values_at_one_size_stop(tmp_path: Path) -> None:
    rows = [*TIMM, {**TIMM[0], "top1": 43.5, "top1_err": 56.5}]
    with pytest.raises(UnsettledError, match=r"2 scores of model 'ada-7b.in1k@224px-crop0.875'"):
        read_scores(written(tmp_path, rows))


def test_a_row_without_a_size_stops(tmp_path: Path) -> None:
    with pytest.raises(UnsettledError, match="without a model, a size or a crop"):
        read_scores(written(tmp_path, changed(0, img_size="")))


def test_unknown_images_are_told(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, TIMM, "results-my-images.csv"))
    assert table.benchmarks["benchmark"].to_list() == ["my-images"]
    assert any("nothing is known of the images" in issue.what for issue in table.issues)


def test_the_list_of_training_sets_alone_holds_no_scores(tmp_path: Path) -> None:
    path = tmp_path / "model_metadata-in1k.csv"
    path.write_text("model,pretrain\nada-7b,in1k\n", encoding="utf-8")
    with pytest.raises(ContentError, match="at least one score"):
        read_scores(path)
