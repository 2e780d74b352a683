"""Data frames of pandas, polars and pyarrow, wide and long, with what their authors put into them."""

from __future__ import annotations

import builtins
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import confounded
from confounded.errors import ContentError, InputError, UnreadableError, UnsettledError
from confounded.readers import frames
from confounded.readers.frames import read_parquet
from tests.readers.samples import LONG, WIDE

MAKERS = {
    "pandas": pd.DataFrame,
    "pandas-nullable": lambda rows: pd.DataFrame(rows).convert_dtypes(),
    "pandas-category": lambda rows: pd.DataFrame(rows).astype({"model": "category"}),
    "polars": pl.DataFrame,
    "polars-lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "pyarrow": pa.Table.from_pylist,
    "pyarrow-batch": pa.RecordBatch.from_pylist,
}
every_library = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def read(frame: Any, *, lenient: bool = False) -> Any:
    return confounded.read_scores(frame, lenient=lenient)


@every_library
def test_a_wide_frame_says_the_same_in_every_library(make: Any) -> None:
    scores = {
        (m, b): s
        for m, b, s in read(make(list(WIDE))).scores.select("model", "benchmark", "score").iter_rows()
    }
    assert scores == {
        (row["model"], name): row[name] for row in WIDE for name in ("truthful", "refusal", "exams")
    }


@every_library
def test_a_long_frame_says_the_same_in_every_library(make: Any) -> None:
    found = read(make(list(LONG))).scores.select("model", "benchmark", "score", "stderr", "n_items").rows()
    assert sorted(found) == sorted(tuple(row.values()) for row in LONG)


@every_library
def test_what_could_be_meant_in_two_ways_stops_in_every_library(make: Any) -> None:
    twice = [*WIDE, {**WIDE[0], "truthful": 0.9}]
    units = [{**row, "truthful": row["truthful"] * (100 if n % 2 else 1)} for n, row in enumerate(WIDE)]
    endless = [{**row, "truthful": float("inf")} if n == 2 else row for n, row in enumerate(WIDE)]
    for rows, said in ((twice, "2 scores of model 'ada-7b'"), (units, "unit"), (endless, "inf is no number")):
        with pytest.raises(UnsettledError, match=said):
            read(make(list(rows)))
        assert any(issue.stops for issue in read(make(list(rows)), lenient=True).issues)


@every_library
def test_a_missing_cell_is_no_score_in_every_library(make: Any) -> None:
    rows = [{**row, "truthful": None} if n == 2 else row for n, row in enumerate(WIDE)]
    assert read(make(list(rows))).scores.height == 17


def test_a_named_index_of_pandas_is_a_column() -> None:
    wide = pd.DataFrame(list(WIDE)).set_index("model")
    assert read(wide).scores.height == 18
    long = pd.DataFrame(list(LONG)).set_index(["model", "benchmark"])
    assert read(long).scores.height == 12


def test_an_index_without_a_name_is_an_error_with_the_call_that_settles_it() -> None:
    frame = pd.DataFrame({"mmlu": [0.1, 0.2]}, index=["A", "B"])
    with pytest.raises(ContentError, match=r'frame\.rename_axis\("model"\)'):
        read(frame)
    assert read(frame.rename_axis("model")).scores["model"].to_list() == ["A", "B"]


def test_row_numbers_of_pandas_are_no_benchmark() -> None:
    frame = pd.DataFrame(list(WIDE))
    assert read(frame.iloc[2:]).scores.height == 12
    table = read(frame.reset_index())
    assert set(table.scores["benchmark"]) == {"truthful", "refusal", "exams"}
    assert any("only counts the rows" in issue.what for issue in table.issues)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"model": ["A", "B"], "x": [0.1, "high"]}), "one type each"),
        (pd.DataFrame([["A", 0.1, 0.2]], columns=["model", "x", "x"]), "one name"),
        (
            pa.Table.from_arrays([pa.array(["A"]), pa.array([1]), pa.array([2])], names=["model", "x", "x"]),
            "one name",
        ),
        (
            pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("c", "d")])),
            "column 'model'",
        ),
        (pd.DataFrame({"model": ["A"], "x": [True]}), "only words"),
        (pd.DataFrame(), "empty"),
        (pl.DataFrame(), "empty"),
        (pl.LazyFrame({"model": ["A"]}).select("x"), "unable to find"),
        (pd.Series([1, 2]), "one type each"),
        (pd.DataFrame({"model": ["A"], "x": [[1.0]]}), "text or numbers"),
        (pd.DataFrame({"model": ["A"], "x": [1 + 2j]}), "data frame"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_frame_that_cannot_be_used_is_one_clear_error(frame: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(frame)
    assert "the data frame" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dates_are_those_of_the_models_and_no_scores() -> None:
    day = datetime.date(2024, 3, 1)
    for frame in (
        pd.DataFrame(
            {"model": ["A"], "x": [0.1], "released": pd.to_datetime(["2024-03-01"]), "when": ["2024-05-06"]}
        ),
        pl.DataFrame(
            {"model": ["A"], "x": [0.1], "released": [day], "when": [datetime.datetime(2024, 5, 6, 7)]}
        ),
        pa.table({"model": ["A"], "x": [0.1], "released": pa.array([day], pa.date64()), "when": [day]}),
    ):
        table = read(frame)
        assert table.models["released"].to_list() == ["2024-03-01"]
        assert table.scores["benchmark"].to_list() == ["x"]


def test_numbers_of_other_kinds_are_numbers() -> None:
    half = pa.table({"model": ["A"], "x": pa.array(np.array([0.5], dtype=np.float16))})
    for frame in (half, pd.DataFrame({"model": ["A"], "x": [Decimal("0.5")]})):
        assert read(frame).scores["score"].to_list() == [0.5]


def test_a_missing_package_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"model": pd.array(["A"], dtype="object"), "x": [0.5]})

    def without(*_: object, **__: object) -> Any:
        raise ModuleNotFoundError("pyarrow")

    monkeypatch.setattr(pl, "DataFrame", type("Refusing", (), {"__new__": without}))
    with pytest.raises(UnreadableError, match="pip install pyarrow"):
        read(frame)


def test_something_else_is_refused() -> None:
    with pytest.raises(UnreadableError, match="found ndarray"):
        read(np.zeros((2, 2)))
    assert builtins.hasattr(pd.DataFrame(), "__arrow_c_stream__")


def test_a_damaged_parquet_file_is_called_damaged_and_a_large_one_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scores.parquet"
    pl.DataFrame(list(WIDE)).write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        UnreadableError, match=r"expected a whole Parquet file, but found a damaged one"
    ) as cut:
        read_parquet(path)
    assert "at most" not in str(cut.value)
    path.write_bytes(whole)
    monkeypatch.setattr(frames, "MOST_CELLS", len(WIDE) * len(WIDE[0]) - 1)
    with pytest.raises(
        UnreadableError, match=r"at most \d+ cells, but found \d+ rows × \d+ columns"
    ) as large:
        read_parquet(path)
    assert "but found a damaged" not in str(large.value)


def test_the_index_of_frames_that_were_put_together_is_no_benchmark(tmp_path: Path) -> None:
    frame = pd.DataFrame(list(WIDE))
    half = len(frame) // 2
    pd.concat([frame[:half], frame[half:].reset_index(drop=True)]).to_parquet(tmp_path / "both.parquet")
    table = read_parquet(tmp_path / "both.parquet")
    assert set(table.scores["benchmark"]) == {"truthful", "refusal", "exams"}
    assert any("__index_level_0__ only counts the rows" in issue.what for issue in table.issues)
