"""Every format that can be read, and by what it is recognised. The first that recognises a file reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from confounded.readers import excel
from confounded.readers.delimited import read_delimited
from confounded.readers.epoch_hub import is_epoch_hub, is_epoch_hub_zip, read_epoch_hub
from confounded.readers.every_eval_ever_lines import (
    has_document,
    is_every_eval_ever_lines,
    read_every_eval_ever,
    read_every_eval_ever_items,
)
from confounded.readers.frames import parquet_cells
from confounded.readers.glance import Glance
from confounded.readers.helm import read_helm, read_helm_items
from confounded.readers.helm_runs import BESIDE_RUNS, FILES, RUN_SPEC
from confounded.readers.inspect_items import read_inspect_items
from confounded.readers.inspect_logs import NOT_LOGS, read_inspect_logs
from confounded.readers.item_matrix import (
    is_item_matrix,
    is_list_of_items,
    read_item_matrix,
    read_item_matrix_scores,
)
from confounded.readers.lm_evaluation_harness import read_lm_evaluation_harness
from confounded.readers.lm_evaluation_lines import is_lm_evaluation_samples
from confounded.readers.lm_evaluation_samples import (
    covered_by_results,
    read_lm_evaluation_items,
    read_lm_evaluation_samples,
)
from confounded.readers.open_llm_leaderboard import (
    is_open_llm_leaderboard,
    is_page_of_rows,
    leaderboard_scores,
    read_open_llm_leaderboard,
)
from confounded.readers.records import read_json_lines, read_json_records
from confounded.readers.tabular import looks_like_scores, read_cells
from confounded.readers.timm_results import is_timm_metadata, is_timm_results, read_timm_results
from confounded.scores import ItemTable, ScoreTable

__all__ = ["FORMATS", "Format"]


def _never(_path: Path) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read.

    Parameters
    ----------
    name : str
        What it is called in messages.
    endings : tuple of str
        The endings of its files.
    read : callable
        Reads some files of it as one score table, in which a score may stand twice.
    recognises : callable
        Whether a file with such an ending is of this format.
    is_document : bool
        Whether a file describes runs, so that it is looked for at any depth of a folder.
    read_items : callable, optional
        Reads what each model got on each item.
    is_covered : callable, optional
        Whether the scores of a file in a folder stand in another file of that folder too.
    main_file : str, optional
        The name of the file of a run beside which its companions stand.
    companions : frozenset of str
        Names of files that belong to a run, or to its folder, and are not read by themselves.
    beside_runs : frozenset of str
        Names of files and folders that stand beside the folders of runs, and are not read.
    """

    name: str
    endings: tuple[str, ...]
    read: Callable[[Sequence[Path]], ScoreTable] = field(repr=False)
    recognises: Callable[[Glance], bool] = field(repr=False)
    is_document: bool = False
    read_items: Callable[[Sequence[Path]], ItemTable] | None = field(default=None, repr=False)
    is_covered: Callable[[Path], bool] = field(default=_never, repr=False)
    main_file: str = ""
    companions: frozenset[str] = frozenset()
    beside_runs: frozenset[str] = frozenset()


def _each(read: Callable[[Path], ScoreTable]) -> Callable[[Sequence[Path]], ScoreTable]:
    """Return a reader of many files from a reader of one."""

    def read_all(paths: Sequence[Path]) -> ScoreTable:
        first, *others = [read(path) for path in paths]
        return first.joined_with(*others)

    return read_all


def _read_parquet(path: Path) -> ScoreTable:
    """Read a Parquet file, which only its content tells from a table of the Open LLM Leaderboard."""
    cells = parquet_cells(path)
    if is_open_llm_leaderboard(cells.frame.columns):
        return leaderboard_scores([cells])
    return read_cells(cells)


def _is_table(_look: Glance) -> bool:
    return True


def _is_every_eval_ever(look: Glance) -> bool:
    if look.ending == ".json":
        return look.has("evaluation_results", "model_info")
    return look.fields is not None and is_every_eval_ever_lines(look.fields)


def _is_inspect(look: Glance) -> bool:
    return look.ending == ".eval" or look.has("eval", "status")


def _is_harness(look: Glance) -> bool:
    # Without `config_general`: lighteval writes that and the other three, with other things in them.
    return look.has("results", "versions", "configs") and not look.has("config_general")


def _is_helm(look: Glance) -> bool:
    if look.path.name in FILES:
        return (look.path.parent / RUN_SPEC).is_file()
    return look.has("scenario_spec", "adapter_spec", "metric_specs")


def _is_json_records(look: Glance) -> bool:
    return look.fields is None  # whose reader says so if it is no list


def _is_json_lines(look: Glance) -> bool:
    return look.fields is None or looks_like_scores(list(look.fields))


def _is_leaderboard(look: Glance) -> bool:
    return is_open_llm_leaderboard(look.header) or (look.has("rows") and is_page_of_rows(look.fields))


def _is_epoch_hub(look: Glance) -> bool:
    return is_epoch_hub_zip(look.path) if look.ending == ".zip" else is_epoch_hub(look.header)


def _is_timm(look: Glance) -> bool:
    return is_timm_results(look.header) or is_timm_metadata(look.header)


def _is_items(look: Glance) -> bool:
    return is_item_matrix(look.header, look.path) or is_list_of_items(look.header)


def _is_harness_samples(look: Glance) -> bool:
    return look.fields is not None and is_lm_evaluation_samples(look.fields)


FORMATS: Final = (
    Format(
        "Open LLM Leaderboard",
        (".csv", ".tsv", ".json", ".jsonl", ".ndjson"),
        read_open_llm_leaderboard,
        _is_leaderboard,
    ),
    Format("Epoch AI benchmarking hub", (".csv", ".zip"), read_epoch_hub, _is_epoch_hub),
    Format("timm results", (".csv",), read_timm_results, _is_timm),
    Format(
        "item responses",
        (".csv", ".tsv"),
        read_item_matrix_scores,
        _is_items,
        read_items=read_item_matrix,
    ),
    Format("CSV and TSV", (".csv", ".tsv"), _each(read_delimited), _is_table),
    Format("Parquet", (".parquet",), _each(_read_parquet), _is_table),
    Format("Excel", excel.ENDINGS, excel.read_excel, _is_table),
    Format(
        "Every Eval Ever",
        (".json", ".jsonl", ".ndjson"),
        read_every_eval_ever,
        _is_every_eval_ever,
        is_document=True,
        read_items=read_every_eval_ever_items,
        is_covered=has_document,
    ),
    Format("lm-evaluation-harness", (".json",), read_lm_evaluation_harness, _is_harness, is_document=True),
    Format(
        "lm-evaluation-harness samples",
        (".jsonl",),
        read_lm_evaluation_samples,
        _is_harness_samples,
        is_document=True,
        read_items=read_lm_evaluation_items,
        is_covered=covered_by_results,
    ),
    Format(
        "Inspect AI",
        (".eval", ".json"),
        read_inspect_logs,
        _is_inspect,
        is_document=True,
        read_items=read_inspect_items,
        companions=NOT_LOGS,
    ),
    Format(
        "HELM",
        (".json",),
        read_helm,
        _is_helm,
        is_document=True,
        read_items=read_helm_items,
        main_file=RUN_SPEC,
        companions=FILES,
        beside_runs=BESIDE_RUNS,
    ),
    Format("JSON records", (".json",), _each(read_json_records), _is_json_records),
    Format("JSON lines", (".jsonl", ".ndjson"), _each(read_json_lines), _is_json_lines),
)
"""Every format that can be read, those that are recognised by more before those that take what is left."""
