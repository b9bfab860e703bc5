"""chatd's page, as those see it who talk there.

It knows the identities of a few parts of the page. What those say is read as it is shown.
"""

from __future__ import annotations

from tests.browser.tab import Tab

ENTER, TABULATOR, ESCAPE = "\ue007", "\ue004", "\ue00c"
SHIFT, ALT, UP, DOWN = "\ue008", "\ue00a", "\ue013", "\ue015"

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
        """Open it, and wait until one is in a room and can write."""
        self.open(address)
        self.has(HERE, "")
        self.until(lambda: self.focused == "line", "the line to write in has the keyboard")

    def say(self, *lines: str) -> None:
        """Write lines, and send each."""
        for line in lines:
            self.type(line)
            self.press(ENTER)

    def said(self, text: str) -> list[str]:
        """Wait until that was said and is on disk; gives the texts of all messages shown."""
        texts = self.has(TEXTS, text)
        self.lacks(PENDING)
        return texts

    def seqs(self) -> list[int]:
        """The numbers of the lines that are shown, in the order in which they stand."""
        return [int(seq) for seq in self.script(SEQS)]

    def count(self, selector: str) -> int:
        """How many elements a CSS selector finds."""
        return int(self.script("return document.querySelectorAll(arguments[0]).length", selector))

    def is_shown(self, selector: str) -> bool:
        """Whether something that it finds can be seen."""
        script = "return document.querySelector(arguments[0])?.checkVisibility() ?? false"
        return bool(self.script(script, selector))

    def shows(self, selector: str, shown: bool = True) -> None:
        """Wait until that can be seen, or cannot."""
        what = f"{selector} can{'' if shown else 'not'} be seen"
        self.until(lambda: self.is_shown(selector) is shown, what)
