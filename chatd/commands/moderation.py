"""Commands for running rooms: modes and roles, kicks, mutes and bans; and those of administrators.

All act on the room that one is in, or on a ``#room`` that is named first. Whatever is done is a
deed in the room's log, which is the answer, too, for one who is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from chatd.accounts.credentials import Scope
from chatd.chat.actions.enter import create
from chatd.chat.moderation import BAN, MUTE, Sanction
from chatd.chat.permissions import Act, Mode, Role
from chatd.chat.server import NOBODYS, ChatServer
from chatd.chat.session import NAMES_SHOWN, Session
from chatd.commands.base import (
    KEEPING_COST,
    READING_COST,
    Command,
    Job,
    Wording,
    WrongUse,
    room_to_read,
)
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Deed, Event, Kind
from chatd.formats.base import mode_word, told
from chatd.i18n import people
from chatd.rooms.room import Room
from chatd.storage.records import Put
from chatd.text.folding import fold
from chatd.text.times import local_time, seconds_of, written_duration
from chatd.text.validation import is_address, is_reserved, network_of_host

MUTE_SECONDS = 3600
BAN_SECONDS = 7 * 86400
MOST_SECONDS = 366 * 86400
"""For how long somebody is muted and banned when it is not said, and at most."""

REASON_CHARACTERS = 100
"""How much of the reason of a mute or a ban is kept: it is told for each line that is refused, and
/bans lists many. The deed in the room's log has all of it."""

SANCTIONS_LISTED = 50

_UNIT = (
    r"(?:s|m|h|d|w|y|secs?|seconds?|segundos?|mins?|minutes?|minutos?|hrs?|hours?|horas?"
    r"|days?|d[ií]as?|weeks?|semanas?|months?|mes|meses|years?|años?)\b"
)
_FEW = "an?|half|one|two|three|five|ten|una?|media|dos|tres|cinco|diez"

# Without a time in front: digits, "forever", "for 10m", "an hour", "until", or "spam 10m".
_READS_LIKE_TIME = re.compile(
    rf"(?:(?:for|por|durante) )?(?:[-+.,\"'(]*[\d¼½¾]|(?:{_FEW}) {_UNIT})"
    r"|(?:for(?: ?ever| life| good)|perm(?:anent(?:ly|e|emente)?)?|indefinite(?:ly)?"
    r"|para siempre|indefinid(?:o|a|amente)|until|till|hasta)\b"
    r"|(?:always|siempre)$"
    r"|.* \d{1,9}[smhdw]$",
    re.IGNORECASE,
)
# After a time: "30m" or "and 30 minutes", but not "2nd" or "3 warnings".
_GOES_ON_LIKE_TIME = re.compile(rf"(?:(?:and|y|[,+&]) ?)?\d+ ?{_UNIT}", re.IGNORECASE)

_MODES = {
    **{mode.value: mode for mode in (Mode.OPEN, Mode.PRIVATE, Mode.MODERATED, Mode.ANNOUNCE)},
    **dict.fromkeys(("abierto", "abierta"), Mode.OPEN),
    **dict.fromkeys(("privado", "privada"), Mode.PRIVATE),
    **dict.fromkeys(("moderado", "moderada"), Mode.MODERATED),
    **dict.fromkeys(("anuncio", "anuncios"), Mode.ANNOUNCE),
}
"""The modes that can be set, by their words in each language."""

_KEPT_FROM_ALL = (Mode.PRIVATE, Mode.CLOSED)


# What they share


def _room(server: ChatServer, session: Session, argument: str) -> tuple[Room, str]:
    """The room that is meant, and the rest of what was said."""
    if argument.startswith("#"):
        name, _, rest = argument.partition(" ")
        return server.rooms.called(name, session), rest.strip()
    return session.here(), argument


def room_to_run(server: ChatServer, session: Session, argument: str, act: Act) -> tuple[Room, str]:
    """The same, for one who may do that there."""
    room, rest = _room(server, session, argument)
    server.moderation.check(session, room, act)
    return room, rest


def _one_name(server: ChatServer, argument: str) -> str:
    name, _, rest = argument.partition(" ")
    _check_no_room(rest.strip())
    if not name or rest:
        raise WrongUse
    return server.name_of(name)


def _check_no_room(words: str) -> None:
    """Raise `Refusal` if the words after a name begin with a room, which goes before the name."""
    if words.startswith("#"):
        raise Refusal(ErrorKind.WRONG_USE, "room_comes_first", room=short(words.split(" ")[0][1:]))


def _known(server: ChatServer, name: str) -> Sequence[Session]:
    """Who has that name. Raises `Refusal` if nobody has, and it is not registered either."""
    sessions = server.called(name)
    if not sessions and not server.moderation.is_registered(name):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    return sessions


def _mode_called(word: str) -> Mode:
    try:
        return _MODES[word.lower()]
    except KeyError:
        raise WrongUse from None


def _time_and_reason(words: str, default: int) -> tuple[int, str]:
    """Parse ``[TIME] [REASON]`` into seconds and the reason.

    Raises `Refusal` for a reason that reads like a time: the default must not take the place of
    ``1y``, ``1h 30m`` or ``forever``.
    """
    first, _, rest = words.partition(" ")
    reason = rest.strip()
    try:
        seconds = seconds_of(first)
    except ValueError:
        seconds, reason, pattern, key = default, words, _READS_LIKE_TIME, "not_a_time"
    else:
        pattern, key = _GOES_ON_LIKE_TIME, "second_time"
    if not 1 <= seconds <= MOST_SECONDS:
        raise Refusal(ErrorKind.WRONG_USE, "wrong_time")
    _check_no_room(reason)
    if (like := pattern.match(reason)) is not None:
        rest_of_word = reason[like.end() :].partition(" ")[0]
        raise Refusal(ErrorKind.WRONG_USE, key, word=short(like[0] + rest_of_word))
    return seconds, reason


async def carry_out(
    server: ChatServer,
    session: Session,
    room: Room,
    deed: Deed,
    puts: Sequence[Put] = (),
    undo: Callable[[], None] | None = None,
) -> None:
    """Do it, and show it to the one who did where the room does not."""
    for done in await server.carry_out(session, room, deed, *puts, undo=undo):
        if room not in session.memberships:
            event = Event(room.name, 0, 0, NOBODYS, session.name, Kind.DEED, done.text())
            session.answer("in_room", room=room.name, did=told(session.language, event))


# Rooms


async def _create(server: ChatServer, session: Session, argument: str) -> None:
    wanted, _, word = argument.partition(" ")
    if not wanted:
        raise WrongUse
    mode = _mode_called(word.strip()) if word.strip() else Mode.OPEN
    await create(server, session, wanted, mode)


def _mode(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, word = _room(server, session, argument)
    if not word:
        _tell_mode(server, session, room_to_read(server, session, room))
        return None
    mode = _mode_called(word)
    server.moderation.check(session, room, Act.MODE)
    if room is server.lobby and mode in _KEPT_FROM_ALL:
        raise Refusal(ErrorKind.NOT_ALLOWED, "lobby_is_for_all", room=room.name)
    return _set_mode(server, session, room, mode, Deed("mode", mode.value))


def _tell_mode(server: ChatServer, session: Session, room: Room) -> None:
    mode = server.moderation.mode_of(room)
    owner = server.moderation.name_of_owner(room)
    session.answer(
        "room_is_run_by" if owner else "room_is_run",
        room=room.name,
        mode=mode_word(session.language, mode.value),
        meaning=session.sentence(f"means_{mode.value}"),
        owner=owner,
    )


async def _set_mode(
    server: ChatServer, session: Session, room: Room, mode: Mode, deed: Deed
) -> None:
    await carry_out(server, session, room, deed, [server.moderation.set_mode(room, mode)])
    server.review_room(room)


def _close(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, rest = room_to_run(server, session, argument, Act.CLOSE)
    if rest:
        raise WrongUse
    if room is server.lobby:
        raise Refusal(ErrorKind.NOT_ALLOWED, "lobby_is_for_all", room=room.name)
    if server.moderation.mode_of(room) is Mode.CLOSED:
        _tell_mode(server, session, room)
        return None
    if not session.confirms(f"close {room.key}"):
        count = sum(
            room in other.memberships and server.moderation.role_of(other, room) < Role.OWNER
            for other in server.sessions
        )
        would = session.sentence("would_close", room=room.name, count=count)
        session.tell(f"{would}\n{session.sentence('ask_again')}")
        return None
    return _set_mode(server, session, room, Mode.CLOSED, Deed("close"))


# Roles


def _invite(server: ChatServer, session: Session, argument: str) -> Job | None:
    return _give(server, session, argument, Act.INVITE, Role.INVITED, "invite")


def _voice(server: ChatServer, session: Session, argument: str) -> Job | None:
    return _give(server, session, argument, Act.VOICE, Role.VOICED, "voice")


def _op(server: ChatServer, session: Session, argument: str) -> Job | None:
    return _give(server, session, argument, Act.OP, Role.OPERATOR, "op")


def _give(
    server: ChatServer, session: Session, argument: str, act: Act, role: Role, verb: str
) -> Job | None:
    room, rest = room_to_run(server, session, argument, act)
    name = _one_name(server, rest)
    sessions = _known(server, name)
    if role is Role.OPERATOR and not server.moderation.is_registered(name):
        raise Refusal(ErrorKind.NOT_ALLOWED, "not_registered_op", name=name)
    if server.moderation.role_of_name(name, sessions, room) >= role:
        session.answer("may_already", name=name, room=room.name)
        return None
    return _give_role(server, session, room, name, role, verb)


async def _give_role(
    server: ChatServer, session: Session, room: Room, name: str, role: Role, verb: str
) -> None:
    moderation, before = server.moderation, server.called(name)
    puts = moderation.give(name, room, role)
    # What an account is, is kept with it; what its sessions were given as guests ends.
    given = Role.EVERYONE if puts else role
    if role is Role.OPERATOR and moderation.mode_of(room) is Mode.FREE:
        puts.append(moderation.set_mode(room, Mode.OPEN))  # it is run from now on
    undo = moderation.lower_guests(before, room, given)
    await carry_out(server, session, room, Deed(verb, name), puts, undo)
    # Meanwhile a guest may have gone, or have another name.
    sessions = [other for other in server.called(name) if other in before]
    moderation.give_guests(sessions, room, given)
    for other in sessions:
        if role is Role.INVITED and room not in other.memberships:
            invited = other.sentence("you_were_invited", name=session.name, room=room.name)
            other.notify(session.name, invited)
    server.review_room(room)


def _uninvite(server: ChatServer, session: Session, argument: str) -> Job | None:
    gone = (Role.INVITED, Role.VOICED)
    return _take(server, session, argument, Act.INVITE, gone, "uninvite", "not_invited")


def _unvoice(server: ChatServer, session: Session, argument: str) -> Job | None:
    gone = (Role.VOICED,)
    return _take(server, session, argument, Act.VOICE, gone, "unvoice", "not_voiced")


def _unop(server: ChatServer, session: Session, argument: str) -> Job | None:
    gone = (Role.OPERATOR,)
    return _take(server, session, argument, Act.OP, gone, "unop", "not_operator")


def _take(
    server: ChatServer,
    session: Session,
    argument: str,
    act: Act,
    roles: Collection[Role],
    verb: str,
    has_none: str,
) -> Job | None:
    room, rest = room_to_run(server, session, argument, act)
    name = _one_name(server, rest)
    sessions = _known(server, name)
    moderation = server.moderation
    if moderation.role_of_name(name, sessions, room) not in roles:
        moderation.check_above(session, room, name, sessions)
        session.answer(has_none, name=name, room=room.name)
        return None
    moderation.check_above(session, room, name, sessions)
    # Whoever had more in a private room was let in there.
    stays = verb != "uninvite" and moderation.mode_of(room) is Mode.PRIVATE
    role = Role.INVITED if stays else Role.EVERYONE
    return _give_role(server, session, room, name, role, verb)


# Kicks, mutes and bans


async def _kick(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.KICK)
    word, _, words = rest.partition(" ")
    name, reason = _one_name(server, word), words.strip()
    _check_no_room(reason)
    sessions = [other for other in server.called(name) if room in other.memberships]
    if not sessions:
        raise Refusal(ErrorKind.NOBODY, "not_in_room", name=name, room=room.name)
    moderation = server.moderation
    moderation.check_above(session, room, name, sessions)
    moderation.putting_out(room, sessions)
    why = Refusal(
        ErrorKind.NOT_ALLOWED,
        "kicked_why" if reason else "kicked",
        name=session.name,
        room=room.name,
        reason=reason,
    )
    try:
        await carry_out(server, session, room, Deed("kick", name, 0, reason))
        server.put_out(room, dict.fromkeys(sessions, why))
    finally:
        moderation.put_out(room, sessions)


async def _mute(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.MUTE)
    await _sanction_name(server, session, room, rest, MUTE, MUTE_SECONDS)


def _ban(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, rest = room_to_run(server, session, argument, Act.BAN)
    who, _, words = rest.partition(" ")
    networks = _networks(server, session, room, who)
    if networks is None:
        return _sanction_name(server, session, room, rest, BAN, BAN_SECONDS)
    seconds, reason = _time_and_reason(words.strip(), BAN_SECONDS)
    # Somebody else may have that name by now, or come from elsewhere: then it is asked anew.
    if not session.confirms(f"ban {room.key} {rest} {' '.join(networks)}"):
        _tell_whom(server, session, room, networks)
        return None
    shown = f"@{server.name_of(who[1:])}" if who.startswith("@") else ""
    return _ban_networks(server, session, room, networks, shown, seconds, reason)


async def _sanction_name(
    server: ChatServer, session: Session, room: Room, words: str, kind: str, default: int
) -> None:
    word, _, rest = words.partition(" ")
    name = _one_name(server, word)
    seconds, reason = _time_and_reason(rest.strip(), default)
    sessions, moderation = server.called(name), server.moderation
    if not sessions and not moderation.is_registered(name):
        if is_reserved(name):
            raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
        if is_address(name):  # part of one, or one with leading zeros, which is no name
            raise WrongUse
    moderation.check_above(session, room, name, sessions)
    kept = short(reason, REASON_CHARACTERS)
    sanction = Sanction(int(server.now()) + seconds, session.name, kept, name)
    puts = moderation.sanction(kind, room, [fold(name)], sanction)
    moderation.hold(kind, room, name, sessions, sanction)
    await carry_out(server, session, room, Deed(kind, name, seconds, reason), puts)
    server.review_room(room)


async def _ban_networks(
    server: ChatServer,
    session: Session,
    room: Room,
    networks: Collection[str],
    shown: str,
    seconds: int,
    reason: str,
) -> None:
    until = int(server.now()) + seconds
    sanction = Sanction(until, session.name, short(reason, REASON_CHARACTERS), shown)
    targets = [f"@{network}" for network in networks]
    puts = server.moderation.sanction(BAN, room, targets, sanction)
    # Nobody but those who may ask for /bans is shown an address.
    deed = (
        Deed("ban", shown, seconds, reason) if shown else Deed("ban_network", "-", seconds, reason)
    )
    await carry_out(server, session, room, deed, puts)
    server.review_room(room)


def _networks(server: ChatServer, session: Session, room: Room, who: str) -> Collection[str] | None:
    """The networks that are meant by ``@NAME`` or an address; None for a name."""
    if not who.startswith("@"):
        network = _network(server, who)
        return None if network is None else [network]
    name = _one_name(server, who[1:])
    sessions, networks = server.called(name), sorted(server.networks_of(name))
    if not (sessions or networks):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    server.moderation.check_above(session, room, name, sessions)
    if not networks:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_address", name=name)
    return networks


def _network(server: ChatServer, who: str) -> str | None:
    """The network that is meant by an address; None for a name, also that of an account whose name
    reads as an address, from a version in which one could be registered. Raises `WrongUse` for a
    range of addresses."""
    if "/" in who:
        raise WrongUse
    try:
        return None if server.accounts.called(who) is not None else network_of_host(who)
    except ValueError:
        return None


def _tell_whom(server: ChatServer, session: Session, room: Room, networks: Collection[str]) -> None:
    """Say whom a ban of these networks would shut out."""
    whom = [
        other
        for other in server.sessions
        if other.network in networks
        and not other.stream.finished
        and server.moderation.role_of(other, room) < Role.OPERATOR
    ]
    names = sorted({other.name for other in whom if not other.is_guest})
    guests = sum(other.is_guest for other in whom)
    listed = names[:NAMES_SHOWN]
    would = session.sentence(
        "would_shut_out" if whom else "would_shut_out_nobody",
        count=len(whom),
        room=room.name,
        people=people(session.language, listed, guests, len(names) - len(listed)),
    )
    session.tell(f"{would}\n{session.sentence('ask_again')}")


def _unmute(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, rest = room_to_run(server, session, argument, Act.MUTE)
    return _lift_name(server, session, room, rest, MUTE)


def _unban(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, who = room_to_run(server, session, argument, Act.BAN)
    if who.startswith("@"):
        name = _one_name(server, who[1:])
        deed = Deed("unban", f"@{name}")
        networks = server.networks_of(name)
        for _, target, sanction in server.moderation.sanctions_in(room):
            if target.startswith("@") and fold(sanction.name) == fold(f"@{name}"):
                networks.add(target[1:])
    else:
        network = _network(server, who)
        if network is None:
            return _lift_name(server, session, room, who, BAN)
        networks = {network}
        deed = Deed("unban_network")
    puts = server.moderation.lift_networks(room, networks)
    return _lift(server, session, room, puts, deed, "not_banned", who)


def _lift_name(
    server: ChatServer, session: Session, room: Room, words: str, kind: str
) -> Job | None:
    name = _one_name(server, words)
    sessions, moderation = server.called(name), server.moderation
    moderation.check_above(session, room, name, sessions)
    puts = moderation.lift(kind, room, name, sessions)
    none = "not_muted" if kind == MUTE else "not_banned"
    return _lift(server, session, room, puts, Deed(f"un{kind}", name), none, name)


def _lift(
    server: ChatServer,
    session: Session,
    room: Room,
    puts: Sequence[Put],
    deed: Deed,
    none: str,
    who: str,
) -> Job | None:
    if not puts:
        session.answer(none, name=short(who), room=room.name)
        return None
    return carry_out(server, session, room, deed, puts)


def _bans(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.BAN)
    if rest:
        raise WrongUse
    found = server.moderation.sanctions_in(room)
    if not found:
        session.answer("no_sanctions", room=room.name)
        return
    lines = [session.sentence("sanctions", count=len(found), room=room.name)]
    lines += [_listed(server, session, *each) for each in found[:SANCTIONS_LISTED]]
    if len(found) > SANCTIONS_LISTED:
        lines.append(session.sentence("more_sanctions", count=len(found) - SANCTIONS_LISTED))
    session.tell("\n".join(lines))


def _listed(
    server: ChatServer, session: Session, kind: str, target: str, sanction: Sanction
) -> str:
    name = sanction.name
    if target.startswith("@"):
        name = f"{target[1:]} ({name})" if name else target[1:]
    did = session.sentence(
        "mute_listed" if kind == MUTE else "ban_listed",
        target=name,
        until=local_time(sanction.until),
        left=written_duration(sanction.until - int(server.now())),
        by=sanction.by,
    )
    key = "with_reason" if sanction.reason else "without_reason"
    return session.sentence(key, did=did, reason=sanction.reason)


# The whole server


async def _wall(server: ChatServer, session: Session, argument: str) -> None:
    server.moderation.check(session, None, Act.WALL)
    if not argument:
        raise WrongUse
    await server.wall(session, argument)
    if not session.memberships:
        session.answer("said_to_all")


async def _disconnect(server: ChatServer, session: Session, argument: str) -> None:
    moderation = server.moderation
    moderation.check(session, None, Act.DISCONNECT)
    name = _one_name(server, argument)
    sessions = server.called(name)
    if not sessions:
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    moderation.check_above(session, server.lobby, name, sessions)
    rooms = dict.fromkeys(room for other in sessions for room in other.memberships)
    for room in rooms:
        await server.carry_out(session, room, Deed("disconnect", name))
    server.hang_up(sessions, session)
    session.answer("disconnected", count=len(sessions), name=name)


def _stats(server: ChatServer, session: Session, argument: str) -> None:
    server.moderation.check(session, None, Act.STATS)
    if argument:
        raise WrongUse
    session.answer("statistics", **server.statistics())


TABLE = (
    Command(
        _create,
        Wording(
            "/create ROOM [MODE]",
            "create a room of your own; MODE as with /mode",
            "Only a registered name owns a room, a hundred at most; nobody runs a room that a\n"
            "guest creates.\n"
            "Example: /create class announce",
        ),
        Wording(
            "/crear SALA [MODO]",
            "crear una sala tuya; MODO como con /modo",
            "Solo un nombre registrado es dueño de salas, de cien como mucho; la de un invitado\n"
            "no es de nadie.\n"
            "Ejemplo: /crear clase anuncios",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _mode,
        Wording(
            "/mode [MODE]",
            "show or set the mode: open, private, moderated, announce",
            "open: all enter and speak; private: the invited do, and others do not see the room;\n"
            "moderated: all enter, people with a voice speak; announce: all enter, operators\n"
            "speak. Only the owner sets it.\n"
            "Example: /mode moderated",
        ),
        Wording(
            "/modo [MODO]",
            "ver o poner el modo: abierto, privado, moderado, anuncios",
            "abierto: entran y hablan todos; privado: solo los invitados, y nadie más la ve;\n"
            "moderado: entran todos, habla quien tiene voz; anuncios: entran todos, hablan los\n"
            "operadores. Solo lo pone el dueño.\n"
            "Ejemplo: /modo moderado",
        ),
        scope=Scope.READ,
    ),
    Command(
        _invite,
        Wording(
            "/invite NAME",
            "let NAME enter a private room",
            "NAME is told. A guest's invitation ends when they leave the server.\n"
            "Example: /invite luis",
        ),
        Wording(
            "/invitar NOMBRE",
            "dejar entrar a NOMBRE en una sala privada",
            "Se le dice a NOMBRE. La invitación de un invitado acaba cuando se va del servidor.\n"
            "Ejemplo: /invitar luis",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _uninvite,
        Wording(
            "/uninvite NAME", "take an invitation back, and a voice, too", "Example: /uninvite luis"
        ),
        Wording(
            "/desinvitar NOMBRE",
            "retirar una invitación, y también la voz",
            "Ejemplo: /desinvitar luis",
        ),
    ),
    Command(
        _voice,
        Wording("/voice NAME", "let NAME speak in a moderated room", "Example: /voice luis"),
        Wording("/voz NOMBRE", "dejar hablar a NOMBRE en una sala moderada", "Ejemplo: /voz luis"),
        cost=KEEPING_COST,
    ),
    Command(
        _unvoice,
        Wording("/unvoice NAME", "take a voice back", "Example: /unvoice luis"),
        Wording("/sinvoz NOMBRE", "retirar una voz", "Ejemplo: /sinvoz luis"),
    ),
    Command(
        _op,
        Wording(
            "/op NAME",
            "let NAME, who is registered, run the room with you",
            "An operator sets the topic, invites, gives voices, kicks, mutes and bans. Only the\n"
            "owner makes operators.\n"
            "Example: /op luis",
        ),
        Wording(
            "/operador NOMBRE",
            "que NOMBRE, si está registrado, administre la sala contigo",
            "Un operador pone el tema, invita, da voz, echa, calla y veta. Solo el dueño hace\n"
            "operadores.\n"
            "Ejemplo: /operador luis",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unop,
        Wording("/unop NAME", "take operator rights back", "Example: /unop luis"),
        Wording(
            "/sinoperador NOMBRE", "retirar los derechos de operador", "Ejemplo: /sinoperador luis"
        ),
    ),
    Command(
        _kick,
        Wording(
            "/kick NAME [REASON]",
            "put NAME out of the room; they may come back",
            "NAME and the room are shown the reason. /kick #ops luis acts in #ops.\n"
            "Example: /kick luis not in here, please",
        ),
        Wording(
            "/echar NOMBRE [MOTIVO]",
            "sacar a NOMBRE de la sala; puede volver",
            "NOMBRE y la sala ven el motivo. /echar #ops luis lo hace en #ops.\n"
            "Ejemplo: /echar luis aquí no, por favor",
        ),
    ),
    Command(
        _mute,
        Wording(
            "/mute NAME [TIME] [REASON]",
            "keep NAME from speaking for 10m, 2h or 3d (1h)",
            "NAME may read on. A guest stays muted under any other name. TIME is one number and\n"
            "s, m, h, d or w, 366d at most.\n"
            "Example: /mute luis 10m let the others work",
        ),
        Wording(
            "/callar NOMBRE [TIEMPO] [MOTIVO]",
            "no dejar hablar a NOMBRE durante 10m, 2h o 3d (1h)",
            "NOMBRE puede leer. Un invitado sigue sin poder hablar con cualquier otro nombre.\n"
            "TIEMPO es un número y s, m, h, d o w, hasta 366d.\n"
            "Ejemplo: /callar luis 10m deja trabajar a los demás",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unmute,
        Wording("/unmute NAME", "let NAME speak again", "Example: /unmute luis"),
        Wording("/descallar NOMBRE", "que NOMBRE vuelva a hablar", "Ejemplo: /descallar luis"),
    ),
    Command(
        _ban,
        Wording(
            "/ban WHO [TIME] [REASON]",
            "keep out a NAME, @NAME's address or an ADDRESS (7d)",
            "@NAME keeps out everyone at NAME's address: it says how many, and asks for\n"
            "confirmation. Operators can still enter. TIME is as with /mute.\n"
            "Example: /ban luis 2d advertising",
        ),
        Wording(
            "/vetar QUIÉN [TIEMPO] [MOTIVO]",
            "que no entre NOMBRE, la dirección de @NOMBRE o una IP (7d)",
            "@NOMBRE veta a todos los de la dirección de NOMBRE: dice cuántos son, y pide\n"
            "confirmación. Los operadores pueden seguir entrando. TIEMPO es como con /callar.\n"
            "Ejemplo: /vetar luis 2d publicidad",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unban,
        Wording(
            "/unban WHO",
            "let a NAME, @NAME's address or an ADDRESS enter again",
            "Example: /unban luis",
        ),
        Wording(
            "/desvetar QUIÉN",
            "que NOMBRE, @NOMBRE o una IP pueda entrar otra vez",
            "Ejemplo: /desvetar luis",
        ),
    ),
    Command(
        _bans,
        Wording("/bans", "list mutes and bans: until when, why, and by whom", "Example: /bans"),
        Wording(
            "/vetos",
            "ver los silencios y vetos: hasta cuándo, por qué y por quién",
            "Ejemplo: /vetos",
        ),
    ),
    Command(
        _close,
        Wording(
            "/close",
            "put everyone out and close the room",
            "Nothing is lost: its owner opens it again with /mode. Repeat the command to\n"
            "confirm.\n"
            "Example: /close",
        ),
        Wording(
            "/cerrar",
            "sacar a todos y cerrar la sala",
            "No se pierde nada: su dueño la abre otra vez con /modo. Repite la orden para\n"
            "confirmar.\n"
            "Ejemplo: /cerrar",
        ),
    ),
)
"""Rows for those who run a room."""

SERVER_TABLE = (
    Command(
        _wall,
        Wording(
            "/wall TEXT",
            "say something in every room with people in it",
            "For administrators.\nExample: /wall The server restarts at six",
        ),
        Wording(
            "/aviso TEXTO",
            "decir algo en todas las salas en las que hay gente",
            "Para administradores.\nEjemplo: /aviso El servidor se reinicia a las seis",
        ),
    ),
    Command(
        _disconnect,
        Wording(
            "/disconnect NAME",
            "close all connections of NAME",
            "For administrators. NAME may connect again.\nExample: /disconnect luis",
        ),
        Wording(
            "/desconectar NOMBRE",
            "cerrar todas las conexiones de NOMBRE",
            "Para administradores. NOMBRE puede conectarse otra vez.\nEjemplo: /desconectar luis",
        ),
    ),
    Command(
        _stats,
        Wording("/stats", "show figures of the server", "For administrators.\nExample: /stats"),
        Wording("/estado", "ver cifras del servidor", "Para administradores.\nEjemplo: /estado"),
        cost=READING_COST,
    ),
)
"""Rows for the administrators of the server."""
