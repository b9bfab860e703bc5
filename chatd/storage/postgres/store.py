"""The store on a database of PostgreSQL, which several daemons share.

The constructor opens the log, and joins (`chatd.storage.postgres.opening`), so all that can be
refused is refused before a daemon forks; no connection stays open over that. `PostgresStore.start`
connects again, in threads: `chatd.storage.shared.store` has the rules by which the node appends and
follows, and `chatd.storage.postgres.engine` does so here. Past lines are read on sessions of their
own, in two threads, as those of a file are.

This module must not know anything that is not in `chatd.storage.contract`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection, Error
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from chatd.event import Event, Kind, Record
from chatd.i18n import Language, sentence
from chatd.storage.contract import Found, RoomRecord, Wanted
from chatd.storage.handing_over import Predecessor
from chatd.storage.postgres.address import Address
from chatd.storage.postgres.archive import Archive
from chatd.storage.postgres.checks import Findings
from chatd.storage.postgres.engine import PostgresEngine
from chatd.storage.postgres.errors import line_of, one_line
from chatd.storage.postgres.examiner import Examiner, IExaminerReactor
from chatd.storage.postgres.index_thread import IndexThread
from chatd.storage.postgres.indexing import Indexing
from chatd.storage.postgres.link import ILinkReactor
from chatd.storage.postgres.opening import Opening, change_alike
from chatd.storage.postgres.sessions import open_session
from chatd.storage.questions import Questions
from chatd.storage.shared.engine import Position
from chatd.storage.shared.settings import SharedSettings
from chatd.storage.shared.store import SharedStore, Start
from chatd.util.error_log import RecurringWarning
from chatd.util.worker import Worker

READING_REST = 0.0015
"""Seconds for which nothing is read after a page: see `chatd.storage.sqlite.store`."""


_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_seconds() -> float:
    """Return the time of a clock that, on Linux, goes on while the machine is suspended."""
    return time.clock_gettime(_BOOT_CLOCK)


class IPostgresReactor(ILinkReactor, IExaminerReactor):
    """The interfaces of a reactor that the store needs."""


class PostgresSettings(NamedTuple):
    """The settings of a store on a database.

    ``place`` is the path beside which the daemon has files of its own. ``alike`` are the settings
    that all nodes have alike, by the names of their options.
    """

    shared: SharedSettings
    place: Path
    alike: Mapping[str, str]


class PostgresStore(SharedStore):
    """A store of all events in a database.

    Raises `StoreError` if it cannot be used, or another daemon of the same name uses it.

    ``now`` gives the time in seconds since 1970, by which a search is bounded. ``seconds`` is a
    clock that goes on while the machine is suspended, and is the same for all processes. A
    ``predecessor`` is the process with which this one goes on.
    """

    def __init__(
        self,
        reactor: IPostgresReactor,
        address: Address,
        settings: PostgresSettings,
        now: Callable[[], float] = time.time,
        seconds: Callable[[], float] = boot_seconds,
        predecessor: Predecessor | None = None,
    ) -> None:
        shared = settings.shared
        node = shared.node
        assert node is not None
        self._postgres = PostgresEngine(reactor, address.parameters, node, hints=shared.hints)
        opening = Opening(address.parameters, node, shared.durability, settings.alike)
        if predecessor is None:
            opened = opening.run()
        else:
            with one_line():
                self._postgres.prepare()
            opened = opening.take_over(predecessor)
        self.node = node
        self._address = address
        self._place = settings.place
        self._content = opened.content
        self._findings = opened.findings
        self._numbers: range | None = opened.numbers
        self._wants_hints = shared.hints
        self._postgres.has_hints = shared.hints and not opened.findings.doubts
        start = Start(opened.joined, opened.content.position, opened.version)
        super().__init__(reactor, self._postgres, start, seconds, shared.give_up)
        self._reader = Archive(self._open_session, self._shown, now)
        self._searcher = Archive(self._open_session, self._shown, now)
        self._questions = Questions(reactor)
        self._reader_thread = Worker(reactor, "chatd-reader", rest=READING_REST)
        self._searcher_thread = Worker(reactor, "chatd-searcher")
        self._examiner = Examiner(
            reactor, self._open_session, shared.durability, self._examined, self.error_log
        )
        self._index_thread = IndexThread(reactor, self._open_session, self._shown)
        self._indexing = Indexing(
            reactor,
            self.claims,
            self.error_log,
            self._index_thread.step,
            self._index_thread.count,
        )
        self._unsafe = RecurringWarning(reactor, "the database is not as --durability says: {why}")
        self._unhinted = RecurringWarning(
            reactor, "lines of other nodes come later, because hints are off: {why}", is_fault=False
        )

    @property
    def place(self) -> Path:
        return self._place

    @property
    def durable(self) -> bool:
        return not self._findings.faults

    def describe(self, language: Language) -> str:
        lines = sum(record.head for record in self.rooms())
        where = self._address.where
        return sentence(language, "log_history_shared", where=where, node=self.node, count=lines)

    def sizes(self) -> Mapping[str, int]:
        return {"store": self._findings.size}

    @property
    def unindexed(self) -> int:
        return self._indexing.pending

    def rooms(self) -> Sequence[RoomRecord]:
        return self._content.rooms

    def records(self) -> Sequence[Record]:
        return self._content.records

    def stamps(self) -> Mapping[str, int]:
        return self._content.times

    def take_numbers(self) -> Deferred[range]:
        numbers, self._numbers = self._numbers, None
        return super().take_numbers() if numbers is None else succeed(numbers)

    def start(self) -> None:
        self._reader_thread.start()
        self._searcher_thread.start()
        self._examiner.start()
        self._examined(self._findings)
        for warning in self._findings.warnings:
            self.log.warn("{why}", why=warning)
        super().start()
        self._index_thread.start()
        self._indexing.start()

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        return await self._questions.ask(self._reader_thread, self._reader.page, room, after, upto)

    async def seq_before(self, room: str, time: int) -> int:
        return await self._questions.ask(self._reader_thread, self._reader.seq_before, room, time)

    async def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        read = self._reader.remarks
        return await self._questions.ask(self._reader_thread, read, room, kind, upto, limit)

    async def names(self) -> list[str]:
        return await self._questions.ask(self._reader_thread, self._reader.names)

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        search = self._searcher.search
        return await self._questions.ask(self._searcher_thread, search, room, wanted, upto, limit)

    def agree(self, settings: Mapping[str, str]) -> None:
        self._reader_thread.run(self._write_alike, settings).addErrback(self._not_agreed)

    async def close(self) -> None:
        self._examiner.stop()
        await self._indexing.stop()
        await super().close()
        await self._index_thread.stop()
        self._postgres.stop()
        for thread, archive in (
            (self._reader_thread, self._reader),
            (self._searcher_thread, self._searcher),
        ):
            await thread.run(archive.close)
            thread.stop()

    def _end_link(self) -> None:
        super()._end_link()
        # These sessions may wait for a server that does not answer any more, and for long.
        for session in self._reader, self._searcher, self._index_thread:
            session.shut_down()

    def _shown(self) -> Position:
        return self.follower.published

    def _open_session(self) -> Connection[Any]:
        return open_session(self._postgres.parameters, self.node)

    def _write_alike(self, settings: Mapping[str, str]) -> None:
        with closing(self._open_session()) as connection:
            change_alike(connection, settings)

    def _not_agreed(self, failure: Failure) -> None:
        if isinstance(failure.value, Error):
            why = line_of(failure.value)
            self.log.error("other daemons cannot be told of the new settings: {why}", why=why)
        else:
            self.error_log.tell("other daemons could not be told of settings", failure)

    def _examined(self, findings: Findings) -> None:
        """Tell the operator what was found, and do without hints that others may send."""
        self._findings = findings
        if findings.faults:
            self._unsafe.tell(" ".join(findings.faults))
        elif self._unsafe.end():
            self.log.info("the database is as --durability says again")
        if self._wants_hints and findings.doubts:
            self._unhinted.tell(" ".join(findings.doubts))
        else:
            self._unhinted.end()
        has_hints = self._wants_hints and not findings.doubts
        if has_hints != self._postgres.has_hints:
            self._postgres.has_hints = has_hints
            self.links.abort()  # the next one is made in that way
