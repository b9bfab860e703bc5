"""The work of indexing: of the nodes that share a log, one at a time adds events to the index.

It looks every few seconds, and takes steps until all events are in the index. The other nodes look
how many are not: those are what a search has to read. This module must not know the index, nor the
thread in which a step is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall, deferLater
from twisted.python.failure import Failure

from chatd.storage.claims import Claims
from chatd.storage.contract import StoreError
from chatd.storage.postgres.reading import ShutDown
from chatd.storage.turn import Turn, Work
from chatd.util.error_log import ErrorLog, RecurringWarning

LOOK_SECONDS = 5.0
"""Seconds between two looks. What is said meanwhile is read in some milliseconds."""

PAUSE_SECONDS = 0.01
"""Seconds between two steps, which take about as long: they share the interpreter with the reactor,
and the disks with the log. That is some 10,000 events a second."""


class Indexing:
    """The work of one node.

    ``step`` takes a step, ``count`` only looks; each fires with the number of events that are not
    in the index, or fails with `StoreError`.
    """

    def __init__(
        self,
        clock: IReactorTime,
        claims: Claims,
        error_log: ErrorLog,
        step: Callable[[], Deferred[int]],
        count: Callable[[], Deferred[int]],
    ) -> None:
        self.pending = 0
        """The number of events that were not in the index at the last look."""
        self._clock = clock
        self._turn = Turn(claims, Work.INDEXING)
        self._error_log = error_log
        self._step = step
        self._count = count
        self._warning = RecurringWarning(clock, "searches look less far than they could: {why}")
        self._looks = LoopingCall(self._look)
        self._looks.clock = clock
        self._working: Deferred[None] | None = None
        self._pause: Deferred[None] = succeed(None)
        self._stopped = False

    def start(self) -> None:
        """Begin to look."""
        self._looks.start(LOOK_SECONDS)

    async def stop(self) -> None:
        """Leave the work to another node, when the step that is under way has ended."""
        self._stopped = True
        if self._looks.running:
            self._looks.stop()
        working = self._working
        self._pause.cancel()
        if working is not None:
            await working
        self._turn.end()

    def _look(self) -> None:
        self._turn.ask(lambda: None)
        if self._working is None:
            working = Deferred.fromCoroutine(self._work())
            if not working.called:
                self._working = working

    async def _work(self) -> None:
        try:
            self.pending = await (self._step if self._turn.is_ours else self._count)()
            while self._turn.is_ours and self.pending and not self._stopped:
                self._pause = deferLater(self._clock, PAUSE_SECONDS)
                await self._pause
                self.pending = await self._step()
        except (CancelledError, ShutDown):
            pass  # the node stops, or looks again when it has another link
        except StoreError as error:
            self._warning.tell(str(error))
        except Exception:
            self._error_log.tell("the index of a store could not be written", Failure())
        else:
            self._warning.end()
        self._working = None
