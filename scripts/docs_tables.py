"""The tables of the reference pages that the code itself can write: formats, settings, files of facts, results."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from confounded.cli.app import EXIT_CODES
from confounded.readers.declarations import _ALLOWED
from confounded.readers.formats import FORMATS
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA
from confounded.study import Comparison, ComparisonSettings, Settings, StudyResult
from confounded.study.check_result import CheckResult
from confounded.study.result import VERDICTS

__all__ = ["described", "described_tables", "structs_below", "tables", "title"]

OTHER_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "directions": ("--direction", "--higher-is-safer", "--lower-is-safer"),
    "units": ("--unit",),
}
"""Settings whose options have other names."""

BENCHMARK_KEYS: Final[Mapping[str, str]] = {
    "name": "How it is called in reports.",
    "area": "The area of research that it stands for: an id of the catalogue, or a name of yours.",
    "kind": "What kind of measurement it is, such as `knowledge`, `propensity`, `static attack` or `calibration`.",
    "unit": "The scale of its scores.",
    "direction": "Whether higher or lower scores are safer, or better.",
    "correlated_with": "For a calibration metric: the column with the accuracy on the same data set.",
    "part_of": "The benchmark that it is a part of, so that nothing counts twice.",
    "kin_to_suite": "Capability benchmarks that it shares items with, as a list.",
    "item_type": "`binary mean` if each score is a plain mean of single items worth 0 or 1.",
    "items": "How many items it has; with `item_type` this gives its reliability.",
    "chance": "What guessing gets.",
    "floor": "The lowest possible score.",
    "ceiling": "The highest possible score.",
    "engine": "What ran its scores, `lm-evaluation-harness` or `Inspect AI`: known scores are told by it.",
}
MODEL_KEYS: Final[Mapping[str, str]] = {
    "name": "What the model is called elsewhere: the name by which it is looked up in references and the catalogue.",
    "population": "Base and chat models are studied apart; `mixed` keeps models of both kinds together.",
    "family": "Models of one maker that share data and recipe.",
    "organisation": "Who made it.",
    "parameters": "How many parameters it has.",
    "training_flop": "Compute of its training, in FLOP.",
    "base_model": "The model that it was made from.",
    "released": "Its release date, as `YYYY-MM-DD`, or `YYYY-MM` where the day is not known.",
    "pair": "For `confounded compare`: the row that this one came from.",
}


def tables() -> Mapping[str, str]:
    """Return every table, by the name of its file in `_generated/parts`."""
    return {
        "formats": _formats(),
        "settings": _settings(Settings, "confounded check` and `confounded report"),
        "comparison-settings": _settings(ComparisonSettings, "confounded compare"),
        "benchmarks-toml": _keys(BENCHMARK_SCHEMA, "benchmark", BENCHMARK_KEYS),
        "models-toml": _keys(MODEL_SCHEMA, "model", MODEL_KEYS),
        "exit-codes": _table(("code", "meaning"), ((str(code), what) for code, what in EXIT_CODES)),
        "verdicts": ", ".join(f"`{one}`" for one in VERDICTS) + "\n",
        "result-json": _structs(StudyResult),
        "card-json": _structs(CheckResult, but=structs_below(StudyResult)),
        "comparison-json": _structs(Comparison, but=structs_below(StudyResult)),
    }


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _formats() -> str:
    rows = (
        (
            one.name,
            " ".join(f"`{ending}`" for ending in one.endings),
            "yes" if one.read_items else "",
            "any depth" if one.is_document else "top only",
        )
        for one in FORMATS
    )
    return _table(("format", "files", "single items", "found in a folder at"), rows)


def _settings(kind: type[msgspec.Struct], commands: str) -> str:
    """Return the fields of a struct of settings, with what its docstring says of each."""
    said = described(kind)
    items = [
        f"- `{field.encode_name}`, {_options(field.name)}, by default `{_default(field)}`: {said[field.name]}\n"
        for field in msgspec.structs.fields(kind)
    ]
    return f"The options are those of `{commands}`.\n\n{''.join(items)}"


def _options(setting: str) -> str:
    options = OTHER_OPTIONS.get(setting, (f"--{setting.replace('_', '-')}",))
    return " or ".join(f"`{one}`" for one in options)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        return repr(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return repr(field.default_factory())
    return "needed"


def _keys(schema: Mapping[str, Any], subject: str, said: Mapping[str, str]) -> str:
    """Return the keys of a file of declarations.

    Raises
    ------
    SystemExit
        If a key has no description, or a description no key.
    """
    keys = [key for key in schema if key != subject]
    if set(keys) != set(said):
        raise SystemExit(f"described are {sorted(said)}, and there are {sorted(keys)}")
    rows = ((f"`{key}`", _values(key, schema[key]), said[key]) for key in keys)
    return _table(("key", "value", "meaning"), rows)


def _values(key: str, kind: Any) -> str:
    if key == "kin_to_suite":
        return "a list of names"
    if key in _ALLOWED:
        return ", ".join(f"`{one}`" for one in sorted(_ALLOWED[key]))
    return {"String": "text", "Int64": "a whole number", "Float64": "a number"}[kind.__name__]


def described(kind: type) -> Mapping[str, str]:
    """Return what the *Parameters* section of a docstring says of each."""
    section = (inspect.getdoc(kind) or "").partition("Parameters\n----------\n")[2]
    section = re.split(r"\n\w[\w ]*\n-{4,}\n", section)[0]
    found: dict[str, str] = {}
    for names, text in re.findall(
        r"^(\w[\w, ]*?) ?:[^\n]*\n((?:(?: +[^\n]*)?\n?)*)", section + "\n", re.MULTILINE
    ):
        for name in names.split(","):
            found[name.strip()] = _markdown(" ".join(text.split()))
    return found


def described_tables() -> Mapping[str, Mapping[str, str]]:
    """Return what is said of the keys of either file, for a test that holds them against the schemas."""
    return {"benchmark": BENCHMARK_KEYS, "model": MODEL_KEYS}


def structs_below(root: type) -> list[type[msgspec.Struct]]:
    """Return a struct and all structs that its fields hold, in the order in which they are met."""
    found: list[type[msgspec.Struct]] = []

    def visit(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if kind in found:
                return
            found.append(kind)
            hints = typing.get_type_hints(kind)
            for field in msgspec.structs.fields(kind):
                visit(hints[field.name])
        for inner in typing.get_args(kind):
            visit(inner)

    visit(root)
    return found


def _structs(root: type, but: list[type[msgspec.Struct]] | None = None) -> str:
    """Return a section for every struct of a result: what it is, and its fields."""
    before = [one for one in but or [] if one is not root]
    own = [one for one in structs_below(root) if one not in before]
    sections = []
    for one in own:
        hints = typing.get_type_hints(one)
        said = described(one)
        text = (inspect.getdoc(one) or "").partition("\nParameters\n---")[0]
        fields = msgspec.structs.fields(one)
        head: tuple[str, ...] = ("field", "type", "default")
        rows: list[tuple[str, ...]] = [
            (
                f"`{field.encode_name}`",
                _type(hints[field.name], own),
                "" if field.required else f"`{_json(_default(field))}`",
            )
            for field in fields
        ]
        if said:
            head = (*head, "meaning")
            rows = [(*row, said.get(field.name, "")) for row, field in zip(rows, fields, strict=True)]
        sections.append(f"### {title(one, own)}\n\n{_markdown(text).strip()}\n\n{_table(head, iter(rows))}")
    return "\n".join(sections)


def title(kind: type, own: Sequence[type]) -> str:
    """Return the heading of a struct: its name, and where two have one name, also its module."""
    several = sum(one.__name__ == kind.__name__ for one in own) > 1
    return f"{kind.__name__} of {kind.__module__.rpartition('.')[2]}" if several else kind.__name__


def _json(value: str) -> str:
    return {"None": "null", "True": "true", "False": "false", "()": "[]"}.get(value, value)


def _type(kind: Any, own: list[type[msgspec.Struct]]) -> str:
    """Write a type as it looks in JSON."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(one, own) for one in inner))
    if origin is typing.Literal:
        return " or ".join(f"`{msgspec.json.encode(one).decode()}`" for one in inner)
    if origin in (list, tuple):
        return f"list of {_type(inner[0], own)}"
    if origin is dict:
        return f"object of {_type(inner[1], own)}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in own:
            return f"`{kind.__name__}`"
        return f"[{kind.__name__}](#{title(kind, own).lower().replace(' ', '-')})"
    names = {float: "number", int: "whole number", str: "text", bool: "true or false", type(None): "null"}
    return names.get(kind, str(kind))


def _markdown(text: str) -> str:
    """Turn the marks of a docstring into those of Markdown."""
    text = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text)
    return text.replace("<", "\\<")
