"""How model names are spelled: one name in, its parts out.

A spelling is taken apart by stated rules only: what the hub, the provider, the quantiser or the calendar added is
set aside by name, and what is left is the *key*. Two names with the same key are the same model as far as spelling
can tell. Sizes, versions and words such as ``instruct``, ``chat`` or ``base`` are part of the key, always.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from confounded.catalog._dates import Date, date_in_group, number_date, word_date

__all__ = [
    "LONGEST_NAME",
    "MAKERS",
    "SIZE",
    "Spelling",
    "fold",
    "parse",
    "squash",
    "tokens_of",
]

REMEMBERED: Final = 16_384
"""Names that are not taken apart twice: more than any table seen has, and a few megabytes."""

LONGEST_NAME: Final = 300
"""Characters. The longest id of the hub is 96 + 1 + 96; what is longer is compared as it stands, by no rule."""

SIZE: Final = re.compile(r"\d+(?:\.\d+)*(?:x\d+(?:\.\d+)?)?[bm]")
"""A token that says a number of parameters: ``7b``, ``8x22b``, ``0.5b``, ``410m``."""

_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_TOKEN: Final = re.compile(r"\d+(?:\.\d+)*(?:x\d+(?:\.\d+)?)?[bmkt](?![a-z])|\d+(?:\.\d+)*|[^\W\d_]+")
_GROUP: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")

_HOSTS: Final = frozenset((
    "accounts", "api", "azure", "azureai", "baseten", "bedrock", "cerebras", "chutes",
    "databricks-serving", "deepinfra", "fireworks", "fireworks-ai", "friendli", "groq", "hf",
    "hosted_vllm", "huggingface", "hyperbolic", "inference", "lepton", "litellm", "lm_studio", "lmstudio",
    "local", "model", "models", "nebius", "novita", "ollama", "openai-api", "openrouter", "parasail",
    "replicate", "sagemaker", "sambanova", "together", "together-ai", "togetherai", "together_ai",
    "unknown", "vertex", "vertex-ai", "vertex_ai", "vllm", "z-ai-api",
))  # fmt: skip
"""Names before the slash that say who serves a model, and nothing of who made it."""

_BEDROCK: Final = re.compile(
    r"^(?:(?:us|eu|apac|global)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|openai|qwen)\.(?=[a-z])"
)
_HOST_PREFIX: Final = re.compile(
    r"^(?:anthropic|azure|bedrock|fireworks|google|groq|mistral|ollama|openai|openrouter|parasail|together|vertex|vllm|xai)"
    r"(?::|--)(?=\w)|^(?:parasail|fireworks|databricks-meta)-(?=(?:qwen|deepseek|kimi|llama|glm|gpt))"
)
_BEDROCK_SUFFIX: Final = re.compile(r"-v\d+:\d+(?::\d+k)?$")
_HOST_SUFFIX: Final = re.compile(r"[:](?:free|beta|extended|nitro|floor|online|cloud|exacto)$")

_SEPARATOR: Final = r"[-_ .:@,]+"
_QUANTISED: Final = re.compile(
    _SEPARATOR
    + r"(?:gptq|awq|gguf|ggml|exl2|exl3|bnb|hqq|aqlm|quip|mlx|nf4|fp4|fp8|fp8[-_]dynamic|mxfp4|nvfp4|int[348]"
    r"|[2-8][-_]?bits?|w[48]a(?:8|16)(?:[-_](?:int8|fp8))?|i?q[2-8](?:_[k01])?(?:_(?:xxs|xs|[sml]|nl))?|\d+(?:\.\d+)?bpw"
    r"(?:[-_]h\d)?|h[68]|128g|32g|qat|quanti[sz]ed|bnb[-_]4bit|unsloth|tput|imatrix|imat|i\d)$"
)
_PRECISION: Final = re.compile(
    _SEPARATOR + r"(?:bf16|fp16|fp32|f16|f32|float16|bfloat16|float32|16[-_]?bits?|32[-_]?bits?)$"
)
_HUB_SUFFIX: Final = re.compile(_SEPARATOR + r"hf$")
_LATEST: Final = re.compile(_SEPARATOR + r"latest$")
_LEVEL: Final = r"(?:x-?high|high|medium|med|low|minimal|none|max|unknown)"
_LEVEL_SUFFIX: Final = re.compile(r"_(" + _LEVEL + r")$")
_BUDGET_SUFFIX: Final = re.compile(r"[-_](\d{1,3}k)$")
_SOFT_LEVEL: Final = re.compile(
    r"(?:, |[-_ ])(?:((?:no-?|non-?|extended[-_ ])?(?:thinking|reasoning)(?:[-_ ]?(?:\d{1,3}k|"
    + _LEVEL
    + r"))?)|("
    + _LEVEL
    + r"))$"
)
_SURFACE: Final = re.compile(r"[-_ ]web[-_ ]?app$")
"""The maker's page, where tools and settings are not those of its interface for programs."""
_LEVEL_WORDS: Final = re.compile(
    r"^(?:(?:no|non|unknown|default|thinking|reasoning|effort|length|tokens?|budget|web|app|on|off|together|novita|fireworks"
    r"|xhigh|x|high|medium|med|low|minimal|none|max|unspecified|\d{1,3}k)\b[\s,;:-]*)+$"
)
_HOST_WORDS: Final = frozenset(("together", "novita", "fireworks"))

_SIZE_UNDERSCORE: Final = re.compile(r"(?<=-)(\d{1,2})_(\d{1,2}b)(?![a-z0-9])")
_VERSION_PAIR: Final = re.compile(r"(?<![\d.])(\d{1,2})[-_p](\d{1,2})(?![\d.a-z])")

MAKERS: Final = {
    "meta": ("llama",),
    "openai": ("gpt", "chatgpt", "o"),
    "anthropic": ("claude",),
    "google": ("gemini", "gemma"),
    "amazon": ("nova", "titan"),
    "cohere": ("command",),
    "microsoft": ("phi",),
    "nvidia": ("nemotron",),
    "alibaba": ("qwen",),
    "xai": ("grok",),
    "ibm": ("granite",),
    "moonshot": ("kimi",),
    "moonshotai": ("kimi",),
    "zhipu": ("glm",),
    "zai": ("glm",),
}
"""Makers whose name is put before that of their models, with the first words of these."""

_ROLES: Final = frozenset(("instruct", "chat", "it", "base", "preview", "turbo"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a name is made of.

    Parameters
    ----------
    name : str
        The name as given.
    key : str
        What is left when every rule has been applied, in one spelling.
    plain_key : str or None
        The same without a word such as ``thinking`` or ``high`` at its end that is an effort level for some models
        and part of the name for others; None where there is no such word.
    organisation : str or None
        What stands before the last slash, folded, if it is not a provider.
    date : Date or None
        The date it carries.
    effort, plain_effort : str or None
        The effort level that is set aside in ``key``, and in ``plain_key``.
    quantisation, precision : str or None
        How the weights are stored.
    tokens : tuple of str
        The words and numbers of the key in the order of the name.
    rules : tuple of str
        The rules that set something aside.
    """

    name: str
    key: str
    plain_key: str | None
    organisation: str | None
    date: Date | None
    effort: str | None
    plain_effort: str | None
    quantisation: str | None
    precision: str | None
    tokens: tuple[str, ...]
    rules: tuple[str, ...]


def fold(text: str) -> str:
    """Return a text in one case, without accents, control characters and typographic dashes."""
    if not text.isascii():
        text = _DASHES.sub("-", unicodedata.normalize("NFKD", text))
        text = "".join(one for one in text if not unicodedata.combining(one))
    return " ".join(_CONTROL.sub(" ", text.casefold()).split())


def squash(text: str) -> str:
    """Return a name as its words and numbers: what is left when case and separators do not count."""
    return "-".join(_TOKEN.findall(fold(text)))


def tokens_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a folded text; ``3-5`` between words reads as ``3.5``."""
    text = _SIZE_UNDERSCORE.sub(r"\1.\2", text.replace("+", " plus "))
    text = _VERSION_PAIR.sub(r"\1.\2", text)
    return tuple(_TOKEN.findall(text))


def _provider(text: str) -> tuple[str, str | None, list[str]]:
    """Return the name behind slashes and provider prefixes, the organisation, and the rules."""
    rules = []
    organisation = None
    if "/" not in text and text.count("__") == 1 and not text.startswith("__") and not text.endswith("__"):
        text = text.replace("__", "/")
    parts = [part.strip() for part in text.split("/")]
    if len(parts) > 1 and parts[-1]:
        text = parts[-1]
        named = [part for part in parts[:-1] if part and part not in _HOSTS]
        organisation = named[-1] if named else None
        rules.append("hub organisation dropped" if organisation else "provider prefix dropped")
    for pattern in (_HOST_PREFIX, _BEDROCK):
        shorter = pattern.sub("", text)
        if shorter != text:
            text = shorter
            rules.append("provider prefix dropped")
    shorter = _HOST_SUFFIX.sub("", _BEDROCK_SUFFIX.sub("", text))
    if shorter != text:
        text = shorter
        rules.append("provider suffix dropped")
    return text, organisation, rules


def _level(text: str) -> str | None:
    """Return an effort level in one spelling; None where it says that none is known."""
    words = re.findall(r"x-?high|[a-z]+|\d+k", text)
    said = [
        word.replace("-", "")
        for word in words
        if word
        not in _HOST_WORDS
        | {"effort", "default", "length", "tokens", "token", "budget", "web", "app", "webapp", "on"}
    ]
    if re.fullmatch(r"\W*web\W*(?:app)?\W*", text):
        return "web"
    if "unknown" in said or "unspecified" in said:
        return "unknown"
    joined = " ".join("medium" if word == "med" else word for word in said)
    if re.match(r"^(?:no|non|none|off)\b|^(?:nothinking|nonthinking|nonreasoning)$|\b(?:none|off)$", joined):
        return "none"
    exact = [word for word in joined.split() if word not in ("thinking", "reasoning", "extended")]
    return " ".join(sorted(exact)) or ("thinking" if joined else None)


def _groups(text: str) -> tuple[str, str | None, Date | None, list[str]]:
    """Take dates and effort levels out of parentheses; leave what else stands in them."""
    effort: str | None = None
    date: Date | None = None
    rules: list[str] = []

    def settle(found: re.Match[str]) -> str:
        nonlocal effort, date
        inside = found.group(1).strip()
        if _LEVEL_WORDS.match(inside):
            level = _level(inside)
            if level:
                effort = level
                rules.append("effort level dropped")
            else:
                rules.append("provider suffix dropped")
            return " "
        rest, said = date_in_group(inside)
        if said is not None:
            date = said
            return f" {rest.strip()} "
        return f" {inside} "

    if "(" in text or "[" in text:
        text = " ".join(_GROUP.sub(settle, text).split())
    return text, effort, date, rules


def _suffixes(text: str) -> tuple[str, dict[str, str], list[str]]:
    """Set aside, from the end, how the weights are stored and what the hub added."""
    found: dict[str, str] = {}
    rules: list[str] = []
    trying = True
    while trying:
        trying = False
        for pattern, what, rule in (
            (_QUANTISED, "quantisation", "quantisation dropped"),
            (_PRECISION, "precision", "precision dropped"),
            (_HUB_SUFFIX, "hub", "'-hf' dropped"),
            (_LATEST, "latest", "'latest' dropped"),
        ):
            match = pattern.search(text)
            if match and match.start() > 0:
                found[what] = match.group().strip("-_ .:@,") + found.get(what, "")
                text = text[: match.start()]
                rules.append(rule)
                trying = True
    return text, found, rules


def _key(tokens: Sequence[str]) -> str:
    """Return tokens in one spelling: words run together, and tags that move about stand last, sorted."""
    fixed: list[str] = []
    tags: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if token == "v" and following[:1].isdigit() and not SIZE.fullmatch(following):
            tags.append("v" + following)
            position += 2
            continue
        if position and (token in _ROLES or SIZE.fullmatch(token)):
            tags.append(token)
        elif fixed and not token[0].isdigit() and not fixed[-1][-1:].isdigit():
            fixed[-1] += token
        else:
            fixed.append(token)
        position += 1
    return "-".join(fixed) + ("|" + " ".join(sorted(tags)) if tags else "")


def _without_extras(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Drop the maker's name before a model's, and ``turbo`` where it names a way to serve."""
    rules = []
    if len(tokens) > 2 and tokens[1] in MAKERS.get(tokens[0], ()):
        tokens = tokens[1:]
        rules.append("maker's name dropped")
    for place in range(1, len(tokens)):
        if tokens[place - 1 : place + 1] == ("instruct", "turbo"):
            tokens = tokens[:place] + tokens[place + 1 :]
            rules.append("serving suffix dropped")
            break
    return tokens, rules


@lru_cache(maxsize=REMEMBERED)
def parse(name: str) -> Spelling:
    """Take a name apart.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    Spelling
        With an empty key where nothing is left that could name a model, or the name is too long for one.
    """
    if len(name) > LONGEST_NAME:
        return Spelling(name, "", None, None, None, None, None, None, None, (), ())
    text, effort, date, rules = _groups(fold(name))
    text, organisation, more = _provider(text)
    rules += more
    text, stored, more = _suffixes(text)
    rules += more
    shorter = _SURFACE.sub("", text)
    if shorter != text:
        text, effort = shorter, effort or "web"
        rules.append("effort level dropped")
    match = _LEVEL_SUFFIX.search(text)
    if match and effort is None:
        effort = _level(match.group(1))
        text = text[: match.start()]
        rules.append("effort level dropped")
    body = text
    plain_effort = None
    for pattern in (_SOFT_LEVEL, _BUDGET_SUFFIX):
        match = pattern.search(body)
        if match and match.start() > 0:
            plain_effort = _level(match.group().strip("-_ "))
            body = body[: match.start()]
            break
    text, said = _date(text)
    date = date or said
    tokens, more = _without_extras(tokens_of(text))
    rules += more
    plain_key = None
    if plain_effort is not None:
        body, plain_said = _date(body)
        date = date or plain_said
        plain_key = _key(_without_extras(tokens_of(body))[0])
    return Spelling(
        name=name,
        key=_key(tokens),
        plain_key=plain_key,
        organisation=organisation,
        date=date,
        effort=effort,
        plain_effort=plain_effort,
        quantisation=stored.get("quantisation"),
        precision=stored.get("precision"),
        tokens=tokens,
        rules=tuple(dict.fromkeys(rules)),
    )


def _date(text: str) -> tuple[str, Date | None]:
    rest, date = number_date(text)
    if date is None:
        rest, date = word_date(text)
    return (rest, date) if tokens_of(rest) else (text, None)
