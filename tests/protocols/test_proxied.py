"""A port for clients behind a proxy: whatever comes in place of a header, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.logger import LogEvent, eventAsText

from chatd.protocols.proxied import BehindProxy, ProxiedProtocol
from tests.helpers import World
from tests.protocols.test_proxy_header import HEADERS, MALFORMED

PROXY = IPv4Address("TCP", "198.51.100.1", 5)


class Scene:
    def __init__(self) -> None:
        self.world = World()
        self.factory = BehindProxy(self.world.chat, self.world.clock)

    def connect(self) -> tuple[ProxiedProtocol, Any]:
        transport: Any = StringTransport(peerAddress=PROXY)
        protocol = cast(ProxiedProtocol, self.factory.buildProtocol(PROXY))
        protocol.makeConnection(transport)
        self.world.settle()
        transport.clear()
        return protocol, transport


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("case", HEADERS)
@pytest.mark.parametrize("pieces", [1, 2, 1000])
def test_behind_a_header_lines_are_said(scene: Scene, case: str, pieces: int) -> None:
    header, client = HEADERS[case]
    protocol, transport = scene.connect()
    data = header + b"hello\n"
    size = -(-len(data) // pieces)
    for begin in range(0, len(data), size):
        protocol.dataReceived(data[begin : begin + size])
    scene.world.settle()
    assert transport.value().decode().startswith("<guest1> hello\n")
    assert protocol.getPeer() == (client or PROXY)


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_header_closes_the_connection_and_nothing_behind_it_is_said(
    scene: Scene, case: str, expected_errors: Callable[..., list[LogEvent]]
) -> None:
    person = scene.world.person()
    protocol, transport = scene.connect()
    person.seen()
    protocol.dataReceived(MALFORMED[case] + b"/nick eva\nhello\n")
    scene.world.settle()
    assert transport.disconnected
    assert person.seen() == []
    assert len(expected_errors()) == 1


def test_of_many_malformed_headers_few_lines_are_in_the_log_and_none_is_a_traceback(
    scene: Scene, expected_errors: Callable[..., list[LogEvent]]
) -> None:
    for number in range(1000):
        protocol, _ = scene.connect()
        protocol.dataReceived(MALFORMED[list(MALFORMED)[number % len(MALFORMED)]])
        scene.world.clock.advance(0.06)
    told = expected_errors()
    assert 3 <= len(told) <= 7
    assert eventAsText(told[0], True, False, False) == (
        "who came to a haproxy: address is let go, the PROXY header cannot be read: it is none."
    )
