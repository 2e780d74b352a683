"""`confounded init`: what it writes, filled in, makes the report work; and errors that can be acted on word by word."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from confounded.cli import main
from confounded.readers.declarations import read_benchmarks

MODELS = (
    "GPT-5.4",
    "our-lab/secret-7b",
    "Claude Opus 4.5",
    "Gemini 3 Pro",
    "o3",
    "Grok 4",
    'odd "one" \\ x#1',
)
ODD = 'weird "b" \\ #c'
REPORT = ["--capabilities", "epoch-capabilities-index"]


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """A table with a benchmark of the catalogue, two of nobody's, and two models that nothing is known of."""
    path = tmp_path / "data" / "mine.csv"
    path.parent.mkdir()
    quoted = ['"' + name.replace('"', '""') + '"' for name in (*MODELS, ODD)]
    lines = [f"model,mybench,truthfulqa_mc1,{quoted[-1]}"]
    lines += [f"{name},{0.1 + 0.1 * k},{0.2 + 0.05 * k},{10 + 9 * k}" for k, name in enumerate(quoted[:-1])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fill(path: Path, **values: str) -> None:
    """Fill in what is empty, as a person would."""
    text = path.read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f'{key} = ""', f'{key} = "{value}"')
    path.write_text(text, encoding="utf-8")


def test_what_is_written_and_filled_in_makes_the_report_work(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert main(["report", str(scores), "-o", out, *REPORT]) == 2
    assert main(["init", str(scores)]) == 0
    said = capsys.readouterr().out
    assert "2 benchmarks need a direction: mybench" in said
    assert "2 models need a family: odd" in said or "2 models need a family: our-lab/secret-7b" in said
    (command,) = [line.partition("then: ")[2] for line in said.splitlines() if "then: " in line]
    assert shlex.split(command) == ["confounded", "report", str(scores)]
    fill(scores.with_name("benchmarks.toml"), direction="higher")
    fill(scores.with_name("models.toml"), family="Ours", population="chat")
    assert main([*shlex.split(command)[1:], "-o", out, *REPORT]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_bytes())
    assert {one["benchmark"] for one in result["correlations"]} == {"mybench", "truthfulqa_mc1", ODD}
    left_out = {one["model"] for population in result["populations"] for one in population["left_out"]}
    assert left_out == {"our-lab/secret-7b", MODELS[-1]}, "the reference knows nothing of them"


def test_what_is_written_is_toml_of_every_benchmark_with_what_could_be_found_out(scores: Path) -> None:
    assert main(["init", str(scores)]) == 0
    text = scores.with_name("benchmarks.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    assert set(declared) == {"mybench", "truthfulqa_mc1", ODD}
    assert declared["mybench"] == {"direction": ""}
    assert (
        declared["truthfulqa_mc1"] == {}
    )  # the catalogue knows its direction, which stands there to be uncommented
    assert '# direction = "higher"  # as in the scores released with the paper: check yours' in text
    assert "7 models, from 0.1 to 0.7" in text
    assert '# unit = "fraction"' in text
    models = tomllib.loads(scores.with_name("models.toml").read_text(encoding="utf-8"))
    assert set(models) == {"our-lab/secret-7b", MODELS[-1]}


def test_every_line_that_may_be_uncommented_can_be(scores: Path) -> None:
    assert main(["init", str(scores)]) == 0
    path = scores.with_name("benchmarks.toml")
    fill(path, direction="lower", area="honesty")
    lines = [
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#   ")
    ]
    path.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
    read = read_benchmarks(path)
    assert read.height == 3
    assert set(read["direction"]) == {"higher", "lower"}


def test_nothing_is_overwritten_unless_asked_for(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = scores.with_name("models.toml")
    mine.write_text("# my own\n", encoding="utf-8")
    assert main(["init", str(scores)]) == 2
    error = capsys.readouterr().err
    assert str(mine) in error
    assert "--force" in error
    assert {path.name for path in scores.parent.iterdir()} == {"mine.csv", "models.toml"}
    assert mine.read_text(encoding="utf-8") == "# my own\n"
    assert main(["init", str(scores), "--force"]) == 0
    assert "secret" in mine.read_text(encoding="utf-8")
    assert {path.name for path in scores.parent.iterdir()} == {"mine.csv", "models.toml", "benchmarks.toml"}


def test_a_file_that_is_being_filled_in_does_not_stop_another_start(scores: Path) -> None:
    """It is full of empty values then, which the report refuses."""
    assert main(["init", str(scores)]) == 0
    before = scores.with_name("benchmarks.toml").read_text(encoding="utf-8")
    assert main(["init", str(scores), "--force"]) == 0
    assert scores.with_name("benchmarks.toml").read_text(encoding="utf-8") == before


def test_an_empty_value_is_refused_with_its_place(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(scores)]) == 0
    assert main(["report", str(scores), *REPORT]) == 2
    error = capsys.readouterr().err
    assert "benchmarks.toml, table 'mybench', key 'direction'" in error
    assert "expected higher or lower, but found nothing" in error


def test_elsewhere_the_command_names_the_files(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "else where"
    assert main(["init", str(scores), "-o", str(other)]) == 0
    (command,) = [
        line.partition("then: ")[2] for line in capsys.readouterr().out.splitlines() if "then: " in line
    ]
    fill(other / "benchmarks.toml", direction="higher")
    fill(other / "models.toml", family="Ours", population="chat")
    assert main([*shlex.split(command)[1:], "-o", str(tmp_path / "out"), *REPORT]) == 0
    assert {path.name for path in scores.parent.iterdir()} == {"mine.csv"}


def test_where_everything_is_known_nothing_is_left_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "known.csv"
    path.write_text("model,mmlu,gsm8k\nGPT-4o,0.8,0.9\nClaude Opus 4.5,0.9,0.9\n", encoding="utf-8")
    assert main(["init", str(path)]) == 0
    assert "Nothing is empty." in capsys.readouterr().out
    assert not (tmp_path / "models.toml").exists()
    assert '= ""' not in (tmp_path / "benchmarks.toml").read_text(encoding="utf-8").replace("# area", "")


def test_as_json_nothing_is_written(scores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(scores), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["undirected"] == sorted(["mybench", ODD])
    assert set(said["without_family"]) == {"our-lab/secret-7b", MODELS[-1]}
    assert {path.name for path in scores.parent.iterdir()} == {"mine.csv"}


def test_a_file_name_cannot_write_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / 'a\n[x]\ndirection = "lower"\x07.csv'
    path.write_text("model,mine\na,1\nb,2\n", encoding="utf-8")
    assert main(["init", str(path)]) == 0
    assert set(tomllib.loads((tmp_path / "benchmarks.toml").read_text(encoding="utf-8"))) == {"mine"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- what the report asks for can be copied from what it says


def again(error: str) -> list[str]:
    """Return the command that an error prints."""
    lines = error.splitlines()
    (place,) = [k for k, line in enumerate(lines) if line.startswith("  run again")]
    return shlex.split(lines[place + 1])[1:]


def test_the_commands_that_errors_print_lead_to_a_report_one_after_the_other(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["report", str(scores), "-o", str(tmp_path / "my out"), *REPORT]
    asked = []
    while main(command) != 0:
        longer = again(capsys.readouterr().err)
        assert longer[: len(command)] == command
        asked += longer[len(command) :]
        command = longer
    assert asked == [
        "--direction", "mybench=higher", "--direction", f"{ODD}=higher", "--population", "chat",
        "--unknown-families-apart",
    ]  # fmt: skip
    assert (tmp_path / "my out" / "report.html").is_file()


def test_the_lines_that_errors_print_lead_to_a_report_too(
    scores: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["report", str(scores), "-o", str(tmp_path / "out"), *REPORT]
    for _ in range(10):
        if main(command) == 0:
            break
        lines = capsys.readouterr().err.splitlines()
        (place,) = [k for k, line in enumerate(lines) if line.startswith("  or add to ")]
        file = scores.with_name(lines[place].split()[3])
        header, value = (line.strip() for line in lines[place + 1 : place + 3])
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        entry = f"{header}\n{value}\n"
        file.write_text(
            text.replace(f"{header}\n", entry) if header in text else text + entry, encoding="utf-8"
        )
    assert (tmp_path / "out" / "report.html").is_file()


def test_very_many_benchmarks_are_taken_together_in_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"made_up_{k}" for k in range(30)]
    path = tmp_path / "many.csv"
    rows = ["model," + ",".join(names), *(f"m{k}," + ",".join([str(k)] * 30) for k in range(5))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["report", str(path)]) == 2
    assert again(capsys.readouterr().err)[-1:] == ["--higher-is-safer"]
