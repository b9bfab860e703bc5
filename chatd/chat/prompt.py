"""The questions that one session is asked, the answers that it may give unasked, and its paste.

A prompt takes the next line of the client, even a command, as the answer to a question such as
"Password?". The hard part is input that was typed before the question could be read. A program may
send the password right after a command that would ask for it. If the server then refuses to ask,
or has asked something else, the password must not be said in the room. So the prompt also
recognises the password that was typed before (`knows_password`), and takes a line that arrives
within `READING_SECONDS` as the answer to a question that was not asked (`refuse_to_ask`). A person
whose answer is refused types another one, which must not be said either: so the question is asked
again (`ask_again`), but not for ever, as a program may go on with lines that are no answers.

A paste (`chatd.chat.paste`) takes all lines up to its end.

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

MOST_AGAIN = 2
"""A question is asked again so many times."""

AGAIN_SECONDS = 0.5
"""Seconds after a repeated question in which a line is no answer. Lines of a program come with the
answer that was refused; a person, who knows the question, types for longer (1.3 s were seen)."""

Answer = Callable[[str], Job | None]
"""Receives the next line of a session as an answer."""


class Screen(Protocol):
    """The client, as far as it shows what is typed."""

    def hide_typing(self, hidden: bool) -> bool:
        """Do not show what is typed from now on; show it again if ``hidden`` is False.

        Return True if the client hides it.
        """


class _NoScreen:
    def hide_typing(self, hidden: bool) -> bool:
        """Return False: the client cannot hide what is typed."""
        return False


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
        "_left",
        "_question",
        "_replies",
        "_screen",
        "_soon_until",
        "_to_confirm",
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
        self._question: Callable[[], None] | None = None  # shows what was asked last
        self._left = 0  # the number of times that it may be asked again
        self._soon_until = 0.0
        self._to_confirm = ("", 0.0)  # the command to be repeated, and when it was given

    def hide_typing_on(self, screen: Screen) -> None:
        """Have a screen not show what is typed while a question is pending."""
        self._screen = screen

    def forget(self) -> None:
        """Drop the question and all that was given here: the client has gone."""
        self.pending = self.paste = self._question = None
        self._screen = _NO_SCREEN
        self._is_password = self._is_expected = _is_no_password

    def ask(self, key: str, then: Answer, if_shown: str = "", **values: object) -> None:
        """Send a question. The next line is the answer, and no other session receives it.

        The sentence of the key ``if_shown`` is sent instead if what is typed can be seen.
        """

        def show() -> None:
            self.pending = then
            hidden = self._screen.hide_typing(True)
            self._replies.answer(key if hidden or not if_shown else if_shown, **values)

        self._question, self._left, self._soon_until = show, MOST_AGAIN, 0.0
        show()

    def ask_to_repeat(self, key: str, then: Answer) -> bool:
        """Ask for the answer to the last question once more, with the sentence of a key.

        Return False, and do not ask, if the client shows what is typed. If the second answer is
        refused, `ask_again` begins with the question.
        """
        if not self._screen.hide_typing(True):
            return False
        self.pending, self._soon_until = then, 0.0
        self._replies.answer(key)
        return True

    def ask_again(self) -> None:
        """Send the last question again, as its answer was refused, at most `MOST_AGAIN` times.

        A line that comes too soon was typed before that could be read, and is no answer. After the
        last time, the next line is treated as by `refuse_to_ask`.
        """
        if self._question is None:
            return
        if not self._left:
            self._replies.answer("not_asked_again")
            self.refuse_to_ask()
            return
        self._left -= 1
        self._soon_until = self._clock.seconds() + AGAIN_SECONDS
        self._question()

    @property
    def is_repeated(self) -> bool:
        """True if the pending question was asked before."""
        return self._question is not None and self._left < MOST_AGAIN

    def take(self) -> Answer | None:
        """End the pending question as its next line is here; return what receives that line.

        None if it is a line like others.
        """
        self._is_expected = _is_no_password
        then = self.pending
        if self.too_soon:
            then = self._answer_too_soon
        elif then == self._answer_unasked:
            then = None
        self.pending = None
        self._screen.hide_typing(False)
        return then

    def collect(self, paste: Paste) -> None:
        """Have a paste take the next lines, until `end_paste`."""
        self.paste = paste
        self.pending = _ignore
        self._soon_until = 0.0

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
        self._soon_until = self._clock.seconds() + READING_SECONDS
        self._expect_nothing()

    @property
    def too_soon(self) -> bool:
        """True if a line that arrives now was typed before the last refusal could be read."""
        return self.pending is not None and self._clock.seconds() < self._soon_until

    def knows_password(self, is_password: Callable[[str], bool]) -> None:
        """Recognise the password that was typed: ``is_password`` returns True for it."""
        self._is_password = is_password

    def may_get_password(self) -> None:
        """Expect the known password as the next line although no question asks for it.

        A program may send it without waiting for a question. See `passes_over`.
        """
        self._is_expected = self._is_password
        if self.pending is None:
            self._soon_until = 0.0
            self._expect_nothing()

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

    def _expect_nothing(self) -> None:
        self.pending, self._question = self._answer_unasked, None

    def _answer_unasked(self, answer: str) -> None:
        """Take no answer: no question was asked."""

    def _answer_too_soon(self, answer: str) -> None:
        if self._question is None:
            if answer:
                self._replies.error(ErrorKind.NOT_SAID, "answer_to_nothing")
        elif answer:
            self._replies.error(ErrorKind.NOT_SAID, "answer_too_soon")
            self.ask_again()
        else:
            self._replies.answer("password_cancelled")


def _ignore(line: str) -> None:
    """Do nothing: the paste takes the line."""


def _is_no_password(text: str) -> bool:
    """Return False: no password is known."""
    return False
