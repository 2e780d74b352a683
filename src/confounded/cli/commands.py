"""Every command: its name, the group it is listed in, and its line there."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["COMMANDS", "GROUPS", "CommandEntry"]

BENCHMARK: Final = "Your benchmark"
FIELD: Final = "The field"
DATA: Final = "Data"
PROOF: Final = "Proof"
SHELL: Final = "Shell"

GROUPS: Final = (BENCHMARK, FIELD, DATA, PROOF, SHELL)
"""The headings of the list of commands, in the order in which they are printed."""


class CommandEntry(NamedTuple):
    """A command as it is listed. Its function has its name and is in the module of that name."""

    name: str
    group: str
    help: str


COMMANDS: Final = (
    CommandEntry("check", BENCHMARK, "Say whether a benchmark is confounded with capability."),
    CommandEntry("compare", BENCHMARK, "Ask if a gain in safety is more than capability predicts."),
    CommandEntry("plan", BENCHMARK, "Say how many models would settle a benchmark."),
    CommandEntry("report", FIELD, "Study scores and write the report."),
    CommandEntry("survey", FIELD, "Read about the areas of AI safety and their benchmarks."),
    CommandEntry("init", DATA, "Write a benchmarks.toml to fill in."),
    CommandEntry("datasets", DATA, "List, describe and fetch score sets and references."),
    CommandEntry("reproduce", PROOF, "Recompute the paper's published figures."),
    CommandEntry("completion", SHELL, "Print the completion script of a shell."),
)
"""Listing them imports none, so that `--help` is instant."""
