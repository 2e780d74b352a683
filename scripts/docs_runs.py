"""What the commands on the pages print: every block of code that is followed by its output is run to make it.

On a page the output is included right after the code::

    ```sh
    confounded check honest_answers.csv --higher-is-safer
    ```

    ```{literalinclude} /_generated/runs/tutorial/check.txt
    ```

The blocks of a page run in one folder, `_generated/runs/<page>`, with the files of `examples` in it, in the order
of the page. So do the blocks of Python, each after those before it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple

import msgspec

from confounded.report.figures.card import PHONE_WIDTH, WIDTH, card_scatter
from confounded.report.figures.render import draw, draw_vega
from confounded.report.figures.strip import family_strip
from confounded.report.figures.theme import family_marks
from confounded.study.check_result import CheckResult
from scripts.docs_links import ROOT

__all__ = ["SIZES", "Block", "blocks", "run_page", "runs_of"]

COLUMNS: Final = 88
"""Width of the terminal that the pages show: what a desktop's page has room for."""

ALLOWED: Final = (0, 1, 2)
"""Exit codes of a command that did what it says; 1 and 2 are shown below its output."""

SIZES: Final = {"": WIDTH, "-narrow": PHONE_WIDTH}
"""What is added to the name of a figure, and its width: one is for phones."""

_OUTPUT: Final = re.compile(r"^```\{literalinclude\} /_generated/runs/([\w-]+)/([\w-]+)\.txt$", re.MULTILINE)


class Block(NamedTuple):
    """A block of code on a page, and the name of the file that its output is included from, if it is."""

    language: str
    code: str
    output: str | None


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of shell and Python of a page."""
    for found in re.finditer(r"^```(sh|python)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        after = text[found.end() :].lstrip("\n")
        output = _OUTPUT.match(after)
        yield Block(found[1], found[2], output[2] if output else None)


def runs_of(page: Path) -> str:
    """Return the name of the folder that the blocks of a page run in."""
    return page.stem


def run_page(page: Path, runs: Path) -> int:
    """Run the blocks of a page whose output it shows, and return how many there were.

    Raises
    ------
    SystemExit
        If a command ends as no command on a page should.
    """
    shown = list(blocks(page.read_text(encoding="utf-8")))
    if not any(one.output for one in shown):
        return 0
    folder = runs / runs_of(page)
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True)
    before = ""
    for one in shown:
        if one.output:
            text = _shell(one.code, folder) if one.language == "sh" else _python(before, one.code, folder)
            (folder / f"{one.output}.txt").write_text(text, encoding="utf-8")
        if one.language == "python":
            before += one.code
    for card in sorted(folder.glob("*/card.json")):
        _draw(card)
    return sum(one.output is not None for one in shown)


def _environment() -> dict[str, str]:
    # The commands are those of the interpreter that runs this, whatever else is called so on the path.
    own = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "PYTHONSTARTUP"}}
    return kept | {
        "PATH": f"{own}{os.pathsep}{kept.get('PATH', '')}",
        "NO_COLOR": "1",
    }


def _shell(code: str, folder: Path) -> str:
    """Run a block of shell and return what it printed, with its exit code where that is not 0.

    Results are printed as on a terminal of `COLUMNS` columns; what goes to standard error stands after them.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    with subprocess.Popen(
        ["sh", "-c", code], cwd=folder, env=_environment(), stdout=theirs, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        reader = Thread(target=lambda: printed.append(_all_of(ours)))
        printed: list[bytes] = []
        reader.start()
        _, errors = process.communicate()
        reader.join()
    os.close(ours)
    text = (b"".join(printed).replace(b"\r\n", b"\n") + errors).decode()
    if process.returncode not in ALLOWED:
        raise SystemExit(f"{folder.name}: exit code {process.returncode} of\n{code}\n{text}")
    return text + (f"(exit code {process.returncode})\n" if process.returncode else "")


def _all_of(terminal: int) -> bytes:
    """Read a terminal until nobody writes to it any more, which Linux tells by an error."""
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces)


def _python(before: str, code: str, folder: Path) -> str:
    """Run a block of Python after those before it, and return what it alone printed."""
    mark = "---8<---"
    program = f"{before}\nprint({mark!r})\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{folder.name}: {done.stderr}\nof\n{program}")
    return done.stdout.partition(f"{mark}\n")[2]


def _draw(path: Path) -> None:
    """Draw the figures of the first benchmark of a card beside it."""
    result = msgspec.json.decode(path.read_bytes(), type=CheckResult)
    marks = family_marks(result.study.populations)
    first = result.checks[0]
    population = next(one for one in result.study.populations if one.population == first.population)
    facts = next(one for one in result.study.benchmarks if one.benchmark == first.benchmark)
    correlation = next(
        one
        for one in result.study.correlations
        if (one.benchmark, one.population) == (first.benchmark, first.population)
    )
    margin = result.study.provenance.settings.margin
    for size, width in SIZES.items():
        scatter = card_scatter(population, first.benchmark, correlation, facts, marks, width)
        (path.parent / f"scatter{size}.svg").write_text(draw_vega(scatter), encoding="utf-8")
        strip = family_strip(correlation, margin, width)
        if strip is not None:
            (path.parent / f"strip{size}.svg").write_text(draw(strip), encoding="utf-8")
