"""Is your safety benchmark confounded with capability?

A table of models × benchmarks goes in; how much each benchmark is capability comes out::

    import confounded

    scores = confounded.load_scores()
    study = confounded.run_study(scores)
    print(study.correlations_frame())

The public names are resolved when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from confounded.datasets.safetywashing import load_scores
    from confounded.errors import ConfoundedError
    from confounded.readers import read_scores
    from confounded.report import write_report
    from confounded.scores import ScoreTable
    from confounded.study import (
        Comparison,
        ComparisonSettings,
        Reproduction,
        Settings,
        StudyResult,
        compare,
        read_result,
        reproduce,
        run_study,
    )

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "ComparisonSettings",
    "ConfoundedError",
    "Reproduction",
    "ScoreTable",
    "Settings",
    "StudyResult",
    "__version__",
    "compare",
    "load_scores",
    "read_result",
    "read_scores",
    "reproduce",
    "run_study",
    "write_report",
]

_ROOM_OF = {
    "Comparison": "study",
    "ComparisonSettings": "study",
    "ConfoundedError": "errors",
    "Reproduction": "study",
    "ScoreTable": "scores",
    "Settings": "study",
    "StudyResult": "study",
    "compare": "study",
    "load_scores": "datasets.safetywashing",
    "read_result": "study",
    "read_scores": "readers",
    "reproduce": "study",
    "run_study": "study",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
