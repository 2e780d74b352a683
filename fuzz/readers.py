"""Feed one reader with files that a coverage-guided fuzzer makes: ``python fuzz/readers.py SAMPLE [libFuzzer flags]``.

Each file is read as a user's would be. What must hold of that is `tests.readers.corruption.outcome`: a refusal is one
line that names the file, a score a finite number that stands once. Where the format has scores on items, these are
read too. All else that is raised is a finding. libFuzzer itself watches time and memory (`fuzz/run.py`).
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1])]  # for the samples, which the tests share

with atheris.instrument_imports(include=["confounded.readers", "confounded.scores"]):
    import confounded.readers

from tests.readers.corruption import items_outcome, outcome
from tests.readers.mutation import other_document
from tests.readers.samples import SAMPLES, Sample

__all__ = ["confounded"]


class Harness:
    """One sample, and a folder in which copies of it are read.

    Parameters
    ----------
    sample : Sample
    kept : Path
        The folder in which findings are kept.
    """

    def __init__(self, sample: Sample, kept: Path) -> None:
        self.kept = kept
        # One folder for all runs: to make and remove one each time would take longer than to read it.
        self.folder = Path(tempfile.mkdtemp(prefix="confounded-fuzz-"))
        self.path = sample.written(self.folder)
        self.target = self.folder / sample.target
        self.has_items = sample.has_items

    def read(self, content: bytes) -> None:
        """Read one copy, and keep it if it is a finding of a kind that was not met before."""
        self.target.write_bytes(content)
        try:
            # With what is left to guess carried on, more of a reader runs; that it stops without is a test's to hold.
            outcome(self.path, self.target, lenient=True)
            if self.has_items:
                items_outcome(self.path, self.target, lenient=True)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # a panic of polars is no Exception
            name = _kind(problem)
            if not (self.kept / name).exists():
                (self.kept / name).write_bytes(content)
                traceback.print_exc()

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """Return other content: half of the time another document, where the content is one, else other bytes."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        try:
            return other_document(data, chance)[:max_size]
        except (ValueError, RecursionError):
            pass
    changed: bytes = atheris.Mutate(data, max_size)
    return changed


def _kind(problem: BaseException) -> str:
    """Return a name by which findings with the same cause are told from others."""
    places = [one.name for one in traceback.extract_tb(problem.__traceback__) if "confounded" in one.filename]
    words = re.sub(r"[^a-z]+", "-", str(problem).lower())[:40].strip("-") if len(places) <= 1 else ""
    return "-".join(
        part.strip("<>") for part in (type(problem).__name__, places[-1] if places else "", words) if part
    )


def main() -> None:
    """Fuzz the sample that the first argument names."""
    name = sys.argv.pop(1)
    (sample,) = (one for one in SAMPLES if one.name == name)
    kept = next(one.partition("=")[2] for one in sys.argv if one.startswith("-artifact_prefix="))
    harness = Harness(sample, Path(kept))
    atheris.Setup(sys.argv, harness.read, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
