"""Dispatch of slash commands: a line is parsed, and its command is found and run.

To add a command, add a row to the table of one of the modules here, and a test; `base` says what a
row holds and what a handler may do. This module must not know what the commands do.
"""

from __future__ import annotations

import re

from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import talking
from chatd.commands.base import Command, Job, WrongUse, tell_why_not
from chatd.commands.help import COMMANDS as COMMANDS
from chatd.commands.help import TABLE as TABLE
from chatd.commands.help import nearest_command
from chatd.errors import ErrorKind, Refusal, short
from chatd.storage.contract import StoreError
from chatd.text.blanks import trimmed

_COMMAND = re.compile(r"/([^\W\d_]+)(?: (.*))?", re.DOTALL)


def parse(line: str) -> tuple[str, str] | None:
    """Return the command's name, in lower case, and the rest of the line; None for text.

    A command is a slash and a word of letters, followed by a space or the end.
    """
    match = _COMMAND.fullmatch(line)
    return None if match is None else (match[1].lower(), match[2] or "")


def text_of(line: str) -> str:
    """Return the text of a line that is no command: without the first of two leading slashes."""
    return line[1:] if line.startswith("//") else line


def cost_of(name: str) -> int:
    """Return the rate-limit cost, in lines, of the command of that name."""
    command = COMMANDS.get(name)
    return 1 if command is None else command.cost


def takes_password(name: str) -> bool:
    """Return True if the command of that name may have a password in its line."""
    command = COMMANDS.get(name)
    return command is not None and command.secret


def only_answers(name: str) -> bool:
    """Return True if the command of that name changes nothing, or there is none."""
    command = COMMANDS.get(name)
    return command is None or command.only_answers


def action_in(line: str) -> str | None:
    """Return the action that a line says with ``/me``, or None. It is said as text is."""
    command = parse(line)
    if command is None or COMMANDS.get(command[0]) is not talking.ME:
        return None
    return trimmed(command[1]) or None


def run(server: ChatServer, session: Session, name: str, argument: str) -> Job | None:
    """Carry out a command, or tell the session why not. A returned job must be awaited."""
    command = COMMANDS.get(name)
    if command is None:
        near = nearest_command(session, name)
        key = "unknown_command" if near is None else "unknown_command_near"
        session.error(ErrorKind.UNKNOWN_COMMAND, key, command=f"/{short(name)}", near=near)
        return None
    if not command.secret:
        argument = trimmed(argument)
    try:
        if (refusal := session.identity.lacks(command.scope)) is not None:
            if command.asks:
                session.prompt.refuse_to_ask()
            raise refusal.anew()
        waiting = command.handler(server, session, argument)
    except (Refusal, WrongUse) as error:
        _tell_why_not(session, command, name, error)
        return None
    return None if waiting is None else _finish(session, command, name, waiting)


async def _finish(session: Session, command: Command, name: str, waiting: Job) -> None:
    before = session.room
    try:
        await waiting
    except (Refusal, WrongUse, StoreError) as error:
        _tell_why_not(session, command, name, error)
        if before is not None and session.room is None:  # see `stay_out`
            session.answer("in_no_room_now")


def _tell_why_not(
    session: Session, command: Command, name: str, error: Refusal | WrongUse | StoreError
) -> None:
    if isinstance(error, WrongUse):
        wording = command.wording(session.language)
        values = {"usage": wording.usage, "explanation": wording.explanation}
        session.error(ErrorKind.WRONG_USE, "wrong_use", command=f"/{name}", **values)
    else:
        tell_why_not(session, error)
