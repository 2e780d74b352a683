"""`confounded reproduce`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from confounded.cli.help import Command
from confounded.cli.options import CHECK_FAILED, as_json_option
from confounded.cli.terminal import current_terminal

if TYPE_CHECKING:
    from confounded.study.reproduction import Group, Reproduction

__all__ = ["reproduce"]

HEADER: Final = ("figure", "models", "published", "recomputed", "difference", "")


@click.command(cls=Command)
@as_json_option("Print the comparison as JSON instead of tables.")
def reproduce(as_json: bool) -> int:
    """Recompute the paper's published figures from the released scores.

    Every figure of tables 7, 9 and 12 to 22, figure 17, and the shares and means in the text, published beside
    recomputed. The 20 correlations with training compute are known not to reproduce: they are reported, and do
    not count.

    \b
    Examples:
      confounded reproduce
      confounded reproduce --json > reproduction.json

    Exit codes: 0 all figures but the compute correlations hold, 1 some do not.
    """
    from confounded.cli.progress import progress_bar
    from confounded.study import reproduce as recompute

    with progress_bar():
        comparison = recompute()
    if as_json:
        current_terminal().json(comparison.to_json().decode())
    else:
        _show(comparison)
    return 0 if comparison.reproduced else CHECK_FAILED


def _show(comparison: Reproduction) -> None:
    """Print published against recomputed, table by table, then the summary."""
    terminal = current_terminal()
    for group in comparison.groups:
        terminal.table(group.title, HEADER, _rows(group), right=("published", "recomputed", "difference"))
        terminal.result()
    for line in comparison.summary:
        terminal.result(line, hang=2)


def _rows(group: Group) -> list[tuple[str, ...]]:
    """Return the figures of one table of the paper beside ours."""
    digits = 1 if group.unit == "percent" else 2
    return [
        (
            f"{one.subject} ~ {one.correlated_with}" if one.correlated_with else one.subject,
            one.population,
            f"{one.published:.{digits}f}",
            "–" if one.recomputed is None else f"{one.recomputed:.{digits + 1}f}",
            f"{one.difference:+.{digits + 1}f}",
            "" if one.holds else "differs",
        )
        for one in group.figures
    ]
