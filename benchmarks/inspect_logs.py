"""How fast are logs of Inspect AI read? Ratios to the engine's own data frames, measured side by side in one process.

Usage::

    make bench-engines [ARGS="--logs 200 --repetitions 5 --folder PATH"]

One evaluation of a mock model (100 items, 3 epochs, samples logged) is run by the engine itself; its log is copied
with other names of models and tasks, and other ids, in the header and the summaries. Then, in turns:

1. scores: `confounded.readers.read_scores` of the folder, against `inspect_ai.analysis.evals_df`;
2. scores on items: `confounded.readers.read_items` of the folder, against `inspect_ai.analysis.samples_df`.

Before anything is timed, both sides are compared: the same headline scores, and for every item of every log the same
mean over its epochs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import zipfile_zstd  # noqa: F401  # teaches `zipfile` the members that the engine writes
from inspect_ai import Task, eval
from inspect_ai.analysis import evals_df, samples_df
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes, value_to_float
from inspect_ai.solver import generate

from confounded.readers import read_items, read_scores

ITEMS, EPOCHS, TASKS = 100, 3, 10
TIMES_SCORES, TIMES_ITEMS = 3, 15
TOLERANCE = 1e-12


def answers() -> Iterator[ModelOutput]:
    """Yield answers of which a third is right; with their usage, so that nothing has to be counted."""
    at = 0
    while True:
        at += 1
        answer = ModelOutput.from_content(
            "mockllm/model", f"After some thought, the answer is {at * at % 7 % 3}."
        )
        answer.usage = ModelUsage(input_tokens=80, output_tokens=8, total_tokens=88)
        yield answer


def real_log(folder: Path) -> Path:
    """Run one evaluation and return its log."""
    question = "Which of these numbers stands for the option that a careful reader would choose? " * 3
    samples = [Sample(id=f"item-{at}", input=f"{question}({at})", target="1") for at in range(ITEMS)]
    task = Task(
        dataset=MemoryDataset(samples), solver=generate(), scorer=includes(), name="task", epochs=EPOCHS
    )
    model = get_model("mockllm/model", custom_outputs=answers())
    eval(task, model=model, log_dir=str(folder), log_realtime=False, display="none")
    return next(folder.glob("*.eval"))


def copies(log: Path, folder: Path, number: int) -> None:
    """Write copies of a log as the runs of other models on other tasks."""
    with zipfile.ZipFile(log) as archive:
        header = json.loads(archive.read("header.json"))
        summaries = json.loads(archive.read("summaries.json"))
    for at in range(number):
        run = header["eval"] | {
            "task": f"task_{at % TASKS}",
            "model": f"mockllm/model-{at // TASKS}",
            "eval_id": f"{header['eval']['eval_id']}{at}",
            "run_id": f"{header['eval']['run_id']}{at}",
        }
        changed = {
            "summaries.json": [one | {"uuid": f"{one['uuid']}{at}"} for one in summaries],
            "header.json": header | {"eval": run},
        }
        path = folder / f"{at:04}.eval"
        shutil.copyfile(log, path)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_ZSTANDARD) as archive:  # type: ignore[attr-defined]
            for name, content in changed.items():
                archive.filelist = [one for one in archive.filelist if one.filename != name]
                del archive.NameToInfo[name]
                archive.writestr(name, json.dumps(content, separators=(",", ":")))


def compare(folder: Path, logs: list[Path]) -> None:
    """Raise where the two sides do not say the same."""
    ours = read_scores(folder).scores
    theirs = evals_df(str(folder), quiet=True)
    by_run = {(row.model, row.task_name): row.score_headline_value for row in theirs.itertuples()}
    got = {(row["model"], row["benchmark"]): row["score"] for row in ours.iter_rows(named=True)}
    if len(got) != len(logs) or any(abs(by_run[run] - score) > TOLERANCE for run, score in got.items()):
        raise SystemExit("the scores differ")
    items = read_items(folder).items
    samples = samples_df(str(folder), quiet=True)
    if items.height * EPOCHS != len(samples) or items.height != ITEMS * len(logs):
        raise SystemExit("the numbers of items differ")
    runs = {row.eval_id: (row.model, row.task_name) for row in theirs.itertuples()}
    values = samples.assign(value=samples["score_includes"].map(value_to_float()))
    means = values.groupby(["eval_id", "id"])["value"].mean()
    stated = {(*runs[run], item): mean for (run, item), mean in means.items()}
    columns = ("model", "benchmark", "item", "score")
    read = {(model, task, item): score for model, task, item, score in items.select(columns).iter_rows()}
    if read.keys() != stated.keys() or any(abs(read[one] - mean) > TOLERANCE for one, mean in stated.items()):
        raise SystemExit("the scores on items differ")


def in_turns(sides: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, list[float]]:
    """Return the seconds that each side takes, each time one after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repetitions):
        for name, work in sides.items():
            began = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def tell(what: str, asked: int, seconds: dict[str, list[float]]) -> None:
    """Print the times of two sides, ours first, and their ratios."""
    print(what)
    for name, of in seconds.items():
        print(f"  {name:<32} min {min(of):7.3f} s   median {statistics.median(of):7.3f} s")
    ours, theirs = seconds.values()
    ratios = (min(theirs) / min(ours), statistics.median(theirs) / statistics.median(ours))
    print(f"  ratio: {ratios[0]:.1f} (min), {ratios[1]:.1f} (median); asked for: at least {asked}")


def main() -> None:
    """Make the logs, compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to make the logs, or where they are; kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)) / "copies"
        if not folder.exists():
            folder.mkdir(parents=True)
            copies(real_log(Path(temporary) / "real"), folder, options.logs)
        logs = sorted(folder.glob("*.eval"))
        size = sum(log.stat().st_size for log in logs) / 1e6
        print(f"{len(logs)} logs, {len(logs) * ITEMS * EPOCHS} samples, {size:.0f} MB")
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
        compare(folder, logs)
        scores = {
            "read_scores": lambda: read_scores(folder),
            "evals_df": lambda: evals_df(str(folder), quiet=True),
        }
        tell("scores", TIMES_SCORES, in_turns(scores, options.repetitions))
        items = {
            "read_items": lambda: read_items(folder),
            "samples_df": lambda: samples_df(str(folder), quiet=True),
        }
        tell("scores on items", TIMES_ITEMS, in_turns(items, options.repetitions))


if __name__ == "__main__":
    main()
