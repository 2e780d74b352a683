"""What the README shows works as it stands there."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from confounded.cli import main

PROJECT = Path(__file__).parent.parent


def test_the_five_lines_run_and_print_a_frame() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 5
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert "capabilities score" in printed.getvalue() or "rho" in printed.getvalue()


def test_every_file_the_readme_links_to_is_there() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (PROJECT / target).exists(), target


def test_the_check_it_shows_is_what_the_program_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    shown = next(block for _, block in blocks if block.startswith("TruthfulQA"))
    assert main(["check", str(PROJECT / "examples" / "truthfulqa.csv"), "-o", str(tmp_path / "card")]) == 0
    assert capsys.readouterr().out.splitlines()[0] == " ".join(shown.split())
