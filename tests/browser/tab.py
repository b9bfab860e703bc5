"""A tab: what a person sees, hears from a screen reader, and does with the keyboard.

This module must not know the chat. Texts are those that are rendered. It waits for conditions,
`PATIENCE` seconds at most.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tests.support.checkout import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

T = TypeVar("T")

PATIENCE = 15.0
POLL_SECONDS = 0.05

AXE = Path("node_modules", "axe-core", "axe.min.js")

SHOWN = """
return Array.from(document.querySelectorAll(arguments[0]), element => element.innerText.trim());
"""

LISTEN_FOR_CLICK = """
window.clickCame = false;
addEventListener("click", () => { window.clickCame = true; }, {capture: true, once: true});
"""

FOCUSED = """
const element = document.activeElement;
return element === document.body ? "" : element.id || element.getAttribute("aria-label")
    || element.innerText.trim() || element.localName;
"""

RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
    found => done(found.violations.map(each => ({
        impact: each.impact,
        rule: each.id,
        help: each.help,
        nodes: each.nodes.map(node => node.target.join(" ") + ": " + node.failureSummary),
    }))),
    error => done([{impact: "serious", rule: "axe", help: String(error), nodes: []}]),
);
"""


class Device(NamedTuple):
    """A screen, in CSS pixels."""

    width: int
    height: int
    scale: float = 1.0
    touch: bool = False


PHONE = Device(390, 844, 2.0, touch=True)
LAPTOP = Device(1280, 800)


class Heard(NamedTuple):
    """An element that a screen reader finds: its role and its label."""

    role: str
    name: str


def axe_core() -> Path | None:
    """Return the path of axe-core: in ``AXE_CORE``, or in the checkout's ``node_modules``."""
    path = Path(os.environ.get("AXE_CORE") or ROOT / AXE)
    return path if path.is_file() else None


class Windows:
    """The windows of a driver, which uses one at a time.

    It is remembered which: half of all requests to the driver would ask for that.
    """

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self.used = driver.current_window_handle

    def use(self, handle: str) -> Chrome:
        """Return the driver, switched to a window."""
        if handle != self.used:
            self.driver.switch_to.window(handle)
            self.used = handle
        return self.driver


class Tab:
    """A tab: the window that the driver uses now. It stays as it is while another one is used."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._handle = windows.used

    @property
    def driver(self) -> Chrome:
        """The driver, switched to this tab."""
        return self._windows.use(self._handle)

    # Its page.

    def open(self, address: str) -> None:
        """Open a URL, and wait until the page is loaded."""
        self.driver.get(address)

    def reload(self) -> None:
        """Load the page again."""
        self.driver.refresh()

    def front(self) -> None:
        """Show this tab before the others: only one tab is visible."""
        self.devtools("Page.bringToFront")

    def close(self) -> None:
        """Close the tab."""
        self.driver.close()
        self._windows.use(self._windows.driver.window_handles[0])

    # Its contents.

    def until(self, found: Callable[[], T], what: str) -> T:
        """Wait until `found` returns something, and return that. Fail with what is shown then."""
        from selenium.common.exceptions import (
            NoSuchElementException,
            StaleElementReferenceException,
            TimeoutException,
        )
        from selenium.webdriver.support.wait import WebDriverWait

        ignored = NoSuchElementException, StaleElementReferenceException
        wait = WebDriverWait(self.driver, PATIENCE, POLL_SECONDS, ignored)
        try:
            return wait.until(lambda _: found())
        except TimeoutException:
            shown = self.script("return document.body ? document.body.innerText : ''")
            raise AssertionError(f"after {PATIENCE:g} s not: {what}. Shown is:\n{shown}") from None

    def script(self, script: str, *arguments: object) -> Any:
        """Run a script in the page, and return its result."""
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements that a CSS selector finds."""
        return list(self.script(SHOWN, selector))

    def has(self, selector: str, text: str) -> list[str]:
        """Wait for an element that contains a text; return all texts."""

        def look() -> list[str] | None:
            texts = self.texts(selector)
            return texts if any(text in each for each in texts) else None

        return self.until(look, f"{text!r} in {selector}") or []

    def lacks(self, selector: str, text: str = "") -> None:
        """Wait until no element that the selector finds contains a text."""
        self.until(
            lambda: not any(text in each for each in self.texts(selector)),
            f"no {text!r} in {selector}",
        )

    @property
    def title(self) -> str:
        """The title of the tab."""
        return str(self.driver.title)

    @property
    def focused(self) -> str:
        """Return the identity, label or text of the focused element; empty without one."""
        return str(self.script(FOCUSED))

    def heard(self) -> list[Heard]:
        """Return all elements that a screen reader may speak of, in the order in which it reads.

        Names are trimmed: some versions of Chromium keep the space at the end of a label.
        """
        nodes = self.devtools("Accessibility.getFullAXTree")["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        heard, ahead = [], [nodes[0]]
        while ahead:
            node = ahead.pop()
            ahead.extend(by_id[child] for child in reversed(node.get("childIds", ())))
            if not node.get("ignored"):
                name = node.get("name", {}).get("value", "").strip()
                heard.append(Heard(node["role"]["value"], name))
        return heard

    def findings(self, *impacts: str) -> list[str]:
        """Return what axe-core finds of some impacts, such as "serious"."""
        axe = axe_core()
        assert axe is not None, "axe-core is not here"
        self.driver.execute_script(axe.read_text())
        self.driver.set_script_timeout(30)
        return [
            json.dumps(finding, indent=1)
            for finding in self.driver.execute_async_script(RUN_AXE)
            if finding["impact"] in impacts
        ]

    # Actions.

    def click(self, selector: str) -> None:
        """Click the element that a selector finds, as soon as it can be clicked.

        Chromium drops a click on a page that it has not drawn yet, on a busy machine. So one that
        does not come to the page is made again.
        """
        from selenium.common.exceptions import ElementNotInteractableException

        def click() -> bool:
            self.script(LISTEN_FOR_CLICK)
            try:
                self.driver.find_element("css selector", selector).click()
            except ElementNotInteractableException:
                return False
            return self.script("return window.clickCame") is not False

        self.until(click, f"clicked {selector}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other: "a", or one of Selenium's `Keys`."""
        from selenium.webdriver import ActionChains

        actions = ActionChains(self.driver, duration=0)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def chord(self, *keys: str) -> None:
        """Press keys together: all but the last are held meanwhile."""
        from selenium.webdriver import ActionChains

        actions = ActionChains(self.driver, duration=0)
        *held, last = keys
        for key in held:
            actions.key_down(key)
        actions.send_keys(last)
        for key in reversed(held):
            actions.key_up(key)
        actions.perform()

    def type(self, text: str) -> None:
        """Type a text into the focused element: any text, also one that no keyboard has."""
        self.devtools("Input.insertText", text=text)

    # Screen and preferences.

    def use(self, device: Device) -> None:
        """Emulate the screen of a device from now on."""
        # The size comes last: a page is told of that one.
        self.devtools("Emulation.setTouchEmulationEnabled", enabled=device.touch)
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=device.width,
            height=device.height,
            deviceScaleFactor=device.scale,
            mobile=device.touch,
        )

    def prefer(self, scheme: str = "light", *, calm: bool = True) -> None:
        """Set the system's preferences: "dark" or "light", and few movements."""
        features = {
            "prefers-color-scheme": scheme,
            "prefers-reduced-motion": "reduce" if calm else "no-preference",
        }
        self.devtools(
            "Emulation.setEmulatedMedia",
            features=[{"name": name, "value": value} for name, value in features.items()],
        )

    def speak(self, language: str) -> None:
        """Set the browser's preferred language, such as "es", for pages that are opened."""
        agent = self.script("return navigator.userAgent")
        self.devtools("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    def screenshot(self, name: str) -> bytes:
        """Return a picture of the tab as PNG; write it to ``$CHATD_SCREENSHOTS`` if that is set."""
        picture = base64.b64decode(self.devtools("Page.captureScreenshot", format="png")["data"])
        directory = os.environ.get("CHATD_SCREENSHOTS")
        if directory:
            Path(directory).mkdir(parents=True, exist_ok=True)
            Path(directory, f"{name}.png").write_bytes(picture)
        return picture

    def devtools(self, command: str, **arguments: object) -> dict[str, Any]:
        """Send a command of the browser's own protocol for this tab."""
        return dict(self.driver.execute_cdp_cmd(command, arguments))
