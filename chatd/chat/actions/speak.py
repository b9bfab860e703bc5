"""Speaking: lines, acts and topics in a room, and private lines.

Nothing here waits, except for a line with an idempotency key, which is said once however often its
client sends it (`chatd.chat.idempotency`). A session that may not speak receives an error for each
line, in order with the receipts of the lines before. Plain lines of a connection go to
`Session.say` at once: `speak` adds nothing to it but a name, and a line passes no more calls than
it must.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from chatd.accounts.accounts import Account
from chatd.chat.action_queue import Receipt
from chatd.chat.idempotency import Keep, Request
from chatd.chat.key_owners import key_of_session
from chatd.chat.keyed_lines import Begun, Found
from chatd.chat.paste import Paste
from chatd.chat.permissions import Act
from chatd.chat.private_lines import takes_from
from chatd.chat.roster import RemoteSession
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import PRIVATE_LINE, Call, Kind
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from chatd.text.folding import fold
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

    Returns the result, and raises, as `KeyedLines.say` does.
    """
    own = key_of_session(session, key)
    return (await server.keyed_lines.say(session, room, [text], own, kind)).result


def was_said(server: ChatServer, session: Session, key: str) -> bool:
    """Return True if a session's client used that idempotency key before."""
    own = key_of_session(session, key)
    return own is not None and server.idempotency.knows(own)


async def find_said(
    server: ChatServer, session: Session, wanted: str, text: str, key: str, kind: Kind
) -> Found | None:
    """Return the place of a line that was said with that idempotency key before.

    ``wanted`` is the name of its room, or "". Returns and raises as `KeyedLines.find` does.
    """
    own = key_of_session(session, key)
    if own is None:
        return None
    return await server.keyed_lines.find(session, own, wanted, [text], kind)


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
    if account is None:
        return _tell_guests(server, session, receiver, text)
    _check_receiver(server, session, account)
    server.unread.say_to(session, account.key, text, receipt)
    _settle(session)
    return None


async def whisper_once(
    server: ChatServer, session: Session, receiver: str, text: str, key: str
) -> str:
    """Say a private line, once with its key: see `whisper`. Return the name of the receiver.

    A line to an account is on disk then. Guests are sent one once its key is on disk, so that none
    comes twice. Raises `Refusal`.
    """

    async def do(keep: Keep) -> Begun | None:
        server.private_lines.check(session)
        account = server.accounts.called(receiver)
        if account is None:
            _guests_called(server, session, receiver)
            await change(server.store, *keep())
            _tell_guests(server, session, receiver, text)
            return None
        _check_receiver(server, session, account)
        inbox = server.unread.inboxes.of(account.key)
        say = partial(server.unread.say_to, session, account.key, text)
        return await server.keyed_lines.begin(session, inbox, say, keep)

    own, request = key_of_session(session, key), Request(Kind.PRIVATE, (fold(receiver), text))
    pay = partial(server.spending.charge, session)
    try:
        begun = await server.idempotency.once(own, request, session.number, pay, do)
    except StoreError as error:
        raise error.line_refusal.anew() from None
    if isinstance(begun, Begun) and begun.is_told:
        result = await begun.receipt
        if isinstance(result, Refusal):
            raise result.anew()
    account = server.accounts.called(receiver)
    return server.sessions.name_of(receiver) if account is None else account.name


def _check_receiver(server: ChatServer, session: Session, account: Account) -> None:
    """Raise `Refusal` if an account takes no private line of a session.

    One to an account that is not here counts in a budget.
    """
    receivers = server.unread.sessions(account.key)
    # A setting that is not stored is that of a session, which had it before it logged in.
    settings = [each.subscriptions.settings for each in receivers] or [NOTHING_SET]
    if not all(takes_from(session, each.with_kept(account.settings)) for each in settings):
        raise _takes_no_guests(account.name)
    if not receivers:
        server.spending.charge(session, (Budgeted.ABSENT, 1))


class _Guests(NamedTuple):
    """The sessions of guests of a name who take a private line: here, and at other nodes."""

    name: str
    here: Sequence[Session]
    elsewhere: Sequence[RemoteSession]


def _guests_called(server: ChatServer, session: Session, receiver: str) -> _Guests:
    """Return those who are sent a private line of a session to a guest. Raises `Refusal`."""
    others = server.sessions.reachable(receiver)
    elsewhere = server.roster.reachable(receiver)
    if not (others or elsewhere):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=short(receiver))
    name = server.sessions.name_of(receiver)
    others = [each for each in others if takes_from(session, each.subscriptions.settings)]
    elsewhere = [each for each in elsewhere if takes_from(session, each.visit)]
    if not (others or elsewhere):
        raise _takes_no_guests(name)
    return _Guests(name, others, elsewhere)


def _tell_guests(server: ChatServer, session: Session, receiver: str, text: str) -> Whispered:
    """Send a private line to the guests of that name. Raises `Refusal`."""
    name, others, elsewhere = _guests_called(server, session, receiver)
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
