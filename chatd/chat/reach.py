"""The reach of lines: to which members of its room a line has come, on all nodes.

Theory of operation. It is worked out when a session asks: no client and no line has a state for it,
and nothing is done until then. A session *has* a line once its stream has taken that, and
all that was sent to it by then is acknowledged by its system
(`chatd.protocols.transport.arrival`). Where that system is not known, behind TLS or a proxy, the
line *was sent*. Sessions are looked at several times within `LOOKING_SECONDS`, because an
acknowledgement may be under way. Each node looks at its own sessions: the one that is asked sends
one call to all others, and each answers with one.

This module must not know who may ask, nor people: it knows sessions by their numbers.
"""

from __future__ import annotations

import enum
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.event import REACH, REACHED, Call
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.rooms.stream import Arrival
from chatd.storage.contract import Store
from chatd.text.folding import fold

LOOK_SECONDS = 0.1
"""Seconds between two looks at the sessions for which something is under way."""

LOOKING_SECONDS = 0.5
"""Seconds until a session counts as not reached: longer than an acknowledgement takes from another
continent."""

ANSWER_SECONDS = 0.9
"""Seconds until a node that has not answered is left out."""

SESSIONS_A_TURN = 128
"""Sessions that are looked at in one turn of the reactor; it takes some 1 ms."""

T = TypeVar("T")


class Reached(enum.Enum):
    """The stage at which a line is on its way to a session."""

    HAS = "has"
    SENT = "sent"
    NOT_KNOWN = "not_known"  # at a node that has not answered
    NOT_YET = "not_yet"
    CAME_LATER = "came_later"  # it was not there when the line was said


_Looked = tuple[Session, Arrival]


class Reach:
    """Finds out how far lines have come, in ``rooms``, to the ``sessions`` of this node and others.

    The ``roster`` has those of others, which share the ``store``.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        sessions: ConnectedSessions,
        roster: Roster,
        rooms: Rooms,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sessions = sessions
        self._roster = roster
        self._rooms = rooms
        # The answers of other nodes, by the number of the session that asks.
        self._answers: dict[int, dict[int, Reached]] = {}

    async def find(self, session: Session, room: Room, seq: int) -> Mapping[int, Reached]:
        """Return how far a line of a room has come to the sessions there, for one that asks.

        It takes at most `ANSWER_SECONDS`.
        """
        elsewhere = [other.number for other in self._roster.members_of(room.name)]
        if not elsewhere:
            return await self._look(room, seq)
        end = self._clock.seconds() + ANSWER_SECONDS
        answers = self._answers[session.number] = dict[int, Reached]()
        try:
            question = f"{seq} {room.name}"
            self._store.append(Call(0, REACH, session.name, question, by=session.number))
            here = await self._look(room, seq)
            while not answers.keys() >= set(elsewhere) and self._clock.seconds() < end:
                await deferLater(self._clock, LOOK_SECONDS)
        finally:
            del self._answers[session.number]
        return {**dict.fromkeys(elsewhere, Reached.NOT_KNOWN), **answers, **here}

    # Calls of other nodes

    def asked(self, call: Call) -> None:
        """Answer a node that asks for the sessions of this one."""
        if call.by in self._sessions.by_number:
            return  # it is a question of this node
        seq, _, name = call.text.partition(" ")
        room = self._rooms.get(fold(name))
        if room is not None:
            Deferred.fromCoroutine(self._answer(call.by, room, int(seq))).addErrback(
                lambda failure: self._store.error_log.tell("a node could not be answered", failure)
            )

    async def _answer(self, asker: int, room: Room, seq: int) -> None:
        by_reach: dict[str, list[int]] = defaultdict(list)
        for number, reached in (await self._look(room, seq)).items():
            by_reach[reached.value].append(number)
        self._store.append(Call(asker, REACHED, room.name, json.dumps(by_reach)))

    def answered(self, call: Call) -> None:
        """Take the answer of another node to a session of this one."""
        answers = self._answers.get(call.session)
        if answers is not None:
            for reach, numbers in json.loads(call.text).items():
                answers.update(dict.fromkeys(numbers, Reached(reach)))

    # Sessions of this node

    async def _look(self, room: Room, seq: int) -> dict[int, Reached]:
        end = self._clock.seconds() + LOOKING_SECONDS
        reached: dict[int, Reached] = {}
        left: list[_Looked] = []
        async for session in self._in_turns(self._sessions.members_of(room)):
            membership = session.memberships.get(room)
            if membership is None or membership.since >= seq:
                reached[session.number] = Reached.CAME_LATER
            else:
                left.append((session, session.stream.owner.output.arrival()))
        while True:
            left = await self._look_at(left, room, seq, reached)
            if not left or self._clock.seconds() >= end:
                break
            await deferLater(self._clock, LOOK_SECONDS)
        return {**reached, **{session.number: Reached.NOT_YET for session, _ in left}}

    async def _look_at(
        self, looked: Sequence[_Looked], room: Room, seq: int, reached: dict[int, Reached]
    ) -> list[_Looked]:
        """Note of each session if it was ``reached``. Return those that were not."""
        left: list[_Looked] = []
        async for session, arrival in self._in_turns(looked):
            if has_taken(session, room.name, seq) and arrival.look():
                is_direct = session.stream.owner.output.is_direct
                reached[session.number] = Reached.HAS if is_direct else Reached.SENT
            else:
                left.append((session, arrival))
        return left

    async def _in_turns(self, each: Sequence[T]) -> AsyncIterator[T]:
        """Yield all, `SESSIONS_A_TURN` in a turn of the reactor."""
        for number, some in enumerate(slices_by_number(each, SESSIONS_A_TURN)):
            if number:
                await deferLater(self._clock, 0)
            for one in some:
                yield one


def has_taken(session: Session, log: str, seq: int) -> bool:
    """Return True if an event of a log was given to the connection of a session."""
    if seq <= session.identity.gaps.get(log, 0):
        return False
    return not any(source.owes(log, seq) for source in session.stream.sources)
