"""Write what the pages of `docs/` include: what commands print, tables from the code, figures, and the areas.

Usage: python -m scripts.build_docs [--output FOLDER]

Everything goes into `docs/_generated`, which is made anew. No number on the site is typed that the program can compute.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from scripts.docs_links import DOCS, GENERATED, PROJECT_PAGES, ROOT
from scripts.docs_runs import run_page
from scripts.docs_survey import area_pages, draw_cases, numbers, parts, shipped
from scripts.docs_tables import tables

__all__ = ["build", "pages"]


def pages() -> list[Path]:
    """Return the pages that are written by hand or generated into the repository."""
    return sorted(one for one in DOCS.rglob("*.md") if GENERATED not in one.parents)


def build(output: Path = GENERATED) -> None:
    """Make the folder anew."""
    if output.exists():
        shutil.rmtree(output)
    pieces, areas, project = output / "parts", output / "areas", output / "project"
    for folder in (pieces, areas, project):
        folder.mkdir(parents=True)
    for source, name in PROJECT_PAGES.items():
        shutil.copyfile(ROOT / source, project / f"{name}.md")
    study = shipped()
    (output / "numbers.json").write_text(json.dumps(numbers(study), indent=1), encoding="utf-8")
    for name, text in {**tables(), **parts(study)}.items():
        (pieces / f"{name}.md").write_text(text, encoding="utf-8")
    draw_cases(study, pieces)
    for name, text in area_pages(study).items():
        (areas / f"{name}.md").write_text(text, encoding="utf-8")
    ran = sum(run_page(page, output / "runs") for page in pages())
    print(f"{output.name} written; {ran} blocks of code were run")


def main() -> int:
    """Write everything, or what is asked for."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--output"] and len(arguments) == 2:
        build(Path(arguments[1]))
    elif arguments:
        raise SystemExit(__doc__)
    else:
        build()
    return 0


if __name__ == "__main__":
    sys.exit(main())
