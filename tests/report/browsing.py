"""Steps that every test of the page in a browser takes: open it, have its charts drawn, wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["ROWS", "drawn", "opened", "until"]

ROWS = ".listed tbody tr"


def opened(page: Page, report: Path, fragment: str = "") -> Page:
    page.goto("about:blank")
    page.goto((report / "report.html").as_uri() + (f"#{fragment}" if fragment else ""))
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


def drawn(page: Page) -> None:
    """Scroll through the page until every chart of it is drawn."""
    for _ in range(600):
        if not page.evaluate(
            "(() => { const one = [...document.querySelectorAll('#view .waiting')].find(one => one.clientWidth);"
            " one?.scrollIntoView({block: 'center'}); return Boolean(one); })()"
        ):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{page.locator('#view .waiting').count()} charts are never drawn")


def until(page: Page, holds: str) -> None:
    """Wait until an expression holds; asked from outside, since the page runs no text as code."""
    for _ in range(600):
        if page.evaluate(f"Boolean({holds})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)
