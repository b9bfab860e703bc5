"""A room on its page: speaking where one may, and changing the topic."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.page import ENTER, ESCAPE, HERE, LINES, TEXTS, Page
from tests.support.live_server import Client, LiveServer

PASSWORD = "tango-42-lima"

PLACEHOLDER = "return document.querySelector('#line').placeholder"


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
    assert not page.is_shown("#topic-edit")
    page.say("hola")
    page.has("#line-error", "only its operators")
    page.script("document.querySelector('#line').value = ''")
    page.say("/who")
    page.has(LINES, "In #news: ana and 1 guest.")
    ana.type("/mode open")
    page.until(lambda: "Message to #news" in page.script(PLACEHOLDER), "the room is open")
    page.say("now")
    assert page.said("now") == ["now"]


def test_the_topic_is_changed_in_its_place(page: Page) -> None:
    page.click("#topic-edit")
    assert page.focused == "topic-text"
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
