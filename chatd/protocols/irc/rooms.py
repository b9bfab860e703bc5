"""Rooms as channels: joining them, leaving them, and who is there.

This module must not know who may do what.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatd.chat.actions import look
from chatd.chat.actions.costs import ENTERING_COST
from chatd.chat.actions.enter import enter, leave_room
from chatd.errors import ErrorKind, Refusal
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.rooms.room import Room

_NAMES_A_LINE = 3
"""Number of names in a line of an answer: so many names of 32 characters of four bytes fit."""


async def join(conversation: Conversation, message: Message) -> None:
    """Join channels."""
    for wanted in message.parameters[0].split(","):
        await _join(conversation, wanted)


async def _join(conversation: Conversation, wanted: str) -> None:
    server, session = conversation.server, conversation.session
    if not wanted.startswith("#"):
        refuse_channel(conversation, wanted)
        return
    try:
        entry = await enter(server, session, wanted)
    except Refusal as why:
        refuse_channel(conversation, wanted, why)
        return
    if entry is not None and not entry.was_there:
        send_names(conversation, entry.room)


def refuse_channel(conversation: Conversation, wanted: str, why: Refusal | None = None) -> None:
    """Send why a client cannot have a channel of that name."""
    why = why or Refusal(ErrorKind.NO_ROOM, "irc_no_channel")
    text = conversation.session.sentence(why.key, **why.values)
    conversation.numeric(numerics.ERR_NOSUCHCHANNEL, echoed(wanted), text=text)


def part(conversation: Conversation, message: Message) -> None:
    """Leave channels."""
    for wanted in message.parameters[0].split(","):
        room = joined(conversation, wanted)
        if room is not None:
            leave_room(conversation.server, conversation.session, room)


def joined(conversation: Conversation, wanted: str) -> Room | None:
    """Return the room of a channel that the client is in; None if it was told that it is not."""
    try:
        return look.joined_room(conversation.server, conversation.session, wanted)
    except Refusal as why:
        text = conversation.session.sentence(why.key, **why.values)
        conversation.numeric(numerics.ERR_NOTONCHANNEL, echoed(wanted), text=text)
        return None


def send_names(conversation: Conversation, room: Room) -> None:
    """Send who is in a room."""
    conversation.in_slices(_names(conversation, room))


def _names(conversation: Conversation, room: Room) -> Iterator[bytes]:
    own, channel = conversation.own_format, f"#{room.name}"
    names = list(dict.fromkeys(member.name for member in room.here.members.values()))
    for start in range(0, len(names), _NAMES_A_LINE):
        text = " ".join(names[start : start + _NAMES_A_LINE])
        yield own.numeric(numerics.RPL_NAMREPLY, "=", channel, text=text)
    text = conversation.session.sentence("irc_end_of_list")
    yield own.numeric(numerics.RPL_ENDOFNAMES, channel, text=text)


TABLE: Table = {
    "JOIN": Command(join, least=1, cost=ENTERING_COST),
    "PART": Command(part, least=1),
}
