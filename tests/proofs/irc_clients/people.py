"""People at other doors than that for IRC, who talk with IRC clients: one at nc, one at the page.

Both type commands as lines, and see lines, each as its door shows it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import Protocol

from tests.browser.page import LINES, Page
from tests.browser.programs import give, program, shows


class Person(Protocol):
    """A person with a name at some door."""

    name: str

    def type(self, *lines: str) -> None:
        """Type lines, of which some may be commands."""

    def sees(self, name: str, text: str) -> None:
        """Wait until a line of a person is shown."""

    def sees_action(self, name: str, text: str) -> None:
        """Wait until an action of a person is shown."""

    def sees_told(self, text: str) -> None:
        """Wait until a line of the server with that text is shown."""


class AtNc(AbstractContextManager["AtNc"]):
    """A person at nc."""

    def __init__(self, port: int, name: str, *lines: str) -> None:
        self.name = name
        self._stack = ExitStack()
        self._nc = self._stack.enter_context(program("nc", "127.0.0.1", str(port)))
        self.type(f"/nick {name}", *lines, "/whois nadie")
        shows(self._nc, "nadie")

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def type(self, *lines: str) -> None:
        give(self._nc, *lines)

    def sees(self, name: str, text: str) -> None:
        shows(self._nc, f"<{name}> {text}")

    def sees_action(self, name: str, text: str) -> None:
        shows(self._nc, f"* {name} {text}")

    def sees_told(self, text: str) -> None:
        shows(self._nc, text)


class AtPage:
    """A person in a browser, who is in one room."""

    def __init__(self, page: Page, name: str, room: str) -> None:
        self.name = name
        self.page = page
        page.say(f"/nick {name}", f"/join {room}")
        page.has("#rooms [aria-current=true]", room)

    def type(self, *lines: str) -> None:
        self.page.say(*lines)

    def sees(self, name: str, text: str) -> None:
        self.page.until(lambda: self._line(name, text), f"{name}: {text}")

    def sees_action(self, name: str, text: str) -> None:
        self.page.has(f"{LINES}.action", f"* {name} {text}")

    def sees_told(self, text: str) -> None:
        self.page.has(LINES, text)

    def _line(self, name: str, text: str) -> bool:
        """Return True if a line is shown, as a screen reader speaks it."""
        return any(
            spoken.startswith(f"{name}:") and spoken.endswith(text)
            for spoken in ("".join(each.split("\n")) for each in self.page.texts(LINES))
        )
