"""chatd's page, as its users see it.

This module knows the identities of a few parts of the page. Their texts are read as they are shown.
"""

from __future__ import annotations

from tests.browser.tab import Tab

ENTER, TABULATOR, ESCAPE, BACKSPACE = "\ue007", "\ue004", "\ue00c", "\ue003"
SHIFT, ALT, UP, DOWN = "\ue008", "\ue00a", "\ue013", "\ue015"

CUT_OFF = (
    "ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_FAILED|fetching the script|from the Manifest"
)
"""A pattern of the complaints of a browser while there is no daemon."""

LINE = "#line"
LINES = "#lines .line"
TEXTS = "#lines .line.message .text"
PENDING = "#pending .line"
BANNER = "#banner"
HERE = "#rooms [aria-current=true]"
ROOMS = "#rooms .item"
PEOPLE = "#people .item"
ME = "#my-name"

SEQS = """
return Array.from(document.querySelectorAll("#lines .line"), line => line.dataset.seq)
    .filter(Boolean).map(Number);
"""


class Page(Tab):
    """The page in a tab."""

    def enter(self, address: str) -> None:
        """Open the page, and wait until it is in a room and takes input."""
        self.open(address)
        self.has(HERE, "")
        self.until(lambda: self.focused == "line", "the line to write in has the keyboard")

    def say(self, *lines: str) -> None:
        """Type lines, and send each."""
        for line in lines:
            self.type(line)
            self.press(ENTER)

    def said(self, text: str) -> list[str]:
        """Wait until a line is shown as stored; return the texts of all messages shown."""
        texts = self.has(TEXTS, text)
        self.lacks(PENDING)
        return texts

    def seqs(self) -> list[int]:
        """Return the seqs of the lines that are shown, in order."""
        return [int(seq) for seq in self.script(SEQS)]

    def count(self, selector: str) -> int:
        """Return the number of elements that a CSS selector finds."""
        return int(self.script("return document.querySelectorAll(arguments[0]).length", selector))

    def is_shown(self, selector: str) -> bool:
        """Return True if an element that a selector finds is visible."""
        script = "return document.querySelector(arguments[0])?.checkVisibility() ?? false"
        return bool(self.script(script, selector))

    def shows(self, selector: str, shown: bool = True) -> None:
        """Wait until such an element is visible, or none is."""
        what = f"{selector} can{'' if shown else 'not'} be seen"
        self.until(lambda: self.is_shown(selector) is shown, what)
