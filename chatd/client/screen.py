"""The screen of `chatd connect`: what its keys do, and what a conversation tells it to show.

The whole terminal is used, its other screen if it has one, and the mouse is the terminal's own. So
lines that arrive never move what is typed, and the terminal is as before when the program ends.
This module must not know how the connection is made, nor what commands do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.output import ColorDepth

from chatd.client.completion import WordCompleter, WordsOfChat
from chatd.client.conversation import Conversation
from chatd.client.draft import Measure, measure
from chatd.client.input_line import InputLine
from chatd.client.keys import keys_of
from chatd.client.layout import STYLE, Drawing
from chatd.client.reconnecting import Reconnecting, State
from chatd.client.rooms import Room
from chatd.client.search_line import SearchLine
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind, Shown
from chatd.client.terminal_output import TerminalOutput
from chatd.client.viewport import Size
from chatd.client.windows import Window, Windows

_QUESTION = "question"
"""The key of the draft that answers a question."""


class Screen:
    """The screen of a conversation, which it is told of by `begin`."""

    conversation: Conversation
    link: Reconnecting

    def __init__(self, stream: TextIO, now: Callable[[], datetime]) -> None:
        self.now = now
        self._windows = Windows(now)
        self._was_open = False
        self.room: Room | None = None
        """The room that is shown."""
        self.is_leaving = False
        self.is_new = True
        """True until the first key."""
        self.size = Size(80, 20)
        """The size of the log on the screen."""
        self.hint: Sentence | None = None
        """A hint on the last key, until the next one."""
        self.hint_before: Sentence | None = None
        """The hint before the key that is being handled."""
        self.input = InputLine(WordCompleter(WordsOfChat(lambda: self.conversation.chat)))
        self.searching = SearchLine(
            lambda: self.window.viewport, lambda: self.size, lambda: self.language
        )
        output = TerminalOutput(stream)
        self.app: Application[None] = Application(
            layout=Drawing(self, output.get_size).layout,
            style=STYLE,
            full_screen=True,
            mouse_support=False,
            enable_page_navigation_bindings=False,
            key_bindings=keys_of(self),
            output=output,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
            refresh_interval=1.0,  # for the clock, and the seconds until the next attempt
            min_redraw_interval=0.02,  # so that a flood of lines is drawn at once
        )
        self.app.ttimeoutlen = 0.05  # seconds after which Esc is a key and begins no other
        self.app.key_processor.before_key_press += self._age_hint

    def begin(self, link: Reconnecting) -> None:
        """Be the screen of the conversation over *link*."""
        self.conversation, self.link = link.conversation, link

    @property
    def language(self) -> str:
        """The language of the conversation."""
        return self.conversation.chat.spoken

    @property
    def window(self) -> Window:
        """The window of the room that is shown."""
        return self._windows[self.room]

    @property
    def is_hidden(self) -> bool:
        """True while the line being typed is, or may be meant as, a password."""
        return self.conversation.hides_typing

    @property
    def drafts(self) -> list[str]:
        """The texts that were typed and not entered, but for passwords."""
        self.input.show(self.room)
        self.input.forget(_QUESTION)
        return self.input.drafts

    @property
    def measure(self) -> Measure:
        """The size of the line being typed."""
        if self.is_hidden:
            return Measure("", False)
        return measure(self.input.text, self.conversation.chat.limits, self.language)

    def enter(self) -> None:
        """Send the line being typed; without one, connect now. A line that is too long stays."""
        text = self.input.text
        if self.measure.is_too_long:
            self.ring()
        elif text.strip() or self.is_hidden:
            self.window.viewport.follow()
            self.input.empty()
            if self.conversation.submit(text):
                self.input.remember(text)
        elif self.link.state is State.WAITING:
            self.link.retry()

    def show_keys(self) -> None:
        """Show the keys in the log."""
        self.window.viewport.follow()
        self.conversation.chat.tell(Kind.ANSWER, Sentence("keys"))

    def go_to(self, number: int) -> None:
        """Show the room of that number, from 0 on, if there is one."""
        rooms = [*self.conversation.chat.rooms]
        if number < len(rooms):
            self.conversation.choose(rooms[number])

    def go_on(self, by: int) -> None:
        """Show a room that comes after or before the one that is shown."""
        rooms = [*self.conversation.chat.rooms]
        if self.room in rooms:
            self.conversation.choose(rooms[(rooms.index(self.room) + by) % len(rooms)])

    def scroll(self, by: int) -> None:
        """Move the log by rows, up if *by* is negative. Near its first line, fetch older ones."""
        viewport = self.window.viewport
        has_moved = viewport.scroll(by, self.size)
        if by < 0 and viewport.is_near_start(self.size):
            self._fetch_older(is_needed=not has_moved)

    def scroll_page(self, by: int) -> None:
        """Move the log by pages, of which one row stays."""
        self.scroll(by * max(1, self.size.rows - 1))

    def scroll_to_start(self) -> None:
        """Show the first line of the log, and fetch older ones."""
        self.window.viewport.to_start(self.size)
        self._fetch_older(is_needed=True)

    def _fetch_older(self, *, is_needed: bool) -> None:
        """Fetch older lines. If they are needed now, say that there are none."""
        room = self.room
        if room is None or self.conversation.fetch_older(room) or room.is_fetching:
            return
        if is_needed:
            is_all = self.conversation.chat.is_open and not room.has_older
            self.hint = Sentence("no_older" if is_all else "no_older_now")

    # The view of a conversation: `chatd.client.chat.View`.

    def show(self, room: Room | None, shown: Shown) -> None:
        """Add a thing at the end of the window of a room."""
        self._windows.language = self.language
        is_current = room is self.conversation.chat.rooms.current
        self._windows.show(room, shown, is_current=is_current)

    def show_older(self, room: Room, lines: list[Shown]) -> None:
        """Add lines above all others of the window of a room."""
        self._windows.show_older(room, lines)

    def clear(self, room: Room) -> None:
        """Remove all from the window of a room."""
        self._windows[room].clear()

    def close(self, room: Room) -> None:
        """Remove the window of a room."""
        self._windows.close(room)
        self.input.forget(room)

    def give_back(self, room: Room | None, text: str) -> None:
        """Offer a text that was refused for editing, unless another one is being typed."""
        self.input.give_back(room, text)

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self.app.output.bell()
        self.app.output.flush()

    def leave(self) -> None:
        """End the conversation, once the server has answered what was sent."""
        self.is_leaving = True
        self.link.leave()

    def changed(self) -> None:
        """Draw the state again."""
        chat = self.conversation.chat
        self.room = chat.rooms.current
        self.input.show(_QUESTION if self.is_hidden else self.room)
        self._windows.mark_read()
        if self.link.state is State.OPEN:
            self._was_open = True
        elif self.link.state is State.WAITING and self._was_open:
            self._was_open = False
            chat.tell(Kind.OWN, Sentence("typing_waits", reason=self.link.reason))
        self.app.invalidate()

    def _age_hint(self, _: object) -> None:
        self.is_new = False
        self.hint_before, self.hint = self.hint, None
