"""The engine on PostgreSQL: how a node finds the server with the log that it follows.

Theory of operation. The server that takes writes may change: a standby is promoted, and the old
one may still be there, and believe that it is the one. So what a node has seen of a server is
compared with each one that it connects to: its history (the number of its timeline, which a
promotion raises) must not go back, and the last batch that the node has shown must be in its log.
What is left of the last link is ended first.

This module must not know what is asked through a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from psycopg import Error
from twisted.internet.defer import Deferred

from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.errors import line_of
from chatd.storage.postgres.link import ILinkReactor, PostgresLink
from chatd.storage.postgres.requests import CHANNEL, check_position
from chatd.storage.postgres.sessions import connect, set_up
from chatd.storage.shared.engine import Engine, Link, LinkLost, Position
from chatd.util.state import State
from chatd.util.worker import Worker

OPEN_SECONDS = 10.0
"""Seconds in which all sessions of a link have to be open: some 30 ms, and 2 s more for each host
that is named before the right one and does not answer."""

_OF_HOSTS = ("host", "hostaddr", "port")
"""The parameters that are lists of hosts."""


class History(NamedTuple):
    """The identity of a server's data, which its standbys have, too, and its timeline."""

    system: str
    timeline: int


class Session(NamedTuple):
    """A session as the server tells it apart: its process, and when that was started."""

    pid: int
    started: datetime


class Server(NamedTuple):
    """A server as its sessions tell it apart: by when it was started, and by its history.

    An operated service may not tell its history.
    """

    started: str
    history: History | None = None


class _Opening:
    """Sessions that are being opened in a thread, until they are cut off in another one."""

    def __init__(self) -> None:
        self.channels: list[Channel] = []
        self.is_late = False

    def take(self, channel: Channel) -> Channel:
        """Add the channel of a session, and return it."""
        self.channels.append(channel)
        if self.is_late:
            channel.shut_down()
        return channel

    def cut_off(self) -> None:
        """Shut down all sessions, also those to come."""
        self.is_late = True
        for channel in tuple(self.channels):
            channel.shut_down()

    def end(self) -> None:
        """Raise `LinkLost` if it was cut off."""
        if self.is_late:
            raise LinkLost("connecting took too long.")


class PostgresEngine(Engine):
    """The engine as a node of that name reaches it, given the parameters for libpq.

    Without ``hints``, other nodes cannot tell it what is safe. Links that are made later follow
    `has_hints`.
    """

    def __init__(
        self,
        reactor: ILinkReactor,
        parameters: Mapping[str, str],
        node: str,
        *,
        hints: bool = True,
    ) -> None:
        self._reactor = reactor
        self._parameters = parameters
        self._node = node
        self.has_hints = hints
        self._worker = Worker(reactor, "chatd-connecting")
        self._started = False
        self._server: Server | None = None
        self._sessions: Sequence[Session] = ()  # those of the last link
        self._prepared: Sequence[Channel] = ()  # for the next one
        self._tries = 0

    def connect(
        self,
        shown: Position,
        hinted: Callable[[int], None],
        lost: Callable[[LinkLost], None],
    ) -> Deferred[Link]:
        if not self._started:
            self._started = True
            self._worker.start()

        def link(channels: Sequence[Channel]) -> Link:
            writer, reader, keeper, *listening = channels
            hints = listening[0] if listening else None
            return PostgresLink(
                self._reactor, self._node, writer, reader, keeper, hints, hinted, lost
            )

        opening = _Opening()
        late = self._reactor.callLater(OPEN_SECONDS, opening.cut_off)

        def end(result: object) -> object:
            if late.active():
                late.cancel()
            return result

        opened = self._worker.run(self._open, opening, shown)
        opened.addBoth(end)
        return opened.addCallback(link)

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters for libpq that lead to the server with the log, as far as is known."""
        return _rotated(self._parameters, self._tries)

    def state(self) -> State:
        server = self._server
        history = None if server is None else server.history
        return {
            "server": None if server is None else [server.started, history and [*history]],
            "sessions": [[pid, started.isoformat()] for pid, started in self._sessions],
        }

    def resume(self, state: State) -> None:
        if state["server"] is not None:
            started, history = state["server"]
            self._server = Server(started, None if history is None else History(*history))
        self._sessions = [
            Session(pid, datetime.fromisoformat(started)) for pid, started in state["sessions"]
        ]

    def prepare(self) -> None:
        """Open the sessions of the first link, which is quicker then. Raises `psycopg.Error`."""
        opening = _Opening()
        self._open_sessions(opening)
        self._prepared = opening.channels

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _open(self, opening: _Opening, shown: Position) -> Sequence[Channel]:
        """Open all sessions. Raises `LinkLost` and `LostHistory`."""
        try:
            for channel in self._prepared:
                opening.take(channel)
            self._prepared = ()
            self._open_sessions(opening)
            channels = opening.channels
            self._check(channels)
            self._end_others(channels)
            check_position(channels[0], shown)
            if self.has_hints:
                channels[-1].connection.execute(f"LISTEN {CHANNEL}")
            opening.end()
        except BaseException as error:
            for channel in opening.channels:
                channel.close()
            self._tries += 1
            if opening.is_late:
                raise LinkLost(f"the server did not answer within {OPEN_SECONDS:g} s.") from None
            if isinstance(error, Error):
                raise LinkLost(line_of(error)) from None
            raise
        return channels

    def _open_sessions(self, opening: _Opening) -> None:
        """Open those sessions of a link that are not there."""
        parameters = self.parameters
        for channel in opening.channels:
            parameters = _at_host_of(channel, parameters)
        for _ in range(len(opening.channels), 4 if self.has_hints else 3):
            channel = opening.take(Channel(connect(parameters, self._node, steady=True)))
            set_up(channel.connection, steady=True)
            parameters = _at_host_of(channel, parameters)

    def _check(self, channels: Sequence[Channel]) -> None:
        """Raise `LinkLost` unless all sessions are of the server that has the log now."""
        [row] = channels[0].ask(
            "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'"
        )
        if row[0]:
            raise LinkLost("the server is a standby, which takes no lines.")
        server, *others = map(_server_of, channels)
        if any(other != server for other in others):
            raise LinkLost(
                "sessions were opened on several servers. Name these, not what spreads sessions."
            )
        before = self._server
        if before is not None and before.history is not None and server.history is not None:
            if before.history.system != server.history.system:
                raise LinkLost(
                    "the server has not the data of the one before. Is its address still right?"
                )
            if server.history.timeline < before.history.timeline:
                raise LinkLost(
                    "it is an old primary: another server was promoted in its place. Stop it."
                )
        self._server = server

    def _end_others(self, channels: Sequence[Channel]) -> None:
        """End the sessions of the last link that are still there.

        One that waits for the standby does not notice that it was left, and would stay as long, as
        would those of all the links after it.
        """
        for pid, started in self._sessions:
            channels[0].ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid = %s AND backend_start = %s",
                *(pid, started),
            )
        self._sessions = [_session_of(channel) for channel in channels]


def _session_of(channel: Channel) -> Session:
    [row] = channel.ask(
        "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    )
    return Session(*row)


def _server_of(channel: Channel) -> Server:
    [row] = channel.ask("SELECT pg_postmaster_start_time()::text")
    server = Server(row[0])
    with suppress(Error):
        [row] = channel.ask(
            "SELECT system_identifier::text, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
            " FROM pg_control_system()"
        )
        server = server._replace(history=History(row[0], int(row[1], 16)))
    return server


def _at_host_of(channel: Channel, parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Return parameters for the host to which a channel is connected."""
    info = channel.connection.info
    found = {"host": info.host, "hostaddr": info.hostaddr, "port": str(info.port)}
    return {**parameters, **{key: value for key, value in found.items() if value}}


def _rotated(parameters: Mapping[str, str], tries: int) -> Mapping[str, str]:
    """Return parameters with the hosts in another order after each try.

    Otherwise the first one that takes writes would be the one each time, also if it is refused.
    """
    rotated = dict(parameters)
    for key in _OF_HOSTS:
        hosts = parameters.get(key, "").split(",")
        if len(hosts) > 1:
            first = tries % len(hosts)
            rotated[key] = ",".join([*hosts[first:], *hosts[:first]])
    return rotated
