"""What is known of a source and is needed to study it: `confounded report NAME` takes it from here.

``data/studies.toml`` says it in the words of the settings of a study, with the reason for each choice;
``data/studies/<source>.toml`` declares benchmarks of the source as a ``benchmarks.toml`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from confounded.errors import DatasetError

__all__ = ["Claim", "StudyEntry", "study_entries"]

ENTRIES: Final = "studies.toml"
FOLDER: Final = "studies"


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of a benchmark of a source, to be held against what is found.

    Parameters
    ----------
    benchmark : str
    says : str
        Who says what, a sentence without its full stop.
    verdict : str
        That which it comes to.
    """

    benchmark: str
    says: str
    verdict: Literal["entangled", "inverse", "separable"]


class StudyEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source is studied where the command line says nothing else.

    Parameters
    ----------
    source : str
        The id of the source.
    notes : tuple of str
        Why it is studied so, a sentence without its full stop each.
    files : tuple of str
        The files to read, below the folder of the source; all of it by default.
    suite, capabilities, missing, population, unknown_families_apart, lenient, directions, leave_out
        Settings of the study (`confounded.study.Settings`); those left out are as usual.
    claims : tuple of Claim
        What is said of its benchmarks.
    """

    source: str
    notes: tuple[str, ...]
    files: tuple[str, ...] = ()
    suite: tuple[str, ...] | None = None
    capabilities: str | None = None
    missing: Literal["leave-model-out", "leave-benchmark-out", "column-mean"] | None = None
    population: Literal["base", "chat", "mixed"] | None = None
    unknown_families_apart: bool = False
    lenient: bool = False
    directions: dict[str, Literal["higher", "lower"]] = {}
    leave_out: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()

    def benchmarks(self) -> Path | None:
        """Return the file that declares benchmarks of the source, or None where nothing is to be declared."""
        path = Path(str(resources.files("confounded.datasets") / "data" / FOLDER / f"{self.source}.toml"))
        return path if path.is_file() else None


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    study: tuple[StudyEntry, ...]


@cache
def study_entries() -> Mapping[str, StudyEntry]:
    """Return how sources are studied, by their ids.

    Raises
    ------
    DatasetError
        If the installation lacks the file that says it.
    """
    try:
        raw = (resources.files("confounded.datasets") / "data" / ENTRIES).read_bytes()
        entries = msgspec.toml.decode(raw, type=_Entries).study
    except (OSError, msgspec.MsgspecError) as problem:
        raise DatasetError(
            f"the file {ENTRIES}", found=str(problem), remedy="Install the package again."
        ) from problem
    return MappingProxyType({entry.source: entry for entry in entries})
