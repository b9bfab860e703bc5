"""People as IRC clients ask for them: who they are, if they are here, and if they are away.

No client is told an address. The name of a user and the real name are those that an IRC client of
this node has sent; other people have their name in their place. This module must not know who may
read a room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple

from chatd.chat.actions.costs import LISTING_COST
from chatd.chat.actions.settings import set_away
from chatd.chat.actions.whois import whois as look_up
from chatd.chat.roster import AnySession
from chatd.errors import ErrorKind, Refusal
from chatd.event import Change
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import members_of, named_room, prefixes_of
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.names import is_channel, is_pattern, pattern
from chatd.rooms.slices import slices_by_number
from chatd.text.validation import InvalidLine, validate_text

PEOPLE_A_SLICE = 100
"""Number of people of whom a long answer tells at a time: some 12 KB."""

_USERHOSTS = 5
"""Most names of USERHOST (RFC 2812 section 4.8)."""

REALNAME_CHARACTERS = 200
"""Most characters of a real name."""

_WHOX = "tcuihsnfdlaor"
"""The fields of an answer to WHO, in their order there (IRCv3 WHOX)."""


class Person(NamedTuple):
    """Facts about a person. ``account`` is a name, or "" if not logged in."""

    name: str
    username: str
    realname: str
    account: str
    away: str


def person_of(conversation: Conversation, sessions: Sequence[AnySession]) -> Person:
    """Return the facts about the person whose sessions these are: at least one."""
    server, name = conversation.server, sessions[0].name
    known = conversation.door.clients
    client = next((known[each.number] for each in sessions if each.number in known), None)
    account = next((each.account for each in sessions if each.account), None)
    found = None if account is None else server.accounts.table.get(account)
    return Person(
        name,
        echoed(client.username) if client is not None and client.username else name,
        client.realname if client is not None else name,
        "" if found is None else found.name,
        server.sessions.away_text(name),
    )


def person_called(conversation: Conversation, wanted: str) -> Person | None:
    """Return the facts about a person who has a session, or stays in a room without one."""
    server, session = conversation.server, conversation.session
    sessions = server.sessions.called_anywhere(wanted)
    if sessions:
        return person_of(conversation, sessions)
    account = server.accounts.called(wanted)
    if account is None or not look_up(server, session, account.name).rooms:
        return None
    name, away = account.name, server.sessions.away_text(account.name)
    return Person(name, name, name, name, away or session.sentence("absent"))


# WHO


def who(conversation: Conversation, message: Message) -> None:
    """Send who is in a channel, or whose names match a mask."""
    mask = message.parameters[0] if message.parameters else "*"
    wanted = message.parameters[1] if len(message.parameters) > 1 else ""
    fields, _, token = wanted.partition("%")[2].partition(",")
    conversation.in_slices(_who(conversation, mask, fields, token))


def _who(conversation: Conversation, mask: str, fields: str, token: str) -> Iterator[bytes]:
    own, room = conversation.own_format, None
    if is_channel(mask):
        with suppress(Refusal):  # the list is as of an empty room
            room = named_room(conversation, mask)
        names = () if room is None else members_of(conversation, room)
    else:
        names = _names_like(conversation, mask)
    for some in slices_by_number(names, PEOPLE_A_SLICE):
        prefixes = {} if room is None else prefixes_of(conversation, room, some)
        lines = []
        for name in some:
            person = person_called(conversation, name)
            if person is not None:
                if room is not None and name in room.here.absent:
                    away = person.away or conversation.session.sentence("absent")
                    person = person._replace(away=away)
                channel = "*" if room is None else f"#{room.name}"
                prefix = prefixes.get(name, "")
                lines.append(_who_line(conversation, person, channel, prefix, fields, token))
        yield b"".join(lines)
    text = conversation.session.sentence("irc_end_of_list")
    yield own.numeric(numerics.RPL_ENDOFWHO, echoed(mask), text=text)


def _who_line(
    conversation: Conversation, person: Person, channel: str, prefix: str, fields: str, token: str
) -> bytes:
    own = conversation.own_format
    host = own.server.name
    flags = f"{'G' if person.away else 'H'}{prefix}"
    if not fields:
        return own.numeric(
            numerics.RPL_WHOREPLY,
            channel,
            person.username,
            host,
            host,
            person.name,
            flags,
            text=f"0 {person.realname}",
        )
    values = {
        "t": echoed(token or "0"),
        "c": channel,
        "u": person.username,
        "i": "255.255.255.255",
        "h": host,
        "s": host,
        "n": person.name,
        "f": flags,
        "d": "0",
        "l": "0",
        "a": person.account or "0",
        "o": "n/a",
    }
    shown = [values[field] for field in _WHOX if field in fields and field in values]
    text = person.realname if "r" in fields else None
    return own.numeric(numerics.RPL_WHOSPCRPL, *shown, text=text)


def _names_like(conversation: Conversation, mask: str) -> Sequence[str]:
    """Return the names that a mask is of: one that is in use, or those in the client's rooms."""
    if not is_pattern(mask):
        return [each.name for each in conversation.server.sessions.called_anywhere(mask)[:1]]
    session = conversation.session
    members = (members_of(conversation, room) for room in session.memberships)
    return list(filter(pattern(mask), dict.fromkeys([session.name, *chain(*members)])))


# WHOIS, and less of it


def whois(conversation: Conversation, message: Message) -> None:
    """Send who a person is."""
    wanted = message.parameters[-1]
    session = conversation.session
    person, host = person_called(conversation, wanted), conversation.own_format.server.name
    if person is None:
        text = session.sentence("nobody", name=wanted)
        conversation.numeric(numerics.ERR_NOSUCHNICK, echoed(wanted), text=text)
        end = session.sentence("irc_end_of_list")
        conversation.numeric(numerics.RPL_ENDOFWHOIS, echoed(wanted), text=end)
        return
    name = person.name
    conversation.numeric(
        numerics.RPL_WHOISUSER, name, person.username, host, "*", text=person.realname
    )
    if channels := _channels(conversation, name):
        conversation.numeric(numerics.RPL_WHOISCHANNELS, name, text=channels)
    conversation.numeric(numerics.RPL_WHOISSERVER, name, host, text="chatd")
    if person.account:
        text = session.sentence("irc_logged_in_as")
        conversation.numeric(numerics.RPL_WHOISACCOUNT, name, person.account, text=text)
    if person.away:
        conversation.numeric(numerics.RPL_AWAY, name, text=person.away)
    text = session.sentence("irc_end_of_list")
    conversation.numeric(numerics.RPL_ENDOFWHOIS, name, text=text)


def _channels(conversation: Conversation, name: str) -> str:
    """Return the rooms of a person in which the client is, too, each with the person's role."""
    server, session = conversation.server, conversation.session
    rooms = [server.rooms.of(each) for each in look_up(server, session, name).rooms]
    return " ".join(
        f"{prefixes_of(conversation, room, [name]).get(name, '')}#{room.name}"
        for room in rooms
        if room in session.memberships
    )


def ison(conversation: Conversation, message: Message) -> None:
    """Send which of some people are here."""
    server = conversation.server
    asked = " ".join(message.parameters).split(" ")
    found = [each[0].name for name in asked if (each := server.sessions.called_anywhere(name))]
    conversation.numeric(numerics.RPL_ISON, text=" ".join(found))


def userhost(conversation: Conversation, message: Message) -> None:
    """Send the masks of some people, and if they are away."""
    host = conversation.own_format.server.name
    found = []
    for name in message.parameters[:_USERHOSTS]:
        if person := person_called(conversation, name):
            found.append(f"{person.name}={'-' if person.away else '+'}{person.username}@{host}")
    conversation.numeric(numerics.RPL_USERHOST, text=" ".join(found))


# What a client says of itself


async def away(conversation: Conversation, message: Message) -> None:
    """Be away, or back."""
    text = message.parameters[0] if message.parameters else ""
    if text:
        try:
            text = validate_text(text, conversation.max_length)
        except InvalidLine:
            text = ""
    stored = await set_away(conversation.server, conversation.session, text)
    code, key = numerics.RPL_UNAWAY, "irc_back"
    if stored:
        code, key = numerics.RPL_NOWAWAY, "irc_away"
    conversation.numeric(code, text=conversation.session.sentence(key))


def setname(conversation: Conversation, message: Message) -> None:
    """Have another real name."""
    try:
        text = validate_text(message.parameters[0], REALNAME_CHARACTERS)
    except InvalidLine:
        raise Refusal(
            ErrorKind.INVALID_NAME, "irc_invalid_realname", limit=REALNAME_CHARACTERS
        ) from None
    conversation.client.realname = text
    if "setname" in conversation.client.capabilities:
        conversation.from_client("SETNAME", text=text)
    for membership in conversation.session.memberships.values():
        membership.show(Change.REALNAME, text)
    conversation.server.watches.tell(Change.REALNAME, conversation.session.name, text)


TABLE: Table = {
    "AWAY": Command(away, usage="[<text>]"),
    "ISON": Command(ison, least=1, usage="<nickname> {<nickname>}"),
    "SETNAME": Command(setname, least=1, usage="<real name>"),
    "USERHOST": Command(userhost, least=1, usage="<nickname> {<nickname>}"),
    "WHO": Command(who, cost=LISTING_COST, usage="<channel, nickname or mask> [%<fields>]"),
    "WHOIS": Command(whois, least=1, usage="[<server>] <nickname>"),
}
