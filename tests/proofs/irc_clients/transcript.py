"""The conversation at six doors that the documents show: its lines, and the screen of each door.

This module must not know how it is replayed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chatd.i18n import Language
from tests.support.documents import marked, read

DOCUMENTS = {Language.ENGLISH: "docs/irc.md", Language.SPANISH: "docs/clientes-irc.md"}

ROOM = "ops"

_LINE = re.compile(r"(\w+), (\w+): +(.+)")
_ACTION = "/me "


class Said(NamedTuple):
    """A line of a person, who types it in a program."""

    name: str
    program: str
    typed: str

    @property
    def action(self) -> str | None:
        """The action of the person, if the line is one."""
        return self.typed.removeprefix(_ACTION) if self.typed.startswith(_ACTION) else None


def conversation(language: Language) -> list[Said]:
    """Return the lines of the conversation, in order."""
    block = marked(read(DOCUMENTS[language]), f"transcript doors {language.value}")
    found = [_LINE.fullmatch(line) for line in block.splitlines()]
    lines = [Said(*match.groups()) for match in found if match is not None]
    assert len(lines) == len(found) == 6, block
    return lines


def screen(door: str, language: Language) -> list[str]:
    """Return the lines that a door shows of the conversation."""
    block = marked(read(DOCUMENTS[language]), f"transcript {door} {language.value}")
    return block.splitlines()


def irssi_line(name: str, text: str | None, action: str | None) -> str:
    """Return a line as irssi shows it."""
    return f"< {name}> {text}" if action is None else f" * {name} {action}"


def weechat_lines(rows: list[tuple[str, str]]) -> list[str]:
    """Return lines as WeeChat shows them, given the prefix and the text of each."""
    width = max(len(prefix) for prefix, _ in rows)
    return [f"{prefix:>{width}} | {text}" for prefix, text in rows]


def page_line(name: str, text: str | None, action: str | None) -> str:
    """Return a line as the page shows it, without its time."""
    return f"{name}: {text}" if action is None else f"* {name} {action}"
