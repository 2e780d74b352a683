"""A source that is named and not given as a path: where it is, how it is studied, and what is said of that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.datasets.sources import Source, source_path, sources
from confounded.datasets.studies import StudyEntry, study_entries
from confounded.errors import UsageError
from confounded.study.known import signed
from confounded.study.result import Notice, StudyResult
from confounded.study.settings import Settings

__all__ = ["NamedSource", "find_named", "given_settings"]

MERGED: Final = ("directions", "leave_out")
"""Settings of which what is given is joined with what is declared, and does not replace it."""

EITHER: Final = ("suite", "capabilities")
"""Settings of which only one may be said: giving one puts the other aside."""


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source that was asked for by its id.

    Parameters
    ----------
    source : Source
    paths : tuple of Path
        What to read; nothing where it is the scores that ship.
    entry : StudyEntry or None
        How it is studied, where that is declared.
    """

    source: Source
    paths: tuple[Path, ...]
    entry: StudyEntry | None

    def settings(self, given: Settings, chosen: Collection[str]) -> Settings:
        """Return the settings with what is declared of the source, which gives way to what was chosen.

        Parameters
        ----------
        given : Settings
        chosen : collection of str
            The names of the settings that were asked for.
        """
        if self.entry is None:
            return given
        declared = _declared(self.entry)
        aside = self._aside(given, chosen)
        changed: dict[str, Any] = {name: value for name, value in declared.items() if name not in aside}
        if "directions" in changed:
            changed["directions"] = changed["directions"] | given.directions
        if "leave_out" in changed:
            needed = {*(given.suite or ()), given.capabilities}
            own = [name for name in changed["leave_out"] if name not in needed]
            changed["leave_out"] = tuple(dict.fromkeys([*own, *given.leave_out]))
        return msgspec.structs.replace(given, **changed)

    def _aside(self, given: Settings, chosen: Collection[str]) -> set[str]:
        """Return which of the declared settings give way to what was chosen."""
        declared = _declared(self.entry) if self.entry else {}
        aside = {name for name in declared if name in chosen and name not in MERGED}
        if any(name in chosen for name in EITHER):
            aside |= set(EITHER)
        elif "missing" in chosen and given.missing == "impute":
            # Holes are those of a suite: a score held fixed has none, and nothing would be imputed.
            aside.add("capabilities")
        return aside & set(declared)

    def notices(self, given: Settings, chosen: Collection[str]) -> list[Notice]:
        """Return what is to be said of the way the source is studied."""
        if self.entry is None:
            return []
        said = "; ".join(_in_words(self.entry))
        notes = " ".join(f"{note[0].upper()}{note[1:]}." for note in self.entry.notes)
        aside = self._aside(given, chosen) | set(MERGED) & set(chosen)
        instead = [name.replace("_", "-") for name in _declared(self.entry) if name in aside]
        told = f" Asked for otherwise, and so done: {', '.join(instead)}." if instead else ""
        return [
            Notice(
                what=f"{self.source.title} was studied as declared for it: {said}. {notes}{told}",
                remedy="Options of the command line go before each of these choices.",
            )
        ]


def find_named(asked: Sequence[Path], mirror: Path | None) -> tuple[NamedSource | None, list[Notice]]:
    """Return the source that is meant by a name, and what is to be said of its being one.

    Parameters
    ----------
    asked : sequence of Path
        What stands on the command line: paths, or the id of one source.
    mirror : Path, optional
        Where sources are; by default those fetched into the cache.

    Returns
    -------
    named : NamedSource or None
        None where paths are meant. A file or folder that exists goes before a source of that name.
    notices : list of Notice

    Raises
    ------
    UsageError
        If a source is named beside something else, or a mirror without the name of a source.
    DatasetError
        If the source is not there, or not as it was released.
    """
    ids = [str(path) for path in asked if str(path) in sources()]
    named = [id for id in ids if not Path(id).exists()]
    if not named:
        if mirror is not None:
            raise UsageError(
                f"--mirror together with the name of a source: {', '.join(sources())}",
                found=", ".join(map(str, asked)) or "no SOURCE",
                remedy="A file or folder of that name goes first; rename it, or work in another folder."
                if ids
                else "",
            )
        return None, [
            Notice(
                what=f"{id} is read as the file or folder of that name that is here, not as the source.",
                remedy=f"For the source, work in a folder without a {id}.",
            )
            for id in ids
        ]
    if len(asked) > 1:
        raise UsageError("one source by its name, or paths", found=", ".join(map(str, asked)))
    source = sources()[named[0]]
    entry = study_entries().get(source.id)
    if source.ships:
        return NamedSource(source, (), entry), []
    folder = source_path(source.id, mirror)
    files = entry.files if entry else ()
    return NamedSource(source, tuple(folder / file for file in files) or (folder,), entry), []


def given_settings(settings: Settings) -> frozenset[str]:
    """Return the names of the settings that are not as usual: those that somebody asked for."""
    usual = Settings()
    return frozenset(
        name for name in Settings.__struct_fields__ if getattr(settings, name) != getattr(usual, name)
    )


def claim_notices(entry: StudyEntry | None, result: StudyResult) -> list[Notice]:
    """Hold what is said of benchmarks of a source against what was found."""
    notices = []
    for claim in entry.claims if entry else ():
        for one in result.correlations:
            if one.benchmark != claim.benchmark or one.rho is None or one.interval is None:
                continue
            if one.interval.low is None or one.interval.high is None:
                continue
            found = f"ρ = {signed(one.rho)} [{signed(one.interval.low)}, {signed(one.interval.high)}]"
            answer = "so it does here" if one.verdict == claim.verdict else "that is not shown here"
            notices.append(
                Notice(
                    what=f"{claim.says}: {answer}. The correlation of {one.benchmark} with {one.correlated_with} is "
                    f"{found} over {one.n_models} {one.population} models of {one.n_families} families ({one.verdict})."
                )
            )
    return notices


def _declared(entry: StudyEntry) -> dict[str, Any]:
    """Return the settings that an entry says something of."""
    usual = {field.name: field.default for field in msgspec.structs.fields(StudyEntry)}
    return {
        name: value
        for name in StudyEntry.__struct_fields__
        if name not in ("source", "notes", "files", "claims")
        and (value := getattr(entry, name)) != usual[name]
        and value not in ({}, ())
    }


def _in_words(entry: StudyEntry) -> Iterator[str]:
    """Yield each choice as the option that would make it."""
    for name, value in _declared(entry).items():
        option = "--" + name.replace("_", "-")
        if name == "directions":
            yield ", ".join(f"--direction {benchmark}={way}" for benchmark, way in value.items())
        elif value is True:
            yield option
        else:
            yield f"{option} {','.join(value) if isinstance(value, tuple) else value}"
    if entry.files:
        yield f"of its files {', '.join(entry.files)}"
    if entry.benchmarks() is not None:
        yield "some benchmarks as declared for it"
