"""The slash commands: a table, from which /help is written too.

To add a command, add a row here, its sentences (``help_...``) to `chatd.texts`, and a test.
A handler is given the server, the session that asks, and the rest of the line without the spaces
around it. It answers through the session, or raises `Refusal` or `WrongUse`; one that has to wait
for the store is a coroutine. Handlers know no connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from chatd.event import Kind
from chatd.formats import local_time
from chatd.room import Room
from chatd.server import ChatServer, Refusal, short
from chatd.session import Session
from chatd.store import StoreError
from chatd.texts import ErrorKind, Language
from chatd.validation import seconds_of

Handler = Callable[[ChatServer, Session, str], Coroutine[Deferred[Any], Any, None] | None]

HISTORY_LINES = 20
"""How many lines /history shows when it is not told."""

JOINING_COST = 10
"""What going to a room counts for: it may make one, which is kept when something is said in it."""

READING_COST = 100
"""What a command that reads the store counts for: three at once, and then one a second."""

PEOPLE_LISTED = 200
ROOMS_LISTED = 50

_COMMAND = re.compile(r"/([^\W\d_]+)(?: (.*))?", re.DOTALL)


_SWITCH = {"on": True, "off": False, "sí": True, "si": True, "no": False}


class WrongUse(Exception):
    """A command was given what it does not take. It is answered with its usage."""


@dataclass(frozen=True)
class Command:
    """A row of the table. ``names`` are what it can be called, its own name first; what it takes
    and does is said by the sentence ``help_NAME``: usage, ``::``, explanation. ``cost`` is how many
    lines it counts for where these are limited."""

    names: tuple[str, ...]
    handler: Handler
    cost: int = 1

    @property
    def name(self) -> str:
        """Its own name, the first."""
        return self.names[0]


def parse(line: str) -> tuple[str, str] | None:
    """The command's name, in lower case, and the rest of a line; None when the line is text.

    A command is a slash and a word of letters, followed by a space or the end.
    """
    match = _COMMAND.fullmatch(line)
    return None if match is None else (match[1].lower(), (match[2] or "").strip())


def text_of(line: str) -> str:
    """What a line says that is no command: of two slashes at its start, the first is taken off."""
    return line[1:] if line.startswith("//") else line


def cost_of(name: str) -> int:
    """How many lines the command of that name counts for."""
    command = COMMANDS.get(name)
    return 1 if command is None else command.cost


def run(
    server: ChatServer, session: Session, name: str, argument: str
) -> Coroutine[Deferred[Any], Any, None] | None:
    """Carry out a command, or tell the one who asked why not."""
    command = COMMANDS.get(name)
    if command is None:
        session.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command=f"/{short(name)}")
        return None
    try:
        waiting = command.handler(server, session, argument)
    except Refusal as refusal:
        session.error(refusal.kind, refusal.key, **refusal.values)
        return None
    except WrongUse:
        usage, explanation = _help(session, command)
        values = {"command": f"/{name}", "usage": usage, "explanation": explanation}
        session.error(ErrorKind.WRONG_USE, "wrong_use", **values)
        return None
    return waiting


def _help(session: Session, command: Command) -> list[str]:
    return session.sentence(f"help_{command.name}").split(" :: ")


def _room_of(session: Session) -> Room:
    if session.room is None:
        raise Refusal(ErrorKind.NO_ROOM, "in_no_room")
    return session.room


def _help_command(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        name = argument.removeprefix("/").lower()
        command = COMMANDS.get(name)
        if command is None:
            quoted = f"/{short(name)}"
            raise Refusal(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command=quoted)
        usage, explanation = _help(session, command)
        others = ", ".join(f"/{other}" for other in command.names if other != name)
        other_names = session.sentence("help_other_names", names=others)
        session.tell(f"{usage}: {explanation}.\n{other_names}")
        return
    rows = [_help(session, command) for command in TABLE]
    width = max(len(usage) for usage, _ in rows)
    lines = [f"{usage:{width}}  {explanation}" for usage, explanation in rows]
    session.tell("\n".join([*lines, session.sentence("help_more")]))


def _nick(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    server.rename(session, argument)


def _join(server: ChatServer, session: Session, argument: str) -> None:
    try:
        if not argument:
            raise WrongUse
        server.join(session, argument)
    except (Refusal, WrongUse):
        # What was meant for the room that cannot be joined must not be said in this one.
        if not session.has_spoken:
            server.leave(session)
        raise


def _leave(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    server.join(session, server.lobby.name)


def _rooms(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    count, rooms = server.rooms(ROOMS_LISTED)
    lines = [session.sentence("rooms", count=count)]
    for room in rooms:
        line = session.sentence("room", room=room.name, people=room.people, count=room.head)
        if room.topic:
            line += " " + session.sentence("topic", topic=short(room.topic))
        lines.append(line)
    if count > len(rooms):
        lines.append(session.sentence("more_rooms", count=count - len(rooms)))
    session.tell("\n".join(lines))


def _who(server: ChatServer, session: Session, argument: str) -> None:
    room = server.room_called(argument) if argument else _room_of(session)
    there = session.people(room, PEOPLE_LISTED)
    session.answer("people_in" if there else "nobody_in", room=room.name, people=there)


def _me(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    session.say(argument, kind=Kind.ACTION)


def _msg(server: ChatServer, session: Session, argument: str) -> None:
    receiver, _, text = argument.partition(" ")
    if not text.strip():
        raise WrongUse
    if receiver.startswith("#"):
        session.say(text, room=server.room_called(receiver))
        session.when_settled(_nothing)  # its receipt comes before that of what is said next
        return
    other = server.session_called(receiver)
    if other is None or other.inbox is None:
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(receiver))
    if not other.inbox.put(other.format.private(session.name, text)):
        raise Refusal(ErrorKind.INBOX_FULL, "inbox_full", name=other.name)
    session.has_spoken = True
    session.stream.put(session.format.private(session.name, text, other.name))


def _nothing() -> None:
    """There is nothing to do but to wait."""


def _topic(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        session.say(argument, kind=Kind.TOPIC)
        return
    room = _room_of(session)
    if room.topic:
        session.answer("topic", topic=room.topic)
    else:
        session.answer("no_topic", room=room.name)


def _history(server: ChatServer, session: Session, argument: str) -> None:
    if argument and not re.fullmatch("[0-9]{1,15}", argument):
        raise WrongUse
    wanted = int(argument or HISTORY_LINES)
    if not wanted:
        raise WrongUse
    room = _room_of(session)
    _show_history(session, room, max(0, room.head - wanted), "history")


def _since(
    server: ChatServer, session: Session, argument: str
) -> Coroutine[Deferred[Any], Any, None]:
    try:
        since = max(0, int(server.now()) - seconds_of(argument))
    except ValueError:
        raise WrongUse from None
    return _show_since(session, _room_of(session), since)


async def _show_since(session: Session, room: Room, since: int) -> None:
    try:
        after = await room.seq_before(since * 1000)
    except StoreError:
        session.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=room.head)
    else:
        _show_history(session, room, after, "since", time=local_time(since))


def _show_history(session: Session, room: Room, after: int, key: str, **values: object) -> None:
    if not room.head:
        session.answer("no_history", room=room.name)
        return
    shown = room.head - after
    session.answer(key, shown=shown, count=room.head, room=room.name, **values)
    if shown:
        session.replay(room, after, room.head)


def _switch(argument: str) -> bool:
    try:
        return _SWITCH[argument.lower()]
    except KeyError:
        raise WrongUse from None


def _echo(server: ChatServer, session: Session, argument: str) -> None:
    echo = _switch(argument)
    session.change_echo(echo)
    session.answer("echo_on" if echo else "echo_off")


def _times(server: ChatServer, session: Session, argument: str) -> None:
    times = _switch(argument)
    session.change_format(session.format.with_times(times))
    session.answer("times_on" if times else "times_off")


def _language(server: ChatServer, session: Session, argument: str) -> None:
    try:
        language = Language(argument.lower())
    except ValueError:
        raise WrongUse from None
    session.change_language(language)
    session.answer("language")


def _text(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    session.text_only = True
    session.answer("text_only")


def _quit(server: ChatServer, session: Session, argument: str) -> None:
    session.answer("goodbye")
    server.finish(session)


TABLE = (
    Command(("help", "h", "ayuda"), _help_command),
    Command(("nick", "name", "nombre", "apodo"), _nick),
    Command(("join", "j", "sala", "entrar"), _join, JOINING_COST),
    Command(("leave", "part", "volver", "dejar"), _leave),
    Command(("rooms", "list", "salas"), _rooms),
    Command(("who", "names", "w", "quien", "quién"), _who),
    Command(("me", "yo"), _me),
    Command(("msg", "mensaje", "privado"), _msg),
    Command(("topic", "tema"), _topic),
    Command(("history", "historial", "historia"), _history, READING_COST),
    Command(("since", "desde"), _since, READING_COST),
    Command(("echo", "eco"), _echo),
    Command(("times", "horas"), _times),
    Command(("language", "idioma"), _language),
    Command(("text", "texto"), _text),
    Command(("quit", "exit", "bye", "salir", "adios", "adiós"), _quit),
)
"""What can be asked. /help lists these rows."""

COMMANDS = {name: command for command in TABLE for name in command.names}
"""The commands by each of their names."""
