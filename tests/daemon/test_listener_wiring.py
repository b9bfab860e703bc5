"""The listeners: each has its own limits, and all are counted together."""

from __future__ import annotations

import pytest

from chatd.daemon.given import Given, GivenSettings, Source
from chatd.daemon.listener_wiring import irc_name, listeners_of, security_of
from chatd.daemon.passed_sockets import PassedSockets
from chatd.daemon.settings import settings_of
from chatd.protocols.irc.door import TransportSecurity
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Place, TooManyConnections
from chatd.protocols.web.connection import WebFactory
from chatd.util.privileges import current
from tests.support.http import HANDSHAKE, request
from tests.support.memory_client import MemoryClient
from tests.support.monitors import monitor_of
from tests.support.service import FREE
from tests.support.world import HERE, World


def listener(**values: str) -> dict[str, Given]:
    """Return a listener at a free port as a file gives it: ``limits__connections="1"``, say."""
    given = {"endpoint": FREE, **values}
    paths = {name.replace("__", "."): text for name, text in given.items()}
    return {path: Given(f"listen[1].{path}", (text,), Source.FILE) for path, text in paths.items()}


def factories_of(world: World, *given: dict[str, Given]) -> list[ChatFactory]:
    """Return the factories of listeners, which were bound, and are closed again."""
    from twisted.internet import reactor

    listeners = listeners_of(
        settings_of(GivenSettings({}, given)),
        world.server,
        world.clock,
        current(),
        reactor,
        None,
        PassedSockets(),
        monitor_of(world),
    )
    for each in listeners:
        for port in each.ports:
            port.stopListening()
    return [each.factory for each in listeners]


class TestLimits:
    @pytest.fixture
    def factories(self) -> list[ChatFactory]:
        """Return the factories of two addresses, of which the first one has limits of its own."""
        own = {"limits__lines_per_second": "5", "limits__connections_per_address": "1"}
        return factories_of(
            World(budgets={"connections.all": 3}), listener(**own), listener(kind="bare")
        )

    @staticmethod
    def enter(factory: ChatFactory, host: str = "192.0.2.1") -> Place:
        return factory.relocate(None, host)

    def test_of_an_address_hold_there_alone(self, factories: list[ChatFactory]) -> None:
        own, other = factories
        assert (own.limits.lines_per_second, other.limits.lines_per_second) == (5, 100)
        assert own.limits.bytes_per_second == other.limits.bytes_per_second
        self.enter(own)
        with pytest.raises(TooManyConnections) as full:
            self.enter(own)
        assert (full.value.key, full.value.limit) == ("address_full", 1)
        self.enter(own, "192.0.2.2")
        self.enter(other)

    def test_of_the_daemon_are_counted_for_all(self, factories: list[ChatFactory]) -> None:
        own, other = factories
        place = self.enter(own)
        for _ in range(2):
            self.enter(other)
        with pytest.raises(TooManyConnections) as full:
            self.enter(own, "192.0.2.2")
        assert (full.value.key, full.value.limit) == ("full", 3)
        own.relocate(place, "192.0.2.2")


class TestIrc:
    def test_others_know_the_port(self) -> None:
        chat, irc = factories_of(World(), listener(), listener(kind="irc"))
        assert chat.irc_port == irc.irc_port > 0

    def test_there_may_be_none(self) -> None:
        (chat,) = factories_of(World(), listener())
        assert chat.irc_port == 0

    @pytest.mark.parametrize(("others", "status"), [(["irc"], b"101"), ([], b"404")])
    def test_is_spoken_through_websockets_where_both_are_given(
        self, others: list[str], status: bytes
    ) -> None:
        world = World()
        factories = factories_of(world, *(listener(kind=kind) for kind in ["web", *others]))
        (web,) = [each for each in factories if isinstance(each, WebFactory)]
        client = MemoryClient(world, web, web.build(HERE), HERE)
        client.protocol.dataReceived(request("GET", "/irc", **HANDSHAKE))
        world.settle()
        assert client.bytes_seen().split(b" ")[1] == status

    def test_clients_may_have_to_come_by_tls(self) -> None:
        tls = listener(kind="irc", endpoint="ssl:6697:privateKey=x.pem")
        port = Given("irc.sts_seconds", ("60",), Source.FILE)
        settings = settings_of(
            GivenSettings({"irc.sts_seconds": port}, (listener(kind="irc"), tls))
        )
        assert security_of(settings) == TransportSecurity(6697, 60)
        assert security_of(settings_of(GivenSettings({}, (tls,)))) is None

    def test_the_name_of_the_server_has_a_dot(self) -> None:
        assert irc_name("irc.example") == "irc.example"
        assert irc_name("localhost") == "chatd.local"
