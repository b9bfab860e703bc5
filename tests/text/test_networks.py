"""`chatd.text.networks`: networks as they are written, and those around a network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.text.networks import (
    IPV4_LENGTHS,
    IPV6_LENGTHS,
    InvalidNetwork,
    NetworkFault,
    NetworkIndex,
    is_user,
    origin_of_user,
    parse_network,
    widened,
)
from chatd.text.validation import IPV6_PREFIXES

pytestmark = pytest.mark.quick

FORM, LENGTH, START = NetworkFault.FORM, NetworkFault.LENGTH, NetworkFault.START

FULL = "1111:2222:3333:4444:5555:6666:7777:8888"


def fault_of(text: str) -> InvalidNetwork:
    with pytest.raises(InvalidNetwork) as raised:
        parse_network(text)
    assert str(raised.value) == raised.value.reason.value
    return raised.value


class TestParseNetwork:
    @pytest.mark.parametrize(
        ("text", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.0.0/16", "192.0.0.0/16"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:DB8:7::9", "2001:db8:7::/64"),
            ("2001:db8:7::/64", "2001:db8:7::/64"),
            ("2001:0DB8:0007::/48", "2001:db8:7::/48"),
            ("2001:db8::/32", "2001:db8::/32"),
        ],
    )
    def test_is_in_one_form(self, text: str, network: str) -> None:
        assert parse_network(text) == network
        assert parse_network(network) == network

    @pytest.mark.parametrize(
        "text",
        [
            *("", "/", "/24", "luis", "luis/24", "192.0.2/24", "192.0.2.0/", "192.0.2.0/x"),
            *("192.0.2.0/255.255.255.0", "192.0.2.0/24/24", "192.0.2.0/33", "192.0.2.0/-1"),
            *("192.0.2.0/+24", "192.0.2.0/٢٤", "192.0.02.0/24", "2001:db8::/129", "2001:db8:/48"),
            *("fe80::%eth0/64", "[2001:db8::]/48", "2001:db8::/48 ", " 192.0.2.0/24"),
        ],
    )
    def test_other_texts_are_none(self, text: str) -> None:
        assert fault_of(text).reason is FORM

    @pytest.mark.parametrize(
        "text",
        [
            *("0.0.0.0/0", "10.0.0.0/8", "192.0.0.0/15", "::/0", "2001:db8::/31", "::/8"),
            *("2001:db8::/65", "2001:db8::1/128", "::ffff:192.0.2.0/120"),
        ],
    )
    def test_a_length_out_of_range_is_refused(self, text: str) -> None:
        assert fault_of(text).reason is LENGTH

    @pytest.mark.parametrize(
        ("text", "right"),
        [
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("10.1.2.0/16", "10.1.0.0/16"),
            ("2001:db8:7:1::/48", "2001:db8:7::/48"),
            ("2001:db8::1/64", "2001:db8::/64"),
        ],
    )
    def test_another_address_than_the_first_is_refused_with_the_network(
        self, text: str, right: str
    ) -> None:
        assert (fault_of(text).reason, fault_of(text).right) == (START, right)


class TestWidened:
    @pytest.mark.parametrize(
        ("length", "network"),
        [
            (64, "2001:db8:7:1234::/64"),
            (56, "2001:db8:7:1200::/56"),
            (48, "2001:db8:7::/48"),
        ],
    )
    def test_of_ipv6(self, length: int, network: str) -> None:
        assert widened("2001:db8:7:1234::/64", length) == network

    @pytest.mark.parametrize("length", IPV6_PREFIXES)
    def test_an_ipv4_address_stays(self, length: int) -> None:
        assert widened("192.0.2.7", length) == "192.0.2.7"

    def test_other_lengths_are_refused(self) -> None:
        with pytest.raises(ValueError, match="tuple"):
            widened("2001:db8::/64", 40)


def networks(version: int, lengths: range) -> st.SearchStrategy[str]:
    """Return a strategy for networks of few addresses, so that many contain others."""
    size = 32 if version == 4 else 128
    family = IPv4Address if version == 4 else IPv6Address
    ends = [st.integers(1, 2).map(lambda n, by=size - each: n << by) for each in lengths[::8]]

    def network(parts: tuple[int, ...], length: int) -> str:
        return parse_network(str(ip_network((family(sum(parts)), length), strict=False)))

    return st.builds(network, st.tuples(*ends), st.sampled_from(lengths))


IPV4, IPV6 = networks(4, IPV4_LENGTHS), networks(6, IPV6_LENGTHS)


class TestNetworkIndex:
    @pytest.mark.parametrize(
        ("network", "around"),
        [
            ("192.0.2.7", ["192.0.2.7", "192.0.2.0/24"]),
            ("192.0.2.8", ["192.0.2.0/24"]),
            ("192.0.2.0/24", ["192.0.2.0/24"]),
            ("192.0.0.0/16", []),
            ("192.0.3.7", []),
            ("2001:db8:7:1::/64", ["2001:db8:7::/48", "2001:db8:7:1::/64"]),
            ("2001:db8:7:2::/64", ["2001:db8:7::/48"]),
            ("2001:db8:7::/56", ["2001:db8:7::/48"]),
            ("2001:db8:8::/64", []),
            ("c000:207::/64", []),
            ("", []),
        ],
    )
    def test_finds_the_networks_that_contain_one(self, network: str, around: list[str]) -> None:
        index = NetworkIndex(
            ("192.0.2.7", "192.0.2.0/24", "2001:db8:7::/48", "2001:db8:7:1::/64", "198.51.100.0/24")
        )
        assert sorted(index.around(network)) == sorted(around)

    def test_an_address_of_one_family_is_not_in_a_network_of_the_other(self) -> None:
        assert NetworkIndex(["c000:207::/32"]).around("192.0.2.7") == []
        assert NetworkIndex(["192.0.2.7"]).around("c000:207::/64") == []

    @given(st.lists(IPV4 | IPV6), IPV4 | IPV6)
    def test_it_agrees_with_the_standard_library(self, known: list[str], network: str) -> None:
        inner = ip_network(network)
        right = {
            each
            for each in known
            if (outer := ip_network(each)).version == inner.version
            and inner.network_address in outer
            and outer.prefixlen <= inner.prefixlen
        }
        assert set(NetworkIndex(known).around(network)) == right

    @pytest.mark.parametrize("text", ["luis", "192.0.2", "2001:db8/48", "", "192.0.2.0/x"])
    def test_a_text_that_is_no_network_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=" is no network"):
            NetworkIndex([text])


class TestAUserOfTheMachine:
    def test_is_told_from_a_network(self) -> None:
        assert is_user(origin_of_user(1001))
        assert not any(map(is_user, ["", "192.0.2.1", "2001:db8::/64"]))

    def test_is_in_no_network(self) -> None:
        index = NetworkIndex(["0.0.0.0/16", "192.0.2.1"])
        assert index.around(origin_of_user(1001)) == []

    def test_is_no_network_that_a_person_writes(self) -> None:
        with pytest.raises(InvalidNetwork):
            parse_network(origin_of_user(1001))
