"""The verbs of an incident: ``decide`` and ``decisions``, ``take`` and ``alerts``.

This module must not know how its answers are sent.
"""

from __future__ import annotations

from chatd.chat.actions import acks, decisions, history
from chatd.chat.actions.look import room_called
from chatd.chat.actions.remarks import valid_words
from chatd.chat.key_owners import key_of_session
from chatd.formats.json import event_members
from chatd.protocols.live.conversation import Conversation
from chatd.protocols.live.members import Members, id_of, key_in, number_in, text_in
from chatd.storage.contract import StoreError


def _named(conversation: Conversation, members: Members) -> tuple[str, int | None, str]:
    """Return the room, by its name, the seq of the line, if one is named, and the words."""
    seq = None if members.get("seq") is None else number_in(members, "seq")
    words = valid_words(text_in(members, "words", ""), conversation.max_length)
    return text_in(members, "room"), seq, words


async def decide(conversation: Conversation, members: Members) -> None:
    """Keep a line of a room as a decision."""
    server, session = conversation.server, conversation.session
    key = key_of_session(session, key_in(members))
    made = await decisions.decide_once(server, session, *_named(conversation, members), key)
    decision = None if made.remark is None else made.remark._asdict()
    conversation.tell("decided", id=id_of(members), room=made.room, decision=decision)


async def list_decisions(conversation: Conversation, members: Members) -> None:
    """Send decisions of a room, the newest first."""
    server, session = conversation.server, conversation.session
    room = room_called(server, session, text_in(members, "room"))
    limit = number_in(members, "limit", decisions.DECISIONS_ASKED)
    limit = max(1, min(limit, decisions.DECISIONS_GIVEN))
    before = number_in(members, "before", room.head + 1)
    try:
        found = await decisions.decisions_before(server, session, room, before, limit)
    except StoreError:
        raise history.not_readable(1, room.head) from None
    conversation.tell(
        "decisions",
        id=id_of(members),
        room=room.name,
        **({"next": found.next} if found.next else {}),
        events=[event_members(event, session.language) for event in found.events],
    )


async def take(conversation: Conversation, members: Members) -> None:
    """Tell a room that the session's person has an alert, or has read a question."""
    server, session = conversation.server, conversation.session
    key = key_of_session(session, key_in(members))
    made = await acks.ack_once(server, session, *_named(conversation, members), key)
    ack = None if made.remark is None else made.remark._asdict()
    conversation.tell("taken", id=id_of(members), room=made.room, ack=ack)


def list_alerts(conversation: Conversation, members: Members) -> None:
    """Send the alerts that go on in a room, the oldest first."""
    server, session = conversation.server, conversation.session
    room = room_called(server, session, text_in(members, "room"))
    alerts = [each.members for each in acks.alerts_of(server, session, room)]
    conversation.tell("alerts", id=id_of(members), room=room.name, alerts=alerts)
