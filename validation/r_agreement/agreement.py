"""Compute with PyMARE and statsmodels what `confounded.stats` computes, and pin the figures.

Run in this folder, where PyMARE and statsmodels are installed: ``python agreement.py``. It reads ``inputs.csv`` and
writes ``figures_python.csv``. Nothing of the project is used.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from pymare.estimators import VarianceBasedLikelihoodEstimator
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).parent


def read_inputs() -> dict[str, dict[str, list[float]]]:
    """Return the inputs by case and name."""
    inputs: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (HERE / "inputs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            inputs[row["case"]][row["name"]].append(float("nan" if row["value"] == "NA" else row["value"]))
    return inputs


def main() -> None:
    """Write all figures."""
    rows: list[tuple[str, str, str, int, float]] = []

    def pin(case: str, made_with: str, name: str, values: object) -> None:
        for position, value in enumerate(np.ravel(values)):
            rows.append((case, made_with, name, position, float(value)))

    inputs = read_inputs()
    for case, given in inputs.items():
        if not case.startswith("random effects"):
            continue
        y, v = np.array(given["effects"])[:, None], np.array(given["variances"])[:, None]
        fit = VarianceBasedLikelihoodEstimator(method="REML").fit(y=y, v=v, X=np.ones_like(y))
        pin(case, "PyMARE", "tau2", fit.params_["tau2"])
        pin(case, "PyMARE", "estimate", fit.params_["fe_params"])
    p = np.array(inputs["multiplicity"]["p"])
    for name, method in (("bh", "fdr_bh"), ("by", "fdr_by")):
        adjusted = np.full(p.shape, np.nan)
        adjusted[~np.isnan(p)] = multipletests(p[~np.isnan(p)], method=method)[1]
        pin("multiplicity", "statsmodels", name, adjusted)
    # One line with robust errors: what the two-lines test fits on either side of its break.
    x, y = np.array(inputs["jackknife"]["score"]), np.array(inputs["jackknife"]["first"])
    line = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3", use_t=True)
    pin("line", "statsmodels", "slope", line.params[1])
    pin("line", "statsmodels", "t", line.tvalues[1])
    pin("line", "statsmodels", "p", line.pvalues[1])
    with (HERE / "figures_python.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "made_with", "name", "position", "value"])
        writer.writerows((*row[:4], "NA" if np.isnan(row[4]) else repr(row[4])) for row in rows)


if __name__ == "__main__":
    main()
