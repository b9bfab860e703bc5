"""`chatd.protocols.transport.client_address`: where a client is counted, and who can read it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import directlyProvides

from chatd.protocols.transport.client_address import ClientAddress
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Limits, Pace, Place, TooManyConnections
from chatd.util.state import decode, encode
from chatd.util.unix_peers import Peer

LOCAL, NEAR, FAR = (IPv4Address("TCP", host, 1) for host in ("127.0.0.1", "10.0.0.1", "192.0.2.1"))
OTHER_LOCAL = IPv4Address("TCP", "127.0.0.1", 2)

PROXY = Place("10.0.0.1", "10.0.0.1", Pace(Limits()))
"""The place of the proxy."""

OWN = Place("192.0.2.1", "192.0.2.1", Pace(Limits()))
"""The place that a client behind the proxy gets."""


LIMITS = Limits(lines_per_second=2)

USER = Peer(1001, frozenset([100]))


class Factory:
    """A factory that has room, unless it is full."""

    def __init__(self) -> None:
        self.full = False
        self.relocated: list[tuple[Place | None, str]] = []

    def peer_of(self, transport: object) -> Peer:
        return USER

    def relocate(self, place: Place | None, host: str) -> Place:
        self.relocated.append((place, host))
        if self.full:
            raise TooManyConnections("full", 1)
        return OWN


def transport(peer: IPv4Address, *, encrypted: bool = False) -> Any:
    """Return a transport that has a client at its other end, also behind a proxy."""
    transport: Any = StringTransport(peerAddress=peer)
    if encrypted:
        directlyProvides(transport, ISSLTransport)
    return transport


@pytest.fixture
def factory() -> Factory:
    return Factory()


def address_of(factory: Factory, place: Place = PROXY, *, located: bool = False) -> ClientAddress:
    return ClientAddress(cast(ChatFactory, factory), place, located=located)


class TestDirect:
    """No proxy is in between: the address is known from the beginning."""

    def connected(self, peer: IPv4Address, *, encrypted: bool = False) -> ClientAddress:
        address = address_of(Factory(), OWN, located=True)
        address.connect(transport(peer, encrypted=encrypted))
        return address

    def test_it_is_counted_for_its_place(self, factory: Factory) -> None:
        address = address_of(factory, OWN, located=True)
        assert address.located
        assert (address.host, address.network, address.pace) == OWN

    def test_it_may_be_a_user_of_the_machine(self, factory: Factory) -> None:
        address = address_of(factory, Place("", "", None), located=True)
        address.connect(transport(LOCAL))
        assert address.peer == USER

    def test_it_is_no_user_at_an_address_of_ip(self) -> None:
        assert self.connected(LOCAL).peer is None

    def test_a_user_is_counted_instead_of_the_place(self, factory: Factory) -> None:
        address = address_of(factory, OWN, located=True)
        address.connect(transport(LOCAL))
        address.locate("uid1001")
        assert factory.relocated == [(OWN, "uid1001")]

    def test_in_the_clear_over_a_network_it_is_not_confidential(self) -> None:
        address = self.connected(FAR)
        assert not address.encrypted
        assert not address.confidential

    def test_over_no_network_it_is_confidential(self) -> None:
        address = self.connected(LOCAL)
        assert not address.encrypted
        assert address.confidential

    def test_over_tls_it_is_confidential(self) -> None:
        address = self.connected(FAR, encrypted=True)
        assert address.encrypted
        assert address.confidential


class TestLocating:
    """A client behind a proxy, whose own address is known later."""

    def test_it_is_counted_for_its_own_address_instead(self, factory: Factory) -> None:
        address = address_of(factory)
        address.connect(transport(NEAR))
        address.introduce(FAR, NEAR, None)
        assert not address.located
        assert (address.host, address.network, address.pace) == PROXY
        address.locate()
        assert factory.relocated == [(PROXY, FAR.host)]
        assert address.located
        assert (address.host, address.network, address.pace) == OWN

    def test_it_is_no_user_of_this_machine(self, factory: Factory) -> None:
        address = address_of(factory)
        address.connect(transport(FAR))
        assert address.peer is None

    def test_one_too_many_is_counted_for_no_place(self, factory: Factory) -> None:
        factory.full = True
        address = address_of(factory)
        address.connect(transport(NEAR))
        address.introduce(FAR, NEAR, None)
        with pytest.raises(TooManyConnections):
            address.locate()
        assert address.network == ""
        assert address.leave() is None

    def test_one_too_many_is_located_too(self, factory: Factory) -> None:
        factory.full = True
        address = address_of(factory)
        address.connect(transport(NEAR))
        address.introduce(FAR, NEAR, None)
        with pytest.raises(TooManyConnections):
            address.locate()
        assert address.located


class TestLeaving:
    def test_its_place_is_given_back_once(self, factory: Factory) -> None:
        address = address_of(factory)
        assert address.leave() is PROXY
        assert address.leave() is None

    def test_it_is_counted_for_no_network_any_more(self, factory: Factory) -> None:
        address = address_of(factory)
        address.leave()
        assert address.network == ""


class TestBehindAProxy:
    """TLS that ends here begins at the proxy or at the client, and the proxy may know which."""

    @pytest.mark.parametrize("over_tls", [None, False, True])
    @pytest.mark.parametrize("encrypted", [False, True])
    @pytest.mark.parametrize("proxy", [LOCAL, NEAR])
    @pytest.mark.parametrize("client", [OTHER_LOCAL, FAR])
    def test_both_parts_of_the_way_count(
        self,
        factory: Factory,
        client: IPv4Address,
        proxy: IPv4Address,
        encrypted: bool,
        over_tls: bool | None,
    ) -> None:
        address = address_of(factory)
        address.connect(transport(proxy, encrypted=encrypted))
        address.introduce(client, proxy, over_tls)
        from_proxy = encrypted or proxy is LOCAL
        to_proxy = over_tls or client is OTHER_LOCAL or (over_tls is None and encrypted)
        assert address.confidential is (from_proxy and to_proxy)
        assert address.encrypted is (encrypted if over_tls is None else over_tls)

    def test_a_proxy_without_a_client_is_not_confidential(self, factory: Factory) -> None:
        address = address_of(factory)
        address.connect(transport(LOCAL))
        address.introduce(LOCAL, LOCAL, None)
        assert not address.confidential

    @pytest.mark.parametrize("encrypted", [False, True])
    def test_before_the_client_is_introduced_nothing_is_confidential(
        self, factory: Factory, encrypted: bool
    ) -> None:
        address = address_of(factory)
        address.connect(transport(OTHER_LOCAL, encrypted=encrypted))
        assert not address.confidential


class TestGoingOn:
    """Another process has the connection."""

    def handed_over(self, address: ClientAddress, factory: Factory, now: float) -> ClientAddress:
        state = decode(encode(address.state(10.0)))
        place = Place(state["host"], "", Pace(LIMITS))
        successor = ClientAddress(cast(ChatFactory, factory), place, located=True)
        successor.resume(state, now)
        return successor

    @pytest.mark.parametrize("over_tls", [False, True])
    def test_one_behind_a_proxy_is_what_it_was(self, factory: Factory, over_tls: bool) -> None:
        address = address_of(factory)
        address.connect(transport(LOCAL))
        assert not address.can_move
        address.introduce(FAR, LOCAL, over_tls)
        assert address.can_move
        successor = self.handed_over(address, factory, 10.0)
        assert not successor.located
        assert successor.encrypted is successor.confidential is over_tls
        successor.locate()
        assert factory.relocated[0][1] == FAR.host
        assert self.handed_over(successor, factory, 10.0).located

    def test_a_user_of_the_machine_is_one(self, factory: Factory) -> None:
        address = address_of(factory, Place("", "", None), located=True)
        address.connect(transport(LOCAL))
        assert address.can_move
        assert self.handed_over(address, factory, 10.0).peer == USER

    def test_what_it_owes_it_still_owes(self, factory: Factory) -> None:
        pace = Pace(LIMITS)
        pace.spend(10.0, 8, 0)
        address = address_of(factory, Place("", "", pace), located=True)
        address.connect(transport(FAR))
        successor = self.handed_over(address, factory, 500.0)
        assert successor.pace is not None
        assert successor.pace.wait(500.0) == pace.wait(10.0) > 0
