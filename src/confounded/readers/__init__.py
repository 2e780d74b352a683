"""Foreign files in, score tables out. A reader knows one format; none knows a model or benchmark."""

from confounded.readers.benchmarks import read_benchmarks
from confounded.readers.registry import read_scores

__all__ = ["read_benchmarks", "read_scores"]
