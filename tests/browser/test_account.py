"""Accounts in a real browser: registering, signing in and signing out."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.browser.accounts import ACCOUNT, PASSWORD, SIGNED_IN, fill, registered
from tests.browser.chromium import Chromium
from tests.browser.page import CUT_OFF, ENTER, HERE, LINES, ME, PEOPLE, Page
from tests.support.live_server import Client, LiveServer
from tests.support.sentences import EN

PROOF = "return JSON.parse(localStorage.getItem('chatd.proof'))"


def test_a_name_is_registered_and_stays_over_a_reload(page: Page) -> None:
    registered(page)
    page.reload()
    page.shows(SIGNED_IN)
    page.has(ME, "ana")
    page.say("/whois ana")
    page.has("#lines .line", "ana is registered")


def test_the_name_that_one_has_in_this_browser_can_be_registered(page: Page) -> None:
    page.say("/nick eva")
    page.has(ME, "eva")
    page.say("/join den")
    page.has(HERE, "den")
    registered(page, "eva")
    assert not page.texts("#account-error")[0]
    page.say("/create attic private")
    page.has(HERE, "attic")
    page.click(SIGNED_IN)
    page.has(ME, "guest")
    page.has(LINES, "You are signed out. You are guest")
    page.lacks("#rooms", "attic")
    told = " ".join(page.texts(LINES))
    assert not any(each in told for each in ("elsewhere", "somebody else", "attic", "is now"))
    fill(page, "signin", "eva", PASSWORD)
    page.has(ME, "eva")
    page.has(LINES, "You are eva now.")
    page.has("#rooms", "attic")


def test_no_script_can_read_what_one_is_signed_in_with(page: Page) -> None:
    registered(page)
    assert page.script("return document.cookie") == ""
    (cookie,) = page.driver.get_cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    kept = page.script("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert '"chatd.proof"' in kept
    assert cookie["value"] not in kept
    assert PASSWORD not in kept


def test_secrets_and_private_lines_are_not_shown_to_who_comes_after_one(
    page: Page, daemon: LiveServer
) -> None:
    registered(page)
    page.say("/token new ci")
    page.shows("#secret")
    page.type(PASSWORD)
    page.press(ENTER)
    page.has(LINES, "chatd_")
    with Client(daemon.port) as luis:
        luis.type("/nick luis", "/msg ana psst")
        page.has("#privates .item", "luis")
    page.click(SIGNED_IN)
    page.has(ME, "guest")
    assert not any("chatd_" in each for each in page.texts(LINES))
    page.lacks("#privates .item")


def test_private_conversations_stay_open_and_say_what_is_not_kept(
    page: Page, daemon: LiveServer
) -> None:
    registered(page)
    with Client(daemon.port) as luis:
        luis.type("/nick luis")
        page.has(PEOPLE, "luis")
        page.say("/msg luis psst")
        page.click("#privates .item")
        page.has(LINES, "psst")
        for _ in range(2):
            page.reload()
            page.has(ME, "ana")
            page.click("#privates .item")
            page.has("#begins", "Lines from before this page was loaded are not shown.")
            assert page.texts(LINES) == []
        page.click("#leave")
        page.lacks("#privates .item")
        page.reload()
        page.has(ME, "ana")
        page.has(HERE, "lobby")
        page.lacks("#privates .item")


def test_one_signs_out_everywhere_in_the_browser_and_in_again(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    registered(page)
    other = chromium.tab(Page)
    other.enter(daemon.url)
    other.has(ME, "ana")
    other.click(SIGNED_IN)
    other.shows("#signin-open")
    page.front()
    page.has(ME, "guest")
    fill(page, "signin", "ana", PASSWORD)
    page.shows(SIGNED_IN)
    page.has(ME, "ana")


def test_what_lets_others_in_takes_the_password_which_the_page_asks_for(page: Page) -> None:
    registered(page)
    page.reload()
    page.shows(SIGNED_IN)
    page.say("/token new ci")
    page.has("#lines .line", EN.sentence("present_password_prompt"))
    page.shows("#secret")
    page.type("wrong horse")
    page.press(ENTER)
    page.has("#lines .line", EN.sentence("wrong_password", name="ana"))
    page.shows("#secret")  # it is asked for again
    page.press(ENTER)
    page.has("#lines .line", EN.sentence("password_cancelled"))
    page.shows("#line")
    page.say("/token new ci")
    page.shows("#secret")
    page.type(PASSWORD)
    page.press(ENTER)
    page.has("#lines .line", EN.sentence("token_made_write", token="ci", name="ana"))
    page.shows("#line")
    page.say("/password")
    page.has("#lines .line", EN.sentence("keep_tokens_prompt", count=1))
    for answer, told in (
        ("", EN.sentence("new_password_prompt")),
        ("another horse", EN.sentence("repeat_password_prompt")),
        ("another horse", EN.sentence("password_changed")),
    ):
        page.shows("#secret")
        page.type(answer)
        page.press(ENTER)
        page.has("#lines .line", told)
    page.reload()
    page.shows(SIGNED_IN)
    page.has(ME, "ana")


class OtherPort(ThreadingHTTPServer):
    """Another program on the host, that a link in the chat leads to. It records the cookies."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OtherPortRequest)
        self.cookies: list[str] = []
        self.sets = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class OtherPortRequest(BaseHTTPRequestHandler):
    server: OtherPort

    def do_GET(self) -> None:
        self.server.cookies += self.headers.get_all("Cookie", [])
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.server.sets:
            self.send_header("Set-Cookie", self.server.sets)
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,>")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def other_port() -> Iterator[OtherPort]:
    server = OtherPort()
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_cookie_that_another_port_is_sent_signs_in_to_nothing(
    page: Page, daemon: LiveServer, other_port: OtherPort
) -> None:
    registered(page)
    page.open(other_port.url)
    (cookie,) = other_port.cookies
    assert cookie.startswith("chatd=chatd_")
    asked = urllib.request.Request(f"{daemon.url}api/me", headers={"Cookie": cookie})
    with urllib.request.urlopen(asked) as answer:
        assert json.load(answer)["name"] is None
    page.enter(daemon.url)
    page.has(ME, "ana")


def test_a_cookie_that_another_port_sets_makes_nobody_somebody_else(
    page: Page, chromium: Chromium, daemon: LiveServer, other_port: OtherPort
) -> None:
    registered(page, "eve")
    (eves,) = page.driver.get_cookies()
    page.click(SIGNED_IN)
    page.shows("#signin-open")
    registered(page)
    for path in "/ws", "/":  # the first is one more, the second replaces the one of ana
        other_port.sets = f"chatd={eves['value']}; Path={path}"
        page.open(other_port.url)
        page.enter(daemon.url)
        page.has(ME, "ana" if path == "/ws" else "guest")
    page.has("#lines .line", EN.sentence("sign_in_again"))
    page.reload()
    page.has(ME, "guest")
    page.lacks("#lines .line", EN.sentence("sign_in_again"))
    fill(page, "signin", "ana", PASSWORD)
    page.shows(SIGNED_IN)


def test_a_wrong_password_is_told_in_the_dialog(page: Page, chromium: Chromium) -> None:
    registered(page)
    page.click(SIGNED_IN)
    page.shows("#signin-open")
    chromium.forgive("401")
    fill(page, "signin", "ana", "not the right one")
    page.has("#account-error", "password")
    assert page.is_shown(ACCOUNT)


def test_what_is_wrong_with_a_new_account_names_what_the_dialog_has(
    page: Page, chromium: Chromium
) -> None:
    registered(page)
    page.click(SIGNED_IN)
    page.shows("#signin-open")
    chromium.forgive("409")
    fill(page, "register", "ana", PASSWORD)
    page.has("#account-error", f"Error: {EN.sentence('registered_name_http', name='ana')}")


def test_a_name_for_now_is_listed_among_the_people_at_once(page: Page) -> None:
    page.click("#name-open")
    page.shows(ACCOUNT)
    page.type("carla")
    page.press(ENTER)
    page.has(ME, "carla")
    page.has(PEOPLE, "carla")
    page.say("/nick dorita")
    page.has(PEOPLE, "dorita")


def test_one_is_still_signed_in_after_the_daemon_was_killed(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    registered(page)
    page.say("/join ops")
    page.has(HERE, "ops")
    page.say("hola")
    page.said("hola")
    page.type("a draft")
    page.click("#rooms .item")
    chromium.forgive(CUT_OFF)
    daemon.kill()
    page.shows("#banner")
    with daemon.again():
        page.shows("#banner", False)
        page.lacks(LINES, EN.sentence("you_are", name="ana"))
        page.click("#rooms li:nth-child(2) .item")
        assert page.script("return document.querySelector('#line').value") == "a draft"
        page.click("#rooms .item")
        page.say("still me")
        page.said("still me")
        assert re.search("ana", page.has("#lines .line .who", "ana")[-1])
        page.reload()
        page.shows(SIGNED_IN)


def test_a_command_signs_the_browser_out_too(page: Page) -> None:
    registered(page)
    page.say("/logout")
    page.shows("#signin-open")
    page.until(lambda: page.script(PROOF) is None, "the proof is forgotten")
    page.reload()
    page.has(ME, "guest")
    page.lacks("#lines .line", EN.sentence("sign_in_again"))


def test_a_question_of_the_servers_hides_what_is_typed(page: Page) -> None:
    page.say("/nick eva", "/register")
    page.shows("#secret")
    page.type(PASSWORD)
    page.press(ENTER)
    page.has(LINES, EN.sentence("repeat_password_prompt"))
    page.shows("#secret")
    page.type(PASSWORD)
    page.press(ENTER)
    page.shows("#secret", False)
    page.has(ME, "eva")
    page.say("hola")
    assert PASSWORD not in " ".join(page.said("hola"))
