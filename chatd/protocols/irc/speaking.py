"""Speaking: valid text is said in rooms and to people, and a client is told what became of it.

Lines to channels are said at once, one after another, and answered by their receipts. What is said
to a person is done with before the client is read on. A notice is not answered, unless it is lost
after it was taken (RFC 2812 section 3.3.2). This module must not know messages of IRC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chatd.chat.action_queue import Job
from chatd.chat.actions.look import joined_room
from chatd.chat.actions.speak import whisper
from chatd.commands import dispatch
from chatd.commands.password_guard import LETTERS, ODD, STARTS, holds_a_password
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal
from chatd.event import Kind
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_spoken import PRIVATE_MARKS
from chatd.formats.irc_text import typed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.labels import Said, answering
from chatd.rooms.room import Room
from chatd.text.validation import InvalidLine, LineFault, validate_text

_TO_A_SERVICE = re.compile(
    r"\W*(?:(?:msg|query|quote|m)\s+)?(?:nickserv|ns)\s+(?:identify|id|register|ghost)\s",
    re.IGNORECASE,
)
"""The beginning of a line with a password for a service, whose slash is missing."""

_LOST = (ErrorKind.NOT_SAVED, ErrorKind.NOT_KNOWN)
"""The kinds of refusals of what was taken already: the author of a notice is told of them, too."""


WRITTEN_KEPT = 200
"""Most accounts of which it is remembered when a client wrote to them."""


class Saying(NamedTuple):
    """A valid text that a client says by a command. The answer to that has the label."""

    command: str
    kind: Kind
    text: str
    label: str = ""


def saying_of(conversation: Conversation, command: str, text: str, label: str) -> Saying | None:
    """Return what a client says by a text; None for an answer of CTCP. Raises `Refusal`."""
    ctcp, text = typed(text)
    kind = Kind.NOTICE if command == "NOTICE" else Kind.MESSAGE
    if ctcp == "ACTION":
        kind = Kind.ACTION
    elif ctcp is not None:
        if command == "NOTICE":
            return None
        raise Refusal(ErrorKind.WRONG_USE, "irc_no_ctcp")
    limit = conversation.max_length
    try:
        valid = validate_text(text, limit)
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            raise Refusal(ErrorKind.INVALID_MESSAGE, "irc_no_text") from None
        key = LINE_FAULTS[invalid.reason]
        raise Refusal(ErrorKind.INVALID_MESSAGE, key, limit=limit) from None
    if kind is not Kind.ACTION:
        check_for_password(conversation, valid)
    return Saying(command, kind, valid, label)


def check_for_password(conversation: Conversation, text: str) -> None:
    """Raise `Refusal` if a text is nearly a command with a password, of chatd or for a service."""
    accounts = conversation.server.accounts
    guarded = _TO_A_SERVICE.match(text) is not None
    if text[:LETTERS] in STARTS or text[:1] in ODD:
        command = dispatch.parse(text) if text[0] == "/" else None
        guarded |= (
            holds_a_password(text, lambda name: accounts.called(name) is not None)
            if command is None
            else dispatch.takes_password(command[0])
        )
    if guarded:
        raise Refusal(ErrorKind.NOT_SAID, "irc_perhaps_a_password")


def say(conversation: Conversation, saying: Saying, targets: Sequence[str]) -> None:
    """Say a text to channels and people, in order."""
    if len(targets) == 1 and targets[0].startswith("#"):
        _say_in(conversation, saying, targets[0])
    else:
        to_all = partial(_say_to_all, conversation, saying._replace(label=""), targets)
        conversation.answer(saying.label, to_all)


async def _say_to_all(conversation: Conversation, saying: Saying, targets: Sequence[str]) -> None:
    for target in targets:
        if target.startswith("#"):
            _say_in(conversation, saying, target)
        else:
            await _say_to(conversation, saying, target)


def _say_in(conversation: Conversation, saying: Saying, target: str) -> None:
    client, session = conversation.client, conversation.session
    try:
        room = joined_room(conversation.server, session, target)
    except Refusal as why:
        refused = partial(refuse, conversation, saying.command, target, why)
        if saying.label:
            conversation.answer(saying.label, refused)
        else:
            session.queue.when_settled(refused)
        return
    own = None
    if conversation.own_format.apart is not None:
        own = client.own_labels.said(room.key, saying.label, room.head)
    receipt = partial(_told, conversation, saying, target, room, own)
    session.say(saying.text, kind=saying.kind, room=room, receipt=receipt)


def _told(
    conversation: Conversation,
    saying: Saying,
    target: str,
    room: Room,
    own: Said | None,
    result: Sequence[int] | Refusal,
) -> None:
    """Take the receipt of a line that was said in a room."""
    stream, label = conversation.stream, saying.label
    if isinstance(result, Refusal):
        if own is not None:
            conversation.client.own_labels.refused(room.key, own)
        answering(stream, label, partial(refuse, conversation, saying.command, target, result))()
    elif own is not None:
        own.seq = result[0]
    elif label:
        answering(stream, label, _nothing)()


async def _say_to(conversation: Conversation, saying: Saying, target: str) -> None:
    server, session = conversation.server, conversation.session
    mark = PRIVATE_MARKS.get(saying.kind.name, "")
    away = ""
    for line in filter(None, saying.text.split("\n")):
        receipt: Deferred[Sequence[int] | Refusal] = Deferred()
        try:
            whispered = whisper(server, session, target, mark + line, receipt.callback)
        except Refusal as why:
            refuse(conversation, saying.command, target, why)
            return
        if whispered is not None:
            now = int(conversation.own_format.server.now() * 1000)
            conversation.client.sent.add(whispered.name, session.name, now, mark + line)
            away = whispered.away
            continue
        result = await receipt
        if isinstance(result, Refusal):
            refuse(conversation, saying.command, target, result)
            return
        _note_written(conversation, target)
        away = server.sessions.away_text(target)
    if away and saying.command != "NOTICE":
        conversation.numeric(numerics.RPL_AWAY, echoed(target), text=away)


def _note_written(conversation: Conversation, target: str) -> None:
    account = conversation.server.accounts.called(target)
    written = conversation.client.written
    if account is not None:
        written.pop(account.name, None)
        written[account.name] = conversation.server.unread.inboxes.of(account.key).head_time
        if len(written) > WRITTEN_KEPT:
            del written[next(iter(written))]


def refuse(conversation: Conversation, command: str, target: str, why: Refusal) -> Job | None:
    """Tell a client why its text is not said to a target."""
    if command != "NOTICE" or why.kind in _LOST:
        text = conversation.session.sentence(why.key, **why.values)
        code = numerics.ERR_CANNOTSENDTOCHAN
        if why.kind is ErrorKind.NOBODY:
            code = numerics.ERR_NOSUCHNICK
        conversation.numeric(code, echoed(target), text=text)
    return None


def _nothing() -> None:
    """Do nothing: the command has no answer."""
