"""The interpretation of what a member types: an answer, a command, or text to be said.

This module must not know a protocol's syntax, nor what a command does.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

from chatd.chat.action_queue import Action, Job
from chatd.chat.actions.costs import PASSWORD_COST
from chatd.chat.actions.speak import say_pasted
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import dispatch
from chatd.commands.password_guard import LETTERS, ODD, STARTS, holds_a_password
from chatd.errors import ErrorKind, Refusal, message_refusal
from chatd.text.messages import InvalidMessage, validate_message


class Speaker(Protocol):
    """The handler of the client that types: a `SessionHandler`."""

    @property
    def server(self) -> ChatServer: ...

    @property
    def session(self) -> Session: ...

    @property
    def max_length(self) -> int: ...

    def say(self, text: str) -> None: ...

    def when_said(self, action: Action) -> None: ...

    def charge(self, lines: float) -> None: ...


def take(speaker: Speaker, text: str) -> None:
    """Do what a valid line is for: it is a command, or text to be said."""
    session = speaker.session
    # This first look for commands and passwords costs no call: every line has it.
    if (text[:LETTERS] not in STARTS and text[0] not in ODD) or session.text_only:
        speaker.say(text)
        return
    command = dispatch.parse(text) if text[0] == "/" else None
    if command is None:
        if holds_a_password(text, partial(_is_registered, speaker)):
            _carry_out(speaker, lambda: session.error(ErrorKind.NOT_SAID, "nearly_a_password"))
        else:
            speaker.say(dispatch.text_of(text))
    else:
        _take_command(speaker, *command)


def message_in(speaker: Speaker, text: str) -> str:
    """Return the valid message of several lines that a text is; "" if all of them are blank.

    None of its lines is a command. Raises `Refusal`, also if the first line was perhaps meant as a
    command with a password.
    """
    try:
        message = validate_message(text, speaker.max_length)
    except InvalidMessage as invalid:
        raise message_refusal(invalid, speaker.max_length) from None
    first, _, _ = message.partition("\n")
    command = dispatch.parse(first)
    if (
        holds_a_password(first, partial(_is_registered, speaker))
        if command is None
        else dispatch.takes_password(command[0])
    ):
        raise Refusal(ErrorKind.NOT_SAID, "nearly_a_password")
    return message


def _take_command(speaker: Speaker, name: str, argument: str) -> None:
    server, session = speaker.server, speaker.session
    cost = dispatch.cost_of(name)
    if session.stream.closed:  # the client has gone
        if dispatch.only_answers(name):
            return
        if cost >= PASSWORD_COST:
            # It may have left thousands of them behind, and what follows is not to be said in
            # another name.
            speaker.when_said(lambda: server.finish(session))
            return
    if cost > 1:
        speaker.charge(cost - 1)
    _carry_out(speaker, lambda: dispatch.run(server, session, name, argument))


def end_paste(speaker: Speaker) -> bool:
    """Say the message whose lines were typed, or tell its author why not; False without one."""
    session, paste = speaker.session, speaker.session.prompt.paste
    if paste is None:
        return False
    session.prompt.end_paste()
    try:
        message = message_in(speaker, paste.text(speaker.max_length))
    except Refusal as refusal:
        error = partial(session.error, refusal.kind, refusal.key, **refusal.values)
        speaker.when_said(error)
    else:
        speaker.when_said(partial(say_pasted, session, message, paste.room))
    return True


def take_answer(speaker: Speaker, answer: str) -> bool:
    """Give what was typed to the paste or the question that is open.

    Return False if it is a line like others.
    """
    session = speaker.session
    if session.prompt.paste is not None:
        if not session.prompt.paste.take(answer):
            end_paste(speaker)
        return True
    if session.prompt.passes_over(answer):
        _carry_out(speaker, lambda: session.answer("password_not_needed"))
        return True
    too_soon, is_repeated = session.prompt.too_soon, session.prompt.is_repeated
    then = session.prompt.take()
    command = dispatch.parse(answer)
    if then is None or (too_soon and command is not None):
        return False
    if is_repeated and command is not None and command[0] in dispatch.COMMANDS:
        return False  # a person who takes the question for over must not register with "/join ops"
    if is_repeated:
        speaker.charge(PASSWORD_COST - 1)
    _carry_out(speaker, lambda: then(answer))
    return True


def _carry_out(speaker: Speaker, command: Action) -> None:
    """Carry out a command after all lines before it, and tell the client when that is done."""
    speaker.when_said(lambda: _complete(speaker.session, command))


def _complete(session: Session, command: Action) -> Job | None:
    job = None
    try:
        job = command()
    finally:
        if job is None:
            session.replies.done()
    return None if job is None else _complete_late(session, job)


async def _complete_late(session: Session, job: Job) -> None:
    try:
        await job
    finally:
        session.replies.done()


def _is_registered(speaker: Speaker, name: str) -> bool:
    return speaker.server.accounts.called(name) is not None
