"""`chatd.webhooks.urls`: valid URLs of hooks, and public addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.web.client import URI

from chatd.webhooks.urls import (
    ANYWHERE,
    MAX_URL,
    Destination,
    InvalidUrl,
    UrlFault,
    destination_of,
    embedded,
    is_public,
    is_within,
    may_lead,
    networks_of,
    plain,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://Example.COM/Path?a=b&c=%20", "https://example.com/Path?a=b&c=%20"),
        ("https://example.com?x", "https://example.com/?x"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("http://example.com:8080", "http://example.com:8080/"),
        ("http://example.com:1", "http://example.com:1/"),
        ("http://example.com:65535", "http://example.com:65535/"),
        (f"http://{'a.' * 125}com/", f"http://{'a.' * 125}com/"),
        (f"http://{'a.' * 124}comma/", f"http://{'a.' * 124}comma/"),
        ("http://example.com/a#part", "http://example.com/a"),
        ("http://a_b.example.com./", "http://a_b.example.com./"),
        ("http://192.0.2.1/", "http://192.0.2.1/"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://１２７．０．０．１/", "https://127.0.0.1/"),
        ("http://example.com/a@b:c", "http://example.com/a@b:c"),
        ("http://example.com/?u=http://a@b/", "http://example.com/?u=http://a@b/"),
    ],
)
def test_a_url_is_written_in_one_way(text: str, url: str) -> None:
    to = destination_of(text)
    assert to.url == url
    assert destination_of(url) == to


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", UrlFault.FORM),
        ("example.com", UrlFault.FORM),
        ("ftp://example.com/", UrlFault.FORM),
        ("file:///etc/passwd", UrlFault.FORM),
        ("http:example.com", UrlFault.FORM),
        ("http://", UrlFault.FORM),
        ("http:///path", UrlFault.FORM),
        ("http://:80/", UrlFault.FORM),
        ("http://example.com:0/", UrlFault.FORM),
        ("http://example.com:65536/", UrlFault.FORM),
        ("http://example.com:999999/", UrlFault.FORM),
        ("http://example.com:80:80/", UrlFault.FORM),
        ("http://example.com:/", UrlFault.FORM),
        ("http://exa mple.com/", UrlFault.FORM),
        ("http://example.com/a b", UrlFault.FORM),
        ("http://example.com/\r\nX: y", UrlFault.FORM),
        ("http://example.com/\x1b[2J", UrlFault.FORM),
        ("http://example.com\\evil.com/", UrlFault.FORM),
        ("http://example.com\\@evil.com/", UrlFault.CREDENTIALS),
        ('http://example.com/"', UrlFault.FORM),
        ("http://example.com/{x}", UrlFault.FORM),
        ("http://exa%6dple.com/", UrlFault.FORM),
        ("http://-a.com/", UrlFault.FORM),
        ("http://a..com/", UrlFault.FORM),
        (f"http://{'a' * 64}.com/", UrlFault.FORM),
        (f"http://{'a.' * 125}comm/", UrlFault.FORM),
        (f"http://{'a.' * 127}com/", UrlFault.FORM),
        ("http://example.com/#\n", UrlFault.FORM),
        ("http://\ud800.com/", UrlFault.FORM),
        ("http://example.com/\u2028", UrlFault.NOT_ASCII),
        ("http://127.1/", UrlFault.FORM),
        ("http://2130706433/", UrlFault.FORM),
        ("http://0x7f.1/", UrlFault.FORM),
        ("http://a.0x7f/", UrlFault.FORM),
        ("http://0177.0.0.1/", UrlFault.FORM),
        ("http://1.2.3.4.5/", UrlFault.FORM),
        ("http://127.0.0.1./", UrlFault.FORM),
        ("http://[::1%25lo]/", UrlFault.FORM),
        ("http://[::1]x/", UrlFault.FORM),
        ("http://[1.2.3.4]/", UrlFault.FORM),
        ("http://[::1/", UrlFault.FORM),
        ("http://user:pass@example.com/", UrlFault.CREDENTIALS),
        ("http://user@example.com/", UrlFault.CREDENTIALS),
        ("http://@example.com/", UrlFault.CREDENTIALS),
        ("http://example.com/é", UrlFault.NOT_ASCII),
        ("http://example.com/?q=日", UrlFault.NOT_ASCII),
        (f"http://example.com/{'a' * MAX_URL}", UrlFault.TOO_LONG),
    ],
)
def test_what_is_no_url_for_a_hook(text: str, fault: UrlFault) -> None:
    with pytest.raises(InvalidUrl) as refused:
        destination_of(text)
    assert refused.value.reason is fault


def test_an_error_says_why() -> None:
    assert str(InvalidUrl(UrlFault.TOO_LONG)) == "too long"


def test_what_a_name_leads_to_is_not_known() -> None:
    assert destination_of("http://example.com/").known_addresses == []


def test_the_longest_url() -> None:
    url = "http://example.com/".ljust(MAX_URL, "a")
    assert destination_of(url).url == url


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://a?", "http://a/"),
        ("http://a/b?", "http://a/b"),
        ("http://a/b??", "http://a/b??"),
        ("http://a/b?c?", "http://a/b?c?"),
    ],
)
def test_an_empty_query_is_none(url: str, same: str) -> None:
    assert destination_of(url).url == same


@given(st.text(max_size=30), st.sampled_from(["http://", "https://[", "http://a", "HTTP://b:", ""]))
def test_whoever_connects_reads_it_as_it_was_taken_apart_here(text: str, start: str) -> None:
    try:
        to = destination_of(start + text)
    except InvalidUrl:
        return
    assert to.url.isascii()
    assert to.url.isprintable()
    read = URI.fromBytes(to.url.encode())
    assert (read.scheme, read.host, read.port) == (to.scheme.encode(), to.host.encode(), to.port)
    assert read.originForm == to.target.encode()


def test_everybody_may_know_scheme_and_host() -> None:
    assert destination_of("https://example.com:8443/T0/secret?key=x").origin == (
        "https://example.com"
    )
    assert destination_of("http://[2001:db8::1]:80/secret").origin == "http://[2001:db8::1]"


PUBLIC = (
    *("8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1"),
    *("192.0.1.0", "192.167.1.1", "169.253.1.1", "223.255.255.255", "198.17.1.1", "11.0.0.0"),
    *("2606:4700::1111", "2a00:1450::1", "2001:4860::8888", "2001:200::1", "3ffe::1"),
    *("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
)
NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("169.254.169.254", "169.254.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.1"),
    *("203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1"),
    *("2001:db8::1", "2001::1", "2001:10::1", "3fff::1", "5f00::1", "4000::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"),
    *("2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::1"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses())
def test_what_python_calls_private_is_not_public(address: object) -> None:
    address = ip_address(str(address))
    inner = embedded(address) or plain(address)
    if inner is not address:
        assert is_public(address) is is_public(inner)
    elif address.is_private or address.is_multicast or address.is_reserved:
        assert not is_public(address)


def test_what_an_operator_may_allow() -> None:
    assert networks_of("any") == ANYWHERE
    assert networks_of("10.0.0.0/8") == (ip_network("10.0.0.0/8"),)
    assert networks_of("127.0.0.1") == (ip_network("127.0.0.1/32"),)
    assert networks_of("fd00::/8") == (ip_network("fd00::/8"),)


@pytest.mark.parametrize("text", ["", "ANY ", "10.0.0.1/8", "example.com", "10.0.0.0/33", "x"])
def test_what_no_operator_can_allow(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        networks_of(text)


def test_an_address_is_within_a_network_however_it_is_written() -> None:
    networks = networks_of("10.0.0.0/8")
    assert is_within(ip_address("10.1.2.3"), networks)
    assert is_within(ip_address("::ffff:10.1.2.3"), networks)
    assert not is_within(ip_address("11.1.2.3"), networks)
    assert not is_within(ip_address("2002:a01:203::"), networks)
    assert all(is_within(ip_address(each), ANYWHERE) for each in NOT_PUBLIC)


@pytest.mark.parametrize(
    ("host", "allowed", "may"),
    [
        ("example.com", "", True),
        ("8.8.8.8", "", True),
        ("127.0.0.1", "", False),
        ("localhost", "", False),
        ("a.localhost.", "", False),
        ("localhost.com", "", True),
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("127.0.0.1", "127.0.0.0/8", True),
        ("127.0.0.1", "10.0.0.0/8", False),
        ("10.0.0.1", "any", True),
        ("::1", "any", True),
        ("::ffff:7f00:1", "", False),
    ],
)
def test_what_is_known_of_a_destination_before_it_is_looked_up(
    host: str, allowed: str, may: bool
) -> None:
    networks = networks_of(allowed) if allowed else ()
    assert may_lead(Destination("http", host, 80, "/"), networks) is may
