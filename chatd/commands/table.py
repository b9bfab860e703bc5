"""The slash commands: a table, from which /help is written too.

To add a command, add a row to the table of one of the modules here, its sentences (``help_...``) to
`chatd.i18n`, and a test. `base` says what a handler is given and may do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import accounts, history, hooks, moderation, settings, talking
from chatd.commands.base import Command, Job, WrongUse, tell_why_not
from chatd.errors import ErrorKind, Refusal, short
from chatd.i18n import Language, sentence
from chatd.storage.contract import StoreError
from chatd.text.blanks import trimmed

_UNACCENTED = str.maketrans("áéíóú", "aeiou")
_COMMAND = re.compile(r"/([^\W\d_]+)(?: (.*))?", re.DOTALL)


def parse(line: str) -> tuple[str, str] | None:
    """The command's name, in lower case, and the rest of a line; None when the line is text.

    A command is a slash and a word of letters, followed by a space or the end.
    """
    match = _COMMAND.fullmatch(line)
    return None if match is None else (match[1].lower(), match[2] or "")


def text_of(line: str) -> str:
    """What a line says that is no command: of two slashes at its start, the first is taken off."""
    return line[1:] if line.startswith("//") else line


def cost_of(name: str) -> int:
    """How many lines the command of that name counts for."""
    command = COMMANDS.get(name)
    return 1 if command is None else command.cost


def action_in(line: str) -> str | None:
    """What somebody does, if a line says that: with a command, and yet it is said as text is."""
    command = parse(line)
    if command is None or COMMANDS.get(command[0]) is not talking.ME:
        return None
    return trimmed(command[1]) or None


def run(server: ChatServer, session: Session, name: str, argument: str) -> Job | None:
    """Carry out a command, or tell the one who asked why not."""
    command = COMMANDS.get(name)
    if command is None:
        session.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command=f"/{short(name)}")
        return None
    if not command.secret:
        argument = trimmed(argument)
    try:
        if (refusal := session.lacks(command.scope)) is not None:
            if command.asks:
                session.refuse_to_ask()
            raise refusal
        waiting = command.handler(server, session, argument)
    except (Refusal, WrongUse) as error:
        _tell_why_not(session, command, name, error)
        return None
    return None if waiting is None else _finish(session, command, name, waiting)


async def _finish(session: Session, command: Command, name: str, waiting: Job) -> None:
    try:
        await waiting
    except (Refusal, WrongUse, StoreError) as error:
        _tell_why_not(session, command, name, error)


def _tell_why_not(
    session: Session, command: Command, name: str, error: Refusal | WrongUse | StoreError
) -> None:
    if isinstance(error, WrongUse):
        usage, explanation = _help(session, command)
        values = {"command": f"/{name}", "usage": usage, "explanation": explanation}
        session.error(ErrorKind.WRONG_USE, "wrong_use", **values)
    else:
        tell_why_not(session, error)


def _help(session: Session, command: Command) -> list[str]:
    return session.sentence(f"help_{command.name}").split(" :: ")


def _help_command(server: ChatServer, session: Session, argument: str) -> None:
    name = argument.removeprefix("/").lower()
    if not name:
        _list(session, GENERAL, map(_section, [session] * len(SECTIONS), SECTIONS))
    elif (command := COMMANDS.get(name)) is not None:
        usage, explanation = _help(session, command)
        others = ", ".join(f"/{other}" for other in command.names if other != name)
        other_names = session.sentence("help_other_names", names=others)
        session.tell(f"{usage}: {explanation}.\n{other_names}")
    elif (section := _section_called(name)) is not None:
        _list(session, section, ())
    else:
        quoted = f"/{short(name)}"
        raise Refusal(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command=quoted)


def _list(session: Session, commands: Iterable[Command], others: Iterable[list[str]]) -> None:
    rows = [*(_help(session, command) for command in commands), *others]
    width = max(len(usage) for usage, _ in rows)
    lines = [f"{usage:{width}}  {explanation}" for usage, explanation in rows]
    session.tell("\n".join([*lines, session.sentence("help_more")]))


def _section(session: Session, name: str) -> list[str]:
    return session.sentence(f"section_{name}").split(" :: ")


def _section_called(name: str) -> Sequence[Command] | None:
    for section, commands in SECTIONS.items():
        for language in Language:
            # "/help NAME" in each language; without its accents, too
            usage = sentence(language, f"section_{section}").split(" :: ")[0]
            if name in (word := usage.split()[-1], word.translate(_UNACCENTED)):
                return commands
    return None


def _quit(server: ChatServer, session: Session, argument: str) -> None:
    session.answer("goodbye")
    server.finish(session)


GENERAL = (
    Command(("help", "h", "ayuda"), _help_command, scope=Scope.NOTHING),
    *talking.TABLE,
    *history.TABLE,
    *settings.TABLE,
    Command(("quit", "exit", "bye", "salir", "adios", "adiós"), _quit, scope=Scope.NOTHING),
)
"""What /help lists at once."""

SECTIONS: dict[str, tuple[Command, ...]] = {
    "account": (*accounts.TABLE, *settings.ROWS),
    "past": history.ROWS,
    "running": (*moderation.TABLE, *hooks.TABLE),
}
"""The other commands. /help has a line for each section, ``/help NAME :: what it is about`` (the
sentence ``section_KEY``), and lists a section when it is given that name."""

TABLE = (*GENERAL, *(command for section in SECTIONS.values() for command in section))
"""What can be asked."""

COMMANDS = {name: command for command in TABLE for name in command.names}
"""The commands by each of their names."""
