"""The questions that one session is asked, the answers that it may give unasked, and its paste.

A prompt takes the next line of the client, even a command, as the answer to a question such as
"Password?". The hard part is input that was typed before the question could be read. A program may
send the password right after a command that would ask for it. If the server then refuses to ask,
or has asked something else, the password must not be said in the room. So the prompt also
recognises the password that was typed before (`knows_password`), and takes a line that arrives
within `READING_SECONDS` as the answer to a question that was not asked (`refuse_to_ask`). A paste
(`chatd.chat.paste`) takes all lines up to its end.

It must not know rooms, accounts or connections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.chat.action_queue import Job
from chatd.chat.paste import Paste
from chatd.chat.replies import READING_SECONDS, Replies
from chatd.errors import ErrorKind
from chatd.text.messages import MessageFault

CONFIRM_SECONDS = 60
"""A command is confirmed by repeating it within this many seconds."""

Answer = Callable[[str], Job | None]
"""Receives the next line of a session as an answer."""


class Screen(Protocol):
    """The client, as far as it shows what is typed."""

    def hide_typing(self, hidden: bool) -> None:
        """Do not show what is typed from now on; show it again if ``hidden`` is False."""


class _NoScreen:
    def hide_typing(self, hidden: bool) -> None:
        """Do nothing: the client cannot hide what is typed."""


_NO_SCREEN = _NoScreen()


class Prompt:
    """The pending question of one session, and the passwords that it may send unasked.

    ``pending`` receives the next line; None if that is a line like others. ``paste`` is the message
    whose lines are being typed; ``pending`` is not None meanwhile.
    """

    __slots__ = (
        "_clock",
        "_is_expected",
        "_is_password",
        "_replies",
        "_screen",
        "_to_confirm",
        "_unasked_until",
        "paste",
        "pending",
    )

    def __init__(self, replies: Replies, clock: IReactorTime) -> None:
        self.pending: Answer | None = None
        self.paste: Paste | None = None
        self._replies = replies
        self._clock = clock
        self._screen: Screen = _NO_SCREEN
        self._is_password: Callable[[str], bool] = _is_no_password
        self._is_expected: Callable[[str], bool] = _is_no_password
        self._unasked_until = 0.0
        self._to_confirm = ("", 0.0)  # the command to be repeated, and when it was given

    def hide_typing_on(self, screen: Screen) -> None:
        """Have a screen not show what is typed while a question is pending."""
        self._screen = screen

    def forget(self) -> None:
        """Drop the question and all that was given here: the client has gone."""
        self.pending = self.paste = None
        self._screen = _NO_SCREEN
        self._is_password = self._is_expected = _is_no_password

    def ask(self, key: str, then: Answer, **values: object) -> None:
        """Send a question. The next line is the answer, and no other session receives it."""
        self.pending = then
        self._screen.hide_typing(True)
        self._replies.answer(key, **values)

    def take(self) -> Answer | None:
        """End the pending question as its next line is here; return what receives that line.

        None if it is a line like others.
        """
        self._is_expected = _is_no_password
        then = self.pending
        if then == self._answer_unasked and not self.unasked:
            then = None
        self.pending = None
        self._screen.hide_typing(False)
        return then

    def collect(self, paste: Paste) -> None:
        """Have a paste take the next lines, until `end_paste`."""
        self.paste = paste
        self.pending = _ignore

    def spoil(self, fault: MessageFault) -> bool:
        """Return True if a paste was to take a line that could not be read, and is refused now."""
        if self.paste is None:
            return False
        self.paste.spoil(fault)
        return True

    def end_paste(self) -> None:
        """Take the next line as one like others again."""
        self.pending = self.paste = None

    def confirms(self, command: str) -> bool:
        """Return True if the same command was given within the last `CONFIRM_SECONDS`."""
        now = self._clock.seconds()
        asked, when = self._to_confirm
        confirmed = asked == command and now - when < CONFIRM_SECONDS
        self._to_confirm = ("", 0.0) if confirmed else (command, now)
        return confirmed

    # Answers to no question

    def refuse_to_ask(self) -> None:
        """Take a line as the answer to the question that was not asked, if it comes too soon.

        Too soon is less than `READING_SECONDS` from now: it was typed before the refusal was read.
        """
        self._unasked_until = self._clock.seconds() + READING_SECONDS
        self.pending = self._answer_unasked

    @property
    def unasked(self) -> bool:
        """True if a line that arrives now may be the answer to a question that was not asked."""
        return self.pending == self._answer_unasked and self._clock.seconds() < self._unasked_until

    def knows_password(self, is_password: Callable[[str], bool]) -> None:
        """Recognise the password that was typed: ``is_password`` returns True for it."""
        self._is_password = is_password

    def may_get_password(self) -> None:
        """Expect the known password as the next line although no question asks for it.

        A program may send it without waiting for a question. See `passes_over`.
        """
        self._is_expected = self._is_password
        if self.pending is None:
            self.pending, self._unasked_until = self._answer_unasked, 0.0

    def passes_over(self, line: str) -> bool:
        """Return True, once, if a line is the expected password, which must be dropped.

        It is neither said nor taken for the answer to the pending question.
        """
        is_expected, self._is_expected = self._is_expected, _is_no_password
        if not is_expected(line):
            return False
        if self.pending == self._answer_unasked:
            self.pending = None
        return True

    def _answer_unasked(self, answer: str) -> None:
        if answer:
            self._replies.error(ErrorKind.NOT_SAID, "answer_to_nothing")


def _ignore(line: str) -> None:
    """Do nothing: the paste takes the line."""


def _is_no_password(text: str) -> bool:
    """Return False: no password is known."""
    return False
