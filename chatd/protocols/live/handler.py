"""The handler of a client that speaks live messages: JSON objects in, and out.

A message asks for a verb (`chatd.protocols.live.verbs`); a line that was typed is handled as one of
a terminal is. Classes derived from `LiveHandler` say how messages come and go. This module must not
know what a verb does, nor the bytes around a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from math import inf
from typing import Any, TypeVar, cast

from twisted.internet.interfaces import IReactorTime

from chatd.chat.action_queue import Action, Job
from chatd.chat.server import ChatServer
from chatd.commands import dispatch
from chatd.errors import ErrorKind, Refusal
from chatd.event import Kind
from chatd.formats.base import Format
from chatd.formats.envelopes import Envelope
from chatd.formats.json import JsonFormat
from chatd.i18n import Language
from chatd.protocols.live import verbs
from chatd.protocols.live.greeting import LiveBeginning
from chatd.protocols.live.members import Members, WrongMessage, id_of
from chatd.protocols.live.receipts import LineReceipts, MessageId
from chatd.protocols.live.verbs import Verb
from chatd.protocols.transport import typed_text
from chatd.protocols.transport.handler import Decoder
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.json_input import decode_json
from chatd.text.messages import MOST_MESSAGE_BYTES
from chatd.text.validation import InvalidLine, validate_text

ESCAPED = 6
"""Most characters that one character of a line takes in JSON: ``\\uXXXX``."""

MESSAGE_CHARACTERS = 3 * MOST_MESSAGE_BYTES
"""Most characters that a message of several lines takes in JSON: ``\\uXXXX`` for each two bytes."""

AROUND = 1024
"""Most characters of a message beside the lines in it."""

M = TypeVar("M")


@cache
def most_characters(max_length: int) -> int:
    """Return the most characters of a message to a server with lines of so many."""
    return max(max_length * ESCAPED, MESSAGE_CHARACTERS) + AROUND


@cache
def _format_in(language: Language, envelope: Envelope) -> JsonFormat:
    """Return the format of a client that has set nothing: one for all of them."""
    return JsonFormat(language, envelope=envelope)


class TypingField:
    """The place where the person at the client types."""

    __slots__ = ("_handler",)

    def __init__(self, handler: LiveHandler[Any]) -> None:
        self._handler = handler

    def hide_typing(self, hidden: bool) -> bool:
        """Have what is typed next ``hidden``, or say that no question is open any more."""
        self._handler.tell("ask", hidden=hidden)
        return hidden


class LiveHandler(LiveBeginning[M]):
    """Handles the messages of one client, each sent in an ``envelope``.

    ``opening`` is sent before the first one.
    """

    __slots__ = ("_about", "_id")

    envelope: Envelope

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        decoder: Decoder[M],
        opening: bytes = b"",
    ) -> None:
        super().__init__(server, clock, max_length, decoder, for_people=True)
        self.greeted = False
        self._opening = opening
        self._came = clock.seconds()
        self._id: MessageId = None  # of the message that is being handled
        self._about: tuple[Room | None, MessageId, str | None] = (None, None, None)

    def format(self) -> Format:
        """Return the format in which the session is shown events."""
        return _format_in(self.server.language, self.envelope)

    @property
    def at_once(self) -> bool:  # type: ignore[override]
        """True after hello.

        All who were here come back at once, and a hello takes longer than many lines.
        """
        return self.greeted

    def prepare(self) -> None:
        """Give receipts, questions and a farewell as messages."""
        session = self.session
        session.queue.wants_receipts()
        session.prompt.hide_typing_on(TypingField(self))
        session.stream.end_with(self.farewell)

    def farewell(self) -> bytes:
        """Return the last bytes that the client is sent: they say that it is the end."""
        raise NotImplementedError

    def take(self, item: str) -> None:
        """Do what a message asks for."""
        try:
            members = _members(item)
            self._id = id_of(members)
        except WrongMessage as error:
            self.tell_error(None, error)
            return
        try:
            verb = verbs.verb_of(members, self.greeted)
            if verb.only_answers and self.session.stream.closed:
                return
            if verb.cost > 1:
                self.charge(verb.cost - 1)
            if verb.at_once:
                verbs.carry_out(verb, self, members)
            else:
                self.when_said(lambda: self._do(verb, members))
        except (WrongMessage, Refusal) as error:
            self.tell_error(id_of(members), error)
        finally:
            self._id = None

    def check(self, now: float) -> float:
        """Let go of a client that says no hello; drop a slow message."""
        due = inf
        if not (self.greeted or self.session.stream.finished):
            due = self._came + HANDSHAKE_SECONDS
            if now > due:
                self.tell_error(None, WrongMessage("hello_late", limit=int(HANDSHAKE_SECONDS)))
                self.server.finish(self.session)
                return inf
        return min(due, super().check(now))

    def tell(self, type: str, **members: Any) -> None:
        """Send a message of a type. An ``id`` of None is left out."""
        format = cast(JsonFormat, self.session.replies.format)
        self.session.stream.put(format.message(type, **_with_id(members)))

    def tell_in_pieces(
        self, type: str, name: str, parts: Iterable[Sequence[object]], **members: Any
    ) -> None:
        """Send a message with a list ``name``, each part of it once the one before was taken."""
        format = cast(JsonFormat, self.session.replies.format)
        made = format.message_in_pieces(type, name, parts, **_with_id(members))
        self.session.stream.put_slices(made)

    def tell_error(self, id: MessageId, error: WrongMessage | Refusal | StoreError) -> None:
        """Send why a message has no effect."""
        kind, key, values = _reason(error)
        if isinstance(right := values.get("right"), str):
            values = {**values, "right": self.session.sentence(right)}
        text = self.session.sentence(key, **values)
        self.tell("error", id=id, kind=kind.value, key=key, text=text)

    def log_in(self, proof: str) -> bool:
        """Log the session in, if the client has signed in; here it has not.

        Return False if the client has a sign-in that is not valid any more.
        """
        return not proof

    def take_line(
        self, room: Room | None, text: str, id: Any, key: str | None, kind: Kind | None
    ) -> None:
        """Do what a member typed in a room; a line with a ``kind`` is said as it is."""
        session = self.session
        session.joined.focus(room)
        self._about = (room, id, key)
        asked = session.prompt.pending is not None
        if "\n" in text or (asked and kind is not None):
            LineReceipts(self).take_message(text, kind or Kind.MESSAGE, *self._about)
            return
        if asked and typed_text.take_answer(self, text):
            return
        try:
            valid = validate_text(text, self.max_length)
        except InvalidLine as invalid:
            LineReceipts(self).refuse_invalid(invalid.reason, id)
        else:
            is_text = session.text_only or kind is not None
            action = None if is_text else dispatch.action_in(valid)
            if action is not None:  # is said at once, as other lines are
                LineReceipts(self).say(action, Kind.ACTION, *self._about)
            elif kind is not None:
                LineReceipts(self).say(valid, kind, *self._about)
            else:
                typed_text.take(self, valid)

    def answer_again(
        self,
        room: str,
        text: str,
        id: Any,
        key: str,
        kind: Kind | None,
        otherwise: Callable[[], None],
    ) -> bool:
        """Acknowledge a line that was said with its key before. Return False if none was."""
        return LineReceipts(self).answer_again(room, text, id, key, kind, otherwise)

    def say(self, text: str) -> None:
        """Say a valid line, which is acknowledged."""
        LineReceipts(self).say(text, Kind.MESSAGE, *self._about)

    def when_said(self, action: Action) -> None:
        """Act after all lines so far are published.

        What the client receives has the id of the message that is being handled.
        """
        super().when_said(partial(self._answer, self._id, action))

    def _answer(self, id: MessageId, action: Action) -> Job | None:
        session = self.session
        if id is not None:
            session.replies.answer_in(replace(cast(JsonFormat, session.replies.format), about=id))
        job = None
        try:
            job = action()
        finally:
            if job is None:
                session.replies.answer_in(None)
        return None if job is None else self._answer_late(job)

    async def _answer_late(self, job: Job) -> None:
        try:
            await job
        finally:
            self.session.replies.answer_in(None)

    def _do(self, verb: Verb, members: Members) -> Job | None:
        try:
            job = verbs.carry_out(verb, self, members)
        except (WrongMessage, Refusal) as error:
            self.tell_error(id_of(members), error)
            return None
        return None if job is None else self._finish_verb(members, job)

    async def _finish_verb(self, members: Members, job: Job) -> None:
        try:
            await job
        except (WrongMessage, Refusal, StoreError) as error:
            self.tell_error(id_of(members), error)


def _with_id(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a message without an ``id`` of None."""
    if members.get("id", "") is None:
        del members["id"]
    return members


def _reason(
    error: WrongMessage | Refusal | StoreError,
) -> tuple[ErrorKind, str, Mapping[str, object]]:
    """Return the kind of an error, the key of its sentence, and the values in it."""
    if isinstance(error, WrongMessage):
        return ErrorKind.INVALID_MESSAGE, error.key, error.values
    why = error if isinstance(error, Refusal) else error.refusal
    return why.kind, why.key, why.values


def _members(message: str) -> Members:
    try:
        members = decode_json(message)
    except ValueError:
        raise WrongMessage("message_not_json") from None
    if not isinstance(members, dict):
        raise WrongMessage("message_not_json")
    return members
