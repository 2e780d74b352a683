"""A request to stop is obeyed wherever it arrives."""

from __future__ import annotations

import subprocess
import sys

import pytest

INSIDE_A_LIBRARY = """
import ctypes, signal, time
from confounded.cli.signals import let_signals_unwind

let_signals_unwind()
ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.{name}))()
try:
    time.sleep(30)
except {exception}:
    print("stopped")
else:
    print("went on")
"""

FAILING_INSIDE_A_LIBRARY = """
import ctypes
from confounded.cli.signals import let_signals_unwind

let_signals_unwind()
ctypes.CFUNCTYPE(None)(lambda: 1 / 0)()
print("went on")
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "exception"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "SystemExit")])
def test_a_request_that_a_library_drops_is_made_again(name: str, exception: str) -> None:
    done = run(INSIDE_A_LIBRARY.format(name=name, exception=exception))
    assert (done.stdout, done.stderr, done.returncode) == ("stopped\n", "", 0)


def test_another_exception_that_a_library_drops_is_told_as_ever() -> None:
    done = run(FAILING_INSIDE_A_LIBRARY)
    assert done.stdout == "went on\n"
    assert "ZeroDivisionError" in done.stderr
