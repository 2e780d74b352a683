"""Run the engines and keep small logs of them in tests/readers/data: ``make fixtures``.

What is kept is what the engine wrote, byte for byte, but for the fields that describe the machine it ran on
(`MACHINE`): in ``.json`` files these are emptied, and an archive that has any of it is refused. `README.md` beside the
logs says what each is, and the versions of the engines.
"""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

import zipfile_zstd  # noqa: F401 - teaches `zipfile` the members that Inspect AI writes

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT / "tests" / "readers" / "data"
INSPECT: Final = DATA / "inspect"
HARNESS: Final = DATA / "lm-evaluation-harness"

MACHINE: Final = ("pretty_env_info", "traceback", "traceback_ansi")
"""Fields that hold paths, package lists or the processor of the machine that a log was made on."""

BOTH_FORMS: Final = ("epochs", "keys", "tiny_refusal")
ARCHIVES: Final = ("gaps", "groups", "letters", "partial", "reducers")
DOCUMENTS: Final = ("failed", "unscored")

HARNESS_TASKS: Final = ("tiny_choice", "tiny_whole", "tiny_answer", "tiny_harm", "tiny_bare")
HARNESS_DOCUMENTS: Final = 4
HARNESS_ARGUMENTS: Final = "pretrained=org/scripted-1,seed=1,skill=0.6"

README: Final = """# Logs that the engines wrote

Made by `make fixtures` (`tests_engines/make_fixtures.py`), with Python {python}. They are what the engine wrote, but
for the fields that describe the machine ({machine}), which were emptied.
Running it again makes logs with the same scores, and other ids and times.

## inspect/

Inspect AI {inspect}, by `inspect_ai.eval` with its mock model, on the tasks of `tests_engines/inspect_runs.py` that the
files are named after, samples not logged.

- `epochs`: two scorers, three epochs; `reducers`: epochs reduced in three ways; `letters`: correct, partly, incorrect,
  no answer; `keys`: a scorer that gives two numbers; `groups`: a mean for each group of items; `gaps`: samples
  without a score; `partial`: a sample that failed; `tiny_refusal`: two scorers, two epochs, four items.
- `failed`: ended in an error; `unscored`: run with scoring turned off; `cancelled`: interrupted; `killed`: its process
  was killed.

## lm-evaluation-harness/

lm-evaluation-harness {harness}, by its command line with the scripted model of `tests_engines/harness.py`:

    lm_eval run --model scripted --model_args {arguments} \\
        --tasks {tasks} --log_samples ...
"""


def main() -> None:
    """Make all fixtures again, in place of those that are there."""
    with tempfile.TemporaryDirectory(prefix="confounded-fixtures-") as made:
        os.chdir(made)  # both engines write the state of a checkout that they run in into their logs
        os.environ["HF_HOME"] = f"{made}/cache"
        for folder in (INSPECT, HARNESS):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        inspect_fixtures()
        harness_fixtures()
        text = README.format(
            python=platform.python_version(),
            machine=", ".join(f"`{name}`" for name in MACHINE),
            inspect=version("inspect-ai"),
            harness=version("lm-eval"),
            arguments=HARNESS_ARGUMENTS,
            tasks=",".join(HARNESS_TASKS),
        )
        (DATA / "README.md").write_text(text, encoding="utf-8")
        for path in sorted(DATA.rglob("*.*")):
            print(f"{path.stat().st_size:>8} bytes  {path.relative_to(ROOT)}")


def inspect_fixtures() -> None:
    """Run the tasks of Inspect AI and keep their logs."""
    import inspect_runs

    wanted = [(name, form) for name in BOTH_FORMS for form in inspect_runs.FORMATS]
    wanted += [(name, "eval") for name in ARCHIVES] + [(name, "json") for name in DOCUMENTS]
    for name, form in wanted:
        log = inspect_runs.run(name, Path("inspect"), form, log_samples=False)
        keep(Path(log.location), INSPECT / f"{name}.{form}")
    for name, how in (("cancelled", signal.SIGINT), ("killed", signal.SIGKILL)):
        for form in inspect_runs.FORMATS:
            log_path = inspect_runs.broken_off(Path(f"{name}-{form}").absolute(), form, how)
            keep(log_path, INSPECT / f"{name}.{form}")


def harness_fixtures() -> None:
    """Run the command line of lm-evaluation-harness and keep what it wrote."""
    import harness

    harness.register_scripted()
    harness.write_tasks(Path("tasks"), HARNESS_DOCUMENTS)
    run = harness.run(
        "scripted", HARNESS_ARGUMENTS, HARNESS_TASKS, tasks_folder=Path("tasks"), output=Path("output")
    )
    for path in sorted(run.folder.iterdir()):
        keep(path, HARNESS / run.folder.name / path.name)


def keep(path: Path, place: Path) -> None:
    """Copy a log to its place, without what describes this machine."""
    raw = path.read_bytes()
    if path.suffix == ".json":
        document = json.loads(raw)
        emptied = [empty(document, name) for name in MACHINE]
        if any(emptied):
            raw = json.dumps(document, indent=2, ensure_ascii=False).encode()
    for text in texts(raw) if path.suffix == ".eval" else [raw.decode()]:
        for trace in (str(ROOT), str(Path.home()), tempfile.gettempdir()):
            if trace in text:
                raise SystemExit(f"{path.name} holds {trace!r}, which is of this machine")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(raw)


def empty(value: object, name: str) -> bool:
    """Empty a field wherever it stands in a document, and return whether it does."""
    if isinstance(value, list):
        return sum(empty(one, name) for one in value) > 0
    if not isinstance(value, dict):
        return False
    if isinstance(value.get(name), str):
        value[name] = ""
        return True
    return sum(empty(one, name) for one in value.values()) > 0


def texts(raw: bytes) -> list[str]:
    """Return the members of an archive as text."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return [archive.read(name).decode() for name in archive.namelist()]


if __name__ == "__main__":
    sys.exit(main())
