"""Fuzz every reader for a while, one after the other: ``python fuzz/run.py --seconds 60``.

Finds are kept in ``fuzz/found/<sample>/`` and replayed by ``tests/readers/test_fuzz_seeds.py``. The exit code is 1
where there was one.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]  # for the samples, which the tests share

from tests.readers.samples import SAMPLES, Sample

SLOWEST: Final = 10
"""Seconds in which any file must have been read or refused."""

MOST_MEMORY: Final = 2048
"""MiB that reading a file of a few kB may take, the program itself included."""

LONGEST: Final = 16_384
"""Bytes of a file that the fuzzer makes: the samples have 0.3 to 6 kB, and longer ones only take longer."""

WORD: Final = re.compile(rb"[A-Za-z_][A-Za-z_ -]{2,30}")


def main() -> int:
    """Fuzz the samples that were asked for and say what came of it."""
    names = [one.name for one in SAMPLES]
    parser = argparse.ArgumentParser(description="Fuzz the readers, one after the other.")
    parser.add_argument("--seconds", type=int, default=60, help="for each sample (60)")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer (1)")
    parser.add_argument("samples", nargs="*", metavar="SAMPLE", help=f"of {', '.join(names)}; all of them")
    asked = parser.parse_args()
    strangers = sorted(set(asked.samples) - set(names))
    if strangers:
        parser.error(f"no sample is called {', '.join(strangers)}")
    found = 0
    print(f"{'sample':<24}{'files read':>12}{'finds':>8}")
    for sample in SAMPLES:
        if not asked.samples or sample.name in asked.samples:
            executions, finds = fuzzed(sample, asked.seconds, asked.seed)
            found += len(finds)
            print(f"{sample.name:<24}{executions:>12}{len(finds):>8}", flush=True)
            for find in finds:
                print(f"    {find.relative_to(HERE.parent)}", flush=True)
    return 1 if found else 0


def fuzzed(sample: Sample, seconds: int, seed: int) -> tuple[int, list[Path]]:
    """Fuzz one sample and return how many files were read, and those that were found."""
    kept = HERE / "found" / sample.name
    kept.mkdir(parents=True, exist_ok=True)
    before = set(kept.iterdir())  # a kind of finding that is kept already is not kept twice
    with tempfile.TemporaryDirectory(prefix="confounded-fuzz-") as made:
        folder = Path(made)
        corpus = folder / "corpus"
        corpus.mkdir()
        for number, seed_content in enumerate(seeds(sample)):
            (corpus / f"seed-{number}").write_bytes(seed_content)
        words = folder / "words"
        words.write_bytes(dictionary(sample))
        done = subprocess.run(
            [
                sys.executable,
                str(HERE / "readers.py"),
                sample.name,
                f"-max_total_time={seconds}",
                f"-timeout={SLOWEST}",
                f"-rss_limit_mb={MOST_MEMORY}",
                f"-max_len={max(LONGEST, 2 * len(sample.content))}",
                f"-artifact_prefix={kept}/",
                f"-dict={words}",
                f"-seed={seed}",
                "-print_final_stats=1",
                str(corpus),
            ],
            capture_output=True,
            check=False,
            cwd=folder,
        )
    log = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    finds = sorted(set(kept.iterdir()) - before)
    if done.returncode and not finds:
        raise SystemExit(f"fuzzing {sample.name} ended with {done.returncode}:\n{log[-3000:]}")
    if finds:
        told = [line for line in log.splitlines() if not line.startswith(("#", "INFO:"))]
        print("\n".join(told[-60:]), file=sys.stderr)
    executions = re.search(r"number_of_executed_units:\s*(\d+)", log)
    if not any(kept.iterdir()):
        kept.rmdir()
    return int(executions[1]) if executions else 0, finds


def seeds(sample: Sample) -> list[bytes]:
    """Return the files that fuzzing of a sample starts from: its own, and all others of the same ending."""
    return [
        sample.content,
        *(one.content for one in SAMPLES if one is not sample and one.ending == sample.ending),
    ]


def dictionary(sample: Sample) -> bytes:
    """Return the words of a sample, in the form of libFuzzer's dictionaries."""
    found = dict.fromkeys(word for one in seeds(sample) for word in WORD.findall(one))
    odd = (b"NaN", b"Infinity", b"1e999", b"-1", b"null", b"\\x00", b"\\xef\\xbb\\xbf")
    return b"".join(b'"%s"\n' % word for word in (*found, *odd))


if __name__ == "__main__":
    sys.exit(main())
