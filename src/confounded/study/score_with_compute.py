"""How the capabilities score goes with training compute."""

from __future__ import annotations

import numpy as np

from confounded.engine import ALL_CORES, Engine
from confounded.stats.grouping import MOST_GROUPS
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.correlations import correlation
from confounded.study.population import Population
from confounded.study.result import ScoreWithCompute
from confounded.study.settings import Settings
from confounded.study.uncertainty import Target, family_groups, resample

__all__ = ["score_with_compute"]


def score_with_compute(
    population: Population, score: CapabilitiesScore, settings: Settings, *, engine: Engine = ALL_CORES
) -> ScoreWithCompute | None:
    """Correlate the capabilities score with training compute, the score refitted without each family.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    settings : Settings
    engine : Engine, optional

    Returns
    -------
    ScoreWithCompute or None
        None where compute is known of no model, or itself stands for capability.
    """
    compute = np.array([np.nan if m.training_flop is None else m.training_flop for m in population.models])
    if score.source.kind == "compute" or np.isnan(compute).all():
        return None
    measured = correlation(compute, score.of_population(population))
    low, high, reason = None, None, measured.reason
    if measured.rho is not None and score.holes is not None:
        reason = "no interval: the suite was imputed, and compute takes no part in that"
    elif measured.rho is not None:
        families = population.matrix.families
        found = resample(
            score.columns,
            [Target(compute[score.rows], None if score.columns is not None else score.scores)],
            [families[row] for row in score.rows],
            settings,
            groups=family_groups(families, settings.seed, MOST_GROUPS),
            bootstrap=False,
            engine=engine,
        )
        interval = found.intervals[0][0]
        low, high, reason = interval.low, interval.high, interval.reason
    return ScoreWithCompute(
        rho=measured.rho,
        low=low,
        high=high,
        level=settings.level,
        n_models=measured.n_models,
        n_families=len({population.matrix.families[row] for row in np.flatnonzero(measured.both)}),
        reason=reason,
    )
