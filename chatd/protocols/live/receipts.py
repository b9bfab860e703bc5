"""Lines of a client that are acknowledged, and that may be sent again with the same key.

Each line that is said gets a receipt: ``ack`` with its seq, ``refused``, or ``unsure`` if it is not
known which. A line with an idempotency key is said once however often it is sent. This module must
not know frames.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.chat.actions.speak import find_said, speak_once, was_said
from chatd.chat.keyed_lines import Found
from chatd.commands import dispatch
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal
from chatd.event import Kind
from chatd.protocols.live.members import WrongMessage
from chatd.protocols.transport import typed_text
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.messages import InvalidMessage, validate_message
from chatd.text.validation import InvalidLine, LineFault, validate_text

MessageId = str | int | None
"""The id that a client gave a message, by which it knows the answers; None for none."""


class Answerer(typed_text.Speaker, Protocol):
    """The handler of the client that types, which sends messages to it."""

    def tell(self, type: str, **members: Any) -> None: ...

    def tell_error(self, id: MessageId, error: WrongMessage | Refusal | StoreError) -> None: ...

    def item_failed(self) -> None: ...


class LineReceipts:
    """Says the lines of one client, and tells it what became of each."""

    __slots__ = ("_answerer",)

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def say(self, text: str, kind: Kind, room: Room | None, id: MessageId, key: str | None) -> None:
        """Say a valid line in a room. A line with a ``key`` is said once."""
        server, session = self._answerer.server, self._answerer.session
        if key is None or room is None:
            receipt = partial(self._acknowledge, room, id)
            session.say(text, kind=kind, room=room, receipt=receipt)
            return
        said = Deferred.fromCoroutine(speak_once(server, session, room, text, key, kind))
        said.addCallbacks(partial(self._acknowledge, room, id), partial(self._not_said, id))
        said.addErrback(self._failed)

    def take_message(
        self, text: str, kind: Kind, room: Room | None, id: MessageId, key: str | None
    ) -> None:
        """Say a message of several lines, none of which is a command, unless a question is open."""
        answerer = self._answerer
        answerer.charge(text.count("\n"))
        try:
            if answerer.session.prompt.pending is not None:
                raise Refusal(ErrorKind.INVALID_MESSAGE, "not_one_line")
            message = typed_text.message_in(answerer, text)
        except Refusal as refusal:
            self._refuse_later(id, refusal)
            return
        if message:
            answerer.when_said(lambda: self.say(message, kind, room, id, key))
        else:
            self._refuse_later(id)

    def refuse_invalid(self, fault: LineFault, id: MessageId) -> None:
        """Tell the client that an invalid line is not said, and why, unless it is blank."""
        if fault is LineFault.BLANK:
            self._refuse_later(id)
            return
        not_text = fault is LineFault.NOT_UTF8  # half of a pair of surrogates
        key = "not_text" if not_text else LINE_FAULTS[fault]
        self._refuse_later(id, WrongMessage(key, limit=self._answerer.max_length))

    def _refuse_later(self, id: MessageId, why: WrongMessage | Refusal | None = None) -> None:
        """Tell the client, after all lines before, that a line is not said."""
        answerer = self._answerer
        if why is not None:
            answerer.when_said(lambda: answerer.tell_error(id, why))
        answerer.when_said(lambda: self.refuse(id))

    def answer_again(
        self,
        room: str,
        text: str,
        id: MessageId,
        key: str,
        kind: Kind | None,
        otherwise: Callable[[], None],
    ) -> bool:
        """Acknowledge a line that was said with its key before. Return False if none was.

        If the line before was on its way and cannot be stored, do ``otherwise``, unless the session
        has ended by then.
        """
        server, session = self._answerer.server, self._answerer.session
        if session.prompt.pending is not None or not was_said(server, session, key):
            return False
        try:
            said, kind = _said_in(text, self._answerer.max_length, session.text_only, kind)
        except (InvalidLine, InvalidMessage):
            return False
        found = Deferred.fromCoroutine(find_said(server, session, room, said, key, kind))
        found.addCallback(partial(self._found, id, otherwise))
        found.addErrback(partial(self._not_said, id))
        found.addErrback(self._failed)
        return True

    def refuse(self, id: MessageId) -> None:
        """Tell the client that a line is not said."""
        self._answerer.tell("refused", id=id)

    def _found(self, id: MessageId, otherwise: Callable[[], None], found: Found | None) -> None:
        if found is not None:
            self._tell_where(id, found.room, found.seqs)
        elif not self._answerer.session.stream.finished:  # it may have ended meanwhile
            otherwise()

    def _acknowledge(
        self, room: Room | None, id: MessageId, result: Sequence[int] | Refusal
    ) -> None:
        if isinstance(result, Refusal):
            self._tell_why_not(id, result)
        elif room is None:
            self.refuse(id)
        else:
            self._tell_where(id, room.name, result)

    def _tell_why_not(self, id: MessageId, why: Refusal) -> None:
        self._answerer.tell_error(id, why)
        self._answerer.tell("unsure" if why.kind is ErrorKind.NOT_KNOWN else "refused", id=id)

    def _tell_where(self, id: MessageId, room: str, seqs: Sequence[int]) -> None:
        self._answerer.tell("ack", id=id, room=room, seq=seqs[0] if seqs else None)

    def _not_said(self, id: MessageId, failure: Failure) -> None:
        failure.trap(Refusal, StoreError)
        error = cast("Refusal | StoreError", failure.value)
        self._tell_why_not(id, error.refusal if isinstance(error, StoreError) else error)

    def _failed(self, failure: Failure) -> None:
        try:
            failure.raiseException()
        except Exception:
            self._answerer.item_failed()  # reports the error that is being handled


def _said_in(text: str, max_length: int, text_only: bool, kind: Kind | None) -> tuple[str, Kind]:
    """Return what a text says, if it is no command but ``/me``, and its kind.

    A text that is given a ``kind`` is said as it is. Raises `InvalidMessage` and `InvalidLine`.
    """
    if "\n" in text:
        return validate_message(text, max_length), kind or Kind.MESSAGE
    text = validate_text(text, max_length)
    if kind is not None:
        return text, kind
    action = None if text_only else dispatch.action_in(text)
    if action is not None:
        return action, Kind.ACTION
    return (text if text_only else dispatch.text_of(text)), Kind.MESSAGE
