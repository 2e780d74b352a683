"""The question: capabilities score → capabilities correlations → what may be said of each benchmark."""

from confounded.study.comparison import compare
from confounded.study.comparison_result import Comparison, ComparisonSettings
from confounded.study.comparison_sources import compare_sources
from confounded.study.plan import Plan, PlanRequest, plan_study, request_from_study
from confounded.study.reproduction import Reproduction, reproduce
from confounded.study.result import Source, StudyResult, read_result
from confounded.study.settings import PAPER_SUITE, Settings
from confounded.study.sources import study_sources
from confounded.study.study import run_study

__all__ = [
    "PAPER_SUITE",
    "Comparison",
    "ComparisonSettings",
    "Plan",
    "PlanRequest",
    "Reproduction",
    "Settings",
    "Source",
    "StudyResult",
    "compare",
    "compare_sources",
    "plan_study",
    "read_result",
    "reproduce",
    "request_from_study",
    "run_study",
    "study_sources",
]
