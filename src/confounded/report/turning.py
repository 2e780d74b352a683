"""Where a correlation turns round in a part of the models: a reader must know of it before any of them is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from confounded.report.figures.population_split import is_counted, split_key, turning_splits
from confounded.report.figures.strata import split_title, who
from confounded.report.figures.theme import FamilyMark
from confounded.report.index import Entry, Index
from confounded.study.strata_result import BenchmarkStrata, Opposition, Reversal, StratumCorrelation

__all__ = ["Turning", "turnings"]


@dataclass(frozen=True, slots=True)
class Turning:
    """A benchmark whose correlation turns round, or is cancelled out, in the parts of one set of models.

    Parameters
    ----------
    entry : Entry
    found : BenchmarkStrata
        The set of models in which that is surest.
    who : str
        These models, in words.
    split : str
        By what they are parted, in words.
    parts : tuple of StratumCorrelation
        The part of the other sign; or, where the parts cancel out, one of each sign.
    turns : bool
        Whether the correlation over all is established too, on the other side of 0.
    reading, because : str
        What the sign is read as, and what this follows from.
    """

    entry: Entry
    found: BenchmarkStrata = field(repr=False)
    who: str
    split: str
    parts: tuple[StratumCorrelation, ...] = field(repr=False)
    turns: bool
    reading: str
    because: str

    @property
    def key(self) -> Sequence[tuple[FamilyMark, str]]:
        """The parts that the picture draws, each with its mark and its correlation in words."""
        return split_key(self.found, turning_splits(self.found)[0])

    @property
    def is_counted(self) -> bool:
        """Whether there are so many models that the picture counts them in cells."""
        return is_counted(self.found)


def turnings(index: Index) -> list[Turning]:
    """Return each benchmark with such an alarm once, where it is surest; reversals before cancelled parts."""
    entries: Mapping[str, Entry] = {entry.facts.benchmark: entry for entry in index.entries()}
    told: dict[str, Turning] = {}
    for found in sorted((one for one in index.result.strata if _alarms(one)), key=_sureness):
        if found.benchmark in entries and found.benchmark not in told:
            told[found.benchmark] = _turning(entries[found.benchmark], found, index)
    return list(told.values())


def _alarms(found: BenchmarkStrata) -> list[Reversal | Opposition]:
    """Return the alarms, the surest first, as the picture takes them."""
    both: list[Reversal | Opposition] = [*found.reversals, *found.oppositions]
    first = turning_splits(found)
    return sorted((one for one in both if one.by == first[0]), key=_p) if both else []


def _p(alarm: Reversal | Opposition) -> float:
    return alarm.reversal_holm if isinstance(alarm, Reversal) else alarm.p_holm


def _sureness(found: BenchmarkStrata) -> tuple[bool, float, int]:
    alarm = _alarms(found)[0]
    return isinstance(alarm, Opposition), _p(alarm), -found.overall.n_models


def _turning(entry: Entry, found: BenchmarkStrata, index: Index) -> Turning:
    alarm = _alarms(found)[0]
    split = next(one for one in found.splits if one.by == alarm.by)
    strata = {one.stratum: one for one in split.strata}
    turns = isinstance(alarm, Reversal)
    names = (alarm.stratum,) if isinstance(alarm, Reversal) else (alarm.rising, alarm.falling)
    return Turning(
        entry=entry,
        found=found,
        who=who(found.population),
        split=split_title(alarm.by, index),
        parts=tuple(strata[name] for name in names),
        turns=turns,
        reading=alarm.reading,
        because=alarm.because,
    )
