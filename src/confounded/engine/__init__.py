"""Where independent pieces of work run."""

from confounded.engine.threads import run_pieces, usable_cores

__all__ = ["run_pieces", "usable_cores"]
