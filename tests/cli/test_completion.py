"""What a shell is offered after a tab, and that it comes fast: no heavy library is loaded for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from confounded.catalog import areas as catalogue_areas
from confounded.catalog.benchmarks import benchmarks
from confounded.catalog.descriptions import descriptions
from confounded.cli import values
from confounded.cli.app import confounded
from confounded.datasets.references import reference_entries
from confounded.datasets.sources import sources
from confounded.study.result import VERDICTS
from tests.cli.tree import tiny

SOURCE = Path(__file__).parents[2] / "src"
HEAVY = ("numpy", "polars", "numba", "scipy", "rich", "msgspec")


def offered(*words: str) -> list[str]:
    """Return what is offered for the last word."""
    completion = ShellComplete(confounded, {}, "confounded", "_CONFOUNDED_COMPLETE")
    return [item.value for item in completion.get_completions(list(words[:-1]), words[-1])]


def test_commands_and_options_are_offered() -> None:
    assert {"plan", "report", "init", "datasets", "reproduce", "completion"} <= set(offered(""))
    assert "--capabilities" in offered("report", "--cap")
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert {"list", "describe", "fetch", "path"} == set(offered("datasets", ""))


def test_what_is_offered_is_what_there_is() -> None:
    assert set(reference_entries()) <= set(offered("report", "--capabilities", ""))
    assert set(offered("datasets", "fetch", "")) == set(sources())
    assert set(offered("datasets", "describe", "")) == {*sources(), *reference_entries()}
    assert values.VERDICTS == VERDICTS
    assert values.areas() == sorted(catalogue_areas())
    assert set(values.shipped_benchmarks()) == set(benchmarks())
    assert values.without_scores() == [name for name, one in descriptions().items() if not one.released]


def test_benchmarks_are_those_of_the_table_on_the_line_else_of_the_catalogue(tmp_path: Path) -> None:
    table = str(tiny(tmp_path / "tiny.csv"))
    assert "wmdp" in offered("plan", "--for", "wm")
    assert offered("plan", table, "--for", "") == [
        "mmlu",
        "gsm8k",
        "bbh",
        "truthfulqa_mc1",
        "sycophancy",
        "bbq_amb",
    ]
    assert offered("report", table, "--direction", "syco") == ["sycophancy=higher", "sycophancy=lower"]
    assert "sycophancy" in offered("report", table, "--capabilities", "sy")


def test_of_names_with_commas_the_last_is_completed_and_none_is_offered_twice(tmp_path: Path) -> None:
    assert offered("report", "--fail-on", "entangled,un") == ["entangled,undecided", "entangled,unreliable"]
    assert offered("report", "--fail-on", "entangled,e") == []
    table = str(tiny(tmp_path / "tiny.csv"))
    assert offered("report", table, "--suite", "mmlu,b") == ["mmlu,bbh", "mmlu,bbq_amb"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{", b"[1]", b"\x00" * 200_000])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".json", ".parquet"])
def test_a_file_that_cannot_be_read_offers_nothing_of_it_and_no_error(
    tmp_path: Path, content: bytes, ending: str
) -> None:
    path = tmp_path / f"bad{ending}"
    path.write_bytes(content)
    assert offered("report", str(path), "--leave-out", "mm") == []
    assert offered("report", str(tmp_path / "none.csv"), "--leave-out", "mm") == []


@pytest.mark.parametrize(
    "words", ["report --capabilities ", "plan --for w", "datasets fetch ", "report --suite m"]
)
def test_a_tab_loads_nothing_heavy(words: str) -> None:
    *before, last = words.split(" ")
    code = (
        "import sys\nfrom click.shell_completion import ShellComplete\n"
        "from confounded.cli.app import confounded\n"
        "found = ShellComplete(confounded, {}, 'confounded', '_CONFOUNDED_COMPLETE')"
        f".get_completions({before!r}, {last!r})\n"
        f"print(len(found) > 0, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True []\n", done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_and_is_answered_in_its_own_way(shell: str) -> None:
    def run(*arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "confounded", *arguments],
            env=os.environ | {"PYTHONPATH": str(SOURCE)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert f"_CONFOUNDED_COMPLETE={shell}_complete" in run("completion", shell)
    # fish counts no words: it hands over the one that is being typed.
    typed = {"COMP_WORDS": "confounded datasets fetch obs", "COMP_CWORD": "obs" if shell == "fish" else "3"}
    answer = run(_CONFOUNDED_COMPLETE=f"{shell}_complete", **typed)
    assert "obsscaling" in answer
    assert "epoch-hub" not in answer


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_completes_in_the_shell_itself(tmp_path: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    if shell != "bash":
        checked = subprocess.run(
            [program, "-n", "-"],
            input=script(shell),
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
        return
    command = tmp_path / "confounded"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m confounded "$@"\n')
    command.chmod(0o755)
    ask = (
        "COMP_WORDS=(confounded datasets fetch obs); COMP_CWORD=3; "
        '_confounded_completion confounded obs fetch; echo "${COMPREPLY[@]}"'
    )
    environment = os.environ | {
        "PYTHONPATH": str(SOURCE),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [program, "--norc", "-c", f'eval "$(confounded completion bash)"; {ask}'],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["obsscaling"], done.stderr


def script(shell: str) -> str:
    """Return the completion script of a shell."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    return found(confounded, {}, "confounded", "_CONFOUNDED_COMPLETE").source()
