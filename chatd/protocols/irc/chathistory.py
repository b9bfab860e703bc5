"""CHATHISTORY: the past of channels and of talks with one person (IRCv3 chathistory).

Messages are named by their ids or by times. This module must not know how a message is rendered,
nor who may read a channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chatd.chat.actions.costs import PAGING_COST
from chatd.chat.actions.look import joined_room, room_to_read
from chatd.chat.actions.past_messages import Bounds, Found, Messages
from chatd.errors import Refusal
from chatd.formats.irc import HISTORY
from chatd.formats.irc_labels import tagged
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_tags import server_time, time_of
from chatd.protocols.irc import talks
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.past import begin_batch, end_batch, send_past
from chatd.protocols.irc.talks import Place
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError

CHATHISTORY_LIMIT = 1000
"""Most messages, or targets, of one answer."""

_MSGID = re.compile(r"msgid=(\d{1,15})-(.+)", re.ASCII)


class _Wrong(Exception):
    """A command that cannot be answered: the code of the FAIL, and its parameters."""

    def __init__(self, code: str, *parameters: str) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


class _Wanted(NamedTuple):
    """A part of the past: the subcommand, in capitals, the places that it names, the limit."""

    subcommand: str
    places: Sequence[Place]
    limit: int


async def chathistory(conversation: Conversation, message: Message) -> None:
    """Send a part of the past."""
    subcommand, *rest = message.parameters
    subcommand = subcommand.upper()
    try:
        if subcommand not in _PLACES:
            raise _Wrong("UNKNOWN_COMMAND", echoed(subcommand))
        targets = 0 if subcommand == "TARGETS" else 1
        places = _PLACES[subcommand]
        if len(rest) < targets + places + 1:
            raise _Wrong("INVALID_PARAMS", subcommand)
        named = [_place(subcommand, each) for each in rest[targets : targets + places]]
        wanted = _Wanted(subcommand, named, _limit(subcommand, rest[targets + places]))
        if subcommand == "TARGETS":
            await _send_targets(conversation, wanted)
        else:
            await _send(conversation, rest[0], wanted)
    except _Wrong as wrong:
        text = conversation.session.sentence("irc_history_wrong")
        conversation.fail("CHATHISTORY", wrong.code, *wrong.parameters, text=text)
    except StoreError:
        text = conversation.session.sentence("irc_history_not_read")
        conversation.fail("CHATHISTORY", "MESSAGE_ERROR", subcommand, echoed(rest[0]), text=text)


def _place(subcommand: str, written: str) -> Place:
    if written == "*" and subcommand == "LATEST":
        return Place()
    if found := _MSGID.fullmatch(written):
        return Place(seq=int(found[1]), log=found[2])
    key, _, value = written.partition("=")
    if key == "timestamp" and (time := time_of(value)) is not None:
        return Place(time=time)
    code = "INVALID_PARAMS" if key in ("msgid", "timestamp") else "INVALID_MSGREFTYPE"
    raise _Wrong(code, subcommand, echoed(written))


def _limit(subcommand: str, written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 10 and int(written)):
        raise _Wrong("INVALID_PARAMS", subcommand, echoed(written))
    return min(int(written), CHATHISTORY_LIMIT)


async def _send(conversation: Conversation, target: str, wanted: _Wanted) -> None:
    server, session = conversation.server, conversation.session
    try:
        if not target.startswith("#"):
            await talks.send_talk(conversation, target, *wanted)
            return
        room = joined_room(server, session, target)
        room_to_read(server, session, room)
        found = await _find(Messages(session, room), room, wanted)
        room_to_read(server, session, room)  # still
    except Refusal:
        raise _Wrong("INVALID_TARGET", wanted.subcommand, echoed(target)) from None
    send_past(conversation, room, found.after, found.upto)


async def _find(messages: Messages, room: Room, wanted: _Wanted) -> Found:
    subcommand, places, limit = wanted
    head = room.head
    bounds = [await _bounds(messages, room, wanted, place) for place in places]
    one, other = bounds[0], bounds[-1]
    if subcommand == "LATEST":
        return await messages.last(one.upto, head, limit)
    if subcommand == "BEFORE":
        return await messages.last(0, one.before, limit)
    if subcommand == "AFTER":
        return await messages.first(one.upto, head, limit)
    if subcommand == "AROUND":
        return await messages.around(one, limit)
    if one.before <= other.before:
        return await messages.first(one.upto, other.before, limit)
    return await messages.last(other.upto, one.before, limit)


async def _bounds(messages: Messages, room: Room, wanted: _Wanted, place: Place) -> Bounds:
    if place.time is not None:
        return await messages.at_time(place.time)
    if place.seq and place.log != room.key:
        raise _Wrong("INVALID_PARAMS", wanted.subcommand, echoed(f"msgid={place.seq}-{place.log}"))
    return await messages.at_seq(place.seq) if place.seq else Bounds(0, 0)


async def _send_targets(conversation: Conversation, wanted: _Wanted) -> None:
    """Send the channels and people with whom there was talk between two times, the oldest first."""
    one, other = (place.time for place in wanted.places)
    if one is None or other is None:
        raise _Wrong("INVALID_PARAMS", wanted.subcommand)
    latest = {f"#{room.name}": room.head_time for room in conversation.session.memberships}
    latest |= await talks.latest(conversation)
    first, last = sorted((one, other))
    found = sorted((time, name) for name, time in latest.items() if first < time < last)
    batched = "batch" in conversation.client.capabilities
    if batched:
        begin_batch(conversation, "draft/chathistory-targets")
    own = conversation.own_format
    for time, name in found[: wanted.limit]:
        line = own.from_server("CHATHISTORY", "TARGETS", name, server_time(time))
        if batched:
            line = tagged(line, f"batch={HISTORY}")
        conversation.stream.put(line)
    if batched:
        end_batch(conversation)


_PLACES = {"LATEST": 1, "BEFORE": 1, "AFTER": 1, "AROUND": 1, "BETWEEN": 2, "TARGETS": 2}
"""The subcommands, with the number of places that each names."""

TABLE: Table = {"CHATHISTORY": Command(chathistory, least=1, cost=PAGING_COST)}
