"""Links of Markdown pages, on the site and outside it.

A page under `docs/` is read in two places: as it stands in the repository, and on the site. What it links to in the
repository, such as `validation/README.md`, has a copy on the site where it is a page (`PROJECT_PAGES`); a link to any
other file of the repository becomes the file's name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

__all__ = [
    "DOCS",
    "GENERATED",
    "PROJECT_PAGES",
    "ROOT",
    "Link",
    "anchors",
    "links",
    "sent_on",
    "without_code",
]

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
GENERATED: Final = DOCS / "_generated"

PROJECT_PAGES: Final[Mapping[str, str]] = {
    "CHANGELOG.md": "changelog",
    "CONTRIBUTING.md": "contributing",
    "README.md": "readme",
    "benchmarks/README.md": "speed",
    **{
        page.relative_to(ROOT).as_posix(): "-".join(page.relative_to(ROOT).with_suffix("").parts)
        .removesuffix("-README")
        .lower()
        for page in sorted((ROOT / "validation").rglob("*.md"))
    },
    "examples/README.md": "examples",
    "src/confounded/catalog/data/README.md": "catalogue-data",
}
"""Pages of the repository outside `docs/` of which the site has a copy, and its name in `_generated/project`."""

_LINK: Final = re.compile(r"(!?)\[([^\]\[]*(?:\[[^\]]*\][^\]\[]*)*)\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
_FENCED: Final = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1", re.DOTALL | re.MULTILINE)
_EXTERNAL: Final = re.compile(r"[a-z][a-z0-9+.-]*:")


class Link(NamedTuple):
    """A link of a page: what it shows, where it leads, and whether it is an image."""

    text: str
    target: str
    is_image: bool

    @property
    def is_external(self) -> bool:
        """Whether it leads out of the repository."""
        return _EXTERNAL.match(self.target) is not None


def without_code(text: str) -> str:
    """Return a page without its blocks of code."""
    return _FENCED.sub("", text)


def links(text: str) -> Iterator[Link]:
    """Yield the links of a page in Markdown, those in code left out."""
    for found in _LINK.finditer(without_code(text)):
        yield Link(found[2], found[3], found[1] == "!")


def anchors(text: str) -> frozenset[str]:
    """Return the anchors that the headings of a page get, as GitHub and MyST make them."""
    made: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", without_code(text), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        made.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    made.update(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
    return frozenset(made)


def sent_on(text: str, page: Path) -> str:
    """Return a page in which each link that leads out of `docs/` leads to the site's copy, or is no link.

    Parameters
    ----------
    text : str
    page : Path
        Where the page stands, or for a copy of the site, where it came from.
    """
    copies = {f"{name}.md": source for source, name in PROJECT_PAGES.items()}
    origin = page
    if page.parent == GENERATED / "project":
        origin = ROOT / copies.get(page.name, page.name)

    def moved(found: re.Match[str]) -> str:
        mark, shown, target = found[1], found[2], found[3]
        if _EXTERNAL.match(target) or target.startswith(("#", "/")):
            return found[0]
        path, _, anchor = target.partition("#")
        place = (origin.parent / path).resolve()
        if not place.is_relative_to(ROOT):
            return found[0]
        inside = place.relative_to(ROOT).as_posix()
        if inside in PROJECT_PAGES:
            place = GENERATED / "project" / f"{PROJECT_PAGES[inside]}.md"
        elif not place.is_relative_to(DOCS):
            return shown
        relative = Path(os.path.relpath(place, page.parent)).as_posix()
        return f"{mark}[{shown}]({relative}{'#' + anchor if anchor else ''})"

    pieces = []
    end = 0
    for block in _FENCED.finditer(text):
        pieces += [_LINK.sub(moved, text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*pieces, _LINK.sub(moved, text[end:])])
