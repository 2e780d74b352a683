"""One table says the same in every form: text, Parquet, JSON, JSON lines and data frames."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confounded.errors import ContentError, InputError, UnreadableError
from confounded.readers import files as files_module
from confounded.readers import read_scores
from confounded.readers.frames import MOST_CELLS

WIDE = pl.DataFrame(
    {
        "model": ["A", "B", "C"],
        "family": ["f", "g", None],
        "mmlu": [0.1 + 0.2, None, 1e-17],
        "n": [1, 2, None],
    }
)
LONG = pl.DataFrame(
    {
        "model": ["A", "B"],
        "benchmark": ["x", "x"],
        "score": [0.1, 1 / 3],
        "stderr": [0.01, None],
        "n_items": [100, None],
        "direction": ["lower", "lower"],
    }
)


class Foreign:
    """A data frame of another library, of which only the Arrow interface is known."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def as_records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if v is not None} for row in frame.to_dicts()]


def as_csv(frame: pl.DataFrame, folder: Path) -> Path:
    frame.write_csv(folder / "t.csv")
    return folder / "t.csv"


def as_tsv(frame: pl.DataFrame, folder: Path) -> Path:
    frame.write_csv(folder / "t.tsv", separator="\t")
    return folder / "t.tsv"


def as_parquet(frame: pl.DataFrame, folder: Path) -> Path:
    frame.write_parquet(folder / "t*.parquet".replace("*", "[1]"))
    return folder / "t[1].parquet"


def as_json(frame: pl.DataFrame, folder: Path) -> Path:
    (folder / "t.json").write_text(json.dumps(as_records(frame)), encoding="utf-8")
    return folder / "t.json"


def as_json_lines(frame: pl.DataFrame, folder: Path) -> Path:
    text = "\n\n".join(json.dumps(row) for row in as_records(frame))
    (folder / "t.jsonl").write_text(text, encoding="utf-8")
    return folder / "t.jsonl"


def as_frame(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    return frame


def as_lazy_frame(frame: pl.DataFrame, folder: Path) -> pl.LazyFrame:
    return frame.lazy()


def as_foreign(frame: pl.DataFrame, folder: Path) -> Foreign:
    return Foreign(frame)


FORMS = [as_csv, as_tsv, as_parquet, as_json, as_json_lines, as_frame, as_lazy_frame, as_foreign]
Form = Callable[[pl.DataFrame, Path], Any]


@pytest.mark.parametrize("form", FORMS)
def test_a_wide_table_says_the_same_in_every_form(tmp_path: Path, form: Form) -> None:
    table = read_scores(form(WIDE, tmp_path))
    found = {(m, b): s for m, b, s in table.scores.select("model", "benchmark", "score").iter_rows()}
    assert found == {("A", "mmlu"): 0.1 + 0.2, ("C", "mmlu"): 1e-17, ("A", "n"): 1.0, ("B", "n"): 2.0}
    assert table.models.select("model", "family").rows() == [("A", "f"), ("B", "g"), ("C", None)]
    assert set(table.benchmarks["direction"]) == {None}


@pytest.mark.parametrize("form", FORMS)
def test_a_long_table_says_the_same_in_every_form(tmp_path: Path, form: Form) -> None:
    table = read_scores(form(LONG, tmp_path))
    found = table.scores.sort("model").select("model", "benchmark", "score", "stderr", "n_items").rows()
    assert found == [("A", "x", 0.1, 0.01, 100), ("B", "x", 1 / 3, None, None)]
    assert table.benchmarks["direction"].to_list() == ["lower"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"model": ["A"], "x": ["high"]}),
        pl.DataFrame({"model": ["A"], "x": [float("inf")]}),
        pl.DataFrame({"model": ["A"], "x": [True]}),
        pl.DataFrame({"model": ["A", "A"], "x": [1.0, 2.0]}),
        pl.DataFrame({"model": ["A", "A "], "x": [1.0, 2.0]}),
        pl.DataFrame({"name": ["A"], "x": [1.0]}),
        pl.DataFrame({"model": [None, "B"], "x": [1.0, 2.0]}),
        pl.DataFrame({"model": [None, None], "x": [1.0, 2.0]}),
        pl.DataFrame({"model": ["A"], "population": ["aligned"], "x": [1.0]}),
        pl.DataFrame({"model": ["A"], "type": ["chat"], "population": ["base"], "x": [1.0]}),
        pl.DataFrame({"Model": ["A"], "model": ["B"], "benchmark": ["b"], "score": [1.0]}),
        pl.DataFrame({"model": ["A", "A"], "benchmark": ["b", "b"], "score": [1.0, 2.0]}),
        pl.DataFrame({"model": ["A"], "benchmark": ["b"], "score": [1.0], "n_items": [1e30]}),
        pl.DataFrame({"model": ["A"], "benchmark": ["b"], "score": [1.0], "n_items": [2.5]}),
        pl.DataFrame({"model": ["A"], "benchmark": ["b"], "score": [1.0], "items": [-1]}),
    ],
    ids=lambda frame: ",".join(frame.columns),
)
def test_unusable_content_is_refused_in_every_form(tmp_path: Path, form: Form, frame: pl.DataFrame) -> None:
    with pytest.raises(InputError):
        read_scores(form(frame, tmp_path))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "t.json",
            '[{"model": "A", "x": 1}, {"model": "B", "x": "high"}]',
            "record 2 (model 'B'), column 'x'",
        ),
        (
            "t.jsonl",
            '{"model": "A", "x": 1}\n\n{"model": "B", "x": "high"}\n',
            "line 3 (model 'B'), column 'x'",
        ),
        ("t.jsonl", '{"model": "A", "x": 1}\n{"model": "B", "x": \n', "line 2: expected JSON"),
        ("t.jsonl", '{"model": "A", "x": 1}\n[1]\n', "line 2: expected an object"),
        ("t.json", '[{"model": "A", "x": [1]}]', "record 1, field 'x'"),
        ("t.json", '[{"model": "A", "x": 1, "x": 2}]', "the field 'x' twice"),
        ("t.json", '[{"model": "A", "x": 1' + "0" * 400 + "}]", "column 'x'"),
        ("t.json", '[{"model": "A", "x": Infinity}]', "column 'x'"),
        ("t.json", "[]", "records of scores"),
        ("t.json", "[1]", "an object with fields"),
    ],
)
def test_a_bad_record_is_named_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scores(path)
    assert said in str(caught.value)
    assert name in str(caught.value)


def test_a_nan_that_python_wrote_is_a_missing_score(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"model": "A", "x": NaN, "y": 1}]', encoding="utf-8")
    assert read_scores(path).scores["benchmark"].to_list() == ["y"]
    frame = pl.DataFrame({"model": ["A"], "x": [float("nan")], "y": [1.0]})
    assert read_scores(frame).scores["benchmark"].to_list() == ["y"]


def test_a_broken_parquet_is_one_clear_error(tmp_path: Path) -> None:
    whole = as_parquet(WIDE, tmp_path).read_bytes()
    path = tmp_path / "broken.parquet"
    for content in (b"", b"PAR1", whole[: len(whole) // 2], whole[:-9] + whole[-8:], b"model,x\nA,1\n"):
        path.write_bytes(content)
        with pytest.raises(UnreadableError, match=r"broken\.parquet"):
            read_scores(path)


@settings(max_examples=10)  # each is a process of its own
@given(st.data())
def test_no_flipped_byte_crashes_the_parquet_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    path = as_parquet(WIDE, folder)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        read_scores(path)


def test_a_parquet_reader_that_is_ended_by_a_signal_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os\nos.abort()\n")
    monkeypatch.setattr("confounded.readers._parquet_child.__file__", str(child))
    with pytest.raises(UnreadableError, match="damaged content"):
        read_scores(as_parquet(WIDE, tmp_path))


def test_a_parquet_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert WIDE.height * WIDE.width < MOST_CELLS
    monkeypatch.setattr("confounded.readers.frames.MOST_CELLS", WIDE.height * WIDE.width - 1)
    with pytest.raises(UnreadableError, match="3 rows × 4 columns"):
        read_scores(as_parquet(WIDE, tmp_path))


@pytest.mark.parametrize("form", [as_csv, as_parquet, as_json, as_json_lines])
def test_a_file_that_is_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    path = form(WIDE, tmp_path)
    monkeypatch.setattr(files_module, "LARGEST_FILE", 10)
    with pytest.raises(UnreadableError, match="MiB"):
        read_scores(path)


def test_something_that_is_no_frame_is_refused() -> None:
    with pytest.raises(UnreadableError, match="found list"):
        read_scores([1, 2])  # type: ignore[arg-type]


def test_a_column_of_lists_is_refused() -> None:
    with pytest.raises(ContentError, match="text or numbers"):
        read_scores(pl.DataFrame({"model": ["A"], "x": [[1.0]]}))


def test_errors_and_items_in_columns_beside_the_scores_are_no_benchmarks(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(
        "model,safe,safe_stderr,safe_n_items,other_stderr\na,0.5,0.02,400,1\nb,0.6,,400,2\n", encoding="utf-8"
    )
    table = read_scores(path)
    assert set(table.scores["benchmark"]) == {"safe", "other_stderr"}
    own = table.scores.filter(pl.col("benchmark") == "safe").sort("model")
    assert own["stderr"].to_list() == [0.02, None]
    assert own["n_items"].to_list() == [400, 400]
    assert any("safe_stderr, safe_n_items" in issue.what for issue in table.issues)


def test_an_error_without_the_sign_of_its_score_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,safe,safe_stderr\na,50%,0.02\nb,60%,0.03\n", encoding="utf-8")
    with pytest.raises(ContentError, match="in the same way"):
        read_scores(path)
