"""The people in channels: NAMES.

A list may be long, so it is made in slices as the client takes it; the names are those that were
there when it was asked for, because the changes after that follow the list. This module must not
know who may read a room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chatd.chat.actions.costs import LISTING_COST
from chatd.chat.permissions import Act, Role, may
from chatd.errors import Refusal
from chatd.formats.irc_lines import LINE_BYTES, echoed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import members_of, named_room, prefixes_of
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.text.messages import size_of

NAMES_A_SLICE = 100
"""Names in a slice of the list: some 2 KB, which take 0.3 ms to make, roles included."""


def names(conversation: Conversation, message: Message) -> None:
    """Send who is in channels; of those that the client may not read, the end alone."""
    wanted = message.parameters[0] if message.parameters else "*"
    for each in filter(None, wanted.split(",")):
        try:
            room = named_room(conversation, each)
        except Refusal:
            conversation.session.stream.put(_end(conversation, echoed(each)))
        else:
            send_names(conversation, room)


def send_names(conversation: Conversation, room: Room) -> None:
    """Send who is in a room, and that the list has ended."""
    conversation.in_slices(_slices(conversation, room, members_of(conversation, room)))


def _slices(conversation: Conversation, room: Room, members: Sequence[str]) -> Iterator[bytes]:
    own, channel = conversation.own_format, f"#{room.name}"
    mode = conversation.server.moderation.roles.mode_of(room)
    symbol = "=" if may(Role.EVERYONE, Act.READ, mode) else "@"
    begin = own.numeric(numerics.RPL_NAMREPLY, symbol, channel, text="")
    fits = LINE_BYTES + len(b"\r\n") - len(begin)
    masks = "userhost-in-names" in conversation.client.capabilities
    for some in slices_by_number(members, NAMES_A_SLICE):
        prefixes = prefixes_of(conversation, room, some)
        people = map(own.server.mask, some) if masks else some
        words = [prefixes.get(name, "") + each for name, each in zip(some, people, strict=True)]
        yield b"".join(
            own.numeric(numerics.RPL_NAMREPLY, symbol, channel, text=line)
            for line in _lines(words, fits)
        )
    yield _end(conversation, channel)


def _lines(words: Sequence[str], fits: int) -> Iterator[str]:
    """Yield the words in lines of at most ``fits`` bytes."""
    line: list[str] = []
    left = fits
    for word in words:
        size = size_of(word) + 1
        if line and size > left + 1:
            yield " ".join(line)
            line, left = [], fits
        line.append(word)
        left -= size
    if line:
        yield " ".join(line)


def _end(conversation: Conversation, channel: str) -> bytes:
    text = conversation.session.sentence("irc_end_of_list")
    return conversation.own_format.numeric(numerics.RPL_ENDOFNAMES, channel, text=text)


TABLE: Table = {"NAMES": Command(names, cost=LISTING_COST)}
