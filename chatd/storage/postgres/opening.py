"""The opening of the log by a node, before the daemon forks: all that can be refused is, in a line.

Theory of operation. One session does it all, and is closed then. The server and the database are
examined, and the tables made or upgraded. One node at a time joins, under an advisory lock: it
must not take the place of a live daemon of the same name, nor have other settings than live nodes.
A node that was killed is live until others end its term, so here its beat has to go on. Then it
joins, takes numbers for its first sessions, and reads what it holds in memory at one moment after
that. What is read may be shown only if it is safe, so a seal follows. If no standby answers, a
commit waits for ever: the session is cut off after a while.

A process that goes on with a node (`chatd.storage.shared.handover`) joins nothing: the term of the
node goes on, and the process that hands it over has published what is read, so it is safe. Until it
has started it only reads, but for the tables, of which it adds what an older version lacks.

This module must not know what a daemon does with what it read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, NamedTuple
from uuid import uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb

from chatd.storage.batches import Committed, NumbersRequest
from chatd.storage.contract import StoreError
from chatd.storage.handing_over import Predecessor
from chatd.storage.postgres import schema
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.checks import Findings, examine
from chatd.storage.postgres.codec import answer_of
from chatd.storage.postgres.errors import one_line
from chatd.storage.postgres.parameters import parameters_of
from chatd.storage.postgres.requests import append, join, last_term, seal
from chatd.storage.postgres.rows import Content, content_of
from chatd.storage.postgres.sessions import open_session
from chatd.storage.shared.engine import PROTOCOL, Joined, JoinRequest, Request
from chatd.storage.shared.handover import state_of_position
from chatd.storage.shared.lease import BEAT_SECONDS
from chatd.storage.shared.settings import Durability

LOOK_SECONDS = BEAT_SECONDS + 1.0
"""Seconds for which a beat is looked at: a live node renews its lease meanwhile."""

COMMIT_SECONDS = 10.0
"""Seconds until a commit is given up that waits for a standby."""

_STEP_SECONDS = 0.25
_LOCK_SECONDS = 3 * LOOK_SECONDS

_LOCK = 0x6368_6174_6A6F_696E
"""The advisory lock of the node that joins: "chatjoin"."""


class Opened(NamedTuple):
    """The log as a node has opened it, with the first ``numbers`` for its sessions.

    The node reads a ``version`` of the log, as far as the others know.
    """

    joined: Joined
    numbers: range
    content: Content
    findings: Findings
    version: int = PROTOCOL


class Opening:
    """The opening of the log by a node of a name, with the parameters for libpq.

    ``alike`` are the settings that all nodes have alike, by the names of their options.
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        node: str,
        durability: Durability,
        alike: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self._parameters = parameters
        self._node = node
        self._durability = durability
        self._alike = dict(alike)
        self._sleep = sleep
        self._commit_seconds = commit_seconds

    def run(self) -> Opened:
        """Open the log. Raises `StoreError`."""
        with one_line():
            channel = Channel(open_session(self._parameters, self._node))
            with closing(channel):
                return self._run(channel)

    def take_over(self, predecessor: Predecessor) -> Opened:
        """Open the log for a process that goes on with the node. Raises `StoreError`."""
        with one_line():
            channel = Channel(open_session(self._parameters, self._node))
            with closing(channel):
                return self._take_over(channel, predecessor)

    def _take_over(self, channel: Channel, predecessor: Predecessor) -> Opened:
        connection = channel.connection
        findings = self._prepare(channel)
        if different := self._different(connection):
            options = " and ".join(f"--{name}" for name in different)
            raise StoreError(f"{options} must be as at the daemon. Reload that, or restart it.")
        predecessor.wait_until_still()
        while True:
            content = _content(connection, self._node)
            if predecessor.meet(state_of_position(content.position)):
                break
        row = connection.execute(
            "SELECT n.term, n.version, m.level FROM nodes n, meta m WHERE n.name = %s AND n.live",
            (self._node,),
        ).fetchone()
        if row is None:
            raise StoreError("the term of the daemon has ended. Try again.")
        term, version, level = row
        if version > PROTOCOL:
            raise StoreError(
                f"this chatd reads version {PROTOCOL} of the log; the daemon {version}."
            )
        joined = Joined(term, content.position.number, level=level)
        return Opened(joined, range(0), content, findings, version)

    def _prepare(self, channel: Channel) -> Findings:
        """Examine the server, and make or upgrade the tables."""
        findings = examine(channel.connection, self._durability)
        for fault in findings.faults:
            raise StoreError(fault)
        with channel.in_time(self._commit_seconds):
            schema.upgrade(channel.connection)
        return findings

    def _run(self, channel: Channel) -> Opened:
        connection = channel.connection
        findings = self._prepare(channel)
        with self._alone(connection):
            last = last_term(channel, self._node)
            self._check_others(connection)
            with channel.in_time(self._commit_seconds):
                joined = join(channel, self._node, JoinRequest(uuid4(), last))
                numbers = _take_numbers(channel, joined)
        content = _content(connection)
        with channel.in_time(self._commit_seconds):
            seal(channel, content.position)
        return Opened(joined, numbers, content, findings)

    @contextmanager
    def _alone(self, connection: Connection[Any]) -> Iterator[None]:
        """Return a context in which no other node joins. Its end is that of the session, too."""
        waited = 0.0
        while not _one(connection, "SELECT pg_try_advisory_lock(%s)", _LOCK):
            if waited >= _LOCK_SECONDS:
                raise StoreError("another daemon is just starting on it. Try again in a moment.")
            self._sleep(_STEP_SECONDS)
            waited += _STEP_SECONDS
        yield
        connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))

    def _check_others(self, connection: Connection[Any]) -> None:
        """Refuse to take the place of a live node, or to differ from one."""
        different = self._different(connection)
        rows = connection.execute("SELECT name FROM nodes WHERE live").fetchall()
        others = {name for (name,) in rows}
        beating = self._beating(connection, others if different else others & {self._node})
        if self._node in beating:
            raise StoreError(
                f"a daemon called {self._node} uses it already. Give this one another --node."
            )
        if different:
            if beating:
                options = " and ".join(f"--{name}" for name in different)
                raise StoreError(
                    f"{options} must be as at the daemons that use it ({', '.join(beating)})."
                    " Change the configuration of this one, or reload or stop the others first."
                )
            connection.execute("UPDATE meta SET settings = settings || %s", (Jsonb(self._alike),))

    def _different(self, connection: Connection[Any]) -> list[str]:
        """Return the settings that are others than those of all nodes."""
        stored: Mapping[str, str] = _one(connection, "SELECT settings FROM meta")
        return [name for name, text in self._alike.items() if stored.get(name) != text]

    def _beating(self, connection: Connection[Any], names: Collection[str]) -> list[str]:
        """Return those nodes that renew their leases."""
        query = "SELECT name, term, beat FROM nodes WHERE live AND name = ANY (%s)"
        if not names:
            return []
        before = set(connection.execute(query, ([*names],)).fetchall())
        waited = 0.0
        while waited < LOOK_SECONDS:
            self._sleep(_STEP_SECONDS)
            waited += _STEP_SECONDS
            now = set(connection.execute(query, ([*names],)).fetchall())
            found = sorted({name for name, _, _ in now - before})
            if self._node in found or len(found) == len(names):
                return found
        return found


def change_alike(connection: Connection[Any], alike: Mapping[str, str]) -> None:
    """Store settings that all nodes have alike, after they were changed here. Raises `Error`."""
    connection.execute("UPDATE meta SET settings = settings || %s", (Jsonb(dict(alike)),))


def _take_numbers(channel: Channel, joined: Joined) -> range:
    """Return a block of numbers, so that the first clients do not have to wait for one."""
    numbers = NumbersRequest()
    request = Request(uuid4(), [numbers], joined.number)
    answer = answer_of(request, append(channel, parameters_of(request, joined.term)))
    if not isinstance(answer, Committed):
        raise StoreError("another daemon has taken the place of this one. Try again.")
    return numbers.block


def _content(connection: Connection[Any], node: str | None = None) -> Content:
    """Return what a node holds in memory, as it is at one moment: see `content_of`."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return content_of(cursor, node)


def _one(connection: Connection[Any], query: str, *parameters: object) -> Any:
    """Return the first value of the first row."""
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row[0]
