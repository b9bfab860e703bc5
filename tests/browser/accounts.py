"""Registering and signing in on the page, in its dialog."""

from __future__ import annotations

from tests.browser.page import ENTER, ME, Page

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
    """Make an account, and sign in to it."""
    fill(page, "register", name, PASSWORD)
    page.shows(SIGNED_IN)
    page.has(ME, name)
