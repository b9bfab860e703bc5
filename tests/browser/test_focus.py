"""The focus on the page: text goes only to what has it, and it is never lost."""

from __future__ import annotations

from tests.browser.accounts import SIGNED_IN, registered
from tests.browser.chromium import Chromium
from tests.browser.page import CUT_OFF, ENTER, ESCAPE, LINES, ME, PEOPLE, TEXTS, Page
from tests.support.live_server import Client, LiveServer

VALUES = (
    "return Array.from(document.querySelectorAll('input, textarea'), each => each.value).join('')"
)

GO_TO = "document.querySelector(arguments[0]).focus()"


def press(page: Page, selector: str) -> None:
    """Give the focus to a control as the keyboard does, and press it."""
    page.script(GO_TO, selector)
    page.press(ENTER)


def has_focus(page: Page, control: str) -> None:
    page.until(lambda: page.focused == control, f"{control} has the focus")


def test_no_field_takes_text_without_the_focus(page: Page) -> None:
    registered(page)
    press(page, SIGNED_IN)
    page.has(ME, "guest")
    has_focus(page, "signin-open")
    page.type("correct horse")
    page.press("x")
    page.script("document.activeElement.blur()")
    page.type("battery")
    page.press("y", ENTER)
    assert "correct" not in page.script(VALUES)
    assert "battery" not in page.script(VALUES)
    assert page.texts(TEXTS) == []
    page.click("#line")
    page.type("hola")
    page.press(ENTER)
    assert page.said("hola") == ["hola"]


def test_a_control_that_goes_leaves_the_focus_to_one_that_stays(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    with Client(daemon.port) as luis, Client(daemon.port) as eva:
        luis.type("/nick luis", *(f"line {number}" for number in range(120)))
        eva.type("/nick eva", "hola")
        page.has(PEOPLE, "luis")
        page.has(PEOPLE, "eva")
        page.script(GO_TO, f"{PEOPLE}[data-name=luis]")
        luis.type("/quit")
        page.lacks(PEOPLE, "luis")
        assert page.focused == "eva"
        page.script(GO_TO, f"{PEOPLE}[data-name=eva]")
        page.press(ENTER)
        page.shows("#menu")
        eva.type("/quit")
        page.lacks(PEOPLE, "eva")
        page.press(ESCAPE)
        page.shows("#menu", False)
        has_focus(page, "line")
    page.reload()
    page.has(LINES, "line 119")
    page.script(GO_TO, "#older")
    page.has(LINES, "line 20")  # the control has come into view, which fetches lines, too
    page.press(ENTER)
    page.has(LINES, "line 0")
    page.shows("#older", False)
    has_focus(page, "log")
    chromium.forgive(CUT_OFF)
    daemon.kill()
    page.shows("#try-now")
    page.script(GO_TO, "#try-now")
    with daemon.again():
        page.shows("#banner", False)
        has_focus(page, "line")


def test_a_dialog_gives_the_focus_back_to_what_opened_it(page: Page) -> None:
    for button, dialog in (
        ("settings-open", "#forms"),
        ("name-open", "#account"),
        ("browse-open", "#browse"),
    ):
        press(page, f"#{button}")
        page.shows(dialog)
        page.press(ESCAPE)
        page.shows(dialog, False)
        has_focus(page, button)
