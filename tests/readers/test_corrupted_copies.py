"""A damaged copy of any file is refused in one line, or read with what is wrong said: never a silent number.

One exception is in the nature of things: where a digit has become another digit, or a Parquet file (whose pages carry
no checksum) holds another number, the score is the number that the file holds now.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from confounded.errors import ContentError
from confounded.readers import read_items, read_scores
from confounded.readers.formats import FORMATS
from tests.readers import corruption
from tests.readers.corruption import Outcome, numbers_in, outcome, words_in
from tests.readers.samples import LONG, MODELS, SAMPLES, TABLES, WIDE, Sample, Table, json_bytes

COPIES: Final = int(os.environ.get("CONFOUNDED_COPIES", "24"))
"""Flipped and cut copies of each sample; a run with 10,000 flips every byte."""

SLOW_TO_OPEN: Final = {"Parquet": 4, "Excel": 4}
"""How many times fewer copies there are of a format whose reader starts a process for each file."""

ARCHIVES: Final = (".parquet", ".eval", ".xlsx", ".zip")

Rows = Sequence[Mapping[str, Any]]

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.ending[1:])


def copies_of(sample: Sample) -> int:
    return max(2, COPIES // SLOW_TO_OPEN.get(sample.format, 1))


def read_copy(sample: Sample, folder: Path, content: bytes) -> Outcome:
    path = sample.written(folder, content)
    return outcome(path, folder / sample.target)


def check_told(sample: Sample, before: Outcome, after: Outcome, content: bytes, label: str) -> None:
    """Check a table that was read from a damaged copy against the bytes of that copy, as text."""
    if after.table is None:
        return
    if sample.ending in ARCHIVES:
        # The members of an archive carry checksums: what can be read is what was written.
        if sample.ending != ".parquet":
            assert after.scores == before.scores, label
        return
    # Bytes that are no text may stand in fields that nothing is read from.
    text = content.decode("utf-8-sig", errors="replace")
    words, numbers = words_in(text), numbers_in(text)
    beside = " ".join(
        one.decode(errors="replace") for name, one in sample.files.items() if name != sample.target
    )
    numbers |= numbers_in(beside)
    for (model, benchmark), score in after.scores.items():
        if before.scores.get((model, benchmark)) == score:
            continue
        if not sample.is_of_items:
            assert score in numbers, f"{label}: the score {score!r} stands nowhere in the file"
        stem = model.partition("@")[0]  # of timm, whose sizes and crops are put behind it
        assert sample.is_named or stem.casefold() in (words + beside).casefold(), (
            f"{label}: the model {model!r} stands nowhere in the file"
        )
    lost = len(before.scores) - len(after.scores)
    if lost > 0 and not sample.is_of_items:
        gone = set(before.scores.values()) - set(after.scores.values())
        still_there = gone & numbers
        assert after.told - before.told or not still_there, (
            f"{label}: {still_there} are gone, and nothing says so"
        )
    check_directions(before, after, label)


@pytest.mark.parametrize(
    "sample", [one for one in SAMPLES if one.is_of_items], ids=lambda sample: sample.name
)
def test_a_mean_of_a_damaged_copy_is_that_of_the_item_scores_in_it(sample: Sample, tmp_path: Path) -> None:
    for label, content in corruption.flipped(sample.content, copies_of(sample), seed=1):
        path = sample.written(tmp_path, content)
        after = outcome(path, tmp_path / sample.target)
        if after.table is None or any(not one for one in after.table.scores["n_items"]):
            continue
        items = read_items(path).items
        numbers = numbers_in(words_in(content.decode(errors="replace")))
        assert set(items["score"]) <= numbers, label
        means = {
            (model, name): score
            for model, name, score in items.group_by("model", "benchmark")
            .agg(pl.col("score").mean())
            .iter_rows()
        }
        assert means == pytest.approx(after.scores), label


def check_directions(before: Outcome, after: Outcome, label: str) -> None:
    """Check that no damage turned a benchmark round."""
    assert before.table is not None
    assert after.table is not None
    said = dict(before.table.benchmarks.select("benchmark", "direction").iter_rows())
    for benchmark, direction in after.table.benchmarks.select("benchmark", "direction").iter_rows():
        if direction is not None and benchmark in said:
            assert direction == said[benchmark], f"{label}: {benchmark!r} was turned round"


def test_every_format_has_a_sample_that_its_own_reader_takes(tmp_path: Path) -> None:
    assert {sample.format for sample in SAMPLES} == {one.name for one in FORMATS}
    for sample in SAMPLES:
        path = sample.written(tmp_path / sample.name)
        assert outcome(path, tmp_path / sample.name / sample.target).scores, sample.name


@every_sample
def test_a_flipped_bit_is_refused_or_is_what_the_file_says_now(sample: Sample, tmp_path: Path) -> None:
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    for label, content in corruption.flipped(sample.content, copies_of(sample)):
        check_told(sample, before, read_copy(sample, tmp_path, content), content, label)


@every_sample
def test_a_file_that_is_cut_short_is_refused_or_loses_nothing(sample: Sample, tmp_path: Path) -> None:
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    for label, content in corruption.cut(sample.content, copies_of(sample) // 2):
        after = read_copy(sample, tmp_path, content)
        if after.table is not None and not is_whole_rows(sample, content):
            assert after.scores == before.scores or after.told - before.told, label
        check_told(sample, before, after, content, label)


def is_whole_rows(sample: Sample, content: bytes) -> bool:
    """Return whether a cut file is a whole file of fewer rows, which no reader can tell from one."""
    rest = sample.content[len(content) :]
    if sample.ending == ".jsonl":
        return not rest.strip() or rest.startswith(b"\n") or content.endswith(b"\n")
    return sample.ending in (".csv", ".tsv") and content.endswith(b"\n")


@every_sample
def test_a_file_that_is_damaged_as_a_whole_is_refused_or_said(sample: Sample, tmp_path: Path) -> None:
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    for label, content in corruption.bytes_damaged(sample.content):
        after = read_copy(sample, tmp_path, content)
        if content != sample.content:
            check_told(sample, before, after, content, label)


@every_sample
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "latin-1"])
def test_text_in_another_encoding_is_refused_or_read_as_the_same(
    sample: Sample, encoding: str, tmp_path: Path
) -> None:
    if sample.ending in ARCHIVES:
        return
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    text = sample.content.decode().replace("ada-7b", "adä-7b")
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        pytest.skip(f"{encoding} has no such signs")
    after = read_copy(sample, tmp_path, content)
    if after.table is not None:
        plain = {(model.replace("ä", "a"), name): score for (model, name), score in after.scores.items()}
        assert plain == before.scores


DOCUMENTS: Final = [sample for sample in SAMPLES if sample.ending == ".json"]
every_document = pytest.mark.parametrize("sample", DOCUMENTS, ids=lambda sample: sample.name)
ODD: Final = (
    "high",
    "",
    float("nan"),
    float("inf"),
    float("-inf"),
    "1e999",
    10**400,
    2**53 + 1,
    "2026-01-31",
    [],
    {},
    None,
    True,
)


@every_document
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
def test_a_value_of_another_kind_in_a_document_is_refused_or_said(
    sample: Sample, value: object, tmp_path: Path
) -> None:
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    document = json.loads(sample.content)
    every = list(corruption.exchanged(document, value))
    for label, changed in every[:: max(1, len(every) // COPIES)]:
        content = json_bytes(changed)
        check_told(sample, before, read_copy(sample, tmp_path, content), content, label)


@every_document
def test_a_renamed_field_of_a_document_is_refused_or_said(sample: Sample, tmp_path: Path) -> None:
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    every = list(corruption.renamed(json.loads(sample.content)))
    for label, changed in every[:: max(1, len(every) // (2 * COPIES))]:
        content = json_bytes(changed)
        check_told(sample, before, read_copy(sample, tmp_path, content), content, label)


BOTH: Final = {"wide": WIDE, "long": LONG}
every_shape = pytest.mark.parametrize("shape", BOTH)
UNUSABLE: Final = (
    "high",
    "0,71",
    "0.71.3",
    "inf",
    "-Infinity",
    "1e999",
    "2026-01-31",
    "=A1/2",
    "71 of 100",
    "٫5",
    "0x1F",
)
MISSING: Final = (None, "", "NaN", "n/a", "-", "  ")


def changed(rows: Rows, row: int, column: str, value: object) -> list[dict[str, Any]]:
    return [{**one, column: value} if number == row else dict(one) for number, one in enumerate(rows)]


def score_column(shape: str) -> str:
    return "score" if shape == "long" else "refusal"


def read_rows(table: Table, folder: Path, rows: Rows, *, lenient: bool = False) -> Outcome:
    path = table.file(folder, rows)
    return outcome(path, path, lenient=lenient)


@every_table
@every_shape
@pytest.mark.parametrize("cell", UNUSABLE)
def test_a_cell_that_is_no_number_stops_and_is_left_out_where_one_goes_on(
    table: Table, shape: str, cell: str, tmp_path: Path
) -> None:
    column = score_column(shape)
    rows = changed(BOTH[shape], 2, column, cell)
    refused = read_rows(table, tmp_path, rows)
    assert refused.table is None
    assert repr(cell) in refused.refusal
    assert f"column {column!r}" in refused.refusal
    went_on = read_rows(table, tmp_path, rows, lenient=True)
    without = read_rows(table, tmp_path, changed(BOTH[shape], 2, column, None))
    assert went_on.scores == without.scores
    assert went_on.table is not None
    assert any(issue.stops for issue in went_on.table.issues)


@every_table
@every_shape
def test_an_infinite_number_stops(table: Table, shape: str, tmp_path: Path) -> None:
    for value in (float("inf"), float("-inf")):
        assert read_rows(table, tmp_path, changed(BOTH[shape], 2, score_column(shape), value)).table is None


@every_table
@every_shape
@pytest.mark.parametrize("cell", MISSING)
def test_a_cell_that_says_there_is_no_score_takes_no_other_with_it(
    table: Table, shape: str, cell: str | None, tmp_path: Path
) -> None:
    before = read_rows(table, tmp_path, BOTH[shape]).scores
    column = score_column(shape)
    gone = BOTH[shape][2]
    del before[gone["model"], gone.get("benchmark", column)]
    assert read_rows(table, tmp_path, changed(BOTH[shape], 2, column, cell)).scores == before


@every_table
@every_shape
@pytest.mark.parametrize("cell", [None, "", "   ", float("nan")])
def test_a_row_without_a_model_is_refused(table: Table, shape: str, cell: object, tmp_path: Path) -> None:
    if cell != cell and table.ending != ".json":
        cell = None  # other formats write NaN in a column of text as text, or cannot
    assert read_rows(table, tmp_path, changed(BOTH[shape], 2, "model", cell)).table is None


@every_table
def test_a_renamed_column_renames_its_benchmark_and_nothing_else(table: Table, tmp_path: Path) -> None:
    before = read_rows(table, tmp_path, WIDE).scores
    rows = [{("denial" if name == "refusal" else name): cell for name, cell in row.items()} for row in WIDE]
    after = read_rows(table, tmp_path, rows).scores
    assert {
        (model, "refusal" if name == "denial" else name): one for (model, name), one in after.items()
    } == before


@every_table
@pytest.mark.parametrize("column", ["model", "benchmark", "score"])
def test_a_long_table_without_one_of_its_columns_is_refused_or_said(
    table: Table, column: str, tmp_path: Path
) -> None:
    rows = [{(f"{name}x" if name == column else name): cell for name, cell in row.items()} for row in LONG]
    after = read_rows(table, tmp_path, rows)
    assert after.table is None or after.told


@every_table
def test_the_order_of_columns_and_rows_means_nothing(table: Table, tmp_path: Path) -> None:
    before = read_rows(table, tmp_path, WIDE).scores
    rows = [dict(reversed(row.items())) for row in reversed(WIDE)]
    assert read_rows(table, tmp_path, rows).scores == before


@every_table
def test_two_columns_under_one_name_are_refused(table: Table, tmp_path: Path) -> None:
    if table.ending in (".csv", ".tsv"):
        path = table.file(tmp_path, WIDE)
        path.write_bytes(path.read_bytes().replace(b"refusal", b"truthful"))
        assert outcome(path, path).table is None
    # After blanks are taken off.
    rows = [
        {("truthful " if name == "refusal" else name): cell for name, cell in row.items()} for row in WIDE
    ]
    assert read_rows(table, tmp_path, rows).table is None


@every_table
@every_shape
def test_a_row_that_stands_twice_counts_once_and_is_told(table: Table, shape: str, tmp_path: Path) -> None:
    before = read_rows(table, tmp_path, BOTH[shape])
    after = read_rows(table, tmp_path, [*BOTH[shape], BOTH[shape][1]])
    assert after.scores == before.scores
    assert after.told - before.told


@every_table
@every_shape
@pytest.mark.parametrize("clash", ["score", "model"])
def test_two_values_of_one_score_stop(table: Table, shape: str, clash: str, tmp_path: Path) -> None:
    rows = BOTH[shape]
    if clash == "score":
        rows = [*rows, {**rows[1], score_column(shape): 0.9417}]
    else:
        rows = [{**row, "model": MODELS[0] if row["model"] == MODELS[1] else row["model"]} for row in rows]
    refused = read_rows(table, tmp_path, rows)
    assert refused.table is None
    went_on = read_rows(table, tmp_path, rows, lenient=True)
    assert went_on.table is not None
    assert any(issue.stops for issue in went_on.table.issues)


@every_table
@pytest.mark.parametrize(("column", "factor"), [("truthful", 100), ("refusal", 100), ("exams", 0.01)])
@pytest.mark.parametrize("every", [2, 3, 6])
def test_two_units_in_a_column_stop(
    table: Table, column: str, factor: float, every: int, tmp_path: Path
) -> None:
    rows = [
        {**row, column: round(row[column] * factor, 6) if number % every == 0 else row[column]}
        for number, row in enumerate(WIDE)
    ]
    path = table.file(tmp_path, rows)
    with pytest.raises(ContentError, match=rf"unit.*{column}|{column}.*unit") as caught:
        read_scores(path)
    assert path.name in str(caught.value)
    went_on = read_scores(path, lenient=True)
    assert any(issue.stops and column in issue.what for issue in went_on.issues)
    written = {row[column] for row in rows}
    assert set(went_on.scores.filter(pl.col("benchmark") == column)["score"]) <= written


@every_sample
def test_the_same_file_under_another_name_beside_it_changes_no_score(sample: Sample, tmp_path: Path) -> None:
    if sample.is_folder or sample.is_named:
        return
    before = outcome(sample.written(tmp_path), tmp_path / sample.target)
    (tmp_path / f"again-{sample.target}").write_bytes(sample.content)
    after = outcome(tmp_path, tmp_path / sample.target)
    if after.table is not None:
        assert after.scores == before.scores
        assert after.told - before.told


@pytest.mark.parametrize(
    "sample", [one for one in DOCUMENTS if not one.is_folder], ids=lambda sample: sample.name
)
def test_a_second_document_with_other_scores_of_the_same_model_stops(sample: Sample, tmp_path: Path) -> None:
    sample.written(tmp_path)
    before = outcome(tmp_path, tmp_path / sample.target)
    text = sample.content.decode()
    for score in set(before.scores.values()):
        text = text.replace(repr(score), repr(score + 0.0003))
    (tmp_path / f"again-{sample.target}").write_text(text, encoding="utf-8")
    assert outcome(tmp_path, tmp_path / sample.target).table is None
