"""The line that is typed: a draft for each room, the history of what was typed, completion.

A password is not shown, no key brings it back, and a draft never becomes one: the line that answers
a question is another than that of the room. This module must not know the layout of the screen, nor
what becomes of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

from chatd.text.folding import fold

Words = Callable[[], Iterable[str]]
"""Returns words for completion, in order."""


class InputLine:
    """The line that is typed, as a buffer of prompt_toolkit."""

    def __init__(self, completer: Completer) -> None:
        self.buffer = Buffer(
            multiline=True,
            history=InMemoryHistory(),
            completer=completer,
            complete_while_typing=False,
        )
        self._key: Hashable = None
        self._drafts: dict[Hashable, Document] = {}

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
        """Go on with the draft of that key, and keep that of the key before it."""
        if key != self._key:
            self._drafts[self._key] = self.buffer.document
            self.buffer.reset(self._drafts.pop(key, Document()))
            self._key = key

    def forget(self, key: Hashable) -> None:
        """Forget the draft of a key that is not shown."""
        self._drafts.pop(key, None)

    def empty(self) -> None:
        """Remove what is being typed."""
        self.buffer.reset()

    def remember(self, text: str) -> None:
        """Have keys bring a text back."""
        strings = self.buffer.history.get_strings()
        if text not in strings[-1:]:
            self.buffer.history.append_string(text)

    def give_back(self, key: Hashable, text: str) -> None:
        """Make *text* the draft of a key, unless it has one."""
        document = Document(text, len(text))
        if key != self._key:
            if not self._drafts.get(key, Document()).text.strip():
                self._drafts[key] = document
        elif not self.text.strip():
            self.buffer.reset(document)

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


class WordCompleter(Completer):
    """The completion of a command at the start of a line, and of rooms and names anywhere."""

    def __init__(self, commands: Words, rooms: Words, names: Words) -> None:
        self._commands = commands
        self._rooms = rooms
        self._names = names

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the completions of the word before the cursor."""
        before = document.text_before_cursor
        word = before.rpartition("\n")[2].rpartition(" ")[2]
        end = " "
        if word == before and word.startswith("/"):
            words = [f"/{name}" for name in self._commands()]
        elif word.startswith("#"):
            words = [f"#{name}" for name in self._rooms()]
        else:
            words = [*self._names()]
            end = ": " if word == before else " "
        start = fold(word)
        for each in words:
            if fold(each).startswith(start):
                yield Completion(each + end, start_position=-len(word), display=each)
