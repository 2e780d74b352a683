"""A check as LaTeX: a row of a table for each benchmark, and the paragraph of methods."""

from __future__ import annotations

import re

from confounded.report.cards.content import Card, cards, number, span
from confounded.report.cards.methods import methods
from confounded.report.plain import latex
from confounded.study.check_result import CheckResult

__all__ = ["latex_methods", "latex_table"]

HEAD = r"""% Needs \usepackage{booktabs}. Take the rows alone where the table is your own.
\begin{tabular}{llrrrrl}
\toprule
Benchmark & Population & Models & Families & $\rho$ & %LEVEL interval & Verdict \\
\midrule
"""
FOOT = r"""\bottomrule
\end{tabular}
"""

_CITATION = re.compile(r" ?\[@([\w-]+)\]")


def latex_table(result: CheckResult) -> str:
    """Return a table (booktabs) with a row for each card."""
    level = f"{100 * result.study.provenance.settings.level:g}\\,\\%"
    return HEAD.replace("%LEVEL", level) + "".join(map(_row, cards(result))) + FOOT


def latex_methods(result: CheckResult) -> str:
    """Return the paragraphs of methods."""
    paragraphs = []
    for card in cards(result):
        # The keys are ours; all else is set as it stands.
        parts = _CITATION.split(methods(result, card))
        texts = [latex(part) if place % 2 == 0 else f"~\\citep{{{part}}}" for place, part in enumerate(parts)]
        paragraphs.append("".join(texts))
    return "% Needs \\usepackage{natbib} and references.bib.\n" + "\n\n".join(paragraphs) + "\n"


def _row(card: Card) -> str:
    one = card.correlation
    interval = span(one.interval.low, one.interval.high) if one.interval else ""
    cells = [
        latex(card.name),
        latex(card.population),
        str(one.n_models),
        str(one.n_families),
        "--" if one.rho is None else f"${number(one.rho).replace(chr(0x2212), '-')}$",
        f"${interval.replace(chr(0x2212), '-')}$" if interval else "--",
        latex(card.verdict),
    ]
    return " & ".join(cells) + r" \\" + "\n"
