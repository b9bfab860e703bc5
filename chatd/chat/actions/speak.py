"""Speaking: lines, acts and topics in a room, and private lines.

Nothing here waits, except for a line with an idempotency key, which is said once however often its
client sends it (`chatd.chat.idempotency`). A session that may not speak receives an error for each
line, in order with the receipts of the lines before. Plain lines of a connection go to
`Session.say` at once: `speak` adds nothing to it but a name, and a line passes no more calls than
it must.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chatd.chat.action_queue import Receipt
from chatd.chat.idempotency import Found, KeyOwner, account_owner, browser_owner, session_owner
from chatd.chat.paste import Paste
from chatd.chat.permissions import Act
from chatd.chat.private_lines import takes_from
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import PRIVATE_LINE, Call, Kind
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET
from chatd.util.budget_table import Kind as Budgeted

KINDS: Mapping[str, Kind] = {"message": Kind.MESSAGE, "notice": Kind.NOTICE}
"""The kinds that a program may give its lines, by their names."""


def speak(
    session: Session, *texts: str, room: Room | None = None, receipt: Receipt | None = None
) -> None:
    """Say valid lines in a room, or in the one that the session's input is meant for."""
    session.say(*texts, room=room, receipt=receipt)


def act(
    session: Session, text: str, *, room: Room | None = None, receipt: Receipt | None = None
) -> None:
    """Say a line as an act of its author, in a room or in the session's own."""
    session.say(text, kind=Kind.ACTION, room=room, receipt=receipt)


def speak_in(server: ChatServer, session: Session, wanted: str, text: str) -> None:
    """Say a line in the room of that name, which the session need not be in. Raises `Refusal`."""
    speak(session, text, room=server.rooms.called(wanted, session))
    _settle(session)


def begin_paste(session: Session) -> None:
    """Let the next lines of a session be one message, for the room that it is in.

    They are taken also if the session may not speak: a refusal comes at the end, so that no line is
    a command. Raises `Refusal` for a session that needs no paste.
    """
    if session.subscriptions.multi_room:
        raise Refusal(ErrorKind.WRONG_USE, "no_paste_here")
    session.prompt.collect(Paste(session.room))


def say_pasted(session: Session, message: str, room: Room | None) -> None:
    """Say a valid message of several lines in the room for which it was begun.

    The session is told why if it is not said.
    """
    if not message:
        session.answer("paste_is_blank")
    elif room is not None and not session.joined.is_in(room):
        session.error(ErrorKind.NOT_SAID, "paste_elsewhere", room=room.name)
    else:
        session.say(message, room=room)


async def speak_once(
    server: ChatServer, session: Session, room: Room, text: str, key: str, kind: Kind
) -> Sequence[int] | Refusal:
    """Say a valid line in a room, unless it was said with that idempotency key before.

    Returns and raises as `IdempotencyKeys.say` does.
    """
    return await server.idempotency.say(session, room, [text], _owner_of(session), key, kind)


def was_said(server: ChatServer, session: Session, key: str) -> bool:
    """Return True if a session's client said a line with that idempotency key before."""
    return server.idempotency.knows(_owner_of(session), key)


async def find_said(
    server: ChatServer, session: Session, wanted: str, text: str, key: str, kind: Kind
) -> Found | None:
    """Return the place of a line that was said with that idempotency key before.

    ``wanted`` is the name of its room, or "". Returns and raises as `IdempotencyKeys.find` does.
    """
    return await server.idempotency.find(session, _owner_of(session), key, wanted, [text], kind)


def _owner_of(session: Session) -> KeyOwner:
    """Return the owner of the keys of a session.

    It is the browser, if the session is known to be one's, because the user may have signed in or
    out since a line was first sent.
    """
    if session.identity.client_id:
        return browser_owner(session.identity.client_id, session.network)
    if session.account is not None:
        return account_owner(session.account)
    return session_owner(session.number, session.network)


def set_topic(
    server: ChatServer, session: Session, room: Room, topic: str, receipt: Receipt | None = None
) -> None:
    """Set the topic of a room; "" takes it away. Raises `Refusal`."""
    server.moderation.check(session, room, Act.TOPIC)
    session.say(topic, kind=Kind.TOPIC, room=room, receipt=receipt)
    _settle(session)


class Whispered(NamedTuple):
    """A private line that guests received at once: their name, and their away text or ""."""

    name: str
    away: str


def whisper(
    server: ChatServer, session: Session, receiver: str, text: str, receipt: Receipt | None = None
) -> Whispered | None:
    """Say a private line to the account or guest of that name.

    A line to an account is stored in its inbox, and the session is told of it when that is done:
    None is returned, and the ``receipt`` is given then. A line to guests is held in memory only.
    Raises `Refusal`.
    """
    server.private_lines.check(session)
    account = server.accounts.called(receiver)
    if account is not None:
        receivers = server.unread.sessions(account.key)
        # A setting that is not stored is that of a session, which had it before it logged in.
        settings = [each.subscriptions.settings for each in receivers] or [NOTHING_SET]
        if not all(takes_from(session, each.with_kept(account.settings)) for each in settings):
            raise _takes_no_guests(account.name)
        if not receivers:
            server.spending.charge(session, (Budgeted.ABSENT, 1))
        server.unread.say_to(session, account.key, text, receipt)
        _settle(session)
        return None
    others = server.sessions.reachable(receiver)
    elsewhere = server.roster.reachable(receiver)
    if not (others or elsewhere):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(receiver))
    name = server.sessions.name_of(receiver)
    others = [each for each in others if takes_from(session, each.subscriptions.settings)]
    elsewhere = [each for each in elsewhere if takes_from(session, each.visit)]
    if not (others or elsewhere):
        raise _takes_no_guests(name)
    received = [other.subscriptions.receive(session.name, text) for other in others]
    if others and not any(received):
        raise Refusal(ErrorKind.INBOX_FULL, "inbox_full", name=name)
    by = session.number if len(elsewhere) == 1 and not others else 0
    for remote in elsewhere:
        server.store.append(Call(remote.number, PRIVATE_LINE, session.name, text, by=by))
    if not session.identity.has_spoken:
        session.identity.note_spoken()
    session.stream.put(session.replies.format.private(session.name, text, name))
    return Whispered(name, server.sessions.away_text(name))


def _takes_no_guests(name: str) -> Refusal:
    return Refusal(ErrorKind.NOT_ALLOWED, "takes_no_guests", name=name)


def _settle(session: Session) -> None:
    # The receipt of this line comes before that of the session's next one.
    session.queue.when_settled(_wait)


def _wait() -> None:
    """Do nothing: the session waits until its lines are settled."""
