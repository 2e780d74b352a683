"""Runs lm-evaluation-harness by its own command line, on tasks and models that need no network.

The models are `Scripted`, whose answers follow from a digest of the question and a seed, and a GPT-2 of a few thousand
random weights, built and saved here. Nothing of the engine is replaced: `run` only listens to what it returns, and asks
for fewer resamples than its command line does.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before the engine is imported, which reads these once.
os.environ |= {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "LOGLEVEL": "ERROR",
}

TASKS = ("tiny_choice", "tiny_whole", "tiny_answer", "tiny_harm", "tiny_text", "tiny_bare")
"""What a whole run is asked for; the two groups bring their subtasks."""

DOCUMENTS = 12
RESAMPLES = 50
"""Of the engine's bootstrap of whole-task metrics: its default of 100,000 takes five minutes for one F1."""

WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath")

CHOICE = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: answer
metric_list:
{metrics}
metadata: {{version: 1.0}}
"""

ANSWER = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: generate_until
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: "{{{{number}}}}"
generation_kwargs: {{until: ["\\n"], max_gen_toks: 16, do_sample: false}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: {higher}}}
{filters}
metadata: {{version: 2.0}}
"""

TWO_FILTERS = """
filter_list:
  - name: flexible-extract
    filter: [{function: regex, group_select: -1, regex_pattern: "(-?[0-9]+)"}, {function: take_first}]
  - name: strict-match
    filter: [{function: regex, regex_pattern: "answer is (-?[0-9]+)\\\\."}, {function: take_first}]
"""

PERPLEXITY = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{{{question}}}}"
metric_list:
  - {{metric: word_perplexity}}
  - {{metric: bits_per_byte}}
metadata: {{version: 1.0}}
"""

GROUP = """
group: tiny_choice
task: [tiny_choice_law, tiny_choice_sea]
aggregate_metric_list:
  - {metric: acc, aggregation: mean, weight_by_size: true}
metadata: {version: 1.0}
"""

BARE_GROUP = """
group: tiny_bare
task: [tiny_single]
"""

ACCURACIES = """
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
"""
WHOLE_TASK = """
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: f1, aggregation: f1, higher_is_better: true}
  - {metric: brier_score, aggregation: brier_score, higher_is_better: false}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the engine: where it wrote, and what it returned."""

    folder: Path
    results: dict[str, Any]
    """What `simple_evaluate` returned, before anything was written."""

    @property
    def samples(self) -> dict[str, list[dict[str, Any]]]:
        """The samples by task, as the engine had them in memory."""
        return self.results["samples"]

    @property
    def numbers(self) -> dict[tuple[str, str], float]:
        """Every number of every task and group, by task and ``metric,filter``."""
        return {
            (task, key): value
            for task, values in self.results["results"].items()
            for key, value in values.items()
            if "," in key and "_stderr," not in key and isinstance(value, int | float)
        }


def digest(*parts: object) -> int:
    """Return a large number that follows from the parts, the same on every machine."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def documents(name: str, number: int = DOCUMENTS, choices: int = 4) -> list[dict[str, Any]]:
    """Return the documents of a task."""
    return [
        {
            "question": f"What is {index} plus {digest(name, index) % 50} in {name}?",
            "number": str(index + digest(name, index) % 50),
            "choices": [
                WORDS[digest(name, index, one) % len(WORDS)] + " wood" * ((one + index) % 3)
                for one in range(choices)
            ],
            "answer": digest(name, index, "answer") % choices,
        }
        for index in range(number)
    ]


def write_tasks(folder: Path, number: int = DOCUMENTS) -> None:
    """Write the tasks into a folder, with data beside them: so many documents each, but for two tasks."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, template: str, number: int = number, choices: int = 4, **parts: str) -> None:
        lines = "".join(json.dumps(one) + "\n" for one in documents(name, number, choices))
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        text = template.format(name=name, data=(folder / f"{name}.jsonl").as_posix(), **parts)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    write("tiny_choice_law", CHOICE, metrics=ACCURACIES)
    write("tiny_choice_sea", CHOICE, number=5, metrics=ACCURACIES)
    write("tiny_whole", CHOICE, choices=2, metrics=WHOLE_TASK)
    write("tiny_answer", ANSWER, higher="true", filters=TWO_FILTERS)
    write("tiny_single", ANSWER, number=1, higher="true", filters="")
    write("tiny_harm", ANSWER, higher="false", filters="")
    write("tiny_text", PERPLEXITY)
    (folder / "tiny_choice.yaml").write_text(GROUP, encoding="utf-8")
    (folder / "tiny_bare.yaml").write_text(BARE_GROUP, encoding="utf-8")


def register_scripted() -> None:
    """Make the model ``scripted`` known to the engine."""
    import lm_eval.models  # noqa: F401 - registers the engine's own models, which the first look-up expects
    from lm_eval.api.model import LM
    from lm_eval.api.registry import register_model

    class Scripted(LM):
        """Answers that follow from a digest of the question; `skill` is the share of right ones."""

        def __init__(self, seed: int = 0, skill: float = 0.5, **_: object) -> None:
            super().__init__()
            self.seed, self.skill = seed, skill

        def loglikelihood(self, requests: Sequence[Any], **_: object) -> list[tuple[float, bool]]:
            return [(-1 - digest(self.seed, *one.args) % 900 / 100, False) for one in requests]

        def loglikelihood_rolling(self, requests: Sequence[Any], **_: object) -> list[float]:
            return [-20 - digest(self.seed, *one.args) % 900 / 100 for one in requests]

        def generate_until(self, requests: Sequence[Any], **_: object) -> list[str]:
            return [self._answer(one.args[0], one.doc["number"]) for one in requests]

        def _answer(self, context: str, number: str) -> str:
            drawn = digest(self.seed, context) % 100 / 100
            if drawn >= self.skill:
                return f"The answer is {int(number) + 1}."
            return (f"The answer is {number}.", f"I say {number}", number)[
                digest(context, self.seed, "form") % 3
            ]

    register_model("scripted")(Scripted)


def save_tiny_gpt2(folder: Path) -> None:
    """Save a GPT-2 with one layer and random weights, and a tokenizer of single bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    alphabet = ["<|end|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={sign: number for number, sign in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", bos_token="<|end|>", pad_token="<|end|>"
    ).save_pretrained(folder)
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=len(alphabet),
        n_positions=256,
        n_embd=16,
        n_layer=1,
        n_head=2,
        bos_token_id=0,
        eos_token_id=0,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)


@contextlib.contextmanager
def listening() -> Iterator[list[dict[str, Any]]]:
    """Collect what the engine's evaluation returns to its command line."""
    import lm_eval

    heard: list[dict[str, Any]] = []
    original = lm_eval.simple_evaluate

    def evaluate(*arguments: Any, **options: Any) -> Any:
        returned = original(*arguments, **options, bootstrap_iters=RESAMPLES)
        heard.append(copy.deepcopy({key: value for key, value in returned.items() if key != "config"}))
        return returned

    lm_eval.simple_evaluate = evaluate
    try:
        yield heard
    finally:
        lm_eval.simple_evaluate = original


def run(
    model: str, model_args: str, tasks: Sequence[str], *, tasks_folder: Path, output: Path, options: str = ""
) -> Run:
    """Run the engine's command line in this process.

    Parameters
    ----------
    model, model_args : str
        As for ``lm_eval --model`` and ``--model_args``.
    tasks : sequence of str
    tasks_folder : Path
        Where `write_tasks` wrote.
    output : Path
        As for ``--output_path``.
    options : str
        Further options of the command line.
    """
    from lm_eval.__main__ import cli_evaluate

    command = [
        "lm_eval",
        "run",
        "--model",
        model,
        "--tasks",
        ",".join(tasks),
        "--log_samples",
        *options.split(),
    ]
    command += ["--include_path", str(tasks_folder), "--output_path", str(output), "--batch_size", "4"]
    command += ["--device", "cpu", *(["--model_args", model_args] if model_args else [])]
    before = set(output.rglob("*.json"))
    arguments, sys.argv = sys.argv, command
    try:
        with listening() as heard, contextlib.redirect_stdout(io.StringIO()):
            cli_evaluate()
    finally:
        sys.argv = arguments
    (written,) = set(output.rglob("*.json")) - before
    (results,) = heard
    return Run(written.parent, results)
