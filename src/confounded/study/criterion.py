"""Is a research goal empirically separable from capability? The criterion, with its thresholds named.

A goal, that is an area of research, is *empirically separable* over a stated population when

1. its measures, pooled, are separable: the default interval of their mean correlation lies inside the margin, and none
   of them is entangled or inverse by itself, or turns round with capability (`study.areas.area_verdict`);
2. they stay so under the robustness set: the pooled correlation lies inside the margin also without each family, and
   with every other composite for capability and every other measure of association;
3. they are reliable enough that a low correlation is not noise: the pooled interval, each member divided by the root of
   its reliability, lies inside the margin too.

The reliabilities are held at those of all models here. A goal that meets the first and not the second is undecided, one
that meets both and not the third is unreliable, and so is one whose reliability is not known: that is no evidence
against it, but none for it either. Nothing is said of benchmarks that are not among the measures, of other models, or
of models to come.

Whatever the pooled verdict, an area is *mixed* where its measures contradict it: where one is entangled and another
inverse, where the pooled figure is separable and a measure is not, and where the pooled figure is entangled or inverse
and the interval of a measure excludes that. The mean of such measures stands for none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from confounded.stats.intervals import jackknife_intervals
from confounded.stats.pooling import pooling_weights
from confounded.study.known import number
from confounded.study.result import Correlation, Criterion, Pooled
from confounded.study.robustness import as_spearman

if TYPE_CHECKING:
    from confounded.study.areas import Stack
    from confounded.study.settings import Settings

__all__ = ["empirical_criterion"]

MOST_NAMED: Final = 5


def empirical_criterion(
    verdict: str, rule: str, members: Sequence[Correlation], together: Stack, settings: Settings
) -> Criterion:
    """Apply the criterion to an area in one population.

    Parameters
    ----------
    verdict, rule : str
        The verdict of the area by its pooled interval, and why.
    members : sequence of Correlation
        Its pooled measures, judged and with their robustness.
    together : Stack
        The same, resampled.
    settings : Settings
        Margin and level.

    Returns
    -------
    Criterion
    """
    points = dict(_pooled_otherwise(members, together))
    outside = [name for name, rho in points.items() if abs(rho) >= settings.margin]
    unknown = [one.benchmark for one in members if not _reliability(one)]
    reliable = None if unknown or not members else _without_error(members, together, settings)
    disagreeing = [one.benchmark for one in members if one.verdict in ("entangled", "inverse")]
    found = Criterion(
        verdict=verdict,
        rule=rule,
        n_specifications=len(points),
        lowest=min(points.values(), default=None),
        highest=max(points.values(), default=None),
        outside=outside,
        without_error=reliable,
        reliability_unknown=unknown,
        disagreeing=disagreeing if verdict == "mixed" else [],
    )
    contrary = _contrary(verdict, members, settings)
    if contrary:
        why = f"{rule}, but the intervals of {len(contrary)} of its {len(members)} measures exclude that"
        return msgspec.structs.replace(found, verdict="mixed", rule=why, disagreeing=contrary)
    if verdict != "separable":
        return found
    held, why = _held(found, settings)
    return msgspec.structs.replace(found, verdict=held, rule=why)


def _contrary(verdict: str, members: Sequence[Correlation], settings: Settings) -> list[str]:
    """Return the measures whose own interval excludes that the area is entangled, or inverse."""
    if verdict not in ("entangled", "inverse"):
        return []
    sign = 1.0 if verdict == "entangled" else -1.0
    found = []
    for one in members:
        if one.interval is None or one.interval.low is None or one.interval.high is None:
            continue
        nearest = max(sign * one.interval.low, sign * one.interval.high)
        if nearest < settings.margin:
            found.append(one.benchmark)
    return found


def _held(found: Criterion, settings: Settings) -> tuple[str, str]:
    """Return what is left of a separable verdict under the robustness set and without measurement error."""
    if found.outside:
        named = ", ".join(found.outside[:MOST_NAMED])
        more = f" and {len(found.outside) - MOST_NAMED} more" if len(found.outside) > MOST_NAMED else ""
        return "undecided", f"{found.rule}, but not {named}{more}"
    if found.reliability_unknown:
        n = len(found.reliability_unknown)
        return "unreliable", f"{found.rule}, but the reliability of {n} of its measures is not known"
    pooled = found.without_error
    if pooled is None or pooled.low is None or pooled.high is None:
        why = (pooled.reason if pooled else None) or "it cannot be computed"
        return "unreliable", f"{found.rule}, but without measurement error: {why}"
    if max(abs(pooled.low), abs(pooled.high)) >= settings.margin:
        return (
            "unreliable",
            f"{found.rule}, but without measurement error the pooled interval reaches beyond the margin",
        )
    return (
        "separable",
        f"{found.rule}, under all {found.n_specifications} other choices, and without measurement error",
    )


def _reliability(one: Correlation) -> float | None:
    """Return a reliability that may be divided by."""
    value = one.reliability.value if one.reliability and one.reliability.method else None
    return value if value is not None and value > 0 else None


def _pooled_otherwise(members: Sequence[Correlation], together: Stack) -> Iterator[tuple[str, float]]:
    """Yield the pooled correlation under every other choice that all measures have in common, and its name."""
    with np.errstate(divide="ignore", invalid="ignore"):
        for family, left in zip(together.families, np.arctanh(together.left_out), strict=True):
            mean = float(np.tanh(left.mean())) if left.size else float("nan")
            if not np.isnan(mean):
                yield f"without {family}", mean
    for name, values in _common(members).items():
        yield name, float(np.tanh(np.mean(np.arctanh(np.clip(values, -NEARLY, NEARLY)))))


NEARLY: Final = 1.0 - 1e-12
"""A correlation of exactly ±1 has no Fisher z; that of a specification is no more than a point to be averaged."""


def _common(members: Sequence[Correlation]) -> Mapping[str, list[float]]:
    """Return the correlations of all measures under each specification that every one of them has."""
    each = [
        {
            f"with {one.composite} and {one.association}": as_spearman(one.value, one.association)
            for one in member.robustness.specifications
            if one.value is not None
        }
        for member in members
        if member.robustness is not None
    ]
    if not each or len(each) < len(members):
        return {}
    return {name: [own[name] for own in each] for name in each[0] if all(name in own for own in each)}


def _without_error(members: Sequence[Correlation], together: Stack, settings: Settings) -> Pooled:
    """Pool the measures, each divided by the root of its reliability."""
    own = {one.benchmark: _reliability(one) or float("nan") for one in members}
    scale = 1.0 / np.sqrt(np.array([own[name] for name in together.benchmarks]))
    corrected = together.times(scale)
    drawn = corrected.rho if corrected.imputations is None else corrected.imputations.drawn
    if not together.benchmarks or (np.abs(corrected.rho) >= 1).any() or (np.abs(drawn) >= 1).any():
        return Pooled(
            rho=None,
            low=None,
            high=None,
            n_families=0,
            reason="a correlation without measurement error lies beyond ±1",
        )
    jackknife = corrected.jackknife(pooling_weights(np.ones((1, len(together.benchmarks)), dtype=np.bool_)))
    interval = jackknife_intervals(jackknife, settings.level)
    return Pooled(
        rho=number(np.tanh(jackknife.z[0])),
        low=number(interval.low[0]),
        high=number(interval.high[0]),
        n_families=int(jackknife.n_families[0]),
        reason=interval.reasons[0],
    )
