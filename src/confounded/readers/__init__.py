"""Foreign files in, score tables out. A reader knows one format; none knows a model or benchmark."""

from confounded.readers.declarations import read_benchmarks, read_models
from confounded.readers.registry import read_items, read_scores, read_sources

__all__ = ["read_benchmarks", "read_items", "read_models", "read_scores", "read_sources"]
