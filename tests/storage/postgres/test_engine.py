"""The engine: which servers a node takes for the one with its log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chatd.storage.postgres.engine import PostgresEngine
from chatd.storage.shared.engine import JoinRequest, Link, LinkLost, LostHistory, Position
from chatd.util.state import decode, encode
from tests.support.log_nodes import LogNode, make_schema, parameters_for
from tests.support.postgres import Cluster, Server, cluster
from tests.support.server_processes import free_port, wait_until

START = Position(0, None)


class Connecting:
    """An engine of a node, and a link of it after the other."""

    def __init__(self, parameters: dict[str, str]) -> None:
        from twisted.internet import reactor

        self.lost: list[LinkLost] = []
        self.engine = PostgresEngine(reactor, parameters, "one")  # type: ignore[arg-type]
        self.links: list[Link] = []

    async def connect(self, shown: Position = START) -> Link:
        link = await self.engine.connect(shown, lambda number: None, self.lost.append)
        self.links.append(link)
        return link

    def end(self) -> None:
        for link in self.links:
            link.abort()
        self.engine.stop()


@pytest.fixture
def connecting(url: str) -> Iterator[Connecting]:
    connecting = Connecting(parameters_for(url))
    yield connecting
    connecting.end()


class TestPosition:
    async def test_the_batch_that_was_shown_has_to_be_there(
        self, connecting: Connecting, url: str
    ) -> None:
        node = LogNode(url)
        position = node.read()[0].position
        await connecting.connect(position)
        for other in (Position(1, uuid4()), Position(2, uuid4())):
            with pytest.raises(LostHistory, match="batch"):
                await connecting.connect(other)
        node.close()


class TestAnotherProcess:
    async def test_ends_what_is_left_of_the_link_before(
        self, connecting: Connecting, url: str
    ) -> None:
        await connecting.connect()
        state = decode(encode(connecting.engine.state()))
        other = Connecting(parameters_for(url))
        other.engine.resume(state)
        await other.connect()
        assert connecting.lost
        other.end()

    async def test_knows_an_old_primary(self, connecting: Connecting, url: str) -> None:
        await connecting.connect()
        state = decode(encode(connecting.engine.state()))
        started, (system, timeline) = state["server"]
        other = Connecting(parameters_for(url))
        other.engine.resume({**state, "server": [started, [system, timeline + 1]]})
        with pytest.raises(LinkLost, match="it is an old primary"):
            await other.connect()
        other.end()

    async def test_has_sessions_already_that_it_has_prepared(
        self, connecting: Connecting, url: str
    ) -> None:
        connecting.engine.prepare()
        log = LogNode(url, "other")
        sessions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'chatd one'"
        prepared = set(log.rows(sessions))
        assert len(prepared) == 4
        await connecting.connect()
        assert set(log.rows(sessions)) == prepared
        await connecting.connect()
        wait_until(lambda: not prepared & set(log.rows(sessions)), "they are used again")
        log.close()

    async def test_may_have_had_no_link(self, connecting: Connecting) -> None:
        connecting.engine.resume(decode(encode(connecting.engine.state())))
        await connecting.connect()


class TestServers:
    async def test_one_that_is_not_there_is_told_in_one_line(self) -> None:
        connecting = Connecting({"host": "127.0.0.1", "port": str(free_port())})
        with pytest.raises(LinkLost, match="refused") as caught:
            await connecting.connect()
        assert "\n" not in str(caught.value)
        connecting.end()

    async def test_one_that_does_not_answer_is_given_up(
        self, connecting: Connecting, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with psycopg.connect(url) as other, monkeypatch.context() as short:
            short.setattr("chatd.storage.postgres.engine.OPEN_SECONDS", 0.3)
            other.execute("LOCK TABLE chatd.clock")
            with pytest.raises(LinkLost, match=r"within 0\.3 s"):
                await connecting.connect()
        await connecting.connect()  # with all the time that it has

    async def test_all_sessions_are_of_the_host_that_the_first_one_found(
        self, servers: Cluster, replicated: str
    ) -> None:
        parameters = parameters_for(replicated)
        ports = f"{free_port()},{parameters['port']}"
        connecting = Connecting({**parameters, "host": "127.0.0.1,127.0.0.1", "port": ports})
        await connecting.connect()
        connecting.end()

    async def test_a_standby_is_none(self, servers: Cluster, replicated: str) -> None:
        standby = {**parameters_for(replicated), "port": str(servers.standby.port)}
        wait_until(lambda: _has(servers.standby, standby["dbname"]), "it has no such database")
        connecting = Connecting(standby)
        with pytest.raises(LinkLost, match="standby"):
            await connecting.connect()
        connecting.end()

    async def test_nor_is_one_that_takes_no_writes(
        self, connecting: Connecting, postgres: Server, url: str
    ) -> None:
        name = parameters_for(url)["dbname"]
        with postgres.connect() as connection:
            alter = f"ALTER DATABASE {name}"
            connection.execute(f"{alter} SET default_transaction_read_only = on".encode())
            with pytest.raises(LinkLost, match=r"standby|read-only"):
                await connecting.connect()
            connection.execute(f"{alter} RESET default_transaction_read_only".encode())
        await connecting.connect()

    async def test_one_that_does_not_tell_its_history_is_taken(
        self, connecting: Connecting, postgres: Server, url: str
    ) -> None:
        name = parameters_for(url)["dbname"]
        function = "FUNCTION pg_control_system()"
        with postgres.connect(name) as connection:
            connection.execute(f"REVOKE EXECUTE ON {function} FROM PUBLIC".encode())
            await connecting.connect()
            connection.execute(f"GRANT EXECUTE ON {function} TO PUBLIC".encode())


class TestFailover:
    @pytest.fixture
    def own_servers(self, postgres_programs: None) -> Iterator[Cluster]:
        with cluster({"fsync": "off"}) as own:
            yield own

    async def test_after_it_the_old_server_is_refused(self, own_servers: Cluster) -> None:
        make_schema(own_servers.url())
        old, new = own_servers.primary, own_servers.standby
        ports = f"{old.port},{new.port}"
        both: dict[str, str] = {
            **parameters_for(own_servers.url()),
            "host": "127.0.0.1,127.0.0.1",
            "port": ports,
        }
        connecting = Connecting(both)
        first = await connecting.connect()
        joined = await first.join(JoinRequest(uuid4(), 0))
        [batch] = await first.read(joined.number - 1)
        own_servers.fail_over()
        wait_until(lambda: bool(_timeline(new) > 1), "it is not promoted")
        second = await connecting.connect(batch.position)
        assert [each.id for each in await second.read(0)] == [batch.id]
        old.settings.pop("synchronous_standby_names")
        old.start()
        tries: list[Any] = []
        for _ in range(2):
            try:
                tries.append(await (await connecting.connect(batch.position)).read(0))
            except LinkLost as why:
                tries.append(str(why))
        assert "it is an old primary: another server was promoted in its place. Stop it." in tries
        assert len([each for each in tries if not isinstance(each, str)]) == 1
        connecting.end()


def _has(server: Server, name: str) -> bool:
    with server.connect() as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone() is not None


def _timeline(server: Server) -> int:
    with server.connect() as connection:
        row = connection.execute(
            "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
        ).fetchone()
    assert row is not None
    return int(row[0], 16)
