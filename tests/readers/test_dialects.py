"""What spreadsheet programs and data frames save as text: read where the file says how, else refused with the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from confounded.errors import InputError, UnreadableError
from confounded.readers import dialects, read_scores
from confounded.readers.dialects import dialect_of

PLAIN = "model,mmlu,refusal\nA,0.71,0.5\nB,0.82,0.6\n"


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def scores(path: Path) -> dict[tuple[str, str], float]:
    return {
        (m, b): s for m, b, s in read_scores(path).scores.select("model", "benchmark", "score").iter_rows()
    }


EXPECTED = {("A", "mmlu"): 0.71, ("B", "mmlu"): 0.82, ("A", "refusal"): 0.5, ("B", "refusal"): 0.6}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
def test_a_mark_tells_the_encoding(tmp_path: Path, encoding: str, ends: str, name: str) -> None:
    text = PLAIN.replace("\n", ends).replace(",", "\t" if name == "t.tsv" else ",")
    path = written(tmp_path, text, encoding, name)
    assert scores(path) == EXPECTED
    assert read_scores(path).issues == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_file_that_ends_within_a_line_is_told_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    path = written(tmp_path, mark + PLAIN.rstrip(), encoding)
    assert any("cut short" in issue.what for issue in read_scores(path).issues)


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_read_where_the_header_shows_it(
    tmp_path: Path, separator: str, word: str
) -> None:
    path = written(tmp_path, PLAIN.replace(",", separator))
    assert scores(path) == EXPECTED
    assert [issue.what for issue in read_scores(path).issues] == [
        f"the cells are separated by {word}, not commas, as the header shows"
    ]


def test_a_comma_within_quotes_is_no_separator(tmp_path: Path) -> None:
    path = written(tmp_path, 'model;"acc,none"\nA;0.5\n')
    assert scores(path) == {("A", "acc,none"): 0.5}


def test_a_semicolon_in_a_name_separates_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "model,a;b\nA,0.5\n")
    assert scores(path) == {("A", "a;b"): 0.5}
    assert dialect_of(path).separator == ","


def test_row_numbers_without_a_name_are_no_benchmark(tmp_path: Path) -> None:
    assert scores(written(tmp_path, ",model,mmlu\n0,A,0.5\n1,B,0.6\n")) == {
        ("A", "mmlu"): 0.5,
        ("B", "mmlu"): 0.6,
    }
    again = written(tmp_path, ",Unnamed: 0,model,mmlu\n0,0,A,0.5\n1,1,B,0.6\n")
    assert scores(again) == {("A", "mmlu"): 0.5, ("B", "mmlu"): 0.6}
    assert any("Unnamed: 0 only counts the rows" in issue.what for issue in read_scores(again).issues)


def test_percent_signs_on_every_score_say_the_unit(tmp_path: Path) -> None:
    wide = read_scores(written(tmp_path, "model,mmlu\nA,71%\nB,82 %\n"))
    assert wide.scores["score"].to_list() == [71.0, 82.0]
    assert wide.benchmarks["unit"].to_list() == ["percent"]
    long = read_scores(written(tmp_path, "model,benchmark,score,stderr\nA,x,71%,2%\nB,x,82%,3%\n"))
    assert long.scores.select("score", "stderr").rows() == [(71.0, 2.0), (82.0, 3.0)]
    assert long.benchmarks["unit"].to_list() == ["percent"]


def test_a_column_of_dates_or_words_is_told_and_stops_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "model,mmlu,day,notes\nA,0.5,2024-01-02,fine\nB,0.6,2024-02,\n")
    assert scores(path) == {("A", "mmlu"): 0.5, ("B", "mmlu"): 0.6}
    assert any("describe the models: day, notes" in issue.what for issue in read_scores(path).issues)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model,mmlu\nA,"0,71"\nB,"0,82"\n', "decimal point, such as 0.71"),
        ('model,elo\nA,"1,234"\nB,"1,190"\n', "between thousands"),
        ("model,mmlu\nA,71%\nB,0.82\n", "all scores of a benchmark with a percent sign"),
        ("model,benchmark,score,stderr\nA,x,71%,0.02\n", "all scores of a benchmark with a percent sign"),
        ("model,mmlu\nA,#N/A\nB,0.5\n", "error of the spreadsheet"),
        ("model,mmlu\nA,#DIV/0!\nB,0.5\n", "error of the spreadsheet"),
        ("model,mmlu\nA,0.71 ± 0.02\nB,0.5\n", "column 'stderr'"),
        ("model,mmlu\nA,0.71*\nB,0.5\n", "Remove the mark"),
        ("model,mmlu,window\nA,0.71,4.5k\nB,0.5,8k\n", "If the column holds no scores, remove it"),
        (",mmlu\nA,0.71\nB,0.5\n", "the column of model names is called 'model'"),
        ("Results of March\n\nmodel,mmlu\nA,0.71\n", "Remove what stands above the header"),
        ("benchmark,A,B\nmmlu,0.71,0.5\n", "Name the column of model names 'model'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_cure(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"t\.csv") as caught:
        read_scores(written(tmp_path, text))
    assert said in str(caught.value)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le", "utf-16-be"])
def test_an_encoding_without_a_mark_is_refused_with_the_cure(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UnreadableError, match="Save the file as CSV in UTF-8"):
        read_scores(written(tmp_path, PLAIN.replace("A", "Ä"), encoding))


def test_a_header_of_any_length_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "LONGEST_LINE", 100)
    with pytest.raises(UnreadableError, match="a longer one"):
        read_scores(written(tmp_path, f"model,{'m' * 200}\nA,1\n"))
