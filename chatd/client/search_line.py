"""The line in which words are typed that are searched for in the lines of a room's window.

The search is in what was shown or fetched; `/search` asks the server for all. This module must not
know rooms, nor the rest of the screen.
"""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.layout import BufferControl
from prompt_toolkit.layout import Window as Pane

from chatd.client.safe_typing import SafeTyping
from chatd.client.sentences import Sentence
from chatd.client.viewport import Size, Viewport


class SearchLine:
    """A search in the window that is shown. *language* returns that of the conversation."""

    def __init__(
        self,
        viewport: Callable[[], Viewport],
        size: Callable[[], Size],
        language: Callable[[], str],
    ) -> None:
        self._viewport = viewport
        self._size = size
        self._searched: Viewport | None = None
        """The part of the log that is searched; None if there is no search."""
        self._has_found = True
        self.buffer = Buffer(multiline=False, on_text_changed=self._search)
        self.pane = Pane(
            BufferControl(self.buffer, input_processors=[SafeTyping()]),
            height=1,
            get_line_prefix=lambda *_: [("", Sentence("search").in_language(language()))],
        )
        self.is_open = Condition(lambda: self._searched is not None)

    @property
    def note(self) -> Sentence:
        """The result, and the keys that go on."""
        if not self.buffer.text:
            return Sentence("search_back")
        if not self._has_found:
            return Sentence("search_over")
        return Sentence("search_on")

    def open(self) -> None:
        """Begin a search."""
        self._searched = self._viewport()
        self._has_found = True
        self.buffer.reset()
        get_app().layout.focus(self.pane)

    def close(self, *, go_back: bool) -> None:
        """End the search; *go_back* to the end of the log, or stay at the line that was found."""
        if self._searched is not None:
            self._searched.end_search()
            if go_back:
                self._searched.follow()
        self._searched = None
        get_app().layout.focus_last()

    def go_on(self, *, back: bool) -> None:
        """Show the next line with the text, upwards if *back*."""
        if self._searched is not None:
            self._has_found = self._searched.search_on(back=back, size=self._size())

    def _search(self, _: Buffer) -> None:
        if self._searched is not None:
            self._has_found = self._searched.search(self.buffer.text, self._size())
