"""Files that mean harm, or are damaged beyond use: one line that names the file, exit code 2, and soon."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from confounded.cli import main
from tests.readers.samples import HUB, WIDE, delimited, parquet, zipped

MANY: Final = 200 * 2**20


def nested(depth: int = 200_000) -> str:
    return "[" * depth + "]" * depth


def bomb(path: Path, member: str, unpacked: int = 300 * 2**20) -> None:
    """Write an archive of a few hundred kB of which one member unpacks to far more."""
    block = b"0" * 2**20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(unpacked // len(block)):
            stream.write(block)


def long_line(path: Path, start: bytes, end: bytes) -> None:
    block = b"7" * 2**20
    with path.open("wb") as stream:
        stream.write(start)
        for _ in range(MANY // len(block)):
            stream.write(block)
        stream.write(end)


def of(content: bytes | str) -> Callable[[Path], None]:
    """Return what writes some content."""
    raw = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(raw) and None


FILES: dict[str, Callable[[Path], None]] = {
    "nul.csv": of(b"model,mmlu\nA\x00,0.5\nB,0.6\n"),
    "nul-header.csv": of(b"model,mm\x00lu\nA,0.5\n"),
    "nul.json": of(b'[{"model": "A\x00", "mmlu": 0.5}]'),
    "nul.jsonl": of(b'\x00{"model": "A", "mmlu": 0.5}'),
    "long-cell.csv": lambda path: long_line(path, b"model,mmlu\nA,", b"\n"),
    "long-header.csv": lambda path: long_line(path, b"model,", b"\nA,1\n"),
    "long.jsonl": lambda path: long_line(path, b'{"model": "A", "mmlu": "', b'"}\n'),
    "deep.json": of(nested()),
    "deep-document.json": of(f'{{"model_info": {{}}, "evaluation_results": {nested()}}}'),
    "deep-log.json": of(f'{{"status": "success", "eval": {nested()}}}'),
    "deep.jsonl": of(f'{{"model": "A", "mmlu": {nested()}}}\n'),
    "deep-samples.jsonl": of(
        f'{{"doc_id": 1, "target": 1, "resps": [], "filtered_resps": [], "acc": {nested()}}}\n'
    ),
    "cut.parquet": of(parquet(WIDE)[:400]),
    "bomb.zip": lambda path: bomb(path, "gpqa_diamond.csv"),
    "bomb.xlsx": lambda path: bomb(path, "xl/worksheets/sheet1.xml"),
    "bomb.eval": lambda path: bomb(path, "header.json"),
    "out.zip": of(zipped({"gpqa_diamond.csv": delimited(HUB), "../../gpqa_diamond.csv": delimited(HUB)})),
    "out.eval": of(zipped({"../../header.json": b"{}"})),
    "out.xlsx": of(zipped({"../../xl/workbook.xml": b"<a/>"})),
    "random.eval": of(bytes(range(256)) * 8),
    **{
        f"empty{ending}": of(b"")
        for ending in (
            ".csv",
            ".tsv",
            ".json",
            ".jsonl",
            ".parquet",
            ".xlsx",
            ".xls",
            ".ods",
            ".eval",
            ".zip",
        )
    },
    **{f"blank{ending}": of(b"\n \n") for ending in (".csv", ".json", ".jsonl")},
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_one_line_that_names_the_file_and_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    FILES[name](path)
    for command in ("report", "check"):
        assert main([command, str(path), "-o", str(tmp_path / "out")]) == 2
        said = capsys.readouterr()
        lines = [line for line in said.err.splitlines() if line.strip()]
        assert len(lines) == 1, said.err
        assert name in lines[0]
        assert "Traceback" not in said.err
        assert not (tmp_path / "out").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == [name]


def test_so_it_is_from_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    FILES["bomb.zip"](path)
    command = [sys.executable, "-m", "confounded", "report", str(path), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "bomb.zip" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
