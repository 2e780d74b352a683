"""Tables of the Open LLM Leaderboard, versions 1 and 2, as downloaded: CSV, Parquet, JSON records or JSON lines.

One row is one submission. What a table says is taken as follows.

- *Benchmarks* have the names that the same task has elsewhere (`COLUMNS`). Version 1 has accuracy in percent.
  Version 2 has each benchmark on two scales: accuracy from 0 to 1 (``IFEval Raw``) and percent of the way from guessing
  to all right (``IFEval``), which is what the leaderboard ranks by. The second is read, the first is not, and an
  issue says so. The average is not read: it is no benchmark.
- *Population*: models of type pretrained and continuously pretrained are ``base``; chat, instruction-tuned and
  RL-tuned models are ``chat``. Nothing is said of fine-tuned models and merges: the leaderboard does not tell
  whether they were made from the one or the other.
- *Several submissions of one model* (other precision or revision) are returned as they are, and each score says as
  its source which submission it is from.
- Parameters are rounded to billions in version 1; 0 and -1 mean that they are not known.
- ``Upload To Hub Date`` is taken as the date of release; ``date`` and ``Submission Date`` say when the model was
  submitted, and are not.
- ``Flagged`` models of version 2 stay in, and an issue counts them. In version 1 ``Merged`` and ``Flagged``
  hold the opposite of what their names say (nearly every row is True), so nothing is taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.attributes import dates_of
from confounded.readers.cells import Cells
from confounded.readers.collected import Collected, listed
from confounded.readers.delimited import delimited_cells
from confounded.readers.downloaded import numbers, words
from confounded.readers.files import parse, read_bytes
from confounded.readers.frames import parquet_cells
from confounded.readers.model_columns import model_columns
from confounded.scores import Issue, ScoreTable

__all__ = [
    "COLUMNS",
    "is_open_llm_leaderboard",
    "is_page_of_rows",
    "leaderboard_scores",
    "read_open_llm_leaderboard",
]


@dataclass(frozen=True, slots=True)
class _Column:
    """What is known of a column of scores.

    Parameters
    ----------
    benchmark, metric : str
    items : int, optional
        Items of the task that the leaderboard ran.
    item_type : str
        ``binary mean`` where a score is a plain mean of items worth 0 or 1.
    chance : float, optional
        Percent that guessing gets, where every item has equally many choices.
    """

    benchmark: str
    metric: str
    items: int | None = None
    item_type: str = "other"
    chance: float | None = None


VERSION_1: Final[Mapping[str, _Column]] = {
    "ARC": _Column("arc_challenge", "acc_norm", 1172, "binary mean"),
    "HellaSwag": _Column("hellaswag", "acc_norm", 10042, "binary mean", 25.0),
    "MMLU": _Column("mmlu", "acc, mean over subjects", 14042, "other", 25.0),
    "TruthfulQA": _Column("truthfulqa_mc2", "mc2", 817),
    "Winogrande": _Column("winogrande", "acc", 1267, "binary mean", 50.0),
    "GSM8K": _Column("gsm8k", "acc", 1319, "binary mean"),
    "DROP": _Column("drop_f1", "f1", 9536),
}
"""Columns of version 1 (25, 10, 5, 0, 5, 5 and 3 examples in the prompt); DROP was withdrawn in December 2023."""

VERSION_2: Final[Mapping[str, _Column]] = {
    "IFEval": _Column("ifeval", "strict accuracy, mean over prompts and instructions", 541),
    "BBH": _Column("bbh", "acc_norm, normalised"),
    "MATH Lvl 5": _Column("math_level_5", "exact_match, normalised", 1324, "binary mean"),
    "GPQA": _Column("gpqa", "acc_norm, normalised", None, "other", 0.0),
    "MUSR": _Column("musr", "acc_norm, normalised", 756, "other", 0.0),
    "MMLU-PRO": _Column("mmlu_pro", "acc, normalised", 12032, "other", 0.0),
}
"""Columns of version 2. Where an item has choices, guessing gets 0 by the normalisation, and a score below is cut
off at 0, so that it is no plain mean of its items."""

COLUMNS: Final[Mapping[str, _Column]] = {**VERSION_1, **VERSION_2}
"""Columns of scores by their names in the table. All are in percent, and higher is better."""

RAW: Final = " Raw"
RELEASE: Final = "Upload To Hub Date"
PERCENT: Final = 100.0
BILLION: Final = 1e9

FEWEST_COLUMNS: Final = 3
"""Columns of scores by which a table is recognised: people cut some out, and fewer could be another table's."""

NAME_COLUMNS: Final = ("fullname", "Model")
DESCRIPTIONS: Final = frozenset(
    {"T", "Type", "Precision", "Architecture", "#Params (B)", "Model sha", "fullname"}
)

NOT_SCORES: Final = DESCRIPTIONS | {
    *(
        "Model",
        "eval_name",
        "Weight type",
        "Merged",
        "Hub License",
        "Hub \N{HEAVY BLACK HEART}\ufe0f",
        "MoE",
        "Flagged",
    ),
    *("Available on the hub", "date", "Chat Template", "CO\N{SUBSCRIPT TWO} cost (kg)", "Upload To Hub Date"),
    *(
        "Maintainer's Highlight",
        "Submission Date",
        "Generation",
        "Base Model",
        "Official Providers",
        "model_name_for_query",
    ),
}
"""Columns of either version that hold no score."""

NAMES: Final = frozenset({"Model", "fullname", "eval_name", "model_name_for_query", "Model sha"})
"""Those of them that name a row; the others are kept as they stand, for models can be parted by them."""

BASE_TYPES: Final = (
    "pretrained",
    "continuously pretrained",
    "\N{LARGE GREEN CIRCLE}",
    "\N{LARGE GREEN SQUARE}",
)
CHAT_TYPES: Final = (
    "chat models",
    "instruction-tuned",
    "RL-tuned",
    "\N{SPEECH BALLOON}",
    "\N{HEAVY LARGE CIRCLE}",
    "\N{LARGE BLUE SQUARE}",
)

ANCHOR: Final = re.compile(r"<a\b[^>]*>([^<]*)</a>", re.IGNORECASE)
"""A name as old dumps hold it: a link, its text the model."""

TAG: Final = re.compile(r"<[^<>]*>")
MERGE: Final = " (Merge)"
"""What the leaderboard puts behind the name of a base model that is the model itself, merged from several."""

NO_BASE: Final = frozenset({"removed", "unknown", "none", "nan"})


class _Row(msgspec.Struct):
    """A row as the hub's rows service gives it."""

    row: dict[str, Any]


def is_open_llm_leaderboard(names: Sequence[str]) -> bool:
    """Return whether a header (or the fields of a record) is that of a table of the Open LLM Leaderboard."""
    have = set(names)
    return (
        not have.isdisjoint(NAME_COLUMNS)
        and any(name.startswith("Average") for name in have)
        and not have.isdisjoint(DESCRIPTIONS)
        and max(len(have & set(version)) for version in (VERSION_1, VERSION_2)) >= FEWEST_COLUMNS
    )


def read_open_llm_leaderboard(paths: Sequence[Path]) -> ScoreTable:
    """Read tables of the Open LLM Leaderboard.

    Parameters
    ----------
    paths : sequence of Path
        ``.csv``, ``.tsv``, ``.parquet``, ``.json`` or ``.jsonl`` files.

    Returns
    -------
    ScoreTable
        Scores in percent; a model that was submitted more than once has as many scores.

    Raises
    ------
    UnreadableError
        If a file cannot be opened or is not of the form that its ending says.
    ContentError
        If it has no column of models or of scores.
    """
    return leaderboard_scores([_cells(path) for path in paths])


def leaderboard_scores(tables: Sequence[Cells]) -> ScoreTable:
    """Return the scores in the cells of tables of the Open LLM Leaderboard.

    Raises
    ------
    ContentError
        If one has no column of models or of scores.
    """
    collected = Collected()
    for table in tables:
        _add(table, collected)
    return collected.table(listed(table.where for table in tables))


def is_page_of_rows(fields: Mapping[str, object] | None) -> bool:
    """Return whether the fields of a JSON object are those of a page of the hub's rows service with such a table."""
    raw = (fields or {}).get("rows")
    try:
        rows = msgspec.json.decode(raw, type=list[_Row]) if isinstance(raw, msgspec.Raw) else []
    except (msgspec.DecodeError, RecursionError):
        return False
    return bool(rows) and is_open_llm_leaderboard(list(rows[0].row))


def _cells(path: Path) -> Cells:
    """Return the cells of a file."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        return parquet_cells(path)
    if ending not in (".json", ".jsonl", ".ndjson"):
        return delimited_cells(path)
    raw = read_bytes(path)
    if ending == ".json":
        records = parse(raw, path)
        if isinstance(records, dict):  # a page of the hub's rows service
            records = records.get("rows")
    else:
        records = [parse(line, path) for line in raw.split(b"\n") if line.strip()]
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records) or not records:
        raise UnreadableError("a list of records", found="other JSON, or none", where=str(path))
    rows = [one["row"] if isinstance(one.get("row"), dict) else one for one in records]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [_text(row.get(name)) for row in rows] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Cells(frame, where=str(path), source=path.name, row_word="record")


def _text(value: object) -> str | None:
    """Return a value of JSON as the text of a cell."""
    return value if value is None or isinstance(value, str) else str(value)


def _add(table: Cells, collected: Collected) -> None:
    """Add what one table says."""
    given = [name for name in COLUMNS if name in table.frame.columns]
    named = [name for name in NAME_COLUMNS if name in table.frame.columns]
    if not given or not named:
        wanted = (
            "columns of scores of the Open LLM Leaderboard" if named else "a column 'Model' or 'fullname'"
        )
        found = ", ".join(table.frame.columns[:12])
        raise ContentError(wanted, found=f"the columns {found}", where=table.where)
    models = _models(table, named, collected.issues)
    sources = _sources(table, models)
    for name in given:
        column = COLUMNS[name]
        scores = numbers(table, name, models, collected.issues)
        rows = pl.DataFrame([models.alias("model"), scores.alias("score"), sources.alias("source")])
        collected.scores += (
            rows.drop_nulls(["model", "score"])
            .with_columns(benchmark=pl.lit(column.benchmark), metric=pl.lit(column.metric))
            .to_dicts()
        )
        collected.benchmarks.append(_benchmark(column))
    collected.models += _described(table, models, collected.issues)
    kept = [name for name in table.frame.columns if name in NOT_SCORES - NAMES]
    collected.columns.append(model_columns(models, table.frame, kept))
    collected.issues += table.issues
    _tell(table, given, collected.issues)


def _benchmark(column: _Column) -> dict[str, Any]:
    """Return what is known of a benchmark, on the scale of the table."""
    return {
        "benchmark": column.benchmark,
        "unit": "percent",
        "direction": "higher",
        "item_type": column.item_type,
        "items": column.items,
        "chance": column.chance,
        "floor": 0.0,
        "ceiling": PERCENT,
    }


def _models(table: Cells, named: Sequence[str], issues: list[Issue]) -> pl.Series:
    """Return the model of each row, null where no column names one."""
    names = [words(table, name) for name in named]
    models = [_plain(next((one for one in row if one), None)) for row in zip(*names, strict=True)]
    nameless = models.count(None)
    if nameless:
        issues.append(Issue(f"{nameless} row(s) without a model were left out", where=table.where))
    return pl.Series("model", models, dtype=pl.String)


def _plain(name: str | None) -> str | None:
    """Return a model's name without the link that old dumps put around it."""
    if name is None or "<" not in name:
        return name
    anchor = ANCHOR.search(name)
    return (anchor[1] if anchor else TAG.sub(" ", name)).strip() or None


def _sources(table: Cells, models: pl.Series) -> pl.Series:
    """Return where each row stands: the file, and for a model with several rows also which of its submissions."""
    lines = table.numbers or range(1, table.frame.height + 1)
    precision, revision = words(table, "Precision"), words(table, "Model sha")
    several = models.is_duplicated()
    return pl.Series(
        "source",
        [
            f"{table.source}, {table.row_word} {line}{_run(kind, sha)}" if again else table.source
            for line, kind, sha, again in zip(lines, precision, revision, several, strict=True)
        ],
        dtype=pl.String,
    )


def _run(precision: str | None, revision: str | None) -> str:
    """Return how a submission was run, in brackets, as far as the table says it."""
    said = ", ".join(filter(None, (precision, revision and revision[:7])))
    return f" ({said})" if said else ""


def _described(table: Cells, models: pl.Series, issues: list[Issue]) -> list[dict[str, Any]]:
    """Return what the table says of its models."""
    size = numbers(table, "#Params (B)", models, issues)
    kinds = zip(words(table, "T"), words(table, "Type"), strict=True)
    bases = words(table, "Base Model")
    dates: pl.Series = words(table, RELEASE)
    if RELEASE in table.frame.columns:
        dates = dates_of(table.frame.with_columns(model=models), RELEASE, table, issues)
    return [
        {
            "model": model,
            "population": _population(kind or symbol or ""),
            "parameters": billions * BILLION if billions is not None and billions > 0 else None,
            "base_model": _base(base, model),
            "released": date,
        }
        for model, (symbol, kind), billions, date, base in zip(models, kinds, size, dates, bases, strict=True)
        if model is not None
    ]


def _population(kind: str) -> str | None:
    """Return the population that a type of model belongs to, None where it does not tell."""
    bare = kind.lstrip("\N{LARGE GREEN CIRCLE}\N{LARGE GREEN SQUARE} :")
    if kind in BASE_TYPES or bare in BASE_TYPES:
        return "base"
    return "chat" if kind.startswith(CHAT_TYPES) else None


def _base(base: str | None, model: str) -> str | None:
    """Return what a model was made from, None where that is not known or the model itself."""
    plain = (_plain(base) or "").removesuffix(MERGE).strip()
    return plain if plain and plain.lower() not in NO_BASE and plain != model else None


def _tell(table: Cells, given: Sequence[str], issues: list[Issue]) -> None:
    """Add issues of what was not read, and of flagged models."""
    known = {*given, *(name + RAW for name in given), *NOT_SCORES}
    others = [name for name in table.frame.columns if name not in known and not name.startswith("Average")]
    if others:
        issues.append(
            Issue(
                f"columns that are not the leaderboard's were not read: {listed(others)}",
                where=table.where,
                remedy="Put their scores in a table of their own, with a column 'model'.",
            )
        )
    raw = [name for name in given if name + RAW in table.frame.columns]
    if raw:
        issues.append(
            Issue(
                f"the scores of {listed(raw)} are the normalised ones, in percent of the way from guessing to all "
                "right; the columns 'Raw' hold the same on another scale and were not read",
                where=table.where,
            )
        )
    if "Flagged" in table.frame.columns and any(name in VERSION_2 for name in given):
        flagged = int((words(table, "Flagged").str.to_lowercase() == "true").sum())
        if flagged:
            issues.append(
                Issue(
                    f"{flagged} model(s) that the leaderboard has flagged are among the scores",
                    where=table.where,
                )
            )
