"""A browser's connection, once it is a WebSocket: JSON messages in, and out.

Here messages are read, and lines that were typed go the way that those of a terminal go. What else
is asked is a verb's business (`chatd.protocols.web.live.verbs`); what frames are made of,
`frames`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from wsproto.frame_protocol import CloseReason

from chatd.accounts.credentials import Grant
from chatd.chat.action_queue import Action, Job
from chatd.chat.idempotency import Found, KeyOwner, account_owner, browser_owner, session_owner
from chatd.chat.server import ChatServer
from chatd.commands import table
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal
from chatd.event import Kind
from chatd.formats.base import Format
from chatd.formats.json import JsonFormat
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS, guarded
from chatd.protocols.transport.session_protocol import SessionProtocol
from chatd.protocols.web.live import verbs
from chatd.protocols.web.live.frames import Frames
from chatd.protocols.web.live.verbs import Members, Verb, WrongMessage
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.json_input import decode_json
from chatd.text.validation import InvalidLine, LineFault, validate_text

PIECE_BYTES = 256
"""How much of what was read is looked at at a time: forty of the shortest frames, each some 25
us."""

ESCAPED = 6
"""How many characters one of a line may take in JSON: ``\\uXXXX``."""

AROUND = 1024
"""How many more a message may have beside the line in it."""


class WebSocketProtocol(SessionProtocol[str], Protocol):
    """``opening`` is what the handshake is answered with. ``grant`` is for what was shown in it, a
    cookie or a token, if anything was.
    """

    for_people = True
    handshake_is_done = True

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        *,
        opening: bytes = b"",
        grant: Grant | None = None,
    ) -> None:
        self._frames = Frames(max_length * ESCAPED + AROUND)
        super().__init__(server, clock, max_length, self._frames)
        self._opening = opening
        self._grant = grant
        self._came = self._heard = clock.seconds()
        self._pinged: float | None = None
        self._id: str | int | None = None  # of the message that is being handled
        self._about: tuple[Room | None, str | int | None, str | None] = (None, None, None)

    def format(self) -> Format:
        return JsonFormat(self.server.language)

    # As a peer

    def _enter(self) -> None:
        """Nothing is shown before it has said hello."""
        session = self.session
        session.subscriptions.allow_many_rooms()
        session.queue.wants_receipts()
        session.prompt.hide_typing_with(self._hide_typing)
        session.stream.farewell = self._close
        session.stream.put(self._opening)

    @guarded
    def dataReceived(self, data: bytes) -> None:
        self._heard = self._clock.seconds()
        self._pinged = None
        super().dataReceived(data)

    def _handle_lines(self) -> None:
        if self._entered:
            super()._handle_lines()
        else:
            # All who were here come back at once, and hello takes longer than many lines.
            self.factory.turns.await_one(self)

    def piece_size(self) -> int:
        return PIECE_BYTES

    def cut(self, piece: bytes) -> list[str]:
        frames = self._frames
        before = frames.count
        messages = frames.feed(piece)
        self.spend(max(0, frames.count - before - 1), 0)
        if reply := frames.reply():
            self.session.stream.put(reply)
        return messages

    def cut_last(self) -> list[str]:
        return []  # a message that has not ended is none

    def handle(self, line: str) -> None:
        try:
            members = _members(line)
            self._id = verbs.id_of(members)
        except WrongMessage as error:
            self._tell_why_not({}, error)
            return
        try:
            verb = verbs.verb_of(members, self.greeted)
            if verb.cost > 1:
                self.charge(verb.cost - 1)
            if verb.at_once:
                verbs.carry_out(verb, self, members)
            else:
                self.when_said(lambda: self._do(verb, members))
        except (WrongMessage, Refusal) as error:
            self._tell_why_not(members, error)
        finally:
            self._id = None

    def when_said(self, action: Action) -> None:
        super().when_said(partial(self._answer, self._id, action))

    def _answer(self, id: str | int | None, action: Action) -> Job | None:
        """Do what a message asks: what the session is told of it has that message's id."""
        session = self.session
        session.replies.answer_in(replace(cast(JsonFormat, session.replies.format), about=id))
        waiting = None
        try:
            waiting = action()
        finally:
            if waiting is None:
                session.replies.answer_in(None)
        return None if waiting is None else self._answer_late(waiting)

    async def _answer_late(self, waiting: Job) -> None:
        try:
            await waiting
        finally:
            self.session.replies.answer_in(None)

    def flush(self) -> None:
        if self._frames.over and not self._lines:
            self.server.finish(self.session)

    @property
    def pending(self) -> bool:
        return True  # it may have to be asked whether it is there

    @guarded
    def check(self, now: float) -> None:
        if not self._entered and now - self._came > HANDSHAKE_SECONDS:
            self.abort()  # whatever else it sends, it says no hello
        elif not self._lost:
            self._look_for_life(now)
            super().check(now)

    def _look_for_life(self, now: float) -> None:
        """Ask one who has not been heard for a while; let go of one who has not answered.

        (The kernel asks, too, but a proxy may answer for who is behind it. It looks after those
        that do not take what they are sent: `chatd.protocols.transport.sockets.Patience`.)
        """
        silent, dead_after = now - self._heard, self.factory.limits.dead_after
        if not dead_after or self.waiting or self.session.stream.finished:
            self._pinged = None
        elif self._pinged is None:
            if self._entered and silent > dead_after / 3:
                self._pinged = now
                self.session.stream.put(self._frames.ping())
        elif now - self._pinged > dead_after * 2 / 3:
            self.abort()

    @guarded
    def say_goodbye(self) -> None:
        self._frames.close(CloseReason.GOING_AWAY)
        super().say_goodbye()

    def _close(self) -> bytes:
        return self._frames.close(CloseReason.NORMAL_CLOSURE)

    # As a conversation

    @property
    def greeted(self) -> bool:
        """Whether it has said hello."""
        return self._entered

    @greeted.setter
    def greeted(self, greeted: bool) -> None:
        self._entered = greeted

    def tell(self, type: str, **members: Any) -> None:
        format = cast(JsonFormat, self.session.replies.format)
        if members.get("id", 0) is None:
            del members["id"]
        if "events" in members:
            members["events"] = format.members(members["events"])
        self.session.stream.put(format.message(type, **members))

    def log_in(self) -> None:
        # It may be long since the handshake: what was shown may not be valid any more.
        grant = self._grant
        account = None if grant is None else self.server.credentials.account_of(grant)
        if account is not None:
            self.server.logins.log_in(self.session, account, grant)

    def take_line(self, room: Room | None, text: str, id: Any, key: str | None) -> None:
        session = self.session
        session.joined.focus(room)
        if session.prompt.pending is not None and self.take_answer(text):
            return
        self._about = (room, id, key)
        try:
            valid = validate_text(text, self.max_length)
        except InvalidLine as invalid:
            if invalid.reason is not LineFault.BLANK:
                not_text = invalid.reason is LineFault.NOT_UTF8  # half of a pair of surrogates
                fault = "not_text" if not_text else LINE_FAULTS[invalid.reason]
                why = WrongMessage(fault, limit=self.max_length)
                self.when_said(lambda: self._tell_why_not({"id": id}, why))
            self.when_said(lambda: self._refused(id))
        else:
            self.take_typed(valid)

    def take_typed(self, text: str) -> None:
        action = None if self.session.text_only else table.action_in(text)
        if action is None:
            super().take_typed(text)
        else:
            self.say(action, Kind.ACTION)

    def say(self, text: str, kind: Kind = Kind.MESSAGE) -> None:
        room, id, key = self._about
        session = self.session
        if key is None or room is None:
            receipt = partial(self._acknowledge, room, id)
            session.say(text, kind=kind, room=room, receipt=receipt)
            return
        saying = self.server.idempotency.say(session, room, [text], self._owner, key, kind)
        said = Deferred.fromCoroutine(saying)
        said.addCallbacks(partial(self._acknowledge, room, id), partial(self._not_said, id))
        said.addErrback(lambda _: self._failed())

    @property
    def _owner(self) -> KeyOwner:
        """Return the owner of the keys of lines on this connection: the browser, if it has given
        its key, because the user may have signed in or out since a line was first sent."""
        session = self.session
        if session.identity.client_id:
            return browser_owner(session.identity.client_id, session.network)
        if session.account is not None:
            return account_owner(session.account)
        return session_owner(session.number, session.network)

    def answer_again(
        self, room: str, text: str, id: Any, key: str, otherwise: Callable[[], None]
    ) -> bool:
        session, owner = self.session, self._owner
        if session.prompt.pending is not None or not self.server.idempotency.knows(owner, key):
            return False
        try:
            text = validate_text(text, self.max_length)
        except InvalidLine:
            return False
        action = None if session.text_only else table.action_in(text)
        kind = Kind.MESSAGE if action is None else Kind.ACTION
        said = action or (text if session.text_only else table.text_of(text))
        finding = self.server.idempotency.find(owner, key, room, [said], kind)
        found = Deferred.fromCoroutine(finding)
        found.addCallback(partial(self._found, id, otherwise))
        found.addErrback(partial(self._not_said, id))
        found.addErrback(lambda _: self._failed())
        return True

    def _found(self, id: Any, otherwise: Callable[[], None], found: Found | None) -> None:
        if found is None:
            otherwise()
        else:
            self._tell_where(id, found.room, found.seqs)

    def _tell_where(self, id: Any, room: str, seqs: Sequence[int]) -> None:
        self.tell("ack", id=id, room=room, seq=seqs[-1] if seqs else None)

    def _acknowledge(self, room: Room | None, id: Any, seqs: Sequence[int] | None) -> None:
        if seqs is None or room is None:
            self._refused(id)
        else:
            self._tell_where(id, room.name, seqs)

    def _not_said(self, id: Any, failure: Failure) -> None:
        failure.trap(Refusal, StoreError)
        self._tell_why_not({"id": id}, cast("Refusal | StoreError", failure.value))
        self._refused(id)

    def _refused(self, id: Any) -> None:
        self.tell("refused", id=id)

    def _do(self, verb: Verb, members: Members) -> Job | None:
        try:
            waiting = verbs.carry_out(verb, self, members)
        except (WrongMessage, Refusal) as error:
            self._tell_why_not(members, error)
            return None
        return None if waiting is None else self._finish_verb(members, waiting)

    async def _finish_verb(self, members: Members, waiting: Job) -> None:
        try:
            await waiting
        except (WrongMessage, Refusal, StoreError) as error:
            self._tell_why_not(members, error)

    def _tell_why_not(self, members: Members, error: WrongMessage | Refusal | StoreError) -> None:
        kind, key, values = ErrorKind.WRONG_USE, "change_not_saved", {}
        if isinstance(error, Refusal):
            kind, key, values = error.kind, error.key, error.values
        elif isinstance(error, WrongMessage):
            kind, key, values = ErrorKind.INVALID_MESSAGE, error.key, error.values
        else:
            kind = ErrorKind.NOT_SAVED
        if isinstance(right := values.get("right"), str):
            values = {**values, "right": self.session.sentence(right)}
        text = self.session.sentence(key, **values)
        self.tell("error", id=verbs.id_of(members), kind=kind.value, key=key, text=text)

    def _hide_typing(self, hidden: bool) -> None:
        self.tell("ask", hidden=hidden)


def _members(message: str) -> Members:
    try:
        members = decode_json(message)
    except ValueError:
        raise WrongMessage("message_not_json") from None
    if not isinstance(members, dict):
        raise WrongMessage("message_not_json")
    return members
