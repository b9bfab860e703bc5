"""Commands of a room's staff (modes, roles, kicks, mutes, bans) and of administrators.

Each acts on the room that the session is in, or on a ``#room`` that is named first. Members see the
deed in the room's log, so it is also the answer to a session that is a member. `chatd.chat.actions`
decides who may do it, and does it.
"""

from __future__ import annotations

from collections.abc import Collection

from chatd.accounts.credentials import Scope
from chatd.chat.actions import operate, policy, roles, sanctions
from chatd.chat.actions.deeds import Done
from chatd.chat.actions.enter import create
from chatd.chat.permissions import Act, Mode
from chatd.chat.sanctions import MUTE, Sanction
from chatd.chat.server import NOBODYS, ChatServer
from chatd.chat.session import NAMES_SHOWN, Session
from chatd.commands.arguments import check_no_room, one_name, room_and_rest, time_and_reason
from chatd.commands.base import KEEPING_COST, READING_COST, Command, Wording, WrongUse
from chatd.errors import short
from chatd.event import Event, Kind
from chatd.formats.base import mode_word, told
from chatd.i18n import people
from chatd.rooms.room import Room
from chatd.text.times import local_time, written_duration
from chatd.text.validation import is_address, network_of_host

SANCTIONS_LISTED = 50
"""Most mutes and bans that ``/bans`` lists."""

_MODES = {
    **{mode.value: mode for mode in (Mode.OPEN, Mode.PRIVATE, Mode.MODERATED, Mode.ANNOUNCE)},
    **dict.fromkeys(("abierto", "abierta"), Mode.OPEN),
    **dict.fromkeys(("privado", "privada"), Mode.PRIVATE),
    **dict.fromkeys(("moderado", "moderada"), Mode.MODERATED),
    **dict.fromkeys(("anuncio", "anuncios"), Mode.ANNOUNCE),
}
"""The modes that can be set, by their words in each language."""


def room_to_run(server: ChatServer, session: Session, argument: str, act: Act) -> tuple[Room, str]:
    """Return the room that is meant and the rest of the argument.

    Raises `Refusal` if the session may not do that there, which it is told before a mistake in the
    rest.
    """
    room, rest = room_and_rest(server, session, argument)
    server.moderation.check(session, room, act)
    return room, rest


def tell_done(session: Session, done: Done) -> None:
    """Answer with the deeds that were done, if the session does not see them in the room."""
    if done.was_shown:
        return
    for deed in done.deeds:
        event = Event(done.room.name, 0, 0, NOBODYS, session.name, Kind.DEED, deed.text())
        session.answer("in_room", room=done.room.name, did=told(session.language, event))


def _mode_called(word: str) -> Mode:
    try:
        return _MODES[word.lower()]
    except KeyError:
        raise WrongUse from None


# Rooms


async def _create(server: ChatServer, session: Session, argument: str) -> None:
    wanted, _, word = argument.partition(" ")
    if not wanted:
        raise WrongUse
    mode = _mode_called(word.strip()) if word.strip() else Mode.OPEN
    await create(server, session, wanted, mode)


async def _mode(server: ChatServer, session: Session, argument: str) -> None:
    room, word = room_and_rest(server, session, argument)
    if word:
        tell_done(session, await policy.set_mode(server, session, room, _mode_called(word)))
    else:
        _tell_mode(server, session, room)


def _tell_mode(server: ChatServer, session: Session, room: Room) -> None:
    mode, owner = policy.policy_of(server, session, room)
    session.answer(
        "room_is_run_by" if owner else "room_is_run",
        room=room.name,
        mode=mode_word(session.language, mode.value),
        meaning=session.sentence(f"means_{mode.value}"),
        owner=owner,
    )


async def _close(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.CLOSE)
    if rest:
        raise WrongUse
    if not policy.may_close(server, session, room):
        _tell_mode(server, session, room)
    elif not session.prompt.confirms(f"close {room.key}"):
        count = policy.members_put_out_by_closing(server, room)
        would = session.sentence("would_close", room=room.name, count=count)
        session.tell(f"{would}\n{session.sentence('ask_again')}")
    elif (done := await policy.close(server, session, room)) is not None:
        tell_done(session, done)


# Roles


async def _invite(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.INVITE)


async def _voice(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.VOICE)


async def _op(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.OP)


async def _give(server: ChatServer, session: Session, argument: str, act: Act) -> None:
    room, rest = room_to_run(server, session, argument, act)
    name = one_name(server, rest)
    _answer(
        session, await roles.give_role(server, session, room, act, name), room, name, "may_already"
    )


async def _uninvite(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.INVITE, "not_invited")


async def _unvoice(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.VOICE, "not_voiced")


async def _unop(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.OP, "not_operator")


async def _take(server: ChatServer, session: Session, argument: str, act: Act, none: str) -> None:
    room, rest = room_to_run(server, session, argument, act)
    name = one_name(server, rest)
    done = await roles.take_role(server, session, room, act, name)
    _answer(session, done, room, name, none)


def _answer(session: Session, done: Done | None, room: Room, name: str, none: str) -> None:
    """Answer with the deed; if there was nothing to do, with the sentence of the key *none*."""
    if done is None:
        session.answer(none, name=short(name), room=room.name)
    else:
        tell_done(session, done)


# Kicks, mutes and bans


async def _kick(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.KICK)
    word, _, words = rest.partition(" ")
    name, reason = one_name(server, word), words.strip()
    check_no_room(reason)
    tell_done(session, await sanctions.kick(server, session, room, name, reason))


async def _mute(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.MUTE)
    name, seconds, reason = _whom(server, rest, sanctions.MUTE_SECONDS)
    tell_done(session, await sanctions.mute(server, session, room, name, seconds, reason))


async def _ban(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.BAN)
    who, _, words = rest.partition(" ")
    name = one_name(server, who[1:]) if who.startswith("@") else ""
    if name:
        networks = sanctions.networks_to_ban(server, session, room, name)
    elif (network := _network(server, who)) is not None:
        networks = [network]
    else:
        name, seconds, reason = _whom(server, rest, sanctions.BAN_SECONDS)
        tell_done(session, await sanctions.ban(server, session, room, name, seconds, reason))
        return
    seconds, reason = time_and_reason(words.strip(), sanctions.BAN_SECONDS)
    # Meanwhile another guest may have that name, or come from elsewhere: then it is asked anew.
    if not session.prompt.confirms(f"ban {room.key} {rest} {' '.join(networks)}"):
        _tell_whom(server, session, room, networks)
        return
    done = await sanctions.ban_networks(server, session, room, networks, name, seconds, reason)
    tell_done(session, done)


def _whom(server: ChatServer, words: str, default: int) -> tuple[str, int, str]:
    """Parse ``NAME [TIME] [REASON]`` into the name, seconds and the reason."""
    word, _, rest = words.partition(" ")
    name = one_name(server, word)
    seconds, reason = time_and_reason(rest.strip(), default)
    is_used = server.called(name) or server.moderation.roles.is_registered(name)
    if is_address(name) and not is_used:  # part of one, or with leading zeros: no name
        raise WrongUse
    return name, seconds, reason


def _network(server: ChatServer, who: str) -> str | None:
    """Return the network of an address; None for a name.

    An account may have a name that reads as an address, from a version in which one could be
    registered. Raises `WrongUse` for a range of addresses.
    """
    if "/" in who:
        raise WrongUse
    try:
        return None if server.accounts.called(who) is not None else network_of_host(who)
    except ValueError:
        return None


def _tell_whom(server: ChatServer, session: Session, room: Room, networks: Collection[str]) -> None:
    """Tell a session which others a ban of these networks would shut out."""
    whom = sanctions.sessions_shut_out(server, room, networks)
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


async def _unmute(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.MUTE)
    name = one_name(server, rest)
    _answer(session, await sanctions.unmute(server, session, room, name), room, name, "not_muted")


async def _unban(server: ChatServer, session: Session, argument: str) -> None:
    room, who = room_to_run(server, session, argument, Act.BAN)
    shown = who
    if who.startswith("@"):
        name = one_name(server, who[1:])
        done = await sanctions.unban_networks_of(server, session, room, name)
    elif (network := _network(server, who)) is not None:
        done = await sanctions.unban_network(server, session, room, network)
    else:
        shown = one_name(server, who)
        done = await sanctions.unban(server, session, room, shown)
    _answer(session, done, room, shown, "not_banned")


def _bans(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.BAN)
    if rest:
        raise WrongUse
    found = sanctions.list_sanctions(server, session, room)
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
    await operate.announce(server, session, argument)
    if not session.memberships:
        session.answer("said_to_all")


async def _disconnect(server: ChatServer, session: Session, argument: str) -> None:
    server.moderation.check(session, None, Act.DISCONNECT)
    name = one_name(server, argument)
    count = await operate.disconnect(server, session, name)
    session.answer("disconnected", count=count, name=name)


def _stats(server: ChatServer, session: Session, argument: str) -> None:
    figures = operate.statistics(server, session)
    if argument:
        raise WrongUse
    session.answer("statistics", **figures)


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
