"""By which other choices a correlation is shown, as data, so that this program and the page's show the same.

A choice says where its figures stand: `source` is a path into a correlation, to one record or a list of them; `at`,
`low` and `high` are paths into such a record. Its name is `text`, or what stands in the fields `named`, joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confounded.report.figures.row_list import percent
from confounded.report.figures.rows import Mark
from confounded.report.figures.theme import ROLES
from confounded.report.words import NBSP, bounds, sentence, signed_percent
from confounded.study.result import Correlation

__all__ = ["OTHER_CHOICES", "Choice", "chosen"]

LOOK: Final[Mapping[str, str]] = {"stroke": ROLES["ink"][0], "fill": ROLES["paper"][0], "shape": "circle"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows of the robustness set.

    `without` names the field with what was left out to get the figure, and `kind` what it is: a family, a model or a
    benchmark.
    """

    source: str
    at: str
    low: str = ""
    high: str = ""
    text: str = ""
    named: tuple[str, ...] = ()
    without: str = ""
    kind: str = ""


def _range(source: str, text: str, kind: str) -> Choice:
    """Return the row of a range: the figure is that of the one whose absence moves the correlation most."""
    return Choice(
        f"robustness.{source}", "then", "lowest", "highest", text, without="moved_most_by", kind=kind
    )


OTHER_CHOICES: Final = (
    Choice("robustness.specifications", "value", named=("association", "composite")),
    _range("families", "one family left out", "family"),
    _range("models", "one model left out", "model"),
    _range("suite", "one capability benchmark left out", "benchmark"),
    Choice("without_itself", "rho", "interval.low", "interval.high", "score refitted without it and its kin"),
    Choice("against_score", "rho", "interval.low", "interval.high", "with the capabilities score"),
    Choice("compute", "rho", "interval.low", "interval.high", "with training compute"),
    Choice("imputed", "rho_without", "low_without", "high_without", "left out of the imputation"),
)


def chosen(one: Correlation, name_of: Callable[[str, str], str]) -> Iterator[tuple[str, Mark]]:
    """Yield the name and the mark of each row, from the top.

    Parameters
    ----------
    one : Correlation
    name_of : callable
        Returns the name of what has some id, given its kind and the id.
    """
    row = 0
    for choice in OTHER_CHOICES:
        held = _reached(one, choice.source)
        for found in held if isinstance(held, list) else [held]:
            at = _reached(found, choice.at)
            if at is None:
                continue
            low, high = (_reached(found, path) if path else None for path in (choice.low, choice.high))
            text = choice.text or sentence(", ".join(str(_reached(found, name)) for name in choice.named))
            without = (
                f" without {name_of(choice.kind, _reached(found, choice.without))}" if choice.without else ""
            )
            interval = f", {bounds(low, high)}{NBSP}%" if low is not None and high is not None else ""
            says = f"{sentence(text)}: {signed_percent(at)}{without}{interval}"
            yield text, Mark(row, 100 * at, percent(low), percent(high), LOOK, says)
            row += 1


def _reached(held: Any, path: str) -> Any:
    """Return what stands at a path; None where the way ends."""
    for step in path.split("."):
        held = None if held is None else getattr(held, step, None)
    return held
