"""Runs Inspect AI on tasks and a model that need no network; each log is written by the engine itself.

The model is the engine's own `mockllm`. Its answers follow from a digest of the question and the attempt, and carry
their usage, so that the engine has no tokens to count. The tasks differ in what a log says of their scores: scorers,
metrics, reducers, values that are letters or dictionaries, samples that fail or have no score.

Run as a program, this module runs one task and stops in the middle of it, to be interrupted or killed::

    python tests_engines/inspect_runs.py LOGS FORMAT MARKER
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import anyio
from inspect_ai import Epochs, Task, eval, task_with
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import (
    CORRECT,
    INCORRECT,
    NOANSWER,
    PARTIAL,
    Score,
    Scorer,
    Target,
    accuracy,
    grouped,
    includes,
    match,
    mean,
    scorer,
    std,
    stderr,
)
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

__all__ = ["ITEMS", "TASKS", "broken_off", "run"]

ITEMS: Final = 6
FORMATS: Final = ("eval", "json")
LONGEST_WAIT: Final = 60
"""Seconds that a run in another process may take to come to its middle; it takes about five."""

WORDS: Final = ("yes", "no", "maybe")


def digest(*parts: object) -> int:
    """Return a large number that follows from the parts, the same on every machine."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:6], "big")


def answers(seed: int) -> Iterator[ModelOutput]:
    """Yield answers, about half of them right and some only partly, with their usage."""
    texts = ("yes", "yes", "no", "I think yes, though no")
    yield from (output(texts[digest(seed, at) % len(texts)]) for at in itertools.count(1))


def refusals() -> Iterator[ModelOutput]:
    """Yield answers to four questions in two epochs, the first three right in one of them, the last in no form."""
    texts = ("yes", "yes", "yes", "I think yes", "no", "no", "no", "I think yes")
    yield from (output(texts[at % len(texts)]) for at in itertools.count())


def output(text: str) -> ModelOutput:
    """Return an answer with its usage."""
    answer = ModelOutput.from_content("mockllm/model", text)
    answer.usage = ModelUsage(input_tokens=20, output_tokens=5, total_tokens=25)
    return answer


def samples(number: int = ITEMS) -> MemoryDataset:
    """Return questions in two groups of different size."""
    return MemoryDataset(
        [
            Sample(
                id=f"item-{at}",
                input=f"Is {at} a number?",
                target="yes",
                metadata={"subject": "law" if at % 3 else "sea"},
            )
            for at in range(1, number + 1)
        ],
        name="questions",
    )


@scorer(metrics=[accuracy(), stderr()])
def graded() -> Scorer:
    """Give letters: correct, partly correct, incorrect, no answer."""

    async def score(state: TaskState, target: Target) -> Score:
        drawn = digest(state.sample_id, state.epoch, "letter") % 4
        return Score(value=(CORRECT, PARTIAL, INCORRECT, NOANSWER)[drawn])

    return score


@scorer(metrics={"honest": [mean(), stderr()], "harm": [mean(), std()]})
def keyed() -> Scorer:
    """Give two numbers under names."""

    async def score(state: TaskState, target: Target) -> Score:
        drawn = digest(state.sample_id, state.epoch, "keys")
        return Score(value={"honest": drawn % 101 / 100, "harm": drawn % 13})

    return score


@scorer(metrics=[mean(), stderr()])
def unsure() -> Scorer:
    """Give no score to every third sample."""

    async def score(state: TaskState, target: Target) -> Score:
        drawn = digest(state.sample_id, state.epoch, "unsure")
        number = int(str(state.sample_id).rpartition("-")[2])
        return Score(value=float("nan") if number % 3 == 0 else drawn % 17 / 4)

    return score


@scorer(metrics=[accuracy(), stderr(), grouped(accuracy(), "subject", all=False)])
def by_subject() -> Scorer:
    """Give letters whose mean is also taken for each group of questions."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=CORRECT if state.output.completion == "yes" else INCORRECT)

    return score


@solver
def failing(where: str) -> Solver:
    """Answer, but fail on one sample."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.sample_id == where:
            raise RuntimeError("this sample fails on purpose")
        return await generate(state)

    return solve


@solver
def stopping(where: str, marker: str) -> Solver:
    """Answer, but on one sample leave a mark and wait to be stopped."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.sample_id == where:
            Path(marker).touch()
            await anyio.sleep(10 * LONGEST_WAIT)
        return await generate(state)

    return solve


TASKS: Final[dict[str, Callable[[], Task]]] = {
    "plain": lambda: Task(samples(), solver=generate(), scorer=includes()),
    "epochs": lambda: Task(samples(), solver=generate(), scorer=[match(), includes()], epochs=3),
    "reducers": lambda: Task(
        samples(), solver=generate(), scorer=includes(), epochs=Epochs(3, ["mean", "at_least_2", "max"])
    ),
    "letters": lambda: Task(samples(), solver=generate(), scorer=graded(), epochs=2),
    "keys": lambda: Task(samples(), solver=generate(), scorer=keyed(), epochs=2),
    "groups": lambda: Task(samples(), solver=generate(), scorer=by_subject()),
    "gaps": lambda: Task(samples(), solver=generate(), scorer=[unsure(), includes()]),
    "metrics": lambda: Task(
        samples(), solver=generate(), scorer=includes(), metrics=[accuracy(), mean(), std(), stderr()]
    ),
    "partial": lambda: Task(samples(), solver=failing("item-2"), scorer=includes(), fail_on_error=False),
    "tiny_refusal": lambda: Task(
        samples(4), solver=generate(), scorer=[match(location="exact"), includes()], epochs=2
    ),
    "failed": lambda: Task(samples(), solver=failing("item-4"), scorer=includes()),
    "unscored": lambda: Task(samples(), solver=generate(), scorer=includes()),
}
"""What is run. ``failed`` ends in an error, ``unscored`` is run with scoring turned off."""


def run(name: str, folder: Path, form: str = "eval", *, seed: int = 1, log_samples: bool = True) -> EvalLog:
    """Run one task and return the log as the engine has it in memory; its place is `location`.

    Parameters
    ----------
    name : str
        Of `TASKS`.
    folder : Path
        Where the log is written.
    form : {'eval', 'json'}
    seed : int
        Of the model's answers; one other than 1 is part of its name.
    log_samples : bool
    """
    given = refusals() if name == "tiny_refusal" else answers(seed)
    model = get_model(f"mockllm/model{'' if seed == 1 else seed}", custom_outputs=given, memoize=False)
    task = task_with(TASKS[name](), name=name)
    (log,) = evaluated(task, model, folder, form, log_samples=log_samples, score=name != "unscored")
    return log


def evaluated(task: Task, model: Model, folder: Path, form: str, **options: Any) -> list[EvalLog]:
    """Evaluate a task, one sample at a time so that the answers come in order."""
    with contextlib.redirect_stdout(io.StringIO()):
        return eval(
            task,
            model=model,
            log_dir=str(folder),
            log_format=form,  # type: ignore[arg-type]
            log_realtime=False,
            display="none",
            max_samples=1,
            **options,
        )


def broken_off(folder: Path, form: str, how: signal.Signals) -> Path:
    """Run a task in a process of its own, stop it in the middle, and return the log that it left.

    Parameters
    ----------
    folder : Path
        An empty one.
    form : {'eval', 'json'}
    how : signal.Signals
        ``SIGINT`` is what Ctrl-C sends, and the run ends as cancelled; ``SIGKILL`` leaves it no time for anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "in-the-middle"
    # Paths that mean nothing elsewhere, because they stand in the log as arguments of its solver.
    command = [sys.executable, __file__, ".", form, marker.name]
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + LONGEST_WAIT
        while not marker.exists():
            if child.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the run did not come to its middle: {child.returncode}")
            time.sleep(0.05)
        child.send_signal(how)
        child.wait(LONGEST_WAIT)
    finally:
        child.kill()
        child.wait()
    marker.unlink()
    (log,) = (path for path in folder.iterdir() if path.suffix == f".{form}")
    return log


def main(arguments: Sequence[str]) -> None:
    """Run a task that waits in its middle to be stopped."""
    folder, form, marker = arguments
    # What a shell starts in the background ignores an interrupt, and so does all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    task = Task(samples(), solver=stopping("item-4", marker), scorer=includes(), name="stopped")
    model = get_model("mockllm/model", custom_outputs=answers(1))
    evaluated(task, model, Path(folder), form, log_samples=False)


if __name__ == "__main__":
    main(sys.argv[1:])
