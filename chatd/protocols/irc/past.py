"""Past lines of channels, as a client asks for them or is sent them when it joins.

Clients with batches are sent them in one, others as lines that begin with their times. This module
must not know how a part of the past is found.
"""

from __future__ import annotations

from functools import partial

from chatd.chat.actions.enter import RESUMED_LINES
from chatd.formats.irc import HISTORY
from chatd.formats.irc_labels import tagged
from chatd.formats.irc_lines import irc_tag
from chatd.protocols.irc.conversation import Conversation
from chatd.rooms.room import Room


def send_past(conversation: Conversation, room: Room, after: int, upto: int) -> None:
    """Send what was said in a stretch of a room."""
    session, own = conversation.session, conversation.own_format
    batched = "batch" in own.capabilities
    if batched:
        begin_batch(conversation, "chathistory", f"#{room.name}")
    if after < upto:
        format = own.shared.of_history(HISTORY if batched else "")
        session.subscriptions.replay(room, after, upto, partial(session.may_read, room), format)
    if batched:
        end_batch(conversation)


def begin_batch(conversation: Conversation, kind: str, *parameters: str) -> None:
    """Begin the batch of past lines, which has the label of the command if that has one."""
    own, stream = conversation.own_format, conversation.stream
    label = stream.take_label()
    line = own.from_server("BATCH", f"+{HISTORY}", kind, *parameters)
    if label:
        line = tagged(line, irc_tag("label", label))
    stream.put(line)


def end_batch(conversation: Conversation) -> None:
    """End the batch of past lines."""
    conversation.stream.put(conversation.own_format.from_server("BATCH", f"-{HISTORY}"))


def send_recent(conversation: Conversation, room: Room) -> None:
    """Send a client that has joined a room, and does not ask for the past, what was said there.

    An account is sent what it has not read, at most `RESUMED_LINES`; others the last lines.
    """
    server, session = conversation.server, conversation.session
    membership = session.memberships.get(room)
    if membership is None or "draft/chathistory" in conversation.client.capabilities:
        return
    upto = membership.entered_at
    after = max(0, upto - server.moves.recent)
    if session.account is not None:
        read = server.unread.read_marks.of(session.account, room.key)
        if read is not None and read <= upto:
            after = max(read, upto - RESUMED_LINES)
            server.unread.seen(session, room, after)
    if after < upto:
        send_past(conversation, room, after, upto)
