"""Searching on the page."""

from __future__ import annotations

from tests.browser.page import DOWN, ENTER, ESCAPE, HERE, LINES, TABULATOR, TEXTS, UP, Page
from tests.browser.tab import PHONE
from tests.support.live_server import Client, LiveServer

FOUND = f"{LINES}.found .text"
HITS = "#found a"

OVERLAP = """
const [one, other] = arguments[0].map(each => document.querySelector(each).getBoundingClientRect());
return one.left < other.right && other.left < one.right
    && one.top < other.bottom && other.top < one.bottom;
"""


def choose(page: Page, filter: str, value: str) -> None:
    """Choose one of the values of a filter."""
    page.script(
        """
        const [name, value] = arguments;
        const filter = document.getElementById(`search-${name}`);
        filter.value = value;
        filter.dispatchEvent(new Event("change"));
        """,
        filter,
        value,
    )


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
    page.click(HITS)
    page.has(FOUND, "the needle")
    texts = page.texts(TEXTS)
    at = texts.index("the needle")
    assert texts[at - 1 : at + 2] == ["line 399", "the needle", "the end"]
    assert page.script("return document.scrollingElement.scrollTop") == 0


def test_all_rooms_are_searched_beside_the_log(page: Page, daemon: LiveServer) -> None:
    for room, line in ("ops", "green tea"), ("builds", "no news"):
        page.say(f"/join {room}")
        page.has(HERE, room)
        page.say(line)
    page.click("#rooms .item")
    with daemon.guest() as luis:
        luis.type("/nick luis", "a green build")
        luis.until("a green build")
    page.said("a green build")

    page.click("#search-open")
    for covered in "#log", "#people-panel", "#composer":
        assert not page.script(OVERLAP, ["#search-panel", covered]), covered
    page.type("nothing like it")
    page.press(ENTER)
    page.has("#search-status", "found in #lobby.")
    choose(page, "scope", "all")
    page.has("#search-status", "Nothing found in the rooms that you are in. Enter another room")
    choose(page, "scope", "here")
    page.script("document.querySelector('#search-words').value = 'green'")
    page.press(ENTER)
    page.has("#search-status", "1 found.")
    choose(page, "scope", "all")
    page.has("#search-status", "2 found, room by room, newest first.")
    lobby, ops = page.texts(HITS)
    assert lobby.startswith("#lobby · luis")
    assert ops.startswith("#ops · guest1")
    page.click(f"{HITS}[href='#ops/1']")
    page.has(HERE, "ops")
    page.has(FOUND, "green tea")
    assert page.count(HITS) == 2
    assert page.script("return document.scrollingElement.scrollHeight <= innerHeight")

    page.click("#search-from")
    page.type("luis")
    page.press(TABULATOR)
    page.has("#search-status", "1 found.")
    page.script("document.querySelector('#search-words').value = ''")
    page.press(DOWN)
    page.lacks("#search-status", "found")
    page.script("document.querySelector('#search-words').value = 'green'")
    page.press(UP)
    page.has("#search-status", "1 found.")
    for inside in f"{HITS}", "#search-since", "#search-words", "#line":
        page.script("document.querySelector(arguments[0]).focus()", inside)
        page.press(ESCAPE)
        page.shows("#search-panel", False)
        assert page.focused == "line"
        page.click("#search-open")

    page.use(PHONE)
    page.shows("#search-panel")
    assert not page.script(OVERLAP, ["#search-panel", "#composer"])
    assert page.texts(HITS) == []
    assert "".join(page.texts("#search-status")) == ""
    page.type("tea")
    page.press(ENTER)
    page.has(HITS, "green tea")
    page.click(HITS)
    page.shows("#search-panel", False)
    page.has(FOUND, "green tea")


def test_what_was_found_is_gone_once_the_account_is_signed_out(page: Page) -> None:
    page.say("/nick ana", "/register correct horse")
    page.lacks("#welcome:not([hidden])")
    page.say("/create den private")
    page.has(HERE, "den")
    page.say("the needle")
    page.said("the needle")
    page.click("#search-open")
    page.script("document.querySelector('#search-scope').value = 'all'")
    page.type("needle")
    page.press(ENTER)
    page.has("#found", "the needle")
    page.click("#line")
    page.say("/logout")
    page.has(HERE, "lobby")
    page.lacks("#found", "needle")
    assert page.script("return document.querySelector('#search-words').value") == ""
    assert "needle" not in page.script("return document.body.textContent")
