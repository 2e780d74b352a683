"""`confounded completion`."""

from __future__ import annotations

import click

from confounded.cli.help import Command

__all__ = ["completion"]


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      eval "$(confounded completion bash)"    # in ~/.bashrc
      eval "$(confounded completion zsh)"     # in ~/.zshrc
      confounded completion fish > ~/.config/fish/completions/confounded.fish

    It completes commands, options and values: benchmarks of the tables on the line and of the catalogue, capability
    references, score sets, verdicts.
    """
    from click.shell_completion import get_completion_class

    from confounded.cli.app import confounded

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(confounded, {}, "confounded", "_CONFOUNDED_COMPLETE").source())
