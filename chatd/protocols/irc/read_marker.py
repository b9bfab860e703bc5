"""MARKREAD: up to which time a person has read a channel (IRCv3 read-marker).

The marker of an account is its read mark, which all of its clients share. Those of guests, and of
talks with one person, are of one connection. This module must not know how marks are stored.
"""

from __future__ import annotations

from chatd.chat.actions.catch_up import mark_time, marked_time
from chatd.chat.read_marks import ReadMark, known_time
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_tags import marker, time_of
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.rooms.room import Room
from chatd.text.folding import fold

READ_MARKER = "draft/read-marker"
"""The capability."""

MARKERS_KEPT = 200
"""Most markers of one connection that are no read marks of an account."""

_PREFIX = "timestamp="


async def markread(conversation: Conversation, message: Message) -> None:
    """Tell the marker of a target, or move it."""
    if not message.parameters or not message.parameters[0]:
        text = conversation.session.sentence("irc_needs_parameters")
        conversation.fail("MARKREAD", "NEED_MORE_PARAMS", text=text)
        return
    target, *rest = message.parameters
    time = None
    if rest:
        time = time_of(rest[0].removeprefix(_PREFIX)) if rest[0].startswith(_PREFIX) else None
        if time is None:
            text = conversation.session.sentence("irc_marker_invalid")
            conversation.fail("MARKREAD", "INVALID_PARAMS", echoed(target), text=text)
            return
    room = _room_of_account(conversation, target)
    if room is not None:
        await _of_account(conversation, room, time)
        return
    markers, key = conversation.client.markers, fold(target)
    if time is not None:
        markers[key] = max(time, markers.get(key, 0))
        if len(markers) > MARKERS_KEPT:
            del markers[next(iter(markers))]
    _tell(conversation, echoed(target), markers.get(key))


async def _of_account(conversation: Conversation, room: Room, time: int | None) -> None:
    server, session = conversation.server, conversation.session
    if time is None:
        _tell(conversation, f"#{room.name}", await marked_time(server, session, room))
        return
    before = _mark(conversation, room)
    now = await mark_time(server, session, room, time)
    after = _mark(conversation, room)
    if after is None or after == before or not known_time(after, room):
        _tell(conversation, f"#{room.name}", now)  # else all sessions of the account were told


async def tell_on_join(conversation: Conversation, room: Room) -> None:
    """Tell a client that has joined a room the marker, unless it was told as it entered.

    Raises `StoreError`.
    """
    if READ_MARKER not in conversation.client.capabilities:
        return
    mark = _mark(conversation, room)
    if mark is not None and known_time(mark, room):
        return
    time = conversation.client.markers.get(f"#{room.key}")
    if conversation.session.account is not None:
        time = await marked_time(conversation.server, conversation.session, room)
    _tell(conversation, f"#{room.name}", time)


def _room_of_account(conversation: Conversation, target: str) -> Room | None:
    """Return the room with a read mark of the client's account; None for other markers."""
    server, session = conversation.server, conversation.session
    if session.account is None or not target.startswith("#"):
        return None
    room = server.rooms.find(target, session)
    return room if room is not None and session.may_read(room) else None


def _mark(conversation: Conversation, room: Room) -> ReadMark | None:
    account = conversation.session.account
    marks = conversation.server.unread.read_marks
    return None if account is None else marks.mark(account, room.key)


def _tell(conversation: Conversation, target: str, time: int | None) -> None:
    conversation.from_server("MARKREAD", target, marker(time))


TABLE: Table = {"MARKREAD": Command(markread)}
