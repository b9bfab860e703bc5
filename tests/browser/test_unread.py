"""Lines that came while one was away, and drafts."""

from __future__ import annotations

from tests.browser.page import HERE, LINE, ROOMS, TEXTS, Page
from tests.support.live_server import LiveServer

OTHER = f"{ROOMS}:not([aria-current=true])"
BUTTON = "#first-new"


def written(page: Page) -> str:
    return str(page.script("return document.querySelector('#line').value"))


def test_one_jumps_to_the_first_line_that_is_new(page: Page, daemon: LiveServer) -> None:
    page.say("/join ops")
    page.has(HERE, "ops")
    page.shows(BUTTON, False)
    page.click(OTHER)
    page.has(HERE, "lobby")
    lines = [f"line {number}" for number in range(1, 61)]
    with daemon.guest() as luis:
        luis.type("/join ops", *lines)
        luis.until(lines[-1])
    page.has(f"{OTHER} .badge", "60")
    page.click(OTHER)
    page.has(BUTTON, "60 unread: jump to the first")
    page.has(TEXTS, "line 60")
    page.click(BUTTON)
    page.shows(BUTTON, False)
    page.has("#lines .line.found .text", "line 1")
    page.click("#latest")
    page.shows(BUTTON, False)


def test_drafts_are_there_again_after_a_reload(page: Page) -> None:
    page.say("/join ops")
    page.has(HERE, "ops")
    page.type("half a thought")
    page.click(OTHER)
    page.has(HERE, "lobby")
    assert written(page) == ""
    page.click(LINE)
    page.type("/login ana tango-42-lima")
    page.reload()
    page.has(HERE, "lobby")
    assert written(page) == ""
    page.click(OTHER)
    page.has(HERE, "ops")
    assert written(page) == "half a thought"
    stored = "return JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})"
    assert "tango" not in page.script(stored)
