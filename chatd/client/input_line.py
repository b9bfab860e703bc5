"""The line that is typed: a draft for each room, and the history of what was typed.

A password is not shown, no key brings it back, and a draft never becomes one: the line that answers
a question is another than that of the room. This module must not know the layout of the screen, nor
what becomes of a line.
"""

from __future__ import annotations

from collections.abc import Hashable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.document import Document


class InputLine:
    """The line that is typed, as a buffer of prompt_toolkit."""

    def __init__(self, completer: Completer) -> None:
        self.buffer = Buffer(
            multiline=True,
            completer=completer,
            complete_while_typing=False,
        )
        self._key: Hashable = None
        self._drafts: dict[Hashable, Document] = {}
        self._history: list[str] = []
        self._entries = [""]
        """The history and the line being typed, as they are edited now."""
        self._place = 0
        """The place of the text on the screen in these."""

    @property
    def text(self) -> str:
        """The text that is being typed."""
        return self.buffer.text

    @property
    def drafts(self) -> list[str]:
        """The texts that were typed and not entered, of all rooms."""
        documents = [*self._drafts.values(), self.buffer.document]
        return [document.text for document in documents if document.text.strip()]

    def show(self, key: Hashable) -> None:
        """Go on with the draft of that key, and keep that of the key before it.

        The draft of the key None goes on as that of the next key.
        """
        if key == self._key:
            return
        if self._key is not None or key in self._drafts:
            self._drafts[self._key] = self.buffer.document
            self._begin(self._drafts.pop(key, Document()))
        self._key = key

    def forget(self, key: Hashable) -> None:
        """Forget the draft of a key that is not shown."""
        self._drafts.pop(key, None)

    def empty(self) -> None:
        """Remove what is being typed."""
        self._begin(Document())

    def remember(self, text: str) -> None:
        """Have keys bring a text back."""
        if text not in self._history[-1:]:
            self._history.append(text)
        self._begin(self.buffer.document)

    def up(self) -> None:
        """Move the cursor up a line, or from the first one to the text that was typed before."""
        if self.buffer.document.on_first_line:
            self._go_to(self._place - 1)
        else:
            self.buffer.cursor_up()

    def down(self) -> None:
        """Move the cursor down a line, or from the last one to the text that was typed after."""
        if self.buffer.document.on_last_line:
            self._go_to(self._place + 1)
        else:
            self.buffer.cursor_down()

    def give_back(self, key: Hashable, text: str) -> None:
        """Make *text* the draft of a key, unless it has one."""
        document = Document(text, len(text))
        if key != self._key:
            if not self._drafts.get(key, Document()).text.strip():
                self._drafts[key] = document
        elif not self.text.strip():
            self._begin(document)

    def complete(self) -> None:
        """Complete the word before the cursor, or show the words that fit."""
        buffer = self.buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        # prompt_toolkit completes in a task of its own, and gives up if a key is pressed before.
        wanted = CompleteEvent(completion_requested=True)
        completions = list(buffer.completer.get_completions(buffer.document, wanted))
        if len(completions) == 1:
            buffer.apply_completion(completions[0])
        elif completions:
            buffer.start_completion(insert_common_part=True)

    def _begin(self, document: Document) -> None:
        """Type a text, after all of the history."""
        self._entries = [*self._history, ""]
        self._place = len(self._history)
        self.buffer.reset(document)

    def _go_to(self, place: int) -> None:
        """Type the text of that place, and keep that of the place before it as it is."""
        if 0 <= place < len(self._entries):
            self._entries[self._place] = self.text
            self._place = place
            text = self._entries[place]
            self.buffer.reset(Document(text, len(text)))
