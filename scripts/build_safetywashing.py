"""Build the score set that ships with the package from the files its authors released.

Usage::

    python scripts/build_safetywashing.py PATH            # PATH holds the released CSV files
    python scripts/build_safetywashing.py PATH --check    # writes nothing: is what is committed what would be built?

Only the standard library is used, so that it runs before anything is installed. An input that is not, to the
byte, the one pinned in `INPUTS` is refused: a changed score must be a decision, with a new pin beside it.
Exit code 0: built, or unchanged. 1: ``--check`` found a difference. 2: an input or an argument cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

INPUTS: Final[Mapping[str, str]] = {
    "LICENSE-data": "fe29c68dd1216e81e98a6069165e1c720757b23bbcaa6c0cb8f9a957bdaaca80",
    "benchmarks_base_models.csv": "52b0af4f6d6c4426614f4b95d21086d25955fa8c978d88349bdeed82bdcb1be5",
    "benchmarks_chat_models.csv": "5ede988872d8bba23d0bb87fcebb9704d7fe7d4e6f065226b691499333f57c58",
    "gpt4o.csv": "8fe51819a1004286b2dea75ef39f2c261a689668b1e7d53312a489f4781e3ea9",
    "published_correlations.csv": "68f0696d2bb53f47af8ddbde2b6810e48f5357f6516cd4a2c9ea9efcf95195ff",
    "published_scores.csv": "40d734ed566e021f43b7cea940e228d5f33c784bb1912f4d0a5153189b34a4ae",
}
"""The SHA-256 of every file that is read."""

TARGET: Final = Path(__file__).resolve().parent.parent / "src/confounded/datasets/data/safetywashing"

POPULATIONS: Final = ("base", "chat")

MODEL_FACTS: Final = frozenset({"model", "model_size", "FLOP", "name", "type"})
"""Columns of the released matrices that describe the model. They are in the catalogue of models."""

TABLE_9_TOLERANCE: Final = "0.01"
"""Table 9 prints two decimals; all 53 scores were found to reproduce within half of the last one."""

FIGURE_17: Final = re.compile(r"figure 17 \(read off the plot, ±(?P<tolerance>[0-9.]+)\)")
"""How the released file names the capabilities scores of figure 17, which stand in no table."""

FIGURE_17_FIT: Final = "chat with gpt-4o, suite without bbh and lambada_openai"
FIGURE_17_SUITE_WITHOUT: Final = "bbh lambada_openai"

COLUMNS: Final = (
    ("scores.csv", "population", "text", "", "base or chat: the released matrix in which the score stands"),
    ("scores.csv", "model", "text", "", "the model, as released"),
    ("scores.csv", "benchmark", "text", "", "the benchmark, as released"),
    (
        "scores.csv",
        "score",
        "number",
        "of the benchmark",
        "the score, digit for digit as released, oriented by its authors so that higher is better or safer; "
        "a cell that is empty in the released matrix has no row",
    ),
    ("published_correlations.csv", "table", "integer", "", "the number of the paper's table"),
    (
        "published_correlations.csv",
        "area",
        "text",
        "",
        "the area under which the paper has the benchmark, as an id (lower case, hyphens)",
    ),
    ("published_correlations.csv", "benchmark", "text", "", "the benchmark, by its id in scores.csv"),
    ("published_correlations.csv", "population", "text", "", "base or chat"),
    (
        "published_correlations.csv",
        "correlated_with",
        "text",
        "",
        "what the benchmark is correlated with: capabilities score, training compute, "
        "or accuracy on the same data set",
    ),
    (
        "published_correlations.csv",
        "percent",
        "number",
        "percent",
        "the Spearman correlation as the paper prints it, times 100",
    ),
    ("published_scores.csv", "source", "text", "", "table 9 or figure 17 of the paper"),
    ("published_scores.csv", "population", "text", "", "base or chat"),
    ("published_scores.csv", "model", "text", "", "the model, by its id in scores.csv or gpt4o.csv"),
    (
        "published_scores.csv",
        "capabilities_score",
        "number",
        "standard scores, projected",
        "the capabilities score as the paper prints or draws it",
    ),
    (
        "published_scores.csv",
        "tolerance",
        "number",
        "standard scores, projected",
        "how far a recomputed score may be off: the last digit printed, or the precision of reading the plot",
    ),
    (
        "published_scores.csv",
        "suite_without",
        "text",
        "",
        "benchmarks left out of the suite for this fit, separated by spaces; empty for the whole suite",
    ),
    ("gpt4o.csv", "population", "text", "", "chat"),
    ("gpt4o.csv", "model", "text", "", "gpt-4o"),
    ("gpt4o.csv", "benchmark", "text", "", "the benchmark, by its id in scores.csv"),
    (
        "gpt4o.csv",
        "score",
        "number",
        "fraction",
        "the percentage of the paper's table 23 divided by 100, the scale these benchmarks have in scores.csv",
    ),
    ("published_summaries.csv", "source", "text", "", "where the paper gives the figure"),
    ("published_summaries.csv", "population", "text", "", "base or chat"),
    ("published_summaries.csv", "quantity", "text", "", "what the figure is"),
    ("published_summaries.csv", "percent", "number", "percent", "the figure as the paper prints it"),
    ("columns.csv", "file", "text", "", "a file of this folder"),
    ("columns.csv", "column", "text", "", "one of its columns"),
    ("columns.csv", "type", "text", "", "text, integer or number"),
    ("columns.csv", "unit", "text", "", "the unit of a number; empty where it has none"),
    ("columns.csv", "meaning", "text", "", "what stands in the column"),
)

SUMMARIES: Final = (
    ("text", "base", "explained share", "78.3"),
    ("text", "chat", "explained share", "70.8"),
    ("text", "base", "mean capability correlation", "75.8"),
    ("text", "base", "standard deviation of capability correlations", "13.4"),
    ("text", "chat", "mean capability correlation", "67.5"),
    ("text", "chat", "standard deviation of capability correlations", "14.3"),
)
"""The figures that stand in the paper's text and in none of its tables."""

README: Final = """\
# Scores of the paper "Safetywashing"

Source: Ren et al. 2024, *Safetywashing: Do AI Safety Benchmarks Actually Measure Safety Progress?*,
arXiv 2407.21792. The authors released their two score matrices under the MIT licence (`LICENSE`; copyright
Center for AI Safety). The published figures were transcribed from the paper's tables 2-23, figures 9 and 17 and text.

| file | holds |
|---|---|
| `scores.csv` | {n_base} scores of {models_base} base models on {benchmarks_base} benchmarks, \
{n_chat} of {models_chat} chat models on {benchmarks_chat}, one a row |
| `published_correlations.csv` | {n_correlations} correlations printed in the paper |
| `published_scores.csv` | {n_table_9} capabilities scores of table 9, {n_figure_17} read off figure 17 |
| `published_summaries.csv` | {n_summaries} figures of the paper's text |
| `gpt4o.csv` | {n_gpt4o} scores of GPT-4o, table 23 |
| `columns.csv` | every column of these files: type, unit, meaning |
| `SHA256SUMS` | the checksum of every file, compared each time one is loaded |

What was done: the matrices were turned from one column a benchmark into one row a score, sorted by population,
model and benchmark; every score keeps the digits it was released with. Model size, training FLOP and display name
went to the catalogue of models. GPT-4o's percentages were divided by 100. The column of the published files that says
`models` is called `population` here, and areas are written as ids. Nothing else was changed. A cell that was empty
has no row:

{missing}

These files are made by `scripts/build_safetywashing.py`; do not edit them.
"""

Row = Sequence[str]


class BuildError(Exception):
    """An input cannot be used; the message says which, and what to do."""


def read_inputs(folder: Path) -> dict[str, str]:
    """Return the text of every input, after comparing its checksum.

    Raises
    ------
    BuildError
        If a file is missing or is not the pinned one.
    """
    texts = {}
    for name, expected in INPUTS.items():
        path = folder / name
        try:
            raw = path.read_bytes()
        except OSError as problem:
            raise BuildError(
                f"{path}: expected the released file, but found none that can be read ({problem.strerror}). "
                "Give the folder that holds the released CSV files."
            ) from problem
        found = hashlib.sha256(raw).hexdigest()
        if found != expected:
            raise BuildError(
                f"{path}: expected SHA-256 {expected}, but found {found}. The input has changed; restore it, "
                f"or, if the change is meant, review it and pin the new checksum in {Path(__file__).name}."
            )
        texts[name] = raw.decode("utf-8")
    return texts


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file, every cell as the text that stands there."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_csv(header: Row, rows: Iterable[Row]) -> str:
    """Return rows as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def score_rows(population: str, matrix: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    """Return one row a score of a released matrix, sorted by model and benchmark."""
    return sorted(
        (population, row["model"], benchmark, score)
        for row in matrix
        for benchmark, score in row.items()
        if benchmark not in MODEL_FACTS and score != ""
    )


def published_score_row(row: Mapping[str, str]) -> Row:
    """Return a published capabilities score with its source, population and tolerance in columns of their own.

    Raises
    ------
    BuildError
        If the row is of neither of the two known sources.
    """
    figure = FIGURE_17.fullmatch(row["source"])
    if row["source"] == "table 9" and row["models"] in POPULATIONS:
        source, population, tolerance, without = "table 9", row["models"], TABLE_9_TOLERANCE, ""
    elif figure and row["models"] == FIGURE_17_FIT:
        source, population, without = "figure 17", "chat", FIGURE_17_SUITE_WITHOUT
        tolerance = figure["tolerance"]
    else:
        raise BuildError(
            "published_scores.csv: expected a score of table 9 or figure 17, "
            f"but found {row['source']!r} of {row['models']!r}."
        )
    return source, population, row["model"], row["capabilities_score"], tolerance, without


def fraction(percent: str) -> str:
    """Return a percentage as a fraction, exactly: 84.4 is 0.844."""
    shifted = format(Decimal(percent).scaleb(-2), "f")
    return shifted.rstrip("0").rstrip(".")


def missing_cells(matrices: Mapping[str, list[dict[str, str]]]) -> str:
    """Return a list of the cells of the matrices that are empty."""
    empty = {
        (population, benchmark): [row["model"] for row in matrix if row[benchmark] == ""]
        for population, matrix in matrices.items()
        for benchmark in matrix[0]
        if benchmark not in MODEL_FACTS
    }
    return "\n".join(
        f"- {population}, `{benchmark}`: {', '.join(sorted(models))}"
        for (population, benchmark), models in empty.items()
        if models
    )


def build(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every file to be written, by name."""
    matrices = {population: table(texts[f"benchmarks_{population}_models.csv"]) for population in POPULATIONS}
    scores = {population: score_rows(population, matrix) for population, matrix in matrices.items()}
    correlations = table(texts["published_correlations.csv"])
    published = [published_score_row(row) for row in table(texts["published_scores.csv"])]
    gpt4o = table(texts["gpt4o.csv"])
    files = {
        "scores.csv": as_csv(
            ("population", "model", "benchmark", "score"), (row for rows in scores.values() for row in rows)
        ),
        "published_correlations.csv": as_csv(
            ("table", "area", "benchmark", "population", "correlated_with", "percent"),
            (
                (
                    row["table"],
                    row["area"].replace(" ", "-"),
                    row["benchmark"],
                    row["models"],
                    row["correlated_with"],
                    row["percent"],
                )
                for row in correlations
            ),
        ),
        "published_scores.csv": as_csv(
            ("source", "population", "model", "capabilities_score", "tolerance", "suite_without"), published
        ),
        "published_summaries.csv": as_csv(("source", "population", "quantity", "percent"), SUMMARIES),
        "gpt4o.csv": as_csv(
            ("population", "model", "benchmark", "score"),
            (("chat", "gpt-4o", row["benchmark"], fraction(row["percent"])) for row in gpt4o),
        ),
        "columns.csv": as_csv(("file", "column", "type", "unit", "meaning"), COLUMNS),
        "LICENSE": texts["LICENSE-data"],
        "README.md": README.format(
            **{f"n_{population}": len(rows) for population, rows in scores.items()},
            **{f"models_{population}": len(matrix) for population, matrix in matrices.items()},
            **{
                f"benchmarks_{population}": len(set(matrix[0]) - MODEL_FACTS)
                for population, matrix in matrices.items()
            },
            n_correlations=len(correlations),
            n_table_9=sum(row[0] == "table 9" for row in published),
            n_figure_17=sum(row[0] == "figure 17" for row in published),
            n_summaries=len(SUMMARIES),
            n_gpt4o=len(gpt4o),
            missing=missing_cells(matrices),
        ),
    }
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(files.items())
    )
    return files


def differences(files: Mapping[str, str], target: Path) -> list[str]:
    """Return the names of files that are missing, changed or too many in a folder."""
    committed = {path.name: path.read_bytes() for path in target.iterdir()} if target.is_dir() else {}
    built = {name: text.encode() for name, text in files.items()}
    return sorted(name for name in {*committed, *built} if committed.get(name) != built.get(name))


def write(files: Mapping[str, str], target: Path) -> None:
    """Replace a folder by one that holds these files: written beside, then renamed, so never half there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fresh, former = beside / "fresh", beside / "former"
        fresh.mkdir()
        for name, text in files.items():
            (fresh / name).write_bytes(text.encode())
        if target.exists():
            target.rename(former)
        try:
            fresh.rename(target)
        except OSError:
            if former.exists():
                former.rename(target)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script and return its exit code."""
    parser = argparse.ArgumentParser(description="Build the shipped score set from the released CSV files.")
    parser.add_argument("path", type=Path, help="the folder that holds the released CSV files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the target differs")
    parser.add_argument(
        "--target", type=Path, default=TARGET, help="the folder to build (default: in the package)"
    )
    options = parser.parse_args(arguments)
    try:
        files = build(read_inputs(options.path))
        if not options.check:
            write(files, options.target)
    except (BuildError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    if not options.check:
        print(f"{len(files)} files written to {options.target}")
        return 0
    changed = differences(files, options.target)
    if changed:
        print(f"not what would be built: {', '.join(changed)} in {options.target}", file=sys.stderr)
        return 1
    print(f"{len(files)} files in {options.target} are what would be built")
    return 0


if __name__ == "__main__":
    sys.exit(main())
