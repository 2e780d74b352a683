"""Does intuition predict? What each side of the argument expects of an area, held against what is measured.

The catalogue records for each area what the arguments for and against working on it lead one to expect of a score on
which more is safer: that it rises with capability, falls, or is unrelated. Against the margin m, a prediction is
*borne out* where the pooled interval lies wholly where it says (above +m, below -m, inside ±m), *ruled out* where the
interval lies wholly elsewhere, and *open* where it reaches into both. Noise lowers every correlation, so an interval
inside ±m settles a prediction only where the area is separable by the criterion too, and leaves it open otherwise. Of
an area whose measures disagree (``mixed``) a mean says nothing, and so no prediction is settled. An area counts once
in each population.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from scipy.stats import binomtest

from confounded.catalog import areas
from confounded.study.result import AreaPrediction, AreaSummary, Intuition
from confounded.study.settings import Settings

__all__ = ["area_predictions", "intuition", "outcome"]

Side = Literal["advocates", "critics"]
SIDES: Final[tuple[Side, ...]] = ("advocates", "critics")
Outcome = Literal["borne out", "ruled out", "open", "mixed"]
MIXED: Final = "mixed"


def outcome(predicted: str, low: float | None, high: float | None, margin: float) -> Outcome:
    """Return what becomes of a prediction under an interval.

    Parameters
    ----------
    predicted : {'rises', 'falls', 'unrelated'}
    low, high : float or None
        Of the pooled correlation; None where there is no interval.
    margin : float

    Returns
    -------
    {'borne out', 'ruled out', 'open'}
    """
    if low is None or high is None:
        return "open"
    # Where the prediction says that the correlation lies, as an open interval.
    lowest, highest = {"rises": (margin, 1.0), "falls": (-1.0, -margin), "unrelated": (-margin, margin)}[
        predicted
    ]
    if lowest < low and high < highest:
        return "borne out"
    return "ruled out" if high <= lowest or low >= highest else "open"


def area_predictions(summaries: Sequence[AreaSummary], settings: Settings) -> list[AreaPrediction]:
    """Hold what each side expects of each area against its pooled interval.

    Returns
    -------
    list of AreaPrediction
        Of the areas with measures, of which the catalogue records what both sides expect.
    """
    found = []
    for one in summaries:
        area = areas().get(one.area)
        if area is None or area.advocates is None or area.critics is None or not one.members:
            continue
        sides: Mapping[Side, str] = {"advocates": area.advocates.predict, "critics": area.critics.predict}
        for side, predicted in sides.items():
            found.append(
                AreaPrediction(
                    population=one.population,
                    area=one.area,
                    side=side,
                    predicted=predicted,
                    outcome=_outcome(predicted, one, settings.margin),
                )
            )
    return found


def _outcome(predicted: str, one: AreaSummary, margin: float) -> Outcome:
    verdict = one.criterion.verdict if one.criterion else one.verdict
    if MIXED in (one.verdict, verdict):
        return MIXED
    if one.verdict == "separable" and verdict != "separable":
        return "open"
    return outcome(predicted, one.pooled.low, one.pooled.high, margin)


def intuition(predictions: Sequence[AreaPrediction], settings: Settings) -> list[Intuition]:
    """Count how often each side was right, in each population.

    The share is over the predictions that the data settle, with the interval of Clopper and Pearson (1934). It takes
    the areas to be independent, which they are not, since the same models stand behind all: it is no narrower than
    that, and is wide enough already.
    """
    counted = []
    for population in dict.fromkeys(one.population for one in predictions):
        for side in SIDES:
            own = [one.outcome for one in predictions if (one.population, one.side) == (population, side)]
            right, wrong = own.count("borne out"), own.count("ruled out")
            settled = right + wrong
            interval = (
                binomtest(right, settled).proportion_ci(settings.level, method="exact") if settled else None
            )
            counted.append(
                Intuition(
                    population=population,
                    side=side,
                    borne_out=right,
                    ruled_out=wrong,
                    open=own.count("open"),
                    mixed=own.count(MIXED),
                    share=right / settled if settled else None,
                    low=float(interval.low) if interval else None,
                    high=float(interval.high) if interval else None,
                )
            )
    return counted
