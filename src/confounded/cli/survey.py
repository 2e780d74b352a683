"""`confounded survey`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from confounded.cli.help import INPUT, METHOD, Command
from confounded.cli.options import as_json_option, option
from confounded.cli.terminal import current_terminal
from confounded.cli.values import complete_survey
from confounded.errors import UnknownError, UsageError

if TYPE_CHECKING:
    from confounded.catalog import Area, Benchmark, Description, Prediction, Reference
    from confounded.catalog.searching import Found

__all__ = ["survey"]

MOST_FOUND: Final = 12
"""Further finds that are listed; the rest are counted."""

ENDS: Final = {"higher": "higher scores are", "lower": "lower scores are", "neither": "neither end is"}

EXPECTED: Final = {
    "rises": "it rises with capability",
    "falls": "it falls as capability rises",
    "unrelated": "it is unrelated to capability",
}


@click.command(cls=Command)
@click.argument("words", nargs=-1, shell_complete=complete_survey)
@option(
    "--verdicts",
    heading=METHOD,
    is_flag=True,
    help="Print for every area what may be claimed of it, on what evidence, and the verdict.",
)
@option(
    "--result",
    heading=INPUT,
    metavar="RESULT",
    type=click.Path(path_type=Path),
    help="The result.json of a report, for --verdicts. [default: the shipped scores are studied]",
)
@as_json_option("Print it as JSON.")
def survey(words: tuple[str, ...], verdicts: bool, result: Path | None, as_json: bool) -> None:
    """Read about the areas of AI safety and their benchmarks.

    Without WORDS, lists the areas by family. With the id or name of an area or a benchmark, shows its page. With other
    words, shows the page in which they stand in the most telling places, and lists what else has them all. None of that
    needs scores. With --verdicts, prints what may be claimed of every area (or of the one that WORDS name): entangled,
    inverse, separable, unreliable, mixed, undecided or no data, with the evidence, how often each side of the argument
    was right, and whether the kind of measurement predicts the correlation.

    \b
    Examples:
      confounded survey                    # every area, a line each
      confounded survey machine-ethics     # the page of an area
      confounded survey wmdp_bio           # the entry of a benchmark
      confounded survey "power seeking"    # search
      confounded survey --verdicts         # what may be claimed of every area
      confounded survey --verdicts --result confounded-report/result.json
      confounded survey --json | jq -r '.areas[].area'
    """
    from confounded.catalog import areas, benchmarks, description_of, descriptions
    from confounded.catalog.searching import find_page, search_catalogue

    asked = " ".join(" ".join(words).split())
    if result is not None and not verdicts:
        raise UsageError("--result together with --verdicts", found="--result alone")
    if verdicts:
        _verdicts(asked, result, as_json)
        return
    if not asked:
        _tour(list(areas().values()), as_json)
        return
    best = find_page(asked)
    further: list[Found] = []
    if best is None:
        found = search_catalogue(asked)
        if not found:
            raise UnknownError(
                "words that stand together in an area or a benchmark",
                found=repr(asked),
                remedy="`confounded survey` lists the areas; fewer words find more.",
            )
        # A page explains what an entry only lists, so an area goes first wherever one has all the words.
        best = next((one for one in found if one.kind == "area"), found[0])
        further = [one for one in found if one is not best]
    if best.kind == "area":
        _show(areas()[best.id], None, None, further, as_json)
    else:
        description = description_of(best.id) or descriptions().get(best.id)
        _show(None, benchmarks().get(best.id), description, further, as_json)


def _verdicts(asked: str, path: Path | None, as_json: bool) -> None:
    """Print what may be claimed of the areas."""
    from confounded.catalog import areas
    from confounded.catalog.searching import find_page
    from confounded.cli.progress import progress_bar
    from confounded.report.claims import claims, contrast_sentences, intuition_sentences
    from confounded.study import Settings, read_result, study_sources

    page = find_page(asked) if asked else None
    if asked and (page is None or page.kind != "area"):
        raise UnknownError(
            "the id or name of an area, or no words, with --verdicts",
            found=repr(asked),
            remedy=f"There are: {', '.join(areas())}.",
        )
    if path is not None:
        result = read_result(path)
    else:
        with progress_bar() as progress:
            result = study_sources((), Settings(resamples=0), progress=progress)
    found = [one for one in claims(result) if page is None or one.area == page.id]
    if as_json:
        import msgspec

        said = {
            "claims": [msgspec.to_builtins(one) for one in found],
            "intuition": [msgspec.to_builtins(one) for one in result.intuition],
            "kind_contrasts": [msgspec.to_builtins(one) for one in result.kind_contrasts],
        }
        _json(said)
        return
    terminal = current_terminal()
    title = ""
    for one in found:
        if one.title != title:
            terminal.result()
            terminal.heading(f"{one.title} ({one.area})")
            title = one.title
        where = f"{one.population} models: " if one.population else ""
        terminal.result(f"  {where}{one.verdict}. {one.claim}", hang=4)
        for sentence in one.evidence:
            terminal.result(f"    {sentence}", hang=4)
    if any(one.area for one in result.trends):
        terminal.result()
        terminal.result(
            "Trends have one interval an area; they are not corrected for how many areas there are."
        )
    if page is not None:
        return
    for heading, sentences in (
        ("Does intuition predict?", intuition_sentences(result.intuition)),
        ("Does the kind of measurement?", contrast_sentences(result.kind_contrasts)),
    ):
        terminal.result()
        terminal.heading(heading)
        for sentence in sentences:
            terminal.result(f"  {sentence}", hang=4)


def _tour(found: Sequence[Area], as_json: bool) -> None:
    from confounded.catalog.areas import FAMILIES

    if as_json:
        _json({"areas": [_record(one) for one in found]})
        return
    terminal = current_terminal()
    for family in FAMILIES:
        rows = [
            (one.area, one.goal, str(len(one.benchmarks)) if one.benchmarks else "none")
            for one in found
            if one.family == family
        ]
        terminal.table(_capital(family), ("area", "goal", "benchmarks"), rows, right=("benchmarks",))
        terminal.result()
    terminal.say("`confounded survey AREA` shows the page of an area, with its benchmarks.")


def _show(
    area: Area | None,
    benchmark: Benchmark | None,
    description: Description | None,
    further: Sequence[Found],
    as_json: bool,
) -> None:
    if as_json:
        _json(
            {
                "area": _record(area) if area else None,
                "benchmark": _record(benchmark) if benchmark else None,
                "description": _record(description) if description else None,
                "further": [{"kind": one.kind, "id": one.id, "title": one.title} for one in further],
            }
        )
        return
    if area:
        _show_area(area)
    if benchmark:
        _show_benchmark(benchmark)
    if description:
        _show_description(description, benchmark)
    if further:
        terminal = current_terminal()
        terminal.result()
        listed = [(one.id, one.title, one.kind) for one in further[:MOST_FOUND]]
        terminal.table("Also found", ("id", "title", "kind"), listed)
        if len(further) > MOST_FOUND:
            terminal.say(f"and {len(further) - MOST_FOUND} more: `--json` lists all.")


def _show_area(one: Area) -> None:
    from confounded.catalog import areas, benchmarks, descriptions

    terminal = current_terminal()
    terminal.heading(one.title)
    _lines(
        [
            ("area", f"{one.area} ({one.family}; named by the {one.placed_by})"),
            ("goal", one.goal),
            ("about", one.description),
            ("threat", one.threat),
            ("kinds", ", ".join(one.kinds)),
            ("finding", one.finding),
            ("settled by", one.settled_by),
        ]
    )
    for section in one.sections:
        terminal.result()
        terminal.heading(section.heading)
        for paragraph in section.text.split("\n\n"):
            terminal.result(" ".join(paragraph.split()))
    terminal.result()
    if one.advocates and one.critics:
        terminal.heading("What each side leads one to expect of a score on which more is safer")
        _lines([("advocates", _expected(one.advocates)), ("critics", _expected(one.critics))])
        terminal.result()
    known = benchmarks()
    rows = [(known[name].benchmark, known[name].name, known[name].kind or "") for name in one.benchmarks]
    if rows:
        terminal.table("Benchmarks", ("benchmark", "name", "kind"), rows)
    else:
        terminal.result("The shipped scores have no benchmark of it.")
    described = descriptions()
    without = [(name, described[name].title, ", ".join(described[name].kinds)) for name in one.without_scores]
    if without:
        terminal.result()
        terminal.table("Benchmarks without shipped scores", ("benchmark", "name", "kinds"), without)
    terminal.result()
    terminal.table("Read next", ("area", "title"), [(name, areas()[name].title) for name in one.related])
    terminal.result()
    terminal.heading("References")
    for reference in one.references:
        terminal.result(f"  {reference}.", hang=4)


def _show_benchmark(one: Benchmark) -> None:
    from confounded.catalog import areas

    current_terminal().heading(one.name)
    record = _record(one)
    del record["name"]
    record["area"] = f"{one.area} ({areas()[one.area].title})" if one.area in areas() else one.area
    _lines([(name.replace("_", " "), _plain(said)) for name, said in record.items()])


def _show_description(one: Description, of: Benchmark | None) -> None:
    """Print what is said of a benchmark; beside its entry in the table only what that does not say."""
    from confounded.catalog import areas

    terminal = current_terminal()
    if of is None:
        terminal.heading(one.title)
        _lines(
            [
                ("area", f"{one.area} ({areas()[one.area].title})"),
                ("kinds", ", ".join(one.kinds)),
                ("metric", one.metric),
                ("direction", f"{ENDS[one.direction]} better or safer"),
                ("items", _plain(one.items)),
                ("chance", _plain(one.chance)),
                ("ceiling", _plain(one.ceiling)),
            ]
        )
    terminal.result()
    terminal.heading("What it measures")
    terminal.result(one.measures)
    terminal.result(f"Format: {one.format}.")
    terminal.result()
    terminal.heading("What is held against it")
    for criticism in one.criticisms:
        by = next((f" ({_short(said)})" for said in one.sources if said.number == criticism.source), "")
        terminal.result(f"  {criticism.text}{by}", hang=4)
    if one.runs:
        terminal.result()
        terminal.heading("How it is run")
    for run in one.runs:
        terminal.result(f"  {run.engine}: {', '.join(run.tasks)}", hang=4)
        for score in run.scores:
            reads = f"{score.direction} is {score.reads_as}"
            terminal.result(f"    {score.metric}: {reads}. {score.note or ''}".rstrip(), hang=6)
        if run.unregistered:
            terminal.result(f"    {run.unregistered}", hang=6)
    terminal.result()
    terminal.heading("Sources")
    for source in one.sources:
        terminal.result(f"  {source}.", hang=4)


def _short(source: Reference) -> str:
    return f"{source.authors} {source.year}"


def _expected(one: Prediction) -> str:
    return f"{EXPECTED[one.predict]}. {one.why}"


def _plain(said: Any) -> str:
    """Return a field as text; empty where it is not known."""
    if said is None:
        return ""
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, list | tuple):
        return ", ".join(map(str, said))
    return f"{said:g}" if isinstance(said, float) else str(said)


def _lines(lines: Sequence[tuple[str, str]]) -> None:
    """Print what is known, one a line."""
    widest = max(len(name) for name, said in lines if said)
    for name, said in lines:
        if said:
            current_terminal().result(f"  {name:<{widest}}  {said}", hang=widest + 4)


def _record(one: Area | Benchmark | Description) -> dict[str, Any]:
    import msgspec

    record: dict[str, Any] = msgspec.to_builtins(one)
    return record


def _json(said: object) -> None:
    import json

    current_terminal().json(json.dumps(said, indent=2, ensure_ascii=False))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
