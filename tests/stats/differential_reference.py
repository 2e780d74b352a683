"""Differential progress from its definitions, with loops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confounded.stats.differential import Pairs

FloatArray = NDArray[np.float64]
FIELDS = (
    "change",
    "score_change",
    "predicted",
    "difference",
    "prediction_variance",
    "scatter_variance",
    "error_variance",
    "low",
    "high",
    "p",
)


def component(X: FloatArray, towards: FloatArray | None = None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First eigenvector of the Spearman matrix, means and standard deviations, one cell at a time."""
    ranks = np.column_stack([stats.rankdata(column) for column in X.T])
    vector = np.linalg.eigh(np.corrcoef(ranks.T))[1][:, -1]
    sign = np.sign(vector[np.abs(vector).argmax()] if towards is None else vector @ towards)
    return vector * sign, X.mean(axis=0), X.std(axis=0)


def slope_of(x: FloatArray, y: FloatArray, family: NDArray[np.int64], kind: str) -> float:
    """Least squares with an intercept for all, or one for each family."""
    groups = np.zeros_like(family) if kind == "pooled" else family
    design = np.column_stack([x, *(groups == one for one in np.unique(groups))])
    return float(np.linalg.lstsq(design, y, rcond=None)[0][0])


def plainly(
    X: FloatArray,
    y: FloatArray,
    family: NDArray[np.int64],
    pairs: Pairs,
    kind: str,
    VX: FloatArray | None = None,
    vy: FloatArray | None = None,
    level: float = 0.95,
) -> dict[str, list[float]]:
    """All of it with loops, from the definitions."""
    w, _, sd = component(X)
    known = ~np.isnan(y)

    def fitted(rows: NDArray[np.bool_]) -> tuple[float, FloatArray, FloatArray]:
        v, centre, scale = component(X[rows], w)
        x = ((X[rows] - centre) / scale) @ v
        has = known[rows]
        return slope_of(x[has], y[rows][has], family[rows][has], kind), v, scale

    b, _, _ = fitted(np.ones(len(y), bool))
    moved, change = pairs.suite_after - pairs.suite_before, pairs.safety_after - pairs.safety_before
    usable = [p for p in range(len(change)) if np.isfinite(moved[p]).all() and np.isfinite(change[p])]
    families = np.unique(family[known])
    without = [fitted(family != one) for one in families]
    x = ((X - X.mean(axis=0)) / sd) @ w
    r = y - b * x
    inside = {one: r[known & (family == one)] for one in families}
    many = [one for one in families if inside[one].size > 1]
    n_within = int(known.sum()) - len(families) - (kind == "within")
    s2 = sum(((v - v.mean()) ** 2).sum() for v in inside.values()) / n_within
    t2 = ((r[known] - r[known].mean()) ** 2).sum() / (known.sum() - 2)
    df_slope = (len(families) if kind == "pooled" else len(many)) - 1

    def removed(p: int) -> float:
        """Errors of the reference that stand in the scatter of a pair and are replaced by its own."""
        total = 0.0
        columns = [(pairs.safety_variance[p], vy, 1.0)]
        columns += [
            (pairs.suite_variance[p, c], None if VX is None else VX[:, c], (b * w[c] / sd[c]) ** 2)
            for c in range(X.shape[1])
        ]
        for own, there, squared in columns:
            if np.isnan(own) or there is None:
                continue
            share = 0.0
            for i in np.flatnonzero(known):
                n_f = inside[family[i]].size
                share += there[i] * ((1 - 1 / n_f) / n_within if pairs.siblings[p] else 1 / (known.sum() - 2))
            total += 2 * share * squared
        return total

    found: dict[str, list[float]] = {name: [] for name in FIELDS}
    for row in [*([p] for p in range(len(change))), usable]:
        chosen = [p for p in row if p in usable]
        if not chosen:
            for name in FIELDS:
                found[name].append(np.nan)
            continue
        n = len(chosen)
        predicted = sum(b * sum(w * moved[p] / sd) for p in chosen) / n
        replicates = [sum(bf * sum(v * moved[p] / scale) for p in chosen) / n for bf, v, scale in without]
        F = len(replicates)
        jackknife = (F - 1) / F * sum((one - np.mean(replicates)) ** 2 for one in replicates)
        raw = {p: 2 * (s2 if pairs.siblings[p] else t2) for p in chosen}
        scatter, estimated, error = 0.0, 0.0, 0.0
        for group in {int(pairs.groups[p]) for p in chosen}:
            own = [p for p in chosen if pairs.groups[p] == group]
            scatter += (sum(np.sqrt(max(raw[p] - removed(p), 0.0)) for p in own) / n) ** 2
            estimated += (sum(np.sqrt(raw[p]) for p in own) / n) ** 2
        for shared in {int(pairs.rows[p]) for p in chosen}:
            own = [p for p in chosen if pairs.rows[p] == shared]
            squares = [
                np.nan_to_num(pairs.safety_variance[p])
                + np.nansum((b * w / sd) ** 2 * pairs.suite_variance[p])
                for p in own
            ]
            error += (sum(np.sqrt(square) for square in squares) / n) ** 2
        total = jackknife + scatter + error
        df_scatter = min((len(many) if pairs.siblings[p] else len(families)) - 1 for p in chosen)
        df = total**2 / (jackknife**2 / df_slope + estimated**2 / df_scatter)
        changed = sum(change[p] for p in chosen) / n
        D = changed - predicted
        half = stats.t.ppf((1 + level) / 2, df) * np.sqrt(total)
        values = (
            changed,
            sum(sum(w * moved[p] / sd) for p in chosen) / n,
            predicted,
            D,
            jackknife,
            scatter,
            error,
            D - half,
            D + half,
            2 * stats.t.sf(abs(D) / np.sqrt(total), df),
        )
        for name, value in zip(FIELDS, values, strict=True):
            found[name].append(float(value))
    return found
