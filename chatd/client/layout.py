"""The layout of the screen: a title, the log of a room, the status line, the line being typed.

A terminal of few rows has no title, and one of two no status line. This module must not know keys,
nor change any state but the size of the log.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.data_structures import Size as TerminalSize
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    BufferControl,
    CompletionsMenu,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    UIControl,
)
from prompt_toolkit.layout import Window as Pane
from prompt_toolkit.layout.processors import ConditionalProcessor, PasswordProcessor
from prompt_toolkit.styles import Style

from chatd.client import painting
from chatd.client.paragraph import Fragment, Paragraph
from chatd.client.reconnecting import State
from chatd.client.rooms import Room
from chatd.client.safe_typing import SafeTyping
from chatd.client.sentences import Sentence
from chatd.client.status import OtherRoom, Status, status_row, title_row
from chatd.client.viewport import Size
from chatd.text.escaping import visible

if TYPE_CHECKING:
    from chatd.client.screen import Screen

ROWS_TYPED = 5
"""Most rows of the line being typed; of a longer one, those around the cursor are shown."""

_ROWS_FOR_TITLE = 8
_ROWS_FOR_STATUS = 3
"""The least rows of a terminal that has them."""

_ALERT = "noreverse bold bg:ansiyellow ansiblack"

STYLE = Style.from_dict(
    {
        "time": "dim",
        "day": "dim",
        "new": "bold ansired",
        "news": "dim",
        "error": "ansired",
        "own": "italic",
        "me": "bold",
        "mention": "reverse",
        "private": "bold",
        "waiting": "dim",
        "found": "reverse",
        "found.current": "bold underline",
        "title": "reverse",
        "title.room": "bold",
        "status": "reverse",
        "status.room": "bold",
        "status.unread": "bold",
        "status.mention": _ALERT,
        "status.away": _ALERT,
        "status.error": "noreverse bold bg:ansired ansiwhite",
        "completion-menu": "reverse",
        "completion-menu.completion.current": "noreverse bold",
    }
)


class Drawing:
    """The drawing of a screen, on a terminal whose size *terminal_size* returns."""

    def __init__(self, screen: Screen, terminal_size: Callable[[], TerminalSize]) -> None:
        self._screen = screen
        self._terminal_size = terminal_size
        typed = self._typed()
        is_searching = screen.searching.is_open
        has_title = Condition(lambda: terminal_size().rows >= _ROWS_FOR_TITLE)
        has_status = Condition(lambda: terminal_size().rows >= _ROWS_FOR_STATUS)
        body = HSplit(
            [
                ConditionalContainer(self._bar(self._title), has_title),
                Pane(_Log(self._rows), height=Dimension(min=0), always_hide_cursor=True),
                ConditionalContainer(self._bar(self._status), has_status),
                ConditionalContainer(typed, ~is_searching),
                ConditionalContainer(screen.searching.pane, is_searching),
            ]
        )
        menu = Float(CompletionsMenu(max_height=8), xcursor=True, ycursor=True)
        self.layout = Layout(FloatContainer(body, [menu]), focused_element=typed)

    def _typed(self) -> Pane:
        screen = self._screen
        is_hidden = Condition(lambda: screen.is_hidden)
        return Pane(
            BufferControl(
                screen.input.buffer,
                input_processors=[
                    ConditionalProcessor(PasswordProcessor(), is_hidden),
                    SafeTyping(),
                ],
            ),
            height=lambda: Dimension(min=1, max=self._rows_typed()),
            wrap_lines=True,
            dont_extend_height=True,
            get_line_prefix=lambda line, wrap: [("", "  " if line or wrap else "> ")],
        )

    def _rows_typed(self) -> int:
        return max(1, min(ROWS_TYPED, self._terminal_size().rows // 3))

    def _bar(self, row: Callable[[int], list[Fragment]]) -> Pane:
        def text() -> StyleAndTextTuples:
            return [*row(self._terminal_size().columns)]

        return Pane(FormattedTextControl(text), height=1)

    def _rows(self, size: Size) -> list[list[Fragment]]:
        """Return the rows of the log."""
        self._screen.size = size
        return self._screen.window.viewport.view(size, self._waiting()).rows

    def _waiting(self) -> list[Paragraph]:
        """Return the lines of the room that were typed and are not said yet."""
        room, chat = self._screen.room, self._screen.conversation.chat
        return [
            painting.waiting(
                item.text, chat.me.name, item.is_sent, chat.spoken, is_in_doubt=item.is_in_doubt
            )
            for item in chat.outbox.shown(room)
        ]

    def _title(self, columns: int) -> list[Fragment]:
        room = self._screen.room
        return title_row(_titled(room), painting.topic(room.topic) if room else "", columns)

    def _status(self, columns: int) -> list[Fragment]:
        screen = self._screen
        told, is_too_long = screen.measure
        rooms = {room: _titled(room) for room in screen.conversation.chat.rooms}
        if len(rooms) > 1:
            rooms = {room: f"{n}:{title}" for n, (room, title) in enumerate(rooms.items(), 1)}
        status = Status(
            f"{screen.now():%H:%M}",
            visible(screen.conversation.chat.me.name),
            _titled(None) if screen.room is None else rooms[screen.room],
            [
                OtherRoom(title, room.unread, room.mentions)
                for room, title in rooms.items()
                if room is not screen.room
            ],
            0 if screen.room is None else [*rooms].index(screen.room),
            self._said(self._connection()),
            self._said(self._note()),
            told,
            is_too_long,
        )
        return status_row(status, columns)

    def _said(self, sentence: Sentence | None) -> str:
        return "" if sentence is None else sentence.in_language(self._screen.language)

    def _connection(self) -> Sentence | None:
        link = self._screen.link
        if self._screen.is_leaving:
            return Sentence("leaving")
        if link.state is State.WAITING:
            return Sentence("reconnecting", seconds=math.ceil(link.retry_in))
        return None if link.state is State.OPEN else Sentence("connecting")

    def _note(self) -> Sentence | None:
        screen = self._screen
        if screen.searching.is_open():
            return screen.searching.note
        if screen.hint is not None:
            return screen.hint
        if screen.room is not None and screen.room.is_fetching:
            return Sentence("fetching")
        if screen.window.viewport.is_at_end:
            may_hurry = screen.link.state is State.WAITING and not screen.is_leaving
            if may_hurry:
                return Sentence("connect_now")
            return Sentence("keys_hint") if screen.is_new else None
        _, below, new = screen.window.viewport.view(screen.size)
        return Sentence("new_below", count=new) if new else Sentence("below", count=below)


class _Log(UIControl):
    """The log, whose rows for a size *rows* returns."""

    def __init__(self, rows: Callable[[Size], list[list[Fragment]]]) -> None:
        self._rows = rows

    def create_content(self, width: int, height: int) -> UIContent:
        """Return the rows of the log for a size."""
        rows: list[StyleAndTextTuples] = [[*row] for row in self._rows(Size(width, height))]
        return UIContent(lambda number: rows[number], len(rows), show_cursor=False)


def _titled(room: Room | None) -> str:
    return "" if room is None else f"#{visible(room.name)}"
