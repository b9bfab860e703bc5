"""Text of people in Markdown, which shows it unchanged.

Pure. This module must not know what a transcript has in it.
"""

from __future__ import annotations

import re

from chatd.client.hosts import with_hosts
from chatd.event import is_inbox
from chatd.text.escaping import visible


def title_of(room: str) -> str:
    """Return the heading of a room's transcript, not yet escaped."""
    return f"{room} (private)" if is_inbox(room) else f"#{room}"


class Headings:
    """The headings of a transcript: for each room, and in it for each day."""

    def __init__(self) -> None:
        self._room = self._date = ""

    def before(self, room: str, date: str) -> list[str]:
        """Return the lines before an entry of a room at a date; none if both are as before."""
        lines: list[str] = []
        if room != self._room:
            lines += [*([""] if self._room else []), f"# {plain(title_of(room))}"]
            self._room, self._date = room, ""
        if date != self._date:
            lines += ["", f"## {date}", ""]
            self._date = date
        return lines


def plain(text: str) -> str:
    """Return Markdown that shows *text* unchanged, and the hosts that its links hide.

    Put it inside a line, not at the start: markup of a line's start is not escaped.
    """
    return _MARKUP.sub(
        lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), visible(with_hosts(text.strip()))
    )


# Characters that may begin markup, a link, a mention or a formula, in Markdown or in an extension
# of it such as GitHub's. (Some extensions turn a bare host into a link, so its dots are escaped.)
_MARKUP = re.compile(
    r"[\\`*_\[\]<>&~|$#@^=]|(?<=/)/|(?<=\w)\.(?=\w)|:(?=//|[a-z+-][\w+-]*:)|(?<!\d):(?=\d\w*:)",
    re.IGNORECASE,
)
_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
