"""Addresses of rooms and lines: what is shown follows them, and they follow what is shown."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.chromium import Chromium
from tests.browser.page import ENTER, ESCAPE, HERE, LINE, LINES, TABULATOR, Page
from tests.support.live_server import Client, LiveServer

FOUND = f"{LINES}.found .text"


def at(page: Page, address: str) -> None:
    """Wait until the URL of the page ends in an address."""
    page.until(lambda: page.script("return location.hash") == address, f"the address is {address}")


def follow(page: Page, address: str) -> None:
    """Follow a link to an address, as from another page, without loading this one again."""
    page.script("location.hash = arguments[0]", address)


def is_in_view(page: Page, selector: str) -> Callable[[], bool]:
    script = """
    const line = document.querySelector(arguments[0]).getBoundingClientRect();
    const log = document.querySelector("#log").getBoundingClientRect();
    return line.top >= log.top && line.bottom <= log.bottom;
    """
    return lambda: bool(page.script(script, selector))


def test_rooms_and_lines_are_opened_by_their_addresses(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    with Client(daemon.port) as luis:
        luis.type("/join ops", *(f"line {number}" for number in range(1, 301)))
        luis.until("line 300")
    at(page, "#lobby")
    page.script("window.isSame = true")

    page.say("/join ops")
    page.said("line 300")
    at(page, "#ops")
    page.driver.back()
    page.has(HERE, "lobby")
    page.driver.forward()
    page.has(HERE, "ops")

    for _ in range(2):
        page.click(f'{LINES}[data-seq="298"] .at')
        at(page, "#ops/298")
        assert page.has(FOUND, "line 298") == ["line 298"]
        page.script("document.activeElement.classList.remove('found')")
    page.click(LINE)
    page.press(ESCAPE)
    at(page, "#ops")

    follow(page, "#OPS/20")
    page.has(FOUND, "line 20")
    page.until(is_in_view(page, FOUND), "the line is in view")
    assert page.focused.endswith("line 20\n⋯")  # and the button of what can be done with it
    page.press(TABULATOR)
    assert page.script("return document.activeElement.hash") == "#ops/20"
    page.driver.back()
    at(page, "#ops")
    follow(page, "#ops/9999")
    page.has(f"{LINES}.found", "There is no line 9999 yet. This is the last one.")
    page.has(FOUND, "line 300")

    page.click("#rooms .item")
    page.has(HERE, "lobby")
    assert page.focused == "line"
    page.script("history.back()")
    page.has(FOUND, "line 300")
    page.until(lambda: "line 300" in page.focused, "the line of another room has the focus")

    page.click(LINE)
    page.say(f"see {daemon.url}#lobby")
    page.click(f"{LINES} a[href='#lobby']")
    page.has(HERE, "lobby")
    assert page.script("return window.isSame")

    fresh = chromium.tab(Page)
    fresh.open(f"{daemon.url_at('localhost')}#ops/150")
    fresh.has(FOUND, "line 150")
    fresh.until(is_in_view(fresh, FOUND), "the line is in view")
    assert fresh.texts(HERE) == ["#\nops"]
    fresh.reload()
    fresh.has(FOUND, "line 150")


def test_an_address_that_leads_nowhere(page: Page, daemon: LiveServer) -> None:
    follow(page, "#nowhere")
    page.has("#browse-error", "#nowhere does not exist. You can create it.")
    at(page, "#lobby")
    assert "nowhere" not in "".join(page.texts("#rooms"))
    page.press(ENTER)  # the name is there already
    page.has(HERE, "nowhere")
    at(page, "#nowhere")
    page.reload()
    page.has(HERE, "nowhere")
    follow(page, "#no where")
    page.has(f"{LINES}.error", "#no%20where is no address")
    at(page, "#nowhere")
    follow(page, "#@luis")
    page.has("#room-name", "luis")
    page.has("#topic", "Private, for you and luis")
    page.has("#begins", "Private, for you and luis.")
    page.driver.back()
    page.has(HERE, "nowhere")
    with daemon.guest() as luis:
        luis.type("/nick luis", "/register tango-42-lima", "/create den private", "/leave")
        luis.until("You are in #lobby")
        follow(page, "#den")
        page.has("#browse-error", "#den")
