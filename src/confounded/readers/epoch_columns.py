"""Which column of each file of Epoch AI's benchmarking hub holds the score, in what unit, and how sure it is.

Looked at file by file in the download of April 2026. Where a file has the mean over parts and the parts, the mean is
the score. What stands there of standard errors is not always one:

- ``hle``: "Accuracy Standard Error" is half of a 95 % interval; over the 2,500 questions it is 1.96 times
  √(p(1 - p) / 2500) in all 43 rows.
- ``apex_agents``: the score is a share, its error in percent.
- ``weirdml``: the errors (0.0001 to 0.0003) are far too small for the tasks that were run, on whatever scale; not read.
- ``posttrainbench``: a standard deviation, not an error; not read.
- ``metr_time_horizons``: an interval that is far from symmetric; not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["COLUMNS", "Z_90", "Z_95", "HubColumn"]

Z_95: Final = 1.959963984540054
"""Standard errors on either side in a 95 % interval."""

Z_90: Final = 1.6448536269514722
"""Standard errors on either side in a 90 % interval, which is what the Epoch Capabilities Index is published with."""


@dataclass(frozen=True, slots=True)
class HubColumn:
    """The column of a file that is read.

    Parameters
    ----------
    benchmark : str
        Under the name that the same task has elsewhere.
    score : str
        Name of the column.
    unit : str, optional
        ``fraction``, ``percent``, ``points`` or ``rating``; None where it is not known.
    stderr : str
        Name of the column of standard errors; empty where there is none.
    stderr_scale : float
        What a standard error is multiplied by to be on the scale of the score.
    interval : (str, str, float), optional
        Columns of the lower and upper end of an interval, and the standard errors on either side of it.
    chance : float, optional
        Score of guessing, where every item has equally many choices.
    ceiling : float, optional
        Largest possible score in points.
    direction : str, optional
        Which end is better; None where it is not known.
    model : str
        Name of the column of models.
    """

    benchmark: str
    score: str
    unit: str | None = "fraction"
    stderr: str = ""
    stderr_scale: float = 1.0
    interval: tuple[str, str, float] | None = None
    chance: float | None = None
    ceiling: float | None = None
    direction: str | None = "higher"
    model: str = "Model version"


def _own(benchmark: str, chance: float | None = None) -> HubColumn:
    """Return the columns of a benchmark that Epoch runs itself."""
    return HubColumn(benchmark, "mean_score", stderr="stderr", chance=chance)


COLUMNS: Final[Mapping[str, HubColumn]] = {
    "epoch_capabilities_index": HubColumn("epoch_capabilities_index", "ECI Score", "points"),
    "chess_puzzles": _own("chess_puzzles"),
    "frontiermath": _own("frontiermath"),
    "frontiermath_tier_4": _own("frontiermath_tier_4"),
    "gpqa_diamond": _own("gpqa_diamond", 0.25),
    "math_level_5": _own("math_level_5"),
    "otis_mock_aime_2024_2025": _own("otis_mock_aime_2024_2025"),
    "simpleqa_verified": _own("simpleqa_verified"),
    "swe_bench_verified": _own("swe_bench_verified"),
    "adversarial_nli_external": HubColumn("anli", "Score", chance=1 / 3),
    "aider_polyglot_external": HubColumn("aider_polyglot", "Percent correct", "percent"),
    "apex_agents_external": HubColumn(
        "apex_agents", "Pass@1 score", stderr="Pass@1 Standard Error", stderr_scale=0.01
    ),
    "arc_agi_2_external": HubColumn("arc_agi_2", "Score"),
    "arc_agi_external": HubColumn("arc_agi", "Score"),
    "arc_ai2_external": HubColumn("arc_challenge", "Challenge score"),
    "balrog_external": HubColumn("balrog", "Average progress", stderr="Average Standard error"),
    "bbh_external": HubColumn("bbh", "Average"),
    "bool_q_external": HubColumn("boolq", "Score", chance=0.5),
    "cad_eval_external": HubColumn("cad_eval", "Overall pass (%)"),
    "common_sense_qa_2_external": HubColumn("commonsense_qa_2", "Score", chance=0.5),
    "cybench_external": HubColumn("cybench", "Unguided % Solved"),
    "deepresearchbench_external": HubColumn("deep_research_bench", "Average score"),
    "fictionlivebench_external": HubColumn("fiction_live_bench_120k", "120k token score"),
    "gdpval_external": HubColumn("gdpval", "Win Rate (%)"),
    "geobench_external": HubColumn("geobench", "ACW Avg Score", "points", ceiling=5000.0),
    "gsm8k_external": HubColumn("gsm8k", "EM"),
    "gso_external": HubColumn("gso", "Score OPT@1"),
    "hella_swag_external": HubColumn("hellaswag", "Overall accuracy", chance=0.25),
    "hle_external": HubColumn("hle", "Accuracy", stderr="Accuracy Standard Error", stderr_scale=1 / Z_95),
    "lambada_external": HubColumn("lambada", "Score"),
    "lech_mazur_writing_external": HubColumn("lech_mazur_writing", "Mean score", "points", ceiling=10.0),
    "live_bench_external": HubColumn("live_bench", "Global average", "percent"),
    "metr_time_horizons_external": HubColumn("metr_time_horizon_minutes", "Time horizon", "points"),
    "mmlu_external": HubColumn("mmlu", "EM", chance=0.25),
    "open_book_qa_external": HubColumn("openbookqa", "Accuracy", chance=0.25),
    "os_world_external": HubColumn("os_world", "Score", "percent"),
    "piqa_external": HubColumn("piqa", "Score", chance=0.5),
    "posttrainbench_external": HubColumn("posttrainbench", "Average (%)"),
    "science_qa_external": HubColumn("science_qa", "Score"),
    "simplebench_external": HubColumn("simplebench", "Score (AVG@5)"),
    "superglue_external": HubColumn("superglue", "Score"),
    "swe_bench_bash": HubColumn("swe_bench_verified_bash", "% Resolved"),
    "terminalbench_external": HubColumn("terminal_bench", "Accuracy mean", stderr="Accuracy SE"),
    "the_agent_company_external": HubColumn("the_agent_company", "% Score"),
    "trivia_qa_external": HubColumn("trivia_qa", "EM"),
    "video_mme_external": HubColumn("video_mme", "Overall (no subtitles)", chance=0.25),
    "vpct_external": HubColumn("vpct", "Correct"),
    "webdev_arena_external": HubColumn(
        "webdev_arena", "Arena Score", "rating", interval=("95% CI Low", "95% CI High", Z_95)
    ),
    "weirdml_external": HubColumn("weirdml", "Accuracy"),
    "wino_grande_external": HubColumn("winogrande", "Accuracy", chance=0.5),
}
"""Each file by its name without ``.csv``."""
