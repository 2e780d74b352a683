"""`confounded datasets`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from confounded.cli.help import INPUT, OUTPUT, Group
from confounded.cli.options import as_json_option, option
from confounded.cli.signals import INTERRUPTED
from confounded.cli.terminal import current_terminal
from confounded.cli.values import complete_data_ids, complete_sources
from confounded.errors import UnknownError

if TYPE_CHECKING:
    from confounded.datasets.references import ReferenceEntry
    from confounded.datasets.sources import Source

__all__ = ["datasets"]

json_option = as_json_option("Print it as JSON.")
mirror_option = option(
    "--mirror",
    heading=INPUT,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Take the files from this folder, which has one folder a source; no network is used.",
)


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def datasets(ctx: click.Context) -> None:
    """List, describe and fetch score sets and capability references.

    Capability references ship with the package: they need no network. Sources are score sets of other projects; what is
    fetched of them is compared with the checksums of what was released, and kept in $CONFOUNDED_CACHE, else
    $XDG_CACHE_HOME/confounded, else ~/.cache/confounded.

    \b
    Examples:
      confounded datasets                        # what there is
      confounded datasets describe epoch-hub     # licence, citation, files, traps
      confounded datasets fetch obsscaling       # into the cache
      confounded datasets fetch timm --mirror /media/scores
      confounded report "$(confounded datasets path every-eval-ever)"
    """
    if ctx.invoked_subcommand is None:
        _list(as_json=False)


@datasets.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the sources and the capability references.

    \b
    Examples:
      confounded datasets list
      confounded datasets list --json | jq -r '.sources[].id'
    """
    _list(as_json)


@datasets.command()
@click.argument("id", shell_complete=complete_data_ids)
@json_option
def describe(id: str, as_json: bool) -> None:
    """Say what a source or a capability reference is, under which licence, and what is easily got wrong about it.

    \b
    Examples:
      confounded datasets describe every-eval-ever
      confounded datasets describe epoch-capabilities-index --json
    """
    from confounded.datasets.references import reference_entries
    from confounded.datasets.sources import sources

    source, reference = sources().get(id), reference_entries().get(id)
    if source is None and reference is None:
        known = ", ".join(dict.fromkeys([*sources(), *reference_entries()]))
        raise UnknownError("the id of a source or a reference", found=repr(id), remedy=f"There are: {known}.")
    if as_json:
        said = {
            "source": _source_record(source, files=True) if source else None,
            "reference": _reference_record(reference, made_from=True) if reference else None,
        }
        _write(said)
        return
    if source:
        _describe_source(source)
    if source and reference:
        current_terminal().result()
    if reference:
        _describe_reference(reference)


@datasets.command()
@click.argument("id", shell_complete=complete_sources)
@mirror_option
@option(
    "--to",
    heading=OUTPUT,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Put the files below this folder and not into the cache; it can serve as a mirror then.",
)
@json_option
def fetch(id: str, mirror: Path | None, to: Path | None, as_json: bool) -> None:
    """Bring the files of a source here, and compare each with its checksum.

    What is here already is only compared. An interrupted download goes on from where it was.

    \b
    Examples:
      confounded datasets fetch obsscaling
      confounded datasets fetch epoch-hub --mirror /media/scores
      confounded datasets fetch obsscaling --to /media/scores   # a mirror
    """
    from confounded.cli.progress import progress_bar
    from confounded.datasets.fetching import fetch as bring
    from confounded.datasets.fetching import partial_folder
    from confounded.datasets.sources import find_source

    source = find_source(id)
    try:
        with progress_bar() as progress:
            fetched = bring(source, mirror=mirror, to=to, progress=progress)
    except KeyboardInterrupt:
        kept = partial_folder(source, to)
        said = (
            f"what came is kept in {kept}; the same command goes on from there"
            if kept.is_dir()
            else "nothing half-written was left"
        )
        current_terminal().warn(f"confounded: interrupted; {said}")
        raise click.exceptions.Exit(INTERRUPTED) from None
    if as_json:
        _write(
            {
                "id": id,
                "how": fetched.how,
                "path": str(fetched.path),
                "files": source.n_files,
                "bytes": source.size,
            }
        )
    else:
        terminal = current_terminal()
        terminal.say(f"{source.title}: {_extent(source)}, {fetched.how}, as released.")
        terminal.result(str(fetched.path))


@datasets.command()
@click.argument("id", shell_complete=complete_sources)
@mirror_option
def path(id: str, mirror: Path | None) -> None:
    """Print where the files of a source are, once they were compared with their checksums.

    \b
    Examples:
      confounded report "$(confounded datasets path every-eval-ever)"
    """
    from confounded.datasets.sources import source_path

    current_terminal().result(str(source_path(id, mirror)))


def _list(as_json: bool) -> None:
    from confounded.datasets.references import reference_entries
    from confounded.datasets.sources import sources

    if as_json:
        said = {
            "sources": [_source_record(source, files=False) for source in sources().values()],
            "references": [
                _reference_record(entry, made_from=False) for entry in reference_entries().values()
            ],
        }
        _write(said)
        return
    terminal = current_terminal()
    terminal.table(
        "Capability references, all of which ship",
        ("id", "models", "what", "licence"),
        [
            (entry.id, f"{entry.models:,}", entry.title, entry.licence)
            for entry in reference_entries().values()
        ],
        right=("models",),
    )
    terminal.result()
    terminal.table(
        "Sources of scores",
        ("id", "size", "state", "what", "licence"),
        [
            (source.id, _size(source), _state(source), source.title, source.licence)
            for source in sources().values()
        ],
        right=("size",),
    )


def _state(source: Source) -> str:
    """Say whether a source is here, and how it can come here."""
    from confounded.datasets.sources import cache_folder, looks_present, place

    if source.ships:
        return "ships"
    if looks_present(source, cache_folder() / place(source)):
        return "fetched"
    return "can be fetched" if source.downloadable else "from a mirror"


def _size(source: Source) -> str:
    return "" if source.ships else f"{source.size / 1e6:.1f} MB"


def _extent(source: Source) -> str:
    if source.ships:
        return "ships with the package"
    return f"{source.n_files:,} file{'s' if source.n_files > 1 else ''} of {_size(source)}"


def _source_record(source: Source, files: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": source.id,
        "title": source.title,
        "what": source.what,
        "state": _state(source),
        "files": source.n_files,
        "bytes": source.size,
        "format": source.format,
        "folder": source.folder,
        "licence": source.licence,
        "citation": source.citation,
        "trap": source.trap,
        "by_hand": source.by_hand,
    }
    if files:
        record["file_list"] = [
            {"path": file.path, "bytes": file.size, "sha256": file.sha256, "url": file.url or None}
            for file in source.files
        ]
        record["sha256_of_all"] = source.collection.sha256 if source.collection else None
    return record


def _reference_record(entry: ReferenceEntry, made_from: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": entry.id,
        "title": entry.title,
        "models": entry.models,
        "suite": list(entry.suite),
        "population": entry.population,
        "source": entry.source,
        "licence": entry.licence,
        "citation": entry.citation,
        "retrieved": entry.retrieved,
    }
    if made_from:
        from confounded.datasets.references import load_reference

        loaded = load_reference(entry.id)
        record["made_from"] = loaded.made_from
        record["explained_share"] = loaded.explained_share
        record["aliases"] = len(loaded.aliases)
    return record


def _describe_source(source: Source) -> None:
    current_terminal().result(f"{source.id}: {source.title}")
    lines = [
        ("what", source.what),
        ("state", _state(source)),
        ("files", _extent(source)),
        ("format", source.format),
        ("mirror", "" if source.ships else f"its files are in {source.folder}/ of the mirror"),
        ("trap", source.trap),
        ("licence", source.licence),
        ("cite", source.citation),
        ("by hand", source.by_hand),
        ("fetch", "" if source.ships else source.command),
    ]
    _lines(lines)
    for file in source.files:
        current_terminal().result(f"  {file.sha256}  {file.path}", hang=4)
    if source.collection:
        current_terminal().result(
            f"  {source.collection.sha256}  of the lines '<sha256>  <path>' of all, sorted by path"
        )


def _describe_reference(entry: ReferenceEntry) -> None:
    from confounded.datasets.references import load_reference

    loaded = load_reference(entry.id)
    share = "" if loaded.explained_share is None else f"{loaded.explained_share:.1%} of the variance"
    current_terminal().result(f"--capabilities {entry.id}: {entry.title}")
    lines = [
        ("models", f"{entry.models:,}" + (f", {len(loaded.aliases)} aliases" if loaded.aliases else "")),
        ("made from", loaded.made_from),
        ("suite", ", ".join(entry.suite)),
        ("explains", share),
        ("source", entry.source),
        ("taken", entry.retrieved),
        ("licence", entry.licence),
        ("cite", entry.citation),
    ]
    _lines(lines)


def _lines(lines: Sequence[tuple[str, str]]) -> None:
    """Print what is known, one a line."""
    terminal = current_terminal()
    for name, said in lines:
        if said:
            terminal.result(f"  {name:<10}{said}", hang=12)


def _write(said: object) -> None:
    current_terminal().json(json.dumps(said, indent=2, ensure_ascii=False))
