"""Searching on the page."""

from __future__ import annotations

from tests.browser.page import ENTER, LINES, TEXTS, Page
from tests.support.live_server import Client, LiveServer


def test_what_one_looks_for_is_found_and_shown_in_its_place(page: Page, daemon: LiveServer) -> None:
    with Client(daemon.port) as luis:
        luis.type(*(f"line {number}" for number in range(400)), "the needle", "the end")
        luis.type(*(f"line {number}" for number in range(400, 800)))
        luis.until("line 799")
    page.reload()
    page.said("line 799")
    assert "the needle" not in page.texts(TEXTS)
    page.click("#search-open")
    page.type("needle")
    page.press(ENTER)
    page.has("#found", "the needle")
    page.click("#found a")
    page.has(f"{LINES}.found", "the needle")
    texts = page.texts(TEXTS)
    at = texts.index("the needle")
    assert texts[at - 1 : at + 2] == ["line 399", "the needle", "the end"]
