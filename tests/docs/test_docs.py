"""The pages of the documentation say what is there, lead where they say, and show what runs."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlparse

import click
import msgspec
import pytest

import confounded
from confounded.catalog import areas
from confounded.cli.commands import COMMANDS
from confounded.readers.formats import FORMATS
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA
from confounded.study import Settings, StudyResult
from confounded.study.check_result import CheckResult
from scripts.build_docs import pages
from scripts.docs_links import DOCS, GENERATED, PROJECT_PAGES, ROOT, Link, anchors, links, sent_on
from scripts.docs_runs import blocks
from scripts.docs_survey import area_pages, numbers, parts, shipped
from scripts.docs_tables import structs_below, tables, title
from tests.cli.tree import commands

TREE = dict(commands())
PAGES = pages()
SOURCES = [*PAGES, *(ROOT / one for one in PROJECT_PAGES)]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
each_source = pytest.mark.parametrize("page", SOURCES, ids=lambda page: page.relative_to(ROOT).as_posix())

NO_STATISTICS = frozenset({"arrays.py", "parallel.py"})
"""Modules of `stats` that compute none."""

WITHOUT_PROSE = frozenset({"completion"})
"""Commands that the reference page says enough of."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def study() -> StudyResult:
    return shipped()


def test_every_command_is_told_of_on_a_page_for_people() -> None:
    prose = "".join(text_of(page) for page in PAGES if page.name != "commands.md")
    for entry in COMMANDS:
        if entry.name not in WITHOUT_PROSE:
            assert f"confounded {entry.name}" in prose, entry.name


def test_every_public_name_is_in_the_reference() -> None:
    page = text_of(DOCS / "reference" / "python.md")
    for name in confounded.__all__:
        told = rf"\.\. auto(function|class|exception):: {name}$" if name != "__version__" else name
        assert re.search(told, page, re.MULTILINE), name
    told_of = set(re.findall(r"^\.\. auto\w+:: (\w+)$", page, re.MULTILINE))
    assert told_of <= set(confounded.__all__)


def test_every_struct_and_field_of_a_result_is_in_the_reference() -> None:
    found = tables()
    for root, table in ((StudyResult, "result-json"), (CheckResult, "card-json")):
        own = [
            one for one in structs_below(root) if root is StudyResult or one not in structs_below(StudyResult)
        ]
        assert len(own) > 5
        for struct in own:
            section = found[table].partition(f"### {title(struct, own)}\n")[2].partition("\n### ")[0]
            assert struct.__doc__, struct
            for field in msgspec.structs.fields(struct):
                assert f"| `{field.encode_name}` |" in section, (struct.__name__, field.name)


def test_every_setting_is_described() -> None:
    items = tables()["settings"].splitlines()
    for field in msgspec.structs.fields(Settings):
        item = next(line for line in items if line.startswith(f"- `{field.name}`, "))
        assert len(item.partition(": ")[2]) > 20, field.name


def test_every_option_that_the_settings_name_is_there() -> None:
    options = {name for command in TREE.values() for one in command.params for name in one.opts}
    for table in ("settings", "comparison-settings"):
        named = set(re.findall(r"`(--[\w-]+)`", tables()[table]))
        assert len(named) > 5
        assert named <= options


def test_every_format_and_every_key_of_a_declaration_is_in_the_reference() -> None:
    found = tables()
    for one in FORMATS:
        assert f"| {one.name} |" in found["formats"]
    for schema, table, subject in (
        (BENCHMARK_SCHEMA, "benchmarks-toml", "benchmark"),
        (MODEL_SCHEMA, "models-toml", "model"),
    ):
        for key in schema:
            assert key == subject or f"| `{key}` |" in found[table]


def documents_in(page: Path) -> Iterator[Path]:
    """The pages that the tables of contents of a page name."""
    for body in re.findall(r"^```\{toctree\}\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE):
        for line in body.splitlines():
            if line and not line.startswith(":"):
                yield page.parent / f"{line}.md"


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    copies = [GENERATED / "project" / f"{name}.md" for name in PROJECT_PAGES.values()]
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.exists():
            reached.add(page)
            continue
        reached.add(page)
        waiting += documents_in(page)
    assert set(PAGES) <= reached
    assert GENERATED / "areas" / "*.md" in reached
    assert all(any(copy.match(str(one)) for one in reached) for copy in copies)
    assert {one.name for one in reached - set(PAGES) if GENERATED not in one.parents} == set()


def is_external(link: Link) -> bool:
    return link.is_external


@each_source
def test_every_link_within_leads_somewhere(page: Path) -> None:
    for link in links(text_of(page)):
        if is_external(link):
            continue
        path, _, anchor = link.target.partition("#")
        target = page if not path else (page.parent / path).resolve()
        if GENERATED in target.parents:
            continue
        assert target.exists(), link.target
        if anchor and target.suffix == ".md":
            assert anchor in anchors(text_of(target)), link.target


@each_source
def test_every_link_outwards_is_well_formed(page: Path) -> None:
    for link in links(text_of(page)):
        if is_external(link):
            parsed = urlparse(link.target)
            assert parsed.scheme == "https", link.target
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parsed.netloc), link.target
            assert " " not in link.target


@each_source
def test_a_link_on_the_site_stays_on_the_site(page: Path) -> None:
    own = page.relative_to(ROOT).as_posix()
    placed = page if own not in PROJECT_PAGES else GENERATED / "project" / f"{PROJECT_PAGES[own]}.md"
    for link in links(sent_on(text_of(page), placed)):
        if not is_external(link) and not link.target.startswith(("#", "/")):
            target = (placed.parent / link.target.partition("#")[0]).resolve()
            assert target.is_relative_to(DOCS), link.target


def test_a_link_out_of_the_pages_leads_to_the_copy_or_is_none() -> None:
    page = DOCS / "howto" / "plan.md"
    text = (
        "[a](../../validation/README.md#b) [c](../../pyproject.toml) [d](ci.md) `[e](../../pyproject.toml)`"
    )
    moved = sent_on(text, page)
    assert moved.startswith("[a](../_generated/project/validation.md#b) c [d](ci.md)")
    copy = GENERATED / "project" / "validation-names.md"
    assert "(../../names.md)" in sent_on("[names](../../docs/names.md)", copy)


@each_page
def test_what_a_page_includes_is_what_is_generated(page: Path) -> None:
    made = {f"{name}.md" for name in parts(study())} | {f"{name}.md" for name in tables()}
    text = text_of(page)
    for name in re.findall(r"/_generated/parts/([\w.-]+\.md)", text):
        assert name in made, name
    for folder in re.findall(r"/_generated/runs/([\w-]+)/", text):
        assert folder == page.stem
    for name in re.findall(r"\{\{ *(\w+) *\}\}", text):
        assert name in numbers(study()), name


def test_no_two_pages_run_in_one_folder() -> None:
    stems = [page.stem for page in PAGES if any(one.output for one in blocks(text_of(page)))]
    assert len(stems) == len(set(stems)) > 5


def our_lines(code: str) -> Iterator[list[str]]:
    """The lines of a block of shell that run this program, as words."""
    code = re.sub(r"<<'(\w+)'\n.*?^\1$", "", code, flags=re.DOTALL | re.MULTILINE).replace("\\\n", " ")
    for line in code.splitlines():
        for inner in re.findall(r"\$\((confounded [^)]*)\)", line):
            yield shlex.split(inner)
        typed = shlex.split(re.split(r" [|>] ", line)[0], comments=True)
        if typed and typed[0].endswith("confounded"):
            yield typed


def parsed(typed: list[str]) -> None:
    """Parse a line as the program would, without running the command."""
    if typed[1:] in (["--version"], ["--help"]):
        return
    words = tuple(typed[1:3]) if tuple(typed[1:3]) in TREE else tuple(typed[1:2])
    given = ["." if one.startswith("/media/") else one for one in typed[1 + len(words) :]]
    TREE[words].make_context(" ".join(words), given)


@each_source
def test_every_command_on_a_page_is_one_that_the_program_takes(page: Path) -> None:
    for one in blocks(text_of(page)):
        if one.language == "sh":
            for typed in our_lines(one.code):
                parsed(typed)


def test_a_command_that_the_program_does_not_take_would_be_seen() -> None:
    (typed,) = our_lines("confounded check a.csv --no-such-option\n")
    with pytest.raises(click.NoSuchOption):
        parsed(typed)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(one.language == "python" for one in blocks(text_of(page)))],
    ids=lambda page: page.stem,
)
def test_every_example_in_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for one in blocks(text_of(page)):
        if one.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(one.code, str(page), "exec"), names)
            assert one.output is None or printed.getvalue().strip(), one.code


def test_every_reference_is_cited_and_every_citation_is_a_reference() -> None:
    entries = re.findall(r"^@\w+\{(\w+),", text_of(DOCS / "references.bib"), re.MULTILINE)
    assert len(entries) == len(set(entries))
    cited: set[str] = set()
    for page in PAGES:
        for keys in re.findall(r"\{cite\}`([^`]+)`", text_of(page)):
            cited.update(key.strip() for key in keys.split(","))
    assert cited == set(entries)


def test_every_statistic_has_a_page_with_what_it_assumes_and_when_it_fails() -> None:
    folder = DOCS / "statistics"
    told = {page: text_of(page) for page in folder.glob("*.md") if page.name != "index.md"}
    every = "".join(told.values())
    for module in (ROOT / "src" / "confounded" / "stats").glob("[a-z]*.py"):
        if module.name not in NO_STATISTICS:
            assert f"`stats/{module.name}`" in every, module.name
    for page, text in told.items():
        assert "**When it fails.**" in text, page.name
        assert "**Assumptions.**" in text, page.name
        assert re.search(r"\*\*Formula\.\*\*|^\$\$|\*\*Rule\.\*\*", text, re.MULTILINE), page.name
    for module in set(re.findall(r"`((?:stats|study)/\w+\.py)`", every)):
        assert (ROOT / "src" / "confounded" / module).exists(), module


def test_every_page_on_what_was_measured_has_a_copy_on_the_site() -> None:
    for folder in ("validation", "benchmarks"):
        for page in (ROOT / folder).rglob("README.md"):
            assert page.relative_to(ROOT).as_posix() in PROJECT_PAGES


def test_every_area_has_a_page_with_both_sides_and_what_was_measured() -> None:
    found = area_pages(study())
    assert set(found) == set(areas())
    for name, page in found.items():
        assert page.startswith(f"# {areas()[name].title}\n")
        assert "## What was measured" in page
        for section in areas()[name].sections:
            assert section.text in page, (name, section.heading)


def test_the_numbers_in_running_text_are_those_of_the_study() -> None:
    found = numbers(study())
    summary = next(one for one in study().population_summaries if one.population == "chat")
    assert found["chat_entangled"] == str(summary.verdicts.entangled)
    assert found["chat_low_points"] == str(summary.points.within)
