"""One small valid sample, or more, of every format that can be read; corrupted copies and fuzzing start from them.

No score of a sample is the mean, the hundredfold or a digit's slip of another one, so that a number that was made up
on the way in is seen to stand nowhere in the file.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import polars as pl

from confounded.readers.formats import FORMATS

__all__ = ["SAMPLES", "TABLES", "Sample", "Table", "json_bytes"]

Rows = Sequence[Mapping[str, Any]]

DATA: Final = Path(__file__).parent / "data"
MODELS: Final = ("ada-7b", "ada-70b", "bert-3b", "bert-30b", "curie-1b", "curie-9b")
WIDE: Final = tuple(
    {"model": model, "truthful": truthful, "refusal": refusal, "exams": exams}
    for model, truthful, refusal, exams in zip(
        MODELS,
        (0.5127, 0.6843, 0.5511, 0.7259, 0.5894, 0.8361),
        (0.7713, 0.6032, 0.8146, 0.6479, 0.7308, 0.5265),
        (41.37, 62.91, 45.83, 70.19, 52.46, 88.52),
        strict=True,
    )
)
"""One model a row; two benchmarks in fractions and one in percent."""

LONG: Final = tuple(
    {"model": row["model"], "benchmark": name, "score": row[name], "stderr": error, "n_items": items}
    for row in WIDE
    for name, error, items in (("truthful", 0.0171, 817), ("refusal", 0.0229, 450))
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A score file, or a folder of a run.

    Parameters
    ----------
    name : str
    format : str
        The name of its format in `confounded.readers.formats.FORMATS`.
    files : mapping of str to bytes
        Path below the place where it is written → content.
    target : str
        The one of these that is corrupted.
    is_folder : bool
        Whether it is read as a folder.
    is_of_items : bool
        Whether its scores are means of the scores on items that stand in the file.
    is_named : bool
        Whether the name of the file says what the benchmark is.
    """

    name: str
    format: str
    files: Mapping[str, bytes] = field(repr=False)
    target: str
    is_folder: bool = False
    is_of_items: bool = False
    is_named: bool = False

    @property
    def content(self) -> bytes:
        """What stands in the file that is corrupted."""
        return self.files[self.target]

    @property
    def ending(self) -> str:
        """The ending of the file that is corrupted."""
        return Path(self.target).suffix

    @property
    def has_items(self) -> bool:
        """Whether its format has a reader of scores on items."""
        return any(one.name == self.format and one.read_items is not None for one in FORMATS)

    def written(self, folder: Path, content: bytes | None = None) -> Path:
        """Write the sample, with other content of its target if that is given, and return what is to be read."""
        for name, own in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(own if content is None or name != self.target else content)
        return folder if self.is_folder else folder / self.target


@dataclass(frozen=True, slots=True)
class Table:
    """A format of rows and columns, and how some rows are written in it."""

    name: str
    ending: str
    written: Any = field(repr=False)

    def file(self, folder: Path, rows: Rows, name: str = "scores") -> Path:
        """Write rows and return the file."""
        path = folder / f"{name}{self.ending}"
        path.write_bytes(self.written(rows))
        return path


def json_bytes(value: object) -> bytes:
    """Return JSON as the engines write it: indented, with NaN and Infinity as they are."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def delimited(rows: Rows, delimiter: str = ",") -> bytes:
    """Return rows as CSV; None is an empty cell."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(names_of(rows)), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def tabbed(rows: Rows) -> bytes:
    """Return rows as TSV."""
    return delimited(rows, "\t")


def parquet(rows: Rows) -> bytes:
    """Return rows as Parquet; a column with a cell of text is one of text."""
    columns = {name: [row.get(name) for row in rows] for name in names_of(rows)}
    stream = io.BytesIO()
    pl.DataFrame({name: _of_one_type(cells) for name, cells in columns.items()}).write_parquet(stream)
    return stream.getvalue()


def records(rows: Rows) -> bytes:
    """Return rows as a JSON list of objects."""
    return json_bytes(list(rows))


def lines(rows: Rows) -> bytes:
    """Return rows as JSON lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def workbook(rows: Rows) -> bytes:
    """Return rows as an Excel workbook of one sheet, in the fewest parts that a workbook has."""
    names = list(names_of(rows))
    table = [names, *([row.get(name) for name in names] for row in rows)]
    cells = "".join(
        f'<row r="{number}">'
        + "".join(_cell(value, place, number) for place, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(table, start=1)
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="scores" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return zipped({name: (head + text).encode() for name, text in parts.items()})


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive that is the same on every day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def names_of(rows: Rows) -> dict[str, None]:
    """Return the columns of some rows, in order."""
    return {name: None for row in rows for name in row}


def _of_one_type(cells: list[Any]) -> list[Any]:
    """Return cells as text if one of them is, and all as floats if one of them is a float."""
    if any(isinstance(one, str) for one in cells):
        return [None if one is None else str(one) for one in cells]
    if any(isinstance(one, float) for one in cells):
        return [None if one is None else float(one) for one in cells]
    return cells


def _cell(value: Any, place: int, row: int) -> str:
    """Return one cell of a sheet."""
    name = f"{chr(ord('A') + place)}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{name}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{name}"><v>{value!r}</v></c>'


TABLES: Final = (
    Table("CSV and TSV", ".csv", delimited),
    Table("CSV and TSV", ".tsv", tabbed),
    Table("Parquet", ".parquet", parquet),
    Table("JSON records", ".json", records),
    Table("JSON lines", ".jsonl", lines),
    Table("Excel", ".xlsx", workbook),
)
"""Formats of rows and columns."""

HARNESS: Final = {
    "results": {
        "truthfulqa_mc1": {"alias": "truthfulqa_mc1", "acc,none": 0.3127, "acc_stderr,none": 0.0162},
        "gsm8k": {
            "alias": "gsm8k",
            "exact_match,strict-match": 0.4461,
            "exact_match_stderr,strict-match": 0.0137,
            "exact_match,flexible-extract": 0.4738,
            "exact_match_stderr,flexible-extract": 0.0139,
        },
        "toxicity": {"alias": "toxicity", "score,none": 0.0859, "score_stderr,none": "N/A"},
    },
    "group_subtasks": {"truthfulqa_mc1": [], "gsm8k": [], "toxicity": []},
    "configs": {"gsm8k": {"task": "gsm8k", "num_fewshot": 5}},
    "versions": {"truthfulqa_mc1": 2.0, "gsm8k": 3.0, "toxicity": 1.0},
    "n-shot": {"truthfulqa_mc1": 0, "gsm8k": 5, "toxicity": 0},
    "higher_is_better": {
        "truthfulqa_mc1": {"acc": True},
        "gsm8k": {"exact_match": True},
        "toxicity": {"score": False},
    },
    "n-samples": {
        "truthfulqa_mc1": {"original": 817, "effective": 817},
        "gsm8k": {"original": 1319, "effective": 1319},
    },
    "config": {"model": "hf", "model_args": "pretrained=org/ada-7b,dtype=auto", "batch_size": 8},
    "model_name": "org/ada-7b",
    "model_name_sanitized": "org__ada-7b",
}
"""A result file of lm-evaluation-harness, cut down to what tells runs apart."""

HARNESS_SAMPLES: Final = tuple(
    {
        "doc_id": number,
        "doc": {"question": f"Question {number}?"},
        "target": 0,
        "arguments": {},
        "resps": [],
        "filtered_resps": [],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": f"{number:064x}",
        "acc": value,
    }
    for number, value in enumerate((1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0), start=0)
)

LEADERBOARD: Final = tuple(
    {
        "T": "\N{LARGE GREEN CIRCLE}" if number % 2 else "\N{SPEECH BALLOON}",
        "Model": f"org/{row['model']}",
        "Average \N{UPWARDS BLACK ARROW}\ufe0f": average,
        "ARC": arc,
        "HellaSwag": hellaswag,
        "MMLU": mmlu,
        "TruthfulQA": truthful,
        "Type": "pretrained" if number % 2 else "chat models (RLHF, DPO, IFT, ...)",
        "Precision": "bfloat16",
        "#Params (B)": size,
        "Model sha": f"{number:07x}",
    }
    for number, (row, average, arc, hellaswag, mmlu, truthful, size) in enumerate(
        zip(
            WIDE,
            (52.16, 61.94, 55.23, 63.87, 57.38, 68.59),
            (48.21, 59.47, 50.68, 61.35, 53.92, 66.13),
            (71.34, 79.82, 73.19, 81.46, 75.57, 84.76),
            (43.15, 58.96, 46.28, 62.49, 51.73, 70.31),
            (37.64, 44.17, 40.92, 47.53, 42.36, 52.89),
            (7, 70, 3, 30, 1, 9),
            strict=True,
        )
    )
)
"""Version 1 of the Open LLM Leaderboard."""

HUB: Final = tuple(
    {
        "Model version": row["model"],
        "mean_score": row["truthful"],
        "Release date": f"2025-03-1{number}",
        "Organization": "Org",
        "Training compute (FLOP)": 3.7e24,
        "stderr": 0.0283,
        "id": f"rec{number}",
    }
    for number, row in enumerate(WIDE)
)
"""A benchmark that Epoch AI runs itself."""

TIMM: Final = tuple(
    {
        "model": f"{row['model']}.in1k",
        "img_size": 224,
        "top1": row["exams"],
        "top1_err": round(100 - row["exams"], 3),
        "top5": 97.313,
        "top5_err": 2.687,
        "param_count": "1,013.01",
        "crop_pct": 0.875,
        "interpolation": "bicubic",
    }
    for row in WIDE
)

RESPONSES: Final = tuple(
    {"model": model, **{f"q{item}": (place * 7 + item * item) % 3 % 2 for item in range(1, 8)}}
    for place, model in enumerate(MODELS)
)
"""Right and wrong answers to seven items, three of one benchmark and four of another."""

ITEMS: Final = tuple({"item": f"q{item}", "subset": "safe" if item < 4 else "sound"} for item in range(1, 8))

LONG_RESPONSES: Final = tuple(
    {"model": row["model"], "benchmark": one["subset"], "item": one["item"], "score": row[one["item"]]}
    for row in RESPONSES
    for one in ITEMS
)

SAMPLES_FILE: Final = "org__ada-7b/samples_truthfulqa_mc1_2026-02-03T04-05-06.789.jsonl"

EVERY_EVAL_EVER: Final = {
    "schema_version": "0.2.0",
    "evaluation_id": "kind/org_ada-7b/1770835937.4591",
    "retrieved_timestamp": "1770835937.4591",
    "source_metadata": {
        "source_name": "kind",
        "source_type": "documentation",
        "source_organization_name": "org",
    },
    "model_info": {"name": "Ada 7B", "id": "org/ada-7b", "developer": "org"},
    "evaluation_results": [
        {
            "evaluation_name": name,
            "source_data": {
                "dataset_name": name.lower(),
                "source_type": "url",
                "url": ["https://example.org"],
            },
            "metric_config": {
                "evaluation_description": f"mean of {name}",
                "lower_is_better": lower,
                "score_type": "continuous",
                "min_score": 0.0,
                "max_score": 1.0,
            },
            "score_details": {
                "score": score,
                "uncertainty": {"standard_error": {"value": error, "method": "analytic"}, "num_samples": 311},
            },
        }
        for name, lower, score, error in (
            ("Refusal", False, 0.6173, 0.0241),
            ("Toxicity", True, 0.1429, 0.0187),
        )
    ],
}

EVALUATION: Final = "kind/1795000000"
EVERY_EVAL_EVER_0_3: Final = {
    "schema_version": "0.3.0",
    "evaluation_id": EVALUATION,
    "retrieved_timestamp": "1795000000",
    "source_metadata": {
        "source_name": "kind",
        "source_type": "evaluation_run",
        "source_organization_name": "org",
        "evaluator_relationship": "third_party",
    },
    "eval_library": {"name": "inspect_ai", "version": "0.3.285"},
    "model_info": {
        "name": "Ada 7B",
        "id": "org/ada-7b",
        "developer": "org",
        "additional_details": {"deployment_type": "self_deployed", "model_availability": "open_weights"},
    },
    "evaluation_results": [
        {
            "evaluation_result_id": metric,
            "evaluation_name": "Refusal",
            "source_data": {"dataset_name": "refusal", "source_type": "hf_dataset", "samples_number": 4},
            "metric_config": {
                "metric_id": metric,
                "metric_unit": "proportion",
                "lower_is_better": lower,
                "score_type": "continuous",
                "min_score": 0,
                "max_score": 1,
            },
            "score_details": {"score": score, "uncertainty": {"num_samples": 4}},
        }
        for metric, lower, score in (("kindness", False, 0.6625), ("length", True, 0.3179))
    ],
}
EVERY_EVAL_EVER_LINES: Final = tuple(
    {
        "schema_version": "instance_level_eval_0.3.0",
        "evaluation_id": EVALUATION,
        "model_id": "org/ada-7b",
        "evaluation_name": "Refusal",
        "evaluation_result_id": "kindness",
        "sample_id": f"kind-{number}",
        "interaction_type": "single_turn",
        "input": {"raw": f"Question {number}?", "reference": []},
        "output": {"raw": ["No."]},
        "answer_attribution": [],
        "evaluation": {"score": score, "is_correct": True},
    }
    for number, score in enumerate((0.8125, 0.4375, 0.9375, 0.4625))
)

HELM_RUN: Final = "runs/v1/bbq:subject=all,model=org_ada-7b"
HELM: Final = {
    f"{HELM_RUN}/run_spec.json": json_bytes(
        {
            "name": "bbq:subject=all,model=org_ada-7b",
            "scenario_spec": {
                "class_name": "helm.benchmark.scenarios.bbq_scenario.BBQScenario",
                "args": {"subject": "all"},
            },
            "adapter_spec": {
                "method": "multiple_choice_joint",
                "num_train_trials": 1,
                "model_deployment": "org/ada-7b",
                "model": "org/ada-7b",
            },
            "metric_specs": [],
            "groups": ["bbq"],
        }
    ),
    f"{HELM_RUN}/scenario.json": b"{}",
    f"{HELM_RUN}/scenario_state.json": b"{}",
    f"{HELM_RUN}/stats.json": json_bytes(
        [
            {
                "name": {"name": metric, "split": "test"},
                "count": 1,
                "sum": score,
                "sum_squared": score * score,
                "min": score,
                "max": score,
                "mean": score,
                "variance": 0.0,
                "stddev": 0.0,
            }
            for metric, score in (
                ("num_instances", 4),
                ("quasi_exact_match", 0.8125),
                ("bbq_metric_ambiguous_bias", 0.2957),
                ("inference_runtime", 0.0431),
            )
        ]
    ),
    f"{HELM_RUN}/per_instance_stats.json": json_bytes(
        [
            {
                "instance_id": f"id{number}",
                "train_trial_index": 0,
                "stats": [
                    {
                        "name": {"name": "quasi_exact_match", "split": "test"},
                        "count": 1,
                        "sum": one,
                        "mean": one,
                    }
                ],
            }
            for number, one in enumerate((1.0, 1.0, 1.0, 0.25))
        ]
    ),
}

SAMPLES: Final = (
    Sample("csv-wide", "CSV and TSV", {"scores.csv": delimited(WIDE)}, "scores.csv"),
    Sample("csv-long", "CSV and TSV", {"scores.csv": delimited(LONG)}, "scores.csv"),
    Sample("tsv-wide", "CSV and TSV", {"scores.tsv": tabbed(WIDE)}, "scores.tsv"),
    Sample("parquet", "Parquet", {"scores.parquet": parquet(WIDE)}, "scores.parquet"),
    Sample("json-records", "JSON records", {"scores.json": records(LONG)}, "scores.json"),
    Sample("json-lines", "JSON lines", {"scores.jsonl": lines(WIDE)}, "scores.jsonl"),
    Sample("harness", "lm-evaluation-harness", {"results_1.json": json_bytes(HARNESS)}, "results_1.json"),
    Sample(
        "inspect-json",
        "Inspect AI",
        {"log.json": (DATA / "inspect" / "tiny_refusal.json").read_bytes()},
        "log.json",
    ),
    Sample(
        "inspect-eval",
        "Inspect AI",
        {"log.eval": (DATA / "inspect" / "tiny_refusal.eval").read_bytes()},
        "log.eval",
    ),
    Sample("excel", "Excel", {"scores.xlsx": workbook(WIDE)}, "scores.xlsx"),
    Sample("leaderboard-csv", "Open LLM Leaderboard", {"old.csv": delimited(LEADERBOARD)}, "old.csv"),
    Sample("leaderboard-json", "Open LLM Leaderboard", {"old.json": records(LEADERBOARD)}, "old.json"),
    Sample(
        "epoch-csv",
        "Epoch AI benchmarking hub",
        {"gpqa_diamond.csv": delimited(HUB)},
        "gpqa_diamond.csv",
        is_named=True,
    ),
    Sample(
        "epoch-zip",
        "Epoch AI benchmarking hub",
        {"benchmark_data.zip": zipped({"gpqa_diamond.csv": delimited(HUB)})},
        "benchmark_data.zip",
    ),
    Sample(
        "timm",
        "timm results",
        {"results-imagenet.csv": delimited(TIMM)},
        "results-imagenet.csv",
        is_named=True,
    ),
    Sample(
        "items-wide",
        "item responses",
        {"responses.csv": delimited(RESPONSES), "items.csv": delimited(ITEMS)},
        "responses.csv",
        is_folder=True,
        is_of_items=True,
    ),
    Sample(
        "items-long",
        "item responses",
        {"responses.csv": delimited(LONG_RESPONSES)},
        "responses.csv",
        is_of_items=True,
    ),
    Sample(
        "harness-samples",
        "lm-evaluation-harness samples",
        {SAMPLES_FILE: lines(HARNESS_SAMPLES)},
        SAMPLES_FILE,
        is_of_items=True,
        is_named=True,
    ),
    *(
        Sample(f"helm-{name}", "HELM", HELM, f"{HELM_RUN}/{name}.json", is_folder=True)
        for name in ("stats", "run_spec", "per_instance_stats")
    ),
    Sample("every-eval-ever", "Every Eval Ever", {"doc.json": json_bytes(EVERY_EVAL_EVER)}, "doc.json"),
    Sample(
        "every-eval-ever-0.3", "Every Eval Ever", {"doc.json": json_bytes(EVERY_EVAL_EVER_0_3)}, "doc.json"
    ),
    Sample(
        "every-eval-ever-lines",
        "Every Eval Ever",
        {"doc.json": json_bytes(EVERY_EVAL_EVER_0_3), "doc_samples.jsonl": lines(EVERY_EVAL_EVER_LINES)},
        "doc_samples.jsonl",
        is_folder=True,
    ),
)
"""A format that is registered and not here fails a test."""
