"""Rooms as channels: joining them, leaving them, and their topics.

This module must not know who may do what.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chatd.chat.actions.costs import ENTERING_COST
from chatd.chat.actions.enter import enter, enter_again, leave_room
from chatd.chat.actions.speak import set_topic
from chatd.chat.actions.stay import rooms_stayed_in
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import (
    NUMERICS,
    member_room,
    named_room,
    reason_of,
    refusing,
    valid_text,
)
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.names import is_channel
from chatd.protocols.irc.names_list import send_names
from chatd.protocols.irc.past import send_recent
from chatd.protocols.irc.read_marker import tell_on_join
from chatd.rooms.bookmarks import NEWCOMER
from chatd.rooms.room import Room

_OF_JOINING = {
    **NUMERICS,
    ErrorKind.INVALID_NAME: numerics.ERR_BADCHANMASK,
    ErrorKind.NAME_IN_USE: numerics.ERR_NOSUCHCHANNEL,
    "unusable_room": numerics.ERR_INVITEONLYCHAN,  # also one that is hidden from the client
}

_ALL_ROOMS = "0"
"""The channel of a JOIN that leaves all (RFC 2812, section 3.2.1)."""


async def join(conversation: Conversation, message: Message) -> None:
    """Join channels, of which none has a key."""
    wanted, *keys = message.parameters
    if wanted == _ALL_ROOMS:
        for room in tuple(conversation.session.memberships):
            leave_room(conversation.server, conversation.session, room)
        return
    for count, each in enumerate(filter(None, wanted.split(","))):
        if count:
            conversation.charge(ENTERING_COST)
        with refusing(conversation, message.command, each, codes=_OF_JOINING):
            await _join(conversation, each)
    if any(keys):
        _note(conversation, "irc_no_keys")


async def _join(conversation: Conversation, wanted: str) -> None:
    if not is_channel(wanted):
        raise Refusal(ErrorKind.NO_ROOM, "irc_no_channel")
    entry = await enter(conversation.server, conversation.session, wanted)
    if entry is not None and not entry.was_there:
        await _show_all(conversation, entry.room)


async def come_back(conversation: Conversation) -> None:
    """Join a client that has logged in to the channels in which its account stays."""
    server, session = conversation.server, conversation.session
    for room in rooms_stayed_in(server, session):
        with refusing(conversation, "JOIN", f"#{room.name}", codes=_OF_JOINING):
            enter_again(server, session, room, NEWCOMER)
            await _show_all(conversation, room)


async def _show_all(conversation: Conversation, room: Room) -> None:
    await tell_on_join(conversation, room)
    _show(conversation, room)
    send_recent(conversation, room)


def _show(conversation: Conversation, room: Room) -> None:
    """Send what a client is sent of a channel after its own JOIN and the topic."""
    if "draft/no-implicit-names" not in conversation.client.capabilities:
        send_names(conversation, room)
    if conversation.session.account is None and not room.head and room.people == 1:
        _note(conversation, "irc_nobody_runs", room=room.name)


def _note(conversation: Conversation, key: str, **values: object) -> None:
    text = conversation.session.sentence(key, **values)
    conversation.from_server("NOTICE", conversation.own_format.name, text=text)


def part(conversation: Conversation, message: Message) -> None:
    """Leave channels, with a reason."""
    wanted, *rest = message.parameters
    reason = reason_of(conversation, rest[0]) if rest else ""
    for each in filter(None, wanted.split(",")):
        with refusing(conversation, message.command, each):
            room = member_room(conversation, each)
            leave_room(conversation.server, conversation.session, room, reason)


def topic(conversation: Conversation, message: Message) -> None:
    """Send the topic of a channel, or set it; an empty one takes it away."""
    wanted, *rest = message.parameters
    with refusing(conversation, message.command, wanted):
        if not rest:
            _send_topic(conversation, named_room(conversation, wanted))
            return
        room, text = member_room(conversation, wanted), valid_text(conversation, rest[0])
        receipt = partial(_show_own_topic, conversation, room, text)
        set_topic(conversation.server, conversation.session, room, text, receipt)


def _show_own_topic(
    conversation: Conversation, room: Room, text: str, result: Sequence[int] | Refusal
) -> None:
    """Show a client the topic that it has set, without echo-message, too, or why it has not."""
    channel = f"#{room.name}"
    with refusing(conversation, "TOPIC", channel):
        if isinstance(result, Refusal):
            raise result.anew()
        if "echo-message" not in conversation.client.capabilities:
            conversation.from_client("TOPIC", channel, text=text)


def _send_topic(conversation: Conversation, room: Room) -> None:
    channel, own = f"#{room.name}", conversation.own_format
    if room.topic:
        conversation.session.stream.put(own.topic(channel, room.topic, *room.topic_set))
    else:
        text = conversation.session.sentence("irc_no_topic")
        conversation.numeric(numerics.RPL_NOTOPIC, channel, text=text)


TABLE: Table = {
    "JOIN": Command(join, least=1, cost=ENTERING_COST),
    "PART": Command(part, least=1),
    "TOPIC": Command(topic, least=1),
}
