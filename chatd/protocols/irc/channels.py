"""Rooms as the channels that a command names, and refusals as numerics.

This module must not know what a command does with a channel, nor who may do what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chatd.chat.actions import look
from chatd.chat.server import ChatServer
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal, short
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_roles import prefixes_of_role
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.names import is_channel
from chatd.rooms.room import Room
from chatd.text.validation import InvalidLine, LineFault, validate_text

_NOT_ALLOWED = (
    *("only_operators", "only_owner", "only_administrators"),
    *("nobody_runs_room", "nobody_runs_guests_room"),
    *("not_above_operator", "not_above_owner", "not_above_administrator"),
    *("muted", "muted_why", "being_put_out"),
)

NUMERICS: Mapping[str | ErrorKind, str] = {
    ErrorKind.NO_ROOM: numerics.ERR_NOSUCHCHANNEL,
    ErrorKind.INVALID_NAME: numerics.ERR_NOSUCHCHANNEL,
    ErrorKind.NOBODY: numerics.ERR_NOSUCHNICK,
    "not_in_that_room": numerics.ERR_NOTONCHANNEL,
    "not_in_room": numerics.ERR_USERNOTINCHANNEL,
    "irc_is_in_room": numerics.ERR_USERONCHANNEL,
    **dict.fromkeys(_NOT_ALLOWED, numerics.ERR_CHANOPRIVSNEEDED),
    **dict.fromkeys(("banned", "banned_why"), numerics.ERR_BANNEDFROMCHAN),
    **dict.fromkeys(("room_is_private", "room_is_closed"), numerics.ERR_INVITEONLYCHAN),
    "too_many_stays": numerics.ERR_TOOMANYCHANNELS,
}
"""The numerics of refusals, by the key of the sentence or by the kind of the error."""

_OF_PEOPLE = {
    numerics.ERR_NOSUCHNICK: False,
    numerics.ERR_USERNOTINCHANNEL: True,
    numerics.ERR_USERONCHANNEL: True,
}
"""The numerics that name a person, and whether they name the channel, too."""

_WORDING = {"unknown_room": "irc_unknown_channel"}
"""The sentences that other doors word in their own way."""


@contextmanager
def refusing(
    conversation: Conversation,
    command: str,
    channel: str,
    person: str = "",
    codes: Mapping[str | ErrorKind, str] = NUMERICS,
) -> Iterator[None]:
    """Context in which a refusal is sent to the client: see `refuse`."""
    try:
        yield
    except Refusal as why:
        refuse(conversation, command, why, channel, person, codes)


def refuse(
    conversation: Conversation,
    command: str,
    why: Refusal,
    channel: str,
    person: str = "",
    codes: Mapping[str | ErrorKind, str] = NUMERICS,
) -> None:
    """Send a refusal to the client: a numeric about a channel or a person."""
    code = codes.get(why.key) or codes.get(why.kind)
    if code is None:
        conversation.refuse(command, why)
        return
    middle = [channel]
    if person and code in _OF_PEOPLE:
        middle = [person, channel] if _OF_PEOPLE[code] else [person]
    key = _WORDING.get(why.key, why.key)
    text = conversation.session.sentence(key, **why.values)
    conversation.numeric(code, *map(echoed, middle), text=text)


def named_room(conversation: Conversation, wanted: str) -> Room:
    """Return the room of a channel, if the client may read it. Raises `Refusal`."""
    _check_channel(wanted)
    return look.room_called(conversation.server, conversation.session, wanted)


def member_room(conversation: Conversation, wanted: str) -> Room:
    """Return the room of a channel, if the client is in it. Raises `Refusal`."""
    _check_channel(wanted)
    server, session = conversation.server, conversation.session
    try:
        return look.joined_room(server, session, wanted)
    except Refusal:
        server.rooms.called(wanted, session)
        raise


def _check_channel(wanted: str) -> None:
    if not is_channel(wanted):
        raise Refusal(ErrorKind.NO_ROOM, "irc_no_channel")


def check_member(server: ChatServer, room: Room, name: str) -> None:
    """Raise `Refusal` unless a person of that name is in a room."""
    if is_member(server, room, name):
        return
    if server.sessions.is_here(name) or server.accounts.called(name) is not None:
        raise Refusal(ErrorKind.NOBODY, "not_in_room", name=name, room=room.name)
    raise Refusal(ErrorKind.NOBODY, "nobody", name=short(name))


def is_member(server: ChatServer, room: Room, name: str) -> bool:
    """Return True if a person of that name is in a room."""
    if name in room.here.named:
        return True
    return any(other.number in room.here.members for other in server.sessions.called_anywhere(name))


def members_of(conversation: Conversation, room: Room) -> Sequence[str]:
    """Return the names of the members of a room that clients know of, each once, and its own."""
    names, session = room.here.shown_names(), conversation.session
    if session.number in room.here.hidden and session.name not in names:
        return (*names, session.name)
    return names


def prefixes_of(conversation: Conversation, room: Room, names: Iterable[str]) -> dict[str, str]:
    """Return the prefixes of those of some people in a room who have any, by their names."""
    several = "multi-prefix" in conversation.client.capabilities
    roles = conversation.server.marked.roles_of(room, names)
    return {name: prefixes_of_role(word, several=several) for name, word in roles.items()}


def person_called(conversation: Conversation, nickname: str) -> str:
    """Return the name of a person as its owner writes it. Raises `Refusal`."""
    try:
        return conversation.server.sessions.name_of(nickname)
    except Refusal:  # no person can have that name
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(nickname)) from None


def valid_text(conversation: Conversation, text: str) -> str:
    """Return a text that others are shown, "" if it is blank. Raises `Refusal`."""
    limit = conversation.max_length
    try:
        return validate_text(text, limit)
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            return ""
        key = LINE_FAULTS[invalid.reason]
        raise Refusal(ErrorKind.INVALID_MESSAGE, key, limit=limit) from None


def reason_of(conversation: Conversation, text: str) -> str:
    """Return the reason that a client gives; "" if others cannot be shown it."""
    try:
        return valid_text(conversation, text)
    except Refusal:
        return ""
