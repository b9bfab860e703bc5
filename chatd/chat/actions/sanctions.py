"""Kicks, mutes and bans in a room, by name or by network, and lifting them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chatd.chat.actions.deeds import Done, carry_out
from chatd.chat.permissions import Act, Role
from chatd.chat.roster import AnySession
from chatd.chat.sanctions import BAN, MUTE, Sanction
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Deed, Departure
from chatd.rooms.room import Room
from chatd.storage.records import Put
from chatd.text.folding import fold
from chatd.text.networks import NetworkIndex, widened
from chatd.text.validation import IPV6_PREFIXES, is_reserved
from chatd.util.budget_table import Kind

MUTE_SECONDS = 3600
BAN_SECONDS = 7 * 86400
MOST_SECONDS = 366 * 86400
"""Length of a mute and of a ban if none is given, and the most of either."""

REASON_CHARACTERS = 100
"""Most characters of a reason that are stored with a mute or a ban: each refused line repeats it,
and lists have many. The deed in the room's log has all of it."""

OWNER_PREFIX = 56
"""Length in bits of the IPv6 network that is taken for that of one person, of `IPV6_PREFIXES`: that
of most homes (RIPE-690)."""

_ACTS = {MUTE: Act.MUTE, BAN: Act.BAN}


async def kick(
    server: ChatServer, session: Session, room: Room, name: str, reason: str = ""
) -> Done:
    """Put the sessions of that name out of a room, with a reason; a person that stays there, too.

    They may come back. Until the deed is stored they stay, but say nothing. Raises `Refusal` and
    `StoreError`.
    """
    moderation = server.moderation
    moderation.check(session, room, Act.KICK)
    sessions = [other for other in server.sessions.called(name) if room in other.memberships]
    elsewhere = any(room.name in other.visit.rooms for other in server.roster.called(name))
    stay = server.staying.ending(fold(name), [room])
    if not (sessions or elsewhere or stay.puts):
        raise Refusal(ErrorKind.NOBODY, "not_in_room", name=name, room=room.name)
    moderation.check_above(session, room, name, sessions)
    moderation.begin_putting_out(room, sessions)
    try:
        done = await carry_out(server, session, room, Deed("kick", name, 0, reason), stay.puts)
        server.staying.told(stay, Departure(reason, session.name))
        server.evictions.kick(room, sessions, session.name, reason)
        return done
    finally:
        moderation.end_putting_out(room, sessions)


async def mute(
    server: ChatServer,
    session: Session,
    room: Room,
    name: str,
    seconds: int = MUTE_SECONDS,
    reason: str = "",
) -> Done:
    """Mute the account or guest of that name in a room. Raises `Refusal` and `StoreError`."""
    return await _sanction_name(server, session, room, MUTE, name, seconds, reason)


async def ban(
    server: ChatServer,
    session: Session,
    room: Room,
    name: str,
    seconds: int = BAN_SECONDS,
    reason: str = "",
) -> Done:
    """Ban the account or guest of that name from a room, and put it out.

    Raises `Refusal` and `StoreError`.
    """
    return await _sanction_name(server, session, room, BAN, name, seconds, reason)


async def _sanction_name(
    server: ChatServer,
    session: Session,
    room: Room,
    kind: str,
    name: str,
    seconds: int,
    reason: str,
) -> Done:
    moderation = server.moderation
    moderation.check(session, room, _ACTS[kind])
    _check_seconds(seconds)
    sessions = server.sessions.called(name)
    is_known = server.sessions.is_here(name) or moderation.roles.is_registered(name)
    if not is_known and is_reserved(name):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)  # no guest has that number
    moderation.check_above(session, room, name, sessions)
    until = int(server.now()) + seconds
    sanction = Sanction(until, session.name, short(reason, REASON_CHARACTERS), name)
    server.spending.charge(session, (Kind.BANS, 1))
    puts = moderation.sanctions.order(kind, room, [fold(name)], sanction)
    everywhere = server.sessions.called_anywhere(name)
    moderation.sanctions.bind(kind, room, name, everywhere, sanction)
    done = await carry_out(server, session, room, Deed(kind, name, seconds, reason), puts)
    server.evictions.review_room(room)
    return done


def networks_to_ban(
    server: ChatServer, session: Session, room: Room, name: str, length: int = OWNER_PREFIX
) -> Collection[str]:
    """Return the networks that the sessions of that name come from, or came from last.

    Of IPv6 they have that length in bits. Raises `Refusal` if it is none of `IPV6_PREFIXES`, if
    there are no networks, or if the session may not ban their owner.
    """
    server.moderation.check(session, room, Act.BAN)
    _check_length(name, length)
    sessions, networks = server.sessions.called(name), sorted(server.sessions.networks_of(name))
    if not (networks or server.sessions.is_here(name)):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    server.moderation.check_above(session, room, name, sessions)
    if not networks:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_address", name=name)
    return sorted({widened(network, length) for network in networks})


def sessions_shut_out(
    server: ChatServer, room: Room, networks: Collection[str]
) -> Sequence[AnySession]:
    """Return the sessions of all nodes that a ban of these networks in a room would concern."""
    index, roles = NetworkIndex(networks), server.moderation.roles
    here = [
        other
        for other in server.sessions
        if index.around(other.network)
        and not other.stream.finished
        and roles.role_of(other, room) < Role.OPERATOR
    ]
    elsewhere = [
        other
        for other in server.roster.others()
        if index.around(other.network) and roles.role_of_remote(other, room) < Role.OPERATOR
    ]
    return [*here, *elsewhere]


def _deed_of_network(verb: str, network: str) -> Deed:
    """Return the deed of a network that was named itself, which does not tell it."""
    _, _, length = network.partition("/")
    is_address = not length or int(length) == IPV6_PREFIXES[0]
    return Deed(f"{verb}_network") if is_address else Deed(f"{verb}_prefix", f"/{length}")


async def ban_networks(
    server: ChatServer,
    session: Session,
    room: Room,
    networks: Collection[str],
    name: str = "",
    seconds: int = BAN_SECONDS,
    reason: str = "",
) -> Done:
    """Ban the networks of a name, or one network, from a room, and put out members from there.

    The deed tells the name that the networks were found by; else their length in bits, if it is not
    that of an address. Addresses are shown to those alone who may list the bans. Raises `Refusal`
    and `StoreError`.
    """
    server.moderation.check(session, room, Act.BAN)
    _check_seconds(seconds)
    shown = f"@{name}" if name else ""
    until = int(server.now()) + seconds
    sanction = Sanction(until, session.name, short(reason, REASON_CHARACTERS), shown)
    targets = [f"@{network}" for network in networks]
    server.spending.charge(session, (Kind.BANS, len(targets)))
    puts = server.moderation.sanctions.order(BAN, room, targets, sanction)
    deed = Deed("ban", shown) if shown else _deed_of_network("ban", *networks)
    deed = deed._replace(seconds=seconds, reason=reason)
    done = await carry_out(server, session, room, deed, puts)
    server.evictions.review_room(room)
    return done


async def unmute(server: ChatServer, session: Session, room: Room, name: str) -> Done | None:
    """Lift the mute of a name in a room, and of the sessions that have the name.

    Return None if there is none. Raises `Refusal` and `StoreError`.
    """
    return await _lift_name(server, session, room, MUTE, name)


async def unban(server: ChatServer, session: Session, room: Room, name: str) -> Done | None:
    """Lift the ban of a name from a room, and of the sessions that have the name.

    Return None if there is none. Raises `Refusal` and `StoreError`.
    """
    return await _lift_name(server, session, room, BAN, name)


async def unban_networks_of(
    server: ChatServer, session: Session, room: Room, name: str, length: int | None = None
) -> Done | None:
    """Lift the bans of the networks of a name from a room.

    They are the networks that its sessions come from now, those around them, and those that were
    banned by that name; with a length in bits, those alone that a ban with that length has.

    Return None if there is none. Raises `Refusal` and `StoreError`.
    """
    server.moderation.check(session, room, Act.BAN)
    sanctions = server.moderation.sanctions
    networks = {
        banned
        for network in server.sessions.networks_of(name)
        for banned in sanctions.networks_around(room, network)
    }
    for _, target, sanction in sanctions.in_room(room):
        if target.startswith("@") and fold(sanction.name) == fold(f"@{name}"):
            networks.add(target[1:])
    if length is not None:
        _check_length(name, length)
        lengths = "", str(length)  # an IPv4 address is banned with any length
        networks = {network for network in networks if network.partition("/")[2] in lengths}
    puts = sanctions.lift_networks(room, networks)
    return await _lift(server, session, room, puts, Deed("unban", f"@{name}"))


async def unban_network(
    server: ChatServer, session: Session, room: Room, network: str
) -> Done | None:
    """Lift the ban of a network from a room.

    Return None if there is none. Raises `Refusal`, also if a network around it is banned, and
    `StoreError`.
    """
    server.moderation.check(session, room, Act.BAN)
    sanctions = server.moderation.sanctions
    puts = sanctions.lift_networks(room, [network])
    if not puts and (around := sanctions.networks_around(room, network)):
        raise Refusal(
            ErrorKind.NOT_ALLOWED, "within_network", name=network, other=around[0], room=room.name
        )
    return await _lift(server, session, room, puts, _deed_of_network("unban", network))


async def _lift_name(
    server: ChatServer, session: Session, room: Room, kind: str, name: str
) -> Done | None:
    moderation = server.moderation
    moderation.check(session, room, _ACTS[kind])
    sessions = server.sessions.called(name)
    moderation.check_above(session, room, name, sessions)
    puts = moderation.sanctions.lift(kind, room, name, server.sessions.called_anywhere(name))
    return await _lift(server, session, room, puts, Deed(f"un{kind}", name))


async def _lift(
    server: ChatServer, session: Session, room: Room, puts: Sequence[Put], deed: Deed
) -> Done | None:
    return await carry_out(server, session, room, deed, puts) if puts else None


def list_sanctions(
    server: ChatServer, session: Session, room: Room
) -> list[tuple[str, str, Sanction]]:
    """Return the mutes and bans of a room: see `Sanctions.in_room`. Raises `Refusal`."""
    server.moderation.check(session, room, Act.BAN)
    return server.moderation.sanctions.in_room(room)


def _check_length(name: str, length: int) -> None:
    if length not in IPV6_PREFIXES:
        raise Refusal(ErrorKind.WRONG_USE, "wrong_owner_length", name=name, length=length)


def _check_seconds(seconds: int) -> None:
    if not 1 <= seconds <= MOST_SECONDS:
        raise Refusal(ErrorKind.WRONG_USE, "wrong_time")
