"""Measure the report page: how long it takes to write, its size, when it answers, how long a filter and printing take.

    python benchmarks/report_page.py [--chromium PATH] [RESULT.json]

Without a result a study is made up: 7,000 models of 400 families on 100 benchmarks. The page is opened in a headless
Chromium.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from confounded.engine import processor, usable_cores
from confounded.report.contents import contents, drawn_figures
from confounded.report.figures.render import drawing_program
from confounded.report.figures.theme import family_marks
from confounded.report.index import Index
from confounded.report.page import render_page
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

if TYPE_CHECKING:
    from playwright.sync_api import Page

Made = TypeVar("Made")

MODELS, FAMILIES, BENCHMARKS = 7000, 400, 100
REPEATS = 5

TYPED = """([id, value]) => {
    const control = document.getElementById(id);
    control.focus();
    control.value = value;
    const began = performance.now();
    control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', {bubbles: true}));
    document.body.offsetHeight;
    return performance.now() - began;
}"""
"""Sets a control, and returns the milliseconds until the rows that are left are laid out."""

DRAGGED = """async value => {
    const slider = document.getElementById('margin');
    slider.focus();
    slider.value = value;
    const began = performance.now();
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    while (!location.hash.includes(`margin=${value}`)) await new Promise(done => setTimeout(done, 0));
    document.body.offsetHeight;
    return performance.now() - began;
}"""
"""The same for the slider, which waits 20 ms to see whether it is dragged further."""


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
    print(
        f"{datetime.date.today()}, {processor()}, {usable_cores()} cores, Python {platform.python_version()}; "
        f"load {Path('/proc/loadavg').read_text().split()[0] if Path('/proc/loadavg').exists() else 'not known'}"
    )
    drawing_program()  # the same for every study: unpacked in the background while a study is computed
    whole = study.to_json()
    page = _timed("the page", lambda: _page(study, whole))
    files = _timed("all files of the report", lambda: contents(study))
    print(f"page: {len(page) / 1e6:.2f} MB; all files: {sum(map(len, files.values())) / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "report.html"
        place.write_bytes(page)
        _measure(place, chosen.chromium)


def _page(study: StudyResult, whole: bytes) -> bytes:
    index, marks = Index.of(study), family_marks(study.populations)
    return render_page(index, drawn_figures(index, marks), marks, whole)


def _timed(what: str, make: Callable[[], Made]) -> Made:
    cpu, wall = time.process_time(), time.perf_counter()
    made = make()
    print(f"writing {what}: {time.process_time() - cpu:.1f} CPU s, {time.perf_counter() - wall:.1f} s")
    return made


def _measure(place: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        ready: list[float] = []
        filters: dict[str, list[float]] = {}
        printed: list[float] = []
        for _ in range(REPEATS):
            page = browser.new_page()
            began = time.perf_counter()
            page.goto(place.as_uri())
            page.locator("html[data-ready]").wait_for(state="attached")
            ready.append(time.perf_counter() - began)
            for what, milliseconds in _filtered(page).items():
                filters.setdefault(what, []).append(milliseconds)
            began = time.perf_counter()
            page.pdf(format="A4")
            printed.append(time.perf_counter() - began)
            page.close()
        browser.close()
    print(f"ready: median {statistics.median(ready):.2f} s, longest {max(ready):.2f} s")
    for what, found in filters.items():
        print(f"{what}: median {statistics.median(found):.0f} ms, longest {max(found):.0f} ms")
    print(f"printed: median {statistics.median(printed):.1f} s, longest {max(printed):.1f} s")


def _filtered(page: Page) -> dict[str, float]:
    """Return how many milliseconds each filter takes, every one from all rows."""
    found = {}
    for view, control, value in (
        ("benchmarks", "q", "4"),
        ("benchmarks", "filter-verdict", "undecided"),
        ("benchmarks", "filter-family", ""),
        ("models", "q", "model-69"),
        ("models", "filter-family", ""),
    ):
        page.evaluate(f"location.hash = '{view}'")
        page.locator(f"#{control}").wait_for()
        chosen = value or page.locator(f"#{control} option").nth(1).get_attribute("value")
        found[f"{view}, {control.removeprefix('filter-')}"] = page.evaluate(TYPED, [control, chosen])
        page.evaluate("location.hash = 'overview'")
    page.evaluate("location.hash = 'benchmarks'")
    page.locator(".listed").wait_for()
    found["benchmarks, margin"] = page.evaluate(DRAGGED, "0.55")
    return found


if __name__ == "__main__":
    main()
