"""How the site is built from these pages. `make docs` first writes docs/_generated, which the pages include."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.docutils import SphinxDirective

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import confounded  # noqa: E402  (the path comes first)
from scripts.docs_links import sent_on  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "confounded"
author = "The confounded authors"
copyright = author
version = release = confounded.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_generated/parts/**", "_generated/runs/**", "examples/**"]
nitpicky = True
# What is documented elsewhere: nothing is downloaded while the site is built, so these names have no page to lead to.
nitpick_ignore_regex = [
    ("py:.*", r"(polars|pl|numpy|np|msgspec|pathlib|collections|typing|os)\..*"),
    (
        "py:.*",
        r"(ndarray|array_like|callable|optional|sequence|iterable|mapping|Path|Struct|Progress)",
    ),
]

myst_enable_extensions = ["dollarmath", "substitution", "colon_fence", "deflist", "tasklist"]
myst_heading_anchors = 3
myst_substitutions = json.loads((HERE / "_generated" / "numbers.json").read_text(encoding="utf-8"))

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc docstrings say the types
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

html_theme = "furo"
html_title = "confounded"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1c5a96", "color-brand-content": "#1c5a96"},
    "dark_css_variables": {"color-brand-primary": "#78b4ee", "color-brand-content": "#78b4ee"},
}


def _inline_math(translator: Any, node: nodes.math) -> None:
    """Write a formula as MathML, which browsers draw by themselves: no script, no font, no network."""
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block_math(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


class Drawing(SphinxDirective):
    """A figure of the program in two widths, of which the style sheet shows one; the body describes it."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return both."""
        described = " ".join(self.content)
        return [
            nodes.image(uri=f"{self.arguments[0]}{size}.svg", alt=described, classes=["drawing", shown])
            for size, shown in (("", "wide"), ("-narrow", "narrow"))
        ]


def _send_links_on(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn links out of this folder into links to the site's copies of those pages."""
    source[0] = sent_on(source[0], Path(app.env.doc2path(docname)))


def setup(app: Sphinx) -> None:
    """Add what Sphinx does not bring along."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.add_directive("drawing", Drawing)
    app.connect("source-read", _send_links_on)
