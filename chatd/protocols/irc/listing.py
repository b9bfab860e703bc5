"""The list of channels: LIST, with the conditions of ELIST (https://modern.ircdocs.horse).

A channel is a room with people in it, or one that the client names. This module must not know which
rooms a client may read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from chatd.chat.actions import look
from chatd.chat.actions.costs import LISTING_COST
from chatd.errors import Refusal
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import named_room
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.names import is_channel, is_pattern, pattern
from chatd.rooms.room import Room

CONDITIONS = "CMNTU"
"""The conditions that are understood (the token ELIST): times of creation, masks, masks that do not
match, times of topics, and numbers of people."""

ROOMS_LISTED = 1000
"""Most channels in a list, those with most people first."""

TOPIC_LISTED = 100
"""Most characters of a topic in the list, escaped: with the longest names they fit in a line."""

_COMPARED = re.compile(r"([CT]?)([<>])([0-9]{1,9})", re.IGNORECASE)

Condition = Callable[[Room], bool]


def list_channels(conversation: Conversation, message: Message) -> None:
    """Send channels with their number of people and topic."""
    words = list(filter(None, message.parameters[0].split(","))) if message.parameters else []
    named = [word for word in words if _is_name(word)]
    conditions = [_condition(conversation, word) for word in words if not _is_name(word)]
    if named:
        rooms = list(_named(conversation, named))
    else:
        listed = look.list_rooms(conversation.server, conversation.session, ROOMS_LISTED)
        rooms = [room for room in listed.rooms if room.people]
    shown = [room for room in rooms if all(holds(room) for holds in conditions)]
    conversation.in_slices(_slices(conversation, look.RoomRows(shown, TOPIC_LISTED)))


def _is_name(word: str) -> bool:
    return is_channel(word) and not is_pattern(word)


def _named(conversation: Conversation, words: Sequence[str]) -> Iterator[Room]:
    for word in words:
        try:
            yield named_room(conversation, word)
        except Refusal:
            continue  # as if there were none


def _condition(conversation: Conversation, word: str) -> Condition:
    compared = _COMPARED.fullmatch(word)
    if compared is None:
        return _mask(word)
    what, sign, number = compared[1].upper(), compared[2], int(compared[3])
    if not what:
        return lambda room: room.people > number if sign == ">" else room.people < number
    now = conversation.server.now()

    def was_before(room: Room) -> bool:
        origin = room.made if what == "C" else room.topic_set
        minutes = (now - origin.at / 1000) / 60
        if what == "T" and not room.topic:
            return False
        return minutes > number if sign == ">" else minutes < number

    return was_before


def _mask(word: str) -> Condition:
    matches, wanted = pattern(word.removeprefix("!")), not word.startswith("!")
    return lambda room: matches(f"#{room.name}") is wanted


def _slices(conversation: Conversation, rows: look.RoomRows) -> Iterator[bytes]:
    own = conversation.own_format
    for some in rows.slices:
        lines = []
        for row in rows.rows(some):
            line = own.numeric(numerics.RPL_LIST, f"#{row.room}", str(row.people), text=row.topic)
            lines.append(line)
        yield b"".join(lines)
    text = conversation.session.sentence("irc_end_of_list")
    yield own.numeric(numerics.RPL_LISTEND, text=text)


TABLE: Table = {"LIST": Command(list_channels, cost=LISTING_COST)}
