"""A room on its page: speaking where one may, changing the topic, and running the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.accounts import PASSWORD, registered
from tests.browser.page import (
    DOWN,
    ENTER,
    ESCAPE,
    HERE,
    LINES,
    ME,
    PEOPLE,
    TABULATOR,
    TEXTS,
    Page,
)
from tests.browser.tab import LAPTOP, PHONE, axe_core
from tests.support.live_server import Client, LiveServer
from tests.support.sentences import EN

BOXES = "return [...arguments].map(each => document.querySelector(each).getBoundingClientRect())"
FITS = "const line = document.querySelector('#line'); return line.scrollHeight <= line.clientHeight"
PLACEHOLDER = "return document.querySelector('#line').placeholder"


def is_accessible(page: Page) -> bool:
    """Return False if axe-core is here and finds anything serious."""
    return axe_core() is None or page.findings("critical", "serious") == []


def told(verb: str, *more: str) -> str:
    """Return the sentence of what Ana did to Luis, as the page shows it."""
    return EN.deed(verb, "ana", "luis", *more).removeprefix("*** ")


@pytest.fixture
def ana(daemon: LiveServer) -> Iterator[Client]:
    """Yield the owner of the room #news, in which only operators speak."""
    with Client(daemon.port) as ana:
        ana.type("/nick ana", f"/register {PASSWORD}", "/create news announce", "/topic the news")
        ana.until("the news")
        yield ana


def test_where_one_may_not_speak_the_page_says_so_before_one_writes(
    page: Page, ana: Client
) -> None:
    page.say("/join news")
    page.has(HERE, "news")
    page.until(lambda: "only its operators" in page.script(PLACEHOLDER), "the reason")
    for device in PHONE, LAPTOP:
        page.use(device)
        page.until(lambda: page.script(FITS), "the whole reason is seen")
    assert not page.is_shown("#topic-edit")
    page.say("hola")
    page.has("#line-error", "only its operators")
    page.script("document.querySelector('#line').select()")
    page.say("/who")
    page.has(LINES, "In #news: ana and 1 guest.")
    ana.type("/mode open")
    page.until(lambda: "Message to #news" in page.script(PLACEHOLDER), "the room is open")
    page.say("now")
    assert page.said("now") == ["now"]
    page.say("/nick luis")
    page.has(ME, "luis")
    ana.type("/mute luis 2h")
    page.until(lambda: "You are muted in #news until" in page.script(PLACEHOLDER), "the time")
    page.say("hola")
    page.has("#line-error", "You are muted")
    ana.type("/unmute luis")
    page.lacks("#line-error", "You are muted")
    page.press(ENTER)
    assert page.said("hola") == ["now", "hola"]


def test_the_topic_is_changed_in_its_place(page: Page) -> None:
    page.click("#topic-edit")
    assert page.focused == "topic-text"
    assert "Enter saves" in page.script("return document.activeElement.ariaLabel")
    title, form = page.script(BOXES, "#room-name", "#topic-text")
    assert 4 <= title["top"] < title["bottom"] <= form["top"] - 4
    page.type("see http://localhost/plan")
    page.press(ENTER)
    page.has("#topic", "see http://localhost/plan")
    assert page.texts("#topic a") == ["http://localhost/plan"]
    page.until(lambda: page.focused == "topic-edit", "the button has the keyboard again")
    page.press(ENTER)
    page.type("x" * 5000)
    page.press(ENTER)
    page.has("#topic-error", "Error: ")
    page.press(ESCAPE)
    page.shows("#topic-form", False)
    page.has("#topic", "see http://localhost/plan")
    assert page.texts(TEXTS) == []


@pytest.fixture
def luis(page: Page, daemon: LiveServer) -> Iterator[Client]:
    """Yield a guest in the room #ops, which Ana, whose page is given, runs."""
    registered(page)
    page.say("/create ops")
    page.has(HERE, "ops")
    with Client(daemon.port) as luis:
        luis.type("/nick luis", "/join ops")
        luis.until("You are in #ops")
        page.has(PEOPLE, "luis")
        yield luis


def test_a_person_is_muted_and_put_out_by_keyboard(page: Page, luis: Client) -> None:
    page.script("document.querySelector('#people .item:enabled').focus()")
    page.press(ENTER)
    page.shows("#menu")
    assert page.texts("#menu button")[:3] == ["Write to luis alone", "Mute luis", "Kick luis"]
    assert is_accessible(page)
    page.press(DOWN, ESCAPE)
    page.shows("#menu", False)
    page.until(lambda: "luis" in page.focused, "the person has the keyboard again")
    page.press(ENTER)
    page.shows("#menu")
    page.press(DOWN, ENTER)
    page.shows("#forms")
    page.press(TABULATOR)
    page.type("too loud")
    assert is_accessible(page)
    page.press(ENTER)
    page.has(LINES, told("mute", "1h", "too loud"))
    page.shows("#forms", False)
    luis.type("hola")
    luis.until("you are muted")
    page.click(f"{PEOPLE}:enabled")
    page.shows("#menu")
    assert page.texts("#menu button")[1] == "Let luis speak again"
    page.press(DOWN, DOWN, ENTER)
    page.has("#forms-title", "Kick luis")
    page.press(TABULATOR, ENTER)
    page.has(LINES, told("kick"))
    page.lacks(PEOPLE, "luis")


def test_a_room_is_run_from_its_settings(page: Page, luis: Client) -> None:
    page.click("#settings-open")
    page.has("#forms .answer", "#ops is open")
    page.has("#forms .answer", "In #ops: ana and luis.")
    assert is_accessible(page)
    buttons = page.texts("#forms-parts button")
    assert len(buttons) == len(set(buttons))
    page.script("document.querySelector('#forms select').value = 'announce'")
    page.click("#forms section:nth-child(2) button")
    page.has("#forms .answer", "#ops is announce")
    assert page.script("return document.querySelector('#forms select').value") == "announce"
    page.script("document.querySelector('#forms section:nth-child(3) select').value = '/op'")
    page.click("#forms section:nth-child(3) input")
    page.type("luis")
    page.press(ENTER)
    page.has("#forms-error", EN.sentence("not_registered_op", name="luis"))
    luis.type("/nick luis2", f"/register {PASSWORD}", "/leave")
    page.lacks(PEOPLE, "luis")
    page.script("document.querySelector('#forms section:nth-child(3) input').select()")
    page.type("luis2")
    page.press(ENTER)
    page.has("#forms .answer", EN.sentence("operators_are", people="luis2"))
    page.has("#forms-told", "Done: Make an operator luis2")
    page.press(ESCAPE)
    page.shows("#forms", False)
    assert page.texts(f"{LINES}.error") == []


def answer_in_dialog(page: Page, password: str) -> None:
    """Type a password that a dialog asks for, and send it."""
    page.shows("#forms-secret")
    page.until(lambda: page.focused == "forms-password", "the password can be typed")
    assert page.texts("#forms-told") == ["First your present password. An empty answer cancels."]
    page.type(password)
    page.press(ENTER)


def test_a_dialog_asks_for_the_password_and_forgets_what_it_showed(page: Page) -> None:
    registered(page)
    page.click("#account-open")
    page.has("#forms .answer", "no tokens.")
    assert not any("/token" in each for each in page.texts("#forms"))
    page.click("#forms section input")
    page.type("ci")
    page.press(ENTER)
    answer_in_dialog(page, PASSWORD)
    page.has("#forms-told", "ci is a token")
    page.has("#forms .answer", EN.sentence("tokens", count=1))
    page.press(ESCAPE)
    page.shows("#forms", False)
    page.click("#account-open")
    page.has("#forms .answer", EN.sentence("tokens", count=1))
    assert "chatd_" not in page.script("return document.documentElement.textContent")
    page.click("#forms section:nth-child(2) button")
    page.shows("#forms-secret")
    page.press(ESCAPE)
    page.shows("#forms", False)
    page.shows("#line")
    page.say("hola")
    assert page.said("hola") == ["hola"]


def test_a_dialog_asks_again_for_a_refused_password(page: Page) -> None:
    registered(page)
    page.click("#account-open")
    page.has("#forms .answer", "no tokens.")
    page.click("#forms section input")
    page.type("ci")
    page.press(ENTER)
    answer_in_dialog(page, "wrong horse")
    page.has("#forms-error", EN.sentence("wrong_password", name="ana"))
    page.shows("#forms-secret")
    page.shows("#forms-parts", False)
    assert page.focused == "forms-password"
    page.press(ESCAPE)
    page.shows("#forms", False)
    page.shows("#line")
    page.say("hola")
    assert page.said("hola") == ["hola"]
    assert not any("password" in each for each in page.texts(LINES))
