"""A port for clients behind a proxy: headers, and other bytes in their place, in memory."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress
from twisted.internet.testing import StringTransport
from twisted.logger import capturedLogs, eventAsText

from chatd.protocols.proxy.protocol import BehindProxy, ProxiedProtocol
from chatd.protocols.transport.factory import REFUSED_AT_ONCE, REFUSED_SECONDS
from chatd.util.state import decode, encode
from tests.support.logs import Expect
from tests.support.proxy_headers import HEADERS, MALFORMED
from tests.support.sentences import EN
from tests.support.world import World

PROXY = IPv4Address("TCP", "198.51.100.1", 5)


class ProxiedWorld:
    """A world whose chat port is behind a proxy."""

    def __init__(self, **options: Any) -> None:
        self.world = World(**options)
        nodes = self.world.nodes
        self.factories = {node: BehindProxy(node.chat, node.clock) for node in nodes}

    def next_factory(self) -> BehindProxy:
        """Return the factory of the node that the next client connects to."""
        return self.factories[self.world.next_node()]

    def connect(self) -> tuple[ProxiedProtocol, Any]:
        transport: Any = StringTransport(peerAddress=PROXY)
        protocol = cast(ProxiedProtocol, self.next_factory().buildProtocol(PROXY))
        protocol.makeConnection(transport)
        self.world.settle()
        transport.clear()
        return protocol, transport


@pytest.fixture
def proxied() -> ProxiedWorld:
    return ProxiedWorld()


def test_what_is_sent_goes_to_the_proxy_and_not_to_the_client(proxied: ProxiedWorld) -> None:
    header, _ = next(iter(HEADERS.values()))
    protocol, _ = proxied.connect()
    output = cast(Any, protocol.wrappedProtocol).connection.output
    protocol.dataReceived(header)
    assert not output.is_direct


@pytest.mark.parametrize("case", HEADERS)
@pytest.mark.parametrize("pieces", [1, 2, 1000])
def test_behind_a_header_lines_are_said(proxied: ProxiedWorld, case: str, pieces: int) -> None:
    header, client = HEADERS[case]
    protocol, transport = proxied.connect()
    data = header + b"hello\n"
    size = -(-len(data) // pieces)
    for begin in range(0, len(data), size):
        protocol.dataReceived(data[begin : begin + size])
    proxied.world.settle()
    assert transport.value().decode().startswith("<guest1> hello\n")
    assert protocol.getPeer() == (client or PROXY)


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_header_closes_the_connection_and_nothing_behind_it_is_said(
    proxied: ProxiedWorld, case: str, expected_errors: Expect
) -> None:
    person = proxied.world.person()
    protocol, transport = proxied.connect()
    person.seen()
    protocol.dataReceived(MALFORMED[case] + b"/nick eva\nhello\n")
    proxied.world.settle()
    assert transport.disconnected
    assert person.seen() == []
    assert len(expected_errors()) == 1


def test_of_many_malformed_headers_few_lines_are_in_the_log_and_none_is_a_traceback(
    proxied: ProxiedWorld, expected_errors: Expect
) -> None:
    for number in range(1000):
        protocol, _ = proxied.connect()
        protocol.dataReceived(MALFORMED[list(MALFORMED)[number % len(MALFORMED)]])
        proxied.world.clock.advance(0.06)
    told = expected_errors()
    assert 3 <= len(told) <= 7 * len(proxied.world.nodes)  # each has its own log
    assert eventAsText(told[0], True, False, False) == (
        "who came to a haproxy: address is let go, the PROXY header cannot be read: it is none."
    )


HEADER = b"PROXY TCP4 203.0.113.7 127.0.0.1 5000 60060\r\n"


def test_who_is_banned_by_address_is_put_out_also_if_they_say_nothing(
    proxied: ProxiedWorld,
) -> None:
    boss = proxied.world.person("boss")
    boss.type("/register correct horse")
    accounts = proxied.world.server.accounts
    accounts.store(accounts.table["boss"]._replace(admin=True))
    proxied.world.settle()
    boss.type("/ban 203.0.113.7 1h", "/ban 203.0.113.7 1h")
    lurker, transport = proxied.connect()
    lurker.dataReceived(HEADER)
    proxied.world.settle()
    assert EN.sentence("banned", room="lobby", until=...).encode() in transport.value()
    transport.clear()
    boss.type("hello")
    assert transport.value() == b""


def test_those_who_say_nothing_are_counted_for_their_address(world_of_two: ProxiedWorld) -> None:
    proxied = world_of_two
    lurkers = []
    for _ in range(3):
        protocol, transport = proxied.connect()
        protocol.dataReceived(HEADER)
        proxied.world.settle()
        lurkers.append(transport.value())
    assert [b"ERR Full: " in told for told in lurkers] == [False, False, True]


@pytest.fixture
def world_of_two() -> ProxiedWorld:
    return ProxiedWorld(budgets={"connections.64": 2})


NEAR, FAR = (ip_network("198.51.100.0/24"),), (ip_network("192.0.2.0/24"),)


@pytest.mark.parametrize(
    ("address", "let_in"),
    [
        (PROXY, True),
        (IPv6Address("TCP", "::ffff:198.51.100.1", 5), True),
        (IPv4Address("TCP", "192.0.2.7", 5), False),
        (IPv6Address("TCP", "fe80::1%eth0", 5), False),
        (UNIXAddress(b"/tmp/s"), False),
        (None, False),
    ],
)
def test_among_trusted_proxies_no_one_else_is_let_in(
    proxied: ProxiedWorld, address: IAddress | None, let_in: bool
) -> None:
    world = proxied.world
    trusting = BehindProxy(world.chat, world.clock, proxies=NEAR)
    with capturedLogs() as logged:
        assert (trusting.buildProtocol(address) is not None) is let_in
    assert len(logged) == (0 if let_in else 1)
    assert all("is none of its proxies" in eventAsText(each) for each in logged)


@pytest.mark.parametrize("over_tls", [None, False, True])
def test_only_a_trusted_proxy_is_believed_that_its_client_came_over_tls(
    proxied: ProxiedWorld, over_tls: bool | None
) -> None:
    world = proxied.world
    trusting = BehindProxy(world.chat, world.clock, proxies=FAR)
    assert trusting.believed(over_tls) is over_tls
    assert BehindProxy(world.chat, world.clock).believed(over_tls) is (
        None if over_tls else over_tls
    )


def test_one_too_many_is_told_so_before_the_header_and_after() -> None:
    proxied = ProxiedWorld(budgets={"connections.all": 1})
    proxied.connect()
    factory = proxied.next_factory()
    transport: Any = StringTransport(peerAddress=PROXY)
    transport.loseWriteConnection = transport.loseConnection
    protocol = cast(ProxiedProtocol, factory.buildProtocol(PROXY))
    protocol.makeConnection(transport)
    protocol.dataReceived(HEADER + b"hello\n")
    assert transport.value().startswith(b"ERR Full: ")
    for _ in range(REFUSED_AT_ONCE - 1):
        built = factory.buildProtocol(PROXY)
        assert built is not None
        other: Any = StringTransport(peerAddress=PROXY)
        other.loseWriteConnection = other.loseConnection
        built.makeConnection(other)
    assert factory.buildProtocol(PROXY) is None
    proxied.world.clock.advance(REFUSED_SECONDS)


def test_nothing_is_logged_when_it_starts_and_stops_to_listen(proxied: ProxiedWorld) -> None:
    factory = proxied.next_factory()
    with capturedLogs() as logged:
        factory.doStart()
        factory.doStop()
    assert logged == []


@pytest.mark.one_node("one process goes on for another: the node is the same")
def test_another_process_knows_of_a_client_what_the_proxy_said(proxied: ProxiedWorld) -> None:
    protocol, _ = proxied.connect()
    before = cast(Any, protocol.wrappedProtocol).connection
    assert not before.movable, "whose client it is is not known yet"
    protocol.dataReceived(HEADER)
    proxied.world.settle()
    assert before.movable
    client = proxied.world.chat.take_over(decode(encode(before.state())))
    cast(Any, client).makeConnection(StringTransport(peerAddress=PROXY))
    after = cast(Any, client).connection
    assert after.address.host == "203.0.113.7"
    assert after.handler.session.identity.host == "203.0.113.7"
    assert not after.output.is_direct
