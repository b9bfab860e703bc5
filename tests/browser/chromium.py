"""One Chromium, driven by ChromeDriver: found, started, and listened to when it complains.

It knows nothing of chat. Everything comes from this machine: without a Chromium, its driver or
Selenium there is a reason to skip, and nothing is fetched.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tests.browser.tab import Tab

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

T = TypeVar("T", bound=Tab)

BROWSERS = ("chromium", "google-chrome", "chromium-browser")

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    # It asks nobody on the network for anything.
    *("--disable-quic", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-default-browser-check", "--disable-default-apps"),
    # Tabs behind others are as quick as the one in front.
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
    "--disable-backgrounding-occluded-windows",
    *("--window-size=1280,800", "--force-color-profile=srgb", "--lang=en-GB"),
)

UNINTERESTING = re.compile(r"DevTools|Autofill")
"""What the browser says of itself."""


def browser() -> str | None:
    """Where there is a Chromium."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str:
    """What there is not and must be, as a reason to skip; empty if all is there."""
    lacking = []
    if browser() is None:
        lacking.append("Chromium (Debian: apt install chromium)")
    if shutil.which("chromedriver") is None:
        lacking.append("ChromeDriver (Debian: apt install chromium-driver)")
    if importlib.util.find_spec("selenium") is None:
        lacking.append("Selenium (pip install -e '.[test]')")
    return "no browser to test with: " + ", ".join(lacking) + " not found" if lacking else ""


class Chromium:
    """The browser. Its first tab stays empty, so that closing all others does not end it."""

    def __init__(self, profile: Path) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = browser() or ""
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = shutil.which("chromedriver")
        # With both named, Selenium looks for none.
        self.driver: Chrome = webdriver.Chrome(options=options, service=Service(driver))
        self._first = self.driver.current_window_handle
        self._forgiven: list[str] = []
        self._complaints: list[str] = []

    def tab(self, kind: type[T]) -> T:
        """A new tab of that kind, in front of the others."""
        self.driver.switch_to.window(self._first)
        self.driver.switch_to.new_window("tab")
        return kind(self.driver)

    def forgive(self, pattern: str) -> None:
        """Let complaints that match it be, until the end of the test."""
        self._forgiven.append(pattern)

    def complaints(self) -> list[str]:
        """What it complained of since the last time: errors and warnings of scripts and of the
        network, broken Content-Security-Policy, whatever a page wrote as an error."""
        self._listen()
        complaints, self._complaints = self._complaints, []
        return complaints

    def leave(self) -> None:
        """Have pages forget what they keep, and close all tabs. What they would complain of
        afterwards is not heard."""
        self._listen()
        for handle in self.driver.window_handles:
            if handle != self._first:
                self.driver.switch_to.window(handle)
                self.driver.execute_script("try { localStorage.clear() } catch { }")
                self.driver.close()
        self.driver.switch_to.window(self._first)
        self.driver.get_log("browser")

    def forget(self) -> None:
        """Forget cookies, and what was forgiven."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self._forgiven.clear()

    def quit(self) -> None:
        """End it."""
        self.driver.quit()

    def _listen(self) -> None:
        self._complaints += [
            f"{entry['source']}: {entry['message']}"
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
            and not UNINTERESTING.search(entry["message"])
            and not any(re.search(pattern, entry["message"]) for pattern in self._forgiven)
        ]
