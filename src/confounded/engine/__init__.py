"""Where independent pieces of work run."""

from confounded.engine.cluster import Ray
from confounded.engine.pieces import Engine
from confounded.engine.threads import ALL_CORES, Threads, processor, usable_cores

__all__ = ["ALL_CORES", "Engine", "Ray", "Threads", "processor", "usable_cores"]
