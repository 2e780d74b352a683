"""What is known of the world, as data files: models, benchmarks, and the areas benchmarks stand for.

Scores say what a model got; the catalogue says what the model and the benchmark are. Neither knows the other:
the study joins them. Nothing here needs an array or a frame.
"""

from confounded.catalog.areas import Area, Expected, Family, Prediction, Section, areas
from confounded.catalog.benchmarks import (
    Benchmark,
    Direction,
    ItemType,
    Kind,
    PlacedBy,
    ReadsAs,
    benchmarks,
)
from confounded.catalog.descriptions import Description, description_of, descriptions
from confounded.catalog.families import Kin, kin_of
from confounded.catalog.models import Model, Population, models
from confounded.catalog.names import NameMatch, find_model, match_catalogue, match_names
from confounded.catalog.references import Reference

__all__ = [
    "Area",
    "Benchmark",
    "Description",
    "Direction",
    "Expected",
    "Family",
    "ItemType",
    "Kin",
    "Kind",
    "Model",
    "NameMatch",
    "PlacedBy",
    "Population",
    "Prediction",
    "ReadsAs",
    "Reference",
    "Section",
    "areas",
    "benchmarks",
    "description_of",
    "descriptions",
    "find_model",
    "kin_of",
    "match_catalogue",
    "match_names",
    "models",
]
