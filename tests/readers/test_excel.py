"""Spreadsheets as authors write them: titles, several sheets, hidden ones, formulas, errors, merged cells, dates."""

from __future__ import annotations

import datetime
import importlib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from confounded.errors import ContentError, UnreadableError, UnsettledError
from confounded.readers import excel, excel_archive, read_scores
from tests.readers.samples import LONG, WIDE, Rows, names_of, workbook


def book(folder: Path, sheets: dict[str, list[list[Any]]], name: str = "scores.xlsx", **states: str) -> Path:
    """Write sheets, some of them hidden, as a spreadsheet program does."""
    whole = openpyxl.Workbook()
    whole.remove(whole.active)
    for title, rows in sheets.items():
        sheet = whole.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = states.get(title, "visible")
    path = folder / name
    whole.save(path)
    return path


def grid(rows: Rows) -> list[list[Any]]:
    names = list(names_of(rows))
    return [names, *([row.get(name) for name in names] for row in rows)]


def scores(path: Path, *, lenient: bool = False) -> dict[tuple[str, str], float]:
    table = read_scores(path, lenient=lenient)
    return {(m, b): s for m, b, s in table.scores.select("model", "benchmark", "score").iter_rows()}


def told(path: Path) -> str:
    return " | ".join(f"{issue.where}: {issue.what}" for issue in read_scores(path).issues)


def test_wide_and_long_sheets_are_read(tmp_path: Path) -> None:
    wide = read_scores(book(tmp_path, {"s": grid(WIDE)}))
    assert wide.scores.height == 18
    long = read_scores(book(tmp_path, {"s": grid(LONG)}, "long.xlsx"))
    assert long.scores.select("stderr", "n_items").row(0) == (0.0171, 817)
    assert long.issues == ()


def test_several_sheets_are_joined_and_others_named(tmp_path: Path) -> None:
    sheets = {
        "safety": [["model", "refusal"], ["A", 0.5], ["B", 0.6]],
        "capability": [["model", "mmlu"], ["A", 0.7]],
        "notes": [["What we did"], ["in March"]],
        "drafts": [["model", "secret"], ["A", 0.9]],
        "empty": [],
    }
    path = book(tmp_path, sheets, drafts="hidden")
    assert scores(path) == {("A", "refusal"): 0.5, ("B", "refusal"): 0.6, ("A", "mmlu"): 0.7}
    assert "2 sheet(s) without scores, or hidden, were not read: drafts (hidden), notes" in told(path)


def test_a_very_hidden_sheet_is_not_read_either(tmp_path: Path) -> None:
    sheets = {"a": [["model", "x"], ["A", 0.5]], "b": [["model", "y"], ["A", 0.5]]}
    path = book(tmp_path, sheets, b="veryHidden")
    assert set(scores(path)) == {("A", "x")}
    assert "b (hidden)" in told(path)


def test_what_stands_above_the_header_is_told(tmp_path: Path) -> None:
    path = book(tmp_path, {"s": [["Results of March"], [], ["model", "mmlu"], ["A", 0.5]]})
    assert scores(path) == {("A", "mmlu"): 0.5}
    assert "what stands above the header was not read" in told(path)


def test_an_index_column_as_data_frames_write_it_is_no_benchmark(tmp_path: Path) -> None:
    path = book(tmp_path, {"s": [[None, "model", "mmlu"], [0, "A", 0.5], [1, "B", 0.6]]})
    assert scores(path) == {("A", "mmlu"): 0.5, ("B", "mmlu"): 0.6}
    other = book(tmp_path, {"s": [["model", None, "mmlu"], ["A", 0.1, 0.5]]}, "other.xlsx")
    with pytest.raises(ContentError, match=r"sheet 's': .*column B without a name"):
        read_scores(other)


@pytest.mark.parametrize("cell", ["#N/A", "#DIV/0!", "#REF!"])
def test_an_error_value_stops_with_its_place(tmp_path: Path, cell: str) -> None:
    path = book(tmp_path, {"s": [["model", "mmlu"], ["A", 0.5], ["B", cell]]})
    with pytest.raises(UnsettledError, match=r"scores\.xlsx, sheet 's', row 3, column 'mmlu'") as caught:
        read_scores(path)
    assert "error value" in str(caught.value)
    assert scores(path, lenient=True) == {("A", "mmlu"): 0.5}
    assert any(issue.stops for issue in read_scores(path, lenient=True).issues)


def test_a_formula_that_was_never_computed_stops(tmp_path: Path) -> None:
    path = book(tmp_path, {"s": [["model", "mmlu"], ["A", 0.5], ["B", "=B2+0.1"]]})
    with pytest.raises(UnsettledError, match=r"row 3, column 'mmlu'.*never computed"):
        read_scores(path)


@pytest.mark.parametrize("cell", ["high", "0,71", "71%", "inf", "0.7 ± 0.1"])
def test_a_cell_that_is_no_number_stops_with_its_place(tmp_path: Path, cell: str) -> None:
    path = book(tmp_path, {"s": [["model", "mmlu"], ["A", 0.5], ["B", cell]]})
    with pytest.raises(UnsettledError, match=r"sheet 's', row 3 \(model 'B'\), column 'mmlu'"):
        read_scores(path)


def test_true_and_dates_are_no_scores(tmp_path: Path) -> None:
    sheet = [["model", "mmlu", "passed", "day"], ["A", 0.5, True, datetime.date(2024, 3, 1)]]
    path = book(tmp_path, {"s": sheet})
    assert scores(path) == {("A", "mmlu"): 0.5}
    assert "columns that hold no scores are taken to describe the models: passed, day" in told(path)


def test_merged_cells_in_the_table_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path, {"s": [["model", "mmlu"], ["A", 0.5], ["B", 0.6]]})
    whole = openpyxl.load_workbook(path)
    whole["s"].merge_cells("B2:B3")
    whole.save(path)
    with pytest.raises(ContentError, match="B2 to B3 merged") as caught:
        read_scores(path)
    assert "Unmerge" in str(caught.value)


def test_two_values_and_two_units_stop(tmp_path: Path) -> None:
    twice = book(tmp_path, {"s": [["model", "mmlu"], ["A", 0.5], ["A", 0.6]]})
    with pytest.raises(UnsettledError, match=r"2 scores of model 'A' on benchmark 'mmlu' \(0\.5, 0\.6\)"):
        read_scores(twice)
    rows = [{**row, "truthful": row["truthful"] * (100 if n % 2 else 1)} for n, row in enumerate(WIDE)]
    with pytest.raises(UnsettledError, match="unit"):
        read_scores(book(tmp_path, {"s": grid(rows)}, "units.xlsx"))


def test_a_sheet_without_models_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = book(tmp_path, {"results": [["system", "mmlu"], ["A", 0.5]]})
    with pytest.raises(
        ContentError, match=r"found the sheets results.*Name the column of model names 'model'"
    ):
        read_scores(path)


def test_a_missing_package_is_one_line_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path, {"s": grid(WIDE)})
    whole = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "python_calamine":
            raise ModuleNotFoundError(name)
        return whole(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(UnreadableError, match=r'Run `pip install "confounded\[excel\]"`') as caught:
        read_scores(path)
    assert "\n" not in str(caught.value)


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook(WIDE))
    monkeypatch.setattr(excel_archive, "LARGEST_UNPACKED", 1000)
    with pytest.raises(UnreadableError, match=r"bomb\.xlsx: .*more when unpacked"):
        read_scores(path)


def test_a_sheet_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wide.xlsx"
    path.write_bytes(workbook(WIDE))
    monkeypatch.setattr(excel, "MOST_CELLS", 10)
    with pytest.raises(UnreadableError, match=r"wide\.xlsx: .*more than 10 cells"):
        read_scores(path)


def test_a_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = book(tmp_path, {"s": grid(WIDE)})
    whole = openpyxl.load_workbook(path)
    whole["s"]["XFD1048576"] = 1
    whole.save(path)
    with pytest.raises(UnreadableError, match=r"cells|memory"):
        read_scores(path)


def test_declared_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    path.write_bytes(workbook(WIDE))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaa">]>', 1)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(UnreadableError, match=r"entities\.xlsx: .*without declared entities"):
        read_scores(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"model,mmlu\nA,0.5\n", workbook(WIDE)[:400]])
@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_what_is_no_spreadsheet_is_one_clear_error(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"broken{ending}"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=rf"broken\{ending}") as caught:
        read_scores(path)
    assert "\n" not in str(caught.value)
