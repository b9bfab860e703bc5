"""Which of the lines that a person types hold a password, and may thus not be sent everywhere.

A line that holds a password does not go to a server that is not known: instead, the person is told
why. The same is true of the line after a command that leaves its password out, because it may be
typed without a look at the screen. This module must not know terminals, nor what is done with a
password.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.client.sentences import Sentence

_GO_ON = Sentence("go_on")


class Typed(NamedTuple):
    """The treatment of a line that was typed."""

    sent: str | None
    """The line to send in its place; None for none."""

    is_secret: bool
    """True if the line holds a password."""

    told: Sentence | None = None
    """The sentence that the person is shown, if any."""


class TypedPasswords:
    """The judgement of the lines that a person types, one after the other.

    *doubt* says why the server is not known; None if it is. `expected` is true while the next line
    is taken for a password, so that it should not be shown.
    """

    def __init__(self, doubt: Sentence | None) -> None:
        self.expected = False
        self._doubt = doubt

    def ask(self) -> Sentence | None:
        """Take the next line for a password. Return the sentence to show, if there is one."""
        self.expected = True
        if self._doubt is None:
            return None
        return Sentence("question_refused", doubt=self._doubt, go_on=_GO_ON)

    def judge(self, line: str) -> Typed:
        """Return the treatment of the next line."""
        answers, self.expected = self.expected, False
        if self._doubt is None:
            return Typed(line, answers or (_starts_oddly(line) and _holds_password(line)))
        if answers:  # an empty line ends the server's question
            return Typed("", True, Sentence("not_answered") if line else None)
        if not _holds_password(line):
            return Typed(line, False)
        if not line.startswith("/"):
            return Typed(None, True, Sentence("resembles_password", doubt=self._doubt))
        self.expected = leaves_password_out(line)
        if self.expected:
            told = Sentence("password_refused_go_on", doubt=self._doubt, go_on=_GO_ON)
        else:
            told = Sentence("password_refused", doubt=self._doubt)
        return Typed(None, True, told)

    def judge_message(self, text: str) -> Typed:
        """Return the treatment of several lines that are one message, in which none is a command.

        Its beginning may have been meant as one.
        """
        if _holds_password(text.partition("\n")[0]):
            return Typed(None, True, Sentence("password_in_message"))
        return Typed(text, False)


def _starts_oddly(line: str) -> bool:
    return line.lstrip()[:1] in ("/", "\\")


class RefusedQuestions:
    """The guard against saying a password whose question was refused.

    A person who was refused may type it again, without a look at the screen. So the next text is
    said once it was entered twice.
    """

    def __init__(self) -> None:
        self._ids: set[int] = set()
        """The ids of lines that lead to a question, or answer one."""
        self._is_refused = False
        self._held: str | None = None

    def expect(self, id: int) -> None:
        """Take note of a line that leads to a question for a password, or answers one."""
        self._ids.add(id)

    def refuse(self, id: int | None) -> None:
        """Take note that the line of an id is refused."""
        self._is_refused |= id in self._ids

    def end(self) -> None:
        """Take note of a new question, or of a command: the next text is none of that password."""
        self._is_refused = False
        self._held = None

    def holds(self, text: str) -> bool:
        """Return True if a text is not to be said before it is entered again."""
        if not self._is_refused:
            return False
        if text != self._held:
            self._held = text
            return True
        self.end()
        return False


# The table of commands is the server's, and it loads Twisted: import it once it is needed.


def _holds_password(line: str) -> bool:
    """Return True if *line* is a command that takes a password, or resembles one."""
    from chatd.commands.dispatch import COMMANDS, parse
    from chatd.commands.password_guard import holds_a_password

    words = parse(line)
    if words is None:
        return holds_a_password(line, lambda name: False)
    return (command := COMMANDS.get(words[0])) is not None and command.secret


def leaves_password_out(line: str) -> bool:
    """Return True if the server would ask for the password of a command that takes one."""
    from chatd.commands.dispatch import COMMANDS, parse

    words = parse(line)
    if words is None:
        return True
    command, argument = words
    needed = 2 if COMMANDS[command] is COMMANDS["login"] else 1
    return len(argument.split()) < needed
