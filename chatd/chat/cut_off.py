"""Telling people that this node is cut off from the others that share its store.

Each session in a room is told once that it is so, also one that comes meanwhile, and once when it
is over. A client that asks who is here is told how old that is. This module must not know why a
node is cut off, nor commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.session import Session
from chatd.storage.contract import Store
from chatd.text.times import written_duration

TOLD_AT_ONCE = 50
"""Sessions that are told in one turn of the reactor: see `chatd.chat.evictions`."""

LOOK_SECONDS = 1.0
"""Seconds between two looks for sessions that have entered a room since."""


class _Sentences(NamedTuple):
    """The keys of the sentences for the begin and for the end."""

    begin: str
    end: str


_OF_SEVERAL = _Sentences("cut_off", "cut_off_ended")
_OF_ONE = _Sentences("store_away", "store_away_ended")
"""The sentences where other nodes are on the store, and where there are none."""


class CutOff:
    """Tells the sessions of this node when the ``store`` is cut off, and when that is over."""

    def __init__(self, store: Store, clock: IReactorTime, sessions: ConnectedSessions) -> None:
        self._store = store
        self._clock = clock
        self._sessions = sessions
        self._is_now = False
        self._sentences = _OF_ONE
        self._told: set[int] = set()
        store.when_cut_off(self._changed)

    @property
    def seconds(self) -> int:
        """Seconds since it was known what others say and do; 0 if it is known now."""
        return round(self._store.cut_off_seconds) if self._has_others else 0

    @property
    def _has_others(self) -> bool:
        state = self._store.log_state()
        return state is not None and state.live_nodes > 1

    def pause(self) -> Deferred[None]:
        """Wait a moment before what the store could not tell is asked again."""
        return deferLater(self._clock, LOOK_SECONDS)

    def tell_age(self, session: Session) -> None:
        """Tell a session how old the list is that it was just sent, if it is not of this moment."""
        if self.seconds:
            session.answer("as_of", time=written_duration(self.seconds))

    def _changed(self, is_cut_off: bool) -> None:
        self._is_now = is_cut_off
        if is_cut_off:
            self._sentences = _OF_SEVERAL if self._has_others else _OF_ONE
            self._look()
        else:
            told, self._told = self._told, set()
            self._tell_some(sorted(told), self._sentences.end)

    def _look(self) -> None:
        """Tell those who are in a room and were not told, until it is over."""
        if self._is_now:
            begin = self._sentences.begin
            new = [each.number for each in self._sessions if each.memberships]
            self._tell_some([number for number in new if number not in self._told], begin)
            self._clock.callLater(LOOK_SECONDS, self._look)

    def _tell_some(self, numbers: Sequence[int], key: str) -> None:
        """Tell some sessions, and the others in later turns."""
        for number in numbers[:TOLD_AT_ONCE]:
            self._tell(number, key)
        if numbers[TOLD_AT_ONCE:]:
            self._clock.callLater(0, self._tell_some, numbers[TOLD_AT_ONCE:], key)

    def _tell(self, number: int, key: str) -> None:
        session = self._sessions.by_number.get(number)
        if session is None or session.stream.finished:
            return
        if key == self._sentences.begin:
            if not self._is_now or number in self._told:
                return  # it is over, or it was told in another turn
            self._told.add(number)
        session.attempt(session.answer, key)
