"""What a comparison says in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from confounded.stats.frozen_line import Slope
from confounded.study.comparison_result import BenchmarkComparison, Difference, ModelComparison
from confounded.study.result import BenchmarkFacts

__all__ = ["answer_sentence", "assumptions", "number_in", "slope_words"]

FEW_FAMILIES: Final = 6
"""With fewer sibling families Student's t has fewer than five degrees of freedom."""


def number_in(value: float, unit: str | None, *, signed: bool = False) -> str:
    """Return a number of a benchmark's unit with as many digits as say something."""
    digits = {"fraction": 3, "percent": 1}.get(unit or "", 2 if abs(value) >= 10 else 3)
    text = f"{abs(value):.{digits}f}"
    # No minus before what is shown as nothing.
    is_negative = value < 0 and any(digit in text for digit in "123456789")
    return ("−" if is_negative else "+" if signed else "") + text


def slope_words(kind: Slope) -> str:
    """Return what a slope is taken from."""
    return "within families" if kind == "within" else "over all models"


def answer_sentence(
    fact: BenchmarkFacts, found: Difference, models: Sequence[ModelComparison], n_groups: int
) -> str:
    """Return what is found on a benchmark, of all models together or of the only one, in one sentence."""
    compared = [one for one in models if one.found is not None]
    if len(compared) == 1:
        (one,) = compared
        who = one.after if one.before == one.after else f"{one.after}, once {one.before},"
        whose = "its"
        scores = f" ({_safety(one.safety_before, fact)} to {_safety(one.safety_after, fact)})"
    else:
        families = f" of {n_groups} families" if n_groups > 1 else " of one family"
        who = f"the {len(compared)} models{families if all(one.siblings for one in compared) else ''}"
        whose, scores = "their", " on average"
    siblings = all(one.siblings for one in compared)
    predicted = number_in(found.predicted, fact.unit, signed=True)
    return (
        f"{fact.benchmark}: {found.answer}. {_capital(who)} {_changed(found.change, fact.unit)}{scores}; the "
        f"change in {whose} capability predicts {predicted}, and the rest, {_rest(found, fact.unit)}, "
        f"{_meaning(found, siblings)}."
    )


def _capital(text: str) -> str:
    """Return a sentence's beginning; a name keeps its own spelling."""
    return text.replace("the ", "The ", 1) if text.startswith("the ") else text


def _safety(value: float | None, fact: BenchmarkFacts) -> str:
    """Return a safety score as the tables have it, and not turned round."""
    if value is None:
        return "not known"
    return number_in(-value if fact.direction == "lower" else value, fact.unit)


def _changed(change: float, unit: str | None) -> str:
    if change == 0:
        return "did not change in safety"
    return f"became {'safer' if change > 0 else 'less safe'} by {number_in(abs(change), unit)}"


def _rest(found: Difference, unit: str | None) -> str:
    said = number_in(found.difference, unit, signed=True)
    if found.low is None or found.high is None:
        return said
    return f"{said} [{number_in(found.low, unit, signed=True)}, {number_in(found.high, unit, signed=True)}]"


def _meaning(found: Difference, siblings: bool) -> str:
    others = "siblings" if siblings else "models of different families"
    if found.reason is not None:
        return f"cannot be judged: {found.reason}"
    if found.answer == "more":
        return f"is more than {others} differ by without any work on safety"
    if found.answer == "less":
        return f"is further down than {others} differ by"
    return f"may be no more than {others} differ by without any work on safety"


def assumptions(found: Sequence[BenchmarkComparison], level: float) -> list[str]:
    """Return what is taken to hold, a sentence each."""
    kinds = {one.line.kind for one in found}
    n_models = max(one.n_compared for one in found)
    told = [
        f"b comes from differences between {whom}, not from training one model on: that a model which changes moves "
        "along the same line is an assumption."
        for kind, whom in (("within", "models of one family"), ("pooled", "all models of the reference"))
        if kind in kinds
    ]
    told.append(
        "The scatter is that of siblings in the reference: how a change without any work on safety strays from the "
        "line is taken to be the same for the compared models."
    )
    if not all(model.siblings for one in found for model in one.models):
        told.append(
            "Where a model became one of another family, the scatter is that between models of any two families."
        )
    if n_models > 1:
        told.append(
            "Taken together, models weigh equally; the scatter of models of the same family counts as one and the "
            "same, that of different families as independent."
        )
    told.append(
        "Errors of scores before and after are taken to be independent. On the same items they go together as a "
        "rule, and then the intervals are rather too wide."
    )
    if any(one.line.n_sibling_families < FEW_FAMILIES for one in found):
        told.append(
            f"Fewer than {FEW_FAMILIES} families of the reference have siblings: what is not known of the slope and "
            "the scatter is itself not well known."
        )
    if n_models > 1 or len(found) > 1:
        told.append(
            f"Each answer stands for itself: of many models and benchmarks without any work on safety, up to "
            f"{100 * (1 - level):.3g} % are told apart by chance."
        )
    return told
