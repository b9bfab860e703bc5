"""The lines that a person types in a conversation: text and commands, passwords, answers.

A password is sent at once or never, and to a known server alone: see
`chatd.client.typed_passwords`. All else goes into the outbox. Pure. This module must not know
terminals, nor the messages of the server.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatd.client.chat import Chat
from chatd.client.rooms import Room
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind
from chatd.client.typed_passwords import (
    RefusedQuestions,
    Typed,
    TypedPasswords,
    leaves_password_out,
)


class TypedLines:
    """Takes what a person types.

    ``question_is_gone`` is true while the next line may be meant as the answer to a question of a
    connection that broke: it is neither shown nor sent.
    """

    def __init__(self, chat: Chat) -> None:
        self.question_is_gone = False
        self._chat = chat
        self._passwords = TypedPasswords(None)
        self._questions = RefusedQuestions()

    def connected(self, doubt: Sentence | None) -> None:
        """Take note of a new connection. *doubt* says why its server is not known, if it is not."""
        self._passwords = TypedPasswords(doubt)

    def lost(self) -> None:
        """Take note that the connection is gone, and a question with it."""
        self.question_is_gone |= self._chat.is_asked
        self._chat.is_asked = False

    def asked(self, is_hidden: bool) -> None:
        """Take note that a question begins, or is over."""
        chat = self._chat
        chat.is_asked = is_hidden
        if not is_hidden:
            self._passwords.expected = False
            chat.flush_all()
            return
        self._questions.end()
        if told := self._passwords.ask():
            chat.tell(Kind.OWN, told)

    def refused(self, id: int | None) -> None:
        """Take note of an error about the line of an id."""
        self._questions.refuse(id)

    def submit(self, text: str) -> bool:
        """Take a typed line, or a pasted text of several lines, which is one message.

        Return True if a key may bring it back: it holds no password.
        """
        is_secret = self.question_is_gone or self._passwords.expected
        if self.question_is_gone:
            self.question_is_gone = False
            self._chat.tell(Kind.OWN, Sentence("question_gone"))
        else:
            for typed in self._judged(text):
                is_secret |= not self._take(typed) or typed.is_secret
        self._chat.view.changed()
        return not is_secret

    def _judged(self, text: str) -> Iterator[Typed]:
        """Yield a text, if it is not blank: the answer to a question, a line, or a message.

        Several lines that are pasted at a question may be a password twice, so none of them is
        sent: a room would be shown those after the first one.
        """
        is_answer = self._passwords.expected
        text = text.strip("\n")
        if is_answer and "\n" in text:
            self._chat.tell(Kind.OWN, Sentence("answer_of_several_lines"))
        elif is_answer:
            yield self._passwords.judge(text)
        elif text.strip():
            is_message = "\n" in text
            yield (self._passwords.judge_message if is_message else self._passwords.judge)(text)

    def _take(self, typed: Typed) -> bool:
        """Do with a typed line what was judged. Return False if it must be entered again."""
        chat = self._chat
        if typed.told is not None:
            chat.tell(Kind.OWN, typed.told)
        if typed.sent is None:
            return True
        if not typed.is_secret:
            return self._put(typed.sent)
        if chat.is_open:
            room = chat.rooms.current
            named = room.name if room is not None and room.is_present else None
            id = chat.new_id(room)
            self._questions.expect(id)
            chat.send("line", id=id, room=named, text=typed.sent)
        else:
            chat.tell(Kind.OWN, Sentence("password_offline"))
        return True

    def _put(self, text: str) -> bool:
        """Put a line without a password into the outbox, unless this program carries it out.

        Return False if it must be entered again, as it may be a password all the same.
        """
        chat = self._chat
        room = chat.rooms.current
        if room is not None:
            room.marker = None
        if "\n" in text or not text.startswith("/") or text.startswith("//"):
            return self._say(room, text, None)
        # The table of commands is the server's, and it loads Twisted: import it once it is needed.
        from chatd.commands.dispatch import COMMANDS, action_in, parse

        words = parse(text)
        command = words and COMMANDS.get(words[0])
        if words is None or (action := action_in(text)) is not None:
            return self._say(room, text, None if words is None else action)
        self._questions.end()
        if command is COMMANDS["quit"]:
            chat.view.leave()
        elif command is COMMANDS["join"] and (known := chat.rooms.get(words[1].strip())):
            if chat.is_open and not known.is_present:
                chat.enter(known.name)
            chat.choose(known)
        else:
            id = chat.put(room, text, action=None, is_said=False)
            if command is not None and command.asks and leaves_password_out(text):
                self._questions.expect(id)
        return True

    def _say(self, room: Room | None, text: str, action: str | None) -> bool:
        """Put a text or an action into the outbox. Return False if it must be entered again."""
        chat = self._chat
        if action is None and self._questions.holds(text):
            chat.tell(Kind.OWN, Sentence("maybe_password"))
            chat.view.give_back(room, text)
            return False
        chat.put(room, text, action=action, is_said=True)
        return True
