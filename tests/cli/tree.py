"""Every command there is, as click sees it, and a table that is small enough to be studied in a moment."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from confounded.cli.app import confounded
from tests.study.tables import one_factor

FAMILIES = ("qwen", "llama", "mistral", "gemma", "phi", "yi", "falcon")


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below `confounded` with its words, groups before what is in them."""

    def below(
        words: tuple[str, ...], command: click.Command
    ) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        context = click.Context(command, info_name=words[-1] if words else "confounded")
        if words:
            yield words, command
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None, name
                yield from below((*words, name), inner)

    yield from below((), confounded)


def tiny(path: Path, models: int = 14, *, better: float = 0) -> Path:
    """Write a wide table of some chat models in seven families with three capability and three safety benchmarks.

    Every score is higher by what `better` says.
    """
    columns = one_factor(models)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["model", "family", "population", *columns])
        for row in range(models):
            scores = [f"{(column[row] or 0) + better:.4f}" for column in columns.values()]
            writer.writerow([f"model-{row}", FAMILIES[row % len(FAMILIES)], "chat", *scores])
    return path
