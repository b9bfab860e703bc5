"""Commands for talking: names, rooms, acts, private lines and topics."""

from __future__ import annotations

from chatd.accounts.credentials import Scope
from chatd.chat.actions import look, speak
from chatd.chat.actions.enter import enter, leave, stay_out
from chatd.chat.actions.look import TOPIC_LISTED
from chatd.chat.actions.rename import rename
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import room_called
from chatd.commands.base import KEEPING_COST, Command, Wording, WrongUse
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Departure
from chatd.i18n import Moment, people
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.escaping import excerpt

PEOPLE_LISTED = 200
"""Most names that ``/who`` lists."""

ROOMS_LISTED = 50
"""Most rooms that ``/rooms`` lists."""

NO_TOPIC = ("-", '""', "''")
"""Arguments of ``/topic`` that take the topic away."""


async def _nick(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    if not await rename(server, session, argument):
        session.answer("you_are_already", name=session.name)


async def _join(server: ChatServer, session: Session, argument: str) -> None:
    try:
        if not argument:
            raise WrongUse
        entry = await enter(server, session, argument)
    except (Refusal, WrongUse, StoreError):
        stay_out(server, session)
        raise
    if entry is not None and entry.was_there:
        session.answer("already_in_room", room=entry.room.name)


async def _leave(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    entry = await leave(server, session)
    if entry is not None and entry.was_there:
        session.answer("already_in_room", room=entry.room.name)


def _rooms(server: ChatServer, session: Session, argument: str) -> None:
    start = argument.removeprefix("#")
    if " " in start:
        raise WrongUse
    listed = look.list_rooms(server, session, ROOMS_LISTED, start or None)
    if start and not listed.rooms:
        session.answer("no_rooms_from", start=short(start))
        return
    if start:
        title = session.sentence("rooms_from", start=short(start))
    else:
        title = session.sentence("rooms", count=listed.total)
    lines = [title]
    for room in listed.rooms:
        line = session.sentence("room", room=room.name, people=room.people, count=room.head)
        if room.topic:
            line += " " + session.sentence("topic", topic=excerpt(room.topic, TOPIC_LISTED))
        lines.append(line)
    if listed.next and start:
        lines.append(session.sentence("next_rooms", next=listed.next))
    elif listed.next:
        more = listed.total - len(listed.rooms)
        lines.append(session.sentence("more_rooms", count=more, next=listed.next))
    session.tell("\n".join(lines))


def _who(server: ChatServer, session: Session, argument: str) -> None:
    room = room_called(server, session, argument) if argument else session.joined.here()
    names, more, guests = look.list_people(server, session, room, PEOPLE_LISTED)
    names = [
        session.sentence("name_away", name=name) if server.marked.is_away(name, room) else name
        for name in names
    ]
    there = people(session.language, names, guests, more)
    session.answer("people_in" if there else "nobody_in", room=room.name, people=there)
    server.cut_off.tell_age(session)


def _me(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    speak.act(session, argument)


def _msg(server: ChatServer, session: Session, argument: str) -> None:
    receiver, _, text = argument.partition(" ")
    if not text.strip():
        raise WrongUse
    if receiver.startswith("#"):
        speak.speak_in(server, session, receiver, text)
        return
    whispered = speak.whisper(server, session, receiver, text)
    if whispered is not None and whispered.away:
        session.answer("is_away", name=whispered.name, text=whispered.away)


def _paste(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    speak.begin_paste(session)
    session.answer("paste_begun")


def _topic(server: ChatServer, session: Session, argument: str) -> None:
    named, text = _room_named(server, session, argument)
    room = named or session.joined.here("not_said" if text else "in_no_room")
    clears = text in NO_TOPIC
    if text and not (clears and not room.topic):
        speak.set_topic(server, session, room, "" if clears else text)
    elif look.room_to_read(server, session, room).topic:
        session.answer("topic", topic=room.topic)
        if room.topic_set.by:
            session.answer(
                "topic_set_by", name=room.topic_set.by, time=Moment(room.topic_set.at // 1000)
            )
    else:
        session.answer("no_topic", room=room.name)


def _quit(server: ChatServer, session: Session, argument: str) -> None:
    session.answer("goodbye")
    server.finish(session, Departure(argument, quits=True))


def _room_named(server: ChatServer, session: Session, argument: str) -> tuple[Room | None, str]:
    """Return the room that is named first, if one is, and the rest.

    Raises `Refusal` if there is none of that name: a topic for another room is never set in this
    one.
    """
    name, _, rest = argument.partition(" ")
    if not name.startswith("#"):
        return None, argument
    try:
        return server.rooms.called(name, session), rest.strip()
    except Refusal:
        if session.room is None:
            raise
        here = session.room.name
        raise Refusal(ErrorKind.NO_ROOM, "no_room_for_topic", name=short(name), here=here) from None


ME = Command(
    _me,
    Wording(
        "/me ACTION",
        "say what you do: * ana waves",
        "It is part of the room's history, like any line.\nExample: /me waves",
    ),
    Wording(
        "/yo ACCIÓN",
        "decir lo que haces: * ana saluda",
        "Forma parte del historial de la sala, como cualquier línea.\nEjemplo: /yo saluda",
    ),
    scope=Scope.WRITE,
)

PASTE = Command(
    _paste,
    Wording(
        "/paste",
        "say several lines as one message, up to one with a dot alone",
        "None of the lines is a command. A dot at once cancels it. For a line with a dot, type ..\n"
        "A message has at most 100 lines and 16 KiB.\n"
        "Example: /paste",
    ),
    Wording(
        "/pegar",
        "decir varias líneas como un mensaje, hasta una con solo un punto",
        "Ninguna de las líneas es una orden. Un punto al principio lo cancela. Para una línea con\n"
        "un punto, escribe .. Un mensaje tiene como mucho 100 líneas y 16 KiB.\n"
        "Ejemplo: /pegar",
    ),
    for_terminals=True,
    scope=Scope.NOTHING,
)

TABLE = (
    Command(
        _nick,
        Wording(
            "/nick NAME",
            "take a name: letters, digits, _ - . (1 to 32 of them)",
            "A name that is in use or registered is refused, and so is one that looks like it.\n"
            "The name is yours until you leave; /register keeps it.\n"
            "Example: /nick ana",
            aliases=("name",),
        ),
        Wording(
            "/nombre NOMBRE",
            "tomar un nombre: letras, cifras, _ - . (de 1 a 32)",
            "No se admite un nombre en uso o registrado, ni uno que se le parezca. El nombre es\n"
            "tuyo hasta que te vas; /registrar lo conserva.\n"
            "Ejemplo: /nombre ana",
            aliases=("apodo",),
        ),
        scope=Scope.WRITE,
    ),
    Command(
        _join,
        Wording(
            "/join ROOM",
            "go to a room; a new one is created",
            "In nc or telnet you leave the room that you were in; in a browser or chatd connect\n"
            "you stay there, too. You own a new room if you are logged in; nobody runs one that a\n"
            "guest creates.\n"
            "Example: /join ops",
            aliases=("j",),
        ),
        Wording(
            "/sala SALA",
            "ir a una sala; si no existe, se crea",
            "En nc o telnet dejas la sala en que estabas; en un navegador o chatd connect sigues\n"
            "también allí. Una sala nueva es tuya si has iniciado sesión; la de un invitado no es\n"
            "de nadie.\n"
            "Ejemplo: /sala ops",
            aliases=("entrar", "unirse"),
        ),
        cost=KEEPING_COST,
        scope=Scope.READ,
    ),
    Command(
        _leave,
        Wording(
            "/leave",
            "go back to the lobby",
            "In a browser or chatd connect you leave just this room, and stay in the others; out\n"
            "of the last one you go to the lobby.\n"
            "Example: /leave",
            aliases=("part",),
        ),
        Wording(
            "/volver",
            "volver a la sala de entrada",
            "En un navegador o chatd connect dejas solo esta sala, y sigues en las demás; de la\n"
            "última vas a la de entrada.\n"
            "Ejemplo: /volver",
            aliases=("dejar",),
        ),
        scope=Scope.READ,
    ),
    Command(
        _rooms,
        Wording(
            "/rooms [FROM]",
            "list the rooms; with FROM, by name from there on",
            "Each with its people, lines and topic, 50 rooms at most: those with most people, or\n"
            "by name from FROM on. A private room is listed only for people who may enter it.\n"
            "Example: /rooms m",
            aliases=("list",),
        ),
        Wording(
            "/salas [DESDE]",
            "ver las salas; con DESDE, por nombre desde ahí",
            "Cada una con su gente, sus líneas y su tema, 50 salas como mucho: las que tienen más\n"
            "gente, o por nombre a partir de DESDE. Una privada solo la ve quien puede entrar.\n"
            "Ejemplo: /salas m",
        ),
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _who,
        Wording(
            "/who [ROOM]",
            "list the people in this room, or in another",
            "It lists 200 names at most. Guests who chose no name are only counted.\n"
            "Example: /who ops",
            aliases=(
                "names",
                "w",
            ),
        ),
        Wording(
            "/quien [SALA]",
            "ver quién está en esta sala, o en otra",
            "Muestra 200 nombres como mucho. Los invitados sin nombre solo se cuentan.\n"
            "Ejemplo: /quien ops",
            aliases=("quién",),
        ),
        only_answers=True,
        scope=Scope.READ,
    ),
    ME,
    Command(
        _msg,
        Wording(
            "/msg NAME TEXT",
            "say TEXT to one person; with #ROOM, in a room",
            "A registered person who is not here reads it on coming back; a guest has to be here.\n"
            "Example: /msg luis are you there?",
        ),
        Wording(
            "/mensaje NOMBRE TEXTO",
            "decir TEXTO a una persona; con #SALA, en una sala",
            "Una persona registrada que no está la lee cuando vuelve; un invitado tiene que\n"
            "estar.\n"
            "Ejemplo: /mensaje luis ¿estás ahí?",
            aliases=("privado",),
        ),
        scope=Scope.WRITE,
    ),
    Command(
        _topic,
        Wording(
            "/topic [TEXT|-]",
            "show the room's topic, set it, or remove it with -",
            "/topic #ROOM shows the topic of another room. In a room with an owner, operators set\n"
            "it.\n"
            "Example: /topic Release on Friday",
        ),
        Wording(
            "/tema [TEXTO|-]",
            "ver el tema de la sala, ponerlo, o quitarlo con -",
            "/tema #SALA muestra el de otra sala. En una sala con dueño lo ponen los operadores.\n"
            "Ejemplo: /tema Entrega el viernes",
        ),
        scope=Scope.READ,
    ),
    Command(
        _quit,
        Wording(
            "/quit",
            "close the connection",
            "Your lines stay in the history of the room. A guest's name is free for others again.\n"
            "Example: /quit",
            aliases=("exit", "bye"),
        ),
        Wording(
            "/salir",
            "cerrar la conexión",
            "Tus líneas se quedan en el historial de la sala. El nombre de un invitado queda\n"
            "libre.\n"
            "Ejemplo: /salir",
            aliases=("adios", "adiós"),
        ),
        scope=Scope.NOTHING,
    ),
)
