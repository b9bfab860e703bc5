"""Commands for talking: who one is, which room, and what is said beside plain lines."""

from __future__ import annotations

from chatd.commands.base import Command, WrongUse, room_of
from chatd.event import Kind
from chatd.refusals import Refusal, short
from chatd.server import ChatServer
from chatd.session import Session
from chatd.texts import ErrorKind

JOINING_COST = 10
"""What going to a room counts for: it may make one, which is kept when something is said in it."""

PEOPLE_LISTED = 200
ROOMS_LISTED = 50


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
    room = server.room_called(argument) if argument else room_of(session)
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
    account = server.accounts.called(receiver)
    if account is not None:
        server.attendance.say_to(session, account.key, text)
        session.when_settled(_nothing)
        return
    others = server.sessions_called(receiver)
    if not others:
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(receiver))
    for other in others:
        if not other.receive(session.name, text):
            raise Refusal(ErrorKind.INBOX_FULL, "inbox_full", name=other.name)
    session.has_spoken = True
    session.stream.put(session.format.private(session.name, text, other.name))
    if away := server.away_text(other.name):
        session.answer("is_away", name=other.name, text=away)


def _nothing() -> None:
    """There is nothing to do but to wait."""


def _topic(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        session.say(argument, kind=Kind.TOPIC)
        return
    room = room_of(session)
    if room.topic:
        session.answer("topic", topic=room.topic)
    else:
        session.answer("no_topic", room=room.name)


TABLE = (
    Command(("nick", "name", "nombre", "apodo"), _nick),
    Command(("join", "j", "sala", "entrar"), _join, JOINING_COST),
    Command(("leave", "part", "volver", "dejar"), _leave),
    Command(("rooms", "list", "salas"), _rooms),
    Command(("who", "names", "w", "quien", "quién"), _who),
    Command(("me", "yo"), _me),
    Command(("msg", "mensaje", "privado"), _msg),
    Command(("topic", "tema"), _topic),
)
