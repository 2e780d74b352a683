"""Publications that the catalogue leans on, each by a number that can be looked up."""

from __future__ import annotations

import re
from typing import Final

import msgspec

__all__ = ["Reference"]

NUMBERS: Final = {
    "arxiv": re.compile(r"\d{4}\.\d{4,5}"),
    "doi": re.compile(r"10\.\d{4,9}/\S+"),
    "repository": re.compile(r"[\w.-]+/[\w.-]+"),
}
"""How a number of each sort is written."""

CALLED: Final = {"arxiv": "arXiv", "doi": "doi", "repository": "repository"}


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A publication, by its arXiv number or, where it has none, its DOI; a program, by its repository.

    Parameters
    ----------
    authors : str
        The first author, with "et al." for more than two.
    year : int
        Of the first version.
    title : str
    arxiv, doi, repository : str or None
        One of the three; a repository is ``owner/name`` on GitHub.
    """

    authors: str
    year: int
    title: str
    arxiv: str | None = None
    doi: str | None = None
    repository: str | None = None

    def __post_init__(self) -> None:
        """Refuse a number that is none of its sort, and none or several numbers."""
        given = [name for name in NUMBERS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a reference {self.title!r} with {len(given)} of `{'`, `'.join(NUMBERS)}`")
        if not NUMBERS[given[0]].fullmatch(self.number):
            raise ValueError(f"a reference {self.title!r} with the number {self.number!r}")

    @property
    def number(self) -> str:
        """The number by which it is found, whatever its sort."""
        return self.arxiv or self.doi or self.repository or ""

    def __str__(self) -> str:
        """Return the reference as one line."""
        sort = next(name for name in NUMBERS if getattr(self, name) is not None)
        return f"{self.authors} {self.year}, {self.title}, {CALLED[sort]} {self.number}"
