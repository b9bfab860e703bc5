"""Retention: lines older than ``--keep`` are deleted, at the start and then about hourly.

So are the stays of accounts that have had no client for long (`chatd.chat.staying`). Lines are
deleted a few at a time, so that writers hardly wait. While the clock is in doubt, nothing
is deleted. Of the nodes that share a store, one at a time deletes. This module must not know
sessions and connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater

from chatd.chat.server import ChatServer
from chatd.event import room_of_log
from chatd.i18n import Language, sentence
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.storage.turn import Turn, Work
from chatd.text.folding import fold
from chatd.text.times import written_duration
from chatd.util.error_log import RecurringWarning

MOST_SECONDS = 3600
LEAST_SECONDS = 60
"""Bounds of the seconds between two rounds: a tenth of the shortest time that lines are stored."""

PAUSE_SECONDS = 0.1
"""Seconds between two deletions in a room, in which writers use the store."""


class RetentionPolicy(NamedTuple):
    """The seconds for which lines are stored, 0 for ever."""

    others: int = 0
    """In rooms that ``rooms`` does not name, and for private lines."""

    rooms: Mapping[str, int] = {}
    """In rooms with a time of their own, by the `fold` of their names."""

    def seconds(self, room: str) -> int:
        """Return the seconds for which lines of a room, or of its register, are stored."""
        return self.rooms.get(fold(room_of_log(room)), self.others)

    @property
    def spans(self) -> list[int]:
        """All times in seconds that are not for ever."""
        return [span for span in (self.others, *self.rooms.values()) if span]

    def describe(self, language: Language) -> str:
        """Return a sentence for the operator."""
        spans = [_span_text(language, self.others)]
        for room, seconds in self.rooms.items():
            span = _span_text(language, seconds)
            spans.append(sentence(language, "log_kept_in", room=room, span=span))
        return sentence(language, "log_kept", spans=", ".join(spans))


class Retention:
    """The deletion of lines that are older than a policy says, while ``watch`` trusts the clock."""

    def __init__(
        self,
        server: ChatServer,
        store: Store,
        clock: IReactorTime,
        policy: RetentionPolicy,
        watch: ClockWatch,
    ) -> None:
        self.policy = policy
        self._watch = watch
        self._server = server
        self._store = store
        self._clock = clock
        self._warning = RecurringWarning(
            clock, "lines older than --keep cannot be forgotten: {why}"
        )
        self._turn = Turn(store.claims, Work.FORGETTING)
        self._started = False
        self._running: Deferred[None] | None = None
        self._busy = False
        self._rounds = LoopingCall(self._begin_round)
        self._rounds.clock = clock

    def start(self) -> None:
        """Begin a round now and then regularly."""
        self._started = True
        seconds = min(self.policy.spans, default=MOST_SECONDS * 10) / 10
        self._rounds.start(max(LEAST_SECONDS, min(seconds, MOST_SECONDS)))
        self._watch.trusted = self._begin_round

    def pause(self) -> None:
        """Delete nothing until `go_on`."""
        self.stop()

    @property
    def is_busy(self) -> bool:
        """True while lines are being deleted."""
        return self._busy

    def go_on(self) -> None:
        """Delete again."""
        self.start()

    def stop(self) -> None:
        """Delete nothing more."""
        self._started = False
        self._watch.trusted = _ignore
        if self._rounds.running:
            self._rounds.stop()
        if self._running is not None:
            self._running.cancel()
        self._turn.end()

    def change_policy(self, policy: RetentionPolicy) -> None:
        """Follow another policy from now on."""
        was_started = self._started
        self.stop()
        self.policy = policy
        if was_started:
            self.start()

    def _begin_round(self) -> None:
        if self._turn.is_ours:
            self._begin_own_round()
        else:
            self._turn.ask(self._begin_own_round)

    def _begin_own_round(self) -> None:
        if not self._busy:
            self._busy = True
            self._running = Deferred.fromCoroutine(self._delete())

    async def _delete(self) -> None:
        unreadable = None
        try:
            if self._may_delete:
                await self._server.staying.look()
            for room in await self._store.names() if self.policy.spans else ():
                if seconds := self.policy.seconds(room):
                    before = int((self._server.now() - seconds) * 1000)
                    try:
                        upto = await self._store.seq_before(room, before)
                    except StoreError as error:
                        unreadable = error  # lines of other rooms are deleted all the same
                    else:
                        await self._delete_in(room, upto)
            if unreadable is not None:
                raise unreadable
        except CancelledError:
            pass
        except StoreError as error:
            self._warning.tell(str(error))
        except Exception:
            self._store.error_log.tell("old lines could not be forgotten")
        else:
            self._warning.end()
        self._busy = False

    async def _delete_in(self, room: str, upto: int) -> None:
        # The clock is checked after `upto` was read: it may have been set just before.
        while self._may_delete and await self._store.forget(room, upto):
            await deferLater(self._clock, PAUSE_SECONDS)

    @property
    def _may_delete(self) -> bool:
        self._watch.check()
        return self._turn.is_ours and not self._watch.doubted


def _ignore() -> None:
    """Ignore a clock that is trusted again: the retention was stopped."""


def _span_text(language: Language, seconds: int) -> str:
    key = "log_span" if seconds else "log_no_span"
    return sentence(language, key, time=written_duration(seconds))
