"""What a file says arrives as it stands there, and what cannot be used is refused with its place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import ContentError, InputError, UnreadableError
from confounded.readers import read_scores


def written(tmp_path: Path, text: str, name: str = "scores.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def cells(path: Path) -> dict[tuple[str, str], float]:
    frame = read_scores(path).scores
    return {(row["model"], row["benchmark"]): row["score"] for row in frame.iter_rows(named=True)}


def test_a_wide_file_becomes_one_score_a_cell(tmp_path: Path) -> None:
    path = written(tmp_path, "model,mmlu,gsm8k\nA,0.5,0.25\nB,,1\n")
    assert cells(path) == {("A", "mmlu"): 0.5, ("A", "gsm8k"): 0.25, ("B", "gsm8k"): 1.0}


def test_a_long_file_and_its_wide_form_say_the_same(tmp_path: Path) -> None:
    wide = written(tmp_path, "model,family,mmlu,gsm8k\nA,f,0.5,0.25\nB,g,0.75,1\n")
    long = written(
        tmp_path,
        "benchmark,model,score,family\nmmlu,B,0.75,g\ngsm8k,A,0.25,f\ngsm8k,B,1,g\nmmlu,A,0.5,f\n",
        "long.csv",
    )
    assert cells(wide) == cells(long)
    assert read_scores(wide).models.equals(read_scores(long).models)


def test_a_tab_separated_file_is_read_by_its_tabs(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "model\tmmlu\nA, B\t0.5\n", "scores.tsv")) == {("A, B", "mmlu"): 0.5}


def test_what_a_file_says_of_models_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "model,type,FLOP,model_size,Organization,mmlu\nA,chat,1e23,7e9,Acme,0.5\n")
    row = read_scores(path).models.row(0, named=True)
    assert (row["population"], row["training_flop"], row["parameters"], row["organisation"]) == (
        "chat",
        1e23,
        7e9,
        "Acme",
    )


def test_what_a_long_file_says_of_benchmarks_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "model,benchmark,score,direction,stderr,n_items\nA,x,0.5,lower,0.1,25\n")
    table = read_scores(path)
    assert table.benchmarks["direction"].to_list() == ["lower"]
    assert table.scores.select("stderr", "n_items").row(0) == (0.1, 25)


@pytest.mark.parametrize("missing", ["", "NA", "nan", "NaN", "null", " ", "n/a"])
def test_a_missing_score_is_no_row_and_no_zero(tmp_path: Path, missing: str) -> None:
    assert cells(written(tmp_path, f"model,mmlu\nA,{missing}\nB,0\n")) == {("B", "mmlu"): 0.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,mmlu\nA,0.5\nB,high\n", "line 3 (model 'B'), column 'mmlu'"),
        ("model,mmlu\nA,inf\n", "'inf'"),
        ("model,mmlu\nA,1e999\n", "'1e999'"),
        ("model,mmlu\nA,0.5\nA,0.6\n", "line 2, line 3"),
        ("model,mmlu,mmlu\nA,0.5,0.6\n", "mmlu more than once"),
        ("name,mmlu\nA,0.5\n", "column 'model'"),
        ("model\nA\n", "at least one column of scores"),
        ("model,mmlu\n,0.5\n", "an empty cell"),
        ("model,population,mmlu\nA,aligned,0.5\n", "'aligned'"),
        ("model,benchmark,score\nA,x,1\nA,x,2\n", "2 scores of model 'A' on benchmark 'x'"),
        ("model,benchmark,score,family\nA,x,1,f\nA,y,2,g\n", "'f' and 'g'"),
        ("model,,mmlu\nA,1,2\n", "column 2 without a name"),
        ("model,mmlu,gsm8k\nA,1,2\nB,1\n", "line 3: expected 3 cells"),
        ("model,mmlu\nA,1,2\n", "line 2: expected 2 cells"),
    ],
)
def test_unusable_content_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ContentError) as caught:
        read_scores(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "scores.csv" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"model,mmlu\n", b"\xff\xfe\x00m", b"model,mmlu\nA,\xff\n", b'model,mmlu\n"A,0.5\n'],
    ids=["empty", "blank lines", "header only", "UTF-16", "broken UTF-8", "open quote"],
)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_scores(path)
    assert "broken.csv" in str(caught.value)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        read_scores(path)


@given(
    st.lists(
        st.floats(-1e100, 1e100),
        min_size=1,
        max_size=8,
    )
)
def test_scores_survive_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float]
) -> None:
    scores = [*scores, -1.0]  # so that no column is taken for one in fractions and percent
    path = tmp_path_factory.mktemp("exact") / "scores.csv"
    path.write_text("model,x\n" + "".join(f"m{i},{score!r}\n" for i, score in enumerate(scores)))
    assert list(cells(path).values()) == scores


def test_a_missing_file_says_so() -> None:
    with pytest.raises(UnreadableError, match=r"no-such-file\.csv"):
        read_scores("no-such-file.csv")


def test_a_folder_is_all_its_score_files(tmp_path: Path) -> None:
    written(tmp_path, "model,mmlu\nA,0.5\n", "a.csv")
    written(tmp_path, "model\tgsm8k\nA\t0.25\n", "b.tsv")
    written(tmp_path, "not scores", "notes.txt")
    assert cells(tmp_path) == {("A", "mmlu"): 0.5, ("A", "gsm8k"): 0.25}


def test_a_score_in_two_files_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "model,mmlu\nA,0.5\n", "a.csv")
    written(tmp_path, "model,mmlu\nA,0.6\n", "b.csv")
    with pytest.raises(ContentError, match=r"a\.csv, b\.csv"):
        read_scores(tmp_path)


def test_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "model,family,mmlu\nA,f,0.5\n", "a.csv")
    written(tmp_path, "model,family,gsm8k\nA,g,0.6\n", "b.csv")
    with pytest.raises(ContentError, match="'f' and 'g'"):
        read_scores(tmp_path)


def test_a_folder_without_score_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="none"):
        read_scores(tmp_path)


def test_a_table_keeps_its_column_types(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, "model,mmlu\nA,1\n"))
    assert table.scores.schema["score"] == pl.Float64
    assert table.models.schema["training_flop"] == pl.Float64
