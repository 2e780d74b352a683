"""The command line. One file a command; each imports what it needs when it runs, so that `--help` is instant."""

from confounded.cli.app import main

__all__ = ["main"]
