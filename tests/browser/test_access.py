"""Accessibility of the page: keyboard, screen reader, both languages, any screen."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, missing
from tests.browser.page import (
    ALT,
    BACKSPACE,
    BANNER,
    DOWN,
    ENTER,
    ESCAPE,
    HERE,
    LINES,
    ME,
    PENDING,
    SHIFT,
    TABULATOR,
    Page,
)
from tests.browser.tab import LAPTOP, PHONE, Device, Heard, axe_core
from tests.support.live_server import Client, LiveServer

needs_axe = pytest.mark.skipif(
    axe_core() is None,
    reason="axe-core is not here: npm install, or name axe.min.js in AXE_CORE",
)

READABLE = 54 * 16
"""Most pixels of the width of a line: about a hundred letters."""

WIDTH = """
const texts = document.querySelectorAll("#lines .text");
return Array.from(texts).at(-1).getBoundingClientRect().width;
"""

SMALL = Device(320, 480, 2.0, touch=True)
"""The narrowest screen that WCAG (1.4.10) asks for."""

DEVICES = pytest.mark.parametrize(
    "device", [SMALL, PHONE, Device(800, 600), LAPTOP], ids=["small", "phone", "tablet", "laptop"]
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveServer, None, None]:
    """Yield one daemon for all of these tests, with something of each kind in its rooms."""
    if reason := missing():
        pytest.skip(reason)
    with LiveServer(tmp_path_factory.mktemp("furnished"), web=0) as daemon:
        with Client(daemon.port) as luis:
            luis.type("/nick luis", "/topic what we talk about", "hola, ¿qué tal?", "/me waves")
            luis.type("see https://example.com/a?b=c.", "x" * 300, "/join ops", "elsewhere")
            luis.until("> elsewhere")
        yield daemon


# Keys


def test_all_can_be_done_by_keyboard(page: Page) -> None:
    told = "return document.querySelector('#announce').textContent"
    page.type("/nic")
    page.until(lambda: "One suggestion" in page.script(told), "the suggestion is read")
    page.press(TABULATOR)
    page.type("ana")
    page.press(ENTER)
    page.has(ME, "ana")
    assert page.script(told) == ""
    page.say("/join ops")
    page.has(HERE, "ops")
    page.say("hola")
    page.said("hola")
    page.chord(ALT, DOWN)
    page.has(HERE, "lobby")
    assert page.focused == "line"
    page.type("first")
    page.chord(SHIFT, ENTER)
    page.type("second")
    page.press(ENTER)
    assert page.said("second")[-1] == "first\nsecond"


def test_the_tabulator_leaves_no_text_behind_unless_after_escape(page: Page) -> None:
    page.type("half a")
    page.press(TABULATOR)
    page.has("#line-told", "Nothing to complete.")
    page.press(*" line", ENTER)
    assert page.said("half a line")[-1] == "half a line"
    assert not page.texts("#line-told")[0]
    page.type("another")
    page.press(ESCAPE, TABULATOR)
    assert page.focused == "send"
    page.chord(SHIFT, TABULATOR)
    page.script("document.activeElement.select()")
    page.type("/nic")
    page.press(TABULATOR)
    assert page.script("return document.activeElement.value") == "/nick "
    page.script("document.activeElement.select()")
    page.press(BACKSPACE)
    page.press(TABULATOR)
    assert page.focused == "send"


def tab_to(page: Page, control: str) -> None:
    """Press the tabulator until a control has the keyboard."""
    for _ in range(60):
        if page.focused == control:
            return
        page.press(TABULATOR)
    raise AssertionError(f"the tabulator does not reach {control}")


def test_a_person_without_a_mouse_is_named_finds_a_line_and_changes_rooms(page: Page) -> None:
    tab_to(page, "skip")
    page.press(ENTER)
    page.until(lambda: page.focused == "line", "the link leads to the line")
    tab_to(page, "name-open")
    page.press(ENTER)
    page.shows("#account")
    tab_to(page, "account-name")
    page.type("nora")
    page.press(ENTER)
    page.has(ME, "nora")
    page.shows("#account", False)
    page.until(lambda: page.focused == "line", "the keyboard is back")
    tab_to(page, "search-open")
    page.press(ENTER)
    page.until(lambda: page.focused == "search-words", "the words to search for")
    page.type("hola")
    page.press(ENTER)
    page.has("#found", "hola, ¿qué tal?")
    for _ in range(9):
        page.press(TABULATOR)
        if "hola" in page.focused:
            break
    page.press(ENTER)
    in_log = "return document.getElementById('lines').contains(document.activeElement)"
    page.until(lambda: page.script(in_log), "the line that was found has the keyboard")
    page.press(ESCAPE)
    page.until(lambda: page.focused == "line", "the keyboard is back")
    tab_to(page, "browse-open")
    page.press(ENTER)
    page.until(lambda: page.focused == "browse-name", "the name of a room")
    page.type("ops")
    page.press(ENTER)
    page.has(HERE, "ops")
    page.until(lambda: page.focused == "line", "the keyboard is back")
    tab_to(page, "leave")
    page.press(ENTER)
    page.has(HERE, "lobby")


def test_every_control_is_reached_with_the_tabulator_and_is_seen_to_be(page: Page) -> None:
    reached: list[str] = []
    page.script("document.activeElement.blur(); document.body.focus()")
    for _ in range(60):
        page.press(TABULATOR)
        if page.focused in reached[:1]:
            break
        if page.focused:
            reached.append(page.focused)
            assert page.script(
                "const style = getComputedStyle(document.activeElement);"
                "return style.outlineStyle !== 'none' || style.boxShadow !== 'none'"
            ), f"it is not seen that {page.focused} has the keyboard"
    for control in "skip", "line", "search-open", "browse-open", "name-open":
        assert control in reached
    assert reached.index("welcome-name") < reached.index("welcome-later")


@pytest.mark.parametrize(
    ("button", "opened"),
    [
        ("#browse-open", "#browse"),
        ("#name-open", "#account"),
        ("#search-open", "#search-panel"),
    ],
)
def test_what_is_opened_is_closed_with_escape_and_the_keyboard_comes_back(
    page: Page, button: str, opened: str
) -> None:
    page.script("document.querySelector(arguments[0]).focus()", button)
    page.press(ENTER)
    page.shows(opened)
    page.press(ESCAPE)
    page.shows(opened, False)
    page.until(lambda: page.focused in (button[1:], "line"), "the keyboard is back")


# Screen readers


def test_new_lines_are_in_a_live_region_and_everything_has_a_name(page: Page) -> None:
    page.has(LINES, "hola")
    heard = page.heard()
    roles = {each.role for each in heard}
    assert {"log", "navigation", "main", "heading", "textbox"} <= roles
    assert Heard("textbox", "Message to #lobby") in heard
    nameless = [
        each for each in heard if each.role in {"button", "link", "textbox"} and not each.name
    ]
    assert nameless == []
    # The history on entering is not announced.
    polite = "return document.querySelector('[role=log]').ariaLive === 'polite'"
    page.until(lambda: page.script(polite), "new lines are read out")


def test_the_page_is_read_from_the_rooms_to_the_people(page: Page) -> None:
    page.say("/nick ana")
    page.has(ME, "ana")
    page.has(LINES, "luis waves")
    in_order = [
        Heard("link", "Skip to the line to write in"),
        Heard("navigation", "Rooms"),
        Heard("heading", "Rooms"),
        Heard("button", "lobby"),
        Heard("button", "Find or create a room"),
        Heard("StaticText", "You are"),
        Heard("StaticText", "ana"),
        Heard("button", "Choose a name"),
        Heard("main", ""),
        Heard("heading", "#lobby"),
        Heard("StaticText", "what we talk about"),
        Heard("button", "Search"),
        Heard("log", "Conversation"),
        Heard("StaticText", "luis"),
        Heard("StaticText", ":"),
        Heard("StaticText", "hola, ¿qué tal?"),
        Heard("StaticText", "luis"),
        Heard("StaticText", "waves"),
        Heard("StaticText", "Message to #lobby"),
        Heard("textbox", "Message to #lobby"),
        Heard("button", "Send"),
        Heard("complementary", "People"),
        Heard("heading", "People"),
        Heard("StaticText", "ana"),
    ]
    heard = page.heard()
    rest = iter(heard)
    missed = [each for each in in_order if each not in rest]
    assert not missed, f"not heard in this order: {missed[0]}, of {heard}"


@needs_axe
@DEVICES
def test_axe_finds_nothing_serious(page: Page, device: Device) -> None:
    page.use(device)
    page.say("/nonsense")
    page.has(f"{LINES}.error", "nonsense")
    for scheme in "dark", "light":
        page.prefer(scheme)
        assert page.findings("critical", "serious") == [], scheme


@needs_axe
@pytest.mark.parametrize(
    ("button", "opened"),
    [
        ("#browse-open", "#browse"),
        ("#name-open", "#account"),
        ("#signin-open", "#account"),
        ("#search-open", "#search-panel"),
    ],
)
def test_axe_finds_nothing_serious_in_what_is_opened(page: Page, button: str, opened: str) -> None:
    page.click(button)
    page.shows(opened)
    for scheme in "dark", "light":
        page.prefer(scheme)
        assert page.findings("critical", "serious") == [], scheme


@needs_axe
def test_axe_finds_nothing_serious_in_what_happens(chromium: Chromium, tmp_path: Path) -> None:
    chromium.forgive("ERR_CONNECTION|fetching the script")
    with LiveServer(tmp_path, web=0) as daemon:
        page = chromium.tab(Page)
        page.use(LAPTOP)
        page.enter(daemon.url)
        page.say("/nick ana", "`code`, and\nanother line", "/register")
        page.shows("#secret")
        check(page, "a question for a password")
        page.press(ENTER)
        page.shows("#secret", False)
        page.click("#search-open")
        page.until(lambda: page.focused == "search-words", "the words to search for")
        page.type("another")
        page.press(ENTER)
        page.has("#found", "another line")
        check(page, "lines that were found")
        page.click("#found li > *")
        page.shows(".found")
        page.use(PHONE)
        page.click("#rooms-open")
        page.shows("#rooms")
        check(page, "rooms over the log")
        page.press(ESCAPE)
        daemon.kill()
        page.shows(BANNER)
        page.click("#line")
        page.say("not sent")
        page.has(PENDING, "not sent")
        check(page, "no connection")
        chromium.leave()


def check(page: Page, state: str) -> None:
    for scheme in "dark", "light":
        page.prefer(scheme)
        assert page.findings("critical", "serious") == [], f"{state}, {scheme}"


# Screens


@DEVICES
def test_nothing_is_wider_than_the_screen(page: Page, device: Device) -> None:
    page.use(device)
    page.has(LINES, "hola")
    width = page.script("return document.documentElement.scrollWidth")
    assert width <= device.width
    assert page.is_shown("#line")


def test_on_a_wide_screen_lines_are_as_wide_as_can_be_read(page: Page) -> None:
    page.use(Device(2560, 1440))
    page.say("many words " * 40)
    page.said("many words")
    assert 300 < page.script(WIDTH) <= READABLE


def test_what_closes_the_welcome_stays_beside_its_buttons(page: Page) -> None:
    page.use(Device(1024, 768))
    page.shows("#welcome")
    top = "document.querySelector(arguments[0]).getBoundingClientRect().top"
    tops = [page.script(f"return {top}", f"#welcome-{each}") for each in ("name", "later")]
    assert abs(tops[0] - tops[1]) < 10, "they are in one row"


def takes_keyboard(page: Page, panel: str) -> None:
    """Wait until the keyboard is in a panel."""
    inside = "return document.querySelector(arguments[0]).contains(document.activeElement)"
    page.until(lambda: page.script(inside, panel), f"the keyboard is in {panel}")


def test_a_phone_has_room_for_the_log_and_shows_the_rooms_when_asked(page: Page) -> None:
    page.use(PHONE)
    page.shows("#rooms", False)
    for opener, panel in ("#rooms-open", "#rooms-panel"), ("#people-open", "#people-panel"):
        page.click(opener)
        page.shows(panel)
        takes_keyboard(page, panel)
        page.press(ESCAPE)
        page.shows(panel, False)


@pytest.mark.parametrize(
    ("language", "label"), [("es", "Mensaje para #lobby"), ("en", "Message to #lobby")]
)
def test_it_speaks_the_language_of_the_browser(
    chromium: Chromium, daemon: LiveServer, language: str, label: str
) -> None:
    page = chromium.tab(Page)
    page.speak(language)
    page.enter(daemon.url)
    assert Heard("textbox", label) in page.heard()
    assert page.script("return document.documentElement.lang") == language
    page.say("/nonsense")
    page.has(f"{LINES}.error", "/ayuda" if language == "es" else "/help")
    page.has(f"{LINES}.error b", "Orden desconocida" if language == "es" else "Unknown command")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "device"), [("phone", PHONE), ("laptop", LAPTOP)])
def test_it_is_light_or_dark_as_the_system_is(
    page: Page, name: str, device: Device, scheme: str
) -> None:
    page.use(device)
    page.prefer(scheme)
    page.has(LINES, "hola")
    page.screenshot(f"{name}-{scheme}")
    colour = page.script("return getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, colour[colour.index("(") + 1 : -1].split(",")[:3])) / 3
    assert (brightness > 128) is (scheme == "light")
