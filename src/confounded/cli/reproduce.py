"""`confounded reproduce`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from confounded.study.reproduction import Group, Reproduction

__all__ = ["reproduce"]

CHECK_FAILED = 1
WIDTH = 120


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the comparison as JSON instead of tables.")
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
    from confounded.study import reproduce as recompute

    comparison = recompute()
    if as_json:
        click.echo(comparison.to_json(), nl=False)
    else:
        _show(comparison)
    return 0 if comparison.reproduced else CHECK_FAILED


def _show(comparison: Reproduction) -> None:
    """Print published against recomputed, table by table, then the summary."""
    from rich.console import Console

    terminal = Console(highlight=False)
    # A file or a pipe has no width of its own: wide enough there that no name is broken in two.
    console = terminal if terminal.is_terminal else Console(highlight=False, width=WIDTH)
    for group in comparison.groups:
        console.print(_table(group))
        console.print()
    for line in comparison.summary:
        # Plain echo: a summary line is for scripts too and must never be wrapped.
        click.echo(line)


def _table(group: Group) -> Table:
    """Return one table of the paper beside ours."""
    from rich import box
    from rich.table import Table

    digits = 1 if group.unit == "percent" else 2
    table = Table(title=group.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("models")
    table.add_column("figure", overflow="fold")
    for heading in ("published", "recomputed", "difference"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in group.figures:
        subject = f"{one.subject} ~ {one.correlated_with}" if one.correlated_with else one.subject
        table.add_row(
            one.population,
            subject,
            f"{one.published:.{digits}f}",
            "–" if one.recomputed is None else f"{one.recomputed:.{digits + 1}f}",
            f"{one.difference:+.{digits + 1}f}",
            "" if one.holds else "[red]differs[/red]",
        )
    return table
