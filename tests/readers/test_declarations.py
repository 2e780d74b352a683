"""What a benchmarks.toml declares reaches the study, and what it gets wrong is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from confounded.errors import ContentError, InputError, UnreadableError
from confounded.readers import read_benchmarks
from confounded.study import Settings, study_sources
from tests.study import planted


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "benchmarks.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_of_the_form_arrives(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '["my bench"]\ndirection = "lower"\nkin_to_suite = ["mmlu", "bbh"]\nitems = 40\nchance = 0\n'
        'item_type = "binary mean"\n',
    )
    (row,) = read_benchmarks(path).rows(named=True)
    assert row["benchmark"] == "my bench"
    assert (row["direction"], row["kin_to_suite"], row["items"], row["chance"]) == (
        "lower",
        "mmlu\nbbh\n",
        40,
        0.0,
    )
    assert row["area"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x]\ndirection = 'up'", "higher or lower"),
        ("[x]\ncolour = 'red'", "colour"),
        ("[x]\nitems = 4.5", "a whole number"),
        ("[x]\nitems = true", "a whole number"),
        ("[x]\nchance = 'low'", "a number"),
        ("[x]\nkin_to_suite = [1]", "a list of names"),
        ("[x]\narea = 3", "text"),
        ("x = 1", "a table for each benchmark"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_benchmarks(written(tmp_path, text))
    assert said in str(caught.value)
    assert "benchmarks.toml" in str(caught.value)


@pytest.mark.parametrize("content", [b"[x", b"\xff", b"x = " + b"[" * 5000])
def test_what_is_no_toml_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "benchmarks.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"benchmarks\.toml"):
        read_benchmarks(path)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read_benchmarks(tmp_path / "none.toml")


def wide(folder: Path) -> Path:
    table = planted.study(n_families=8)
    frame = table.scores.pivot(on="benchmark", index="model", values="score")
    path = folder / "scores.csv"
    frame.join(table.models.select("model", "family", "population"), on="model").write_csv(path)
    return path


SETTINGS = Settings(suite=planted.SUITE, resamples=0, directions={"*": "higher"})


def test_a_file_beside_the_scores_is_found_and_recorded(tmp_path: Path) -> None:
    scores = wide(tmp_path)
    written(tmp_path, '[kin]\nkin_to_suite = ["suite_0"]\n[inverse]\ndirection = "lower"\n')
    result = study_sources([scores], SETTINGS)
    by_name = {one.benchmark: one for one in result.correlations}
    assert "kin to the suite" in {caution.caution for caution in by_name["kin"].cautions}
    assert (by_name["inverse"].rho or 0) > 0.5
    assert [source.name for source in result.provenance.sources] == ["benchmarks.toml", "scores.csv"]


def test_a_benchmark_without_scores_is_refused(tmp_path: Path) -> None:
    scores = wide(tmp_path)
    other = tmp_path / "elsewhere.toml"
    other.write_text('[nothing]\ndirection = "lower"\n')
    with pytest.raises(ContentError, match="nothing"):
        study_sources([scores], SETTINGS, benchmarks=other)
