"""The examination of the database again and again, while the daemon runs.

An operator may change a setting of the server, and a standby may go away; so what was refused at
the start is looked for each half a minute. Each time there is a new session, because another server
may be the primary by then. This module must not know what becomes of what is found.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

from psycopg import Connection, Error
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from chatd.storage.postgres.checks import Findings, examine
from chatd.storage.shared.settings import Durability
from chatd.util.error_log import ErrorLog
from chatd.util.worker import Worker

EXAMINE_SECONDS = 30.0
"""Seconds between two examinations, each of which is a connection: an operator is to know within a
minute."""


class IExaminerReactor(IReactorFromThreads, IReactorTime):
    """The interfaces of a reactor that the examiner needs."""


class Examiner:
    """Examines the database in a thread. ``found`` is called with the findings, in the reactor's.

    ``connect`` opens a session; an error of psycopg is no finding: the link to the database tells
    that it is away.
    """

    def __init__(
        self,
        reactor: IExaminerReactor,
        connect: Callable[[], Connection[Any]],
        durability: Durability,
        found: Callable[[Findings], None],
        error_log: ErrorLog,
    ) -> None:
        self._connect = connect
        self._durability = durability
        self._found = found
        self._error_log = error_log
        self._worker = Worker(reactor, "chatd-examiner")
        self._repeated = LoopingCall(self._begin)
        self._repeated.clock = reactor
        self._is_at_work = False

    def start(self) -> None:
        """Begin to examine, for the first time after a while."""
        self._worker.start()
        self._repeated.start(EXAMINE_SECONDS, now=False)

    def stop(self) -> None:
        """Examine no more. Does not wait for an examination that is under way."""
        if self._repeated.running:
            self._repeated.stop()
            self._worker.stop()

    def _begin(self) -> None:
        if not self._is_at_work:  # a server may not answer for long
            self._is_at_work = True
            self._worker.run(self._examine).addBoth(self._end)

    def _examine(self) -> Findings:
        with closing(self._connect()) as connection:
            return examine(connection, self._durability)

    def _end(self, result: Findings | Failure) -> None:
        self._is_at_work = False
        if not self._repeated.running:
            return
        if not isinstance(result, Failure):
            self._found(result)
        elif not result.check(Error):
            self._error_log.tell("the database could not be examined", result)
