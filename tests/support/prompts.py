"""The prompt of one session, without a server."""

from __future__ import annotations

from twisted.internet.task import Clock

from chatd.chat.replies import Replies
from chatd.chat.resumable_prompt import ResumablePrompt
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.stream import Stream
from tests.support.sessions import taken


class PromptHarness:
    """A prompt, what was sent of it, and the answers that it was given."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.stream = Stream()
        self.prompt = ResumablePrompt(
            Replies(self.stream, ChatFormat(), Language.ENGLISH), self.clock
        )
        self.answers: list[str] = []
        self.hidden: list[bool] = []
        self.prompt.hide_typing_on(self)

    def hide_typing(self, hidden: bool) -> bool:
        self.hidden.append(hidden)
        return hidden

    def ask(self) -> None:
        self.prompt.ask("password_prompt", self.answers.append)

    def next_line(self, line: str) -> bool:
        """Give the prompt a line; return True if it took it."""
        if self.prompt.passes_over(line):
            return True
        then = self.prompt.take()
        if then is not None:
            then(line)
        return then is not None

    def sent(self) -> str:
        return taken(self.stream)
