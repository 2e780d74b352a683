"""Measure the report page: its size, the time until it answers, and the time of a filter, in a headless Chromium.

    python benchmarks/report_page.py [--chromium PATH] [RESULT.json]

Without a result a study is made up: 7,000 models of 400 families on 100 benchmarks.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from confounded.report.contents import contents
from confounded.study.result import (
    AdjustedScores,
    BenchmarkFacts,
    CapabilitiesSource,
    Correlation,
    FittedCurve,
    Interval,
    ModelResult,
    PointCounts,
    PopulationResult,
    PopulationSummary,
    Provenance,
    RankIntervals,
    StudyResult,
    VerdictCounts,
    WithoutFamily,
    read_result,
)
from confounded.study.settings import Settings

MODELS, FAMILIES, BENCHMARKS = 7000, 400, 100
REPEATS = 5


def made_up(models: int = MODELS, families: int = FAMILIES, benchmarks: int = BENCHMARKS) -> StudyResult:
    """Return a study of the given size; its numbers are random and mean nothing."""
    random = np.random.default_rng(0)
    ability = random.normal(size=models)
    names = [f"organisation-{place % families}/model-{place}-instruct" for place in range(models)]
    ids = [f"benchmark_{place}" for place in range(benchmarks)]
    columns = {name: (ability * random.uniform(-1, 1) + random.normal(size=models)).tolist() for name in ids}
    return StudyResult(
        provenance=Provenance(
            program="confounded", program_version="0", sources=[], settings=Settings(), shipped_scores=False
        ),
        populations=[
            PopulationResult(
                population="mixed",
                models=[
                    ModelResult(
                        model=name,
                        name=name,
                        family=f"family {place % families}",
                        organisation=None,
                        parameters=7e9,
                        training_flop=None,
                        capabilities_score=float(ability[place]),
                        score_low=float(ability[place] - 1),
                        score_high=float(ability[place] + 1),
                    )
                    for place, name in enumerate(names)
                ],
                n_models=models,
                n_families=families,
                left_out=[],
                capabilities=CapabilitiesSource(
                    kind="column", id="made", title="a made score", made_from="nothing"
                ),
                suite=[],
                eigenvalues=[],
                explained_share=None,
                capability_correlations=None,
                scores=columns,
            )
        ],
        benchmarks=[
            BenchmarkFacts(
                benchmark=name,
                name=name,
                area=None,
                kind=None,
                metric="accuracy",
                direction="higher",
                correlated_with="capabilities score",
            )
            for name in ids
        ],
        areas=[],
        correlations=[_correlation(name, columns[name], ability, families) for name in ids],
        population_summaries=[
            PopulationSummary(
                population="mixed",
                n_benchmarks=benchmarks,
                points=PointCounts(above=0, below=0, within=benchmarks),
                verdicts=VerdictCounts(undecided=benchmarks),
                declared=[],
                verdicts_bh=VerdictCounts(),
                verdicts_by=VerdictCounts(),
                complete_against_score=VerdictCounts(),
                verdicts_effective=VerdictCounts(),
                complete_against_score_effective=VerdictCounts(),
                power=[],
            )
        ],
        area_summaries=[],
        kind_summaries=[],
        kind_contrasts=[],
        notices=[],
    )


def _correlation(name: str, scores: list[float], ability: np.ndarray, families: int) -> Correlation:
    rho = float(np.corrcoef(scores, ability)[0, 1])
    residual = np.asarray(scores) - rho * ability
    places = np.linspace(ability.min(), ability.max(), 13)
    return Correlation(
        population="mixed",
        benchmark=name,
        correlated_with="capabilities score",
        rho=rho,
        n_models=len(scores),
        n_families=families,
        effective_families=float(families),
        in_suite=False,
        rule="made up",
        interval=Interval(
            method="family jackknife t", level=0.95, low=max(-1, rho - 0.2), high=min(1, rho + 0.2)
        ),
        without_family=[
            WithoutFamily(family=f"family {place}", rho=rho, verdict="undecided") for place in range(families)
        ],
        curve=FittedCurve(
            x=places.tolist(),
            y=(rho * places).tolist(),
            low=(rho * places - 0.1).tolist(),
            high=(rho * places + 0.1).tolist(),
            is_straight=True,
        ),
        adjusted=AdjustedScores(
            against="capabilities score",
            predicted=(rho * ability).tolist(),
            residual=residual.tolist(),
            low=(rho * ability - 2).tolist(),
            high=(rho * ability + 2).tolist(),
        ),
        ranks=RankIntervals(best=[], worst=[], reason="no standard errors"),
    )


def main() -> None:
    """Write the page, open it, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", nargs="?", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    chosen = parser.parse_args()
    study = read_result(chosen.result) if chosen.result else made_up()
    began = time.perf_counter()
    page = contents(study)["report.html"]
    print(f"page: {len(page) / 1e6:.2f} MB, written in {time.perf_counter() - began:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "report.html"
        place.write_bytes(page)
        _measure(place, chosen.chromium)


def _measure(place: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        ready, filters = [], []
        for _ in range(REPEATS):
            page = browser.new_page()
            began = time.perf_counter()
            page.goto(place.as_uri())
            page.locator("html[data-ready]").wait_for(state="attached")
            ready.append(time.perf_counter() - began)
            for view, text in (("benchmarks", "benchmark_4"), ("models", "model-69")):
                page.evaluate(f"location.hash = '{view}'")
                page.locator("#q").wait_for()
                filters.append(
                    page.evaluate(
                        """text => { const box = document.getElementById('q'); box.focus(); box.value = text;
                        const began = performance.now(); box.dispatchEvent(new Event('input', {bubbles: true}));
                        document.body.offsetHeight; return performance.now() - began; }""",
                        text,
                    )
                )
            page.close()
        browser.close()
    print(f"ready: median {statistics.median(ready):.2f} s, longest {max(ready):.2f} s")
    print(f"filter: median {statistics.median(filters):.0f} ms, longest {max(filters):.0f} ms")


if __name__ == "__main__":
    main()
