"""Names from files, made safe to stand in plain text, Markdown and LaTeX."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["formula_free", "latex", "markdown", "short", "visible"]

LONGEST: Final = 120
"""Characters of a name that are shown: one longer than a line is no name to be read."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")

_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Categories of characters that show nothing of themselves, or turn the direction of the text around them."""

_MARKDOWN: Final = re.compile(r"([\\`*_<>|~&]|\](?=[(\[:])|^[#+-])")
"""What Markdown would take for markup. Brackets alone are text: a link needs what may follow them."""
_LATEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "\u2212": r"$-$",
        "ρ": r"$\rho$",
        "±": r"$\pm$",
        "×": r"$\times$",
        "\u00a0": "~",
        "…": r"\dots{}",
    }
)


def visible(text: str) -> str:
    """Return a text on one line, with a code for every character that shows nothing or turns the text around it."""
    if text.isprintable():  # most are, and none of those characters is
        return text
    return "".join(
        f"\\u{ord(one):04x}" if unicodedata.category(one) in _UNSEEN else one
        for one in text.replace("\n", " ").replace("\u00ad", "")
    )


def short(name: str) -> str:
    """Return a name that can be shown in a line: visible, and cut where it is too long for one."""
    shown = visible(name[: LONGEST + 1])
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def formula_free(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that it would gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def markdown(text: str) -> str:
    """Return a text that Markdown shows as it stands, tables included."""
    return _MARKDOWN.sub(r"\\\1", visible(text))


def latex(text: str) -> str:
    """Return a text that LaTeX sets as it stands."""
    return visible(text).translate(_LATEX)
