"""A file finds its reader by what it is, and what finds none is named."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confounded.errors import InputError, UnreadableError
from confounded.readers import read_scores, registry
from confounded.readers.formats import FORMATS
from confounded.readers.registry import read_sources, stated_format

RECORDS = '[{"model": "A", "x": 1}]'


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.pdf", "%PDF"),
        ("noending", "model,x\nA,1\n"),
        ("other.json", '{"a": 1}'),
        ("result.json", '{"format": "confounded-study", "version": 1}'),
        ("lighteval.json", '{"config_general": {}, "results": {}, "versions": {}, "configs": {}}'),
        ("promptfoo.json", '{"evalId": "e", "results": {"version": 3}, "config": {}}'),
    ],
)
def test_an_unknown_file_is_refused_and_every_known_format_named(
    tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_scores(written(tmp_path / name, text))
    assert name in str(caught.value)
    assert all(one.name in str(caught.value) for one in FORMATS)


def test_a_folder_takes_its_own_tables_and_names_what_it_leaves(tmp_path: Path) -> None:
    written(tmp_path / "a.json", RECORDS)
    written(tmp_path / "b.csv", "model,y\nA,2\n")
    written(tmp_path / "below" / "c.csv", "model,z\nA,3\n")
    written(tmp_path / "other.json", '{"format": "confounded-study"}')
    written(tmp_path / "items.jsonl", '{"doc_id": 1}\n')
    written(tmp_path / "notes.txt", "not a candidate")
    written(tmp_path / ".hidden" / "d.json", "{")
    (tmp_path / "folder.json").mkdir()
    ((source, files),) = read_sources([tmp_path]).files
    assert (source, [path.name for path in files]) == (tmp_path, ["a.json", "b.csv"])
    table = read_scores(tmp_path)
    assert dict(table.scores.select("benchmark", "score").iter_rows()) == {"x": 1.0, "y": 2.0}
    (issue,) = table.issues
    assert issue.what.startswith("3 file(s)")
    assert issue.what.endswith("below/c.csv, items.jsonl, other.json")


def test_a_broken_file_among_good_ones_is_not_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "a.json", RECORDS)
    written(tmp_path / "below" / "cut.json", '{"schema_version": "0.2.0", ')
    with pytest.raises(UnreadableError, match=r"cut\.json"):
        read_scores(tmp_path)


def test_a_folder_without_scores_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "other.json", "{}")
    with pytest.raises(UnreadableError, match=r"only other\.json"):
        read_scores(tmp_path)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MOST_FILES", 1)
    for name in ("a.json", "b.json"):
        written(tmp_path / name, RECORDS)
    with pytest.raises(UnreadableError, match="at most 1 files"):
        read_scores(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"evaluation_results": ' + b"[" * 100_000,
        b'{"eval": {}, "status": "\xff"}',
        b'{"results": 1, "versions": 1, "configs": 1}',
        b'{"eval": {}, "status": "success"}',
        b"3",
        b'"text"',
        b"null",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_broken_json_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"broken\.json") as caught:
        read_scores(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_stated_format_is_read_from_the_header_alone(tmp_path: Path) -> None:
    assert stated_format(written(tmp_path / "a.json", '{"format": "confounded-study", "x": [1]}')) == (
        "confounded-study"
    )
    assert stated_format(written(tmp_path / "b.json", '{"format": 3, "x": NaN}')) is None
    assert stated_format(written(tmp_path / "c.json", RECORDS)) is None


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".eval"])
@given(content=st.binary(max_size=200))
def test_no_bytes_crash_a_reader(
    tmp_path_factory: pytest.TempPathFactory, ending: str, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        read_scores(path)


FIELDS = """
model benchmark score results versions configs eval status evaluation_results model_info source_metadata id task
metrics name value acc,none acc_stderr,none groups group_subtasks higher_is_better n-samples scores config model_name
metric_config score_details evaluation_name dataset samples headline uncertainty
"""
KEYS = st.sampled_from(FIELDS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
HEADS = st.sampled_from(
    [
        {"evaluation_results": [], "model_info": {"id": "m"}, "source_metadata": {}},
        {"eval": {"task": "t", "model": "m"}, "status": "success", "results": {"scores": []}},
        {"results": {"t": {"acc,none": 1}}, "versions": {}, "configs": {}, "model_name": "m"},
        {},
    ]
)


@given(head=HEADS, body=st.dictionaries(KEYS, VALUES, max_size=6))
def test_no_document_of_a_known_shape_crashes_a_reader(
    tmp_path_factory: pytest.TempPathFactory, head: dict[str, object], body: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "shape.json"
    path.write_text(json.dumps(head | body), encoding="utf-8")
    with contextlib.suppress(InputError):
        read_scores(path)
