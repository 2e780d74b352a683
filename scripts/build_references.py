"""Build the capability references that ship with the package, and the checksums of the sources that can be fetched.

Usage::

    python scripts/build_references.py SOURCES            # SOURCES holds one folder a source
    python scripts/build_references.py SOURCES --check    # writes nothing: is what is committed what would be built?

Only the standard library is used, and the same sources give the same bytes. A source that changed shows as a
changed checksum in ``source_files.csv``, which stands beside the references: taking it is a decision.
Exit code 0: built, or unchanged. 1: ``--check`` found a difference. 2: a source or an argument cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).resolve().parent.parent / "src/confounded/datasets/data"

SOURCE_FILES: Final = "source_files.csv"
MANIFEST: Final = "manifest"
"""In ``source_files.csv``: the path of a source whose many files have one checksum."""

Row = dict[str, str]
Files = dict[str, str]

LEADERBOARD_V1: Final = ("ARC", "HellaSwag", "MMLU", "Winogrande", "GSM8K")
"""Not TruthfulQA, the sixth: it is a safety benchmark, and a score must not be correlated with itself."""

LEADERBOARD_V2: Final = ("IFEval", "BBH", "MATH Level 5", "GPQA", "MUSR", "MMLU-PRO")

PRECISIONS: Final = ("bfloat16", "float16", "8bit", "4bit", "GPTQ")
"""Of several rows of a model, the one at the first of these counts: at the precision it was most likely released in,
before one that makes it smaller. No model has two rows at one precision."""

OBSSCALING: Final = "https://raw.githubusercontent.com/ryoungj/ObsScaling"
OBSSCALING_FIRST: Final = f"{OBSSCALING}/43dad3252c7fab354de3ee2e197a0a467cb5d327/eval_results"
OBSSCALING_LATER: Final = f"{OBSSCALING}/4d6e1e43fd2635d04654aa77d1df9d5266ea0382/eval_results"

URLS: Final[Mapping[str, str]] = {
    "base_llm_benchmark_eval.csv": OBSSCALING_LATER,
    "base_llm_benchmark_eval_sub_10b.csv": OBSSCALING_LATER,
    "base_llm_emergent_capability_eval.csv": OBSSCALING_LATER,
    "base_llm_leaderboard_v2_eval.csv": OBSSCALING_LATER,
    "base_llm_post_training_eval.csv": OBSSCALING_LATER,
    "instruct_llm_agent_eval.csv": OBSSCALING_FIRST,
    "instruct_llm_benchmark_eval.csv": OBSSCALING_FIRST,
}
"""Pinned addresses at which a file was found to be this one. Where none is known for certain there is none."""

LISTED: Final[Mapping[str, tuple[str, str]]] = {
    "open-llm-leaderboard-v1": ("open_llm_leaderboard_v1", "*.csv"),
    "epoch-hub": ("epoch_hub", "**/*.csv"),
    "obsscaling": ("obsscaling", "*.csv"),
    "timm": ("timm", "*.csv"),
    "rewardbench-items": ("rewardbench_items", "*.csv"),
    "safetywashing-originals": ("../paper", "benchmarks_*_models.csv"),
}
"""Sources whose every file has a checksum: where they are and which files count."""

COLLECTED: Final[Mapping[str, str]] = {
    "every-eval-ever": "every_eval_ever",
    "open-llm-leaderboard-v2": "every_eval_ever/hfopenllm_v2",
}
"""Sources of thousands of JSON documents, which have one checksum together."""

MADE: Final = "\nThese files are made by `scripts/build_references.py`; do not edit them.\n"

V1_README: Final = """# Open LLM Leaderboard, version 1: capability scores

Source: the table of the Open LLM Leaderboard (version 1, Hugging Face, last submission 15 June 2024) as released, under
the MIT licence (`LICENSE`; copyright Felipe Maia Polo), with the code of Maia Polo et al. 2024, *Sloth: scaling laws
for LLM skills to predict multi-benchmark performance across families*, arXiv 2412.06540.

`scores.csv` holds {n} models on five benchmarks, in percent, digit for digit as released: {suite}. TruthfulQA, the
sixth, is a safety benchmark and is left out.

What was done: {doubled} of the {rows} rows are of a model that has another row, at another weight precision; the row
at the first of {precisions} counts, and {dropped} rows are left out. Sorted by model. Nothing else was changed.
"""

V2_README: Final = """# Open LLM Leaderboard, version 2: capability scores

Source: {rows} documents of the Open LLM Leaderboard (version 2, Hugging Face) in Every Eval Ever, retrieved there on
10 February 2026, under the MIT licence (`LICENSE`; copyright EvalEval).

`scores.csv` holds {n} models on six benchmarks, as fractions, digit for digit as in the documents: {suite}.

What was done: {doubled} documents are of a model that has another, at another weight precision; the one at the first
of {precisions} counts, and {dropped} are left out. Sorted by model. Nothing else was changed.
"""

TIMM_README: Final = """# timm: ImageNet-1k accuracy

Source: `results/results-imagenet.csv` of PyTorch Image Models (timm; Ross Wightman and contributors), under the Apache
licence 2.0 (`LICENSE`).

`scores.csv` holds {n} evaluations: a model (architecture and pretraining), the image size and the share of the image
cropped that it was evaluated at, and its top-1 accuracy on the 50,000 images of ImageNet-1k's validation set, in
percent. A model evaluated at two image sizes is two rows: the three columns together are the name.

What was done: the columns of errors, top-5 accuracy, parameter count and interpolation were left out, and the rows
sorted. Every cell keeps its digits.
"""

EPOCH_README: Final = """# Epoch Capabilities Index

Source: Epoch AI, 'AI Benchmarking Hub'. Published online at epoch.ai. Retrieved from 'https://epoch.ai/benchmarks' in
April 2026. Licensed by Epoch AI under the Creative Commons Attribution 4.0 International licence (CC BY 4.0,
https://creativecommons.org/licenses/by/4.0/). Epoch AI does not endorse this package or what is done with the data.

| file | holds |
|---|---|
| `scores.csv` | {n} model versions that have an index: model, display_name, eci, released, organisation, FLOP |
| `aliases.csv` | {aliases} other spellings that the source gives (its display names and model names): alias, model |

What was changed: the columns were renamed, those of country, accessibility, confidence and description left out, and
the rows sorted. {unscored} of the source's {rows} model versions have no index and are left out. A spelling is an alias
only where every model version that the source gives it to has the same index (it gives one index to all effort levels
of a model): {ambiguous} stand for versions with different indices, or for some without one, and are left out.
Every cell keeps its digits. The index has no standard errors in the source.
"""


class BuildError(Exception):
    """A source that cannot be used; the message names it."""


def read_table(path: Path) -> list[Row]:
    """Read a CSV file with a header."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file as text, lines ending in a line feed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def one_row_a_model(rows: Iterable[Row]) -> list[Row]:
    """Settle doubled models by `PRECISIONS`, and sort."""
    by_model: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        model, precision = row["model"], row["precision"]
        if precision not in PRECISIONS or precision in by_model[model]:
            raise BuildError(f"{model}: precision {precision!r} is unknown or stands twice")
        by_model[model][precision] = row
    return [by_model[model][min(by_model[model], key=PRECISIONS.index)] for model in sorted(by_model)]


def leaderboard(rows: list[Row], suite: Sequence[str], readme: str, licence: str) -> Files:
    """Return the files of a leaderboard from rows of model, precision and benchmarks."""
    kept = one_row_a_model(rows)
    n_rows: dict[str, int] = defaultdict(int)
    for row in rows:
        n_rows[row["model"]] += 1
    return {
        "LICENSE": licence,
        "README.md": readme.format(
            n=len(kept),
            rows=len(rows),
            suite=", ".join(suite),
            doubled=sum(count for count in n_rows.values() if count > 1),
            dropped=len(rows) - len(kept),
            precisions=", ".join(PRECISIONS),
        )
        + MADE,
        "scores.csv": as_csv(
            ("model", *suite), ([row["model"], *(row[name] for name in suite)] for row in kept)
        ),
    }


def leaderboard_v1(sources: Path) -> Files:
    """Version 1, from the table of the sloth repository."""
    folder = sources / "open_llm_leaderboard_v1"
    rows = [
        {"model": row["Model"], "precision": row["Precision"], **{name: row[name] for name in LEADERBOARD_V1}}
        for row in read_table(folder / "open-llm-leaderboard_old.csv")
    ]
    return leaderboard(rows, LEADERBOARD_V1, V1_README, (folder / "LICENSE").read_text(encoding="utf-8"))


def leaderboard_v2(sources: Path) -> Files:
    """Version 2, from the documents of Every Eval Ever."""
    folder = sources / "every_eval_ever"
    rows = []
    for path in sorted(filter(Path.is_file, (folder / "hfopenllm_v2").rglob("*.json"))):
        # Numbers stay text, so that no digit changes on the way.
        document: Any = json.loads(path.read_bytes(), parse_float=str, parse_int=str)
        row = {
            "model": document["model_info"]["id"],
            "precision": document["model_info"]["additional_details"]["precision"],
        }
        for result in document["evaluation_results"]:
            metric = result["metric_config"]
            if metric["lower_is_better"] or float(metric["max_score"]) != 1:
                raise BuildError(f"{path}: {result['evaluation_name']} is no fraction, higher is better")
            row[result["evaluation_name"]] = result["score_details"]["score"]
        rows.append(row)
    return leaderboard(rows, LEADERBOARD_V2, V2_README, (folder / "LICENSE").read_text(encoding="utf-8"))


def timm(sources: Path) -> Files:
    """ImageNet-1k accuracy, from timm's results."""
    folder = sources / "timm"
    columns = ("model", "img_size", "crop_pct", "top1")
    rows = sorted([row[name] for name in columns] for row in read_table(folder / "results-imagenet.csv"))
    return {
        "LICENSE": (folder / "LICENSE").read_text(encoding="utf-8"),
        "README.md": TIMM_README.format(n=len(rows)) + MADE,
        "scores.csv": as_csv(columns, rows),
    }


def epoch(sources: Path) -> Files:
    """Epoch's index, and the other spellings of its models."""
    rows = read_table(sources / "epoch_hub" / "epoch_capabilities_index.csv")
    scored = sorted((row for row in rows if row["ECI Score"]), key=lambda row: row["Model version"])
    versions = {row["Model version"] for row in rows}
    spellings: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for name in {row["Display name"], row["Model name"]} - {"", row["Model version"]}:
            spellings[name].append(row)
    aliases, ambiguous = {}, 0
    for name, bearers in spellings.items():
        scores = {row["ECI Score"] for row in bearers}
        if name in versions or len(scores) > 1:
            ambiguous += scores != {""}
        elif scores != {""}:
            aliases[name] = min(row["Model version"] for row in bearers)
    columns = (
        "Model version", "Display name", "ECI Score", "Release date", "Organization", "Training compute (FLOP)"
    )  # fmt: skip
    names = ("model", "display_name", "eci", "released", "organisation", "training_flop")
    return {
        "README.md": EPOCH_README.format(
            n=len(scored),
            rows=len(rows),
            unscored=len(rows) - len(scored),
            aliases=len(aliases),
            ambiguous=ambiguous,
        )
        + MADE,
        "aliases.csv": as_csv(("alias", "model"), sorted(aliases.items())),
        "scores.csv": as_csv(names, ([row[column] for column in columns] for row in scored)),
    }


def sha256(raw: bytes) -> str:
    """Return the checksum of some bytes."""
    return hashlib.sha256(raw).hexdigest()


def source_rows(sources: Path) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield the rows of ``source_files.csv``: source, path, files, bytes, sha256, url."""
    for source, (folder, pattern) in LISTED.items():
        for path in sorted((sources / folder).glob(pattern)):
            raw = path.read_bytes()
            base = URLS.get(path.name)
            relative = path.relative_to(sources / folder).as_posix()
            yield source, relative, "1", str(len(raw)), sha256(raw), f"{base}/{path.name}" if base else ""
    for source, folder in COLLECTED.items():
        root = sources / folder
        lines, size = [], 0
        for path in filter(Path.is_file, root.rglob("*.json")):
            raw = path.read_bytes()
            size += len(raw)
            lines.append((path.relative_to(root).as_posix(), f"{sha256(raw)}  "))
        manifest = "".join(f"{digest}{name}\n" for name, digest in sorted(lines))
        yield source, MANIFEST, str(len(lines)), str(size), sha256(manifest.encode()), ""


def with_checksums(files: Files) -> Files:
    """Add the file of checksums."""
    sums = "".join(f"{sha256(text.encode())}  {name}\n" for name, text in sorted(files.items()))
    return {**files, "SHA256SUMS": sums}


def build(sources: Path) -> Files:
    """Return the text of every file to be written, by its path below the target."""
    folders = {
        "epoch-capabilities-index": epoch(sources),
        "open-llm-leaderboard-v1": leaderboard_v1(sources),
        "open-llm-leaderboard-v2": leaderboard_v2(sources),
        "timm-imagenet": timm(sources),
    }
    header = ("source", "path", "files", "bytes", "sha256", "url")
    built = {SOURCE_FILES: as_csv(header, source_rows(sources))}
    for folder, files in folders.items():
        built |= {f"{folder}/{name}": text for name, text in with_checksums(files).items()}
    return built


def differences(files: Files, target: Path) -> list[str]:
    """Return the files that are missing, changed or too many below the target."""
    folders = {name.partition("/")[0] for name in files if "/" in name}
    there = {
        path.relative_to(target).as_posix()
        for folder in folders
        for path in (target / folder).rglob("*")
        if path.is_file()
    }
    changed = {
        name
        for name, text in files.items()
        if not (target / name).is_file() or (target / name).read_bytes() != text.encode()
    }
    return sorted(changed | (there - set(files)))


def write(files: Files, target: Path) -> None:
    """Write the files."""
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script and return its exit code."""
    parser = argparse.ArgumentParser(description="Build the capability references that ship.")
    parser.add_argument("sources", type=Path, help="the folder that holds one folder a source")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the target differs")
    parser.add_argument(
        "--target", type=Path, default=TARGET, help="the folder to build in (default: in the package)"
    )
    options = parser.parse_args(arguments)
    try:
        files = build(options.sources)
        if not options.check:
            write(files, options.target)
    except (BuildError, OSError, KeyError, ValueError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    if not options.check:
        print(f"{len(files)} files written below {options.target}")
        return 0
    changed = differences(files, options.target)
    if changed:
        print(f"not what would be built: {', '.join(changed)} in {options.target}", file=sys.stderr)
        return 1
    print(f"{len(files)} files in {options.target} are what would be built")
    return 0


if __name__ == "__main__":
    sys.exit(main())
