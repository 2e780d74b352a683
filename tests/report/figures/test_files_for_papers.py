"""Figures for a paper: each is there in each format, of the right size, and the same bytes every time."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from confounded.cli.report import report
from confounded.errors import OutputError, UsageError
from confounded.report import write_figures
from confounded.report.figures.panels import TWO_COLUMNS
from confounded.report.figures.paper import FIGURES, NUMBERS, figure_files
from confounded.report.figures.pdf import in_one_order
from confounded.study import StudyResult
from tests.report.results import awkward

OF_BENCHMARK = "truthfulqa_mc1"
OF_DATA_SET = "mmlu"


def asked(name: str) -> str:
    if name in NUMBERS or not FIGURES[name].of_benchmark:
        return name
    return f"{name}={OF_DATA_SET if name == 'calibration' else OF_BENCHMARK}"


NOT_SHIPPED = ("population-split", "imputed", "vision", "paper-13")
"""Figures of what the shipped scores have not: an alarm, missing scores, and vision models."""
DRAWABLE = [name for name in (*FIGURES, *NUMBERS) if name not in NOT_SHIPPED]


@pytest.mark.parametrize("name", DRAWABLE)
def test_every_figure_is_drawn_for_both_populations_and_fits_a_page(shipped: StudyResult, name: str) -> None:
    files = figure_files(shipped, asked(name), "svg")
    assert len(files) == 2
    for file, content in files.items():
        root = ET.fromstring(content)
        assert 0 < float(root.attrib["width"]) <= TWO_COLUMNS + 24, file
        # Eleven inches: a page of most journals.
        assert float(root.attrib["height"]) <= 11 * 72, file
        assert len(root.attrib["aria-label"]) > 20


def test_a_png_has_300_dots_an_inch(shipped: StudyResult) -> None:
    svg = figure_files(shipped, "forest", "svg")["forest-base.svg"]
    png = figure_files(shipped, "forest", "png")["forest-base.png"]
    width, height = struct.unpack(">II", png[16:24])
    points = float(ET.fromstring(svg).attrib["width"])
    assert width == pytest.approx(points / 72 * 300, abs=5)
    place = png.index(b"pHYs") + 4
    assert struct.unpack(">I", png[place : place + 4])[0] == 11811
    assert height > 0


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
@pytest.mark.parametrize("name", ["forest", "scatter", "planning-curve", "paper-11"])
def test_the_same_figure_is_the_same_bytes(shipped: StudyResult, name: str, suffix: str) -> None:
    first = figure_files(shipped, asked(name), suffix)
    for _ in range(3):
        assert figure_files(shipped, asked(name), suffix) == first


def test_the_table_of_a_pdf_leads_to_its_objects(shipped: StudyResult) -> None:
    pdf = figure_files(shipped, "forest", "pdf")["forest-base.pdf"]
    table = int(re.search(rb"startxref\n(\d+)\n%%EOF", pdf)[1])  # type: ignore[index]
    assert pdf[table:].startswith(b"xref\n0 ")
    places = [int(found) for found in re.findall(rb"(\d{10}) 00000 n\r\n", pdf[table:])]
    assert len(places) > 5
    for number, place in enumerate(places, start=1):
        assert pdf[place:].startswith(b"%d 0 obj\n" % number)
    used = {
        int(found)
        for found in re.findall(rb"\b(\d+) 0 R\b", re.sub(rb"stream\n.*?endstream", b"", pdf, flags=re.S))
    }
    assert used <= set(range(1, len(places) + 1))


def test_what_is_no_pdf_of_the_drawing_program_is_refused() -> None:
    with pytest.raises(ValueError, match="plain objects"):
        in_one_order(b"%PDF-1.7\n")


@pytest.mark.parametrize(
    "name",
    [
        "no-such",
        "scatter",
        "forest=gpqa",
        "scatter=no-such",
        f"population-split={OF_BENCHMARK}x",
        "population-split=gpqa",
        "calibration=gpqa",
        "vision",
        "paper-13",
        "paper-1",
        "paper-9=gpqa",
    ],
)
def test_a_figure_that_cannot_be_is_one_clear_error(shipped: StudyResult, name: str) -> None:
    with pytest.raises(UsageError):
        figure_files(shipped, name, "svg")


def test_a_folder_that_is_a_file_is_one_clear_error(shipped: StudyResult, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError):
        write_figures(shipped, ["forest"], "svg", tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("text", ["\x00\x07\x1b[31m", "\u202eevil", "</svg><script>1</script>", "x" * 10_000])
def test_names_that_mean_harm_are_drawn_as_names(text: str) -> None:
    for name in ("forest", "capabilities-scores", f"scatter={text}", f"family-strip={text}"):
        for content in figure_files(awkward(text), name, "svg").values():
            root = ET.fromstring(content)
            assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert figure_files(awkward(text), "forest", "pdf")


def test_a_figure_by_its_number_is_the_one_by_what_it_shows(shipped: StudyResult) -> None:
    numbered = figure_files(shipped, "paper-9", "svg")
    named = figure_files(shipped, NUMBERS["paper-9"], "svg")
    assert list(numbered) == ["paper-9-base.svg", "paper-9-chat.svg"]
    assert list(numbered.values()) == list(named.values())


def test_help_and_documentation_name_every_figure() -> None:
    told = next(one for one in report.params if one.name == "figures")
    page = (Path(__file__).parents[3] / "docs/howto/publish.md").read_text()
    for name in (*FIGURES, *NUMBERS):
        assert re.search(rf"\b{name}\b", told.help or ""), name  # type: ignore[attr-defined]
        assert re.search(rf"`{name}(=\w+)?`", page), name
