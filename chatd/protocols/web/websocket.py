"""A browser's connection, once it is a WebSocket: JSON messages in, and out.

Here messages are read, and lines that were typed go the way that those of a terminal go. What else
is asked is a verb's business (`chatd.protocols.web.verbs`); what frames are made of, `frames`'s.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol
from wsproto.frame_protocol import CloseReason

from chatd.formats import Format
from chatd.protocols.peer import Peer, guarded
from chatd.protocols.web import verbs
from chatd.protocols.web.frames import Frames
from chatd.protocols.web.verbs import Members, Verb, WrongMessage
from chatd.refusals import Refusal
from chatd.retries import Retries
from chatd.room import Room
from chatd.server import ChatServer
from chatd.session import Waiting
from chatd.store import StoreError
from chatd.texts import ErrorKind
from chatd.validation import InvalidLine, LineFault, validate_line
from chatd.web_formats import JsonFormat

PIECE_BYTES = 256
"""How much of what was read is looked at at a time: forty of the shortest frames, some 25 us each."""

ESCAPED = 6
"""How many characters one of a line may take in JSON: ``\\uXXXX``."""

AROUND = 1024
"""How many more a message may have beside the line in it."""


class WebSocketProtocol(Peer[str], Protocol):
    """``account`` is the key of the one that the browser has signed in to, by ``credential``, if it
    has. ``retries`` knows lines that are sent again. One that is not heard for ``dead_after``
    seconds is gone; 0: for ever.
    """

    for_people = True
    handshake_is_done = True

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        retries: Retries,
        *,
        account: str | None = None,
        credential: str | None = None,
        dead_after: int = 0,
    ) -> None:
        self._frames = Frames(max_length * ESCAPED + AROUND)
        super().__init__(server, clock, max_length, self._frames)
        self._retries = retries
        self._account = account
        self._credential = credential
        self._dead_after = dead_after
        self._heard = clock.seconds()
        self._pinged: float | None = None
        self._about: tuple[Room | None, str | int | None, str | None] = (None, None, None)

    def format(self) -> Format:
        return JsonFormat(self.server.language)

    # As a peer

    def _enter(self) -> None:
        """Nothing is shown before it has said hello."""
        session = self.session
        session.several = True
        session.wants_receipts()
        session.hide_typing = self._hide_typing
        session.stream.farewell = self._frames.ping()[:0]

    @guarded
    def dataReceived(self, data: bytes) -> None:
        self._heard = self._clock.seconds()
        self._pinged = None
        super().dataReceived(data)

    def piece_size(self) -> int:
        return PIECE_BYTES

    def cut(self, piece: bytes) -> list[str]:
        frames = self._frames
        before = frames.count
        messages = frames.feed(piece)
        if self.pace is not None:
            self.pace.spend(self._clock.seconds(), max(0, frames.count - before - 1), 0)
        if reply := frames.reply():
            self.session.stream.put(reply)
        if frames.over:
            self._run = 0
        return messages

    def cut_last(self) -> list[str]:
        return []  # a message that has not ended is none

    def handle(self, line: str) -> None:
        members: Members = {}
        try:
            members = _members(line)
            verb = verbs.verb_of(members, self.greeted)
            if verb.cost > 1:
                self.charge(verb.cost - 1)
            if verb.at_once:
                verb.do(self, members)
            else:
                self.when_said(lambda: self._do(verb, members))
        except (WrongMessage, Refusal) as error:
            self._tell_why_not(members, error)

    @guarded
    def say_goodbye(self) -> None:
        self._frames.close(CloseReason.GOING_AWAY)
        super().say_goodbye()
