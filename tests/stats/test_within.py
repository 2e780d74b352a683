"""Each family with siblings is left out once of the correlation within, the score made anew without it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.strata import group_correlations
from confounded.stats.within import within_jackknife

FAMILIES = [f"family {number}" for number in (0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6)]
N = len(FAMILIES)


def draw(seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    ability = random.normal(size=N)
    return ability, ability + random.normal(size=N)


def test_it_is_the_jackknife_written_out_over_families_with_siblings() -> None:
    scores, values = draw()
    values[0] = np.nan
    whole, found = within_jackknife(values, FAMILIES, lambda kept: np.where(kept, scores, np.nan))
    assert whole == group_correlations(scores, values, FAMILIES)
    each = []
    for family in sorted(set(FAMILIES))[:5]:
        rows = [i for i in range(N) if FAMILIES[i] != family]
        own = group_correlations(scores[rows], values[rows], [FAMILIES[i] for i in rows])
        each.append(np.arctanh(own.within))
    assert found.n_families[0] == 5
    assert found.z[0] == pytest.approx(np.arctanh(whole.within))
    assert found.standard_error[0] == pytest.approx(np.sqrt(4 / 5 * np.sum((each - np.mean(each)) ** 2)))


def test_the_score_is_made_anew_without_each_family() -> None:
    scores, values = draw()
    asked: list[int] = []

    def score(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        asked.append(int(kept.sum()))
        return np.where(kept, scores, np.nan)

    within_jackknife(values, FAMILIES, score)
    assert asked == [14, 11, 12, 11, 12, 12]


def test_a_score_that_cannot_be_had_without_a_family_leaves_no_interval() -> None:
    scores, values = draw()
    _, found = within_jackknife(values, FAMILIES, lambda kept: None if not kept[8] else scores)
    assert np.isnan(found.standard_error[0])
    assert found.reasons == ("1 of 5 jackknife replicates are degenerate",)


def test_without_any_score_nothing_is_found() -> None:
    with pytest.raises(StatisticsError, match="scores of all models"):
        within_jackknife(draw()[1], FAMILIES, lambda _: None)
