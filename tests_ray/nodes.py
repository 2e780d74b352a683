"""Nodes of a Ray cluster on one machine, each a session of processes of its own, which are ended by their ids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

START_WITHIN = 60.0


class Node:
    """A node that `ray start` starts on an address of its own."""

    def __init__(self, host: str, folder: Path, *arguments: str, **environment: str) -> None:
        self.log = folder / f"{host}.log"
        program = Path(sys.executable).with_name("ray")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    str(program),
                    "start",
                    f"--node-ip-address={host}",
                    "--num-cpus=1",
                    "--block",
                    "--object-store-memory=100000000",
                    "--disable-usage-stats",
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # The workers find the pieces of these tests, as on a real node they find confounded.
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)} | environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_WITHIN
        while "Ray runtime started" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"no node at {host}: {self.log.read_text()}")
            time.sleep(0.1)

    def processes(self) -> list[int]:
        """Return the processes of the node that are not ended."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError):
                    state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                    if int(session) == self.process.pid and state != "Z":
                        found.append(int(entry.name))
        return found

    def stopped_at_work(self) -> int:
        """Stop a worker in the middle of a piece of work, and return its id."""
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            for pid in self.processes():
                if _title(pid) == WORKING:
                    os.kill(pid, signal.SIGSTOP)
                    time.sleep(0.05)
                    # Stopped, it cannot go on to say that it is done: what it was at, it still is.
                    if _title(pid) == WORKING:
                        return pid
                    os.kill(pid, signal.SIGCONT)
        raise RuntimeError(f"no worker of {self.log.name} is at work")

    def kill(self) -> None:
        """End all processes of the node at once, as when its machine loses power."""
        for _ in range(100):
            left = self.processes()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                break
            time.sleep(0.05)
        self.process.wait()


WORKING = "ray::do"
"""What Ray calls a worker while it does `confounded.engine.node.do`."""


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode().strip()
    except OSError:
        return ""
