"""Any bytes at all, and any content in the shape of a format, are refused in one line or read as finite numbers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.readers.corruption import items_outcome, outcome
from tests.readers.mutation import ODD_VALUES, other_document
from tests.readers.samples import SAMPLES, WIDE, Sample, delimited, parquet, tabbed, workbook, zipped

EXAMPLES: Final = int(os.environ.get("CONFOUNDED_EXAMPLES", "40"))
"""Files that are made of each sample, by each of the ways below."""

SLOW_TO_OPEN: Final = {"Parquet": 10, "Excel": 10}
"""How many times fewer there are of a format whose reader starts a process for each file."""


def archived(rows: list[dict[str, Any]]) -> bytes:
    """Return rows as the archive of Epoch's hub with one file."""
    return zipped({"gpqa_diamond.csv": delimited(rows)})


WRITERS: Final = {
    ".csv": delimited,
    ".tsv": tabbed,
    ".parquet": parquet,
    ".xlsx": workbook,
    ".zip": archived,
}

# Half of a surrogate pair can be written into JSON, and into nothing else.
CELLS = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(2**60), 2**60),
    st.text(max_size=12),
    st.sampled_from([one for one in ODD_VALUES if isinstance(one, str) and one != "\ud800"]),
    st.sampled_from(["0.5", "50%", "1,5", "NaN", "-inf", "1e999", "½", "٣", "=1+1", "higher", "ada-7b"]),
)
ANYTHING = st.recursive(
    st.one_of(CELLS, st.booleans(), st.sampled_from(ODD_VALUES)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


def like(value: Any) -> st.SearchStrategy[Any]:
    """Documents with the fields of another, in which some values are others, and some fields missing."""
    if isinstance(value, dict):
        whole = st.fixed_dictionaries({key: like(below) for key, below in value.items()})
        keys = st.sets(st.sampled_from(sorted(value)), max_size=2) if value else st.just(set())
        less = st.builds(lambda found, gone: {k: v for k, v in found.items() if k not in gone}, whole, keys)
        return st.one_of(st.just(value), whole, less)
    if isinstance(value, list):
        items = [like(one) for one in value[:3]]
        return st.one_of(st.just(value), st.lists(st.one_of(items), max_size=4)) if items else st.just(value)
    # Mostly the value itself: a document in which nothing fits is refused at once.
    return st.integers(0, 15).flatmap(lambda draw: ANYTHING if draw == 15 else st.just(value))


def tables() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows under the headers that tables have, in any combination."""
    names = st.sampled_from(
        [
            "model",
            "benchmark",
            "score",
            "stderr",
            "n_items",
            "family",
            "direction",
            *WIDE[0],
            " model",
            "Model",
            "",
        ]
    )
    columns = st.lists(names | st.text(max_size=5), min_size=1, max_size=5, unique=True)
    return columns.flatmap(
        lambda found: st.lists(st.fixed_dictionaries(dict.fromkeys(found, CELLS)), min_size=1, max_size=5)
    )


def in_shape(sample: Sample) -> st.SearchStrategy[bytes]:
    """Files in the shape of a sample, with any content."""
    if sample.ending in WRITERS:
        return tables().map(lambda rows: written(sample, rows))
    if sample.ending == ".eval":
        header = json.loads((Path(__file__).parent / "data" / "inspect" / "tiny_refusal.json").read_bytes())
        header.pop("samples", None)
        reductions = header.pop("reductions", [])
        return st.builds(
            lambda head, items: zipped({"header.json": dumped(head), "reductions.json": dumped(items)}),
            like(header),
            like(reductions),
        )
    if sample.ending == ".jsonl":
        rows = [json.loads(line) for line in sample.content.splitlines()[:3]]
        return st.lists(st.one_of([like(row) for row in rows]), min_size=1, max_size=4).map(
            lambda found: b"\n".join(map(dumped, found))
        )
    return like(json.loads(sample.content)).map(dumped)


def written(sample: Sample, rows: list[dict[str, Any]]) -> bytes:
    """Return rows as a file of the sample's kind."""
    try:
        return WRITERS[sample.ending](rows)  # type: ignore[no-any-return]
    except (ValueError, OverflowError, TypeError):
        assume(False)  # polars writes no table with such a cell
        raise


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def check(sample: Sample, content: bytes, folder: Path) -> None:
    path = sample.written(folder, content)
    for lenient in (False, True):
        outcome(path, folder / sample.target, lenient=lenient)
        if sample.has_items:
            items_outcome(path, folder / sample.target, lenient=lenient)


def examples(sample: Sample) -> settings:
    return settings(
        max_examples=max(3, EXAMPLES // SLOW_TO_OPEN.get(sample.format, 1)),
        # Documents are large by nature.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )


every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@every_sample
def test_any_bytes_are_refused_in_one_line_or_read(sample: Sample, tmp_path: Path) -> None:
    beginnings = st.sampled_from([b"", sample.content[:4], sample.content[: len(sample.content) // 2]])

    @examples(sample)
    @given(beginnings, st.binary(max_size=200))
    def of_bytes(beginning: bytes, rest: bytes) -> None:
        check(sample, beginning + rest, tmp_path)

    of_bytes()


@every_sample
def test_any_content_in_the_shape_of_the_format_is_refused_in_one_line_or_read(
    sample: Sample, tmp_path: Path
) -> None:
    @examples(sample)
    @given(in_shape(sample))
    def of_shape(content: bytes) -> None:
        check(sample, content, tmp_path)

    of_shape()


@every_sample
def test_a_changed_copy_is_refused_in_one_line_or_read(sample: Sample, tmp_path: Path) -> None:
    @examples(sample)
    @given(st.randoms(use_true_random=False), st.integers(1, 4))
    def of_copies(chance: Random, changes: int) -> None:
        content = sample.content
        for _ in range(changes):
            content = changed(content, chance)
        check(sample, content, tmp_path)

    of_copies()


def changed(content: bytes, chance: Random) -> bytes:
    """Return other content: another document where the content is one, else with some bytes exchanged or moved."""
    if not content:
        return content
    try:
        return other_document(content, chance)
    except (ValueError, RecursionError):
        begin = chance.randrange(len(content))
        end = min(len(content), begin + chance.randrange(1, 9))
        filling = (b"", content[begin:end] * 2, bytes([chance.randrange(256)]), b",", b'"', b"\n", b"\x00")
        return content[:begin] + chance.choice(filling) + content[end:]
