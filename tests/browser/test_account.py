"""Accounts in a real browser: registering, signing in and signing out."""

from __future__ import annotations

import re

from tests.browser.chromium import Chromium
from tests.browser.page import ENTER, ME, Page
from tests.support.live_server import LiveServer

ACCOUNT = "#account"
SIGNED_IN = "#signout"
PASSWORD = "correct horse battery"


def fill(page: Page, way: str, name: str, password: str) -> None:
    """Fill in the dialog for an account."""
    page.click("#signin-open")
    page.shows(ACCOUNT)
    page.click(f"input[name=way][value={way}]")
    page.script("document.getElementById('account-name').value = ''")
    page.click("#account-name")
    page.type(name)
    page.click("#account-password")
    page.type(password)
    page.press(ENTER)


def registered(page: Page, name: str = "ana") -> None:
    fill(page, "register", name, PASSWORD)
    page.shows(SIGNED_IN)
    page.has(ME, name)


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
    registered(page, "eva")
    assert not page.texts("#account-error")[0]


def test_no_script_can_read_what_one_is_signed_in_with(page: Page) -> None:
    registered(page)
    assert page.script("return document.cookie") == ""
    (cookie,) = page.driver.get_cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    kept = page.script("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert cookie["value"] not in kept
    assert PASSWORD not in kept


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
    for answer, told in ("wrong horse", "not the password of ana"), (PASSWORD, "ci is a token"):
        page.say("/token new ci")
        page.has("#lines .line", "First your present password")
        page.shows("#secret")
        page.type(answer)
        page.press(ENTER)
        page.has("#lines .line", told)
        page.shows("#line")
    page.say("/password")
    page.has("#lines .line", "You have 1 token")
    for answer, told in ("", "the new password"), ("another horse", "Your password is changed"):
        page.shows("#secret")
        page.type(answer)
        page.press(ENTER)
        page.has("#lines .line", told)
    page.reload()
    page.shows(SIGNED_IN)
    page.has(ME, "ana")


def test_a_wrong_password_is_told_in_the_dialog(page: Page, chromium: Chromium) -> None:
    registered(page)
    page.click(SIGNED_IN)
    page.shows("#signin-open")
    chromium.forgive("401")
    fill(page, "signin", "ana", "not the right one")
    page.has("#account-error", "password")
    assert page.is_shown(ACCOUNT)


def test_one_is_still_signed_in_after_the_daemon_was_killed(
    page: Page, chromium: Chromium, daemon: LiveServer
) -> None:
    registered(page)
    chromium.forgive("ERR_CONNECTION|WebSocket")
    daemon.kill()
    with daemon.again():
        page.shows("#banner", False)
        page.say("still me")
        page.said("still me")
        assert re.search("ana", page.has("#lines .line .who", "ana")[-1])


def test_a_question_of_the_servers_hides_what_is_typed(page: Page) -> None:
    page.say("/nick eva", "/register")
    page.shows("#secret")
    page.type(PASSWORD)
    page.press(ENTER)
    page.shows("#secret", False)
    page.has(ME, "eva")
    page.say("hola")
    assert PASSWORD not in " ".join(page.said("hola"))
