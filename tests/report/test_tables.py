"""The tables: they read back as what the result holds."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import msgspec
import polars as pl
import pytest

from confounded.report.index import Index
from confounded.report.table_formats import SUFFIXES, tables
from confounded.report.tables import TABLE_NAMES
from confounded.study import StudyResult
from confounded.study.result import JoinedName
from tests.report.results import correlation, facts, left_out, population, result


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def number(text: str) -> float | None:
    return float(text) if text else None


def test_every_table_is_written(report: Path) -> None:
    assert sorted(path.name for path in (report / "tables").iterdir()) == sorted(
        f"{name}.{suffix}" for name in TABLE_NAMES for suffix in SUFFIXES
    )


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_row_fits_its_header(report: Path, name: str) -> None:
    with (report / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, strict=True)
    # The shipped scores join no names, for each model stands in one file, and are too few to be parted.
    assert rows or name in {"joined-names", "opposite-strata", "strata", "sign-reversals"}
    assert len(set(header)) == len(header)
    assert {len(row) for row in (header, *rows)} == {len(header)}


def test_correlations_read_back_to_the_last_bit(report: Path, shipped: StudyResult) -> None:
    rows = read(report / "tables" / "correlations.csv")
    assert [(row["population"], row["benchmark"], number(row["rho"]), row["verdict"]) for row in rows] == [
        (one.population, one.benchmark, one.rho, one.verdict) for one in shipped.correlations
    ]
    assert [number(row["low"]) for row in rows] == [
        one.interval.low if one.interval else None for one in shipped.correlations
    ]
    assert [number(row["published_percent"]) for row in rows] == [
        one.published.percent if one.published else None for one in shipped.correlations
    ]


def test_capabilities_scores_read_back_to_the_last_bit(report: Path, shipped: StudyResult) -> None:
    rows = read(report / "tables" / "capabilities-scores.csv")
    assert [(row["model"], number(row["capabilities_score"])) for row in rows] == [
        (model.model, model.capabilities_score) for one in shipped.populations for model in one.models
    ]


def test_all_intervals_are_in_the_table_of_intervals(report: Path, shipped: StudyResult) -> None:
    expected = sum(len(one.intervals) + (one.interval is not None) for one in shipped.correlations)
    assert len(read(report / "tables" / "intervals.csv")) == expected


def test_adjusted_scores_stand_beside_the_scores_they_adjust(report: Path) -> None:
    for row in read(report / "tables" / "adjusted-scores.csv"):
        assert float(row["score"]) - float(row["predicted"]) == pytest.approx(
            float(row["residual"]), abs=1e-9
        )


def test_awkward_names_survive() -> None:
    name = 'a "quoted", name\nin two lines; =1+1'
    made = result([facts(name)])
    rows = list(csv.DictReader(tables(Index.of(made))["correlations.csv"].decode().splitlines(keepends=True)))
    assert rows[0]["benchmark"] == name


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\tx", "\rx"])
def test_no_text_of_a_file_is_a_formula_in_a_spreadsheet(start: str) -> None:
    written = tables(Index.of(result([facts(start)])))["correlations.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert rows[0]["benchmark"] == f"'{start}"
    # A number below zero is no text, and stays a number.
    low = result(correlations=[correlation("chat", "honesty", -0.5)])
    assert ",-0.5," in tables(Index.of(low))["correlations.csv"].decode()


def test_parquet_reads_back_as_the_result_with_its_types(report: Path, shipped: StudyResult) -> None:
    frame = pl.read_parquet(report / "tables" / "correlations.parquet")
    assert frame["rho"].to_list() == [one.rho for one in shipped.correlations]
    assert frame["in_suite"].dtype == pl.Boolean
    assert frame["n_models"].dtype == pl.Int64
    for name in TABLE_NAMES:
        rows = len(read(report / "tables" / f"{name}.csv"))
        assert pl.read_parquet(report / "tables" / f"{name}.parquet").height == rows, name


def test_latex_and_markdown_show_names_as_they_stand() -> None:
    written = tables(Index.of(result([facts("b", name="50% of $x_1$ \\input{y} & a|b `c` <d>")])))
    tex, md = written["correlations.tex"].decode(), written["correlations.md"].decode()
    assert (
        r"50\% of \$x\_1\$ \textbackslash{}input\{y\} \& a\textbar{}b `c` \textless{}d\textgreater{}" in tex
    )
    assert r"50% of $x\_1$ \\input{y} \& a\|b \`c\` \<d\>" in md
    assert tex.count("\\toprule") == tex.count("\\bottomrule") == 1
    header, rule, *rows = md.splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in (header, rule, *rows)} == {header.count("|")}


def test_how_a_name_was_joined_is_a_row_of_its_own() -> None:
    made = population("chat", ["honesty"])
    rule = JoinedName(model="a-chat", match="a", how="rule", rules=["case", "date"])
    review = JoinedName(model="b", match=None, how="review", candidates=["b1", "b2"])
    source = msgspec.structs.replace(made.capabilities, names=[rule, review])
    made = msgspec.structs.replace(made, capabilities=source)
    written = tables(Index.of(result(populations=[made])))["joined-names.csv"].decode()
    assert [tuple(row.values()) for row in csv.DictReader(written.splitlines())] == [
        ("chat", "a-chat", "a", "rule", "case; date", ""),
        ("chat", "b", "", "review", "", "b1; b2"),
    ]


def test_what_is_not_known_is_an_empty_cell() -> None:
    made = result(correlations=[correlation("chat", "honesty", None, reason="too few")])
    rows = list(csv.DictReader(tables(Index.of(made))["correlations.csv"].decode().splitlines()))
    assert (rows[0]["rho"], rows[0]["low"], rows[0]["reason"]) == ("", "", "too few")


def test_a_model_left_out_is_named_with_what_it_lacks() -> None:
    import msgspec

    models = population("chat", ["honesty"])
    models = msgspec.structs.replace(models, left_out=[left_out("b", "mmlu", "bbh")])
    rows = list(
        csv.DictReader(
            tables(Index.of(result(populations=[models])))["capabilities-scores.csv"].decode().splitlines()
        )
    )
    assert {row["model"]: row["missing"] for row in rows} == {"a": "", "b": "mmlu;bbh", "c": "", "d": ""}
