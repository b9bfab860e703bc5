"""Signing in on the page, and what a browser keeps of it."""

from __future__ import annotations

from tests.browser.chromium import Chromium
from tests.browser.daemon import WebDaemon
from tests.browser.page import ENTER, LINES, ME, TABULATOR, TEXTS, Page
from tests.test_daemon import Person

REFUSED = r"/api/signin - Failed to load resource"
"""What a browser writes when a password is wrong."""


def answer(page: Page, way: str, name: str, password: str) -> None:
    """Fill in who one is."""
    page.click("#signin-open")
    page.click(f"#account-form [value={way}]")
    page.script("document.querySelector('#account-name').value = ''")
    page.click("#account-name")
    page.type(name)
    page.press(TABULATOR)
    page.type(password)
    page.press(ENTER)


def test_who_registers_is_known_after_a_reload_and_in_other_tabs_until_they_sign_out(
    page: Page, chromium: Chromium, daemon: WebDaemon
) -> None:
    answer(page, "register", "ana", "correct horse")
    page.shows("#account", False)
    page.shows("#signout")
    page.has(ME, "ana")
    (cookie,) = page.devtools("Network.getCookies")["cookies"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert page.script("return document.cookie") == ""
    assert "correct horse" not in page.script("return JSON.stringify(localStorage)")
    page.reload()
    page.shows("#signout")
    other = chromium.tab(Page)
    other.enter(daemon.address)
    other.shows("#signout")
    other.has(ME, "ana")
    other.say("from my account")
    page.said("from my account")
    page.click("#signout")
    page.shows("#signin-open")
    page.has(ME, "guest")
    page.reload()
    page.shows("#signin-open")
    assert page.devtools("Network.getCookies")["cookies"] == []


def test_who_gives_a_wrong_password_is_told_so_and_stays_a_guest(
    page: Page, chromium: Chromium, daemon: WebDaemon
) -> None:
    chromium.forgive(REFUSED)
    with Person(daemon.port) as ana:
        ana.type("/nick ana", "/register correct horse", "/logout")
        ana.until("You are now guest")
    answer(page, "signin", "ana", "wrong horse")
    page.has("#account-error", "password")
    assert page.is_shown("#account")
    page.devtools("Network.getCookies")
    page.press("\ue00c")
    page.has(ME, "guest")


def test_what_one_looks_for_is_found_and_shown_in_its_place(page: Page, daemon: WebDaemon) -> None:
    with Person(daemon.port) as luis:
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
    page.click("#found button")
    page.has(f"{LINES}.found", "the needle")
    texts = page.texts(TEXTS)
    at = texts.index("the needle")
    assert texts[at - 1 : at + 2] == ["line 399", "the needle", "the end"]
