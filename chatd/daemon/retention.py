"""Retention: forgets lines that are older than they are kept, at the start and then about hourly.

It does so a few at a time, so that writers hardly wait; while the clock is in doubt, it does
nothing. It must not know sessions and connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater

from chatd.chat.server import ChatServer
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.contract import Store, StoreError
from chatd.text.folding import fold
from chatd.text.times import written_duration
from chatd.util.error_log import RecurringWarning

MOST_SECONDS = 3600
LEAST_SECONDS = 60
"""How often it looks: ten times in the shortest time that lines are kept, within these bounds."""

PAUSE_SECONDS = 0.1
"""How long it lets others work between two steps."""


class RetentionPolicy(NamedTuple):
    """For how many seconds lines are kept, 0 for ever: in rooms that are named, and in others.

    Rooms by the `fold` of their names. What is kept of private lines counts as others.
    """

    others: int = 0
    rooms: Mapping[str, int] = {}

    def seconds(self, room: str) -> int:
        """For how long in that room."""
        return self.rooms.get(fold(room), self.others)

    @property
    def spans(self) -> list[int]:
        """All times that are not for ever."""
        return [span for span in (self.others, *self.rooms.values()) if span]

    def describe(self) -> str:
        """For the operator."""
        parts = [f"lines are kept {_written(self.others)}"]
        parts += [f"in #{room} {_written(span)}" for room, span in self.rooms.items()]
        return ", ".join(parts) + "."


class Retention:
    """Forgets what is older than it is to be kept, while ``watch`` trusts the clock."""

    def __init__(
        self,
        server: ChatServer,
        store: Store,
        clock: IReactorTime,
        kept: RetentionPolicy,
        watch: ClockWatch,
    ) -> None:
        self.kept = kept
        self._watch = watch
        self._server = server
        self._store = store
        self._clock = clock
        self._trouble = RecurringWarning(
            clock, "lines older than --keep cannot be forgotten: {why}"
        )
        self._running: Deferred[None] | None = None
        self._busy = False
        self._looking = LoopingCall(self._look)
        self._looking.clock = clock

    def start(self) -> None:
        """Begin; there is nothing to do if all is kept for ever."""
        if self.kept.spans:
            seconds = min(self.kept.spans) / 10
            self._looking.start(max(LEAST_SECONDS, min(seconds, MOST_SECONDS)))
            self._watch.trusted = self._look

    def stop(self) -> None:
        """Forget nothing more."""
        self._watch.trusted = _nothing
        if self._looking.running:
            self._looking.stop()
        if self._running is not None:
            self._running.cancel()

    def _look(self) -> None:
        if not self._busy:
            self._busy = True
            self._running = Deferred.fromCoroutine(self._forget())

    async def _forget(self) -> None:
        unreadable = None
        try:
            for room in await self._store.names():
                if seconds := self.kept.seconds(room):
                    before = int((self._server.now() - seconds) * 1000)
                    try:
                        upto = await self._store.seq_before(room, before)
                    except StoreError as error:
                        unreadable = error  # lines of other rooms are forgotten all the same
                    else:
                        await self._forget_in(room, upto)
            if unreadable is not None:
                raise unreadable
        except CancelledError:
            pass
        except StoreError as error:
            self._trouble.tell(str(error))
        except Exception:
            self._store.error_log.tell("old lines could not be forgotten")
        else:
            self._trouble.end()
        self._busy = False

    async def _forget_in(self, room: str, upto: int) -> None:
        # The clock is checked after that: it may have been set just before.
        while self._trusts_the_clock and await self._store.forget(room, upto):
            self._server.forgot(room, upto)
            await deferLater(self._clock, PAUSE_SECONDS)

    @property
    def _trusts_the_clock(self) -> bool:
        self._watch.check()
        return not self._watch.doubted


def _nothing() -> None:
    """It was stopped."""


def _written(seconds: int) -> str:
    return f"for {written_duration(seconds)}" if seconds else "for ever"
