"""Fixtures that more than one room's tests use: how Hypothesis runs, and a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The first call of a compiled kernel takes seconds, which a deadline would take for a defect.
# Under CI the cases are the same in every run: a failure there must come from the change.
settings.register_profile("confounded", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("confounded")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses to run as root with its sandbox, and CI is root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the program that ``CONFOUNDED_CHROMIUM`` names, else the first Chromium on the ``PATH``."""
    named = os.environ.get("CONFOUNDED_CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one the test is skipped, but under CI it fails, lest nobody notice."""
    found = find_chromium()
    if found is None:
        reason = (
            f"no Chromium: none of {', '.join(CHROMIUM_NAMES)} on the PATH, nor CONFOUNDED_CHROMIUM; "
            "on Debian: apt-get install chromium"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One headless Chromium for the session."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page without a network. The test fails if the page met an error or asked for a network."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    opened.on(
        "console", lambda said: complaints.append(f"console: {said.text}") if said.type == "error" else None
    )
    opened.on(
        "request",
        lambda asked: (
            None if is_local(asked.url) else complaints.append(f"asked the network for {asked.url}")
        ),
    )
    yield opened
    context.close()
    assert not complaints, "\n".join(complaints)


def is_local(url: str) -> bool:
    """Tell whether an address is read without a network."""
    return url.startswith(("file:", "data:", "blob:", "about:"))
