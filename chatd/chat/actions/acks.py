"""Acks: alerts that a person takes on, and questions that a person has read.

An ack is a remark in the log, and for an alert that goes on a change of its record, too: both are
stored or neither is. So what the list says of who has an alert is in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chatd.chat.actions.look import nothing_to_check, room_to_read
from chatd.chat.actions.once import Made, remark_once
from chatd.chat.actions.remarks import Choice, check_remarks, excerpt_of, line_named
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.idempotency import Keep, Request, keep_nothing
from chatd.chat.key_owners import ClientKey
from chatd.chat.open_alerts import OpenAlert
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import SPOKEN, Event, Kind
from chatd.remarks import Remark
from chatd.rooms.room import Room
from chatd.text.folding import fold
from chatd.webhooks.incoming.alerts import alert_in

ACKS_LOOKED_AT = 100
"""The number of the last acks that are looked at for those who have read a question."""


class WhichAlert(Refusal):
    """The refusal of an ack that could be of several ``alerts``."""

    def __init__(self, room: Room, alerts: Sequence[OpenAlert]) -> None:
        super().__init__(
            ErrorKind.WRONG_USE,
            "which_alert",
            room=room.name,
            alerts=len(alerts),
            number=alerts[0].record.number,
        )
        self.alerts = alerts


class Acks(NamedTuple):
    """The alerts of a room that go on, the oldest first, and who has read its open questions.

    Those are the names by the words of each question.
    """

    room: Room
    alerts: Sequence[OpenAlert]
    read: Mapping[str, Sequence[str]]


async def ack(
    server: ChatServer,
    session: Session,
    room: Room,
    line: int | str | None,
    words: str = "",
    check: Callable[[], None] = nothing_to_check,
    keep: Keep = keep_nothing,
) -> Remark:
    """Tell a room that a person has an alert, or has read a question.

    ``line`` is the seq of any line that was said, or a word in the line of an alert. Without it,
    it is the only alert without a person, or the only one; if no alert goes on, the last line of a
    hook or question. ``check`` is called after each wait, and raises if the session has ended.
    Return the ack once it is on disk and shown. Raises `Refusal`, `WhichAlert` in particular, and
    `StoreError`.
    """
    check_remarks(server, session, room)
    alert = _alert_named(server, session, room, line)
    if alert is not None:
        record = alert.record
        remark = Remark("ack", alert.line, record.hook, record.excerpt, words)
        put = server.open_alerts.take(alert, session.name, words)
        await server.deeds.remark(session, room, Kind.ACK, remark, put, *keep(room))
    else:
        event = await _line_to_ack(server, session, room, line)
        check()
        check_remarks(server, session, room)  # still
        is_read = event.kind is Kind.QUESTION
        remark = Remark(
            "read" if is_read else "ack", event.seq, event.author, excerpt_of(event), words
        )
        await server.deeds.remark(session, room, Kind.ACK, remark, *keep(room))
    check()
    return remark


async def ack_once(
    server: ChatServer,
    session: Session,
    wanted: str,
    seq: int | None,
    words: str,
    key: ClientKey | None,
    check: Callable[[], None] = nothing_to_check,
) -> Made:
    """Tell the room of that name that a person has an alert, once with its key: see `ack`."""

    async def do(room: Room, keep: Keep) -> Remark:
        return await ack(server, session, room, seq, words, check, keep)

    request = Request(Kind.ACK, (seq, words), wanted)
    return await remark_once(server, session, key, request, do, check)


def alerts_of(server: ChatServer, session: Session, room: Room) -> list[OpenAlert]:
    """Return the alerts that go on in a room, the oldest first. Raises `Refusal`."""
    room_to_read(server, session, room)
    ignored = session.subscriptions.view.ignored
    found = server.open_alerts.of(room)
    return [each for each in found if fold(each.record.hook) not in ignored]


async def acks_of(server: ChatServer, session: Session, room: Room) -> Acks:
    """Return the alerts of a room, and who has read its questions.

    Raises `Refusal` and `StoreError`.
    """
    alerts = alerts_of(server, session, room)
    open_questions = {
        each.record.seq: each.record.words for each in server.questions.of(room) if each.record.open
    }
    read: dict[str, list[str]] = {}
    if open_questions:
        asker, view = session.identity.asker, session.subscriptions.view
        events = await room.reader.remarks(Kind.ACK, room.head, ACKS_LOOKED_AT, asker)
        session.stream.meter.read(len(events))
        server.moderation.check(session, room, Act.READ)  # still
        for event in reversed(events):
            words = open_questions.get(_question_of(event))
            if words is not None and not view.ignores(event):
                names = read.setdefault(words, [])
                if event.author not in names:
                    names.append(event.author)
    return Acks(room, alerts, read)


def _alert_named(
    server: ChatServer, session: Session, room: Room, line: int | str | None
) -> OpenAlert | None:
    """Return the alert that a person means; None if it is none. Raises `WhichAlert`."""
    alerts = alerts_of(server, session, room)
    if isinstance(line, int):
        return next((each for each in alerts if each.line == line), None)
    if isinstance(line, str):
        word = fold(line)
        found = [each for each in alerts if word in fold(each.record.excerpt)]
    else:
        found = [each for each in alerts if not each.record.by] or alerts
    if len(found) > 1:
        raise WhichAlert(room, found)
    return found[0] if found else None


async def _line_to_ack(
    server: ChatServer, session: Session, room: Room, line: int | str | None
) -> Event:
    found = await line_named(server, session, room, line, _ACKED)
    if line is None and _is_over(found):
        raise Refusal(ErrorKind.NO_LINE, _ACKED.none, room=room.name)
    return found


def _is_acked_by_default(event: Event) -> bool:
    """Return True for a question, and for a line of a hook, which is of no session."""
    of_hook = event.kind is Kind.NOTICE and event.session == NO_SESSION
    return of_hook or event.kind is Kind.QUESTION


_ACKED = Choice((*SPOKEN, Kind.QUESTION), _is_acked_by_default, "no_alert")


def _is_over(event: Event) -> bool:
    """Return True for a line of a hook that says that an alert is over."""
    alert = alert_in(event.text) if event.kind is Kind.NOTICE else None
    return alert is not None and alert.is_resolved


def _question_of(event: Event) -> int:
    """Return the seq of the question that an ack says was read; 0 for another ack."""
    try:
        remark = Remark.of(event.text)
    except ValueError:  # not stored by chatd
        return 0
    return remark.seq if remark.verb == "read" else 0
