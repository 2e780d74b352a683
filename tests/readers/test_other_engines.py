"""Files of engines that have no reader are refused in one line that says what can be read, and never read wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from confounded.errors import ConfoundedError
from confounded.readers import read_scores
from confounded.readers.formats import FORMATS

LIGHTEVAL: Final = {
    "config_general": {"lighteval_sha": "0", "model_name": "org/a", "model_config": {"model_name": "org/a"}},
    "results": {
        "leaderboard|truthfulqa:mc|0": {"truthfulqa_mc1": 0.31, "truthfulqa_mc1_stderr": 0.02},
        "all": {"truthfulqa_mc1": 0.31, "truthfulqa_mc1_stderr": 0.02},
    },
    "versions": {"leaderboard|truthfulqa:mc|0": 0},
    "config_tasks": {"leaderboard|truthfulqa:mc": {"name": "truthfulqa:mc", "metric": []}},
    "summary_tasks": {},
    "summary_general": {"hashes": {}},
}
OPENCOMPASS: Final = {
    "accuracy": 61.5,
    "details": {"0": {"pred": "A", "answer": "B", "correct": False}, "type": "GEN"},
}
PROMPTFOO: Final = {
    "evalId": "eval-abc-2026-11-20T10:00:00",
    "results": {
        "version": 3,
        "timestamp": "2026-11-20T10:00:00.000Z",
        "prompts": [
            {
                "raw": "Say {{word}}",
                "label": "Say {{word}}",
                "provider": "openai:gpt-5",
                "metrics": {"score": 1, "testPassCount": 1, "testFailCount": 0},
            }
        ],
        "results": [
            {"success": True, "score": 1, "provider": {"id": "openai:gpt-5"}, "vars": {"word": "yes"}}
        ],
        "stats": {"successes": 1, "failures": 0, "errors": 0},
    },
    "config": {"providers": ["openai:gpt-5"]},
    "shareableUrl": None,
}
FILES: Final = {
    "lighteval": ("results/org/a/results_2026-11-20T10-00-00.json", LIGHTEVAL),
    "opencompass": ("20261120_100000/results/a/truthfulqa.json", OPENCOMPASS),
    "promptfoo": ("results.json", PROMPTFOO),
}
SUMMARY: Final = "dataset,version,metric,mode,model-a,model-b\ntruthfulqa,0a1b2c,accuracy,gen,61.50,48.25\n"
"""What OpenCompass writes to ``summary/summary_<time>.csv``: one benchmark a row, one model a column."""

every_engine = pytest.mark.parametrize("engine", FILES)


def written(folder: Path, engine: str) -> Path:
    name, content = FILES[engine]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def check_refused(source: Path, lenient: bool, *parts: str) -> None:
    with pytest.raises(ConfoundedError) as caught:
        read_scores(source, lenient=lenient)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert all(part in message for part in parts)


@every_engine
@pytest.mark.parametrize("lenient", [False, True])
def test_a_file_of_an_engine_without_a_reader_is_refused_with_the_known_formats(
    engine: str, lenient: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, engine)
    check_refused(path, lenient, path.name, *(one.name for one in FORMATS))


@every_engine
def test_a_folder_of_such_files_is_refused_with_the_known_formats(engine: str, tmp_path: Path) -> None:
    path = written(tmp_path, engine)
    check_refused(tmp_path, False, path.name, *(one.name for one in FORMATS))


@every_engine
def test_beside_scores_such_a_file_is_named_and_not_read(engine: str, tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("model,truthful\na,0.5\nb,0.6\n")
    path = written(tmp_path, engine)
    table = read_scores(tmp_path)
    assert table.scores["benchmark"].unique().to_list() == ["truthful"]
    assert any("not read" in issue.what and path.name in issue.what for issue in table.issues)


def test_a_table_with_models_in_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "summary_20261120_100000.csv"
    path.write_text(SUMMARY)
    check_refused(path, False, path.name, "model")
    check_refused(path, True, path.name, "model")
