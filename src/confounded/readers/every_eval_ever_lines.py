"""Every Eval Ever: JSON lines, what one model got on each item, beside or without the document they belong to.

A line belongs to a result of a document by ``evaluation_id`` and ``evaluation_result_id``, else by ``evaluation_id``
and ``evaluation_name`` where only one result of the document has that name. Its benchmark, metric and direction are
those of this result. Without a document a benchmark is called ``<evaluation>``, with ``:<result id>`` after it where
there is one, and has no direction.

- The item is ``sample_id``; where it stands for different samples (``sample_hash``) these are two items.
- Several lines of one item (epochs) count once, with their mean.
- Lines with an ``error`` are left out, unless only with them the mean is the score of the document. Where the mean
  is not that score, it was made in another way (a median, F1 over all items): its items are left out, and an issue
  says so.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from confounded.errors import UnreadableError
from confounded.readers.collected import finite, listed
from confounded.readers.every_eval_ever import Document, benchmark_names, document, read_documents
from confounded.readers.files import decode, read_bytes, source_of
from confounded.scores import Issue, ItemTable, ScoreTable
from confounded.scores.items import ITEM_SCHEMA
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, agreed, conformed

__all__ = ["has_document", "is_every_eval_ever_lines", "read_every_eval_ever", "read_every_eval_ever_items"]

LINES: Final = (".jsonl", ".ndjson")
SUFFIX: Final = "_samples"
"""What the name of a file of lines has after that of its document."""

WHAT: Final = "a line of Every Eval Ever (instance level)"
FIELDS: Final = ("evaluation_id", "model_id", "evaluation_name", "sample_id", "evaluation")

TOLERANCE: Final = 5e-4
"""How far the mean over items may be from the score of a document, as a share of the larger one of 1 and the score:
documents give scores with three or four digits after the point."""


class _Outcome(msgspec.Struct):
    score: float | None = None
    is_correct: bool | None = None


class _Line(msgspec.Struct):
    evaluation_id: str
    model_id: str
    evaluation_name: str
    sample_id: str | int
    evaluation: _Outcome
    evaluation_result_id: str | None = None
    sample_hash: str | None = None
    error: Any = None


_DECODER = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a document says of one of its results."""

    benchmark: str
    metric: str | None
    score: float | None


@dataclass(slots=True)
class _Block:
    """The lines of one model on one benchmark by one evaluation."""

    model: str
    benchmark: str
    metric: str | None
    score: float | None
    source: str
    evaluation: str
    items: list[str] = field(default_factory=list)
    hashes: list[str | None] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)


class _Documents:
    """Documents by the id of their evaluation."""

    def __init__(self, documents: Sequence[tuple[Path, Document]]) -> None:
        self.table = read_documents(documents)
        self.ids = {one.evaluation_id for _, one in documents if one.evaluation_id}
        by_result: dict[tuple[str, str], _Known] = {}
        by_name: defaultdict[tuple[str, str], list[_Known]] = defaultdict(list)
        for _, one in documents:
            for name, result in zip(benchmark_names(one), one.evaluation_results, strict=True):
                evaluation = one.evaluation_id or ""
                config = result.metric_config
                metric = config.metric_id or config.metric_name or config.evaluation_description
                known = _Known(name, metric, finite(result.score_details.score))
                if result.evaluation_result_id:
                    by_result.setdefault((evaluation, result.evaluation_result_id), known)
                by_name[evaluation, result.evaluation_name].append(known)
        self._by_result, self._by_name = by_result, by_name

    def of(self, line: _Line) -> _Known | None:
        """Return what is known of the result that a line belongs to."""
        if line.evaluation_result_id:
            found = self._by_result.get((line.evaluation_id, line.evaluation_result_id))
            if found is not None:
                return found
        named = self._by_name.get((line.evaluation_id, line.evaluation_name), [])
        return named[0] if len(named) == 1 else None


def is_every_eval_ever_lines(fields: Mapping[str, object]) -> bool:
    """Return whether the first line of a file is one of Every Eval Ever, as far as its fields tell."""
    return all(name in fields for name in FIELDS)


def has_document(path: Path) -> bool:
    """Return whether the document of a file of lines lies beside it, so that its scores are those of the document."""
    beside = _beside(path)
    return path.suffix.lower() in LINES and beside is not None and _ids(path) <= {beside[1].evaluation_id}


def read_every_eval_ever(paths: Sequence[Path]) -> ScoreTable:
    """Read documents of Every Eval Ever, and files of lines.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    ScoreTable
        Scores as they stand in the documents; means over items of the lines of evaluations that have no document
        among them. Two runs of one model are one score with an issue that stops.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no JSON or lacks a field that a score needs; for lines it names the line.
    """
    documents, files = _read(paths)
    table = documents.table
    alone = {
        path: [one for one in lines if one.evaluation_id not in documents.ids]
        for path, lines in files.items()
    }
    if not any(alone.values()):
        return table
    means = _items(alone, documents).scores()
    told = Issue(
        "the scores of lines without their document are the means over their items, and their directions are not said",
        remedy="Put the document of the evaluation beside its lines.",
    )
    return (
        table.joined_with(means.with_issues(told))
        if documents.ids or table.scores.height
        else means.with_issues(told)
    )


def read_every_eval_ever_items(paths: Sequence[Path]) -> ItemTable:
    """Read the item scores of files of lines.

    Parameters
    ----------
    paths : sequence of Path
        Files of lines, and documents that say more of them; a document beside a file of lines is found without.

    Returns
    -------
    ItemTable

    Raises
    ------
    UnreadableError
        As of `read_every_eval_ever`.
    """
    here = set(paths)
    beside = [found for path in paths if (found := _beside(path)) is not None and found[0] not in here]
    documents, files = _read(paths, beside)
    return _items(files, documents)


def _read(
    paths: Sequence[Path], beside: Sequence[tuple[Path, Document]] = ()
) -> tuple[_Documents, dict[Path, list[_Line]]]:
    """Return the documents, and the lines of each file of lines."""
    files = [path for path in paths if path.suffix.lower() in LINES]
    documents = [(path, document(path)) for path in paths if path.suffix.lower() not in LINES]
    return _Documents([*documents, *beside]), {path: list(_lines(path)) for path in files}


def _lines(path: Path) -> Iterator[_Line]:
    """Yield the lines of a file; blank ones are passed over."""
    for number, raw in enumerate(read_bytes(path).split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            yield _DECODER.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # A path that ends in its line is only ever printed.
            yield decode(raw, _Line, Path(f"{path}, line {number}"), WHAT)


def _ids(path: Path) -> set[str]:
    """Return the evaluations of a file of lines."""
    return {line.evaluation_id for line in _lines(path)}


def _beside(path: Path) -> tuple[Path, Document] | None:
    """Return the document that lies beside a file of lines, None where there is none that can be read."""
    if path.suffix.lower() not in LINES or not path.stem.endswith(SUFFIX):
        return None
    found = path.with_name(f"{path.stem.removesuffix(SUFFIX)}.json")
    try:
        return (found, document(found)) if found.is_file() else None
    except UnreadableError:
        return None  # in a folder it is read by itself, and says so


def _items(files: Mapping[Path, Sequence[_Line]], documents: _Documents) -> ItemTable:
    """Return the item scores of some lines."""
    blocks: dict[tuple[str, str, str, str], _Block] = {}
    missing: Counter[str] = Counter()
    for path, lines in files.items():
        for line in lines:
            score = finite(line.evaluation.score)
            known = documents.of(line)
            name = known.benchmark if known else _name(line)
            if score is None:
                missing[name] += 1
                continue
            key = (line.model_id, name, line.evaluation_id, str(path))
            block = blocks.get(key)
            if block is None:
                block = blocks[key] = _Block(
                    line.model_id,
                    name,
                    known.metric if known else line.evaluation_result_id,
                    known.score if known else None,
                    source_of(path),
                    line.evaluation_id,
                )
            block.items.append(str(line.sample_id))
            block.hashes.append(line.sample_hash)
            block.scores.append(score)
            block.failed.append(bool(line.error))
    issues = []
    if missing:
        issues.append(Issue(f"{missing.total()} line(s) without a score were left out, on {listed(missing)}"))
    kept, of_means = _agreeing(list(blocks.values()))
    frame, of_items = _one_each(_told_apart(_frame(kept)))
    models, of_models = _said(documents.table.models, frame, "model", MODEL_SCHEMA)
    # What a document says of the range of a score need not hold for items, which may be fractions of its percent.
    said = documents.table.benchmarks.drop("unit", "floor", "ceiling")
    benchmarks, of_benchmarks = _said(said, frame, "benchmark", BENCHMARK_SCHEMA)
    return ItemTable(frame, models, benchmarks, (*issues, *of_means, *of_items, *of_models, *of_benchmarks))


def _name(line: _Line) -> str:
    """Return the benchmark of a line without a document."""
    result = line.evaluation_result_id
    return f"{line.evaluation_name}:{result}" if result else line.evaluation_name


def _agreeing(blocks: Sequence[_Block]) -> tuple[list[_Block], list[Issue]]:
    """Return the blocks whose mean is the score of their document, and those without one; errors left out."""
    kept, others, failed = [], [], Counter[str]()
    for block in blocks:
        sound = [place for place, error in enumerate(block.failed) if not error]
        if block.score is not None and _is_mean(block.scores, block.score):
            kept.append(block)
        elif block.score is None or _is_mean([block.scores[place] for place in sound], block.score):
            failed[block.benchmark] += len(block.failed) - len(sound)
            kept.append(_chosen(block, sound))
        else:
            others.append(block)
    issues = []
    if failed.total():
        names = [name for name, times in failed.items() if times]
        issues.append(
            Issue(
                f"{failed.total()} line(s) say that an error occurred and were left out, on {listed(names)}"
            )
        )
    if others:
        first = others[0]
        mean = math.fsum(first.scores) / len(first.scores)
        issues.append(
            Issue(
                f"the means over the items of {listed(one.benchmark for one in others)} are not the scores of their "
                f"documents (such as {mean:.6g} and {first.score:g} for model {first.model!r}); these items were "
                "left out",
                where=first.source,
            )
        )
    return kept, issues


def _is_mean(scores: Sequence[float], stated: float) -> bool:
    """Return whether a stated score is the mean of some others, as fractions or in percent."""
    if not scores:
        return False
    mean = math.fsum(scores) / len(scores)
    return any(abs(stated - one) <= TOLERANCE * max(1.0, abs(stated)) for one in (mean, 100 * mean))


def _chosen(block: _Block, places: Sequence[int]) -> _Block:
    """Return some of the lines of a block."""
    picked = {
        name: [getattr(block, name)[place] for place in places]
        for name in ("items", "hashes", "scores", "failed")
    }
    return _Block(
        block.model, block.benchmark, block.metric, block.score, block.source, block.evaluation, **picked
    )


def _frame(blocks: Sequence[_Block]) -> pl.DataFrame:
    """Return blocks as rows of items, with the hash of the sample and the evaluation."""
    schema = dict(ITEM_SCHEMA) | {"hash": pl.String, "evaluation": pl.String}
    frames = [
        pl.DataFrame(
            {"item": one.items, "hash": one.hashes, "score": one.scores},
            schema={"item": pl.String, "hash": pl.String, "score": pl.Float64},
        ).with_columns(
            pl.lit(getattr(one, name), dtype=pl.String).alias(name)
            for name in ("model", "benchmark", "metric", "source", "evaluation")
        )
        for one in blocks
    ]
    return pl.concat([frame.select(*schema) for frame in frames]) if frames else pl.DataFrame(schema=schema)


def _told_apart(frame: pl.DataFrame) -> pl.DataFrame:
    """Return items under different names where different samples have the same one."""
    several = pl.col("hash").drop_nulls().n_unique().over("benchmark", "item") > 1
    own = pl.concat_str("item", "hash", separator="#", ignore_nulls=True)
    return frame.with_columns(pl.when(several).then(own).otherwise("item").alias("item"))


def _one_each(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one score a model, benchmark and item: the mean where there are several, with issues."""
    key = ["model", "benchmark", "item"]
    columns = list(ITEM_SCHEMA)
    if not frame.select(key).is_duplicated().any():
        return frame.select(columns), []
    merged = frame.group_by(key, maintain_order=True).agg(
        pl.col("metric", "source").first(),
        pl.col("score").mean(),
        pl.col("score").n_unique().alias("values"),
        pl.col("evaluation").n_unique().alias("runs"),
        pl.len().alias("lines"),
    )
    issues = []
    epochs = merged.filter(pl.col("lines") > 1, pl.col("runs") == 1)
    if epochs.height:
        issues.append(
            Issue(
                f"{epochs.height} items have several lines of one evaluation; each counts once, with their mean: "
                f"{listed(epochs['benchmark'])}"
            )
        )
    runs = merged.filter(pl.col("runs") > 1)
    if runs.height:
        first = runs.row(0, named=True)
        issues.append(
            Issue(
                f"{runs.height} items have lines of several evaluations of one model, such as {first['item']!r} of "
                f"model {first['model']!r} on benchmark {first['benchmark']!r}; their means are taken",
                where=first["source"],
                remedy='Keep the evaluation that counts, or give each a "model_id" of its own.',
                stops=bool((runs["values"] > 1).any()),
            )
        )
    return merged.select(columns), issues


def _said(
    said: pl.DataFrame, frame: pl.DataFrame, key: str, schema: Mapping[str, type[pl.DataType]]
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return what documents say of the models or benchmarks of some items, and a row for each of the others."""
    named = frame.select(key).unique(maintain_order=True)
    known = said.filter(pl.col(key).is_in(named[key].implode()))
    others = named.filter(~pl.col(key).is_in(known[key].implode()))
    return agreed(conformed(pl.concat([known, others], how="diagonal"), schema, f"{key}s"), key)
