"""What the cells of a table mean: one model a row, or one score a row.

*Wide*: one model a row, a column ``model``, one column a benchmark; columns of `readers.attributes` describe
the model, and a column ``X_stderr`` or ``X_n_items`` beside a column ``X`` says more of its scores (`BESIDE`).
*Long*: one score a row, with the columns ``model``, ``benchmark`` and ``score``.

Columns of words in a wide table, and all others in a long one, describe the models in ways that only the table knows:
they are kept as they stand (`ScoreTable.columns`), for models can be parted by them. One that says several things of a
model, such as the day of each run, is no score either, and parts only the models of which it says one thing.

A cell that is no number is left out, and a score that stands twice is taken as the mean of the two; each is an issue
that stops. Where another column tells the two apart, it is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.attributes import (
    POPULATIONS,
    Attributes,
    attributes_of,
    dates_of,
    populations_of,
    sizes_of,
)
from confounded.readers.cells import (
    LINE,
    Cells,
    counts_rows,
    holds_text,
    holds_words,
    is_in_percent,
    names_listed,
    numbers_of,
    numbers_rows,
    text_of,
    thousands_in,
    without_link,
    without_sign,
)
from confounded.readers.model_columns import model_columns
from confounded.scores import Issue, ScoreTable
from confounded.scores.settling import without_repeats
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, SCORE_SCHEMA, agreed

__all__ = ["check_header", "looks_like_scores", "model_column", "read_cells"]

MODEL_COLUMNS: Final = ("model", "model_name", "model name", "model_id", "model id")
"""Column names (in any case) of the models, first wins."""

INDEX: Final = re.compile(
    r"index|level_\d|Unnamed: \d+|__index_level_\d__|rank|#|no\.?|id|row", re.IGNORECASE
)
"""What a column is called that may count the rows: by pandas that was the index of a frame, by people and
leaderboards. Only where it does count them is it not read."""

INDEX_OF_A_FRAME: Final = re.compile(r"level_\d|Unnamed: \d+|__index_level_\d__")
"""What pandas alone calls an index. Once rows were taken out or shuffled, it numbers them in no order."""

INDEX_IN_PARQUET: Final = re.compile(r"__index_level_\d__")
"""What nothing else is called: the numbers of frames that were put together stand in it twice."""

PLACE: Final = f"{LINE}place"
"""The column that says where a score stands."""

NOT_MODELS: Final = frozenset(
    {"average", "avg", "avg.", "mean", "median", "total", "overall", "std", "std.", "standard deviation"}
)
"""What people call rows (in lower case) that say something of all models of a table."""

BESIDE: Final[Mapping[str, str]] = {"_stderr": "stderr", "_n_items": "n_items"}
"""What follows the name of a benchmark in the name of a column that says more of its scores, in a wide table."""

LONG_COLUMNS: Final = ("model", "benchmark", "score")

TASKS: Final = ("benchmark", "task", "dataset", "metric")
"""Column names (in lower case) that say, in words, what a score in another column is on: such a table is long."""


def looks_like_scores(names: Sequence[str]) -> bool:
    """Return whether a table with these columns can be one of scores."""
    return model_column(names) is not None


def model_column(names: Sequence[str]) -> str | None:
    """Return the name of the column of models, None where there is none."""
    by_meaning = {name.strip().lower(): name for name in reversed(names)}
    return next((by_meaning[one] for one in MODEL_COLUMNS if one in by_meaning), None)


def check_header(names: Sequence[str], where: str) -> None:
    """Raise where a header is empty or names a column twice.

    Raises
    ------
    UnreadableError
        If no column has a name.
    ContentError
        If a name is missing or doubled.
    """
    if not any(names):
        raise UnreadableError("a table with a header line", found="an empty file", where=where)
    if names.count("") > 1:
        raise ContentError(
            "a header with a name for every column",
            found=f"{names.count('')} of {len(names)} columns without a name",
            where=where,
            remedy="Remove what stands above the header, such as a title, and columns that hold nothing.",
        )
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled or LINE in names:
        raise ContentError(
            "a header that names every column once",
            found=names_listed(doubled or [LINE]) + " more than once",
            where=where,
        )
    if "" in names:
        raise ContentError(
            "a name for every column",
            found=f"column {names.index('') + 1} without a name",
            where=where,
            remedy="Name it in the header; the column of model names is called 'model'. Remove it if it only numbers "
            "the rows.",
        )


def read_cells(cells: Cells) -> ScoreTable:
    """Read the scores in the cells of a table, wide or long.

    Returns
    -------
    ScoreTable
        Scores as they stand in the table; nothing is rescaled or turned round.

    Raises
    ------
    UnreadableError
        If there is no row.
    ContentError
        If a column is missing or doubled, or a row has no model.
    """
    names = [name.strip() for name in cells.frame.columns]
    check_header(names, cells.where)
    if not looks_like_scores(names):
        raise ContentError(
            "a column 'model'",
            found=f"the columns {names_listed(names)}"
            + (" (separated by semicolons?)" if any(";" in name for name in names) else ""),
            where=cells.where,
            remedy="It looks like a table in Markdown: save it as CSV, without the bars."
            if names[0].startswith("|")
            else "Name the column of model names 'model'.",
        )
    if not cells.frame.height:
        raise UnreadableError("rows of scores", found="none", where=cells.where)
    numbered = cells.numbered()
    named = model_column(names)
    alike = [name for name in names if named is not None and name.lower() == named.lower()]
    if len(alike) > 1:
        raise ContentError("one column of models", found=names_listed(alike), where=cells.where)
    numbered.columns = [LINE, *("model" if name == named else name for name in names)]
    numbered = numbered.with_columns(_without_links(numbered["model"]))
    lower = {name.lower() for name in numbered.columns}
    counting = [
        name
        for name in names
        if (INDEX.fullmatch(name) and counts_rows(numbered[name]))
        or (INDEX_OF_A_FRAME.fullmatch(name) and numbers_rows(numbered[name]))
        or (INDEX_IN_PARQUET.fullmatch(name) and numbered[name].dtype.is_integer())
    ]
    if counting:
        numbered = numbered.drop(counting)
        what = f"the column {names_listed(counting)} only counts the rows and was not read"
        cells = replace(cells, issues=(*cells.issues, Issue(what, where=cells.where)))
    numbered, told = _rows_of_models(numbered, cells)
    cells = replace(cells, issues=(*cells.issues, *told))
    return _long(numbered, cells) if lower.issuperset(LONG_COLUMNS) else _wide(numbered, cells)


def _rows_of_models(rows: pl.DataFrame, table: Cells) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the rows that can be of a model, without empty ones and those of means over the models, and an issue.

    Raises
    ------
    UnreadableError
        If none is left.
    ContentError
        If a row says something, and not of which model.
    """
    empty = pl.DataFrame([_blank(rows[name]) for name in rows.columns[1:]]).select(
        pl.all_horizontal(pl.all())
    )
    means = _words_of(rows["model"]).str.to_lowercase().is_in(list(NOT_MODELS)).fill_null(value=False)
    kept = rows.filter(~empty.to_series() & ~means)
    if not kept.height:
        raise UnreadableError("rows of scores", found="none", where=table.where)
    if not means.any():
        return kept, []
    names = names_listed(rows["model"].filter(means).cast(pl.String).unique(maintain_order=True).to_list())
    lines = names_listed(rows[LINE].filter(means).cast(pl.String).to_list(), most=4)
    what = f"rows called {names} are no models and were not read"
    return kept, [Issue(what, where=f"{table.where}, {table.row_word} {lines}")]


def _words_of(cells: pl.Series) -> pl.Series:
    """Return the words in a column, null where there are none."""
    words = cells.dtype in (pl.String, pl.Categorical, pl.Enum)
    return (
        cells.cast(pl.String).str.strip_chars()
        if words
        else pl.repeat(None, cells.len(), dtype=pl.String, eager=True)
    )


def _blank(cells: pl.Series) -> pl.Series:
    """Return which cells of a column say nothing at all."""
    if cells.dtype.is_float():
        return cells.is_null() | cells.is_nan()
    return cells.is_null() | (_words_of(cells) == "").fill_null(value=False)


def _without_links(models: pl.Series) -> pl.Series:
    """Return the column of models with the names alone, where leaderboards have links."""
    return pl.Series(models.name, map(without_link, models), pl.String) if holds_text(models) else models


def _refuse_long(words: Sequence[str], numbers: Sequence[str], where: str) -> None:
    """Raise where a table says in words what each row's score is on, and calls the score something else.

    Read as one model a row, the scores of all benchmarks would be those of one.
    """
    saying = [name for name in words if name.lower() in TASKS]
    if saying and len(numbers) == 1:
        raise ContentError(
            "columns 'model', 'benchmark' and 'score' in a table of one score a row",
            found=f"the columns {names_listed([*saying, *numbers])}",
            where=where,
            remedy="Rename them, and remove what is no score; or keep one row a model, with a column a benchmark.",
        )


def _long(cells: pl.DataFrame, table: Cells) -> ScoreTable:
    """Read one score a row."""
    known = {*SCORE_SCHEMA, *MODEL_SCHEMA, *BENCHMARK_SCHEMA}
    attributes = attributes_of(cells, table.where)
    others = [
        name
        for name in cells.columns[1:]
        if name not in attributes.meanings and (name.lower() not in known or name == "type")
    ]
    meanings = {
        name: attributes.meanings.get(name, name.lower()) for name in cells.columns if name not in others
    }
    _refuse_shared_meanings(meanings, table)
    as_named, cells = cells, cells.rename(meanings)
    varying = [name for name in others if _varies(cells, name)]
    issues = [*table.issues, *attributes.issues]
    issues += _described([name for name in others if name not in varying], table)
    issues += _varying(varying, table)
    issues += _telling_apart(
        [*(name for name in ("metric",) if name in cells.columns), *varying], cells, table
    )
    # An error without the sign beside scores that have it may be in another unit.
    shares = [name for name in ("score", "stderr") if name in cells.columns and holds_text(cells[name])]
    percent = bool(shares) and all(is_in_percent(cells[name]) for name in shares)
    if percent:
        cells = cells.with_columns(without_sign(shares))
    issues += _doubtful_points(cells, ["score"], table.where)
    numeric = [name for name in ("score", "stderr", "n_items") if name in cells.columns]
    scores = cells.select(
        text_of(cells, "model", table),
        text_of(cells, "benchmark", table),
        *(text_of(cells, name, table) for name in ("metric",) if name in cells.columns),
        *(numbers_of(cells, name, table, issues, whole=name == "n_items") for name in numeric),
        _places(cells, table),
        source=pl.lit(table.source),
    )
    models = _models(cells, as_named, attributes, table, issues)
    benchmarks = _declared(cells, "benchmark", BENCHMARK_SCHEMA, table, issues, not_from=("name",))
    if percent and "unit" not in benchmarks.columns:
        benchmarks = benchmarks.with_columns(unit=pl.lit("percent"))
    columns = model_columns(scores["model"], as_named, [*others, *attributes.kept])
    return replace(_table(scores, models, benchmarks, table, issues), columns=columns)


def _varies(cells: pl.DataFrame, name: str) -> bool:
    """Return whether a column says different things of one model."""
    return model_columns(cells["model"].cast(pl.String), cells, [name])["model"].is_duplicated().any()


def _varying(names: list[str], table: Cells) -> list[Issue]:
    """Return the issue of columns that say several things of one model."""
    if not names:
        return []
    return [
        Issue(
            f"columns that say several things of one model are no scores and were set aside: {names_listed(names)}",
            where=table.where,
            remedy="Scores stand in the column 'score'. Where one parts the models, write one thing of each model.",
        )
    ]


def _telling_apart(names: Sequence[str], cells: pl.DataFrame, table: Cells) -> list[Issue]:
    """Return an issue for each column that tells scores of one model on one benchmark apart."""
    told = []
    score = ["model", "benchmark"]
    repeated = cells.filter(cells.select(score).is_duplicated())
    for name in names:
        apart = (
            repeated.select(*score, pl.col(name).cast(pl.String).alias("said"), pl.col(LINE))
            .group_by(score, maintain_order=True)
            .agg(pl.col("said").drop_nulls().unique(maintain_order=True), pl.col(LINE))
            .filter(pl.col("said").list.len() > 1)
        )
        if apart.height:
            first = apart.row(0, named=True)
            shown = names_listed([repr(value) for value in first["said"]], most=3)
            lines = names_listed([str(line) for line in first[LINE]], most=4)
            told.append(
                Issue(
                    f"rows of one model and benchmark differ in {name!r} ({shown} of model {first['model']!r} on "
                    f"{first['benchmark']!r}), {apart.height} times; their mean is taken",
                    where=f"{table.where}, {table.row_word}s {lines}",
                    remedy=f"Keep the rows of one {name!r}, or write what it says into the name of the benchmark.",
                    stops=True,
                )
            )
    return told


def _described(names: list[str], table: Cells) -> list[Issue]:
    """Return the issue of columns that only the table knows."""
    if not names:
        return []
    what = f"columns that hold no scores are taken to describe the models: {names_listed(names)}"
    return [Issue(what, where=table.where, remedy="Say --by NAME to part the models by one.")]


def _doubtful_points(cells: pl.DataFrame, columns: Sequence[str], where: str) -> list[Issue]:
    """Return an issue for each column in which a point may stand before decimals or between thousands."""
    return [
        Issue(
            f"the point in {cell!r} may stand before decimals or between thousands, since whole numbers beside it are "
            "far above it; it was read as before decimals",
            where=f"{where}, column {name!r}",
            remedy="Write numbers with a decimal point, and nothing between thousands.",
            stops=True,
        )
        for name in columns
        if (cell := thousands_in(cells[name])) is not None
    ]


def _table(
    scores: pl.DataFrame, models: pl.DataFrame, benchmarks: pl.DataFrame, table: Cells, issues: list[Issue]
) -> ScoreTable:
    """Return the scores that are there, each once."""
    once, repeats = without_repeats(scores.filter(pl.col("score").is_not_null()), PLACE, table.where)
    return ScoreTable(once.drop(PLACE), models, benchmarks, (*issues, *repeats))


def _wide(cells: pl.DataFrame, table: Cells) -> ScoreTable:
    """Read one model a row, one benchmark a column."""
    attributes = attributes_of(cells, table.where)
    _refuse_shared_meanings(attributes.meanings, table)
    unused = list(attributes.unused)
    benchmarks = [
        name for name in cells.columns[1:] if name not in attributes.meanings and name not in unused
    ]
    if not benchmarks:
        raise ContentError("at least one column of scores", found="none", where=table.where)
    as_named, cells = cells, cells.rename(attributes.meanings)
    issues = [*table.issues, *attributes.issues]
    words = [name for name in benchmarks if holds_words(cells[name])]
    issues += _described([*unused, *words], table)
    benchmarks = [name for name in benchmarks if name not in words]
    _refuse_long(words, benchmarks, table.where)
    if not benchmarks:
        raise ContentError("at least one column of scores", found="only words", where=table.where)
    beside = _beside(benchmarks)
    if beside:
        issues.append(
            Issue(
                f"columns read as errors or items of the scores beside them: {names_listed(list(beside))}",
                table.where,
            )
        )
    benchmarks = [name for name in benchmarks if name not in beside]
    issues += _doubtful_points(cells, [*benchmarks, *beside], table.where)
    percent = [name for name in benchmarks if is_in_percent(cells[name])]
    _refuse_other_signs(cells, beside, percent, table.where)
    cells = cells.with_columns(
        without_sign([*percent, *(one for one, (of, _) in beside.items() if of in percent)])
    )
    numbers = cells.select(
        text_of(cells, "model", table),
        _places(cells, table),
        *(numbers_of(cells, name, table, issues) for name in benchmarks),
        *(
            numbers_of(cells, one, table, issues, whole=what == "n_items")
            for one, (_, what) in beside.items()
        ),
    )
    empty = [name for name in benchmarks if numbers[name].null_count() == numbers.height]
    if empty:
        issues.append(
            Issue(f"There are no scores at all in the columns {names_listed(empty)}.", where=table.where)
        )
    # Under names that no column of a file has, since a benchmark may be called "score".
    long = numbers.unpivot(
        index=["model", PLACE], on=benchmarks, variable_name=f"{LINE}benchmark", value_name=f"{LINE}score"
    )
    scores = long.rename({f"{LINE}benchmark": "benchmark", f"{LINE}score": "score"}).with_columns(
        source=pl.lit(table.source)
    )
    scores = _with_beside(scores, numbers, beside)
    models = _models(cells, as_named, attributes, table, issues)
    units = pl.DataFrame({"benchmark": benchmarks}).with_columns(
        unit=pl.when(pl.col("benchmark").is_in(percent)).then(pl.lit("percent"))
    )
    columns = model_columns(numbers["model"], as_named, [*unused, *words, *attributes.kept])
    return replace(_table(scores, models, units, table, issues), columns=columns)


def _beside(benchmarks: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the columns that say more of the scores in another one: of which, and what."""
    return {
        name: (name.removesuffix(ending), what)
        for name in benchmarks
        for ending, what in BESIDE.items()
        if name.endswith(ending) and name.removesuffix(ending) in benchmarks
    }


def _refuse_other_signs(
    cells: pl.DataFrame, beside: Mapping[str, tuple[str, str]], percent: Sequence[str], where: str
) -> None:
    """Raise where an error has a sign of percent and its score has none, or the other way round."""
    for name, (of, what) in beside.items():
        if what == "stderr" and is_in_percent(cells[name]) != (of in percent):
            raise ContentError(
                f"standard errors in the unit of their scores, in column {name!r}",
                found="a sign of percent in one of the two only",
                where=where,
                remedy=f"Write {of!r} and {name!r} in the same way.",
            )


def _with_beside(
    scores: pl.DataFrame, numbers: pl.DataFrame, beside: Mapping[str, tuple[str, str]]
) -> pl.DataFrame:
    """Return the scores with the standard errors and items that stand in columns of their own."""
    for what in dict.fromkeys(what for _, what in beside.values()):
        columns = {name: of for name, (of, kind) in beside.items() if kind == what}
        long = numbers.select(PLACE, *(pl.col(name).alias(of) for name, of in columns.items())).unpivot(
            index=PLACE, variable_name="benchmark", value_name=what
        )
        scores = scores.join(long, on=[PLACE, "benchmark"], how="left", maintain_order="left")
    return scores


def _places(cells: pl.DataFrame, table: Cells) -> pl.Series:
    """Return where each row stands."""
    return cells.select(
        (pl.lit(f"{table.row_word} ") + pl.col(LINE).cast(pl.String)).alias(PLACE)
    ).to_series()


def _refuse_shared_meanings(meanings: Mapping[str, str], table: Cells) -> None:
    """Raise where two columns would be read as the same thing."""
    taken = sorted(meanings.values())
    doubled = sorted({name for name in taken if taken.count(name) > 1})
    if doubled:
        raise ContentError(
            f"one column for the {names_listed(doubled)} of a model",
            found=names_listed([name for name, meaning in meanings.items() if meaning in doubled]),
            where=table.where,
        )


def _models(
    cells: pl.DataFrame, as_named: pl.DataFrame, attributes: Attributes, table: Cells, issues: list[Issue]
) -> pl.DataFrame:
    """Return what a table says of each model: dates and sizes as people write them, all else as it stands."""
    read = []
    for name, meaning in attributes.meanings.items():
        if meaning == "released":
            read.append(dates_of(as_named, name, table, issues))
        elif meaning == "parameters":
            read.append(sizes_of(as_named, name, attributes.scales.get(name), table, issues))
        elif meaning == "population":
            read.append(populations_of(as_named, name, table, issues))
    models = _declared(cells.with_columns(read), "model", MODEL_SCHEMA, table, issues)
    scales = {meaning: attributes.scales.get(name) for name, meaning in attributes.meanings.items()}
    scale = scales.get("training_flop")
    return models if scale is None else models.with_columns(pl.col("training_flop") * scale)


def _declared(
    cells: pl.DataFrame,
    key: str,
    schema: Mapping[str, type[pl.DataType]],
    table: Cells,
    issues: list[Issue],
    not_from: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return what the file says of each model or benchmark, and add issues; a row without a name is refused."""
    columns = [name for name in schema if name in cells.columns and name != key and name not in not_from]
    said = cells.select(
        text_of(cells, key, table),
        *(
            text_of(cells, name, table)
            if schema[name] == pl.String
            else numbers_of(cells, name, table, issues, whole=schema[name] == pl.Int64)
            for name in columns
        ),
    )
    if said[key].is_null().any():
        line = cells[LINE].filter(said[key].is_null())[0]
        raise ContentError(
            f"a {key} on every row", found="an empty cell", where=f"{table.where}, {table.row_word} {line}"
        )
    _check_population(said, table)
    declared, contrary = agreed(said, key, table.where)
    issues += contrary
    return declared


def _check_population(said: pl.DataFrame, table: Cells) -> None:
    """Raise where a population is none that is known."""
    if "population" not in said.columns:
        return
    other = said.filter(~pl.col("population").str.to_lowercase().is_in(POPULATIONS)).sort("model")
    if other.height:
        raise ContentError(
            f"{names_listed(POPULATIONS)} as the population (or type) of a model",
            found=f"{other['population'][0]!r} for model {other['model'][0]!r}",
            where=table.where,
            remedy="Write one of these or leave the cell empty, or give the column another name if it says something "
            "else.",
        )
