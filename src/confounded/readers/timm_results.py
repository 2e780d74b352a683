"""Result files of timm (PyTorch image models), as downloaded: ``results-*.csv``, one benchmark a file.

A row is one model at one input size and crop, and many models stand there at two sizes. Across files a row is known
by all three, never by its model alone: the id of a model here is ``<model>@<size>px-crop<share>``, as in
``resnet50.a1_in1k@288px-crop1``. It is so for every row, also where a model has one setting only: an id must not
depend on which other rows or files are read along. The name without the setting is the model's name, and its
base model too, since two settings run the same weights.

The score is top-1 accuracy in percent; higher is better by what it is, whatever the file. ``top1_err`` must be what is
missing to 100: where it is not, the row is damaged, its score is left out, and an issue that stops says so. No file
has standard errors. A family is not read from the name of an architecture: that is the study's work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError
from confounded.readers.cells import Cells
from confounded.readers.collected import Collected, listed
from confounded.readers.delimited import delimited_cells
from confounded.readers.downloaded import MOST_TOLD, numbers, words
from confounded.readers.model_columns import model_columns
from confounded.scores import Issue, ScoreTable

__all__ = ["BENCHMARKS", "is_timm_metadata", "is_timm_results", "read_timm_results"]


@dataclass(frozen=True, slots=True)
class _Set:
    """What is known of a set of images.

    Parameters
    ----------
    benchmark : str
    items : int
        Images that count. The scores of the files, three decimals of a percent, are multiples of one in so many.
    classes : int, optional
        Classes that a model chooses from; None where an image may be of several.
    part_of : str, optional
        The set of which these are some of the images.
    kin : tuple of str
        Sets with the same images.
    """

    benchmark: str
    items: int
    classes: int | None
    part_of: str | None = None
    kin: tuple[str, ...] = ()


_CLEAN: Final = ("imagenet", "imagenet_real")

BENCHMARKS: Final[Mapping[str, _Set]] = {
    "imagenet": _Set(
        "imagenet", 50_000, 1000, None, ("imagenet_real", "imagenet_a_clean", "imagenet_r_clean")
    ),
    "imagenet-real": _Set(
        "imagenet_real", 46_837, None, None, ("imagenet", "imagenet_a_clean", "imagenet_r_clean")
    ),
    "imagenetv2-matched-frequency": _Set("imagenet_v2", 10_000, 1000),
    "sketch": _Set("imagenet_sketch", 50_889, 1000),
    "imagenet-a": _Set("imagenet_a", 7_500, 200),
    "imagenet-r": _Set("imagenet_r", 30_000, 200),
    "imagenet-a-clean": _Set("imagenet_a_clean", 10_000, 200, "imagenet", (*_CLEAN, "imagenet_r_clean")),
    "imagenet-r-clean": _Set("imagenet_r_clean", 10_000, 200, "imagenet", (*_CLEAN, "imagenet_a_clean")),
}
"""The sets by what stands between ``results-`` and the ending. Those called clean are the images of ImageNet of the
200 classes of ImageNet-A and -R. References: Russakovsky et al. 2015 (arXiv 1409.0575), Beyer et al. 2020 (2006.07159),
Recht et al. 2019 (1902.10811), Wang et al. 2019 (1905.13549), Hendrycks et al. 2021 (1907.07174 and 2006.16241)."""

PREFIX: Final = "results-"
PERCENT: Final = 100.0
MILLION: Final = 1e6

CROPS: Final = ("crop_pct", "cropt_pct")
"""The column of the crop, and how it was spelt until 2022."""

ROUNDING: Final = 0.0021
"""How far top-1 accuracy and error may be from 100 together: both are rounded to three decimals."""

MODEL_COLUMNS: Final = ("img_size", *CROPS, "interpolation")
"""Columns that describe a row beside its scores and size."""

_NEEDED: Final = ("model", "img_size", "top1", "top5")


def is_timm_results(names: Sequence[str]) -> bool:
    """Return whether a header is that of a result file of timm."""
    return set(names).issuperset(_NEEDED) and not set(names).isdisjoint(CROPS)


def is_timm_metadata(names: Sequence[str]) -> bool:
    """Return whether a header is that of timm's list of training sets, which holds no scores."""
    return list(names) == ["model", "pretrain"]


def read_timm_results(paths: Sequence[Path]) -> ScoreTable:
    """Read result files of timm.

    Parameters
    ----------
    paths : sequence of Path
        CSV files, or folders of them. In a folder, what is no result file is passed over: timm's own list of training
        sets in silence, anything else with an issue.

    Returns
    -------
    ScoreTable
        Top-1 accuracy in percent.

    Raises
    ------
    UnreadableError
        If a file cannot be opened or is no CSV.
    ContentError
        If a file that was named has no columns of timm's results.
    """
    collected = Collected()
    training: list[Cells] = []
    for path in paths:
        if path.is_dir():
            _add_folder(path, collected, training)
        else:
            table = delimited_cells(path)
            if is_timm_metadata(table.frame.columns):
                training.append(table)
                continue
            _check(table)
            _add(table, path, collected)
    collected.columns += [_trained_on(table, collected.models) for table in training]
    return collected.table(listed(path.name for path in paths))


def _trained_on(table: Cells, models: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return what a list of training sets says of the rows of each model, which it names without size and crop."""
    ids = pl.DataFrame(
        {"name": [row["base_model"] for row in models], "id": [row["model"] for row in models]},
        schema={"name": pl.String, "id": pl.String},
    ).unique(maintain_order=True)
    rows = ids.join(table.frame, left_on="name", right_on="model", how="inner", maintain_order="left")
    return model_columns(rows["id"], rows, ["pretrain"])


def _add_folder(folder: Path, collected: Collected, training: list[Cells]) -> None:
    """Add what the result files of a folder say."""
    for path in sorted(folder.glob("*.csv")):
        table = delimited_cells(path)
        if is_timm_results(table.frame.columns):
            _add(table, path, collected)
        elif is_timm_metadata(table.frame.columns):
            training.append(table)
        else:
            collected.issues.append(
                Issue(f"{path.name} holds no accuracies and was not read", where=folder.name)
            )


def _check(table: Cells) -> None:
    """Raise where a table is no result file."""
    if not is_timm_results(table.frame.columns):
        raise ContentError(
            f"the columns {', '.join(_NEEDED)} and crop_pct of a result file of timm",
            found=f"the columns {', '.join(table.frame.columns[:12])}",
            where=table.where,
        )


def _add(table: Cells, path: Path, collected: Collected) -> None:
    """Add what one file says."""
    collected.issues += table.issues
    stem = path.stem.removeprefix(PREFIX)
    known = BENCHMARKS.get(stem)
    benchmark = known.benchmark if known else stem
    if known is None:
        what = f"nothing is known of the images of {path.name!r} but that the score is top-1 accuracy"
        collected.issues.append(Issue(what, where=table.where))
    names = words(table, "model")
    scores = _scores(table, names, collected.issues)
    size = numbers(table, "param_count", names, collected.issues, thousands=True)
    ids = _ids(table, names, collected.issues)
    rows = pl.DataFrame([ids.alias("model"), scores.alias("score")]).drop_nulls()
    collected.scores += rows.with_columns(
        benchmark=pl.lit(benchmark), metric=pl.lit("top1"), source=pl.lit(table.source)
    ).to_dicts()
    collected.models += [
        {
            "model": model,
            "name": name,
            "parameters": millions * MILLION if millions else None,
            "base_model": name,
        }
        for model, name, millions in zip(ids, names, size, strict=True)
        if model is not None
    ]
    columns = [name for name in MODEL_COLUMNS if name in table.frame.columns]
    collected.columns.append(model_columns(ids, table.frame, columns))
    collected.benchmarks.append(_described(benchmark, known))


def _described(benchmark: str, known: _Set | None) -> dict[str, Any]:
    """Return what is known of a benchmark."""
    row: dict[str, Any] = {
        "benchmark": benchmark,
        "unit": "percent",
        "direction": "higher",
        "item_type": "binary mean",
        "floor": 0.0,
        "ceiling": PERCENT,
    }
    if known is None:
        return row
    return row | {
        "items": known.items,
        "chance": PERCENT / known.classes if known.classes else None,
        "part_of": known.part_of,
        "kin_to_suite": "\n".join(known.kin) or None,
    }


def _scores(table: Cells, names: pl.Series, issues: list[Issue]) -> pl.Series:
    """Return top-1 accuracy in percent, null where it does not go with the error beside it."""
    scores = numbers(table, "top1", names, issues)
    errors = numbers(table, "top1_err", names, issues)
    contrary = ((scores + errors - PERCENT).abs() > ROUNDING).fill_null(value=False)
    lines = table.numbers or range(1, table.frame.height + 1)
    at_fault = contrary.arg_true().to_list()
    for row in at_fault[:MOST_TOLD]:
        issues.append(
            Issue(
                f"top1 {scores[row]:g} and top1_err {errors[row]:g} do not make 100; the score was left out",
                where=f"{table.where}, line {lines[row]} (model {names[row]!r})",
                remedy="Correct the row, or download the file again.",
                stops=True,
            )
        )
    if len(at_fault) > MOST_TOLD:
        issues.append(Issue(f"{len(at_fault) - MOST_TOLD} more such rows", where=table.where, stops=True))
    return pl.select(pl.when(~contrary).then(scores)).to_series()


def _ids(table: Cells, names: pl.Series, issues: list[Issue]) -> pl.Series:
    """Return the id of each row: its model, input size and crop; null where one of them is missing."""
    crop_column = next(name for name in CROPS if name in table.frame.columns)
    settings = zip(
        names,
        numbers(table, "img_size", names, issues),
        numbers(table, crop_column, names, issues),
        strict=True,
    )
    ids = [_id(name, size, crop) for name, size, crop in settings]
    if missing := ids.count(None):
        what = f"{missing} row(s) without a model, a size or a crop were left out"
        issues.append(Issue(what, where=table.where, stops=True))
    return pl.Series(ids, dtype=pl.String)


def _id(name: str | None, size: float | None, crop: float | None) -> str | None:
    """Return one id; the numbers are written in one way, whatever zeros a file puts behind them."""
    return None if name is None or size is None or crop is None else f"{name}@{size:g}px-crop{crop:g}"
