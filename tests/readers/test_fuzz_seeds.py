"""What the fuzzer starts from and what it has found is read again, each file under every sample of its kind.

Cases that were found lie in ``fuzz/found/<sample>/``, under a name that says what went wrong then.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest

from fuzz.run import SLOWEST, seeds
from tests.readers.corruption import items_outcome, outcome
from tests.readers.samples import SAMPLES, Sample

FOUND: Final = Path(__file__).parents[2] / "fuzz" / "found"
CASES: Final = sorted(path for path in FOUND.glob("*/*") if path.is_file())
BY_NAME: Final = {sample.name: sample for sample in SAMPLES}


def read_as(sample: Sample, content: bytes, folder: Path) -> None:
    path = sample.written(folder, content)
    for lenient in (False, True):
        began = time.perf_counter()
        outcome(path, folder / sample.target, lenient=lenient)
        if sample.has_items:
            items_outcome(path, folder / sample.target, lenient=lenient)
        assert time.perf_counter() - began < SLOWEST


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_file_of_another_format_with_the_same_ending_is_refused_or_read(
    sample: Sample, tmp_path: Path
) -> None:
    for content in seeds(sample):
        read_as(sample, content, tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_the_fuzzer_found_stays_mended(case: Path, tmp_path: Path) -> None:
    read_as(BY_NAME[case.parent.name], case.read_bytes(), tmp_path)


def test_every_case_is_of_a_sample_that_there_is() -> None:
    assert {path.parent.name for path in CASES} <= set(BY_NAME)
