"""Commands for kicks, mutes and bans in a room, by name or by network."""

from __future__ import annotations

from collections.abc import Collection

from chatd.chat.actions import look, sanctions
from chatd.chat.permissions import Act
from chatd.chat.sanctions import MUTE, Sanction
from chatd.chat.server import ChatServer
from chatd.chat.session import NAMES_SHOWN, Session
from chatd.commands.arguments import (
    check_no_room,
    one_name,
    room_to_run,
    time_and_reason,
)
from chatd.commands.base import KEEPING_COST, SWITCH_WORDS, Command, Wording, WrongUse
from chatd.commands.deeds import answer_done, tell_done
from chatd.errors import ErrorKind, Refusal, short
from chatd.i18n import Moment, people
from chatd.rooms.room import Room
from chatd.text.networks import (
    IPV4_LENGTHS,
    IPV6_LENGTHS,
    InvalidNetwork,
    NetworkFault,
    parse_network,
)
from chatd.text.times import written_duration
from chatd.text.validation import is_address
from chatd.util.usage import nearest

SANCTIONS_LISTED = 50
"""Most mutes and bans that ``/bans`` lists."""


NAMES_COMPARED = 50
"""Most names of a room with which an unknown name is compared, which takes 50 us each."""

_BAN_STAYS = "ban_is_not_undone"


async def _kick(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.KICK)
    word, _, words = rest.partition(" ")
    name, reason = one_name(server, word), words.strip()
    check_no_room(reason)
    tell_done(session, await sanctions.kick(server, session, room, name, reason))


async def _mute(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.MUTE)
    name, seconds, reason = _whom(server, rest, sanctions.MUTE_SECONDS, "mute_is_not_undone")
    tell_done(session, await sanctions.mute(server, session, room, name, seconds, reason))
    _tell_if_unknown(server, session, room, name)


async def _ban(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.BAN)
    who, _, words = rest.partition(" ")
    name = ""
    if who.startswith("@"):
        name, length = _owner(server, who)
        networks = sanctions.networks_to_ban(
            server, session, room, name, length or sanctions.OWNER_PREFIX
        )
    elif (network := _network(server, who)) is not None:
        networks = [network]
    else:
        name, seconds, reason = _whom(server, rest, sanctions.BAN_SECONDS, _BAN_STAYS)
        tell_done(session, await sanctions.ban(server, session, room, name, seconds, reason))
        _tell_if_unknown(server, session, room, name)
        return
    _check_no_switch(who, words.strip(), _BAN_STAYS)
    seconds, reason = time_and_reason(words.strip(), sanctions.BAN_SECONDS)
    # Meanwhile another guest may have that name, or come from elsewhere: then it is asked anew.
    if not session.prompt.confirms(f"ban {room.key} {rest} {' '.join(networks)}"):
        _tell_whom(server, session, room, networks)
        return
    done = await sanctions.ban_networks(server, session, room, networks, name, seconds, reason)
    tell_done(session, done)


def _whom(server: ChatServer, words: str, default: int, undo: str) -> tuple[str, int, str]:
    """Parse ``NAME [TIME] [REASON]`` into the name, seconds and the reason.

    ``undo`` is the key for `_check_no_switch`.
    """
    word, _, rest = words.partition(" ")
    name = one_name(server, word)
    _check_no_switch(name, rest.strip(), undo)
    seconds, reason = time_and_reason(rest.strip(), default)
    is_used = server.sessions.is_here(name) or server.moderation.roles.is_registered(name)
    if is_address(name) and not is_used:  # part of one, or with leading zeros: no name
        raise WrongUse
    return name, seconds, reason


def _check_no_switch(target: str, words: str, undo: str) -> None:
    """Raise `Refusal` if the words after a target are just ``off`` or ``no``.

    That may be a reason, or a wish to undo a sanction; the sentence of the key ``undo`` has both.
    """
    if SWITCH_WORDS.get(words.lower()) is False:
        raise Refusal(ErrorKind.WRONG_USE, undo, target=short(target), word=words)


def _tell_if_unknown(server: ChatServer, session: Session, room: Room, name: str) -> None:
    """Tell a session if the name of its sanction is unknown here, and may be a mistyped one."""
    if server.sessions.is_here(name) or server.moderation.roles.is_registered(name):
        return
    here, _, _ = look.list_people(server, session, room, NAMES_COMPARED)
    near = nearest(name, here)
    key = "sanctions_nobody" if near is None else "sanctions_nobody_near"
    session.answer(key, name=name, near=near)


def _owner(server: ChatServer, who: str) -> tuple[str, int | None]:
    """Parse ``@NAME`` or ``@NAME/LENGTH`` into the name, and the length of a network in bits."""
    name, slash, length = who[1:].partition("/")
    if not slash:
        return one_name(server, name), None
    if not (length.isascii() and length.isdecimal() and len(length) <= 3):
        raise WrongUse
    return one_name(server, name), int(length)


def _network(server: ChatServer, who: str) -> str | None:
    """Return the network that an address or a network is; None for a name.

    An account may have a name that reads as an address, from a version in which one could be
    registered. Raises `WrongUse` for another word with a slash, and `Refusal` for a network that is
    not accepted.
    """
    if server.accounts.called(who) is not None:
        return None
    try:
        return parse_network(who)
    except InvalidNetwork as invalid:
        if invalid.reason is NetworkFault.FORM:
            if "/" in who:
                raise WrongUse from None
            return None
        key = "wrong_length" if invalid.reason is NetworkFault.LENGTH else "not_first_address"
        raise Refusal(
            ErrorKind.WRONG_USE,
            key,
            network=short(who),
            right=invalid.right,
            widest=IPV4_LENGTHS[0],
            widest_of_ipv6=IPV6_LENGTHS[0],
            narrowest_of_ipv6=IPV6_LENGTHS[-1],
        ) from None


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
    answer_done(
        session, await sanctions.unmute(server, session, room, name), room, name, "not_muted"
    )


async def _unban(server: ChatServer, session: Session, argument: str) -> None:
    room, who = room_to_run(server, session, argument, Act.BAN)
    shown = who
    if who.startswith("@"):
        name, length = _owner(server, who)
        done = await sanctions.unban_networks_of(server, session, room, name, length)
    elif (network := _network(server, who)) is not None:
        done = await sanctions.unban_network(server, session, room, network)
    else:
        shown = one_name(server, who)
        done = await sanctions.unban(server, session, room, shown)
    answer_done(session, done, room, shown, "not_banned")


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
        until=Moment(sanction.until),
        left=written_duration(sanction.until - int(server.now())),
        by=sanction.by,
    )
    key = "with_reason" if sanction.reason else "without_reason"
    return session.sentence(key, did=did, reason=sanction.reason)


TABLE = (
    Command(
        _kick,
        Wording(
            "/kick NAME [REASON]",
            "remove NAME from the room, once",
            "The room and NAME see the reason. In another room: /kick #ops luis. NAME can come\n"
            "back at once; /ban keeps people out.\n"
            "Example: /kick luis not in here, please",
        ),
        Wording(
            "/echar NOMBRE [MOTIVO]",
            "sacar a NOMBRE de la sala, una vez",
            "La sala y NOMBRE ven el motivo. En otra sala: /echar #ops luis. NOMBRE puede volver\n"
            "en seguida; /vetar no deja entrar.\n"
            "Ejemplo: /echar luis aquí no, por favor",
        ),
    ),
    Command(
        _mute,
        Wording(
            "/mute NAME [TIME] [REASON]",
            "keep NAME from speaking for a time",
            "Without TIME it lasts 1h. TIME is like 90s, 10m, 2h, 3d or 1w, 366d at most.\n"
            "NAME can still read. A guest stays muted under another name.\n"
            "Example: /mute luis 10m let the others work",
        ),
        Wording(
            "/callar NOMBRE [TIEMPO] [MOTIVO]",
            "no dejar hablar a NOMBRE un tiempo",
            "Sin TIEMPO dura 1h. TIEMPO es como 90s, 10m, 2h, 3d o 1w, hasta 366d. NOMBRE\n"
            "puede leer; un invitado tampoco habla con otro nombre.\n"
            "Ejemplo: /callar luis 10m deja trabajar a los demás",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unmute,
        Wording("/unmute NAME", "let NAME speak again"),
        Wording("/descallar NOMBRE", "dejar hablar otra vez a NOMBRE"),
        undoes="mute",
    ),
    Command(
        _ban,
        Wording(
            "/ban WHO [TIME] [REASON]",
            "keep out NAME, @NAME (the address) or a NETWORK",
            "Without TIME it lasts 7d; 366d at most. @NAME, of IPv6, is its /56 (or @NAME/48,\n"
            "@NAME/64). You confirm a network, and see how many it shuts out.\n"
            "Example: /ban luis 2d advertising",
        ),
        Wording(
            "/vetar QUIÉN [TIEMPO] [MOTIVO]",
            "excluir a NOMBRE, @NOMBRE (su IP) o RED",
            "Sin TIEMPO dura 7d; como mucho, 366d. @NOMBRE, en IPv6, es su /56 (o @NOMBRE/48,\n"
            "@NOMBRE/64). Antes de vetar una red ves a cuántos deja fuera.\n"
            "Ejemplo: /vetar luis 2d publicidad",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unban,
        Wording("/unban WHO", "let NAME, @NAME (all networks) or a NETWORK enter"),
        Wording("/desvetar QUIÉN", "dejar entrar a NOMBRE, @NOMBRE o una RED"),
        undoes="ban",
    ),
    Command(
        _bans,
        Wording(
            "/bans",
            "list mutes and bans, with their end and reason",
            "It lists 50 at most, for operators of the room. /unmute and /unban lift them.\n"
            "Example: /bans",
        ),
        Wording(
            "/vetos",
            "ver los silencios y vetos, con su final y su motivo",
            "Muestra 50 como mucho, a operadores de la sala. /descallar y /desvetar los levantan.\n"
            "Ejemplo: /vetos",
        ),
    ),
)
"""Rows for kicks, mutes and bans."""
