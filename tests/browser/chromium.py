"""One Chromium, driven by ChromeDriver: it is found and started, and its complaints are read.

This module must not know the chat. Everything comes from this machine: without a Chromium, its
driver or Selenium there is a reason to skip, and nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from tests.browser.empty_site import EmptySite
from tests.browser.tab import PATIENCE, Tab, Windows

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

T = TypeVar("T", bound=Tab)

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
"""The first of them that is installed is used. The headless shell has all of Chromium that shows
pages, and none of the windows around them: the tests take half of the processor's time with it."""

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    # It makes no requests of its own.
    *("--disable-quic", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-default-browser-check", "--disable-default-apps"),
    # Hidden tabs are as quick as the visible one.
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
    "--disable-backgrounding-occluded-windows",
    # Tabs of one site are in one process, whose start would take as long as a page in it.
    "--process-per-site",
    # No frame around pages to draw: a tab that loads is animated there.
    "--kiosk",
    *("--window-size=1280,800", "--force-color-profile=srgb", "--lang=en-GB"),
)

UNINTERESTING = re.compile(r"DevTools|Autofill")
"""A pattern of complaints that concern only the browser itself."""


def browser() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str:
    """Return the reason to skip: what is not installed; empty if all is."""
    lacking = []
    if browser() is None:
        lacking.append("Chromium (Debian: apt install chromium-headless-shell)")
    if shutil.which("chromedriver") is None:
        lacking.append("ChromeDriver (Debian: apt install chromium-driver)")
    if importlib.util.find_spec("selenium") is None:
        lacking.append("Selenium (pip install -e '.[test]')")
    return "no browser to test with: " + ", ".join(lacking) + " not found" if lacking else ""


class Chromium:
    """The browser. Its first tab stays at an empty page.

    So closing all others ends neither the browser nor the process of the pages of this machine.
    """

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = browser() or ""
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = shutil.which("chromedriver")
        # With both given, Selenium does not search for them.
        self.driver: Chrome = webdriver.Chrome(options=options, service=Service(driver))
        self._windows = Windows(self.driver)
        self._first = self._windows.used
        self._empty = EmptySite()
        self.driver.get(self._empty.url)
        self._forgiven: list[str] = []
        self._complaints: list[str] = []

    def tab(self, kind: type[T]) -> T:
        """Open an empty tab of a kind, in front of the others."""
        first = self._windows.use(self._first)
        opened = first.execute_cdp_cmd("Target.createTarget", {"url": self._empty.url})
        self._windows.use(opened["targetId"])
        return kind(self._windows)

    def forgive(self, pattern: str) -> None:
        """Ignore complaints that match a pattern, until the end of the test."""
        self._forgiven.append(pattern)

    def complaints(self) -> list[str]:
        """Return the complaints since the last time.

        They are errors and warnings of scripts and of the network, violations of
        Content-Security-Policy, and texts that a page logged as errors.
        """
        self._listen()
        complaints, self._complaints = self._complaints, []
        return complaints

    def leave(self) -> None:
        """Delete what pages store, and close all tabs; later complaints are ignored."""
        self._listen()
        for handle in self.driver.window_handles:
            if handle != self._first:
                self._windows.use(handle).execute_script("try { localStorage.clear() } catch { }")
                self.driver.close()
        self._windows.use(self._first).get_log("browser")

    def forget(self) -> None:
        """Delete cookies, and the patterns of `forgive`."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self._forgiven.clear()

    def quit(self) -> None:
        """End the browser, and wait until it has ended.

        ChromeDriver ends the program that it has started: on Debian that is a script, which leaves
        the browser behind. Raises `TimeoutError` if it goes on.
        """
        from selenium.common.exceptions import WebDriverException

        host, _, port = self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"].partition(
            ":"
        )
        with socket.create_connection((host, int(port)), PATIENCE) as browser:
            with suppress(WebDriverException):  # a browser that ends does not answer
                self.driver.execute_cdp_cmd("Browser.close", {})
            self.driver.quit()
            with suppress(ConnectionResetError):
                browser.recv(1)
        self._empty.close()

    def _listen(self) -> None:
        self._complaints += [
            f"{entry['source']}: {entry['message']}"
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
            and not UNINTERESTING.search(entry["message"])
            and not any(re.search(pattern, entry["message"]) for pattern in self._forgiven)
        ]
