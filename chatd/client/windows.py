"""The windows of the rooms: what was shown in each, and the place in it that is on the screen.

Pure. There is one more window for all that is shown before the first room is entered; that room's
window takes it over. This module must not know keys, nor the layout of the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chatd.client import painting
from chatd.client.rooms import Room
from chatd.client.scrollback import Line, Scrollback
from chatd.client.sentences import ENGLISH, Sentence
from chatd.client.shown import Shown
from chatd.client.viewport import Viewport
from chatd.text.messages import MOST_MESSAGE_LINES


class Window:
    """The window of a room."""

    def __init__(self) -> None:
        self.log = Scrollback()
        self.viewport = Viewport(self.log)
        self._message: int | None = None
        """The seq of the first line of the message that was shown last."""
        self._number = 0
        """The number of its line."""
        self._lines = 0
        """The number of its lines that are shown as this one."""

    def show(self, shown: Shown, now: datetime, language: str) -> None:
        """Add a thing at the end. Lines of one message are one line of the log."""
        is_next = shown.continues and shown.part_of == self._message and not shown.source
        if is_next and self._lines < MOST_MESSAGE_LINES:
            self._lines += 1
            line = painting.continued(self.log[self._number], shown)
            self.log.replace(self._number, line)
            return
        self._message = shown.part_of if shown.continues else shown.seq
        self._lines = 1
        self._number = self.log.append(painting.line_of(shown, now, language))

    def show_older(self, lines: list[Shown], now: datetime, language: str) -> None:
        """Add older lines above all others."""
        older: list[Line] = []
        message = None
        for shown in lines:
            if older and shown.continues and shown.part_of == message:
                older[-1] = painting.continued(older[-1], shown)
            else:
                message = shown.seq
                older.append(painting.line_of(shown, now, language))
        self.log.prepend(older)

    def clear(self) -> None:
        """Remove all lines."""
        self.log.clear()
        self.viewport.follow()
        self._message = None


class Windows:
    """The windows of all rooms. *now* returns the time, in the zone in which times are shown."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.language = ENGLISH
        """The language of the conversation."""
        self._now = now
        self._by_room: dict[Room | None, Window] = {}

    def __getitem__(self, room: Room | None) -> Window:
        """Return the window of a room, which is made if it has none."""
        if (window := self._by_room.get(room)) is None:
            window = self._by_room.pop(None, None) or Window()
            self._by_room[room] = window
        return window

    def show(self, room: Room | None, shown: Shown, *, is_current: bool) -> None:
        """Add a thing to a window. The first unread line of one that is not shown has a rule."""
        window = self[room]
        unread = room is not None and room.marker is not None and not is_current
        if unread and not window.log.has_new:
            window.log.mark_new(Sentence("new").in_language(self.language))
        window.show(shown, self._now(), self.language)

    def show_older(self, room: Room, lines: list[Shown]) -> None:
        """Add older lines to a window."""
        self[room].show_older(lines, self._now(), self.language)

    def close(self, room: Room) -> None:
        """Forget the window of a room."""
        self._by_room.pop(room, None)

    def mark_read(self) -> None:
        """Remove the rules above lines that are not new any more."""
        for room, window in self._by_room.items():
            if room is not None and room.marker is None:
                window.log.mark_read()
