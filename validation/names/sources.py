"""The names of models as the score files of other projects have them, one list a source."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["HELM", "SOURCES", "epoch_names", "model_infos", "names_of_sources"]

SOURCES: Final = Path(__file__).resolve().parents[3] / "shared" / "sources"
"""Where the files lie; nothing here is needed by the program itself."""

HELM: Final = ("helm_capabilities", "helm_classic", "helm_instruct", "helm_lite", "helm_mmlu")
"""Folders of documents that hold HELM's leaderboards."""


def _column(path: Path, column: str) -> set[str]:
    """Return every name in a column of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {text for row in csv.DictReader(stream) if (text := (row[column] or "").strip())}


def names_of_sources(sources: Path = SOURCES) -> dict[str, list[str]]:
    """Return the sorted names of every source.

    Parameters
    ----------
    sources : Path
        The folder of the files.

    Returns
    -------
    dict of str to list of str
        By source. HELM and Epoch's index stand twice: once by their ids, once by the names they display.
    """
    names: dict[str, set[str]] = {}
    paper = sources.parent / "paper"
    names["paper"] = _column(paper / "benchmarks_base_models.csv", "model")
    names["paper"] |= _column(paper / "benchmarks_chat_models.csv", "model")
    names["obsscaling"] = set().union(
        *(_column(path, "Model") for path in sorted((sources / "obsscaling").glob("*_benchmark_eval.csv")))
    )
    helm = model_infos(HELM, sources)
    names["helm"] = set(helm)
    names["helm-display"] = set(helm.values())
    names["epoch-index"] = set(epoch_names(sources))
    names["epoch-index-display"] = set(epoch_names(sources).values())
    names["epoch-hub"] = set().union(
        *(_column(path, "Model version") for path in sorted((sources / "epoch_hub").glob("*.csv")))
    )
    names["rewardbench"] = set(model_infos(("reward-bench",), sources))
    names["rewardbench-items"] = _column(sources / "rewardbench_items" / "response_matrix.csv", "model")
    names["open-llm-v2"] = set(model_infos(("hfopenllm_v2",), sources))
    names["open-llm-v1"] = _column(
        sources / "open_llm_leaderboard_v1" / "open-llm-leaderboard_old.csv", "Model"
    )
    return {source: sorted(found) for source, found in names.items()}


def model_infos(folders: Sequence[str], sources: Path = SOURCES) -> dict[str, str]:
    """Return the display name of every model id of some folders of Every Eval Ever documents."""
    found = {}
    for folder in folders:
        documents = (sources / "every_eval_ever" / folder).rglob("*.json")
        for path in sorted(one for one in documents if one.is_file()):
            info = json.loads(path.read_text(encoding="utf-8"))["model_info"]
            found[str(info["id"])] = str(info["name"])
    return found


def epoch_names(sources: Path = SOURCES) -> dict[str, str]:
    """Return the display name of every model of Epoch's index that has a score and such a name."""
    with (sources / "epoch_hub" / "epoch_capabilities_index.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        return {
            row["Model version"]: row["Display name"] or row["Model version"]
            for row in csv.DictReader(stream)
            if row["ECI Score"] and row["Model version"]
        }
